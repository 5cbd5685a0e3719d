//! The file: `countersign.lock`.

use core::fmt;
use core::marker::PhantomData;
use std::collections::BTreeMap;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::entry::{Entry, PinnedVersion};
use super::record::count;
use super::signer::PinnedSigner;
use super::{Packages, Versions};
use crate::error::ParseError;
use crate::integrity::{self, Sha512Digest};
use crate::json;
use crate::level::Level;
use crate::limits;
use crate::package::PackageId;
use crate::registry_id::RegistryId;
use crate::time::Timestamp;

const WHAT: &str = "trust lock";
/// What every number of the schema begins with.
const SCHEMA: &str = "countersign.lock/";
/// The only number that this version reads and writes.
const NUMBER: &str = "1";

/// Read first and by itself: a newer schema may have members that would be refused as unknown.
#[derive(Deserialize)]
struct Head {
    schema: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<R> {
    registries: R,
    schema: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Registry<P> {
    packages: P,
}

type Read = Unique<Registry<Unique<Unique<Unique<Member>>>>>;

/// Members in the order of their names, as everything else in the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Member {
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    callee: Option<Box<str>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    environment: Option<Box<str>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    issuer: Option<Box<str>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    keyid: Option<Box<str>>,
    level: Level,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    owner: Option<Box<str>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    owner_id: Option<Box<str>>,
    provenance: Provenance,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    r#ref: Option<Box<str>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    repository: Option<Box<str>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    repository_id: Option<Box<str>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    runner: Option<Box<str>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    subject: Option<Box<str>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    time: Option<Box<str>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    trigger: Option<Box<str>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    workflow: Option<Box<str>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Provenance {
    Verified,
    None,
}

/// Members by their names, none of which stands twice: of two, one reader would take the first and another
/// the last.
struct Unique<T>(BTreeMap<String, T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Unique<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Unique<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    if members.contains_key(&name) {
                        return Err(A::Error::custom(format_args!("\"{name}\" stands twice")));
                    }
                    members.insert(name, map.next_value()?);
                }
                Ok(Unique(members))
            }
        }
        deserializer.deserialize_map(Members(PhantomData))
    }
}

pub(super) fn read(json: &[u8]) -> Result<BTreeMap<RegistryId, Packages>, ParseError> {
    let head: Head = json::read(WHAT, json, limits::LOCK_BYTES).map_err(as_lock)?;
    match head.schema.strip_prefix(SCHEMA) {
        Some(NUMBER) => {}
        Some(_) => return Err(invalid(format!("its schema is {}, this version knows {SCHEMA}{NUMBER}", head.schema))),
        None => return Err(invalid(format!("its schema is \"{}\", which is none of a trust lock", head.schema))),
    }
    let file: File<Read> = json::read(WHAT, json, limits::LOCK_BYTES).map_err(as_lock)?;
    let mut registries = BTreeMap::new();
    for (identity, registry) in file.registries.0 {
        let id = RegistryId::try_from(identity.clone()).ok().filter(|id| id.as_str() == identity);
        let id = id.ok_or_else(|| invalid(format!("\"{identity}\" is no registry identity")))?;
        let mut packages = Packages::new();
        for (name, versions) in registry.packages.0 {
            packages.insert(name.as_str().into(), read_versions(&name, versions)?);
        }
        registries.insert(id, packages);
    }
    Ok(registries)
}

fn read_versions(name: &str, versions: Unique<Unique<Member>>) -> Result<Versions, ParseError> {
    let mut read = Versions::new();
    for (version, tarballs) in versions.0 {
        let id = PackageId::new(name, &version).map_err(|error| invalid(error.to_string()))?;
        let mut entries = BTreeMap::new();
        for (digest, member) in tarballs.0 {
            let refuse = |reason: &str| invalid(format!("{id}: {reason}"));
            let sha512 = integrity::parse(&digest).ok().filter(|sha512| sha512.to_string() == digest);
            let sha512 = sha512.ok_or_else(|| refuse("its digest is not one sha512"))?;
            entries.insert(sha512, Entry::try_from(member).map_err(refuse)?);
        }
        if entries.is_empty() {
            return Err(invalid(format!("{id}: it is listed and nothing is pinned")));
        }
        read.insert(PinnedVersion::of(&id), entries);
    }
    if read.is_empty() {
        return Err(invalid(format!("\"{name}\" is listed and nothing is pinned")));
    }
    if count(&read) > limits::LOCK_ENTRIES {
        let limit = u64::try_from(limits::LOCK_ENTRIES).unwrap_or(u64::MAX);
        return Err(ParseError::LimitExceeded { what: WHAT, limit });
    }
    Ok(read)
}

