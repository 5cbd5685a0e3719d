//! CR-02 for the other document that a stranger writes: the version's manifest.

use std::panic::{AssertUnwindSafe, catch_unwind};

use countersign::evidence::Finding;
use countersign::registry::RegistrySignature;
use countersign::{Attestations, Claims, DistClaims};

use crate::damage::{ByteDeletions, Damage, PartDeletions, RawFlips, Replacements};
use crate::minted;
use crate::sample;
use crate::subject::{Subject, now};
use crate::support::bundle::Era;

/// Whether the damaged manifest is refused, or proves nothing that the whole one does not. The time that
/// the key's window was judged at, and which further signatures there are, belong to the signature.
fn judge(subject: &Subject, manifest: &[u8]) -> Result<(), String> {
    let evidence = |manifest: &[u8]| {
        let claims = Claims::new(DistClaims::from_json(manifest).ok()?, Attestations::Body(subject.response.clone()));
        subject.verifier.verify(&subject.artifact, &claims, now()).ok()
    };
    let whole = evidence(&subject.manifest).unwrap();
    let Some(found) = evidence(manifest) else { return Ok(()) };
    match found.registry_signature() {
        RegistrySignature::Verified(_) if found.registry_signature() != whole.registry_signature() => {
            return Err(format!("{:?}", found.registry_signature()));
        }
        _ => {}
    }
    let (here, there) = (found.examination(), whole.examination());
    let publish = !matches!(here.publish_attestation(), Finding::Proven(_))
        || here.publish_attestation() == there.publish_attestation();
    let provenance = !matches!(here.provenance(), Finding::Proven(_)) || here.provenance() == there.provenance();
    if publish && provenance && found.artifact() == whole.artifact() { Ok(()) } else { Err(format!("{found:?}")) }
}

fn sweep<D: Damage>(budget: usize, of: fn(&[u8]) -> D) {
    let subject = minted::subject(Era::Mar2026);
    let damage = of(&subject.manifest);
    let indices = sample::indices(damage.count(), budget);
    for &index in &indices {
        let (what, mutant) = damage.mutant(index);
        match catch_unwind(AssertUnwindSafe(|| judge(&subject, &mutant))) {
            Ok(Ok(())) => {}
            Ok(Err(other)) => panic!("{what}: accepted with other evidence: {other}"),
            Err(_) => panic!("{what}: the verifier panicked"),
        }
    }
    println!("manifest, {} of {} {}", indices.len(), damage.count(), D::NAME);
}

#[test]
fn cr_02_no_damage_to_a_manifest_proves_anything_else() {
    sweep(200, RawFlips::of);
    sweep(200, ByteDeletions::of);
    sweep(100, Replacements::of);
    sweep(100, PartDeletions::of);
}
