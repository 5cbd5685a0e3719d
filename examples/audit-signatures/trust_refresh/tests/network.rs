//! A mirror, or somebody between, that misbehaves.

use super::repository::{by_version_alone, mint, next_root, sound};
use super::server::{Answer, status};
use super::*;

fn answering(path: &str, answer: Answer) -> Machine {
    let machine = Machine::new(sound(5));
    machine.server.answers(path, answer);
    machine
}

fn expect(machine: &Machine, reason: &str) {
    let refused = machine.refused();
    assert!(refused.contains(reason), "expected {reason:?}, found {refused:?}");
}

#[test]
fn cl_43_no_credentials_are_sent() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    let requests = machine.server.requests();
    assert_eq!(requests.len(), 7);
    for request in requests {
        let lower = request.to_ascii_lowercase();
        assert!(lower.starts_with("get /tuf/") && lower.contains("user-agent: countersign/"), "{lower}");
        assert!(!lower.contains("authorization") && !lower.contains("cookie"), "{lower}");
    }
    assert!(RegistryUrl::parse("https://user:secret@tuf.example").is_err());
}

#[test]
fn a_missing_file_is_a_failure_unless_it_is_the_next_root() {
    for name in ["timestamp.json", "5.snapshot.json", "5.targets.json", "5.npm.example.json"] {
        for line in ["404 Not Found", "403 Forbidden"] {
            expect(&answering(name, Answer::Raw(status(line, ""))), &format!("has no {name}"));
        }
    }
    answering("2.root.json", Answer::Raw(status("403 Forbidden", ""))).refreshed();
}

/// Else whoever stands between could keep anybody at an old root by an error.
#[test]
fn a_next_root_that_cannot_be_had_is_a_failure() {
    for line in ["500 Internal Server Error", "503 Service Unavailable", "401 Unauthorized", "429 Too Many Requests"] {
        let machine = answering("2.root.json", Answer::Raw(status(line, "")));
        expect(&machine, &format!("answered {line} for 2.root.json"));
        assert_eq!(machine.server.requests().len(), 1, "nothing is asked after that");
    }
    expect(&answering("2.root.json", Answer::Raw(String::new())), "http");
    expect(&answering("2.root.json", Answer::Raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".into())), "broke off");
}

#[test]
fn a_web_page_is_no_metadata() {
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>";
    for (name, reason) in [
        ("timestamp.json", "Failed to parse timestamp metadata"),
        ("2.root.json", "root version 2: no TUF root"),
        ("5.snapshot.json", "Hash mismatch for "),
    ] {
        expect(&answering(name, Answer::Raw(page.into())), reason);
    }
}

#[test]
fn cl_43_a_redirect_stays_at_its_origin() {
    for (line, to) in [
        ("302 Found", "http://127.0.0.1:1/tuf/timestamp.json"),
        ("301 Moved Permanently", "https://evil.example/timestamp.json"),
        ("307 Temporary Redirect", "//evil.example/timestamp.json"),
        ("302 Found", "file:///etc/passwd"),
    ] {
        let answer = Answer::Raw(status(line, &format!("Location: {to}\r\n")));
        expect(&answering("timestamp.json", answer), "another origin, which is not followed");
    }
    expect(&answering("timestamp.json", Answer::Raw(status("302 Found", ""))), "without saying where to");
    let circle = Answer::Raw(status("302 Found", "Location: /tuf/timestamp.json\r\n"));
    let machine = answering("timestamp.json", circle);
    expect(&machine, "redirected more than 3 times");
    assert_eq!(machine.server.requests().len(), 1 + 4, "the next root, and the timestamp");
    let mut files = sound(5);
    let timestamp = files.remove("timestamp.json").unwrap();
    files.insert("there/timestamp.json".into(), timestamp);
    let machine = Machine::new(files);
    machine.server.answers("timestamp.json", Answer::Raw(status("302 Found", "Location: there/timestamp.json\r\n")));
    machine.refreshed();
}

#[test]
fn a_file_without_end_is_cut_off() {
    for name in ["2.root.json", "timestamp.json", "5.snapshot.json", "5.targets.json"] {
        expect(&answering(name, Answer::Endless), "larger than 4096 KiB, the most that is read");
    }
}

#[test]
fn a_file_that_takes_too_long_is_given_up() {
    for name in ["2.root.json", "timestamp.json"] {
        let machine = answering(name, Answer::Slow);
        let began = std::time::Instant::now();
        expect(&machine, "timeout: global");
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_file_larger_than_its_kind_is_refused() {
    for (name, largest, whose) in [
        ("2.root.json", 512, "max_root_size argument"),
        ("timestamp.json", 64, "max_timestamp_size argument"),
        ("5.snapshot.json", 512, "timestamp.json"),
        ("5.targets.json", 2048, "max_targets_size parameter"),
        ("5.npm.example.json", 2048, "max_targets_size parameter"),
    ] {
        let largest = largest * 1024;
        let mut files = mint(5, &|_, signed| by_version_alone(signed));
        files.insert("2.root.json".into(), next_root(2));
        pad(&mut files, name, largest);
        Machine::new(files.clone()).refreshed();
        pad(&mut files, name, largest + 1);
        refuses(files, &format!("Maximum size {largest} (specified by {whose}) exceeded"));
    }
}

/// Space after a document changes nothing that is signed.
fn pad(files: &mut repository::Files, name: &str, length: usize) {
    files.get_mut(name).unwrap().resize(length, b' ');
}

#[test]
fn the_bytes_of_a_refresh_end() {
    let mut files = sound(5);
    for version in 2..=66 {
        let name = format!("{version}.root.json");
        files.insert(name.clone(), next_root(version));
        pad(&mut files, &name, 512 * 1024);
    }
    refuses(files, "sent more than 32768 KiB, the most that is read");
}

#[test]
fn the_number_of_roots_ends() {
    let mut files = sound(5);
    for version in 2..=300 {
        files.insert(format!("{version}.root.json"), next_root(version));
    }
    refuses(files, "Maximum root updates 256 exceeded");
}

#[test]
fn nobody_answers() {
    let machine = Machine::new(sound(5));
    let url = RegistryUrl::parse("http://127.0.0.1:1/").unwrap();
    let flags = TrustRefresh { tuf_mirror: Some(url), ..machine.flags() };
    let refused = flags.refresh(&machine.registry, false, SHORT, None).err().unwrap();
    assert!(refused.contains("http://127.0.0.1:1/: io: "), "{refused}");
}

#[test]
fn a_refresh_that_takes_too_long_is_given_up() {
    let machine = Machine::new(sound(5));
    let patience = Patience { refresh: Duration::ZERO, ..SHORT };
    let refused = machine.flags().refresh(&machine.registry, false, patience, None).err().unwrap();
    assert!(refused.contains("took too long to answer"), "{refused}");
    assert!(machine.server.requests().is_empty());
}

#[test]
fn the_proxy_is_asked_for_the_mirror() {
    let machine = Machine::new(sound(5));
    let url = RegistryUrl::parse("http://tuf.example/").unwrap();
    let flags = TrustRefresh { tuf_mirror: Some(url), ..machine.flags() };
    let proxy = Proxy::new(&machine.server.url).unwrap();
    assert!(flags.refresh(&machine.registry, false, SHORT, Some(proxy)).is_err());
    let requests = machine.server.requests();
    assert!(requests[0].lines().next().unwrap().contains("tuf.example"), "{requests:?}");
}
