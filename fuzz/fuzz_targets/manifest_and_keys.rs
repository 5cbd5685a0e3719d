//! A manifest, a key set and a packument: what is read of a manifest and stored is read again, and no
//! signature is good but by a key of the verifier's own.
#![no_main]

use countersign::registry::RegistrySignature;
use countersign::{Attestations, Claims, DistClaims, PackageId, Packument, RegistryId, RegistryKeys};
use countersign_fuzz::{assert_printable, parts, seeds, trust};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: seeds::write("manifest_and_keys", seeds::manifests_and_keys()), |data: &[u8]| {
    let [manifest, keys, packument] = parts(data);
    if let Ok(packument) = Packument::from_json(packument) {
        let id = PackageId::new("@octo/lib", "1.2.3").unwrap();
        let _ = packument.version(&id).map_err(|error| assert_printable(&error.to_string()));
    }
    for registry in [RegistryId::npm(), trust::registry()] {
        if let Err(error) = RegistryKeys::from_json(registry, keys) {
            assert_printable(&error.to_string());
        }
    }
    let dist = match DistClaims::from_json(manifest) {
        Ok(dist) => dist,
        Err(error) => return assert_printable(&error.to_string()),
    };
    let stored = serde_json::to_vec(&dist).unwrap();
    assert_eq!(serde_json::from_slice::<DistClaims>(&stored).unwrap(), dist);
    let found = trust::VERIFIER.examine(&trust::ARTIFACT_OF, &Claims::new(dist, Attestations::NotAsked), trust::now());
    match found.registry_signature() {
        Ok(RegistrySignature::Verified(signed)) => {
            let keyid = signed.keyid().as_bytes();
            assert!(trust::KEYS.windows(keyid.len()).any(|window| window == keyid));
        }
        Ok(_) => {}
        Err(error) => assert_printable(&error.to_string()),
    }
});
