//! What the fuzz targets share.
//!
//! ```sh
//! cargo install cargo-fuzz
//! RUSTC_BOOTSTRAP=1 cargo fuzz run <target>            # with the address sanitizer
//! cargo fuzz run --sanitizer none <target>             # twice as fast; the library has no unsafe code
//! cargo fuzz list
//! ```
//!
//! Each target writes its seeds, taken from `testdata/`, into `fuzz/corpus/<target>` before it begins, and
//! asserts something beyond "it does not panic": what its file says at the top.

pub mod response;
pub mod seeds;
pub mod trust;

/// Between the parts of an input that has several.
pub const SEPARATOR: &[u8] = b"\n----\n";

/// The parts of an input; those that are missing are empty.
pub fn parts<const N: usize>(mut data: &[u8]) -> [&[u8]; N] {
    let mut parts = [&[][..]; N];
    for part in &mut parts {
        let end = data.windows(SEPARATOR.len()).position(|window| window == SEPARATOR);
        *part = &data[..end.unwrap_or(data.len())];
        data = end.map_or(&[], |end| &data[end + SEPARATOR.len()..]);
    }
    parts
}

/// Text that is shown to people never moves their cursor or reorders the line, whoever wrote it.
pub fn assert_printable(text: &str) {
    let is_unsafe = |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}');
    assert!(!text.contains(is_unsafe), "{text:?}");
}
