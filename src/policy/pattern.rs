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

    /// The only patterns that this name can match, the most specific first. To look each up is to try
    /// them all: a policy may have as many patterns as a tree has packages.
    pub(super) fn all_of(name: &str) -> impl Iterator<Item = Self> {
        let scope = name.split_once('/').map(|(scope, _)| Self::Scope(scope.into()));
        [Some(Self::Exact(name.into())), scope, Some(Self::Any)].into_iter().flatten()
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
        let matches = |pattern: &str, name: &str| Pattern::all_of(name).any(|p| p == Pattern::new(pattern).unwrap());
        assert!(matches("@octo/*", "@octo/lib") && matches("@octo/*", "@octo/x"));
        for name in ["@octo-evil/x", "@OCTO/x", "octo", "@octo", "@oct/o"] {
            assert!(!matches("@octo/*", name), "{name}");
        }
        assert!(matches("*", "@octo/lib") && matches("*", "x"));
        assert!(matches("lib", "lib") && !matches("lib", "@octo/lib") && !matches("lib", "Lib"));
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
        assert_eq!(Pattern::all_of("@octo/lib").collect::<Vec<_>>(), patterns);
    }
}
