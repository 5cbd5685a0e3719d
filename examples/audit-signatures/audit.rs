//! The one place where the library is asked: documents to claims, claims to verdicts.

use std::time::SystemTime;

use countersign::evidence::{Claim, Note};
use countersign::report::{AuditReport, PackageReport, Source as ReportedSource, Subject};
use countersign::{
    Artifact, Attestations, Claims, Denied, PackageId, Packument, ParseError, Policy, Requirement, Timestamp,
    TrustSnapshot, VerifyError,
};

use crate::arguments::{Arguments, PublisherArgument};
use crate::lockfile::{Entry, Inventory, Item, Kind, LockFile};
use crate::progress::Progress;
use crate::registry::Fetched;
use crate::session::Session;
use crate::trust::Trust;
use crate::workers;

/// Audits what the command line names. An error means that the audit did not finish.
pub fn run(arguments: &Arguments) -> Result<AuditReport, String> {
    let lock = LockFile::read(&arguments.path)?;
    let project = lock.project().to_path_buf();
    let inventory = Inventory::new(lock.entries, arguments.omit());
    let session = Session::open(arguments, &project, &inventory.items)?;
    let trust = Trust::load(arguments, &session)?;
    let mut notes = notes(arguments, &session, &inventory);
    let now = arguments.at.unwrap_or_else(|| SystemTime::now().into());
    let auditor = Auditor { session: &session, trust: &trust, policy: policy(arguments)?, now };

    let progress = Progress::new(inventory.items.len());
    // One job per name: its packument is fetched once for all its versions.
    let jobs: Vec<&[Item]> = inventory.items.chunk_by(|a, b| a.name == b.name).collect();
    let judged = workers::run(&jobs, |items| {
        let reports = auditor.package(items);
        progress.advance(items.len());
        reports
    })?;
    drop(progress);
    let mut packages: Vec<PackageReport> = judged.into_iter().flatten().collect();
    packages.extend(inventory.skipped.into_iter().map(|entry| auditor.skipped(entry)));

    let source = if session.is_replay() { ReportedSource::Replay } else { ReportedSource::Live };
    if !trust.is_given {
        notes.extend(TrustSnapshot::warning(now));
    }
    let report = AuditReport::new(now, source, session.url().as_str(), trust.identity.clone(), notes, packages);
    session.finish(&now.to_string())?;
    Ok(report)
}

/// How the run came to what it audited.
fn notes(arguments: &Arguments, session: &Session, inventory: &Inventory) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut say = |code, message: String| notes.push(Note::new(Claim::Audit, code, message));
    if let Some(decided_by) = &session.decided_by {
        say("NOTE_AUDIT_REGISTRY", format!("Fetched from {}, chosen by {decided_by}.", session.url()));
    }
    for (scope, url) in &session.scopes {
        say("NOTE_AUDIT_SCOPE_REGISTRY", format!("Packages of {scope} fetched from {url}, chosen by .npmrc."));
    }
    if inventory.omitted > 0 {
        say("NOTE_AUDIT_OMITTED", format!("Left out by --omit: {} of the lock file's entries.", inventory.omitted));
    }
    // A name that guards nothing is a slip of the pen that would never show.
    let locked = |name: &str| {
        inventory.items.iter().any(|item| item.name == name || item.aliases.contains(name))
            || inventory.skipped.iter().any(|entry| entry.name == name || entry.slot == name)
    };
    for argument in arguments.publishers.iter().filter(|argument| !locked(&argument.package)) {
        let message = format!("--publisher {}: nothing that is audited has this name.", argument.package);
        say("NOTE_AUDIT_UNUSED_PUBLISHER", message);
    }
    notes
}

/// What is required of which package.
fn policy(arguments: &Arguments) -> Result<Policy, String> {
    let mut policy = Policy::observing();
    for PublisherArgument { package, publisher } in &arguments.publishers {
        policy
            .add_rule(package, Requirement::trusted_publisher(publisher.clone()))
            .map_err(|e| format!("--publisher {package}: {e}"))?;
    }
    Ok(policy)
}

/// What all workers share.
struct Auditor<'a> {
    session: &'a Session,
    trust: &'a Trust,
    policy: Policy,
    now: Timestamp,
}

