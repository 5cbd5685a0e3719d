//! One rule as it is written, and what it requires.

use std::collections::BTreeSet;

use serde::de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::pattern::Pattern;
use super::{Configured, DowngradeRule, EndedKeys, MinAge, PublisherSource, RequiredSigner, Requirement, Since};
use crate::error::ParseError;
use crate::json;
use crate::limits;
use crate::publisher::{Field, TrustedPublisher};

/// What a rule can require.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Level {
    /// The registry signed it.
    RegistrySignature,
    /// There is provenance by a named issuer and owner or repository.
    Provenance,
    /// The workflow of a trusted publisher signed the provenance.
    TrustedPublisher,
}

/// `require`: a list of levels, or the word `observe`, which says in so many letters that nothing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Require {
    Observe,
    Levels(BTreeSet<Level>),
}

/// A rule as it stands in a policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Written {
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    packages: Option<Vec<Pattern>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    require: Require,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    provenance: Option<RequiredSigner>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    publishers: Option<Vec<TrustedPublisher>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    publishers_from: Option<Vec<PublisherSource>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    waive: Option<Vec<Field>>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    since: Option<Since>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    ended_keys: Option<EndedKeys>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    min_age: Option<MinAge>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    downgrade: Option<DowngradeRule>,
}

/// A rule that can be meant: whatever it says has an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// None for the default.
    pub(super) packages: Vec<Pattern>,
    pub(super) group: Option<String>,
    /// `None` observes.
    pub(super) requirement: Option<Requirement>,
    /// Further sources of publishers.
    pub(super) from: BTreeSet<PublisherSource>,
}

impl Rule {
    pub(super) fn observe() -> Self {
        Self { packages: Vec::new(), group: None, requirement: None, from: BTreeSet::new() }
    }

    /// The default: no names, no group.
    pub(super) fn default_of(written: Written) -> Result<Self, ParseError> {
        if written.packages.is_some() || written.group.is_some() {
            return Err(invalid("`default` is for every package: it has neither `packages` nor `group`"));
        }
        Self::of(written)
    }

    pub(super) fn named(written: Written) -> Result<Self, ParseError> {
        let packages = written.packages.as_deref().unwrap_or_default();
        if packages.is_empty() {
            return Err(invalid("a rule is for nobody: `packages` is missing or empty"));
        }
        if packages.len() > limits::POLICY_RULES {
            return Err(ParseError::LimitExceeded { what: "packages of a rule", limit: 10_000 });
        }
        let group = written.group.as_deref().unwrap_or("x");
        if group.is_empty() || group.trim() != group || group.chars().any(char::is_control) || group.len() > 100 {
            return Err(invalid("`group` is a name of up to 100 characters, without space around it"));
        }
        Self::of(written)
    }

    fn of(written: Written) -> Result<Self, ParseError> {
        let (packages, group) = (written.packages.clone().unwrap_or_default(), written.group.clone());
        let levels = match &written.require {
            Require::Observe => {
                written.must_require_nothing()?;
                return Ok(Self { packages, group, ..Self::observe() });
            }
            Require::Levels(levels) => levels.clone(),
        };
        let from = written.check(&levels)?;
        let has = |level| levels.contains(&level);
        let source = PublisherSource::Policy;
        let publishers = written.publishers.unwrap_or_default().into_iter();
        let publishers = publishers.map(|publisher| Configured { publisher, source }).collect();
        let requirement = Requirement {
            registry_signature: has(Level::RegistrySignature).then(|| written.ended_keys.unwrap_or(EndedKeys::Deny)),
            signer: written.provenance,
            publishers: has(Level::TrustedPublisher).then_some(publishers),
            waived: written.waive.unwrap_or_default().into_iter().collect(),
            since: written.since,
            min_age: written.min_age,
            downgrade: written.downgrade,
            ..Requirement::nothing()
        };
        Ok(Self { packages, group, requirement: Some(requirement), from })
    }
}

impl Written {
    fn must_require_nothing(&self) -> Result<(), ParseError> {
        let says = [
            ("provenance", self.provenance.is_some()),
            ("publishers", self.publishers.is_some()),
            ("publishers-from", self.publishers_from.is_some()),
            ("waive", self.waive.is_some()),
            ("since", self.since.is_some()),
            ("ended-keys", self.ended_keys.is_some()),
            ("min-age", self.min_age.is_some()),
            ("downgrade", self.downgrade.is_some()),
        ];
        match says.iter().find(|(_, said)| *said) {
            Some((what, _)) => Err(invalid(&format!("it only observes, so that `{what}` would have no effect"))),
            None => Ok(()),
        }
    }

