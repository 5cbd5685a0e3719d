//! Every bundle as it is, and what both verifiers say about it.
//!
//! `UPDATE_VERDICTS=1` writes `verdicts.txt` anew, whose changes are then to be read, one by one.

mod minted;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use countersign_oracle::case::Case;
use countersign_oracle::corpus::{cases, shared};
use countersign_oracle::document::Json;
use countersign_oracle::judge;
use countersign_oracle::strictness::{OURS_REFUSES, Outcome, PEER_REFUSES};

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| cases().into_iter().chain(minted::cases()).collect());

const VERDICTS: &str = include_str!("verdicts.txt");

/// `name: ours, peer's`, and the reason where they differ.
fn line(case: &Case) -> (String, String) {
    let (ours, peer) = (judge::ours(case, &case.bundle), judge::peer(case, &case.bundle));
    let doc = Json::parse(&case.bundle).unwrap_or(Json::Null);
    let reason = match Outcome::of(case, &doc, &ours, &peer) {
        Outcome::BothAccept | Outcome::BothRefuse => String::new(),
        Outcome::OursRefuses(Some(at)) => format!(" ({})", OURS_REFUSES[at].name),
        Outcome::PeerRefuses(Some(at)) => format!(" ({})", PEER_REFUSES[at].name),
        Outcome::OursRefuses(None) | Outcome::PeerRefuses(None) => " (UNEXPLAINED)".into(),
    };
    let ours = ours.map_or_else(|refusal| refusal.code, |()| "accepts".into());
    let peer = if peer.is_ok() { "accepts" } else { "refuses" };
    (case.name.clone(), format!("{ours}, {peer}{reason}"))
}

#[test]
fn every_bundle_has_its_verdicts() {
    let found: BTreeMap<String, String> = CASES.iter().map(line).collect();
    assert_eq!(found.len(), CASES.len(), "two cases of one name");
    if std::env::var_os("UPDATE_VERDICTS").is_some() {
        let text: String = found.iter().map(|(name, verdicts)| format!("{name}: {verdicts}\n")).collect();
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verdicts.txt"), text).unwrap();
        return;
    }
    let is_here = |name: &str| shared().is_some() || name.starts_with("repository/") || name.starts_with("minted/");
    let kept = VERDICTS.lines().filter_map(|line| line.rsplit_once(": ")).filter(|(name, _)| is_here(name));
    let kept: BTreeMap<String, String> = kept.map(|(name, verdicts)| (name.into(), verdicts.into())).collect();
    for (name, verdicts) in &found {
        assert_eq!(kept.get(name), Some(verdicts), "{name}");
        assert!(!verdicts.contains("UNEXPLAINED"), "{name}: {verdicts}");
    }
    let missing: Vec<&String> = kept.keys().filter(|name| !found.contains_key(*name)).collect();
    assert!(missing.is_empty(), "no longer tried: {missing:?}");
}

/// The conformance suite says what each of its cases is.
#[test]
fn conformance_cases_end_as_they_are_named() {
    for case in CASES.iter().filter(|case| case.name.starts_with("conformance/")) {
        let accepted = judge::ours(case, &case.bundle).is_ok();
        assert_eq!(accepted, !case.name.ends_with("_fail"), "{}", case.name);
    }
}
