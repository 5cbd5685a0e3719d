//! Where documents are fetched from. Whom to trust is another matter and is never decided here.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::lockfile::Item;
use crate::npmrc::{Chosen, DecidedBy, Npmrc};
use crate::registry_url::RegistryUrl;

/// The registry of most packages, and of the scopes that are fetched elsewhere.
#[derive(Debug, PartialEq, Eq)]
pub struct RegistryChoice {
    pub url: RegistryUrl,
    pub decided_by: DecidedBy,
    /// Scopes with their `@`.
    pub scopes: BTreeMap<String, Chosen>,
}

impl RegistryChoice {
    /// Asks, in this order: the flag, npm's configuration in its own order, the lock file's tarballs if
    /// all stand at one origin, npm. A flag is meant for every package, so it overrides
    /// scopes too.
    pub fn make(
        flag: Option<RegistryUrl>,
        npmrc: &Npmrc,
        items: &[Item],
        npm: impl FnOnce() -> Result<String, String>,
    ) -> Result<Self, String> {
        if let Some(url) = flag {
            return Ok(Self { url, decided_by: DecidedBy::Flag, scopes: BTreeMap::new() });
        }
        let scopes = npmrc.scopes()?;
        let configured = npmrc.registry()?.map(|Chosen { url, decided_by }| (url, decided_by));
        let shared = || shared_registry(items, &scopes).map(|url| (url, DecidedBy::LockFile));
        let (url, decided_by) = match configured.or_else(shared) {
            Some(found) => found,
            None => (asked(npm)?, DecidedBy::Npm),
        };
        Ok(Self { url, decided_by, scopes })
    }
}

/// The registry that all tarballs of the lock file come from, if they share an origin.
fn shared_registry(items: &[Item], scopes: &BTreeMap<String, Chosen>) -> Option<RegistryUrl> {
    let elsewhere = |name: &str| name.split_once('/').is_some_and(|(scope, _)| scopes.contains_key(scope));
    let mut bases = BTreeSet::new();
    for item in items.iter().filter(|item| !elsewhere(&item.name)) {
        for resolved in &item.resolved {
            bases.insert(RegistryUrl::of_tarball(resolved, &item.name).ok()?);
        }
    }
    let origins: BTreeSet<RegistryUrl> = bases.iter().map(RegistryUrl::origin).collect();
    if origins.len() != 1 {
        return None;
    }
    if bases.len() == 1 { bases.pop_first() } else { origins.into_iter().next() }
}

fn asked(npm: impl FnOnce() -> Result<String, String>) -> Result<RegistryUrl, String> {
    let wrong = |problem: String| {
        format!(
            "cannot tell which registry to ask: no .npmrc names one, the lock file's tarballs do not share one, \
             and `npm config get registry` failed: {problem}. Name it with --registry URL"
        )
    };
    npm().and_then(|answer| RegistryUrl::parse(&answer)).map_err(wrong)
}

