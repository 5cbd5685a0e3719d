//! PO-14, PO-37: within one rule nothing that is taken away lets more pass, unless it was a demand; nothing
//! that is demanded in addition does; and the order of rules is of no matter.

use countersign::Policy;
use countersign::policy::Decision;
use countersign::{Attestations, Evidence, PublishTime, Timestamp};
use serde_json::{Value, json};

use super::of;
use crate::question::{Question, octo, provenance_in, provenance_with, time};
use crate::support::Miniature;
use crate::support::bundle::Era;

/// xorshift64*: the same policies in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % n
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// Evidence of every kind that a rule may tell apart, and the moment of judging.
fn evidence() -> Vec<(Evidence, Timestamp)> {
    let mini = Miniature::new();
    let signed = || Question::signed(&mini, &octo());
    let ended = json!([mini.registry.signature(&octo(), 0)]);
    let run = |change: fn(&mut crate::support::workflow::Workflow)| provenance_with(|a| a.workflow(change));
    let questions = [
        provenance_with(|a| a),
        provenance_with(|a| a).with(|q| q.now = time("2026-03-01T18:00:00Z")),
        provenance_with(|a| a).manifest(|m| m["dist"]["signatures"] = json!([])),
        provenance_with(|a| a).with(|q| q.attestations = Attestations::NotAsked),
        run(|w| w.repository = "octo-org/fork".into()),
        run(|w| w.path = ".github/workflows/other.yml".into()),
        run(|w| w.git_ref = "refs/heads/main".into()),
        run(|w| w.runner = "self-hosted".into()),
        run(|w| w.environment = Some("npm".into())),
        provenance_in(&mini, Era::Feb2023, |a| a),
        provenance_in(&mini, Era::Jun2024, |a| a),
        signed(),
        signed().with(|q| q.publish_time = PublishTime::At(time("2024-01-01T00:00:00Z"))),
        signed().manifest(|m| m["dist"]["signatures"] = ended).with(|q| q.publish_time = PublishTime::Missing),
        signed().manifest(|m| m["dist"]["signatures"][0]["keyid"] = json!("SHA256:new")),
        signed().manifest(|m| m["dist"]["signatures"] = json!([])),
    ];
    questions.iter().map(|question| (question.verify().unwrap(), question.now)).collect()
}

fn publisher(random: &mut Random) -> Value {
    let repository = ["octo-org/octo-lib", "octo-org/fork", "Octo-Org/octo-lib"][random.below(3)];
    let file = ["release.yml", "release.yml", "other.yml"][random.below(3)];
    json!({"type": "github", "repository": repository, "file": file})
}

/// Members that let something pass.
const LETTING: [&str; 4] = ["waive", "since", "ended-keys", "publishers"];

fn policy(random: &mut Random) -> Value {
    let mut rule = json!({"packages": ["@octo/lib"], "require": []});
    let mut levels = Vec::new();
    if random.chance(70) {
        levels.push("registry-signature");
        if random.chance(50) {
            rule["ended-keys"] = json!(["accept", "pinned", "deny"][random.below(3)]);
        }
    }
    if random.chance(40) {
        levels.push("provenance");
        let owner = ["octo-org", "someone"][random.below(2)];
        rule["provenance"] = json!({"issuer": "https://token.actions.githubusercontent.com", "owner": owner});
    }
    if random.chance(60) || levels.is_empty() {
        levels.push("trusted-publisher");
        let mut publishers: Vec<Value> = (0..1 + random.below(3)).map(|_| publisher(random)).collect();
        publishers.sort_by_key(ToString::to_string);
        publishers.dedup();
        rule["publishers"] = json!(publishers);
        if random.chance(50) {
            rule["waive"] = json!(if random.chance(50) { vec!["runner"] } else { vec!["runner", "workflow"] });
        }
    }
    if levels != ["registry-signature"] && random.chance(40) {
        let before = ["2023-06-01T00:00:00Z", "2025-01-01T00:00:00Z", "2027-01-01T00:00:00Z"][random.below(3)];
        rule["since"] = json!({"before": before});
    }
    if random.chance(20) {
        let basis = ["authenticated", "asserted"][random.below(2)];
        rule["min-age"] = json!({"days": 1 + random.below(400), "time": basis});
    }
    rule["require"] = json!(levels);
    let mut policy = of(&[rule]);
    if random.chance(40) {
        let all = ["registry-signature", "provenance", "trusted-publisher", "min-age"];
        let lifts: Vec<&str> = all.into_iter().filter(|_| random.chance(50)).collect();
        if !lifts.is_empty() {
            policy["exemptions"] = json!([{"package": "@octo/lib@1.2.3", "lifts": lifts, "reason": "x",
                "expires": "2027-01-01T00:00:00Z"}]);
        }
    }
    policy
}

/// Whether it authorizes each; what is no policy authorizes nothing.
fn authorized(policy: &Value, all: &[(Evidence, Timestamp)]) -> Vec<bool> {
    let Ok(policy) = Policy::from_json(policy.to_string().as_bytes()) else { return vec![false; all.len()] };
    let consents = |(evidence, now): &(Evidence, Timestamp)| {
        matches!(policy.authorize(evidence, *now), Ok(Decision::Authorized(_)))
    };
    all.iter().map(consents).collect()
}

