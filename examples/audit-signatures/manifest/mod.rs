//! Which of a registry's documents speaks for a version: the version's own, which is small, or the packument,
//! which has more. What is judged is one manifest of one of them, never parts of several.

mod elsewhere;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use countersign::evidence::{Claim, Note};
use countersign::{
    Artifact, Attestations, DistClaims, History, PackageId, Packument, ParseError, PublishTime, VerifyError,
};

use crate::registry::{Fetched, Source};

/// The packument's bytes, fetched when they are first wanted; they serve all versions of a package.
#[derive(Default)]
pub struct Body(OnceCell<Fetched>);

/// The documents of one package at one registry.
pub struct Documents<'b> {
    source: &'b dyn Source,
    body: &'b Body,
    packument: OnceCell<Result<Option<Packument<'b>>, ParseError>>,
    /// The last version's own document: it may be wanted twice.
    own: RefCell<Option<(String, Rc<Fetched>)>>,
}

/// A version's manifest, and what came with it.
pub struct Manifest<'b> {
    pub dist: DistClaims,
    pub published: PublishTime,
    /// By any document that was read: what one of them leaves out is asked for all the same.
    pub advertised: bool,
    /// It is the other registry's: see `or_signed_by`.
    pub elsewhere: bool,
    /// Who has the attestations.
    pub source: &'b dyn Source,
    pub notes: Vec<Note>,
}

/// Why there is none.
#[derive(Debug)]
pub enum Lacking {
    /// The registry does not know the package, or not this version.
    Unknown(&'static str),
    /// Nobody asked when the recording was made or the cache was filled.
    NotAsked,
    Unavailable(String),
    Unreadable(VerifyError),
}

/// What the version's own document was.
enum Own {
    Manifest(Box<DistClaims>),
    Unreadable,
    None,
}

impl<'b> Documents<'b> {
    pub fn new(source: &'b dyn Source, body: &'b Body) -> Self {
        Self { source, body, packument: OnceCell::new(), own: RefCell::default() }
    }

    /// The manifest that is judged. `wants_more` says of the version's own document whether the packument is
    /// needed beside it.
    pub fn manifest(
        &self,
        artifact: &Artifact,
        wants_more: impl Fn(&DistClaims) -> bool,
    ) -> Result<Manifest<'b>, Lacking> {
        let id = artifact.id();
        let own = match &*self.own(id.name(), id.version()) {
            Fetched::Body(body) => {
                DistClaims::from_json(body).map_or(Own::Unreadable, |dist| Own::Manifest(Box::new(dist)))
            }
            // Some registries do not have it, and a recording never does.
            Fetched::NotFound | Fetched::NotRecorded | Fetched::Unavailable(_) => Own::None,
        };
        match own {
            Own::Manifest(dist) if dist.has_signatures() && !wants_more(&dist) => Ok(self.alone(*dist)),
            Own::Manifest(dist) => self.with_packument(artifact, *dist),
            Own::Unreadable => {
                let mut found = self.of_packument(artifact)?;
                found.note(
                    "NOTE_AUDIT_VERSION_UNREADABLE",
                    "the version's own document cannot be read; the packument was judged",
                );
                Ok(found)
            }
            Own::None => self.of_packument(artifact),
        }
    }

    /// A document that has the version's manifest, unread: its own, else the packument.
    pub fn document(&self, name: &str, version: &str) -> Result<Vec<u8>, Lacking> {
        match &*self.own(name, version) {
            Fetched::Body(body) => Ok(body.clone()),
            _ => match self.body.0.get_or_init(|| self.source.packument(name)) {
                Fetched::Body(body) => Ok(body.clone()),
                _ => Err(self.lacking()),
            },
        }
    }

    fn own(&self, name: &str, version: &str) -> Rc<Fetched> {
        let mut last = self.own.borrow_mut();
        match &*last {
            Some((known, fetched)) if known == version => Rc::clone(fetched),
            _ => {
                let fetched = Rc::new(self.source.version(name, version));
                *last = Some((version.to_owned(), Rc::clone(&fetched)));
                fetched
            }
        }
    }

