//! What arrives at registries on loopback sockets.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::npmrc::sample::{Sample, url};
use crate::registry::{Fetched, Http, Settings, Source as _};

type Requests = Arc<Mutex<Vec<String>>>;

/// Redirects what it is asked below `/npm/` to where `location` says, else answers `{}`.
fn registry(location: impl Fn(&str) -> Option<String> + Send + 'static) -> (String, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let requests = Requests::default();
    let log = Arc::clone(&requests);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(&stream).lines().map(Result::unwrap_or_default);
            let request = lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
            let path = request.split(' ').nth(1).unwrap_or_default();
            let answer = match location(path) {
                Some(target) => {
                    format!("302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                }
                None => "200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}".to_owned(),
            };
            log.lock().unwrap().push(request);
            let _ = stream.write_all(format!("HTTP/1.1 {answer}").as_bytes());
        }
    });
    (host, requests)
}

fn fetch(sample: &Sample, registry: &str) -> Fetched {
    let (access, _) = sample.access(registry).unwrap();
    let settings = Settings { timeout: Duration::from_secs(30), connections: 1, cache: None };
    Http::new(url(registry), access, &settings).packument("a")
}

/// Of each request: its path, and whether the token was in it anywhere.
fn seen(requests: &Requests) -> Vec<(String, bool)> {
    let requests = requests.lock().unwrap();
    let path = |request: &String| request.split(' ').nth(1).unwrap_or_default().to_owned();
    requests.iter().map(|request| (path(request), request.contains("t0ken"))).collect()
}

fn sent(requests: &[(&str, bool)]) -> Vec<(String, bool)> {
    requests.iter().map(|(path, with)| ((*path).to_owned(), *with)).collect()
}

#[test]
fn a_token_is_sent_to_its_own_registry() {
    let (host, requests) = registry(|_| None);
    let sample = Sample::new().user(&format!("//{host}/npm/:_authToken=t0ken"));
    assert_eq!(fetch(&sample, &format!("http://{host}/npm/")), Fetched::Body(b"{}".to_vec()));
    assert_eq!(seen(&requests), sent(&[("/npm/a", true)]));
    let header = requests.lock().unwrap().concat().to_ascii_lowercase();
    assert!(header.contains("authorization: bearer t0ken"), "{header}");
    fetch(&sample, &format!("http://{host}/"));
    fetch(&sample, &format!("http://{host}/npmx/"));
    assert_eq!(seen(&requests).split_off(1), sent(&[("/a", false), ("/npmx/a", false)]));
}

#[test]
fn cl_43_a_token_is_not_sent_to_another_port_of_its_host() {
    let (host, _) = registry(|_| None);
    let (other, requests) = registry(|_| None);
    let sample = Sample::new().user(&format!("//{host}/:_authToken=t0ken\n//127.0.0.1/:_authToken=t0ken"));
    fetch(&sample, &format!("http://{other}/"));
    assert_eq!(seen(&requests), sent(&[("/a", false)]));
}

#[test]
fn cl_43_a_token_is_not_sent_after_a_redirect_even_within_its_own_path() {
    for target in ["/npm/b", "/elsewhere/b"] {
        let (host, requests) = registry(move |path| (path == "/npm/a").then(|| target.to_owned()));
        let sample = Sample::new().user(&format!("//{host}/npm/:_authToken=t0ken"));
        assert_eq!(fetch(&sample, &format!("http://{host}/npm/")), Fetched::Body(b"{}".to_vec()));
        assert_eq!(seen(&requests), sent(&[("/npm/a", true), (target, false)]));
    }
}

/// The credential of the place that is redirected to is not sent either: the registry that was named
/// did not have it.
#[test]
fn cl_43_a_redirect_does_not_fetch_with_the_credential_of_its_target() {
    let (host, requests) = registry(|path| (path == "/npm/a").then(|| "/private/b".to_owned()));
    let sample = Sample::new().user(&format!("//{host}/private/:_authToken=t0ken"));
    fetch(&sample, &format!("http://{host}/npm/"));
    assert_eq!(seen(&requests), sent(&[("/npm/a", false), ("/private/b", false)]));
}

#[test]
fn cl_41_cl_43_another_port_or_host_is_neither_asked_nor_told() {
    let (other, requests) = registry(|_| None);
    let port = other.rsplit_once(':').unwrap().1.to_owned();
    for target in [format!("http://{other}/npm/b"), format!("http://localhost:{port}/npm/b"), format!("//{other}/b")] {
        let (host, _) = registry(move |_| Some(target.clone()));
        let sample = Sample::new().user(&format!("//{host}/:_authToken=t0ken\n//{other}/:_authToken=t0ken"));
        assert!(
            matches!(fetch(&sample, &format!("http://{host}/npm/")), Fetched::Unavailable(why) if why.contains("another origin"))
        );
    }
    assert_eq!(seen(&requests), []);
}

/// Each scope's registry has its own credentials.
#[test]
fn registries_do_not_share_credentials() {
    let ((one, one_seen), (other, other_seen)) = (registry(|_| None), registry(|_| None));
    let sample = Sample::new().user(&format!("//{one}/:_authToken=t0ken-one\n//{other}/:_authToken=t0ken-two"));
    fetch(&sample, &format!("http://{one}/"));
    fetch(&sample, &format!("http://{other}/"));
    assert!(
        one_seen.lock().unwrap().concat().contains("t0ken-one")
            && !one_seen.lock().unwrap().concat().contains("t0ken-two")
    );
    assert!(
        other_seen.lock().unwrap().concat().contains("t0ken-two")
            && !other_seen.lock().unwrap().concat().contains("t0ken-one")
    );
}
