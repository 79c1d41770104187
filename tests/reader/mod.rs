//! The lessons, read and played by tests.

pub mod claims;
pub mod format;
pub mod play;
pub mod reading;
