//! One package at a time: documents to claims, claims to what was found, and that to a report.

use countersign::evidence::Examination;
use countersign::policy::{Drift, Need};
use countersign::report::{PackageReport, Role, Subject};
use countersign::{Artifact, Attestations, Claims, Denied, Evidence, PackageId, Packument, Policy, Timestamp};

use crate::lockfile::{Entry, Item, Kind};
use crate::pins::Pins;
use crate::registry::Fetched;
use crate::session::Session;
use crate::target::{Judging, Unfounded};
use crate::trust::Trust;

/// What all workers share.
pub struct Auditor {
    pub session: Session,
    pub judging: Judging,
    pub trust: Trust,
    pub policy: Policy,
    pub pins: Option<Pins>,
    pub now: Timestamp,
    /// An explanation shows more than the report has; of a large tree nothing more is kept.
    pub keeps_examinations: bool,
}

/// A package's report, and what it was made of, if anything was examined. One is kept for each package, so what
/// most runs do not ask for takes no room.
pub struct Judged {
    pub report: PackageReport,
    pub examination: Option<Box<Examination>>,
    /// The evidence, and how it differs from the trust lock, if there is one.
    pub pin: Option<Box<(Evidence, Drift)>>,
}

impl From<PackageReport> for Judged {
    fn from(report: PackageReport) -> Self {
        Self { report, examination: None, pin: None }
    }
}

impl Auditor {
    /// Judges every locked version of one package.
    pub fn package(&self, items: &[Item]) -> Vec<Judged> {
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
            Ok(Some(packument)) => self.item(item, packument, &fetched),
            Ok(None) => match self.artifact(item, &fetched) {
                // That there is no manifest is why there are no bytes.
                Ok(_) | Err(Unfounded::NoBytes(_)) => {
                    Ok(PackageReport::unavailable(subject(item), missing(&fetched)).into())
                }
                Err(unfounded) => Err(unfounded),
            },
            Err(error) => Err(error.clone().into()),
        };
        let guarded = |item: &Item| {
            let slot = item.aliases.iter().find(|slot| self.policy.guards(slot))?;
            let found = format!("{}@{}", item.name, item.version);
            Some(PackageReport::denied(subject(item), &occupied(slot, &found)).into())
        };
        let judged = |item: &Item| {
            let judged: Judged = guarded(item)
                .unwrap_or_else(|| judge(item).unwrap_or_else(|unfounded| unfounded.report(subject(item)).into()));
            let role = Role { direct: item.direct, dev: item.dev };
            Judged { report: judged.report.in_tree(role), ..judged }
        };
        items.iter().map(judged).collect()
    }

    fn item(&self, item: &Item, packument: &Packument<'_>, fetched: &Fetched) -> Result<Judged, Unfounded> {
        let artifact = self.artifact(item, fetched)?;
        let Some((dist, published)) = packument.version(artifact.id())? else {
            return Ok(PackageReport::unavailable(subject(item), "the registry does not list this version").into());
        };
        let attestations =
            if dist.advertises_attestations() { self.attestations(item) } else { Attestations::NotAdvertised };
        let needs = self.policy.needs(&artifact, &dist);
        let claims = Claims::new(dist, attestations).with_publish_time(published);
        let claims = if needs.contains(&Need::History) { claims.with_history(packument.history()) } else { claims };
        let examination = self.trust.verifier.examine(&artifact, &claims, self.now);
        let resolved = self.policy.resolve(&artifact);
        let report = PackageReport::examined(&examination, item.locations.clone(), Some(&resolved));
        let kept = self.keeps_examinations.then(|| Box::new(examination.clone()));
        let Some(pins) = &self.pins else { return Ok(Judged { report, examination: kept, pin: None }) };
        // What failed is invalid already, and proves nothing that could be compared.
        let Ok(evidence) = examination.into_evidence() else {
            return Ok(Judged { report, examination: kept, pin: None });
        };
        let drift = pins.compare(&evidence);
        let report = report.with_drift(&drift, pins.denies_from());
        Ok(Judged { report, examination: kept, pin: Some(Box::new((evidence, drift))) })
    }

    /// What is judged, by the consumer's own record or by the bytes.
    fn artifact(&self, item: &Item, fetched: &Fetched) -> Result<Artifact, Unfounded> {
        let document = match fetched {
            Fetched::Body(body) => Some(body.as_slice()),
            Fetched::NotFound | Fetched::NotRecorded | Fetched::Unavailable(_) => None,
        };
        let identity = self.trust.registry_of(&item.name, &self.session);
        self.judging.artifact(item, identity, self.session.url_of(&item.name), document)
    }

    fn attestations(&self, item: &Item) -> Attestations {
        match self.session.source().attestations(&item.name, &item.version) {
            Fetched::Body(body) => Attestations::Body(body),
            Fetched::NotFound => Attestations::NotFound,
            Fetched::NotRecorded => Attestations::NotAsked,
            Fetched::Unavailable(reason) => Attestations::Unavailable(reason),
        }
    }

    /// A package that nobody asked about any more.
    pub fn left(&self, item: &Item, reason: &str) -> PackageReport {
        let role = Role { direct: item.direct, dev: item.dev };
        PackageReport::unavailable(subject(item), reason).in_tree(role)
    }

    /// An entry that no registry answers for.
    pub fn skipped(&self, entry: &Entry) -> PackageReport {
        let reason = match entry.kind {
            Kind::Skipped(reason) => reason.text(),
            Kind::Registry => "it has no version",
        };
        let guard = self.policy.guards(&entry.slot).then(|| occupied(&entry.slot, reason));
        let subject = Subject {
            name: entry.name.clone(),
            version: entry.version.clone().unwrap_or_default(),
            integrity: entry.integrity.clone(),
            locations: vec![entry.location.clone()],
        };
        match guard {
            Some(denied) => {
                PackageReport::denied(subject, &denied).in_tree(Role { direct: entry.direct, dev: entry.dev })
            }
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
