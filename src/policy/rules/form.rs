//! A policy as it is written, in any format that serde knows.

use core::fmt;
use std::collections::BTreeMap;

use serde::de::{self, DeserializeSeed, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Policy;
use crate::json;
use crate::limits;
use crate::package::PackageId;
use crate::policy::Exemption;
use crate::policy::pattern::Pattern;
use crate::policy::rule::{self, DefaultRule, Rule, invalid};

/// The schema that this version reads and writes.
const SCHEMA: u32 = 1;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    #[serde(rename = "schema")]
    _schema: Schema,
    default: DefaultRule,
    #[serde(default)]
    rules: NamedRules,
    #[serde(default)]
    exemptions: Exemptions,
}

/// Checked when it is read, so that the error stands where the number does.
struct Schema;

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            SCHEMA => Ok(Self),
            other => Err(de::Error::custom(format_args!("schema {other} is not known, this version reads {SCHEMA}"))),
        }
    }
}

#[derive(Default)]
struct NamedRules {
    rules: Vec<Rule>,
    index: BTreeMap<Pattern, usize>,
}

/// Reads one rule after those before it, so that a tie is an error at the second one.
impl<'de> DeserializeSeed<'de> for &mut NamedRules {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let rule = Rule::named(rule::Written::deserialize(deserializer)?).map_err(de::Error::custom)?;
        if self.rules.len() >= limits::POLICY_RULES {
            return Err(de::Error::custom("there are more than 10000 rules"));
        }
        for pattern in &rule.packages {
            if self.index.insert(pattern.clone(), self.rules.len()).is_some() {
                return Err(de::Error::custom(format_args!(
                    "two rules are for {pattern}, and neither is more specific: make them one"
                )));
            }
        }
        self.rules.push(rule);
        Ok(())
    }
}

impl<'de> Deserialize<'de> for NamedRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = NamedRules;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rules")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<NamedRules, A::Error> {
                let mut rules = NamedRules::default();
                while seq.next_element_seed(&mut rules)?.is_some() {}
                Ok(rules)
            }
        }
        deserializer.deserialize_seq(List)
    }
}

#[derive(Default)]
struct Exemptions(BTreeMap<PackageId, Exemption>);

impl<'de> Deserialize<'de> for Exemptions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = json::Bounded::<Exemption, { limits::EXEMPTIONS }>::deserialize(deserializer)?;
        let mut exemptions = BTreeMap::new();
        for exemption in list.0 {
            if let Some(other) = exemptions.insert(exemption.id().clone(), exemption) {
                return Err(de::Error::custom(invalid(&format!("{} is exempted twice", other.id()))));
            }
        }
        Ok(Self(exemptions))
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A list in the place of a table would be read member by member, by position.
        let written: Written = json::strictly(deserializer)?;
        Ok(Self {
            default: written.default.0,
            rules: written.rules.rules,
            index: written.rules.index,
            exemptions: written.exemptions.0,
            further: BTreeMap::new(),
            lock: None,
        })
    }
}

impl Serialize for Policy {
    /// As it is read; publishers that were added from elsewhere are not part of it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Default {
            Observe(&'static str),
            Rule(Box<rule::Written>),
        }
        #[derive(Serialize)]
        struct Out<'a> {
            schema: u32,
            default: Default,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            rules: Vec<rule::Written>,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            exemptions: Vec<&'a Exemption>,
        }
        let default = match self.default.requirement {
            None => Default::Observe("observe"),
            Some(_) => Default::Rule(Box::new((&self.default).into())),
        };
        let rules = self.rules.iter().map(rule::Written::from).collect();
        Out { schema: SCHEMA, default, rules, exemptions: self.exemptions.values().collect() }.serialize(serializer)
    }
}
