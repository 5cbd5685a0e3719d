//! Which file of the mirror a URL of the TUF client names.
//!
//! Role and target names come from metadata that a mirror sends, and the client makes URLs and staging
//! files of them. Only names of the plain forms below are fetched, so no other name gets that far.

use url::Url;

use crate::plain_text::plain_within;
use crate::registry_url::RegistryUrl;

const LONGEST_ROLE: usize = 128;
const LONGEST_TARGET: usize = 512;

/// A path below the mirror, all in plain characters and without dotted segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// Reads what the client asks for. An error says why no such file is fetched.
    pub fn of(url: &Url, mirror: &RegistryUrl) -> Result<Self, String> {
        let refused = |why: &str| format!("`{}` is not fetched: {why}", plain_within(url.as_str(), 200));
        let path = url.as_str().strip_prefix(mirror.as_str()).ok_or_else(|| refused("it is not below the mirror"))?;
        let file = match path.strip_prefix("targets/") {
            Some(target) => target_path(target).map(|path| format!("targets/{path}")),
            None => is_metadata(path).then(|| path.to_owned()),
        };
        file.map(Self).ok_or_else(|| refused("its name is none that a repository with consistent snapshots has"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The version, if it is a root's. A root that is not there ends the chain and is no failure.
    pub fn root_version(&self) -> Option<u64> {
        self.0.strip_suffix(".root.json")?.parse().ok()
    }
}

/// `timestamp.json` or `VERSION.ROLE.json`. Without a version a delegated role called `timestamp`
/// would replace the timestamp that the client keeps against rollback.
fn is_metadata(path: &str) -> bool {
    if path == "timestamp.json" {
        return true;
    }
    let Some((version, role)) = path.strip_suffix(".json").and_then(|path| path.split_once('.')) else { return false };
    let number = !version.is_empty() && !version.starts_with('0') && version.bytes().all(|b| b.is_ascii_digit());
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    number && !role.is_empty() && role.len() <= LONGEST_ROLE && role.bytes().all(plain)
}

/// The client asks for `DIGEST.folder/file`; the specification, and every repository, has
/// `folder/DIGEST.file`.
fn target_path(path: &str) -> Option<String> {
    let (digest, name) = path.split_once('.')?;
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~:".contains(&b);
    let sound = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(plain);
    if digest.len() != 64 || !digest.bytes().all(hex) || name.len() > LONGEST_TARGET || !name.split('/').all(sound) {
        return None;
    }
    Some(match name.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/{digest}.{file}"),
        None => format!("{digest}.{name}"),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(path: &str) -> Result<String, String> {
        let mirror = RegistryUrl::parse("https://tuf.example/repo").unwrap();
        let url = Url::parse(mirror.as_str()).unwrap().join(path).unwrap();
        FileName::of(&url, &mirror).map(|file| file.0)
    }

    #[test]
    fn files_of_a_repository_are_fetched() {
        for name in ["timestamp.json", "1.root.json", "12.snapshot.json", "3.targets.json", "8.npm.example.json"] {
            assert_eq!(of(name).unwrap(), name);
        }
        let digest = "ab".repeat(32);
        assert_eq!(
            of(&format!("targets/{digest}.trusted_root.json")).unwrap(),
            format!("targets/{digest}.trusted_root.json")
        );
        let asked = format!("targets/{digest}.npm.example:4873/npm/keys.json");
        assert_eq!(of(&asked).unwrap(), format!("targets/npm.example:4873/npm/{digest}.keys.json"));
    }

    #[test]
    fn tr_30_other_names_never_become_paths() {
        let digest = "ab".repeat(32);
        let long = "a".repeat(129);
        let long_target = "a".repeat(513);
        for name in [
            "snapshot.json".to_owned(),
            ".root.json".to_owned(),
            "a.root.json".to_owned(),
            "01.root.json".to_owned(),
            "root.json".to_owned(),
            "0.root.json".to_owned(),
            "1..%2F..%2Fx.json".to_owned(),
            "1.a%00b.json".to_owned(),
            "1.C%3A.json".to_owned(),
            "1..json".to_owned(),
            format!("1.{long}.json"),
            "1.a/b.json".to_owned(),
            "1.a.json?x".to_owned(),
            "timestamp.json#x".to_owned(),
            "targets/trusted_root.json".to_owned(),
            format!("targets/{digest}.a//keys.json"),
            format!("targets/{digest}.a%2F..%2Fkeys.json"),
            format!("targets/{digest}./etc/passwd"),
            format!("targets/{digest}../keys.json"),
            format!("targets/{digest}.../keys.json"),
            format!("targets/{}.keys.json", "ab".repeat(31)),
            format!("targets/{digest}ab.keys.json"),
            format!("targets/{digest}.{long_target}"),
            format!("targets/{}.keys.json", "AB".repeat(32)),
            format!("targets/{digest}.a b"),
        ] {
            let refused = of(&name).unwrap_err();
            let reason = "is not fetched: its name is none that a repository with consistent snapshots has";
            assert!(refused.ends_with(reason), "{name}: {refused}");
        }
        of(&format!("1.{}.json", "a".repeat(128))).unwrap();
        of(&format!("targets/{digest}.{}", "a".repeat(512))).unwrap();
        for elsewhere in
            ["../timestamp.json", "/timestamp.json", "//evil.example/timestamp.json", "http://a/1.root.json"]
        {
            assert!(of(elsewhere).unwrap_err().contains("not below the mirror"), "{elsewhere}");
        }
    }
}
