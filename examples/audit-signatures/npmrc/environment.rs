//! The environment of the process: what npm's own variables set, and what others may be filled in.

use std::collections::BTreeMap;
use std::path::PathBuf;

const PREFIX: &str = "npm_config_";

/// A copy, so that a run sees one environment from beginning to end. It holds secrets, so it has no `Debug`.
#[derive(Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// That of this process. Names and values that are not Unicode are not there.
    pub fn of_process() -> Self {
        let unicode =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self(unicode.collect())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// As [`Environment::get`], but an empty value is none, and the lower-case name comes first.
    pub fn either_case(&self, lower: &str) -> Option<(String, &str)> {
        let named = |name: String| self.get(&name).filter(|value| !value.is_empty()).map(|value| (name, value));
        named(lower.to_owned()).or_else(|| named(lower.to_ascii_uppercase()))
    }

    pub fn home(&self) -> Option<PathBuf> {
        let home = self.get(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
        home.filter(|home| !home.is_empty()).map(PathBuf::from)
    }

    /// The settings among the variables: key, value, and the variable's name. As in npm, an empty one
    /// sets nothing, `_` stands for `-` but at the start, and a key that begins with `//` is kept as it is.
    pub fn settings(&self) -> Vec<(String, &str, &str)> {
        let mut found = Vec::new();
        for (name, value) in &self.0 {
            let Some((prefix, key)) = name.split_at_checked(PREFIX.len()) else { continue };
            if !prefix.eq_ignore_ascii_case(PREFIX) || key.is_empty() || value.is_empty() {
                continue;
            }
            let key = if key.starts_with("//") { key.to_owned() } else { normalized(key) };
            found.push((key, value.as_str(), name.as_str()));
        }
        found
    }
}

fn normalized(key: &str) -> String {
    let (first, rest) = key.split_at(usize::from(key.starts_with('_')));
    format!("{first}{}", rest.replace('_', "-").to_lowercase())
}

impl<'a> FromIterator<(&'a str, &'a str)> for Environment {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_those_of_npm() {
        let environment = Environment::from_iter([
            ("NPM_CONFIG_REGISTRY", "a"),
            ("npm_config_registry", "b"),
            ("Npm_Config_https_Proxy", "c"),
            ("npm_config__authToken", "d"),
            ("npm_config_//Host_x/:_authToken", "e"),
            ("npm_config_empty", ""),
            ("npm_config_", "f"),
            ("npm_configx", "g"),
            ("registry", "h"),
        ]);
        let settings: Vec<_> = environment.settings().into_iter().map(|(key, value, _)| (key, value)).collect();
        let expected = [
            ("registry", "a"),
            ("https-proxy", "c"),
            ("//Host_x/:_authToken", "e"),
            ("_authtoken", "d"),
            ("registry", "b"),
        ];
        assert_eq!(settings, expected.map(|(key, value)| (key.to_owned(), value)));
    }

    #[test]
    fn the_lower_case_name_comes_first() {
        let environment = Environment::from_iter([
            ("HTTPS_PROXY", "upper"),
            ("https_proxy", "lower"),
            ("NO_PROXY", "x"),
            ("no_proxy", ""),
        ]);
        assert_eq!(environment.either_case("https_proxy"), Some(("https_proxy".to_owned(), "lower")));
        assert_eq!(environment.either_case("no_proxy"), Some(("NO_PROXY".to_owned(), "x")));
        assert_eq!(environment.either_case("all_proxy"), None);
    }
}
