//! The usual ways in which a lock file is no text that its package manager wrote.

/// UTF-8 without a byte order mark and without marks of a merge, or what to do about it.
pub fn text(bytes: &[u8]) -> Result<&str, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("it is UTF-16; package managers write UTF-8. Save it as UTF-8 without a byte order mark".into());
    }
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        return Err(
            "it starts with a byte order mark; package managers write none. Save it as UTF-8 without one".into()
        );
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|e| format!("byte {} is not UTF-8; expected a lock file in UTF-8", e.valid_up_to()))?;
    if let Some(line) = text.lines().position(is_conflict) {
        return Err(format!(
            "line {} is a merge conflict marker. Resolve the conflict, let the package manager write its lock file \
             (`npm install --package-lock-only`, or what yours has for it) and audit again",
            line + 1
        ));
    }
    Ok(text)
}

/// Git's markers stand at the start of a line. `=======` alone could be a line of a message.
fn is_conflict(line: &str) -> bool {
    ["<<<<<<< ", ">>>>>>> ", "||||||| "].iter().any(|marker| line.starts_with(marker))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lk_24_what_is_not_plain_utf_8_says_why() {
        assert!(text("\u{feff}{}".as_bytes()).unwrap_err().contains("byte order mark"));
        assert!(text(&[0xff, 0xfe, b'{', 0]).unwrap_err().contains("UTF-16"));
        assert!(text(&[0xfe, 0xff, 0, b'{']).unwrap_err().contains("UTF-16"));
        assert!(text(b"{\"a\":\"\xff\"}").unwrap_err().contains("byte 6 is not UTF-8"));
        assert_eq!(text("é".as_bytes()).unwrap(), "é");
    }

    #[test]
    fn lk_24_each_marker_of_a_merge_is_named_with_its_line() {
        for marker in ["<<<<<<< HEAD", "||||||| base", ">>>>>>> branch"] {
            let error = text(format!("a\n{marker}\nb").as_bytes()).unwrap_err();
            assert!(error.contains("line 2 is a merge conflict marker"), "{error}");
        }
        assert!(text(b"a\n=======\n  <<<<<<< x\n").is_ok());
    }
}
