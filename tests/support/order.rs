//! The same JSON document in another order.

use serde_json::Value;

/// Lists whose order means nothing. That of a certificate chain does, and that of a proof's hashes.
const UNORDERED: [&str; 9] = [
    "attestations",
    "certificateAuthorities",
    "ctlogs",
    "keys",
    "rfc3161Timestamps",
    "signatures",
    "timestampAuthorities",
    "tlogEntries",
    "tlogs",
];

/// How many orders there are to try; 0 is the members sorted by name and the lists as they are.
pub const ORDERS: usize = 6;

/// Writes the members of every object, and the elements of those lists, in order number `order`.
pub fn reordered(value: &Value, order: usize) -> String {
    write("", value, order)
}

fn write(name: &str, value: &Value, order: usize) -> String {
    match value {
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                format!("{}:{}", Value::from(name.as_str()), write(name, value, order))
            };
            format!("{{{}}}", permuted(members.iter().map(member).collect(), order).join(","))
        }
        Value::Array(elements) => {
            let elements = elements.iter().map(|element| write("", element, order)).collect();
            let elements = if UNORDERED.contains(&name) { permuted(elements, order) } else { elements };
            format!("[{}]", elements.join(","))
        }
        other => other.to_string(),
    }
}

/// Even numbers rotate, odd ones rotate and reverse.
fn permuted(mut parts: Vec<String>, order: usize) -> Vec<String> {
    if !parts.is_empty() {
        let by = order / 2 % parts.len();
        parts.rotate_left(by);
    }
    if order % 2 == 1 {
        parts.reverse();
    }
    parts
}
