//! What one package must show.

mod need;

pub use need::Need;
