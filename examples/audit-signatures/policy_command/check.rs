//! What a policy holds, in a few lines.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::time::SystemTime;

use countersign::{Policy, Timestamp};
use serde_json::Value;

use crate::plain_text::plain;
use crate::policy_file;

/// Reads the policy and sums it up; an error says where it is none.
pub fn summary(file: &Path) -> Result<String, String> {
    let policy = policy_file::read(file)?;
    let text = of(&policy, SystemTime::now().into())?;
    Ok(format!("{} is a policy.\n{text}", plain(&file.display().to_string())))
}

fn of(policy: &Policy, now: Timestamp) -> Result<String, String> {
    let json = serde_json::to_value(policy).map_err(|e| format!("cannot sum up the policy: {e}"))?;
    let rules = list(&json, "rules");
    let names: usize = rules.iter().map(|rule| list(rule, "packages").len()).sum();
    let publishers: BTreeSet<String> =
        rules.iter().flat_map(|rule| list(rule, "publishers")).map(Value::to_string).collect();
    let groups: Vec<String> = policy.groups().map(plain).collect();
    let mut out = String::new();
    let mut line = |label: &str, text: &str| {
        let _ = writeln!(out, "  {label:12}{text}");
    };
    line("schema", &member(&json, "schema").to_string());
    line("default", &default(member(&json, "default")));
    line("rules", &format!("{}, for {names} names, scopes or *", rules.len()));
    line("groups", &if groups.is_empty() { "none".into() } else { groups.join(", ") });
    line("publishers", &publishers.len().to_string());
    line("exemptions", &exemptions(list(&json, "exemptions"), now));
    Ok(out)
}

fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&Value::Null)
}

fn list<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    self::member(value, member).as_array().map(Vec::as_slice).unwrap_or_default()
}

fn default(written: &Value) -> String {
    let levels: Vec<&str> = list(written, "require").iter().filter_map(Value::as_str).collect();
    match written.as_str() {
        Some(observe) => format!("{observe}: nothing is required of a package without a rule"),
        None => format!("require {}", levels.join(", ")),
    }
}

fn exemptions(written: &[Value], now: Timestamp) -> String {
    let text = |value: &Value| plain(value.as_str().unwrap_or_default());
    let mut by_end: Vec<(Timestamp, String)> = written
        .iter()
        .filter_map(|exemption| {
            let end = member(exemption, "expires").as_str()?.parse().ok()?;
            Some((end, text(member(exemption, "package"))))
        })
        .collect();
    by_end.sort();
    let ended = by_end.iter().filter(|(end, _)| *end <= now).count();
    let next = by_end.iter().find(|(end, _)| now < *end);
    let next = next.map_or_else(String::new, |(end, package)| format!("; the next to end is {package}, at {end}"));
    let ended = if ended == 0 { String::new() } else { format!("; {ended} ended, and lift nothing") };
    format!("{}{next}{ended}", written.len())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_in_six_lines() {
        let policy = policy_file::parse(
            br#"
schema = 1
default = "observe"
[[rules]]
packages = ["a", "@s/*"]
group = "core"
require = ["trusted-publisher"]
publishers = [{ type = "github", repository = "o/r", file = "x.yml" }]
[[exemptions]]
package = "a@1.0.0"
lifts = ["registry-signature"]
reason = "r"
expires = "2027-01-01T00:00:00Z"
[[exemptions]]
package = "b@1.0.0"
lifts = ["registry-signature"]
reason = "r"
expires = "2025-01-01T00:00:00Z"
"#,
        )
        .unwrap();
        let expected = "  \
  schema      1
  default     observe: nothing is required of a package without a rule
  rules       1, for 2 names, scopes or *
  groups      core
  publishers  1
  exemptions  2; the next to end is a@1.0.0, at 2027-01-01T00:00:00Z; 1 ended, and lift nothing
";
        assert_eq!(of(&policy, "2026-11-22T00:00:00Z".parse().unwrap()).unwrap(), expected);
    }
}
