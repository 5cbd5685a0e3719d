//! The README's program: one package, from the documents in hand to the bytes that may be unpacked.
//!
//! `cargo run --example verify_package`, in this repository: the documents are those of `testdata/`.

use std::{fs, time::SystemTime};

use countersign::{Artifact, ArtifactHasher, Attestations, Claims, PackageId, Packument, RegistryId, RegistryKeys};
use countersign::{Requirement, Timestamp, TrustedPublisher, TrustedRoot, Verifier};

/// What the consumer's own lock file says; never what the registry answers.
const LOCKED: &str = "sha512-lusySlCashYHqB6dCFalpGZPb7/h22cT7yEonrlpqVGfVZ6Le54hT9Z4xxTT2dyl0REd579EJ1XAmL8GVJ29Vw==";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Once per process. Trust is data: bad keys or a bad root fail here, not later.
    let registry = RegistryId::new("https://npm.example")?;
    let root = TrustedRoot::from_json(&fs::read("testdata/registry-trust/trusted_root.json")?)?;
    let keys = RegistryKeys::from_json(registry.clone(), &fs::read("testdata/registry-trust/keys.json")?)?;
    let verifier = Verifier::new(root, [keys])?;
    let requirement = Requirement::trusted_publisher(TrustedPublisher::github("octo-org/octo-lib", "release.yml")?);

    // Once per package, on any thread.
    let (id, now) = (PackageId::new("@octo/lib", "1.2.3")?, Timestamp::from(SystemTime::now()));
    let packument = fs::read("testdata/registry/packuments/@octo%2flib.json")?;
    let (dist, published) = Packument::from_json(&packument)?.version(&id)?.ok_or("no such version")?;
    let attestations = Attestations::Body(fs::read("testdata/registry/attestations/@octo%2flib@1.2.3.json")?);
    let claims = Claims::new(dist, attestations).with_publish_time(published);
    let evidence = verifier.verify(&Artifact::expected(registry, id, LOCKED)?, &claims, now)?; // forged, altered?
    let authorized = requirement.authorize(&evidence, now)?; // sound, but not wanted?
    println!("signed by {}", authorized.publisher());

    // When the tarball has arrived: nothing is unpacked without an `Admitted`.
    let mut hasher = ArtifactHasher::new();
    hasher.update(b"the tarball of @octo/lib@1.2.3\n");
    let admitted = authorized.admit(hasher.finish())?; // other bytes?
    println!("{} may be unpacked", admitted.artifact().id());
    Ok(())
}
