//! The formats for CI systems and for npm's scripts: by their schemas and shapes, and with hostile names.

#[path = "formats/hostile.rs"]
mod hostile_names;

use super::*;

/// A package that the registry's packument lists with another digest than the lock file has.
fn disagreeing(case: &Case, name: &str) {
    let mut packument = packument(name, "1.0.0");
    packument["versions"]["1.0.0"]["dist"]["integrity"] = json!(integrity("B"));
    case.write(&format!("recording/packuments/{name}.json"), &packument);
}

const HOSTILE: &str = "x\u{1b}[2J\n::error::y,z:%0A]]><!--\u{202e}";

fn hostile() -> Case {
    let case = Case::new(&json!({
        "node_modules/left": {"version": "1.0.0", "integrity": integrity("A"), "dev": true,
            "resolved": "https://npm.example/left/-/left-1.0.0.tgz"},
        "node_modules/none": {"version": "1.0.0", "integrity": integrity("A")},
        format!("node_modules/{HOSTILE}"): {"version": "1.0.0", "integrity": integrity("A")},
        "node_modules/w": {"resolved": "w", "link": true},
    }));
    disagreeing(&case, "left");
    case.unsigned("none", "1.0.0");
    case
}

fn schema() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/schemas/sarif-2.1.0.json");
    let text = fs::read_to_string(path).unwrap();
    // One pattern of the official schema, that of a language tag, closes a bracket that it never opened.
    let mended = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    assert_ne!(mended, text);
    let schema: Value = serde_json::from_str(&mended).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

#[test]
fn sarif_is_valid_by_the_official_schema_and_points_into_the_lock_file() {
    let case = hostile();
    let lines = "{\n  \"lockfileVersion\": 3,\n  \"packages\": {\n    \"node_modules/left\": {\n";
    let text = fs::read_to_string(case.path("package-lock.json")).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    fs::write(case.path("package-lock.json"), serde_json::to_string_pretty(&value).unwrap()).unwrap();
    let written = fs::read_to_string(case.path("package-lock.json")).unwrap();
    assert!(written.starts_with(lines), "{written}");
    let output = case.audit(&["--format", "sarif"]);
    assert_eq!(code(&output), 1);
    let sarif: Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems: Vec<String> = schema().iter_errors(&sarif).map(|e| e.to_string()).collect();
    assert!(problems.is_empty(), "{problems:#?}");
    // The schema is one that refuses.
    let mut broken = sarif.clone();
    broken["runs"][0]["results"][0]["level"] = json!("fatal");
    assert!(!schema().is_valid(&broken));

    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4, "{results:#?}");
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0];
        let uri = place["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.starts_with("file:///") && uri.ends_with("/package-lock.json"), "{uri}");
    }
    let left = results.iter().find(|r| r["ruleId"] == "ERR_COUNTERSIGN_INTEGRITY_DISAGREEMENT").unwrap();
    assert_eq!(left["level"], "error");
    assert_eq!(left["locations"][0]["physicalLocation"]["region"]["startLine"], 4);
    assert_eq!(left["locations"][0]["logicalLocations"][0]["name"], "left@1.0.0");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn a_lock_file_below_the_current_folder_has_a_relative_uri() {
    let case = hostile();
    fs::create_dir(case.path("a folder")).unwrap();
    fs::rename(case.path("package-lock.json"), case.path("a folder/package-lock.json")).unwrap();
    let output = command(&["a folder", "--replay", "recording", "--at", AT, "--format", "sarif"])
        .current_dir(case.path("."))
        .output()
        .unwrap();
    let sarif: Value = serde_json::from_slice(&output.stdout).unwrap();
    let file = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(*file, json!({"uri": "a%20folder/package-lock.json", "uriBaseId": "%SRCROOT%"}));
}

#[test]
fn npm_json_has_the_shape_of_npm_field_by_field() {
    let case = hostile();
    let output = case.audit(&["--format", "npm-json"]);
    assert_eq!(code(&output), 1);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let left = found["invalid"].as_array().unwrap().iter().find(|entry| entry["name"] == "left").unwrap();
    let message = format!("left@1.0.0: expected {}, and the registry lists {}", integrity("A"), integrity("B"));
    assert_eq!(
        *left,
        json!({"code": "ERR_COUNTERSIGN_INTEGRITY_DISAGREEMENT", "message": message, "integrity": integrity("A"),
            "location": "node_modules/left", "name": "left", "registry": "https://npm.example/",
            "resolved": "https://npm.example/left/-/left-1.0.0.tgz", "type": "devDependencies", "version": "1.0.0"})
    );
    assert_eq!(
        found["missing"],
        json!([{"integrity": integrity("A"), "location": "node_modules/none", "name": "none",
            "registry": "https://npm.example/", "version": "1.0.0"}])
    );
    assert!(found.get("verified").is_none());
    assert_eq!(found["invalid"].as_array().unwrap().len(), 2, "what npm does not report is not lost: {found:#}");
    let members: Vec<&String> = found.as_object().unwrap().keys().collect();
    assert_eq!(members, ["invalid", "missing"]);
}

