//! AP: the library cannot be misused by accident. What must not compile (AP-01, AP-05, AP-14) stands
//! beside a compiling twin in the documentation of `countersign::policy`.

use countersign::evidence::Finding;
use countersign::policy::{Admitted, Authorized, DowngradeRule, EndedKeys, Observed, Receipt, RequiredSigner};
use countersign::{
    Artifact, ArtifactHasher, Attestations, Claims, Denied, Evidence, Examination, Failures, Hashed, ParseError,
    RegistryId, Requirement, TrustedPublisher, TrustedRoot, Verifier, VerifyError,
};

use crate::attestation_set::{attested, mini, package, publisher};
use crate::question::{Question, time};
use crate::support::package::Package;

#[test]
fn ap_01_a_requirement_always_names_somebody() {
    assert_eq!(Requirement::any_trusted_publisher([]).unwrap_err().code(), "ERR_COUNTERSIGN_REQUIREMENT_INVALID");
    for owner in ["", "octo org", "octo/org", "*"] {
        assert_eq!(
            RequiredSigner::github_owner(owner).unwrap_err().code(),
            "ERR_COUNTERSIGN_REQUIREMENT_INVALID",
            "{owner}"
        );
    }
    let refused = RequiredSigner::repository("https://token.actions.githubusercontent.com", "octo-org/octo-lib");
    assert_eq!(refused.unwrap_err().code(), "ERR_COUNTERSIGN_REQUIREMENT_INVALID");
}

#[test]
fn ap_02_nothing_is_verified_of_nothing() {
    let id = attested().id();
    assert_eq!(
        Artifact::expected(RegistryId::npm(), id.clone(), "").unwrap_err().code(),
        "ERR_COUNTERSIGN_INTEGRITY_MALFORMED"
    );
    assert_eq!(Artifact::from_tarball(RegistryId::npm(), id, &[]).unwrap_err().code(), "ERR_COUNTERSIGN_MALFORMED");
    let empty = attested().with(|q| q.attestations = Attestations::Body(br#"{"attestations":[]}"#.to_vec()));
    assert_eq!(empty.examine().provenance(), &Finding::Withheld);
    let nothing = attested().with(|q| q.attestations = Attestations::Body(Vec::new()));
    assert!(matches!(nothing.examine().provenance(), Finding::Unavailable(_)));
}

#[test]
fn ap_03_no_decision_has_a_default() {
    use static_checks::{NoDefault as _, Probe};
    const {
        assert!(Probe::<Requirement>::NO_DEFAULT && Probe::<TrustedPublisher>::NO_DEFAULT);
        assert!(Probe::<Evidence>::NO_DEFAULT && Probe::<Authorized>::NO_DEFAULT && Probe::<Admitted>::NO_DEFAULT);
        assert!(Probe::<Observed>::NO_DEFAULT && Probe::<EndedKeys>::NO_DEFAULT && Probe::<Receipt>::NO_DEFAULT);
        assert!(Probe::<Attestations>::NO_DEFAULT && Probe::<DowngradeRule>::NO_DEFAULT);
        // The probe itself can tell.
        assert!(!Probe::<ArtifactHasher>::NO_DEFAULT);
    }
}

/// Whether a type implements a trait, as a constant: an inherent one wins over the trait's.
mod static_checks {
    pub struct Probe<T>(core::marker::PhantomData<T>);
    pub struct ReadProbe<T>(core::marker::PhantomData<T>);
    pub trait NotRead {
        const NOT_READ: bool = true;
    }
    impl<T> NotRead for ReadProbe<T> {}
    impl<T: serde::de::DeserializeOwned> ReadProbe<T> {
        pub const NOT_READ: bool = false;
    }
    pub trait NoDefault {
        const NO_DEFAULT: bool = true;
    }
    impl<T> NoDefault for Probe<T> {}
    impl<T: Default> Probe<T> {
        pub const NO_DEFAULT: bool = false;
    }
}

/// The features choose who computes, and nothing of what is checked.
#[test]
fn ap_04_no_feature_skips_a_check() {
    let manifest = include_str!("../../Cargo.toml");
    let (_, features) = manifest.split_once("\n[features]\n").unwrap();
    let names = features.lines().take_while(|line| !line.starts_with('['));
    let names: Vec<&str> = names.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).collect();
    assert_eq!(names, ["default", "rustcrypto", "aws-lc-rs"]);
}

#[test]
fn ap_06_consent_for_one_package_does_not_admit_another() {
    let question = attested();
    let authorized = publisher().authorize(&question.verify().unwrap(), question.now).unwrap();
    assert_eq!(authorized.artifact().id(), &question.id());
    let mut hasher = ArtifactHasher::new();
    hasher.update(&Package::new("@octo/other", "1.2.3").tarball);
    assert_eq!(authorized.admit(hasher.finish()).unwrap_err().code(), "ERR_COUNTERSIGN_INTEGRITY");
}

#[test]
fn ap_10_evidence_owns_what_was_verified() {
    let evidence = {
        let question = attested();
        question.verify().unwrap()
    };
    assert_eq!(evidence.provenance().unwrap().identity().repository(), Some("https://github.com/octo-org/octo-lib"));
}

#[test]
fn ap_11_unconfirmed_provenance_is_not_reachable_as_proved() {
    let question = attested().response(&crate::support::registry::response(&[crate::attestation_set::provenance()]));
    let evidence = question.verify().unwrap();
    assert!(evidence.provenance().is_none() && evidence.published_at().is_none());
}

#[test]
fn ap_12_errors_repeat_text_escaped_and_cut() {
    let evil = format!("\u{1b}]52;c;AAAA\u{7}\u{202e}{}", "x".repeat(100_000));
    let question = attested().manifest(|m| m["name"] = serde_json::json!(evil));
    let failures = question.verify().unwrap_err();
    for shown in [failures.to_string(), format!("{failures:?}")] {
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}') && shown.len() < 4_000, "{shown}");
    }
}

