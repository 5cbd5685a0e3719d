//! Inclusion in a Merkle tree: RFC 6962 §2.1.1, by the algorithm of RFC 9162 §2.1.3.2.

use sha2::{Digest as _, Sha256};

/// A node of the tree.
pub(super) type Hash = [u8; 32];

/// Whether `entry` is leaf number `index` of the tree of `size` leaves with this `root`.
///
/// Errors, in order: the index is not in the tree; the path has more hashes than the way from that
/// leaf to the root; it has fewer; it leads to another root. The exact length counts: a longer or
/// shorter path would prove a leaf at another depth, that is, a node of the tree as if it were an entry.
pub(super) fn verify_inclusion(
    entry: &[u8],
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), &'static str> {
    verify_leaf(leaf(entry), index, size, path, root)
}

fn verify_leaf(mut hash: Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> Result<(), &'static str> {
    let last = size.checked_sub(1).ok_or("the tree is empty")?;
    if index > last {
        return Err("the entry's index is not in the tree");
    }
    // Both numbers only ever shift right: nothing can overflow, whatever the sender writes.
    let (mut node, mut last) = (index, last);
    for sibling in path {
        if last == 0 {
            return Err("the path has too many hashes");
        }
        if node & 1 == 1 || node == last {
            hash = parent(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = parent(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err("the path has too few hashes");
    }
    if hash == *root { Ok(()) } else { Err("the path leads to another root") }
}

/// The prefixes keep leaves and nodes apart: without them, two hashes side by side are an entry.
fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

fn parent(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Hash, leaf, parent, verify_inclusion, verify_leaf};
    use crate::encoding::base64;

    fn entries(size: usize) -> Vec<Vec<u8>> {
        (0..size).map(|i| format!("entry {i}").into_bytes()).collect()
    }

    /// RFC 6962 §2.1, read literally: the root, and the audit path of §2.1.1.
    fn tree(entries: &[Vec<u8>]) -> Hash {
        match entries {
            [one] => leaf(one),
            many => {
                let (left, right) = many.split_at(many.len().next_power_of_two() / 2);
                parent(&tree(left), &tree(right))
            }
        }
    }

    fn path(entries: &[Vec<u8>], index: usize) -> Vec<Hash> {
        if entries.len() == 1 {
            return Vec::new();
        }
        let (left, right) = entries.split_at(entries.len().next_power_of_two() / 2);
        let (mut below, sibling) = if index < left.len() {
            (path(left, index), tree(right))
        } else {
            (path(right, index - left.len()), tree(left))
        };
        below.push(sibling);
        below
    }

    #[test]
    fn agrees_with_the_definition_for_every_small_tree() {
        for size in 1..=40 {
            let all = entries(size);
            let root = tree(&all);
            for (index, entry) in all.iter().enumerate() {
                let path = path(&all, index);
                assert_eq!(verify_inclusion(entry, index as u64, size as u64, &path, &root), Ok(()), "{index}/{size}");
            }
        }
    }

    #[test]
    fn every_other_claim_about_the_same_path_fails() {
        for size in 1..=17 {
            let all = entries(size);
            let root = tree(&all);
            for index in 0..size {
                let path = path(&all, index);
                let holds = |entry: &[u8], i: usize, s: usize, path: &[Hash], root: &Hash| {
                    verify_inclusion(entry, i as u64, s as u64, path, root).is_ok()
                };
                for other in (0..size + 3).filter(|other| *other != index) {
                    assert!(!holds(&all[index], other, size, &path, &root), "index {index} as {other} of {size}");
                }
                assert!(!holds(b"another entry", index, size, &path, &root));
                assert!(!holds(&all[index], index, 0, &path, &root));
                // It leads elsewhere as well; the length alone refuses it.
                let longer = [path.as_slice(), &[root]].concat();
                let refused = verify_inclusion(&all[index], index as u64, size as u64, &longer, &root);
                assert_eq!(refused, Err("the path has too many hashes"));
                for cut in 0..path.len() {
                    assert!(!holds(&all[index], index, size, &path[..cut], &root));
                    let mut flipped = path.clone();
                    flipped[cut][7] ^= 1;
                    assert!(!holds(&all[index], index, size, &flipped, &root));
                }
            }
        }
    }

    /// Every inclusion case of the vectors of transparency-dev/merkle, where they are present.
    #[test]
    fn tl_50_tl_56_published_vectors() {
        let given = std::env::var_os("COUNTERSIGN_SHARED").map(std::path::PathBuf::from);
        let folder = given.unwrap_or_else(|| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
        if !folder.is_dir() {
            println!("skipped: no shared reference data");
            return;
        }
        let vectors = std::fs::read(folder.join("vectors/merkle/merkle.json")).unwrap();
        let vectors: Value = serde_json::from_slice(&vectors).unwrap();
        let hash = |text: &Value| base64(text.as_str().unwrap()).and_then(|bytes| Hash::try_from(bytes).ok());
        let (mut held, mut refused) = (0, 0);
        for case in vectors["inclusion"].as_array().unwrap() {
            let path: Option<Vec<Hash>> = case["proof"].as_array().into_iter().flatten().map(hash).collect();
            // A hash of another length, or a negative number, never gets here: LOG_ENTRY_MALFORMED.
            let good = match (hash(&case["leafHash"]), path, hash(&case["root"])) {
                (Some(leaf), Some(path), Some(root)) => match (case["leafIdx"].as_u64(), case["treeSize"].as_u64()) {
                    (Some(index), Some(size)) => verify_leaf(leaf, index, size, &path, &root).is_ok(),
                    _ => false,
                },
                _ => false,
            };
            assert_eq!(good, case["wantErr"] == false, "{}", case["file"]);
            if good { held += 1 } else { refused += 1 }
        }
        assert_eq!((held, held + refused), (6, 98));
    }

    #[test]
    fn a_node_is_no_entry() {
        let all = entries(4);
        let nodes = [leaf(&all[0]), leaf(&all[1])].concat();
        let sibling = parent(&leaf(&all[2]), &leaf(&all[3]));
        assert_eq!(verify_inclusion(&nodes, 0, 2, &[sibling], &tree(&all)), Err("the path leads to another root"));
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        for (index, size) in [
            (u64::MAX, u64::MAX),
            (u64::MAX - 1, u64::MAX),
            (0, u64::MAX),
            (1 << 63, u64::MAX),
            ((1 << 63) - 1, 1 << 63),
            (i64::MAX as u64, i64::MAX as u64),
        ] {
            for length in [0, 1, 63, 64, 65] {
                let refused = verify_inclusion(b"x", index, size, &vec![[0; 32]; length], &[0; 32]).unwrap_err();
                let reasons = ["not in the tree", "too many hashes", "too few hashes", "another root"];
                assert!(reasons.iter().any(|reason| refused.ends_with(reason)), "{refused}");
            }
        }
        assert_eq!(verify_inclusion(b"x", 0, 1, &[], &leaf(b"x")), Ok(()));
    }
}
