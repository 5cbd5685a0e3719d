//! Seeded mutations of the cases: the same seed and index give the same bytes.

mod bits;
mod edits;
mod encodings;
mod lines;
mod shapes;
mod splices;
mod texts;

use crate::corpus::Corpus;
use crate::document::Json;
use crate::random::Random;

/// A case with something changed.
pub struct Mutation {
    pub index: u64,
    /// Which case of the corpus.
    pub case: usize,
    /// What kinds of change, in their order.
    pub kinds: Vec<&'static str>,
    /// What was changed, for people.
    pub what: String,
    /// The bundle that came of it.
    pub text: String,
    /// The same as a document, as far as it is one.
    pub doc: Json,
}

/// A bundle while it is changed.
struct Subject<'a> {
    doc: Json,
    random: Random,
    corpus: &'a Corpus,
    case: usize,
}

/// Changes a document, and says what it did; `None` if there is nothing to change in this one.
type Change = fn(&mut Subject<'_>) -> Option<String>;

/// Every kind of change to a document, and how often it is tried beside the others.
const KINDS: &[(&str, usize, Change)] = &[
    ("bits: certificate", 6, bits::certificate),
    ("bits: signature", 4, bits::signature),
    ("bits: promise", 4, bits::promise),
    ("bits: proof hash", 4, bits::proof_hash),
    ("bits: root hash", 3, bits::root_hash),
    ("bits: checkpoint text", 5, bits::checkpoint_text),
    ("bits: checkpoint signature", 4, bits::checkpoint_signature),
    ("bits: log id", 2, bits::log_id),
    ("bits: body", 4, bits::body),
    ("bits: payload", 4, bits::payload),
    ("bits: token", 8, bits::token),
    ("bits: message digest", 2, bits::message_digest),
    ("signature: other half", 2, bits::other_half),
    ("edit: drop", 6, edits::drop),
    ("edit: duplicate", 5, edits::duplicate),
    ("edit: replace", 6, edits::replace),
    ("edit: null", 4, edits::null),
    ("edit: rename", 3, edits::rename),
    ("edit: unknown member", 3, edits::unknown_member),
    ("edit: order", 1, edits::order),
    ("edit: elements", 4, edits::elements),
    ("edit: number", 4, edits::number),
    ("edit: body", 3, edits::body),
    ("edit: payload", 3, edits::payload),
    ("encoding: base64", 6, encodings::base64),
    ("encoding: number", 5, encodings::number),
    ("encoding: DER", 4, encodings::der),
    ("checkpoint: lines", 6, lines::checkpoint),
    ("shape: media type", 4, shapes::media_type),
    ("shape: version", 5, shapes::version),
    ("shape: promise only", 3, shapes::promise_only),
    ("shape: second material", 3, shapes::second_material),
    ("shape: second content", 2, shapes::second_content),
    ("shape: further certificate", 3, shapes::further_certificate),
    ("shape: kind and version", 3, shapes::kind_version),
    ("shape: key id", 3, shapes::key_id),
    ("shape: hint", 2, shapes::hint),
    ("shape: log of another id", 2, shapes::log_id),
    ("shape: message digest", 2, shapes::message_digest),
    ("shape: too many", 1, shapes::too_many),
    ("splice: member", 12, splices::member),
    ("splice: certificate", 3, splices::certificate),
    ("splice: content", 3, splices::content),
    ("splice: further entry", 4, splices::further_entry),
    ("splice: further timestamp", 3, splices::further_timestamp),
];

/// Kinds that change bytes which are signed or hashed into something signed: alone, they are a forgery
/// whatever the peer says.
const FORGERIES: [&str; 7] = [
    "bits: certificate",
    "bits: signature",
    "bits: promise",
    "bits: proof hash",
    "bits: body",
    "bits: payload",
    "bits: message digest",
];

type TextChange = fn(&mut String, &mut Random) -> Option<String>;

/// Kinds of change that no document could hold.
const TEXT_KINDS: &[(&str, TextChange)] = &[
    ("text: escape", texts::escape),
    ("text: whitespace", texts::whitespace),
    ("text: character", texts::character),
    ("text: cut", texts::cut),
    ("text: trailing", texts::trailing),
    ("text: leading", texts::leading),
];

/// One in so many mutations is one of the text.
const TEXT_ONE_IN: usize = 25;

impl Mutation {
    /// The mutation `index` of `corpus` under `seed`.
    pub fn of(corpus: &Corpus, seed: u64, index: u64) -> Mutation {
        let mut random = Random::of(seed, index);
        // Half of them over all cases in turn; half over those that are accepted as they are.
        let turn = usize::try_from(index / 2).unwrap_or(0);
        let case = match corpus.good.len() {
            good if index % 2 == 1 && good > 0 => corpus.good[turn % good],
            _ => turn % corpus.cases.len(),
        };
        let bundle = &corpus.cases[case].bundle;
        let doc = corpus.docs[case].clone();
        let mut mutation = Mutation {
            index,
            case,
            kinds: Vec::new(),
            what: String::new(),
            text: bundle.clone(),
            doc: doc.clone().unwrap_or(Json::Null),
        };
        // What changes the document comes first, as it could not read a changed text.
        if let Some(doc) = doc.filter(|_| !random.one_in(TEXT_ONE_IN)) {
            let changes = if random.one_in(5) { 2 } else { 1 };
            mutation.change(Subject { doc, random: random.clone(), corpus, case }, changes);
        }
        while mutation.kinds.is_empty() || random.one_in(100) {
            mutation.change_text(&mut random);
        }
        mutation
    }

    /// Whether nobody may accept it.
    pub fn is_forgery(&self) -> bool {
        matches!(self.kinds[..], [only] if FORGERIES.contains(&only))
    }

    fn change(&mut self, mut subject: Subject<'_>, changes: usize) {
        let total = KINDS.iter().map(|(_, weight, _)| weight).sum();
        for _ in 0..40 {
            let mut at = subject.random.below(total);
            let kind = KINDS.iter().find(|(_, weight, _)| {
                let here = at < *weight;
                at = at.wrapping_sub(*weight);
                here
            });
            let Some((kind, _, change)) = kind else { continue };
            let before = subject.doc.clone();
            match change(&mut subject) {
                Some(what) if subject.doc != before => {
                    self.note(kind, &what);
                    if self.kinds.len() == changes {
                        break;
                    }
                }
                _ => subject.doc = before,
            }
        }
        if !self.kinds.is_empty() {
            self.text = subject.doc.to_string();
            self.doc = subject.doc;
        }
    }

    fn change_text(&mut self, random: &mut Random) {
        if let Some((kind, change)) = random.pick(TEXT_KINDS) {
            let before = self.text.clone();
            match change(&mut self.text, random) {
                Some(what) if self.text != before => {
                    self.note(kind, &what);
                    // Some of what a document can hold, this parser cannot read again: too deep, too large.
                    if let Some(doc) = Json::parse(&self.text) {
                        self.doc = doc;
                    }
                }
                _ => self.text = before,
            }
        }
    }

    fn note(&mut self, kind: &'static str, what: &str) {
        self.kinds.push(kind);
        if !self.what.is_empty() {
            self.what.push_str("; ");
        }
        self.what.push_str(&format!("{kind}: {what}"));
    }
}

/// Every kind, for the table of results.
pub fn kinds() -> Vec<&'static str> {
    KINDS.iter().map(|(kind, ..)| *kind).chain(TEXT_KINDS.iter().map(|(kind, _)| *kind)).collect()
}

