//! How deep a JSON document nests, without recursion and before anything is parsed.

/// npm's lock files nest 5 deep.
const DEEPEST: usize = 64;

/// Refuses a document that opens more than 64 arrays and objects inside each other.
pub fn check(json: &[u8]) -> Result<(), String> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in json.iter().enumerate() {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'[' | b'{') => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(format!("at byte {at} it nests deeper than {DEEPEST} levels"));
                }
            }
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_do_not_count() {
        let brackets = "[{".repeat(100);
        check(format!(r#"["{brackets}", "\"{brackets}", "\\"]"#).as_bytes()).unwrap();
    }

    #[test]
    fn the_65th_level_is_refused() {
        check("[".repeat(64).as_bytes()).unwrap();
        assert!(check("[".repeat(65).as_bytes()).unwrap_err().contains("byte 64"));
        assert!(check(format!("{}{}", "[]".repeat(1000), "{\"a\":[".repeat(33)).as_bytes()).is_err());
    }
}
