//! What is required of which package: the policy file, or the publishers of the command line.

use std::collections::BTreeSet;

use countersign::evidence::{Claim, Note};
use countersign::limits::NPM_TRUST_LIST_BYTES;
use countersign::policy::{PublisherSource, TrustLock};
use countersign::{ParseError, Policy, Requirement, TrustedPublisher};

use crate::bounded_file::bounded;
use crate::inputs::{PublisherArgument, Required};
use crate::lockfile::Inventory;
use crate::plain_text::plain;
use crate::policy_file;

/// Of a policy for many projects most names may be unused in one of them.
const MOST_UNUSED: usize = 10;

/// The one policy that everything is judged by. The lock is what some of its rules rely on.
pub fn policy(required: &Required, lock: Option<&TrustLock>) -> Result<Policy, String> {
    let mut policy = match &required.policy {
        Some(path) => policy_file::read(path)?,
        None => Policy::observing(),
    };
    for PublisherArgument { package, publisher } in &required.publishers {
        policy
            .add_rule(package, Requirement::trusted_publisher(publisher.clone()))
            .map_err(|e| format!("--publisher {package}: {e}"))?;
    }
    for argument in &required.npm_trust {
        let of_file = |e: ParseError| {
            let file = plain(&argument.file.display().to_string());
            format!("--npm-trust {}={file}: {}: {e}. {}", argument.package, e.code(), e.help())
        };
        let json = bounded(&argument.file, NPM_TRUST_LIST_BYTES as u64)?;
        let publishers = TrustedPublisher::from_npm_trust_list(&json).map_err(of_file)?;
        let source = PublisherSource::NpmTrust;
        match required.policy {
            Some(_) => policy.add_publishers(&argument.package, source, publishers),
            None => Requirement::any_publisher_of(source, publishers)
                .and_then(|requirement| policy.add_rule(&argument.package, requirement)),
        }
        .map_err(of_file)?;
    }
    Ok(match lock {
        Some(lock) => policy.pinned_by(lock.clone()),
        None => policy,
    })
}

/// A name that guards nothing may be a slip of the pen, which would never show.
pub fn unused(required: &Required, policy: &Policy, inventory: &Inventory) -> Vec<Note> {
    let audited = inventory.names();
    let names: BTreeSet<&str> = policy.names().filter(|name| !audited.contains(name)).collect();
    if required.policy.is_none() {
        let say = |name| format!("A publisher is given for {name}: nothing that is audited has this name.");
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
