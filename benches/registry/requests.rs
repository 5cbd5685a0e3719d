//! The recording's locked packages as requests of `audit-signatures verify --stream`.

use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use serde_json::{Value, json};

pub fn print(folder: &Path, times: usize) {
    let lines: Vec<String> = all(folder);
    let mut out = BufWriter::new(io::stdout().lock());
    for _ in 0..times {
        for line in &lines {
            writeln!(out, "{line}").expect("somebody who reads");
        }
    }
    out.flush().expect("somebody who reads");
}

fn all(folder: &Path) -> Vec<String> {
    let lock = read(&folder.join("project/package-lock.json")).expect("a lock file");
    let locked = lock["packages"].as_object().expect("packages").iter().filter(|(location, _)| !location.is_empty());
    let requests = locked.map(|(location, entry)| {
        let name = location.strip_prefix("node_modules/").expect("a package");
        let version = entry["version"].as_str().expect("a version");
        let file = name.replace('/', "%2f");
        let packument = read(&folder.join(format!("recording/packuments/{file}.json"))).expect("a packument");
        let mut request = json!({
            "package": name,
            "version": version,
            "integrity": entry["integrity"],
            "manifest": packument["versions"][version],
            "publishTime": packument["time"][version],
        });
        if let Some(answer) = read(&folder.join(format!("recording/attestations/{file}@{version}.json"))) {
            request["attestations"] = answer;
        }
        request.to_string()
    });
    requests.collect()
}

fn read(file: &Path) -> Option<Value> {
    fs::read(file).ok().map(|json| serde_json::from_slice(&json).expect("JSON"))
}
