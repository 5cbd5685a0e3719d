//! The certificate: its path and its content (proof 5), and that it was logged (proof 6).

use crate::mint::{Folder, Mint};
use crate::support::bundle::{Era, Material, V0_2};
use crate::support::certificate::{self, EXTENDED_KEY_USAGE, Extension, SCT_LIST, SERVER_AUTH, SUBJECT_ALT_NAME};
use crate::support::ct_log::CtLog;
use crate::support::keys::Hash;
use crate::support::sigstore::Sigstore;
use crate::support::time::NOON;
use crate::support::{der, flip};

pub fn all(m: &Mint) -> Vec<Folder> {
    [path(m), time(m), content(m), logged(m)].concat()
}

fn path(m: &Mint) -> Vec<Folder> {
    let mallory = Sigstore::new("mallory").intermediates[0].clone();
    let brought = mallory.der.clone();
    vec![
        m.provenance(|a| a.issued_by(mallory)).refused(
            "certificate-of-another-authority",
            "UNKNOWN_AUTHORITY",
            "The attacker's own authority issued the certificate: its issuer must be in the trusted root (proof 5).",
        ),
        m.provenance(|a| {
            a.plan(move |p| (p.material, p.media_type, p.chain) = (Material::Chain, V0_2.into(), vec![brought]))
        })
        .refused(
            "bundle-brings-its-own-authority",
            "UNTRUSTED_CERTIFICATE",
            "The bundle carries an authority that is not in the trusted root: trust must never come from a bundle \
             (proof 5).",
        ),
        m.provenance(|a| a.ca_signature(flip)).refused(
            "certificate-signature-altered",
            "CHAIN_INVALID",
            "The certificate names a trusted issuer which did not sign it: the path must be verified (proof 5).",
        ),
    ]
}

fn time(m: &Mint) -> Vec<Folder> {
    let retired = m.mini.trusted_root().with(|root| {
        for authority in &mut root.authorities {
            authority.end = Some("2026-02-01T00:00:00Z".into());
        }
    });
    vec![
        m.provenance(|a| a.integrated_at(NOON + 3600)).refused(
            "integrated-time-outside-certificate",
            "TIME_OUTSIDE_CERTIFICATE",
            "It was logged an hour after its certificate's ten minutes began: the window must hold at the logged time \
             (proof 5).",
        ),
        m.of_era(Era::Mar2026).json("trusted_root.json", &retired.json()).refused(
            "authority-retired",
            "TIME_OUTSIDE_AUTHORITY",
            "The trusted root retired the authorities a month earlier: that window must hold at the logged time too \
             (proof 5).",
        ),
    ]
}

fn content(m: &Mint) -> Vec<Folder> {
    let names = ["https://github.com/octo-org/octo-lib/x@y", "https://github.com/mallory/fork/x@y"];
    let is_authority = certificate::basic_constraints(true, None);
    let for_servers = certificate::extended_key_usage(&[SERVER_AUTH]).value;
    let unknown = Extension::new("1.3.6.1.4.1.99999.1", true, der::utf8("?"));
    vec![
        m.provenance(|a| a.leaf(|c| c.extensions.push(is_authority))).refused(
            "authority-as-signer",
            "CA_AS_LEAF",
            "The signing certificate is itself an authority: those must issue certificates and sign no packages \
             (proof 5).",
        ),
        m.provenance(|a| a.leaf(|c| c.extension(EXTENDED_KEY_USAGE).value = for_servers)).refused(
            "server-certificate-as-signer",
            "EXTENDED_KEY_USAGE",
            "The certificate was issued for servers: it must be one for code signing (proof 5).",
        ),
        m.provenance(|a| a.leaf(|c| c.extension(SUBJECT_ALT_NAME).value = certificate::uri_names(&names).value))
            .refused(
                "certificate-of-two-names",
                "SUBJECT_ALT_NAME",
                "The certificate has two subject names, so that each reader may take another: there must be exactly \
                 one (proof 5).",
            ),
        m.provenance(|a| a.leaf(|c| c.extensions.push(unknown))).refused(
            "critical-extension-not-understood",
            "CRITICAL_EXTENSION",
            "The certificate has a critical extension that nobody knows: what its issuer calls critical must be \
             understood (proof 5).",
        ),
    ]
}

fn logged(m: &Mint) -> Vec<Folder> {
    let twin = Hash::Sha256.of(&m.mini.sigstore.intermediates[1].key.spki());
    let mallory = CtLog::new("mallory ct", "https://ctfe.mallory.example/2026");
    vec![
        m.provenance(|a| a.leaf(|c| c.remove(SCT_LIST))).refused(
            "certificate-never-logged",
            "MISSING_SCT",
            "The certificate carries no signed certificate timestamp: one that was never logged can be issued in \
             secret, so that there must be one (proof 6).",
        ),
        m.provenance(|a| a.scts(move |scts| scts[0].issuer_key_hash = twin)).refused(
            "sct-of-another-issuer",
            "SCT",
            "The timestamp is over a certificate by another authority of the same name: it must be over the issuer's \
             key that was proved (proof 6).",
        ),
        m.provenance(|a| a.plan(|p| p.ct_logs = vec![mallory])).refused(
            "sct-of-an-unknown-log",
            "UNKNOWN_CT_LOG",
            "The attacker's own certificate log made the timestamp: it must be a log of the trusted root (proof 6).",
        ),
    ]
}
