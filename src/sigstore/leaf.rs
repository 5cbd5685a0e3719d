//! What a signing certificate says about its key, its purpose and its holder (fulcio certificate
//! specification; client-spec §4.3).

use der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::name::{GeneralName, GeneralNames};
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName as AltName};

use super::authority::{BASIC_CONSTRAINTS, CODE_SIGNING, EXTENDED_KEY_USAGE, KEY_USAGE};
use super::x509::Certificate;
use crate::crypto::{KeyError, PublicKey};
use crate::error::{ParseError, VerifyError};

/// 1.3.6.1.4.1.57264.1, under which Fulcio writes what the identity token said.
const FULCIO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
/// An empty `Name`.
const NO_SUBJECT: [u8; 2] = [0x30, 0x00];

/// The one name of a signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SubjectAltName {
    /// A URI, as workflows have.
    Uri(String),
    /// An e-mail address, as persons and service accounts have.
    Email(String),
    /// A name of another kind, which names nobody that is known here.
    Other,
}

/// A signing certificate, read; its path is another matter.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    key: PublicKey,
    subject_alt_name: SubjectAltName,
    fulcio: Vec<(u32, Vec<u8>)>,
}

impl Leaf {
    /// Reads what must be readable before a path is looked for.
    pub(super) fn read(certificate: &Certificate) -> Result<Self, VerifyError> {
        let understood = [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, SUBJECT_ALT_NAME];
        if let Some(oid) = certificate.unknown_critical(&understood) {
            return Err(VerifyError::CriticalExtension { oid: oid.to_string().into() });
        }
        match certificate.extension::<BasicConstraints>().map_err(malformed)? {
            // An authority's key signs certificates; one that signs packages is misused or stolen.
            Some((_, BasicConstraints { ca: true, .. })) => return Err(VerifyError::CaAsLeaf),
            // RFC 5280 §4.2.1.9: only an authority has a path length.
            Some((_, BasicConstraints { path_len_constraint: Some(_), .. })) => {
                return Err(unreadable("it has a path length and is no authority's"));
            }
            _ => {}
        }
        let key = PublicKey::from_spki(certificate.spki()).map_err(|error| match error {
            KeyError::Malformed(reason) => unreadable(reason),
            KeyError::Unsupported(algorithm) => VerifyError::UnsupportedSigningKey { algorithm: algorithm.into() },
        })?;
        Ok(Self { key, subject_alt_name: subject_alt_name(certificate)?, fulcio: fulcio(certificate) })
    }

    /// The usages that path validation does not look at, or not strictly enough.
    pub(super) fn check_profile(&self, certificate: &Certificate) -> Result<(), VerifyError> {
        // Exactly what Fulcio writes. A certificate issued for anything else was not issued for this.
        let digital_signature = KeyUsage(KeyUsages::DigitalSignature.into());
        match certificate.extension::<KeyUsage>().map_err(malformed)? {
            None => return Err(VerifyError::KeyUsage { reason: "there is none" }),
            Some((false, _)) => return Err(VerifyError::KeyUsage { reason: "it is not critical" }),
            Some((true, usage)) if usage != digital_signature => {
                return Err(VerifyError::KeyUsage { reason: "it is not for digital signatures alone" });
            }
            Some((true, _)) => {}
        }
        // Required, while path validation accepts its absence; and the only one, since "any purpose"
        // or a server's certificate with one purpose more would do otherwise.
        let purposes = certificate.extension::<ExtendedKeyUsage>().map_err(malformed)?;
        if purposes.is_none_or(|(_, purposes)| purposes.0 != [CODE_SIGNING]) {
            return Err(VerifyError::ExtendedKeyUsage);
        }
        // RFC 5280 §4.1.2.6: the alternative name stands for the empty subject and must be critical.
        // A subject beside it would be a second name, by which some other reader knows the signer.
        if certificate.subject() != NO_SUBJECT {
            return Err(VerifyError::SubjectAltName { reason: "there is a subject beside it" });
        }
        if certificate.extensions().iter().any(|e| e.extn_id == SUBJECT_ALT_NAME && !e.critical) {
            return Err(VerifyError::SubjectAltName { reason: "it is not critical" });
        }
        Ok(())
    }

    pub(super) fn key(&self) -> &PublicKey {
        &self.key
    }

    pub(super) fn subject_alt_name(&self) -> &SubjectAltName {
        &self.subject_alt_name
    }

    pub(super) fn fulcio_extensions(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.fulcio.iter().map(|(number, value)| (*number, value.as_slice()))
    }
}

/// Exactly one name: with two, a policy would be met by whichever it looks at.
fn subject_alt_name(certificate: &Certificate) -> Result<SubjectAltName, VerifyError> {
    let wrong = |reason| VerifyError::SubjectAltName { reason };
    let extension = certificate.extension::<AltName>().map_err(|_| wrong("it cannot be read"))?;
    let Some((_, AltName(names))) = extension else { return Err(wrong("there is none")) };
    let [name] =
        <[GeneralName; 1]>::try_from(GeneralNames::from(names)).map_err(|_| wrong("it has not exactly one name"))?;
    Ok(match name {
        GeneralName::UniformResourceIdentifier(uri) => SubjectAltName::Uri(uri.as_str().to_owned()),
        GeneralName::Rfc822Name(email) => SubjectAltName::Email(email.as_str().to_owned()),
        _ => SubjectAltName::Other,
    })
}

/// Exactly one arc under Fulcio's: `.1.12.1` is not `.1.12`. Proof 10 reads the values, and bounds them.
fn fulcio(certificate: &Certificate) -> Vec<(u32, Vec<u8>)> {
    let mut found = Vec::new();
    for extension in certificate.extensions() {
        let Some(number) = extension.extn_id.arcs().last() else { continue };
        if FULCIO.push_arc(number) != Ok(extension.extn_id) {
            continue;
        }
        found.push((number, extension.extn_value.as_bytes().to_vec()));
    }
    found
}

fn malformed(error: ParseError) -> VerifyError {
    match error {
        ParseError::Malformed { reason, .. } => VerifyError::CertificateMalformed { reason },
        other => other.into(),
    }
}

fn unreadable(reason: &str) -> VerifyError {
    VerifyError::CertificateMalformed { reason: reason.into() }
}
