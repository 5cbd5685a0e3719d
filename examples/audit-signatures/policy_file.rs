//! A policy as TOML, read from the path that was given and from nowhere else.
//!
//! Nothing is looked up beside it, nothing in it is expanded or fetched. A symbolic link is followed, for
//! whoever names the path chose it; a pipe, a device or a folder is refused before it is opened.

use std::path::Path;

use countersign::{ParseError, Policy, limits};

use crate::bounded_file::bounded;
use crate::plain_text::{plain, plain_within};

/// A serde message lists all names that would have been right.
const LONGEST_REASON: usize = 1024;

/// Reads the policy at `path`. Errors name the line and the column.
pub fn read(path: &Path) -> Result<Policy, String> {
    let bytes = bounded(path, limits::POLICY_BYTES as u64)
        .map_err(|problem| format!("{problem}. A policy is a TOML file of at most 4 MiB; give its path"))?;
    parse(&bytes).map_err(|problem| format!("the policy {}{problem}", plain(&path.display().to_string())))
}

/// The error goes on from a file's name: `, line 1, column 2: …`.
pub fn parse(bytes: &[u8]) -> Result<Policy, String> {
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) || bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(refused(None, "it starts with a byte order mark; save it as UTF-8 without one"));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => return Err(refused(Some(position(bytes, e.valid_up_to())), "this is not UTF-8")),
    };
    toml::from_str(text).map_err(|e| {
        let start = e.span().map(|span| span.start);
        let found = start.and_then(|start| bytes.get(start));
        // TOML has times of its own, which serde hands over as a table.
        let is_time = e.message().starts_with("invalid type: map") && found.is_some_and(u8::is_ascii_digit);
        let message = if is_time { "write a time in quotes, as \"2027-01-01T00:00:00Z\"" } else { e.message() };
        refused(start.map(|start| position(bytes, start)), message)
    })
}

fn refused(at: Option<(usize, usize)>, message: &str) -> String {
    // One sentence says that it is about the policy.
    let message = message.strip_prefix("the policy is not one: ").unwrap_or(message).trim();
    let error = ParseError::PolicyInvalid { reason: "".into() };
    let place = at.map_or_else(String::new, |(line, column)| format!(", line {line}, column {column}"));
    // A reader's message may be of several lines.
    let message = plain_within(&message.replace('\n', ", "), LONGEST_REASON);
    format!("{place}: {message} ({}). {}", error.code(), error.help())
}

/// Line and column of a byte, both from 1; columns count characters.
fn position(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let column = String::from_utf8_lossy(before.get(start..).unwrap_or_default()).chars().count() + 1;
    (line, column)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        let problem = parse(text.as_bytes()).unwrap_err();
        assert!(problem.contains("(ERR_COUNTERSIGN_POLICY_INVALID). "), "{problem}");
        assert!(problem.chars().all(|c| !c.is_control()) && problem.len() < 2048, "{problem:?}");
        problem
    }

    const WHOLE: &str = r#"
schema = 1

[default]
require = ["registry-signature"]

[[rules]]
packages = ["@octo/lib", "@octo/*"]
group = "ours"
require = ["registry-signature", "trusted-publisher"]
publishers = [{ type = "github", repository = "octo-org/octo-lib", file = "release.yml" }]
waive = ["runner"]
since = { before = "2024-01-01T00:00:00Z" }
min-age = { days = 3 }

[[exemptions]]
package = "left-pad@1.3.0"
lifts = ["registry-signature"]
reason = "the mirror lost it"
expires = "2027-01-01T00:00:00Z"
"#;

    #[test]
    fn toml_says_what_json_says() {
        let policy = parse(WHOLE.as_bytes()).unwrap();
        assert_eq!(policy.names().collect::<Vec<_>>(), ["@octo/lib", "left-pad"]);
        assert_eq!(Policy::from_json(&serde_json::to_vec(&policy).unwrap()).unwrap(), policy);
        assert_eq!(parse(toml::to_string(&policy).unwrap().as_bytes()).unwrap(), policy);
    }

    #[test]
    fn po_02_a_policy_states_its_default() {
        assert!(refusal("schema = 1\n").contains("missing field `default`"));
        assert!(refusal("").contains("missing field `schema`"));
    }

    #[test]
    fn po_03_a_slip_of_the_pen_is_named_with_its_place() {
        let slip = refusal(&WHOLE.replace("repository =", "repositroy ="));
        assert!(slip.starts_with(", line 11, column ") && slip.contains("`repositroy`"), "{slip}");
        let slip = refusal(&WHOLE.replace("waive", "wave"));
        assert!(slip.starts_with(", line 12, column 1: unknown field `wave`, expected one of"), "{slip}");
        let slip = refusal(&WHOLE.replace("schema = 1", "schema = 2"));
        assert!(slip.starts_with(", line 2, column 10: schema 2 is not known"), "{slip}");
        let time = refusal(&WHOLE.replace("\"2027-01-01T00:00:00Z\"", "2027-01-01T00:00:00Z"));
        assert!(time.starts_with(", line 20, column 11: write a time in quotes"), "{time}");
    }

    #[test]
    fn hostile_text_is_refused_and_escaped() {
        assert!(refusal("schema = 1\nschema = 1\n").starts_with(", line 2, column 1: duplicate key"));
        let rule = refusal(&format!("{WHOLE}\n[[rules]]\npackages = [\"a\\u001b[2J\"]\nrequire = \"observe\"\n"));
        assert!(rule.starts_with(", line 23, column 12: ") && !rule.contains('\u{1b}'), "{rule}");
        assert!(refusal(&format!("schema = {}", "[".repeat(100_000))).contains("line 1"));
        assert!(refusal(&format!("{}=1", "a.".repeat(100_000))).contains("line 1"));
        assert!(parse(b"\xef\xbb\xbfschema = 1").unwrap_err().contains("byte order mark"));
        assert!(parse(b"schema = 1\n# \xff").unwrap_err().starts_with(", line 2, column 3: this is not UTF-8"));
    }

    #[test]
    fn po_21_nothing_is_expanded() {
        let included = refusal(&format!("include = \"other.toml\"\n{WHOLE}"));
        assert!(included.starts_with(", line 1, column 1: unknown field `include`"), "{included}");
        let literal = WHOLE.replace("octo-org/octo-lib", "${OWNER}/octo-lib");
        assert!(refusal(&literal).contains("can never match"));
    }
}
