//! Our strictness.

use super::Difference;
use super::tried::{checkpoint, is_signed_note, token_alone};
use crate::document::Json;

/// Members of one protobuf `oneof`.
const MATERIALS: [&str; 3] = ["publicKey", "certificate", "x509CertificateChain"];
const CONTENTS: [&str; 2] = ["dsseEnvelope", "messageSignature"];

/// Ours refuses, the peer accepts: our strictness.
pub const OURS_REFUSES: &[Difference] = &[
    Difference {
        name: "base64 in another spelling",
        code: "BUNDLE_MALFORMED",
        when: |tried| tried.says("is not canonical base64"),
        reason: "one value has one spelling, or bytes compared as text are not compared; the peer decodes as \
                 protobuf does",
    },
    Difference {
        name: "base64 in another spelling, in a proof",
        code: "LOG_ENTRY_MALFORMED",
        when: |tried| tried.says("bytes of base64"),
        reason: "as above",
    },
    Difference {
        name: "integer in another spelling",
        code: "BUNDLE_MALFORMED",
        when: |tried| tried.says("no canonical decimal integer"),
        reason: "int64 is a decimal string in protobuf's JSON; signs, zeros in front and JSON numbers are read \
                 differently by readers",
    },
    Difference {
        name: "member twice",
        code: "BUNDLE_MALFORMED",
        when: |tried| tried.says("duplicate field"),
        reason: "which of the two counts would be the reader's choice; the peer takes the first of some",
    },
    Difference {
        name: "array for an object",
        code: "BUNDLE_MALFORMED",
        when: |tried| tried.says("invalid type: sequence, expected struct"),
        reason: "an object is an object; serde would read its members from an array too",
    },
    Difference {
        name: "two key materials",
        code: "BUNDLE_MALFORMED",
        when: |tried| tried.is_about_shape() && tried.members("verificationMaterial", &MATERIALS) > 1,
        reason: "protobuf oneof: which is checked and which believed would be the sender's choice; the peer takes \
                 the first",
    },
    Difference {
        name: "key material of another version",
        code: "BUNDLE_MALFORMED",
        when: |tried| tried.says("exactly one key material") && tried.members("verificationMaterial", &MATERIALS) == 1,
        reason: "a v0.1 or v0.2 bundle has a chain, a v0.3 bundle a certificate; the peer holds only v0.3 to it",
    },
    Difference {
        name: "two contents",
        code: "BUNDLE_MALFORMED",
        when: |tried| tried.is_about_shape() && tried.members("", &CONTENTS) > 1,
        reason: "protobuf oneof: one check could look at the signature over the other; the peer takes the first",
    },
    Difference {
        name: "key that travels with the bundle",
        code: "BUNDLE_MALFORMED",
        when: |tried| tried.says("publicKey carries a key"),
        reason: "keys come from the trust configuration only; the peer does not read it",
    },
    Difference {
        name: "key without a name",
        code: "BUNDLE_MALFORMED",
        when: |tried| tried.says("publicKey.hint is empty"),
        reason: "a managed key is found by its hint; the peer is given the key and reads no hint",
    },
    Difference {
        name: "hint is not the envelope's key id",
        code: "KEY_MISMATCH",
        when: |tried| tried.doc.text_at("verificationMaterial/publicKey/hint").is_some(),
        reason: "sigstore_bundle.proto: hint and keyid are the same; the peer compares neither",
    },
    Difference {
        name: "hash algorithm by another name",
        code: "BUNDLE_MALFORMED",
        when: |tried| tried.says("messageDigest is of an unknown algorithm"),
        reason: "an enum has one spelling; the peer takes seven",
    },
    Difference {
        name: "no media type",
        code: "UNSUPPORTED_BUNDLE",
        when: |tried| tried.doc.get("mediaType").is_none(),
        reason: "what says not what it is, is not known; the peer takes it for v0.1, which needs no proof",
    },
    Difference {
        name: "too deep or too many",
        code: "LIMIT_EXCEEDED",
        when: |tried| tried.depth() > 64 || tried.counts().iter().zip([32, 32, 10]).any(|(count, most)| *count > most),
        reason: "work is bounded before it is done: 64 levels, 10 certificates, 32 entries, 32 timestamps; the \
                 peer bounds nothing",
    },
    Difference {
        name: "empty certificate in the chain",
        code: "BUNDLE_MALFORMED",
        when: |tried| tried.says("a certificate is empty") && tried.certificates() > 1,
        reason: "each certificate is one; the peer does not look at those it has no use for",
    },
    Difference {
        name: "certificate that the root does not have",
        code: "UNTRUSTED_CERTIFICATE",
        when: |tried| tried.certificates() > 1,
        reason: "authorities come from the trusted root only; the peer ignores what it has no use for",
    },
    Difference {
        name: "entry of a log that is not known",
        code: "UNKNOWN_LOG",
        when: |tried| tried.entries().iter().any(|entry| tried.log_of(entry).is_none()),
        reason: "the entry says which log it is of; the peer reads the id for promises only, and finds the key by \
                 the checkpoint",
    },
    Difference {
        name: "checkpoint not by the entry's own log",
        code: "CHECKPOINT_UNSIGNED",
        when: |tried| tried.entries().iter().any(|entry| tried.lines_by_its_log(entry) == 0),
        reason: "log id, name and key hint must be one log's; the peer takes any trusted log's signature under \
                 any name",
    },
    Difference {
        name: "two signatures of one log, one of them bad",
        code: "CHECKPOINT_SIGNATURE",
        when: |tried| tried.entries().iter().any(|entry| tried.lines_by_its_log(entry) > 1),
        reason: "C2SP signed-note: a bad signature by a known key is an error; the peer looks for a good one",
    },
    Difference {
        name: "checkpoint that is no signed note",
        code: "CHECKPOINT_MALFORMED",
        when: |tried| tried.entries().iter().filter_map(checkpoint).any(|note| !is_signed_note(note)),
        reason: "C2SP signed-note to the letter; the peer trims lines and ignores what follows the signatures",
    },
    Difference {
        name: "proof of another tree size",
        code: "CHECKPOINT_MISMATCH",
        when: |tried| tried.says("tree size"),
        reason: "the checkpoint's size is the signed one; the peer takes the proof's, if the path happens to fit",
    },
    Difference {
        name: "index that is not stated",
        code: "LOG_ENTRY_MALFORMED",
        when: |tried| {
            let stated = |entry: &Json| entry.get("inclusionProof/logIndex").is_some_and(|index| *index != Json::Null);
            tried.says("has no index, size or root") && !tried.entries().iter().all(stated)
        },
        reason: "Rekor v1 states where in its shard an entry stands, the first too; the peer takes what is absent \
                 for 0",
    },
    Difference {
        name: "entry without proof beside one with",
        code: "MISSING_INCLUSION_PROOF",
        when: |tried| tried.entries().len() > 1,
        reason: "every entry of a v0.2 or v0.3 bundle has a proof; the peer asks for one proof in the bundle",
    },
    Difference {
        name: "entry without promise beside one with",
        code: "MISSING_LOG_PROMISE",
        when: |tried| tried.entries().len() > 1,
        reason: "every entry of a v0.1 bundle has a promise; the peer asks for one promise in the bundle",
    },
    Difference {
        name: "promise alone, after npm's bundles had proofs",
        code: "PROMISE_ONLY",
        when: |tried| tried.entries().iter().any(|entry| entry.get("inclusionProof").is_none_or(|p| *p == Json::Null)),
        reason: "the media type is not signed, so that anybody could make a v0.1 bundle of a newer one and drop \
                 the proof",
    },
    Difference {
        name: "token without its response",
        code: "TIMESTAMP_MALFORMED",
        when: |tried| tried.tokens().iter().any(|token| token_alone(token)),
        reason: "sigstore_bundle.proto: a signed timestamp is a TimeStampResp, with the status that it was \
                 granted; the peer takes the token alone too",
    },
    Difference {
        name: "token in another frame than CMS has",
        code: "TIMESTAMP_MALFORMED",
        when: |tried| {
            ["no signed data of a known version", "expected OCTET STRING"].iter().any(|text| tried.says(text))
        },
        reason: "RFC 5652: what frames the signed content is not signed, so that it is held to its one form; the \
                 peer reads no version and no tag",
    },
    Difference {
        name: "signature algorithm of a token that is not known",
        code: "TIMESTAMP_UNSUPPORTED",
        when: |tried| tried.says("uses the algorithm"),
        reason: "RFC 5652 §5.3: the signer names the algorithm, and it must be the key's; the peer reads only the \
                 digest's",
    },
    Difference {
        name: "no time at all",
        code: "NO_VERIFIED_TIME",
        when: |tried| {
            let promised = |entry: &Json| entry.get("inclusionPromise").is_some_and(|promise| *promise != Json::Null);
            tried.doc.get("verificationMaterial/publicKey").is_some() && !tried.entries().iter().any(promised)
        },
        reason: "a key is good within its window, so that a time must be proved; the peer asks none of managed keys",
    },
    Difference {
        name: "digest that the key does not sign",
        code: "DIGEST_NOT_SUPPLIED",
        when: |tried| tried.doc.get("messageSignature").is_some(),
        reason: "the key decides which hash was signed; the peer lets the unsigned messageDigest decide",
    },
];
