//! A whole Sigstore instance: authorities, certificate logs, transparency logs, timestamp authorities.

use super::certificate::{AUTHORITY_KEY_ID, BASIC_CONSTRAINTS, basic_constraints};
use super::certificate::{Authority, CODE_SIGNING, Certificate, EXTENDED_KEY_USAGE, TIME_STAMPING};
use super::ct_log::CtLog;
use super::keys::Key;
use super::rekor::{Generation, Rekor};
use super::trusted_root::{AuthorityMember, LogMember, TrustedRoot};

#[derive(Clone)]
pub struct Sigstore {
    pub label: String,
    pub root: Authority,
    /// Between the issuing authorities and the root, leaf's side first.
    pub links: Vec<Authority>,
    /// Two authorities of the same name with different keys, as at a rotation.
    pub intermediates: [Authority; 2],
    pub ct_logs: Vec<CtLog>,
    pub rekors: Vec<Rekor>,
    pub tsa_root: Authority,
    /// Between the timestamp authorities and their root.
    pub tsa_links: Vec<Authority>,
    pub tsas: [Authority; 2],
    /// Whether timestamp tokens name their authority by its certificate too.
    pub tokens_carry_certificates: bool,
}

impl Sigstore {
    /// Another label makes another instance, with other keys and other hosts.
    pub fn new(label: &str) -> Sigstore {
        let of = |part: &str| format!("{label} {part}");
        let host = format!("{label}.example");
        let root = Authority::root(&of("root"), &host, label);
        let common_name = format!("{label}-intermediate");
        let intermediate = |n: u8| root.subordinate(&of(&format!("ca {n}")), &common_name, CODE_SIGNING, true);
        let tsa_root = Authority::root(&of("tsa root"), &host, &format!("{label}-tsa-selfsigned"));
        let tsa = |n: u8| {
            let name = format!("{label}-tsa-{n}");
            tsa_root.subordinate(&of(&name), &name, TIME_STAMPING, false)
        };
        Sigstore {
            intermediates: [intermediate(0), intermediate(1)],
            links: Vec::new(),
            ct_logs: vec![
                CtLog::new(&of("ct 0"), &format!("https://ctfe.{host}/2022")),
                CtLog::new(&of("ct 1"), &format!("https://ctfe.{host}/2024")),
            ],
            rekors: vec![
                Rekor::new(&of("rekor 0"), &format!("rekor.{host}")),
                Rekor::new(&of("rekor 1"), &format!("rekor-second.{host}")),
            ],
            tsas: [tsa(1), tsa(2)],
            tsa_links: Vec::new(),
            label: label.into(),
            root,
            tsa_root,
            tokens_carry_certificates: true,
        }
    }

    /// Adds two logs of the second generation: `rekors[2]` signs with Ed25519, `rekors[3]` with P-256.
    pub fn with_rekor_v2(mut self) -> Sigstore {
        let host = format!("{}.example", self.label);
        let label = |n: u8| format!("{} log {n}", self.label);
        let logs = [Key::ed25519(&label(1)), Key::p256(&label(2))];
        let name = |n: usize| format!("log2025-{n}.rekor.{host}");
        self.rekors.extend((1..).zip(logs).map(|(n, key)| Rekor::v2(key, &name(n))));
        self
    }

