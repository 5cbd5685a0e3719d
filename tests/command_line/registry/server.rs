//! A registry on a loopback socket, which serves the minted one and misbehaves where it is told to.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// One answer, byte for byte or without end.
pub enum Answer {
    /// With a name for its content, and `304` for whoever has it.
    Document(Vec<u8>),
    Raw(Vec<u8>),
    /// The beginning of a document, and spaces, chunk after chunk.
    Endless,
    /// A space every now and then.
    Drip,
    /// Nothing at all.
    Hang,
}

impl Answer {
    pub fn status(line: &str, headers: &str, body: &str) -> Self {
        let head = format!("HTTP/1.1 {line}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
        Self::Raw([head.as_bytes(), body.as_bytes()].concat())
    }

    pub fn json(value: &Value) -> Self {
        Self::Document(value.to_string().into_bytes())
    }

    fn write(&self, stream: &mut TcpStream, request: &[String]) {
        match self {
            Self::Raw(bytes) => drop(stream.write_all(bytes)),
            Self::Document(body) => {
                let etag = format!("\"{}\"", hex::encode(Sha256::digest(body)));
                let has_it = request
                    .iter()
                    .any(|line| line.to_ascii_lowercase().starts_with("if-none-match:") && line.ends_with(&etag));
                let (status, body) = if has_it { ("304 Not Modified", &[][..]) } else { ("200 OK", &body[..]) };
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status}\r\nConnection: close\r\nETag: {etag}\r\nContent-Length: {length}\r\n\r\n"
                );
                drop(stream.write_all(&[head.as_bytes(), body].concat()));
            }
            Self::Endless => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n");
                let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
                while stream.write_all(chunk.as_bytes()).is_ok() {}
            }
            Self::Drip => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
                while stream.write_all(b" ").is_ok() {
                    thread::sleep(Duration::from_millis(100));
                }
            }
            Self::Hang => thread::sleep(Duration::from_secs(60)),
        }
    }
}

/// A registry, and what it was asked.
pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Server {
    /// Answers by the request's path, without its leading `/`.
    pub fn new(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&requests), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let lines = BufReader::new(&stream).lines().map(Result::unwrap_or_default);
                    let request: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                    let Some(path) = request.first().and_then(|line| line.split(' ').nth(1)).map(str::to_owned) else {
                        return;
                    };
                    log.lock().unwrap().push(request.clone());
                    answer(path.trim_start_matches('/')).write(&mut stream, &request);
                });
            }
        });
        Self { url, requests }
    }

    /// The minted registry.
    pub fn minted() -> Self {
        Self::new(minted)
    }

    /// The paths that were asked for, sorted.
    pub fn asked(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        let path = |request: &Vec<String>| {
            request.first()?.split(' ').nth(1).map(|path| path.trim_start_matches('/').to_owned())
        };
        let mut paths: Vec<String> = requests.iter().filter_map(path).collect();
        paths.sort();
        paths
    }

    /// Every line of every request.
    pub fn heard(&self) -> String {
        self.requests.lock().unwrap().concat().join("\n").to_ascii_lowercase()
    }

    pub fn forget(&self) {
        self.requests.lock().unwrap().clear();
    }
}

pub fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

/// What the minted registry answers.
pub fn minted(path: &str) -> Answer {
    let absent = || Answer::status("404 Not Found", "", "{}");
    let file = match path.strip_prefix("-/npm/v1/") {
        Some("keys") => "registry/keys.json".to_owned(),
        Some(attestations) => format!("registry/{attestations}.json"),
        None => match path.split_once('/') {
            Some((name, version)) => {
                let packument = document(&format!("registry/packuments/{name}.json"));
                let manifest = packument.map(|packument| packument["versions"][version].clone());
                return manifest.filter(Value::is_object).map_or_else(absent, |manifest| Answer::json(&manifest));
            }
            None => format!("registry/packuments/{path}.json"),
        },
    };
    fs::read(testdata(&file)).map_or_else(|_| absent(), Answer::Document)
}

pub fn document(file: &str) -> Option<Value> {
    serde_json::from_slice(&fs::read(testdata(file)).ok()?).ok()
}

/// A mirror's document: the minted one without signatures.
pub fn without_signatures(path: &str) -> Answer {
    fn strip(value: &mut Value) {
        if let Some(dist) = value.get_mut("dist").and_then(Value::as_object_mut) {
            dist.remove("signatures");
        }
        for version in value.get_mut("versions").and_then(Value::as_object_mut).into_iter().flat_map(|v| v.values_mut())
        {
            strip(version);
        }
    }
    match minted(path) {
        Answer::Document(body) => {
            let mut value = serde_json::from_slice(&body).unwrap();
            strip(&mut value);
            Answer::json(&value)
        }
        answer => answer,
    }
}

/// The minted project's entries of these packages.
pub fn locked(names: &[&str]) -> BTreeMap<String, Value> {
    let lock = document("project/package-lock.json").unwrap();
    let entry = |name: &&str| {
        let location = format!("node_modules/{name}");
        let entry = lock["packages"][&location].clone();
        assert!(entry.is_object(), "{name}");
        (location, entry)
    };
    names.iter().map(entry).collect()
}

/// A project of these entries.
pub fn project(entries: &BTreeMap<String, Value>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let lock = json!({"lockfileVersion": 3, "packages": entries});
    fs::write(folder.path().join("package-lock.json"), lock.to_string()).unwrap();
    folder
}
