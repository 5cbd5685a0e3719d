//! The product against recorded and collected real data.

mod recording;
mod samples;
mod shared;
