//! A claim that was read and does not hold, or cannot be judged.

use super::{ParseError, Text, error_table};
use crate::time::Timestamp;

error_table! {
    /// Why a claim about a package was not proved.
    ///
    /// Lower numbers of the table's rank are shown first when one package has several.
    VerifyError wraps ParseError {
        // The package and its bytes.

        /// A document speaks of another package than the one asked for.
        NameVersionMismatch {
            #[doc = "Which document."] what: &'static str,
            #[doc = "The package asked for."] expected: Text,
            #[doc = "The package it speaks of."] found: Text,
        } = "NAME_VERSION_MISMATCH", Altered, Invalid, 2,
            "{what} was asked for {expected} and speaks of {found}",
            "Do not install: whoever answered put another package in its place.";
        /// The bytes are not those expected.
        IntegrityMismatch {
            #[doc = "The expected digest."] expected: Text,
            #[doc = "The digest of the bytes."] found: Text,
        } = "INTEGRITY", Altered, Invalid, 1,
            "the bytes hash to {found}, expected {expected}",
            "Discard them and download again; if they differ again, do not install.";
        /// Lock file and registry name different tarballs for one version.
        IntegrityDisagreement {
            #[doc = "What the consumer's own record says."] expected: Text,
            #[doc = "What the registry says."] found: Text,
        } = "INTEGRITY_DISAGREEMENT", Altered, Invalid, 3,
            "expected {expected}, and the registry lists {found}",
            "A published version never changes: find out which of the two was altered.";

        // The registry signature.

        /// A signature by a known registry key that is not over this name, version and integrity.
        RegistrySignature { #[doc = "The key."] keyid: Text } = "REGISTRY_SIGNATURE", Altered, Invalid, 4,
            "the registry signature by key {keyid} is not over this name, version and integrity",
            "Do not install: the manifest was altered after the registry signed it.";
        /// Good, but by a key that had ended by then.
        KeyExpired {
            #[doc = "The key."] keyid: Text,
            #[doc = "When it ended."] end: Timestamp,
            #[doc = "The time it is judged at."] time: Timestamp,
        } = "KEY_EXPIRED", Altered, Invalid, 18,
            "key {keyid} ended at {end}, and this was signed at {time} or later",
            "A retired key may have leaked: ask the registry to sign the version again.";
        /// Signed before the key's window opened.
        KeyNotYetValid {
            #[doc = "The key."] keyid: Text,
            #[doc = "When it starts."] start: Timestamp,
            #[doc = "The time it is judged at."] time: Timestamp,
        } = "KEY_NOT_YET_VALID", Altered, Invalid, 18,
            "key {keyid} starts at {start}, and this was signed at {time}",
            "Compare the key's window with the registry's own key set.";
        /// A key that is not in the set for that use.
        UnknownKey { #[doc = "The key id."] keyid: Text } = "UNKNOWN_KEY", Unproven, Unverifiable, 30,
            "key {keyid} is not in the trusted key set for this use",
            "Refresh trust: the registry may have rotated its keys since the snapshot.";
        /// A key of an algorithm that this version does not verify.
        UnsupportedKey { #[doc = "The key id."] keyid: Text, #[doc = "Its algorithm."] algorithm: Text }
            = "UNSUPPORTED_KEY", Unproven, Unverifiable, 31,
            "key {keyid} is of the unsupported kind {algorithm}",
            "A newer version of this library may know it.";

        // The attestation response.

        /// The label outside and the statement inside name different predicate types.
        PredicateMismatch { #[doc = "Outside."] outer: Text, #[doc = "Inside."] inner: Text }
            = "PREDICATE_MISMATCH", Altered, Invalid, 8,
            "the response labels the attestation {outer}, its statement says {inner}",
            "Do not install: the unsigned label was changed to steer a verifier.";
        /// Two attestations of one kind: which one counts would be the attacker's choice.
        AmbiguousAttestation { #[doc = "The kind."] what: &'static str }
            = "AMBIGUOUS_ATTESTATION", Altered, Invalid, 9,
            "there is more than one {what}",
            "npm serves one of each kind; ask the registry itself.";
        /// A publish attestation signed by a certificate, or provenance signed by a key.
        SignerKind {
            #[doc = "What the attestation is."] what: &'static str,
            #[doc = "What must have signed it."] expected: &'static str,
        } = "SIGNER_KIND", Altered, Invalid, 7,
            "the {what} is not signed by {expected}",
            "Do not install: anybody can obtain a certificate and sign such a statement with it.";
        /// The bundle's hint and the envelope's key id differ.
        KeyMismatch {
            #[doc = "What the bundle's key material says."] hint: Text,
            #[doc = "What the envelope says."] keyid: Text,
        } = "KEY_MISMATCH", Altered, Invalid, 10,
            "the bundle names key \"{hint}\", its envelope names \"{keyid}\"",
            "Do not install: the response was pieced together.";

        // Proof 1: shape of the bundle.

        /// The bundle has the wrong shape.
        BundleMalformed { #[doc = "Which member, and what is wrong."] reason: Text }
            = "BUNDLE_MALFORMED", Malformed, Invalid, 20,
            "the sigstore bundle is malformed: {reason}",
            "Compare with what the registry itself answers.";
        /// A media type that is no known bundle version.
        UnsupportedBundle { #[doc = "The media type."] media_type: Text }
            = "UNSUPPORTED_BUNDLE", Unproven, Unverifiable, 33,
            "the bundle's media type \"{media_type}\" is not supported",
            "A newer version of this library may know it.";
        /// A bundle over something else than a DSSE envelope.
        UnsupportedContent = "UNSUPPORTED_CONTENT", Malformed, Invalid, 20,
            "the bundle holds a message signature, and an attestation is a DSSE envelope",
            "Compare with what the registry itself answers.";
        /// Not exactly one signature.
        EnvelopeSignatureCount { #[doc = "How many."] found: usize }
            = "ENVELOPE_SIGNATURE_COUNT", Malformed, Invalid, 19,
            "the envelope has {found} signatures, and must have exactly one",
            "Several signatures let each check look at another one; do not install.";
        /// Not an in-toto statement by its payload type.
        PayloadType { #[doc = "The payload type."] found: Text } = "PAYLOAD_TYPE", Malformed, Invalid, 19,
            "the envelope's payload type is \"{found}\", expected application/vnd.in-toto+json",
            "Compare with what the registry itself answers.";

        // Proof 2: log entries.

        /// No log entry at all.
        MissingLogEntry = "MISSING_LOG_ENTRY", Altered, Invalid, 16,
            "the bundle has no transparency log entry",
            "A signature that was never logged can be made in secret: do not install.";
        /// A log entry with the wrong shape.
        LogEntryMalformed { #[doc = "Which member, and what is wrong."] reason: Text }
            = "LOG_ENTRY_MALFORMED", Malformed, Invalid, 20,
            "the log entry is malformed: {reason}",
            "Compare with what the registry itself answers.";
        /// An entry of a kind or version that this version does not bind.
        UnsupportedLogEntry { #[doc = "Kind and version."] kind: Text }
            = "UNSUPPORTED_LOG_ENTRY", Unproven, Unverifiable, 34,
            "log entries of kind {kind} are not supported",
            "A newer version of this library may know it.";
        /// An entry of a log that is not in the trusted root.
        UnknownLog { #[doc = "The log id in hex."] log_id: Text } = "UNKNOWN_LOG", Unproven, Unverifiable, 32,
            "the transparency log {log_id} is not in the trusted root",
            "Refresh trust, or check that the trusted root is for this Sigstore instance.";
        /// The log's key was not valid at that time.
        LogKeyExpired { #[doc = "The time."] time: Timestamp } = "LOG_KEY_EXPIRED", Altered, Invalid, 18,
            "the transparency log's key is not valid at {time}",
            "A retired log key vouches for nothing new: do not install.";
        /// The log's signed promise does not cover this entry.
        LogPromise = "LOG_PROMISE", Altered, Invalid, 5,
            "the log's signed entry timestamp is not over this entry",
            "Do not install: the entry, its index or its time was altered.";
        /// The bundle's version needs a promise, and there is none.
        MissingLogPromise = "MISSING_LOG_PROMISE", Altered, Invalid, 17,
            "a v0.1 bundle needs a signed entry timestamp, and has none",
            "Compare with what the registry itself answers.";
        /// The bundle's version needs an inclusion proof, and there is none.
        MissingInclusionProof = "MISSING_INCLUSION_PROOF", Altered, Invalid, 17,
            "the log entry has no inclusion proof with a checkpoint",
            "Compare with what the registry itself answers.";
        /// Only a promise, from a time when npm already served proofs.
        PromiseOnly { #[doc = "The entry's time."] time: Timestamp } = "PROMISE_ONLY", Unproven, Unverifiable, 35,
            "the log entry of {time} has only a promise, and entries of that time come with a proof",
            "The proof may have been removed on the way: ask the registry itself.";
        /// The inclusion proof does not lead to the checkpoint's root.
        InclusionProof { #[doc = "What is wrong."] reason: &'static str } = "INCLUSION_PROOF", Altered, Invalid, 5,
            "the inclusion proof does not hold: {reason}",
            "Do not install: the entry is not in the log that the checkpoint signs.";
        /// A checkpoint that is no signed note.
        CheckpointMalformed { #[doc = "What is wrong."] reason: &'static str }
            = "CHECKPOINT_MALFORMED", Malformed, Invalid, 20,
            "the checkpoint is no signed note: {reason}",
            "Compare with what the registry itself answers.";
        /// No signature line by this log's name and key.
        CheckpointUnsigned { #[doc = "The log's name."] expected: Text } = "CHECKPOINT_UNSIGNED", Altered, Invalid, 6,
            "the checkpoint has no signature by the entry's own log {expected}",
            "Do not install: a checkpoint of another log proves nothing about this entry.";
        /// A signature line by this log that does not verify.
        CheckpointSignature = "CHECKPOINT_SIGNATURE", Altered, Invalid, 5,
            "the log's signature on the checkpoint is not good",
            "Do not install: the checkpoint was altered.";
        /// The proof speaks of another tree than the checkpoint.
        CheckpointMismatch { #[doc = "Which of size and root."] what: &'static str }
            = "CHECKPOINT_MISMATCH", Altered, Invalid, 6,
            "the inclusion proof's {what} is not the checkpoint's",
            "Do not install: the proof belongs to another tree.";

        // Proof 3 and 4: time.

        /// An RFC 3161 response that cannot be read.
        TimestampMalformed { #[doc = "What is wrong."] reason: Text } = "TIMESTAMP_MALFORMED", Malformed, Invalid, 20,
            "the timestamp cannot be read: {reason}",
            "Compare with what the registry itself answers.";
        /// A timestamp authority's refusal.
        TimestampStatus { #[doc = "The PKIStatus."] status: u8 } = "TIMESTAMP_STATUS", Malformed, Invalid, 20,
            "the timestamp is a refusal with status {status}",
            "Compare with what the registry itself answers.";
        /// A timestamp that uses something that this version does not verify.
        TimestampUnsupported { #[doc = "What it uses."] what: Text }
            = "TIMESTAMP_UNSUPPORTED", Unproven, Unverifiable, 34,
            "the timestamp uses {what}, which is not supported",
            "A newer version of this library may know it.";
        /// Signed attributes that are not as they must be.
        TimestampAttributes { #[doc = "What is wrong."] reason: &'static str }
            = "TIMESTAMP_ATTRIBUTES", Altered, Invalid, 11,
            "the timestamp's signed attributes are wrong: {reason}",
            "Do not install: what the timestamp authority signed is not what it seems.";
        /// Signed attributes about another content.
        TimestampContent { #[doc = "Which of type and digest."] what: &'static str }
            = "TIMESTAMP_CONTENT", Altered, Invalid, 5,
            "the timestamp's signed attributes are about content of another {what}",
            "Do not install: the timestamp was altered.";
        /// A timestamp over something else than the bundle's signature.
        TimestampImprint = "TIMESTAMP_IMPRINT", Altered, Invalid, 5,
            "the timestamp is not over this signature",
            "Do not install: a genuine timestamp of something else was put beside this bundle.";
        /// A timestamp by an authority that is not in the trusted root.
        UnknownTimestampAuthority = "UNKNOWN_TIMESTAMP_AUTHORITY", Unproven, Unverifiable, 32,
            "no timestamp authority of the trusted root made this timestamp",
            "Refresh trust, or check that the trusted root is for this Sigstore instance.";
        /// A timestamp that states another certificate as its signer's than the authority's.
        TimestampCertificate = "TIMESTAMP_CERTIFICATE", Altered, Invalid, 6,
            "the timestamp was not made for the authority's certificate in the trusted root",
            "Do not install: another certificate was put in the timestamp authority's place.";
        /// A timestamp that the authority's key did not sign.
        TimestampSignature = "TIMESTAMP_SIGNATURE", Altered, Invalid, 5,
            "the timestamp authority's signature is not good",
            "Do not install: the timestamp was altered or never made.";
        /// The trusted root does not vouch for the timestamp authority at the time it states.
        TimeOutsideTimestampAuthority { #[doc = "The time."] time: Timestamp }
            = "TIME_OUTSIDE_TIMESTAMP_AUTHORITY", Altered, Invalid, 6,
            "the trusted root does not vouch for the timestamp authority at {time}",
            "Do not install: the authority was retired, or not yet in service.";
        /// No authenticated time.
        NoVerifiedTime = "NO_VERIFIED_TIME", Unproven, Unverifiable, 36,
            "nothing trusted says when this was signed",
            "A key or certificate is only good within its window: ask the registry itself.";
        /// A time after `now`.
        TimeInFuture {
            #[doc = "The time."] time: Timestamp,
            #[doc = "The time that verification ran for."] now: Timestamp,
        } = "TIME_IN_FUTURE", Unproven, Unverifiable, 37,
            "this is dated {time}, after the present moment {now}",
            "Check the clock; seconds after a publication, wait and try again.";

        // Proof 5: the key.

        /// A certificate that cannot be read.
        CertificateMalformed { #[doc = "What is wrong."] reason: Text }
            = "CERTIFICATE_MALFORMED", Malformed, Invalid, 20,
            "the certificate cannot be read: {reason}",
            "Compare with what the registry itself answers.";
        /// A further certificate that is not in the trusted root.
        UntrustedCertificate = "UNTRUSTED_CERTIFICATE", Unproven, Unverifiable, 32,
            "the bundle brings a certificate authority that is not in the trusted root",
            "Trust never comes from a bundle: check that the trusted root is for this Sigstore instance.";
        /// No authority of the trusted root issued it.
        UnknownAuthority = "UNKNOWN_AUTHORITY", Unproven, Unverifiable, 32,
            "no certificate authority of the trusted root issued this certificate",
            "Refresh trust, or check that the trusted root is for this Sigstore instance.";
        /// The path to the authority does not hold.
        ChainInvalid { #[doc = "What is wrong."] reason: Text } = "CHAIN_INVALID", Altered, Invalid, 5,
            "the certificate's path to its authority does not hold: {reason}",
            "Do not install: the certificate was altered or never issued.";
        /// A certificate authority in place of a signer.
        CaAsLeaf = "CA_AS_LEAF", Altered, Invalid, 6,
            "the signing certificate is that of an authority",
            "Do not install: authorities issue certificates and sign no packages.";
        /// Not usable for digital signatures alone.
        KeyUsage { #[doc = "What is wrong."] reason: &'static str } = "KEY_USAGE", Altered, Invalid, 11,
            "the signing certificate's key usage is wrong: {reason}",
            "Do not install: the certificate was issued for something else.";
        /// Not usable for code signing.
        ExtendedKeyUsage = "EXTENDED_KEY_USAGE", Altered, Invalid, 11,
            "the signing certificate is not for code signing",
            "Do not install: the certificate was issued for something else.";
        /// Not exactly one critical subject alternative name.
        SubjectAltName { #[doc = "What is wrong."] reason: &'static str } = "SUBJECT_ALT_NAME", Altered, Invalid, 11,
            "the signing certificate's subject alternative name is wrong: {reason}",
            "Do not install: a certificate that names two signers, or none, names nobody.";
        /// A critical extension that is not understood.
        CriticalExtension { #[doc = "Its object identifier."] oid: Text }
            = "CRITICAL_EXTENSION", Unproven, Unverifiable, 33,
            "a certificate has the critical extension {oid}, which is not understood",
            "A newer version of this library may know it.";
        /// A certificate of the path was not valid at a verified time.
        TimeOutsideCertificate {
            #[doc = "Which certificate."] which: &'static str,
            #[doc = "The time."] time: Timestamp,
        } = "TIME_OUTSIDE_CERTIFICATE", Altered, Invalid, 6,
            "{which} is not valid at {time}, when this was signed",
            "Do not install: an expired certificate's key may be in anybody's hands.";
        /// The trusted root does not vouch for the authority at a verified time.
        TimeOutsideAuthority { #[doc = "The time."] time: Timestamp } = "TIME_OUTSIDE_AUTHORITY", Altered, Invalid, 6,
            "the trusted root does not vouch for the certificate authority at {time}",
            "Do not install: the authority was retired, or not yet in service.";
        /// A signing key of an algorithm that this version does not verify.
        UnsupportedSigningKey { #[doc = "Its algorithm."] algorithm: Text }
            = "UNSUPPORTED_SIGNING_KEY", Unproven, Unverifiable, 33,
            "the signing certificate's key is of the unsupported kind {algorithm}",
            "A newer version of this library may know it.";

        // Proof 6: SCT.

        /// The certificate was never logged.
        MissingSct = "MISSING_SCT", Altered, Invalid, 13,
            "the certificate carries no signed certificate timestamp",
            "Do not install: a certificate that was never logged can be issued in secret.";
        /// An SCT list that cannot be read.
        SctMalformed { #[doc = "What is wrong."] reason: &'static str } = "SCT_MALFORMED", Malformed, Invalid, 20,
            "the signed certificate timestamp cannot be read: {reason}",
            "Compare with what the registry itself answers.";
        /// Only SCTs by logs that are not in the trusted root.
        UnknownCtLog { #[doc = "The log id in hex."] log_id: Text } = "UNKNOWN_CT_LOG", Unproven, Unverifiable, 32,
            "the certificate log {log_id} is not in the trusted root",
            "Refresh trust, or check that the trusted root is for this Sigstore instance.";
        /// An SCT by a known log that does not verify.
        Sct = "SCT", Altered, Invalid, 5,
            "the signed certificate timestamp is not over this certificate and its issuer",
            "Do not install: the certificate is not the one that was logged.";
        /// An SCT outside the log key's window.
        SctKeyExpired { #[doc = "The SCT's time."] time: Timestamp } = "SCT_KEY_EXPIRED", Altered, Invalid, 13,
            "the certificate log's key is not valid at {time}",
            "Do not install: a retired log key vouches for nothing new.";

        // Proof 7 and 8: signature and binding.

        /// The envelope's signature is not good.
        EnvelopeSignature = "ENVELOPE_SIGNATURE", Altered, Invalid, 4,
            "the envelope's signature is not by the key that was proved, over this payload",
            "Do not install: the attestation was altered.";
        /// The message signature is not good.
        MessageSignature = "MESSAGE_SIGNATURE", Altered, Invalid, 4,
            "the signature is not by the key that was proved, over this artifact",
            "Do not use the artifact: it is not the one that was signed.";
        /// The bundle says that it is about another artifact.
        MessageDigest = "MESSAGE_DIGEST", Altered, Invalid, 4,
            "the bundle's message digest is not the artifact's",
            "Do not use the artifact: it is not the one that the bundle is about.";
        /// A digest of the artifact that was needed and not given.
        DigestNotSupplied { #[doc = "Its algorithm."] algorithm: &'static str }
            = "DIGEST_NOT_SUPPLIED", Unproven, Unverifiable, 33,
            "the signature is over the artifact's {algorithm}, which was not given",
            "Give the artifact's bytes, or that digest of them.";
        /// A log entry that is about another key, signature or payload.
        LogMismatch { #[doc = "Which of them."] what: &'static str } = "LOG_MISMATCH", Altered, Invalid, 5,
            "the log entry's {what} is not the bundle's",
            "Do not install: a genuine entry of something else was put beside this bundle.";

        // Proof 9: statement.

        /// A statement that cannot be read.
        StatementMalformed { #[doc = "Which member, and what is wrong."] reason: Text }
            = "STATEMENT_MALFORMED", Malformed, Invalid, 20,
            "the statement cannot be read: {reason}",
            "Compare with what the registry itself answers.";
        /// No in-toto statement of a known version.
        StatementType { #[doc = "Its type."] found: Text } = "STATEMENT_TYPE", Malformed, Invalid, 19,
            "the statement's type is \"{found}\", which is no in-toto statement v0.1 or v1",
            "Compare with what the registry itself answers.";
        /// Not exactly one subject.
        SubjectCount { #[doc = "How many."] found: usize } = "SUBJECT_COUNT", Altered, Invalid, 10,
            "the statement has {found} subjects, and npm writes exactly one",
            "Several subjects let a verifier look at another one; do not install.";
        /// The subject is another artifact.
        SubjectMismatch {
            #[doc = "Which of name and digest."] what: &'static str,
            #[doc = "The artifact's."] expected: Text,
            #[doc = "The statement's."] found: Text,
        } = "SUBJECT_MISMATCH", Altered, Invalid, 4,
            "the statement's subject {what} is {found}, expected {expected}",
            "Do not install: the attestation is about another package or tarball.";
        /// The publish predicate says something else than what was asked for.
        StatementMismatch {
            #[doc = "Which field."] what: &'static str,
            #[doc = "What was asked for."] expected: Text,
            #[doc = "What it says."] found: Text,
        } = "STATEMENT_MISMATCH", Altered, Invalid, 4,
            "the publish attestation's {what} is {found}, expected {expected}",
            "Do not install: it was published elsewhere, or as something else.";

        // Proof 10: identity.

        /// A Fulcio extension that cannot be read.
        ExtensionMalformed {
            #[doc = "Its number under 1.3.6.1.4.1.57264.1."] number: u32,
            #[doc = "What is wrong."] reason: &'static str,
        } = "EXTENSION_MALFORMED", Malformed, Invalid, 14,
            "the certificate's extension 1.3.6.1.4.1.57264.1.{number} cannot be read: {reason}",
            "An identity that cannot be read in full names nobody; do not install.";
        /// Two parts of the certificate that must agree do not.
        InconsistentIdentity {
            #[doc = "Which two."] what: &'static str,
            #[doc = "The first."] expected: Text,
            #[doc = "The second."] found: Text,
        } = "INCONSISTENT_IDENTITY", Altered, Invalid, 14,
            "the certificate contradicts itself, {what}: \"{expected}\" and \"{found}\"",
            "An identity that contradicts itself names nobody; do not install.";

        /// Signed by somebody else than expected.
        IdentityMismatch {
            #[doc = "Which of identity and issuer."] what: &'static str,
            #[doc = "What was expected."] expected: Text,
            #[doc = "What the certificate says."] found: Text,
        } = "IDENTITY_MISMATCH", Unwanted, Denied, 39,
            "the certificate's {what} is \"{found}\", expected \"{expected}\"",
            "The signature is sound, and somebody else's.";

        // Proof 11: predicate.

        /// The provenance says something else than the certificate.
        ProvenanceContradictsCertificate {
            #[doc = "Which field of the predicate."] field: &'static str,
            #[doc = "What follows from the certificate."] expected: Text,
            #[doc = "What the predicate says."] found: Text,
        } = "PROVENANCE_CONTRADICTS_CERTIFICATE", Altered, Invalid, 6,
            "the provenance's {field} is \"{found}\", the certificate says \"{expected}\"",
            "Do not install: the workflow wrote a provenance about somebody else.";

        // Decision 7: provenance belongs to a publication.

        /// The registry issues publish attestations, and there is no good one beside the provenance.
        PublishNotAttested = "PUBLISH_NOT_ATTESTED", Unproven, Unverifiable, 38,
            "the registry issues publish attestations, and there is no verified one for this package",
            "Anyone's workflow can attest anyone's tarball: the provenance alone does not count.";
        /// A provenance that was made after the publication it claims to explain.
        ProvenanceAfterPublish {
            #[doc = "When the provenance was logged."] provenance: Timestamp,
            #[doc = "When the publish attestation was logged."] publish: Timestamp,
        } = "PROVENANCE_AFTER_PUBLISH", Unproven, Unverifiable, 38,
            "the provenance is of {provenance}, later than the publication of {publish}",
            "Somebody attested the tarball afterwards: the provenance does not count.";
    }
}

impl From<ParseError> for VerifyError {
    fn from(error: ParseError) -> Self {
        Self::Unreadable(error)
    }
}
