//! `--refresh-trust`: newer trust than the built-in snapshot, through TUF.
//!
//! Without the flag nothing here runs and no network is asked. With it, Sigstore's `trusted_root.json` and
//! the registry's keys come from the instance's TUF repository, verified from the root that is built in:
//! a chain of roots, no rollback, no freeze, hashes and lengths. Neither the bundle nor the registry nor
//! the network has a say in it.
//!
//! Reading order: `root_chain`, `floor`, `client` (what is verified), `targets` (which files), `mirror`,
//! `http` and `file_name` (how they are fetched), `cache` and `folder` (what is kept).

mod cache;
mod client;
mod file_name;
mod floor;
mod folder;
mod http;
mod mirror;
mod root_chain;
mod targets;

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{ArgGroup, Args};
use countersign::evidence::{Claim, Note};
use countersign::registry::RegistryKeys;
use countersign::sigstore::TrustedRoot;
use countersign::{RegistryId, Timestamp, TrustSnapshot};
use sha2::{Digest as _, Sha256};
use ureq::Proxy;

use crate::bounded_file::bounded;
use crate::registry_url::RegistryUrl;
use cache::{Cache, Kept};
use client::{Outcome, plain_cause};
use floor::Floor;
use http::{Http, PATIENCE, Patience};
use mirror::{Files, Mirror};
use root_chain::RootChain;

/// Root of the public-good instance, as `@sigstore/tuf` shipped it together with the snapshot.
const PUBLIC_GOOD_ROOT: &[u8] = include_bytes!("../../../testdata/trust/tuf-root.json");

const PUBLIC_GOOD_MIRROR: &str = "https://tuf-repo-cdn.sigstore.dev";

const LARGEST_ROOT: u64 = 512 * 1024;

/// Whether and from where trust is refreshed.
#[derive(Debug, Clone, Default, Args)]
#[command(group(ArgGroup::new("refresh").multiple(true).args(["refresh_trust", "require_fresh_trust"])))]
pub struct TrustRefresh {
    /// Fetch newer keys and trusted root through TUF; if that fails, warn and use the built-in ones
    #[arg(long, conflicts_with_all = ["keys", "trusted_root"])]
    refresh_trust: bool,

    /// As --refresh-trust, and exit with 2 if it fails
    #[arg(long, conflicts_with_all = ["keys", "trusted_root"])]
    require_fresh_trust: bool,

    /// The TUF repository to refresh from [default: Sigstore's public-good instance]
    #[arg(long, value_name = "URL", value_parser = RegistryUrl::parse, requires = "refresh")]
    tuf_mirror: Option<RegistryUrl>,

    /// The TUF root that is trusted at first [default: built in, Sigstore's public-good instance]
    #[arg(long, value_name = "FILE", requires = "tuf_mirror")]
    tuf_root: Option<PathBuf>,

    /// Where to keep what was verified [default: countersign/tuf in the user's cache folder]
    #[arg(long, value_name = "DIR", requires = "refresh")]
    trust_cache: Option<PathBuf>,
}

/// Trust in place of the snapshot's.
pub struct Material {
    pub trusted_root: TrustedRoot,
    /// Of the registry asked about, if the repository has them; it always has npm's.
    pub keys: Option<RegistryKeys>,
}

/// What a run is to use, and what its report is to say.
#[derive(Default)]
pub struct Refreshed {
    pub material: Option<Material>,
    pub notes: Vec<Note>,
}

impl TrustRefresh {
    /// Refreshes if that is asked for. A failure is a note, or an error with `--require-fresh-trust`.
    /// Where it fails the repository kept from an earlier run is verified anew, its expiry included: who can
    /// cut the mirror off must not bring back keys that have ended since.
    pub fn run(&self, registry: &RegistryId) -> Result<Refreshed, String> {
        if !self.refresh_trust && !self.require_fresh_trust {
            return Ok(Refreshed::default());
        }
        let refresh = |offline| self.refresh(registry, offline, PATIENCE, Proxy::try_from_env());
        let reason = match refresh(false) {
            Ok((material, message)) => {
                let notes = vec![Note::new(Claim::Audit, "NOTE_AUDIT_TRUST_REFRESHED", message)];
                return Ok(Refreshed { material: Some(material), notes });
            }
            Err(reason) => reason,
        };
        let age = age_in_days(SystemTime::now().into());
        if self.require_fresh_trust {
            return Err(format!(
                "the trust could not be refreshed: {reason}. Without --require-fresh-trust the copy of an earlier run \
                 is used, or the built-in snapshot of {} ({age} days old)",
                date()
            ));
        }
        let (material, instead) = match refresh(true) {
            Ok((material, message)) => (Some(material), message),
            Err(_) => (None, format!("the built-in snapshot of {}, {age} days old.", date())),
        };
        let message = format!("The trust could not be refreshed: {reason}. Used instead: {instead}");
        Ok(Refreshed { material, notes: vec![Note::new(Claim::Audit, "NOTE_AUDIT_TRUST_NOT_REFRESHED", message)] })
    }

