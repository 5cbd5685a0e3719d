//! The two files that a refresh is for, found among what the targets roles list.
//!
//! `tough` checks the path of a delegation with a `*` that also matches `/`; here a `*` stays within its
//! folder, delegations end at a depth, and both searches have to come to the same entry.
//!
//! The specification leaves it to a repository which hashes an entry has. `tough` has SHA-256 as a part of
//! every entry, asks for files by it and compares nothing else, so a role with an entry of another hash
//! alone is not read at all. Every instance states SHA-256.

use countersign::RegistryId;
use tough::TargetName;
use tough::schema::{Delegations, PathSet, Target, Targets};

use super::plain_cause;
use super::root_chain::{is_version_1, keys_are_distinct};
use crate::plain_text::plain;

const TRUSTED_ROOT: &str = "trusted_root.json";

/// The public-good instance delegates once.
const DEEPEST: usize = 8;

/// A target, and what its role says of it.
pub type Found<'a> = (TargetName, &'a Target);

/// Sigstore's trusted root, which every repository of an instance has.
pub fn trusted_root(targets: &Targets) -> Result<Found<'_>, String> {
    find(targets, &|name| name == TRUSTED_ROOT)?.ok_or_else(|| format!("the repository has no target {TRUSTED_ROOT}"))
}

/// The keys of a registry, if the repository has them.
pub fn keys<'a>(targets: &'a Targets, registry: &RegistryId) -> Result<Option<Found<'a>>, String> {
    match find(targets, &|name| registry.is_keys_target(name))? {
        None if registry.is_npm() => Err("the repository has no target with the keys of npm".into()),
        found => Ok(found),
    }
}

fn find<'a>(targets: &'a Targets, is_wanted: &dyn Fn(&str) -> bool) -> Result<Option<Found<'a>>, String> {
    let Some((name, _)) = targets.targets_iter().find(|(name, _)| is_wanted(name.raw())) else { return Ok(None) };
    let shown = plain(name.raw());
    let Search::Found(found) = search(targets, name, 0)? else {
        return Err(format!("the target `{shown}` is listed by a role that no delegation lets speak for it"));
    };
    let of_client =
        targets.find_target(name, false).map_err(|e| format!("the target `{shown}`: {}", plain_cause(&e)))?;
    if of_client != found {
        return Err(format!("the target `{shown}` is listed twice, with two contents"));
    }
    Ok(Some((name.clone(), found)))
}

enum Search<'a> {
    Found(&'a Target),
    NotHere,
    /// A terminating delegation had no answer, so nobody else may give one.
    Ended,
}

/// Depth first and in the order of the delegations, as the specification has it. A role that is
/// delegated to twice was loaded once, so a circle ends.
fn search<'a>(role: &'a Targets, name: &TargetName, depth: usize) -> Result<Search<'a>, String> {
    is_version_1(&role.spec_version)?;
    if let Some(target) = role.targets.get(name) {
        return Ok(Search::Found(target));
    }
    let Some(delegations) = &role.delegations else { return Ok(Search::NotHere) };
    for delegated in &delegations.roles {
        if !covers(&delegated.paths, name.raw()) {
            continue;
        }
        if depth == DEEPEST {
            return Err(format!("delegations for `{}` are more than {DEEPEST} deep", plain(name.raw())));
        }
        is_sound(delegations, &delegated.name)?;
        if let Some(targets) = &delegated.targets {
            match search(&targets.signed, name, depth + 1)? {
                Search::NotHere => {}
                settled => return Ok(settled),
            }
        }
        if delegated.terminating {
            return Ok(Search::Ended);
        }
    }
    Ok(Search::NotHere)
}

/// Which of two delegations of one name's keys were used would depend on who asks.
fn is_sound(delegations: &Delegations, name: &str) -> Result<(), String> {
    let mut named = delegations.roles.iter().filter(|role| role.name == name);
    let (Some(role), None) = (named.next(), named.next()) else {
        return Err(format!("two delegations are called `{}`", plain(name)));
    };
    keys_are_distinct(&role.keyids, &delegations.keys)
}

fn covers(paths: &PathSet, name: &str) -> bool {
    match paths {
        PathSet::Paths(patterns) => patterns.iter().any(|pattern| matches_path(pattern.value(), name)),
        // Bins are for very many targets; two files need none, and none of the instances has any.
        PathSet::PathHashPrefixes(_) => false,
    }
}

/// Folder by folder, so that whoever may speak for `a/*` does not speak for `a/b/c`.
fn matches_path(pattern: &str, name: &str) -> bool {
    let (mut patterns, mut names) = (pattern.split('/'), name.split('/'));
    loop {
        match (patterns.next(), names.next()) {
            (None, None) => return true,
            (Some(pattern), Some(name)) if matches_segment(pattern, name) => {}
            _ => return false,
        }
    }
}

/// At most one `*`, and no other wildcard: what repositories use. Others stand for themselves.
fn matches_segment(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => name.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::matches_path;

    #[test]
    fn tr_33_a_star_stays_in_its_folder() {
        for (pattern, name) in [("npm.example/*", "npm.example/keys.json"), ("*", "a"), ("a/b-*.json", "a/b-1.json")] {
            assert!(matches_path(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("npm.example/*", "npm.example/a/keys.json"),
            ("*", "npm.example/keys.json"),
            ("**", "npm.example/keys.json"),
            ("npm.example/*", "npm.example"),
            ("npm.example/[k]eys.json", "npm.example/keys.json"),
            ("{a,npm.example}/keys.json", "npm.example/keys.json"),
            ("npm.example/key?.json", "npm.example/keys.json"),
            ("ab*ba", "aba"),
        ] {
            assert!(!matches_path(pattern, name), "{pattern} {name}");
        }
    }
}
