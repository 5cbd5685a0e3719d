//! The product against recorded and collected real data.

mod bundles;
mod packaged;
mod publishers;
mod recording;
mod samples;
mod shared;
