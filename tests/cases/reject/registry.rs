//! The registry signature, the manifest, and which attestations are there.

use serde_json::json;

use crate::mint::{Folder, Mint};
use crate::support::bundle::Era;
use crate::support::package::Package;
use crate::support::time::NOON;

pub fn all(m: &Mint) -> Vec<Folder> {
    [signature(m), window(m), documents(m), set(m), confirmation(m)].concat()
}

fn signature(m: &Mint) -> Vec<Folder> {
    let older = Package::new(&m.package.name, "1.2.2");
    let good = |n: usize| m.mini.registry.signature(&m.package, n);
    let mut bad = good(0);
    bad["sig"] = m.mini.registry.signature(&older, 0)["sig"].clone();
    vec![
        m.signed().signatures(json!([m.mini.registry.signature(&older, 1)])).refused(
            "signature-of-another-version",
            "REGISTRY_SIGNATURE",
            "The manifest carries the genuine signature of version 1.2.2: the signed message must be built from the \
             version that was asked for.",
        ),
        m.signed().signatures(json!([bad, good(1)])).refused(
            "bad-signature-beside-a-good-one",
            "REGISTRY_SIGNATURE",
            "A bad signature by one known key stands beside a good one by another: no bad signature by a known key \
             may be outvoted.",
        ),
        m.signed().signatures(json!([])).refused(
            "signature-stripped",
            "MISSING_REGISTRY_SIGNATURE",
            "The signatures were removed on the way: where a registry signature is required, none must not pass.",
        ),
        m.signed().signatures(json!([{"keyid": "SHA256:mallory", "sig": good(1)["sig"]}])).refused(
            "signature-by-an-unknown-key",
            "UNKNOWN_KEY",
            "The only signature names a key that is not in the trusted set: it proves nothing, whatever it is over.",
        ),
    ]
}

fn window(m: &Mint) -> Vec<Folder> {
    let by_ended_key = || m.signed().signatures(json!([m.mini.registry.signature(&m.package, 0)]));
    vec![
        by_ended_key().line("time", "2026-03-01T12:00:05.000Z").refused(
            "signature-by-an-ended-key",
            "KEY_EXPIRED",
            "A retired key signed a version that was published after its end: the key's window must be held against \
             the publish time.",
        ),
        by_ended_key().refused(
            "signature-by-an-ended-key-at-no-time",
            "WINDOW_UNJUDGED",
            "A retired key signed and the publish time was left out: an unknown time must not be taken for an early \
             one.",
        ),
        m.signed().line("time", "2027-01-01T00:00:00.000Z").refused(
            "published-in-the-future",
            "TIME_IN_FUTURE",
            "The packument dates the version after the present moment: a time that has not come must not be judged by.",
        ),
    ]
}

fn documents(m: &Mint) -> Vec<Folder> {
    let other = Package::new("another-tarball", "1.0.0").integrity();
    vec![
        m.signed().manifest(|manifest| manifest["name"] = json!("@octo/evil")).refused(
            "manifest-of-another-package",
            "NAME_VERSION_MISMATCH",
            "The registry answers with the manifest of another package: name and version must be those that were \
             asked for.",
        ),
        m.signed().manifest(|manifest| manifest["dist"]["integrity"] = json!(other)).refused(
            "integrity-replaced-in-the-manifest",
            "INTEGRITY_DISAGREEMENT",
            "The manifest's integrity is another tarball's than the consumer's own record: a published version never \
             changes, so that the two must agree.",
        ),
        m.signed().integrity(&format!("{} {other}", m.package.integrity())).refused(
            "two-strong-digests",
            "AMBIGUOUS_INTEGRITY",
            "The consumer's record lists a second sha512, so that either tarball would do: there must be one.",
        ),
    ]
}

fn set(m: &Mint) -> Vec<Folder> {
    let mallory = m.mini.provenance(&m.package).workflow(|w| w.repository = "mallory/fork".into()).mint();
    let ended = m.mini.registry.keys[0].key_id.clone();
    vec![
        m.answered(&[m.good_publish(), m.good_provenance(), mallory]).refused(
            "second-provenance-of-another-repository",
            "AMBIGUOUS_ATTESTATION",
            "An attacker's own provenance of the same tarball stands beside the genuine one: neither any nor the \
             first of two may count.",
        ),
        m.provenance(|a| a.outer_type("https://slsa.dev/provenance/v2")).refused(
            "provenance-under-another-label",
            "PREDICATE_MISMATCH",
            "The unsigned label was changed so that the provenance looks like an unknown kind: the statement inside \
             must say the same.",
        ),
        m.publish(|a| a.plan(|p| p.signed_by_certificate(Era::Mar2026))).refused(
            "publish-signed-by-certificate",
            "SIGNER_KIND",
            "A certificate signed the publish attestation: anybody obtains one, so that the signer must be a key of \
             the registry.",
        ),
        m.provenance(|a| a.plan(|p| p.signed_by_registry(&m.mini, 1, Era::Mar2026))).refused(
            "provenance-signed-by-registry-key",
            "SIGNER_KIND",
            "A key of the registry signed the provenance: it names no workflow, so that the signer must be a \
             certificate.",
        ),
        m.publish(|a| a.plan(move |p| p.keyid = Some(ended))).refused(
            "key-id-of-another-key",
            "KEY_MISMATCH",
            "The envelope names another key than the bundle's hint: neither is signed, so that both must be one.",
        ),
        m.publish(|a| a.plan(|p| p.signed_by_registry(&m.mini, 0, Era::Mar2026))).refused(
            "publish-signed-by-an-ended-key",
            "KEY_EXPIRED",
            "A retired key signed the publish attestation after its end: the key's window must hold at the logged \
             time (proof 5).",
        ),
    ]
}

fn confirmation(m: &Mint) -> Vec<Folder> {
    vec![
        m.answered(&[]).refused(
            "attestations-withheld",
            "ATTESTATIONS_WITHHELD",
            "The manifest advertises provenance and an empty list is answered: what was held back must not count as \
             absent.",
        ),
        m.answered(&[m.good_provenance()]).refused(
            "provenance-without-a-publication",
            "PUBLISH_NOT_ATTESTED",
            "The registry's publish attestation is missing: anyone's workflow can attest anyone's tarball, so that \
             provenance alone must not count.",
        ),
        m.provenance(|a| a.at(NOON + 600)).refused(
            "provenance-made-afterwards",
            "PROVENANCE_AFTER_PUBLISH",
            "The provenance was made ten minutes after the publication that it claims to explain: it must not be \
             later.",
        ),
    ]
}
