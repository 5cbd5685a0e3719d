//! The product against recorded and collected real data.

mod bundles;
mod downgrades;
mod packaged;
mod policy;
mod publishers;
mod recording;
mod samples;
mod shared;
