//! Name and version of an installed package, as its own package.json states them. It is what Node loads,
//! and no more than a claim: a digest is never taken from it.

use std::path::Path;

use countersign::PackageId;
use serde::Deserialize;

use crate::bounded_file::bounded;
use crate::plain_text::plain;

/// Of the packages on npm hardly one has a package.json of 100 KiB.
const LARGEST: u64 = 1024 * 1024;

#[derive(Deserialize)]
struct Manifest {
    name: Option<String>,
    version: Option<String>,
}

/// Reads the package.json in `folder`. An error says in a few words why it tells nothing.
pub fn read(folder: &Path) -> Result<(String, String), String> {
    let path = folder.join("package.json");
    match std::fs::symlink_metadata(&path) {
        Ok(about) if about.is_file() => {}
        Ok(_) => return Err("its package.json is not a file".into()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err("it has no package.json".into()),
        Err(e) => return Err(format!("its package.json cannot be read: {e}")),
    }
    let bytes = bounded(&path, LARGEST).map_err(|e| format!("its package.json cannot be read: {e}"))?;
    let manifest: Manifest = serde_json::from_slice(&bytes)
        .map_err(|e| format!("its package.json cannot be read: {}", plain(&e.to_string())))?;
    let (Some(name), Some(version)) = (manifest.name, manifest.version) else {
        return Err("its package.json lacks a name or a version".into());
    };
    match PackageId::new(&name, &version) {
        Ok(_) => Ok((name, version)),
        Err(e) => Err(format!("its package.json names no package: {e}")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(text: &[u8]) -> Result<(String, String), String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("package.json"), text).unwrap();
        read(folder.path())
    }

    #[test]
    fn name_and_version_are_read_and_nothing_else() {
        let text = br#"{"name":"@s/a","version":"1.0.0","_integrity":"sha512-x","_resolved":7,"scripts":{"x":[]}}"#;
        assert_eq!(of(text).unwrap(), ("@s/a".into(), "1.0.0".into()));
    }

    #[test]
    fn lk_12_duplicate_names_are_refused() {
        assert!(of(br#"{"name":"a","version":"1.0.0","name":"b"}"#).unwrap_err().contains("duplicate field `name`"));
        assert!(of(br#"{"name":"a","version":"1.0.0","version":"2.0.0"}"#).unwrap_err().contains("duplicate field"));
    }

    #[test]
    fn lk_13_what_names_no_package_says_why() {
        for (text, why) in [
            (br#"{"name":"../a","version":"1.0.0"}"#.as_slice(), "names no package"),
            (br#"{"name":"a","version":"latest"}"#, "names no package"),
            (br#"{"name":"a\u0000","version":"1.0.0"}"#, "names no package"),
            (br#"{"name":"a"}"#, "lacks a name or a version"),
            (br#"{"version":"1.0.0"}"#, "lacks a name or a version"),
            (br#"{"name":7,"version":"1.0.0"}"#, "cannot be read"),
            (b"", "cannot be read"),
            (b"\xef\xbb\xbf{}", "cannot be read"),
            (b"{} {}", "cannot be read"),
        ] {
            let problem = of(text).unwrap_err();
            assert!(problem.contains(why), "{}: {problem}", String::from_utf8_lossy(text));
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap_err().contains("no package.json"));
        std::fs::create_dir(folder.path().join("package.json")).unwrap();
        assert!(read(folder.path()).unwrap_err().contains("not a file"));
    }

    #[cfg(unix)]
    #[test]
    fn a_package_json_that_is_a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("other.json"), r#"{"name":"a","version":"1.0.0"}"#).unwrap();
        std::os::unix::fs::symlink("other.json", folder.path().join("package.json")).unwrap();
        assert!(read(folder.path()).unwrap_err().contains("not a file"));
    }

    #[test]
    fn re_01_a_large_package_json_is_not_read() {
        let problem = of(&vec![b' '; 1024 * 1024 + 1]).unwrap_err();
        assert!(problem.contains("larger than 1024 KiB"), "{problem}");
    }
}
