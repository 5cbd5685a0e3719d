//! `--policy FILE`, `policy check` and `policy init`.

use super::*;

const OBSERVE: &str = "schema = 1\ndefault = \"observe\"\n";

/// A project with one unsigned package, and a policy beside it.
fn with_policy(policy: &str) -> (Case, String) {
    let case = Case::new(&json!({"node_modules/a": locked("1.0.0")}));
    case.unsigned("a", "1.0.0");
    let path = case.path("rules.toml");
    fs::write(&path, policy).unwrap();
    (case, path)
}

/// What is said about a policy that is none; the audit and `policy check` say the same.
#[track_caller]
fn refusal(policy: &str) -> String {
    let (case, path) = with_policy(policy);
    let outputs = [case.audit(&["--policy", &path]), run(&["policy", "check", &path])];
    let [audit, check] = outputs.map(|output| {
        assert_eq!(code(&output), 2, "{}", err(&output));
        assert!(out(&output).is_empty());
        let problem = err(&output);
        assert!(
            problem.contains("rules.toml, line ") && problem.contains("(ERR_COUNTERSIGN_POLICY_INVALID)"),
            "{problem}"
        );
        let calm = problem.len() < 2048 && problem.chars().all(|c| c == '\n' || !c.is_control());
        assert!(calm && problem.lines().count() == 1, "{problem:?}");
        problem
    });
    assert_eq!(audit, check);
    audit
}

#[test]
fn po_02_there_is_no_default_by_silence() {
    assert!(refusal("schema = 1\n").contains("missing field `default`"));
    let (case, path) = with_policy(OBSERVE);
    let (exit, report) = case.report(&["--policy", &path]);
    // To require nothing lets nothing pass that fails by itself.
    assert_eq!((exit, &report["packages"][0]["verdict"]), (1, &json!("invalid")));
}

#[test]
fn po_03_a_slip_of_the_pen_has_a_line_and_a_column() {
    let rule = "[[rules]]\npackages = [\"a\"]\nrequire = [\"trusted-publisher\"]\n";
    let typo = "publishers = [{ type = \"github\", repositroy = \"o/r\", file = \"x.yml\" }]\n";
    let problem = refusal(&format!("{OBSERVE}{rule}{typo}"));
    assert!(problem.contains("line 6, column ") && problem.contains("`repositroy`"), "{problem}");
    let problem = refusal(&format!("{OBSERVE}[[rules]]\npackges = [\"a\"]\nrequire = \"observe\"\n"));
    assert!(problem.contains("line 4, column 1: unknown field `packges`"), "{problem}");
    let problem = refusal(&format!("{OBSERVE}{rule}"));
    assert!(problem.contains("line 3, column ") && problem.contains("none named"), "{problem}");
    assert!(refusal("schema = 1\ndefault = \"obsreve\"\n").contains("line 2, column 11: "));
    assert!(refusal("schema = 7\ndefault = \"observe\"\n").contains("line 1, column 10: schema 7"));
}

#[test]
fn po_08_comments_and_line_ends_are_those_of_toml() {
    let read = |policy: &str| {
        let (case, path) = with_policy(policy);
        code(&case.audit(&["--policy", &path]))
    };
    // 1: the package is unsigned, and the policy was read.
    assert_eq!(read("# why\r\nschema = 1 # one\r\ndefault = \"observe\"\r\n"), 1);
    let trailing = "[[rules]]\npackages = [\"a\",]\nrequire = [\"registry-signature\",]\n";
    assert_eq!(read(&format!("{OBSERVE}{trailing}")), 1);
    let (case, path) = with_policy(&format!("\u{feff}{OBSERVE}"));
    let output = case.audit(&["--policy", &path]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("byte order mark"), "{}", err(&output));
}

