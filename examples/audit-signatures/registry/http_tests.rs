//! A registry that misbehaves, on a loopback socket.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::*;

const SHORT: Patience = Patience {
    connect: Duration::from_secs(2),
    document: Duration::from_millis(1500),
    pause: Duration::from_millis(10),
};

/// Serves every connection with `answer`, which gets the number of the request and its lines.
fn registry(
    answer: impl Fn(usize, &[String], &mut TcpStream) + Send + 'static,
) -> (Http, Arc<Mutex<Vec<Vec<String>>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/npm/", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&requests);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines: Vec<String> = BufReader::new(&stream)
                .lines()
                .map(Result::unwrap_or_default)
                .take_while(|line| !line.is_empty())
                .collect();
            let number = log.lock().unwrap().len();
            log.lock().unwrap().push(lines.clone());
            answer(number, &lines, &mut stream);
        }
    });
    (Http::with(RegistryUrl::parse(&url).unwrap(), Access::anonymous(), SHORT), requests)
}

/// Always the same answer.
fn canned(answer: impl Into<Vec<u8>>) -> (Http, Arc<Mutex<Vec<Vec<String>>>>) {
    let answer = answer.into();
    registry(move |_, _, stream| drop(stream.write_all(&answer)))
}

fn status(line: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {line}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}", body.len())
}

fn reason(fetched: Fetched) -> String {
    match fetched {
        Fetched::Unavailable(reason) => reason,
        other => panic!("expected Unavailable, found {other:?}"),
    }
}

#[test]
fn a_document_is_asked_for_without_credentials() {
    let (http, requests) = canned(status("200 OK", "", "{}"));
    assert_eq!(http.attestations("@s/a", "1.0.0"), Fetched::Body(b"{}".to_vec()));
    let request = requests.lock().unwrap().concat();
    assert_eq!(request.first().unwrap(), "GET /npm/-/npm/v1/attestations/@s%2fa@1.0.0 HTTP/1.1");
    let lower = request.join("\n").to_ascii_lowercase();
    assert!(lower.contains("user-agent: countersign/"));
    assert!(!lower.contains("authorization") && !lower.contains("cookie"), "{lower}");
}

#[test]
fn only_404_is_absence() {
    let (http, requests) = canned(status("404 Not Found", "", "{}"));
    assert_eq!(http.packument("a"), Fetched::NotFound);
    assert_eq!(requests.lock().unwrap().len(), 1);
    for (line, what) in [
        ("401 Unauthorized", "credentials"),
        ("403 Forbidden", "credentials"),
        ("410 Gone", "410"),
        ("204 No Content", "204"),
    ] {
        let (http, requests) = canned(status(line, "", ""));
        assert!(reason(http.packument("a")).contains(what), "{line}");
        assert_eq!(requests.lock().unwrap().len(), 1);
    }
}

#[test]
fn a_failing_server_is_asked_three_times() {
    for line in ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests"] {
        let (http, requests) = canned(status(line, "", ""));
        assert!(reason(http.packument("a")).contains(line.split(' ').next().unwrap()));
        assert_eq!(requests.lock().unwrap().len(), 3);
    }
    let (http, _) = registry(|number, _, stream| {
        let answer = if number < 2 { status("502 Bad Gateway", "", "") } else { status("200 OK", "", "[]") };
        stream.write_all(answer.as_bytes()).unwrap();
    });
    assert_eq!(http.packument("a"), Fetched::Body(b"[]".to_vec()));
}

