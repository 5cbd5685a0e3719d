//! Where the questions come from: the bundles in this repository, and the shared reference data where it
//! lies beside the clone.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::case::{Case, Expected, Given, Root};
use crate::document::Json;
use crate::{NPM_KEYS, NpmKeys, PUBLIC_GOOD, decode, judge};

/// npm's first key: what a bundle is judged by that names none of npm's.
const FIRST_KEY: &str = "SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA";

/// Every case, by name.
pub struct Corpus {
    pub cases: Vec<Case>,
    /// Their documents; one of the conformance suite's is none.
    pub docs: Vec<Option<Json>>,
    /// Those that the peer accepts as they are: only from these can a mutation take something away.
    pub good: Vec<usize>,
}

/// The shared data: `COUNTERSIGN_SHARED`, else `../shared` beside the clone.
pub fn shared() -> Option<PathBuf> {
    let given = std::env::var_os("COUNTERSIGN_SHARED").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    folder.is_dir().then_some(folder)
}

/// The bundles of this repository, and those of the shared data where it is.
///
/// # Panics
/// If a file that should be there is not.
pub fn cases() -> Vec<Case> {
    let mut loader = Loader::new();
    loader.repository();
    match shared() {
        Some(shared) => {
            loader.conformance(&shared.join("conformance"));
            loader.real(&shared);
        }
        None => println!("skipped: no shared reference data"),
    }
    loader.cases
}

impl Corpus {
    pub fn of(cases: Vec<Case>) -> Corpus {
        let good = (0..cases.len()).filter(|&at| judge::peer(&cases[at], &cases[at].bundle).is_ok()).collect();
        let docs = cases.iter().map(|case| Json::parse(&case.bundle)).collect();
        Corpus { cases, docs, good }
    }
}

struct Loader {
    cases: Vec<Case>,
    roots: HashMap<PathBuf, Arc<Root>>,
    keys: NpmKeys,
}

impl Loader {
    fn new() -> Loader {
        let keys = NpmKeys::from_json(NPM_KEYS).expect("npm's keys");
        Loader { cases: Vec::new(), roots: HashMap::new(), keys }
    }

    /// The bundles that packages of npm ship, under the root that our crate embeds.
    fn repository(&mut self) {
        let root = Arc::new(Root::read("embedded", PUBLIC_GOOD.into()));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/real");
        for file in ["npm_slsa_bundle_v03.json", "sigstore.js@2.0.0-provenance.sigstore.json"] {
            let bundle = text(&folder.join(file));
            self.bundle(format!("repository/{file}"), bundle, None, std::slice::from_ref(&root));
        }
    }

    fn conformance(&mut self, folder: &Path) {
        for case in array(&json(&folder.join("manifest.json")), "cases") {
            let member = |name: &str| case[name].as_str();
            let file = |name: &str| member(name).map(|path| folder.join(path));
            let root = self.root(&file("trusted_root").expect("trusted_root"));
            let expected = match file("key") {
                Some(key) => Expected::Pem(text(&key)),
                None => Expected::Certificate {
                    identity: member("identity").expect("identity").into(),
                    issuer: member("issuer").expect("issuer").into(),
                },
            };
            self.cases.push(Case {
                name: format!("conformance/{}", member("name").expect("name")),
                bundle: text(&file("bundle").expect("bundle")),
                artifact: Given::Bytes(std::fs::read(file("artifact").expect("artifact")).expect("artifact")),
                root,
                expected,
            });
        }
    }

