//! One run: what is audited, by which documents, keys and policy, and the report that comes of it.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use countersign::evidence::{Claim, Note};
use countersign::report::{AuditReport, PackageReport, Source as ReportedSource};
use countersign::{Timestamp, TrustSnapshot};

use crate::auditor::{Auditor, Judged};
use crate::inputs::{Inputs, Pinning, Required};
use crate::interruption::{Ended, Interruption};
use crate::lockfile::{Inventory, Item};
use crate::pins::Pins;
use crate::progress::Progress;
use crate::requirements;
use crate::session::Session;
use crate::target::Target;
use crate::trust::Trust;
use crate::workers;

/// Everything that was opened and read before the first package is judged.
pub struct Audit {
    pub inventory: Inventory,
    pub now: Timestamp,
    auditor: Arc<Auditor>,
    jobs: usize,
    interruption: Interruption,
    notes: Vec<Note>,
    lock_file: Option<PathBuf>,
}

/// What came of judging: each package's, and what ended it early, if something did.
pub struct Outcome {
    /// In the order of the packages.
    pub judged: Vec<Judged>,
    pub ended: Option<Ended>,
}

impl Audit {
    /// Reads what the command line names. An error means that the audit did not finish.
    pub fn open(inputs: &Inputs, required: &Required, pinning: &Pinning) -> Result<Self, String> {
        let interruption = Interruption::listen(inputs.deadline());
        // Before any I/O that takes time: it is the person's own file.
        let pins = Pins::open(pinning)?;
        let policy = requirements::policy(required, pins.as_ref().map(Pins::lock))?;
        let Target { inventory, project, notes: target_notes, judging, lock_file } = Target::open(inputs.wanted())?;
        let session = Session::open(inputs, &project, &inventory.items, interruption)?;
        let trust = Trust::load(inputs, &session)?;
        let mut notes = notes(&session, &inventory);
        notes.extend(target_notes);
        notes.extend(session.notes.iter().cloned());
        notes.extend(trust.notes.iter().cloned());
        notes.extend(requirements::unused(required, &policy, &inventory));
        let now = inputs.now();
        let auditor = Auditor { session, judging, trust, policy, pins, now, keeps_examinations: false };
        Ok(Self { inventory, now, auditor: Arc::new(auditor), jobs: inputs.jobs(), interruption, notes, lock_file })
    }

    /// As [`Audit::open`], for those who show more than the report has.
    pub fn open_in_detail(inputs: &Inputs, required: &Required, pinning: &Pinning) -> Result<Self, String> {
        let mut audit = Self::open(inputs, required, pinning)?;
        if let Some(auditor) = Arc::get_mut(&mut audit.auditor) {
            auditor.keeps_examinations = true;
        }
        Ok(audit)
    }

    /// Judges the chosen packages of the lock file, in its order, and shows each to `shown` as soon as
    /// those before it are done.
    pub fn judge(
        &self,
        chosen: &Arc<Vec<Item>>,
        progress: &Progress,
        mut shown: impl FnMut(&PackageReport) -> Result<(), String>,
    ) -> Result<Outcome, String> {
        progress.begin(chosen.len());
        // One job per name: its packument is fetched once for all its versions.
        let jobs = by_name(chosen);
        let mut done: Vec<Vec<Judged>> = jobs.iter().map(|_| Vec::new()).collect();
        let (auditor, items) = (Arc::clone(&self.auditor), Arc::clone(chosen));
        let work = move |job: Range<usize>| auditor.package(items.get(job).unwrap_or_default());
        let ended = workers::run(jobs.clone().into_iter(), self.jobs, &self.interruption, work, |number, judged| {
            progress.advance(judged.len());
            judged.iter().try_for_each(|judged| shown(&judged.report))?;
            if let Some(slot) = done.get_mut(number) {
                *slot = judged;
            }
            Ok(())
        })?;
        progress.end();
        let mut outcome = Outcome { judged: Vec::with_capacity(chosen.len()), ended };
        for (job, judged) in jobs.into_iter().zip(done) {
            if !judged.is_empty() {
                outcome.judged.extend(judged);
                continue;
            }
            // Nobody may read a report of fewer packages as one of all.
            let reason = ended.map_or("it was not judged", Ended::reason);
            for item in chosen.get(job).unwrap_or_default() {
                let report = self.auditor.left(item, reason);
                shown(&report)?;
                outcome.judged.push(report.into());
            }
        }
        Ok(outcome)
    }

