//! Whom a run trusts: files of the command line, else what a refresh through TUF brought, else what is
//! built into the library. Never what a lock file or a recording says.

use std::path::Path;

use countersign::evidence::{Claim, Note};
use countersign::registry::RegistryKeys;
use countersign::sigstore::TrustedRoot;
use countersign::{RegistryId, TrustSnapshot, Verifier};

use crate::bounded_file::bounded;
use crate::inputs::Inputs;
use crate::plain_text::plain;
use crate::registry::Fetched;
use crate::registry_url::RegistryUrl;
use crate::session::Session;
use crate::trust_refresh::Refreshed;

const LARGEST_KEYS: u64 = 256 * 1024;
const LARGEST_ROOT: u64 = 4 * 1024 * 1024;

/// A verifier, and the registry that packages are judged as those of.
pub struct Trust {
    pub verifier: Verifier,
    pub identity: RegistryId,
    /// Nothing came from the library's own snapshot, so its age does not matter.
    pub is_given: bool,
    /// How a refresh went, if there was one.
    pub notes: Vec<Note>,
}

impl Trust {
    /// Loads keys and trusted root, and compares the keys with those that the registry answers.
    pub fn load(inputs: &Inputs, session: &Session) -> Result<Self, String> {
        let identity = inputs.registry_identity.clone().unwrap_or_else(RegistryId::npm);
        let Refreshed { material, mut notes } = inputs.trust_refresh.run(&identity)?;
        let is_refreshed = material.is_some();
        let (fresh_root, fresh_keys) = material.map_or((None, None), |fresh| (Some(fresh.trusted_root), fresh.keys));
        let root = match fresh_root {
            Some(root) => root,
            None => root(inputs.trusted_root.as_deref())?,
        };
        let keys = match (&inputs.keys, fresh_keys) {
            (Some(path), _) => compared(keys_of(path, &identity)?, session, &mut notes)?,
            (None, Some(keys)) => compared(keys, session, &mut notes)?,
            (None, None) if identity.is_npm() => {
                compared(TrustSnapshot::npm_keys().map_err(|e| e.to_string())?, session, &mut notes)?
            }
            (None, None) => asserted(&identity, session)?,
        };
        let verifier = Verifier::new(root, [keys]).map_err(|e| e.to_string())?;
        let is_given = is_refreshed || inputs.trusted_root.is_some() && (inputs.keys.is_some() || !identity.is_npm());
        Ok(Self { verifier, identity, is_given, notes })
    }

    /// The registry that a package of this name belongs to. Scopes that npm's configuration sends
    /// elsewhere are another registry's, for which there are no keys.
    pub fn registry_of(&self, name: &str, session: &Session) -> RegistryId {
        let scope = name.split_once('/').map(|(scope, _)| scope);
        match scope.and_then(|scope| session.scopes.get(scope)).map(|chosen| &chosen.url) {
            // npm's own address is refused as a URL identity. To be judged as npm is never laxer.
            Some(url) if url != session.url() => RegistryId::new(url.as_str()).unwrap_or_else(|_| RegistryId::npm()),
            _ => self.identity.clone(),
        }
    }
}

/// A verifier for those who ask no registry: there is nothing to compare the keys with.
pub fn without_registry(
    identity: &RegistryId,
    keys: Option<&Path>,
    trusted_root: Option<&Path>,
) -> Result<Verifier, String> {
    let keys = match keys {
        Some(path) => keys_of(path, identity)?,
        None if identity.is_npm() => TrustSnapshot::npm_keys().map_err(|e| e.to_string())?,
        None => RegistryKeys::none(identity.clone()),
    };
    Verifier::new(root(trusted_root)?, [keys]).map_err(|e| e.to_string())
}

fn root(given: Option<&Path>) -> Result<TrustedRoot, String> {
    match given {
        Some(path) => TrustedRoot::from_json(&bounded(path, LARGEST_ROOT)?).map_err(|e| of_file(path, &e)),
        None => TrustSnapshot::trusted_root().map_err(|e| e.to_string()),
    }
}

fn keys_of(path: &Path, identity: &RegistryId) -> Result<RegistryKeys, String> {
    RegistryKeys::from_json(identity.clone(), &bounded(path, LARGEST_KEYS)?).map_err(|e| of_file(path, &e))
}

/// Another answer than the trusted keys is a rotation or an impostor; either way the audit would
/// speak of keys that are not the registry's. No answer is neither: the trusted keys decide all the same.
fn compared(trusted: RegistryKeys, session: &Session, notes: &mut Vec<Note>) -> Result<RegistryKeys, String> {
    let json = match session.source().keys() {
        Fetched::Body(json) => json,
        Fetched::NotFound | Fetched::NotRecorded => return Ok(trusted),
        Fetched::Unavailable(reason) => {
            let message = format!("The trusted keys were not compared with those of {}: {reason}.", session.url());
            notes.push(Note::new(Claim::Audit, "NOTE_AUDIT_KEYS_NOT_COMPARED", message));
            return Ok(trusted);
        }
    };
    let answered = RegistryKeys::from_json(trusted.registry().clone(), &json)
        .map_err(|e| format!("cannot compare the keys of {} with the trusted ones: {e}", session.url()))?;
    if trusted.agree_with(&answered) {
        return Ok(trusted);
    }
    Err(format!(
        "checked: the keys that {} answers. Expected: the trusted keys of {}. Found: others. \
         Either the registry has rotated its keys, then use a newer version or pass them with --keys FILE; \
         or something else answers in its place",
        session.url(),
        trusted.registry()
    ))
}

/// A registry's own answer counts only for a registry that was named on the command line, fetched
/// from its own address, live; what it proves is marked as registry-asserted.
fn asserted(identity: &RegistryId, session: &Session) -> Result<RegistryKeys, String> {
    let itself = RegistryUrl::parse(identity.as_str()).is_ok_and(|url| url == *session.url());
    if !session.is_live() || !itself {
        return Ok(RegistryKeys::none(identity.clone()));
    }
    match session.source().keys() {
        Fetched::Body(json) => RegistryKeys::asserted_by_registry(identity.clone(), &json)
            .map_err(|e| format!("cannot use the keys of {}: {e}", session.url())),
        Fetched::NotFound | Fetched::NotRecorded => Ok(RegistryKeys::none(identity.clone())),
        Fetched::Unavailable(reason) => Err(format!("cannot fetch the keys of {}: {reason}", session.url())),
    }
}

fn of_file(path: &Path, error: &countersign::ParseError) -> String {
    format!("cannot use {}: {error}. {}", plain(&path.display().to_string()), error.help())
}
