//! As much DER as it takes to look into a timestamp.

/// Tag and length, and the contents.
pub(crate) fn split(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let header = match *der.get(1)? {
        short @ 0..=0x7f => (2, usize::from(short)),
        long => {
            let bytes = usize::from(long & 0x7f);
            let length = der.get(2..2 + bytes)?.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
            (2 + bytes, length)
        }
    };
    Some((der.get(..header.0)?, der.get(header.0..header.0 + header.1)?))
}

/// The parts of a structure, each with its tag.
fn parts(contents: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut rest, mut parts) = (contents, Vec::new());
    while !rest.is_empty() {
        let (header, value) = split(rest)?;
        let (part, after) = rest.split_at(header.len() + value.len());
        parts.push(part);
        rest = after;
    }
    Some(parts)
}

/// A timestamp response without its certificates and without its list of digest algorithms, of which
/// nothing is signed and nothing believed (RFC 5652 §5.1: the second part of SignedData, and `[0]`).
pub(crate) fn what_is_read(response: &[u8]) -> Option<Vec<&[u8]>> {
    let inside = |der| parts(split(der)?.1);
    let response = inside(response)?;
    let content_info = inside(response.get(1)?)?;
    let signed_data = inside(split(content_info.get(1)?)?.1)?;
    let read = signed_data.iter().enumerate().filter(|(at, part)| *at != 1 && part.first() != Some(&0xa0));
    Some([response[0], content_info[0]].into_iter().chain(read.map(|(_, part)| *part)).collect())
}
