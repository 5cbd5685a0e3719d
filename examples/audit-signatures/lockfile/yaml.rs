//! YAML as package managers write it: blocks, quotes and short flow objects, nothing that refers, merges or
//! declares a type. A maintained parser reads it, within bounds.

use serde::de::DeserializeOwned;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Options, from_multiple_with_options};

use super::object::Object;
use crate::plain_text::plain;

/// pnpm writes two at most: its own dependencies, and the project's.
const MOST_DOCUMENTS: usize = 8;

/// 100,000 packages with all that depends on what need about 5,000,000. Duplicate keys are found by keeping them,
/// so that this also bounds the memory.
const MOST_EVENTS: usize = 6_000_000;

/// The documents of a lock file, each an object.
pub fn documents<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, String> {
    check_nodes(text)?;
    let documents = from_multiple_with_options::<Object<T>>(text, options()).map_err(|e| plain(&e.to_string()))?;
    Ok(documents.into_iter().map(|Object(document)| document).collect())
}

fn options() -> Options {
    options_within(MOST_EVENTS)
}

fn options_within(most_events: usize) -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_anchors: 0,
            max_aliases: 0,
            max_merge_keys: 0,
            max_depth: 64,
            flow_nesting_limit: 64,
            max_documents: MOST_DOCUMENTS,
            max_events: most_events,
            max_nodes: most_events,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        emit_comments: false,
        with_snippet: false,
    }
}

/// A tag says that a text is to be read as something else, which two parsers do differently. Anchors and aliases
/// the parser itself refuses; here the message has a line.
fn check_nodes(text: &str) -> Result<(), String> {
    let mut block: Option<usize> = None;
    for (number, line) in text.lines().enumerate() {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        if let Some(outer) = block {
            if indent > outer || content.is_empty() {
                continue;
            }
            block = None;
        }
        if let Some(what) = declared_in(content) {
            return Err(format!(
                "line {} has {what}, which no package manager writes into a lock file. Let it write the file anew",
                number + 1
            ));
        }
        if opens_block(content) {
            block = Some(indent);
        }
    }
    Ok(())
}

/// What the key of a line or its value declares, behind the dashes of a list.
fn declared_in(content: &str) -> Option<&'static str> {
    let mut content = content;
    while let Some(item) = content.strip_prefix("- ").or_else(|| content.strip_prefix("? ")) {
        content = item.trim_start_matches(' ');
    }
    let value = content.split_once(": ").map_or("", |(_, value)| value.trim_start_matches(' '));
    let flow = if value.starts_with(['{', '[']) { declared_in_flow(value) } else { None };
    declared(content).or_else(|| declared(value)).or(flow)
}

/// What is declared behind a bracket, a comma or a colon that is not in quotes.
fn declared_in_flow(value: &str) -> Option<&'static str> {
    let (mut quote, mut before) = (None, ' ');
    for (at, c) in value.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if matches!(before, '{' | '[' | ',' | ':') => quote = Some(c),
            (None, '{' | '[' | ',' | ':') => {
                let found = value.get(at + 1..).and_then(|rest| declared(rest.trim_start_matches(' ')));
                if found.is_some() {
                    return found;
                }
            }
            _ => {}
        }
        if c != ' ' {
            before = c;
        }
    }
    None
}

fn declared(start: &str) -> Option<&'static str> {
    match start.chars().next()? {
        '!' => Some("a YAML tag"),
        '&' => Some("a YAML anchor"),
        '*' => Some("a YAML alias"),
        _ => None,
    }
}

