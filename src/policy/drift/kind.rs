//! What can differ between a pinned version and another one, and how grave that is.

use core::fmt;

use serde::{Serialize, Serializer};

/// How grave an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// It happens in good projects too; somebody must look.
    High,
    /// It is what a hijacked package looks like.
    Critical,
}

/// Declares the kinds together with their only table: name, severity, advice.
macro_rules! drift_kinds {
    ($( $(#[$doc:meta])* $kind:ident = $name:literal, $severity:ident, $advice:literal; )*) => {
        /// What sort of change it is. The gravest stand first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum DriftKind {
            $( $(#[$doc])* $kind, )*
        }

        impl DriftKind {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [Self] = &[$( Self::$kind ),*];

            /// Its name in reports.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$kind => $name, )* }
            }

            /// How grave it is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $( Self::$kind => Severity::$severity, )* }
            }

            /// What the person who reads it can do.
            #[must_use]
            pub fn advice(self) -> &'static str {
                match self { $( Self::$kind => $advice, )* }
            }
        }
    };
}

drift_kinds! {
    /// The same version with other bytes. A registry never does that.
    ArtifactReplaced = "artifact-replaced", Critical,
        "A published version never changes: find out where these bytes come from before you install them.";
    /// Another CI system, another kind of signer, or a repository that nothing ties to the pinned one.
    PublisherChanged = "publisher-changed", Critical,
        "Ask the maintainers through another channel whether the package moved. Until then keep the pinned version.";
    /// The repository's number is another one: it was deleted and registered again, or replaced.
    RepositoryTakenOver = "repository-taken-over", Critical,
        "Whoever has this repository is not known to be who had the pinned one: treat it as a stranger's.";
    /// There is no provenance, and the pinned version has some.
    ProvenanceLost = "provenance-lost", Critical,
        "A stolen token publishes without provenance: keep the pinned version until the maintainers explain it.";
    /// There is no registry signature, and the pinned version has one.
    RegistrySignatureLost = "registry-signature-lost", Critical,
        "A mirror may strip signatures: ask the registry itself. If it has none either, do not install.";
    /// A newer version signed by a key that the registry had replaced before.
    EndedKeyReused = "ended-key-reused", Critical,
        "A retired key may be in other hands: refresh the trusted keys, and do not install until it is explained.";
    /// Another key signed, and the pinned one is not known to have ended.
    SigningKeyChanged = "signing-key-changed", Critical,
        "Refresh the trusted keys: an ordinary rotation names the end of the old key. Otherwise do not install.";
    /// The same repository, by its number, under another name.
    RepositoryRenamed = "repository-renamed", High,
        "Confirm the new name at the project's page, then accept this version.";
    /// The repository, or its namespace, belongs to another account.
    OwnerTransferred = "owner-transferred", High,
        "Confirm that the project was handed over, and to whom, then accept this version.";
    /// Another workflow was started.
    WorkflowChanged = "workflow-changed", High,
        "Look at the new workflow: anybody who may push can add one. Accept it if the project releases so now.";
    /// It was built from a branch or a bare commit where the pinned version was built from a tag, or from
    /// another branch.
    RefMoved = "ref-moved", High,
        "Compare the source at that ref with the project's releases before you accept this version.";
    /// The deployment environment, and with it its approvals, is gone.
    EnvironmentDropped = "environment-dropped", High,
        "Approvals of the environment no longer guard the release: ask the maintainers why.";
    /// Another deployment environment.
    EnvironmentChanged = "environment-changed", High,
        "Another environment has other approvals: confirm it with the maintainers.";
    /// It did not run, or is not known to have run, on the CI system's own machines.
    RunnerSelfHosted = "runner-self-hosted", High,
        "Whoever controls the machine controls the build: confirm it with the maintainers.";
    /// Started by an event that people outside the project can fire.
    TriggerOpened = "trigger-opened-to-outsiders", High,
        "Outsiders can start such a run: read the workflow for what it takes from them.";
    /// Another reusable workflow signed, or there was one and now there is none, or the reverse.
    CalleeChanged = "callee-changed", High,
        "Other code built this version: look at the reusable workflow that is named.";
    /// The registry no longer says that it was published without a long-lived token.
    TrustedPublishingLost = "trusted-publishing-lost", High,
        "It may have been published with a token: ask the maintainers. The registry's word on this is unsigned.";
    /// The pinned version has provenance; whether this one has is not known.
    ProvenanceNotKnown = "provenance-not-known", High,
        "Fetch the attestations from the registry itself and audit again; not knowing is never taken for sameness.";
    /// The pinned version is signed; this one only by keys that are not trusted here.
    RegistrySignatureNotKnown = "registry-signature-not-known", High,
        "Refresh the trusted keys and audit again; not knowing is never taken for sameness.";
    /// An older version than the highest that is pinned.
    Rollback = "rollback", High,
        "An older version brings back what was mended since: accept it only if you chose it yourself.";
    /// Nothing of this package is pinned.
    FirstSeen = "first-seen", Info,
        "Look at who signed it before you record it: later versions are compared with this one.";
}

impl fmt::Display for DriftKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for DriftKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
