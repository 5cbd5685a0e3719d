//! Minting an attestation layer by layer, with a hook at every layer.
//!
//! A hook changes what its layer holds just before the next layer is built upon it, so that everything
//! above the change is signed, logged and proved over the changed bytes: only the check of that one
//! layer can fail.

use serde_json::Value;

use super::Miniature;
use super::bundle::Parts;
use super::certificate::{self, Certificate, SCT_LIST};
use super::checkpoint::Checkpoint;
use super::ct_log::{self, Sct};
use super::envelope::{Envelope, EnvelopeSignature, pae};
use super::keys::Key;
use super::log_body::Verifier;
use super::merkle::Tree;
use super::message::{Content, Message};
use super::package::Package;
use super::plan::{Plan, Purpose, Signer};
use super::rekor::Entry;
use super::statement;
use super::timestamp::Timestamp;
use super::workflow::Workflow;

type Hook<'a, T> = Box<dyn FnOnce(&mut T) + 'a>;

macro_rules! hooks {
    ($($(#[$doc:meta])* $name:ident: $layer:ty,)*) => {
        #[derive(Default)]
        struct Hooks<'a> {
            $($name: Vec<Hook<'a, $layer>>,)*
        }

        impl Hooks<'_> {
            /// A hook whose layer was never built is a mistake in the case, not a proof of anything.
            fn assert_spent(&self) {
                $(assert!(self.$name.is_empty(), "no layer {} was built", stringify!($name));)*
            }
        }

        impl<'a> Attestation<'a> {
            $($(#[$doc])*
            pub fn $name(mut self, change: impl FnOnce(&mut $layer) + 'a) -> Self {
                self.hooks.$name.push(Box::new(change));
                self
            })*
        }
    };
}

// In the order in which the layers are built.
hooks! {
    /// The choices that come before any byte: era, signer, times, keys.
    plan: Plan,
    /// The run that both the certificate and the statement describe.
    workflow: Workflow,
    /// The run as the certificate alone describes it.
    certified: Workflow,
    /// The run as the statement alone describes it.
    stated: Workflow,
    /// The certificate before the logs and the authority sign it.
    leaf: Certificate,
    /// The signed certificate timestamps before they are signed.
    scts: Vec<Sct>,
    /// The TLS list of signed certificate timestamps, before the authority signs the certificate.
    sct_list: Vec<u8>,
    /// The TBSCertificate, before the authority signs it.
    tbs: Vec<u8>,
    /// The authority's signature.
    ca_signature: Vec<u8>,
    /// The certificate, after the authority has signed it.
    leaf_der: Vec<u8>,
    statement: Value,
    /// The payload's bytes, before they are signed.
    payload: Vec<u8>,
    /// What the envelope's signature signs.
    pae: Vec<u8>,
    /// The envelope's or the message's signature, before it is logged.
    signature: Vec<u8>,
    /// The envelope, before it is logged.
    envelope: Envelope,
    /// The message signature and the digest beside it, before they are logged.
    message: Message,
    /// The RFC 3161 timestamps over the envelope's signature, before they are signed.
    timestamps: Vec<Timestamp>,
    /// What the log states of the entry: times, indices, ids, kinds.
    entry: Entry,
    /// The entry's body, before the log signs it.
    body: Value,
    /// The entry's body as bytes, before the log signs it.
    body_bytes: Vec<u8>,
    /// What the signed entry timestamp signs.
    set_payload: Value,
    /// The same, serialised.
    set_text: String,
    /// The signed entry timestamp.
    set: Vec<u8>,
    /// The log's tree; the proof and the checkpoint follow from it.
    tree: Tree,
    /// The checkpoint, before it is signed.
    checkpoint: Checkpoint,
    /// The checkpoint, after it has been signed.
    checkpoint_text: String,
    /// The inclusion proof's JSON; nothing is signed again.
    proof: Value,
    /// The log entry's JSON; nothing is signed again.
    entry_json: Value,
    /// The envelope's JSON after it has been logged; nothing is signed again.
    envelope_json: Value,
    /// The message signature's JSON after it has been logged; nothing is signed again.
    message_json: Value,
    /// The bundle's JSON; nothing is signed again.
    json: Value,
}

/// An attestation that is still to be minted.
pub struct Attestation<'a> {
    mini: &'a Miniature,
    package: Package,
    base: Plan,
    hooks: Hooks<'a>,
}

/// A minted attestation and the layers below its bundle.
#[derive(Clone)]
pub struct Minted {
    /// What the response says beside the bundle.
    pub predicate_type: String,
    pub bundle: Value,
    /// The log entry's JSON, to be spliced elsewhere; null where nothing was logged.
    pub entry: Value,
    pub body: Vec<u8>,
    /// Empty where a message was signed.
    pub envelope: Envelope,
    pub leaf: Option<Vec<u8>>,
    pub integrated_time: i64,
}

/// Who signs: the key, and the certificate if there is one.
struct Credential {
    key: Key,
    leaf: Option<Vec<u8>>,
}

fn run<T>(hooks: &mut Vec<Hook<'_, T>>, layer: &mut T) {
    for hook in hooks.drain(..) {
        hook(layer);
    }
}

impl<'a> Attestation<'a> {
    pub fn new(mini: &'a Miniature, package: &Package, plan: Plan) -> Attestation<'a> {
        Attestation { mini, package: package.clone(), base: plan, hooks: Hooks::default() }
    }

    pub fn bundle(self) -> Value {
        self.mint().bundle
    }

    pub fn mint(mut self) -> Minted {
        let mut plan = self.base.clone();
        run(&mut self.hooks.plan, &mut plan);
        let mut workflow = plan.workflow.clone();
        run(&mut self.hooks.workflow, &mut workflow);

        let credential = self.credential(&plan, &workflow);
        let (content, predicate_type) = match plan.purpose {
            Purpose::Message => (Content::Message(self.message_of(&plan, &credential)), String::new()),
            _ => self.envelope_of(&plan, &workflow, &credential),
        };
        let logged = plan.logged.then(|| self.entry_of(&plan, &content, &credential));
        let (entry, body, integrated_time) = logged.unwrap_or_default();

        let timestamps = self.timestamps_of(&plan, &content);
        let certificates = credential.leaf.iter().chain(&plan.chain).cloned().collect();
        let own = plan.logged.then(|| entry.clone());
        let entries: Vec<Value> = own.into_iter().chain(plan.further_entries.clone()).collect();
        let parts = Parts {
            media_type: plan.media_type.clone(),
            material: plan.material,
            certificates,
            hint: plan.hint.clone(),
            // Instances without a log make bundles without the member.
            entries: (plan.logged || !entries.is_empty()).then_some(entries),
            timestamps,
            content: self.content_json(&content),
        };
        let mut bundle = parts.json();
        run(&mut self.hooks.json, &mut bundle);
        self.hooks.assert_spent();
        Minted {
            predicate_type: plan.predicate_type.unwrap_or(predicate_type),
            bundle,
            entry,
            body,
            envelope: match content {
                Content::Envelope(envelope) => envelope,
                Content::Message(_) => Envelope::default(),
            },
            leaf: credential.leaf,
            integrated_time,
        }
    }

    fn credential(&mut self, plan: &Plan, workflow: &Workflow) -> Credential {
        match plan.signer {
            Signer::RegistryKey(n) => return Credential { key: self.mini.registry.keys[n].key.clone(), leaf: None },
            Signer::ManagedKey => return Credential { key: plan.managed_key.clone(), leaf: None },
            Signer::Certificate => {}
        }
        let mut certified = workflow.clone();
        run(&mut self.hooks.certified, &mut certified);
        let mut leaf = certificate::leaf(
            &plan.authority,
            &plan.leaf_key,
            plan.certified_at,
            &certified.signer_uri(),
            certified.extensions(),
        );
        if self.mini.sigstore.ct_logs.is_empty() {
            leaf.remove(SCT_LIST);
        }
        run(&mut self.hooks.leaf, &mut leaf);
        let mut scts: Vec<Sct> = plan
            .ct_logs
            .iter()
            .map(|log| log.sct(&leaf, &plan.authority, plan.certified_at as u64 * 1000 + 569))
            .collect();
        run(&mut self.hooks.scts, &mut scts);
        let mut list = ct_log::list(&scts.iter().map(Sct::encode).collect::<Vec<_>>());
        run(&mut self.hooks.sct_list, &mut list);
        ct_log::embed(&mut leaf, &list);
        let mut tbs = leaf.tbs();
        run(&mut self.hooks.tbs, &mut tbs);
        let mut signature = leaf.signer.sign_with(leaf.hash, &tbs);
        run(&mut self.hooks.ca_signature, &mut signature);
        let mut der = leaf.assemble(&tbs, &signature);
        run(&mut self.hooks.leaf_der, &mut der);
        Credential { key: plan.leaf_key.clone(), leaf: Some(der) }
    }

    fn message_of(&mut self, plan: &Plan, credential: &Credential) -> Message {
        let key = plan.signing_key.as_ref().unwrap_or(&credential.key);
        let hash = plan.hash.unwrap_or(key.hash());
        let mut signature = key.sign_with(hash, &plan.artifact);
        run(&mut self.hooks.signature, &mut signature);
        let mut message = Message { algorithm: hash, digest: hash.of(&plan.artifact), signature };
        run(&mut self.hooks.message, &mut message);
        message
    }

    fn content_json(&mut self, content: &Content) -> (&'static str, Value) {
        match content {
            Content::Envelope(envelope) => {
                let mut json = envelope.json();
                run(&mut self.hooks.envelope_json, &mut json);
                ("dsseEnvelope", json)
            }
            Content::Message(message) => {
                let mut json = message.json();
                run(&mut self.hooks.message_json, &mut json);
                ("messageSignature", json)
            }
        }
    }

    fn envelope_of(&mut self, plan: &Plan, workflow: &Workflow, credential: &Credential) -> (Content, String) {
        let mut stated = workflow.clone();
        run(&mut self.hooks.stated, &mut stated);
        let mut statement = match plan.purpose {
            Purpose::Publish => statement::publish(&self.package, &self.mini.registry.url),
            Purpose::Provenance | Purpose::Message => plan.build.statement(&self.package, &stated),
        };
        run(&mut self.hooks.statement, &mut statement);
        let predicate_type = statement["predicateType"].as_str().unwrap_or_default();
        let mut payload = statement.to_string().into_bytes();
        run(&mut self.hooks.payload, &mut payload);
        let mut signed = pae(&plan.payload_type, &payload);
        run(&mut self.hooks.pae, &mut signed);
        let key = plan.signing_key.as_ref().unwrap_or(&credential.key);
        let mut sig = key.sign_with(plan.hash.unwrap_or(key.hash()), &signed);
        run(&mut self.hooks.signature, &mut sig);
        let mut envelope = Envelope {
            payload_type: plan.payload_type.clone(),
            payload,
            signatures: vec![EnvelopeSignature { sig, keyid: plan.keyid.clone() }],
        };
        run(&mut self.hooks.envelope, &mut envelope);
        (Content::Envelope(envelope), predicate_type.into())
    }

    fn timestamps_of(&mut self, plan: &Plan, content: &Content) -> Vec<Vec<u8>> {
        let seen = content.signature();
        let mut timestamps: Vec<Timestamp> =
            plan.timestamps.iter().map(|(tsa, time)| Timestamp::new(tsa, seen, *time)).collect();
        if !self.mini.sigstore.tokens_carry_certificates {
            timestamps.iter_mut().for_each(|t| t.certificates.clear());
        }
        run(&mut self.hooks.timestamps, &mut timestamps);
        timestamps.iter().map(Timestamp::encode).collect()
    }

    fn entry_of(&mut self, plan: &Plan, content: &Content, credential: &Credential) -> (Value, Vec<u8>, i64) {
        let mut entry = plan.entry();
        run(&mut self.hooks.entry, &mut entry);
        let verifier = Verifier::new(&credential.key, credential.leaf.as_deref(), plan.hash);
        let mut body = plan.kind.body(content, &verifier);
        run(&mut self.hooks.body, &mut body);
        let mut body = body.to_string().into_bytes();
        run(&mut self.hooks.body_bytes, &mut body);

        let set = entry.promise.then(|| self.set_of(&entry, &body));
        let proof = entry.proof.then(|| self.proof_of(plan, &entry, &body));
        let mut json = entry.json(&body, set.as_deref(), proof);
        run(&mut self.hooks.entry_json, &mut json);
        (json, body, entry.integrated_time)
    }

    fn set_of(&mut self, entry: &Entry, body: &[u8]) -> Vec<u8> {
        let mut payload = entry.set_payload(body);
        run(&mut self.hooks.set_payload, &mut payload);
        let mut text = payload.to_string();
        run(&mut self.hooks.set_text, &mut text);
        let mut set = entry.rekor.key.sign(text.as_bytes());
        run(&mut self.hooks.set, &mut set);
        set
    }

    fn proof_of(&mut self, plan: &Plan, entry: &Entry, body: &[u8]) -> Value {
        let mut tree = Tree::with(body, plan.position, plan.tree_size);
        run(&mut self.hooks.tree, &mut tree);
        let mut checkpoint = entry.rekor.checkpoint(&tree);
        run(&mut self.hooks.checkpoint, &mut checkpoint);
        let mut text = checkpoint.text();
        run(&mut self.hooks.checkpoint_text, &mut text);
        let mut proof = entry.proof_json(&tree, &text);
        run(&mut self.hooks.proof, &mut proof);
        proof
    }
}

impl Attestation<'_> {
    /// Logged in Rekor v2, and timestamped by an authority.
    pub fn rekor_v2(self) -> Self {
        let mini = self.mini;
        self.plan(|plan| plan.rekor_v2(mini))
    }
}

/// Setters for the choices that many cases make; `plan` reaches all of them.
macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident($value:ident: $kind:ty) => $choice:expr;)*) => {
        impl<'a> Attestation<'a> {
            $($(#[$doc])*
            pub fn $name(self, $value: $kind) -> Self {
                let choose: fn(&mut Plan, $kind) = $choice;
                self.plan(move |plan| choose(plan, $value))
            })*
        }
    };
}

