//! A policy: which package must show what.

mod form;
mod resolved;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::pattern::Pattern;
use super::rule::{Rule, invalid};
use super::{
    Authorized, Configured, EndedKeys, Exemption, Need, Observed, PublisherSource, Requirement, Rules, TrustLock,
};
use crate::artifact::Artifact;
use crate::claims::DistClaims;
use crate::error::{Denied, ParseError};
use crate::evidence::Evidence;
use crate::json;
use crate::limits;
use crate::package::PackageId;
use crate::publisher::TrustedPublisher;
use crate::time::Timestamp;

pub use resolved::Resolved;

/// The name of the default rule; no pattern reads so, for it would be a package's name.
const DEFAULT: &str = "(default)";

/// What each package must show.
///
/// Of the rules whose pattern matches a name the most specific counts, alone: an exact name before its
/// scope before `*` before the default. No two rules have the same pattern. Nothing is inherited, no file
/// is looked up, nothing in it is expanded.
///
/// If you have one, every rule can be met by somebody and nothing in it is without effect. It can be read
/// from any format that serde knows; an error that the format reports carries its line and column there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    default: Rule,
    rules: Vec<Rule>,
    /// Which rule each pattern belongs to.
    index: BTreeMap<Pattern, usize>,
    exemptions: BTreeMap<PackageId, Exemption>,
    /// Publishers of other sources, by package.
    further: BTreeMap<String, Vec<Configured>>,
    lock: Option<TrustLock>,
}

/// What a policy decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// The evidence meets what is required.
    Authorized(Box<Authorized>),
    /// Nothing is required of this package, so that nothing can be admitted either.
    Observed(Box<Observed>),
}

impl Policy {
    /// Requires nothing of any package: the beginning of a policy that is built in code.
    #[must_use]
    pub fn observing() -> Self {
        Self::by_default(Rule::observe())
    }

    /// Requires this of every package that has no rule of its own.
    #[must_use]
    pub fn requiring(requirement: Requirement) -> Self {
        Self::by_default(Rule { requirement: Some(requirement), ..Rule::observe() })
    }

    fn by_default(default: Rule) -> Self {
        let (index, exemptions, further) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { default, rules: Vec::new(), index, exemptions, further, lock: None }
    }

    /// Adds a rule for an exact name, for `@scope/*` or for `*`.
    ///
    /// # Errors
    /// [`ParseError::PolicyInvalid`] if it is no such pattern, or there is a rule for it.
    pub fn add_rule(&mut self, pattern: &str, requirement: Requirement) -> Result<(), ParseError> {
        let pattern = Pattern::try_from(pattern.to_owned())?;
        if self.index.insert(pattern.clone(), self.rules.len()).is_some() {
            return Err(invalid(&format!("two rules are for {pattern}, and neither is more specific")));
        }
        self.rules.push(Rule { packages: vec![pattern], requirement: Some(requirement), ..Rule::observe() });
        Ok(())
    }

    /// Reads a policy as JSON.
    ///
    /// # Errors
    /// [`ParseError::LimitExceeded`] (4 MiB, depth 64), [`ParseError::NotJson`], and
    /// [`ParseError::PolicyInvalid`] with the line and column of whatever is not a policy.
    pub fn from_json(json: &[u8]) -> Result<Self, ParseError> {
        json::read("policy", json, limits::POLICY_BYTES).map_err(|error| match error {
            ParseError::Malformed { reason, .. } => ParseError::PolicyInvalid { reason },
            other => other,
        })
    }

    /// Adds a package's publishers from a source of its own, as `npm-trust`: they count where the rule for
    /// that package names the source in `publishers-from`.
    ///
    /// # Errors
    /// [`ParseError::PackageName`]; [`ParseError::PolicyInvalid`] if the rule for that package does not
    /// take publishers from there, or publishers of that source were added before: what was given would
    /// silently not be used.
    pub fn add_publishers(
        &mut self,
        name: &str,
        source: PublisherSource,
        publishers: Vec<TrustedPublisher>,
    ) -> Result<(), ParseError> {
        PackageId::new(name, "1.0.0")?;
        let refuse = |why: String| Err(ParseError::PolicyInvalid { reason: why.into() });
        let (pattern, rule) = self.rule(name);
        if !rule.from.contains(&source) {
            return refuse(format!(
                "the rule for {name} ({pattern}) takes no publishers from {source}: add publishers-from = [\"{source}\"] to it"
            ));
        }
        let further = self.further.entry(name.into()).or_default();
        if further.iter().any(|configured| configured.source == source) {
            return refuse(format!("publishers of {name} were given twice by {source}"));
        }
        further.extend(publishers.into_iter().map(|publisher| Configured { publisher, source }));
        Ok(())
    }

    /// Lets rules rely on what is pinned: `ended-keys = "pinned"` on the tarball's digest, and
    /// `publishers-from = ["trust-lock"]` on who signed the baseline. What differs from the lock is found by
    /// [`TrustLock::compare`], whatever the policy says.
    #[must_use]
    pub fn pinned_by(self, lock: TrustLock) -> Self {
        Self { lock: Some(lock), ..self }
    }

    /// Whether the rule for that package takes publishers from there.
    #[must_use]
    pub fn takes_publishers_from(&self, name: &str, source: PublisherSource) -> bool {
        self.rule(name).1.from.contains(&source)
    }

