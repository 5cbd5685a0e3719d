//! The flags that every way of running an audit shares: what is audited, whose documents, and what is required.

use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, ValueEnum};
use countersign::policy::Severity;
use countersign::{PackageId, RegistryId, Timestamp, TrustedPublisher};

use crate::lockfile::Omit;
use crate::npmrc::AccessArguments;
use crate::registry::NetworkArguments;
use crate::registry_url::RegistryUrl;
use crate::target::{TargetArguments, Wanted, package_id};
use crate::trust_refresh::TrustRefresh;

/// What is audited, with whose documents and keys, and as of when.
#[derive(Debug, Args)]
pub struct Inputs {
    /// Project folder or lock file (npm-shrinkwrap.json, package-lock.json, pnpm-lock.yaml, yarn.lock, bun.lock or deno.lock),
    /// node_modules folder, NAME@VERSION, or tarball with --package
    #[arg(default_value = ".", value_name = "TARGET")]
    pub path: PathBuf,

    #[command(flatten)]
    pub target: TargetArguments,

    /// Read the registry's documents from a recording instead of the network
    #[arg(long, value_name = "DIR", conflicts_with_all = ["record", "registry"])]
    pub replay: Option<PathBuf>,

    /// Write the registry's documents into a new recording
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,

    /// Fetch every package from here [default: .npmrc, else the lock file's one origin, else npm's configuration]
    #[arg(long, value_name = "URL", value_parser = RegistryUrl::parse)]
    pub registry: Option<RegistryUrl>,

    #[command(flatten)]
    pub access: AccessArguments,

    #[command(flatten)]
    pub network: NetworkArguments,

    /// Trust these registry keys instead of the built-in ones: the answer of /-/npm/v1/keys, or a TUF target
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,

    /// Trust this Sigstore instance (trusted_root.json) instead of the built-in one
    #[arg(long, value_name = "FILE")]
    pub trusted_root: Option<PathBuf>,

    /// Judge packages as those of this registry [default: npm]
    #[arg(long, value_name = "URL", value_parser = registry_identity)]
    pub registry_identity: Option<RegistryId>,

    /// Judge as of this time, such as 2026-11-22T00:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub at: Option<Timestamp>,

    /// How many packages are worked on at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,

    /// End after this many seconds; packages that were not come to are unverifiable [default: none]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    deadline: Option<u32>,

    /// Leave out a kind of dependencies; repeatable
    #[arg(long, value_name = "KIND")]
    omit: Vec<OmitArgument>,

    #[command(flatten)]
    pub trust_refresh: TrustRefresh,
}

/// What is required of the packages.
#[derive(Debug, Default, Args)]
pub struct Required {
    /// Require what this policy says: TOML, and only this file, none is ever looked for
    #[arg(long, value_name = "FILE", conflicts_with = "publishers")]
    pub policy: Option<PathBuf>,

    /// Require that a package was built by this GitHub workflow; repeatable
    #[arg(long = "publisher", value_name = "NAME=OWNER/REPO:FILE", value_parser = PublisherArgument::parse)]
    pub publishers: Vec<PublisherArgument>,

    /// Require that a package is from one of these publishers: what `npm trust list --json` prints; repeatable
    #[arg(long, value_name = "NAME=FILE", value_parser = NpmTrustArgument::parse)]
    pub npm_trust: Vec<NpmTrustArgument>,
}

/// What is compared with earlier runs.
#[derive(Debug, Default, Args)]
pub struct Pinning {
    /// Compare with the trust lock: who signed each package when it was first accepted
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,

    /// Record packages that are verified and have not drifted; makes the lock if there is none
    #[arg(long, requires = "lock")]
    pub update_lock: bool,

    /// Accept that this version differs from the lock; repeatable
    #[arg(long = "accept-drift", value_name = "NAME@VERSION", requires = "lock", value_parser = package_id)]
    pub accepted: Vec<PackageId>,

