//! Proof 3: RFC 3161 timestamps, each by a timestamp authority of the trusted root, over the signature.

use super::timestamp_authority::TimestampAuthority;
use super::timestamp_token::Token;
use super::trusted_root::TrustedRoot;
use crate::error::VerifyError;
use crate::time::Timestamp;

/// A time that a trusted timestamp authority states: the bundle's signature existed then.
#[derive(Clone, Debug)]
pub(super) struct VerifiedTimestamp {
    time: Timestamp,
}

impl VerifiedTimestamp {
    /// What proof 4 judges by. A part of a second is dropped.
    pub(super) fn time(&self) -> Timestamp {
        self.time
    }
}

/// Proves every token of a bundle; `signature` is the raw signature that they must be over
/// (client-spec §4.2, RFC 3161 §2.4.2).
///
/// One that does not verify refuses the bundle, even one by an authority that nobody here knows:
/// a signer adds a token in order that its time counts, and whoever takes one out, or makes one
/// unreadable, would take out a time that may lie outside the certificate. What a token says of its own
/// nonce, order, accuracy and author is not used.
///
/// If one cannot be read, `TIMESTAMP_MALFORMED`, `TIMESTAMP_STATUS`, `TIMESTAMP_UNSUPPORTED`,
/// `TIMESTAMP_ATTRIBUTES` or `TIMESTAMP_CONTENT`; if it is over something else, `TIMESTAMP_IMPRINT`; if
/// no authority made it, `UNKNOWN_TIMESTAMP_AUTHORITY`, or what failed with the one that it names.
pub(super) fn verify(
    tokens: &[Vec<u8>],
    signature: &[u8],
    root: &TrustedRoot,
) -> Result<Vec<VerifiedTimestamp>, VerifyError> {
    tokens.iter().map(|token| verify_token(token, signature, root.timestamp_authorities())).collect()
}

/// One token. No authority at all makes every token unknown: absence of trust is never a pass.
pub(super) fn verify_token(
    der: &[u8],
    signature: &[u8],
    authorities: &[TimestampAuthority],
) -> Result<VerifiedTimestamp, VerifyError> {
    let token = Token::read(der)?;
    // A genuine token of another signature has a time of the sender's choice.
    if !token.is_over(signature) {
        return Err(VerifyError::TimestampImprint);
    }
    // An authority holds as a whole, with its own window: one's certificate within another's window
    // would let a retired key make times (sigstore-rust TOB-SIGSTORE-11). Several may bear one name.
    let mut failure = VerifyError::UnknownTimestampAuthority;
    for authority in authorities {
        match authority.verify(&token) {
            Ok(()) => return Ok(VerifiedTimestamp { time: token.time() }),
            Err(error) => failure = more_telling(failure, error),
        }
    }
    Err(failure)
}

/// What failed later says more.
fn more_telling(one: VerifyError, other: VerifyError) -> VerifyError {
    let weight = |error: &VerifyError| match error {
        VerifyError::UnknownTimestampAuthority => 0_u8,
        VerifyError::TimestampCertificate | VerifyError::TimestampUnsupported { .. } => 1,
        VerifyError::TimestampSignature => 2,
        _ => 3,
    };
    if weight(&other) > weight(&one) { other } else { one }
}
