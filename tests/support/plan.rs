//! The choices that are made before an attestation's first byte.

use serde_json::Value;

use super::Miniature;
use super::bundle::{Era, Material, V0_3};
use super::certificate::Authority;
use super::ct_log::CtLog;
use super::envelope::IN_TOTO;
use super::keys::{Hash, Key};
use super::log_body::Kind;
use super::package::Package;
use super::rekor::{Entry, Generation, Rekor};
use super::statement::Build;
use super::workflow::{Callee, Workflow};

/// The ephemeral key that a package's provenance is signed with.
pub fn leaf_key(package: &Package) -> Key {
    Key::p256(&format!("leaf of {}", package.spec()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Publish,
    Provenance,
    /// No attestation: the artifact itself is signed.
    Message,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {
    Certificate,
    /// The registry's key of that number.
    RegistryKey(usize),
    /// `Plan::managed_key`
    ManagedKey,
}

#[derive(Clone)]
pub struct Plan {
    pub purpose: Purpose,
    pub signer: Signer,
    pub workflow: Workflow,
    pub build: Build,
    pub authority: Authority,
    /// Certificates that the bundle carries after the leaf.
    pub chain: Vec<Vec<u8>>,
    pub leaf_key: Key,
    /// A key that verifiers are given beforehand.
    pub managed_key: Key,
    /// What a message signature signs.
    pub artifact: Vec<u8>,
    /// When the certificate begins to be valid, and its SCTs are made.
    pub certified_at: i64,
    pub ct_logs: Vec<CtLog>,
    pub payload_type: String,
    /// Signs the envelope in place of the credential's own key.
    pub signing_key: Option<Key>,
    /// Hashes for the signature in place of the key's own hash.
    pub hash: Option<Hash>,
    pub keyid: Option<String>,
    pub hint: String,
    /// Whether the bundle carries an entry of its own.
    pub logged: bool,
    pub rekor: Rekor,
    pub kind: Kind,
    pub integrated_at: i64,
    pub promise: bool,
    pub proof: bool,
    /// Where the entry stands in its shard, and how many entries that holds.
    pub position: usize,
    pub tree_size: usize,
    /// Entries of other mintings that the bundle carries too.
    pub further_entries: Vec<Value>,
    /// Who else saw the envelope's signature, and when.
    pub timestamps: Vec<(Authority, i64)>,
    pub media_type: String,
    pub material: Material,
    /// The outer predicate type, where it is not the statement's.
    pub predicate_type: Option<String>,
}

impl Plan {
    pub fn provenance(mini: &Miniature, package: &Package, era: Era) -> Plan {
        let mut plan = Plan::new(mini, package, era, Purpose::Provenance);
        plan.keyid = Some(String::new());
        plan
    }

    /// A signature of the artifact by a certificate, with bundles and entries as they were in an era.
    pub fn message(mini: &Miniature, artifact: &[u8], era: Era) -> Plan {
        let mut plan = Plan::new(mini, &Package::new("message", "1.0.0"), era, Purpose::Message);
        plan.artifact = artifact.to_vec();
        plan.kind = Kind::HashedRekord;
        plan
    }

    pub fn publish(mini: &Miniature, package: &Package, era: Era) -> Plan {
        let mut plan = Plan::new(mini, package, era, Purpose::Publish);
        plan.integrated_at += 3;
        plan.position += 1;
        plan.tree_size += 1;
        plan.signed_by_registry(mini, mini.registry.key_at(era.time()), era);
        plan
    }

    fn new(mini: &Miniature, package: &Package, era: Era, purpose: Purpose) -> Plan {
        let sigstore = &mini.sigstore;
        let material = era.material();
        // Where there is no log, an authority's timestamp is all that says when.
        let seen = (sigstore.tsas[0].clone(), era.time() + 1);
        let authority = sigstore.intermediates[0].clone();
        let mut workflow = Workflow::github();
        workflow.last_extension = era.last_extension();
        let chain = match era {
            Era::Feb2023 | Era::Jul2023 => sigstore.chain(&authority),
            _ => Vec::new(),
        };
        Plan {
            purpose,
            signer: Signer::Certificate,
            workflow,
            build: era.build(),
            authority,
            chain,
            leaf_key: leaf_key(package),
            managed_key: Key::p256("managed key"),
            artifact: Vec::new(),
            certified_at: era.time(),
            ct_logs: sigstore.ct_logs.first().into_iter().cloned().collect(),
            payload_type: IN_TOTO.into(),
            signing_key: None,
            hash: None,
            keyid: None,
            hint: String::new(),
            logged: !sigstore.rekors.is_empty(),
            rekor: sigstore.rekors.first().cloned().unwrap_or_else(|| Rekor::new("of nobody", "rekor.nobody.example")),
            kind: era.kind(material),
            integrated_at: era.time() + 2,
            promise: true,
            proof: era.has_proof(),
            position: 4,
            tree_size: 7,
            further_entries: Vec::new(),
            timestamps: if sigstore.rekors.is_empty() { vec![seen] } else { Vec::new() },
            media_type: era.media_type(material).into(),
            material,
            predicate_type: None,
        }
    }

    /// The registry's key `n` signs, and every layer names it.
    pub fn signed_by_registry(&mut self, mini: &Miniature, n: usize, era: Era) {
        let id = mini.registry.keys[n].key_id.clone();
        self.signer = Signer::RegistryKey(n);
        self.material = Material::PublicKey;
        self.media_type = era.media_type(Material::PublicKey).into();
        self.kind = era.kind(Material::PublicKey);
        self.keyid = Some(id.clone());
        self.hint = id;
    }

    /// A key that verifiers are given beforehand signs, and every layer names it.
    pub fn managed_by(&mut self, key: Key) {
        self.signer = Signer::ManagedKey;
        self.material = Material::PublicKey;
        self.hint = key.hint();
        self.keyid = Some(key.hint());
        self.managed_key = key;
    }

    /// The second generation of the log records it, and an authority says when it was signed.
    pub fn rekor_v2(&mut self, mini: &Miniature) {
        let second = |r: &&Rekor| r.generation == Generation::V2;
        self.rekor = mini.sigstore.rekors.iter().find(second).expect("an instance with Rekor v2").clone();
        self.kind = Kind::HashedRekordV2;
        (self.promise, self.proof) = (false, true);
        self.timestamps.push((mini.sigstore.tsas[0].clone(), self.certified_at + 1));
        self.media_type = V0_3.into();
        if self.material == Material::Chain {
            self.material = Material::Certificate;
            self.chain.clear();
        }
    }

    /// A certificate signs, and every layer names it.
    pub fn signed_by_certificate(&mut self, era: Era) {
        self.signer = Signer::Certificate;
        self.material = era.material();
        self.media_type = era.media_type(self.material).into();
        self.kind = era.kind(self.material);
        self.keyid = Some(String::new());
    }

    /// Has another authority issue the certificate; a carried chain names it too.
    pub fn issued_by(&mut self, authority: Authority) {
        if let Some(first) = self.chain.first_mut() {
            *first = authority.der.clone();
        }
        self.authority = authority;
    }

    pub fn gitlab(&mut self) {
        let last_extension = self.workflow.last_extension;
        self.workflow = Workflow { last_extension, ..Workflow::gitlab() };
        self.build = Build::GitLab;
    }

    /// The same, so many seconds later.
    pub fn later(&mut self, seconds: i64) {
        self.certified_at += seconds;
        self.integrated_at += seconds;
        self.timestamps.iter_mut().for_each(|(_, time)| *time += seconds);
    }

    /// The SLSA Node.js builder: a reusable workflow signs, and its own predicate describes the run.
    pub fn delegated(&mut self) {
        self.build = Build::Delegator;
        self.workflow.callee = Some(Callee {
            repository: "slsa-framework/slsa-github-generator".into(),
            path: ".github/workflows/delegator_lowperms-generic_slsa3.yml".into(),
            git_ref: "refs/tags/v1.6.0".into(),
            sha: "ca11ee0123456789abcdef0123456789abcdef01".into(),
        });
    }

    pub fn entry(&self) -> Entry {
        Entry {
            kind: self.kind.name().into(),
            version: self.kind.version().into(),
            integrated_time: self.integrated_at,
            log_index: self.rekor.shard_offset + self.position as i64,
            dated: self.rekor.generation == Generation::V1,
            log_id: self.rekor.log_id(),
            promise: self.promise,
            proof: self.proof,
            rekor: self.rekor.clone(),
        }
    }
}
