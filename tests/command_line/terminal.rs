//! What people see, by how much they ask for, and on what kind of screen.

use serde_json::json;

use super::{Case, code, err, locked, out, run};

fn one_unsigned() -> Case {
    let case = Case::new(&json!({"node_modules/a": locked("1.0.0")}));
    case.unsigned("a", "1.0.0");
    case
}

const DEMONSTRATION: [&str; 11] = [
    "testdata/project",
    "--replay",
    "testdata/registry",
    "--registry-identity",
    "https://npm.example",
    "--keys",
    "testdata/registry-trust/keys.json",
    "--trusted-root",
    "testdata/registry-trust/trusted_root.json",
    "--at",
    super::AT,
];

fn demonstration(more: &[&str]) -> String {
    let output = run(&[&DEMONSTRATION[..], more].concat());
    assert_eq!(code(&output), 1, "{}", err(&output));
    assert!(output.stderr.is_empty(), "{}", err(&output));
    out(&output)
}

#[test]
fn quiet_says_what_failed_and_the_counts() {
    let normal = demonstration(&[]);
    let quiet = demonstration(&["--quiet"]);
    assert!(
        quiet.starts_with("Failed\n\n")
            && quiet.ends_with("verified, 13 invalid, 0 denied, 7 unverifiable, 4 skipped\n")
    );
    assert!(normal.contains(quiet.rsplit_once("\n\n").unwrap().0), "{quiet}");
    for other in ["Audited", "Proved", "Rollout", "Skipped", "Built by"] {
        assert!(!quiet.contains(other), "{other}: {quiet}");
    }
}

#[test]
fn quiet_on_a_clean_tree_is_one_line() {
    let clean = Case::new(&json!({"node_modules/w": {"resolved": "w", "link": true}}));
    let expected =
        "0 verified, 0 invalid, 0 denied, 0 unverifiable, 1 skipped\nNothing was audited, so nothing is proved.\n";
    assert_eq!(out(&clean.audit(&["-q"])), expected);
}

#[test]
fn verbose_lists_every_package() {
    let verbose = demonstration(&["-v"]);
    let expected = "
  @octo/lib@1.2.3: verified, provenance
      proved    registry signature by SHA256:";
    assert!(verbose.contains(expected), "{verbose}");
    assert!(verbose.contains("      not       a link to a folder\n"), "{verbose}");
    let list = verbose.split("\nPackages\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let packages = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")).count();
    assert_eq!(packages, 41);
    let output = run(&["-q", "-v"]);
    assert_eq!((code(&output), out(&output).as_str()), (2, ""));
}

#[test]
fn an_explanation_is_quiet_too() {
    let explained = |more: &[&str]| {
        let arguments = [&["explain", "timestamped@1.0.0"], &DEMONSTRATION[..], more].concat();
        out(&run(&arguments))
    };
    let (normal, quiet) = (explained(&[]), explained(&["-q"]));
    assert!(normal.contains("log entries") && !quiet.contains("log entries"), "{quiet}");
    assert!(quiet.contains("timestamped@1.0.0: unverifiable") && quiet.contains("    code      ERR_"), "{quiet}");
}

#[test]
fn colour_is_for_whoever_asks() {
    let case = one_unsigned();
    let plain = out(&case.audit(&[]));
    let coloured = out(&case.audit(&["--color", "always"]));
    assert!(!plain.contains('\u{1b}'));
    assert!(coloured.contains("\n  a@1.0.0: \u{1b}[1m\u{1b}[31minvalid\u{1b}[0m\n"), "{coloured:?}");
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31m1 invalid\u{1b}[0m, 0 denied"), "{coloured:?}");
    let mut bare = coloured;
    for code in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[32m"] {
        bare = bare.replace(code, "");
    }
    assert_eq!(bare, plain, "colour adds nothing but itself");
}

#[test]
fn cl_20_a_hostile_name_is_as_dead_in_colour() {
    let name = "\u{1b}]0;x\u{7}\u{1b}[32mverified\u{1b}[0m";
    let case = Case::new(&json!({format!("node_modules/{name}"): locked("1.0.0")}));
    let coloured = out(&case.audit(&["--color", "always", "-v"]));
    let own = ["[0m", "[1m", "[2m", "[31m", "[32m", "[33m", "[35m"];
    for rest in coloured.split('\u{1b}').skip(1) {
        assert!(own.iter().any(|code| rest.starts_with(code)), "{rest:?}");
    }
    assert!(!coloured.contains('\u{7}') && !coloured.contains("\u{1b}[32mverified"), "{coloured:?}");
}

#[test]
fn a_file_has_neither_colour_nor_a_terminals_width() {
    let case = one_unsigned();
    let file = case.path("report.txt");
    case.audit(&["--color", "always", "--output", &format!("human={file}")]);
    assert_eq!(std::fs::read_to_string(file).unwrap(), out(&case.audit(&[])));
}

#[test]
fn progress_is_not_for_pipes() {
    let case = one_unsigned();
    for format in ["human", "json", "ndjson", "html"] {
        assert!(err(&case.audit(&["--format", format])).is_empty(), "{format}");
    }
}

/// On a pseudo-terminal of 60 columns, which `script` of util-linux makes.
#[cfg(target_os = "linux")]
fn on_a_terminal(arguments: &[&str], environment: &str) -> Option<String> {
    let program = super::program().display();
    let line = format!("stty rows 40 cols 60; exec env {environment} {program} {}", arguments.join(" "));
    let output = std::process::Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env_remove("NO_COLOR")
        .stdin(std::process::Stdio::null())
        .output();
    match output {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(_) => {
            eprintln!("skipped: no `script` to make a terminal with");
            None
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_has_its_width_its_colours_and_progress() {
    const BAR: &str = "packages  ";
    let seen = |more: &[&str], environment: &str| on_a_terminal(&[&DEMONSTRATION[..], more].concat(), environment);
    let Some(normal) = seen(&[], "TERM=xterm") else { return };
    assert!(normal.contains("\u{1b}[1mProved\u{1b}[0m") && normal.contains(BAR), "{normal:?}");
    // The bar is gone before the report begins.
    let report = &normal[normal.find("Audited 37").unwrap()..];
    assert!(!report.contains(BAR) && normal.contains("\u{1b}[2KAudited 37"), "{normal:?}");
    let widest = report.lines().map(|line| without_colour(line).chars().count()).max();
    assert!(widest.is_some_and(|widest| (50..=60).contains(&widest)), "{widest:?}");
    for (more, environment) in
        [(&[][..], "TERM=xterm NO_COLOR=1"), (&[], "TERM=dumb"), (&["--color", "never"], "TERM=xterm")]
    {
        let seen = seen(more, environment).unwrap();
        assert!(seen.contains("\nProved\r\n"), "{environment}: {seen:?}");
    }
    let quiet = seen(&["-q"], "TERM=xterm").unwrap();
    assert!(!quiet.contains(BAR) && quiet.starts_with("\u{1b}[1mFailed"), "{quiet:?}");
    // Each line of a stream is whole: the bar was cleared before it, and is drawn after it.
    let stream = seen(&["--format", "ndjson"], "TERM=xterm").unwrap();
    let lines = stream.split(['\r', '\n']).map(|line| line.rsplit("\u{1b}[2K").next().unwrap());
    let whole = lines.filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()).count();
    assert_eq!(whole, 42, "{stream:?}");
}

#[cfg(target_os = "linux")]
fn without_colour(line: &str) -> String {
    let mut parts = line.trim_end().split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest)).collect::<String>()
}