    /// An instance as GitHub runs it for private repositories: no log of either kind, one root for
    /// everything, and chains of three.
    pub fn github_style(label: &str) -> Sigstore {
        let of = |part: &str| format!("{label} {part}");
        let mut root = Authority::root(&of("root"), &format!("{label}, Inc."), "Internal Services Root");
        root.change(|c| {
            c.remove(AUTHORITY_KEY_ID);
            *c.extension(BASIC_CONSTRAINTS) = basic_constraints(true, Some(2));
        });
        let mut l1 = root.subordinate(&of("l1"), "Fulcio Intermediate l1", CODE_SIGNING, true);
        l1.change(|c| {
            c.remove(EXTENDED_KEY_USAGE);
            *c.extension(BASIC_CONSTRAINTS) = basic_constraints(true, Some(1));
        });
        let l2 = |n: u8| l1.subordinate(&of(&format!("l2 {n}")), "Fulcio Intermediate l2", CODE_SIGNING, true);
        let tsa_link = root.subordinate(&of("tsa link"), "TSA intermediate", TIME_STAMPING, true);
        let tsa = |n: u8| {
            let mut tsa = tsa_link.subordinate(&of(&format!("tsa {n}")), "TSA Timestamping", TIME_STAMPING, false);
            tsa.change(|c| c.extensions.insert(2, basic_constraints(false, None)));
            tsa
        };
        Sigstore {
            label: label.into(),
            intermediates: [l2(0), l2(1)],
            tsas: [tsa(0), tsa(1)],
            links: vec![l1],
            ct_logs: Vec::new(),
            rekors: Vec::new(),
            tsa_root: root.clone(),
            tsa_links: vec![tsa_link],
            root,
            tokens_carry_certificates: false,
        }
    }

    /// Changes the root's certificate; what it has issued stays as it was.
    pub fn change_root(&mut self, change: impl FnOnce(&mut Certificate)) {
        self.root.change(change);
    }

    pub fn change_intermediate(&mut self, n: usize, change: impl FnOnce(&mut Certificate)) {
        self.intermediates[n].change(change);
    }

    /// Gives the certificate authorities' root another key, with which it issues again what it has issued.
    pub fn rekey_root(&mut self, key: Key) {
        self.root.rekey(key);
        let below = if self.links.is_empty() { &mut self.intermediates[..] } else { &mut self.links[..] };
        below.iter_mut().for_each(|a| a.reissue(&self.root.key));
    }

    /// Gives the timestamp authorities' root another key, with which it issues again what it has issued.
    pub fn rekey_tsa_root(&mut self, key: Key) {
        self.tsa_root.rekey(key);
        let below = if self.tsa_links.is_empty() { &mut self.tsas[..] } else { &mut self.tsa_links[..] };
        below.iter_mut().for_each(|a| a.reissue(&self.tsa_root.key));
    }

    /// An issuing authority's certificate and those above it.
    pub fn chain(&self, authority: &Authority) -> Vec<Vec<u8>> {
        chain(authority, &self.links, &self.root)
    }

    /// What a consumer of this instance is configured with.
    pub fn trusted_root(&self) -> TrustedRoot {
        let host = format!("{}.example", self.label);
        let unlogged = self.rekors.is_empty() && self.ct_logs.is_empty();
        let fulcio = if unlogged { format!("fulcio.{host}") } else { format!("https://fulcio.{host}") };
        let authority =
            |a: &Authority| AuthorityMember::new(&self.root, &fulcio, self.chain(a), "2022-04-13T20:06:15Z");
        let tsa = |(n, a): (usize, &Authority)| {
            let uri = format!("https://timestamp-{n}.{host}/api/v1/timestamp");
            AuthorityMember::new(a, &uri, chain(a, &self.tsa_links, &self.tsa_root), "2022-07-04T00:00:00Z")
        };
        let rekor = |log: &Rekor| {
            let start = match log.generation {
                Generation::V1 => "2021-01-12T11:53:27Z",
                Generation::V2 => "2025-09-23T00:00:00Z",
            };
            LogMember::rekor(log, start)
        };
        TrustedRoot {
            media_type: "application/vnd.dev.sigstore.trustedroot+json;version=0.1".into(),
            tlogs: self.rekors.iter().map(rekor).collect(),
            authorities: self.intermediates.iter().map(authority).collect(),
            ctlogs: self.ct_logs.iter().map(|l| LogMember::ct(l, "2022-10-20T00:00:00Z")).collect(),
            tsas: self.tsas.iter().enumerate().map(tsa).collect(),
            left_out: if unlogged { vec!["tlogs", "ctlogs"] } else { Vec::new() },
        }
    }
}

fn chain(first: &Authority, links: &[Authority], root: &Authority) -> Vec<Vec<u8>> {
    [first].into_iter().chain(links).chain([root]).map(|a| a.der.clone()).collect()
}
