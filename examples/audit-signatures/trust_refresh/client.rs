//! One update through TUF: `tough` loads and verifies, and this file adds what it leaves open.

use std::error::Error;

use countersign::RegistryId;
use serde::Deserialize;
use tough::schema::{Metafile, Signed};
use tough::{ExpirationEnforcement, IntoVec as _, Limits, Repository, RepositoryLoader};
use url::Url;

use super::floor::Floor;
use super::mirror::{Files, Mirror};
use super::root_chain::{RootChain, is_version_1};
use super::targets::{self, Found};
use crate::plain_text::plain_within;

/// Every metadata file of the public-good repository is below 8 KiB. 100,000 signatures need 15 MiB.
const LIMITS: Limits = Limits {
    max_root_size: 512 * 1024,
    max_targets_size: 2 * 1024 * 1024,
    max_timestamp_size: 64 * 1024,
    max_snapshot_size: 512 * 1024,
    max_root_updates: 256,
};

/// A complete, verified and unexpired repository.
pub struct Update {
    pub trusted_root: Vec<u8>,
    /// Of the registry asked about, if the repository has them.
    pub keys: Option<Vec<u8>>,
    /// For a person: which versions these are, and until when.
    pub versions: String,
    /// All files but the roots, as received.
    pub files: Files,
}

/// How it went, and what was verified on the way, which holds in either case.
pub struct Outcome {
    pub result: Result<Update, String>,
    pub chain: RootChain,
    pub floor: Floor,
}

/// Goes from the newest known root to the newest of everything. Expiry is judged by the machine's
/// clock, and never by `--at`: that would let a frozen repository be fresh.
pub fn update(mut chain: RootChain, floor: Floor, mirror: &Mirror, registry: &RegistryId) -> Outcome {
    let staging = match tempfile::tempdir() {
        Ok(staging) => staging,
        Err(e) => return Outcome { result: Err(format!("cannot make a temporary folder: {e}")), chain, floor },
    };
    let loaded = floor.write(staging.path()).and_then(|()| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.map_err(|e| format!("cannot start the TUF client: {e}"))?;
        runtime.block_on(load(chain.newest_json(), mirror, staging.path(), registry))
    });
    let files = mirror.files();
    let chained = extend(&mut chain, &files);
    let result = match (mirror.failure(), chained) {
        (Some(failure), _) => Err(failure),
        (None, Err(reason)) => Err(reason),
        (None, Ok(())) => loaded.and_then(|loaded| checked(loaded, &chain, &floor, files)),
    };
    let floor = floor.raised(staging.path(), &chain);
    Outcome { result, chain, floor }
}

/// The repository with the content of its two targets.
struct Loaded {
    repository: Repository,
    trusted_root: Vec<u8>,
    keys: Option<Vec<u8>>,
}

async fn load(
    root: &Vec<u8>,
    mirror: &Mirror,
    staging: &std::path::Path,
    registry: &RegistryId,
) -> Result<Loaded, String> {
    let base = Url::parse(mirror.url().as_str()).map_err(|e| e.to_string())?;
    let targets_base = base.join("targets/").map_err(|e| e.to_string())?;
    let repository = RepositoryLoader::new(root, base, targets_base)
        .transport(mirror.clone())
        .limits(LIMITS)
        .datastore(staging)
        .expiration_enforcement(ExpirationEnforcement::Safe)
        .load()
        .await
        .map_err(|e| plain_cause(&e))?;
    let found = targets::trusted_root(&repository.targets().signed)?;
    let trusted_root = read(&repository, found).await?;
    let keys = match targets::keys(&repository.targets().signed, registry)? {
        Some(found) => Some(read(&repository, found).await?),
        None => None,
    };
    Ok(Loaded { repository, trusted_root, keys })
}

/// `tough` compares the SHA-256 and reads no more than the length; a shorter file whose hash is right
/// means that the length was not.
async fn read(repository: &Repository, (name, target): Found<'_>) -> Result<Vec<u8>, String> {
    let shown = plain_within(name.raw(), 100);
    let stream =
        repository.read_target(&name).await.map_err(|e| format!("the target `{shown}`: {}", plain_cause(&e)))?;
    let stream = stream.ok_or_else(|| format!("the target `{shown}` is not found again"))?;
    let bytes = stream.into_vec().await.map_err(|e| format!("the target `{shown}`: {}", plain_cause(&e)))?;
    if bytes.len() as u64 != target.length {
        return Err(format!("the target `{shown}` has {} bytes, expected {}", bytes.len(), target.length));
    }
    Ok(bytes)
}

/// Adds the roots that were fetched.
fn extend(chain: &mut RootChain, files: &Files) -> Result<(), String> {
    while let Some(json) = files.get(&format!("{}.root.json", chain.version().saturating_add(1))) {
        chain.extend(json)?;
    }
    Ok(())
}

fn checked(loaded: Loaded, chain: &RootChain, floor: &Floor, mut files: Files) -> Result<Update, String> {
    let Loaded { repository, trusted_root, keys } = loaded;
    if repository.root().signed != *chain.newest() {
        return Err("the TUF client ended at another root than its files do".into());
    }
    let (timestamp, snapshot) = (&repository.timestamp().signed, &repository.snapshot().signed);
    let targets = &repository.targets().signed;
    // Those of targets roles were looked at in the search.
    for version in [&timestamp.spec_version, &snapshot.spec_version] {
        is_version_1(version)?;
    }
    files.iter().try_for_each(|(name, json)| has_its_type(name, json))?;
    floor.contradicted_by(&repository, chain)?;
    for (name, meta) in timestamp.meta.iter().chain(&snapshot.meta) {
        has_its_length(name, meta, &files)?;
    }
    let versions = format!(
        "root version {}, timestamp version {} (valid until {}), targets version {}",
        chain.version(),
        timestamp.version,
        timestamp.expires,
        targets.version
    );
    files.retain(|name, _| !name.ends_with(".root.json"));
    Ok(Update { trusted_root, keys, versions, files })
}

/// `tough` puts the type that it expects in place of what the file states before it verifies a signature.
fn has_its_type(name: &str, json: &[u8]) -> Result<(), String> {
    let expected = match name {
        _ if name.starts_with("targets/") => return Ok(()),
        "timestamp.json" => "timestamp",
        _ if name.ends_with(".root.json") => "root",
        _ if name.ends_with(".snapshot.json") => "snapshot",
        _ => "targets",
    };
    let file: Signed<Typed> = serde_json::from_slice(json).map_err(|e| format!("{name}: {}", plain_cause(&e)))?;
    if file.signed.of != expected {
        let found = plain_within(&file.signed.of, 40);
        return Err(format!("{name} states the type `{found}`, expected `{expected}`"));
    }
    Ok(())
}

#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "_type")]
    of: String,
}

/// As for targets: `tough` takes the length for a limit.
fn has_its_length(name: &str, meta: &Metafile, files: &Files) -> Result<(), String> {
    match (meta.length, files.get(&format!("{}.{name}", meta.version))) {
        (Some(length), Some(bytes)) if bytes.len() as u64 != length => {
            Err(format!("{} has {} bytes, expected {length}", plain_within(name, 100), bytes.len()))
        }
        _ => Ok(()),
    }
}

/// An error with its causes, as text that came from outside.
pub fn plain_cause(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let more = cause.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        next = cause.source();
    }
    plain_within(&text, 400)
}
