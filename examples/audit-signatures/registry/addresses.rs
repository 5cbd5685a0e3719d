//! Names of hosts, looked up once. The HTTP client asks for the address before each request, in a thread of
//! its own, even where a connection is kept: that is one question to the name server for each package.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// A registry that moves is found again, and by a later attempt at the same document already.
const KEPT_FOR: Duration = Duration::from_secs(5);

/// Tarballs may be at any host.
const MOST_HOSTS: usize = 256;

/// Addresses of hosts and ports. Only what was found is kept: a failure may be over the next time.
#[derive(Debug)]
pub struct Addresses<R> {
    inner: R,
    found: Mutex<HashMap<String, (Instant, ResolvedSocketAddrs)>>,
}

impl<R> Addresses<R> {
    pub fn of(inner: R) -> Self {
        Self { inner, found: Mutex::default() }
    }
}

impl<R: Resolver> Resolver for Addresses<R> {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let host =
            uri.scheme().zip(uri.authority()).and_then(|(scheme, at)| DefaultResolver::host_and_port(scheme, at));
        let Some(host) = host else { return self.inner.resolve(uri, config, timeout) };
        let found = || self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, addresses)) = found().get(&host).filter(|(at, _)| at.elapsed() < KEPT_FOR) {
            return Ok(addresses.clone());
        }
        let addresses = self.inner.resolve(uri, config, timeout)?;
        let mut found = found();
        if found.len() >= MOST_HOSTS {
            found.clear();
        }
        found.insert(host, (Instant::now(), addresses.clone()));
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Knows every host but `gone`, at the port that was asked for.
    #[derive(Debug, Clone, Default)]
    struct Counted(Arc<AtomicUsize>);

    impl Resolver for Counted {
        fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
            self.0.fetch_add(1, Ordering::Relaxed);
            if uri.host() == Some("gone") {
                return Err(Error::HostNotFound);
            }
            let mut addresses = self.empty();
            addresses.push(SocketAddr::from(([127, 0, 0, 1], uri.port_u16().unwrap_or(80))));
            Ok(addresses)
        }
    }

    /// How often it was really asked, and what the last answer was.
    fn asked(addresses: &[&str]) -> (usize, Option<SocketAddr>) {
        let counted = Counted::default();
        let resolver = Addresses::of(counted.clone());
        let ask = |uri: &&str| resolver.resolve(&uri.parse().ok()?, &Config::default(), NextTimeout::default()).ok();
        let last = addresses.iter().map(ask).last().flatten();
        (counted.0.load(Ordering::Relaxed), last.and_then(|found| found.first().copied()))
    }

    #[test]
    fn a_host_is_looked_up_once() {
        assert_eq!(asked(&["http://npm.example/a", "http://npm.example/b", "http://npm.example/c"]).0, 1);
    }

    #[test]
    fn another_host_or_port_is_another() {
        assert_eq!(asked(&["http://npm.example:1/", "http://npm.example:2/"]), (2, Some(([127, 0, 0, 1], 2).into())));
        assert_eq!(asked(&["http://a.example/", "http://b.example/", "https://b.example/"]).0, 3);
    }

    #[test]
    fn a_host_that_was_not_found_is_asked_for_again() {
        assert_eq!(asked(&["http://gone/", "http://gone/"]), (2, None));
    }

    #[test]
    fn the_number_of_hosts_is_bounded() {
        let resolver = Addresses::of(Counted::default());
        for n in 0..=MOST_HOSTS {
            let uri = format!("http://host-{n}/").parse().expect("a URI");
            assert!(resolver.resolve(&uri, &Config::default(), NextTimeout::default()).is_ok());
        }
        assert_eq!(resolver.found.lock().expect("nobody panicked").len(), 1);
    }
}
