//! Certificates and keys from PEM files.

use std::path::Path;

use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use ureq::tls::{Certificate, ClientCert, PrivateKey};

use crate::bounded_file::bounded;
use crate::plain_text::plain;

/// Several times what a system's own bundle has.
const LARGEST_BUNDLE: u64 = 4 * 1024 * 1024;
const LARGEST_KEY: u64 = 256 * 1024;

/// The certificate authorities in a PEM file or text. One that cannot be used is an error: a bundle that
/// is read in part trusts something else than what its author wrote.
pub fn authorities(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let mut store = RootCertStore::empty();
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| "it is not well-formed PEM".to_owned())?;
        let number = found.len() + 1;
        store.add(certificate.clone()).map_err(|_| format!("its certificate {number} is none that can be trusted"))?;
        found.push(Certificate::from_der(&certificate).to_owned());
    }
    if found.is_empty() { Err("it holds no certificate. Expected: certificates as PEM".into()) } else { Ok(found) }
}

/// As [`authorities`], from a file.
pub fn authorities_of(path: &Path) -> Result<Vec<Certificate<'static>>, String> {
    let pem = bounded(path, LARGEST_BUNDLE)?;
    authorities(&pem).map_err(|why| format!("cannot use {}: {why}", plain(&path.display().to_string())))
}

/// A client certificate with its key. They are compared here because the connection would panic.
pub fn client(chain: &Path, key: &Path) -> Result<ClientCert, String> {
    let wrong = |path: &Path, why: &str| format!("cannot use {}: {why}", plain(&path.display().to_string()));
    let (chain_pem, key_pem) = (bounded(chain, LARGEST_KEY)?, bounded(key, LARGEST_KEY)?);
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&chain_pem)
        .collect::<Result<_, _>>()
        .map_err(|_| wrong(chain, "it is not well-formed PEM"))?;
    if certificates.is_empty() {
        return Err(wrong(chain, "it holds no certificate. Expected: the client certificate as PEM"));
    }
    let no_key = || wrong(key, "it holds no private key. Expected: one as PEM, without a passphrase");
    let private = PrivateKeyDer::from_pem_slice(&key_pem).map_err(|_| no_key())?;
    CertifiedKey::from_der(certificates.clone(), private, &ring::default_provider())
        .map_err(|_| wrong(key, "it is not the key of the client certificate, or of no kind that is known"))?;
    let certificates: Vec<Certificate<'static>> =
        certificates.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    let private = PrivateKey::from_pem(&key_pem).map_err(|_| no_key())?;
    Ok(ClientCert::new_with_certs(&certificates, private))
}
