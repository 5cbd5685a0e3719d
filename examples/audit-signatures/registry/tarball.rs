//! Tarballs over HTTP. Unlike a registry's documents they may be at any host: nothing that is said about
//! them is believed, their digest is what they are. So nobody is told anything about the user but the registry
//! itself, for an address below its own. All go by the proxy that npm's configuration has for the registry.

use std::io::Read;
use std::sync::OnceLock;
use std::time::Duration;

use ureq::http::{Response, header};
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};
use url::Url;

use super::addresses::Addresses;
use super::refused_certificate;
use crate::npmrc::{Access, is_loopback};
use crate::plain_text::plain;
use crate::registry_url::RegistryUrl;

const CONNECT: Duration = Duration::from_secs(10);

/// One tarball, to its last byte.
const WHOLE: Duration = Duration::from_secs(600);

const MOST_REDIRECTS: u32 = 5;
const MOST_RETRIES: u32 = 2;

/// Before the first retry; doubled before the next.
const PAUSE: Duration = Duration::from_millis(500);

/// A registry, and how what it names is reached, such as tarballs.
#[derive(Clone, Copy)]
pub struct Reached<'r> {
    pub url: &'r RegistryUrl,
    /// None of a recording, which reaches nothing.
    pub access: Option<&'r Access>,
}

/// Fetches tarballs.
pub struct TarballClient {
    /// With the certificate authorities of the first way that was asked for, which are those of all: with
    /// other ones than its agent's, a request would get no connection that is kept.
    agent: OnceLock<Agent>,
    pause: Duration,
}

enum Failure {
    /// Worth another try.
    Passing(String),
    Final(String),
}

impl TarballClient {
    pub fn new() -> Self {
        Self::with(PAUSE)
    }

    fn with(pause: Duration) -> Self {
        Self { agent: OnceLock::new(), pause }
    }

    fn agent(&self, tls: TlsConfig) -> &Agent {
        self.agent.get_or_init(|| {
            let config = Agent::config_builder()
                .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION"), " (audit-signatures)"))
                .accept("*/*")
                // What is hashed are the bytes as they are stored; a proxy must not compress them.
                .accept_encoding("identity")
                .timeout_connect(Some(CONNECT))
                .timeout_global(Some(WHOLE))
                .max_redirects(0)
                .max_redirects_will_error(false)
                .http_status_as_error(false)
                .proxy(None)
                .tls_config(tls)
                .build();
            Agent::with_parts(config, DefaultConnector::default(), Addresses::of(DefaultResolver::default()))
        })
    }

    /// Opens the tarball at `address`, which a manifest of `registry` names. The reader gives what arrives,
    /// without end if the server has none.
    pub fn open(&self, registry: Reached<'_>, address: &str) -> Result<impl Read + use<>, String> {
        let mut pause = self.pause;
        let mut reason = String::new();
        for attempt in 0..=MOST_RETRIES {
            if attempt > 0 {
                std::thread::sleep(pause);
                pause *= 2;
            }
            match self.attempt(registry, address) {
                Ok(response) => return Ok(response.into_body().into_reader()),
                Err(Failure::Final(why)) => return Err(why),
                Err(Failure::Passing(why)) => reason = why,
            }
        }
        Err(reason)
    }

    fn attempt(&self, registry: Reached<'_>, address: &str) -> Result<Response<Body>, Failure> {
        let mut url = Url::parse(address).map_err(|e| Failure::Final(format!("`{}`: {e}", plain(address))))?;
        for hop in 0..=MOST_REDIRECTS {
            allowed(registry.url, &url).map_err(Failure::Final)?;
            let host = plain(url.host_str().unwrap_or_default());
            let anonymous = registry.access.map_or_else(TlsConfig::default, Access::tls_of_nobody);
            // The address is a manifest's word: the consent to send credentials was for what is below the
            // registry, where its documents are. Where that redirects is another's choice.
            let somebody = registry.access.filter(|_| hop == 0 && registry.url.is_above(&url));
            let request = self.agent(anonymous.clone()).get(url.as_str()).config();
            let request = request.tls_config(somebody.map_or(anonymous, Access::tls));
            let request = request.proxy(registry.access.and_then(Access::proxy)).build();
            let request = match somebody.and_then(|access| access.authorization(url.as_str())) {
                Some(secret) => request.header(header::AUTHORIZATION, secret),
                None => request,
            };
            let response = request.call().map_err(|e| unanswered(&host, &e))?;
            let status = response.status();
            match status.as_u16() {
                200 => return Ok(response),
                301 | 302 | 303 | 307 | 308 => {
                    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
                    let target = location.and_then(|location| url.join(location).ok());
                    url = target
                        .ok_or_else(|| Failure::Final(format!("{host} answered {status} without saying where to")))?;
                }
                429 | 500..=599 => return Err(Failure::Passing(format!("{host} answered {status}"))),
                _ => return Err(Failure::Final(format!("{host} answered {status}"))),
            }
        }
        Err(Failure::Final(format!("more than {MOST_REDIRECTS} redirects")))
    }
}

fn unanswered(host: &str, error: &ureq::Error) -> Failure {
    match refused_certificate::reason(error) {
        Some(why) => Failure::Final(format!("{host}: {why}")),
        None => Failure::Passing(format!("{host}: {}", plain(&error.to_string()))),
    }
}

/// Any host over https, but not this machine. That, and http, only if the registry was named so: else a
/// manifest could send requests to whatever listens there, or in the network of whoever audits.
fn allowed(registry: &RegistryUrl, url: &Url) -> Result<(), String> {
    let refused = |why: &str| Err(format!("`{}` is not asked: {why}", plain(url.as_str())));
    if !url.username().is_empty() || url.password().is_some() {
        return refused("it holds a user or a password, and none are ever sent");
    }
    match url.scheme() {
        "https" if is_loopback(url) && !is_loopback(registry.as_url()) => {
            refused("it is this machine, and the registry is not")
        }
        "https" => Ok(()),
        "http" if registry.has_origin_of(url) => Ok(()),
        "http" => refused("it is not https, and not the registry itself"),
        _ => refused("it is not https"),
    }
}

#[cfg(test)]
#[path = "tarball_tests.rs"]
mod tests;
