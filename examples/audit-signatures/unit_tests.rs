//! The unit tests at the foot of the example's files, as a test target: Cargo builds an example either
//! as a program or as its tests, and `tests/command_line.rs` needs the program.
// What only `main` calls is unused here.
#![allow(dead_code)]

mod arguments;
mod audit;
mod bounded_file;
mod human;
mod lock_file;
mod lockfile;
mod npmrc;
mod plain_text;
mod progress;
mod registry;
mod registry_choice;
mod registry_url;
mod session;
mod trust;
mod workers;
