//! What can be audited beside a lock file: an installed tree, one package, one tarball; and the bytes themselves.

use super::*;

const LIB: &str = "@octo/lib@1.2.3";

/// Of no minted tarball is there more.
fn bytes(id: &str) -> String {
    format!("the tarball of {id}\n")
}

/// A folder with tarballs, and the minted recording beside it.
struct Bytes(tempfile::TempDir);

impl Bytes {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            fs::write(folder.0.path().join(name), text).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }
}

/// An audit of something else than the minted project, by the trust that was minted with it.
fn minted(arguments: &[&str]) -> Output {
    let testdata = |name: &str| format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"));
    let [registry, keys, root] =
        ["registry", "registry-trust/keys.json", "registry-trust/trusted_root.json"].map(testdata);
    let trust = ["--keys", &keys, "--trusted-root", &root, "--registry-identity", "https://npm.example", "--at", AT];
    let source: &[&str] = if arguments.contains(&"--replay") { &[] } else { &["--replay", &registry] };
    run(&[arguments, source, trust.as_slice()].concat())
}

fn report(arguments: &[&str]) -> (i32, Value) {
    let output = minted(&[arguments, &["--format", "json"]].concat());
    (code(&output), serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", err(&output))))
}

/// Exit code, verdict, gravest code and whether the bytes were hashed, of a report with one package.
fn outcome(arguments: &[&str]) -> (i32, String, String, String) {
    let (exit, report) = report(arguments);
    let package = &report["packages"][0];
    assert_eq!(report["packages"].as_array().unwrap().len(), 1);
    let text = |value: &Value| value.as_str().unwrap_or_default().replace("ERR_COUNTERSIGN_", "");
    (exit, text(&package["verdict"]), text(&package["failures"][0]["code"]), text(&package["bytes"]))
}

fn owned(exit: i32, verdict: &str, code: &str, bytes: &str) -> (i32, String, String, String) {
    (exit, verdict.into(), code.into(), bytes.into())
}

fn notes(report: &Value) -> Vec<&str> {
    report["notes"].as_array().unwrap().iter().map(|note| note["message"].as_str().unwrap()).collect()
}

fn package<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["packages"].as_array().unwrap().iter().find(|package| package["name"] == name).unwrap()
}

/// The digest by which the minted project locks `name`.
fn minted_integrity(name: &str) -> String {
    let lock = format!("{}/testdata/project/package-lock.json", env!("CARGO_MANIFEST_DIR"));
    let lock: Value = serde_json::from_str(&fs::read_to_string(lock).unwrap()).unwrap();
    lock["packages"][format!("node_modules/{name}")]["integrity"].as_str().unwrap().to_owned()
}

#[test]
fn one_package_is_judged_by_its_bytes() {
    for name in ["@octo%2flib-1.2.3.tgz", "octo-lib-1.2.3.tgz"] {
        let folder = Bytes::new(&[(name, &bytes(LIB))]);
        let arguments = [LIB, "--tarballs", &folder.path("")];
        assert_eq!(outcome(&arguments), owned(0, "verified", "", "hashed"));
        let (_, report) = report(&arguments);
        assert_eq!(report["packages"][0]["provenance"]["status"], "verified");
        for note in ["Audited one package, @octo/lib@1.2.3.", "Tarballs that were hashed: 1."] {
            assert!(notes(&report).contains(&note), "{:?}", notes(&report));
        }
        let text = out(&minted(&arguments));
        assert!(text.contains("for the digest of its bytes or a stated one"), "{text}");
    }
}

#[test]
fn the_registrys_own_word_for_a_digest_is_never_believed() {
    assert_eq!(outcome(&[LIB]), owned(1, "unverifiable", "TARBALL_UNAVAILABLE", ""));
    let stated = minted_integrity("@octo/lib");
    assert_eq!(outcome(&[LIB, "--integrity", &stated]), owned(0, "verified", "", "expected"));
    let other = minted_integrity("signed");
    assert_eq!(outcome(&[LIB, "--integrity", &other]), owned(1, "invalid", "INTEGRITY_DISAGREEMENT", "expected"));
}

