//! Who the user is to one registry: tokens, passwords and client certificates.

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use countersign::evidence::{Claim, Note};
use ureq::tls::ClientCert;

use super::certificates;
use super::chain::Npmrc;
use super::prefix::{Field, covers, is_https, is_loopback, prefix};
use super::secret::Secret;
use super::setting::Setting;
use crate::plain_text::plain;
use crate::registry_url::RegistryUrl;

/// Older spellings of credentials, for whichever registry is asked. npm refuses them too.
const UNSCOPED: [&str; 9] =
    ["_auth", "_authToken", "_authtoken", "username", "_password", "cert", "key", "certfile", "keyfile"];

/// What a registry's credentials may be sent with.
pub struct Conditions<'a> {
    pub registry: &'a RegistryUrl,
    /// The user named this registry, or allowed what its project says.
    pub may_borrow: bool,
    /// `strict-ssl=false` counts, so that anybody may answer in the registry's name.
    pub is_unchecked: bool,
}

/// The credentials for one origin, by the part of it that they are written for.
#[derive(Default, Clone)]
pub struct Credentials(Vec<Credential>);

#[derive(Clone)]
struct Credential {
    base: RegistryUrl,
    authorization: Option<Secret>,
    certificate: Option<ClientCert>,
}

/// The settings that count for one part of a registry.
type Fields<'a> = BTreeMap<Field, &'a Setting>;

impl Credentials {
    /// Those that the chain has for a registry. Whatever is not used, and why, becomes a note.
    pub fn read(npmrc: &Npmrc, conditions: &Conditions<'_>, notes: &mut Vec<Note>) -> Result<Self, String> {
        let mut parts: BTreeMap<RegistryUrl, Fields<'_>> = BTreeMap::new();
        for setting in npmrc.settings().iter().filter(|setting| !setting.listed) {
            let Some((base, field)) = prefix(&setting.key, conditions.registry) else { continue };
            if base.origin() != conditions.registry.origin()
                || parts.get(&base).is_some_and(|part| part.contains_key(&field))
            {
                continue;
            }
            if let Some(why) = withheld(npmrc, setting, field, conditions) {
                notes.push(note("NOTE_AUDIT_CREDENTIAL_WITHHELD", setting, &why));
                continue;
            }
            parts.entry(base).or_default().insert(field, setting);
        }
        let mut found = Vec::new();
        for (base, part) in parts {
            found.extend(Credential::read(npmrc, base, &part, notes)?);
        }
        // The longest path is asked first.
        found.sort_by_key(|credential| std::cmp::Reverse(credential.base.as_str().len()));
        Ok(Self(found))
    }

    /// The header for a request to `url`.
    pub fn authorization(&self, url: &str) -> Option<&Secret> {
        self.covering(url)?.authorization.as_ref()
    }

    /// The certificate for connections to the registry at `url`.
    pub fn certificate(&self, url: &str) -> Option<&ClientCert> {
        self.covering(url)?.certificate.as_ref()
    }

    fn covering(&self, url: &str) -> Option<&Credential> {
        self.0.iter().find(|credential| covers(&credential.base, url))
    }
}

impl Credential {
    /// As in npm, a token comes before `_auth`, and that before a name and password; a certificate may
    /// stand beside any.
    fn read(
        npmrc: &Npmrc,
        base: RegistryUrl,
        part: &Fields<'_>,
        notes: &mut Vec<Note>,
    ) -> Result<Option<Self>, String> {
        let value = |field| value(npmrc, part, field);
        let (token, basic) = (value(Field::Token), value(Field::Basic));
        let (username, password) = (value(Field::Username), value(Field::Password));
        let authorization = match (token, basic, username, password) {
            (Some((setting, token)), ..) => Some((setting, "token", Secret::new("Bearer", &token))),
            (_, Some((setting, pair)), ..) => Some((setting, "`_auth`", Secret::new("Basic", &pair))),
            (_, _, Some((_, name)), Some((setting, password))) => Some((setting, "password", pair(&name, &password))),
            _ => None,
        };
        let authorization = match authorization {
            None => None,
            Some((setting, kind, secret)) => {
                let secret = secret.map_err(|why| unfit(setting, why))?;
                notes.push(used(kind, setting, &base));
                Some(secret)
            }
        };
        let (certfile, keyfile) = (part.get(&Field::CertificateFile), part.get(&Field::KeyFile));
        let certificate = match (certfile, keyfile) {
            (Some(certfile), Some(keyfile)) if is_https(&base) => {
                let paths: (Option<PathBuf>, Option<PathBuf>) = (npmrc.path(certfile)?, npmrc.path(keyfile)?);
                let (Some(chain), Some(key)) = paths else { return Ok(None) };
                notes.push(used("client certificate", certfile, &base));
                Some(certificates::client(&chain, &key)?)
            }
            _ => None,
        };
        let is_any = authorization.is_some() || certificate.is_some();
        Ok(is_any.then_some(Self { base, authorization, certificate }))
    }
}

