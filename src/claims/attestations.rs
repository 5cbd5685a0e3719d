//! What is known of a version's attestations, and the answer that lists them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

use crate::encoding;
use crate::error::ParseError;
use crate::json::{self, Bounded};
use crate::limits;

/// What asking for the attestations gave. Only two of these may be judged absence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attestations {
    /// The body of `GET /-/npm/v1/attestations/<name>@<version>`.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    Body(Vec<u8>),
    /// The registry answered 404.
    NotFound,
    /// The manifest advertises none, so nobody asked. Counts as not asked if the manifest does.
    NotAdvertised,
    /// Nobody asked.
    NotAsked,
    /// Asked, and no answer: never taken for absence.
    Unavailable(String),
}

fn to_base64<S: Serializer>(body: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&encoding::to_base64(body))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    encoding::base64(&text).ok_or_else(|| de::Error::custom("not canonical base64"))
}

/// One attestation of the answer: an unsigned label and a bundle that is not read yet.
#[derive(Deserialize)]
pub(crate) struct AttestationClaim<'a> {
    #[serde(rename = "predicateType")]
    pub(crate) predicate_type: String,
    #[serde(borrow)]
    pub(crate) bundle: &'a RawValue,
}

/// The answer of the attestations endpoint.
#[derive(Deserialize)]
pub(crate) struct Response<'a> {
    #[serde(borrow)]
    attestations: Bounded<AttestationClaim<'a>, { limits::ATTESTATIONS }>,
}

impl<'a> Response<'a> {
    /// Errors, in order: `LimitExceeded` (2 MiB, depth 64, 32 attestations), `NotJson`, `Malformed`.
    pub(crate) fn from_json(body: &'a [u8]) -> Result<Vec<AttestationClaim<'a>>, ParseError> {
        let response: Self = json::read("attestations response", body, limits::ATTESTATIONS_BYTES)?;
        Ok(response.attestations.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Response;

    fn code(json: &str) -> &'static str {
        Response::from_json(json.as_bytes()).err().unwrap().code()
    }

    #[test]
    fn as_17_other_shapes_are_malformed() {
        for json in [
            "{}",
            r#"{"attestations":null}"#,
            r#"{"attestations":{}}"#,
            r#"{"attestations":"x"}"#,
            "[]",
            r#"{"attestations":[null]}"#,
            r#"{"attestations":[{"predicateType":"x"}]}"#,
            r#"{"attestations":[],"attestations":[]}"#,
        ] {
            assert_eq!(code(json), "ERR_COUNTERSIGN_MALFORMED", "{json}");
        }
    }

    #[test]
    fn as_19_a_thirty_third_attestation_is_not_read() {
        let one = r#"{"predicateType":"x","bundle":{}}"#;
        let list = format!("{}7", format!("{one},").repeat(32));
        assert_eq!(code(&format!(r#"{{"attestations":[{list}]}}"#)), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
    }
}
