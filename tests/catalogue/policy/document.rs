//! Policies that cannot be meant as they stand: each is refused as a whole.

use countersign::{Policy, RegistryId};
use serde_json::{Value, json};

use super::{of, read, rule, with};
use crate::question::octo;

/// Refused, with a message that says this.
#[track_caller]
fn refused(policy: &Value, says: &str) {
    refused_text(&policy.to_string(), says);
}

#[track_caller]
fn refused_text(policy: &str, says: &str) {
    let error = Policy::from_json(policy.as_bytes()).expect_err("this is a policy");
    assert_eq!(error.code(), "ERR_COUNTERSIGN_POLICY_INVALID", "{error}");
    assert!(error.to_string().contains(says), "{error}");
    assert!(error.to_string().contains("line 1 column"), "{error}");
}

fn without(rule: &mut Value, member: &str) {
    rule.as_object_mut().unwrap().remove(member).unwrap();
}

#[test]
fn a_whole_policy_is_read_and_written_as_it_was() {
    let digest = octo().integrity();
    let policy = json!({
        "schema": 1,
        "default": {"require": ["registry-signature"], "ended-keys": "accept", "min-age": {"hours": 72, "time": "asserted"}},
        "rules": [
            {
                "packages": ["@octo/lib", "@octo/core"],
                "group": "critical",
                "require": ["registry-signature", "provenance", "trusted-publisher"],
                "provenance": {"issuer": "https://token.actions.githubusercontent.com", "owner": "octo-org"},
                "publishers": [{"type": "github", "repository": "octo-org/octo-lib", "file": "release.yml"}],
                "publishers-from": ["npm-trust", "trust-lock"],
                "waive": ["runner"],
                "since": {"before": "2024-01-01T00:00:00Z", "versions": [{"version": "1.0.0", "sha512": digest}]},
                "ended-keys": "pinned",
                "min-age": {"hours": 24, "time": "authenticated"},
            },
            {"packages": ["@octo/*"], "require": ["provenance"],
             "provenance": {"issuer": "https://gitlab.com", "repository": "https://gitlab.com/octo-group/tools/octo-lib"}},
            {"packages": ["*"], "require": "observe"},
        ],
        "exemptions": [{"package": "left-pad@1.3.0", "sha512": digest, "lifts": ["registry-signature", "min-age"],
                        "reason": "a mirror of ours strips signatures", "expires": "2027-01-01T00:00:00Z"}],
    });
    let read = read(&policy).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), policy);
    assert_eq!(read.groups().collect::<Vec<_>>(), ["critical"]);
    assert_eq!(read.names().collect::<Vec<_>>(), ["@octo/core", "@octo/lib", "left-pad"]);
}

#[test]
fn po_01_a_policy_that_constrains_nothing() {
    refused(&json!({}), "missing field `schema`");
    refused(&of(&[json!({})]), "missing field `require`");
    refused(&with(|rule| rule["require"] = json!([])), "`require` is empty");
    refused(&with(|rule| without(rule, "publishers")), "none named");
    refused(&with(|rule| rule["publishers"] = json!([])), "none named");
    refused(&with(|rule| rule["publishers"] = json!([{"type": "github", "file": "release.yml"}])), "repository");
    refused(&with(|rule| rule["packages"] = json!([])), "for nobody");
    refused(&with(|rule| without(rule, "packages")), "for nobody");
    let provenance = with(|rule| {
        without(rule, "publishers");
        rule["require"] = json!(["provenance"]);
    });
    refused(&provenance, "provenance by anybody proves nothing");
    refused(&with(|rule| rule["since"] = json!({})), "neither");
    refused(&with(|rule| rule["min-age"] = json!({})), "either `days` or `hours`");
    refused(&with(|rule| rule["min-age"] = json!({"days": 0})), "from one hour");
    refused(&with(|rule| rule["min-age"] = json!({"days": 4_000_000_000_u32})), "from one hour");
    refused(&with(|rule| rule["waive"] = json!([])), "`waive` is empty");
    refused(&with(|rule| rule["publishers-from"] = json!([])), "`publishers-from`");
    // What stands for "there is no such provenance" is nothing that a certificate left out.
    for nobody in ["provenance", "issuer", "repository"] {
        let says = format!("`waive` has no effect on {nobody}");
        refused(&with(|rule| rule["waive"] = json!(["runner", nobody])), &says);
    }
}

