//! The summary's counts, in the words that every format for people uses.

use super::{Levels, Rollout, Summary};

impl Summary {
    /// How many packages have what.
    pub fn proved(&self) -> Vec<(usize, &'static str)> {
        let mut lines = vec![
            (
                self.registry_signature.verified,
                "signed by the registry with a trusted key, for the digest that the lock file expects",
            ),
            (
                self.provenance.verified,
                "built by the CI workflow below, confirmed by the registry's publish attestation",
            ),
        ];
        let publisher = &self.publisher;
        if publisher.matched + publisher.mismatch + publisher.unprovable > 0 {
            lines.push((publisher.matched, "from the trusted publisher that was required"));
        }
        lines
    }

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