#[test]
fn in_02_altered_bytes_are_invalid_with_and_without_a_digest_of_ones_own() {
    let folder = Bytes::new(&[("@octo%2flib-1.2.3.tgz", "altered")]);
    let tarballs = ["--tarballs", &folder.path("")];
    let disagreement = owned(1, "invalid", "INTEGRITY_DISAGREEMENT", "hashed");
    assert_eq!(outcome(&[&[LIB], tarballs.as_slice()].concat()), disagreement);
    let stated = minted_integrity("@octo/lib");
    let mismatch = owned(1, "invalid", "INTEGRITY", "");
    assert_eq!(outcome(&[&[LIB, "--integrity", &stated], tarballs.as_slice()].concat()), mismatch);
}

#[test]
fn one_tarball_is_hashed_and_is_the_package_that_is_said() {
    let folder = Bytes::new(&[("download.tgz", &bytes(LIB)), ("altered.tgz", "altered"), ("empty.tgz", "")]);
    let file = folder.path("download.tgz");
    assert_eq!(outcome(&[&file, "--package", LIB]), owned(0, "verified", "", "hashed"));
    let stated = minted_integrity("@octo/lib");
    assert_eq!(outcome(&[&file, "--package", LIB, "--integrity", &stated]).0, 0);
    let other = minted_integrity("signed");
    let mismatch = owned(1, "invalid", "INTEGRITY", "");
    assert_eq!(outcome(&[&file, "--package", LIB, "--integrity", &other]), mismatch);
    let disagreement = owned(1, "invalid", "INTEGRITY_DISAGREEMENT", "hashed");
    assert_eq!(outcome(&[&folder.path("altered.tgz"), "--package", LIB]), disagreement);
    assert_eq!(outcome(&[&file, "--package", "signed@1.0.0"]), disagreement);
    let empty = minted(&[&folder.path("empty.tgz"), "--package", LIB]);
    assert_eq!((code(&empty), err(&empty).contains("it is empty")), (2, true));
}

#[test]
fn usage_errors_say_what_was_tried() {
    let folder = Bytes::new(&[("x-1.0.0.tgz", "bytes")]);
    let (tarball, here) = (folder.path("x-1.0.0.tgz"), folder.path(""));
    for (arguments, part) in [
        (vec!["nowhere"], "no existing file or folder, and no package"),
        (vec!["@octo/lib"], "no existing file or folder, and no package"),
        (vec!["lib@latest"], "no existing file or folder, and no package"),
        (vec![tarball.as_str()], "say which package it is with --package"),
        (vec![&here, "--package", LIB], "is no file"),
        (vec![&here, "--integrity", "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="], "sha512"),
        (vec![LIB, "--integrity", "sha512-"], "invalid value"),
        (vec![LIB, "--installed"], "need an existing folder"),
        (vec![LIB, "--omit", "dev"], "is one package"),
        (vec![&tarball, "--installed", "--package", LIB], "needs a folder"),
        (vec![&here, "--installed"], "nothing is installed there"),
        (vec![LIB, "--tarballs", &tarball], "it is no folder"),
    ] {
        let output = minted(&arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(out(&output).is_empty() && err(&output).contains(part), "{arguments:?}: {}", err(&output));
    }
}

#[cfg(unix)]
#[test]
fn cl_31_paths_of_any_bytes_work_or_are_usage_errors() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let case = Case::new(&json!({}));
    for name in [b"a project".as_slice(), b"-", b"\xff\x1b[2J"] {
        let name = OsStr::from_bytes(name);
        let audit = || {
            command(&["--replay", &case.path("recording"), "--at", AT])
                .arg(name)
                .current_dir(case.path("."))
                .output()
                .unwrap()
        };
        let missing = audit();
        assert_eq!((code(&missing), err(&missing).contains("cannot tell what to audit")), (2, true));
        assert!(!err(&missing).contains('\u{1b}'));
        let folder = Path::new(&case.path(".")).join(name);
        fs::create_dir(&folder).unwrap();
        fs::write(
            folder.join("package-lock.json"),
            r#"{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0"}}}"#,
        )
        .unwrap();
        assert_eq!(code(&audit()), 1, "{name:?}: {}", err(&audit()));
    }
}

