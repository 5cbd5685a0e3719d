//! The certificate that a certificate log signed for: the signed part without one extension.

use der::asn1::ObjectIdentifier;
use der::{Decode as _, Encode as _, Header, Length, Reader as _, SliceReader, Tag, TagNumber};

/// A `TBSCertificate` without that extension, all other bytes as they were (RFC 6962 §3.2).
///
/// Writing the parsed certificate again would be simpler, and wrong where its bytes could have been
/// written differently: the log's signature is over the original ones.
pub(super) fn without_extension(tbs: &[u8], oid: ObjectIdentifier) -> der::Result<Vec<u8>> {
    let mut outer = SliceReader::new(tbs)?;
    let mut content = Vec::with_capacity(tbs.len());
    outer.sequence(|members| {
        while !members.is_finished() {
            let tag = Header::peek(members)?.tag();
            let member = members.tlv_bytes()?;
            if tag == EXTENSIONS {
                content.extend(extensions_without(member, oid)?);
            } else {
                content.extend_from_slice(member);
            }
        }
        Ok::<_, der::Error>(())
    })?;
    outer.finish()?;
    wrap(Tag::Sequence, &content)
}

/// `extensions [3] EXPLICIT` (RFC 5280 §4.1).
const EXTENSIONS: Tag = Tag::ContextSpecific { constructed: true, number: TagNumber(3) };

/// The member with its extensions but one; nothing at all if none is left (SIZE (1..MAX)).
fn extensions_without(member: &[u8], oid: ObjectIdentifier) -> der::Result<Vec<u8>> {
    let mut outer = SliceReader::new(member)?;
    let header = Header::decode(&mut outer)?;
    let mut inner = SliceReader::new(outer.read_slice(header.length())?)?;
    outer.finish()?;
    let mut kept = Vec::with_capacity(member.len());
    inner.sequence(|extensions| {
        while !extensions.is_finished() {
            let extension = extensions.tlv_bytes()?;
            if extension_id(extension)? != oid {
                kept.extend_from_slice(extension);
            }
        }
        Ok::<_, der::Error>(())
    })?;
    inner.finish()?;
    if kept.is_empty() { Ok(kept) } else { wrap(EXTENSIONS, &wrap(Tag::Sequence, &kept)?) }
}

fn extension_id(extension: &[u8]) -> der::Result<ObjectIdentifier> {
    let mut reader = SliceReader::new(extension)?;
    reader.sequence(|members| {
        let id = members.decode()?;
        while !members.is_finished() {
            members.tlv_bytes()?;
        }
        Ok(id)
    })
}

fn wrap(tag: Tag, content: &[u8]) -> der::Result<Vec<u8>> {
    let mut encoded = Header::new(tag, Length::try_from(content.len())?).to_der()?;
    encoded.extend_from_slice(content);
    Ok(encoded)
}
#[cfg(test)]
mod tests {
    use der::asn1::ObjectIdentifier;

    use super::{EXTENSIONS, Tag, without_extension, wrap};

    const CUT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11129.2.4.2");

    fn extension(oid: &str, length: usize) -> Vec<u8> {
        let oid = ObjectIdentifier::new_unwrap(oid);
        let parts = [wrap(Tag::ObjectIdentifier, oid.as_bytes()), wrap(Tag::OctetString, &vec![7; length])];
        wrap(Tag::Sequence, &parts.map(Result::unwrap).concat()).unwrap()
    }

    fn tbs(extensions: &[&[u8]]) -> Vec<u8> {
        // Members before the extensions are copied as they are, whatever they hold.
        let before = [wrap(Tag::Integer, &[5]).unwrap(), wrap(Tag::Sequence, &[]).unwrap()].concat();
        let list = wrap(EXTENSIONS, &wrap(Tag::Sequence, &extensions.concat()).unwrap()).unwrap();
        let members = if extensions.is_empty() { before } else { [before, list].concat() };
        wrap(Tag::Sequence, &members).unwrap()
    }

    #[test]
    fn cuts_one_extension_wherever_it_stands() {
        let cut = extension("1.3.6.1.4.1.11129.2.4.2", 120);
        // Sizes around the places where DER lengths grow by a byte.
        for size in [0, 1, 90, 110, 120, 127, 128, 200, 240, 255, 256, 700] {
            let (a, b) = (extension("2.5.29.15", size), extension("2.5.29.17", 3));
            let expected = tbs(&[&a, &b]);
            for order in [[&cut, &a, &b], [&a, &cut, &b], [&a, &b, &cut]] {
                let found = without_extension(&tbs(&order.map(Vec::as_slice)), CUT).unwrap();
                assert_eq!(found, expected, "{size}");
            }
            assert_eq!(without_extension(&expected, CUT).unwrap(), expected);
        }
        assert_eq!(without_extension(&tbs(&[&cut]), CUT).unwrap(), tbs(&[]));
    }

    #[test]
    fn a_damaged_certificate_is_an_error() {
        let (a, cut) = (extension("2.5.29.15", 9), extension("1.3.6.1.4.1.11129.2.4.2", 9));
        let good = tbs(&[&a, &cut]);
        for length in 0..good.len() {
            assert!(
                without_extension(&good[..length], CUT).is_err_and(|e| e.kind() != der::ErrorKind::Failed),
                "{length}"
            );
        }
        let trailing = without_extension(&[&good[..], &[0]].concat(), CUT).unwrap_err().kind();
        assert!(matches!(trailing, der::ErrorKind::TrailingData { .. }), "{trailing}");
    }
}
