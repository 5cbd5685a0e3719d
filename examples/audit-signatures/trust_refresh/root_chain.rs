//! From the root that is built in to the newest one known, each signed by the one before and by itself.
//!
//! `tough` walks the chain from one root to the mirror's newest. It neither keeps what it reached, so a
//! mirror could take a later run back to an older root, nor sees that one key stands under two ids. This
//! chain is therefore kept between runs, and verified again, from the built-in root on, in each.

use std::collections::{BTreeMap, HashMap};

use tough::schema::decoded::{Decoded, Hex};
use tough::schema::key::Key;
use tough::schema::{Role, Root, Signed};

use super::plain_cause;

/// A verified chain, never empty.
pub struct RootChain {
    newest: Signed<Root>,
    newest_json: Vec<u8>,
    /// The roots after the first, in order, as received.
    later: Vec<Vec<u8>>,
}

impl RootChain {
    /// Starts at a root that is trusted because the person or the program brought it.
    pub fn start(json: &[u8]) -> Result<Self, String> {
        let newest: Signed<Root> =
            serde_json::from_slice(json).map_err(|e| format!("the first root is no TUF root: {}", plain_cause(&e)))?;
        is_sound(&newest.signed).map_err(|why| format!("the first root: {why}"))?;
        newest
            .signed
            .verify_role(&newest)
            .map_err(|e| format!("the first root is not signed by its own keys: {}", plain_cause(&e)))?;
        Ok(Self { newest, newest_json: json.to_vec(), later: Vec::new() })
    }

    /// Adds the next root.
    pub fn extend(&mut self, json: &[u8]) -> Result<(), String> {
        let expected = self.version().saturating_add(1);
        let failed = |why: String| format!("root version {expected}: {why}");
        let next: Signed<Root> =
            serde_json::from_slice(json).map_err(|e| failed(format!("no TUF root: {}", plain_cause(&e))))?;
        if next.signed.version.get() != expected {
            return Err(failed(format!("the file states version {}", next.signed.version)));
        }
        // By the old keys, or anybody could go on from here; by the new ones, or nobody may be able to.
        for (keys, whose) in [(&self.newest.signed, "the root before"), (&next.signed, "its own keys")] {
            keys.verify_role(&next).map_err(|e| failed(format!("not signed by {whose}: {}", plain_cause(&e))))?;
        }
        is_sound(&next.signed).map_err(failed)?;
        self.later.push(json.to_vec());
        self.newest_json = json.to_vec();
        self.newest = next;
        Ok(())
    }

    pub fn version(&self) -> u64 {
        self.newest.signed.version.get()
    }

    pub fn newest(&self) -> &Root {
        &self.newest.signed
    }

    /// The newest root, as received.
    pub fn newest_json(&self) -> &Vec<u8> {
        &self.newest_json
    }

    /// The roots after the first, in order, as received.
    pub fn later(&self) -> &[Vec<u8>] {
        &self.later
    }

    /// Whether these keys sign for this role, whenever it expires.
    pub fn has_signed<T: Role>(&self, role: &Signed<T>) -> bool {
        self.newest.signed.verify_role(role).is_ok()
    }
}

/// What this client needs of a root and `tough` does not ask.
fn is_sound(root: &Root) -> Result<(), String> {
    is_version_1(&root.spec_version)?;
    if !root.consistent_snapshot {
        return Err("it has no consistent snapshots, without which names of roles and files may collide".into());
    }
    root.roles.values().try_for_each(|role| keys_are_distinct(&role.keyids, &root.keys))
}

/// A later major version may mean other things by the same words.
pub fn is_version_1(spec_version: &str) -> Result<(), String> {
    if spec_version == "1" || spec_version.starts_with("1.") {
        return Ok(());
    }
    Err(format!("its specification version is `{}`, expected 1.x", crate::plain_text::plain_within(spec_version, 40)))
}

/// An id is the hash of a key and of whatever else stands beside it, so one key can have several, and
/// its one owner would be counted several times towards a threshold.
pub fn keys_are_distinct(ids: &[Decoded<Hex>], keys: &HashMap<Decoded<Hex>, Key>) -> Result<(), String> {
    let mut seen: BTreeMap<&[u8], &Decoded<Hex>> = BTreeMap::new();
    for id in ids {
        let Some(key) = keys.get(id) else { continue };
        match seen.insert(public(key)?, id) {
            Some(other) if other != id => return Err("one key stands under two ids in one role".into()),
            _ => {}
        }
    }
    Ok(())
}

/// The bytes by which keys are told apart. An elliptic-curve point has several encodings; one is read.
fn public(key: &Key) -> Result<&[u8], String> {
    match key {
        Key::Rsa { keyval, .. } => Ok(&keyval.public),
        Key::Ed25519 { keyval, .. } => Ok(&keyval.public),
        Key::Ecdsa { keyval, .. } | Key::EcdsaOld { keyval, .. } => match &*keyval.public {
            point @ [4, rest @ ..] if rest.len() == 64 => Ok(point),
            _ => Err("a P-256 key is no uncompressed point".into()),
        },
    }
}
