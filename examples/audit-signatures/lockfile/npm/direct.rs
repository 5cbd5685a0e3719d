//! Which locations the project itself asks for: what its root and its workspaces depend on.

use std::collections::BTreeSet;

use super::document::{Package, Packages};

/// Where the packages of a folder stand.
const MODULES: &str = "node_modules/";

/// Look-ups after which nothing more is called direct: it decides nothing but which line of a table counts
/// a package.
const MOST_LOOKUPS: usize = 1_000_000;

/// The locations that the root's and the workspaces' own dependencies lead to, as node finds them.
pub fn find(packages: &Packages) -> BTreeSet<&str> {
    let (mut direct, mut lookups) = (BTreeSet::new(), 0);
    for (folder, package) in packages.iter().filter(|(location, package)| is_own(location, package)) {
        for names in [
            &package.dependencies,
            &package.dev_dependencies,
            &package.optional_dependencies,
            &package.peer_dependencies,
        ] {
            for name in &names.names {
                direct.extend(installed(packages, folder, name, &mut lookups));
            }
        }
    }
    direct
}

fn is_own(location: &str, package: &Package) -> bool {
    !package.link && !location.starts_with(MODULES) && !location.contains("/node_modules/")
}

/// The nearest `node_modules` that has it, from the folder itself upwards.
fn installed<'a>(packages: &'a Packages, folder: &str, name: &str, lookups: &mut usize) -> Option<&'a str> {
    let mut folder = folder;
    loop {
        *lookups += 1;
        if *lookups > MOST_LOOKUPS {
            return None;
        }
        let separator = if folder.is_empty() { "" } else { "/" };
        if let Some((location, _)) = packages.get_key_value(&format!("{folder}{separator}{MODULES}{name}")) {
            return Some(location);
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder.rsplit_once('/').map_or("", |(outer, _)| outer);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn direct(packages: &str) -> Vec<String> {
        let text = format!(r#"{{"lockfileVersion":3,"packages":{packages}}}"#);
        let packages = super::super::document::packages(&text);
        find(&packages).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn the_root_and_its_workspaces_ask_for_packages() {
        let found = direct(
            r#"{"":{"dependencies":{"a":"1"},"devDependencies":{"b":"1"},"optionalDependencies":{"o":"1"},
                    "peerDependencies":{"p":"1"},"workspaces":["packages/*"]},
                "packages/web":{"version":"1.0.0","dependencies":{"a":"2","c":"1","web":"1"}},
                "node_modules/web":{"resolved":"packages/web","link":true},
                "packages/web/node_modules/a":{"version":"2.0.0"},
                "node_modules/a":{"version":"1.0.0","dependencies":{"t":"1"}},
                "node_modules/b":{"version":"1.0.0"},"node_modules/c":{"version":"1.0.0"},
                "node_modules/o":{"version":"1.0.0"},"node_modules/p":{"version":"1.0.0"},
                "node_modules/a/node_modules/b":{"version":"9.0.0"},"node_modules/t":{"version":"1.0.0"}}"#,
        );
        let named = ["a", "b", "c", "o", "p", "web"].map(|name| format!("node_modules/{name}"));
        assert_eq!(found, [&named[..], &["packages/web/node_modules/a".into()]].concat());
    }

    #[test]
    fn what_is_not_installed_is_not_direct() {
        assert!(
            direct(r#"{"":{"dependencies":{"a":"1","../b":"1"}},"node_modules/x":{"version":"1.0.0"}}"#).is_empty()
        );
        assert!(direct(r#"{"node_modules/a":{"version":"1.0.0"}}"#).is_empty());
    }
}
