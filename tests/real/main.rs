//! The product against recorded and collected real data.

mod packaged;
mod recording;
mod samples;
mod shared;
