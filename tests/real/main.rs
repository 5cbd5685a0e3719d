//! The product against recorded and collected real data.

mod bundles;
mod packaged;
mod policy;
mod recording;
mod samples;
mod shared;