#[test]
fn tarballs_of_a_project_are_held_against_its_lock_file() {
    let project = format!("{}/testdata/project", env!("CARGO_MANIFEST_DIR"));
    let folder = Bytes::new(&[
        ("@octo%2flib-1.2.3.tgz", &bytes(LIB)),
        ("signed-1.0.0.tgz", "altered"),
        ("locked-to-sha1-1.0.0.tgz", &bytes("locked-to-sha1@1.0.0")),
        ("lock-file-disagrees-1.0.0.tgz", &bytes("lock-file-disagrees@1.0.0")),
    ]);
    let (exit, report) = report(&[&project, "--tarballs", &folder.path("")]);
    assert_eq!(exit, 1);
    let lib = package(&report, "@octo/lib");
    assert_eq!((&lib["bytes"], &lib["verdict"]), (&json!("hashed"), &json!("verified")));
    let altered = package(&report, "signed");
    assert_eq!(
        (&altered["verdict"], &altered["failures"][0]["code"]),
        (&json!("invalid"), &json!("ERR_COUNTERSIGN_INTEGRITY"))
    );
    assert_eq!(altered["failures"].as_array().unwrap().len(), 1);
    // Good bytes do not make up for a record that is none, nor for one that says otherwise.
    assert_eq!(package(&report, "locked-to-sha1")["failures"][0]["code"], "ERR_COUNTERSIGN_WEAK_INTEGRITY");
    assert_eq!(package(&report, "lock-file-disagrees")["failures"][0]["code"], "ERR_COUNTERSIGN_INTEGRITY");
    let rest = package(&report, "attested-in-2024");
    assert_eq!((&rest["bytes"], &rest["verdict"]), (&json!("expected"), &json!("verified")));
    assert!(notes(&report).contains(&"Tarballs that were hashed: 3."), "{:?}", notes(&report));
    assert!(notes(&report).iter().any(|note| note.contains("the folder of --tarballs does not have: ")));
}

#[test]
fn lk_lock_file_and_registry_that_disagree_are_an_error_by_name() {
    let case = Case::new(&json!({"node_modules/a": {"version": "1.0.0", "integrity": integrity("B")}}));
    case.unsigned("a", "1.0.0");
    let (exit, report) = case.report(&[]);
    let codes: Vec<&Value> = report["packages"][0]["failures"].as_array().unwrap().iter().map(|f| &f["code"]).collect();
    assert!(codes.contains(&&json!("ERR_COUNTERSIGN_INTEGRITY_DISAGREEMENT")), "{codes:?}");
    assert_eq!((exit, &report["packages"][0]["verdict"]), (1, &json!("invalid")));
    let text = out(&case.audit(&[]));
    assert!(text.contains("code      ERR_COUNTERSIGN_INTEGRITY_DISAGREEMENT"), "{text}");
}

#[test]
fn a_recordings_tarballs_are_used_and_one_it_lacks_is_not_absence() {
    let case = Case::new(&json!({"node_modules/a": locked("1.0.0")}));
    case.unsigned("a", "1.0.0");
    let recording = case.path("recording");
    let audit = |more: &[&str]| report(&[&["a@1.0.0", "--replay", &recording], more].concat()).1;
    fs::create_dir(case.path("recording/tarballs")).unwrap();
    let without = audit(&[]);
    assert_eq!(without["packages"][0]["failures"][0]["code"], "ERR_COUNTERSIGN_TARBALL_UNAVAILABLE");
    assert!(
        without["packages"][0]["failures"][0]["message"].as_str().unwrap().contains("the recording does not hold it")
    );
    fs::write(case.path("recording/tarballs/a-1.0.0.tgz"), "bytes").unwrap();
    assert_eq!(audit(&[])["packages"][0]["bytes"], "hashed");
    // A lock file's digest is compared with them only if that is asked for.
    assert_eq!(case.report(&[]).1["packages"][0]["bytes"], "expected");
    let fetched = case.report(&["--fetch-tarballs"]).1;
    assert_eq!(fetched["packages"][0]["failures"][0]["code"], "ERR_COUNTERSIGN_INTEGRITY");
}

