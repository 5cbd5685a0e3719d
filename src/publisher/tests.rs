mod circleci;
mod constraints;
mod gitlab;
mod spelling;
mod written;

use super::{Answer, Field, MatchNote, MatchStatus, PublisherMatch, Source, TrustedPublisher};
use crate::identity::samples::{Stated, real_bundles};

const COMMIT: &str = "16babffb9153811e193c019939391357372b25ce";

fn publisher() -> TrustedPublisher {
    TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap()
}

fn compare(stated: &Stated) -> PublisherMatch {
    publisher().matches(&stated.identity())
}

fn answer(found: &PublisherMatch, field: Field) -> &'static str {
    match found.fields().iter().find(|answer| answer.field() == field).map(super::FieldAnswer::answer) {
        Some(Answer::Proven { .. }) => "proven",
        Some(Answer::Contradicted { .. }) => "contradicted",
        Some(Answer::Unprovable { .. }) => "unprovable",
        None => "not judged",
    }
}

/// The answers to issuer, repository, workflow and runner.
fn answers(stated: &Stated) -> [&'static str; 4] {
    let found = compare(stated);
    [Field::Issuer, Field::Repository, Field::Workflow, Field::Runner].map(|field| answer(&found, field))
}

/// A certificate of `repository`, whose `file` was started at `git_ref` and contains the job.
fn started(repository: &str, file: &str, git_ref: &str) -> Stated {
    let (owner, _) = repository.split_once('/').unwrap();
    let uri = format!("https://github.com/{repository}/.github/workflows/{file}@{git_ref}");
    Stated::github()
        .with(5, repository)
        .with(6, git_ref)
        .with(14, git_ref)
        .with(12, &format!("https://github.com/{repository}"))
        .with(16, &format!("https://github.com/{owner}"))
        .with(9, &uri)
        .with(18, &uri)
        .subject(&uri)
}

#[test]
fn id_01_every_field_is_proven() {
    let found = compare(&Stated::github());
    assert_eq!(found.status(), MatchStatus::Match);
    assert_eq!(answers(&Stated::github()), ["proven"; 4]);
    assert_eq!(found.notes(), [MatchNote::NameOnlyPin]);
    assert!(found.callee().is_none());
    let sources: Vec<_> = found.fields().iter().map(|field| field.source().unwrap()).collect();
    assert_eq!(sources, [8, 12, 18, 11].map(Source::Extension));
}

#[test]
fn id_02_the_issuer_is_exact() {
    for issuer in [
        "https://token.actions.githubusercontent.com/",
        "http://token.actions.githubusercontent.com",
        "https://TOKEN.actions.githubusercontent.com",
        "https://token.actions.githubusercontent.com:443",
        "https://token.actions.githubusercontent.com/octo-enterprise",
        "https://token.actions.githubusercontent.com.evil.example",
    ] {
        let stated = Stated::github().with(1, issuer).with(8, issuer);
        assert_eq!(answers(&stated), ["contradicted", "proven", "proven", "proven"], "{issuer}");
        assert_eq!(compare(&stated).status(), MatchStatus::Mismatch);
    }
    let nobody = Stated::github().without(1).without(8);
    assert_eq!(answers(&nobody)[0], "unprovable");
    assert_eq!(compare(&nobody).status(), MatchStatus::Unprovable);
}

#[test]
fn id_03_id_62_another_ci_system_with_the_same_text() {
    for issuer in ["https://gitlab.com", "https://accounts.google.com", "https://agent.buildkite.com"] {
        let stated = Stated::github().with(1, issuer).with(8, issuer);
        assert_eq!(compare(&stated).status(), MatchStatus::Mismatch, "{issuer}");
    }
    assert_eq!(compare(&Stated::gitlab()).status(), MatchStatus::Mismatch);
}

#[test]
fn id_06_id_07_id_12_id_32_another_repository() {
    for repository in [
        "octo-org/octo-lib-evil",
        "octo-org/octo-li",
        "octo-org-evil/octo-lib",
        "evil/octo-lib",
        "octo-org/octo-lib.git",
        "octo-org%2Focto-lib/x",
        "%6Fcto-org/octo-lib",
    ] {
        let stated = started(repository, "release.yml", "refs/tags/v1.2.3");
        assert_eq!(answers(&stated), ["proven", "contradicted", "proven", "proven"], "{repository}");
    }
}

#[test]
fn id_08_ascii_case_of_owner_and_name_is_folded() {
    let found = compare(&started("Octo-Org/OCTO-lib", "release.yml", "refs/tags/v1.2.3"));
    assert_eq!(
        (found.status(), found.notes()),
        (MatchStatus::Match, vec![MatchNote::CaseDiffers, MatchNote::NameOnlyPin])
    );
    let host = started("octo-org/octo-lib", "release.yml", "refs/tags/v1.2.3").without(1).without(5).without(16);
    let host = host.with(8, "https://evil.example").with(12, "https://GitHub.com/octo-org/octo-lib");
    assert_eq!(answers(&host)[1], "contradicted");
}

