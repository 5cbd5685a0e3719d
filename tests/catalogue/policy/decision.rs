//! What a policy decides of evidence that is sound.

use std::collections::BTreeSet;

use countersign::policy::{
    AgeBasis, Decision, EndedKeys, MinAge, Need, PublisherSource, Receipt, Resolved, Severity, Since, TrustLock,
};
use countersign::report::{PackageReport, Verdict};
use countersign::{
    Artifact, ArtifactHasher, Attestations, Denied, DistClaims, Policy, PublishTime, RegistryId, Requirement,
    Timestamp, TrustedPublisher,
};
use serde_json::{Value, json};

use super::{of, read, rule, with};
use crate::question::{Question, octo, provenance_in, provenance_with, time};
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::keys::b64;
use crate::support::statement::SLSA_V1;

fn code(denied: &Denied) -> &'static str {
    denied.code().strip_prefix("ERR_COUNTERSIGN_").unwrap()
}

/// `authorized`, `observed`, or the code.
#[track_caller]
fn decided(policy: &Policy, question: &Question) -> &'static str {
    match policy.authorize(&question.verify().unwrap(), question.now) {
        Ok(Decision::Authorized(_)) => "authorized",
        Ok(Decision::Observed(_)) => "observed",
        Err(denied) => code(&denied),
    }
}

fn attested() -> Question {
    provenance_with(|a| a)
}

fn signed() -> Question {
    Question::signed(&Miniature::new(), &octo())
}

fn unsigned() -> Question {
    attested().manifest(|m| m["dist"]["signatures"] = json!([]))
}

fn at(publish_time: &str) -> PublishTime {
    PublishTime::At(time(publish_time))
}

fn later(now: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_unix(now.as_unix() + seconds).unwrap()
}

#[test]
fn po_02_what_is_required_of_nobody_is_observed() {
    let other = of(&[json!({"packages": ["@octo/other"], "require": ["registry-signature"]})]);
    assert_eq!(decided(&read(&other).unwrap(), &attested()), "observed");
    let policy = read(&of(&[rule()])).unwrap();
    assert_eq!(decided(&policy, &attested()), "authorized");
    assert_eq!(decided(&policy, &signed()), "MISSING_PROVENANCE");
    assert_eq!(decided(&policy, &unsigned()), "MISSING_REGISTRY_SIGNATURE");
    let strict = read(&json!({"schema": 1, "default": {"require": ["registry-signature"]}})).unwrap();
    assert_eq!(decided(&strict, &unsigned()), "MISSING_REGISTRY_SIGNATURE");
}

#[test]
fn po_12_a_rule_is_for_the_registrys_name() {
    let policy = read(&of(&[rule()])).unwrap();
    assert!(policy.guards("@octo/lib") && !policy.guards("@octo/libs"));
    assert!(policy.guards("@Octo/LIB"), "a disk without regard to case finds it in place of @octo/lib");
    let global = read(&of(&[json!({"packages": ["*"], "require": ["registry-signature"]})])).unwrap();
    assert!(!global.guards("@octo/lib"), "a rule for all names guards none of them in particular");
}

#[test]
fn po_32_what_is_there_must_hold_though_nothing_is_required() {
    let forged = attested().answer_text("\"sig\":\"ME", "\"sig\":\"MD");
    let failures = forged.verify().expect_err("this was accepted");
    let report = PackageReport::examined(&forged.examine(), Vec::new(), None);
    assert_eq!(report.verdict(), Verdict::Invalid);
    // Nor does an exemption of everything make it hold.
    let policy = exempting(&["registry-signature", "provenance", "trusted-publisher"], |_| ());
    let artifact = forged.artifact();
    let report = PackageReport::examined(&forged.examine(), Vec::new(), Some(&policy.resolve(&artifact)));
    assert_eq!((report.verdict(), report.codes().next()), (Verdict::Invalid, Some(failures.code())));
}