    /// From which severity on drift denies a package: drift=none, drift=high or drift=any [default: drift=any]
    #[arg(long, value_name = "drift=SEVERITY", requires = "lock", value_parser = FailOn::parse)]
    pub fail_on: Option<FailOn>,
}

/// `--fail-on drift=none|high|any`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    None,
    High,
    Any,
}

impl FailOn {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "drift=none" => Ok(Self::None),
            "drift=high" => Ok(Self::High),
            "drift=any" => Ok(Self::Any),
            _ => Err("expected drift=none, drift=high or drift=any".into()),
        }
    }

    /// The least severity that denies.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::None => None,
            Self::High => Some(Severity::High),
            Self::Any => Some(Severity::Info),
        }
    }
}

/// `--npm-trust NAME=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NpmTrustArgument {
    pub package: String,
    pub file: PathBuf,
}

impl NpmTrustArgument {
    fn parse(text: &str) -> Result<Self, String> {
        let (package, file) = text.split_once('=').ok_or("expected NAME=FILE, such as @octo/lib=trust.json")?;
        PackageId::new(package, "1.0.0").map_err(|e| e.to_string())?;
        if file.is_empty() {
            return Err("expected NAME=FILE, such as @octo/lib=trust.json".into());
        }
        Ok(Self { package: package.into(), file: file.into() })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OmitArgument {
    Dev,
    Optional,
    Peer,
}

/// `--publisher NAME=OWNER/REPO:FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublisherArgument {
    pub package: String,
    pub publisher: TrustedPublisher,
}

impl PublisherArgument {
    fn parse(text: &str) -> Result<Self, String> {
        let expected = || "expected NAME=OWNER/REPO:FILE, such as @octo/lib=octo-org/octo-lib:release.yml".to_owned();
        let (package, publisher) = text.split_once('=').ok_or_else(expected)?;
        let (repository, workflow) = publisher.split_once(':').ok_or_else(expected)?;
        // The version is of no matter; the name has to be one that a lock file can have.
        PackageId::new(package, "1.0.0").map_err(|e| e.to_string())?;
        let publisher = TrustedPublisher::github(repository, workflow).map_err(|e| format!("{e}. {}", e.help()))?;
        Ok(Self { package: package.into(), publisher })
    }
}

impl Inputs {
    /// What `--omit` leaves out.
    pub fn omit(&self) -> Omit {
        let has = |kind| self.omit.contains(&kind);
        Omit { dev: has(OmitArgument::Dev), optional: has(OmitArgument::Optional), peer: has(OmitArgument::Peer) }
    }

    /// What decides what is audited.
    pub fn wanted(&self) -> Wanted<'_> {
        Wanted {
            path: &self.path,
            arguments: &self.target,
            omit: self.omit(),
            replay: self.replay.as_deref(),
            record: self.record.as_deref(),
            offline: self.network.offline,
        }
    }

    pub fn jobs(&self) -> usize {
        self.jobs.into()
    }

    pub fn deadline(&self) -> Option<Duration> {
        self.deadline.map(|seconds| Duration::from_secs(seconds.into()))
    }

    /// The moment that everything is judged at.
    pub fn now(&self) -> Timestamp {
        self.at.unwrap_or_else(|| std::time::SystemTime::now().into())
    }
}

impl Required {
    /// The rules that span several values.
    pub fn check(&self) -> Result<(), (ErrorKind, &'static str)> {
        let mut packages: Vec<&str> = self.publishers.iter().map(|p| p.package.as_str()).collect();
        packages.sort_unstable();
        if packages.windows(2).any(|pair| pair.first() == pair.last()) {
            let message = "two values of --publisher are for the same package, and npm allows one publisher";
            return Err((ErrorKind::ArgumentConflict, message));
        }
        Ok(())
    }
}

pub fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "expected a time in UTC, such as 2026-11-22T00:00:00Z".to_owned())
}

pub fn registry_identity(text: &str) -> Result<RegistryId, String> {
    if text == "npm" { Ok(RegistryId::npm()) } else { RegistryId::new(text).map_err(|e| e.to_string()) }
}
