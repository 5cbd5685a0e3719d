//! pnpm's cases (`trustChecks.test.ts`), and those its options leave open.

use core::num::NonZeroU16;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{Basis, Downgrade, DowngradeRule, DowngradeScope, OnDowngrade};
use crate::artifact::Artifact;
use crate::claims::{Attestations, Claims, DistClaims, Packument};
use crate::error::Denied;
use crate::evidence::Examination;
use crate::level::Level;
use crate::package::PackageId;
use crate::policy::Need;
use crate::registry_id::RegistryId;
use crate::time::Timestamp;
use crate::trust::TrustSnapshot;
use crate::verifier::Verifier;

static VERIFIER: LazyLock<Verifier> =
    LazyLock::new(|| Verifier::new(TrustSnapshot::trusted_root().unwrap(), []).unwrap());

const JANUARY: &str = "2025-01-01T00:00:00.000Z";
const FEBRUARY: &str = "2025-02-01T00:00:00.000Z";
const MARCH: &str = "2025-03-01T00:00:00.000Z";
const NOW: &str = "2026-11-22T00:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A manifest of which the words say what it has.
fn manifest(version: &str, has: &str) -> Value {
    let mut manifest = json!({"name": "foo", "version": version, "dist": {"shasum": "abc123"}});
    for word in has.split_whitespace() {
        match word {
            "signature" => manifest["dist"]["signatures"] = json!([{"keyid": "k", "sig": "s"}]),
            "provenance" => {
                let provenance = json!({"predicateType": "https://slsa.dev/provenance/v1"});
                manifest["dist"]["attestations"] = json!({"url": "x", "provenance": provenance});
            }
            "publisher" => manifest["_npmUser"]["trustedPublisher"] = json!({"id": "github", "oidcConfigId": "oidc:1"}),
            "approver" => manifest["_npmUser"]["approver"] = json!({"name": "octocat"}),
            "unreadable" => manifest["dist"] = json!(7),
            other => panic!("{other}"),
        }
    }
    manifest
}

type Version<'a> = (&'a str, &'a str, Option<&'a str>);