#[test]
fn id_09_no_other_letter_is_folded() {
    for name in
        ["octo-org/octo-\u{17f}lib", "octo-org/octo-\u{212a}", "\u{ff4f}cto-org/octo-lib", "oct\u{43e}-org/octo-lib"]
    {
        assert_eq!(
            TrustedPublisher::github(name, "release.yml").map_err(|e| e.code()),
            Err("ERR_COUNTERSIGN_PUBLISHER_INVALID"),
            "{name}"
        );
        // And no certificate with such a name is read at all.
        let stated = Stated::github().without(5).with(12, &format!("https://github.com/{name}"));
        assert!(stated.read().is_err(), "{name}");
    }
}

#[test]
fn id_10_patterns_are_text() {
    let literal = TrustedPublisher::github("octo-org/my.repo", "release.yml").unwrap();
    let stated = started("octo-org/myXrepo", "release.yml", "refs/tags/v1");
    assert_eq!(literal.matches(&stated.identity()).status(), MatchStatus::Mismatch);
    for name in ["octo-org/.*", "octo-org/(a+)+$", "octo-org/a|b", "*/octo-lib"] {
        assert_eq!(
            TrustedPublisher::github(name, "release.yml").map_err(|e| e.code()),
            Err("ERR_COUNTERSIGN_PUBLISHER_INVALID"),
            "{name}"
        );
    }
    let any = TrustedPublisher::github("octo-org/octo-lib", "r*.yml").unwrap();
    assert_eq!(any.matches(&Stated::github().identity()).status(), MatchStatus::Mismatch);
}

#[test]
fn id_13_id_14_id_15_id_33_another_workflow() {
    for file in [
        "release.yaml",
        "Release.yml",
        "xrelease.yml",
        "release.yml.bak",
        "dir/release.yml",
        "../release.yml",
        "./release.yml",
        "../workflows/release.yml",
        "rel",
        "release.yml@x",
        "release.yml%40refs",
    ] {
        let stated = started("octo-org/octo-lib", file, "refs/tags/v1.2.3");
        assert_eq!(answers(&stated), ["proven", "proven", "contradicted", "proven"], "{file}");
    }
    for uri in [
        "https://github.com/octo-org/octo-lib/.github//workflows/release.yml@refs/tags/v1.2.3",
        "https://github.com/octo-org/octo-lib/release.yml@refs/tags/v1.2.3",
        "https://github.com/octo-org/octo-lib/.github/workflows/release.yml",
        "https://github.com/octo-org/octo-lib/.github/workflows/release.yml@",
        "https://github.com/octo-org/octo-lib/.github/workflows/release.yml@refs/tags/v1.2.3\u{20}",
    ] {
        assert_eq!(answers(&Stated::github().with(18, uri))[2], "contradicted", "{uri}");
    }
}

#[test]
fn id_16_at_signs_in_names_and_refs() {
    let with_at = TrustedPublisher::github("octo-org/octo-lib", "a@b.yml").unwrap();
    assert_eq!(
        with_at.matches(&started("octo-org/octo-lib", "a@b.yml", "refs/heads/x@y").identity()).status(),
        MatchStatus::Match
    );
    for (file, git_ref, expected) in [
        ("release.yml", "refs/heads/main@evil", "proven"),
        ("release.yml", "refs/tags/@octo/lib@1.2.3", "proven"),
        ("evil.yml", "refs/heads/x@refs/tags/v1", "contradicted"),
        // A file named so that cutting at the first @ would give release.yml.
        ("release.yml@evil.yml", "refs/heads/main", "contradicted"),
        ("release.yml@refs/heads/main@evil.yml", "refs/heads/main", "contradicted"),
    ] {
        assert_eq!(answers(&started("octo-org/octo-lib", file, git_ref))[2], expected, "{file} {git_ref}");
    }
}

#[test]
fn id_16_the_ref_is_the_certificates_own() {
    let stated = Stated::github()
        .with(18, "https://github.com/octo-org/octo-lib/.github/workflows/release.yml@refs/heads/other");
    assert_eq!(answers(&stated)[2], "contradicted");
    let uri = format!("https://github.com/octo-org/octo-lib/.github/workflows/release.yml@{COMMIT}");
    let bare = Stated::github().with(9, &uri).with(18, &uri).subject(&uri);
    assert_eq!(answers(&bare)[2], "proven");
    assert_eq!(answers(&bare.clone().without(6).without(14))[2], "proven");
    assert_eq!(answers(&bare.without(3).without(13))[2], "contradicted");
}

