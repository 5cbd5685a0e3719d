//! The recording over HTTP/1.1 on the loopback interface, and the TUF repository below `/tuf`: connections
//! are kept, answers have an ETag and may be kept for five minutes, as npm's registry has it.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use serde_json::Value;

use crate::support::keys::Hash;
use crate::tuf;

struct Site {
    recording: PathBuf,
    /// By path below `/tuf/`.
    tuf: HashMap<String, Vec<u8>>,
    /// A version's own document, by `NAME/VERSION`; made before anybody asks, so that no run pays for it.
    versions: HashMap<String, Vec<u8>>,
}

/// Serves until it is ended.
pub fn serve(folder: &Path, port: u16) {
    let registry = format!("127.0.0.1:{port}");
    let read = |name: &str| fs::read(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}; mint it first"));
    let (root, keys) = (read("trusted_root.json"), read("keys.json"));
    let tuf = tuf::repository(&root, &registry, &keys).into_iter().collect();
    let recording = folder.join("recording");
    let versions = versions(&recording.join("packuments"));
    let site = Arc::new(Site { recording, tuf, versions });
    // What npm starts from, and must have in hand.
    fs::write(folder.join("tuf-root.json"), &site.tuf["root.json"]).expect("the TUF root");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("a free port");
    println!("http://{registry}/");
    for connection in listener.incoming().flatten() {
        let site = Arc::clone(&site);
        thread::spawn(move || site.talk(&connection));
    }
}

impl Site {
    /// Ends with the first thing that is not understood, as with the connection.
    fn talk(&self, connection: &TcpStream) -> Option<()> {
        connection.set_nodelay(true).ok()?;
        let mut reader = BufReader::new(connection);
        loop {
            let mut first = String::new();
            reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
            let known = known(&mut reader)?;
            let path = first.strip_prefix("GET ")?.split(' ').next()?.split('?').next()?;
            let answer = answer(self.document(path), known.as_deref());
            (&mut &*connection).write_all(&answer).ok()?;
        }
    }

    fn document(&self, path: &str) -> Option<Vec<u8>> {
        let path = path.strip_prefix('/')?.replace("%2F", "%2f").replace("%40", "@");
        if let Some(name) = path.strip_prefix("tuf/") {
            return self.tuf.get(&name.replace("%3A", ":")).cloned();
        }
        if path == "-/npm/v1/keys" {
            return fs::read(self.recording.join("keys.json")).ok();
        }
        if let Some(document) = self.versions.get(&path.replace("%2f", "/")) {
            return Some(document.clone());
        }
        let (folder, name) = match path.strip_prefix("-/npm/v1/attestations/") {
            Some(name) => ("attestations", name),
            None => ("packuments", path.as_str()),
        };
        // A name in a recording is a file in one folder.
        let name = name.replace('/', "%2f");
        fs::read(self.recording.join(folder).join(format!("{name}.json"))).ok()
    }
}

fn versions(packuments: &Path) -> HashMap<String, Vec<u8>> {
    let mut documents = HashMap::new();
    for entry in fs::read_dir(packuments).expect("packuments").flatten() {
        let mut packument: Value = serde_json::from_slice(&fs::read(entry.path()).expect("a packument")).expect("JSON");
        let name = packument["name"].as_str().expect("a name").to_owned();
        for (version, manifest) in packument["versions"].as_object_mut().expect("versions") {
            documents.insert(format!("{name}/{version}"), manifest.to_string().into_bytes());
        }
    }
    documents
}

/// The ETag that the client has, if it has one.
fn known(reader: &mut impl BufRead) -> Option<Option<String>> {
    let mut known = None;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("if-none-match") => known = Some(value.trim().to_owned()),
            Some(_) => {}
            None => return Some(known),
        }
    }
}

fn answer(document: Option<Vec<u8>>, known: Option<&str>) -> Vec<u8> {
    let Some(document) = document else {
        return b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}".to_vec();
    };
    let etag = format!("\"{}\"", hex::encode(&Hash::Sha256.of(&document)[..16]));
    let head = |status: &str, length: usize| {
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nCache-Control: public, max-age=300\r\n\
             ETag: {etag}\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    if known == Some(etag.as_str()) {
        return head("304 Not Modified", 0).into_bytes();
    }
    [head("200 OK", document.len()).into_bytes(), document].concat()
}
