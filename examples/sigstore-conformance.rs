//! The client that Sigstore's conformance suite calls.
//!
//! ```text
//! sigstore-conformance verify-bundle --bundle FILE
//!     (--certificate-identity ID --certificate-oidc-issuer URL | --key PEM)
//!     [--trusted-root FILE] [--unlogged] FILE_OR_DIGEST
//! ```
//!
//! `FILE_OR_DIGEST` is the artifact, or `sha256:` and 64 hexadecimal digits where no file is called so.
//! Exit status: 0 verified; 1 refused, with the code on stderr; 2 usage, or a file that cannot be read.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::{Args, Parser, Subcommand};
use countersign::sigstore::{ArtifactDigest, Bundle, BundleKey, Expectation};
use countersign::{ParseError, Timestamp, TrustSnapshot, TrustedRoot, VerifyError};

/// Verifies Sigstore bundles as the conformance suite asks for it.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Verify that a bundle is by the expected signer, and about this artifact.
    VerifyBundle(VerifyBundle),
}

#[derive(Args)]
struct VerifyBundle {
    /// The bundle (JSON).
    #[arg(long, value_name = "FILE")]
    bundle: PathBuf,
    /// The certificate's subject alternative name: a URI or an e-mail address.
    #[arg(long, value_name = "ID", requires = "certificate_oidc_issuer", required_unless_present = "key")]
    certificate_identity: Option<String>,
    /// The issuer of the token that the certificate was issued for.
    #[arg(long, value_name = "URL", requires = "certificate_identity")]
    certificate_oidc_issuer: Option<String>,
    /// A public key (PEM) in place of a certificate.
    #[arg(long, value_name = "PEM", conflicts_with_all = ["certificate_identity", "certificate_oidc_issuer"])]
    key: Option<PathBuf>,
    /// trusted_root.json of the Sigstore instance, in place of the embedded one.
    #[arg(long, value_name = "FILE")]
    trusted_root: Option<PathBuf>,
    /// The instance has no transparency log: time comes from its timestamp authorities alone.
    #[arg(long, requires = "trusted_root")]
    unlogged: bool,
    /// The artifact's file, or sha256:HEX of it.
    #[arg(value_name = "FILE_OR_DIGEST")]
    artifact: String,
}

/// Why nothing was verified.
enum Failure {
    /// The bundle does not hold.
    Refused(String),
    /// The question could not be asked.
    Usage(String),
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        Self::Refused(format!("{}: {error}", error.code()))
    }
}

impl From<ParseError> for Failure {
    fn from(error: ParseError) -> Self {
        Self::Refused(format!("{}: {error}", error.code()))
    }
}

fn main() -> ExitCode {
    let Command::VerifyBundle(request) = Cli::parse().command;
    let (message, status) = match verify(&request) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Refused(message)) => (message, 1),
        Err(Failure::Usage(message)) => (message, 2),
    };
    eprintln!("{message}");
    ExitCode::from(status)
}

fn verify(request: &VerifyBundle) -> Result<(), Failure> {
    let artifact = artifact(&request.artifact)?;
    let bundle = Bundle::from_json(&read(&request.bundle)?)?;
    let root = match &request.trusted_root {
        None => TrustSnapshot::trusted_root()?,
        Some(file) if request.unlogged => TrustedRoot::from_json_unlogged(&read(file)?)?,
        Some(file) => TrustedRoot::from_json(&read(file)?)?,
    };
    let now = Timestamp::from(SystemTime::now());
    let key = request.key.as_deref().map(key).transpose()?;
    let expectation = match (&key, &request.certificate_identity, &request.certificate_oidc_issuer) {
        (Some(key), None, None) => Expectation::key(key),
        (None, Some(identity), Some(issuer)) => Expectation::certificate(identity, issuer),
        _ => return Err(Failure::Usage("expected either an identity with its issuer, or a key".into())),
    };
    root.verify_bundle(&bundle, &artifact, &expectation, now)?;
    Ok(())
}

fn key(file: &Path) -> Result<BundleKey, Failure> {
    let pem = String::from_utf8(read(file)?);
    let pem = pem.map_err(|_| Failure::Usage(format!("{} is no text", file.display())))?;
    Ok(BundleKey::from_pem(&pem)?)
}

fn artifact(text: &str) -> Result<ArtifactDigest, Failure> {
    let file = Path::new(text);
    let digest = text.strip_prefix("sha256:").and_then(digest).filter(|_| !file.exists());
    match digest {
        Some(digest) => Ok(ArtifactDigest::sha256(digest)),
        None => Ok(ArtifactDigest::of(&read(file)?)),
    }
}

fn digest(text: &str) -> Option<[u8; 32]> {
    hex::decode(text).ok()?.try_into().ok()
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))
}
