#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use super::super::offline::Offline;
use super::super::{Fetched, Source as _};
use super::*;
use crate::npmrc::Access;
use crate::registry_url::RegistryUrl;

const REGISTRY: &str = "https://npm.example/";

fn opened() -> (tempfile::TempDir, Cache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("countersign/documents")).unwrap();
    (folder, cache)
}

fn key(document: &Document) -> Key<'_> {
    Key { registry: REGISTRY, document, identified: false }
}

fn validators() -> Validators {
    Validators { etag: Some("\"x\"".into()), last_modified: None }
}

/// The only entry.
fn entry(cache: &Cache) -> PathBuf {
    let mut entries = fs::read_dir(&cache.folder).unwrap().map(|entry| entry.unwrap().path());
    let entry = entries.next().unwrap();
    assert!(entries.next().is_none());
    entry
}

#[test]
fn what_is_kept_is_given_back_to_whom_it_was_answered() {
    let (_folder, cache) = opened();
    let document = Document::packument("@s/a").unwrap();
    cache.put(key(&document), validators(), b"{}\n{}");
    assert_eq!(cache.get(key(&document)).unwrap(), Kept { validators: validators(), body: b"{}\n{}".to_vec() });
    // Nobody is given what another registry, another document or somebody with credentials was answered.
    assert_eq!(cache.get(Key { registry: "https://other.example/", ..key(&document) }), None);
    assert_eq!(cache.get(Key { identified: true, ..key(&document) }), None);
    for other in
        [Document::packument("@s/b"), Document::version("@s/a", "1.0.0"), Document::attestations("@s/a", "1.0.0")]
    {
        assert_eq!(cache.get(key(&other.unwrap())), None);
    }
    cache.put(key(&document), Validators::default(), b"new");
    assert_eq!(cache.get(key(&document)).unwrap().body, b"new");
    entry(&cache);
    // Nor does the one push out the other.
    let somebody = Key { identified: true, ..key(&document) };
    cache.put(somebody, Validators::default(), b"his");
    assert_eq!([key(&document), somebody].map(|key| cache.get(key).unwrap().body), [b"new", b"his"]);
}

#[test]
fn cl_51_an_entry_that_was_truncated_or_edited_is_none() {
    let (_folder, cache) = opened();
    let document = Document::packument("a").unwrap();
    cache.put(key(&document), validators(), b"{\"body\":1}");
    let path = entry(&cache);
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, whole.get(..length).unwrap()).unwrap();
        assert_eq!(cache.get(key(&document)), None, "{length}");
    }
    let text = String::from_utf8(whole.clone()).unwrap();
    for (from, to) in [("1}", "2}"), ("1}", "1} "), ("npm.example/a", "npm.example/b"), ("false", "true"), ("\n", " ")]
    {
        let edited = text.replacen(from, to, 1);
        assert_ne!(edited, text);
        fs::write(&path, edited).unwrap();
        assert_eq!(cache.get(key(&document)), None, "{from}");
    }
    fs::write(&path, &whole).unwrap();
    assert!(cache.get(key(&document)).is_some());
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(cache.get(key(&document)), None);
    // And what cannot be kept is no error.
    cache.put(key(&document), validators(), b"{}");
}

#[test]
fn keys_are_trust_and_are_not_kept() {
    let (_folder, cache) = opened();
    cache.put(key(&Document::keys()), validators(), b"{}");
    assert_eq!(cache.get(key(&Document::keys())), None);
    assert_eq!(fs::read_dir(&cache.folder).unwrap().count(), 0);
}

#[test]
fn re_01_a_document_over_its_limit_is_not_kept() {
    let (_folder, cache) = opened();
    let document = Document::version("a", "1.0.0").unwrap();
    let long = vec![b' '; usize::try_from(document.limit()).unwrap() + 1];
    cache.put(key(&document), validators(), &long);
    assert_eq!(fs::read_dir(&cache.folder).unwrap().count(), 0);
    // Nor is one believed that was put there, whatever it says of its length.
    for length in [long.len(), 2] {
        let (url, sha256) = (key(&document).url(), hex::encode(Sha256::digest(&long)));
        let header =
            serde_json::json!({"url": url, "identified": false, "fetched": 0, "sha256": sha256, "length": length});
        let entry = [header.to_string().as_bytes(), b"\n", &long].concat();
        fs::write(cache.path(key(&document)).unwrap(), entry).unwrap();
        assert_eq!(cache.get(key(&document)), None, "{length}");
    }
    cache.put(key(&document), Validators { etag: Some("x".repeat(5000)), last_modified: None }, b"{}");
    assert_eq!(cache.get(key(&document)).unwrap().validators, Validators::default());
}

#[test]
fn what_a_killed_run_left_is_removed_when_it_is_old() {
    let (_folder, cache) = opened();
    let (old, new) = (cache.folder.join(".part-old"), cache.folder.join(".part-new"));
    for part in [&old, &new] {
        fs::write(part, "half").unwrap();
    }
    fs::File::options().write(true).open(&old).unwrap().set_modified(SystemTime::now() - 2 * OLDEST_PART).unwrap();
    let cache = Cache::open(&cache.folder).unwrap();
    assert_eq!(entry(&cache), new);
}

#[test]
fn cl_52_what_is_not_kept_is_not_absent() {
    let (_folder, cache) = opened();
    let document = Document::packument("a").unwrap();
    cache.put(key(&document), validators(), b"{}");
    let offline =
        Offline { url: RegistryUrl::parse(REGISTRY).unwrap(), cache: Arc::new(cache), access: Access::anonymous() };
    assert_eq!(offline.packument("a"), Fetched::Body(b"{}".to_vec()));
    for fetched in [offline.packument("b"), offline.version("a", "1.0.0"), offline.keys()] {
        assert_eq!(fetched, Fetched::NotRecorded);
    }
}

#[test]
#[cfg(unix)]
fn cl_51_a_folder_that_others_can_write_to_is_refused() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    let (folder, cache) = opened();
    assert_eq!(fs::metadata(&cache.folder).unwrap().mode() & 0o777, 0o700);
    for mode in [0o777, 0o770, 0o702] {
        fs::set_permissions(&cache.folder, fs::Permissions::from_mode(mode)).unwrap();
        assert!(Cache::open(&cache.folder).unwrap_err().contains("others can write to it"), "{mode:o}");
    }
    fs::set_permissions(&cache.folder, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(Cache::open(&cache.folder).is_ok());
    let link = folder.path().join("link");
    symlink(&cache.folder, &link).unwrap();
    assert!(Cache::open(&link).unwrap_err().contains("it is a link"));
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(Cache::open(&file).is_err());
}

/// Root alone can make a folder that is somebody else's.
#[test]
#[cfg(unix)]
fn cl_51_a_folder_of_another_user_is_refused() {
    let (_folder, cache) = opened();
    if std::os::unix::fs::chown(&cache.folder, Some(12_345), None).is_ok() {
        assert!(Cache::open(&cache.folder).unwrap_err().contains("it is another user's"));
    }
}

#[test]
#[cfg(unix)]
fn cl_51_a_linked_entry_is_none() {
    let (folder, cache) = opened();
    let document = Document::packument("a").unwrap();
    cache.put(key(&document), validators(), b"{}");
    let (path, elsewhere) = (entry(&cache), folder.path().join("elsewhere"));
    fs::rename(&path, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    assert_eq!(cache.get(key(&document)), None);
}