impl Auditor<'_> {
    /// Judges every locked version of one package.
    fn package(&self, items: &[Item]) -> Vec<PackageReport> {
        let Some(first) = items.first() else { return Vec::new() };
        let fetched = match PackageId::new(&first.name, &first.version) {
            Ok(_) => self.session.source().packument(&first.name),
            // Not a name to ask a registry for; each item says so itself.
            Err(_) => Fetched::NotFound,
        };
        let packument = match &fetched {
            Fetched::Body(body) => Packument::from_json(body).map(Some),
            _ => Ok(None),
        };
        let judge = |item: &Item| match &packument {
            Ok(Some(packument)) => self.item(item, packument),
            Ok(None) => self.artifact(item).map(|_| PackageReport::unavailable(subject(item), missing(&fetched))),
            Err(error) => Err(error.clone().into()),
        };
        let guarded = |item: &Item| {
            let slot = item.aliases.iter().find(|slot| self.policy.guards(slot))?;
            let found = format!("{}@{}", item.name, item.version);
            Some(PackageReport::denied(subject(item), &occupied(slot, &found)))
        };
        let report = |item: &Item| {
            guarded(item)
                .unwrap_or_else(|| judge(item).unwrap_or_else(|error| PackageReport::unreadable(subject(item), &error)))
        };
        items.iter().map(report).collect()
    }

    fn item(&self, item: &Item, packument: &Packument<'_>) -> Result<PackageReport, VerifyError> {
        let artifact = self.artifact(item)?;
        let Some((dist, published)) = packument.version(artifact.id())? else {
            return Ok(PackageReport::unavailable(subject(item), "the registry does not list this version"));
        };
        let attestations =
            if dist.advertises_attestations() { self.attestations(item) } else { Attestations::NotAdvertised };
        let claims = Claims::new(dist, attestations).with_publish_time(published);
        let examination = self.trust.verifier.examine(&artifact, &claims, self.now);
        let resolved = self.policy.resolve(&artifact);
        Ok(PackageReport::examined(&examination, item.locations.clone(), Some(&resolved)))
    }

    /// What the lock file alone decides.
    fn artifact(&self, item: &Item) -> Result<Artifact, VerifyError> {
        let id = PackageId::new(&item.name, &item.version)?;
        if item.disagrees {
            return Err(ParseError::AmbiguousIntegrity.into());
        }
        let Some(integrity) = &item.integrity else {
            return Err(ParseError::WeakIntegrity { found: "an entry without integrity".into() }.into());
        };
        Ok(Artifact::expected(self.trust.registry_of(&item.name, self.session), id, integrity)?)
    }

    fn attestations(&self, item: &Item) -> Attestations {
        match self.session.source().attestations(&item.name, &item.version) {
            Fetched::Body(body) => Attestations::Body(body),
            Fetched::NotFound => Attestations::NotFound,
            Fetched::NotRecorded => Attestations::NotAsked,
            Fetched::Unavailable(reason) => Attestations::Unavailable(reason),
        }
    }

    fn skipped(&self, entry: Entry) -> PackageReport {
        let reason = match entry.kind {
            Kind::Skipped(reason) => reason.text(),
            Kind::Registry => "it has no version",
        };
        let guard = self.policy.guards(&entry.slot).then(|| occupied(&entry.slot, reason));
        let subject = Subject {
            name: entry.name,
            version: entry.version.unwrap_or_default(),
            integrity: entry.integrity,
            locations: vec![entry.location],
        };
        match guard {
            Some(denied) => PackageReport::denied(subject, &denied),
            None => PackageReport::skipped(subject, reason),
        }
    }
}

fn occupied(slot: &str, found: &str) -> Denied {
    Denied::SlotOccupied { slot: slot.into(), found: found.into() }
}

fn missing(fetched: &Fetched) -> &str {
    match fetched {
        Fetched::Body(_) => "it cannot be read",
        Fetched::NotFound => "the registry does not know this package",
        Fetched::NotRecorded => "the recording does not hold this package",
        Fetched::Unavailable(reason) => reason,
    }
}

fn subject(item: &Item) -> Subject {
    Subject {
        name: item.name.clone(),
        version: item.version.clone(),
        integrity: item.integrity.clone(),
        locations: item.locations.clone(),
    }
}
