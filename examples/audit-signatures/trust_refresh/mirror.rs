//! Where the TUF client's files come from: a mirror over HTTP, or the copy kept from an earlier refresh.
//!
//! `tough` takes any failure to fetch a newer root as the end of the chain. Here only a mirror that says
//! it has none ends it; any other failure is remembered, answers everything that is asked after it, and
//! is what the refresh failed of.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use tough::{Bytes, Transport, TransportError, TransportErrorKind, TransportStream};
use url::Url;

use super::file_name::FileName;
use super::http::Http;
use crate::registry_url::RegistryUrl;

/// Roots, the three other roles, delegations and targets of one refresh. Delegations could go on
/// without end.
const MOST_FILES: usize = 400;
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// Files by their path below the mirror, as they were received.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What the TUF client fetches with, and a record of what it got.
#[derive(Clone)]
pub struct Mirror {
    url: RegistryUrl,
    source: Source,
    record: Arc<Mutex<Record>>,
}

#[derive(Clone)]
enum Source {
    Live(Http),
    Kept(Arc<Files>),
}

#[derive(Default)]
struct Record {
    files: Files,
    asked: usize,
    bytes: usize,
    failure: Option<String>,
}

impl Mirror {
    pub fn live(url: RegistryUrl, http: Http) -> Self {
        Self { url, source: Source::Live(http), record: Arc::default() }
    }

    /// No network: what was kept, as if the mirror held only that.
    pub fn kept(url: RegistryUrl, files: Files) -> Self {
        Self { url, source: Source::Kept(Arc::new(files)), record: Arc::default() }
    }

    pub fn url(&self) -> &RegistryUrl {
        &self.url
    }

    /// Everything that was fetched, verified or not.
    pub fn files(&self) -> Files {
        self.record().files.clone()
    }

    /// The first failure, if there was one.
    pub fn failure(&self) -> Option<String> {
        self.record().failure.clone()
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, url: &Url) -> Result<Option<Vec<u8>>, String> {
        let file = FileName::of(url, &self.url)?;
        let mut record = self.record();
        if let Some(failure) = &record.failure {
            return Err(failure.clone());
        }
        record.asked += 1;
        if record.asked > MOST_FILES {
            return Err(format!("{} has more than {MOST_FILES} files to fetch, the most that are", self.url));
        }
        let bytes = match &self.source {
            Source::Live(http) => http.get(&file)?,
            Source::Kept(files) => files.get(file.as_str()).cloned(),
        };
        let Some(bytes) = bytes else {
            return if file.root_version().is_some() {
                Ok(None)
            } else {
                Err(format!("{} has no {}", self.url, file.as_str()))
            };
        };
        record.bytes = record.bytes.saturating_add(bytes.len());
        if record.bytes > MOST_BYTES {
            return Err(format!("{} sent more than {} KiB, the most that is read", self.url, MOST_BYTES / 1024));
        }
        record.files.insert(file.as_str().to_owned(), bytes.clone());
        Ok(Some(bytes))
    }
}

#[tough::async_trait]
impl Transport for Mirror {
    async fn fetch(&self, url: Url) -> Result<TransportStream, TransportError> {
        match self.get(&url) {
            Ok(Some(bytes)) => Ok(Box::pin(Once(Some(Bytes::from(bytes))))),
            Ok(None) => Err(TransportError::new(TransportErrorKind::FileNotFound, url)),
            Err(reason) => {
                self.record().failure.get_or_insert_with(|| reason.clone());
                Err(TransportError::new_with_cause(TransportErrorKind::Other, url, reason))
            }
        }
    }
}

impl std::fmt::Debug for Mirror {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mirror").field("url", &self.url).finish_non_exhaustive()
    }
}

/// A stream of one piece: the file was read before, blocking, within its cap.
struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}