#[test]
fn po_01_what_would_have_no_effect() {
    let observing = |member: &str, value: Value| {
        let mut rule = json!({"packages": ["a"], "require": "observe"});
        rule[member] = value;
        of(&[rule])
    };
    refused(&observing("waive", json!(["runner"])), "only observes");
    refused(&observing("ended-keys", json!("accept")), "only observes");
    refused(&observing("min-age", json!({"days": 1})), "only observes");
    refused(&with(|rule| rule["require"] = json!(["registry-signature"])), "no trusted-publisher");
    let signer = json!({"issuer": "https://gitlab.com", "owner": "octo"});
    refused(&with(|rule| rule["provenance"] = signer), "is not in `require`");
    let unsigned = |rule: &mut Value| rule["require"] = json!(["trusted-publisher"]);
    let ended = with(|rule| {
        unsigned(rule);
        rule["ended-keys"] = json!("accept");
    });
    refused(&ended, "no registry-signature");
    let since = with(|rule| {
        without(rule, "publishers");
        rule["require"] = json!(["registry-signature"]);
        rule["since"] = json!({"before": "2024-01-01T00:00:00Z"});
    });
    refused(&since, "`since` has no effect");
    refused(&json!({"schema": 1, "default": {"packages": ["a"], "require": ["registry-signature"]}}), "`default`");
    refused(&json!({"schema": 1, "default": {"group": "a", "require": ["registry-signature"]}}), "`default`");
}

#[test]
fn po_02_the_default_is_stated() {
    refused(&json!({"schema": 1, "rules": [rule()]}), "missing field `default`");
    refused(&json!({"schema": 1, "default": "ignore"}), "observe");
    refused(&json!({"schema": 1, "default": []}), "observe");
    refused(&json!({"schema": 1, "default": {}}), "missing field `require`");
    assert!(read(&json!({"schema": 1, "default": "observe"})).is_ok());
}

#[test]
fn po_03_members_that_are_not_known() {
    refused(&json!({"schema": 1, "default": "observe", "rule": []}), "unknown field `rule`");
    refused(&with(|rule| rule["enviroment"] = json!("npm")), "unknown field `enviroment`");
    refused(&with(|rule| rule["publishers"][0]["repositroy"] = json!("a/b")), "repositroy");
    refused(
        &with(|rule| rule["since"] = json!({"before": "2024-01-01T00:00:00Z", "after": 1})),
        "unknown field `after`",
    );
    refused(&with(|rule| rule["min-age"] = json!({"days": 1, "tim": "asserted"})), "unknown field `tim`");
    refused(&with(|rule| rule["waive"] = json!(["enviroment"])), "unknown variant `enviroment`");
    let exemption = json!({"package": "a@1.0.0", "lifts": ["min-age"], "reason": "x", "expires": "2027-01-01T00:00:00Z", "until": 1});
    refused(&json!({"schema": 1, "default": "observe", "exemptions": [exemption]}), "unknown field `until`");
    let signer = json!({"issuer": "https://gitlab.com", "owner": "octo", "org": "x"});
    let provenance = with(|rule| {
        without(rule, "publishers");
        rule["require"] = json!(["provenance"]);
        rule["provenance"] = signer;
    });
    refused(&provenance, "unknown field `org`");
}

