//! The trust lock of one run: opened first, compared with every package, written last.

use std::collections::{BTreeMap, BTreeSet};

use countersign::evidence::{Claim, Note};
use countersign::policy::{Drift, Recorded, Severity, TrustLock};
use countersign::report::Verdict;
use countersign::{Evidence, PackageId};

use crate::inputs::{FailOn, Pinning};
use crate::lock_file::LockFile;

/// What a package proved, and how that differs from the lock.
pub type Compared = (Evidence, Drift);

pub struct Pins {
    file: LockFile,
    lock: TrustLock,
    update: bool,
    accepted: BTreeSet<PackageId>,
    denies_from: Option<Severity>,
}

impl Pins {
    /// `None` without `--lock`.
    pub fn open(pinning: &Pinning) -> Result<Option<Self>, String> {
        let Some(path) = &pinning.lock else { return Ok(None) };
        let (file, lock) = if pinning.update_lock { LockFile::open_or_empty(path)? } else { LockFile::open(path)? };
        Ok(Some(Self {
            file,
            lock,
            update: pinning.update_lock,
            accepted: pinning.accepted.iter().cloned().collect(),
            denies_from: pinning.fail_on.unwrap_or(FailOn::Any).severity(),
        }))
    }

    pub fn lock(&self) -> &TrustLock {
        &self.lock
    }

    /// The least severity that denies.
    pub fn denies_from(&self) -> Option<Severity> {
        self.denies_from
    }

    /// What differs, with a person's consent where the command line has it.
    pub fn compare(&self, evidence: &Evidence) -> Drift {
        let drift = self.lock.compare(evidence);
        if self.accepted.contains(evidence.artifact().id()) { drift.accept() } else { drift }
    }

    /// Consent to nothing is a slip of the pen.
    pub fn unused<'a>(&self, compared: impl Iterator<Item = &'a Compared> + Clone) -> Vec<Note> {
        let drifted = |id: &PackageId| {
            compared.clone().any(|(evidence, drift)| evidence.artifact().id() == id && !drift.is_clean())
        };
        let unused = self.accepted.iter().filter(|id| !drifted(id));
        unused
            .map(|id| {
                let message = format!("--accept-drift {id}: this version does not differ from the trust lock.");
                Note::new(Claim::Audit, "NOTE_AUDIT_UNUSED_ACCEPTANCE", message)
            })
            .collect()
    }

    /// Records what is verified and has not drifted, and writes the lock. Each package's verdict, and how it
    /// compares.
    pub fn write<'a>(
        &self,
        judged: impl Iterator<Item = (Verdict, Option<&'a Compared>)>,
    ) -> Result<Vec<Note>, String> {
        if !self.update {
            return Ok(Vec::new());
        }
        let mut lock = self.lock.clone();
        let (mut added, mut changed, mut left) = (0_usize, 0_usize, BTreeMap::<String, usize>::new());
        for (verdict, compared) in judged {
            let Some((evidence, drift)) = compared.filter(|_| verdict == Verdict::Verified) else {
                *left.entry("it is not verified".into()).or_default() += 1;
                continue;
            };
            match lock.record(evidence, drift) {
                Ok(Recorded::Added) => added += 1,
                Ok(Recorded::Changed) => changed += 1,
                Ok(_) => {}
                Err(reason) => *left.entry(reason.to_string()).or_default() += 1,
            }
        }
        self.file.write(&lock)?;
        let say = |message: String| Note::new(Claim::Audit, "NOTE_AUDIT_LOCK", message);
        let mut notes = vec![say(format!("Trust lock: {added} packages recorded, {changed} changed."))];
        let left =
            left.into_iter().map(|(reason, n)| say(format!("Not recorded in the trust lock: {n}, because {reason}.")));
        notes.extend(left);
        Ok(notes)
    }
}
