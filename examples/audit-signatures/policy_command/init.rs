//! A first policy, made from a verified audit: who built each package becomes who may build it.
//!
//! Whatever was tampered with before this first audit becomes the rule, which is why a person reviews it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use countersign::evidence::{Examination, Finding, Provenance};
use countersign::publisher::MatchStatus;
use countersign::registry::{RegistrySignature, Window};
use countersign::report::Verdict;
use countersign::{SignerIdentity, TrustedPublisher};
use serde::Serialize;

use crate::audit::{Audit, Outcome};
use crate::auditor::Judged;
use crate::inputs::{Inputs, Pinning, Required};
use crate::plain_text::plain;
use crate::progress::Progress;
use crate::warnings;

/// The policy as TOML. The exit code is the audit's: what is not verified gets no rule.
pub fn policy(inputs: &Inputs) -> Result<(String, ExitCode), String> {
    let mut audit = Audit::open_in_detail(inputs, &Required::default(), &Pinning::default())?;
    let items = Arc::new(std::mem::take(&mut audit.inventory.items));
    let Outcome { judged, ended } = audit.judge(&items, &Progress::new(true), |_| Ok(()))?;
    if let Some(ended) = ended {
        return Err(format!("no policy is written: {}", ended.reason()));
    }
    let packages = judged.iter().map(|judged| judged.report.clone()).chain(audit.skipped()).collect();
    let report = audit.report(packages);
    warnings::say(report.notes());
    let mut out = header(&judged, &audit.now.to_string());
    // Sorted by name, as the lock file's items are.
    for of_one in judged.chunk_by(|a, b| a.report.package().0 == b.report.package().0) {
        rule(&mut out, of_one)?;
    }
    audit.finish()?;
    Ok((out, ExitCode::from(u8::from(!report.is_clean()))))
}

fn header(judged: &[Judged], at: &str) -> String {
    let refused: Vec<String> = judged
        .iter()
        .filter(|judged| judged.report.verdict() != Verdict::Verified)
        .map(|judged| plain(&name_and_version(judged)))
        .collect();
    let mut out = format!(
        "# Written from an audit at {at}: who built these packages, not who should have.\n\
         # REVIEW IT: compare each repository and workflow with the project's own documentation, then keep\n\
         # this file under version control and pass it with --policy.\n"
    );
    for package in refused {
        let _ = writeln!(out, "# Not verified, so that it has no rule: {package}");
    }
    out.push_str(
        "\nschema = 1\n\
         # Nothing is required of a package without a rule. To require the registry's signature of all:\n\
         # default = { require = [\"registry-signature\"] }\n\
         default = \"observe\"\n",
    );
    out
}

fn name_and_version(judged: &Judged) -> String {
    let (name, version) = judged.report.package();
    format!("{name}@{version}")
}

/// Who built the locked versions of one package.
#[derive(Default)]
struct Publishers {
    /// By name, with the ids that certificates state beside it.
    found: BTreeMap<TrustedPublisher, BTreeSet<Ids>>,
    comments: String,
}

/// Of the repository and of its owner.
type Ids = (Option<String>, Option<String>);

impl Publishers {
    fn of(examined: &[&Examination]) -> Self {
        let mut publishers = Self::default();
        for examination in examined {
            let Some(provenance) = examination.provenance().proven() else { continue };
            let identity = provenance.identity();
            let mut of = format!("# {}: {}", examination.artifact().id(), plain(&origin(provenance)));
            if let Some(callee) = identity.callee() {
                let _ = write!(of, "\n# Signed by a reusable workflow: {}", plain(callee));
            }
            // Anybody's workflow can attest anybody's tarball, and the answer that brings it is unsigned.
            let confirmed = examination.publish_attestation().proven().is_some();
            let unwritten = match publisher(identity) {
                Some(_) if !confirmed => "\n# No publisher is written for that: no publish attestation confirms it.",
                Some(publisher) => {
                    let ids = [identity.repository_id(), identity.owner_id()].map(|id| id.map(str::to_owned));
                    publishers.found.entry(publisher).or_default().insert(ids.into());
                    ""
                }
                None => "\n# No publisher is written for that.",
            };
            let _ = writeln!(publishers.comments, "{of}{unwritten}");
        }
        publishers
    }

