//! What stands between this machine and a registry.

use countersign::evidence::{Claim, Note};
use ureq::Proxy;
use url::Url;

use super::chain::Npmrc;
use super::prefix::{is_https, is_loopback};
use crate::plain_text::plain;
use crate::registry_url::RegistryUrl;

/// The proxy for a registry. This machine itself is never asked for through one: to a proxy, `localhost`
/// is another machine, and it would read what is sent there over http.
pub fn proxy(npmrc: &Npmrc, registry: &RegistryUrl, notes: &mut Vec<Note>) -> Result<Option<Proxy>, String> {
    if is_loopback(registry.as_url()) {
        return Ok(None);
    }
    let Some(named) = named(npmrc, registry)? else { return Ok(None) };
    if is_exempt(&exemptions(npmrc)?, registry) {
        return Ok(None);
    }
    let (proxy, shown) =
        parsed(&named.address).map_err(|why| format!("cannot use the proxy of {}: {why}", named.place))?;
    let whose = if named.is_the_projects { ", the project's own file; it sees which hosts are asked" } else { "" };
    let message =
        format!("{registry} is reached through the proxy {}, named by {}{whose}.", plain(&shown), named.place);
    notes.push(Note::new(Claim::Audit, "NOTE_AUDIT_PROXY", message));
    Ok(Some(proxy))
}

/// The address may hold a password, so this has no `Debug`.
struct Named {
    address: String,
    place: String,
    is_the_projects: bool,
}

/// As in npm: the configuration before the other variables of the environment, and of those the one for
/// https first, whatever the registry's scheme.
fn named(npmrc: &Npmrc, registry: &RegistryUrl) -> Result<Option<Named>, String> {
    for key in ["https-proxy", "proxy"] {
        let Some(setting) = npmrc.get(key) else { continue };
        let address = setting.text(npmrc.environment())?;
        if !matches!(address.as_str(), "" | "null" | "false") {
            let (place, is_the_projects) = (setting.place(), setting.is_the_projects());
            return Ok(Some(Named { address, place, is_the_projects }));
        }
    }
    let names: &[&str] =
        if is_https(registry) { &["https_proxy", "all_proxy"] } else { &["https_proxy", "http_proxy", "all_proxy"] };
    let found = names.iter().find_map(|name| npmrc.environment().either_case(name));
    Ok(found.map(|(name, address)| Named {
        address: address.to_owned(),
        place: format!("the environment variable {name}"),
        is_the_projects: false,
    }))
}

/// For the client, and without its user and password for a person.
fn parsed(address: &str) -> Result<(Proxy, String), &'static str> {
    const WRONG: &str = "it is no address of a proxy. Expected: http://host:port or https://host:port";
    let address = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let url = Url::parse(&address).map_err(|_| WRONG)?;
    match url.scheme() {
        "http" | "https" => {}
        // Not without one either: the user chose not to be seen from here.
        "socks" | "socks4" | "socks4a" | "socks5" | "socks5h" => {
            return Err("it is a SOCKS proxy, and none is supported. Expected: http://host:port or https://host:port");
        }
        _ => return Err(WRONG),
    }
    let proxy = Proxy::new(url.as_str()).map_err(|_| WRONG)?;
    let shown = url.origin().ascii_serialization();
    Ok((proxy, shown))
}

/// `noproxy` of the configuration, else NO_PROXY.
fn exemptions(npmrc: &Npmrc) -> Result<String, String> {
    let of = |key| npmrc.all(key).next().map(|first| (key, first.source.clone()));
    let Some((key, source)) = of("noproxy").or_else(|| of("no-proxy")) else {
        return Ok(npmrc.environment().either_case("no_proxy").map(|(_, list)| list.to_owned()).unwrap_or_default());
    };
    let settings: Vec<_> = npmrc.all(key).filter(|setting| setting.source == source).collect();
    let is_list = settings.iter().any(|setting| setting.listed);
    let counted = settings.iter().take(if is_list { settings.len() } else { 1 });
    let texts: Vec<String> = counted.map(|setting| setting.text(npmrc.environment())).collect::<Result<_, _>>()?;
    Ok(texts.join(","))
}

/// Names stand for themselves and all names below them, `*` for all.
fn is_exempt(exemptions: &str, registry: &RegistryUrl) -> bool {
    let Ok(url) = Url::parse(registry.as_str()) else { return false };
    let host = url.host_str().unwrap_or_default();
    exemptions.split([',', ' ']).map(|entry| entry.trim().to_ascii_lowercase()).any(|entry| {
        let (name, port) = match entry.rsplit_once(':') {
            Some((name, port)) if port.parse::<u16>().is_ok() => (name, port.parse().ok()),
            _ => (entry.as_str(), None),
        };
        if port.is_some() && port != url.port_or_known_default() {
            return false;
        }
        if name == "*" {
            return true;
        }
        let name = name.trim_start_matches("*.").trim_matches('.');
        !name.is_empty() && (host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')))
    })
}

#[cfg(test)]
#[path = "proxy_tests.rs"]
mod tests;
