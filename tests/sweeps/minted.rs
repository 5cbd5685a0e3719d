//! Responses of every era, minted by the miniature Sigstore and registry.

use countersign::policy::RequiredSigner;
use countersign::{Artifact, PackageId, RegistryId, RegistryKeys, TrustedRoot, Verifier};

use serde_json::Value;

use crate::place::OPEN_IN_REKOR_V2;
use crate::subject::Subject;
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::package::Package;
use crate::support::registry::{REGISTRY, response};
use crate::support::statement::SLSA_V1;

pub fn subjects() -> Vec<Subject> {
    Era::ALL.map(subject).into()
}

pub fn subject(era: Era) -> Subject {
    let mini = Miniature::new();
    judged(&format!("{era:?}"), &mini, &mini.response_of(&package(), era))
}

/// Both attestations logged in Rekor v2, each with a timestamp.
pub fn rekor_v2() -> Subject {
    let mini = Miniature::rekor_v2();
    let attestations = [mini.publish(&package()).rekor_v2().mint(), mini.provenance(&package()).rekor_v2().mint()];
    let subject = judged("Rekor v2", &mini, &response(&attestations));
    Subject { open: OPEN_IN_REKOR_V2, ..subject }
}

fn package() -> Package {
    Package::new("@octo/lib", "1.2.3")
}

fn judged(of: &str, mini: &Miniature, response: &Value) -> Subject {
    let (package, registry) = (package(), RegistryId::new(REGISTRY).unwrap());
    let keys = RegistryKeys::from_json(registry.clone(), mini.registry.tuf_keys().to_string().as_bytes()).unwrap();
    let id = PackageId::new(&package.name, &package.version).unwrap();
    Subject::new(
        format!("{id} of {of}"),
        Verifier::new(TrustedRoot::from_json(mini.trusted_root().text().as_bytes()).unwrap(), [keys]).unwrap(),
        Artifact::expected(registry, id, &package.integrity()).unwrap(),
        mini.registry.manifest(&package, Some(SLSA_V1)).to_string().into_bytes(),
        RequiredSigner::repository(
            "https://token.actions.githubusercontent.com",
            "https://github.com/octo-org/octo-lib",
        )
        .unwrap(),
        response.to_string().into_bytes(),
    )
}
