//! CR-01 for sound responses: no order that means nothing decides anything. That it does not turn one
//! refusal into another is asserted for every folder of `testdata/`, by the cases themselves.

use serde_json::Value;

use crate::subject::{SUBJECTS, Verdict};
use crate::support::order::{ORDERS, reordered};

#[test]
fn cr_01_the_order_of_members_and_attestations_decides_nothing() {
    for subject in SUBJECTS.iter() {
        let response: Value = serde_json::from_slice(&subject.response).unwrap();
        for order in 0..ORDERS {
            let other = reordered(&response, order);
            assert_eq!(subject.judge(other.as_bytes()), Verdict::Same, "{}, order {order}", subject.name);
        }
    }
}