    fn refresh(
        &self,
        registry: &RegistryId,
        offline: bool,
        patience: Patience,
        proxy: Option<Proxy>,
    ) -> Result<(Material, String), String> {
        let url = self.tuf_mirror.clone().map_or_else(|| RegistryUrl::parse(PUBLIC_GOOD_MIRROR), Ok)?;
        let root = match &self.tuf_root {
            Some(path) => bounded(path, LARGEST_ROOT)?,
            None => PUBLIC_GOOD_ROOT.to_vec(),
        };
        let first = RootChain::start(&root)?;
        let mut cache = Cache::open(self.trust_cache.as_deref(), &id(&url, &root))?;
        let kept = cache.load(&root)?;
        if offline {
            return from_kept(kept, url, registry, &cache);
        }
        let Kept { chain, floor, repository } =
            kept.unwrap_or_else(|| Kept { chain: first, floor: Floor::default(), repository: Files::new() });
        let mirror = Mirror::live(url.clone(), Http::new(url, patience, proxy));
        let Outcome { result, chain, floor } = client::update(chain, floor, &mirror, registry);
        let damaged = if cache.was_damaged() { ", without an earlier copy, which was damaged" } else { "" };
        let used = result.and_then(|update| {
            let material = material(&update.trusted_root, update.keys.as_deref(), registry)?;
            let message = format!("Trust refreshed from {}: {}{damaged}.", mirror.url(), update.versions);
            Ok((material, message, update.files))
        });
        match used {
            Ok((material, message, files)) => {
                cache.store(&chain, &floor, &files)?;
                Ok((material, message))
            }
            Err(reason) => {
                // What was verified before the failure is a floor all the same.
                if !chain.later().is_empty() || !floor.is_empty() {
                    cache.store(&chain, &floor, &repository).map_err(|e| format!("{reason}; and {e}"))?;
                }
                Err(reason)
            }
        }
    }
}

/// The kept repository, through the same client, as if it had just been fetched.
fn from_kept(
    kept: Option<Kept>,
    url: RegistryUrl,
    registry: &RegistryId,
    cache: &Cache,
) -> Result<(Material, String), String> {
    let Some(Kept { chain, repository, .. }) = kept.filter(|kept| !kept.repository.is_empty()) else {
        let why =
            if cache.was_damaged() { "the copy of an earlier run is damaged" } else { "no earlier run kept a copy" };
        return Err(format!("the run is offline, and {why}"));
    };
    let mirror = Mirror::kept(url, repository);
    // The floor is for mirrors: a refresh that failed may have raised it since. In place of this copy, which has
    // not expired, stands only the built-in snapshot.
    let update = client::update(chain, Floor::default(), &mirror, registry).result;
    let update = update.map_err(|reason| format!("the run is offline, and the kept copy cannot be used: {reason}"))?;
    let material = material(&update.trusted_root, update.keys.as_deref(), registry)?;
    Ok((material, format!("trust from the kept copy of {}: {}.", mirror.url(), update.versions)))
}

/// A target that TUF vouches for and the library does not understand is no trust.
fn material(trusted_root: &[u8], keys: Option<&[u8]>, registry: &RegistryId) -> Result<Material, String> {
    let trusted_root = TrustedRoot::from_json(trusted_root)
        .map_err(|e| format!("the target trusted_root.json: {}", plain_cause(&e)))?;
    let keys = keys.map(|json| RegistryKeys::from_json(registry.clone(), json)).transpose();
    let keys = keys.map_err(|e| format!("the target keys.json of {registry}: {}", plain_cause(&e)))?;
    Ok(Material { trusted_root, keys })
}

/// Another mirror or another root is another repository. No text of either becomes a path.
fn id(url: &RegistryUrl, root: &[u8]) -> String {
    let digest = Sha256::new().chain_update(url.as_str()).chain_update([0]).chain_update(root).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn date() -> String {
    TrustSnapshot::date().to_string().chars().take(10).collect()
}

fn age_in_days(now: Timestamp) -> i64 {
    (now.seconds_since(TrustSnapshot::date()) / (24 * 60 * 60)).max(0)
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