#[test]
fn po_04_what_is_written_twice() {
    refused_text(r#"{"schema":1,"schema":1,"default":"observe"}"#, "duplicate field `schema`");
    refused_text(r#"{"schema":1,"default":{"require":["registry-signature"],"require":"observe"}}"#, "duplicate field");
    refused(&with(|rule| rule["packages"] = json!(["@octo/lib", "@octo/lib"])), "two rules are for @octo/lib");
    refused(&with(|rule| rule["require"] = json!(["trusted-publisher", "trusted-publisher"])), "one level twice");
    let twice = rule()["publishers"][0].clone();
    refused(&with(|rule| rule["publishers"] = json!([twice, twice])), "lists one twice");
    refused(&with(|rule| rule["waive"] = json!(["runner", "runner"])), "lists a field twice");
    let exemption =
        json!({"package": "a@1.0.0", "lifts": ["min-age"], "reason": "x", "expires": "2027-01-01T00:00:00Z"});
    refused(&json!({"schema": 1, "default": "observe", "exemptions": [exemption, exemption]}), "exempted twice");
    let listed = json!({"version": "1.0.0", "sha512": octo().integrity()});
    refused(&with(|rule| rule["since"] = json!({"versions": [listed, listed]})), "one version twice");
}

#[test]
fn po_05_values_of_another_type() {
    for (member, value) in [
        ("packages", json!("@octo/lib")),
        ("packages", json!([1])),
        ("require", json!("registry-signature")),
        ("require", json!(true)),
        ("publishers", json!({"type": "github", "repository": "a/b", "file": "x.yml"})),
        ("publishers", json!([["github", "a/b", "x.yml"]])),
        ("min-age", json!(3)),
        ("min-age", json!({"days": 1.5})),
        ("min-age", json!({"days": "3"})),
        ("since", json!("2024-01-01T00:00:00Z")),
        ("since", json!(["2024-01-01T00:00:00Z"])),
        ("waive", json!("runner")),
        ("group", json!(["critical"])),
    ] {
        refused(&with(|rule| rule[member] = value.clone()), "");
    }
    // By position, a list would pass for a table.
    refused(&of(&[json!([["@octo/lib"], null, ["registry-signature"]])]), "");
}

/// A demand that is switched off by `null` would read like one, and an exemption of one tarball like one of all.
#[test]
fn po_05_null_is_no_way_to_leave_a_member_out() {
    let members = ["group", "provenance", "publishers", "publishers-from", "waive", "since", "ended-keys", "min-age"];
    for member in members.into_iter().chain(["downgrade", "packages"]) {
        refused(&with(|rule| rule[member] = Value::Null), "");
    }
    let sha512 = octo().integrity();
    for (member, value) in [
        ("since", json!({"before": null, "versions": [{"version": "1.0.0", "sha512": sha512}]})),
        ("min-age", json!({"days": 1, "hours": null})),
        ("downgrade", json!({"on": "deny", "ignore-older-than": null})),
        ("downgrade", json!({"on": "deny", "enforce-since": null})),
    ] {
        refused(&with(|rule| rule[member] = value.clone()), "");
    }
    let exemption = json!({"package": "a@1.0.0", "sha512": null, "lifts": ["min-age"], "reason": "x", "expires": "2027-01-01T00:00:00Z"});
    refused(&json!({"schema": 1, "default": "observe", "exemptions": [exemption]}), "");
    let signer = json!({"issuer": "https://gitlab.com", "owner": "octo", "repository": null});
    let provenance = with(|rule| {
        without(rule, "publishers");
        rule["require"] = json!(["provenance"]);
        rule["provenance"] = signer;
    });
    refused(&provenance, "");
}

#[test]
fn po_06_the_schema_is_known() {
    for schema in [json!(0), json!(2), json!("1"), json!(1.0), json!(null), json!(-1)] {
        refused(&json!({"schema": schema, "default": "observe"}), "");
    }
}

#[test]
fn po_07_values_that_can_never_match() {
    let publisher = |member: &str, value: &str| with(|rule| rule["publishers"][0][member] = json!(value));
    refused(&publisher("repository", "https://github.com/octo-org/octo-lib"), "write owner/name, not a URL");
    refused(&publisher("repository", ""), "write owner/name");
    refused(&publisher("repository", "octo-org/octo-lib "), "can never match");
    refused(&publisher("file", ".github/workflows/release.yml"), "the file's name alone");
    refused(&publisher("file", "release"), "can never match");
    let signed_by = |signer: Value| {
        with(|rule| {
            without(rule, "publishers");
            rule["require"] = json!(["provenance"]);
            rule["provenance"] = signer;
        })
    };
    let github = "https://token.actions.githubusercontent.com";
    for signer in [
        json!({"issuer": github}),
        json!({"issuer": github, "owner": "octo-org", "repository": "https://github.com/octo-org/octo-lib"}),
        json!({"issuer": github, "owner": ""}),
        json!({"issuer": github, "owner": "octo-org/octo-lib"}),
        json!({"issuer": github, "owner": "https://github.com/octo-org"}),
        json!({"issuer": github, "repository": "octo-org/octo-lib"}),
        json!({"issuer": github, "repository": "https://github.com/octo-org"}),
        json!({"issuer": github, "repository": "https://github.com/octo-org/octo-lib.git"}),
        json!({"issuer": github, "repository": "https://github.com/octo-org/octo-lib/"}),
        json!({"issuer": github, "repository": "https://github.com/octo-org/../evil"}),
        json!({"issuer": github, "repository": "https://gitlab.com/octo-org/octo-lib"}),
        json!({"issuer": "https://gitlab.com", "owner": "octo//tools"}),
        json!({"issuer": "https://Gitlab.com", "owner": "octo"}),
        json!({"issuer": "https://accounts.google.com", "owner": "octo"}),
        json!({"issuer": "", "owner": "octo"}),
    ] {
        refused(&signed_by(signer), "the requirement is not one");
    }
    refused(&with(|rule| rule["group"] = json!(" critical")), "`group` is a name");
    refused(&with(|rule| rule["group"] = json!("a\nb")), "`group` is a name");
    refused(&with(|rule| rule["packages"] = json!(["https://npm.example/x"])), "package pattern");
}

#[test]
fn po_10_po_11_the_most_specific_rule_counts_alone() {
    let rule = |pattern: &str| json!({"packages": [pattern], "require": ["registry-signature"], "group": pattern});
    let rules = [rule("*"), rule("@octo/*"), rule("@octo/lib"), rule("lib")];
    for turn in 0..rules.len() {
        let mut turned = rules.to_vec();
        turned.rotate_left(turn);
        let policy = read(&of(&turned)).unwrap();
        for (name, expected) in [
            ("@octo/lib", "@octo/lib"),
            ("@octo/libs", "@octo/*"),
            ("@octo-evil/lib", "*"),
            ("lib", "lib"),
            ("li", "*"),
        ] {
            let id = countersign::PackageId::new(name, "1.0.0").unwrap();
            let artifact = countersign::Artifact::expected(RegistryId::npm(), id, &octo().integrity()).unwrap();
            assert_eq!(policy.resolve(&artifact).rule(), expected, "{name}");
        }
        assert!(policy.guards("@octo/x") && policy.guards("lib") && !policy.guards("other"));
    }
    refused(&of(&[rule("@octo/*"), rule("@octo/*")]), "two rules are for @octo/*, and neither is more specific");
    refused(&of(&[rule("*"), rule("*")]), "two rules are for *");
}

#[test]
fn po_13_patterns_are_no_globs() {
    for pattern in ["@octo/**", "lib*", "[!a]", "[^a]", "{a,b}", "a\\*", "?", ""] {
        refused(&with(|rule| rule["packages"] = json!([pattern])), "package pattern");
    }
}

#[test]
fn po_15_po_16_exemptions_are_of_one_version_for_a_reason_and_a_time() {
    let exempting = |change: fn(&mut Value)| {
        let mut exemption =
            json!({"package": "a@1.0.0", "lifts": ["min-age"], "reason": "urgent", "expires": "2027-01-01T00:00:00Z"});
        change(&mut exemption);
        json!({"schema": 1, "default": "observe", "exemptions": [exemption]})
    };
    assert!(read(&exempting(|_| ())).is_ok());
    refused(&exempting(|e| without(e, "reason")), "missing field `reason`");
    refused(&exempting(|e| e["reason"] = json!("  ")), "needs a reason");
    refused(&exempting(|e| without(e, "expires")), "missing field `expires`");
    refused(&exempting(|e| e["expires"] = json!("never")), "");
    refused(&exempting(|e| e["expires"] = json!("2027-01-01T00:00:00+01:00")), "");
    refused(&exempting(|e| without(e, "lifts")), "missing field `lifts`");
    refused(&exempting(|e| e["lifts"] = json!([])), "`lifts` is empty");
    refused(&exempting(|e| e["lifts"] = json!(["min-age", "min-age"])), "twice");
    refused(&exempting(|e| e["lifts"] = json!(["everything"])), "unknown variant `everything`");
    for range in ["a@^1.0.0", "a@1.x", "a@*", "a@>=1.0.0", "a@1.0.0 || 2.0.0", "a@latest", "a@", "a"] {
        let mut policy = exempting(|_| ());
        policy["exemptions"][0]["package"] = json!(range);
        refused(&policy, "the exemption of");
    }
    for pattern in ["*@1.0.0", "@octo/*@1.0.0", "@1.0.0", "../a@1.0.0"] {
        let mut policy = exempting(|_| ());
        policy["exemptions"][0]["package"] = json!(pattern);
        refused(&policy, "the exemption of");
    }
    let range = json!({"version": "^1.0.0", "sha512": octo().integrity()});
    refused(&with(|rule| rule["since"] = json!({"versions": [range]})), "a range would exempt");
    let undigested = json!({"version": "1.0.0"});
    refused(&with(|rule| rule["since"] = json!({"versions": [undigested]})), "missing field `sha512`");
}

#[test]
fn po_21_nothing_is_expanded() {
    refused(&with(|rule| rule["publishers"][0]["repository"] = json!("${OWNER}/octo-lib")), "can never match");
    refused(&json!({"schema": 1, "default": "observe", "include": "other.json"}), "unknown field `include`");
    refused(&with(|rule| rule["packages"] = json!(["$NAME"])), "package pattern");
}

#[test]
fn po_22_a_policy_is_bounded() {
    let large = format!(r#"{{"schema":1,"default":"observe","x":"{}"}}"#, "x".repeat(4 << 20));
    assert_eq!(Policy::from_json(large.as_bytes()).unwrap_err().code(), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
    let deep = format!(r#"{{"schema":1,"default":{}{}}}"#, "[".repeat(100), "]".repeat(100));
    assert_eq!(Policy::from_json(deep.as_bytes()).unwrap_err().code(), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
    assert_eq!(Policy::from_json(b"").unwrap_err().code(), "ERR_COUNTERSIGN_NOT_JSON");
    let publisher =
        |n: usize| json!({"type": "github", "repository": format!("octo-org/lib{n}"), "file": "release.yml"});
    let many = |n: usize| with(|rule| rule["publishers"] = (0..n).map(publisher).collect());
    assert!(read(&many(64)).is_ok());
    refused(&many(65), "the limit of 64");
}

/// A lock file of 100,000 packages under a policy of 4 MiB: each name is looked up, not compared with every rule.
#[test]
fn po_22_many_rules_and_many_packages_take_no_long_time() {
    let names: Vec<String> = (0..300_000).map(|n| format!("p{n}")).collect();
    let rule = |names: &[String]| json!({"packages": names, "require": ["registry-signature"]});
    let policy = read(&of(&names.chunks(40).map(rule).collect::<Vec<_>>())).unwrap();
    let started = std::time::Instant::now();
    let guarded = (0..100_000).filter(|n| policy.guards(&format!("q{n}")) || policy.guards(&format!("p{n}")));
    assert_eq!(guarded.count(), 100_000);
    // To compare each with all of them would be minutes.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn po_31_requirements_that_are_not_known() {
    refused(&with(|rule| rule["require"] = json!(["reproducible"])), "unknown variant `reproducible`");
    refused(&with(|rule| rule["publishers"][0]["type"] = json!("jenkins")), "jenkins");
    refused(&with(|rule| rule["ended-keys"] = json!("sometimes")), "unknown variant `sometimes`");
    refused(&with(|rule| rule["publishers-from"] = json!(["registry"])), "unknown variant `registry`");
    refused(&with(|rule| rule["publishers-from"] = json!(["policy"])), "`publishers-from`");
}
