//! The claims about one package, and for each attestation the eleven proofs (design §4) by number.
//!
//! A proof is called held only where the library hands over what it established. Of a claim that failed it
//! hands over the error alone: then only the proof that failed is named, if it is known.

use countersign::evidence::{CertificateGrounds, Examination, Finding, Grounds, LogGrounds, Provenance};
use countersign::registry::RegistrySignature;
use countersign::sigstore::LogEvidence;
use countersign::{Artifact, VerifyError};
use serde::Serialize;

/// One claim.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedClaim {
    pub claim: &'static str,
    /// What became of it, in a sentence.
    pub outcome: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
}

/// One numbered proof.
#[derive(Serialize)]
pub struct Proof {
    pub number: u8,
    pub name: &'static str,
    pub state: State,
    /// What it established, or why it failed; one entry a line.
    pub found: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Held,
    /// There is nothing for it to prove here.
    NotApplicable,
    Failed,
    /// The claim failed, and nothing is handed over about this proof.
    NotKnown,
}

const NAMES: [&str; 11] = [
    "shape",
    "log entries",
    "timestamps",
    "times",
    "key",
    "SCT",
    "signature",
    "binding",
    "statement",
    "identity",
    "predicate",
];

pub fn of(examination: &Examination) -> Vec<ExplainedClaim> {
    let artifact = examination.artifact();
    let publish = examination.publish_attestation();
    let publish = attestation("publish attestation", publish, |publish| {
        let key = format!("the registry's key {}, within its window at every time", publish.keyid());
        let said = format!("it was published as {} at the registry {}", artifact.id(), artifact.registry());
        proofs(artifact, publish.grounds(), key, None, vec![said])
    });
    let provenance = attestation("provenance", examination.provenance(), |provenance| {
        let key = provenance.grounds().certificate().map_or_else(String::new, certificate);
        let identity = provenance.identity().extensions().map(|(number, text)| format!("1.{number} {text}"));
        let subject = provenance.identity().subject().map(|subject| format!("SAN {subject}"));
        let identity = subject.into_iter().chain(identity).collect();
        proofs(artifact, provenance.grounds(), key, Some(identity), predicate(provenance))
    });
    vec![signature(examination), publish, provenance]
}

fn signature(examination: &Examination) -> ExplainedClaim {
    let outcome = match examination.registry_signature() {
        Ok(RegistrySignature::Verified(signed)) => {
            let time = signed.time().map_or_else(String::new, |time| format!(" at {time}"));
            format!(
                "held: key {} signed {}:{}; the key's window is {}{time}",
                signed.keyid(),
                examination.artifact().id(),
                examination.artifact().sha512(),
                format!("{:?}", signed.window()).to_lowercase()
            )
        }
        Ok(RegistrySignature::Absent) => "there is none".into(),
        Ok(RegistrySignature::UnknownKey { keyids }) => {
            format!("not judged: it names keys that are not trusted: {}", keyids.join(", "))
        }
        Ok(RegistrySignature::NoKeys) => "not judged: no keys are trusted for this registry".into(),
        Err(error) => failed(error),
        _ => "not judged".into(),
    };
    ExplainedClaim { claim: "registry signature", outcome, proofs: Vec::new() }
}

fn attestation<T>(claim: &'static str, finding: &Finding<T>, proofs: impl Fn(&T) -> Vec<Proof>) -> ExplainedClaim {
    let (outcome, proofs) = match finding {
        Finding::Proven(found) => ("held".into(), proofs(found)),
        Finding::Unconfirmed(found, error) => {
            (format!("holds by itself, and does not count: {error} ({})", error.code()), proofs(found))
        }
        Finding::Absent => ("there is none".into(), Vec::new()),
        Finding::NotAsked => ("advertised, and not asked for".into(), Vec::new()),
        Finding::NoKeys => ("not judged: no key is trusted for it".into(), Vec::new()),
        Finding::Withheld => ("advertised, and not delivered".into(), Vec::new()),
        Finding::Unavailable(reason) => (format!("could not be fetched: {reason}"), Vec::new()),
        Finding::Failed(error) => (failed(error), broken(error)),
        _ => ("not judged".into(), Vec::new()),
    };
    ExplainedClaim { claim, outcome, proofs }
}

