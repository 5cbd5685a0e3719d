//! Which packages a rule is for.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::error::ParseError;
use crate::package::PackageId;

/// An exact name, a whole scope, or every package. Declared from the most specific to the least, so that
/// the first of several that match is the one that counts.
///
/// It is no glob: `*` stands alone or for the whole name behind a scope, and never for a part of one.
/// Names are compared byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) enum Pattern {
    Exact(Box<str>),
    /// With its `@`.
    Scope(Box<str>),
    Any,
}

impl Pattern {
    fn new(text: &str) -> Result<Self, ParseError> {
        let refuse = |reason: &'static str| {
            Err(ParseError::PolicyInvalid { reason: format!("the package pattern \"{text}\": {reason}").into() })
        };
        if text == "*" {
            return Ok(Self::Any);
        }
        let (scope, bare) = match text.split_once('/') {
            Some((scope, "*")) => (Some(scope), "x"),
            _ => (None, text),
        };
        if scope.unwrap_or(bare).contains(['*', '?', '[', ']', '{', '}', '!', '\\', '^', '$', '|', '+', '(', ')']) {
            return refuse("only an exact name, @scope/* and * are supported");
        }
        let whole = scope.map_or_else(|| bare.to_owned(), |scope| format!("{scope}/{bare}"));
        // The version is of no matter.
        if let Err(error) = PackageId::new(&whole, "1.0.0") {
            return match error {
                ParseError::PackageName { reason, .. } => refuse(reason),
                _ => refuse("no package can have this name"),
            };
        }
        Ok(scope.map_or_else(|| Self::Exact(text.into()), |scope| Self::Scope(scope.into())))
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exact(exact) => **exact == *name,
            Self::Scope(scope) => name.split_once('/').is_some_and(|(of_name, _)| **scope == *of_name),
            Self::Any => true,
        }
    }
}

impl TryFrom<String> for Pattern {
    type Error = ParseError;
    fn try_from(text: String) -> Result<Self, ParseError> {
        Self::new(&text)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.to_string()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Scope(scope) => write!(f, "{scope}/*"),
            Self::Any => f.write_str("*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn po_10_a_star_is_a_whole_name() {
        let scope = Pattern::new("@octo/*").unwrap();
        assert!(scope.matches("@octo/lib") && scope.matches("@octo/x"));
        for name in ["@octo-evil/x", "@OCTO/x", "octo", "@octo", "@oct/o"] {
            assert!(!scope.matches(name), "{name}");
        }
        assert!(Pattern::Any.matches("@octo/lib") && Pattern::Any.matches("x"));
        assert!(!Pattern::new("lib").unwrap().matches("@octo/lib"));
    }

    #[test]
    fn po_13_no_other_metacharacter_is_supported() {
        for text in [
            "",
            " ",
            "@octo/**",
            "@octo/l*",
            "lib*",
            "**",
            "?",
            "[ab]",
            "[!a]",
            "[^a]",
            "{a,b}",
            "!lib",
            "a\\*",
            "@*/lib",
            "*/lib",
            "@octo",
            "@octo/",
            "@octo/a/b",
            "@octo/a/*",
            "octo/*",
            " lib",
            "lib ",
            "lib@1.0.0",
            "(a+)+$",
            "a|b",
            "https://npm.example/lib",
        ] {
            assert_eq!(Pattern::new(text).map_err(|e| e.code()), Err("ERR_COUNTERSIGN_POLICY_INVALID"), "{text:?}");
        }
    }

    #[test]
    fn po_11_the_most_specific_comes_first() {
        let mut patterns: Vec<Pattern> = ["*", "@octo/*", "@octo/lib"].map(|t| Pattern::new(t).unwrap()).into();
        patterns.sort();
        assert_eq!(patterns.iter().map(ToString::to_string).collect::<Vec<_>>(), ["@octo/lib", "@octo/*", "*"]);
    }
}
