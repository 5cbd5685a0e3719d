use super::TrustLock;
use crate::limits;
use crate::policy::DriftKind;
use crate::registry_id::RegistryId;

/// Two packages, with a pin that states everything and pins that state little.
const LOCK: &str = include_str!("../../../testdata/lock/countersign.lock");

fn code(json: &str) -> &'static str {
    TrustLock::from_json(json.as_bytes()).unwrap_err().code()
}

/// The code that the sound lock is refused with after one replacement.
#[track_caller]
fn changed(from: &str, to: &str) -> &'static str {
    assert!(LOCK.contains(from), "no {from}");
    code(&LOCK.replacen(from, to, 1))
}

const INVALID: &str = "ERR_COUNTERSIGN_LOCK_INVALID";

#[test]
fn what_is_written_is_read_back_byte_for_byte() {
    for text in [LOCK, &TrustLock::empty().to_json()] {
        assert_eq!(TrustLock::from_json(text.as_bytes()).unwrap().to_json(), text);
    }
    // Order and space decide nothing.
    let compact = serde_json::from_str::<serde_json::Value>(LOCK).unwrap().to_string();
    assert_eq!(TrustLock::from_json(compact.as_bytes()).unwrap().to_json(), LOCK);
    let turned = LOCK.replacen("\"registries\"", "\"schema\": \"countersign.lock/1\",\n\"registries\"", 1);
    let turned = turned.replacen(",\n  \"schema\": \"countersign.lock/1\"\n}", "}", 1);
    assert_eq!(TrustLock::from_json(turned.as_bytes()).unwrap().to_json(), LOCK);
}

#[test]
fn po_34_a_lock_that_is_cut_off_is_an_error() {
    let end = LOCK.trim_end().len();
    for cut in (0..end).filter(|cut| LOCK.is_char_boundary(*cut)) {
        assert_eq!(code(&LOCK[..cut]), INVALID, "{cut}");
    }
    assert!(TrustLock::from_json(&LOCK.as_bytes()[..end]).is_ok());
}

#[test]
fn po_34_no_byte_can_be_flipped_unseen() {
    let mut bytes = LOCK.as_bytes().to_vec();
    for at in 0..bytes.len() {
        bytes[at] ^= 1;
        if let Ok(lock) = TrustLock::from_json(&bytes) {
            assert_ne!(lock.to_json(), LOCK, "{at}");
        }
        bytes[at] ^= 1;
    }
}

