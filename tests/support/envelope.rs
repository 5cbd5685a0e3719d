//! DSSE envelopes.

use serde_json::{Value, json};

use super::keys::b64;

pub const IN_TOTO: &str = "application/vnd.in-toto+json";

#[derive(Clone, Default)]
pub struct Envelope {
    pub payload_type: String,
    pub payload: Vec<u8>,
    pub signatures: Vec<EnvelopeSignature>,
}

#[derive(Clone)]
pub struct EnvelopeSignature {
    pub sig: Vec<u8>,
    /// `None` leaves the member out.
    pub keyid: Option<String>,
}

impl Envelope {
    pub fn json(&self) -> Value {
        let signatures: Vec<Value> = self
            .signatures
            .iter()
            .map(|s| match &s.keyid {
                Some(id) => json!({"keyid": id, "sig": b64(&s.sig)}),
                None => json!({"sig": b64(&s.sig)}),
            })
            .collect();
        json!({
            "payload": b64(&self.payload),
            "payloadType": self.payload_type,
            "signatures": signatures,
        })
    }
}

/// The pre-authentication encoding: what a DSSE signature signs.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}
