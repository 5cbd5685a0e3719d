#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Mutex;

use countersign::{PackageId, RegistryId};

use super::*;
use crate::registry::Document;
use crate::registry_url::RegistryUrl;

/// What a registry answers, by path, and what it was asked.
#[derive(Default)]
struct Registry {
    answers: BTreeMap<&'static str, Fetched>,
    asked: Mutex<Vec<String>>,
}

impl Registry {
    fn with<const N: usize>(answers: [(&'static str, Fetched); N]) -> Self {
        Self { answers: answers.into(), asked: Mutex::default() }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Source for Registry {
    fn fetch(&self, document: &Document) -> Fetched {
        let path = document.url_path();
        self.asked.lock().unwrap().push(path.clone());
        self.answers.get(path.as_str()).cloned().unwrap_or(Fetched::NotFound)
    }
}

const SIGNED: &str = r#""signatures":[{"keyid":"k","sig":"s"}]"#;
const SIGNED_OTHERWISE: &str = r#""signatures":[{"keyid":"k","sig":"other"}]"#;
const ADVERTISED: &str = r#""attestations":{"url":"x"}"#;

fn version(dist: &str) -> String {
    format!(r#"{{"name":"a","version":"1.0.0","dist":{{{dist}}}}}"#)
}

fn own(dist: &str) -> Fetched {
    Fetched::Body(version(dist).into_bytes())
}

fn packument(dist: &str) -> Fetched {
    let time = r#"{"1.0.0":"2026-03-01T12:00:05.000Z"}"#;
    Fetched::Body(format!(r#"{{"name":"a","versions":{{"1.0.0":{}}},"time":{time}}}"#, version(dist)).into_bytes())
}

fn down() -> Fetched {
    Fetched::Unavailable("503".into())
}

fn artifact() -> Artifact {
    let integrity = format!("sha512-{}==", "A".repeat(86));
    Artifact::expected(RegistryId::npm(), PackageId::new("a", "1.0.0").unwrap(), &integrity).unwrap()
}

/// What is judged, in short, or why nothing is.
fn judged(registry: &Registry, wants_more: bool) -> Result<Vec<&'static str>, String> {
    let body = Body::default();
    shown(Documents::new(registry, &body).manifest(&artifact(), |_| wants_more))
}

fn shown(found: Result<Manifest<'_>, Lacking>) -> Result<Vec<&'static str>, String> {
    let manifest = found.map_err(|lacking| format!("{lacking:?}"))?;
    let is = |claims: &str| {
        let claims = DistClaims::from_json(version(claims).as_bytes()).unwrap();
        manifest.dist.is_signed_as(&claims)
    };
    let mut parts = vec![match () {
        () if is(SIGNED) => "signed",
        () if is(SIGNED_OTHERWISE) => "signed otherwise",
        () => "unsigned",
    }];
    parts.extend(matches!(manifest.published, PublishTime::At(_)).then_some("dated"));
    parts.extend(manifest.advertised.then_some("advertised"));
    parts.extend(manifest.notes.iter().map(Note::code));
    Ok(parts)
}

#[test]
fn the_small_document_is_enough_where_it_is_signed() {
    let registry = Registry::with([("a/1.0.0", own(SIGNED)), ("a", packument(SIGNED_OTHERWISE))]);
    assert_eq!(judged(&registry, false).unwrap(), ["signed"]);
    assert_eq!(registry.asked(), ["a/1.0.0"]);
}

#[test]
fn the_packument_is_asked_where_signatures_are_missing_or_more_is_wanted() {
    let stripped = Registry::with([("a/1.0.0", own("")), ("a", packument(SIGNED))]);
    assert_eq!(judged(&stripped, false).unwrap(), ["signed", "dated"]);
    let empty = Registry::with([("a/1.0.0", own(r#""signatures":[]"#)), ("a", packument(SIGNED))]);
    assert_eq!(judged(&empty, false).unwrap(), ["signed", "dated"]);
    let signed = Registry::with([("a/1.0.0", own(SIGNED)), ("a", packument(SIGNED))]);
    assert_eq!(judged(&signed, true).unwrap(), ["signed", "dated"]);
    let without_the_endpoint = Registry::with([("a", packument(SIGNED))]);
    assert_eq!(judged(&without_the_endpoint, false).unwrap(), ["signed", "dated"]);
    for answer in [down(), Fetched::NotRecorded] {
        let registry = Registry::with([("a/1.0.0", answer), ("a", packument(SIGNED))]);
        assert_eq!(judged(&registry, false).unwrap(), ["signed", "dated"]);
    }
    let html = Registry::with([("a/1.0.0", Fetched::Body(b"<html>".to_vec())), ("a", packument(SIGNED))]);
    assert_eq!(judged(&html, false).unwrap(), ["signed", "dated", "NOTE_AUDIT_VERSION_UNREADABLE"]);
}

#[test]
fn one_packument_serves_all_versions() {
    let registry = Registry::with([("a", packument(SIGNED))]);
    let body = Body::default();
    let documents = Documents::new(&registry, &body);
    for _ in 0..3 {
        documents.manifest(&artifact(), |_| false).unwrap_or_else(|lacking| panic!("{lacking:?}"));
    }
    assert_eq!(registry.asked().iter().filter(|path| *path == "a").count(), 1);
}

#[test]
fn documents_that_differ_are_noted_and_the_packument_is_judged() {
    let registry = Registry::with([("a/1.0.0", own(SIGNED)), ("a", packument(SIGNED_OTHERWISE))]);
    assert_eq!(judged(&registry, true).unwrap(), ["signed otherwise", "dated", "NOTE_AUDIT_DOCUMENTS_DIFFER"]);
    // Stripped there, the version's own document is the one that has claims.
    let registry = Registry::with([("a/1.0.0", own(SIGNED)), ("a", packument(""))]);
    assert_eq!(judged(&registry, true).unwrap(), ["signed", "dated"]);
}

#[test]
fn attestations_that_one_document_leaves_out_are_asked_for() {
    let both = |own_dist: &str, packument_dist: &str| {
        Registry::with([("a/1.0.0", own(own_dist)), ("a", packument(packument_dist))])
    };
    let advertised = format!("{SIGNED},{ADVERTISED}");
    assert_eq!(judged(&both(&advertised, SIGNED), true).unwrap(), ["signed", "dated", "advertised"]);
    assert_eq!(judged(&both("", &advertised), false).unwrap(), ["signed", "dated", "advertised"]);
    assert_eq!(judged(&both(SIGNED, SIGNED), true).unwrap(), ["signed", "dated"]);
    // That there are none then is no absence, although the manifest that is judged does not advertise them.
    let registry = both(&advertised, SIGNED);
    let body = Body::default();
    let found = Documents::new(&registry, &body).manifest(&artifact(), |_| true);
    let attestations = found.unwrap_or_else(|lacking| panic!("{lacking:?}")).attestations(artifact().id());
    assert!(matches!(attestations, Attestations::Unavailable(_)), "{attestations:?}");
}

#[test]
fn what_was_not_obtained_is_never_absence() {
    // Without the packument nobody knows whether the version is signed.
    for (answer, expected) in
        [(down(), "Unavailable"), (Fetched::NotRecorded, "NotAsked"), (Fetched::NotFound, "Unknown")]
    {
        let registry = Registry::with([("a/1.0.0", own("")), ("a", answer.clone())]);
        assert!(judged(&registry, false).unwrap_err().contains(expected));
        let registry = Registry::with([("a", answer)]);
        assert!(judged(&registry, false).unwrap_err().contains(expected));
    }
    let unlisted = Fetched::Body(br#"{"name":"a","versions":{}}"#.to_vec());
    let registry = Registry::with([("a/1.0.0", own("")), ("a", unlisted.clone())]);
    assert!(judged(&registry, false).unwrap_err().contains("does not list this version"));
    // A signed version is judged without its time, which is said.
    for answer in [down(), Fetched::NotFound, unlisted] {
        let registry = Registry::with([("a/1.0.0", own(SIGNED)), ("a", answer)]);
        assert_eq!(judged(&registry, true).unwrap(), ["signed", "NOTE_AUDIT_NO_PACKUMENT"]);
    }
    // A packument of something else is not made up for by the other document.
    let other = Fetched::Body(br#"{"name":"b","versions":{}}"#.to_vec());
    for (body, expected) in [(other, "NameVersionMismatch"), (Fetched::Body(b"<html>".to_vec()), "NotJson")] {
        let registry = Registry::with([("a/1.0.0", own(SIGNED)), ("a", body)]);
        assert!(judged(&registry, true).unwrap_err().contains(expected));
    }
}

fn with_signatures_of(here: &Registry, there: &Registry) -> Result<Vec<&'static str>, String> {
    let (own, other) = (Body::default(), Body::default());
    let url = RegistryUrl::parse("https://npm.example/").unwrap();
    let found = Documents::new(here, &own).manifest(&artifact(), |_| false);
    shown(found.and_then(|found| found.or_signed_by(&Documents::new(there, &other), &url, &artifact(), |_| false)))
}

#[test]
fn signatures_that_a_mirror_leaves_out_are_asked_for_elsewhere() {
    let mirror = || Registry::with([("a/1.0.0", own("")), ("a", packument(""))]);
    let there = Registry::with([("a/1.0.0", own(SIGNED))]);
    assert_eq!(with_signatures_of(&mirror(), &there).unwrap(), ["signed", "NOTE_AUDIT_SIGNATURES_FROM"]);
    let unsigned = Registry::with([("a", packument(""))]);
    assert_eq!(
        with_signatures_of(&mirror(), &unsigned).unwrap(),
        ["unsigned", "dated", "NOTE_AUDIT_UNSIGNED_ELSEWHERE"]
    );
    assert_eq!(
        with_signatures_of(&mirror(), &Registry::default()).unwrap(),
        ["unsigned", "dated", "NOTE_AUDIT_UNKNOWN_ELSEWHERE"]
    );
    // Not obtained is not absent.
    let broken = Registry::with([("a", down())]);
    assert!(with_signatures_of(&mirror(), &broken).unwrap_err().contains("could not be asked: 503"));
    let html = Registry::with([("a", Fetched::Body(b"<html>".to_vec()))]);
    assert!(with_signatures_of(&mirror(), &html).unwrap_err().contains("NotJson"));
    // What the mirror advertises is not hidden by the other registry.
    let mirror = Registry::with([("a", packument(ADVERTISED))]);
    assert_eq!(with_signatures_of(&mirror, &there).unwrap(), ["signed", "advertised", "NOTE_AUDIT_SIGNATURES_FROM"]);
}

#[test]
fn nobody_else_is_asked_about_what_is_signed() {
    let there = Registry::with([("a/1.0.0", own(SIGNED_OTHERWISE))]);
    let here = Registry::with([("a/1.0.0", own(SIGNED))]);
    assert_eq!(with_signatures_of(&here, &there).unwrap(), ["signed"]);
    assert!(there.asked().is_empty());
    // Nor about what the mirror does not have.
    with_signatures_of(&Registry::default(), &there).unwrap_err();
    assert!(there.asked().is_empty());
}
