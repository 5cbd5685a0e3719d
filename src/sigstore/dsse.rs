//! Proof 7: the envelope's signature is by the key of proof 5, over its payload.

use super::bundle::{Envelope, PAYLOAD_TYPE};
use crate::crypto::PublicKey;
use crate::error::VerifyError;

/// A payload that its signer signed.
#[derive(Clone, Debug)]
pub(super) struct VerifiedPayload {
    /// What the signature is over; it ends with the payload.
    encoding: Vec<u8>,
    payload_at: usize,
}

impl VerifiedPayload {
    pub(super) fn bytes(&self) -> &[u8] {
        self.encoding.get(self.payload_at..).unwrap_or_default()
    }

    /// What the signature is over.
    pub(super) fn encoding(&self) -> &[u8] {
        &self.encoding
    }
}

/// `ENVELOPE_SIGNATURE` if it is not by this key, over the DSSE encoding of type and payload.
pub(super) fn verify(envelope: &Envelope, key: &PublicKey) -> Result<VerifiedPayload, VerifyError> {
    let encoding = pre_authentication_encoding(PAYLOAD_TYPE, &envelope.payload);
    key.verify(&encoding, &envelope.signature).map_err(|_| VerifyError::EnvelopeSignature)?;
    let payload_at = encoding.len().saturating_sub(envelope.payload.len());
    Ok(VerifiedPayload { encoding, payload_at })
}

/// DSSE v1 PAE: without type and lengths in what is signed, a signature over one document could be
/// shown as one over another (GHSA-r2xv-vpr2-42m9 had no PAE).
fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let header = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [header.as_bytes(), payload].concat()
}

#[cfg(test)]
mod tests {
    use super::pre_authentication_encoding;

    #[test]
    fn encodes_as_the_specification_shows() {
        let expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world";
        assert_eq!(pre_authentication_encoding("http://example.com/HelloWorld", b"hello world"), expected);
        assert_eq!(pre_authentication_encoding("é", b""), "DSSEv1 2 é 0 ".as_bytes());
    }
}
