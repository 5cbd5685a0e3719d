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