/// Of a body, as much as was read.
fn length(fetched: Fetched) -> usize {
    match fetched {
        Fetched::Body(bytes) => bytes.len(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn html_is_a_body_and_left_to_the_parser() {
    let (http, _) = canned(status("200 OK", "Content-Type: text/html\r\n", "<html>"));
    assert_eq!(http.packument("a"), Fetched::Body(b"<html>".to_vec()));
}

#[test]
fn re_01_of_a_body_over_its_limit_one_byte_more_is_read() {
    let body = " ".repeat(256 * 1024);
    let (http, _) = canned(status("200 OK", "", &body));
    assert!(matches!(http.keys(), Fetched::Body(bytes) if bytes.len() == 256 * 1024));
    let (http, _) = canned(status("200 OK", "", &format!("{body} ")));
    assert_eq!(length(http.keys()), 256 * 1024 + 1);
}

#[test]
fn re_02_an_endless_body_ends_at_the_cap() {
    let (http, requests) = registry(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        let chunk = format!("1000\r\n{}\r\n", " ".repeat(4096));
        while stream.write_all(chunk.as_bytes()).is_ok() {}
    });
    assert_eq!(length(http.keys()), 256 * 1024 + 1);
    assert_eq!(requests.lock().unwrap().len(), 1);
    let (http, _) = registry(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        while stream.write_all(&[b' '; 4096]).is_ok() {}
    });
    assert_eq!(length(http.keys()), 256 * 1024 + 1);
}

#[test]
fn re_02_a_small_length_with_a_long_body_gives_what_was_announced() {
    let (http, _) = canned("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}{}{}{}");
    assert_eq!(http.keys(), Fetched::Body(b"{}".to_vec()));
}

#[test]
fn a_truncated_body_is_no_body() {
    let (http, requests) = canned("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{}");
    assert!(reason(http.packument("a")).contains("broke off"));
    assert_eq!(requests.lock().unwrap().len(), 3);
    let (http, _) = canned("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n");
    assert!(reason(http.packument("a")).contains("broke off"));
    let (http, _) = canned("nonsense\r\n\r\n");
    assert!(!reason(http.packument("a")).is_empty());
}

#[test]
fn re_03_a_drip_ends_at_the_deadline() {
    let (http, _) = registry(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let asked = Instant::now();
    reason(http.packument("a"));
    assert!(asked.elapsed() < Duration::from_millis(2500), "{:?}", asked.elapsed());
    let (http, _) = registry(|_, _, _| thread::sleep(Duration::from_secs(5)));
    let asked = Instant::now();
    reason(http.packument("a"));
    assert!(asked.elapsed() < Duration::from_millis(2500), "{:?}", asked.elapsed());
}

#[test]
fn cl_41_redirects_stay_at_the_origin_and_end() {
    let (http, requests) = registry(|number, _, stream| {
        let answer = match number {
            0 => status("301 Moved", "Location: /npm/b\r\n", ""),
            1 => status("307 Moved", "Location: c\r\n", ""),
            _ => status("200 OK", "", "{}"),
        };
        stream.write_all(answer.as_bytes()).unwrap();
    });
    assert_eq!(http.packument("a"), Fetched::Body(b"{}".to_vec()));
    assert_eq!(requests.lock().unwrap().last().unwrap().first().unwrap(), "GET /npm/c HTTP/1.1");
    let (elsewhere, asked_elsewhere) = canned(status("200 OK", "", "{}"));
    let location = format!("Location: {}a\r\n", elsewhere.url.as_str());
    let (http, requests) = canned(status("302 Found", &location, ""));
    assert!(reason(http.packument("a")).contains("another origin, which is not followed"));
    assert_eq!((requests.lock().unwrap().len(), asked_elsewhere.lock().unwrap().len()), (1, 0));
    let (http, requests) = canned(status("302 Found", "Location: /npm/a\r\n", ""));
    assert!(reason(http.packument("a")).contains("more than 5 times"));
    assert_eq!(requests.lock().unwrap().len(), 6);
    let (http, _) = canned(status("302 Found", "", ""));
    assert!(!reason(http.packument("a")).is_empty());
}

#[test]
fn compressed_bodies_are_capped_after_decompression() {
    let gzip = |body: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    };
    let answer = |body: Vec<u8>| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        [head.into_bytes(), body].concat()
    };
    let (http, requests) = canned(answer(gzip(b"{\"keys\":[]}")));
    assert_eq!(http.keys(), Fetched::Body(b"{\"keys\":[]}".to_vec()));
    assert!(requests.lock().unwrap().concat().iter().any(|line| line.eq_ignore_ascii_case("accept-encoding: gzip")));
    let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
    assert!(bomb.len() < 128 * 1024);
    let (http, _) = canned(answer(bomb));
    assert_eq!(length(http.keys()), 256 * 1024 + 1);
    let mut broken = gzip(&vec![b'x'; 1000]);
    broken.truncate(20);
    let (http, _) = canned(answer(broken));
    assert!(reason(http.keys()).contains("broke off"));
}

#[test]
fn nobody_listening_is_unavailable() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let http = Http::with(RegistryUrl::parse(&format!("http://{address}/")).unwrap(), Access::anonymous(), SHORT);
    reason(http.packument("a"));
}
