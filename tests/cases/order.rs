//! CR-01: the order of members, attestations, signatures, keys and logs decides nothing: every case has
//! the same verdict, by the same code, in any of them.

use countersign::Attestations;
use serde_json::Value;

use crate::support::order::{ORDERS, reordered};
use crate::{cases, judge};

#[test]
fn cr_01_no_order_changes_a_verdict() {
    for order in 0..ORDERS {
        let write = |document: &mut Vec<u8>| {
            let value: Value = serde_json::from_slice(document).unwrap();
            *document = reordered(&value, order).into_bytes();
        };
        let mut all = cases("accept");
        all.extend(cases("reject"));
        for case in &mut all {
            [&mut case.manifest, &mut case.keys, &mut case.trusted_root].into_iter().for_each(write);
            if let Attestations::Body(body) = &mut case.attestations {
                write(body);
            }
        }
        judge(&all);
    }
}
