//! Query-aware selection (SelectLLM, arXiv 2408.08545): read the query, predict which models can answer it, call few of
//! them, and let them vote.
//!
//! ```text
//! files ─ queries ─▶ Queries ─ split ─▶ words ─ features ─▶ Sparse ─ classifier ─ calibration ─▶ p ─ report
//!                                                                                                │
//!                            evaluation ◀─ gap ◀─ evaluate ◀─ bootstrap ◀─ judge ◀─ vote ◀─ select
//! ```

pub mod assignment;
pub mod bootstrap;
pub mod calibration;
pub mod classifier;
pub mod embeddings;
pub mod evaluate;
pub mod evaluation;
pub mod features;
mod fixed_set;
pub mod gap;
pub mod judge;
mod lbfgs;
mod logistic;
mod path;
mod playing;
pub mod predictor;
pub mod queries;
pub mod report;
pub mod select;
pub mod sparse;
pub mod split;
pub mod text;
mod tokenizer;
pub mod vote;
mod words;
