//! `${VARIABLE}` and `${VARIABLE?}`, as npm fills them in.

/// A text with its variables filled in.
#[derive(Default)]
pub struct Expanded {
    pub text: String,
    /// The names of all that were there, set or not.
    pub variables: Vec<String>,
    /// The names of those that are not set and have no `?`. npm leaves such a one as it is written.
    pub unset: Vec<String>,
}

/// One `${NAME}` and what stands before it.
struct Found<'a> {
    before: &'a str,
    backslashes: usize,
    whole: &'a str,
    name: &'a str,
    may_be_unset: bool,
    rest: &'a str,
}

/// Fills in what `variable` knows. An odd number of backslashes before one keeps it as it is written;
/// of any number, half stay.
pub fn expand<'v>(text: &str, variable: impl Fn(&str) -> Option<&'v str>) -> Expanded {
    let mut expanded = Expanded::default();
    let mut rest = text;
    while let Some(found) = first(rest) {
        expanded.text.push_str(found.before);
        expanded.text.push_str(&"\\".repeat(found.backslashes / 2));
        rest = found.rest;
        if found.backslashes % 2 == 1 {
            expanded.text.push_str(found.whole);
            continue;
        }
        expanded.variables.push(found.name.to_owned());
        match variable(found.name) {
            Some(value) => expanded.text.push_str(value),
            None if found.may_be_unset => {}
            None => {
                expanded.unset.push(found.name.to_owned());
                expanded.text.push_str(found.whole);
            }
        }
    }
    expanded.text.push_str(rest);
    expanded
}

/// Whether any variable would be filled in.
pub fn has_variable(text: &str) -> bool {
    !expand(text, |_| None).variables.is_empty()
}

fn first(text: &str) -> Option<Found<'_>> {
    for (start, _) in text.match_indices("${") {
        let (Some(ahead), Some(inside)) = (text.get(..start), text.get(start + 2..)) else { continue };
        let Some(end) = inside.find(['$', '{', '}', '?']).filter(|end| *end > 0) else { continue };
        let (Some(name), Some(after)) = (inside.get(..end), inside.get(end..)) else { continue };
        let optional = after.strip_prefix("?}");
        let Some(rest) = optional.or_else(|| after.strip_prefix('}')) else { continue };
        let before = ahead.trim_end_matches('\\');
        return Some(Found {
            before,
            backslashes: ahead.len() - before.len(),
            whole: text.get(start..text.len() - rest.len())?,
            name,
            may_be_unset: optional.is_some(),
            rest,
        });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        expand(text, |name| match name {
            "A" => Some("1"),
            "EMPTY" => Some(""),
            "NESTED" => Some("${A}"),
            _ => None,
        })
        .text
    }

    #[test]
    fn variables_are_filled_in_as_by_npm() {
        for (written, expected) in [
            ("x", "x"),
            ("${A}", "1"),
            ("x${A}y${A?}z", "x1y1z"),
            ("${EMPTY}", ""),
            ("${NO}", "${NO}"),
            ("${NO?}", ""),
            ("$A", "$A"),
            ("${}", "${}"),
            ("${?}", "${?}"),
            ("${A", "${A"),
            ("${A?x}", "${A?x}"),
            ("${${A}}", "${1}"),
            ("${NESTED}", "${A}"),
            ("\\${A}", "${A}"),
            ("\\\\${A}", "\\1"),
            ("\\\\\\${A}", "\\${A}"),
            ("\\x${A}", "\\x1"),
            ("é${A}é", "é1é"),
        ] {
            assert_eq!(filled(written), expected, "{written}");
        }
    }

    #[test]
    fn what_is_not_set_is_named() {
        let expanded = expand("${A}${B?}${C}", |name| (name == "A").then_some("1"));
        assert_eq!((expanded.variables.join(" "), expanded.unset.join(" ")), ("A B C".into(), "C".into()));
        assert!(has_variable("a${B?}") && !has_variable("\\${B}") && !has_variable("$B"));
    }
}
