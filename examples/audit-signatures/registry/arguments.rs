//! How registries are asked, on the command line.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::{Cache, Settings};
use crate::registry_url::RegistryUrl;

/// The flags for it.
#[derive(Debug, Args)]
pub struct NetworkArguments {
    /// Where a mirror leaves out signatures, ask this registry for them, without credentials. It is told the
    /// names of packages without a scope and of scopes that no .npmrc sends to a registry of their own; if
    /// names without a scope are private, do not use it
    #[arg(long, value_name = "URL", value_parser = RegistryUrl::parse, conflicts_with_all = ["replay", "record"])]
    pub signatures_from: Option<RegistryUrl>,

    /// Keep fetched documents in this folder, and ask whether they have changed instead of fetching them
    /// again; verdicts are never kept. It may be deleted at any time [default: countersign/documents in the
    /// user's cache folder]
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,

    /// Keep no documents
    #[arg(long, conflicts_with_all = ["cache", "offline"])]
    no_cache: bool,

    /// Ask nobody: judge by what the cache or a recording holds, and by built-in or given keys
    #[arg(long, conflicts_with_all = ["record", "fetch_tarballs", "refresh"])]
    pub offline: bool,

    /// Give up a document that is not there after this many seconds, retries included
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=600))]
    timeout: u16,
}

impl NetworkArguments {
    /// With the cache, if one is wanted and can be used; else why not.
    pub fn settings(&self, jobs: usize) -> (Settings, Option<String>) {
        let cache = match (self.no_cache, &self.cache) {
            (true, _) => Ok(None),
            (false, Some(folder)) => Cache::open(folder).map(Some),
            (false, None) => Cache::default_folder().and_then(|folder| Cache::open(&folder)).map(Some),
        };
        let (cache, unusable) = match cache {
            Ok(cache) => (cache.map(Arc::new), None),
            Err(why) => (None, Some(why)),
        };
        let timeout = Duration::from_secs(self.timeout.into());
        (Settings { timeout, connections: jobs, cache }, unusable)
    }
}