#[test]
fn po_20_no_policy_is_found_only_given() {
    let (case, path) = with_policy(OBSERVE);
    let nobody = "[[rules]]\npackages = [\"a\"]\nrequire = [\"provenance\"]\nprovenance = { issuer = \"https://gitlab.com\", owner = \"o\" }\n";
    let bare = case.report(&[]).1;
    for name in
        ["policy.toml", "countersign.toml", ".countersign.toml", "countersign-policy.toml", ".npmrc", "package.json"]
    {
        fs::write(case.path(name), format!("{OBSERVE}{nobody}")).unwrap();
    }
    fs::write(case.path("package.json"), r#"{"countersign":{"policy":"policy.toml"}}"#).unwrap();
    fs::write(case.path(".npmrc"), "policy=policy.toml\n").unwrap();
    let recording = case.path("recording");
    let found = command(&["--replay", &recording, "--at", AT, "--format", "json"]).current_dir(case.path(".")).output();
    assert_eq!(serde_json::from_slice::<Value>(&found.unwrap().stdout).unwrap(), bare);
    assert!(bare["packages"][0].get("policy").is_none());
    fs::write(&path, format!("{OBSERVE}{nobody}")).unwrap();
    assert_eq!(case.report(&["--policy", &path]).1["packages"][0]["policy"]["rule"], "a");
}

#[test]
fn po_21_nothing_is_expanded_included_or_fetched() {
    let publisher = |repository: &str| {
        format!(
            "{OBSERVE}[[rules]]\npackages = [\"a\"]\nrequire = [\"trusted-publisher\"]\npublishers = [{{ type = \"github\", repository = \"{repository}\", file = \"x.yml\" }}]\n"
        )
    };
    assert!(refusal(&publisher("${OWNER}/r")).contains("${OWNER}/r"));
    assert!(refusal(&publisher("$OWNER/r")).contains("$OWNER/r"));
    for member in ["include = \"other.toml\"", "extends = \"https://npm.example/policy.toml\""] {
        assert!(refusal(&format!("{member}\n{OBSERVE}")).contains("line 1, column 1: unknown field"));
    }
    let (case, _) = with_policy(OBSERVE);
    for path in ["https://npm.example/policy.toml", "file:rules.toml", "~/rules.toml", "${HOME}/rules.toml"] {
        let output = case.audit(&["--policy", path]);
        assert_eq!(code(&output), 2, "{path}");
        assert!(err(&output).contains("cannot read"), "{}", err(&output));
    }
}

#[cfg(unix)]
#[test]
fn po_22_only_a_file_of_some_size_is_read() {
    let (case, path) = with_policy(OBSERVE);
    let fifo = case.path("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let large = case.path("large.toml");
    fs::File::create(&large).unwrap().set_len(10 << 30).unwrap();
    let [link, dangling] = ["link.toml", "dangling.toml"].map(|name| case.path(name));
    std::os::unix::fs::symlink(&path, &link).unwrap();
    std::os::unix::fs::symlink("/nonexistent", &dangling).unwrap();
    let folder = case.path(".");
    let none = ["-", &fifo, &large, &folder, &dangling, "/dev/zero", "/dev/stdin", ""];
    for path in none {
        let outputs = [case.audit(&["--policy", path]), run(&["policy", "check", path])];
        for output in outputs {
            assert_eq!(code(&output), 2, "{path}");
            assert!(out(&output).is_empty() && !err(&output).is_empty(), "{path}: {}", err(&output));
        }
    }
    assert!(err(&case.audit(&["--policy", &large])).contains("larger than 4096 KiB"));
    assert!(err(&case.audit(&["--policy", &folder])).contains("is not a file"));
    // A link was chosen by whoever gave its path.
    assert_eq!(code(&run(&["policy", "check", &link])), 0);
}

#[test]
fn hostile_policies_are_refused_in_one_line() {
    refusal(&format!("{OBSERVE}{}", "x".repeat(1 << 20)));
    refusal(&format!("{OBSERVE}x = {}", "[".repeat(1 << 20)));
    refusal(&format!("{OBSERVE}x = {}1{}", "{a = ".repeat(200_000), "}".repeat(200_000)));
    refusal(&format!("{OBSERVE}{} = 1", "a.".repeat(200_000)));
    assert!(refusal(&format!("{OBSERVE}schema = 1\n")).contains("line 3, column 1: duplicate key"));
    refusal(&format!("{OBSERVE}[[rules]]\npackages = [\"a\"]\npackages = [\"b\"]\nrequire = \"observe\"\n"));
    refusal(&format!("{OBSERVE}[[rules]]\npackages = [\"\\u001b[2J\\r\\n::error::\\u202e\"]\nrequire = \"observe\"\n"));
    refusal(&format!("{OBSERVE}\"\\u001b]0;x\\u0007\" = 1\n"));
    let twice = "[[rules]]\npackages = [\"a\"]\nrequire = \"observe\"\n".repeat(2);
    assert!(refusal(&format!("{OBSERVE}{twice}")).contains("two rules are for a"));
}

#[test]
fn what_the_policy_decides_is_printed() {
    let exemption = |ends: &str| {
        format!(
            "{OBSERVE}[[exemptions]]\npackage = \"a@1.0.0\"\nlifts = [\"registry-signature\"]\nreason = \"the mirror lost it\"\nexpires = \"{ends}\"\n[[rules]]\npackages = [\"b\", \"@s/*\"]\nrequire = [\"registry-signature\"]\n"
        )
    };
    let (case, path) = with_policy(&exemption("2027-01-01T00:00:00Z"));
    let (_, report) = case.report(&["--policy", &path]);
    // The exemption lifts what npm owes; that nothing at all is proved it does not lift.
    assert_eq!(report["packages"][0]["verdict"], "unverifiable");
    let note = "The policy names what nothing that is audited is called: b.";
    assert!(report["notes"].as_array().unwrap().iter().any(|of| of["message"] == note), "{}", report["notes"]);
    let text = out(&case.audit(&["--policy", &path]));
    assert!(
        text.contains("    exempt    from registry-signature until 2027-01-01T00:00:00Z: the mirror lost it\n"),
        "{text}"
    );
    fs::write(&path, exemption("2026-01-01T00:00:00Z")).unwrap();
    let text = out(&case.audit(&["--policy", &path]));
    let ended = "    ended     its exemption ended at 2026-01-01T00:00:00Z and lifts nothing: the mirror lost it\n";
    assert!(text.contains(ended) && text.contains("a@1.0.0: invalid"), "{text}");
    let check = out(&run(&["policy", "check", &path]));
    assert!(check.contains("  rules       1, for 2 names, scopes or *\n"), "{check}");
}

#[test]
fn a_required_publisher_is_verified_denied_or_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml").to_str().unwrap().to_owned();
    let rule = "packages = [\"@octo/lib\", \"published-from-a-fork\", \"attestations-not-asked-for\", \"signed\"]";
    let publisher = "publishers = [{ type = \"github\", repository = \"octo-org/octo-lib\", file = \"release.yml\" }]";
    fs::write(&file, format!("{OBSERVE}[[rules]]\n{rule}\nrequire = [\"trusted-publisher\"]\n{publisher}\n")).unwrap();
    let flags = ["--registry-identity", "https://npm.example", "--policy", &file, "--format", "json"];
    let report: Value = serde_json::from_slice(&demonstration(&flags).stdout).unwrap();
    let packages = report["packages"].as_array().unwrap();
    for (name, verdict, code) in [
        ("@octo/lib", "verified", None),
        ("published-from-a-fork", "denied", Some("ERR_COUNTERSIGN_PUBLISHER_MISMATCH")),
        ("signed", "denied", Some("ERR_COUNTERSIGN_MISSING_PROVENANCE")),
        ("attestations-not-asked-for", "unverifiable", Some("ERR_COUNTERSIGN_NOT_SUPPLIED")),
    ] {
        let package = packages.iter().find(|package| package["name"] == name).unwrap();
        assert_eq!((&package["verdict"], package["failures"][0]["code"].as_str()), (&json!(verdict), code), "{name}");
    }
}

#[test]
fn lk_05_a_rule_of_a_policy_guards_the_name_it_is_for() {
    let alias = json!({"name": "evil", "version": "1.0.0", "integrity": integrity("A")});
    let (case, path) =
        with_policy(&format!("{OBSERVE}[[rules]]\npackages = [\"lodash\"]\nrequire = [\"registry-signature\"]\n"));
    case.lock(&json!({"node_modules/lodash": alias}));
    case.unsigned("evil", "1.0.0");
    let (exit, report) = case.report(&["--policy", &path]);
    assert_eq!((exit, &report["packages"][0]["verdict"]), (1, &json!("denied")));
    assert_eq!(report["packages"][0]["failures"][0]["code"], "ERR_COUNTERSIGN_SLOT_OCCUPIED");
}

#[test]
fn every_package_has_its_place_in_the_tree() {
    let mut dev = locked("1.0.0");
    dev["dev"] = json!(true);
    let case = Case::new(&json!({
        "": {"dependencies": {"a": "1"}, "devDependencies": {"gone": "1"}},
        "node_modules/a": locked("1.0.0"),
        "node_modules/t": locked("1.0.0"),
        "node_modules/gone": dev,
    }));
    case.unsigned("a", "1.0.0");
    let (_, report) = case.report(&[]);
    let roles = |package: &Value| [package["name"].clone(), package["direct"].clone(), package["dev"].clone()];
    let found: Vec<_> = report["packages"].as_array().unwrap().iter().map(roles).collect();
    let expected = [("a", true, false), ("gone", true, true), ("t", false, false)];
    assert_eq!(found, expected.map(|(name, direct, dev)| [json!(name), json!(direct), json!(dev)]));
    let text = out(&case.audit(&[]));
    assert!(text.contains("\nRollout ") && text.contains("\n  transitive  ") && text.contains("\n  dev  "), "{text}");
}

#[test]
fn a_first_policy_verifies_what_it_was_made_of() {
    let identity = ["--registry-identity", "https://npm.example"];
    let testdata = |name: &str| format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"));
    let [project, registry, keys, root] =
        ["project", "registry", "registry-trust/keys.json", "registry-trust/trusted_root.json"].map(testdata);
    let inputs = [&project, "--replay", &registry, "--keys", &keys, "--trusted-root", &root, "--at", AT];
    let init = run(&[&["policy", "init"], inputs.as_slice(), &identity].concat());
    assert_eq!((code(&init), err(&init).as_str()), (1, ""));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml").to_str().unwrap().to_owned();
    fs::write(&file, &init.stdout).unwrap();
    let check = run(&["policy", "check", &file]);
    assert_eq!(code(&check), 0, "{}", err(&check));
    let audit = demonstration(&[&identity[..], &["--policy", &file, "--format", "json"]].concat());
    let report: Value = serde_json::from_slice(&audit.stdout).unwrap();
    let ruled = |package: &&Value| package["policy"]["decision"] == "authorized";
    let authorized: Vec<&Value> = report["packages"].as_array().unwrap().iter().filter(ruled).collect();
    assert_eq!(authorized.len(), 10);
    for package in authorized {
        assert_eq!((&package["verdict"], &package["publisher"]["status"]), (&json!("verified"), &json!("match")));
    }
}