    /// What no registry answers for.
    pub fn skipped(&self) -> impl Iterator<Item = PackageReport> + '_ {
        self.inventory.skipped.iter().map(|entry| self.auditor.skipped(entry))
    }

    /// Everything that was judged and skipped, as the report.
    pub fn report(&self, packages: Vec<PackageReport>) -> AuditReport {
        let Auditor { session, judging, trust, now, .. } = &*self.auditor;
        let source = if session.is_live() { ReportedSource::Live } else { ReportedSource::Replay };
        let mut notes = self.notes.clone();
        notes.extend(judging.notes());
        if !trust.is_given {
            notes.extend(TrustSnapshot::warning(*now));
        }
        AuditReport::new(*now, source, session.url().as_str(), trust.identity.clone(), notes, packages)
    }

    /// Writes the trust lock, if that is asked for, and notes what it has come to.
    fn record(&mut self, judged: &[Judged]) -> Result<(), String> {
        let Some(pins) = &self.auditor.pins else { return Ok(()) };
        self.notes.extend(pins.unused(judged.iter().filter_map(|judged| judged.pin.as_deref())));
        self.notes.extend(pins.write(judged.iter().map(|judged| (judged.report.verdict(), judged.pin.as_deref())))?);
        Ok(())
    }

    /// Completes a recording.
    pub fn finish(&self) -> Result<(), String> {
        self.auditor.session.finish(&self.now.to_string())
    }
}

/// A whole audit, and what it was of.
pub struct Finished {
    pub report: AuditReport,
    pub ended: Option<Ended>,
    pub items: Arc<Vec<Item>>,
    /// The file in which packages have a line.
    pub lock_file: Option<PathBuf>,
}

/// Audits all that the command line names. An audit that was interrupted records nothing.
pub fn run(
    inputs: &Inputs,
    required: &Required,
    pinning: &Pinning,
    progress: &Progress,
    mut shown: impl FnMut(&PackageReport) -> Result<(), String>,
) -> Result<Finished, String> {
    let mut audit = Audit::open(inputs, required, pinning)?;
    let items = Arc::new(std::mem::take(&mut audit.inventory.items));
    let Outcome { judged, ended } = audit.judge(&items, progress, &mut shown)?;
    match ended {
        None => audit.record(&judged)?,
        Some(ended) => audit.notes.push(interrupted(ended)),
    }
    let mut packages: Vec<PackageReport> = judged.into_iter().map(|judged| judged.report).collect();
    for skipped in audit.skipped() {
        shown(&skipped)?;
        packages.push(skipped);
    }
    let report = audit.report(packages);
    if ended.is_none() {
        audit.finish()?;
    }
    Ok(Finished { report, ended, items, lock_file: audit.lock_file })
}

fn by_name(items: &[Item]) -> Vec<Range<usize>> {
    let mut start = 0;
    let jobs = items.chunk_by(|a, b| a.name == b.name).map(|of_one| {
        let job = start..start + of_one.len();
        start = job.end;
        job
    });
    jobs.collect()
}

fn interrupted(ended: Ended) -> Note {
    let by = match ended {
        Ended::ByPerson => "Ctrl-C",
        Ended::ByDeadline => "the deadline of --deadline",
    };
    let message = format!("Ended early by {by}: packages that it had not come to are unverifiable.");
    Note::new(Claim::Audit, "NOTE_AUDIT_INTERRUPTED", message)
}

/// How the run came to what it audited.
fn notes(session: &Session, inventory: &Inventory) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut say = |code, message: String| notes.push(Note::new(Claim::Audit, code, message));
    if let Some(decided_by) = &session.decided_by {
        let fetched =
            if session.is_live() { "Fetched" } else { "Not fetched, but read from the cache as once fetched" };
        say("NOTE_AUDIT_REGISTRY", format!("{fetched} from {}, chosen by {decided_by}.", session.url()));
    }
    for (scope, chosen) in &session.scopes {
        let (url, decided_by) = (&chosen.url, &chosen.decided_by);
        say("NOTE_AUDIT_SCOPE_REGISTRY", format!("Packages of {scope} fetched from {url}, chosen by {decided_by}."));
    }
    if inventory.omitted > 0 {
        say("NOTE_AUDIT_OMITTED", format!("Left out by --omit: {} of the lock file's entries.", inventory.omitted));
    }
    notes
}
