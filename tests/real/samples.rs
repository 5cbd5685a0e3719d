//! Every npm sample that was collected from other projects, through the public API: responses as npm
//! serves them, responses that somebody tampered with, bundles alone, key sets.

use countersign::evidence::{Examination, Finding};
use countersign::publisher::MatchStatus;
use countersign::{
    Artifact, Attestations, Claims, Denied, DistClaims, PackageId, RegistryId, RegistryKeys, Requirement,
    SignerIdentity, Timestamp, TrustSnapshot, TrustedPublisher, Verifier,
};
use serde_json::{Value, json};

use crate::shared;

/// Samples that were recorded as good and that we refuse: id, code, reason. One that is not needed
/// fails the test.
const STRICTER: &[(&str, &str, &str)] = &[];

#[derive(Clone)]
pub struct Sample(pub Value);

impl Sample {
    fn text(&self, member: &str) -> &str {
        self.0[member].as_str().unwrap_or_default()
    }

    fn id(&self) -> &str {
        self.text("id")
    }

    pub fn bytes(&self) -> Vec<u8> {
        shared::bytes(&shared::folder().unwrap().join("real").join(self.text("file")))
    }

    /// What the verifier makes of an answer of the attestations endpoint; the manifest signs nothing.
    pub fn examine(&self, response: Vec<u8>) -> Examination {
        let id = PackageId::new(self.text("package"), self.text("version")).unwrap();
        let integrity = self.text("integrity");
        let manifest = json!({"name": id.name(), "version": id.version(), "dist": {"integrity": integrity}});
        let dist = DistClaims::from_json(manifest.to_string().as_bytes()).unwrap();
        let artifact = Artifact::expected(RegistryId::npm(), id, integrity).unwrap();
        let keys = TrustSnapshot::npm_keys().unwrap();
        let verifier = Verifier::new(TrustSnapshot::trusted_root().unwrap(), [keys]).unwrap();
        verifier.examine(&artifact, &Claims::new(dist, Attestations::Body(response)), now())
    }

    /// The identity behind the provenance if everything that the sample holds was proved, else the code.
    fn outcome(&self, examination: &Examination) -> Result<SignerIdentity, String> {
        if let Some(failures) = examination.failures() {
            return Err(failures.code().strip_prefix("ERR_COUNTERSIGN_").unwrap().into());
        }
        match (examination.publish_attestation(), examination.provenance()) {
            (Finding::Proven(_), Finding::Proven(provenance)) => Ok(provenance.identity().clone()),
            (Finding::Absent, Finding::Unconfirmed(provenance, error)) if self.is_alone() => {
                assert_eq!(error.code(), "ERR_COUNTERSIGN_PUBLISH_NOT_ATTESTED", "{}", self.id());
                Ok(provenance.identity().clone())
            }
            other => panic!("{}: {other:?}", self.id()),
        }
    }

    fn is_alone(&self) -> bool {
        self.text("kind") == "npm-bundle-standalone"
    }

    fn must_be_named(&self, identity: &SignerIdentity) {
        let name = self.id();
        assert_eq!(identity.issuer(), Some(self.text("issuer")), "{name}");
        let repository = self.text("repository");
        let url = match repository.starts_with("https://") {
            true => repository.to_owned(),
            false => format!("https://github.com/{repository}"),
        };
        assert_eq!(identity.repository(), Some(&*url), "{name}");
        assert_eq!(identity.git_ref(), Some(self.text("ref")), "{name}");
        assert_eq!(identity.subject(), self.0["san"][0][1].as_str(), "{name}");
        // Early certificates state the workflow's display name, later ones the URI of its file.
        let workflow = self.text("workflow");
        match identity.build_config() {
            Some(uri) => assert_eq!(uri, workflow, "{name}"),
            None => assert_eq!(identity.workflow_name().unwrap().to_string(), workflow, "{name}"),
        }
    }
}

fn now() -> Timestamp {
    "2026-11-22T00:00:00Z".parse().unwrap()
}

pub fn samples(kind: &str) -> Vec<Sample> {
    let Some(folder) = shared::folder() else { return Vec::new() };
    let manifest: Value = serde_json::from_slice(&shared::bytes(&folder.join("real/manifest.json"))).unwrap();
    let samples = manifest["samples"].as_array().unwrap().iter();
    samples.filter(|sample| sample["kind"] == kind).cloned().map(Sample).collect()
}

