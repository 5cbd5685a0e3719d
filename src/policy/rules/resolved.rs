//! What a policy says of one artifact.

use std::borrow::Cow;

use super::DEFAULT;
use crate::policy::{Exemption, Lift, Requirement};
use crate::time::Timestamp;

/// What a policy says of one artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved<'a> {
    pub(super) rule: String,
    pub(super) group: Option<&'a str>,
    pub(super) requirement: Option<Cow<'a, Requirement>>,
    pub(super) exemption: Option<&'a Exemption>,
}

impl<'a> Resolved<'a> {
    /// One requirement, without a policy around it.
    #[must_use]
    pub fn of(requirement: &'a Requirement) -> Self {
        let exemption = requirement.exemption.as_ref();
        Self { rule: "requirement".into(), group: None, requirement: Some(Cow::Borrowed(requirement)), exemption }
    }

    /// Whether nobody wrote anything about this package.
    pub(crate) fn is_silent(&self) -> bool {
        self.requirement.is_none() && self.group.is_none() && self.exemption.is_none() && self.rule == DEFAULT
    }

    /// The pattern of the rule that decides, or `(default)`.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The group that the rule belongs to.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.group
    }

    /// What is required; `None` if nothing is.
    #[must_use]
    pub fn requirement(&self) -> Option<&Requirement> {
        self.requirement.as_deref()
    }

    /// The exemption of this very version, if it still lifts that.
    #[must_use]
    pub fn lifted(&self, lift: Lift, now: Timestamp) -> Option<&Exemption> {
        self.exemption.filter(|exemption| exemption.lifts(lift, now))
    }

    /// The exemption of this very version, if it still holds.
    #[must_use]
    pub fn exemption(&self, now: Timestamp) -> Option<&Exemption> {
        self.exemption.filter(|exemption| now < exemption.expires())
    }

    /// The exemption of this very version, if it has ended.
    #[must_use]
    pub fn ended_exemption(&self, now: Timestamp) -> Option<&Exemption> {
        self.exemption.filter(|exemption| exemption.expires() <= now)
    }
}
