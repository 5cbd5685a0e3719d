//! The text of yarn 1, line by line and strictly: what this grammar would read otherwise than yarn is an error.
//!
//! An entry is a line of patterns, its fields two blanks deeper, and their members four. Texts are bare or in
//! quotes. yarn itself reads escapes in quotes, which it has no need to write: with them one line could hold what
//! another parser takes for the next entry.

use std::collections::{BTreeMap, BTreeSet};

use super::super::object::{LONGEST_KEY, MOST_ENTRIES};
use crate::plain_text::plain;

/// One entry as it is written.
#[derive(Debug, Default)]
pub struct Written {
    /// Where it starts, from 1.
    pub line: usize,
    /// What was asked for, such as `a@^1.0.0`.
    pub patterns: Vec<String>,
    pub fields: BTreeMap<String, String>,
}

/// The entries so far, and what the next line may belong to.
#[derive(Default)]
struct Reader {
    entries: Vec<Written>,
    /// The fields with members that the last entry has.
    groups: BTreeSet<String>,
    /// The members of the last such field, if nothing stands between.
    members: Option<BTreeSet<String>>,
}

/// Every entry, in the file's order.
pub fn parse(text: &str) -> Result<Vec<Written>, String> {
    check_header(text)?;
    let mut reader = Reader::default();
    for (number, line) in text.lines().enumerate() {
        if !line.is_empty() && !line.starts_with('#') {
            reader.line(number + 1, line).map_err(|problem| format!("line {}: {problem}", number + 1))?;
        }
    }
    Ok(reader.entries)
}

/// yarn refuses what a later version wrote; a file without this line is of another kind.
fn check_header(text: &str) -> Result<(), String> {
    let mut comments = text.lines().filter(|line| line.starts_with('#'));
    match comments.find_map(|line| line.strip_prefix("# yarn lockfile v")) {
        Some("1") => Ok(()),
        Some(other) => Err(format!("it is of version {}; expected `# yarn lockfile v1`", plain(other))),
        None => Err("it has no line `# yarn lockfile v1`, with which yarn 1 starts every lock file".into()),
    }
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        if let Some(c) = line.chars().find(|c| c.is_control()) {
            return Err(format!("it has the control character \\u{{{:x}}}, which yarn never writes", u32::from(c)));
        }
        let rest = line.trim_start_matches(' ');
        match line.len() - rest.len() {
            0 => self.entry(number, rest),
            2 => self.field(rest),
            4 => self.member(rest),
            indent => Err(format!("it is indented by {indent}; yarn writes 0, 2 or 4")),
        }
    }

    fn entry(&mut self, line: usize, text: &str) -> Result<(), String> {
        if self.entries.len() == MOST_ENTRIES {
            return Err(format!("there are more than {MOST_ENTRIES} entries"));
        }
        if text.len() > LONGEST_KEY {
            return Err(format!("its patterns are longer than {LONGEST_KEY} bytes"));
        }
        let mut patterns = Vec::new();
        let mut rest = text;
        loop {
            let (pattern, after) = word(rest)?;
            patterns.push(pattern.to_owned());
            match after {
                ":" => break,
                _ => rest = after.strip_prefix(", ").ok_or("expected `, ` or a colon behind each pattern")?,
            }
        }
        self.entries.push(Written { line, patterns, fields: BTreeMap::new() });
        self.groups.clear();
        self.members = None;
        Ok(())
    }

    fn field(&mut self, text: &str) -> Result<(), String> {
        let entry = self.entries.last_mut().ok_or("a field stands before the first entry")?;
        let (name, after) = word(text)?;
        if entry.fields.contains_key(name) || self.groups.contains(name) {
            return Err(format!("`{}` stands twice in one entry", plain(name)));
        }
        if after == ":" {
            self.groups.insert(name.to_owned());
            self.members = Some(BTreeSet::new());
            return Ok(());
        }
        self.members = None;
        entry.fields.insert(name.to_owned(), value(after)?.to_owned());
        Ok(())
    }

    fn member(&mut self, text: &str) -> Result<(), String> {
        let members = self.members.as_mut().ok_or("it belongs to no field such as `dependencies:`")?;
        let (name, after) = word(text)?;
        value(after)?;
        if !members.insert(name.to_owned()) {
            return Err(format!("`{}` stands twice in one field", plain(name)));
        }
        Ok(())
    }
}

/// The value behind a blank, and nothing behind it.
fn value(text: &str) -> Result<&str, String> {
    let (value, rest) = word(text.strip_prefix(' ').ok_or("expected one blank and a value")?)?;
    if rest.is_empty() { Ok(value) } else { Err(format!("`{}` stands behind the value", plain(rest))) }
}

