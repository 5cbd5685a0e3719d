//! What each format makes of names that mean something in it.

use super::*;

/// Arguments and links of SARIF, properties and escapes of GitHub: ordinary text to everybody else.
const SYNTAX: &str = "a{0}[b](c),d:e%0A";

fn syntax() -> Case {
    Case::new(&json!({format!("node_modules/{SYNTAX}"): locked("1.0.0")}))
}

/// Every string of a document, keys too.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(strings).collect(),
        Value::Object(members) => {
            members.iter().flat_map(|(key, value)| [vec![key.clone()], strings(value)].concat()).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn cl_26_a_sarif_message_has_no_links_and_no_arguments() {
    let output = syntax().audit(&["--format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = sarif["runs"][0]["results"][0]["message"]["text"].as_str().unwrap();
    assert!(text.starts_with("a{{0}}\\[b\\](c),d:e%0A@1.0.0: "), "{text}");
    let unescaped = text.replace("\\[", "").replace("\\]", "").replace("{{", "").replace("}}", "");
    assert!(!unescaped.contains(['[', ']', '{', '}']), "{text}");
}

#[test]
fn cl_25_a_name_stays_in_its_property() {
    let case = syntax();
    let folder = "x,y:z%\u{1b}";
    fs::create_dir(case.path(folder)).unwrap();
    fs::rename(case.path("package-lock.json"), case.path(&format!("{folder}/package-lock.json"))).unwrap();
    let output = command(&[folder, "--replay", "recording", "--at", AT, "--format", "github"])
        .current_dir(case.path("."))
        .output()
        .unwrap();
    let text = out(&output);
    let line = text.lines().next().unwrap();
    let head = "::error file=x%2Cy%3Az%25\\u{1b}/package-lock.json,title=a{0}[b](c)%2Cd%3Ae%250A@1.0.0 is invalid::";
    assert!(line.starts_with(head), "{line}");
    // The message is another place: it ends with the line only.
    assert!(line[head.len()..].starts_with("\"a{0}[b](c),d:e%250A\" is no npm package name"), "{line}");
}

/// What a reader makes of the document, which would put it on a screen.
#[test]
fn cl_20_what_is_read_from_a_document_acts_on_nothing_either() {
    let case = hostile();
    let text = fs::read_to_string(case.path("package-lock.json")).unwrap();
    let mut lock: Value = serde_json::from_str(&text).unwrap();
    lock["packages"][format!("node_modules/{HOSTILE}")]["resolved"] = json!(format!("https://npm.example/{HOSTILE}"));
    lock["packages"]["node_modules/left"]["resolved"] = json!(format!("https://npm.example/{HOSTILE}"));
    lock["packages"]["node_modules/version"] = json!({"version": HOSTILE, "integrity": integrity("A")});
    case.write("package-lock.json", &lock);
    for format in ["sarif", "npm-json"] {
        let document: Value = serde_json::from_slice(&case.audit(&["--format", format]).stdout).unwrap();
        for text in strings(&document) {
            let acts = text.chars().any(|c| c.is_control() || c == '\u{202e}') || text.contains("::");
            assert!(!acts, "{format}: {text:?}");
        }
    }
}

#[test]
fn cl_26_a_test_case_is_called_what_the_package_is_called() {
    let xml = out(&hostile().audit(&["--format", "junit"]));
    let name = r"x\u{1b}[2J\u{a}:\u{3a}error:\u{3a}y,z:%0A]]&gt;&lt;!--\u{202e}";
    let case = format!("<testcase name=\"{name}@1.0.0\" classname=\"node_modules/{name}\"");
    assert!(xml.contains(&case), "{xml}");
}

#[test]
fn cl_26_a_suite_is_called_what_was_audited() {
    let case = hostile();
    let folder = "x\u{1b}::y";
    fs::create_dir_all(case.path(&format!("{folder}/node_modules/none"))).unwrap();
    fs::rename(case.path("package-lock.json"), case.path(&format!("{folder}/package-lock.json"))).unwrap();
    case.write(&format!("{folder}/node_modules/none/package.json"), &json!({"name": "none", "version": "1.0.0"}));
    let arguments = [folder, "--installed", "--replay", "recording", "--at", AT, "--format", "junit"];
    let xml = out(&command(&arguments).current_dir(case.path(".")).output().unwrap());
    assert!(xml.contains("<testsuite name=\"x\\u{1b}:\\u{3a}y"), "{xml}");
}
