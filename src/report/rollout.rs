//! How far a team has come: how many packages have which level.

use std::collections::BTreeMap;

use serde::Serialize;

use super::package::{PackageReport, Verdict};
use crate::level::Level;

/// How many packages have which level: the highest that is proved of each. A trusted publisher counts
/// where one is configured and matched; what a registry merely says counts nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct LevelCounts {
    pub packages: usize,
    pub trusted_publisher: usize,
    pub provenance: usize,
    pub registry_signature: usize,
    pub unproven: usize,
}

/// The levels of the tree, of its parts, and of each group of the policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Rollout {
    pub all: LevelCounts,
    pub direct: LevelCounts,
    pub transitive: LevelCounts,
    pub prod: LevelCounts,
    pub dev: LevelCounts,
    /// By the group's name.
    pub groups: BTreeMap<String, LevelCounts>,
}

impl LevelCounts {
    fn add(&mut self, level: Level) {
        let counter = match level {
            Level::TrustedPublisher | Level::StagedPublish => &mut self.trusted_publisher,
            Level::Provenance => &mut self.provenance,
            Level::RegistrySignature => &mut self.registry_signature,
            Level::Unproven => &mut self.unproven,
        };
        *counter = counter.saturating_add(1);
        self.packages = self.packages.saturating_add(1);
    }
}

impl Rollout {
    pub(super) fn add(&mut self, package: &PackageReport) {
        if package.verdict() == Verdict::Skipped {
            return;
        }
        // An invalid package proves nothing, whatever single claim of it holds.
        let level = match package.verdict() {
            Verdict::Invalid => Level::Unproven,
            _ => package.level().unwrap_or(Level::Unproven),
        };
        self.all.add(level);
        if let Some(role) = package.role() {
            if role.direct {
                self.direct.add(level)
            } else {
                self.transitive.add(level)
            }
            if role.dev { self.dev.add(level) } else { self.prod.add(level) }
        }
        if let Some(group) = package.group() {
            self.groups.entry(group.to_owned()).or_default().add(level);
        }
    }
}
