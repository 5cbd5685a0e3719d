//! `trusted_root.json`: members to change, drop or repeat before it is written.

use serde_json::{Map, Value, json};

use super::certificate::Authority;
use super::ct_log::CtLog;
use super::keys::b64;
use super::rekor::Rekor;

#[derive(Clone)]
pub struct TrustedRoot {
    pub media_type: String,
    pub tlogs: Vec<LogMember>,
    pub authorities: Vec<AuthorityMember>,
    pub ctlogs: Vec<LogMember>,
    pub tsas: Vec<AuthorityMember>,
    /// Members that are not written at all, as GitHub's root has no `tlogs`.
    pub left_out: Vec<&'static str>,
}

#[derive(Clone)]
pub struct LogMember {
    pub base_url: String,
    pub hash_algorithm: String,
    pub spki: Vec<u8>,
    pub key_details: String,
    pub start: Option<String>,
    pub end: Option<String>,
    pub log_id: Vec<u8>,
    /// The id of the key that signs checkpoints, where it is not the log's.
    pub checkpoint_key_id: Option<Vec<u8>>,
}

#[derive(Clone)]
pub struct AuthorityMember {
    pub organization: String,
    pub common_name: String,
    pub uri: String,
    /// Issuing authority first, root last.
    pub chain: Vec<Vec<u8>>,
    pub start: Option<String>,
    pub end: Option<String>,
}

impl TrustedRoot {
    pub fn json(&self) -> Value {
        let logs = |members: &[LogMember]| members.iter().map(LogMember::json).collect::<Value>();
        let authorities = |members: &[AuthorityMember]| members.iter().map(AuthorityMember::json).collect();
        let (fulcio, tsas): (Value, Value) = (authorities(&self.authorities), authorities(&self.tsas));
        let mut root = json!({
            "mediaType": self.media_type,
            "tlogs": logs(&self.tlogs),
            "certificateAuthorities": fulcio,
            "ctlogs": logs(&self.ctlogs),
            "timestampAuthorities": tsas,
        });
        if let Value::Object(members) = &mut root {
            members.retain(|name, _| !self.left_out.contains(&name.as_str()));
        }
        root
    }

    pub fn text(&self) -> String {
        self.json().to_string()
    }

    /// Changes members in passing: `root.with(|r| r.tlogs[0].end = …).text()`.
    pub fn with(mut self, change: impl FnOnce(&mut TrustedRoot)) -> TrustedRoot {
        change(&mut self);
        self
    }
}

impl LogMember {
    pub fn rekor(log: &Rekor, start: &str) -> LogMember {
        LogMember { log_id: log.log_id(), ..LogMember::ct(&CtLog::with_key(log.key.clone(), &log.base_url()), start) }
    }

    pub fn ct(log: &CtLog, start: &str) -> LogMember {
        LogMember {
            base_url: log.base_url.clone(),
            hash_algorithm: "SHA2_256".into(),
            spki: log.key.spki(),
            key_details: log.key.key_details().into(),
            start: Some(start.into()),
            end: None,
            log_id: log.key.log_id(),
            checkpoint_key_id: None,
        }
    }

    /// Names an RSA key as staging's root does: by the RSAPublicKey alone, under the old key details.
    pub fn as_pkcs1(&mut self, log: &CtLog) {
        self.spki = log.key.public();
        self.key_details = "PKCS1_RSA_PKCS1V5".into();
    }

    fn json(&self) -> Value {
        let mut log = json!({
            "baseUrl": self.base_url,
            "hashAlgorithm": self.hash_algorithm,
            "publicKey": {
                "rawBytes": b64(&self.spki),
                "keyDetails": self.key_details,
                "validFor": window(&self.start, &self.end),
            },
            "logId": {"keyId": b64(&self.log_id)},
        });
        if let Some(id) = &self.checkpoint_key_id {
            log["checkpointKeyId"] = json!({"keyId": b64(id)});
        }
        log
    }
}

impl AuthorityMember {
    pub fn new(named: &Authority, uri: &str, chain: Vec<Vec<u8>>, start: &str) -> AuthorityMember {
        AuthorityMember {
            organization: named.organization.clone(),
            common_name: named.common_name.clone(),
            uri: uri.into(),
            chain,
            start: Some(start.into()),
            end: None,
        }
    }

    fn json(&self) -> Value {
        let certificates: Vec<Value> = self.chain.iter().map(|der| json!({"rawBytes": b64(der)})).collect();
        json!({
            "subject": {"organization": self.organization, "commonName": self.common_name},
            "uri": self.uri,
            "certChain": {"certificates": certificates},
            "validFor": window(&self.start, &self.end),
        })
    }
}

/// A `validFor` object in which an absent bound is left out.
pub fn window(start: &Option<String>, end: &Option<String>) -> Value {
    let mut members = Map::new();
    if let Some(start) = start {
        members.insert("start".into(), json!(start));
    }
    if let Some(end) = end {
        members.insert("end".into(), json!(end));
    }
    Value::Object(members)
}
