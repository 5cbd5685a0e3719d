//! A server whose certificate is refused. Whoever asks again is shown the same one.

use rustls::CertificateError;
use ureq::Error;

use crate::plain_text::plain;

/// Why it is refused, and what to do; `None` for any other error.
pub fn reason(error: &Error) -> Option<String> {
    let refused = match error {
        Error::Rustls(refused) => refused,
        Error::Io(error) => error.get_ref()?.downcast_ref()?,
        _ => return None,
    };
    match refused {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => Some(
            "its certificate, or a proxy's, is by an authority that is not believed here (UnknownIssuer). If it is your \
             own, name its file in your .npmrc: cafile=FILE"
                .into(),
        ),
        // It may tell what the certificate says.
        rustls::Error::InvalidCertificate(why) => {
            Some(format!("its certificate, or a proxy's, is refused: {}", plain(&why.to_string())))
        }
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io;

    use super::*;

    fn wrapped(error: rustls::Error) -> Error {
        Error::Io(io::Error::new(io::ErrorKind::InvalidData, error))
    }

    #[test]
    fn an_unknown_authority_is_told_with_the_way_out() {
        let unknown = || rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        for error in [wrapped(unknown()), Error::Rustls(unknown())] {
            assert!(reason(&error).unwrap().ends_with("name its file in your .npmrc: cafile=FILE"));
        }
        let expired = reason(&wrapped(rustls::Error::InvalidCertificate(CertificateError::Expired))).unwrap();
        assert!(
            expired.starts_with("its certificate, or a proxy's, is refused: ") && !expired.contains("cafile"),
            "{expired}"
        );
    }

    #[test]
    fn what_a_certificate_says_is_not_printed_as_it_is() {
        let presented = vec!["\u{1b}[2J::error::".into()];
        let expected = "npm.example".try_into().unwrap();
        let other = CertificateError::NotValidForNameContext { expected, presented };
        let told = reason(&wrapped(rustls::Error::InvalidCertificate(other))).unwrap();
        assert!(!told.contains('\u{1b}') && !told.contains("::"), "{told}");
    }

    #[test]
    fn another_error_may_pass() {
        for error in [
            wrapped(rustls::Error::HandshakeNotComplete),
            Error::Io(io::ErrorKind::ConnectionReset.into()),
            Error::HostNotFound,
        ] {
            assert_eq!(reason(&error), None, "{error}");
        }
    }
}