    /// Pinned to the ids, which stay when a name is given up and registered by somebody else.
    fn pinned(&self) -> Result<BTreeSet<TrustedPublisher>, String> {
        let mut pinned = BTreeSet::new();
        for (publisher, stated) in &self.found {
            let any = stated.iter().any(is_stated);
            for (repository, owner) in stated.iter().filter(|ids| is_stated(ids) || !any) {
                let mut publisher = Ok(publisher.clone());
                if let Some(id) = repository {
                    publisher = publisher.and_then(|publisher| publisher.repository_id(id));
                }
                if let Some(id) = owner {
                    publisher = publisher.and_then(|publisher| publisher.owner_id(id));
                }
                pinned.insert(publisher.map_err(|e| format!("cannot write the policy: {e}"))?);
            }
        }
        Ok(pinned)
    }

    /// Whether a version is locked whose certificate states none of the ids that others pin.
    fn wants_waiver(&self) -> bool {
        self.found.values().any(|stated| stated.iter().any(is_stated) && !stated.iter().all(is_stated))
    }
}

fn is_stated(ids: &Ids) -> bool {
    ids.0.is_some() && ids.1.is_some()
}

/// The rule for the locked versions of one package, if a publisher of it can be named.
fn rule(out: &mut String, judged: &[Judged]) -> Result<(), String> {
    let verified = |judged: &&Judged| judged.report.verdict() == Verdict::Verified;
    let examined: Vec<&Examination> = judged.iter().filter(verified).filter_map(|j| j.examination.as_deref()).collect();
    let publishers = Publishers::of(&examined);
    if !publishers.comments.is_empty() {
        let _ = write!(out, "\n{}", publishers.comments);
    }
    let Some(first) = examined.first().filter(|_| !publishers.found.is_empty()) else { return Ok(()) };
    let signed = examined.iter().all(|examination| is_signed(examination));
    let levels = if signed { "\"registry-signature\", \"trusted-publisher\"" } else { "\"trusted-publisher\"" };
    let name = toml(first.artifact().id().name())?;
    let _ = writeln!(out, "[[rules]]\npackages = [{name}]\nrequire = [{levels}]\npublishers = [");
    for publisher in publishers.pinned()? {
        let _ = writeln!(out, "  {},", toml(&publisher)?);
    }
    out.push_str("]\n");
    if publishers.wants_waiver() {
        out.push_str("# A locked version has an early certificate, which states no ids.\n");
        out.push_str("waive = [\"repository-id\", \"owner-id\"]\n");
    }
    older(out, &examined)
}

/// Locked versions without provenance, each with its digest: no range, which would excuse the next one.
fn older(out: &mut String, examined: &[&Examination]) -> Result<(), String> {
    let absent = |examination: &&&Examination| matches!(examination.provenance(), Finding::Absent);
    let without: Vec<_> = examined.iter().filter(absent).map(|examination| examination.artifact()).collect();
    if without.is_empty() {
        return Ok(());
    }
    out.push_str("# Locked versions without provenance. Are they older than its publisher?\n");
    let mut listed = Vec::new();
    for artifact in without {
        listed.push(format!(
            "{{ version = {}, sha512 = {} }}",
            toml(&artifact.id().version())?,
            toml(artifact.sha512())?
        ));
    }
    let _ = writeln!(out, "since = {{ versions = [{}] }}", listed.join(", "));
    Ok(())
}

