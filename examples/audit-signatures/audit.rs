//! One run: what is audited, by which documents, keys and policy, and the report that comes of it.

use countersign::evidence::{Claim, Note};
use countersign::report::{AuditReport, PackageReport, Source as ReportedSource};
use countersign::{Policy, Timestamp, TrustSnapshot};

use crate::auditor::{Auditor, Judged};
use crate::inputs::{Inputs, Pinning, Required};
use crate::lockfile::{Inventory, Item, LockFile};
use crate::pins::Pins;
use crate::progress::Progress;
use crate::requirements;
use crate::session::Session;
use crate::trust::Trust;
use crate::workers;

/// Everything that was opened and read before the first package is judged.
pub struct Audit {
    pub inventory: Inventory,
    pub policy: Policy,
    pub now: Timestamp,
    session: Session,
    trust: Trust,
    pins: Option<Pins>,
    notes: Vec<Note>,
}

impl Audit {
    /// Reads what the command line names. An error means that the audit did not finish.
    pub fn open(inputs: &Inputs, required: &Required, pinning: &Pinning) -> Result<Self, String> {
        // Before any I/O that takes time: it is the person's own file.
        let pins = Pins::open(pinning)?;
        let policy = requirements::policy(required, pins.as_ref().map(Pins::lock))?;
        let lock = LockFile::read(&inputs.path)?;
        let project = lock.project().to_path_buf();
        let inventory = Inventory::new(lock.entries, inputs.omit());
        let session = Session::open(inputs, &project, &inventory.items)?;
        let trust = Trust::load(inputs, &session)?;
        let mut notes = notes(&session, &inventory);
        notes.extend(requirements::unused(required, &policy, &inventory));
        Ok(Self { inventory, policy, now: inputs.now(), session, trust, pins, notes })
    }

    /// Judges the chosen packages of the lock file, in its order.
    pub fn judge(&self, chosen: &[Item]) -> Result<Vec<Judged>, String> {
        let auditor = self.auditor();
        let progress = Progress::new(chosen.len());
        // One job per name: its packument is fetched once for all its versions.
        let jobs: Vec<&[Item]> = chosen.chunk_by(|a, b| a.name == b.name).collect();
        let judged = workers::run(&jobs, |items| {
            let judged = auditor.package(items);
            progress.advance(items.len());
            judged
        })?;
        Ok(judged.into_iter().flatten().collect())
    }

    /// Everything that was judged and skipped, as the report.
    pub fn report(&self, judged: &[Judged]) -> AuditReport {
        let (session, trust, now) = (&self.session, &self.trust, self.now);
        let auditor = self.auditor();
        let mut packages: Vec<PackageReport> = judged.iter().map(|judged| judged.report.clone()).collect();
        packages.extend(self.inventory.skipped.iter().map(|entry| auditor.skipped(entry)));
        let source = if session.is_replay() { ReportedSource::Replay } else { ReportedSource::Live };
        let mut notes = self.notes.clone();
        if !trust.is_given {
            notes.extend(TrustSnapshot::warning(now));
        }
        AuditReport::new(now, source, session.url().as_str(), trust.identity.clone(), notes, packages)
    }

    fn auditor(&self) -> Auditor<'_> {
        Auditor {
            session: &self.session,
            trust: &self.trust,
            policy: &self.policy,
            pins: self.pins.as_ref(),
            now: self.now,
        }
    }

    /// Writes the trust lock, if that is asked for, and notes what it has come to.
    fn record(&mut self, judged: &[Judged]) -> Result<(), String> {
        let Some(pins) = self.pins.take() else { return Ok(()) };
        self.notes.extend(pins.unused(judged));
        self.notes.extend(pins.write(judged)?);
        Ok(())
    }

    /// Completes a recording.
    pub fn finish(self) -> Result<(), String> {
        self.session.finish(&self.now.to_string())
    }
}

/// Audits all that the command line names.
pub fn run(inputs: &Inputs, required: &Required, pinning: &Pinning) -> Result<AuditReport, String> {
    let mut audit = Audit::open(inputs, required, pinning)?;
    let judged = audit.judge(&audit.inventory.items)?;
    audit.record(&judged)?;
    let report = audit.report(&judged);
    audit.finish()?;
    Ok(report)
}

/// How the run came to what it audited.
fn notes(session: &Session, inventory: &Inventory) -> Vec<Note> {
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
    notes
}
