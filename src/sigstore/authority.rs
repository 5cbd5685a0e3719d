//! An authority that the trusted root names: its chain, and when the trusted root vouches for it.

use super::ca_certificate::CaCertificate;
use super::end_entity::EndEntity;
use super::path::{Chain, Purpose};
use super::x509::Certificate;
use crate::error::{ParseError, VerifyError};
use crate::time::{Timestamp, Window};

/// One chain of authorities that may issue for one purpose, checked when the trusted root was loaded.
#[derive(Debug)]
pub(super) struct Authority {
    chain: Chain,
    valid_for: Window,
}

impl Authority {
    /// Reads and checks a chain. `Ok(None)` if it is sound as far as it can be read, but uses keys or
    /// signatures of a kind not verified here: it then issues nothing, and the rest of the root works.
    pub(super) fn load(
        mut chain: Vec<Certificate>,
        valid_for: Window,
        purpose: Purpose,
    ) -> Result<Option<Self>, ParseError> {
        // Public-good roots up to 2023 list the root first (sample `public-good-2fb82623`). Either
        // order is settled by the signatures, which are all verified.
        if let [first, .., last] = chain.as_slice()
            && first.is_self_issued()
            && !last.is_self_issued()
        {
            chain.reverse();
        }
        Ok(Chain::load(chain, purpose)?.map(|chain| Self { chain, valid_for }))
    }

    /// The one that issues leaves.
    pub(super) fn issuer(&self) -> &CaCertificate {
        self.chain.issuer()
    }

    /// As [`Chain::has_signed`].
    pub(super) fn has_signed(&self, leaf: &EndEntity) -> Option<bool> {
        self.chain.has_signed(leaf)
    }

    /// Proves that this authority issued `leaf`, and that the whole path was valid at `time`.
    ///
    /// If the trusted root does not vouch for the chain then, `TIME_OUTSIDE_AUTHORITY`; then as
    /// [`Chain::verify_at`].
    pub(super) fn verify_issued_at(&self, leaf: &EndEntity, time: Timestamp) -> Result<&CaCertificate, VerifyError> {
        if !self.valid_for.contains(time) {
            return Err(VerifyError::TimeOutsideAuthority { time });
        }
        self.chain.verify_at(leaf, time)?;
        Ok(self.issuer())
    }
}