#[test]
fn id_71_versions_from_before_the_present_publisher() {
    let moved = with(|rule| {
        rule["publishers"][0]["repository"] = json!("octo-org/new-home");
        rule["since"] = json!({"before": "2024-06-05T12:00:06Z"});
    });
    let policy = read(&moved).unwrap();
    let published = |era| provenance_in(&Miniature::new(), era, |a| a).with(|q| q.publish_time = PublishTime::Missing);
    let old = published(Era::Jun2024).manifest(|m| m["dist"]["signatures"] = Value::Array(current_signature()));
    let evidence = old.verify().unwrap();
    assert_eq!(evidence.published_at().unwrap().to_string(), "2024-06-05T12:00:05Z");
    assert_eq!(decided(&policy, &old), "authorized");
    let Ok(Decision::Authorized(authorized)) = policy.authorize(&evidence, old.now) else { panic!("denied") };
    assert!(authorized.predates_requirement());
    assert_eq!(decided(&policy, &published(Era::Mar2026)), "PUBLISHER_MISMATCH");
}

/// By the key that has no end.
fn current_signature() -> Vec<Value> {
    vec![Miniature::new().registry.signature(&octo(), 1)]
}

#[test]
fn since_is_about_authenticated_times_and_exact_tarballs() {
    let since = |since: Value| read(&with(|rule| rule["since"] = since)).unwrap();
    let moment = |text: &str| since(json!({"before": text}));
    let fork = || provenance_with(|a| a.workflow(|w| w.repository = "octo-org/fork".into()));
    let published = fork().verify().unwrap().published_at().unwrap();
    assert_eq!(decided(&moment(&later(published, 1).to_string()), &fork()), "authorized");
    assert_eq!(decided(&moment(&published.to_string()), &fork()), "PUBLISHER_MISMATCH");
    // Whoever answers can write any time into the packument.
    let backdated = signed().with(|q| q.publish_time = at("2020-01-01T00:00:00Z"));
    assert_eq!(decided(&moment("2026-01-01T00:00:00Z"), &backdated), "MISSING_PROVENANCE");
    let listed = |version: &str, sha512: &str| since(json!({"versions": [{"version": version, "sha512": sha512}]}));
    assert_eq!(decided(&listed("1.2.3", &octo().integrity()), &signed()), "authorized");
    assert_eq!(decided(&listed("1.2.2", &octo().integrity()), &signed()), "MISSING_PROVENANCE");
    let other = format!("sha512-{}", b64([7; 64]));
    assert_eq!(decided(&listed("1.2.3", &other), &signed()), "MISSING_PROVENANCE");
    // It is about provenance, not about the registry's signature.
    let stripped = signed().manifest(|m| m["dist"]["signatures"] = json!([]));
    assert_eq!(decided(&listed("1.2.3", &octo().integrity()), &stripped), "MISSING_REGISTRY_SIGNATURE");
    let in_code = Requirement::trusted_publisher(TrustedPublisher::github("a/b", "x.yml").unwrap())
        .since(Since::time(later(published, 1)));
    assert!(in_code.authorize(&fork().verify().unwrap(), fork().now).is_ok());
}

#[test]
fn po_38_an_age_is_counted_from_an_authenticated_time() {
    let aged = |basis| Requirement::registry_signature(EndedKeys::Deny).and_min_age(MinAge::hours(48, basis).unwrap());
    let judged = |basis, question: &Question, now: Timestamp| {
        aged(basis).authorize(&question.verify().unwrap(), now).map(drop).map_err(|denied| code(&denied))
    };
    let attested = || attested().with(|q| q.now = time("2026-03-02T00:00:00Z"));
    let published = attested().verify().unwrap().published_at().unwrap();
    let enough = later(published, 48 * 3600);
    for basis in [AgeBasis::Authenticated, AgeBasis::Asserted] {
        assert_eq!(judged(basis, &attested(), enough), Ok(()));
        assert_eq!(judged(basis, &attested(), later(enough, -1)), Err("TOO_YOUNG"));
    }
    // The packument's time makes nothing older that the log saw.
    let backdated = attested().with(|q| q.publish_time = at("2020-01-01T00:00:00Z"));
    assert_eq!(judged(AgeBasis::Asserted, &backdated, later(enough, -1)), Err("TOO_YOUNG"));
    let signed = |publish_time| signed().with(|q| q.publish_time = publish_time);
    let now = signed(PublishTime::Missing).now;
    let old = at("2026-11-20T00:00:00Z");
    assert_eq!(judged(AgeBasis::Authenticated, &signed(old), now), Err("AGE_UNPROVABLE"));
    assert_eq!(judged(AgeBasis::Asserted, &signed(old), now), Ok(()));
    assert_eq!(judged(AgeBasis::Asserted, &signed(at("2026-11-20T00:00:01Z")), now), Err("TOO_YOUNG"));
    assert_eq!(judged(AgeBasis::Asserted, &signed(PublishTime::Missing), now), Err("AGE_UNPROVABLE"));
    assert_eq!(judged(AgeBasis::Asserted, &signed(PublishTime::NotAsked), now), Err("NOT_SUPPLIED"));
    let unasked = attested().with(|q| q.attestations = Attestations::NotAsked);
    assert_eq!(judged(AgeBasis::Authenticated, &unasked, now), Err("NOT_SUPPLIED"));
    assert_eq!(MinAge::hours(0, AgeBasis::Asserted).unwrap_err().code(), "ERR_COUNTERSIGN_REQUIREMENT_INVALID");
}

