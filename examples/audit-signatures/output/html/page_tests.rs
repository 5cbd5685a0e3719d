//! The page for small reports, and for hostile ones.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;

fn made(head: Value, packages: &[Value]) -> String {
    let report: Report = serde_json::from_value(head).unwrap();
    let packages = packages.iter().map(|package| Ok(serde_json::from_value(package.clone()).unwrap()));
    let mut page_made = Vec::new();
    page(&mut page_made, &report, "app", packages).unwrap();
    String::from_utf8(page_made).unwrap()
}

fn head() -> Value {
    let levels = json!({"packages": 2, "trustedPublisher": 0, "provenance": 1, "registrySignature": 0, "unproven": 1});
    json!({"schema": "countersign.audit/1", "verifiedAt": "2026-11-22T00:00:00Z", "source": "replay",
        "registry": "https://npm.example/", "registryIdentity": "npm", "notes": [],
        "summary": {"packages": 2, "verified": 1, "invalid": 1, "denied": 0, "unverifiable": 0, "skipped": 0,
            "registrySignature": {"verified": 1, "unjudged": 0, "noKeys": 0},
            "provenance": {"verified": 1, "unconfirmed": 0, "absent": 1, "notAsked": 0},
            "publisher": {"match": 0, "mismatch": 0, "unprovable": 0},
            "rollout": {"all": levels, "direct": levels, "transitive": levels, "prod": levels, "dev": levels,
                "groups": {"core": levels}}}})
}

/// A package in which every text is `text`.
fn package_of(text: &str) -> Value {
    json!({"name": text, "version": text, "integrity": text, "registryIdentity": text, "locations": [text], "verdict": text,
        "reason": text, "direct": true, "dev": true, "level": text,
        "registrySignature": {"status": text, "keyid": text, "keys": text, "window": text, "time": text, "timeSource": text},
        "publishAttestation": {"status": text, "keys": text, "logIndex": 1, "time": text},
        "provenance": {"status": "verified", "predicateType": text, "issuer": text, "repository": text, "workflow": text,
            "ref": text, "commit": text, "run": text, "signer": text, "runner": text, "trigger": text, "logIndex": 1, "time": text},
        "publisher": {"status": text, "source": "caller", "expected": text,
            "fields": [{"field": text, "answer": text, "expected": text, "found": text, "reason": text, "extension": text}]},
        "registryAsserted": {"trustedPublisher": text, "oidcConfigId": text, "approver": text, "repository": text},
        "policy": {"rule": text, "group": text, "decision": text, "waived": [text], "predates": true,
            "exempted": {"lifts": [text], "reason": text, "expires": text},
            "exemptionEnded": {"lifts": [text], "reason": text, "expires": text}},
        "drift": [{"event": text, "severity": text, "before": text, "after": text, "advice": text, "basis": text}],
        "failures": [{"code": text, "message": text, "claim": text, "help": text}],
        "notes": [{"code": text, "message": text, "claim": text}]})
}

/// The page with every text of the report from outside.
fn page_of(text: &str) -> String {
    let mut head = head();
    for member in ["verifiedAt", "source", "registry", "registryIdentity"] {
        head[member] = json!(text);
    }
    head["notes"] = json!([{"code": text, "message": text, "claim": text}]);
    let group = head["summary"]["rollout"]["groups"]["core"].clone();
    head["summary"]["rollout"]["groups"] = json!({text: group});
    made(head, &[package_of(text)])
}

/// Tags and attributes alone, which is what a browser acts on.
fn tags(page: &str) -> Vec<String> {
    let before_script = page.split("<script>").next().unwrap();
    let body = before_script.split("<body>").nth(1).unwrap();
    body.split('<').skip(1).map(|rest| rest.split('>').next().unwrap().to_owned()).collect()
}

#[test]
fn cl_23_text_from_outside_adds_no_element_and_no_attribute() {
    let shape = |page: &str| -> Vec<String> {
        let blank = |tag: &String| {
            let mut out = String::new();
            let mut inside = false;
            for c in tag.chars() {
                if c == '"' {
                    inside = !inside;
                }
                if !inside {
                    out.push(c);
                }
            }
            out
        };
        tags(page).iter().map(blank).collect()
    };
    let calm = shape(&page_of("x"));
    for hostile in [
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</script><script>alert(1)</script>",
        "</style><style>*{display:none}",
        "<!--",
        "--><svg onload=alert(1)>",
        "</td></tr></tbody></table>",
        "javascript:alert(1)",
        "&lt;script&gt;",
        "]]>",
    ] {
        assert_eq!(shape(&page_of(hostile)), calm, "{hostile}");
    }
}

#[test]
fn cl_20_cl_24_nothing_in_the_page_hides_or_reorders() {
    let page = page_of("\u{1b}]0;x\u{7}\r\n\u{9b}\u{202e}\u{2066}\u{200b}\u{e0041}");
    let seen =
        |c: char| c == '\n' || !(c.is_control() || matches!(c, '\u{200b}'..='\u{206f}' | '\u{e0000}'..='\u{e0fff}'));
    assert!(page.chars().all(seen));
    assert!(page.contains("\\u{1b}]0;x\\u{7}\\u{d}\\u{a}\\u{9b}\\u{202e}\\u{2066}\\u{200b}\\u{e0041}"));
}

#[test]
fn cl_27_a_page_of_long_texts_is_short() {
    assert!(page_of(&"x".repeat(200_000)).len() < 200_000);
}

#[test]
fn the_policy_of_the_page_names_its_own_style_and_script() {
    let page = made(head(), &[]);
    let between = |start: &str, end: &str| page.split(start).nth(1).unwrap().split(end).next().unwrap();
    let (style, script) = (between("<style>", "</style>"), between("<script>", "</script>"));
    let policy = between("http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(policy.contains(&format!("style-src '{}'", digest(style))), "{policy}");
    assert!(policy.contains(&format!("script-src '{}'", digest(script))), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(digest("x"), "sha256-LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=");
}

#[test]
fn the_page_asks_for_nothing() {
    let page = page_of("https://host.example/x");
    for fetching in
        ["src=", "url(", "@import", "<link", "<iframe", "<object", "<embed", "fetch(", "XMLHttp", "style=\"", "onclick"]
    {
        assert!(!page.contains(fetching), "{fetching}");
    }
    assert_eq!(
        page.matches("http").count(),
        page.matches("https://host.example/x").count() + page.matches("http-equiv").count()
    );
}

#[test]
fn everything_the_report_has_is_shown() {
    let text = page_of("SOMETHING");
    // Each of the package's texts, the words of its status and its level among them, and the report's own.
    assert!(text.matches("SOMETHING").count() > 60, "{}", text.matches("SOMETHING").count());
    let page = made(head(), &[json!({"name": "a", "verdict": "unverifiable", "failures": []})]);
    for part in [
        "1 of 2 packages are not verified.",
        "nothing proves it",
        "<time datetime=\"2026-11-22T00:00:00Z\">",
        "group core",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn a_repository_that_is_not_confirmed_is_not_in_the_table() {
    let mut package = package_of("x");
    package["provenance"]["status"] = json!("unconfirmed");
    package["provenance"]["repository"] = json!("https://github.com/mallory/fork");
    let page = made(head(), &[package]);
    assert_eq!(page.matches("href=\"https://github.com/mallory/fork\"").count(), 1);
    assert!(page.contains("<td class=\"repository\"></td>"), "{page}");
}
