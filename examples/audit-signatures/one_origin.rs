//! What a registry and a TUF mirror are asked alike: as this program, and nowhere but at the origin that
//! was named.

use std::time::Duration;

use ureq::config::ConfigBuilder;
use ureq::http::{Response, header};
use ureq::typestate::AgentScope;
use ureq::{Agent, Body, Proxy};

use crate::plain_text::plain;
use crate::registry_url::RegistryUrl;

/// The settings that do not depend on who is asked.
pub fn client(connect: Duration, proxy: Option<Proxy>) -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION"), " (audit-signatures)"))
        .accept("application/json")
        .timeout_connect(Some(connect))
        // Left to `redirected`, so that none leaves the origin.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(proxy)
}

/// Where an answer to `from` redirects, if it stays at the origin of `asked`.
pub fn redirected(asked: &RegistryUrl, from: &str, response: &Response<Body>) -> Result<String, String> {
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let Some(location) = location else {
        return Err(format!("{asked} answered {} without saying where to", response.status()));
    };
    asked
        .same_origin(from, location)
        .ok_or_else(|| format!("{asked} redirects to `{}`, another origin, which is not followed", plain(location)))
}
