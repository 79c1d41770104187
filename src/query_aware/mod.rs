//! Query-aware selection (SelectLLM, arXiv 2408.08545): read the query, predict which models can answer it, call few.
//!
//! ```text
//! files ─ queries ─▶ Queries ─ split ─▶ words ─ features ─▶ Sparse ─ classifier ─ calibration ─▶ p ─ report
//! ```

pub mod calibration;
pub mod classifier;
pub mod features;
mod lbfgs;
mod logistic;
mod path;
pub mod predictor;
pub mod queries;
pub mod report;
pub mod sparse;
pub mod split;
mod words;
