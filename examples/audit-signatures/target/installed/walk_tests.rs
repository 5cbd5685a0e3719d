#![allow(clippy::unwrap_used)]

use super::*;

struct Tree(tempfile::TempDir);

impl Tree {
    fn new(packages: &[(&str, &str)]) -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        for (location, id) in packages {
            let (name, version) = id.rsplit_once('@').unwrap();
            fs::create_dir_all(tree.path(location)).unwrap();
            let text = serde_json::json!({"name": name, "version": version}).to_string();
            fs::write(tree.path(location).join("package.json"), text).unwrap();
        }
        tree
    }

    fn path(&self, location: &str) -> PathBuf {
        self.0.path().join(location)
    }

    /// Location and what was found there.
    fn walked(&self) -> Vec<(String, String)> {
        let said = |place: Place| match place.found {
            Ok((name, version)) => (place.location, format!("{name}@{version}")),
            Err(reason) => (place.location, reason),
        };
        walk(&self.path("node_modules"), "node_modules").unwrap().into_iter().map(said).collect()
    }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn every_real_folder_is_a_place() {
    let packages = [
        ("node_modules/@s/a", "@s/a@1.0.0"),
        ("node_modules/@s/a/node_modules/b", "b@2.0.0"),
        ("node_modules/b", "b@1.0.0"),
        ("node_modules/lodash", "evil@1.0.0"),
    ];
    let tree = Tree::new(&packages);
    for tools in [".bin", ".cache/x", "b/.hidden"] {
        fs::create_dir_all(tree.path("node_modules").join(tools)).unwrap();
    }
    fs::write(tree.path("node_modules/.package-lock.json"), "{}").unwrap();
    assert_eq!(tree.walked(), owned(&packages));
}

#[test]
fn what_node_would_load_and_names_no_package_is_a_place_too() {
    let tree = Tree::new(&[]);
    fs::create_dir_all(tree.path("node_modules/bare")).unwrap();
    fs::write(tree.path("node_modules/loose.js"), "").unwrap();
    let expected =
        [("node_modules/bare", "it has no package.json"), ("node_modules/loose.js", "it is a file, and no package")];
    assert_eq!(tree.walked(), owned(&expected));
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_and_one_that_leads_out_is_said() {
    use std::os::unix::fs::symlink;
    let tree =
        Tree::new(&[("node_modules/a", "a@1.0.0"), ("outside", "secret@1.0.0"), ("node_modules/.x/h", "h@1.0.0")]);
    symlink("../outside", tree.path("node_modules/linked")).unwrap();
    symlink("a", tree.path("node_modules/other")).unwrap();
    symlink(".x/h", tree.path("node_modules/h")).unwrap();
    symlink("../..", tree.path("node_modules/a/node_modules")).unwrap();
    symlink("nowhere", tree.path("node_modules/gone")).unwrap();
    let out = "it is a link that leads out of what is audited";
    let expected = [
        ("node_modules/a", "a@1.0.0"),
        ("node_modules/a/node_modules", out),
        ("node_modules/gone", out),
        ("node_modules/h", out),
        ("node_modules/linked", out),
        ("node_modules/other", "a@1.0.0"),
    ];
    assert_eq!(tree.walked(), owned(&expected));
}

#[cfg(unix)]
#[test]
fn a_store_is_walked_and_its_links_are_not() {
    use std::os::unix::fs::symlink;
    let packages = [
        ("node_modules/.pnpm/@s+b@1.0.0/node_modules/@s/b", "@s/b@1.0.0"),
        ("node_modules/.pnpm/a@1.0.0/node_modules/a", "a@1.0.0"),
        // Found by every package of the store.
        ("node_modules/.pnpm/node_modules/hidden", "hidden@1.0.0"),
    ];
    let tree = Tree::new(&packages);
    symlink(".pnpm/a@1.0.0/node_modules/a", tree.path("node_modules/a")).unwrap();
    fs::create_dir_all(tree.path("node_modules/.pnpm/a@1.0.0/node_modules/@s")).unwrap();
    symlink("../../../@s+b@1.0.0/node_modules/@s/b", tree.path("node_modules/.pnpm/a@1.0.0/node_modules/@s/b"))
        .unwrap();
    symlink("../../a@1.0.0/node_modules/a", tree.path("node_modules/.pnpm/@s+b@1.0.0/node_modules/alias")).unwrap();
    let mut expected = owned(&packages);
    expected.insert(1, ("node_modules/.pnpm/@s+b@1.0.0/node_modules/alias".into(), "a@1.0.0".into()));
    expected.push(("node_modules/a".into(), "a@1.0.0".into()));
    assert_eq!(tree.walked(), expected);
}

#[test]
fn re_06_packages_are_counted_and_depth_is_bounded() {
    let tree = Tree::new(&[("node_modules/a/node_modules/b/node_modules/c", "c@1.0.0"), ("node_modules/d", "d@1.0.0")]);
    let within = |most, deepest| walk_within(&tree.path("node_modules"), "node_modules", most, deepest);
    assert_eq!(within(4, 3).unwrap().len(), 4);
    assert!(within(3, 3).unwrap_err().contains("more than 3 packages"));
    assert!(within(4, 2).unwrap_err().contains("deeper than 2"));
}