/// A value that is set, with the setting that it is of.
fn value<'a>(npmrc: &Npmrc, part: &Fields<'a>, field: Field) -> Option<(&'a Setting, String)> {
    let setting = *part.get(&field)?;
    let text = setting.expanded(npmrc.environment()).text;
    (!text.is_empty()).then_some((setting, text))
}

/// `_password` is the password in base64; npm reads it with padding or without.
fn pair(name: &str, password: &str) -> Result<Secret, &'static str> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    if name.contains(':') {
        return Err("the name beside it holds a colon, where its password would begin");
    }
    let password = LENIENT.decode(password).map_err(|_| "it is not base64, as `_password` is written")?;
    let pair = [name.as_bytes(), b":", &password].concat();
    if pair.iter().any(u8::is_ascii_control) {
        return Err("the name or password holds a control character, such as a line break");
    }
    Secret::new("Basic", &STANDARD.encode(pair))
}

/// Why a credential must not be used, if so.
fn withheld(npmrc: &Npmrc, setting: &Setting, field: Field, conditions: &Conditions<'_>) -> Option<String> {
    let registry = conditions.registry;
    if !is_https(registry) && !is_loopback(registry.as_url()) {
        return Some("it would go over http, which others can read. Use https".into());
    }
    if conditions.is_unchecked && is_https(registry) {
        return Some("with strict-ssl=false anybody may answer. Use cafile instead".into());
    }
    let is_file = matches!(field, Field::CertificateFile | Field::KeyFile);
    let variables = setting.borrowed();
    if setting.is_the_projects() && (is_file || !variables.is_empty()) && !conditions.may_borrow {
        let what = match variables.first() {
            Some(name) if !is_file => plain(name),
            _ => "certificate".to_owned(),
        };
        return Some(format!(
            "it would spend your {what} on a registry that only the project names. Name it by --registry or in your own \
             .npmrc, or pass --allow-project-credentials"
        ));
    }
    let unset = setting.expanded(npmrc.environment()).unset;
    unset.first().map(|name| format!("the variable {} is not set", plain(name)))
}

/// Credentials that name no registry. They would be everybody's.
pub fn unscoped(npmrc: &Npmrc) -> Vec<Note> {
    let found = npmrc.settings().iter().filter(|setting| UNSCOPED.contains(&setting.key.as_str()));
    let why = "it names no registry, so it could go to any. Write it as //host/path/:KEY=VALUE";
    found.map(|setting| note("NOTE_AUDIT_CREDENTIAL_UNSCOPED", setting, why)).collect()
}

fn note(code: &'static str, setting: &Setting, why: &str) -> Note {
    Note::new(Claim::Audit, code, format!("Not used: `{}` of {}: {why}.", plain(&setting.key), setting.place()))
}

fn used(kind: &str, setting: &Setting, base: &RegistryUrl) -> Note {
    let variables = setting.borrowed();
    let from = if variables.is_empty() {
        String::new()
    } else {
        format!(", from the variable {}", plain(&variables.join(", ")))
    };
    let message = format!("A {kind} is used for {base}, by {}{from}.", setting.place());
    Note::new(Claim::Audit, "NOTE_AUDIT_CREDENTIAL", message)
}

fn unfit(setting: &Setting, why: &str) -> String {
    format!(
        "cannot use `{}` of {}: {why}. Expected: a value that fits in one header. Write it again",
        plain(&setting.key),
        setting.place()
    )
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
