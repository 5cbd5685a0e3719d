//! A package's past: how each version was published, by the registry's own account.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::DistClaims;
use super::packument::{Packument, read_time};
use crate::level::Level;
use crate::package::PackageId;
use crate::time::Timestamp;

/// What a packument says, unsigned, about how and when each version was published.
///
/// It proves nothing and raises no trust: it shows that a version was published with less than those
/// before it. Owned, cheap to clone, and small: the manifests themselves are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History(Arc<Contents>);

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    name: Box<str>,
    versions: Box<[PastVersion]>,
}

/// One version of a [`History`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastVersion {
    version: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<Level>,
    time: PastTime,
}

/// A time that cannot be read is told from one that is not there: the latter may be the registry's way
/// for all versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PastTime {
    At(Timestamp),
    Missing,
    Unreadable,
}

impl PastVersion {
    /// The version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What its manifest says of itself, [`DistClaims::asserted_level`](crate::DistClaims::asserted_level); `None` if it cannot be read, or is another
    /// version's.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        self.level
    }

    /// When it was published; a part of a second counts as a whole one. `None` if the packument has no
    /// time for it, or none that can be read.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        match self.time {
            PastTime::At(time) => Some(time),
            PastTime::Missing | PastTime::Unreadable => None,
        }
    }
}

impl History {
    /// What the packument says of all its versions. One that cannot be read spoils only itself, and so
    /// does a time that is missing or malformed. Bounded by the packument's own limits.
    #[must_use]
    pub fn of(packument: &Packument<'_>) -> Self {
        let versions = packument.versions.0.iter().map(|(version, manifest)| PastVersion {
            version: (&**version).into(),
            level: read_level(&packument.name, version, manifest.get()),
            time: packument
                .time
                .0
                .get(version)
                .map_or(PastTime::Missing, |raw| read_time(raw).map_or(PastTime::Unreadable, PastTime::At)),
        });
        Self(Arc::new(Contents { name: packument.name.as_str().into(), versions: versions.collect() }))
    }

    /// The package.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// All versions, in the order of their text.
    #[must_use]
    pub fn versions(&self) -> &[PastVersion] {
        &self.0.versions
    }

    /// One version, `None` if the packument does not list it.
    #[must_use]
    pub fn version(&self, version: &str) -> Option<&PastVersion> {
        self.0.versions.iter().find(|past| &*past.version == version)
    }

    /// Whether the packument has a time for any version. Abbreviated packuments have no `time` at all and
    /// some mirrors empty it; a registry that dates the others and not this one says something else.
    #[must_use]
    pub fn is_dated(&self) -> bool {
        self.0.versions.iter().any(|past| past.time != PastTime::Missing)
    }
}

/// A manifest that speaks of another package or version says nothing about this one.
fn read_level(name: &str, version: &str, manifest: &str) -> Option<Level> {
    let id = PackageId::new(name, version).ok()?;
    let dist = DistClaims::from_json(manifest.as_bytes()).ok()?;
    (dist.name == id.name() && dist.version == id.version()).then(|| dist.asserted_level())
}

impl Serialize for History {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for History {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Contents::deserialize(deserializer).map(|contents| Self(Arc::new(contents)))
    }
}

#[cfg(test)]
mod tests {
    use super::History;
    use crate::claims::Packument;
    use crate::level::Level;

    const SIGNED: &str = r#"{"signatures":[{"keyid":"k","sig":"s"}]}"#;

    fn manifest(version: &str, dist: &str) -> String {
        format!(r#""{version}":{{"name":"x","version":"{version}","dist":{dist}}}"#)
    }

    /// 1.0.0 and 1.1.0 are sound; whatever is listed beside them must not change what is read of them.
    fn history(beside: &str, time: &str) -> History {
        let (first, second) = (manifest("1.0.0", SIGNED), manifest("1.1.0", "{}"));
        let json = format!(r#"{{"name":"x","versions":{{{first},{second}{beside}}}{time}}}"#);
        Packument::from_json(json.as_bytes()).unwrap().history()
    }

    const TIMES: &str = r#","time":{"created":"2025-01-01T00:00:00Z","1.0.0":"2025-01-01T00:00:00.001Z","1.1.0":"2025-02-01T00:00:00Z","2.0.0":"2025-03-01T00:00:00Z"}"#;

    #[test]
    fn each_version_has_its_level_and_time() {
        let history = history("", TIMES);
        let read: Vec<_> = history.versions().iter().map(|v| (v.version(), v.level(), v.time())).collect();
        let at = |text: &str| Some(text.parse().unwrap());
        assert_eq!(
            read,
            [
                ("1.0.0", Some(Level::RegistrySignature), at("2025-01-01T00:00:01Z")),
                ("1.1.0", Some(Level::Unproven), at("2025-02-01T00:00:00Z")),
            ]
        );
        assert!(history.version("2.0.0").is_none());
    }

    #[test]
    fn an_unreadable_manifest_spoils_only_itself() {
        for odd in [
            "7".to_owned(),
            "{}".to_owned(),
            r#"{"name":"x","version":"2.0.0","dist":[]}"#.to_owned(),
            r#"{"name":"x","version":"2.0.0","dist":{"integrity":"sha512-AAAA"}}"#.to_owned(),
            r#"{"name":"y","version":"2.0.0","dist":{}}"#.to_owned(),
            r#"{"name":"x","version":"1.0.0","dist":{}}"#.to_owned(),
        ] {
            let history = history(&format!(r#","2.0.0":{odd}"#), TIMES);
            assert_eq!(history.version("2.0.0").map(|v| (v.level(), v.time().is_some())), Some((None, true)), "{odd}");
            assert_eq!(history.versions()[..2], self::history("", TIMES).versions()[..], "{odd}");
        }
        let no_version = history(&format!(",{}", manifest("latest", SIGNED)), TIMES);
        assert_eq!(no_version.version("latest").unwrap().level(), None);
    }

    #[test]
    fn an_unreadable_time_spoils_only_itself() {
        for odd in ["7", "null", "\"yesterday\""] {
            let time = format!(r#","time":{{"1.0.0":{odd},"1.1.0":"2025-02-01T00:00:00Z"}}"#);
            let history = history("", &time);
            let times: Vec<_> = history.versions().iter().map(|v| v.time().is_some()).collect();
            assert_eq!(times, [false, true], "{odd}");
            assert_eq!(history.version("1.0.0").unwrap().level(), Some(Level::RegistrySignature));
        }
    }

    #[test]
    fn no_times_at_all_is_not_one_missing_time() {
        for nothing in
            ["", r#","time":{}"#, r#","time":{"created":"2025-01-01T00:00:00Z","0.9.0":"2025-01-01T00:00:00Z"}"#]
        {
            assert!(!history("", nothing).is_dated(), "{nothing}");
        }
        for one in [r#","time":{"1.1.0":"2025-01-01T00:00:00Z"}"#, r#","time":{"1.0.0":"yesterday"}"#] {
            assert!(history("", one).is_dated(), "{one}");
        }
    }

    #[test]
    fn it_survives_storage() {
        let history = history(r#","2.0.0":7"#, TIMES);
        let kept = serde_json::to_string(&history).unwrap();
        assert_eq!(serde_json::from_str::<History>(&kept).unwrap(), history);
        assert!(kept.len() < 300, "{kept}");
    }
}
