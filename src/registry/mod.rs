//! Registry keys and the registry's own signature over `name@version:integrity`.

mod keys;
mod signature;

pub(crate) use keys::{EndedKeyList, KeyKind, KeyUsage};
pub use keys::{KeyOrigin, RegistryKeys};
pub use signature::{RegistrySignature, SignedBy, Window};
pub(crate) use signature::{SigningTime, verify};
