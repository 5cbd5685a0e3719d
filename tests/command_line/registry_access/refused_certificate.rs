//! A registry whose authority nobody here believes.

use super::*;

const TO_DO: &str = "(UnknownIssuer). If it is your own, name its file in your .npmrc: cafile=FILE";

#[test]
fn a_registry_of_an_unknown_authority_is_asked_once_and_the_way_out_is_said() {
    let home = Home::new();
    let (port, seen) = home.minted.registry(ok);
    let (proxy, proxied) = proxy(port);
    home.user(&format!("registry=https://registry.example/\nhttps-proxy=http://127.0.0.1:{proxy}"));
    let output = home.audit(&[]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let failure = &report["packages"][0]["failures"][0];
    assert_eq!((code(&output), &failure["code"]), (1, &json!("ERR_COUNTERSIGN_MANIFEST_UNAVAILABLE")));
    assert!(failure["message"].as_str().unwrap().contains(TO_DO), "{failure}");
    assert_eq!(all(&seen), "");
    // The keys, the version and its packument, each once.
    let asked = proxied.lock().unwrap().iter().filter(|sent| sent.starts_with("CONNECT ")).count();
    assert_eq!(asked, 3, "{report:#}");
}