    /// What it says of this artifact.
    #[must_use]
    pub fn resolve(&self, artifact: &Artifact) -> Resolved<'_> {
        let name = artifact.id().name();
        let (pattern, rule) = self.rule(name);
        let exemption = self.exemptions.get(artifact.id()).filter(|exemption| exemption.is_for(artifact.sha512()));
        let requirement = rule.requirement.as_ref().map(|requirement| {
            let further = self.further_publishers(rule, artifact);
            let pinned = requirement.registry_signature == Some(EndedKeys::Pinned) && self.pins(artifact);
            if further.is_empty() && exemption.is_none() && !pinned {
                return Cow::Borrowed(requirement);
            }
            let mut requirement = requirement.clone();
            if let Some(publishers) = &mut requirement.publishers {
                publishers.extend(further);
            }
            if pinned {
                requirement.pinned.insert(*artifact.sha512());
            }
            requirement.exemption = exemption.cloned();
            Cow::Owned(requirement)
        });
        Resolved { rule: pattern, group: rule.group.as_deref(), requirement, exemption }
    }

    /// What must be fetched before it can decide about this artifact. Known before any I/O, and no more
    /// than the rule for it uses.
    #[must_use]
    pub fn needs(&self, artifact: &Artifact, dist: &DistClaims) -> BTreeSet<Need> {
        let resolved = self.resolve(artifact);
        resolved.requirement().map(|requirement| requirement.needs(artifact.id(), dist)).unwrap_or_default()
    }

    /// Decides by the rule for this package.
    ///
    /// # Errors
    /// As [`Requirement::authorize`].
    pub fn authorize(&self, evidence: &Evidence, now: Timestamp) -> Result<Decision, Denied> {
        match self.resolve(evidence.artifact()).requirement() {
            Some(requirement) => {
                requirement.authorize(evidence, now).map(|authorized| Decision::Authorized(Box::new(authorized)))
            }
            None => Ok(Decision::Observed(Box::new(Observed::of(evidence.clone())))),
        }
    }

    /// Whether something is required of the package of this name by its own name or scope. Then no other
    /// package, alias or source may stand where it is installed (design decision 15), nor where a file
    /// system without regard to case would find it.
    #[must_use]
    pub fn guards(&self, name: &str) -> bool {
        let guarded = |name: &str| {
            let named = self.named_rule(name).filter(|(pattern, _)| *pattern != Pattern::Any);
            named.is_some_and(|(_, rule)| rule.requirement.is_some())
        };
        guarded(name) || guarded(&name.to_ascii_lowercase())
    }

    /// Names exactly what is required of all packages.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(serde_json::to_vec(self).unwrap_or_default());
        // A requirement that was built in code may hold what no policy file can say.
        for rule in core::iter::once(&self.default).chain(&self.rules) {
            hash.update(serde_json::to_vec(&rule.requirement).unwrap_or_default());
        }
        hash.update(serde_json::to_vec(&self.further).unwrap_or_default());
        hash.update(self.lock.as_ref().map(TrustLock::to_json).unwrap_or_default());
        hex::encode(hash.finalize())
    }

    /// The names of its groups.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        let groups: BTreeSet<&str> = self.rules.iter().filter_map(|rule| rule.group.as_deref()).collect();
        groups.into_iter()
    }

    /// Exact names that it has rules for, and versions that it exempts: what nothing in a tree answers to
    /// may be a slip of the pen.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let exact = self.index.keys().filter_map(|pattern| match pattern {
            Pattern::Exact(name) => Some(&**name),
            _ => None,
        });
        exact.chain(self.exemptions.keys().map(PackageId::name))
    }

    fn pins(&self, artifact: &Artifact) -> bool {
        self.lock.as_ref().is_some_and(|lock| lock.pins(artifact.registry(), artifact.id(), artifact.sha512()))
    }

    fn further_publishers(&self, rule: &Rule, artifact: &Artifact) -> Vec<Configured> {
        let name = artifact.id().name();
        // The rule may be another than when they were given.
        let given = self.further.get(name).into_iter().flatten();
        let mut further: Vec<Configured> =
            given.filter(|configured| rule.from.contains(&configured.source)).cloned().collect();
        if rule.from.contains(&PublisherSource::TrustLock) {
            let pinned = self.lock.as_ref().and_then(|lock| lock.pinned_publisher(artifact.registry(), name));
            further.extend(pinned.map(|publisher| Configured { publisher, source: PublisherSource::TrustLock }));
        }
        further
    }

    fn rule(&self, name: &str) -> (String, &Rule) {
        let named = self.named_rule(name).map(|(pattern, rule)| (pattern.to_string(), rule));
        named.unwrap_or_else(|| (DEFAULT.into(), &self.default))
    }

    /// The most specific rule whose pattern matches.
    fn named_rule(&self, name: &str) -> Option<(Pattern, &Rule)> {
        Pattern::all_of(name).find_map(|pattern| {
            let rule = self.rules.get(*self.index.get(&pattern)?)?;
            Some((pattern, rule))
        })
    }
}

impl Rules for Policy {
    fn requirement_for(&self, artifact: &Artifact) -> Option<Cow<'_, Requirement>> {
        self.resolve(artifact).requirement
    }
}