#[test]
fn id_30_a_reusable_workflow_of_somebody_else_signs() {
    let callee = "https://github.com/builders/shared/.github/workflows/build.yml@refs/tags/v1";
    let found = compare(&Stated::github().with(9, callee).subject(callee));
    assert_eq!(found.status(), MatchStatus::Match);
    assert_eq!(found.callee().unwrap().as_str(), callee);
}

#[test]
fn id_31_somebody_else_calls_the_publishers_reusable_workflow() {
    let ours = "https://github.com/octo-org/octo-lib/.github/workflows/release.yml@refs/tags/v1.2.3";
    for file in ["attack.yml", "release.yml"] {
        let attack = started("evil/evil", file, "refs/heads/main").with(9, ours).subject(ours);
        let found = compare(&attack);
        assert_eq!(found.status(), MatchStatus::Mismatch);
        assert_eq!(answer(&found, Field::Repository), "contradicted");
        assert_eq!(found.callee().unwrap().as_str(), ours);
        assert_eq!(found.status_waiving(&[Field::Repository, Field::Workflow]).0, MatchStatus::Mismatch);
    }
    let early = Stated::early().with(5, "evil/evil").subject(ours);
    assert_eq!(answers(&early)[1], "contradicted");
    assert_ne!(answers(&early)[2], "proven");
    assert_eq!(compare(&early).status(), MatchStatus::Mismatch);
    let hidden = started("evil/evil", "release.yml", "refs/heads/main")
        .without(12)
        .without(16)
        .without(18)
        .with(9, ours)
        .subject(ours);
    assert_eq!(answers(&hidden)[1..3], ["unprovable", "unprovable"]);
}

#[test]
fn id_38_the_runner_is_githubs() {
    for runner in ["self-hosted", "gitlab-hosted", "Github-hosted", "github-hosted-x"] {
        assert_eq!(answers(&Stated::github().with(11, runner))[3], "contradicted", "{runner}");
    }
    let unknown = Stated::github().without(11);
    assert_eq!(answers(&unknown)[3], "unprovable");
    assert_eq!(compare(&unknown).status(), MatchStatus::Unprovable);
    assert_eq!(compare(&unknown).status_waiving(&[Field::Runner]), (MatchStatus::Match, vec![Field::Runner]));
    assert_eq!(compare(&unknown).status_waiving(&[Field::Workflow]).0, MatchStatus::Unprovable);
    let other = unknown.with(12, "https://github.com/octo-org/other").without(5).without(18);
    assert_eq!(compare(&other).status_waiving(&[Field::Runner, Field::Workflow]).0, MatchStatus::Mismatch);
}

#[test]
fn ex_01_an_early_certificate_satisfies_a_plain_rule() {
    let found = compare(&Stated::early());
    assert_eq!(found.status(), MatchStatus::Match);
    assert_eq!(answers(&Stated::early()), ["proven", "proven", "proven", "not judged"]);
    assert_eq!(found.notes(), [MatchNote::JobWorkflow, MatchNote::RunnerNotStated, MatchNote::NameOnlyPin]);
    assert_eq!(answers(&Stated::early().at("2023-04-30T23:59:59Z"))[2], "proven");
    assert_eq!(
        answers(&Stated::early().at("2023-05-01T00:00:00Z")),
        ["proven", "unprovable", "unprovable", "unprovable"]
    );
    let other = "https://github.com/octo-org/octo-lib/.github/workflows/other.yml@refs/tags/v1.2.3";
    assert_eq!(answers(&Stated::early().subject(other))[2], "contradicted");
    let callee = "https://github.com/builders/shared/.github/workflows/release.yml@refs/tags/v1.2.3";
    assert_eq!(answers(&Stated::early().subject(callee))[2], "unprovable");
    assert_eq!(answers(&Stated::early().without(5))[1..3], ["unprovable", "unprovable"]);
}

#[test]
fn ex_10_templates_were_html_for_some_months() {
    let tag = "refs/tags/v1.0.0+build.5";
    let escaped = "https://github.com/octo-org/octo-lib/.github/workflows/release.yml@refs/tags/v1.0.0&#43;build.5";
    let stated = Stated::github().with(6, tag).with(14, tag).with(9, escaped).with(18, escaped).subject(escaped);
    assert_eq!(answers(&stated.clone().at("2024-12-01T00:00:00Z"))[2], "proven");
    assert_eq!(answers(&stated.at("2025-06-01T00:00:00Z"))[2], "contradicted");
}

