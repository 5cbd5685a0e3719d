//! A live registry over HTTP.
//!
//! Every request has a cap, a deadline and one origin. What identifies the user is sent only as
//! `npmrc` allows it, in the first request, and never where a redirect leads.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::{Response, StatusCode, header};
use ureq::typestate::WithoutBody;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, RequestBuilder};

use super::addresses::Addresses;
use super::cache::{Cache, Kept, Key, Validators};
use super::{Document, Fetched, Source, refused_certificate};
use crate::npmrc::Access;
use crate::one_origin::{self, redirected};
use crate::plain_text::plain;
use crate::registry_url::RegistryUrl;

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
struct Patience {
    connect: Duration,
    /// One document, with all its redirects and retries, to the last byte.
    document: Duration,
    /// Before the first retry; doubled before the next.
    pause: Duration,
}

const LONGEST_CONNECT: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// However long a server wants to be left alone.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

const MOST_REDIRECTS: u32 = 5;
const MOST_RETRIES: u32 = 2;

/// How registries are asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// For one document, with all its redirects and retries.
    pub timeout: Duration,
    /// As many as there are workers.
    pub connections: usize,
    pub cache: Option<Arc<Cache>>,
}

/// One registry.
pub struct Http {
    agent: Agent,
    url: RegistryUrl,
    access: Access,
    patience: Patience,
    cache: Option<Arc<Cache>>,
}

enum Attempt {
    Settled(Fetched),
    /// Worth another try, after a while that the server may have named; the reason stands if there is none left.
    Failed(String, Option<Duration>),
}

impl Http {
    /// A client for the registry at `url`.
    pub fn new(url: RegistryUrl, access: Access, settings: &Settings) -> Self {
        let patience =
            Patience { connect: LONGEST_CONNECT.min(settings.timeout), document: settings.timeout, pause: FIRST_PAUSE };
        Self::with(url, access, patience, settings)
    }

    fn with(url: RegistryUrl, access: Access, patience: Patience, settings: &Settings) -> Self {
        let config = one_origin::client(patience.connect, access.proxy())
            .max_idle_connections(settings.connections)
            .max_idle_connections_per_host(settings.connections)
            .tls_config(access.tls())
            .build();
        let agent = Agent::with_parts(config, DefaultConnector::default(), Addresses::of(DefaultResolver::default()));
        Self { agent, url, access, patience, cache: settings.cache.clone() }
    }

    fn key<'k>(&'k self, document: &'k Document) -> Key<'k> {
        let identified = self.access.has_credentials(&self.url.join(&document.url_path()));
        Key { registry: self.url.as_str(), document, identified }
    }

