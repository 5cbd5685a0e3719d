//! Input that cannot be read, or that is no legal value.

use super::{Text, error_table};

error_table! {
    /// Input that cannot be read. Nothing was verified, and nothing can be until it is mended.
    ParseError {
        /// The bytes are no JSON document at all (an HTML error page, a cut transfer).
        NotJson {
            /// The document.
            what: &'static str,
            /// What the reader met.
            reason: Text,
        } = "NOT_JSON", Malformed, Unavailable, 60,
            "{what} is not a JSON document: {reason}",
            "Ask again: a proxy or an interrupted transfer may have answered in the registry's place.";
        /// A document whose content has the wrong shape.
        Malformed {
            /// The document.
            what: &'static str,
            /// Which member, and what is wrong with it.
            reason: Text,
        } = "MALFORMED", Malformed, Invalid, 20,
            "{what} is malformed: {reason}",
            "Compare with what the registry itself answers; report it if that is broken too.";
        /// More, longer or deeper than the named limit.
        LimitExceeded {
            /// What was counted.
            what: &'static str,
            /// The limit.
            limit: u64,
        } = "LIMIT_EXCEEDED", Malformed, Invalid, 21,
            "{what}: the limit of {limit} is exceeded",
            "No genuine data comes near this limit; treat the source as hostile.";
        /// No package name by npm's grammar.
        PackageName {
            /// The name.
            name: Text,
            /// The rule it breaks.
            reason: &'static str,
        } = "PACKAGE_NAME", Malformed, Invalid, 22,
            "\"{name}\" is no npm package name: {reason}",
            "Use the name under which the registry lists the package, not an alias or a folder.";
        /// No version by Semantic Versioning 2.0.0.
        PackageVersion {
            /// The version.
            version: Text,
        } = "PACKAGE_VERSION", Malformed, Invalid, 22,
            "\"{version}\" is no exact version",
            "Give one exact version such as 1.2.3; no range, no tag, no leading v or =.";
        /// An integrity string (SRI) that cannot be read.
        IntegrityMalformed {
            /// The string.
            value: Text,
            /// What is wrong with it.
            reason: &'static str,
        } = "INTEGRITY_MALFORMED", Malformed, Invalid, 22,
            "the integrity \"{value}\" cannot be read: {reason}",
            "A good one is sha512- followed by 88 characters of base64.";
        /// No sha512: weaker digests never decide.
        WeakIntegrity {
            /// What there is instead.
            found: Text,
        } = "WEAK_INTEGRITY", Unproven, Unverifiable, 50,
            "no sha512 to check against, only {found}",
            "Install once with a current package manager, so that the lock file records sha512.";
        /// Two sha512 digests that differ.
        AmbiguousIntegrity = "AMBIGUOUS_INTEGRITY", Altered, Invalid, 12,
            "the integrity lists two different sha512 digests",
            "Only one of them can be the tarball's; remove the entry and lock it again.";
        /// Keys or a trusted root that cannot be used. Found when it is loaded, before any package.
        TrustInvalid {
            /// Which part.
            what: &'static str,
            /// What is wrong with it.
            reason: Text,
        } = "TRUST_INVALID", Malformed, Invalid, 1,
            "{what} cannot be trusted: {reason}",
            "Take the file again from its source (the TUF target, or the registry's keys endpoint).";
        /// A trusted publisher that could never match.
        PublisherInvalid {
            /// Which field.
            field: &'static str,
            /// Its value.
            value: Text,
            /// How to write it.
            reason: &'static str,
        } = "PUBLISHER_INVALID", Malformed, Invalid, 1,
            "the trusted publisher's {field} \"{value}\" can never match: {reason}",
            "Write it as the registry's trusted publisher form does: octo-org/octo-lib and release.yml.";
        /// A requirement that names nobody, or cannot be met by anybody.
        RequirementInvalid {
            /// Why.
            reason: &'static str,
        } = "REQUIREMENT_INVALID", Malformed, Invalid, 1,
            "the requirement is not one: {reason}",
            "Provenance alone proves nothing: name who must have signed it.";
        /// A policy that cannot be meant as it stands.
        PolicyInvalid {
            /// What is wrong with it.
            reason: Text,
        } = "POLICY_INVALID", Malformed, Invalid, 1,
            "the policy is not one: {reason}",
            "Nothing is decided by a policy that is not understood as a whole: mend what it names.";
        /// A trust lock that is corrupt, cut off, of a newer schema, or contradicts itself.
        LockInvalid {
            /// What is wrong with it.
            reason: Text,
        } = "LOCK_INVALID", Malformed, Invalid, 1,
            "the trust lock cannot be used: {reason}",
            "Restore it from version control; without it nothing is compared, and a new one trusts whatever comes first.";
    }
}
