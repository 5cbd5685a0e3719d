//! Responses of every era, minted by the miniature Sigstore and registry.

use countersign::policy::RequiredSigner;
use countersign::{Artifact, PackageId, RegistryId, RegistryKeys, TrustedRoot, Verifier};

use crate::subject::Subject;
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::package::Package;
use crate::support::registry::REGISTRY;
use crate::support::statement::SLSA_V1;

pub fn subjects() -> Vec<Subject> {
    Era::ALL.map(subject).into()
}

pub fn subject(era: Era) -> Subject {
    let (mini, package) = (Miniature::new(), Package::new("@octo/lib", "1.2.3"));
    let registry = RegistryId::new(REGISTRY).unwrap();
    let keys = RegistryKeys::from_json(registry.clone(), mini.registry.tuf_keys().to_string().as_bytes()).unwrap();
    let id = PackageId::new(&package.name, &package.version).unwrap();
    Subject::new(
        format!("{id} of {era:?}"),
        Verifier::new(TrustedRoot::from_json(mini.trusted_root().text().as_bytes()).unwrap(), [keys]).unwrap(),
        Artifact::expected(registry, id, &package.integrity()).unwrap(),
        mini.registry.manifest(&package, Some(SLSA_V1)).to_string().into_bytes(),
        RequiredSigner::repository(
            "https://token.actions.githubusercontent.com",
            "https://github.com/octo-org/octo-lib",
        )
        .unwrap(),
        mini.response_of(&package, era).to_string().into_bytes(),
    )
}
