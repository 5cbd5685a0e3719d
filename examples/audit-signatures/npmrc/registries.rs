//! Which registries the chain names.

use std::collections::BTreeMap;

use super::DecidedBy;
use super::chain::Npmrc;
use super::setting::Setting;
use crate::registry_url::RegistryUrl;

/// A registry, and what named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    pub url: RegistryUrl,
    pub decided_by: DecidedBy,
}

impl Npmrc {
    /// The registry of packages without one of their scope.
    pub fn registry(&self) -> Result<Option<Chosen>, String> {
        self.get("registry").map(|setting| self.chosen(setting)).transpose()
    }

    /// The registries of scopes; with their `@`.
    pub fn scopes(&self) -> Result<BTreeMap<String, Chosen>, String> {
        let mut found = BTreeMap::new();
        for setting in self.settings().iter().filter(|setting| !setting.listed) {
            if let Some(scope) = scope(setting)
                && !found.contains_key(scope)
            {
                found.insert(scope.to_owned(), self.chosen(setting)?);
            }
        }
        Ok(found)
    }

    /// Whether the user's own configuration names this registry, for whichever packages. What a project
    /// names besides does not take that back.
    pub fn is_named_by_the_user(&self, url: &RegistryUrl) -> bool {
        let own = self.settings().iter().filter(|setting| !setting.is_the_projects() && !setting.listed);
        own.filter(|setting| setting.key == "registry" || scope(setting).is_some())
            .filter_map(|setting| self.chosen(setting).ok())
            .any(|chosen| chosen.url == *url)
    }

    fn chosen(&self, setting: &Setting) -> Result<Chosen, String> {
        let text = setting.text(self.environment())?;
        let url = RegistryUrl::parse(&text).map_err(|problem| format!("{}: {problem}", setting.place()))?;
        Ok(Chosen { url, decided_by: DecidedBy::Npmrc(setting.source.clone()) })
    }
}

fn scope(setting: &Setting) -> Option<&str> {
    setting.key.strip_suffix(":registry").filter(|scope| scope.starts_with('@'))
}
