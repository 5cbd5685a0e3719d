//! The program and a live registry, which may be hostile, slow, a mirror or gone.

mod documents;
mod hostile;
mod interrupted;
mod server;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{code, command, err};
use server::{Server, testdata};

/// An audit of a project at a registry whose trust is minted.
fn audit(project: &Path, registry: &Server, more: &[&str]) -> Command {
    let trust = ["registry-trust/keys.json", "registry-trust/trusted_root.json"].map(testdata);
    let [keys, root] = trust.each_ref().map(|path| path.to_str().unwrap());
    let fixed = [
        project.to_str().unwrap(),
        "--registry",
        &registry.url,
        "--registry-identity",
        "https://npm.example",
        "--keys",
        keys,
        "--trusted-root",
        root,
        "--at",
        super::AT,
    ];
    let mut audit = command(&[&fixed, more].concat());
    audit.env("NO_PROXY", "127.0.0.1");
    audit
}

fn report(mut audit: Command) -> (i32, Value) {
    let output = audit.args(["--format", "json"]).output().unwrap();
    (code(&output), serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", err(&output))))
}

/// Name, verdict and the gravest failure's code of each package.
fn verdicts(report: &Value) -> Vec<[String; 3]> {
    let text = |value: &Value| value.as_str().unwrap_or_default().replace("ERR_COUNTERSIGN_", "");
    let packages = report["packages"].as_array().unwrap().iter();
    packages.map(|p| [text(&p["name"]), text(&p["verdict"]), text(&p["failures"][0]["code"])]).collect()
}

fn verdict(report: &Value, name: &str) -> String {
    let found = verdicts(report).into_iter().find(|[package, ..]| package == name);
    found.map(|[_, verdict, code]| format!("{verdict} {code}").trim_end().to_owned()).unwrap_or_default()
}

/// The codes of the notes of one package.
fn notes(report: &Value, name: &str) -> Vec<String> {
    let packages = report["packages"].as_array().unwrap();
    let package = packages.iter().find(|p| p["name"] == name).unwrap();
    let notes = package["notes"].as_array().cloned().unwrap_or_default();
    notes.iter().map(|note| note["code"].as_str().unwrap().to_owned()).collect()
}
