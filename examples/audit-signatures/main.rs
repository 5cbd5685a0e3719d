//! Audits the packages of an npm lock file: registry signatures, publish attestations, provenance.
#![allow(dead_code, unused_imports)]

mod bounded_file;
mod lockfile;
mod npmrc;
mod plain_text;
mod registry;
mod registry_choice;
mod registry_url;

fn main() {}
