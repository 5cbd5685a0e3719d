//! Which documents there are, under which path a registry serves them and a recording keeps them,
//! and how large they may be.

use countersign::limits;

use crate::plain_text::plain;

/// File systems end at 255 bytes, of which `.json.part` takes ten; the longest legacy names are 214.
const LONGEST: usize = 240;

/// A document of a registry. Its name holds nothing that a path or a URL would interpret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    kind: Kind,
    /// As in design §5: `@scope%2fname`, with `@version` behind it for attestations and `/version` for a
    /// version.
    name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Keys,
    Packument,
    Version,
    Attestations,
}

impl Document {
    /// The registry's signing keys.
    pub fn keys() -> Self {
        Self { kind: Kind::Keys, name: "keys".into() }
    }

    /// All versions of a package.
    pub fn packument(name: &str) -> Result<Self, String> {
        Ok(Self { kind: Kind::Packument, name: encoded(name)? })
    }

    /// One version of a package, alone. Registries answer it faster than a packument, and some without what
    /// the packument has; recordings do not hold it.
    pub fn version(name: &str, version: &str) -> Result<Self, String> {
        let name = format!("{}/{}", encoded(name)?, harmless_version(version)?);
        if name.len() > LONGEST {
            return Err(refused("name and version", &name));
        }
        Ok(Self { kind: Kind::Version, name })
    }

    /// The attestations of one version. The address is made of name and version: the one that a
    /// manifest advertises is the registry's word, or an attacker's.
    pub fn attestations(name: &str, version: &str) -> Result<Self, String> {
        let name = format!("{}@{}", encoded(name)?, harmless_version(version)?);
        if name.len() > LONGEST {
            return Err(refused("name and version", &name));
        }
        Ok(Self { kind: Kind::Attestations, name })
    }

    /// The scope of the package that it is about, with its `@`.
    pub fn scope(&self) -> Option<&str> {
        self.name.split_once("%2f").map(|(scope, _)| scope)
    }

    /// Below the registry's base URL.
    pub fn url_path(&self) -> String {
        match self.kind {
            Kind::Keys => "-/npm/v1/keys".into(),
            Kind::Packument | Kind::Version => self.name.clone(),
            Kind::Attestations => format!("-/npm/v1/attestations/{}", self.name),
        }
    }

    /// Below a recording's folder; `None` for what recordings do not hold.
    pub fn file_path(&self) -> Option<String> {
        match self.kind {
            Kind::Keys => Some("keys.json".into()),
            Kind::Packument => Some(format!("packuments/{}.json", self.name)),
            Kind::Attestations => Some(format!("attestations/{}.json", self.name)),
            Kind::Version => None,
        }
    }

    pub fn is_keys(&self) -> bool {
        self.kind == Kind::Keys
    }

    /// The library's own limit, after decompression. One byte more is read and handed over, so that a
    /// document over its limit is refused for that reason, and not taken for one that never came.
    pub fn limit(&self) -> u64 {
        let limit = match self.kind {
            Kind::Keys => limits::KEYS_BYTES,
            Kind::Packument => limits::PACKUMENT_BYTES,
            Kind::Version => limits::MANIFEST_BYTES,
            Kind::Attestations => limits::ATTESTATIONS_BYTES,
        };
        limit as u64
    }
}

/// A package name as one path component. Legacy names are allowed as long as nothing in them could
/// leave the folder, start a query or, by being encoded already, be another package's name.
fn encoded(name: &str) -> Result<String, String> {
    let (scope, bare) = match name.strip_prefix('@').and_then(|rest| rest.split_once('/')) {
        Some((scope, bare)) => (Some(scope), bare),
        None => (None, name),
    };
    let harmless = |part: &str| {
        let allowed = |b: u8| {
            b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'!' | b'\'' | b'(' | b')' | b'*')
        };
        !part.is_empty() && !part.starts_with('.') && !part.contains("..") && part.bytes().all(allowed)
    };
    if name.len() > LONGEST || !harmless(bare) || !scope.is_none_or(harmless) {
        return Err(refused("package name", name));
    }
    Ok(match scope {
        Some(scope) => format!("@{scope}%2f{bare}"),
        None => bare.to_owned(),
    })
}

/// A version as a part of a path component. Semantic versions hold nothing else.
fn harmless_version(version: &str) -> Result<&str, String> {
    let harmless = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+');
    if version.is_empty() || version.contains("..") || !version.bytes().all(harmless) {
        return Err(refused("version", version));
    }
    Ok(version)
}

fn refused(what: &str, text: &str) -> String {
    format!("not asked for: the {what} `{}` is none that a registry could have", plain(text))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_npm_and_of_the_recording() {
        let packument = Document::packument("@nuxt/kit").unwrap();
        assert_eq!(packument.url_path(), "@nuxt%2fkit");
        assert_eq!(packument.file_path().unwrap(), "packuments/@nuxt%2fkit.json");
        let version = Document::version("@nuxt/kit", "4.3.0-rc.1+x").unwrap();
        assert_eq!(version.url_path(), "@nuxt%2fkit/4.3.0-rc.1+x");
        assert_eq!((version.scope(), version.file_path()), (Some("@nuxt"), None));
        let attestations = Document::attestations("@nuxt/kit", "4.3.0-rc.1").unwrap();
        assert_eq!(attestations.url_path(), "-/npm/v1/attestations/@nuxt%2fkit@4.3.0-rc.1");
        assert_eq!(attestations.file_path().unwrap(), "attestations/@nuxt%2fkit@4.3.0-rc.1.json");
        assert_eq!(Document::keys().url_path(), "-/npm/v1/keys");
        for legacy in ["Buffer", "D", "lodash.get", "a~b", "jquery!", "(x)", "-"] {
            assert_eq!(Document::packument(legacy).unwrap().url_path(), legacy);
        }
    }

    #[test]
    fn hostile_names_are_never_a_path() {
        for name in [
            "",
            ".",
            "..",
            "../x",
            "a/../b",
            "a/b",
            "@a",
            "@a/",
            "@/b",
            "@a/b/c",
            "@a/..",
            "@../b",
            "a\\b",
            "C:x",
            "a%2fb",
            "@a%2fb",
            "a?b",
            "a#b",
            "a\0b",
            "a b",
            "a\nb",
            ".hidden",
            "@a/.b",
            "ä",
            "/etc/passwd",
            "a..b",
            "a@b",
            "@@a/b",
        ] {
            assert!(Document::packument(name).is_err(), "{name:?}");
            assert!(Document::attestations(name, "1.0.0").is_err(), "{name:?}");
            assert!(Document::version(name, "1.0.0").is_err(), "{name:?}");
        }
        for version in ["", "..", "1/../2", "1.0.0/..", "1\\0", "1.0.0?x", "1.0.0#x", "1 0", "1.0.0\0", "%2e%2e"] {
            assert!(Document::attestations("a", version).is_err(), "{version:?}");
            assert!(Document::version("a", version).is_err(), "{version:?}");
        }
        assert!(Document::packument(&"x".repeat(241)).is_err());
        assert!(Document::attestations("a", &"1".repeat(300)).is_err());
        assert!(Document::version("a", &"1".repeat(300)).is_err());
    }
}
