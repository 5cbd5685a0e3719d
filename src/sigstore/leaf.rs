//! What a signing certificate says about its key, its purpose and its holder (fulcio certificate
//! specification; client-spec §4.3).

use der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::name::{GeneralName, GeneralNames};
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName as AltName};

use super::end_entity::malformed;
use super::path::CODE_SIGNING;
use super::x509::{Certificate, NO_NAME};
use crate::error::VerifyError;

/// 1.3.6.1.4.1.57264.1, under which Fulcio writes what the identity token said.
const FULCIO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1");

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
    subject_alt_name: SubjectAltName,
    fulcio: Vec<(u32, Vec<u8>)>,
}

impl Leaf {
    /// Reads what must be readable before a path is looked for.
    pub(super) fn read(certificate: &Certificate) -> Result<Self, VerifyError> {
        Ok(Self { subject_alt_name: subject_alt_name(certificate)?, fulcio: fulcio(certificate) })
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
        // A subject beside the alternative name would be a second one, by which some other reader knows
        // the signer.
        if certificate.subject() != NO_NAME {
            return Err(VerifyError::SubjectAltName { reason: "there is a subject beside it" });
        }
        Ok(())
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
    // It names nobody, and would be whom somebody expects who was configured with nothing.
    if let GeneralName::UniformResourceIdentifier(text) | GeneralName::Rfc822Name(text) = &name
        && text.as_str().is_empty()
    {
        return Err(wrong("its name is empty"));
    }
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
