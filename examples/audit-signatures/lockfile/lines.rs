//! On which line of a lock file each entry stands, for reports that point into the file.
//!
//! Package managers write one key to a line. A file that somebody has put on one line has no lines to point at, and
//! what is not found is left out.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The objects whose members are entries, in each format.
const PARENTS: [&str; 6] = ["packages", "npm", "jsr", "remote", "importers", "workspaces"];

/// Deeper than any entry stands; deno's of version 3 stand at 2, npm's of version 1 at any depth.
const DEEPEST: usize = 128;

/// The line, from 1, on which each of the wanted locations stands as a key. In one pass.
pub fn lines(text: &str, wanted: &BTreeSet<&str>) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut above: Vec<(usize, Cow<'_, str>)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let content = line.trim_start_matches([' ', '\t']);
        let indent = line.len() - content.len();
        let Some(key) = key(content) else { continue };
        while above.last().is_some_and(|(outer, _)| *outer >= indent) {
            above.pop();
        }
        for location in locations(&above, &key, content) {
            if wanted.contains::<str>(location.as_ref()) {
                found.entry(location.into_owned()).or_insert(number + 1);
            }
        }
        if above.len() < DEEPEST {
            above.push((indent, key));
        }
    }
    found
}

/// What the key of a line may be the location of.
fn locations<'a>(above: &[(usize, Cow<'a, str>)], key: &Cow<'a, str>, content: &'a str) -> Vec<Cow<'a, str>> {
    // What is needed of pnpm's `packages` is of no interest to yarn, whose entries stand at the left.
    let Some((_, parent)) = above.last() else {
        return vec![patterns(content).map_or_else(|| key.clone(), Cow::Owned)];
    };
    if above.len() <= 3 && PARENTS.contains(&parent.as_ref()) {
        return vec![key.clone()];
    }
    folders(above, key).map(Cow::Owned).into_iter().collect()
}

/// The patterns of yarn 1, each in its own quotes.
fn patterns(content: &str) -> Option<String> {
    let content = content.strip_suffix(':').filter(|content| content.contains(", "))?;
    let unquoted = |pattern: &str| pattern.trim_matches('"').to_owned();
    Some(content.split(", ").map(unquoted).collect::<Vec<_>>().join(", "))
}

