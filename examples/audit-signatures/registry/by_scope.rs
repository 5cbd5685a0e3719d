//! Several registries at once: one for most packages, others for the scopes that npm's configuration
//! sends elsewhere.

use std::collections::BTreeMap;

use super::{Document, Fetched, Source};

/// Sources by scope. The keys are the default registry's.
pub struct ByScope {
    pub default: Box<dyn Source>,
    /// Scopes with their `@`.
    pub scoped: BTreeMap<String, Box<dyn Source>>,
}

impl Source for ByScope {
    fn fetch(&self, document: &Document) -> Fetched {
        let scoped = document.scope().and_then(|scope| self.scoped.get(scope));
        scoped.unwrap_or(&self.default).fetch(document)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    struct Named(&'static str);

    impl Source for Named {
        fn fetch(&self, _: &Document) -> Fetched {
            Fetched::Body(self.0.into())
        }
    }

    #[test]
    fn a_scope_goes_to_its_own_registry() {
        let scoped: BTreeMap<String, Box<dyn Source>> =
            BTreeMap::from([("@corp".into(), Box::new(Named("corp")) as _)]);
        let sources = ByScope { default: Box::new(Named("default")), scoped };
        assert_eq!(sources.packument("@corp/a"), Fetched::Body("corp".into()));
        assert_eq!(sources.attestations("@corp/a", "1.0.0"), Fetched::Body("corp".into()));
        for name in ["a", "@corporation/a", "corp"] {
            assert_eq!(sources.packument(name), Fetched::Body("default".into()));
        }
        assert_eq!(sources.keys(), Fetched::Body("default".into()));
    }
}
