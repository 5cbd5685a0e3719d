//! Where documents come from: a live registry, or a folder that recorded one.
//!
//! A source fetches bytes and judges nothing. What it could not get is told apart from what is not
//! there, because only the latter may count as absence.

mod addresses;
mod arguments;
mod by_scope;
mod cache;
mod document;
mod http;
mod interruptible;
mod offline;
mod recording;
mod refused_certificate;
mod replay;
mod tarball;

pub use arguments::NetworkArguments;
pub use by_scope::ByScope;
pub use cache::Cache;
pub use document::Document;
pub use http::{Http, Settings};
pub use interruptible::Interruptible;
pub use offline::Offline;
pub use recording::Recording;
pub use replay::Replay;
pub use tarball::{Reached, TarballClient};

/// What came of asking for a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    Body(Vec<u8>),
    /// The registry said that there is none.
    NotFound,
    /// The recording or the cache does not hold it: nobody asked when it was made.
    NotRecorded,
    /// It was not obtained; the reason is fit for a terminal.
    Unavailable(String),
}

/// A place that has a registry's documents. Shared by all workers.
pub trait Source: Send + Sync {
    fn fetch(&self, document: &Document) -> Fetched;

    fn packument(&self, name: &str) -> Fetched {
        Document::packument(name).map_or_else(Fetched::Unavailable, |document| self.fetch(&document))
    }

    fn version(&self, name: &str, version: &str) -> Fetched {
        Document::version(name, version).map_or_else(Fetched::Unavailable, |document| self.fetch(&document))
    }

    fn attestations(&self, name: &str, version: &str) -> Fetched {
        Document::attestations(name, version).map_or_else(Fetched::Unavailable, |document| self.fetch(&document))
    }

    fn keys(&self) -> Fetched {
        self.fetch(&Document::keys())
    }
}

impl<S: Source + ?Sized> Source for Box<S>
where
    Box<S>: Send + Sync,
{
    fn fetch(&self, document: &Document) -> Fetched {
        (**self).fetch(document)
    }
}
