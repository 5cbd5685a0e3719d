//! The log entry (proof 2) and its time (proof 4).

use serde_json::json;

use crate::mint::{Folder, Mint};
use crate::support::bundle::Era;
use crate::support::checkpoint::NoteSignature;
use crate::support::keys::b64;
use crate::support::rekor::Rekor;
use crate::support::time::NOON;

pub fn all(m: &Mint) -> Vec<Folder> {
    [entry(m), inclusion(m), checkpoint(m)].concat()
}

fn entry(m: &Mint) -> Vec<Folder> {
    vec![
        m.provenance(|a| a.json(|b| b["verificationMaterial"]["tlogEntries"] = json!([]))).refused(
            "log-entry-removed",
            "MISSING_LOG_ENTRY",
            "The log entry was removed: a signature that was never logged can be made in secret, so that there must \
             be one (proof 2).",
        ),
        m.provenance(|a| a.logged_by(Rekor::new("mallory", "rekor.mallory.example"))).refused(
            "log-entry-of-an-unknown-log",
            "UNKNOWN_LOG",
            "The attacker logged it in a log of his own: only logs of the trusted root may count (proof 2).",
        ),
        m.provenance(|a| a.entry_json(|e| e["integratedTime"] = json!((NOON + 3).to_string()))).refused(
            "integrated-time-altered",
            "LOG_PROMISE",
            "The entry's time was changed by a second: the log's promise must be over it (proof 2).",
        ),
        m.provenance(|a| a.promise(false)).refused(
            "log-promise-removed",
            "NO_VERIFIED_TIME",
            "The promise was removed, which alone signs the entry's time: a time must not be taken from an unsigned \
             member (proof 4).",
        ),
        m.of_era(Era::Mar2026).line("now", "2026-03-01T12:00:01Z").refused(
            "logged-in-the-future",
            "TIME_IN_FUTURE",
            "The log's times lie after the present moment: a time that has not come must not decide a key's validity \
             (proof 4).",
        ),
    ]
}

fn inclusion(m: &Mint) -> Vec<Folder> {
    let of_2023 = m.mini.provenance_of(&m.package, Era::Jul2023).at(NOON).mint();
    vec![
        m.provenance(|a| a.inclusion(false)).refused(
            "inclusion-proof-removed",
            "MISSING_INCLUSION_PROOF",
            "The inclusion proof was removed so that the log's promise alone is left: bundles of this version must \
             carry one (proof 2).",
        ),
        m.answered(&[m.good_publish(), of_2023]).refused(
            "bundle-of-2023-made-in-2026",
            "PROMISE_ONLY",
            "The bundle has the form of 2023, where the log's promise was all there was, and is dated 2026: a \
                 promise alone must not count any more (proof 2).",
        ),
        m.provenance(|a| a.proof(|p| p["hashes"][0] = json!(b64([0; 32])))).refused(
            "inclusion-proof-altered",
            "INCLUSION_PROOF",
            "The proof's path does not lead from this entry to the signed root: it must be recomputed (proof 2).",
        ),
    ]
}

fn checkpoint(m: &Mint) -> Vec<Folder> {
    let second = m.mini.sigstore.rekors[1].clone();
    let (name, key) = (second.name.clone(), second.key.clone());
    vec![
        m.provenance(|a| a.checkpoint(move |c| c.signatures = vec![NoteSignature::new(&name, &key)])).refused(
            "checkpoint-of-another-log",
            "CHECKPOINT_UNSIGNED",
            "Another trusted log signed the checkpoint: it must be the entry's own (proof 2).",
        ),
        m.provenance(|a| a.checkpoint(|c| c.size = "8".into())).refused(
            "checkpoint-of-another-tree",
            "CHECKPOINT_MISMATCH",
            "The checkpoint is well signed and of another tree: its size and root must be the proof's (proof 2).",
        ),
        m.provenance(|a| a.checkpoint(move |c| c.signatures[0].signature = Some(second.key.sign(b"?")))).refused(
            "checkpoint-signature-altered",
            "CHECKPOINT_SIGNATURE",
            "The line under the checkpoint names the log and its signature is not the log's: it must be verified \
             (proof 2).",
        ),
    ]
}
