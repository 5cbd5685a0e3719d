//! The keys of pnpm's packages: `/name@1.0.0(peer@2.0.0)` in version 6, `name@1.0.0(peer@2.0.0)` in version 9, and
//! addresses in place of the version.

use super::super::entry::{is_version, split_name};

/// A key taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key<'a> {
    pub name: &'a str,
    /// A version without the peers that follow it, or an address as it stands.
    pub reference: &'a str,
}

impl<'a> Key<'a> {
    /// Takes a key apart, without the slash at its start that version 6 has. `None` if nothing follows a name.
    ///
    /// Peers are told by their parentheses only behind a version. In an address a parenthesis is part of it: cut
    /// there, another address would be audited than the one that is fetched.
    pub fn of(key: &'a str) -> Option<Self> {
        let (name, reference) = split_name(key)?;
        let version = reference.split_once('(').map_or(reference, |(version, _)| version);
        Some(Self { name, reference: if is_version(version) { version } else { reference } })
    }
}

/// The key without its last group of parentheses, such as `(react@18.0.0)`; groups may hold groups.
pub fn without_last_group(key: &str) -> Option<&str> {
    if !key.ends_with(')') {
        return None;
    }
    let mut depth = 0_usize;
    for (at, c) in key.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return key.get(..at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: &str) -> Option<(&str, &str)> {
        Key::of(key).map(|key| (key.name, key.reference))
    }

    #[test]
    fn both_versions_name_a_package_and_its_version() {
        assert_eq!(of("a@1.0.0"), Some(("a", "1.0.0")));
        assert_eq!(of("@s/a@1.0.0-rc.1(b@2.0.0)(@t/c@3.0.0(d@4.0.0))"), Some(("@s/a", "1.0.0-rc.1")));
        assert_eq!(of("@s/a@1.0.0"), Some(("@s/a", "1.0.0")));
        assert_eq!(of("a@1.0.0(patch_hash=x)(b@1.0.0)"), Some(("a", "1.0.0")));
        assert_eq!(of("github.com/a/b/0123"), None);
    }

    #[test]
    fn lk_42_a_parenthesis_in_an_address_belongs_to_it() {
        for address in [
            "https://npm.example/a(react@18.0.0).tgz",
            "file:a(react@18.0.0)",
            "git+https://git.example/a(1)",
            "^1.0.0(react@18.0.0)",
            "1.0(react@18.0.0)",
        ] {
            assert_eq!(of(&format!("a@{address}")), Some(("a", address)));
        }
    }

    #[test]
    fn lk_42_groups_come_off_one_by_one_from_the_end() {
        assert_eq!(without_last_group("a@1(b@2(c@3))(d@4)"), Some("a@1(b@2(c@3))"));
        assert_eq!(without_last_group("a@1(b@2(c@3))"), Some("a@1"));
        assert_eq!(without_last_group("a@1"), None);
        assert_eq!(without_last_group("a@1(b))"), None);
        assert_eq!(without_last_group("é)"), None);
    }
}