/// The policy of one publisher, with an exemption of the package of most questions.
fn exempting(lifts: &[&str], change: impl FnOnce(&mut Value)) -> Policy {
    let mut exemption = json!({"package": "@octo/lib@1.2.3", "lifts": lifts, "reason": "a mirror of ours strips signatures",
        "expires": "2026-11-22T00:00:01Z"});
    change(&mut exemption);
    let mut policy = of(&[rule()]);
    policy["exemptions"] = json!([exemption]);
    read(&policy).unwrap()
}

#[test]
fn po_15_an_exemption_lifts_what_it_lists_of_one_version_until_it_ends() {
    let lifts = &["registry-signature"];
    assert_eq!(decided(&exempting(lifts, |_| ()), &unsigned()), "authorized");
    let refused = |policy: &Policy| decided(policy, &unsigned());
    assert_eq!(refused(&exempting(&["provenance", "min-age"], |_| ())), "MISSING_REGISTRY_SIGNATURE");
    assert_eq!(refused(&exempting(lifts, |e| e["package"] = json!("@octo/lib@1.2.4"))), "MISSING_REGISTRY_SIGNATURE");
    assert_eq!(refused(&exempting(lifts, |e| e["package"] = json!("lib@1.2.3"))), "MISSING_REGISTRY_SIGNATURE");
    let ended = exempting(lifts, |e| e["expires"] = json!("2026-11-22T00:00:00Z"));
    assert_eq!(refused(&ended), "MISSING_REGISTRY_SIGNATURE");
    let other = format!("sha512-{}", b64([7; 64]));
    assert_eq!(refused(&exempting(lifts, |e| e["sha512"] = json!(other))), "MISSING_REGISTRY_SIGNATURE");
    assert_eq!(refused(&exempting(lifts, |e| e["sha512"] = json!(octo().integrity()))), "authorized");
    let evidence = unsigned().verify().unwrap();
    let decision = exempting(lifts, |_| ()).authorize(&evidence, unsigned().now).unwrap();
    let Decision::Authorized(authorized) = decision else { panic!("it was only observed") };
    assert_eq!(authorized.exemption().unwrap().reason().as_str(), "a mirror of ours strips signatures");
    // Where nothing was wanting, none was used.
    let decision = exempting(lifts, |_| ()).authorize(&attested().verify().unwrap(), attested().now).unwrap();
    assert!(matches!(decision, Decision::Authorized(authorized) if authorized.exemption().is_none()));
}

#[test]
fn po_15_an_exempted_version_of_npm_is_no_longer_invalid_and_never_proved() {
    let npm = |question: Question| question.with(|q| q.registry = RegistryId::npm());
    let report = |question: &Question, policy: &Policy| {
        PackageReport::examined(&question.examine(), Vec::new(), Some(&policy.resolve(&question.artifact()))).verdict()
    };
    let mut observing = json!({"schema": 1, "default": "observe"});
    let question = npm(signed().manifest(|m| m["dist"]["signatures"] = json!([])));
    assert_eq!(report(&question, &read(&observing).unwrap()), Verdict::Invalid);
    observing["exemptions"] = json!([{"package": "@octo/lib@1.2.3", "lifts": ["registry-signature"], "reason": "x",
        "expires": "2027-01-01T00:00:00Z"}]);
    assert_eq!(report(&question, &read(&observing).unwrap()), Verdict::Unverifiable);
}