#[test]
fn waivers_of_everything_leave_somebody_named() {
    let all = [Field::Issuer, Field::Repository, Field::Workflow, Field::Runner];
    let silent_on = |numbers: &[u32]| {
        let stated = numbers.iter().fold(Stated::github(), |stated, number| stated.without(*number));
        compare(&stated).status_waiving(&all).0
    };
    assert_eq!(silent_on(&[11, 18]), MatchStatus::Match);
    assert_eq!(silent_on(&[5, 12, 16, 18]), MatchStatus::Unprovable);
    assert_eq!(silent_on(&[1, 8]), MatchStatus::Unprovable);
}

#[test]
fn answers_are_written_flat() {
    let found = compare(&started("Octo-Org/octo-lib", "x.yml", "refs/tags/v1").without(11));
    let written = serde_json::to_value(found.fields()).unwrap();
    assert_eq!(
        written,
        serde_json::json!([
            {"field": "issuer", "answer": "proven", "extension": "1.8",
             "expected": "https://token.actions.githubusercontent.com",
             "found": "https://token.actions.githubusercontent.com"},
            {"field": "repository", "answer": "proven", "note": "case-differs", "extension": "1.12",
             "expected": "https://github.com/octo-org/octo-lib", "found": "https://github.com/Octo-Org/octo-lib"},
            {"field": "workflow", "answer": "contradicted", "extension": "1.18",
             "expected": "https://github.com/Octo-Org/octo-lib/.github/workflows/release.yml@refs/tags/v1",
             "found": "https://github.com/Octo-Org/octo-lib/.github/workflows/x.yml@refs/tags/v1"},
            {"field": "runner", "answer": "unprovable", "reason": "the certificate states no runner (1.11)",
             "expected": "github-hosted"},
        ])
    );
}

#[test]
fn the_real_publishers_match() {
    let expected = [
        ("nuxt@3.13.0", "nuxt/nuxt", "release.yml"),
        ("@playwright_cli@0.1.1", "microsoft/playwright-cli", "publish.yml"),
        ("server-filesystem@2026.7.10", "modelcontextprotocol/servers", "release.yml"),
        ("sigstore@0.4.0", "sigstore/sigstore-js", "publish.yml"),
        ("sigstore@1.0.0", "sigstore/sigstore-js", "publish.yml"),
        ("sigstore@2.3.1", "sigstore/sigstore-js", "release.yml"),
        ("provenance-npm-test@1.0.0", "laurentsimon/provenance-npm-test", "release.yml"),
        ("provenance-npm-test@1.0.5", "laurentsimon/provenance-npm-test", "release-slsa3.yml"),
    ];
    let bundles = real_bundles("npm-attestations-response");
    for (sample, repository, file) in expected {
        let of_sample = bundles.iter().filter(|bundle| bundle.file.contains(sample));
        for stated in of_sample.filter_map(|bundle| bundle.certificate.as_ref()) {
            let right = TrustedPublisher::github(repository, file).unwrap().matches(&stated.identity());
            assert_eq!(right.status(), MatchStatus::Match, "{sample}: {right:?}");
            assert_eq!(right.callee().is_some(), sample.ends_with("1.0.5"), "{sample}");
            for (repository, file) in [(repository, "other.yml"), ("octo-org/octo-lib", file)] {
                let wrong = TrustedPublisher::github(repository, file).unwrap().matches(&stated.identity());
                assert_eq!(wrong.status(), MatchStatus::Mismatch, "{sample}: {wrong:?}");
            }
        }
    }
}

/// Each byte of each value, one up: an error, or what is matched is still the publisher's.
#[test]
fn no_single_byte_makes_another_publisher() {
    let judged = |stated: &Stated| {
        let identity = stated.read().ok()?;
        let text = |found: Option<&str>| found.map(str::to_ascii_lowercase);
        let parts = (text(identity.issuer()), text(identity.repository()), text(identity.build_config()));
        (publisher().matches(&identity).status() == MatchStatus::Match).then_some(parts)
    };
    let good = judged(&Stated::github()).unwrap();
    let early = judged(&Stated::early()).unwrap();
    for (stated, good) in [(Stated::github(), good), (Stated::early(), early)] {
        for at in 0..stated.extensions.len() {
            for byte in 0..stated.extensions[at].1.len() {
                for bit in 0..8 {
                    let mut changed = stated.clone();
                    changed.extensions[at].1[byte] ^= 1 << bit;
                    assert!(judged(&changed).is_none_or(|found| found == good), "{:?}", changed.extensions[at]);
                }
            }
        }
    }
}

#[test]
fn comparing_nothing_proves_nothing() {
    let nothing = PublisherMatch::new(&publisher(), Vec::new(), Vec::new(), None);
    assert_eq!(nothing.status(), MatchStatus::Unprovable);
}
