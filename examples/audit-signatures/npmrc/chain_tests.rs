//! What comes before what, and what a project's file may not say.
#![allow(clippy::unwrap_used)]

use crate::npmrc::Source;
use crate::npmrc::sample::{Sample, url};

fn registry(sample: &Sample) -> String {
    sample.npmrc().registry().unwrap().unwrap().url.as_str().to_owned()
}

#[test]
fn the_environment_comes_first_then_project_user_and_global() {
    let mut sample = Sample::new();
    let prefix = sample.path("prefix").to_str().unwrap().to_owned();
    sample = sample.variable("PREFIX", &prefix).file("prefix/etc/npmrc", "registry=https://global.example");
    assert_eq!(registry(&sample), "https://global.example/");
    sample = sample.user("registry=https://no.example\nregistry=https://user.example");
    assert_eq!(registry(&sample), "https://user.example/");
    sample = sample.project("registry=https://project.example");
    assert_eq!(registry(&sample), "https://project.example/");
    sample = sample.variable("NPM_CONFIG_REGISTRY", "https://upper.example");
    assert_eq!(registry(&sample), "https://upper.example/");
    sample = sample.variable("npm_config_registry", "https://lower.example");
    assert_eq!(registry(&sample), "https://lower.example/");
    let decided_by = sample.npmrc().registry().unwrap().unwrap().decided_by;
    assert_eq!(decided_by.to_string(), "the environment variable npm_config_registry");
}

#[test]
fn other_files_can_be_the_users_and_the_global_one() {
    let sample = Sample::new().user("registry=https://no.example").file("mine", "registry=https://mine.example");
    let mine = sample.path("mine").to_str().unwrap().to_owned();
    let sample = sample.variable("NPM_CONFIG_USERCONFIG", &mine);
    assert_eq!(registry(&sample), "https://mine.example/");
    let global = sample.path("all").to_str().unwrap().to_owned();
    let sample = sample.file("mine", "globalconfig=${WHERE}").variable("WHERE", &global);
    let sample = sample.file("all", "registry=https://all.example");
    assert_eq!(registry(&sample), "https://all.example/");
    assert!(matches!(sample.npmrc().get("registry").unwrap().source, Source::Global(_)));
    let prefix = sample.path("prefix").to_str().unwrap().to_owned();
    let sample = sample.file("mine", "").file("prefix/etc/npmrc", "registry=https://prefix.example");
    assert_eq!(registry(&sample.variable("npm_config_prefix", &prefix)), "https://prefix.example/");
}

/// Whoever may name the user's file may write it, and fill in variables there.
#[test]
fn cl_44_a_project_does_not_decide_which_files_are_the_users() {
    let sample = Sample::new().file("evil", "registry=https://evil.example/${TOKEN}").variable("TOKEN", "s3cret");
    let evil = sample.path("evil").to_str().unwrap().to_owned();
    for key in ["userconfig", "globalconfig"] {
        let sample = Sample::new().project(&format!("{key}={evil}"));
        assert_eq!(sample.npmrc().registry().unwrap(), None);
        assert!(sample.notes("https://npm.example", "NOTE_AUDIT_NPMRC_IGNORED").contains(key));
    }
}

#[test]
fn cl_30_a_relative_path_of_the_users_is_not_looked_for_in_the_current_folder() {
    for name in ["npm_config_userconfig", "npm_config_globalconfig", "npm_config_prefix"] {
        let message = Sample::new().variable(name, "project/.npmrc").read().err().unwrap();
        assert!(message.contains("is a relative path") && message.contains(name), "{message}");
    }
    let sample = Sample::new().file("home/ca.pem", "").user("cafile=ca.pem");
    assert!(sample.access("https://npm.example").err().unwrap().contains("is a relative path"));
}

#[test]
fn the_projects_file_in_the_users_home_is_the_users() {
    let sample = Sample::new().user("registry=https://${HOST}/").variable("HOST", "user.example");
    let home = sample.path("home");
    let npmrc = crate::npmrc::Npmrc::read(&home, sample.environment()).unwrap();
    assert_eq!(npmrc.registry().unwrap().unwrap().url, url("https://user.example"));
}

#[test]
fn variables_are_filled_in_in_the_users_own_files() {
    let sample = Sample::new().variable("HOST", "corp.example").variable("SCOPE", "@corp");
    let sample = sample.user("registry=https://${HOST}/a\n${SCOPE}:registry=https://${HOST}/b${NO?}");
    assert_eq!(registry(&sample), "https://corp.example/a/");
    let scopes = sample.npmrc().scopes().unwrap();
    assert_eq!(scopes.get("@corp").unwrap().url, url("https://corp.example/b"));
    let unset = Sample::new().user("registry=https://${HOST}/").npmrc().registry().unwrap_err();
    assert!(unset.contains("the variable HOST is not set"), "{unset}");
}

/// A registry, a scope's registry or a proxy with a variable would carry the variable to its host.
#[test]
fn cl_44_no_variable_is_filled_in_in_a_projects_address() {
    for line in ["registry=https://evil.example/${TOKEN}", "registry=https://${TOKEN?}.evil.example/"] {
        let message = Sample::new().project(line).variable("TOKEN", "s3cret").npmrc().registry().unwrap_err();
        assert!(
            message.contains("it holds a variable") && message.contains("line 1") && message.contains("--registry")
        );
        assert!(!message.contains("s3cret"), "{message}");
    }
    let scope = Sample::new().project("\n@a:registry=https://evil.example/${TOKEN}").variable("TOKEN", "s3cret");
    assert!(scope.npmrc().scopes().unwrap_err().contains("line 2: it holds a variable"));
    for key in ["proxy", "https-proxy", "noproxy"] {
        let sample =
            Sample::new().project(&format!("{key}=http://evil.example/${{TOKEN}}")).variable("TOKEN", "s3cret");
        let sample = if key == "noproxy" { sample.user("https-proxy=http://proxy.example") } else { sample };
        let message = sample.access("https://npm.example").err().unwrap();
        assert!(message.contains("it holds a variable") && !message.contains("s3cret"), "{message}");
    }
}

#[test]
fn cl_44_no_variable_is_filled_in_in_a_projects_key() {
    let sample = Sample::new().project("//${TOKEN}.evil.example/:_authToken=x\n").variable("TOKEN", "s3cret");
    assert!(sample.npmrc().settings().iter().all(|setting| !setting.is_the_projects()));
    let note = sample.notes("https://npm.example", "NOTE_AUDIT_NPMRC_IGNORED");
    assert!(note.contains("no variables in keys") && note.contains("line 1") && !note.contains("s3cret"), "{note}");
}

#[test]
fn a_backslash_keeps_what_looks_like_a_variable() {
    let sample = Sample::new().project("registry=https://npm.example/\\${A}/");
    assert_eq!(registry(&sample), "https://npm.example/$%7BA%7D/");
}

#[test]
fn files_that_are_not_there_set_nothing_and_broken_ones_are_named() {
    assert!(Sample::new().npmrc().settings().iter().all(|setting| setting.key.is_empty()));
    let sample = Sample::new();
    std::fs::write(sample.path("project/.npmrc"), [0xff]).unwrap();
    assert!(sample.read().err().unwrap().contains("it is not UTF-8"));
    let large = Sample::new().project(&" ".repeat(1024 * 1024 + 1));
    assert!(large.read().err().unwrap().contains("is larger than"));
}
