//! The unit tests at the foot of the example's files, as a test target: Cargo builds an example either
//! as a program or as its tests, and `tests/command_line.rs` needs the program.
// What only `main` calls is unused here.
#![allow(dead_code)]

mod arguments;
mod audit;
mod auditor;
mod bounded_file;
mod explain;
mod human;
mod inputs;
mod interruption;
mod lock_file;
mod lockfile;
mod manifest;
mod manual;
mod npmrc;
mod one_origin;
mod output;
mod pins;
mod plain_text;
mod policy_command;
mod policy_file;
mod progress;
mod registry;
mod registry_choice;
mod registry_url;
mod requirements;
mod session;
mod stream;
mod target;
mod trust;
mod trust_refresh;
mod view;
mod warnings;
mod workers;
