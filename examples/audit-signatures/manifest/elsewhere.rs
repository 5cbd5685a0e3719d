//! Signatures that a mirror leaves out, from the registry that it mirrors.

use countersign::{Artifact, DistClaims};

use super::{Documents, Lacking, Manifest};
use crate::registry_url::RegistryUrl;

impl<'b> Manifest<'b> {
    /// This manifest, if it is signed; else the other registry's, if that one is. What was not obtained
    /// there is not absent: without signatures of either nothing can be said then.
    pub fn or_signed_by(
        mut self,
        there: &Documents<'b>,
        url: &RegistryUrl,
        artifact: &Artifact,
        wants_more: impl Fn(&DistClaims) -> bool,
    ) -> Result<Self, Lacking> {
        if self.dist.has_signatures() {
            return Ok(self);
        }
        let mut other = match there.manifest(artifact, wants_more) {
            Ok(other) if other.dist.has_signatures() => other,
            Ok(_) => {
                self.note("NOTE_AUDIT_UNSIGNED_ELSEWHERE", format!("neither the registry nor {url} has a signature"));
                return Ok(self);
            }
            Err(Lacking::Unknown(_)) => {
                self.note(
                    "NOTE_AUDIT_UNKNOWN_ELSEWHERE",
                    format!("the registry has no signature, and {url} does not know the package or version"),
                );
                return Ok(self);
            }
            Err(Lacking::NotAsked) => return Err(Lacking::NotAsked),
            Err(Lacking::Unavailable(reason)) => {
                let reason = format!("the registry has no signature, and the other one could not be asked: {reason}");
                return Err(Lacking::Unavailable(reason));
            }
            Err(unreadable) => return Err(unreadable),
        };
        other.note(
            "NOTE_AUDIT_SIGNATURES_FROM",
            format!("signatures asked for at {url}, because the registry has none"),
        );
        if self.advertised && !other.advertised {
            (other.advertised, other.source) = (true, self.source);
        }
        other.elsewhere = true;
        Ok(other)
    }
}
