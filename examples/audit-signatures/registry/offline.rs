//! A registry as earlier runs saw it: what the cache holds, and nothing else.

use std::sync::Arc;

use super::cache::{Cache, Key};
use super::{Document, Fetched, Source};
use crate::npmrc::Access;
use crate::registry_url::RegistryUrl;

/// The documents of one registry that are kept.
pub struct Offline {
    pub url: RegistryUrl,
    pub cache: Arc<Cache>,
    pub access: Access,
}

impl Source for Offline {
    /// What is not kept was not asked for. It may well be there, so it never counts as absent.
    fn fetch(&self, document: &Document) -> Fetched {
        let identified = self.access.has_credentials(&self.url.join(&document.url_path()));
        let key = Key { registry: self.url.as_str(), document, identified };
        self.cache.get(key).map_or(Fetched::NotRecorded, |kept| Fetched::Body(kept.body))
    }
}
