//! An asynchronous package manager that installs one package, and refuses it for three reasons.
//!
//! The library does no I/O and knows no runtime; this is how it fits one. Documents and tarball are
//! fetched side by side, the tarball is hashed while it streams, verification runs on the blocking pool,
//! and what unpacks takes an `Admitted`. A second run works from receipts, without a network.
//!
//! `cargo run --example embed_install`, in this repository. Ends with an error if anything is otherwise
//! than expected.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use countersign::policy::{Admitted, Authorized, EndedKeys, Need, Receipt};
use countersign::{
    Artifact, ArtifactHasher, Attestations, Claims, Denied, DistClaims, Failures, Hashed, PackageId, Packument,
    ParseError, PublishTime, RegistryId, RegistryKeys, Requirement, Timestamp, TrustedPublisher, TrustedRoot, Verifier,
    VerifyError,
};
use tokio::task::spawn_blocking;

const REGISTRY: &str = "https://npm.example";

/// One entry of the consumer's own lock file.
struct Locked {
    name: &'static str,
    version: &'static str,
    integrity: &'static str,
}

const LOCKED: Locked = Locked {
    name: "@octo/lib",
    version: "1.2.3",
    integrity: "sha512-lusySlCashYHqB6dCFalpGZPb7/h22cT7yEonrlpqVGfVZ6Le54hT9Z4xxTT2dyl0REd579EJ1XAmL8GVJ29Vw==",
};

/// The recording in `testdata/registry` has no tarballs; this is the one that its signatures are for.
const TARBALL: &[u8] = b"the tarball of @octo/lib@1.2.3\n";

// ---- A network, which answers from the recording -------------------------------------------------

#[derive(Default)]
struct Network {
    /// Answers that differ from the recording's.
    instead: BTreeMap<String, (u16, Vec<u8>)>,
    /// No request reaches anybody.
    down: bool,
    requests: AtomicUsize,
}

impl Network {
    fn answering(path: &str, status: u16, body: Vec<u8>) -> Arc<Network> {
        let instead = BTreeMap::from([(path.to_owned(), (status, body))]);
        Arc::new(Network { instead, ..Network::default() })
    }

    async fn get(&self, path: &str) -> Result<(u16, Body), Refused> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await; // the round trip
        if self.down {
            return Err(Refused::Offline);
        }
        if let Some((status, bytes)) = self.instead.get(path) {
            return Ok((*status, Body(bytes.clone())));
        }
        let file = match path.strip_prefix("/-/npm/v1/attestations/") {
            Some(spec) => format!("testdata/registry/attestations/{spec}.json"),
            None if path == tarball_path() => return Ok((200, Body(TARBALL.into()))),
            None => format!("testdata/registry/packuments{path}.json"),
        };
        let bytes = spawn_blocking(|| fs::read(file)).await.expect("reading does not panic");
        Ok(bytes.map_or((404, Body(Vec::new())), |bytes| (200, Body(bytes))))
    }
}

/// What is received, a few bytes at a time.
struct Body(Vec<u8>);

impl Body {
    async fn chunk(&mut self) -> Option<Vec<u8>> {
        tokio::task::yield_now().await;
        let rest = self.0.split_off(self.0.len().min(8));
        let chunk = std::mem::replace(&mut self.0, rest);
        (!chunk.is_empty()).then_some(chunk)
    }
}

fn packument_path() -> String {
    format!("/{}", LOCKED.name.replace('/', "%2f"))
}

fn attestations_path() -> String {
    format!("/-/npm/v1/attestations/{}@{}", LOCKED.name.replace('/', "%2f"), LOCKED.version)
}

fn tarball_path() -> String {
    format!("/{}/-/lib-{}.tgz", LOCKED.name, LOCKED.version)
}

// ---- The package manager -------------------------------------------------------------------------

/// Why nothing was installed.
#[derive(Debug)]
enum Refused {
    Offline,
    Missing,
    Unreadable(ParseError),
    /// Forged, altered or not judgeable.
    Failed(Failures),
    /// Sound, but not what is required.
    Denied(Denied),
    /// A single thing that does not hold; here, that other bytes came.
    NotThese(VerifyError),
}