#[test]
fn pinned_ended_keys_are_those_of_pinned_tarballs() {
    let ended = json!([Miniature::new().registry.signature(&octo(), 0)]);
    let question =
        signed().manifest(|m| m["dist"]["signatures"] = ended).with(|q| q.publish_time = PublishTime::Missing);
    let evidence = question.verify().unwrap();
    let judged =
        |requirement: Requirement| requirement.authorize(&evidence, question.now).map(drop).map_err(|d| code(&d));
    let pinned = || Requirement::registry_signature(EndedKeys::Pinned);
    assert_eq!(judged(pinned()), Err("WINDOW_UNJUDGED"));
    assert_eq!(judged(pinned().pinned(*question.artifact().sha512())), Ok(()));
    let other = ArtifactHasher::new().finish();
    assert_eq!(judged(pinned().pinned(*other.sha512())), Err("WINDOW_UNJUDGED"));
    let deny = Requirement::registry_signature(EndedKeys::Deny).pinned(*question.artifact().sha512());
    assert_eq!(judged(deny), Err("WINDOW_UNJUDGED"));
}

#[test]
fn publishers_of_another_source_count_where_the_rule_names_it() {
    let from = |sources: Value| {
        with(|rule| {
            drop(rule.as_object_mut().unwrap().remove("publishers"));
            rule["publishers-from"] = sources;
        })
    };
    let octo = || vec![TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap()];
    let mut policy = read(&from(json!(["npm-trust"]))).unwrap();
    assert_eq!(decided(&policy, &attested()), "PUBLISHER_UNCONFIGURED");
    policy.add_publishers("@octo/other", PublisherSource::NpmTrust, octo()).unwrap_err();
    assert_eq!(decided(&policy, &attested()), "PUBLISHER_UNCONFIGURED");
    policy.add_publishers("@octo/lib", PublisherSource::NpmTrust, octo()).unwrap();
    assert_eq!(decided(&policy, &attested()), "authorized");
    let decision = policy.authorize(&attested().verify().unwrap(), attested().now).unwrap();
    let Decision::Authorized(authorized) = decision else { panic!("it was only observed") };
    assert_eq!(authorized.publisher_source(), Some(PublisherSource::NpmTrust));
    let twice = policy.add_publishers("@octo/lib", PublisherSource::NpmTrust, octo()).unwrap_err();
    assert_eq!(twice.code(), "ERR_COUNTERSIGN_POLICY_INVALID");
    for refusing in [from(json!(["trust-lock"])), of(&[rule()]), of(&[])] {
        let error =
            read(&refusing).unwrap().add_publishers("@octo/lib", PublisherSource::NpmTrust, octo()).unwrap_err();
        assert_eq!(error.code(), "ERR_COUNTERSIGN_POLICY_INVALID");
        assert!(error.to_string().contains("takes no publishers from npm-trust"), "{error}");
    }
}

#[test]
fn a_rule_needs_no_more_than_it_uses() {
    let question = attested();
    let needs = |policy: &Value, advertised: bool| -> Vec<Need> {
        let manifest = Miniature::new().registry.manifest(&octo(), advertised.then_some(SLSA_V1));
        let dist = DistClaims::from_json(manifest.to_string().as_bytes()).unwrap();
        read(policy).unwrap().needs(&question.artifact(), &dist).into_iter().collect()
    };
    let all = [Need::Attestations, Need::PublishTime];
    assert_eq!(needs(&of(&[rule()]), true), all);
    assert_eq!(needs(&of(&[rule()]), false), [Need::PublishTime]);
    assert_eq!(needs(&of(&[]), true), []);
    let published = with(|rule| rule["require"] = json!(["trusted-publisher"]));
    assert_eq!(needs(&published, true), [Need::Attestations]);
    assert_eq!(needs(&with(|rule| rule["ended-keys"] = json!("accept")), true), [Need::Attestations]);
    let signature = |more: Value| {
        let mut rule = json!({"packages": ["@octo/lib"], "require": ["registry-signature"], "ended-keys": "accept"});
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        of(&[rule])
    };
    assert_eq!(needs(&signature(json!({})), true), []);
    assert_eq!(needs(&signature(json!({"min-age": {"days": 1}})), true), [Need::Attestations]);
    assert_eq!(needs(&signature(json!({"min-age": {"days": 1}})), false), []);
    assert_eq!(needs(&signature(json!({"min-age": {"days": 1, "time": "asserted"}})), true), [Need::PublishTime]);
    let direct: BTreeSet<Need> = Requirement::registry_signature(EndedKeys::Accept)
        .needs(&question.id(), &DistClaims::from_json(&question.manifest).unwrap());
    assert!(direct.is_empty());
}

