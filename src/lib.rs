//! Which language models should answer a query, when each has a price and nobody knows beforehand how good it is?
//!
//! ```text
//! files ─ data ─▶ Dataset ─┐
//!                          ├▶ environment ─▶ simulation ⇄ bandit ─▶ summary ─▶ figure, csv, json, digest
//! Experiment (JSON) ───────┘
//! ```

#[cfg(all(target_arch = "wasm32", feature = "browser"))]
pub mod browser;
pub mod data;
pub mod error;
pub mod experiment;
pub mod figure;
pub mod plan;
pub mod summary;

pub use error::{Error, ErrorKind, Result};