impl Refused {
    /// For scripts and telemetry: the library's codes are stable.
    fn code(&self) -> &'static str {
        match self {
            Refused::Offline => "OFFLINE",
            Refused::Missing => "MISSING",
            Refused::Unreadable(error) => error.code(),
            Refused::Failed(failures) => failures.code(),
            Refused::Denied(denied) => denied.code(),
            Refused::NotThese(error) => error.code(),
        }
    }
}

impl From<ParseError> for Refused {
    fn from(error: ParseError) -> Refused {
        Refused::Unreadable(error)
    }
}

impl From<VerifyError> for Refused {
    fn from(error: VerifyError) -> Refused {
        Refused::NotThese(error)
    }
}

/// Shared by all installs of a process.
struct Session {
    verifier: Verifier,
    requirement: Requirement,
    now: Timestamp,
}

/// What outlives the process: files that were unpacked, by digest, and receipts beside them.
#[derive(Default)]
struct Store {
    unpacked: BTreeMap<String, Vec<u8>>,
    receipts: Vec<String>,
}

impl Store {
    /// The only way in. A digest that a lock file expects is no `Admitted`; bytes that were hashed,
    /// verified and wanted are.
    fn unpack(&mut self, admitted: &Admitted, tarball: Vec<u8>) {
        self.unpacked.insert(admitted.artifact().sha512().to_string(), tarball);
        self.receipts.push(serde_json::to_string(&admitted.receipt()).expect("a receipt is plain data"));
    }

    /// Whether this very artifact was admitted before, under the same trust and the same requirement.
    fn holds(&self, artifact: &Artifact, session: &Session) -> bool {
        let receipts = self.receipts.iter().filter_map(|json| serde_json::from_str::<Receipt>(json).ok());
        self.unpacked.contains_key(&artifact.sha512().to_string())
            && receipts.into_iter().any(|r| r.covers(artifact, &session.verifier, &session.requirement, session.now))
    }
}

/// Installs one entry of the lock file; what is in the store already costs nothing.
async fn install(session: &Arc<Session>, network: &Arc<Network>, store: &mut Store) -> Result<(), Refused> {
    let id = PackageId::new(LOCKED.name, LOCKED.version)?;
    let artifact = Artifact::expected(RegistryId::new(REGISTRY)?, id, LOCKED.integrity)?;
    if store.holds(&artifact, session) {
        return Ok(());
    }
    // Neither waits for the other, and a refusal ends the download.
    let downloading = tokio::spawn(download(Arc::clone(network)));
    let judged = judge(session, network, &artifact).await;
    let authorized = judged.inspect_err(|_| downloading.abort())?;
    let (hashed, tarball) = downloading.await.expect("a download does not panic")?;
    let admitted = authorized.admit(hashed)?;
    store.unpack(&admitted, tarball);
    Ok(())
}

/// Everything about the package but its bytes.
async fn judge(session: &Arc<Session>, network: &Network, artifact: &Artifact) -> Result<Authorized, Refused> {
    let claims = fetch_claims(session, network, artifact.id()).await?;
    let (session, artifact) = (Arc::clone(session), artifact.clone());
    // A millisecond of elliptic curves belongs on no reactor's thread.
    let judged = spawn_blocking(move || {
        let evidence = session.verifier.verify(&artifact, &claims, session.now).map_err(Refused::Failed)?;
        session.requirement.authorize(&evidence, session.now).map_err(Refused::Denied)
    });
    judged.await.expect("verification does not panic")
}

/// What the requirement needs, and no more.
async fn fetch_claims(session: &Session, network: &Network, id: &PackageId) -> Result<Claims, Refused> {
    let (200, body) = network.get(&packument_path()).await? else { return Err(Refused::Missing) };
    let version: Option<(DistClaims, PublishTime)> = Packument::from_json(&body.0)?.version(id)?;
    let (dist, published) = version.ok_or(Refused::Missing)?;
    let attestations = if session.requirement.needs(id, &dist).contains(&Need::Attestations) {
        fetch_attestations(network).await
    } else if dist.advertises_attestations() {
        Attestations::NotAsked
    } else {
        Attestations::NotAdvertised
    };
    Ok(Claims::new(dist, attestations).with_publish_time(published))
}