#[test]
fn only_keys_that_are_not_known_want_fresh_trust() {
    let strict = Requirement::registry_signature(EndedKeys::Deny);
    let denied = |question: &Question| strict.authorize(&question.verify().unwrap(), question.now).unwrap_err();
    let unknown = signed().manifest(|m| m["dist"]["signatures"][0]["keyid"] = json!("SHA256:new"));
    assert!(denied(&unknown).wants_fresh_trust());
    assert!(denied(&signed().with(|q| q.keys = br#"{"keys":[]}"#.to_vec())).wants_fresh_trust());
    assert!(!denied(&unsigned()).wants_fresh_trust());
    let policy = read(&of(&[rule()])).unwrap();
    let missing = policy.authorize(&signed().verify().unwrap(), signed().now).unwrap_err();
    assert!(!missing.wants_fresh_trust());
}

#[test]
fn a_receipt_covers_nothing_under_another_policy_key_root_or_time() {
    let question = unsigned();
    let policy = exempting(&["registry-signature"], |_| ());
    let Decision::Authorized(authorized) = policy.authorize(&question.verify().unwrap(), question.now).unwrap() else {
        panic!("it was only observed")
    };
    let mut hasher = ArtifactHasher::new();
    hasher.update(&octo().tarball);
    let receipt: Receipt = authorized.admit(hasher.finish()).unwrap().receipt();
    let receipt: Receipt = serde_json::from_str(&serde_json::to_string(&receipt).unwrap()).unwrap();
    let (artifact, verifier): (Artifact, _) = (question.artifact(), question.verifier());
    assert!(receipt.covers(&artifact, &verifier, &policy, question.now));
    // The exemption ends a second later.
    assert!(!receipt.covers(&artifact, &verifier, &policy, later(question.now, 1)));
    assert!(!receipt.covers(&artifact, &verifier, &policy, later(question.now, -1)));
    let tightened = |change: fn(&mut Value)| {
        let mut tight = serde_json::to_value(&policy).unwrap();
        change(&mut tight);
        read(&tight).unwrap()
    };
    for other in [
        tightened(|p| p["rules"][0]["min-age"] = json!({"days": 1})),
        tightened(|p| p["rules"][0]["publishers"][0]["file"] = json!("publish.yml")),
        tightened(|p| drop(p.as_object_mut().unwrap().remove("exemptions"))),
        tightened(|p| p["rules"] = json!([])),
    ] {
        assert!(!receipt.covers(&artifact, &verifier, &other, question.now));
    }
    // A rule of another package is of no matter.
    let more = tightened(|p| p["rules"].as_array_mut().unwrap().push(json!({"packages": ["x"], "require": "observe"})));
    assert!(receipt.covers(&artifact, &verifier, &more, question.now));
    let rotated = question.with(|q| q.keys = br#"{"keys":[]}"#.to_vec());
    assert!(!receipt.covers(&artifact, &rotated.verifier(), &policy, rotated.now));
    let mut root: Value = serde_json::from_slice(&rotated.root).unwrap();
    root["tlogs"].as_array_mut().unwrap().truncate(1);
    let elsewhere = unsigned().with(|q| q.root = root.to_string().into_bytes());
    assert!(!receipt.covers(&artifact, &elsewhere.verifier(), &policy, elsewhere.now));
    let mut older = serde_json::to_value(&receipt).unwrap();
    older["rules"] = json!(1);
    let older: Receipt = serde_json::from_value(older).unwrap();
    assert!(!older.covers(&artifact, &verifier, &policy, unsigned().now));
}

#[test]
fn a_requirement_in_code_and_in_a_policy_are_one() {
    let publisher = TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap();
    let requirement = Requirement::any_publisher_of(PublisherSource::Policy, [publisher])
        .unwrap()
        .and_registry_signature(EndedKeys::Deny);
    let read = read(&of(&[rule()])).unwrap();
    let artifact = attested().artifact();
    assert_eq!(read.resolve(&artifact).requirement().unwrap().fingerprint(), requirement.fingerprint());
    let mut built = Policy::observing();
    built.add_rule("@octo/lib", requirement.clone()).unwrap();
    assert_eq!(decided(&built, &attested()), "authorized");
    assert_eq!(built.add_rule("@octo/lib", requirement.clone()).unwrap_err().code(), "ERR_COUNTERSIGN_POLICY_INVALID");
    assert_eq!(built.add_rule("@octo/l*", requirement.clone()).unwrap_err().code(), "ERR_COUNTERSIGN_POLICY_INVALID");
    assert_eq!(decided(&Policy::requiring(requirement.clone()), &signed()), "MISSING_PROVENANCE");
    assert_eq!(Resolved::of(&requirement).rule(), "requirement");
}

/// A lock with that question's evidence in it.
fn lock_of(question: &Question) -> TrustLock {
    let (mut lock, evidence) = (TrustLock::empty(), question.verify().unwrap());
    let drift = lock.compare(&evidence);
    lock.record(&evidence, &drift).unwrap();
    lock
}

#[test]
fn ended_keys_of_a_policy_are_pinned_by_the_lock() {
    let ended = json!([Miniature::new().registry.signature(&octo(), 0)]);
    let question =
        signed().manifest(|m| m["dist"]["signatures"] = ended).with(|q| q.publish_time = PublishTime::Missing);
    let pinned = of(&[json!({"packages": ["@octo/lib"], "require": ["registry-signature"], "ended-keys": "pinned"})]);
    let policy = || read(&pinned).unwrap();
    assert_eq!(decided(&policy(), &question), "WINDOW_UNJUDGED");
    assert_eq!(decided(&policy().pinned_by(TrustLock::empty()), &question), "WINDOW_UNJUDGED");
    assert_eq!(decided(&policy().pinned_by(lock_of(&question)), &question), "authorized");
    assert_ne!(policy().fingerprint(), policy().pinned_by(lock_of(&question)).fingerprint());
    let denying = of(&[json!({"packages": ["@octo/lib"], "require": ["registry-signature"]})]);
    assert_eq!(decided(&read(&denying).unwrap().pinned_by(lock_of(&question)), &question), "WINDOW_UNJUDGED");
}

/// The publisher's workflow calls somebody's reusable one.
fn called(workflow: &mut crate::support::workflow::Workflow) {
    workflow.callee = Some(crate::support::workflow::Callee {
        repository: "somebody/workflows".into(),
        path: ".github/workflows/build.yml".into(),
        git_ref: "refs/tags/v1".into(),
        sha: workflow.sha.clone(),
    });
}

#[test]
fn the_lock_is_a_source_of_publishers_where_the_rule_names_it() {
    let pinned = |from: Value| {
        let mut rule = json!({"packages": ["@octo/lib"], "require": ["trusted-publisher"]});
        rule["publishers-from"] = from;
        read(&of(&[rule])).unwrap()
    };
    let from_lock = || pinned(json!(["trust-lock"]));
    assert_eq!(decided(&from_lock(), &attested()), "PUBLISHER_UNCONFIGURED");
    assert_eq!(decided(&from_lock().pinned_by(lock_of(&signed())), &attested()), "PUBLISHER_UNCONFIGURED");
    let policy = from_lock().pinned_by(lock_of(&attested()));
    let decision = policy.authorize(&attested().verify().unwrap(), attested().now).unwrap();
    let Decision::Authorized(authorized) = decision else { panic!("it was only observed") };
    assert_eq!(authorized.publisher_source(), Some(PublisherSource::TrustLock));
    let run = |change: fn(&mut crate::support::workflow::Workflow)| provenance_with(|a| a.workflow(change));
    for (question, field) in [
        (run(|w| (w.repository, w.repository_id) = ("octo-org/fork".into(), "1".into())), "repository"),
        (run(|w| w.path = ".github/workflows/x.yml".into()), "workflow"),
        (run(|w| w.repository_id = "1".into()), "repository-id"),
        (run(|w| w.owner_id = "1".into()), "owner-id"),
        (run(called), "signer"),
    ] {
        let denied = policy.authorize(&question.verify().unwrap(), question.now).unwrap_err();
        assert!(matches!(denied, Denied::PublisherMismatch { field: found, .. } if found == field), "{denied}");
    }
    let environment = run(|w| w.environment = Some("npm".into()));
    let dropped = from_lock().pinned_by(lock_of(&environment));
    assert_eq!(decided(&dropped, &environment), "authorized");
    assert_eq!(decided(&dropped, &attested()), "PUBLISHER_UNPROVABLE");
    assert_eq!(
        decided(&pinned(json!(["npm-trust"])).pinned_by(lock_of(&attested())), &attested()),
        "PUBLISHER_UNCONFIGURED"
    );
}

#[test]
fn drift_denies_from_the_severity_that_is_asked_for() {
    let moved = provenance_with(|a| a.workflow(|w| w.git_ref = "refs/heads/main".into()));
    let lock = lock_of(&attested());
    let bumped = lock.compare(&moved.verify().unwrap());
    let report = |drift: &countersign::policy::Drift, from: Option<Severity>| {
        let report = PackageReport::examined(&moved.examine(), Vec::new(), None).with_drift(drift, from);
        (report.verdict(), report.codes().collect::<Vec<_>>(), serde_json::to_value(&report).unwrap()["drift"].clone())
    };
    let (verdict, codes, events) = report(&bumped, Some(Severity::Info));
    assert_eq!((verdict, codes), (Verdict::Denied, vec!["ERR_COUNTERSIGN_DRIFT"]));
    assert_eq!(events[0]["event"], "ref-moved");
    assert_eq!(report(&bumped, Some(bumped.events()[0].severity())).0, Verdict::Denied);
    assert_eq!(report(&bumped, None).0, Verdict::Verified);
    let accepted = bumped.accept();
    let (verdict, _, events) = report(&accepted, Some(Severity::Info));
    assert_eq!((verdict, events[0]["accepted"].clone()), (Verdict::Verified, json!(true)));
    // The first time is no drift.
    let (verdict, codes, events) = report(&TrustLock::empty().compare(&moved.verify().unwrap()), Some(Severity::Info));
    assert_eq!((verdict, codes, events[0]["event"].clone()), (Verdict::Verified, vec![], json!("first-seen")));
    assert_eq!(Severity::High.max(Severity::Critical), Severity::Critical);
}

#[test]
fn decisions_can_be_written_down() {
    let policy = read(&of(&[rule()])).unwrap();
    let written = |question: &Question| {
        let decision = policy.authorize(&question.verify().unwrap(), question.now);
        decision.map(|d| serde_json::to_value(d).unwrap()).map_err(|d| serde_json::to_value(d).unwrap())
    };
    let authorized = written(&attested()).unwrap();
    assert_eq!(authorized["decision"], "authorized");
    assert_eq!(authorized["sha512"], octo().integrity());
    assert_eq!(authorized["consent"]["publisher"]["source"], "policy");
    assert_eq!(
        authorized["consent"]["publisher"]["fields"][1],
        json!({"field": "repository", "answer": "proven",
        "expected": "https://github.com/octo-org/octo-lib", "found": "https://github.com/octo-org/octo-lib",
        "extension": "1.12"})
    );
    let denied = written(&signed()).unwrap_err();
    assert_eq!(denied["code"], "ERR_COUNTERSIGN_MISSING_PROVENANCE");
    assert!(denied["message"].is_string() && denied["help"].is_string());
    let observing = read(&of(&[])).unwrap();
    let observed = observing.authorize(&attested().verify().unwrap(), attested().now).unwrap();
    assert_eq!(serde_json::to_value(observed).unwrap()["decision"], "observed");
}

#[test]
fn po_30_an_environment_that_no_certificate_of_that_time_states() {
    let policy = read(&with(|rule| rule["publishers"][0]["environment"] = json!("npm"))).unwrap();
    let old = provenance_in(&Miniature::new(), Era::Jul2023, |a| a).with(|q| q.publish_time = PublishTime::Missing);
    let old = old.manifest(|m| m["dist"]["signatures"] = Value::Array(current_signature()));
    assert_eq!(decided(&policy, &old), "PUBLISHER_UNPROVABLE");
    let waived = with(|rule| {
        rule["publishers"][0]["environment"] = json!("npm");
        rule["waive"] = json!(["environment"]);
    });
    assert_eq!(decided(&read(&waived).unwrap(), &old), "authorized");
    let other = provenance_with(|a| a.workflow(|w| w.environment = Some("staging".into())));
    assert_eq!(decided(&read(&waived).unwrap(), &other), "PUBLISHER_MISMATCH");
}

#[test]
fn publishers_of_another_source_do_not_outlive_the_rule_that_took_them() {
    let taking = json!({"schema": 1, "default": {"require": ["trusted-publisher"], "publishers-from": ["npm-trust"]}});
    let mut policy = read(&taking).unwrap();
    let given = TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap();
    policy.add_publishers("@octo/lib", PublisherSource::NpmTrust, vec![given]).unwrap();
    assert_eq!(decided(&policy, &attested()), "authorized");
    let other = TrustedPublisher::github("octo-org/other", "release.yml").unwrap();
    policy.add_rule("@octo/lib", Requirement::trusted_publisher(other)).unwrap();
    assert_eq!(decided(&policy, &attested()), "PUBLISHER_MISMATCH");
}

#[test]
fn a_fingerprint_names_what_only_code_can_require() {
    let of = |requirement: Requirement| {
        let mut policy = Policy::observing();
        policy.add_rule("@octo/lib", requirement.clone()).unwrap();
        [policy.fingerprint(), Policy::requiring(requirement).fingerprint()]
    };
    let pinned = || Requirement::registry_signature(EndedKeys::Pinned);
    let tarball = *attested().artifact().sha512();
    assert_eq!(of(pinned()), of(pinned()));
    for (one, other) in of(pinned()).iter().zip(of(pinned().pinned(tarball))) {
        assert_ne!(*one, other);
    }
}

/// What the report says of it under that policy: verdict, decision and codes.
fn reported(policy: &Policy, question: &Question) -> (Verdict, Value, Vec<&'static str>) {
    let resolved = policy.resolve(&question.artifact());
    let report = PackageReport::examined(&question.examine(), Vec::new(), Some(&resolved));
    let decision = serde_json::to_value(&report).unwrap()["policy"]["decision"].clone();
    let codes = report.codes().map(|code| code.strip_prefix("ERR_COUNTERSIGN_").unwrap()).collect();
    (report.verdict(), decision, codes)
}

#[test]
fn po_32_no_report_says_authorized_where_a_claim_failed() {
    let published = read(&with(|rule| rule["require"] = json!(["trusted-publisher"]))).unwrap();
    assert_eq!(reported(&published, &attested()), (Verdict::Verified, json!("authorized"), vec![]));
    // The rule asks for no registry signature, and its publisher matches.
    let forged = attested().manifest(|m| {
        let sig = m["dist"]["signatures"][0]["sig"].as_str().unwrap().replacen("ME", "MD", 1);
        m["dist"]["signatures"][0]["sig"] = json!(sig);
    });
    assert_eq!(forged.code(), "REGISTRY_SIGNATURE");
    let codes = vec!["REGISTRY_SIGNATURE"];
    assert_eq!(reported(&published, &forged), (Verdict::Invalid, json!("denied"), codes));
}

#[test]
fn what_is_required_and_absent_is_denied_though_it_was_wanting_anyway() {
    let stripped = signed().manifest(|m| m["dist"]["signatures"] = json!([]));
    let codes = vec!["MISSING_REGISTRY_SIGNATURE"];
    let observed = read(&of(&[json!({"packages": ["@octo/lib"], "require": "observe"})])).unwrap();
    assert_eq!(reported(&observed, &stripped), (Verdict::Unverifiable, json!("observed"), codes.clone()));
    let required = of(&[json!({"packages": ["@octo/lib"], "require": ["registry-signature"]})]);
    assert_eq!(reported(&read(&required).unwrap(), &stripped), (Verdict::Denied, json!("denied"), codes));
}

#[test]
fn po_37_a_publisher_in_addition_to_a_signer_turns_no_doubt_into_consent() {
    let keyless = || attested().with(|q| q.keys = br#"{"keys":[]}"#.to_vec());
    let judged = |levels: Value, owner: &str| {
        let policy = with(|rule| {
            if levels == json!(["provenance"]) {
                drop(rule.as_object_mut().unwrap().remove("publishers"));
            }
            rule["require"] = levels.clone();
            rule["provenance"] = json!({"issuer": "https://token.actions.githubusercontent.com", "owner": owner});
        });
        let policy = read(&policy).unwrap();
        let (verdict, _, codes) = reported(&policy, &keyless());
        (decided(&policy, &keyless()), verdict, codes)
    };
    for levels in [json!(["provenance"]), json!(["provenance", "trusted-publisher"])] {
        assert_eq!(judged(levels, "octo-org"), ("authorized", Verdict::Verified, vec![]));
    }
    let stranger = judged(json!(["provenance"]), "someone");
    assert_eq!(stranger, ("SIGNER_MISMATCH", Verdict::Denied, vec!["SIGNER_MISMATCH", "NO_REGISTRY_KEYS"]));
}
