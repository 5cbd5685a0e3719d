//! Which package: a name and an exact version.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::error::ParseError;
use crate::limits;

/// A package's name and exact version, as its registry writes them.
///
/// The name satisfies npm's grammar (`validate-npm-package-name`, including what older packages may
/// have), the version is one exact Semantic Version. So neither holds a `:` or a second `@`, and
/// `name@version:integrity`, the text that a registry signs, can be read in one way only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct PackageId {
    name: Box<str>,
    version: Box<str>,
}

#[derive(Deserialize)]
struct Unchecked {
    name: String,
    version: String,
}

impl TryFrom<Unchecked> for PackageId {
    type Error = ParseError;
    fn try_from(raw: Unchecked) -> Result<Self, ParseError> {
        Self::new(&raw.name, &raw.version)
    }
}

impl PackageId {
    /// Checks name and version. Nothing is normalised: what is not legal as it stands is an error.
    ///
    /// # Errors
    /// In order: [`ParseError::PackageName`], [`ParseError::PackageVersion`].
    pub fn new(name: &str, version: &str) -> Result<Self, ParseError> {
        check_name(name)?;
        check_version(version)?;
        Ok(Self { name: name.into(), version: version.into() })
    }

    /// The name, with its scope.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The package URL as npm writes it into statements: only a leading `@` is encoded
    /// (`npm-package-arg`, `toPurl`).
    #[must_use]
    pub fn purl(&self) -> String {
        match self.name.strip_prefix('@') {
            Some(rest) => format!("pkg:npm/%40{rest}@{}", self.version),
            None => format!("pkg:npm/{}@{}", self.name, self.version),
        }
    }
}

impl fmt::Display for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

fn check_name(name: &str) -> Result<(), ParseError> {
    let refuse = |reason| Err(ParseError::PackageName { name: name.into(), reason });
    if name.chars().count() > limits::NAME_CHARS {
        return refuse("it is too long");
    }
    let (scope, bare) = match name.strip_prefix('@').map(|rest| rest.split_once('/')) {
        None => (None, name),
        Some(Some((scope, bare))) => (Some(scope), bare),
        Some(None) => return refuse("a scope is followed by / and a name"),
    };
    for part in scope.into_iter().chain([bare]) {
        if part.is_empty() {
            return refuse("a part of it is empty");
        }
        if part.starts_with('.') {
            return refuse("no part of it may begin with a dot");
        }
        if !part.bytes().all(is_url_safe) {
            return refuse("only letters, digits and -_.!~*'() are allowed");
        }
    }
    match (scope, bare) {
        (None, "node_modules" | "favicon.ico") => refuse("it is reserved"),
        (None, _) if bare.starts_with('_') => refuse("it may not begin with an underscore"),
        _ => Ok(()),
    }
}

/// What JavaScript's `encodeURIComponent` leaves as it is.
fn is_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte)
}

fn check_version(version: &str) -> Result<(), ParseError> {
    let exact = version.len() <= limits::VERSION_CHARS
        && semver::Version::parse(version).is_ok_and(|parsed| parsed.to_string() == version);
    if exact { Ok(()) } else { Err(ParseError::PackageVersion { version: version.into() }) }
}

#[cfg(test)]
mod tests {
    use super::PackageId;

    #[test]
    fn accepts_what_the_registry_has() {
        for (name, version) in [
            ("nuxt", "3.13.0"),
            ("@octo/lib", "1.2.3-rc.1"),
            ("JSONStream", "1.3.5"),
            ("a~b!c'(d)*", "0.0.0"),
            ("x", "1.0.0+build.5"),
            ("@_x/_y", "1.0.0"),
        ] {
            assert_eq!(PackageId::new(name, version).unwrap().name(), name);
        }
    }

    #[test]
    fn refuses_names_that_can_be_read_in_two_ways_or_as_paths() {
        for name in [
            "",
            "@",
            "@x",
            "@/x",
            "@x/",
            "@x/y/z",
            "x/y",
            ".x",
            "..",
            "@../x",
            "@x/..",
            "_x",
            "x y",
            "x:y",
            "x@1",
            "@x/y@1",
            "x\0",
            "x\n",
            "x%2fy",
            "é",
            "node_modules",
            "favicon.ico",
            "x\\y",
            "@x@y/z",
        ] {
            assert_eq!(PackageId::new(name, "1.0.0").unwrap_err().code(), "ERR_COUNTERSIGN_PACKAGE_NAME", "{name}");
        }
    }

    #[test]
    fn refuses_versions_that_are_not_exact() {
        for version in
            ["", "1", "1.0", "v1.0.0", "=1.0.0", "01.0.0", "1.0.00", "1.0.0-", "1.0.0 ", "^1.0.0", "latest", "1.0.0:x"]
        {
            assert_eq!(
                PackageId::new("x", version).unwrap_err().code(),
                "ERR_COUNTERSIGN_PACKAGE_VERSION",
                "{version}"
            );
        }
    }

    #[test]
    fn purl_encodes_the_scope_sign_alone() {
        assert_eq!(PackageId::new("@octo/lib", "1.0.0-rc.1+x").unwrap().purl(), "pkg:npm/%40octo/lib@1.0.0-rc.1+x");
        assert_eq!(PackageId::new("a~b", "1.0.0").unwrap().purl(), "pkg:npm/a~b@1.0.0");
    }
}