/// Panics if the second lets something pass that the first refused; counts what it refuses in addition.
#[track_caller]
fn must_not_let_more_pass(before: &Value, after: &Value, all: &[(Evidence, Timestamp)]) -> usize {
    let (was, is) = (authorized(before, all), authorized(after, all));
    for (at, (was, is)) in was.iter().zip(&is).enumerate() {
        assert!(*was || !is, "evidence {at} was refused by\n{before}\nand passes\n{after}");
    }
    was.iter().zip(&is).filter(|(was, is)| **was && !**is).count()
}

/// Each way of taking away one thing that lets something pass.
fn removals(policy: &Value) -> Vec<Value> {
    let mut removed = Vec::new();
    let mut remove = |pointer: String, index: Option<usize>| {
        let mut less = policy.clone();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        match index {
            Some(index) => drop(less.pointer_mut(&pointer).unwrap().as_array_mut().unwrap().remove(index)),
            None => drop(less.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(member)),
        }
        removed.push(less);
    };
    let lists = ["/rules/0/publishers", "/rules/0/waive", "/exemptions", "/exemptions/0/lifts"];
    for pointer in lists {
        for index in 0..policy.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len) {
            remove(pointer.into(), Some(index));
        }
    }
    for member in LETTING {
        if policy["rules"][0].get(member).is_some() {
            remove(format!("/rules/0/{member}"), None);
        }
    }
    if policy.get("exemptions").is_some() {
        remove("/exemptions".into(), None);
    }
    removed
}

/// Each way of demanding one thing more.
fn additions(policy: &Value) -> Vec<Value> {
    let mut added = Vec::new();
    let mut add = |change: &dyn Fn(&mut Value)| {
        let mut more = policy.clone();
        change(&mut more["rules"][0]);
        added.push(more);
    };
    let has = |level: &str| policy["rules"][0]["require"].as_array().unwrap().iter().any(|l| l == level);
    let require = |rule: &mut Value, level: &str| rule["require"].as_array_mut().unwrap().push(json!(level));
    if !has("registry-signature") {
        add(&|rule| require(rule, "registry-signature"));
    }
    if !has("provenance") {
        add(&|rule| {
            require(rule, "provenance");
            rule["provenance"] = json!({"issuer": "https://token.actions.githubusercontent.com", "owner": "octo-org"});
        });
    }
    if !has("trusted-publisher") {
        add(&|rule| {
            require(rule, "trusted-publisher");
            rule["publishers"] = json!([{"type": "github", "repository": "octo-org/octo-lib", "file": "release.yml"}]);
        });
    }
    if policy["rules"][0].get("min-age").is_none() {
        add(&|rule| rule["min-age"] = json!({"days": 30}));
        add(&|rule| rule["min-age"] = json!({"days": 30, "time": "asserted"}));
    }
    if policy["rules"][0].get("downgrade").is_none() {
        add(&|rule| rule["downgrade"] = json!({"on": "deny"}));
        add(&|rule| rule["downgrade"] = json!({"on": "warn", "scope": "same-major"}));
    }
    for index in 0..policy["rules"][0]["publishers"].as_array().map_or(0, Vec::len) {
        for (member, value) in super::constraints() {
            add(&|rule| rule["publishers"][index][member] = value.clone());
        }
    }
    added
}

const POLICIES: usize = 1500;

#[test]
fn po_37_taking_away_what_lets_pass_lets_nothing_more_pass() {
    let (all, mut random) = (evidence(), Random(0x5EED_0037));
    let (mut tried, mut refused) = (0, 0);
    for _ in 0..POLICIES {
        let policy = policy(&mut random);
        for less in removals(&policy) {
            tried += 1;
            refused += must_not_let_more_pass(&policy, &less, &all);
        }
    }
    // Or the property would hold of nothing.
    assert!(tried > 2000 && refused > 1000, "{tried} removals, {refused} new refusals");
}

#[test]
fn po_37_demanding_more_lets_nothing_more_pass() {
    let (all, mut random) = (evidence(), Random(0x5EED_0038));
    let (mut tried, mut refused) = (0, 0);
    for _ in 0..POLICIES {
        let policy = policy(&mut random);
        for more in additions(&policy) {
            assert!(Policy::from_json(more.to_string().as_bytes()).is_ok(), "{more}");
            tried += 1;
            refused += must_not_let_more_pass(&policy, &more, &all);
        }
    }
    assert!(tried > 2000 && refused > 1000, "{tried} additions, {refused} new refusals");
}

#[test]
fn po_14_the_order_of_rules_is_of_no_matter() {
    let (all, mut random) = (evidence(), Random(0x5EED_0014));
    for _ in 0..200 {
        let (one, mut other, mut third) = (policy(&mut random), policy(&mut random), policy(&mut random));
        other["rules"][0]["packages"] = json!(["@octo/*"]);
        third["rules"][0]["packages"] = json!(["*"]);
        let rules = [&one, &other, &third].map(|policy| policy["rules"][0].clone());
        let alone = authorized(&of(&[rules[0].clone()]), &all);
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            assert_eq!(authorized(&of(&order.map(|at| rules[at].clone())), &all), alone);
        }
    }
}