#[test]
fn another_schema_is_named() {
    for (schema, said) in [
        ("countersign.lock/2", "its schema is countersign.lock/2, this version knows countersign.lock/1"),
        ("countersign.lock/01", "its schema is countersign.lock/01, this version knows countersign.lock/1"),
        ("countersign.audit/1", "which is none of a trust lock"),
    ] {
        // What a newer schema adds is not complained of.
        let json = format!(r#"{{"schema":"{schema}","further":1}}"#);
        let error = TrustLock::from_json(json.as_bytes()).unwrap_err();
        assert!(error.code() == INVALID && error.to_string().contains(said), "{error}");
    }
}

#[test]
fn nothing_is_unknown_null_or_missing() {
    for (from, to) in [
        ("\"registries\"", "\"x\": 1, \"registries\""),
        ("\"packages\"", "\"x\": 1, \"packages\""),
        ("\"level\"", "\"x\": 1, \"level\""),
        ("\"registries\"", "\"registrie\""),
        ("\"packages\"", "\"package\""),
        ("\"environment\": \"release\"", "\"environment\": null"),
        ("\"environment\": \"release\"", "\"environment\": 7"),
        ("\"environment\": \"release\"", "\"environment\": \"\""),
        ("\"level\": \"trusted-publisher\"", "\"level\": \"TrustedPublisher\""),
        ("\"level\": \"trusted-publisher\",", ""),
        ("\"provenance\": \"verified\",", ""),
        ("\"provenance\": \"none\"", "\"provenance\": \"unknown\""),
        (",\n  \"schema\": \"countersign.lock/1\"", ""),
        ("\"countersign.lock/1\"\n}", "\"countersign.lock/1\"\n} {}"),
    ] {
        assert_eq!(changed(from, to), INVALID, "{from} -> {to}");
    }
    assert_eq!(code("[]"), INVALID);
}

#[test]
fn nothing_stands_twice_at_any_level() {
    let twice = |member: &str, value: &str| changed(member, &format!("{member}: {value}, {member}"));
    assert_eq!(twice("\"registries\"", "{}"), INVALID);
    assert_eq!(twice("\"https://npm.example\"", "{\"packages\": {}}"), INVALID);
    assert_eq!(twice("\"packages\"", "{}"), INVALID);
    assert_eq!(twice("\"@octo/lib\"", "{}"), INVALID);
    assert_eq!(twice("\"1.2.3\"", "{}"), INVALID);
    assert_eq!(twice("\"issuer\"", "\"x\""), INVALID);
    assert_eq!(twice("\"schema\"", "\"countersign.lock/1\""), INVALID);
    let (_, rest) = LOCK.split_once("\"sha512-").unwrap();
    let (digest, rest) = rest.split_once("\": ").unwrap();
    let (entry, _) = rest.split_once('}').unwrap();
    let digest = format!("\"sha512-{digest}\"");
    assert_eq!(twice(&digest, &format!("{entry}}}")), INVALID);
    // An escape is another spelling of the same name.
    let whole = |name: &str| format!("\"@octo/lib\": {{\"9.9.9\": {{{digest}: {entry}}}}}}}, {name}");
    assert_eq!(changed("\"@octo/lib\"", &whole("\"@octo/li\\u0062\"")), INVALID);
}

#[test]
fn keys_and_values_have_one_spelling() {
    for (from, to) in [
        ("\"https://npm.example\"", "\"https://npm.example/\""),
        ("\"https://npm.example\"", "\"ftp://npm.example\""),
        ("\"@octo/lib\"", "\"@octo/lib/x\""),
        ("\"@octo/lib\"", "\"__proto__\""),
        ("\"1.2.3\"", "\"v1.2.3\""),
        ("\"sha512-", "\"sha1-AAAA sha512-"),
        ("\"sha512-", "\"sha256-"),
        ("\"time\": \"2026-03-01T12:00:05Z\"", "\"time\": \"2026-03-01T12:00:05.5Z\""),
        ("\"time\": \"2026-03-01T12:00:05Z\"", "\"time\": \"2026-03-01\""),
        ("\"environment\": \"release\"", "\"environment\": \"rel\\u202eease\""),
    ] {
        assert_eq!(changed(from, to), INVALID, "{from} -> {to}");
    }
}

#[test]
fn an_entry_that_contradicts_itself_is_refused() {
    for (from, to) in [
        ("\"time\": \"2026-03-01T12:00:05Z\",", ""),
        ("\"level\": \"trusted-publisher\"", "\"level\": \"registry-signature\""),
        ("\"level\": \"registry-signature\"", "\"level\": \"provenance\""),
        ("\"level\": \"registry-signature\"", "\"level\": \"unproven\""),
        ("\"provenance\": \"verified\"", "\"provenance\": \"none\""),
        ("\"provenance\": \"none\"", "\"provenance\": \"verified\""),
        ("\"provenance\": \"none\"", "\"provenance\": \"none\", \"runner\": \"github-hosted\""),
        ("\"repository\": \"https://github.com/octo-org/octo-lib\",", ""),
        ("\"keyid\": \"SHA256:none\",", ""),
    ] {
        assert_eq!(changed(from, to), INVALID, "{from} -> {to}");
    }
    let (of_nobody, repository) = ("\"ref\": \"refs/heads/été\",", "\"https://github.com/octo-org/octo-lib\"");
    let (_, old) = LOCK.split_once(of_nobody).unwrap();
    let (space, _) = old.split_once('"').unwrap();
    let stated = format!("{of_nobody}{space}\"repository\": {repository},");
    assert_eq!(changed(&stated, of_nobody), INVALID);
    let nothing = |registries: &str| code(&format!(r#"{{"registries":{registries},"schema":"countersign.lock/1"}}"#));
    assert_eq!(nothing(r#"{"npm":{"packages":{"x":{}}}}"#), INVALID);
    assert_eq!(nothing(r#"{"npm":{"packages":{"x":{"1.0.0":{}}}}}"#), INVALID);
}

#[test]
fn hostile_locks_of_a_mebibyte_are_clear_errors() {
    let deep = format!(r#"{{"schema":"countersign.lock/1","registries":{}"#, "{\"a\":".repeat(200_000));
    assert_eq!(code(&deep), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
    let same = format!(r#"{{"schema":"countersign.lock/1",{}"registries":{{}}}}"#, "\"registries\":{},".repeat(60_000));
    assert_eq!(code(&same), INVALID);
    let evil = "\\u001b]52;c;AAAA\\u0007\\u202e".repeat(40_000);
    for json in [
        format!(r#"{{"schema":"countersign.lock/{evil}"}}"#),
        format!(r#"{{"schema":"countersign.lock/1","registries":{{"{evil}":{{"packages":{{}}}}}}}}"#),
        format!(r#"{{"schema":"countersign.lock/1","registries":{{}},"{evil}":1}}"#),
        format!(
            r#"{{"schema":"countersign.lock/1","registries":{{"npm":{{"packages":{{"{evil}":{{"1.0.0":{{}}}}}}}}}}}}"#
        ),
    ] {
        let error = TrustLock::from_json(json.as_bytes()).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert_eq!(error.code(), INVALID);
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{7}']) && shown.len() < 8_000, "{}", shown.len());
    }
    let bytes = [LOCK.as_bytes(), &vec![b' '; limits::LOCK_BYTES]].concat();
    assert_eq!(TrustLock::from_json(&bytes).unwrap_err().code(), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
    assert_eq!(TrustLock::from_json(b"\xff").unwrap_err().code(), INVALID);
}

#[test]
fn more_versions_than_a_package_may_have() {
    let digest = |n: usize| {
        let mut bytes = [0; 64];
        bytes[..8].copy_from_slice(&n.to_be_bytes());
        crate::Sha512Digest::new(bytes)
    };
    let lock = |count: usize| {
        let entry = r#"{"keyid":"k","level":"registry-signature","provenance":"none"}"#;
        let list: Vec<_> = (0..count).map(|n| format!("\"{}\":{entry}", digest(n))).collect();
        let packages = format!(r#"{{"x":{{"1.0.0":{{{}}}}}}}"#, list.join(","));
        format!(r#"{{"registries":{{"npm":{{"packages":{packages}}}}},"schema":"countersign.lock/1"}}"#)
    };
    assert!(TrustLock::from_json(lock(limits::LOCK_ENTRIES).as_bytes()).is_ok());
    assert_eq!(code(&lock(limits::LOCK_ENTRIES + 1)), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
}

#[test]
fn the_baseline_is_the_latest_by_authenticated_time() {
    let lock = TrustLock::from_json(LOCK.as_bytes()).unwrap();
    let registry = RegistryId::new("https://npm.example").unwrap();
    let baseline = |name: &str| lock.baseline(&registry, name).map(|pin| pin.version().to_owned());
    // 2.0.0 was attested before 1.2.3, and 3.0.0 at no known time.
    assert_eq!(baseline("@octo/lib").as_deref(), Some("1.2.3"));
    // Neither has a time, and 10 is more than 9.
    assert_eq!(baseline("untimed").as_deref(), Some("10.0.0"));
    assert_eq!(baseline("other"), None);
    assert!(lock.baseline(&RegistryId::npm(), "@octo/lib").is_none());
    let publisher = lock.pinned_publisher(&registry, "@octo/lib").unwrap();
    assert_eq!(
        publisher.to_string(),
        "github:octo-org/octo-lib#release.yml with allowed-signers=builders/npm/.github/workflows/build.yml, environment=release, repository-id=700100200, owner-id=9100200"
    );
    assert_eq!(lock.pinned_publisher(&registry, "untimed"), None);
    // Where a person signed, it was no workflow of the repository beside him.
    let by_person = LOCK.replacen("\"time\"", "\"subject\": \"octocat@octo.example\", \"time\"", 1);
    let lock = TrustLock::from_json(by_person.as_bytes()).unwrap();
    assert_eq!(lock.pinned_publisher(&registry, "@octo/lib"), None);
}

#[test]
fn every_kind_has_a_name_of_its_own() {
    let mut names: Vec<_> = DriftKind::ALL.iter().map(|kind| kind.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), DriftKind::ALL.len());
    // The table's order is that of gravity.
    assert!(DriftKind::ALL.windows(2).all(|pair| pair[0].severity() >= pair[1].severity()));
}