    fn with_packument(&self, artifact: &Artifact, own: DistClaims) -> Result<Manifest<'b>, Lacking> {
        let mut found = match self.of_packument(artifact) {
            Ok(found) => found,
            // Its claims are complete but for what only the packument has, which counts as not asked for.
            Err(Lacking::Unknown(_) | Lacking::NotAsked | Lacking::Unavailable(_)) if own.has_signatures() => {
                let mut alone = self.alone(own);
                alone.note(
                    "NOTE_AUDIT_NO_PACKUMENT",
                    "the packument, which says when it was published, could not be had",
                );
                return Ok(alone);
            }
            Err(lacking) => return Err(lacking),
        };
        found.advertised |= own.advertises_attestations();
        if own.has_signatures() && !found.dist.has_signatures() {
            found.dist = own;
        } else if own.has_signatures() && !own.is_signed_as(&found.dist) {
            let message =
                "the version's own document and the packument differ in digest or signatures; the packument was judged";
            found.note("NOTE_AUDIT_DOCUMENTS_DIFFER", message);
        }
        Ok(found)
    }

    fn of_packument(&self, artifact: &Artifact) -> Result<Manifest<'b>, Lacking> {
        let packument = match self.packument(artifact.id().name()) {
            Ok(Some(packument)) => packument,
            Ok(None) => return Err(self.lacking()),
            Err(error) => return Err(Lacking::Unreadable(error.clone().into())),
        };
        match packument.version(artifact.id()) {
            Ok(Some((dist, published))) => Ok(Manifest { published, ..self.alone(dist) }),
            Ok(None) => Err(Lacking::Unknown("the registry does not list this version")),
            Err(error) => Err(Lacking::Unreadable(error)),
        }
    }

    fn alone(&self, dist: DistClaims) -> Manifest<'b> {
        Manifest {
            advertised: dist.advertises_attestations(),
            dist,
            published: PublishTime::NotAsked,
            elsewhere: false,
            source: self.source,
            notes: Vec::new(),
        }
    }

    /// What the packument says of all versions, if it was fetched.
    pub fn history(&self) -> Option<History> {
        self.packument.get()?.as_ref().ok()?.as_ref().map(Packument::history)
    }

    fn packument(&self, name: &str) -> &Result<Option<Packument<'b>>, ParseError> {
        self.packument.get_or_init(|| match self.body.0.get_or_init(|| self.source.packument(name)) {
            Fetched::Body(body) => Packument::from_json(body).map(Some),
            Fetched::NotFound | Fetched::NotRecorded | Fetched::Unavailable(_) => Ok(None),
        })
    }

    fn lacking(&self) -> Lacking {
        match self.body.0.get() {
            Some(Fetched::NotFound) => Lacking::Unknown("the registry does not know this package"),
            Some(Fetched::Unavailable(reason)) => Lacking::Unavailable(reason.clone()),
            Some(Fetched::NotRecorded | Fetched::Body(_)) | None => Lacking::NotAsked,
        }
    }
}

impl Manifest<'_> {
    /// The attestations, if any document advertises some.
    pub fn attestations(&self, id: &PackageId) -> Attestations {
        if !self.advertised {
            return Attestations::NotAdvertised;
        }
        match self.source.attestations(id.name(), id.version()) {
            Fetched::Body(body) => Attestations::Body(body),
            // Of a manifest that does not advertise them it would count as absence.
            Fetched::NotFound if !self.dist.advertises_attestations() => {
                Attestations::Unavailable("one document of the registry advertises them, and there are none".into())
            }
            Fetched::NotFound => Attestations::NotFound,
            Fetched::NotRecorded => Attestations::NotAsked,
            Fetched::Unavailable(reason) => Attestations::Unavailable(reason),
        }
    }

    fn note(&mut self, code: &'static str, message: impl Into<String>) {
        self.notes.push(Note::new(Claim::Manifest, code, message.into()));
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
