//! A certificate that may issue others (RFC 5280 §4.2.1, as for conforming authorities).
//!
//! Path validation looks at none of this for an anchor, at key usage and policies never. It is checked
//! here once, when the trusted root is loaded, for every certificate of a chain alike.

use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, NameConstraints, SubjectKeyIdentifier,
};

use super::path::Purpose;
use super::x509::{
    BASIC_CONSTRAINTS, Certificate, EXTENDED_KEY_USAGE, KEY_USAGE, NAME_CONSTRAINTS, NO_NAME, POLICY_CONSTRAINTS,
};
use crate::crypto::{KeyError, PublicKey};
use crate::error::{ParseError, Text};

/// A certificate that may issue others, for one purpose.
#[derive(Debug)]
pub(super) struct CaCertificate {
    certificate: Certificate,
    key: PublicKey,
}

impl CaCertificate {
    /// Reads the authority that has `below` others between it and an end entity. `Ok(None)` if its key
    /// is of a kind that is not verified here.
    pub(super) fn read(certificate: Certificate, below: usize, purpose: Purpose) -> Result<Option<Self>, ParseError> {
        check_extensions(&certificate)?;
        check_may_issue(&certificate, below, purpose)?;
        check_name_constraints(&certificate)?;
        check_names(&certificate)?;
        match PublicKey::from_spki(certificate.spki()) {
            Ok(key) => Ok(Some(Self { certificate, key })),
            Err(KeyError::Unsupported(_)) => Ok(None),
            Err(KeyError::Malformed(reason)) => Err(invalid(reason)),
        }
    }

    pub(super) fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    pub(super) fn key(&self) -> &PublicKey {
        &self.key
    }
}

fn check_extensions(certificate: &Certificate) -> Result<(), ParseError> {
    let known = [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, NAME_CONSTRAINTS];
    if let Some(oid) = certificate.unknown_critical(&known) {
        return Err(invalid(format!("critical extension {oid} is not understood")));
    }
    // §4.2.1.11: it may demand a policy from everything below. Policies are not processed here, and a
    // writer who forgot to make it critical demanded it nevertheless.
    if certificate.has_extension(POLICY_CONSTRAINTS) {
        return Err(invalid("a certificate of its chain restricts policies"));
    }
    Ok(())
}

/// §4.2.1.9, §4.2.1.3 and §4.2.1.12: without them, whatever an authority of the chain ever signed, for
/// whatever purpose, could issue.
fn check_may_issue(certificate: &Certificate, below: usize, purpose: Purpose) -> Result<(), ParseError> {
    let constraints = certificate.extension::<BasicConstraints>().map_err(unreadable)?;
    let Some((true, BasicConstraints { ca: true, path_len_constraint })) = constraints else {
        return Err(invalid("a certificate of its chain is no authority's"));
    };
    if path_len_constraint.is_some_and(|length| below > usize::from(length)) {
        return Err(invalid("its chain is longer than a certificate of it allows"));
    }
    let usage = certificate.extension::<KeyUsage>().map_err(unreadable)?;
    if !usage.is_some_and(|(_, usage)| usage.key_cert_sign()) {
        return Err(invalid("a certificate of its chain may not sign certificates"));
    }
    let purposes = certificate.extension::<ExtendedKeyUsage>().map_err(unreadable)?;
    if purposes.is_some_and(|(_, purposes)| !purposes.0.contains(purpose.usage())) {
        return Err(invalid("a certificate of its chain is for another purpose"));
    }
    Ok(())
}

/// §4.2.1.10: what the walk enforces, or refuses every leaf for, passes; what it would pass over does
/// not.
fn check_name_constraints(certificate: &Certificate) -> Result<(), ParseError> {
    let Some((critical, constraints)) = certificate.extension::<NameConstraints>().map_err(unreadable)? else {
        return Ok(());
    };
    if !critical {
        return Err(invalid("its name constraints are not critical"));
    }
    let lists = [constraints.permitted_subtrees, constraints.excluded_subtrees];
    // "MUST NOT … an empty sequence". The walk reads an empty list of permitted names as "any name".
    if lists.iter().flatten().any(Vec::is_empty) || lists.iter().all(Option::is_none) {
        return Err(invalid("its name constraints constrain nothing"));
    }
    // The walk takes a host with a leading period for its subdomains alone, which is a URI's form; others
    // take it for the host as well, or for an error.
    let hosts = lists.iter().flatten().flatten().filter_map(|subtree| match &subtree.base {
        GeneralName::DnsName(host) => Some(host.as_str()),
        _ => None,
    });
    if hosts.into_iter().any(|host| host.starts_with('.')) {
        return Err(invalid("its constraints on hosts are not host names"));
    }
    // They also bind the address in a subject, where the walk does not look.
    if lists.iter().flatten().flatten().any(|subtree| matches!(subtree.base, GeneralName::Rfc822Name(_))) {
        return Err(invalid("its constraints on e-mail addresses cannot be enforced"));
    }
    Ok(())
}

/// §4.1.2.6 and §4.2.1.2: what the certificates below name it by.
fn check_names(certificate: &Certificate) -> Result<(), ParseError> {
    // All who have no name have the same one.
    if certificate.subject() == NO_NAME {
        return Err(invalid("a certificate of its chain has no subject"));
    }
    if certificate.extension::<SubjectKeyIdentifier>().map_err(unreadable)?.is_none() {
        return Err(invalid("a certificate of its chain has no subject key identifier"));
    }
    Ok(())
}

/// §4.1.2.4 and §4.2.1.1: a certificate of a chain names the next one, and its key, as its issuer. Two
/// that only the signature joins are of two chains, and other readers would join them otherwise.
pub(super) fn check_issued_by(certificate: &Certificate, issuer: &Certificate) -> Result<(), ParseError> {
    if certificate.issuer() != issuer.subject() {
        return Err(invalid("its chain is not in order, from the issuer of leaves to the root"));
    }
    let key = issuer.extension::<SubjectKeyIdentifier>().map_err(unreadable)?.map(|(_, id)| id.0);
    let identified = match certificate.extension::<AuthorityKeyIdentifier>().map_err(unreadable)? {
        // A root would name itself.
        None => certificate.der() == issuer.der(),
        // Issuer and serial number name a certificate only together.
        Some((_, named)) => {
            named.key_identifier.is_some()
                && named.key_identifier == key
                && named.authority_cert_issuer.is_some() == named.authority_cert_serial_number.is_some()
        }
    };
    if identified { Ok(()) } else { Err(invalid("a certificate of its chain does not identify its issuer's key")) }
}

fn unreadable(error: ParseError) -> ParseError {
    invalid(error.to_string())
}

pub(super) fn invalid(reason: impl Into<Text>) -> ParseError {
    ParseError::TrustInvalid { what: "a certificate authority of the trusted root", reason: reason.into() }
}
