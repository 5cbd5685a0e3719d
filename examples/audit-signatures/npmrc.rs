//! The two kinds of lines of an `.npmrc` that say where packages are fetched from.
//!
//! Nothing else is read: no token, no proxy, no certificate.

use std::collections::BTreeMap;
use std::path::Path;

use crate::bounded_file::bounded;
use crate::plain_text::plain;
use crate::registry_url::RegistryUrl;

const LARGEST: u64 = 1024 * 1024;

/// The registries that one `.npmrc` names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Npmrc {
    pub registry: Option<RegistryUrl>,
    /// Scopes with their `@`.
    pub scopes: BTreeMap<String, RegistryUrl>,
}

impl Npmrc {
    /// Reads the file at `path`; one that is not there names nothing.
    pub fn read(path: &Path) -> Result<Self, String> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let shown = plain(&path.display().to_string());
        let bytes = bounded(path, LARGEST)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| format!("cannot read {shown}: it is not UTF-8"))?;
        Self::parse(text).map_err(|problem| format!("cannot read {shown}: {problem}"))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut found = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            // npm's own settings stand before any section; those in one are not npm's.
            if line.starts_with('[') {
                break;
            }
            let Some((key, value)) = line.split_once('=') else { continue };
            if line.starts_with([';', '#']) {
                continue;
            }
            let (key, value) = (unquoted(key), unquoted(value));
            let scope = key.strip_suffix(":registry").filter(|scope| scope.starts_with('@'));
            if key != "registry" && scope.is_none() {
                continue;
            }
            let url = url(value).map_err(|e| format!("line {}: {e}", number + 1))?;
            match scope {
                Some(scope) => drop(found.scopes.insert(scope.to_owned(), url)),
                None => found.registry = Some(url),
            }
        }
        Ok(found)
    }
}

/// A variable could carry a secret into a request, so none is ever filled in.
fn url(value: &str) -> Result<RegistryUrl, String> {
    if value.contains("${") {
        return Err(format!(
            "`{}` holds a variable, which is not filled in. Name the registry with --registry",
            plain(value)
        ));
    }
    RegistryUrl::parse(value)
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    // Unquoted values end where a comment begins.
    text.split([';', '#']).next().unwrap_or(text).trim()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn url(text: &str) -> RegistryUrl {
        RegistryUrl::parse(text).unwrap()
    }

    #[test]
    fn registries_and_scopes_are_read() {
        let found = Npmrc::parse(
            "; comment\n#registry=https://no.example\n registry = \"https://npm.example\" \n\
             @corp:registry=https://corp.example/npm ; ours\n//npm.example/:_authToken=${TOKEN}\n\
             registry[]=x\nproxy=http://no.example\n[section]\nregistry=https://no.example\n",
        );
        let scopes = BTreeMap::from([("@corp".to_owned(), url("https://corp.example/npm/"))]);
        assert_eq!(found.unwrap(), Npmrc { registry: Some(url("https://npm.example/")), scopes });
    }

    #[test]
    fn the_last_line_of_a_key_wins_as_in_npm() {
        let found = Npmrc::parse("registry=https://a.example\nregistry='https://b.example'").unwrap();
        assert_eq!(found.registry, Some(url("https://b.example/")));
    }

    #[test]
    fn cl_44_variables_are_not_filled_in() {
        let message = Npmrc::parse("\nregistry=https://${TOKEN}.evil.example/").unwrap_err();
        assert!(message.starts_with("line 2: ") && message.contains("--registry"), "{message}");
        assert!(Npmrc::parse("@a:registry=ftp://x").unwrap_err().contains("neither http nor https"));
    }

    #[test]
    fn a_file_that_is_not_there_names_nothing() {
        assert_eq!(Npmrc::read(Path::new("/nowhere/.npmrc")).unwrap(), Npmrc::default());
    }
}
