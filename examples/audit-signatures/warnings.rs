//! What weakens a whole run is said on standard error where the report on standard output does not say it.

use std::io::Write as _;

use countersign::evidence::Note;

use crate::plain_text::plain_within;

const LONGEST: usize = 2048;

const WEAKENING: [&str; 8] = [
    "NOTE_AUDIT_CREDENTIAL_WITHHELD",
    "NOTE_AUDIT_HIDDEN_LOCK",
    "NOTE_AUDIT_INSECURE_TLS",
    "NOTE_AUDIT_KEYS_NOT_COMPARED",
    "NOTE_AUDIT_NPMRC_IGNORED",
    "NOTE_AUDIT_OMITTED",
    "NOTE_AUDIT_TRUST_NOT_REFRESHED",
    "NOTE_COUNTERSIGN_STALE_TRUST",
];

/// One line each.
pub fn say(notes: &[Note]) {
    for note in notes.iter().filter(|note| WEAKENING.contains(&note.code())) {
        // Nobody may be reading; the report of another format has it too.
        let _ = writeln!(std::io::stderr(), "audit-signatures: warning: {}", plain_within(note.message(), LONGEST));
    }
}
