//! What must be verified although it looks unusual: each form that npm has served, and each freedom
//! that a signer or a registry has.

use serde_json::{Value, json};

use crate::mint::{Folder, Mint};
use crate::support::bundle::{Era, V0_3_PARAMETER};
use crate::support::keys::b64;
use crate::support::statement::Build;

pub fn all(m: &Mint) -> Vec<Folder> {
    [eras(m), signatures(m), bundles(m), sets(m), builds(m)].concat()
}

const PUBLISHER: &str = "octo-org/octo-lib:release.yml";

fn eras(m: &Mint) -> Vec<Folder> {
    let of = |era: Era| m.of_era(era).line("publisher", PUBLISHER);
    let old = |era: Era| of(era).signatures(json!([m.mini.registry.signature(&m.package, 0)]));
    vec![
        old(Era::Feb2023).verified(
            "as-in-february-2023",
            "Bundle v0.1 with a chain up to the root, a promise without proof, SLSA v0.2, and a certificate of the \
             first six extensions, from which the publisher must still be proved.",
        ),
        old(Era::Jul2023).verified(
            "as-in-july-2023",
            "Bundle v0.1 as in February 2023, with the certificate extensions that name who called whom.",
        ),
        old(Era::Jun2024).verified(
            "as-in-june-2024",
            "Bundle v0.2 with a chain of the signing certificate alone, promise and inclusion proof, SLSA v1.",
        ),
        of(Era::Sep2025).verified(
            "as-in-september-2025",
            "Provenance in a v0.3 bundle with a dsse log entry beside a publish attestation in the form of 2024.",
        ),
        of(Era::Mar2026).verified("as-in-march-2026", "Both log entries are dsse, and the environment is stated."),
    ]
}

fn signatures(m: &Mint) -> Vec<Folder> {
    let current = &m.mini.registry.keys[1];
    let message = format!("{}:{}", m.package.spec(), m.package.integrity());
    let forms = [current.key.sign(message.as_bytes()), current.key.sign_other_s(message.as_bytes())];
    let forms = forms.map(|der| json!({"keyid": current.key_id, "sig": b64(der)}));
    let by = |n: usize| m.mini.registry.signature(&m.package, n);
    let unknown = json!({"keyid": "SHA256:next", "sig": "AAAA"});
    vec![
        m.signed().verified("signed-and-not-attested", "A registry signature is all there is, and none is missing."),
        m.signed().signatures(json!(forms)).verified(
            "signature-with-high-s",
            "The signature stands there in both its forms, one of which has a high S: ECDSA allows either.",
        ),
        m.signed().signatures(json!([unknown, by(1)])).verified(
            "further-signature-by-an-unknown-key",
            "A second signature is by a key that is not known yet, as at a rotation: it is noted, and the known one \
             counts.",
        ),
        m.signed().signatures(json!([by(0)])).line("time", "2023-05-05T05:05:05.555Z").verified(
            "signed-before-the-key-ended",
            "The key has ended since, and the version was published before that.",
        ),
        m.signed().integrity(&format!("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= {}", m.package.integrity())).verified(
            "weaker-digest-beside-the-strong-one",
            "The consumer's record lists a sha1 too: the sha512 decides alone.",
        ),
    ]
}

fn bundles(m: &Mint) -> Vec<Folder> {
    let null = |envelope: &mut Value| envelope["signatures"][0]["keyid"] = Value::Null;
    let second = m.mini.provenance(&m.package).logged_by(m.mini.sigstore.rekors[1].clone()).mint().entry;
    vec![
        m.provenance(|a| a.media_type(V0_3_PARAMETER)).verified(
            "media-type-with-a-parameter",
            "The bundle's version 0.3 is spelt as a parameter, which the specification allows and npm never used.",
        ),
        m.provenance(|a| a.envelope_json(null)).verified(
            "key-id-null",
            "The key id of the certificate's envelope is null, which says the same as an empty one.",
        ),
        m.provenance(|a| a.timestamped((m.mini.sigstore.tsas[0].clone(), Era::Mar2026.time() + 2))).verified(
            "timestamped-by-an-authority",
            "A trusted timestamp authority saw the signature too: the certificate must hold at its time and the log's.",
        ),
        m.provenance(|a| a.also_logged(second)).verified(
            "logged-in-two-logs",
            "A second trusted log has an entry of its own: both are verified, and each counts once.",
        ),
    ]
}

fn sets(m: &Mint) -> Vec<Folder> {
    let mut unknown = m.good_provenance();
    unknown.predicate_type = "https://npm.example/attestation/sbom/v1".into();
    unknown.bundle = json!({"of": "a kind that nobody knows"});
    vec![
        m.answered(&[m.good_publish(), unknown, m.good_provenance()]).line("publisher", PUBLISHER).verified(
            "attestation-of-an-unknown-kind-beside",
            "A third attestation is of a kind that is not known: it is listed, and neither read nor counted.",
        ),
        m.answered(&[m.good_provenance(), m.good_publish()]).verified(
            "attestations-in-the-other-order",
            "The provenance stands before the publish attestation: their order means nothing.",
        ),
    ]
}

fn builds(m: &Mint) -> Vec<Folder> {
    let unknown = |s: &mut Value| s["predicate"]["buildDefinition"]["buildType"] = json!("https://builder.example/v1");
    vec![
        m.provenance(|a| a.plan(|p| p.gitlab())).verified(
            "built-on-gitlab",
            "GitLab's issuer, its SLSA v0.2 predicate, and a project path of three parts.",
        ),
        m.provenance(|a| a.plan(|p| p.delegated())).line("publisher", PUBLISHER).verified(
            "reusable-workflow-called",
            "The publisher's workflow called the reusable workflow of another repository, which signed: the one that \
             was started is the publisher's.",
        ),
        m.provenance(|a| a.build(Build::AttestV1))
            .line("publisher", PUBLISHER)
            .verified("attested-by-actions-attest", "The provenance was made by GitHub's own action in place of npm."),
        m.provenance(|a| a.statement(unknown)).line("publisher", PUBLISHER).verified(
            "build-type-unknown",
            "The provenance's build type is not known, so that its predicate says nothing: the certificate does.",
        ),
        m.provenance(|a| a.workflow(|w| w.runner = "self-hosted".into())).verified(
            "self-hosted-runner-and-no-publisher",
            "It was built on a machine of somebody's own, and no trusted publisher is configured that would forbid it.",
        ),
        m.of_era(Era::Mar2026).line("publisher", "Octo-Org/Octo-Lib:release.yml").verified(
            "publisher-in-other-letters",
            "The publisher is configured in other letter case, which GitHub does not tell apart.",
        ),
    ]
}
