//! What can be wrong: unreadable input, a claim that does not hold, a requirement that is not met.
//!
//! Errors are data. Each has a stable [code](VerifyError::code), a [kind](VerifyError::kind), a
//! [verdict](VerifyError::verdict) and [help](VerifyError::help) for the person who reads it. The
//! tables in this folder are the only place that maps one to the other. Text from outside is held
//! as [`Text`], which is escaped and cut, so that no error can carry a terminal escape.

mod denied;
mod parse;
mod proof;
mod text;
mod verify;

pub use denied::Denied;
pub use parse::ParseError;
pub use text::Text;
pub(crate) use text::{escaped, is_unsafe};
pub use verify::VerifyError;

use serde::Serialize;

/// What sort of wrong it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// It could not be read, or it is larger than its limit.
    Malformed,
    /// It was read, and it is false: a signature, a binding or a statement does not hold.
    Altered,
    /// It could be neither proved nor disproved with the trust material and time at hand.
    Unproven,
    /// It is sound, but not what was required.
    Unwanted,
}

/// What an error makes of the package it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// Forged, altered, broken, or contradicting itself.
    Invalid,
    /// Sound, but something required is absent or differs.
    Denied,
    /// Not known: refreshing trust, or asking again later, may help.
    Unverifiable,
    /// A body was not obtained, or what was obtained is no JSON document at all.
    Unavailable,
}

/// Declares an error enum together with its only table: code, kind, verdict, rank, message, help.
///
/// A lower rank is shown first: "altered" outranks "unknown key", because a person who is told to
/// refresh trust while the signature is forged is told the wrong thing.
macro_rules! error_table {
    (
        $(#[$meta:meta])*
        $name:ident $(wraps $inner:ident)? {
            $(
                $(#[$doc:meta])*
                $variant:ident $({ $( $(#[$fdoc:meta])* $field:ident : $ty:ty ),* $(,)? })?
                    = $code:literal, $kind:ident, $verdict:ident, $rank:literal,
                    $message:literal, $help:literal;
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$doc])* $variant $({ $( $(#[$fdoc])* $field: $ty ),* })?, )*
            $(
                /// Input that could not be read; code, verdict and help are the reader's.
                Unreadable($inner),
            )?
        }

        impl $name {
            /// Every code this type can have, in the order of the table.
            pub const CODES: &'static [&'static str] = &[$( concat!("ERR_COUNTERSIGN_", $code) ),*];

            /// The stable code, `ERR_COUNTERSIGN_…`; never renamed, never reused.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $( Self::$variant { .. } => concat!("ERR_COUNTERSIGN_", $code), )*
                    $( Self::Unreadable(error) => <$inner>::code(error), )?
                }
            }

            /// What sort of wrong it is.
            #[must_use]
            pub fn kind(&self) -> $crate::error::Kind {
                match self {
                    $( Self::$variant { .. } => $crate::error::Kind::$kind, )*
                    $( Self::Unreadable(error) => <$inner>::kind(error), )?
                }
            }

            /// What it makes of the package.
            #[must_use]
            pub fn verdict(&self) -> $crate::error::Verdict {
                match self {
                    $( Self::$variant { .. } => $crate::error::Verdict::$verdict, )*
                    $( Self::Unreadable(error) => <$inner>::verdict(error), )?
                }
            }

            /// What the person who reads it can do.
            #[must_use]
            pub fn help(&self) -> &'static str {
                match self {
                    $( Self::$variant { .. } => $help, )*
                    $( Self::Unreadable(error) => <$inner>::help(error), )?
                }
            }

            /// Smaller is shown first when there are several.
            #[must_use]
            pub(crate) fn rank(&self) -> u8 {
                match self {
                    $( Self::$variant { .. } => $rank, )*
                    $( Self::Unreadable(error) => <$inner>::rank(error), )?
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self {
                    $( Self::$variant $({ $($field),* })? => write!(f, $message), )*
                    $( Self::Unreadable(error) => <$inner as core::fmt::Display>::fmt(error, f), )?
                }
            }
        }

        impl core::error::Error for $name {}

        impl serde::Serialize for $name {
            /// `{code, message, help}`, for a person and for a program; it is never read back.
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct as _;
                let mut error = serializer.serialize_struct(stringify!($name), 3)?;
                error.serialize_field("code", self.code())?;
                error.serialize_field("message", &self.to_string())?;
                error.serialize_field("help", self.help())?;
                error.end()
            }
        }
    };
}
pub(crate) use error_table;
