//! One request: a package, the digest that is wanted, and the registry's documents about it.
//!
//! The documents are kept as they came, so that the library reads the same bytes, as strictly as ever.

use countersign::report::Subject;
use countersign::{Attestations, Claims, DistClaims, ParseError, PublishTime, RegistryId, VerifyError};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

const WHAT: &str = "request";

/// An id is repeated in the answer, and answers wait for those before them.
const LONGEST_ID: usize = 1024;

/// A request that is one. Its documents may still be broken: that is the package's verdict.
#[derive(Debug)]
pub struct Request<'a> {
    pub id: Option<&'a RawValue>,
    pub name: String,
    pub version: String,
    pub integrity: String,
    pub registry: Option<RegistryId>,
    manifest: &'a RawValue,
    attestations: Asked<'a>,
    published: PublishTime,
}

/// What the request says about the attestations. Three ways not to have them, of which one is absence.
#[derive(Debug)]
enum Asked<'a> {
    /// No member: nobody asked.
    No,
    /// `null`: the registry answered that there are none.
    NotFound,
    /// `attestationsUnavailable`: there was no answer.
    Unavailable(String),
    Body(&'a RawValue),
}

/// A line that is no request. What its id is, is known of some.
#[derive(Debug)]
pub struct Refused<'a> {
    pub id: Option<&'a RawValue>,
    pub error: ParseError,
}

/// A member that occurs twice is refused, and so is one that nobody reads: a slip of the pen in
/// `attestations` would be a package that nobody asked about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Members<'a> {
    #[serde(borrow, default, deserialize_with = "as_it_is")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "as_it_is")]
    package: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "as_it_is")]
    version: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "as_it_is")]
    integrity: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "as_it_is")]
    manifest: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "as_it_is")]
    attestations: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "as_it_is")]
    attestations_unavailable: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "as_it_is")]
    publish_time: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "as_it_is")]
    registry_identity: Option<&'a RawValue>,
}

/// serde alone would take `null` for a member that is not there.
fn as_it_is<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl<'a> Request<'a> {
    pub fn read(line: &'a [u8]) -> Result<Self, Refused<'a>> {
        let members = Members::read(line).map_err(|error| Refused { id: None, error })?;
        let id = members.id.map(scalar).transpose().map_err(|error| Refused { id: None, error })?;
        members.request(id).map_err(|error| Refused { id, error })
    }

    /// What is claimed about the package.
    pub fn claims(&self) -> Result<Claims, VerifyError> {
        let dist = DistClaims::from_json(self.manifest.get().as_bytes())?;
        let attestations = match &self.attestations {
            Asked::Body(body) => Attestations::Body(body.get().as_bytes().to_vec()),
            Asked::NotFound => Attestations::NotFound,
            Asked::Unavailable(reason) => Attestations::Unavailable(reason.clone()),
            Asked::No if dist.advertises_attestations() => Attestations::NotAsked,
            Asked::No => Attestations::NotAdvertised,
        };
        Ok(Claims::new(dist, attestations).with_publish_time(self.published))
    }

    pub fn subject(&self) -> Subject {
        let Self { name, version, integrity, .. } = self;
        let (name, version, integrity) = (name.clone(), version.clone(), Some(integrity.clone()));
        Subject { name, version, integrity, locations: Vec::new() }
    }
}

impl<'a> Members<'a> {
    fn read(line: &'a [u8]) -> Result<Self, ParseError> {
        let text = std::str::from_utf8(line).map_err(|e| {
            malformed(format!("it is not UTF-8 from byte {} on; write it as UTF-8", e.valid_up_to().saturating_add(1)))
        })?;
        // serde would read an array as an object, member by member.
        if !text.trim_start().starts_with('{') {
            return Err(malformed("it is no JSON object; write one request a line".into()));
        }
        serde_json::from_str(text).map_err(|e| malformed(e.to_string()))
    }

    fn request(self, id: Option<&'a RawValue>) -> Result<Request<'a>, ParseError> {
        let attestations = match (self.attestations, self.attestations_unavailable) {
            (Some(_), Some(_)) => {
                let reason = "it has attestations and attestationsUnavailable; give the one that is true";
                return Err(malformed(reason.into()));
            }
            (None, None) => Asked::No,
            (None, Some(reason)) => Asked::Unavailable(text("attestationsUnavailable", reason)?),
            (Some(answer), None) if answer.get() == "null" => Asked::NotFound,
            (Some(answer), None) => Asked::Body(answer),
        };
        let published = match self.publish_time {
            None => PublishTime::NotAsked,
            Some(time) if time.get() == "null" => PublishTime::Missing,
            Some(time) => PublishTime::from_rfc3339(&text("publishTime", time)?)?,
        };
        let registry = match self.registry_identity {
            None => None,
            Some(identity) => Some(registry_identity(&text("registryIdentity", identity)?)?),
        };
        Ok(Request {
            id,
            name: text("package", needed("package", self.package)?)?,
            version: text("version", needed("version", self.version)?)?,
            integrity: text("integrity", needed("integrity", self.integrity)?)?,
            registry,
            manifest: needed("manifest", self.manifest)?,
            attestations,
            published,
        })
    }
}

fn registry_identity(text: &str) -> Result<RegistryId, ParseError> {
    if text == "npm" { Ok(RegistryId::npm()) } else { RegistryId::new(text) }
}

/// Repeated as it was written, so it has to be something that every reader of JSON reads.
fn scalar(id: &RawValue) -> Result<&RawValue, ParseError> {
    if id.get().starts_with(['{', '[']) {
        return Err(malformed("id: give a string, a number, true, false or null".into()));
    }
    if id.get().len() > LONGEST_ID {
        return Err(ParseError::LimitExceeded { what: "the bytes of a request's id", limit: LONGEST_ID as u64 });
    }
    if id.get().starts_with('"') {
        text("id", id)?;
    }
    Ok(id)
}

fn needed<'a>(member: &str, value: Option<&'a RawValue>) -> Result<&'a RawValue, ParseError> {
    value
        .ok_or_else(|| malformed(format!("it has no member {member}; `audit-signatures verify --help` shows them all")))
}

fn text(member: &str, value: &RawValue) -> Result<String, ParseError> {
    serde_json::from_str(value.get()).map_err(|e| malformed(format!("{member}: {e}; give a string")))
}

fn malformed(reason: String) -> ParseError {
    ParseError::Malformed { what: WHAT, reason: reason.into() }
}
