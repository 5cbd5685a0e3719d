//! One entry of a lock file, whichever package manager wrote it.

use std::collections::BTreeSet;

use countersign::PackageId;

/// What one entry installs, and whether a registry answers for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The entry's own key, as the lock file writes it: by it its line is found.
    pub location: String,
    /// The name under which it is installed; another than `name` if it is an alias.
    pub slot: String,
    /// The package's own name.
    pub name: String,
    pub version: Option<String>,
    pub integrity: Option<String>,
    pub resolved: Option<String>,
    /// The project itself asks for it.
    pub direct: bool,
    /// Without development dependencies it would not be installed.
    pub dev: bool,
    pub optional: bool,
    pub dev_optional: bool,
    pub peer: bool,
    pub kind: Kind,
}

/// Whether an entry is audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A package with a tarball of its own. It is audited as the registry's, wherever the lock file
    /// says that it comes from: its digest must then be the registry's.
    Registry,
    Skipped(SkipReason),
}

/// Why no registry can answer for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    Root,
    Workspace,
    Link,
    Git,
    File,
    Bundled,
    Runtime,
    Jsr,
    Remote,
}

impl SkipReason {
    /// The reason in a few words, for the report.
    pub fn text(self) -> &'static str {
        match self {
            Self::Root => "the project itself",
            Self::Workspace => "a workspace of the project",
            Self::Link => "a link to a folder",
            Self::Git => "fetched from git",
            Self::File => "a file or folder on this machine",
            Self::Bundled => "bundled in the tarball of the package around it",
            Self::Runtime => "a JavaScript runtime, not a package of the registry",
            Self::Jsr => "a package of JSR, for which npm's registry does not answer",
            Self::Remote => "a module fetched from an address of its own",
        }
    }
}

impl Entry {
    /// A package that is audited. What else the format knows of it is for the format to fill in.
    pub fn registry(location: &str, slot: &str, name: &str, version: &str) -> Self {
        Self {
            location: location.to_owned(),
            slot: slot.to_owned(),
            name: name.to_owned(),
            version: Some(version.to_owned()),
            integrity: None,
            resolved: None,
            direct: false,
            dev: false,
            optional: false,
            dev_optional: false,
            peer: false,
            kind: Kind::Registry,
        }
    }

    /// What no registry answers for.
    pub fn skipped(location: &str, slot: &str, name: &str, reason: SkipReason) -> Self {
        Self { version: None, kind: Kind::Skipped(reason), ..Self::registry(location, slot, name, "") }
    }

    /// The same entry under each of its names. A name that a rule guards must not be hidden behind another
    /// one under which the same package is installed.
    pub fn in_slots(self, slots: BTreeSet<&str>) -> Vec<Self> {
        if slots.is_empty() {
            return vec![self];
        }
        slots.into_iter().map(|slot| Self { slot: slot.to_owned(), ..self.clone() }).collect()
    }
}

/// Whether a registry could list this version.
pub fn is_version(text: &str) -> bool {
    PackageId::new("a", text).is_ok()
}

/// `name` and what follows its `@`. A scope's own `@` stands at the start.
pub fn split_name(text: &str) -> Option<(&str, &str)> {
    let at = text.char_indices().skip(1).find(|(_, c)| *c == '@').map(|(at, _)| at)?;
    let (name, rest) = text.split_at_checked(at)?;
    Some((name, rest.strip_prefix('@')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_at_the_first_at_sign_after_its_scope() {
        assert_eq!(split_name("@s/a@1.0.0"), Some(("@s/a", "1.0.0")));
        assert_eq!(split_name("a@npm:@s/b@1"), Some(("a", "npm:@s/b@1")));
        assert_eq!(split_name("a"), None);
        assert_eq!(split_name("@s/a"), None);
        assert_eq!(split_name(""), None);
        assert_eq!(split_name("é@1"), Some(("é", "1")));
    }

    #[test]
    fn one_entry_for_each_name_it_is_installed_under() {
        let entry = Entry::registry("a@1.0.0", "a", "a", "1.0.0");
        let slots: Vec<String> = entry.clone().in_slots(["a", "b"].into()).into_iter().map(|e| e.slot).collect();
        assert_eq!(slots, ["a", "b"]);
        assert_eq!(entry.clone().in_slots(BTreeSet::new()), [entry]);
    }
}
