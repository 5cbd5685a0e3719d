//! How one registry is reached: all that its client needs to know.

use countersign::evidence::Note;
use ureq::http::HeaderValue;
use ureq::tls::{ClientCert, TlsConfig};
use ureq::{Proxy, ProxyProtocol};

use super::arguments::AccessArguments;
use super::chain::Npmrc;
use super::credentials::{Conditions, Credentials, unscoped};
use super::proxy::proxy;
use super::tls::Tls;
use crate::registry_url::RegistryUrl;

/// What is the same for all registries of a run.
pub struct AccessRules<'a> {
    npmrc: &'a Npmrc,
    allow_project_credentials: bool,
    /// The value of `--registry`.
    flag: Option<&'a RegistryUrl>,
    tls: Tls,
    notes: Vec<Note>,
}

impl<'a> AccessRules<'a> {
    pub fn new(npmrc: &'a Npmrc, arguments: AccessArguments, flag: Option<&'a RegistryUrl>) -> Result<Self, String> {
        let mut notes = npmrc.notes().to_vec();
        notes.extend(unscoped(npmrc));
        let tls = Tls::read(npmrc, arguments.insecure_tls, &mut notes)?;
        let allow_project_credentials = arguments.allow_project_credentials;
        Ok(Self { npmrc, allow_project_credentials, flag, tls, notes })
    }

    /// How to reach this registry.
    pub fn access(&mut self, url: &RegistryUrl) -> Result<Access, String> {
        let named = self.flag == Some(url) || self.npmrc.is_named_by_the_user(url);
        let conditions = Conditions {
            registry: url,
            may_borrow: named || self.allow_project_credentials,
            is_unchecked: self.tls.is_unchecked,
        };
        let credentials = Credentials::read(self.npmrc, &conditions, &mut self.notes)?;
        let proxy = proxy(self.npmrc, url, &mut self.notes)?;
        let client = credentials.certificate(url.as_str()).cloned();
        if client.is_some() && proxy.as_ref().is_some_and(|proxy| proxy.protocol() == ProxyProtocol::Https) {
            return Err(format!(
                "cannot use the client certificate for {url}: it is reached through an https proxy, which would be shown \
                 the certificate too. Expected: an http proxy, or none. Exempt the registry with noproxy"
            ));
        }
        Ok(Access { proxy, tls: self.tls.clone(), client, credentials })
    }

    /// What was used and what was not, and why: each once.
    pub fn notes(self) -> Vec<Note> {
        let mut notes = self.notes;
        notes.sort();
        notes.dedup();
        notes
    }
}

/// Proxy, certificates and credentials for one registry.
#[derive(Clone)]
pub struct Access {
    proxy: Option<Proxy>,
    tls: Tls,
    client: Option<ClientCert>,
    credentials: Credentials,
}

impl Access {
    /// The same way, as somebody without a name.
    pub fn without_credentials(self) -> Self {
        Self { client: None, credentials: Credentials::default(), ..self }
    }

    /// As somebody without a name, without a proxy.
    #[cfg(test)]
    pub fn anonymous() -> Self {
        Self { proxy: None, tls: Tls::default(), client: None, credentials: Credentials::default() }
    }

    pub fn proxy(&self) -> Option<Proxy> {
        self.proxy.clone()
    }

    /// For connections to the registry.
    pub fn tls(&self) -> TlsConfig {
        self.tls.config(self.client.clone())
    }

    /// For connections to where it redirects: without the client certificate.
    pub fn tls_after_redirect(&self) -> Option<TlsConfig> {
        self.client.is_some().then(|| self.tls_of_nobody())
    }

    /// For connections to hosts that are told nothing about the user.
    pub fn tls_of_nobody(&self) -> TlsConfig {
        self.tls.config(None)
    }

    /// Whether the user is somebody to it.
    pub fn has_credentials(&self, url: &str) -> bool {
        self.client.is_some() || self.credentials.authorization(url).is_some()
    }

    /// The credential for a first request to `url`. After a redirect none is asked for.
    pub fn authorization(&self, url: &str) -> Option<HeaderValue> {
        self.credentials.authorization(url)?.header()
    }
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
