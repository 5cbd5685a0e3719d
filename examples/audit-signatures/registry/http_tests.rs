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

fn uncached() -> Settings {
    Settings { timeout: SHORT.document, connections: 8, cache: None }
}

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
    (Http::with(RegistryUrl::parse(&url).unwrap(), Access::anonymous(), SHORT, &uncached()), requests)
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
fn of_keys_400_is_absence_too() {
    for line in ["400 Bad Request", "404 Not Found"] {
        let (http, _) = canned(status(line, "", ""));
        assert_eq!(http.keys(), Fetched::NotFound);
    }
    let (http, _) = canned(status("400 Bad Request", "", ""));
    for fetched in [http.packument("a"), http.version("a", "1.0.0"), http.attestations("a", "1.0.0")] {
        assert!(reason(fetched).contains("400"));
    }
}

#[test]
fn a_server_may_ask_to_be_left_alone_for_a_while() {
    let answer = |after: &str| {
        let busy = status("429 Too Many Requests", &format!("Retry-After: {after}\r\n"), "");
        let (http, requests) = registry(move |number, _, stream| {
            let answer = if number == 0 { busy.clone() } else { status("200 OK", "", "{}") };
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let asked = Instant::now();
        let fetched = http.packument("a");
        (fetched, asked.elapsed(), requests.lock().unwrap().len())
    };
    let (fetched, waited, requests) = answer("1");
    assert_eq!((fetched, requests), (Fetched::Body(b"{}".to_vec()), 2));
    assert!(waited >= Duration::from_secs(1), "{waited:?}");
    // Longer than the document's deadline: not waited for at all.
    let (fetched, waited, requests) = answer("3600");
    assert!(reason(fetched).contains("429"));
    assert!(waited < Duration::from_secs(1) && requests == 1, "{waited:?}");
    assert_eq!(answer("Sat, 28 Nov 2026 00:00:00 GMT").0, Fetched::Body(b"{}".to_vec()));
}

#[test]
fn a_kept_document_is_revalidated_and_never_believed_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(Cache::open(folder.path()).unwrap());
    let cached = |http: Http| Http { cache: Some(Arc::clone(&cache)), ..http };
    // All under one address: the same registry at different times.
    let answers = Arc::new(Mutex::new(String::new()));
    let current = Arc::clone(&answers);
    let (http, requests) = registry(move |_, _, stream| {
        stream.write_all(current.lock().unwrap().as_bytes()).unwrap();
    });
    let http = cached(http);
    let answering = |answer: String| {
        *answers.lock().unwrap() = answer;
        let fetched = http.packument("a");
        let request = requests.lock().unwrap().last().unwrap().join("\n").to_ascii_lowercase();
        (fetched, request)
    };
    let (_, request) = answering(status("200 OK", "ETag: \"one\"\r\nLast-Modified: then\r\n", "[1]"));
    assert!(!request.contains("if-"), "{request}");
    let (fetched, request) = answering(status("304 Not Modified", "", ""));
    assert_eq!(fetched, Fetched::Body(b"[1]".to_vec()));
    assert!(request.contains("if-none-match: \"one\"") && request.contains("if-modified-since: then"), "{request}");
    // The registry is asked each time: what it says now counts.
    assert_eq!(answering(status("404 Not Found", "", "")).0, Fetched::NotFound);
    assert!(reason(answering(status("403 Forbidden", "", "")).0).contains("403"));
    assert_eq!(answering(status("200 OK", "ETag: \"two\"\r\n", "[2]")).0, Fetched::Body(b"[2]".to_vec()));
    let (fetched, request) = answering(status("304 Not Modified", "", ""));
    assert_eq!(fetched, Fetched::Body(b"[2]".to_vec()));
    assert!(request.contains("\"two\"") && !request.contains("if-modified-since"), "{request}");
    // Nothing is kept of another package, so 304 means nothing.
    assert!(reason(http.packument("b")).contains("304"));
}

#[test]
fn cl_52_absence_and_failure_are_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(Cache::open(folder.path()).unwrap());
    let broken = "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{}";
    for answer in [status("404 Not Found", "ETag: \"x\"\r\n", "{}"), status("500 Oops", "", "{}"), broken.into()] {
        let (http, _) = canned(answer);
        Http { cache: Some(Arc::clone(&cache)), ..http }.packument("a");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
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
    let url = RegistryUrl::parse(&format!("http://{address}/")).unwrap();
    let http = Http::with(url, Access::anonymous(), SHORT, &uncached());
    reason(http.packument("a"));
}