fn failed(error: &VerifyError) -> String {
    format!("failed: {error} ({})", error.code())
}

/// The proof that failed, among others of which nothing is known.
fn broken(error: &VerifyError) -> Vec<Proof> {
    let Some(at) = error.proof() else { return Vec::new() };
    (1..)
        .zip(NAMES)
        .map(|(number, name)| match number == at {
            true => Proof { number, name, state: State::Failed, found: vec![error.to_string()] },
            false => Proof { number, name, state: State::NotKnown, found: Vec::new() },
        })
        .collect()
}

fn proofs(
    artifact: &Artifact,
    grounds: &Grounds,
    key: String,
    identity: Option<Vec<String>>,
    predicate: Vec<String>,
) -> Vec<Proof> {
    let one = |text: &str| Some(vec![text.to_owned()]);
    let logged = !grounds.log_entries().is_empty();
    let scts = grounds.certificate().map(|certificate| certificate.logs.as_slice()).unwrap_or_default();
    let dated = |times: &[countersign::Timestamp]| times.iter().map(ToString::to_string).collect::<Vec<_>>();
    let found: [Option<Vec<String>>; 11] = [
        one("one envelope with one signature, by one key"),
        logged.then(|| grounds.log_entries().iter().map(entry).collect()),
        (!grounds.timestamps().is_empty()).then(|| dated(grounds.timestamps())),
        Some(vec![format!("{}: authenticated, and not in the future", dated(grounds.times()).join(", "))]),
        Some(vec![key]),
        (!scts.is_empty()).then(|| scts.iter().map(|(log, time)| format!("seen by log {log} at {time}")).collect()),
        one("over the payload, with the key of 5"),
        if logged { one("every log entry states this key, signature and payload") } else { None },
        Some(vec![format!("one subject: {}", artifact.id().purl()), format!("with {}", artifact.sha512())]),
        identity,
        Some(predicate),
    ];
    let nothing = [
        "",
        "this Sigstore instance has no log",
        "none came with it",
        "",
        "",
        if grounds.certificate().is_some() {
            "this instance has no certificate log"
        } else {
            "a key signed, no certificate"
        },
        "",
        "no log entry",
        "",
        "a key signed, which names nobody but the registry",
        "",
    ];
    let numbered = (1..).zip(NAMES).zip(found).zip(nothing);
    numbered
        .map(|(((number, name), found), nothing)| match found {
            Some(found) => Proof { number, name, state: State::Held, found },
            None => Proof { number, name, state: State::NotApplicable, found: vec![nothing.into()] },
        })
        .collect()
}

fn entry(entry: &LogGrounds) -> String {
    let index =
        entry.index.map_or_else(|| "an entry whose index is not signed".into(), |index| format!("entry {index}"));
    let how = match entry.evidence {
        LogEvidence::Promise => "signed promise alone, as usual at that time",
        LogEvidence::Proof => "inclusion proof under a signed checkpoint",
        LogEvidence::PromiseAndProof => "signed promise, and inclusion proof under a signed checkpoint",
        _ => "vouched for",
    };
    format!("{index} of log {}: {how}", entry.log_id)
}

fn certificate(certificate: &CertificateGrounds) -> String {
    let until = certificate.not_after.map_or_else(String::new, |end| format!(" to {end}"));
    format!(
        "a certificate for code signing, valid from {}{until}, issued by the authority whose key has SHA-256 {}",
        certificate.not_before, certificate.authority
    )
}

fn predicate(provenance: &Provenance) -> Vec<String> {
    let compared = match provenance.grounds().build_type() {
        Some(build_type) => format!("equal to the certificate wherever both speak ({build_type})"),
        None => "of a build type that is not known: nothing in it was compared or believed".into(),
    };
    vec![provenance.predicate_type().to_owned(), compared]
}
