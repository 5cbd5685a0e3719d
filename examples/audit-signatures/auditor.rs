//! One package at a time: documents to claims, claims to what was found, and that to a report.

use countersign::evidence::{Claim, Examination, Note};
use countersign::policy::Need;
use countersign::registry::RegistrySignature;
use countersign::report::{PackageReport, Role, Subject};
use countersign::{Artifact, Claims, Denied, DistClaims, History, Policy, Timestamp};

use crate::lockfile::{Entry, Item, Kind};
use crate::manifest::{Body, Documents, Lacking};
use crate::pins::{Compared, Pins};
use crate::session::{Elsewhere, Session};
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

/// The documents of one package, here and where else its signatures may be asked for.
struct Asked<'b> {
    here: Documents<'b>,
    there: Option<(&'b Elsewhere, Documents<'b>)>,
}

impl Asked<'_> {
    /// Of the registry whose manifest is judged, if it has one.
    fn history(&self, elsewhere: bool) -> Option<History> {
        let there = self.there.as_ref().filter(|_| elsewhere).and_then(|(_, there)| there.history());
        there.or_else(|| self.here.history())
    }
}

/// A package's report, and what it was made of, if anything was examined. One is kept for each package, so what
/// most runs do not ask for takes no room.
pub struct Judged {
    pub report: PackageReport,
    pub examination: Option<Box<Examination>>,
    /// If there is a trust lock.
    pub pin: Option<Box<Compared>>,
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
        let (here, there) = (Body::default(), Body::default());
        let elsewhere = self.session.elsewhere(&first.name);
        let documents = Asked {
            here: Documents::new(self.session.source(), &here),
            there: elsewhere.map(|elsewhere| (elsewhere, Documents::new(&*elsewhere.source, &there))),
        };
        let guarded = |item: &Item| {
            let slot = item.aliases.iter().find(|slot| self.policy.guards(slot))?;
            let found = format!("{}@{}", item.name, item.version);
            Some(PackageReport::denied(subject(item), &occupied(slot, &found)).into())
        };
        let judged = |item: &Item| {
            let judged: Judged = guarded(item).unwrap_or_else(|| {
                self.item(item, &documents).unwrap_or_else(|unfounded| unfounded.report(subject(item)).into())
            });
            let role = Role { direct: item.direct, dev: item.dev };
            Judged { report: judged.report.in_tree(role), ..judged }
        };
        items.iter().map(judged).collect()
    }

    fn item(&self, item: &Item, documents: &Asked<'_>) -> Result<Judged, Unfounded> {
        let unavailable = |lacking: &Lacking| PackageReport::unavailable(subject(item), self.reason(lacking)).into();
        let artifact = match (self.artifact(item, &documents.here), documents) {
            (Err(Unfounded::NoBytes(reason)), Asked { here, .. }) => match here.document(&item.name, &item.version) {
                // That there is no manifest is why there are no bytes.
                Err(lacking) => return Ok(unavailable(&lacking)),
                Ok(_) => return Err(Unfounded::NoBytes(reason)),
            },
            (artifact, _) => artifact?,
        };
        let (claims, notes) = match self.claims(&artifact, documents) {
            Ok(found) => found,
            Err(Lacking::Unreadable(error)) => return Err(error.into()),
            Err(lacking) => return Ok(unavailable(&lacking)),
        };
        let examination = self.trust.verifier.examine(&artifact, &claims, self.now);
        let resolved = self.policy.resolve(&artifact);
        let report = PackageReport::examined(&examination, item.locations.clone(), Some(&resolved));
        let report = report.with_notes(notes.into_iter().chain(no_keys(&examination)));
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
    fn artifact(&self, item: &Item, documents: &Documents<'_>) -> Result<Artifact, Unfounded> {
        let document = || documents.document(&item.name, &item.version).ok();
        let identity = self.trust.registry_of(&item.name, &self.session);
        self.judging.artifact(item, identity, self.session.reached(&item.name), document)
    }

    /// What is claimed about the artifact, by one manifest.
    fn claims(&self, artifact: &Artifact, documents: &Asked<'_>) -> Result<(Claims, Vec<Note>), Lacking> {
        let wants_more = |dist: &DistClaims| {
            let needs = self.policy.needs(artifact, dist);
            needs.contains(&Need::PublishTime)
                || needs.contains(&Need::History)
                || self.trust.verifier.wants_publish_time(artifact, dist)
        };
        let mut manifest = documents.here.manifest(artifact, wants_more)?;
        if let Some((elsewhere, there)) = &documents.there {
            manifest = manifest.or_signed_by(there, &elsewhere.url, artifact, wants_more)?;
        }
        let attestations = manifest.attestations(artifact.id());
        let wants_history = self.policy.needs(artifact, &manifest.dist).contains(&Need::History);
        let history = wants_history.then(|| documents.history(manifest.elsewhere)).flatten();
        let claims = Claims::new(manifest.dist, attestations).with_publish_time(manifest.published);
        Ok((history.into_iter().fold(claims, Claims::with_history), manifest.notes))
    }

    fn reason<'r>(&self, lacking: &'r Lacking) -> &'r str {
        match lacking {
            Lacking::Unknown(reason) => reason,
            Lacking::NotAsked => self.session.unasked(),
            Lacking::Unavailable(reason) => reason,
            Lacking::Unreadable(_) => "it cannot be read",
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

/// A registry without keys is named; that nothing was signed is another thing.
fn no_keys(examination: &Examination) -> Option<Note> {
    let registry = examination.artifact().registry();
    let message = format!("registry signatures cannot be judged: no keys of {registry} are known");
    matches!(examination.registry_signature(), Ok(RegistrySignature::NoKeys))
        .then(|| Note::new(Claim::RegistrySignature, "NOTE_AUDIT_NO_KEYS", message))
}

fn subject(item: &Item) -> Subject {
    Subject {
        name: item.name.clone(),
        version: item.version.clone(),
        integrity: item.integrity.clone(),
        locations: item.locations.clone(),
    }
}