/// A text over several lines, such as a deprecation notice, may hold anything.
fn opens_block(content: &str) -> bool {
    let header = content.rsplit_once(": ").map_or("", |(_, value)| value);
    header.starts_with(['|', '>']) && header.chars().skip(1).all(|c| matches!(c, '+' | '-' | '0'..='9'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    type Texts = BTreeMap<String, String>;

    fn error(text: &str) -> String {
        documents::<BTreeMap<String, serde_json::Value>>(text).unwrap_err()
    }

    /// What the parser says where the look at the lines is passed over.
    fn parsed(text: &str) -> String {
        from_multiple_with_options::<Object<Texts>>(text, options()).unwrap_err().to_string()
    }

    #[test]
    fn ordinary_documents_are_read() {
        let text = "a: '1'\n# note\nb: \"2\"\n---\nc: {d: '!x', e: 'workspace:*', f: [\"*\", '&']}\nd: |-\n  !not a tag\n  *nor this\ne: '*'\n";
        let read = documents::<BTreeMap<String, serde_json::Value>>(text).unwrap();
        assert_eq!(read.len(), 2);
    }

    #[test]
    fn lk_40_anchors_aliases_and_merges_are_refused() {
        assert!(error("a: &x 1\n").contains("line 1 has a YAML anchor"));
        assert!(error("b: 1\na: *x\n").contains("line 2 has a YAML alias"));
        assert!(error("- *x\n").contains("a YAML alias"));
        assert!(error("a: {b: &x 1}\n").contains("a YAML anchor"));
        // And by the parser, wherever they stand.
        assert!(parsed("a: &x b\n").contains("anchors"), "{}", parsed("a: &x b\n"));
        assert!(parsed("a:\n  &x b\n").contains("anchors"));
        let merge = documents::<BTreeMap<String, Texts>>("a:\n  <<: {b: c}\n").unwrap_err();
        assert!(merge.contains("merge"), "{merge}");
        let bomb = "a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n";
        assert!(error(bomb).contains("a YAML anchor"));
    }

    #[test]
    fn lk_40_tags_are_refused() {
        for text in
            ["a: !!str 1\n", "!!map\na: b\n", "a: !include x\n", "- !x 1\n", "a: [!!binary eA==]\n", "? !a b\n: c\n"]
        {
            assert!(error(text).contains("a YAML tag"), "{text}: {}", error(text));
        }
    }

    #[test]
    fn lk_12_a_key_that_stands_twice_is_refused() {
        let twice = documents::<Texts>("a: 1\n'a': 2\n").unwrap_err();
        assert!(twice.contains("duplicate"), "{twice}");
        let unread = documents::<BTreeMap<String, serde_json::Value>>("x: {a: 1, \"\\u0061\": 2}\n").unwrap_err();
        assert!(unread.contains("duplicate"), "{unread}");
    }

    #[test]
    fn lk_25_depth_and_documents_are_bounded() {
        for depth in [70, 100_000] {
            let deep = format!("a: {}{}\n", "[".repeat(depth), "]".repeat(depth));
            assert!(error(&deep).contains("recursion limit"), "{}", error(&deep));
        }
        let blocks: String = (0..70).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
        assert!(error(&blocks).contains("depth"), "{}", error(&blocks));
        assert!(error(&"---\na: 1\n".repeat(9)).contains("documents"), "{}", error(&"---\na: 1\n".repeat(9)));
    }

    #[test]
    fn re_06_what_a_document_holds_is_bounded() {
        let read = |members: usize| {
            let text = format!("a: {{{}}}\n", (0..members).map(|n| format!("k{n}: v")).collect::<Vec<_>>().join(", "));
            from_multiple_with_options::<Object<BTreeMap<String, Texts>>>(&text, options_within(100)).map(drop)
        };
        read(40).unwrap();
        let many = read(60).unwrap_err().to_string();
        assert!(many.contains("events"), "{many}");
    }

    /// npm's files have true and false; whoever writes `no` means a text.
    #[test]
    fn only_true_and_false_are_flags() {
        let flag = |text: &str| documents::<BTreeMap<String, bool>>(&format!("a: {text}\n"));
        assert!(flag("true").unwrap()[0]["a"] && !flag("false").unwrap()[0]["a"]);
        for text in ["yes", "no", "on", "y", "1"] {
            let refused = flag(text).unwrap_err();
            assert!(refused.contains("bool"), "{refused}");
        }
    }

    #[test]
    fn a_list_is_no_object() {
        let list = documents::<Texts>("- a\n").unwrap_err();
        assert!(list.contains("mapping"), "{list}");
    }
}
