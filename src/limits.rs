//! Every bound on input, with its source. Each is checked before the work it bounds.

/// Nesting of any JSON document (attacks.md RE-04; serde_json alone would allow 128).
pub const JSON_DEPTH: usize = 64;
/// Bytes of an answer of the attestations endpoint (attacks.md RE-01; real ones are under 20 KiB).
pub const ATTESTATIONS_BYTES: usize = 2 << 20;
/// Bytes of a key set (attacks.md RE-01; npm's is under 3 KiB).
pub const KEYS_BYTES: usize = 256 << 10;
/// Bytes of one version's manifest (attacks.md RE-01).
pub const MANIFEST_BYTES: usize = 8 << 20;
/// Bytes of a packument with all its versions (the largest public ones are about 60 MB).
pub const PACKUMENT_BYTES: usize = 128 << 20;
/// Bytes of a trusted root (the largest real one is 30 KiB).
pub const TRUSTED_ROOT_BYTES: usize = 1 << 20;
/// Attestations in one answer (attacks.md AS-19; npm serves two).
pub const ATTESTATIONS: usize = 32;
/// Log entries in one bundle (sigstore-go `internal/limits`, CVE-2024-45395).
pub const LOG_ENTRIES: usize = 32;
/// Timestamps in one bundle (sigstore-go `internal/limits`, CVE-2024-45395).
pub const TIMESTAMPS: usize = 32;
/// Bytes of one RFC 3161 response (the largest real one, with a chain inside, is under 6 KiB).
pub const TIMESTAMP_BYTES: usize = 64 << 10;
/// Signed attributes of one timestamp (real ones have four).
pub const TIMESTAMP_ATTRIBUTES: usize = 32;
/// Certificates in one bundle (attacks.md BU-18).
pub const CERTIFICATES: usize = 10;
/// Authorities in one chain (attacks.md CE-14; GitHub's has three).
pub const AUTHORITIES: usize = 4;
/// Bytes of one certificate (attacks.md §4; Fulcio's are under 2 KiB).
pub const CERTIFICATE_BYTES: usize = 64 << 10;
/// Extensions of one certificate (attacks.md CE-67; Fulcio's leaves have about 30).
pub const CERTIFICATE_EXTENSIONS: usize = 128;
/// Bytes of one Fulcio extension's value (attacks.md EX-07).
pub const EXTENSION_BYTES: usize = 4 << 10;
/// SCTs in one certificate (attacks.md CT-15; Fulcio's have one).
pub const SCTS: usize = 32;
/// Hashes of an inclusion proof: a tree of 2^64 leaves needs no more (RFC 6962 §2.1.1).
pub const PROOF_HASHES: usize = 64;
/// Bytes of a checkpoint (attacks.md §4).
pub const CHECKPOINT_BYTES: usize = 16 << 10;
/// Signature lines of a checkpoint (C2SP signed-note; golang.org/x/mod/sumdb/note stops at 100).
pub const CHECKPOINT_SIGNATURES: usize = 100;
/// Different signatures of a checkpoint by the log itself. A log signs once; each more is one more
/// public-key operation, and whoever asks a log often enough has hundreds that are good (attacks.md RE-41).
pub const CHECKPOINT_OWN_SIGNATURES: usize = 2;
/// Bytes of an in-toto statement (attacks.md DS-25).
pub const STATEMENT_BYTES: usize = 1 << 20;
/// Subjects of one in-toto statement (sigstore-go `internal/limits`, CVE-2024-45395).
pub const SUBJECTS: usize = 1024;
/// Signatures of one DSSE envelope that are read before it is refused for having more than one
/// (sigstore-go `internal/limits`, CVE-2024-45395).
pub const ENVELOPE_SIGNATURES: usize = 32;
/// Bytes of a signature (RSA of 4096 bits needs 512).
pub const SIGNATURE_BYTES: usize = 1 << 10;
/// Signatures of one version (attacks.md RS-41; npm writes one).
pub const REGISTRY_SIGNATURES: usize = 16;
/// Keys of one registry, log operators or authorities of one trusted root.
pub const TRUSTED_KEYS: usize = 64;
/// Characters of a package name (npm: 214 for new names; older ones may be longer).
pub const NAME_CHARS: usize = 512;
/// Characters of a version (node-semver `MAX_LENGTH`).
pub const VERSION_CHARS: usize = 256;
/// Seconds that a provenance may be later than the publish attestation that confirms it
/// (design decision 7; real ones are 2 to 64 s earlier).
pub const PROVENANCE_AFTER_PUBLISH_SECONDS: i64 = 60;
/// Bytes of one unsigned hint that is shown beside what was proved (`repository` of a package.json).
pub const HINT_BYTES: usize = 2 << 10;
/// Bytes of a policy (attacks.md PO-22; a rule takes about 300).
pub const POLICY_BYTES: usize = 4 << 20;
/// Rules of one policy, and patterns of one rule.
pub const POLICY_RULES: usize = 10_000;
/// Exemptions of one policy.
pub const EXEMPTIONS: usize = 10_000;
/// Versions that one rule's `since` lists.
pub const SINCE_VERSIONS: usize = 10_000;
/// Bytes of an exemption's reason.
pub const REASON_BYTES: usize = 2 << 10;
/// Bytes of what `npm trust list --json` prints (one publisher is under 1 KiB).
pub const NPM_TRUST_LIST_BYTES: usize = 1 << 20;
/// Publishers of one package, and alternatives within one field of them (npm allows ten publishers).
pub const PUBLISHER_ALTERNATIVES: usize = 64;
