//! What is required of which package: the policy file, or the publishers of the command line.

use std::collections::BTreeSet;

use countersign::evidence::{Claim, Note};
use countersign::{Policy, Requirement};

use crate::inputs::{PublisherArgument, Required};
use crate::lockfile::Inventory;
use crate::policy_file;

/// Of a policy for many projects most names may be unused in one of them.
const MOST_UNUSED: usize = 10;

/// The one policy that everything is judged by.
pub fn policy(required: &Required) -> Result<Policy, String> {
    if let Some(path) = &required.policy {
        return policy_file::read(path);
    }
    let mut policy = Policy::observing();
    for PublisherArgument { package, publisher } in &required.publishers {
        policy
            .add_rule(package, Requirement::trusted_publisher(publisher.clone()))
            .map_err(|e| format!("--publisher {package}: {e}"))?;
    }
    Ok(policy)
}

/// A name that guards nothing may be a slip of the pen, which would never show.
pub fn unused(required: &Required, policy: &Policy, inventory: &Inventory) -> Vec<Note> {
    let names: BTreeSet<&str> = policy.names().filter(|name| !inventory.has(name)).collect();
    if required.policy.is_none() {
        let say = |name| format!("--publisher {name}: nothing that is audited has this name.");
        return names.into_iter().map(|name| note("NOTE_AUDIT_UNUSED_PUBLISHER", say(name))).collect();
    }
    if names.is_empty() {
        return Vec::new();
    }
    let listed: Vec<&str> = names.iter().copied().take(MOST_UNUSED).collect();
    let more = match names.len().saturating_sub(MOST_UNUSED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!("The policy names what nothing that is audited is called: {}{more}.", listed.join(", "));
    vec![note("NOTE_AUDIT_UNUSED_RULE", message)]
}

fn note(code: &'static str, message: String) -> Note {
    Note::new(Claim::Audit, code, message)
}
