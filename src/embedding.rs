//! How a package manager uses this library: an install, from the lock file to the unpacked files.
//!
//! ```text
//! resolve ──▶ needs ──▶ fetch ──▶ verify ──▶ compare ──▶ authorize ──▶ hash ──▶ admit ──▶ extract
//!   names the digest                 everything is about that digest                 the bytes are it
//! ```
//!
//! The digest that the consumer's own record names is in hand from the first step to the last: evidence is
//! about it, consent is about that evidence, and [`Authorized::admit`](crate::policy::Authorized::admit)
//! holds the hashed bytes against it. Extraction takes [`&Admitted`](crate::policy::Admitted), so that no
//! path leads to the disk past it.
//!
//! # Once per process
//!
//! ```
//! use countersign::policy::TrustLock;
//! use countersign::{Policy, TrustSnapshot, Verifier};
//!
//! # fn read() -> Result<(), Box<dyn std::error::Error>> {
//! // Keys and roots are parsed here, once; whatever is wrong with them fails here, not at a package.
//! let verifier = Verifier::new(TrustSnapshot::trusted_root()?, [TrustSnapshot::npm_keys()?])?;
//!
//! // From any format that serde reads. The program decides where the file is; nothing looks for it.
//! let policy: Policy = serde_json::from_str(r#"{
//!     "schema": 1,
//!     "default": { "require": ["registry-signature"] },
//!     "rules": [{
//!         "packages": ["@octo/lib"],
//!         "require": ["registry-signature", "trusted-publisher"],
//!         "publishers": [{ "type": "github", "repository": "octo-org/octo-lib", "file": "release.yml" }]
//!     }]
//! }"#)?;
//! let lock = TrustLock::empty(); // or TrustLock::from_json of the file that the last run wrote
//! # let _ = (verifier, policy, lock);
//! # Ok(()) }
//! # read().unwrap();
//! ```
//!
//! # Once per package
//!
//! ```
//! use std::collections::BTreeSet;
//!
//! use countersign::policy::{Admitted, Decision, Need, TrustLock};
//! use countersign::{Artifact, Attestations, ArtifactHasher, Claims, PackageId, Packument, Policy, RegistryId};
//! use countersign::{Timestamp, Verifier};
//! # type Error = Box<dyn std::error::Error>;
//! # trait Registry {
//! #     fn packument(&self, name: &str) -> Vec<u8>;
//! #     fn attestations(&self, id: &PackageId) -> Attestations;
//! #     fn tarball(&self, id: &PackageId) -> Box<dyn Iterator<Item = Vec<u8>>>;
//! # }
//! # fn extract(_: &Admitted) -> Result<(), Error> { Ok(()) }
//!
//! fn install(
//!     (name, version, integrity): (&str, &str, &str), // what the lock file says: never what the registry answers
//!     (verifier, policy, lock): (&Verifier, &Policy, &TrustLock),
//!     registry: &dyn Registry,
//!     now: Timestamp,
//! ) -> Result<(), Error> {
//!     // resolve: which tarball is wanted, by the consumer's own record
//!     let artifact = Artifact::expected(RegistryId::npm(), PackageId::new(name, version)?, integrity)?;
//!     let packument = registry.packument(name);
//!     let packument = Packument::from_json(&packument)?;
//!     let (dist, published) = packument.version(artifact.id())?.ok_or("the registry does not list it")?;
//!
//!     // fetch: what the rule for this package uses, and no more
//!     let needs: BTreeSet<Need> = policy.needs(&artifact, &dist);
//!     let attestations = match needs.contains(&Need::Attestations) {
//!         true => registry.attestations(artifact.id()),
//!         false => Attestations::NotAsked,
//!     };
//!     let claims = Claims::new(dist, attestations).with_publish_time(published);
//!
//!     // verify: forged, altered or contradictory claims end here
//!     let evidence = verifier.verify(&artifact, &claims, now)?;
//!
//!     // compare: is it still who it was?
//!     lock.compare(&evidence).must_be_clean()?;
//!
//!     // authorize: sound is not yet wanted
//!     let Decision::Authorized(authorized) = policy.authorize(&evidence, now)? else {
//!         return Err("the policy requires nothing of this package, and so admits nothing".into());
//!     };
//!
//!     // hash while downloading; nothing is unpacked before the last byte was seen
//!     let mut hasher = ArtifactHasher::new();
//!     for chunk in registry.tarball(artifact.id()) {
//!         hasher.update(&chunk);
//!     }
//!
//!     // extract: these are the bytes
//!     extract(&authorized.admit(hasher.finish())?)
//! }
//! ```
//!
//! * **Asynchronous programs** fetch in their own runtime and call the rest on a blocking pool: everything
//!   is synchronous, pure and `Send`, and a [`Verifier`](crate::Verifier) is shared by reference.
//! * **One retry.** Where [`Denied::wants_fresh_trust`](crate::Denied::wants_fresh_trust) says so, the
//!   registry may have rotated its keys: fetch fresh trust material, make a new verifier, try once more. Of
//!   any other denial a retry would be in vain.
//! * **Warm installs.** [`Admitted::receipt`](crate::policy::Admitted::receipt) can be kept;
//!   [`Receipt::covers`](crate::policy::Receipt::covers) says whether the same question was answered before.
//!   It fails on another key, root, rule or version of the rules, and when an exemption that was used ends.
//!   It is no proof: keep it where you keep the packages.
//! * **Pinning.** After an install that was clean, [`TrustLock::record`](crate::policy::TrustLock::record)
//!   and write the lock atomically. The next version is then compared with this one.
//! * **Reports.** [`PackageReport::examined`](crate::report::PackageReport::examined) makes the serialisable
//!   outcome that `audit-signatures` prints, of the same assessment.