/// Judges one sample that was recorded as good: the identity, or the code that [`STRICTER`] lists.
fn judge_good(sample: &Sample, examination: &Examination) {
    let stricter = STRICTER.iter().find(|(id, ..)| *id == sample.id());
    match (sample.outcome(examination), stricter) {
        (Ok(identity), None) => sample.must_be_named(&identity),
        (Err(code), Some((_, expected, _))) => assert_eq!(code, *expected, "{}", sample.id()),
        (Ok(_), Some(_)) => panic!("{} is accepted: take it off the list", sample.id()),
        (Err(code), None) => panic!("{} is refused: {code}", sample.id()),
    }
}

#[test]
fn responses_are_accepted_with_the_identity_recorded() {
    let Some(_) = shared::folder() else { return };
    let samples = samples("npm-attestations-response");
    assert_eq!(samples.len(), 8);
    for sample in &samples {
        assert_eq!(sample.text("npm_policy"), "accept", "{}", sample.id());
        judge_good(sample, &sample.examine(sample.bytes()));
    }
}

/// The gravest failure of each response that somebody tampered with.
const TAMPERED: &[(&str, &str)] = &[
    // The key id is not signed, so that only comparing it with the bundle's key material finds this.
    ("npmatt-mut-sigstore@0.4.0-mismatched-keyid-attestations", "KEY_MISMATCH"),
    ("npmatt-mut-sigstore@0.4.0-no-keyid-attestations", "KEY_MISMATCH"),
    // Its signature is the words "invalid-signature", no base64.
    ("npmatt-mut-sigstore@0.4.0-invalid-attestations", "BUNDLE_MALFORMED"),
    ("npmatt-mut-sigstore@0.4.0-unsupported-attestations", "PAYLOAD_TYPE"),
    // Payloads and signatures that were altered after signing.
    ("npmatt-mut-sigstore@0.4.0-malformed-subject-attestations", "ENVELOPE_SIGNATURE"),
    ("npmatt-mut-sigstore@0.4.0-mismatched-subject-digest-attestations", "ENVELOPE_SIGNATURE"),
    ("npmatt-mut-sigstore@0.4.0-mismatched-subject-name-attestations", "ENVELOPE_SIGNATURE"),
    ("npmatt-mut-sigstore@2.3.1-provenance-npm-test-cli-v1-prega-invalidsigprov", "ENVELOPE_SIGNATURE"),
    ("npmatt-mut-sigstore@2.3.1-provenance-npm-test-cli-v1-prega-invalidsigpub", "ENVELOPE_SIGNATURE"),
    (
        "npmatt-mut-@laurentsimon_provenance-npm-test@1.0.5-provenance-npm-test-ossf-invalidsigprov",
        "ENVELOPE_SIGNATURE",
    ),
    ("npmatt-mut-@laurentsimon_provenance-npm-test@1.0.5-provenance-npm-test-ossf-invalidsigpub", "ENVELOPE_SIGNATURE"),
    ("npmatt-mut-@laurentsimon_provenance-npm-test@1.0.0-npm-att-prov-invalid-signature", "ENVELOPE_SIGNATURE"),
    ("npmatt-mut-@laurentsimon_provenance-npm-test@1.0.0-npm-att-publish-invalid-signature", "ENVELOPE_SIGNATURE"),
    ("npmatt-mut-@laurentsimon_provenance-npm-test@1.0.0-npm-att-publish-nodigest", "ENVELOPE_SIGNATURE"),
    ("npmatt-mut-@laurentsimon_provenance-npm-test@1.0.0-npm-att-publish-nosubjects", "ENVELOPE_SIGNATURE"),
    ("npmatt-mut-@laurentsimon_provenance-npm-test@1.0.0-npm-stmt-mismatch-prov-type", "ENVELOPE_SIGNATURE"),
    ("npmatt-mut-@laurentsimon_provenance-npm-test@1.0.0-npm-stmt-mismatch-pub-type", "ENVELOPE_SIGNATURE"),
    ("npmatt-mut-@laurentsimon_provenance-npm-test@1.0.0-npm-att-mismatch-prov-payloadtype", "PAYLOAD_TYPE"),
    // The type changed outside, or inside: either way the two differ, which is found before the signature.
    ("npmatt-mut-@laurentsimon_provenance-npm-test@1.0.0-npm-att-mismatch-prov-predicatetype", "PREDICATE_MISMATCH"),
    ("npmatt-mut-@laurentsimon_provenance-npm-test@1.0.0-npm-att-mismatch-pub-predicatetype", "PREDICATE_MISMATCH"),
    ("npmatt-mut-@laurentsimon_provenance-npm-test@1.0.0-npm-stmt-mismatch-prov-predicatetype", "PREDICATE_MISMATCH"),
    ("npmatt-mut-@laurentsimon_provenance-npm-test@1.0.0-npm-stmt-mismatch-pub-predicatetype", "PREDICATE_MISMATCH"),
];

