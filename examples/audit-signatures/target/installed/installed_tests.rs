#![allow(clippy::unwrap_used)]

use std::fs;

use super::*;
use crate::lockfile::Inventory;

/// A project with a tree and a lock file, both as given.
struct Project(tempfile::TempDir);

impl Project {
    fn new(installed: &[(&str, &str)], locked: &str) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        fs::create_dir(project.path("node_modules")).unwrap();
        for (location, id) in installed {
            let (name, version) = id.rsplit_once('@').unwrap();
            fs::create_dir_all(project.path(location)).unwrap();
            let text = serde_json::json!({"name": name, "version": version, "_integrity": "sha512-own-word"});
            fs::write(project.path(location).join("package.json"), text.to_string()).unwrap();
        }
        if !locked.is_empty() {
            project.lock("package-lock.json", locked);
        }
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn lock(&self, name: &str, packages: &str) {
        fs::write(self.path(name), format!(r#"{{"lockfileVersion":3,"packages":{{{packages}}}}}"#)).unwrap();
    }

    fn read(&self) -> Installed {
        read(&self.path("node_modules"), Omit::default()).unwrap()
    }

    fn note(&self, code: &str) -> Option<String> {
        note(&self.read(), code)
    }

    /// Location, name and version, and the digest or how it deviates.
    fn found(&self) -> Vec<(String, String)> {
        let Installed { entries, deviations, .. } = self.read();
        let said = |entry: Entry| {
            let deviation = deviations.get(&entry.location).cloned();
            let skipped = match entry.kind {
                Kind::Skipped(reason) => Some(reason.text().to_owned()),
                Kind::Registry => entry.integrity,
            };
            (entry.location, deviation.or(skipped).unwrap_or_default())
        };
        entries.into_iter().map(said).collect()
    }
}

fn note(installed: &Installed, code: &str) -> Option<String> {
    installed.notes.iter().find(|note| note.code() == code).map(|note| note.message().to_owned())
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

const A: &str = r#""node_modules/a":{"version":"1.0.0","integrity":"sha512-a"}"#;

#[test]
fn digests_are_the_lock_files_and_never_the_packages_own_word() {
    let project = Project::new(&[("node_modules/a", "a@1.0.0"), ("node_modules/b/node_modules/a", "a@1.0.0")], A);
    fs::write(project.path("node_modules/b/package.json"), r#"{"name":"b","version":"1.0.0"}"#).unwrap();
    let expected = [
        ("node_modules/a", "sha512-a"),
        ("node_modules/b", "b@1.0.0 is installed, and the lock file does not have it"),
        // Not at this place in the lock file; the package is the same.
        ("node_modules/b/node_modules/a", "sha512-a"),
    ];
    assert_eq!(project.found(), owned(&expected));
    // Of the notes none says that it is missing.
    assert!(project.note("NOTE_AUDIT_NOT_INSTALLED").is_none());
}

#[test]
fn another_version_or_package_than_locked_has_no_digest() {
    let locked = format!(r#"{A},"node_modules/b":{{"version":"1.0.0","integrity":"sha512-b"}}"#);
    let project = Project::new(&[("node_modules/a", "a@1.0.1"), ("node_modules/b", "a@1.0.0")], &locked);
    let expected = [
        ("node_modules/a", "a@1.0.1 is installed where the lock file has a@1.0.0"),
        ("node_modules/b", "a@1.0.0 is installed where the lock file has b@1.0.0"),
    ];
    assert_eq!(project.found(), owned(&expected));
}

#[test]
fn lk_05_an_alias_is_one_only_if_the_lock_file_says_so() {
    let installed = [("node_modules/lodash", "evil@1.0.0")];
    let alias = r#""node_modules/lodash":{"name":"evil","version":"1.0.0","integrity":"sha512-e"}"#;
    let project = Project::new(&installed, alias);
    assert_eq!(project.found(), owned(&[("node_modules/lodash", "sha512-e")]));
    let items = Inventory::new(project.read().entries, Omit::default()).items;
    assert_eq!((items[0].name.as_str(), items[0].aliases.first().unwrap().as_str()), ("evil", "lodash"));
    let elsewhere = r#""node_modules/evil":{"version":"1.0.0","integrity":"sha512-e"}"#;
    let found = Project::new(&installed, elsewhere).found();
    assert!(found[0].1.contains("evil@1.0.0 is installed as lodash, and the lock file does not have it"), "{found:?}");
}

#[test]
fn a_kind_that_the_lock_file_does_not_state_cannot_be_left_out() {
    let project = Project::new(&[("node_modules/a", "a@1.0.0")], "");
    let entry = "# yarn lockfile v1\n\na@1.0.0:\n  version \"1.0.0\"\n  integrity sha512-a\n";
    fs::write(project.path("yarn.lock"), entry).unwrap();
    let omit = Omit { dev: true, ..Omit::default() };
    let refused = read(&project.path("node_modules"), omit).err().unwrap();
    assert!(
        refused.starts_with("--omit dev: ") && refused.contains("does not say which packages are dev"),
        "{refused}"
    );
    assert!(read(&project.path("node_modules"), Omit::default()).is_ok());
}

/// A link would put a package that is locked elsewhere in another's place.
#[test]
#[cfg(unix)]
fn lk_05_a_link_is_an_alias_only_if_the_lock_file_says_so() {
    let installed = [("node_modules/left-pad", "left-pad@1.0.0"), ("node_modules/a", "a@1.0.0")];
    let left_pad = r#""node_modules/left-pad":{"version":"1.0.0","integrity":"sha512-l"}"#;
    let project = Project::new(&installed, &format!("{A},{left_pad}"));
    let modules = project.path("node_modules/a/node_modules");
    fs::create_dir(&modules).unwrap();
    std::os::unix::fs::symlink("../../left-pad", modules.join("lodash")).unwrap();
    let (location, found) = project.found().into_iter().find(|(location, _)| location.ends_with("/lodash")).unwrap();
    assert_eq!(location, "node_modules/a/node_modules/lodash");
    assert_eq!(found, "left-pad@1.0.0 is installed as lodash, and the lock file does not have it under that name");
    // Under its own name it is the package that has a place of its own.
    fs::rename(modules.join("lodash"), modules.join("left-pad")).unwrap();
    assert_eq!(project.found().len(), 2);
}

#[test]
fn what_is_missing_is_counted_unless_it_may_be() {
    let locked = format!(
        r#"{A},"node_modules/o":{{"version":"1.0.0","integrity":"sha512-o","optional":true}},
        "node_modules/m":{{"version":"1.0.0","integrity":"sha512-m"}},"node_modules/d":{{"version":"1.0.0","integrity":"sha512-d","dev":true}}"#
    );
    let project = Project::new(&[("node_modules/a", "a@1.0.0")], &locked);
    let note = |omit| note(&read(&project.path("node_modules"), omit).unwrap(), "NOTE_AUDIT_NOT_INSTALLED");
    assert_eq!(note(Omit::default()).unwrap(), "Locked and not installed: 2, namely d@1.0.0, m@1.0.0.");
    let omit = Omit { dev: true, ..Omit::default() };
    assert_eq!(note(omit).unwrap(), "Locked and not installed: 1, namely m@1.0.0.");
}

#[test]
fn the_lock_file_in_node_modules_counts_only_without_the_projects() {
    let project = Project::new(&[("node_modules/a", "a@1.0.0")], "");
    let none = "a@1.0.0 is installed, and there is no lock file that would say with which digest";
    assert_eq!(project.found(), owned(&[("node_modules/a", none)]));
    assert!(project.note("NOTE_AUDIT_NO_LOCK").is_some());
    project
        .lock("node_modules/.package-lock.json", r#""node_modules/a":{"version":"1.0.0","integrity":"sha512-hidden"}"#);
    assert_eq!(project.found(), owned(&[("node_modules/a", "sha512-hidden")]));
    assert!(project.note("NOTE_AUDIT_HIDDEN_LOCK").unwrap().contains("whoever can write the tree can write too"));
    project.lock("package-lock.json", A);
    assert_eq!(project.found(), owned(&[("node_modules/a", "sha512-a")]));
    assert!(project.note("NOTE_AUDIT_HIDDEN_LOCK").is_none() && project.note("NOTE_AUDIT_NO_LOCK").is_none());
    // Never the other one because the right one cannot be read.
    fs::write(project.path("package-lock.json"), "{").unwrap();
    assert!(read(&project.path("node_modules"), Omit::default()).err().unwrap().contains("package-lock.json"));
}

#[test]
fn what_no_registry_answers_for_stays_so() {
    let git = r#""node_modules/g":{"version":"1.0.0","resolved":"git+ssh://git.example/g#0"}"#;
    let project = Project::new(&[("node_modules/g", "g@1.0.0")], git);
    assert_eq!(project.found(), owned(&[("node_modules/g", "fetched from git")]));
    let other = Project::new(&[("node_modules/g", "x@1.0.0")], git).found();
    assert_eq!(other[0].1, "x@1.0.0 is installed where the lock file has g@1.0.0");
}

#[cfg(unix)]
#[test]
fn a_link_is_the_lock_files_or_not_as_locked() {
    use std::os::unix::fs::symlink;
    let linked = r#""node_modules/w":{"resolved":"packages/w","link":true},"packages/w":{"version":"1.0.0"}"#;
    let project =
        Project::new(&[("packages/w", "w@1.0.0"), ("packages/w/node_modules/a", "a@1.0.0")], &format!("{linked},{A}"));
    symlink("../packages/w", project.path("node_modules/w")).unwrap();
    let own = ("packages/w/node_modules/a", "sha512-a");
    assert_eq!(project.found(), owned(&[("node_modules/w", "a link to a folder"), own]));
    // Where a package is locked, a link is a substitution.
    project.lock("package-lock.json", A);
    symlink("../packages/w", project.path("node_modules/a")).unwrap();
    let out = "it is a link that leads out of what is audited";
    assert_eq!(project.found(), owned(&[("node_modules/a", out), ("node_modules/w", out)]));
}

#[test]
fn a_real_folder_in_place_of_a_link_is_not_the_workspace() {
    let linked = r#""node_modules/w":{"resolved":"packages/w","link":true},"packages/w":{"version":"1.0.0"}"#;
    let found = Project::new(&[("node_modules/w", "w@1.0.0")], linked).found();
    assert_eq!(
        found,
        owned(&[("node_modules/w", "w@1.0.0 is installed where the lock file has w (a link to a folder)")])
    );
}

#[test]
fn a_real_folder_of_the_links_own_version_is_not_the_workspace() {
    let linked = r#""node_modules/w":{"version":"1.0.0","resolved":"packages/w","link":true}"#;
    let found = Project::new(&[("node_modules/w", "w@1.0.0")], linked).found();
    assert_eq!(
        found,
        owned(&[("node_modules/w", "w@1.0.0 is installed where the lock file has w (a link to a folder)")])
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_another_package_of_the_tree_is_not_the_workspace() {
    let locked = format!(r#""node_modules/w":{{"resolved":"packages/w","link":true}},{A}"#);
    let project = Project::new(&[("node_modules/a", "a@1.0.0"), ("node_modules/a/node_modules/w", "w@6.6.6")], &locked);
    std::os::unix::fs::symlink("a/node_modules/w", project.path("node_modules/w")).unwrap();
    let found = project.found();
    assert_eq!(found[2].1, "w@6.6.6 is installed where the lock file has w (a link to a folder)");
}

#[test]
fn a_tarball_on_this_machine_is_unpacked_into_a_real_folder() {
    let file = r#""node_modules/f":{"version":"1.0.0","resolved":"file:f.tgz","integrity":"sha512-f"}"#;
    let found = Project::new(&[("node_modules/f", "f@1.0.0")], file).found();
    assert_eq!(found, owned(&[("node_modules/f", "a file or folder on this machine")]));
}

#[test]
fn lk_09_two_digests_elsewhere_are_none_here() {
    let two = r#""node_modules/a":{"version":"1.0.0","integrity":"sha512-1"},
        "node_modules/b/node_modules/a":{"version":"1.0.0","integrity":"sha512-2"}"#;
    let found = Project::new(&[("node_modules/c/node_modules/a", "a@1.0.0")], two).found();
    assert!(found[1].1.contains("the lock file has several digests for a@1.0.0"), "{found:?}");
}

#[test]
fn a_folder_that_names_no_package_is_no_version_of_its_slots() {
    let project = Project::new(&[("node_modules/a", "a@1.0.0")], A);
    fs::create_dir_all(project.path("node_modules/b/node_modules/a")).unwrap();
    let names: Vec<String> = project.read().entries.into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["a", "node_modules/b", "node_modules/b/node_modules/a"]);
}

#[test]
fn lk_13_a_workspace_outside_of_the_project_is_not_walked() {
    let project = Project::new(&[], r#""../w":{"version":"1.0.0"},"/w":{"version":"1.0.0"}"#);
    let outside = project.0.path().parent().unwrap();
    assert!(outside.exists());
    let locked = LockFile::read(project.0.path()).unwrap().entries;
    assert!(locked.iter().all(|entry| entry.kind == Kind::Skipped(SkipReason::Workspace)));
    let inner = project.path("inner");
    fs::create_dir_all(project.path("w/node_modules/x")).unwrap();
    fs::create_dir(&inner).unwrap();
    assert!(in_workspaces(&inner, &locked).unwrap().is_empty());
}

#[test]
fn nothing_installed_says_so() {
    let project = Project::new(&[], A);
    fs::remove_dir(project.path("node_modules")).unwrap();
    assert!(read(&project.path("node_modules"), Omit::default()).err().unwrap().contains("nothing is installed"));
}
