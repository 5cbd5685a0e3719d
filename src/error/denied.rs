//! Sound, but not wanted.

use super::{Text, error_table};
use crate::need::Need;

error_table! {
    /// Why a requirement is not met by evidence that is itself sound.
    Denied {
        /// Something that the requirement needs was never fetched. See `Requirement::needs`.
        NotSupplied {
            /// What.
            need: Need,
        } = "NOT_SUPPLIED", Unproven, Unverifiable, 40,
            "the requirement needs {need}, which was not supplied",
            "Fetch what Requirement::needs lists, and verify again with it.";
        /// The registry has keys, and this version carries no signature by them.
        MissingRegistrySignature = "MISSING_REGISTRY_SIGNATURE", Unwanted, Denied, 10,
            "there is no registry signature, and the registry signs its packages",
            "A mirror may strip signatures: ask the registry itself. If it has none either, do not install.";
        /// Only signatures by keys that are not in the key set.
        UnknownRegistryKey {
            /// The first such key id.
            keyid: Text,
        } = "UNKNOWN_KEY", Unproven, Unverifiable, 30,
            "the registry signature names key {keyid}, which is not in the trusted key set",
            "Refresh trust: the registry may have rotated its keys since the snapshot.";
        /// The verifier has no keys for this registry.
        NoRegistryKeys = "NO_REGISTRY_KEYS", Unproven, Unverifiable, 31,
            "no keys are trusted for this package's registry",
            "Give the registry's keys, or do not require a registry signature from it.";
        /// Signed by a key that has an end, and no time says on which side of it.
        WindowUnjudged {
            /// The key.
            keyid: Text,
        } = "WINDOW_UNJUDGED", Unproven, Unverifiable, 32,
            "the signing key {keyid} has ended, and nothing says that the package is older than that",
            "Supply the packument's publish time, or accept ended keys for this package by name.";
        /// There is none, and one is required.
        MissingProvenance = "MISSING_PROVENANCE", Unwanted, Denied, 11,
            "there is no provenance, and one is required",
            "Choose a version that was published with provenance, or ask the maintainer why it was lost.";
        /// The manifest advertises what the attestation endpoint does not deliver.
        AttestationsWithheld = "ATTESTATIONS_WITHHELD", Unproven, Unverifiable, 12,
            "the manifest advertises attestations that were not delivered",
            "Ask the registry itself: a mirror or an attacker in between may hold them back.";
        /// The attestations could not be fetched.
        AttestationsUnavailable {
            /// Why.
            reason: Text,
        } = "ATTESTATIONS_UNAVAILABLE", Unproven, Unverifiable, 41,
            "the attestations could not be fetched: {reason}",
            "Try again; a failed download is never taken for absence.";
        /// Provenance without a publish attestation of the same artifact.
        ProvenanceUnconfirmed {
            /// The code that says what is missing.
            code: &'static str,
        } = "PROVENANCE_UNCONFIRMED", Unproven, Unverifiable, 13,
            "the provenance is not confirmed by the registry's publish attestation ({code})",
            "Anyone can attest anyone's tarball; without the registry's attestation it does not count.";
        /// The certificate names somebody else.
        PublisherMismatch {
            /// Which field.
            field: &'static str,
            /// What is configured.
            expected: Text,
            /// What the certificate says.
            found: Text,
        } = "PUBLISHER_MISMATCH", Unwanted, Denied, 5,
            "the trusted publisher's {field} is \"{expected}\", the certificate says \"{found}\"",
            "If the project really moved, change the configured publisher; if not, do not install.";
        /// The certificate does not say what the configuration asks about.
        PublisherUnprovable {
            /// Which field.
            field: &'static str,
            /// Why.
            reason: Text,
        } = "PUBLISHER_UNPROVABLE", Unproven, Unverifiable, 14,
            "the trusted publisher's {field} cannot be proved: {reason}",
            "Waive this field by name for this package, or require a newer version.";
        /// The signer is nobody that the requirement names.
        SignerMismatch {
            /// Which field.
            field: &'static str,
            /// What is required.
            expected: Text,
            /// What the certificate says.
            found: Text,
        } = "SIGNER_MISMATCH", Unwanted, Denied, 6,
            "provenance is required from {field} \"{expected}\", the certificate says \"{found}\"",
            "If the project really moved, change the requirement; if not, do not install.";
        /// A rule for a name guards every place where that name is installed (design decision 15).
        SlotOccupied {
            /// The name that the place is for.
            slot: Text,
            /// What stands there instead.
            found: Text,
        } = "SLOT_OCCUPIED", Unwanted, Denied, 4,
            "a rule names {slot}, and where {slot} is installed stands {found}",
            "Whatever imports this name runs the other thing: lock the package itself, or move the rule.";
        /// It differs from what the trust lock pins.
        Drift {
            /// The gravest event.
            event: &'static str,
            /// What is pinned.
            before: Text,
            /// What was found.
            after: Text,
        } = "DRIFT", Unwanted, Denied, 3,
            "{event}: the trust lock has \"{before}\", and this version has \"{after}\"",
            "Read the advice of each event; accept the change by name and version only if you can explain it.";
        /// Evidence from the future: it was verified for a later moment than it is judged at.
        JudgedBeforeVerified = "JUDGED_BEFORE_VERIFIED", Unproven, Unverifiable, 42,
            "the evidence was made for a later time than the one it is judged at",
            "Pass the same or a later time to authorize than to verify.";
    }
}
