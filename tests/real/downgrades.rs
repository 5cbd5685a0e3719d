//! Every natural downgrade in a recording of npm's public registry.

use std::collections::BTreeSet;

use countersign::claims::PastVersion;
use countersign::policy::{Downgrade, DowngradeRule, DowngradeScope, OnDowngrade};
use countersign::{
    Artifact, Attestations, Claims, Denied, Examination, History, Level, PackageId, Packument, RegistryId, Timestamp,
    TrustSnapshot, Verifier,
};

use crate::shared;

/// One project, undici, published some releases by hand. `undici-types` lost its provenance with 6.19.3.
/// No other package that is dated here ever had less than before; semver and node-gyp, which users of pnpm name, are
/// not among them.
const SAME_MAJOR: [&str; 16] = [
    "undici-types@6.19.3: 6.19.2 provenance > registry-signature",
    "undici-types@6.19.4: 6.19.2 provenance > registry-signature",
    "undici-types@6.19.5: 6.19.2 provenance > registry-signature",
    "undici-types@6.19.6: 6.19.2 provenance > registry-signature",
    "undici-types@6.19.8: 6.19.2 provenance > registry-signature",
    "undici-types@6.20.0: 6.19.2 provenance > registry-signature",
    "undici-types@6.21.0: 6.19.2 provenance > registry-signature",
    "undici-types@7.1.1: 7.1.0 provenance > registry-signature",
    "undici-types@7.2.0: 7.1.0 provenance > registry-signature",
    "undici-types@7.2.1: 7.1.0 provenance > registry-signature",
    "undici@6.25.0: 6.24.1 trusted-publisher > registry-signature",
    "undici@7.17.0: 7.16.0 trusted-publisher > registry-signature",
    "undici@7.18.2: 7.18.1 trusted-publisher > registry-signature",
    "undici@7.20.0: 7.19.2 trusted-publisher > registry-signature",
    "undici@7.24.2: 7.24.1 trusted-publisher > registry-signature",
    "undici@7.24.3: 7.24.1 trusted-publisher > registry-signature",
];

/// Downgrades only beside another major line.
const BY_ANOTHER_MAJOR: [&str; 2] = [
    "undici-types@7.0.0: 6.19.2 provenance > registry-signature",
    "undici@6.22.0: 7.16.0 trusted-publisher > registry-signature",
];

const NOW: &str = "2026-11-22T00:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn packuments() -> Option<Vec<Vec<u8>>> {
    let folder = shared::folder()?.join("registry/packuments");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    assert_eq!(paths.len(), 202);
    Some(paths.iter().map(|path| shared::bytes(path)).collect())
}

/// Every version of a package as a candidate.
fn candidates(verifier: &Verifier, packument: &[u8]) -> Vec<Examination> {
    let packument = Packument::from_json(packument).unwrap();
    let history = packument.history();
    let examine = |past: &PastVersion| {
        assert!(past.level().is_some(), "{}@{} is unreadable", history.name(), past.version());
        let id = PackageId::new(history.name(), past.version()).unwrap();
        let (dist, _) = packument.version(&id).unwrap().unwrap();
        // No byte is looked at, so that any digest will do.
        let integrity = format!("sha512-{}==", "A".repeat(86));
        let artifact = Artifact::expected(RegistryId::npm(), id, &integrity).unwrap();
        let claims = Claims::new(dist, Attestations::NotAsked).with_history(history.clone());
        verifier.examine(&artifact, &claims, now())
    };
    history.versions().iter().map(examine).collect()
}

fn shown(downgrade: &Downgrade) -> String {
    assert_eq!(downgrade.spoiled(), 0);
    let (from, level) = (downgrade.from_version(), downgrade.from_level());
    format!("{}: {from} {level} > {}", downgrade.package(), downgrade.to_level())
}

#[test]
fn every_natural_downgrade_is_found() {
    let Some(packuments) = packuments() else { return };
    let verifier = Verifier::new(TrustSnapshot::trusted_root().unwrap(), []).unwrap();
    let all = DowngradeRule::new(OnDowngrade::Warn);
    let same_major = all.scope(DowngradeScope::SameMajor);
    let since = |date: &str| all.enforce_since(format!("{date}T00:00:00Z").parse().unwrap());
    let not_older = |days: u16| all.ignore_older_than(days.try_into().unwrap());
    let optional = [since("2026-01-05"), since("2026-01-06"), since("2026-04-14"), not_older(365), not_older(180)];
    let (mut in_all, mut in_same, mut left) = (Vec::new(), Vec::new(), [0; 5]);
    let (mut judged, mut undated_packages, mut undated_versions) = (0, BTreeSet::new(), Vec::new());
    for examination in packuments.iter().flat_map(|packument| candidates(&verifier, packument)) {
        let id = examination.artifact().id();
        match all.find(&examination, now()) {
            Ok(found) => {
                judged += 1;
                in_all.extend(found.as_ref().map(shown));
                in_same.extend(same_major.find(&examination, now()).unwrap().as_ref().map(shown));
                for (rule, left) in optional.iter().zip(&mut left) {
                    *left += usize::from(rule.find(&examination, now()).unwrap().is_some());
                }
            }
            Err(Denied::HistoryUndated) => drop(undated_packages.insert(id.name().to_owned())),
            Err(Denied::VersionUndated) => undated_versions.push(id.to_string()),
            Err(other) => panic!("{id}: {other}"),
        }
    }
    println!("all: {in_all:#?}\nsame major: {in_same:#?}\nundated: {undated_packages:?}, {undated_versions:?}");
    assert_eq!((in_all.len(), in_same.len(), judged), (18, 16, 7_515));
    assert_eq!(in_same, SAME_MAJOR);
    let version = |found: &str| found.split(": ").next().unwrap().to_owned();
    let same: BTreeSet<_> = in_same.iter().map(|found| version(found)).collect();
    in_all.retain(|found| !same.contains(&version(found)));
    assert_eq!(in_all, BY_ANOTHER_MAJOR);
    assert_eq!(undated_packages.len(), 21);
    assert_eq!(undated_versions, ["@types/node@18.16.19", "@types/node@22.5.4"]);
    assert_eq!(left, [6, 5, 1, 6, 0]);
}

/// A packument is read once for all that is locked of a package.
#[test]
fn a_long_history_is_small_and_soon_read() {
    let Some(packuments) = packuments() else { return };
    let longest = packuments.iter().max_by_key(|bytes| bytes.len()).unwrap();
    let packument = Packument::from_json(longest).unwrap();
    let begun = std::time::Instant::now();
    let history: History = packument.history();
    let (took, kept) = (begun.elapsed(), serde_json::to_vec(&history).unwrap().len());
    println!(
        "{}: {} versions of {} bytes, {kept} bytes, {took:?}",
        history.name(),
        history.versions().len(),
        longest.len()
    );
    assert!(kept < 100 * history.versions().len());
    assert!(history.versions().iter().any(|past| past.level() >= Some(Level::RegistrySignature)));
}
