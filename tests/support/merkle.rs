//! The Merkle tree of RFC 6962 over a handful of leaves.

use super::keys::Hash;

pub fn leaf_hash(entry: &[u8]) -> Vec<u8> {
    Hash::Sha256.of(&[&[0], entry].concat())
}

pub fn node_hash(left: &[u8], right: &[u8]) -> Vec<u8> {
    Hash::Sha256.of(&[&[1], left, right].concat())
}

/// A log's whole content, and where the entry of interest stands in it.
#[derive(Clone)]
pub struct Tree {
    pub entries: Vec<Vec<u8>>,
    pub position: usize,
}

impl Tree {
    /// `entry` at `position` among `size` entries that are otherwise of no interest.
    pub fn with(entry: &[u8], position: usize, size: usize) -> Tree {
        let mut entries: Vec<Vec<u8>> = (0..size).map(|i| format!("another entry, number {i}").into_bytes()).collect();
        entries[position] = entry.to_vec();
        Tree { entries, position }
    }

    /// Moves the entry of interest: `size` entries, ours at `position`.
    pub fn place(&mut self, position: usize, size: usize) {
        *self = Tree::with(&self.entries[self.position], position, size);
    }

    pub fn root(&self) -> Vec<u8> {
        root(&self.leaves())
    }

    /// The audit path, from the leaf's sibling upwards.
    pub fn path(&self) -> Vec<Vec<u8>> {
        path(self.position, &self.leaves())
    }

    fn leaves(&self) -> Vec<Vec<u8>> {
        self.entries.iter().map(|e| leaf_hash(e)).collect()
    }
}

fn root(leaves: &[Vec<u8>]) -> Vec<u8> {
    match leaves {
        [] => Hash::Sha256.of(&[]),
        [only] => only.clone(),
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

fn path(position: usize, leaves: &[Vec<u8>]) -> Vec<Vec<u8>> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut below, sibling) = if position < left.len() {
        (path(position, left), root(right))
    } else {
        (path(position - left.len(), right), root(left))
    };
    below.push(sibling);
    below
}

/// The largest power of two that is smaller than `n`.
fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}
