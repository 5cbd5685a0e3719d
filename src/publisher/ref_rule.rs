//! Which git refs may publish.

use core::fmt;

use super::spelling;
use crate::error::{ParseError, is_unsafe};

const FIELD: &str = "ref";

/// A full ref, or one with a single `*`, which stands for one character or more, none of them a slash.
///
/// It is no regular expression and no shell pattern: what is before the `*` and what is after it are
/// compared byte by byte, so that there is nothing to backtrack over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RefRule(Box<str>);

impl RefRule {
    pub(super) fn new(rule: &str) -> Result<Self, ParseError> {
        check(rule).map_err(|reason| spelling::refuse(FIELD, rule, reason))?;
        Ok(Self(rule.into()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn allows(&self, git_ref: &str) -> bool {
        let Some((before, after)) = self.0.split_once('*') else { return git_ref == &*self.0 };
        let middle = git_ref.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        middle.is_some_and(|middle| !middle.is_empty() && !middle.contains('/'))
    }
}

impl fmt::Display for RefRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What git allows in a ref (`git check-ref-format`), and one `*`.
fn check(rule: &str) -> Result<(), &'static str> {
    let kind = rule.strip_prefix("refs/").and_then(|rest| rest.split_once('/'));
    if kind.is_none_or(|(kind, name)| kind.is_empty() || kind.contains('*') || name.is_empty()) {
        return Err("write the full ref: refs/heads/main, or refs/tags/v*");
    }
    if rule.matches('*').count() > 1 {
        return Err("write one * at most");
    }
    if rule.chars().any(|c| is_unsafe(c) || matches!(c, ' ' | '~' | '^' | ':' | '?' | '[' | '\\')) {
        return Err("no ref has such a character, and * is the only one that stands for others");
    }
    let illegal = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    if rule.contains("..") || rule.contains("@{") || rule.ends_with('.') || rule.split('/').any(illegal) {
        return Err("git allows no such ref");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RefRule;

    #[test]
    fn id_17_without_a_star_a_rule_is_one_ref() {
        let rule = RefRule::new("refs/heads/main").unwrap();
        assert!(rule.allows("refs/heads/main"));
        for other in [
            "",
            "main",
            "refs/heads/main2",
            "refs/heads/mai",
            "refs/heads/Main",
            "refs/tags/main",
            "refs/heads/main/../x",
            "refs/heads/main/",
            "refs/pull/1/merge",
            "xrefs/heads/main",
            "refs/heads/main\n",
        ] {
            assert!(!rule.allows(other), "{other:?}");
        }
    }

    #[test]
    fn id_18_a_star_is_one_character_or_more_and_no_slash() {
        let rule = RefRule::new("refs/tags/v*").unwrap();
        for good in ["refs/tags/v1", "refs/tags/v1.2.3", "refs/tags/v*", "refs/tags/v1@refs.heads"] {
            assert!(rule.allows(good), "{good}");
        }
        for other in [
            "refs/tags/v",
            "refs/tags/v/",
            "refs/tags/v1/x",
            "refs/tags/v1/../../heads/x",
            "refs/tags/V1",
            "refs/heads/v1",
            "x/refs/tags/v1",
            "v1",
        ] {
            assert!(!rule.allows(other), "{other}");
        }
        let inner = RefRule::new("refs/heads/release-*-lts").unwrap();
        assert!(inner.allows("refs/heads/release-1-lts"));
        // The two ends may not share a character.
        assert!(!inner.allows("refs/heads/release-lts") && !inner.allows("refs/heads/release--lts"));
        let package = RefRule::new("refs/tags/@octo/lib@*").unwrap();
        assert!(package.allows("refs/tags/@octo/lib@1.2.3") && !package.allows("refs/tags/@octo/other@1.2.3"));
    }

    #[test]
    fn what_is_no_ref_is_refused() {
        for rule in [
            "",
            "*",
            "main",
            "v*",
            "heads/main",
            "refs",
            "refs/",
            "refs/*",
            "refs/*/x",
            "refs/heads",
            "refs/heads/",
            "refs//main",
            "refs/heads//x",
            "refs/tags/v**",
            "refs/tags/*/*",
            "refs/tags/v?",
            "refs/tags/[v]1",
            "refs/tags/v 1",
            "refs/tags/v1\n",
            "refs/heads/main/../x",
            "refs/heads/.x",
            "refs/heads/x.lock",
            "refs/heads/x.",
            "refs/heads/x@{1}",
            "refs/heads/x\u{202e}",
            "refs/heads/a:b",
            "refs\\heads\\main",
            " refs/heads/main",
            "https://github.com/octo-org/octo-lib/tree/main",
        ] {
            let error = RefRule::new(rule).unwrap_err();
            assert_eq!(error.code(), "ERR_COUNTERSIGN_PUBLISHER_INVALID", "{rule:?}");
            assert!(error.to_string().contains("publisher's ref"), "{error}");
        }
    }
}