/// The path that npm's `dependencies` in `dependencies` stand for.
fn folders(above: &[(usize, Cow<'_, str>)], key: &str) -> Option<String> {
    let names = above.iter().map(|(_, name)| name.as_ref()).skip_while(|name| *name != "dependencies");
    let mut path = String::new();
    let mut is_name = false;
    for name in names.chain([key]) {
        if is_name {
            let separator = if path.is_empty() { "" } else { "/" };
            path.push_str(&format!("{separator}node_modules/{name}"));
        } else if name != "dependencies" {
            return None;
        }
        is_name = !is_name;
    }
    (!is_name && !path.is_empty()).then_some(path)
}

/// The key at the start of a line, without quotes; `None` if there is none.
fn key(content: &str) -> Option<Cow<'_, str>> {
    if content.starts_with('"') {
        let end = closing(content)?;
        let quoted = content.get(..=end)?;
        // More patterns of yarn 1 may follow.
        let after = content.get(end + 1..)?;
        let is_key = after.starts_with(':') || after.starts_with(',');
        return if is_key { serde_json::from_str::<String>(quoted).ok().map(Cow::Owned) } else { None };
    }
    if let Some(quoted) = content.strip_prefix('\'') {
        let (key, _) = quoted.split_once("':")?;
        return Some(if key.contains("''") { Cow::Owned(key.replace("''", "'")) } else { Cow::Borrowed(key) });
    }
    if content.starts_with(['#', '{', '}', '[', ']', '-']) {
        return None;
    }
    let (key, _) = content.split_once(": ").or_else(|| content.strip_suffix(':').map(|key| (key, "")))?;
    Some(Cow::Borrowed(key))
}

/// Where the quote at the start ends.
fn closing(content: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in content.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn of(text: &str, wanted: &[&str]) -> Vec<Option<usize>> {
        let found = lines(text, &wanted.iter().copied().collect());
        wanted.iter().map(|location| found.get(*location).copied()).collect()
    }

    #[test]
    fn npm_of_each_version() {
        let three = "{\n  \"packages\": {\n    \"\": {\n      \"dependencies\": {\n        \"node_modules/a\": \"1\"\n      }\n    },\n    \"node_modules/a\": {\n      \"version\": \"1.0.0\"\n    },\n    \"node_modules/\\u0062\": {}\n  }\n}\n";
        assert_eq!(of(three, &["node_modules/a", "node_modules/b", "node_modules/c"]), [Some(8), Some(11), None]);
        let one = "{\n  \"dependencies\": {\n    \"a\": {\n      \"requires\": {\n        \"b\": \"1\"\n      },\n      \"dependencies\": {\n        \"b\": {\n          \"version\": \"1.0.0\"\n        }\n      }\n    },\n    \"b\": {\n";
        assert_eq!(
            of(one, &["node_modules/a", "node_modules/a/node_modules/b", "node_modules/b"]),
            [Some(3), Some(8), Some(13)]
        );
    }

    #[test]
    fn pnpm_and_yarn_and_bun_and_deno() {
        let pnpm = "importers:\n\n  .:\n    dependencies:\n      a:\n        version: 1.0.0\n  packages/w:\n    dependencies: {}\n\npackages:\n\n  '@s/a@1.0.0':\n    resolution: {integrity: x}\n\n  /a@1.0.0(b@1.0.0):\n    dev: true\n\nsnapshots:\n\n  '@s/a@1.0.0': {}\n";
        assert_eq!(
            of(pnpm, &["@s/a@1.0.0", "/a@1.0.0(b@1.0.0)", "packages/w", "a"]),
            [Some(12), Some(15), Some(7), None]
        );
        let yarn =
            "# yarn lockfile v1\n\n\"@s/a@^1\", \"@s/a@1\":\n  version \"1.0.0\"\n\na@1, a@2:\n  version \"1.0.0\"\n";
        assert_eq!(of(yarn, &["@s/a@^1, @s/a@1", "a@1, a@2", "version"]), [Some(3), Some(6), None]);
        let berry = "__metadata:\n  version: 8\n\n\"a@npm:1, a@npm:2\":\n  version: 1.0.0\n";
        assert_eq!(of(berry, &["a@npm:1, a@npm:2"]), [Some(4)]);
        let bun = "{\n  \"workspaces\": {\n    \"\": {\n      \"dependencies\": {\n        \"a\": \"1\",\n      },\n    },\n  },\n  \"packages\": {\n    \"a\": [\"a@1.0.0\", \"\", {}, \"x\"],\n\n    \"a/b\": [\"b@1.0.0\", \"\", {}, \"x\"],\n  }\n}\n";
        assert_eq!(of(bun, &["a", "a/b"]), [Some(10), Some(12)]);
        let deno = "{\n  \"specifiers\": {\n    \"npm:a@1\": \"1.0.0\"\n  },\n  \"npm\": {\n    \"a@1.0.0\": {\n      \"integrity\": \"x\"\n    }\n  },\n  \"remote\": {\n    \"https://deno.example/x.ts\": \"00\"\n";
        assert_eq!(of(deno, &["a@1.0.0", "https://deno.example/x.ts"]), [Some(6), Some(11)]);
    }

    #[test]
    fn what_is_on_one_line_has_none() {
        assert!(lines("{\"packages\":{\"node_modules/a\":{}}}", &["node_modules/a"].into()).is_empty());
        for text in ["\"", "'", "\"\\", "'':", "\"a\"", ":", ": ", "é: é", "\"é\\\"\":", "\t'a''b':\n"] {
            lines(text, &["a"].into());
        }
        assert_eq!(of("'it''s':\n", &["it's"]), [Some(1)]);
    }
}