/// A file of one's own that cannot be read is no answer that somebody failed to give.
fn as_lock(error: ParseError) -> ParseError {
    match error {
        ParseError::NotJson { reason, .. } | ParseError::Malformed { reason, .. } => ParseError::LockInvalid { reason },
        other => other,
    }
}

fn invalid(reason: String) -> ParseError {
    ParseError::LockInvalid { reason: reason.into() }
}

impl TryFrom<Member> for Entry {
    type Error = &'static str;

    fn try_from(member: Member) -> Result<Self, Self::Error> {
        let time = member.time.as_deref().map(|text| {
            let time = text.parse::<Timestamp>().ok().filter(|time| time.to_string() == text);
            time.ok_or("its time is not like 2026-11-22T00:00:00Z")
        });
        let (level, keyid, time) = (member.level, member.keyid.clone(), time.transpose()?);
        let signer = match (member.provenance, member.issuer.clone()) {
            (Provenance::Verified, Some(issuer)) => Some(member.signer(issuer)),
            (Provenance::Verified, None) => return Err("its provenance is verified and nobody issued it"),
            (Provenance::None, _) if member.names_somebody() => return Err("it has no provenance and a signer"),
            (Provenance::None, _) => None,
        };
        let entry = Self { level, signer, keyid, time };
        match entry.problem() {
            Some(problem) => Err(problem),
            None => Ok(entry),
        }
    }
}

impl Member {
    fn signer(self, issuer: Box<str>) -> PinnedSigner {
        PinnedSigner {
            issuer,
            subject: self.subject,
            repository: self.repository,
            repository_id: self.repository_id,
            owner: self.owner,
            owner_id: self.owner_id,
            workflow: self.workflow,
            git_ref: self.r#ref,
            environment: self.environment,
            runner: self.runner,
            trigger: self.trigger,
            callee: self.callee,
        }
    }

    fn names_somebody(&self) -> bool {
        let origin = [&self.issuer, &self.subject, &self.repository, &self.repository_id, &self.owner, &self.owner_id];
        let run = [&self.workflow, &self.r#ref, &self.environment, &self.runner, &self.trigger, &self.callee];
        origin.into_iter().chain(run).any(Option::is_some)
    }

    fn of(entry: &Entry) -> Self {
        let signer = entry.signer.as_ref();
        let of_signer = |get: fn(&PinnedSigner) -> &Option<Box<str>>| signer.and_then(|signer| get(signer).clone());
        Self {
            callee: of_signer(|s| &s.callee),
            environment: of_signer(|s| &s.environment),
            issuer: signer.map(|s| s.issuer.clone()),
            keyid: entry.keyid.clone(),
            level: entry.level,
            owner: of_signer(|s| &s.owner),
            owner_id: of_signer(|s| &s.owner_id),
            provenance: if signer.is_some() { Provenance::Verified } else { Provenance::None },
            r#ref: of_signer(|s| &s.git_ref),
            repository: of_signer(|s| &s.repository),
            repository_id: of_signer(|s| &s.repository_id),
            runner: of_signer(|s| &s.runner),
            subject: of_signer(|s| &s.subject),
            time: entry.time.map(|time| time.to_string().into()),
            trigger: of_signer(|s| &s.trigger),
            workflow: of_signer(|s| &s.workflow),
        }
    }
}

pub(super) fn write(registries: &BTreeMap<RegistryId, Packages>) -> String {
    let tarballs = |entries: &BTreeMap<Sha512Digest, Entry>| -> BTreeMap<String, Member> {
        entries.iter().map(|(sha512, entry)| (sha512.to_string(), Member::of(entry))).collect()
    };
    let versions = |versions: &Versions| -> BTreeMap<String, _> {
        versions.iter().map(|(version, entries)| (version.as_str().to_owned(), tarballs(entries))).collect()
    };
    let packages = |packages: &Packages| -> BTreeMap<String, _> {
        packages.iter().map(|(name, of_name)| (name.to_string(), versions(of_name))).collect()
    };
    let registries: BTreeMap<_, _> =
        registries.iter().map(|(id, of_id)| (id.as_str(), Registry { packages: packages(of_id) })).collect();
    let file = File { registries, schema: format!("{SCHEMA}{NUMBER}") };
    serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
}