/// What npm itself would use. It runs outside of the project, whose configuration has been read
/// already and might be anybody's.
pub fn ask_npm() -> Result<String, String> {
    const PATIENCE: Duration = Duration::from_secs(20);
    const LONGEST_ANSWER: u64 = 4096;
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut npm = Command::new(program)
        .args(["config", "get", "registry"])
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("cannot run npm: {e}"))?;
    let asked = Instant::now();
    let status = loop {
        match npm.try_wait().map_err(|e| e.to_string())? {
            Some(status) => break status,
            None if asked.elapsed() > PATIENCE => {
                let _ = npm.kill();
                let _ = npm.wait();
                return Err("npm did not answer within 20 s".into());
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    if !status.success() {
        return Err(format!("npm ended with {status}"));
    }
    let mut answer = String::new();
    let Some(out) = npm.stdout.take() else { return Err("npm said nothing".into()) };
    out.take(LONGEST_ANSWER).read_to_string(&mut answer).map_err(|e| e.to_string())?;
    Ok(answer.trim().to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;
    use crate::npmrc::Environment;

    fn item(name: &str, resolved: &[&str]) -> Item {
        Item {
            name: name.into(),
            version: "1.0.0".into(),
            integrity: None,
            locations: Vec::new(),
            aliases: BTreeSet::new(),
            resolved: resolved.iter().map(|url| (*url).to_owned()).collect(),
            disagrees: false,
            direct: true,
            dev: false,
        }
    }

    fn url(text: &str) -> RegistryUrl {
        RegistryUrl::parse(text).unwrap()
    }

    fn unasked() -> Result<String, String> {
        Err("not to be asked".into())
    }

    struct Folders(tempfile::TempDir);

    impl Folders {
        fn new(project: &str, home: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for (name, text) in [("project", project), ("home", home)] {
                fs::create_dir(folder.path().join(name)).unwrap();
                if !text.is_empty() {
                    fs::write(folder.path().join(name).join(".npmrc"), text).unwrap();
                }
            }
            Self(folder)
        }

        fn choose(
            &self,
            flag: Option<RegistryUrl>,
            items: &[Item],
            npm: Result<String, String>,
        ) -> Result<RegistryChoice, String> {
            let (project, home) = (self.0.path().join("project"), self.0.path().join("home"));
            let home = home.to_str().unwrap();
            let npmrc = Npmrc::read(&project, Environment::from_iter([("HOME", home), ("USERPROFILE", home)]))?;
            RegistryChoice::make(flag, &npmrc, items, || npm)
        }
    }

    const PROJECT: &str = "registry=https://project.example\n@a:registry=https://a-project.example";
    const HOME: &str =
        "registry=https://home.example\n@a:registry=https://a-home.example\n@b:registry=https://b-home.example";

    #[test]
    fn the_flag_overrides_everything() {
        let choice = Folders::new(PROJECT, HOME).choose(Some(url("https://flag.example")), &[], unasked()).unwrap();
        assert_eq!((choice.url, choice.decided_by), (url("https://flag.example"), DecidedBy::Flag));
        assert!(choice.scopes.is_empty());
    }

    #[test]
    fn the_project_comes_before_the_user() {
        let choice = Folders::new(PROJECT, HOME).choose(None, &[], unasked()).unwrap();
        assert_eq!(choice.url, url("https://project.example"));
        assert!(choice.decided_by.to_string().ends_with("project/.npmrc"));
        let scopes: Vec<_> = choice.scopes.into_iter().map(|(scope, chosen)| (scope, chosen.url)).collect();
        assert_eq!(
            scopes,
            [("@a".into(), url("https://a-project.example")), ("@b".into(), url("https://b-home.example"))]
        );
        assert_eq!(Folders::new("", HOME).choose(None, &[], unasked()).unwrap().url, url("https://home.example"));
    }

    #[test]
    fn the_lock_file_decides_if_it_has_one_origin() {
        let none = Folders::new("", "@s:registry=https://s.example");
        let same = item("a", &["https://npm.example/a/-/a-1.0.0.tgz", "https://npm.example/a/-/a-1.0.0.tgz#x"]);
        let scoped = item("@s/a", &["https://s.example/@s/a/-/a-1.0.0.tgz"]);
        let choice = none.choose(None, &[same.clone(), scoped], unasked()).unwrap();
        assert_eq!((choice.url, choice.decided_by), (url("https://npm.example"), DecidedBy::LockFile));
        let mirror = item("b", &["https://m.example/npm/b/-/b-1.0.0.tgz"]);
        assert_eq!(
            none.choose(None, std::slice::from_ref(&mirror), unasked()).unwrap().url,
            url("https://m.example/npm")
        );
        let other = item("c", &["https://m.example/c.tgz"]);
        assert_eq!(none.choose(None, &[mirror.clone(), other], unasked()).unwrap().url, url("https://m.example"));
        let two = none.choose(None, &[same, mirror], Ok("https://asked.example".into())).unwrap();
        assert_eq!((two.url, two.decided_by), (url("https://asked.example"), DecidedBy::Npm));
    }

    #[test]
    fn without_any_answer_the_flag_is_asked_for() {
        let none = Folders::new("", "");
        assert!(none.choose(None, &[], Err("cannot run npm".into())).unwrap_err().contains("--registry URL"));
        assert!(
            none.choose(None, &[], Ok("undefined".into())).unwrap_err().contains("`undefined` is no registry address")
        );
        assert!(Folders::new("registry=${X}", "").choose(None, &[], unasked()).unwrap_err().contains("line 1"));
    }
}
