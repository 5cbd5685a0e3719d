//! Numbers that outlive names: renamed, given up and registered anew.

use countersign::publisher::{Field, MatchNote};
use countersign::{Denied, TrustedPublisher};

use super::{MISMATCH, UNPROVABLE, denied_by, matched, octo, octo_with, run};
use crate::attestation_set::publisher;
use crate::question::{accepted, provenance_in, provenance_with};
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::workflow::fulcio;

#[test]
fn id_40_the_repository_has_another_name() {
    let pinned = octo_with(|p| p.repository_id("700100200"));
    let renamed = run(|w| w.repository = "octo-org/octo-core".into());
    let Err(denied) = pinned.authorize(&accepted(&renamed), renamed.now) else { panic!("this was authorized") };
    assert_eq!(denied.code(), "ERR_COUNTERSIGN_REPOSITORY_RENAMED");
    assert!(denied.help().contains("new name"));
    let Denied::RepositoryRenamed { expected, found } = denied else { panic!("{denied}") };
    assert_eq!(expected.as_str(), "https://github.com/octo-org/octo-lib");
    assert_eq!(found.as_str(), "https://github.com/octo-org/octo-core");
    // Without the number nothing tells it from somebody else's, and beside another miss it is one of two.
    assert_eq!(denied_by(&publisher(), &renamed), (MISMATCH, "repository"));
    let moved = run(|w| (w.repository, w.path) = ("octo-org/octo-core".into(), ".github/workflows/x.yml".into()));
    assert_eq!(denied_by(&pinned, &moved), (MISMATCH, "repository"));
    let other = octo_with(|p| p.owner_id("9100200"));
    assert_eq!(denied_by(&other, &renamed), (MISMATCH, "repository"));
    let unstated =
        provenance_with(|a| a.workflow(|w| w.repository = "octo-org/octo-core".into()).leaf(|c| c.remove(&fulcio(15))));
    assert_eq!(denied_by(&pinned.clone().waive(Field::RepositoryId), &unstated), (MISMATCH, "repository"));
}

#[test]
fn id_41_the_name_belongs_to_another_repository() {
    let pinned = octo_with(|p| p.repository_id("700100200"));
    assert_eq!(matched(&pinned, &run(|_| ())), []);
    assert_eq!(denied_by(&pinned, &run(|w| w.repository_id = "800100200".into())), (MISMATCH, "repository-id"));
}

#[test]
fn id_42_the_name_belongs_to_another_owner() {
    let pinned = octo_with(|p| p.owner_id("9100200"));
    assert_eq!(matched(&pinned, &run(|_| ())), []);
    assert_eq!(denied_by(&pinned, &run(|w| w.owner_id = "9100201".into())), (MISMATCH, "owner-id"));
}

#[test]
fn id_43_no_number_is_stated() {
    let (repository, owner) = (octo_with(|p| p.repository_id("700100200")), octo_with(|p| p.owner_id("9100200")));
    let without = |number: u32| provenance_with(|a| a.leaf(|c| c.remove(&fulcio(number))));
    assert_eq!(denied_by(&repository, &without(15)), (UNPROVABLE, "repository-id"));
    assert_eq!(denied_by(&owner, &without(17)), (UNPROVABLE, "owner-id"));
    let early = provenance_in(&Miniature::new(), Era::Feb2023, |a| a);
    assert_eq!(denied_by(&repository, &early), (UNPROVABLE, "repository-id"));
    assert_eq!(denied_by(&owner, &early), (UNPROVABLE, "owner-id"));
}

#[test]
fn id_44_numbers_are_compared_as_text() {
    for id in ["0700100200", " 700100200", "700100200.0", "+700100200", "18446744073709551616", ""] {
        for refused in [octo().repository_id(id), octo().owner_id(id)] {
            assert_eq!(refused.unwrap_err().code(), "ERR_COUNTERSIGN_PUBLISHER_INVALID", "{id:?}");
        }
    }
    let pinned = octo_with(|p| p.repository_id("700100200"));
    for id in ["0700100200", "700100200.0", "70010020", "7001002000", "0x29BA8A08"] {
        assert_eq!(denied_by(&pinned, &run(|w| w.repository_id = id.into())), (MISMATCH, "repository-id"), "{id}");
    }
}

#[test]
fn id_45_a_name_alone_is_noted() {
    let notes = |publisher: TrustedPublisher| {
        let question = run(|_| ());
        let identity = accepted(&question).provenance().unwrap().identity().clone();
        publisher.matches(&identity).notes()
    };
    assert_eq!(notes(octo()), [MatchNote::NameOnlyPin]);
    assert!(MatchNote::NameOnlyPin.as_str().starts_with("name-only pin"));
    assert_eq!(notes(octo().repository_id("700100200").unwrap()), []);
    assert_eq!(notes(octo().owner_id("9100200").unwrap()), []);
}