#[test]
fn ap_13_one_verifier_serves_many_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<(Verifier, Evidence, Examination, Claims, Artifact, Requirement, TrustedRoot)>();
    shared::<(ParseError, VerifyError, Denied, Failures, Authorized, Admitted, Receipt)>();
    let question = attested();
    let (verifier, artifact, claims) = (question.verifier(), question.artifact(), question.claims());
    let expected = verifier.verify(&artifact, &claims, question.now).unwrap();
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    (0..25).all(|_| verifier.verify(&artifact, &claims, question.now).as_ref() == Ok(&expected))
                })
            })
            .collect();
        assert!(runs.into_iter().all(|run| run.join().unwrap()));
    });
}

#[test]
fn ap_14_no_decision_is_read_back() {
    use static_checks::{NotRead as _, ReadProbe};
    const {
        assert!(ReadProbe::<Evidence>::NOT_READ && ReadProbe::<Examination>::NOT_READ);
        assert!(ReadProbe::<Observed>::NOT_READ && ReadProbe::<Authorized>::NOT_READ);
        assert!(ReadProbe::<Admitted>::NOT_READ && ReadProbe::<Hashed>::NOT_READ);
        // Claims are what is stored; the probe itself can tell.
        assert!(!ReadProbe::<Claims>::NOT_READ && !ReadProbe::<Receipt>::NOT_READ);
    }
}

#[test]
fn ap_15_the_moment_is_an_argument() {
    let question = attested().with(|q| q.now = time("2026-03-01T12:00:00Z"));
    assert_eq!(question.verify().unwrap_err().code(), "ERR_COUNTERSIGN_TIME_IN_FUTURE");
    assert_eq!(attested().verify().unwrap().verified_at(), attested().now);
    let evidence = attested().verify().unwrap();
    assert_eq!(
        publisher().authorize(&evidence, time("2026-11-21T23:59:59Z")).unwrap_err(),
        Denied::JudgedBeforeVerified
    );
}

#[test]
fn errors_are_small_and_their_codes_unique() {
    assert!(size_of::<VerifyError>() <= 128 && size_of::<ParseError>() <= 128 && size_of::<Denied>() <= 128);
    let mut codes: Vec<_> = VerifyError::CODES.iter().chain(ParseError::CODES).collect();
    codes.sort();
    let before = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), before);
}

#[test]
fn a_receipt_covers_the_same_question_only() {
    let question = attested();
    let (verifier, requirement) = (question.verifier(), publisher());
    let authorized = requirement.authorize(&question.verify().unwrap(), question.now).unwrap();
    let mut hasher = ArtifactHasher::new();
    hasher.update(&package().tarball);
    let receipt = authorized.admit(hasher.finish()).unwrap().receipt();
    let kept: Receipt = serde_json::from_str(&serde_json::to_string(&receipt).unwrap()).unwrap();
    assert_eq!(kept, receipt);
    assert!(kept.covers(&question.artifact(), &verifier, &requirement, question.now));
    // Another moment before it, artifact, registry, trust material, requirement.
    assert!(!kept.covers(&question.artifact(), &verifier, &requirement, time("2026-11-21T00:00:00Z")));
    let other = Question::attested(&mini(), &Package::new("@octo/lib", "1.2.4"));
    assert!(!kept.covers(&other.artifact(), &verifier, &requirement, question.now));
    let elsewhere = Artifact::expected(RegistryId::npm(), question.id(), &question.integrity).unwrap();
    assert!(!kept.covers(&elsewhere, &verifier, &requirement, question.now));
    let rotated = attested().with(|q| q.keys = crate::question::json(&mini().registry.endpoint_keys()));
    assert!(!kept.covers(&question.artifact(), &rotated.verifier(), &requirement, question.now));
    let weaker = Requirement::registry_signature(EndedKeys::Deny);
    assert!(!kept.covers(&question.artifact(), &verifier, &weaker, question.now));
}

#[test]
fn claims_survive_storage() {
    let question = attested();
    let kept: Claims = serde_json::from_slice(&serde_json::to_vec(&question.claims()).unwrap()).unwrap();
    assert_eq!(question.verifier().verify(&question.artifact(), &kept, question.now), question.verify());
}
