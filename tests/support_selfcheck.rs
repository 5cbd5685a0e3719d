//! The miniature agrees with itself, and mints the same bytes on every run.

mod support;

use support::Miniature;
use support::package::Package;

#[test]
fn mints_the_same_bytes_twice() {
    let package = Package::new("@octo/lib", "1.2.3");
    let one = Miniature::new().response(&package);
    assert_eq!(one, Miniature::new().response(&package));
}