choices! {
    /// Shifts the certificate, the log entry and the timestamps to another time.
    at(time: i64) => |p, time| {
        p.integrated_at += time - p.certified_at;
        p.timestamps.iter_mut().for_each(|(_, seen)| *seen += time - p.certified_at);
        p.certified_at = time;
    };
    integrated_at(time: i64) => |p, time| p.integrated_at = time;
    build(build: statement::Build) => |p, build| p.build = build;
    media_type(media_type: &'a str) => |p, m| p.media_type = m.into();
    payload_type(payload_type: &'a str) => |p, t| p.payload_type = t.into();
    /// The outer predicate type, in the response.
    outer_type(predicate_type: &'a str) => |p, t| p.predicate_type = Some(t.into());
    keyid(keyid: Option<&'a str>) => |p, id| p.keyid = id.map(String::from);
    hint(hint: &'a str) => |p, hint| p.hint = hint.into();
    /// Signs the envelope with a key that is not the one being named.
    signed_by(key: Key) => |p, key| p.signing_key = Some(key);
    hash(hash: super::keys::Hash) => |p, hash| p.hash = Some(hash);
    issued_by(authority: certificate::Authority) => |p, a| p.issued_by(a);
    logged_by(rekor: super::rekor::Rekor) => |p, rekor| p.rekor = rekor;
    kind(kind: super::log_body::Kind) => |p, kind| p.kind = kind;
    /// A key that verifiers are given beforehand signs.
    managed_by(key: Key) => |p, key| p.managed_by(key);
    leaf_key(key: Key) => |p, key| p.leaf_key = key;
    /// Carries an entry that was minted elsewhere as well.
    also_logged(entry: Value) => |p, entry| p.further_entries.push(entry);
    /// Has an authority timestamp the envelope's signature too.
    timestamped(by: (certificate::Authority, i64)) => |p, by| p.timestamps.push(by);
    promise(promise: bool) => |p, promise| p.promise = promise;
    inclusion(proof: bool) => |p, proof| p.proof = proof;
}