/// The paths that a pattern with `*` for elements stands for in a document.
fn expand(doc: &Json, pattern: &str) -> Vec<String> {
    let Some((before, after)) = pattern.split_once("/*") else {
        return if doc.get(pattern).is_some() { vec![pattern.into()] } else { Vec::new() };
    };
    let count = doc.get(before).and_then(Json::as_array).map_or(0, Vec::len);
    (0..count).flat_map(|at| expand(doc, &format!("{before}/{at}{after}"))).collect()
}

impl<'a> Subject<'a> {
    /// One of the places that the patterns stand for.
    fn place(&mut self, patterns: &[&str]) -> Option<String> {
        let places: Vec<String> = patterns.iter().flat_map(|pattern| expand(&self.doc, pattern)).collect();
        self.random.pick(&places).cloned()
    }

    /// The document of another case, rather of one that the same instance may have made.
    fn donor(&mut self) -> Option<&'a Json> {
        let Corpus { cases, docs, .. } = self.corpus;
        let others: Vec<usize> = (0..cases.len()).filter(|at| *at != self.case).collect();
        let root = &cases[self.case].root;
        let near: Vec<usize> = others.iter().copied().filter(|at| root.is_like(&cases[*at].root)).collect();
        let from = if near.is_empty() || self.random.one_in(4) { &others } else { &near };
        docs[*self.random.pick(from)?].as_ref()
    }
}

const CERTIFICATES: [&str; 2] =
    ["verificationMaterial/certificate/rawBytes", "verificationMaterial/x509CertificateChain/certificates/*/rawBytes"];
const SIGNATURES: [&str; 2] = ["messageSignature/signature", "dsseEnvelope/signatures/*/sig"];
const PROMISES: [&str; 1] = ["verificationMaterial/tlogEntries/*/inclusionPromise/signedEntryTimestamp"];
const CHECKPOINTS: [&str; 1] = ["verificationMaterial/tlogEntries/*/inclusionProof/checkpoint/envelope"];
const BODIES: [&str; 1] = ["verificationMaterial/tlogEntries/*/canonicalizedBody"];
const ENTRIES: [&str; 1] = ["verificationMaterial/tlogEntries/*"];
const LOG_IDS: [&str; 1] = ["verificationMaterial/tlogEntries/*/logId/keyId"];
const TOKENS: [&str; 1] = ["verificationMaterial/timestampVerificationData/rfc3161Timestamps/*/signedTimestamp"];
