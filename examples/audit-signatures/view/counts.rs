//! The summary's counts, in the words that every format for people uses.

use super::{Levels, Report, Rollout, Summary};

impl Report {
    /// How many packages have what.
    pub fn proved(&self) -> Vec<(usize, &'static str)> {
        let Summary { registry_signature, provenance, publisher, .. } = &self.summary;
        // One package or tarball has no lock file that could expect anything.
        let signed = match self.notes.iter().any(|note| note.code == "NOTE_AUDIT_ONE_PACKAGE") {
            true => "signed by the registry with a trusted key, for the digest of its bytes or a stated one",
            false => "signed by the registry with a trusted key, for the digest that the lock file expects",
        };
        let attested = "built by the CI workflow below, confirmed by the registry's publish attestation";
        let mut lines = vec![(registry_signature.verified, signed), (provenance.verified, attested)];
        if publisher.matched + publisher.mismatch + publisher.unprovable > 0 {
            lines.push((publisher.matched, "from the trusted publisher that was required"));
        }
        lines
    }
}

impl Summary {
    /// What nothing was said about, where there is some.
    pub fn not_judged(&self) -> Vec<(usize, &'static str)> {
        let lines = [
            (
                self.registry_signature.unjudged,
                "signed with a key that has ended since, and no time says on which side of its end",
            ),
            (self.registry_signature.no_keys, "from a registry whose keys are not known"),
            (self.provenance.not_asked, "advertise attestations that were not asked for"),
            (self.provenance.unconfirmed, "with a provenance that the registry's publish attestation does not confirm"),
            (self.provenance.absent, "without provenance"),
        ];
        lines.into_iter().filter(|(packages, _)| *packages > 0).collect()
    }
}

impl Rollout {
    /// The tree and its parts, where there are parts, and each group of the policy.
    pub fn parts(&self) -> Vec<(String, &Levels)> {
        let mut parts = vec![("all".to_owned(), &self.all)];
        // A part that is the whole, or empty, shows nothing.
        for [(one, first), (other, second)] in
            [[("direct", &self.direct), ("transitive", &self.transitive)], [("prod", &self.prod), ("dev", &self.dev)]]
        {
            if first.packages > 0 && second.packages > 0 {
                parts.extend([(one.to_owned(), first), (other.to_owned(), second)]);
            }
        }
        parts.extend(self.groups.iter().map(|(group, levels)| (format!("group {group}"), levels)));
        parts
    }
}