    fn attempt(&self, document: &Document, kept: Option<&Kept>, deadline: Instant) -> Attempt {
        let mut url = self.url.join(&document.url_path());
        for hop in 0..=MOST_REDIRECTS {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Attempt::Settled(self.late());
            }
            let request = self.request(&url, hop, left);
            let mut response = match unless_it_is(request, kept).call() {
                Ok(response) => response,
                Err(e) => return self.unanswered(&e),
            };
            let status = response.status();
            match status.as_u16() {
                200 => return self.body(&mut response, document),
                304 if kept.is_some() => {
                    return Attempt::Settled(Fetched::Body(kept.map(|kept| kept.body.clone()).unwrap_or_default()));
                }
                404 => return Attempt::Settled(Fetched::NotFound),
                // So some registries say that they have no keys at all.
                400 if document.is_keys() => return Attempt::Settled(Fetched::NotFound),
                301 | 302 | 303 | 307 | 308 => match redirected(&self.url, &url, &response) {
                    Ok(target) => url = target,
                    Err(reason) => return Attempt::Settled(Fetched::Unavailable(reason)),
                },
                401 | 403 => {
                    let reason = self.refused(&url, hop, status);
                    return Attempt::Settled(Fetched::Unavailable(reason));
                }
                429 | 500..=599 => {
                    return Attempt::Failed(format!("{} answered {status}", self.url), retry_after(&response));
                }
                _ => return Attempt::Settled(Fetched::Unavailable(format!("{} answered {status}", self.url))),
            }
        }
        Attempt::Settled(Fetched::Unavailable(format!("{} redirected more than {MOST_REDIRECTS} times", self.url)))
    }

    fn unanswered(&self, error: &ureq::Error) -> Attempt {
        match refused_certificate::reason(error) {
            Some(why) => Attempt::Settled(Fetched::Unavailable(format!("{}: {}", self.url, why))),
            None => Attempt::Failed(format!("{}: {}", self.url, plain(&error.to_string())), None),
        }
    }

    /// Credentials are meant for the registry that was named, so they are not sent where it redirects.
    fn request(&self, url: &str, hop: u32, left: Duration) -> RequestBuilder<WithoutBody> {
        let request = self.agent.get(url).config().timeout_global(Some(left));
        let redirected = hop > 0;
        let request = match self.access.tls_after_redirect().filter(|_| redirected) {
            Some(without_certificate) => request.tls_config(without_certificate).build(),
            None => request.build(),
        };
        match self.access.authorization(url).filter(|_| !redirected) {
            Some(secret) => request.header(header::AUTHORIZATION, secret),
            None => request,
        }
    }

    fn refused(&self, url: &str, hop: u32, status: StatusCode) -> String {
        let credentials = match (hop, self.access.has_credentials(url)) {
            (0, true) => "it refused the credentials that npm's configuration has for it",
            (0, false) => "it wants credentials, and npm's configuration has none for it that may be sent",
            _ => "it redirected to where credentials are wanted, and none are sent after a redirect",
        };
        format!("{} answered {status}: {credentials}", self.url)
    }

    /// The length that a server announces is not believed; what arrives is counted, decompressed.
    fn body(&self, response: &mut Response<Body>, document: &Document) -> Attempt {
        let validators = validators(response);
        let mut bytes = Vec::new();
        let read = response.body_mut().as_reader().take(document.limit().saturating_add(1)).read_to_end(&mut bytes);
        if let Err(e) = read {
            let reason = format!("the answer of {} broke off: {}", self.url, plain(&e.to_string()));
            return Attempt::Failed(reason, None);
        }
        if let Some(cache) = &self.cache {
            cache.put(self.key(document), validators, &bytes);
        }
        Attempt::Settled(Fetched::Body(bytes))
    }

    fn late(&self) -> Fetched {
        Fetched::Unavailable(format!("{} took longer than {} s", self.url, self.patience.document.as_secs_f32()))
    }
}

impl Source for Http {
    fn fetch(&self, document: &Document) -> Fetched {
        let deadline = Instant::now() + self.patience.document;
        let kept = self.cache.as_ref().and_then(|cache| cache.get(self.key(document)));
        let (mut pause, mut wanted) = (self.patience.pause, None);
        let mut reason = String::new();
        for attempt in 0..=MOST_RETRIES {
            if attempt > 0 {
                let this = wanted.map_or(pause, |wanted| pause.max(wanted).min(LONGEST_PAUSE));
                if Instant::now() + this >= deadline {
                    break;
                }
                std::thread::sleep(this);
                pause *= 2;
            }
            match self.attempt(document, kept.as_ref(), deadline) {
                Attempt::Settled(fetched) => return fetched,
                Attempt::Failed(why, after) => (reason, wanted) = (why, after),
            }
        }
        Fetched::Unavailable(reason)
    }
}

/// Asks for the document only if it is another one than is kept.
fn unless_it_is(request: RequestBuilder<WithoutBody>, kept: Option<&Kept>) -> RequestBuilder<WithoutBody> {
    let Some(Kept { validators, .. }) = kept else { return request };
    let request = match &validators.etag {
        Some(etag) => request.header(header::IF_NONE_MATCH, etag),
        None => request,
    };
    match &validators.last_modified {
        Some(date) => request.header(header::IF_MODIFIED_SINCE, date),
        None => request,
    }
}

fn validators(response: &Response<Body>) -> Validators {
    let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Validators { etag: text(header::ETAG), last_modified: text(header::LAST_MODIFIED) }
}

/// How long a server wants to be left alone, in its form of whole seconds.
fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("url", &self.url).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