#[test]
fn in_03_bytes_do_not_make_up_for_a_record_without_a_digest() {
    let case = Case::new(&json!({"node_modules/a": {"version": "1.0.0"}}));
    case.unsigned("a", "1.0.0");
    let folder = Bytes::new(&[("a-1.0.0.tgz", "bytes")]);
    let (exit, report) = case.report(&["--tarballs", &folder.path("")]);
    assert_eq!((exit, &report["packages"][0]["failures"][0]["code"]), (1, &json!("ERR_COUNTERSIGN_WEAK_INTEGRITY")));
}

/// A registry with `a@1.0.0`, its tarball at the place that the manifest names, and `gone@1.0.0` without one.
fn registry_with_tarballs() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let base = url.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(&stream).lines().map(Result::unwrap).take_while(|line| !line.is_empty());
            let request = lines.next().unwrap_or_default();
            lines.for_each(drop);
            let document = |name: &str| {
                let mut packument = packument(name, "1.0.0");
                let dist = &mut packument["versions"]["1.0.0"]["dist"];
                dist["tarball"] = json!(format!("{base}files/{name}.tgz"));
                packument.to_string()
            };
            let (status, body) = match request.split(' ').nth(1) {
                Some("/a") => ("200 OK", document("a")),
                Some("/gone") => ("200 OK", document("gone")),
                Some("/files/a.tgz") => ("200 OK", "bytes of a".to_owned()),
                _ => ("404 Not Found", "{}".to_owned()),
            };
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
        }
    });
    url
}

