//! The bundle's shape (proof 1), its envelope (proof 7), and what the log says of it (proof 8).

use serde_json::{Value, json};

use crate::mint::{Folder, Mint};
use crate::support::flip;
use crate::support::package::Package;
use crate::support::plan::leaf_key;

pub fn all(m: &Mint) -> Vec<Folder> {
    [shape(m), signature(m), binding(m)].concat()
}

fn shape(m: &Mint) -> Vec<Folder> {
    let twice = |envelope: &mut Value| {
        let signature = envelope["signatures"][0].clone();
        envelope["signatures"] = json!([signature, signature]);
    };
    let both = |bundle: &mut Value| bundle["verificationMaterial"]["publicKey"] = json!({"hint": "mallory"});
    vec![
        m.provenance(|a| a.envelope_json(twice)).refused(
            "second-envelope-signature",
            "ENVELOPE_SIGNATURE_COUNT",
            "The envelope has two signatures, so that each check could look at another one: there must be exactly \
             one (proof 1).",
        ),
        m.provenance(|a| a.json(both)).refused(
            "key-beside-the-certificate",
            "BUNDLE_MALFORMED",
            "The bundle names a key beside its certificate, so that a reader could take either: there must be one \
             (proof 1).",
        ),
        m.provenance(|a| a.payload_type("application/json")).refused(
            "payload-of-another-type",
            "PAYLOAD_TYPE",
            "The signer signed its payload as something else than a statement: the payload type must be in-toto's \
             (proof 1).",
        ),
        m.provenance(|a| a.media_type("application/vnd.dev.sigstore.bundle.v0.4+json")).refused(
            "bundle-of-an-unknown-version",
            "UNSUPPORTED_BUNDLE",
            "The media type is of a version that nobody has specified: what its members mean is not known, so that \
             it must not be read as an older one (proof 1).",
        ),
    ]
}

fn signature(m: &Mint) -> Vec<Folder> {
    vec![
        m.provenance(|a| a.envelope(|e| flip(&mut e.payload))).refused(
            "payload-altered",
            "ENVELOPE_SIGNATURE",
            "The payload was changed after it had been signed, and logged like that: the envelope's signature must be \
             over it (proof 7).",
        ),
        m.provenance(|a| a.signed_by(leaf_key(&Package::new("mallory", "1.0.0")))).refused(
            "envelope-signed-by-another-key",
            "ENVELOPE_SIGNATURE",
            "Another key than the certificate's signed the envelope: the signature must be by the key that was proved \
             (proof 7).",
        ),
        m.publish(|a| a.signature(flip)).refused(
            "publish-signature-altered",
            "ENVELOPE_SIGNATURE",
            "The publish attestation's signature was altered before it was logged: it must be good under the \
             registry's key (proof 7).",
        ),
    ]
}

fn binding(m: &Mint) -> Vec<Folder> {
    let other = Package::new("@octo/other", "1.0.0");
    let foreign = m.mini.provenance(&other).plan(|p| p.leaf_key = leaf_key(&m.package)).mint().entry;
    let replaced = |bundle: &mut Value| bundle["verificationMaterial"]["tlogEntries"][0] = foreign;
    let another_payload = |body: &mut Value| body["spec"]["payloadHash"]["value"] = json!("0".repeat(64));
    vec![
        m.provenance(|a| a.json(replaced)).refused(
            "log-entry-from-another-bundle",
            "LOG_MISMATCH",
            "A genuine log entry of another bundle by the same key stands in this one: it must state this signature \
             (proof 8).",
        ),
        m.provenance(|a| a.body(another_payload)).refused(
            "log-entry-of-another-payload",
            "LOG_MISMATCH",
            "The log signed an entry that states another payload: it must state this one (proof 8).",
        ),
    ]
}
