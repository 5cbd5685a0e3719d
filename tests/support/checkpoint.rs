//! Checkpoints: signed notes over a tree head.

use super::keys::{Key, b64};

#[derive(Clone)]
pub struct Checkpoint {
    pub origin: String,
    pub size: String,
    pub root: String,
    /// Further lines of the body; they are signed.
    pub extensions: Vec<String>,
    pub signatures: Vec<NoteSignature>,
}

#[derive(Clone)]
pub struct NoteSignature {
    pub name: String,
    pub hint: Vec<u8>,
    pub key: Key,
    /// Takes the place of the computed signature.
    pub signature: Option<Vec<u8>>,
}

impl NoteSignature {
    pub fn new(name: &str, key: &Key) -> NoteSignature {
        NoteSignature { name: name.into(), hint: key.log_id()[..4].to_vec(), key: key.clone(), signature: None }
    }
}

impl Checkpoint {
    pub fn body(&self) -> String {
        let mut lines = vec![self.origin.clone(), self.size.clone(), self.root.clone()];
        lines.extend(self.extensions.clone());
        lines.join("\n") + "\n"
    }

    pub fn text(&self) -> String {
        let body = self.body();
        let mut text = body.clone() + "\n";
        for line in &self.signatures {
            let signature = line.signature.clone().unwrap_or_else(|| line.key.sign(body.as_bytes()));
            let packed = b64([&line.hint[..], &signature].concat());
            text += &format!("\u{2014} {} {packed}\n", line.name);
        }
        text
    }
}
