//! What must be refused: one attack each, with every layer above the change signed again.

mod bundle;
mod certificate;
mod log;
mod registry;
mod statement;

use crate::mint::{Folder, Mint};

pub fn all(m: &Mint) -> Vec<Folder> {
    [registry::all(m), bundle::all(m), log::all(m), certificate::all(m), statement::all(m)].concat()
}