#[test]
fn npm_json_has_an_entry_for_every_location() {
    let case = Case::new(&json!({
        "node_modules/a": locked("1.0.0"),
        "node_modules/b/node_modules/a": locked("1.0.0"),
        "node_modules/none": locked("1.0.0"),
        "node_modules/b/node_modules/none": locked("1.0.0"),
    }));
    case.unsigned("none", "1.0.0");
    let found: Value = serde_json::from_slice(&case.audit(&["--format", "npm-json"]).stdout).unwrap();
    let locations = |list: &str| {
        let entries = found[list].as_array().unwrap().iter();
        entries.map(|entry| entry["location"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(locations("invalid"), ["node_modules/a", "node_modules/b/node_modules/a"]);
    assert_eq!(locations("missing"), ["node_modules/b/node_modules/none", "node_modules/none"]);
}

#[test]
fn npm_json_lists_verified_attestations_if_asked() {
    let root = env!("CARGO_MANIFEST_DIR");
    let trust = |file: &str| format!("{root}/testdata/registry-trust/{file}");
    let (keys, trusted_root) = (trust("keys.json"), trust("trusted_root.json"));
    let (project, recording) = (format!("{root}/testdata/project"), format!("{root}/testdata/registry"));
    let output = run(&[
        &project,
        "--replay",
        &recording,
        "--registry-identity",
        "https://npm.example",
        "--keys",
        &keys,
        "--trusted-root",
        &trusted_root,
        "--at",
        AT,
        "--format",
        "npm-json",
        "--include-attestations",
    ]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let lib = found["verified"].as_array().unwrap().iter().find(|entry| entry["name"] == "@octo/lib").unwrap();
    assert_eq!(
        *lib,
        json!({"location": "node_modules/@octo/lib", "name": "@octo/lib", "registry": "https://npm.example/",
            "version": "1.2.3", "attestations": {"url": "https://npm.example/-/npm/v1/attestations/@octo%2flib@1.2.3",
            "provenance": {"predicateType": "https://slsa.dev/provenance/v1"}}})
    );
}

#[test]
fn cl_25_annotations_are_whole_lines_whatever_the_names() {
    let output = hostile().audit(&["--format", "github"]);
    assert_eq!(code(&output), 1);
    let text = out(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    for line in &lines[..3] {
        assert!(line.starts_with("::error file=") || line.starts_with("::warning file="), "{line}");
        assert_eq!(line.matches("::").count(), 2, "{line}");
    }
    assert!(lines[3].starts_with("::notice title=countersign::0 verified"), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
}

#[test]
fn github_shows_ten_of_a_kind_and_counts_the_rest() {
    let packages: serde_json::Map<String, Value> =
        (0..25).map(|n| (format!("node_modules/p{n}"), locked("1.0.0"))).collect();
    let case = Case::new(&Value::Object(packages));
    (0..25).for_each(|n| case.unsigned(&format!("p{n}"), "1.0.0"));
    let text = out(&case.audit(&["--format", "github"]));
    assert_eq!(text.lines().filter(|line| line.starts_with("::error")).count(), 10);
    assert!(text.contains("16 more packages are not shown here"), "{text}");
}

/// A slot that is occupied is denied, and what nobody signed is invalid.
#[test]
fn github_shows_what_is_forged_before_what_is_not_wanted() {
    let mut packages: serde_json::Map<String, Value> = (0..10)
        .map(|n| (format!("node_modules/g{n}"), json!({"resolved": format!("git+ssh://git.example/g{n}#0")})))
        .collect();
    packages.insert("node_modules/z".into(), locked("1.0.0"));
    let case = Case::new(&Value::Object(packages));
    case.unsigned("z", "1.0.0");
    let publishers: Vec<String> = (0..10).map(|n| format!("g{n}=o/r:f.yml")).collect();
    let flags = publishers.iter().flat_map(|publisher| ["--publisher", publisher.as_str()]);
    let text = out(&case.audit(&flags.chain(["--format", "github"]).collect::<Vec<_>>()));
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].contains("title=z@1.0.0 is invalid::"), "{text}");
    assert!(lines[1].contains("title=g0 is denied::"), "{text}");
    assert!(lines[9].contains("2 more packages are not shown here"), "{text}");
}

#[test]
fn cl_26_junit_has_a_case_for_every_package_and_survives_hostile_names() {
    let output = hostile().audit(&["--format", "junit"]);
    assert_eq!(code(&output), 1);
    let xml = out(&output);
    assert!(xml.contains(r#"<testsuites name="countersign" tests="4" skipped="1" failures="3" errors="0">"#), "{xml}");
    assert_eq!(xml.matches("<testcase ").count(), 4);
    assert!(xml.contains(r#"type="ERR_COUNTERSIGN_INTEGRITY_DISAGREEMENT""#));
    assert!(xml.contains("<skipped message=\"a link to a folder\"/>"), "{xml}");
    assert!(!xml.contains("<!--") && !xml.contains("]]>") && !xml.contains('\u{1b}'));
    assert_eq!(xml, out(&hostile_again(&xml)));
}

/// The same audit prints the same bytes but for the temporary folder's name.
fn hostile_again(first: &str) -> Output {
    let case = hostile();
    let mut output = case.audit(&["--format", "junit"]);
    let name = |xml: &str| xml.split("testsuite name=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let second = String::from_utf8(output.stdout).unwrap();
    output.stdout = second.replace(&name(&second), &name(first)).into_bytes();
    output
}

#[test]
fn cl_03_no_format_takes_an_empty_audit_for_a_clean_one() {
    let case = Case::new(&json!({"node_modules/w": {"resolved": "w", "link": true}}));
    let printed = |format: &str| {
        let output = case.audit(&["--format", format]);
        assert_eq!(code(&output), 1, "{format}");
        out(&output)
    };
    assert!(printed("github").contains("::error title=countersign::Nothing was audited"));
    assert!(printed("junit").contains(r#"errors="1""#));
    let sarif: Value = serde_json::from_str(&printed("sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
    // As npm does it: no lists, because two empty ones are a clean audit.
    let npm: Value = serde_json::from_str(&printed("npm-json")).unwrap();
    let summary = "found no dependencies to audit that were installed from a supported registry";
    assert_eq!(npm, json!({"error": {"summary": summary, "detail": "Nothing was audited, so nothing is proved."}}));
}

#[test]
fn several_formats_are_written_at_once_and_whole() {
    let case = hostile();
    let (sarif, junit, lines) = (case.path("r.sarif"), case.path("r.xml"), case.path("r.ndjson"));
    let arguments =
        [format!("sarif={sarif}"), format!("junit={junit}"), format!("ndjson={lines}")].map(|o| ["--output".into(), o]);
    let arguments: Vec<&str> = arguments.iter().flatten().map(String::as_str).collect();
    let output = case.audit(&[&["--format", "json"], &arguments[..]].concat());
    assert_eq!(code(&output), 1);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(serde_json::from_slice::<Value>(&fs::read(sarif).unwrap()).is_ok());
    assert!(fs::read_to_string(junit).unwrap().ends_with("</testsuites>\n"));
    let text = fs::read_to_string(lines).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, packages) = lines.split_last().unwrap();
    assert_eq!(last["summary"], report["summary"]);
    assert_eq!(packages.len(), report["packages"].as_array().unwrap().len());
    assert_eq!(last["schema"], report["schema"]);
}

/// A report replaces a file. A device or a link in its place would be gone.
#[test]
#[cfg(unix)]
fn a_report_replaces_regular_files_alone() {
    let case = hostile();
    let (link, socket) = (case.path("link.json"), case.path("socket"));
    std::os::unix::fs::symlink("elsewhere.json", &link).unwrap();
    let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for place in [&socket, &link] {
        let output = case.audit(&["--output", &format!("json={place}")]);
        assert_eq!(code(&output), 2);
        assert!(err(&output).contains("it is no regular file"), "{place}: {}", err(&output));
    }
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let twice = case.path("r.json");
    let output = case.audit(&["--output", &format!("json={twice}"), "--output", &format!("sarif={twice}")]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("two formats are to be written into"), "{}", err(&output));
    assert!(!std::path::Path::new(&twice).exists());
}

#[test]
fn a_report_that_cannot_be_written_is_no_finished_audit() {
    let case = hostile();
    let nowhere = format!("json={}", case.path("nowhere/r.json"));
    let output = case.audit(&["--output", &nowhere]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("cannot write") && out(&output).is_empty());
}
