//! `verify --stream`: requests in, verdicts out.

use super::*;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::ChildStdout;

fn testdata(name: &str) -> String {
    format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> Option<Value> {
    fs::read(path).ok().map(|json| serde_json::from_slice(&json).unwrap())
}

fn trust() -> Vec<String> {
    let (keys, root) = (testdata("registry-trust/keys.json"), testdata("registry-trust/trusted_root.json"));
    let words = ["--registry-identity", "https://npm.example", "--at", AT, "--keys", &keys, "--trusted-root", &root];
    words.map(String::from).to_vec()
}

fn verify(more: &[&str]) -> Command {
    let trust = trust();
    let mut arguments = vec!["verify", "--stream"];
    arguments.extend(trust.iter().map(String::as_str));
    arguments.extend(more);
    let mut command = command(&arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn stream(input: impl AsRef<[u8]> + Send + 'static, more: &[&str]) -> (i32, Vec<Value>, String) {
    let mut child = verify(more).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = thread::spawn(move || stdin.write_all(input.as_ref()));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    let verdicts = out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (code(&output), verdicts, err(&output))
}

/// What a client of the recorded registry would ask about one locked package.
fn request(name: &str, version: &str, integrity: &Value) -> Option<Value> {
    let file = name.replace('/', "%2f");
    let packument = read(&testdata(&format!("registry/packuments/{file}.json")))?;
    let manifest = packument["versions"].get(version)?;
    let mut request = json!({"package": name, "version": version, "integrity": integrity, "manifest": manifest});
    request["publishTime"] = packument["time"].get(version).cloned().unwrap_or(Value::Null);
    if manifest["dist"].get("attestations").is_some() {
        let answer = read(&testdata(&format!("registry/attestations/{file}@{version}.json")));
        if let Some(answer) = answer {
            request["attestations"] = answer;
        } else if read(&testdata("registry/registry.json")).unwrap()["absent"] == "not-found" {
            request["attestations"] = Value::Null;
        }
    }
    Some(request)
}

fn good() -> Value {
    let lock = read(&testdata("project/package-lock.json")).unwrap();
    request("@octo/lib", "1.2.3", &lock["packages"]["node_modules/@octo/lib"]["integrity"]).unwrap()
}

fn lines(requests: &[Value]) -> String {
    requests.iter().map(|request| format!("{request}\n")).collect()
}

/// One that is sound but for one member.
fn changed(member: &str, value: Value) -> Value {
    let mut request = good();
    request[member] = value;
    request
}

#[track_caller]
fn refused(line: &str, code: &str, message: &str) {
    let (exit, verdicts, _) = stream(format!("{line}\n{}", lines(&[good()])), &[]);
    assert_eq!((exit, verdicts.len()), (1, 2), "{line:.200}");
    let failure = &verdicts[0]["failures"][0];
    assert_eq!((&failure["code"], &failure["claim"]), (&json!(code), &json!("request")), "{line:.200}");
    assert!(failure["message"].as_str().unwrap().contains(message), "{failure}");
    assert_ne!(verdicts[0]["verdict"], "verified");
    assert_eq!((&verdicts[1]["line"], &verdicts[1]["verdict"]), (&json!(2), &json!("verified")), "the stream goes on");
}

const MALFORMED: &str = "ERR_COUNTERSIGN_MALFORMED";
const LIMIT_EXCEEDED: &str = "ERR_COUNTERSIGN_LIMIT_EXCEEDED";

/// What an audit of the same documents says, a stream says.
#[test]
fn every_package_is_judged_as_in_an_audit() {
    let trust = trust();
    let (project, registry) = (testdata("project"), testdata("registry"));
    let mut arguments = vec![project.as_str(), "--replay", registry.as_str(), "--format", "json"];
    arguments.extend(trust.iter().map(String::as_str));
    let audit: Value = serde_json::from_slice(&run(&arguments).stdout).unwrap();
    let mut asked = Vec::new();
    let mut expected = Vec::new();
    for package in audit["packages"].as_array().unwrap() {
        let (name, version) = (package["name"].as_str().unwrap(), package["version"].as_str().unwrap());
        let Some(request) = package.get("integrity").and_then(|i| request(name, version, i)) else { continue };
        asked.push(request);
        expected.push(package.clone());
    }
    assert!(asked.len() >= 30, "{} of the demonstration's packages can be asked about", asked.len());
    let (exit, verdicts, _) = stream(lines(&asked), &[]);
    assert_eq!((exit, verdicts.len()), (1, expected.len()));
    for (at, (mut verdict, mut expected)) in verdicts.into_iter().zip(expected).enumerate() {
        let head = [verdict["schema"].take(), verdict["line"].take()];
        assert_eq!(head, [json!("countersign.verdict/1"), json!(at + 1)]);
        // What only a lock file knows, and what the report says once of all its packages.
        for member in ["schema", "line", "locations", "direct", "dev", "registryIdentity"] {
            for report in [&mut verdict, &mut expected] {
                report.as_object_mut().unwrap().remove(member);
            }
        }
        assert_eq!(verdict, expected);
    }
}

#[test]
fn verdicts_keep_the_order_and_repeat_the_id() {
    let ids = [json!("a\u{202e}b"), json!(7), json!(-1.5e300), json!(true), json!(null)];
    let requests: Vec<Value> = (0..500).map(|n| changed("id", ids[n % ids.len()].clone())).collect();
    let (exit, verdicts, stderr) = stream(lines(&requests), &["--jobs", "7"]);
    assert_eq!((exit, verdicts.len(), stderr.as_str()), (0, 500, ""));
    for (n, verdict) in verdicts.iter().enumerate() {
        assert_eq!((&verdict["line"], &verdict["id"]), (&json!(n + 1), &requests[n]["id"]));
    }
    assert!(stream(lines(&[good()]), &[]).1[0].get("id").is_none());
    let raw = good().to_string().replacen('{', "{\"id\":12345678901234567890123.0,", 1);
    let mut child = verify(&[]).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{raw}").unwrap();
    let printed = out(&child.wait_with_output().unwrap());
    assert!(printed.contains("\"id\":12345678901234567890123.0,"), "a number keeps its digits: {printed}");
}

#[test]
fn a_reader_that_waits_for_each_verdict_gets_it() {
    let mut child = verify(&["--jobs", "2"]).spawn().unwrap();
    let (mut ask, mut hear) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for n in 1..=20 {
        writeln!(ask, "{}", good()).unwrap();
        let mut verdict = String::new();
        hear.read_line(&mut verdict).unwrap();
        assert!(verdict.contains(&format!("\"line\":{n},")) && verdict.ends_with('\n'), "{verdict}");
    }
    drop(ask);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// Three ways to have no attestations, of which only one is absence.
#[test]
fn as_04_absence_doubt_and_silence_are_three_things() {
    let without = |member: Option<(&str, Value)>| {
        let mut request = good();
        request.as_object_mut().unwrap().remove("attestations");
        if let Some((member, value)) = member {
            request[member] = value;
        }
        let (_, verdicts, _) = stream(lines(&[request]), &[]);
        let status = verdicts[0]["provenance"]["status"].as_str().unwrap().to_owned();
        (status, verdicts[0]["verdict"].as_str().unwrap().to_owned())
    };
    let of = |status: &str, verdict: &str| (status.to_owned(), verdict.to_owned());
    assert_eq!(without(None), of("not-asked", "verified"));
    assert_eq!(without(Some(("attestations", Value::Null))), of("withheld", "unverifiable"));
    assert_eq!(without(Some(("attestationsUnavailable", json!("it timed out")))), of("unavailable", "unverifiable"));
}

#[test]
fn a_policy_is_required_of_every_request() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    let policy = |repository: &str| {
        let text = format!(
            "schema = 1\ndefault = {{ require = [\"registry-signature\"] }}\n\
             [[rules]]\npackages = [\"@octo/lib\"]\nrequire = [\"registry-signature\", \"trusted-publisher\"]\n\
             publishers = [{{ type = \"github\", repository = \"{repository}\", file = \"release.yml\" }}]\n"
        );
        fs::write(&file, text).unwrap();
        stream(lines(&[good()]), &["--policy", file.to_str().unwrap()])
    };
    let (exit, verdicts, stderr) = policy("octo-org/octo-lib");
    assert_eq!((exit, stderr.as_str()), (0, ""));
    assert_eq!(verdicts[0]["publisher"]["status"], "match");
    let (exit, verdicts, _) = policy("octo-org/other");
    assert_eq!((exit, &verdicts[0]["verdict"]), (1, &json!("denied")));
    assert_eq!(verdicts[0]["failures"][0]["code"], "ERR_COUNTERSIGN_PUBLISHER_MISMATCH");
}

/// That the packument has no time is known of a package; that nobody asked is the asker's doing.
#[test]
fn a_publish_time_that_is_null_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    let default = "{ require = [\"registry-signature\"], min-age = { days = 3, time = \"asserted\" } }";
    fs::write(&file, format!("schema = 1\ndefault = {default}\n")).unwrap();
    let code = |time: Option<Value>| {
        let mut request = good();
        for member in ["attestations", "publishTime"] {
            request.as_object_mut().unwrap().remove(member);
        }
        request.as_object_mut().unwrap().extend(time.map(|time| ("publishTime".to_owned(), time)));
        let (_, verdicts, _) = stream(lines(&[request]), &["--policy", file.to_str().unwrap()]);
        verdicts[0]["failures"][0]["code"].as_str().unwrap_or("none").replace("ERR_COUNTERSIGN_", "")
    };
    assert_eq!(code(None), "NOT_SUPPLIED");
    assert_eq!(code(Some(Value::Null)), "AGE_UNPROVABLE");
    assert_eq!(code(Some(json!("2026-11-21T00:00:00Z"))), "TOO_YOUNG");
    assert_eq!(code(Some(json!("2026-11-01T00:00:00Z"))), "none");
}

#[test]
fn what_is_asked_about_decides_and_not_what_the_documents_say_of_themselves() {
    let verdict = |request: Value| {
        let (exit, mut verdicts, _) = stream(lines(&[request]), &[]);
        (exit, verdicts.remove(0)["failures"][0]["code"].as_str().unwrap().to_owned())
    };
    let of = |code: &str| (1, format!("ERR_COUNTERSIGN_{code}"));
    assert_eq!(verdict(changed("package", json!("another"))), of("NAME_VERSION_MISMATCH"));
    assert_eq!(verdict(changed("version", json!("1.2.4"))), of("NAME_VERSION_MISMATCH"));
    assert_eq!(verdict(changed("integrity", json!(integrity("A")))), of("INTEGRITY_DISAGREEMENT"));
    assert_eq!(verdict(changed("integrity", json!("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="))), of("WEAK_INTEGRITY"));
    assert_eq!(verdict(changed("package", json!("no name"))), of("PACKAGE_NAME"));
    assert_eq!(verdict(changed("manifest", json!(null))), of("NOT_JSON"));
    let twice = good().to_string().replacen("\"dist\":{", "\"dist\":{\"integrity\":\"sha512-x\",", 1);
    let (_, verdicts, _) = stream(twice, &[]);
    assert_eq!(verdicts[0]["failures"][0]["code"], MALFORMED, "the library reads the bytes that came");
    // Another registry's package is not judged by this registry's keys.
    assert_eq!(verdict(changed("registryIdentity", json!("https://other.example"))), of("NO_REGISTRY_KEYS"));
}

#[test]
fn lk_12_a_member_that_stands_twice_is_refused() {
    let twice = |member: &str| good().to_string().replacen('{', &format!("{{\"{member}\":\"x\","), 1);
    refused(&twice("integrity"), MALFORMED, "duplicate field `integrity`");
    refused(&twice("attestations"), MALFORMED, "duplicate field `attestations`");
    refused(&twice("package"), MALFORMED, "duplicate field `package`");
}

#[test]
fn a_slip_of_the_pen_is_refused() {
    refused(&changed("attestation", json!(null)).to_string(), MALFORMED, "unknown field `attestation`");
    refused(&changed("publish_time", json!(null)).to_string(), MALFORMED, "unknown field `publish_time`");
    for member in ["package", "version", "integrity", "manifest"] {
        let mut request = good();
        request.as_object_mut().unwrap().remove(member);
        refused(&request.to_string(), MALFORMED, &format!("it has no member {member}; "));
    }
    for member in ["package", "version", "integrity", "registryIdentity"] {
        refused(&changed(member, json!(7)).to_string(), MALFORMED, &format!("{member}: invalid type"));
        refused(&changed(member, json!(null)).to_string(), MALFORMED, &format!("{member}: invalid type"));
    }
    refused(&changed("publishTime", json!("yesterday")).to_string(), MALFORMED, "is not like");
    let both = changed("attestationsUnavailable", json!("it timed out")).to_string();
    refused(&both, MALFORMED, "give the one that is true");
}

#[test]
fn a_line_that_is_no_request_has_a_verdict_and_the_stream_goes_on() {
    for (line, message) in [
        ("null", "no JSON object"),
        ("[\"@octo/lib\",\"1.2.3\"]", "no JSON object"),
        ("<html>", "no JSON object"),
        ("{\"package\":\"a\"", "EOF"),
        ("{} {}", "trailing characters"),
    ] {
        refused(line, MALFORMED, message);
    }
    let cut = good().to_string();
    refused(&cut[..cut.len() / 2], MALFORMED, "EOF");
    let mut not_utf_8 = b"{\"package\":\"\xff\"}\n".to_vec();
    not_utf_8.extend(lines(&[good()]).into_bytes());
    let (exit, verdicts, _) = stream(not_utf_8, &[]);
    assert_eq!((exit, &verdicts[1]["verdict"]), (1, &json!("verified")));
    assert!(verdicts[0]["failures"][0]["message"].as_str().unwrap().contains("not UTF-8 from byte 13 on"));
}

#[test]
fn an_id_that_not_everybody_reads_is_refused() {
    refused(&changed("id", json!({"a": 1})).to_string(), MALFORMED, "id: give a string");
    refused(&changed("id", json!("x".repeat(1025))).to_string(), LIMIT_EXCEEDED, "1024");
    let half = good().to_string().replacen('{', "{\"id\":\"\\ud800\",", 1);
    refused(&half, MALFORMED, "id: ");
    let mut request = changed("id", json!("which"));
    request["version"] = json!(7);
    assert_eq!(stream(lines(&[request]), &[]).1[0]["id"], "which", "what is known of a refused line is said");
}

#[test]
fn re_01_a_line_longer_than_any_request_is_skipped() {
    refused(&"x".repeat(11 << 20), LIMIT_EXCEEDED, "10551296");
}

#[test]
fn re_04_deep_documents_end_as_their_packages_verdict() {
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    for member in ["manifest", "attestations"] {
        let request = changed(member, json!("DEEP")).to_string().replace("\"DEEP\"", &deep);
        let (exit, verdicts, _) = stream(format!("{request}\n{}", lines(&[good()])), &[]);
        assert_eq!((exit, verdicts.len()), (1, 2));
        assert_eq!(verdicts[0]["failures"][0]["code"], LIMIT_EXCEEDED);
        assert_eq!(verdicts[1]["verdict"], "verified");
    }
    refused(&format!("{{\"x\":{deep}}}"), MALFORMED, "unknown field");
    refused(&changed("id", json!("DEEP")).to_string().replace("\"DEEP\"", &deep), MALFORMED, "id: give");
}

#[test]
fn cl_03_no_request_is_not_clean() {
    for input in ["", "\n \n\r\n"] {
        let (exit, verdicts, stderr) = stream(input, &[]);
        assert_eq!((exit, verdicts.len()), (1, 0));
        assert!(stderr.contains("standard input had no request"), "{stderr}");
    }
    let (exit, verdicts, _) = stream(format!("\n{}", good()), &[]);
    assert_eq!((exit, &verdicts[0]["line"]), (0, &json!(2)), "an empty line is counted, a missing line end is not");
}

#[test]
fn cl_07_a_reader_that_leaves_ends_the_stream_with_2_and_no_word() {
    let mut child = verify(&[]).spawn().unwrap();
    let (mut ask, hear) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let writer = thread::spawn(move || while writeln!(ask, "{}", good()).is_ok() {});
    let mut hear: ChildStdout = hear;
    let _ = hear.read(&mut [0; 100]).unwrap();
    drop(hear);
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!((code(&output), err(&output).as_str()), (2, ""));
}

#[test]
fn cl_09_wrong_usage_exits_with_2() {
    for arguments in [
        &["verify"][..],
        &["verify", "--stream", "--jobs", "0"],
        &["verify", "--stream", "project"],
        &["verify", "--stream", "--replay", "recording"],
        &["verify", "--stream", "--policy", "/nonexistent"],
        &["verify", "--stream", "--keys", "/nonexistent"],
    ] {
        let output = run(arguments);
        assert_eq!((code(&output), out(&output).as_str()), (2, ""), "{arguments:?}");
        assert!(!err(&output).is_empty());
    }
}

/// The most that the program ever held, in KiB, after so many requests and while it still runs.
#[cfg(target_os = "linux")]
fn peak_after(requests: usize) -> u64 {
    let mut child = verify(&["--jobs", "2"]).spawn().unwrap();
    let (mut ask, hear) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let line = format!("{}\n", changed("attestations", json!(null)));
    let writer = thread::spawn(move || {
        for _ in 0..requests {
            ask.write_all(line.as_bytes()).unwrap();
        }
        ask
    });
    assert_eq!(hear.lines().take(requests).count(), requests);
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak = peak.trim_end_matches("kB").trim().parse().unwrap();
    drop(writer.join().unwrap());
    child.wait().unwrap();
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_stream() {
    let (short, long) = (peak_after(500), peak_after(10_000));
    assert!(long < short + 2048, "{short} KiB after 500 requests, {long} KiB after 10,000");
}

#[test]
fn a_registry_of_which_no_keys_are_given_proves_nothing() {
    let mut child = command(&["verify", "--stream", "--registry-identity", "https://npm.example", "--at", AT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut signed = good();
    signed.as_object_mut().unwrap().remove("attestations");
    writeln!(child.stdin.take().unwrap(), "{signed}").unwrap();
    let output = child.wait_with_output().unwrap();
    let verdict: BTreeMap<String, Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((code(&output), &verdict["verdict"]), (1, &json!("unverifiable")));
    assert_eq!(verdict["registrySignature"]["status"], "no-keys");
}
