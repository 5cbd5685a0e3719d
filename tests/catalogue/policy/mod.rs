//! PO: what a policy is, and what it decides.

mod decision;
mod document;
mod monotony;

use countersign::{ParseError, Policy};
use serde_json::{Value, json};

/// The rule of one publisher for the package of most questions.
pub fn rule() -> Value {
    json!({
        "packages": ["@octo/lib"],
        "require": ["registry-signature", "trusted-publisher"],
        "publishers": [{"type": "github", "repository": "octo-org/octo-lib", "file": "release.yml"}],
    })
}

/// A policy of these rules, which otherwise observes.
pub fn of(rules: &[Value]) -> Value {
    json!({"schema": 1, "default": "observe", "rules": rules})
}

pub fn read(policy: &Value) -> Result<Policy, ParseError> {
    Policy::from_json(policy.to_string().as_bytes())
}

/// The rule, changed.
pub fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut rule = rule();
    change(&mut rule);
    of(&[rule])
}

/// What a consumer may demand of a publisher beyond the registry's form.
pub fn constraints() -> Vec<(&'static str, Value)> {
    vec![]
}
