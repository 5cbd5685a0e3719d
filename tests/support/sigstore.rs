//! A whole Sigstore instance: authorities, certificate logs, transparency logs, timestamp authorities.

use super::certificate::{Authority, CODE_SIGNING, Certificate, TIME_STAMPING};
use super::ct_log::CtLog;
use super::rekor::Rekor;
use super::trusted_root::{AuthorityMember, LogMember, TrustedRoot};

#[derive(Clone)]
pub struct Sigstore {
    pub label: String,
    pub root: Authority,
    /// Two authorities of the same name with different keys, as at a rotation.
    pub intermediates: [Authority; 2],
    pub ct_logs: [CtLog; 2],
    pub rekors: [Rekor; 2],
    pub tsa_root: Authority,
    pub tsas: [Authority; 2],
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
            ct_logs: [
                CtLog::new(&of("ct 0"), &format!("https://ctfe.{host}/2022")),
                CtLog::new(&of("ct 1"), &format!("https://ctfe.{host}/2024")),
            ],
            rekors: [
                Rekor::new(&of("rekor 0"), &format!("rekor.{host}")),
                Rekor::new(&of("rekor 1"), &format!("rekor-second.{host}")),
            ],
            tsas: [tsa(1), tsa(2)],
            label: label.into(),
            root,
            tsa_root,
        }
    }

    /// Changes the root's certificate; what it has issued stays as it was.
    pub fn change_root(&mut self, change: impl FnOnce(&mut Certificate)) {
        self.root.change(change);
    }

    pub fn change_intermediate(&mut self, n: usize, change: impl FnOnce(&mut Certificate)) {
        self.intermediates[n].change(change);
    }

    /// What a consumer of this instance is configured with.
    pub fn trusted_root(&self) -> TrustedRoot {
        let host = format!("{}.example", self.label);
        let log = |url: String, key, start: &str| LogMember::new(url, key, start);
        let fulcio = format!("https://fulcio.{host}");
        let authority = |a: &Authority| {
            let chain = vec![a.der.clone(), self.root.der.clone()];
            AuthorityMember::new(&self.root, &fulcio, chain, "2022-04-13T20:06:15Z")
        };
        let tsa = |(n, a): (usize, &Authority)| {
            let uri = format!("https://timestamp-{n}.{host}/api/v1/timestamp");
            let chain = vec![a.der.clone(), self.tsa_root.der.clone()];
            AuthorityMember::new(a, &uri, chain, "2022-07-04T00:00:00Z")
        };
        TrustedRoot {
            media_type: "application/vnd.dev.sigstore.trustedroot+json;version=0.1".into(),
            tlogs: self.rekors.iter().map(|r| log(r.base_url(), &r.key, "2021-01-12T11:53:27Z")).collect(),
            authorities: self.intermediates.iter().map(authority).collect(),
            ctlogs: self.ct_logs.iter().map(|l| log(l.base_url.clone(), &l.key, "2022-10-20T00:00:00Z")).collect(),
            tsas: self.tsas.iter().enumerate().map(tsa).collect(),
        }
    }
}