#[test]
fn lk_02_a_tarball_is_fetched_from_where_the_registry_says_and_recorded() {
    let registry = registry_with_tarballs();
    // Where the lock file says that it is, nobody is asked.
    let elsewhere = "http://127.0.0.1:1/evil/-/other-9.9.9.tgz";
    let sha512 = "sha512-SftQDEhVJ+aP+/Fxw8p2FImW8pNqFQKAG3KUufXp8BCoeinsF8Iqq4VGiVrgiYgTVJTZpGPKnqGp6swlqK9neg==";
    let case = Case::new(&json!({
        "node_modules/a": {"version": "1.0.0", "integrity": sha512, "resolved": elsewhere},
        "node_modules/gone": locked("1.0.0"),
    }));
    let (project, folder) = (case.path("."), case.path("new"));
    let audit = |more: &[&str]| {
        let arguments = [&[project.as_str(), "--fetch-tarballs", "--at", AT, "--format", "json"], more].concat();
        let output = command(&arguments).env("NO_PROXY", "127.0.0.1").output().unwrap();
        assert_eq!(code(&output), 1, "{}", err(&output));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let mut live = audit(&["--registry", &registry, "--record", &folder]);
    let codes =
        |package: &Value| package["failures"].as_array().unwrap().iter().map(|f| f["code"].clone()).collect::<Vec<_>>();
    let gone = package(&live, "gone");
    assert_eq!(codes(gone), ["ERR_COUNTERSIGN_TARBALL_UNAVAILABLE"]);
    assert!(gone["failures"][0]["message"].as_str().unwrap().contains("answered 404"));
    assert_eq!(fs::read_to_string(case.path("new/tarballs/a-1.0.0.tgz")).unwrap(), "bytes of a");
    assert_eq!(fs::read_dir(case.path("new/tarballs")).unwrap().count(), 1);
    let mut replay = audit(&["--replay", &folder]);
    assert_eq!(codes(package(&live, "a")), codes(package(&replay, "a")));
    for report in [&mut live, &mut replay] {
        report["packages"] = json!([package(report, "a")]);
    }
    assert_eq!(live["packages"], replay["packages"]);
}

#[test]
fn one_package_is_fetched_without_being_asked_to() {
    let registry = registry_with_tarballs();
    let output = command(&["a@1.0.0", "--registry", &registry, "--at", AT, "--format", "json"])
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", err(&output)));
    assert_eq!(report["packages"][0]["bytes"], "hashed");
    assert_eq!(report["packages"][0]["failures"][0]["code"], "ERR_COUNTERSIGN_INTEGRITY_DISAGREEMENT");
}

/// The minted project's lock file, and a tree beside it.
fn installed(packages: &[(&str, &str)]) -> Bytes {
    let project = Bytes::new(&[]);
    let lock = format!("{}/testdata/project/package-lock.json", env!("CARGO_MANIFEST_DIR"));
    fs::copy(lock, project.path("package-lock.json")).unwrap();
    fs::create_dir(project.path("node_modules")).unwrap();
    for (location, id) in packages {
        let folder = project.path(&format!("node_modules/{location}"));
        let (name, version) = id.rsplit_once('@').unwrap();
        fs::create_dir_all(&folder).unwrap();
        fs::write(format!("{folder}/package.json"), json!({"name": name, "version": version}).to_string()).unwrap();
    }
    project
}

#[test]
fn an_installed_tree_that_is_the_lock_files_is_verified() {
    let project =
        installed(&[("@octo/lib", LIB), ("an-alias", "installed-under-an-alias@1.0.0"), ("signed", "signed@1.0.0")]);
    let modules = project.path("node_modules");
    let (exit, found) = report(&[&modules]);
    assert_eq!((exit, &found["summary"]["verified"]), (0, &json!(3)));
    assert_eq!(package(&found, "installed-under-an-alias")["locations"], json!(["node_modules/an-alias"]));
    let said = notes(&found);
    assert!(said.iter().any(|note| note.contains("not compared with the tarballs")), "{said:?}");
    assert!(said.iter().any(|note| note.starts_with("Locked and not installed: 34, namely ")), "{said:?}");
    let by_flag = report(&[&project.path(""), "--installed"]);
    assert_eq!((by_flag.0, &by_flag.1["packages"]), (0, &found["packages"]));
    let text = out(&minted(&[&modules]));
    assert!(text.starts_with("Audited 3 packages") && text.contains("Audited what is installed in "), "{text}");
}

#[test]
fn an_installed_tree_that_differs_is_not_verified() {
    let project = installed(&[
        ("signed", "signed@1.0.1"),
        ("attested-in-2024", "signed@1.0.0"),
        ("stranger", "signed@1.0.0"),
        ("new", "new@1.0.0"),
    ]);
    fs::create_dir(project.path("node_modules/bare")).unwrap();
    let (exit, report) = report(&[&project.path("node_modules")]);
    assert_eq!((exit, &report["summary"]["verified"]), (1, &json!(0)));
    for package in report["packages"].as_array().unwrap() {
        assert_eq!(package["failures"][0]["code"], "ERR_COUNTERSIGN_NOT_AS_LOCKED", "{package}");
        assert_eq!(package["verdict"], "unverifiable");
    }
    let said: Vec<&str> =
        report["packages"].as_array().unwrap().iter().map(|p| p["failures"][0]["message"].as_str().unwrap()).collect();
    let parts = [
        "new@1.0.0 is installed, and the lock file does not have it",
        "it has no package.json",
        "signed@1.0.0 is installed where",
        "signed@1.0.1 is installed where",
    ];
    for (message, part) in said.iter().zip(parts) {
        assert!(message.contains(part), "{said:?}");
    }
}

#[test]
fn lk_05_an_installed_alias_is_audited_as_what_it_is_and_its_slot_is_guarded() {
    let project = installed(&[("an-alias", "installed-under-an-alias@1.0.0")]);
    let modules = project.path("node_modules");
    let publisher = "an-alias=octo-org/octo-lib:release.yml";
    let denied = owned(1, "denied", "SLOT_OCCUPIED", "");
    assert_eq!(outcome(&[&modules, "--publisher", publisher]), denied);
}

#[test]
fn explain_works_with_every_target() {
    let project = installed(&[("@octo/lib", LIB), ("signed", "signed@1.0.1")]);
    let folder = Bytes::new(&[("octo-lib-1.2.3.tgz", &bytes(LIB))]);
    let (modules, tarball, tarballs) =
        (project.path("node_modules"), folder.path("octo-lib-1.2.3.tgz"), folder.path(""));
    for target in [vec![modules.as_str()], vec![&tarball, "--package", LIB], vec![LIB, "--tarballs", &tarballs]] {
        let output = minted(&[&["explain", LIB], target.as_slice()].concat());
        assert_eq!(code(&output), 0, "{target:?}: {}", err(&output));
        assert!(out(&output).contains("1.12 https://github.com/octo-org/octo-lib"), "{}", out(&output));
    }
    let output = minted(&["explain", "signed@1.0.1", &modules]);
    assert_eq!((code(&output), out(&output).contains("ERR_COUNTERSIGN_NOT_AS_LOCKED")), (1, true));
    let output = minted(&["explain", "signed@9.9.9", &modules]);
    assert_eq!((code(&output), err(&output).contains("signed@9.9.9")), (2, true));
}

#[test]
fn lk_22_lk_23_a_target_without_packages_exits_with_1() {
    let case = Case::new(&json!({}));
    let nothing = |case: &Case| {
        let (exit, report) = case.report(&[]);
        assert_eq!((exit, &report["summary"]["verified"]), (1, &json!(0)));
        assert!(out(&case.audit(&[])).contains("Nothing was audited, so nothing is proved."));
    };
    nothing(&case);
    case.lock(&json!({"": {"name": "project", "version": "1.0.0"}}));
    nothing(&case);
    case.lock(&json!({"": {"workspaces": ["w"]}, "w": {"version": "1.0.0"}, "node_modules/w": {"resolved": "w", "link": true}}));
    nothing(&case);
    let (exit, report) = report(&[&installed(&[]).path("node_modules")]);
    assert_eq!((exit, &report["summary"]["packages"]), (1, &json!(0)));
}

#[test]
fn lk_13_lk_20_hostile_names_are_data_and_never_a_path() {
    let hostile = [
        "node_modules/__proto__",
        "node_modules/constructor",
        "node_modules/../../x",
        "/etc/passwd",
        "C:\\x",
        "node_modules/a\u{0}b",
        "node_modules/x.",
        "node_modules/%2e%2e%2fx",
        "node_modules/@s/../../x",
    ];
    let packages: serde_json::Map<String, Value> =
        hostile.iter().map(|name| ((*name).to_owned(), locked("1.0.0"))).collect();
    let case = Case::new(&Value::Object(packages));
    // A file where a name that was taken for a path would lead.
    fs::create_dir(case.path("tarballs")).unwrap();
    for name in ["x-1.0.0.tgz", "..-x-1.0.0.tgz"] {
        fs::write(case.path(name), "bytes").unwrap();
    }
    let (exit, report) = case.report(&["--tarballs", &case.path("tarballs")]);
    assert_eq!((exit, report["packages"].as_array().unwrap().len()), (1, hostile.len()));
    for package in report["packages"].as_array().unwrap() {
        let code = package["failures"][0]["code"].as_str().unwrap().replace("ERR_COUNTERSIGN_", "");
        assert!(["PACKAGE_NAME", "MANIFEST_UNAVAILABLE"].contains(&code.as_str()), "{package}");
    }
    assert!(!notes(&report).contains(&"Tarballs that were hashed: 1."));
}

#[test]
fn lk_30_a_version_that_was_unpublished_is_unverifiable() {
    let case = Case::new(&json!({"node_modules/gone": locked("1.0.0"), "node_modules/older": locked("1.0.0")}));
    case.write(
        "recording/registry.json",
        &json!({"url": "https://npm.example/", "recordedAt": AT, "absent": "not-found"}),
    );
    case.unsigned("older", "2.0.0");
    let (exit, report) = case.report(&[]);
    assert_eq!((exit, &report["summary"]["unverifiable"]), (1, &json!(2)));
    let messages = out(&case.audit(&[])).replace("\n              ", " ");
    assert!(
        messages.contains("does not know this package") && messages.contains("does not list this version"),
        "{messages}"
    );
}

#[test]
fn ta_01_a_tarball_is_hashed_and_never_opened() {
    // The package.json inside, the archive's form and what it would unpack to are of no matter.
    let folder = Bytes::new(&[("download.tgz", &bytes(LIB))]);
    let before = fs::read_dir(folder.path("")).unwrap().count();
    assert_eq!(outcome(&[&folder.path("download.tgz"), "--package", LIB]).0, 0);
    assert_eq!(fs::read_dir(folder.path("")).unwrap().count(), before);
}
