//! The lines of an `.npmrc`, in npm's dialect of INI.

/// One `key=value`. The value may be a secret, so this has no `Debug`.
pub struct Line {
    pub key: String,
    /// Written as `key[]=value`.
    pub listed: bool,
    pub value: String,
    /// From 1.
    pub number: usize,
}

/// All that are npm's settings: those before the first section.
pub fn lines(text: &str) -> Vec<Line> {
    let mut found = Vec::new();
    // To npm a carriage return alone ends a line too.
    let numbered =
        text.split('\n').zip(1..).flat_map(|(line, number)| line.split('\r').map(move |part| (part, number)));
    for (line, number) in numbered {
        let line = line.trim();
        if line.strip_prefix('[').is_some_and(|rest| rest.find(']') == Some(rest.len() - 1)) {
            break;
        }
        if line.is_empty() || line.starts_with([';', '#', '=']) {
            continue;
        }
        // A key alone is `true`.
        let (key, value) = line.split_once('=').unwrap_or((line, "true"));
        let (key, value) = (unquoted(key), unquoted(value));
        let (key, listed) = match key.strip_suffix("[]").filter(|key| !key.is_empty()) {
            Some(key) => (key.to_owned(), true),
            None => (key, false),
        };
        found.push(Line { key, listed, value, number });
    }
    found
}

/// Between quotes, JSON's escapes are undone where they are JSON's; without quotes, a value ends where a
/// comment begins and a backslash keeps `;`, `#` and itself.
fn unquoted(text: &str) -> String {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return serde_json::from_str(inner).unwrap_or_else(|_| inner.to_owned());
    }
    if text.len() > 1 && text.starts_with('"') && text.ends_with('"') {
        return serde_json::from_str(text).unwrap_or_else(|_| text.to_owned());
    }
    let mut value = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            ';' | '#' => break,
            '\\' => match characters.next() {
                Some(kept @ ('\\' | ';' | '#')) => value.push(kept),
                other => value.extend(Some('\\').into_iter().chain(other)),
            },
            other => value.push(other),
        }
    }
    value.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String, usize)> {
        let key = |line: &Line| if line.listed { format!("{}[]", line.key) } else { line.key.clone() };
        lines(text).into_iter().map(|line| (key(&line), line.value, line.number)).collect()
    }

    #[test]
    fn keys_values_and_comments() {
        let text = "; comment\n # comment\n\n a = b ; ours\r\nflag\nca[] = x#y\n=no\n[section]\nc=d";
        let expected = [("a", "b", 4), ("flag", "true", 5), ("ca[]", "x", 6)];
        assert_eq!(read(text), expected.map(|(key, value, line)| (key.to_owned(), value.to_owned(), line)));
    }

    #[test]
    fn values_are_unquoted_as_by_npm() {
        for (written, expected) in [
            ("\"a;b\"", "a;b"),
            ("\"a\\nb\"", "a\nb"),
            ("\"a\\xb\"", "\"a\\xb\""),
            ("'a#b'", "a#b"),
            ("a\\;b", "a;b"),
            ("a\\\\b", "a\\b"),
            ("a\\xb\\", "a\\xb\\"),
            ("a=b=", "a=b="),
            ("\"", "\""),
            ("", ""),
        ] {
            assert_eq!(read(&format!("k={written}")).first().map(|line| line.1.as_str()), Some(expected), "{written}");
        }
    }

    #[test]
    fn a_carriage_return_ends_a_line_as_by_npm() {
        let expected = [("a", "b", 1), ("c", "d", 1)];
        assert_eq!(read("a=b\rc=d"), expected.map(|(key, value, line)| (key.to_owned(), value.to_owned(), line)));
    }
}