/// Only a 404 says that there are none; every other failure is "not known", and is never taken for it.
async fn fetch_attestations(network: &Network) -> Attestations {
    match network.get(&attestations_path()).await {
        Ok((200, body)) => Attestations::Body(body.0),
        Ok((404, _)) => Attestations::NotFound,
        Ok((status, _)) => Attestations::Unavailable(format!("HTTP status {status}")),
        Err(error) => Attestations::Unavailable(error.code().into()),
    }
}

/// The tarball, hashed while it streams by.
async fn download(network: Arc<Network>) -> Result<(Hashed, Vec<u8>), Refused> {
    let (200, mut body) = network.get(&tarball_path()).await? else { return Err(Refused::Missing) };
    let (mut hasher, mut tarball) = (ArtifactHasher::new(), Vec::new());
    while let Some(chunk) = body.chunk().await {
        hasher.update(&chunk);
        tarball.extend(chunk);
    }
    Ok((hasher.finish(), tarball))
}

// ---- What is shown -------------------------------------------------------------------------------

/// A session under the given keys: what is required is the registry's signature and the publisher.
fn session(keys: &[u8]) -> Result<Arc<Session>, Box<dyn Error>> {
    let root = TrustedRoot::from_json(&fs::read("testdata/registry-trust/trusted_root.json")?)?;
    let keys = RegistryKeys::from_json(RegistryId::new(REGISTRY)?, keys)?;
    let publisher = TrustedPublisher::github("octo-org/octo-lib", "release.yml")?;
    Ok(Arc::new(Session {
        verifier: Verifier::new(root, [keys])?,
        requirement: Requirement::trusted_publisher(publisher).and_registry_signature(EndedKeys::Deny),
        now: Timestamp::from(SystemTime::now()),
    }))
}

/// The key set from before the registry rotated its key: the current one, which has no end, is not in it.
fn keys_before_rotation(keys: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut document: serde_json::Value = serde_json::from_slice(keys)?;
    let keys = document["keys"].as_array_mut().ok_or("no keys")?;
    keys.retain(|key| key["publicKey"]["validFor"]["end"].is_string());
    Ok(serde_json::to_vec(&document)?)
}

/// Says what happened, and stops if it is not what should happen.
fn expect(what: &str, outcome: Result<(), Refused>, code: &str) -> Result<(), Box<dyn Error>> {
    let found = outcome.map_or_else(|refused| refused.code(), |()| "installed");
    println!("{what}: {found}");
    if found == code { Ok(()) } else { Err(format!("{what}: expected {code}, found {found}").into()) }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let keys = fs::read("testdata/registry-trust/keys.json")?;
    let trusted = session(&keys)?;
    let mut store = Store::default();

    let network = Arc::new(Network::default());
    expect("first run", install(&trusted, &network, &mut store).await, "installed")?;
    println!("  {} requests", network.requests.load(Ordering::Relaxed));

    let offline = Arc::new(Network { down: true, ..Network::default() });
    let again = install(&trusted, &offline, &mut store).await;
    expect("second run, on receipts, without a network", again, "installed")?;
    expect("the same with no receipt", install(&trusted, &offline, &mut Store::default()).await, "OFFLINE")?;

    let mut altered = TARBALL.to_vec();
    altered.pop();
    altered.push(b'!');
    let network = Network::answering(&tarball_path(), 200, altered);
    let outcome = install(&trusted, &network, &mut Store::default()).await;
    expect("the last byte altered", outcome, "ERR_COUNTERSIGN_INTEGRITY")?;

    let network = Network::answering(&attestations_path(), 503, Vec::new());
    let outcome = install(&trusted, &network, &mut Store::default()).await;
    expect("503 for the attestations", outcome, "ERR_COUNTERSIGN_ATTESTATIONS_UNAVAILABLE")?;

    // Other trust than the receipt's: what is in the store is judged anew.
    let outdated = session(&keys_before_rotation(&keys)?)?;
    let outcome = install(&outdated, &Arc::default(), &mut store).await;
    expect("the registry has rotated its key", outcome, "ERR_COUNTERSIGN_UNKNOWN_KEY")
}

fn main() -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread().build()?.block_on(run())
}
