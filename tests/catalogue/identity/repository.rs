//! The repository, as a whole and by its letters.

use countersign::publisher::MatchNote;
use countersign::{Requirement, TrustedPublisher};

use super::{MISMATCH, denied, denied_by, github, matched, run};
use crate::attestation_set::publisher;
use crate::question::refused;
use crate::support::certificate::Certificate;
use crate::support::der;
use crate::support::workflow::{Workflow, fulcio};

#[test]
fn id_06_id_07_id_11_id_12_id_32_other_repositories() {
    for repository in [
        "evil/octo-lib",
        "octo-org/octo-lib-evil",
        "octo-org/octo-li",
        "octo-org-evil/octo-lib",
        "octo-org/octo-lib.git",
        "octo-org/octo-lib?x",
        "octo-org/octo-lib#x",
        "octo-org/octo%2Dlib",
        "octo-org/%6Fcto-lib",
    ] {
        assert_eq!(denied(&run(|w| w.repository = repository.into())), (MISMATCH, "repository"), "{repository}");
    }
    for repository in ["evil/octo-org/octo-lib", "octo-org/octo-lib/", "octo-org//octo-lib", "octo-org/octo-lib/../x"] {
        let code = refused(|a| a.workflow(|w| w.repository = repository.into()));
        assert_eq!(code, "INCONSISTENT_IDENTITY", "{repository}");
    }
}

#[test]
fn id_08_ascii_case_of_the_repository() {
    let other = |w: &mut Workflow| w.repository = "Octo-Org/OCTO-lib".into();
    assert_eq!(matched(&publisher(), &run(other)), [MatchNote::CaseDiffers]);
}

#[test]
fn id_09_letters_that_only_look_alike() {
    // A URI is ASCII, and so is a repository (EX-06).
    for repository in ["octo-org/octo-\u{13a}ib", "octo-org/\u{43e}cto-lib", "octo-org/octo-l\u{131}b", "\u{212a}/lib"]
    {
        let code = refused(|a| a.workflow(|w| w.repository = repository.into()));
        assert_eq!(code, "SUBJECT_ALT_NAME", "{repository}");
    }
}

#[test]
fn id_10_patterns_are_text() {
    let question = run(|w| w.repository = "octo-org/myXrepo".into());
    assert_eq!(denied_by(&github("octo-org/my.repo", "release.yml"), &question), (MISMATCH, "repository"));
    assert_eq!(denied_by(&github("octo-org/octo-lib", "r.l.a.e.yml"), &run(|_| ())), (MISMATCH, "workflow"));
    for pattern in ["octo-org/.*", "octo-org/(a+)+$", "octo-org/a|b", "octo-org/*"] {
        let error = TrustedPublisher::github(pattern, "release.yml").unwrap_err();
        assert_eq!(error.code(), "ERR_COUNTERSIGN_PUBLISHER_INVALID", "{pattern}");
    }
}

#[test]
fn id_11_other_hosts() {
    for host in ["https://github.com@evil.example/", "https://github.com.evil.example/", "http://github.com/"] {
        let moved = |c: &mut Certificate| {
            for number in [12, 16, 18] {
                let value = String::from_utf8(c.extension(&fulcio(number)).value[2..].to_vec()).unwrap();
                let value = value.trim_start_matches(|b: char| b != 'h').to_owned();
                c.extension(&fulcio(number)).value = der::utf8(&value.replace("https://github.com/", host));
            }
        };
        assert_eq!(refused(|a| a.leaf(moved)), "INCONSISTENT_IDENTITY", "{host}");
    }
}

#[test]
fn id_20_sound_and_of_somebody_else() {
    assert_eq!(denied_by(&github("other/lib", "release.yml"), &run(|_| ())), (MISMATCH, "repository"));
    let both = Requirement::any_trusted_publisher([
        TrustedPublisher::github("other/lib", "release.yml").unwrap(),
        TrustedPublisher::github("octo-org/octo-lib", "other.yml").unwrap(),
    ]);
    // Each has one field right; together they are nobody.
    assert_eq!(denied_by(&both.unwrap(), &run(|_| ())).0, MISMATCH);
}
