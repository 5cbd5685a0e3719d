//! EX, CE: whom a caller expects, and names of another kind that read the same.

use countersign::SubjectKind;

use crate::bundle_question::{BundleQuestion, message};
use crate::support::certificate::{Certificate, SUBJECT_ALT_NAME};
use crate::support::der;
use crate::support::workflow::Workflow;

/// An issuer for whose tokens a certificate says nothing of a workflow.
const ISSUER: &str = "https://accounts.example";

/// Signed by a certificate with this name, its tag being that of its kind.
fn named(tag: u8, name: &'static [u8]) -> BundleQuestion {
    let issued = |w: &mut Workflow| (w.issuer, w.last_extension) = (ISSUER.into(), 6);
    let name = move |c: &mut Certificate| {
        c.extension(SUBJECT_ALT_NAME).value = der::sequence(&[der::implicit(tag, name)]);
    };
    message(|a| a.workflow(issued).leaf(name))
}

#[test]
fn ce_46_an_address_is_no_uri() {
    let address = "octo@octo.example";
    let signed = named(1, b"octo@octo.example").by_certificate(address, ISSUER).accepted();
    assert_eq!(signed.identity().unwrap().subject_kind(), SubjectKind::Email);
    assert_eq!(named(6, b"octo@octo.example").by_certificate(address, ISSUER).code(), "IDENTITY_MISMATCH");
    let uri = "https://octo.example/build@main";
    let signed = named(6, b"https://octo.example/build@main").by_certificate(uri, ISSUER).accepted();
    assert_eq!(signed.identity().unwrap().subject_kind(), SubjectKind::Uri);
    assert_eq!(named(1, b"https://octo.example/build@main").by_certificate(uri, ISSUER).code(), "IDENTITY_MISMATCH");
}

#[test]
fn ce_46_a_name_of_a_third_kind_is_nobodys() {
    // A host name, a registered identifier, an address of the internet.
    for (tag, name) in [(2, "octo.example"), (8, "octo"), (7, "octo")] {
        for expected in [name, ""] {
            let code = named(tag, name.as_bytes()).by_certificate(expected, ISSUER).code();
            assert_eq!(code, "IDENTITY_MISMATCH", "{tag} {expected}");
        }
    }
}

#[test]
fn ce_46_whole_names_only() {
    for expected in ["octo@octo.exampl", "ocTo@octo.example", " octo@octo.example", "@octo.example", "*", ""] {
        let code = named(1, b"octo@octo.example").by_certificate(expected, ISSUER).code();
        assert_eq!(code, "IDENTITY_MISMATCH", "{expected}");
    }
}
