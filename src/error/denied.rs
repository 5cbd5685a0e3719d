//! Sound, but not wanted.

use super::{Text, error_table};
use crate::need::Need;
use crate::time::Timestamp;

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
        /// The repository is the one whose number is pinned, under another name.
        RepositoryRenamed {
            /// The name that is configured.
            expected: Text,
            /// The name in the certificate.
            found: Text,
        } = "REPOSITORY_RENAMED", Unwanted, Denied, 7,
            "the repository \"{expected}\" is now called \"{found}\": its pinned number is the same",
            "The number proves that it is the same repository: write its new name into the configured publisher.";
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
        /// The trusted publisher is required, and no source names one for this package.
        PublisherUnconfigured = "PUBLISHER_UNCONFIGURED", Unwanted, Denied, 7,
            "a trusted publisher is required, and none is configured for this package",
            "Add its publishers to the rule, or give what `npm trust list --json` prints for it.";
        /// Published too recently.
        TooYoung {
            /// When.
            published: Timestamp,
            /// How many hours are required.
            hours: u32,
        } = "TOO_YOUNG", Unwanted, Denied, 15,
            "it was published at {published}, and {hours} hours must have passed since",
            "Wait, or take an older version; an urgent fix can be exempted by name and version.";
        /// No time that counts says how old it is.
        AgeUnprovable {
            /// Why.
            reason: &'static str,
        } = "AGE_UNPROVABLE", Unproven, Unverifiable, 16,
            "its age cannot be proved: {reason}",
            "Let the rule take the packument's unsigned time (time = \"asserted\"), or exempt this version.";
        /// A rule for a name guards every place where that name is installed (design decision 15).
        SlotOccupied {
            /// The name that the place is for.
            slot: Text,
            /// What stands there instead.
            found: Text,
        } = "SLOT_OCCUPIED", Unwanted, Denied, 4,
            "a rule names {slot}, and where {slot} is installed stands {found}",
            "Whatever imports this name runs the other thing: lock the package itself, or move the rule.";
        /// What is required was there and does not hold. Evidence is never made of that: only reports see it.
        ClaimFailed {
            /// Which claim.
            claim: &'static str,
        } = "CLAIM_FAILED", Altered, Invalid, 3,
            "the {claim} is required, and it does not hold",
            "See the failure of the claim itself.";
        /// An earlier version was published with more. It rests on what the registry says of itself.
        TrustDowngrade {
            /// The latest of the earlier versions that had most.
            from_version: Text,
            /// What that one had.
            from_level: &'static str,
            /// What this one has.
            to_level: &'static str,
            /// Whether the earlier evidence is `registry-asserted` or `verified`.
            basis: &'static str,
        } = "TRUST_DOWNGRADE", Unwanted, Denied, 7,
            "its level is {to_level}, and that of {from_version}, published before it, is {from_level} ({basis})",
            "Ask the maintainer why, or use the earlier version. If it is known and harmless, exempt this version by name; for maintenance lines, compare within the same major.";
        /// The registry dates no version of the package, so that none is known to be earlier.
        HistoryUndated = "HISTORY_UNDATED", Unproven, Unverifiable, 33,
            "the packument has no publish times at all, so that nothing says which versions came before",
            "Supply the full packument: the abbreviated one has no times, and some mirrors remove them.";
        /// The registry dates other versions of the package, and not this one.
        VersionUndated = "VERSION_UNDATED", Unproven, Unverifiable, 34,
            "the packument has publish times, and none that can be read for this version",
            "Ask the registry itself, and later: a version that it lists and does not date is unusual.";
        /// Evidence from the future: it was verified for a later moment than it is judged at.
        JudgedBeforeVerified = "JUDGED_BEFORE_VERIFIED", Unproven, Unverifiable, 42,
            "the evidence was made for a later time than the one it is judged at",
            "Pass the same or a later time to authorize than to verify.";
    }
}

impl Denied {
    /// Whether fresh trust material could change this: refresh once, verify and authorize again. Of any
    /// other denial it would be in vain.
    #[must_use]
    pub fn wants_fresh_trust(&self) -> bool {
        matches!(self, Self::UnknownRegistryKey { .. } | Self::NoRegistryKeys)
    }
}
