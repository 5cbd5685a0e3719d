//! What must reach a registry and nobody else.

use std::fmt;

use ureq::http::HeaderValue;

/// The value of an `Authorization` header. Nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A token or encoded pair that stands alone in a header: a line break in one would begin another
    /// header, or another request.
    pub fn new(scheme: &str, value: &str) -> Result<Self, &'static str> {
        if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("it holds something else than visible ASCII characters, such as a line break or a space");
        }
        Ok(Self(format!("{scheme} {value}")))
    }

    /// For the request. `None` cannot happen: the constructor refuses what a header cannot hold.
    pub fn header(&self) -> Option<HeaderValue> {
        let mut header = HeaderValue::from_str(&self.0).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Secret::new("Bearer", "t0ken").unwrap();
        assert_eq!(format!("{secret:?} {:#?}", Some(&secret)).matches("t0ken").count(), 0);
        let header = secret.header().unwrap();
        assert_eq!(header.to_str().unwrap(), "Bearer t0ken");
        assert!(!format!("{header:?}").contains("t0ken"));
    }

    #[test]
    fn a_line_break_would_begin_another_header() {
        for text in ["a\r\nX: y", "a\n", "a b", "a\tb", "é", "\u{7f}", "a\0"] {
            assert!(Secret::new("Bearer", text).unwrap_err().contains("visible ASCII"), "{text:?}");
        }
    }
}