/// What a person needs to find the workflow, and the ids that stay when names are given to others.
fn origin(provenance: &Provenance) -> String {
    let identity = provenance.identity();
    let stated = [
        ("", identity.repository()),
        ("", identity.workflow_path()),
        ("", identity.git_ref()),
        ("repository id ", identity.repository_id()),
        ("owner id ", identity.owner_id()),
        ("environment ", identity.environment()),
    ];
    let parts: Vec<String> = stated.into_iter().filter_map(|(label, text)| Some(format!("{label}{}", text?))).collect();
    parts.join(", ")
}

/// The publisher that this certificate names, if it is one that a policy can be written about. What is
/// written holds for the very certificate that it was made of.
fn publisher(identity: &SignerIdentity) -> Option<TrustedPublisher> {
    let publisher = match identity.issuer()? {
        "https://token.actions.githubusercontent.com" => {
            let repository = identity.repository()?.strip_prefix("https://github.com/")?;
            let file = identity.workflow_path()?.strip_prefix(".github/workflows/")?;
            TrustedPublisher::github(repository, file)
        }
        "https://gitlab.com" => {
            let project = identity.repository()?.strip_prefix("https://gitlab.com/")?;
            TrustedPublisher::gitlab(project, identity.workflow_path()?)
        }
        _ => return None,
    };
    // Its approvals guarded this version: who leaves it out is not who built it.
    let publisher = match identity.environment() {
        Some(environment) => publisher.and_then(|publisher| publisher.environment(environment)),
        None => publisher,
    };
    publisher.ok().filter(|publisher| publisher.matches(identity).status() == MatchStatus::Match)
}

/// A signature that a rule accepts as it is.
fn is_signed(examination: &Examination) -> bool {
    match examination.registry_signature() {
        Ok(RegistrySignature::Verified(signed)) => signed.window() != Window::Unjudged,
        _ => false,
    }
}

/// A value as it stands behind `=`; tables are inline.
fn toml(value: &(impl Serialize + ?Sized)) -> Result<String, String> {
    let mut text = String::new();
    value.serialize(toml::ser::ValueSerializer::new(&mut text)).map_err(|e| format!("cannot write the policy: {e}"))?;
    Ok(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pinned(stated: &[(Option<&str>, Option<&str>)]) -> (Vec<String>, bool) {
        let publisher = TrustedPublisher::github("o/r", "x.yml").unwrap();
        let owned = |id: Option<&str>| id.map(str::to_owned);
        let ids = stated.iter().map(|(repository, owner)| (owned(*repository), owned(*owner))).collect();
        let publishers = Publishers { found: BTreeMap::from([(publisher, ids)]), comments: String::new() };
        let written = publishers.pinned().unwrap().iter().map(|publisher| toml(publisher).unwrap()).collect();
        (written, publishers.wants_waiver())
    }

    #[test]
    fn a_publisher_is_pinned_to_the_ids_that_are_stated() {
        let bare = r#"{ type = "github", repository = "o/r", file = "x.yml""#;
        let with = |repository: &str, owner: &str| {
            format!(r#"{bare}, repository-id = "{repository}", owner-id = "{owner}" }}"#)
        };
        assert_eq!(pinned(&[(None, None)]), (vec![format!("{bare} }}")], false));
        assert_eq!(pinned(&[(Some("1"), Some("2"))]), (vec![with("1", "2")], false));
        // Beside a pinned one, an unpinned publisher would let everybody pass whom the pin keeps out.
        assert_eq!(pinned(&[(None, None), (Some("1"), Some("2"))]), (vec![with("1", "2")], true));
        let both = vec![with("1", "2"), with("3", "2")];
        assert_eq!(pinned(&[(Some("1"), Some("2")), (Some("3"), Some("2"))]), (both, false));
    }

    #[test]
    fn a_value_is_read_back_as_it_was() {
        let hostile = "a\"\n\u{1b}\\";
        let read: toml::Table = toml::from_str(&format!("v = {}", toml(hostile).unwrap())).unwrap();
        assert_eq!(read.get("v").and_then(|value| value.as_str()), Some(hostile));
    }
}