/// The text at the start, bare or in quotes, and what follows it.
fn word(text: &str) -> Result<(&str, &str), String> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (word, rest) = quoted.split_once('"').ok_or("a quote is not closed in its line")?;
        if word.contains('\\') {
            return Err(format!("`{}` has an escape, which yarn never writes", plain(word)));
        }
        return if word.is_empty() { Err("a text is empty".into()) } else { Ok((word, rest)) };
    }
    let end = text.find([' ', ':', ',', '"']).unwrap_or(text.len());
    match text.split_at_checked(end) {
        Some((word, rest)) if !word.is_empty() && !word.contains('\\') => Ok((word, rest)),
        _ => Err(format!("expected a name or a value, found `{}`", plain(text))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const HEADER: &str = "# yarn lockfile v1\n\n";

    fn error(text: &str) -> String {
        parse(&format!("{HEADER}{text}")).unwrap_err()
    }

    #[test]
    fn what_yarn_writes_is_read() {
        let text = "\"@s/a@^1.0.0\", \"@s/a@npm:@s/a@1 - 2\":\n  version \"1.0.0\"\n  integrity sha512-a+/b==\n  dependencies:\n    \"@s/b\" \"*\"\n    c \"1 || 2\"\n  optionalDependencies:\n    d \"^1\"\n\nb@1:\r\n  version \"1.0.0\"\n";
        let found = parse(&format!("{HEADER}{text}")).unwrap();
        assert_eq!(found[0].patterns, ["@s/a@^1.0.0", "@s/a@npm:@s/a@1 - 2"]);
        assert_eq!(found[0].fields["integrity"], "sha512-a+/b==");
        assert_eq!((found[1].line, found[1].patterns[0].as_str()), (12, "b@1"));
    }

    #[test]
    fn lk_41_escapes_quotes_and_tabs_are_refused() {
        for (text, part) in [
            ("\"a@1\\n  version 2\":\n", "has an escape"),
            ("\"a\\\"@1\":\n", "has an escape"),
            ("\"a@1\\u0022\":\n", "has an escape"),
            ("\"a@1\n  x\":\n", "is not closed in its line"),
            ("a\\b@1:\n", "expected a name or a value"),
            ("a@1:\n\tversion \"1.0.0\"\n", "control character \\u{9}"),
            ("a@1:\n  version \"1\t0\"\n", "control character \\u{9}"),
            ("a@1:\n  version \"1.0.0\rb@1:\"\n", "control character \\u{d}"),
            ("a@1:\n  version \"\u{0}\"\n", "control character \\u{0}"),
            ("a@1:\n  version \"\u{85}\"\n", "control character \\u{85}"),
        ] {
            assert!(error(text).contains(part), "{text:?}: {}", error(text));
        }
    }

    #[test]
    fn lk_41_nothing_stands_where_yarn_writes_nothing() {
        for (text, part) in [
            ("garbage here\nb@1:\n  version \"9.0.0\"\n", "expected `, ` or a colon"),
            ("a@1:\n  version \"1.0.0\" \"2.0.0\"\n", "stands behind the value"),
            ("a@1:\n  version\n", "expected one blank and a value"),
            ("a@1:\n  version  \"1\"\n", "expected a name or a value"),
            ("a@1:\n  version \"\"\n", "a text is empty"),
            ("a@1: x\n", "expected `, ` or a colon"),
            ("a@1,b@1:\n", "expected `, ` or a colon"),
            ("a@1, :\n", "expected a name or a value"),
            ("a@1:\n   version \"1\"\n", "indented by 3"),
            ("a@1:\n    b \"1\"\n", "belongs to no field"),
            ("a@1:\n  dependencies:\n  version \"1\"\n    b \"1\"\n", "belongs to no field"),
            ("  version \"1\"\n", "before the first entry"),
        ] {
            assert!(error(text).contains(part), "{text:?}: {}", error(text));
        }
        assert!(error("a@1:\n  version \"1\" x\n").starts_with("line 4: "));
    }

    #[test]
    fn lk_12_a_field_that_stands_twice_is_refused() {
        assert!(error("a@1:\n  version \"1\"\n  \"version\" \"2\"\n").contains("`version` stands twice in one entry"));
        assert!(error("a@1:\n  dependencies:\n    b \"1\"\n  dependencies:\n").contains("stands twice in one entry"));
        assert!(error("a@1:\n  dependencies:\n    b \"1\"\n    b \"2\"\n").contains("`b` stands twice in one field"));
    }

    #[test]
    fn lk_17_only_version_1_is_read() {
        assert!(parse("# yarn lockfile v2\n").unwrap_err().contains("it is of version 2"));
        assert!(parse("# yarn lockfile v1 \n").unwrap_err().contains("it is of version 1 "));
        assert!(parse("a@1:\n  version \"1\"\n").unwrap_err().contains("has no line `# yarn lockfile v1`"));
        assert!(parse("").unwrap_err().contains("has no line"));
    }

    #[test]
    fn lk_25_entries_and_patterns_are_counted() {
        let many: String = (0..100_002).map(|n| format!("p{n}@1:\n  version \"1.0.0\"\n")).collect();
        assert!(error(&many).contains("more than 100001 entries"));
        assert!(error(&format!("{}@1:\n", "a".repeat(5000))).contains("longer than 4096 bytes"));
    }
}
