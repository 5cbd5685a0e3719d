//! A registry of minted packages, for measuring whole programs beside each other: see `benches/README.md`.
//!
//! ```text
//! cargo bench --bench registry -- mint FOLDER SIGNED ATTESTED VERSIONS [installed]
//! cargo bench --bench registry -- serve FOLDER PORT
//! cargo bench --bench registry -- requests FOLDER TIMES
//! ```

#[path = "../../tests/support/mod.rs"]
mod support;

mod minted;
mod requests;
mod served;
mod tuf;

use std::path::Path;

fn main() {
    // Cargo says `--bench` to everything that it runs as one.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["mint", folder, signed, attested, versions, rest @ ..] => {
            let plan = minted::Plan {
                signed: number(signed),
                attested: number(attested),
                versions: number(versions).max(1),
                installed: rest == ["installed"],
            };
            plan.mint(Path::new(folder));
        }
        ["serve", folder, port] => served::serve(Path::new(folder), number(port).try_into().expect("a port")),
        ["requests", folder, times] => requests::print(Path::new(folder), number(times)),
        // `cargo bench` runs every bench there is, with the words that are meant for the others.
        _ => println!("nothing is measured here by itself: see benches/README.md"),
    }
}

fn number(word: &str) -> usize {
    word.parse().unwrap_or_else(|_| panic!("{word} is not a number"))
}
