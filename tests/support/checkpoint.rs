//! Checkpoints: signed notes over a tree head.

use super::keys::{Key, b64, note_id};

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
    /// A witness signs the time with the checkpoint, as C2SP's tlog-cosignature has it.
    pub cosigned_at: Option<u64>,
    /// Takes the place of the computed signature.
    pub signature: Option<Vec<u8>>,
}

impl NoteSignature {
    pub fn new(name: &str, key: &Key) -> NoteSignature {
        let hint = key.note_id(name)[..4].to_vec();
        NoteSignature { name: name.into(), hint, key: key.clone(), cosigned_at: None, signature: None }
    }

    /// A witness's cosignature by an Ed25519 key.
    pub fn cosignature(name: &str, key: &Key, time: u64) -> NoteSignature {
        let hint = note_id(name, 4, &key.public())[..4].to_vec();
        NoteSignature { hint, cosigned_at: Some(time), ..NoteSignature::new(name, key) }
    }

    fn sign(&self, body: &str) -> Vec<u8> {
        match (&self.signature, self.cosigned_at) {
            (Some(signature), _) => signature.clone(),
            (None, None) => self.key.sign(body.as_bytes()),
            (None, Some(time)) => {
                let signed = format!("cosignature/v1\ntime {time}\n{body}");
                [&time.to_be_bytes(), &self.key.sign(signed.as_bytes())[..]].concat()
            }
        }
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
            let packed = b64([&line.hint[..], &line.sign(&body)].concat());
            text += &format!("\u{2014} {} {packed}\n", line.name);
        }
        text
    }
}
