//! What the peer does not know, or reads where nobody needs to.

use super::Difference;
use crate::der::what_is_read;
use crate::document::Json;

/// Ours accepts, the peer refuses.
pub const PEER_REFUSES: &[Difference] = &[
    Difference {
        name: "null for what is absent",
        code: "",
        when: |tried| tried.says("invalid type: null") && tried.is_accepted_or_explained(&without_nulls(tried.doc)),
        reason: "protobuf's JSON: null is the default value, and the bundle without it is accepted by the peer \
                 too, or refused for a reason below",
    },
    Difference {
        name: "number out of range where nobody reads",
        code: "",
        when: |tried| tried.says("number out of range") && tried.doc.to_string().contains("1e400"),
        reason: "a member that nobody reads is skipped, not converted; the peer's parser converts some",
    },
    Difference {
        name: "Rekor v2 proof without root or size",
        code: "",
        when: |tried| {
            let unsigned = ["missing field `rootHash`", "missing field `treeSize`", "missing field `logIndex`"];
            unsigned.iter().any(|text| tried.says(text)) && tried.entries().iter().all(is_rekor_v2)
        },
        reason: "both are the checkpoint's in Rekor v2; what stands beside it is signed by nobody, and read by \
                 neither",
    },
    Difference {
        name: "entry dsse/0.0.2",
        code: "",
        when: |tried| {
            let is_dsse = |entry: &Json| entry.text_at("kindVersion/kind") == Some("dsse");
            tried.says("unsupported Rekor entry format: dsse/0.0.2") && tried.entries().iter().any(is_dsse)
        },
        reason: "Rekor v2 logs envelopes by that kind too; the peer knows hashedrekord/0.0.2 alone",
    },
    Difference {
        name: "hashedrekord/0.0.1 with SHA-384 or SHA-512",
        code: "",
        when: |tried| tried.says("SHA-256 hash must be 32 bytes") && tried.case.name.contains("Rekor v1"),
        reason: "Rekor's schema has them, and P-384 and P-521 sign them; the peer knows SHA-256 alone",
    },
    Difference {
        name: "hashedrekord/0.0.2 by a key that is not P-256",
        code: "",
        when: |tried| tried.says("unknown variant `PKIX_") && tried.entries().iter().any(is_rekor_v2),
        reason: "rekor-v2-spec has P-384, P-521 and RSA; the peer knows P-256 alone",
    },
    Difference {
        name: "key on P-521",
        code: "",
        when: |tried| tried.says("unsupported or invalid EC curve parameters") && tried.case.name.contains("P521"),
        reason: "the algorithm registry of the client specification has it; the peer does not",
    },
    Difference {
        name: "message digest under another hash than the key's",
        code: "",
        when: |tried| {
            let stated = |doc: &Json| doc.text_at("messageSignature/messageDigest/algorithm").map(str::to_owned);
            let original = Json::parse(&tried.case.bundle).and_then(|doc| stated(&doc));
            let texts = ["signature invalid", "does not support hash algorithm"];
            texts.iter().any(|text| tried.says(text)) && stated(tried.doc) != original
        },
        reason: "the key decides which hash was signed, and the digest is the artifact's; the peer lets the \
                 unsigned messageDigest decide",
    },
    Difference {
        name: "v0.1 from an instance without a log",
        code: "",
        when: |tried| tried.says("must have an inclusion promise") && !tried.case.root.is_logged(),
        reason: "there is no log to promise anything: what an instance has is the trust configuration's to say, \
                 not the media type's",
    },
    Difference {
        name: "parts of a token that nobody reads",
        code: "",
        when: |tried| {
            let original = Json::parse(&tried.case.bundle).unwrap_or(Json::Null);
            let originals = super::tried::tokens(&original);
            let (now, before) = (tried.tokens(), originals.iter().map(|token| what_is_read(token)));
            let before: Vec<_> = before.collect();
            tried.says("failed to decode SignedData") && now.iter().all(|t| before.contains(&what_is_read(t)))
        },
        reason: "certificates and the list of digest algorithms are neither signed nor believed; the peer parses \
                 them",
    },
];

fn is_rekor_v2(entry: &Json) -> bool {
    let version = entry.text_at("kindVersion/version");
    version == Some("0.0.2") && entry.text_at("kindVersion/kind") != Some("intoto")
}

fn without_nulls(doc: &Json) -> Json {
    match doc {
        Json::Array(elements) => Json::Array(elements.iter().map(without_nulls).collect()),
        Json::Object(members) => {
            let kept = members.iter().filter(|(_, value)| *value != Json::Null);
            Json::Object(kept.map(|(name, value)| (name.clone(), without_nulls(value))).collect())
        }
        other => other.clone(),
    }
}