fn packument(versions: &[Version<'_>]) -> Value {
    let mut packument = json!({"name": "foo", "versions": {}, "time": {"created": JANUARY}});
    for (version, has, time) in versions {
        packument["versions"][version] = manifest(version, has);
        if let Some(time) = time {
            packument["time"][version] = json!(time);
        }
    }
    packument
}

fn claims(candidate: &str, packument: &Value) -> Claims {
    let manifest = packument["versions"][candidate].to_string();
    let history = Packument::from_json(packument.to_string().as_bytes()).unwrap().history();
    Claims::new(DistClaims::from_json(manifest.as_bytes()).unwrap(), Attestations::NotAsked).with_history(history)
}

fn examine(candidate: &str, claims: &Claims) -> Examination {
    let integrity = format!("sha512-{}==", "A".repeat(86));
    let id = PackageId::new("foo", candidate).unwrap();
    let artifact = Artifact::expected(RegistryId::npm(), id, &integrity).unwrap();
    VERIFIER.examine(&artifact, claims, time(NOW))
}

/// What the rule finds of the last version.
fn find(rule: DowngradeRule, versions: &[Version<'_>]) -> Result<Option<Downgrade>, Denied> {
    let (candidate, ..) = versions.last().unwrap();
    rule.find(&examine(candidate, &claims(candidate, &packument(versions))), time(NOW))
}

fn deny() -> DowngradeRule {
    DowngradeRule::new(OnDowngrade::Deny)
}

#[track_caller]
fn is_kept(rule: DowngradeRule, versions: &[Version<'_>]) {
    assert_eq!(find(rule, versions), Ok(None));
}

#[track_caller]
fn is_downgraded(rule: DowngradeRule, versions: &[Version<'_>], expected: &str) -> Downgrade {
    let found = find(rule, versions).unwrap().expect("a downgrade");
    assert_eq!(format!("{} {} > {}", found.from_version(), found.from_level(), found.to_level()), expected);
    found
}

#[test]
fn a_manifest_has_one_level() {
    for (has, level) in [
        ("", Level::Unproven),
        ("publisher", Level::Unproven),
        ("signature", Level::RegistrySignature),
        ("signature publisher", Level::RegistrySignature),
        ("provenance", Level::Provenance),
        ("signature provenance", Level::Provenance),
        ("provenance publisher", Level::TrustedPublisher),
        ("approver", Level::StagedPublish),
        ("provenance publisher approver", Level::StagedPublish),
    ] {
        let of = claims("1.0.0", &packument(&[("1.0.0", has, None)]));
        assert_eq!(examine("1.0.0", &of).asserted_level(), level, "{has}");
    }
}

#[test]
fn no_evidence_anywhere_is_no_downgrade() {
    is_kept(deny(), &[("1.0.0", "", Some(JANUARY)), ("2.0.0", "", Some(FEBRUARY))]);
}

#[test]
fn what_was_published_before_the_evidence_began_is_kept() {
    is_kept(deny(), &[("2.0.0", "provenance", Some(FEBRUARY)), ("1.0.0", "", Some(JANUARY))]);
}

#[test]
fn less_than_an_earlier_version_is_a_downgrade() {
    for (from, to, expected) in [
        ("provenance", "", "provenance > unproven"),
        ("provenance publisher", "provenance", "trusted-publisher > provenance"),
        ("provenance publisher", "", "trusted-publisher > unproven"),
        ("provenance publisher", "publisher", "trusted-publisher > unproven"),
        ("provenance approver", "provenance publisher", "staged-publish > trusted-publisher"),
        ("approver", "provenance", "staged-publish > provenance"),
        ("provenance", "signature", "provenance > registry-signature"),
        ("signature", "", "registry-signature > unproven"),
    ] {
        let versions = [("1.0.0", "", Some(JANUARY)), ("2.0.0", from, Some(FEBRUARY)), ("3.0.0", to, Some(MARCH))];
        let found = is_downgraded(deny(), &versions, &format!("2.0.0 {expected}"));
        assert_eq!((found.basis(), found.from_time()), (Basis::RegistryAsserted, time(FEBRUARY)));
        let versions = [("1.0.0", to, Some(JANUARY)), ("2.0.0", from, Some(FEBRUARY))];
        is_kept(deny(), &versions);
    }
}

#[test]
fn as_much_as_before_is_kept() {
    for has in ["signature", "provenance", "provenance publisher", "approver"] {
        is_kept(deny(), &[("1.0.0", "", Some(JANUARY)), ("2.0.0", has, Some(FEBRUARY)), ("3.0.0", has, Some(MARCH))]);
    }
}

#[test]
fn a_prerelease_is_compared_with_by_prereleases_alone() {
    let of = |candidate| {
        [("1.0.0", "", Some(JANUARY)), ("2.0.0-0", "provenance", Some(FEBRUARY)), (candidate, "", Some(MARCH))]
    };
    is_kept(deny(), &of("3.0.0"));
    is_kept(deny(), &of("2.0.0"));
    is_downgraded(deny(), &of("3.0.0-0"), "2.0.0-0 provenance > unproven");
    let release = [("1.0.0", "provenance", Some(JANUARY)), ("2.0.0-0", "", Some(FEBRUARY))];
    is_downgraded(deny(), &release, "1.0.0 provenance > unproven");
    // Build metadata is no prerelease, whatever hyphens it has.
    let build = [("1.0.0+a-b", "provenance", Some(JANUARY)), ("1.0.1", "", Some(FEBRUARY))];
    is_downgraded(deny(), &build, "1.0.0+a-b provenance > unproven");
}

#[test]
fn a_maintenance_line_is_compared_with_itself_where_the_rule_says_so() {
    let lines = [("7.0.0", "provenance", Some(JANUARY)), ("6.3.1", "", Some(FEBRUARY))];
    is_downgraded(deny(), &lines, "7.0.0 provenance > unproven");
    is_kept(deny().scope(DowngradeScope::SameMajor), &lines);
    let one = [("6.3.0", "provenance", Some(JANUARY)), ("6.3.1", "", Some(FEBRUARY))];
    is_downgraded(deny().scope(DowngradeScope::SameMajor), &one, "6.3.0 provenance > unproven");
    let zero = [("0.1.0", "provenance", Some(JANUARY)), ("0.2.0", "", Some(FEBRUARY))];
    is_downgraded(deny().scope(DowngradeScope::SameMajor), &zero, "0.1.0 provenance > unproven");
}

#[test]
fn earlier_is_a_second_earlier() {
    for (before, downgrade) in [
        ("2025-02-01T00:00:00Z", false),
        ("2025-02-01T00:00:01Z", false),
        ("2025-01-31T23:59:59.999Z", false),
        ("2025-01-31T23:59:59Z", true),
        ("2025-01-31T23:59:58.001Z", true),
    ] {
        let found = find(deny(), &[("1.0.0", "provenance", Some(before)), ("1.0.1", "", Some(FEBRUARY))]);
        assert_eq!(found.unwrap().is_some(), downgrade, "{before}");
    }
}

#[test]
fn the_latest_of_the_strongest_is_named() {
    let versions = [
        ("1.0.0", "provenance publisher", Some("2025-01-01T00:00:00Z")),
        ("1.0.1", "provenance publisher", Some("2025-01-03T00:00:00Z")),
        ("1.0.2", "provenance publisher", Some("2025-01-02T00:00:00Z")),
        ("1.0.3", "provenance", Some("2025-01-04T00:00:00Z")),
        ("1.0.4", "", Some("2025-01-05T00:00:00Z")),
    ];
    is_downgraded(deny(), &versions, "1.0.1 trusted-publisher > unproven");
}

const LOST: [Version<'_>; 2] = [("2.0.0", "provenance", Some(FEBRUARY)), ("3.0.0", "", Some(MARCH))];

fn days(days: u16) -> NonZeroU16 {
    NonZeroU16::new(days).unwrap()
}

#[test]
fn what_is_older_than_the_rule_says_is_ignored() {
    let examination = examine("3.0.0", &claims("3.0.0", &packument(&LOST)));
    let found = |rule: DowngradeRule, now| rule.find(&examination, time(now)).unwrap().is_some();
    let rule = deny().ignore_older_than(days(30));
    assert!(found(rule, "2025-03-31T00:00:00Z"));
    assert!(!found(rule, "2025-03-31T00:00:01Z"));
    // A slow clock makes nothing old.
    assert!(found(rule, "2020-01-01T00:00:00Z"));
    assert!(found(deny(), NOW));
}

#[test]
fn what_was_published_before_the_rule_began_is_ignored() {
    is_downgraded(deny().enforce_since(time(MARCH)), &LOST, "2.0.0 provenance > unproven");
    is_kept(deny().enforce_since(time("2025-03-01T00:00:01Z")), &LOST);
}

#[test]
fn no_times_at_all_are_told_from_a_missing_one() {
    let candidate = |time| [("1.0.0", "provenance", time), ("2.0.0", "", None)];
    assert_eq!(find(deny(), &candidate(None)), Err(Denied::HistoryUndated));
    assert_eq!(find(deny(), &candidate(Some(JANUARY))), Err(Denied::VersionUndated));
    for rule in [deny().ignore_older_than(days(1)), deny().enforce_since(time(NOW))] {
        // What has no time is not known to be old.
        assert_eq!(find(rule, &candidate(Some(JANUARY))), Err(Denied::VersionUndated));
    }
    let mut unlisted = packument(&LOST);
    let of = claims("3.0.0", &unlisted);
    unlisted["versions"].as_object_mut().unwrap().remove("3.0.0");
    let history = Packument::from_json(unlisted.to_string().as_bytes()).unwrap().history();
    let found = deny().find(&examine("3.0.0", &of.with_history(history)), time(NOW));
    assert_eq!(found, Err(Denied::VersionUndated));
}

#[test]
fn a_history_that_was_not_supplied_is_not_an_empty_one() {
    let dist = DistClaims::from_json(manifest("1.0.0", "").to_string().as_bytes()).unwrap();
    let examination = examine("1.0.0", &Claims::new(dist, Attestations::NotAsked));
    for on in [OnDowngrade::Warn, OnDowngrade::Deny] {
        let judged = DowngradeRule::new(on).judge(&examination, time(NOW));
        assert_eq!(judged, Err(Denied::NotSupplied { need: Need::History }));
    }
}

#[test]
fn an_unreadable_earlier_version_is_counted_and_does_not_count() {
    let versions = [
        ("1.0.0", "provenance publisher unreadable", Some(JANUARY)),
        ("1.1.0", "provenance publisher", None),
        ("1.2.0", "provenance publisher", Some("yesterday")),
        ("2.0.0", "provenance", Some(FEBRUARY)),
        ("3.0.0-0", "unreadable", Some(JANUARY)),
        ("4.0.0", "unreadable", Some(NOW)),
        ("3.0.0", "", Some(MARCH)),
    ];
    let found = is_downgraded(deny(), &versions, "2.0.0 provenance > unproven");
    assert_eq!(found.spoiled(), 3);
    is_kept(deny().scope(DowngradeScope::SameMajor), &versions);
    let without: Vec<_> = versions.into_iter().filter(|(version, ..)| *version != "2.0.0").collect();
    is_kept(deny(), &without);
}

#[test]
fn what_follows_is_what_the_rule_says() {
    let judge = |on, versions: &[Version<'_>]| {
        let (candidate, ..) = versions.last().unwrap();
        DowngradeRule::new(on).judge(&examine(candidate, &claims(candidate, &packument(versions))), time(NOW))
    };
    let denied = judge(OnDowngrade::Deny, &LOST).unwrap_err();
    assert_eq!(denied.code(), "ERR_COUNTERSIGN_TRUST_DOWNGRADE");
    let note = judge(OnDowngrade::Warn, &LOST).unwrap().unwrap();
    assert_eq!((note.code(), note.message()), ("NOTE_COUNTERSIGN_TRUST_DOWNGRADE", &*denied.to_string()));
    assert_eq!(
        note.message(),
        "its level is unproven, and that of 2.0.0, published before it, is provenance (registry-asserted)"
    );
    let undated = [("2.0.0", "provenance", None), ("3.0.0", "", None)];
    assert_eq!(judge(OnDowngrade::Deny, &undated), Err(Denied::HistoryUndated));
    let note = judge(OnDowngrade::Warn, &undated).unwrap().unwrap();
    assert_eq!(note.code(), "NOTE_COUNTERSIGN_DOWNGRADE_UNJUDGED");
    assert_eq!(judge(OnDowngrade::Deny, &LOST[..1]), Ok(None));
}

#[test]
fn a_rule_is_written_in_words() {
    let read = |rule: Value| serde_json::from_value::<DowngradeRule>(rule).map_err(|e| e.to_string());
    assert_eq!(read(json!({"on": "deny"})), Ok(deny()));
    let full = json!({"on": "warn", "scope": "same-major", "ignore-older-than": 365, "enforce-since": "2026-01-01"});
    let rule = DowngradeRule::new(OnDowngrade::Warn)
        .scope(DowngradeScope::SameMajor)
        .ignore_older_than(days(365))
        .enforce_since(time("2026-01-01T00:00:00Z"));
    assert_eq!(read(full), Ok(rule));
    assert_eq!(read(serde_json::to_value(rule).unwrap()), Ok(rule));
    assert_eq!(serde_json::to_value(deny()).unwrap(), json!({"on": "deny", "scope": "all"}));
    for wrong in [
        json!({}),
        json!({"scope": "all"}),
        json!({"on": true}),
        json!({"on": "deny", "scope": "same-minor"}),
        json!({"on": "deny", "scope": null}),
        json!({"on": "deny", "ignore-older-than": 0}),
        json!({"on": "deny", "ignore-older-than": -1}),
        json!({"on": "deny", "ignore-older-than": "365 days"}),
        json!({"on": "deny", "enforce-since": "2026"}),
        json!({"on": "deny", "enforce-since": "01-01-2026"}),
        json!({"on": "deny", "ignoreOlderThan": 365}),
        json!({"on": "deny", "exclude": ["semver"]}),
    ] {
        assert!(read(wrong.clone()).is_err(), "{wrong}");
    }
}
