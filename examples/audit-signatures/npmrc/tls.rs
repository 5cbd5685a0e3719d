//! Whose certificates are believed.

use countersign::evidence::{Claim, Note};
use ureq::tls::{ClientCert, RootCerts, TlsConfig};

use super::certificates;
use super::chain::{Npmrc, ignored};
use super::setting::Setting;
use crate::plain_text::plain;

const WHOSE: &str = "whoever chooses authorities can read what you send";

/// The same for every registry.
#[derive(Clone, Default)]
pub struct Tls {
    /// In place of the built-in ones.
    authorities: Option<RootCerts>,
    pub is_unchecked: bool,
}

impl Tls {
    pub fn read(npmrc: &Npmrc, insecure: bool, notes: &mut Vec<Note>) -> Result<Self, String> {
        let is_unchecked = is_unchecked(npmrc, insecure, notes)?;
        Ok(Self { authorities: authorities(npmrc, notes)?, is_unchecked })
    }

    /// With a client certificate, or without.
    pub fn config(&self, client: Option<ClientCert>) -> TlsConfig {
        let builder = TlsConfig::builder().client_cert(client).disable_verification(self.is_unchecked);
        match &self.authorities {
            Some(authorities) => builder.root_certs(authorities.clone()).build(),
            None => builder.build(),
        }
    }
}

/// `cafile`, else `ca`. As in npm they replace the built-in authorities, so others are no longer
/// believed. A file that is missing is an error here: without it somebody else would be believed.
fn authorities(npmrc: &Npmrc, notes: &mut Vec<Note>) -> Result<Option<RootCerts>, String> {
    for key in ["cafile", "ca"] {
        notes.extend(npmrc.all(key).find(|setting| setting.is_the_projects()).map(|setting| ignored(setting, WHOSE)));
    }
    let (setting, found) = if let Some(setting) = npmrc.own("cafile")
        && let Some(path) = npmrc.path(setting)?
    {
        let found = certificates::authorities_of(&path);
        (setting, found.map_err(|why| format!("`cafile` of {}: {why}", setting.place()))?)
    } else if let Some((setting, pem)) = inline(npmrc)? {
        let found = certificates::authorities(pem.as_bytes());
        (setting, found.map_err(|why| format!("cannot use `ca` of {}: {why}", setting.place()))?)
    } else {
        return Ok(None);
    };
    let message = format!(
        "Certificate authorities: {} by `{}` of {}, in place of the built-in ones.",
        found.len(),
        plain(&setting.key),
        setting.place()
    );
    notes.push(Note::new(Claim::Audit, "NOTE_AUDIT_CERTIFICATE_AUTHORITIES", message));
    Ok(Some(found.into()))
}

/// All lines of `ca[]` in the place that is asked first, or its last `ca`.
fn inline(npmrc: &Npmrc) -> Result<Option<(&Setting, String)>, String> {
    let mut own = npmrc.all("ca").filter(|setting| !setting.is_the_projects()).peekable();
    let Some(first) = own.peek().copied() else { return Ok(None) };
    let own: Vec<&Setting> = own.filter(|setting| setting.source == first.source).collect();
    let is_list = own.iter().any(|setting| setting.listed);
    let mut pem = String::new();
    for setting in own.iter().take(if is_list { own.len() } else { 1 }) {
        pem += &setting.text(npmrc.environment())?;
        pem.push('\n');
    }
    Ok(Some((first, pem)).filter(|(_, pem)| !matches!(pem.trim(), "" | "null")))
}

/// `strict-ssl=false` alone must not weaken a run that nobody then looks at. A project may make its user
/// stricter, never laxer.
fn is_unchecked(npmrc: &Npmrc, insecure: bool, notes: &mut Vec<Note>) -> Result<bool, String> {
    for setting in npmrc.all("strict-ssl") {
        let is_strict = matches!(setting.expanded(npmrc.environment()).text.trim(), "" | "true" | "1");
        if is_strict {
            return Ok(false);
        }
        if setting.is_the_projects() {
            notes.push(ignored(setting, "a project must not weaken what you rely on"));
            continue;
        }
        if !insecure {
            return Err(refused(setting));
        }
        let message = format!(
            "No registry's certificate is checked, and no credentials are sent over https: strict-ssl is off by {}, and \
             --insecure-tls lets that count.",
            setting.place()
        );
        notes.push(Note::new(Claim::Audit, "NOTE_AUDIT_INSECURE_TLS", message));
        return Ok(true);
    }
    if insecure {
        let message = "--insecure-tls changes nothing: strict-ssl=false is not in your npm configuration.";
        notes.push(Note::new(Claim::Audit, "NOTE_AUDIT_INSECURE_TLS_UNUSED", message));
    }
    Ok(false)
}

fn refused(setting: &Setting) -> String {
    format!(
        "the certificates of registries would not be checked: `strict-ssl` is off by {}. Expected: strict-ssl=true, or \
         nothing. Remove it; a registry with a certificate authority of its own is reached with cafile=FILE. To go on \
         without any check, pass --insecure-tls",
        setting.place()
    )
}

#[cfg(test)]
#[path = "tls_tests.rs"]
mod tests;
