#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use super::*;
use crate::npmrc::sample::Sample;

/// A server that gives one answer after the other, and keeps the requests.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn answering(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        thread::spawn(move || {
            for answer in answers {
                let mut stream = listener.accept().unwrap().0;
                let lines = BufReader::new(&stream).lines().map(Result::unwrap).take_while(|line| !line.is_empty());
                let request = lines.collect::<Vec<_>>().join("\n").to_ascii_lowercase();
                kept.lock().unwrap().push(request);
                let _ = write!(stream, "HTTP/1.1 {answer}");
            }
        });
        Self { url, requests }
    }

    fn get(&self, registry: &str, address: &str) -> Result<Vec<u8>, String> {
        let client = TarballClient::with(Duration::from_millis(1));
        let mut reader = client.open(Reached { url: &RegistryUrl::parse(registry).unwrap(), access: None }, address)?;
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map_err(|e| e.to_string())?;
        Ok(bytes)
    }

    fn own(&self) -> Result<Vec<u8>, String> {
        self.get(&self.url, &format!("{}a/-/a-1.0.0.tgz", self.url))
    }
}

fn body(text: &str) -> String {
    format!("200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{text}", text.len())
}

fn redirect(to: &str) -> String {
    format!("302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: {to}\r\n\r\n")
}

const BUSY: &str = "503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

#[test]
fn cl_42_nothing_identifies_the_user_and_bytes_are_asked_for_as_they_are() {
    let server = Server::answering(vec![body("bytes")]);
    assert_eq!(server.own().unwrap(), b"bytes");
    let request = server.requests.lock().unwrap().concat();
    assert!(request.starts_with("get /a/-/a-1.0.0.tgz http/1.1"), "{request}");
    assert!(request.contains("accept-encoding: identity"), "{request}");
    assert!(!request.contains("authorization") && !request.contains("cookie"), "{request}");
}

#[test]
fn cl_42_http_only_where_the_registry_itself_is() {
    let server = Server::answering(Vec::new());
    let refused = |registry: &str, address: &str| server.get(registry, address).unwrap_err();
    let tarball = format!("{}a.tgz", server.url);
    assert!(refused("https://npm.example/", &tarball).contains("not https, and not the registry itself"));
    assert!(refused("http://127.0.0.1:1/", &tarball).contains("not https, and not the registry itself"));
    for address in ["file:///etc/passwd", "ftp://npm.example/a.tgz", "data:,x"] {
        assert!(refused(&server.url, address).contains("is not https"), "{address}");
    }
    for address in ["https://u:p@npm.example/a.tgz", "https://u@npm.example/a.tgz", "https://:p@npm.example/a.tgz"] {
        assert!(refused(&server.url, address).contains("a user or a password"), "{address}");
    }
    assert!(refused(&server.url, "a.tgz").contains("a.tgz"));
    assert!(server.requests.lock().unwrap().is_empty());
}

#[test]
fn cl_41_a_redirect_is_held_to_the_same_rule_and_ends() {
    let server = Server::answering(vec![redirect("/b"), body("moved")]);
    assert_eq!(server.own().unwrap(), b"moved");
    let away = Server::answering(vec![redirect("http://localhost:1/latest/meta-data")]);
    assert!(away.own().unwrap_err().contains("not https, and not the registry itself"));
    let looping = Server::answering(vec![redirect("/a"); 6]);
    assert!(looping.own().unwrap_err().contains("more than 5 redirects"));
}

#[test]
fn a_server_that_is_busy_is_asked_again() {
    let server = Server::answering(vec![BUSY.into(), BUSY.into(), body("late")]);
    assert_eq!(server.own().unwrap(), b"late");
    let server = Server::answering(vec![BUSY.into(); 3]);
    assert!(server.own().unwrap_err().contains("answered 503"));
    let none = Server::answering(vec!["404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".into()]);
    assert!(none.own().unwrap_err().contains("answered 404"));
}

#[test]
fn in_16_a_short_answer_or_a_part_is_no_tarball() {
    let short = "200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\nbytes";
    assert!(Server::answering(vec![short.into()]).own().is_err());
    let part = "206 Partial Content\r\nConnection: close\r\nContent-Length: 5\r\n\r\nbytes";
    assert!(Server::answering(vec![part.into()]).own().unwrap_err().contains("answered 206"));
}

/// Which of the requests had the token, of a tarball below `/npm/` whose registry may use it.
fn told(answers: Vec<String>, registry: &str, path: &str) -> Vec<bool> {
    let server = Server::answering(answers);
    let (own, address) = (format!("{}{registry}", server.url), format!("{}{path}", server.url));
    let host = server.url.trim_start_matches("http:");
    let sample = Sample::new().user(&format!("registry={own}\n{host}npm/:_authToken=t0ken"));
    let (access, _) = sample.access(&own).unwrap();
    let url = RegistryUrl::parse(&own).unwrap();
    let client = TarballClient::with(Duration::from_millis(1));
    client.open(Reached { url: &url, access: Some(&access) }, &address).unwrap();
    server.requests.lock().unwrap().iter().map(|request| request.contains("authorization: bearer t0ken")).collect()
}

#[test]
fn cl_42_a_private_tarball_is_fetched_with_the_token_of_its_registry() {
    assert_eq!(told(vec![body("bytes")], "npm/", "npm/a/-/a-1.0.0.tgz"), [true]);
}

#[test]
fn cl_42_a_token_is_not_sent_beside_the_registry() {
    for path in ["files/a-1.0.0.tgz", "npm/../files/a-1.0.0.tgz", "npm/..%2ffiles/a-1.0.0.tgz"] {
        assert_eq!(told(vec![body("bytes")], "npm/", path), [false], "{path}");
    }
}

#[test]
fn a_manifest_does_not_send_requests_to_this_machine() {
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        let client = TarballClient::with(Duration::from_millis(1));
        let registry = RegistryUrl::parse("https://npm.example/").unwrap();
        let asked = client.open(Reached { url: &registry, access: None }, &format!("https://{host}:9/a.tgz"));
        assert!(asked.err().unwrap().contains("is not asked: it is this machine, and the registry is not"), "{host}");
    }
}

#[test]
fn cl_42_a_token_is_not_sent_to_where_a_tarball_is_redirected() {
    let answers = vec![redirect("/npm/b/-/b-1.0.0.tgz"), body("bytes")];
    assert_eq!(told(answers, "npm/", "npm/a/-/a-1.0.0.tgz"), [true, false]);
}

#[test]
fn a_refused_certificate_is_not_asked_for_again() {
    let refused = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
    let error = ureq::Error::Io(std::io::Error::new(std::io::ErrorKind::InvalidData, refused));
    assert!(
        matches!(unanswered("npm.example", &error), Failure::Final(why) if why.starts_with("npm.example: its certificate"))
    );
    let reset = ureq::Error::Io(std::io::ErrorKind::ConnectionReset.into());
    assert!(matches!(unanswered("npm.example", &reset), Failure::Passing(_)));
}