    /// Nothing that is written may be without effect: a rule that is read otherwise than it was meant is
    /// one that is not kept.
    fn check(&self, levels: &BTreeSet<Level>) -> Result<BTreeSet<PublisherSource>, ParseError> {
        let has = |level| levels.contains(&level);
        let published = has(Level::TrustedPublisher);
        match (has(Level::Provenance), &self.provenance) {
            (true, None) if !published => {
                return Err(invalid("provenance by anybody proves nothing: name `provenance = { issuer, owner }`"));
            }
            (false, Some(_)) => return Err(invalid("`provenance` names somebody, and is not in `require`")),
            _ => {}
        }
        let listed = self.publishers.as_deref().unwrap_or_default();
        if listed.len() > limits::PUBLISHER_ALTERNATIVES {
            return Err(ParseError::LimitExceeded { what: "publishers of a rule", limit: 64 });
        }
        let written = self.publishers_from.as_deref().unwrap_or_default();
        let from: BTreeSet<PublisherSource> = written.iter().copied().collect();
        let legal = |source: &PublisherSource| matches!(source, PublisherSource::NpmTrust | PublisherSource::TrustLock);
        if from.len() != written.len() || !from.iter().all(legal) || self.publishers_from.is_some() && from.is_empty() {
            return Err(invalid("`publishers-from` lists \"npm-trust\", \"trust-lock\" or both"));
        }
        if published && listed.is_empty() && from.is_empty() {
            return Err(invalid("a trusted publisher is required and none named: `publishers`, or `publishers-from`"));
        }
        let unique: BTreeSet<&TrustedPublisher> = listed.iter().collect();
        if unique.len() != listed.len() || self.publishers.is_some() && listed.is_empty() {
            return Err(invalid("`publishers` is empty, or lists one twice"));
        }
        let waived = self.waive.as_deref().unwrap_or_default();
        let fields: BTreeSet<&Field> = waived.iter().collect();
        if fields.len() != waived.len() || self.waive.is_some() && waived.is_empty() {
            return Err(invalid("`waive` is empty, or lists a field twice"));
        }
        if let Some(field) = waived.iter().find(|field| !field.may_be_waived()) {
            return Err(invalid(&format!("`waive` has no effect on {field}: nothing excuses that it is wanting")));
        }
        let without_publisher = !listed.is_empty() || !from.is_empty() || !waived.is_empty();
        if !published && without_publisher {
            return Err(invalid("`publishers` and `waive` have no effect: `require` has no trusted-publisher"));
        }
        if self.since.is_some() && !published && !has(Level::Provenance) {
            return Err(invalid("`since` has no effect: `require` has neither provenance nor trusted-publisher"));
        }
        if self.ended_keys.is_some() && !has(Level::RegistrySignature) {
            return Err(invalid("`ended-keys` has no effect: `require` has no registry-signature"));
        }
        Ok(from)
    }
}

pub(super) fn invalid(reason: &str) -> ParseError {
    ParseError::PolicyInvalid { reason: reason.into() }
}

const OBSERVE: &str = "observe";

impl Serialize for Require {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Observe => serializer.serialize_str(OBSERVE),
            Self::Levels(levels) => serializer.collect_seq(levels),
        }
    }
}

impl<'de> Deserialize<'de> for Require {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Require;
            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("\"observe\", or a list of registry-signature, provenance, trusted-publisher")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Require, E> {
                if text == OBSERVE {
                    Ok(Require::Observe)
                } else {
                    Err(E::invalid_value(de::Unexpected::Str(text), &self))
                }
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Require, A::Error> {
                let mut levels = BTreeSet::new();
                while let Some(level) = seq.next_element()? {
                    if !levels.insert(level) {
                        return Err(de::Error::custom("`require` lists one level twice"));
                    }
                }
                if levels.is_empty() {
                    return Err(de::Error::custom("`require` is empty: write \"observe\" if nothing is required"));
                }
                Ok(Require::Levels(levels))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// `default`: the word `observe`, or a rule.
pub(super) struct DefaultRule(pub(super) Rule);

impl<'de> Deserialize<'de> for DefaultRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = DefaultRule;
            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("\"observe\", or a rule with `require`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<DefaultRule, E> {
                if text == OBSERVE {
                    return Ok(DefaultRule(Rule::observe()));
                }
                Err(E::invalid_value(de::Unexpected::Str(text), &self))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DefaultRule, A::Error> {
                let written = Written::deserialize(MapAccessDeserializer::new(map))?;
                Rule::default_of(written).map(DefaultRule).map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl From<&Rule> for Written {
    fn from(rule: &Rule) -> Self {
        let requirement = rule.requirement.clone();
        let levels = requirement.as_ref().map(|required| {
            let levels = [
                (Level::RegistrySignature, required.registry_signature.is_some()),
                (Level::Provenance, required.signer.is_some()),
                (Level::TrustedPublisher, required.publishers.is_some()),
            ];
            levels.into_iter().filter(|(_, there)| *there).map(|(level, _)| level).collect()
        });
        let some = |list: Vec<_>| (!list.is_empty()).then_some(list);
        let required = requirement.unwrap_or_else(Requirement::nothing);
        let publishers = required.publishers.unwrap_or_default().into_iter().map(|c| c.publisher).collect();
        let (waive, from) =
            (required.waived.into_iter().collect::<Vec<_>>(), rule.from.iter().copied().collect::<Vec<_>>());
        Self {
            packages: (!rule.packages.is_empty()).then(|| rule.packages.clone()),
            group: rule.group.clone(),
            require: levels.map_or(Require::Observe, Require::Levels),
            provenance: required.signer,
            publishers: some(publishers),
            publishers_from: (!from.is_empty()).then_some(from),
            waive: (!waive.is_empty()).then_some(waive),
            since: required.since,
            ended_keys: required.registry_signature.filter(|ended| *ended != EndedKeys::Deny),
            min_age: required.min_age,
            downgrade: required.downgrade,
        }
    }
}