    /// Real bundles, each under the newest root under which the peer accepts it, or ours does, or else under
    /// the first.
    fn real(&mut self, shared: &Path) {
        let mut roots: Vec<PathBuf> = ["production", "staging", "github"]
            .map(|name| shared.join(format!("conformance/roots/{name}.json")))
            .into();
        let folder = shared.join("real");
        let manifest = json(&folder.join("manifest.json"));
        let samples = array(&manifest, "samples");
        let older = samples.iter().filter(|sample| sample["kind"] == "trusted-root");
        roots.extend(older.map(|sample| folder.join(sample["file"].as_str().expect("file"))));
        let roots: Vec<Arc<Root>> = roots.iter().map(|path| self.root(path)).collect();
        for sample in samples {
            let file = sample["file"].as_str().expect("file");
            let artifact = sample["integrity"].as_str().map(integrity);
            match sample["kind"].as_str().expect("kind") {
                "github-attestation" | "sigstore-bundle" | "npm-bundle-standalone" => {
                    self.bundle(file.into(), text(&folder.join(file)), artifact, &roots);
                }
                "npm-attestations-response" | "npm-attestations-response-mutated" => {
                    for (at, attestation) in array(&json(&folder.join(file)), "attestations").iter().enumerate() {
                        let bundle = attestation["bundle"].to_string();
                        self.bundle(format!("{file}#{at}"), bundle, artifact.clone(), &roots[..1]);
                    }
                }
                _ => {}
            }
        }
    }

    fn bundle(&mut self, name: String, bundle: String, artifact: Option<Given>, roots: &[Arc<Root>]) {
        let parsed = Json::parse(&bundle).expect("a bundle is JSON");
        // One sample is about nothing at all.
        let artifact = artifact.or_else(|| subject(&parsed)).unwrap_or(Given::Sha256([0; 32]));
        let expected = self.signer(&parsed);
        let mut case = Case { name, bundle, artifact, root: Arc::clone(&roots[0]), expected };
        let accepted = |judge: fn(&Case, &str) -> judge::Verdict, case: &mut Case| {
            roots.iter().any(|root| {
                case.root = Arc::clone(root);
                judge(case, &case.bundle).is_ok()
            })
        };
        if !accepted(judge::peer, &mut case) && !accepted(judge::ours, &mut case) {
            case.root = Arc::clone(&roots[0]);
        }
        self.cases.push(case);
    }

    /// Whoever the bundle says, so that what the two think of a bundle is not hidden by who is wanted.
    fn signer(&self, bundle: &Json) -> Expected {
        if let Some(hint) = bundle.text_at("verificationMaterial/publicKey/hint") {
            let key = self.keys.for_attestations(hint).or_else(|| self.keys.for_attestations(FIRST_KEY));
            return Expected::Spki(key.expect("npm's first key").der.as_bytes().into());
        }
        let (identity, issuer) = judge::names(bundle).unwrap_or_default();
        Expected::Certificate { identity, issuer }
    }

    fn root(&mut self, path: &Path) -> Arc<Root> {
        let read = || {
            let name = path.file_name().expect("a file").to_string_lossy();
            let folder = path.parent().and_then(Path::file_name).expect("in a folder").to_string_lossy();
            Arc::new(Root::read(&format!("{folder}/{name}"), text(path)))
        };
        Arc::clone(self.roots.entry(path.into()).or_insert_with(read))
    }
}

/// `sha512-` and base64, or a sha256 in hex or base64.
fn integrity(text: &str) -> Given {
    if let Some(sha512) = text.strip_prefix("sha512-") {
        return Given::Sha512(base64(sha512).try_into().expect("64 bytes"));
    }
    let sha256 = if text.len() == 64 { hex::decode(text).expect("hex") } else { base64(text) };
    Given::Sha256(sha256.try_into().expect("32 bytes"))
}

/// What the bundle itself says that it is about.
fn subject(bundle: &Json) -> Option<Given> {
    if let Some(digest) = bundle.text_at("messageSignature/messageDigest/digest") {
        return Some(Given::Sha256(base64(digest).try_into().ok()?));
    }
    let statement = base64(bundle.text_at("dsseEnvelope/payload")?);
    let statement: Value = serde_json::from_slice(&statement).ok()?;
    let digest = &statement["subject"][0]["digest"];
    let bytes = |name: &str| hex::decode(digest[name].as_str()?).ok();
    match (bytes("sha512"), bytes("sha256")) {
        (Some(sha512), _) => Some(Given::Sha512(sha512.try_into().ok()?)),
        (None, Some(sha256)) => Some(Given::Sha256(sha256.try_into().ok()?)),
        (None, None) => None,
    }
}

fn base64(text: &str) -> Vec<u8> {
    decode(text).expect("base64")
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&text(path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn array(of: &Value, name: &str) -> Vec<Value> {
    of[name].as_array().unwrap_or_else(|| panic!("no {name}")).clone()
}