#[test]
fn tampered_responses_are_refused() {
    let Some(_) = shared::folder() else { return };
    let samples = samples("npm-attestations-response-mutated");
    assert_eq!(samples.len(), 22);
    assert_eq!(TAMPERED.len(), 22);
    for sample in &samples {
        assert_eq!(sample.text("npm_policy"), "reject", "{}", sample.id());
        let (_, expected) = TAMPERED.iter().find(|(id, _)| *id == sample.id()).unwrap();
        let code = sample.outcome(&sample.examine(sample.bytes())).map(|_| "accepted").unwrap_err();
        assert_eq!(code, *expected, "{}", sample.id());
    }
}

#[test]
fn bundles_alone_are_provenance_that_nothing_confirms() {
    let Some(_) = shared::folder() else { return };
    let samples = samples("npm-bundle-standalone");
    let mut refused = 0;
    for sample in &samples {
        let bundle: Value = serde_json::from_slice(&sample.bytes()).unwrap();
        let label = &sample.0["contains"][0]["statement"]["predicateType"];
        let response = json!({"attestations": [{"predicateType": label, "bundle": bundle}]});
        let examination = sample.examine(response.to_string().into_bytes());
        match sample.text("npm_policy") {
            "accept as provenance" => judge_good(sample, &examination),
            // A person, by e-mail, signed "publish" statements: sound signatures of the wrong signer.
            "reject" => {
                assert_eq!(sample.outcome(&examination), Err("SIGNER_KIND".into()), "{}", sample.id());
                refused += 1;
            }
            other => panic!("{}: {other}", sample.id()),
        }
    }
    assert_eq!((samples.len(), refused), (12, 9));
}

#[test]
fn key_sets_load_for_npm() {
    let Some(_) = shared::folder() else { return };
    let samples = [samples("npm-keys-tuf-target"), samples("npm-keys-endpoint")].concat();
    assert_eq!(samples.len(), 5);
    for sample in &samples {
        let keys = RegistryKeys::from_json(RegistryId::npm(), &sample.bytes());
        assert!(keys.is_ok(), "{}: {keys:?}", sample.id());
    }
}

/// No npm sample is of a kind that no test here reads, and no exception is listed in vain.
#[test]
fn every_npm_sample_is_read() {
    let Some(folder) = shared::folder() else { return };
    let manifest: Value = serde_json::from_slice(&shared::bytes(&folder.join("real/manifest.json"))).unwrap();
    let all: Vec<Sample> = manifest["samples"].as_array().unwrap().iter().cloned().map(Sample).collect();
    let npm = all.iter().filter(|sample| sample.text("kind").starts_with("npm-"));
    assert_eq!(npm.count(), 8 + 22 + 12 + 5);
    for (id, ..) in STRICTER {
        assert!(all.iter().any(|sample| sample.id() == *id), "no sample {id}");
    }
}

/// ID-31 in real data: a certificate whose subject is a workflow of somebody else, which the
/// package's own workflow called.
#[test]
fn id_31_the_caller_is_the_publisher_and_the_callee_is_shown() {
    let Some(_) = shared::folder() else { return };
    let samples = samples("npm-attestations-response");
    let sample = samples.iter().find(|s| s.id() == "npmatt-@laurentsimon_provenance-npm-test@1.0.5").unwrap();
    let examine = || sample.examine(sample.bytes());
    let identity = sample.outcome(&examine()).unwrap();
    let authorize = |publisher: TrustedPublisher| {
        Requirement::trusted_publisher(publisher).authorize(&examine().into_evidence().unwrap(), now())
    };

    let caller = TrustedPublisher::github("laurentsimon/provenance-npm-test", "release-slsa3.yml").unwrap();
    let authorized = authorize(caller).unwrap();
    let matched = authorized.publisher_match().unwrap();
    assert_eq!(matched.status(), MatchStatus::Match);
    let callee = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/\
        delegator_lowperms-generic_slsa3.yml@refs/tags/v1.6.0";
    assert_eq!(matched.callee().unwrap().to_string(), callee);
    assert_eq!(identity.subject(), Some(callee));

    let callee = "delegator_lowperms-generic_slsa3.yml";
    let callee = TrustedPublisher::github("slsa-framework/slsa-github-generator", callee).unwrap();
    assert_eq!(callee.matches(&identity).status(), MatchStatus::Mismatch);
    let Err(Denied::PublisherMismatch { field, .. }) = authorize(callee) else { panic!("the callee was accepted") };
    assert_eq!(field, "repository");
}
