//! Single steps of the proofs, for the targets in `fuzz/` alone.

use der::Decode as _;

use super::bundle::Version;
use super::end_entity::EndEntity;
use super::leaf::{Leaf, SubjectAltName};
use super::log_entry::{self, EntryJson, LogEntry, LoggedEntry};
use super::timestamp_der::TstInfo;
use super::trusted_root::TrustedRoot;
use super::x509::Certificate;
use super::{checkpoint as note, merkle, precertificate, sct, timestamp as token};
use crate::error::VerifyError;
use crate::identity::{SanInput, SignerIdentity};
use crate::json;
use crate::limits;
use crate::time::Timestamp;

/// The time of an RFC 3161 response that must be over `message`.
///
/// # Errors
/// Those of proof 3.
pub fn timestamp(der: &[u8], message: &[u8], root: &TrustedRoot) -> Result<Timestamp, VerifyError> {
    let verified = token::verify(&[der.to_vec()], message, root)?;
    verified.first().map(token::VerifiedTimestamp::time).ok_or(VerifyError::UnknownTimestampAuthority)
}

/// The time of a `TSTInfo`, which a response signs by its digest; `None` if it is none.
pub fn tst_info(der: &[u8]) -> Option<Timestamp> {
    TstInfo::from_der(der).ok().map(|info| info.time.0)
}

/// What is read of a certificate before anybody is asked whether it is genuine.
#[derive(Debug, PartialEq, Eq)]
pub struct CertificateParts {
    /// The bytes that its issuer signed.
    pub tbs: Vec<u8>,
    /// Its public key.
    pub spki: Vec<u8>,
    /// What a certificate log signed, if that can be made of it.
    pub precertificate: Option<Vec<u8>>,
    /// The timestamps in it.
    pub scts: Option<Vec<SctParts>>,
    /// Whether it is an end entity's, and for signing code.
    pub is_signers: bool,
    /// Whom it names.
    pub identity: Option<SignerIdentity>,
}

/// One signed certificate timestamp.
#[derive(Debug, PartialEq, Eq)]
pub struct SctParts {
    /// By which log.
    pub log_id: Vec<u8>,
    /// When.
    pub milliseconds: u64,
    /// Opaque.
    pub extensions: Vec<u8>,
    /// Hash and signature, by their numbers in TLS.
    pub algorithms: [u8; 2],
    /// Over the precertificate.
    pub signature: Vec<u8>,
}

/// Reads a certificate as proofs 5, 6 and 10 do; `None` if it is no certificate.
pub fn certificate(der: &[u8]) -> Option<CertificateParts> {
    let certificate = Certificate::from_der(der.to_vec()).ok()?;
    let leaf = Leaf::read(&certificate);
    let profile = leaf.as_ref().is_ok_and(|leaf| leaf.check_profile(&certificate).is_ok());
    Some(CertificateParts {
        tbs: certificate.tbs().to_vec(),
        spki: certificate.spki().to_vec(),
        precertificate: precertificate::without_extension(certificate.tbs(), sct::SCT_LIST).ok(),
        scts: sct::embedded(&certificate).ok().and_then(|list| sct_list(list)),
        identity: leaf.ok().and_then(|leaf| identity(&leaf, &certificate).ok()),
        is_signers: EndEntity::read(certificate).is_ok() && profile,
    })
}

fn identity(leaf: &Leaf, certificate: &Certificate) -> Result<SignerIdentity, VerifyError> {
    let subject = match leaf.subject_alt_name() {
        SubjectAltName::Uri(uri) => SanInput::Uri(uri),
        SubjectAltName::Email(email) => SanInput::Email(email),
        SubjectAltName::Other => SanInput::Other,
    };
    SignerIdentity::from_parts(subject, leaf.fulcio_extensions(), certificate.validity().start)
}

/// Reads a TLS list of signed certificate timestamps; `None` if it is none.
pub fn sct_list(bytes: &[u8]) -> Option<Vec<SctParts>> {
    let scts = sct::read_list(bytes).ok()?;
    Some(
        scts.iter()
            .map(|sct| SctParts {
                log_id: sct.log_id.to_vec(),
                milliseconds: sct.milliseconds,
                extensions: sct.extensions.to_vec(),
                algorithms: sct.algorithms,
                signature: sct.signature.to_vec(),
            })
            .collect(),
    )
}

/// Reads and proves one log entry of a bundle of version 0.3 (or 0.1, which needs no inclusion proof).
///
/// # Errors
/// Those of proofs 1 and 2.
pub fn log_entry(json: &[u8], is_early: bool, root: &TrustedRoot) -> Result<LoggedEntry, VerifyError> {
    let read: EntryJson = json::read("log entry", json, limits::ATTESTATIONS_BYTES)?;
    let entries = [LogEntry::read(read)?];
    let version = if is_early { Version::V0_1 } else { Version::V0_3 };
    log_entry::verify(&entries, version, root)?.pop().ok_or(VerifyError::MissingLogEntry)
}

/// Size and root of a checkpoint of any log of the root.
///
/// # Errors
/// Those of a checkpoint.
pub fn checkpoint(text: &str, root: &TrustedRoot) -> Result<(u64, [u8; 32]), VerifyError> {
    let mut result = Err(VerifyError::MissingInclusionProof);
    for log in root.transparency_logs() {
        result = note::verify(text, log).map(|checkpoint| (checkpoint.size(), *checkpoint.root()));
        if result.is_ok() {
            break;
        }
    }
    result
}

/// Whether the entry is leaf `index` of the tree of `size` leaves with that root.
#[must_use]
pub fn includes(entry: &[u8], index: u64, size: u64, path: &[[u8; 32]], root: &[u8; 32]) -> bool {
    merkle::verify_inclusion(entry, index, size, path, root).is_ok()
}
