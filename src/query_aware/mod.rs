//! Query-aware selection (SelectLLM, arXiv 2408.08545): read the query, predict which models can answer it, call few of
//! them, and let them vote.
//!
//! ```text
//! files ─ queries ─▶ Queries ─ split ─▶ words ─ features ─▶ Sparse ─ classifier ─ calibration ─▶ p ─ report
//!                                                                                                │
//!                            evaluation ◀─ gap ◀─ evaluate ◀─ bootstrap ◀─ judge ◀─ vote ◀─ select
//! ```
//!
//! Of what was trained, [`ask`] says which models a policy would call on one more query and why, and [`explore`] walks
//! through the gap; [`published`] has figures of others.

pub mod ask;
pub mod assignment;
pub mod bootstrap;
pub mod calibration;
pub mod classifier;
pub mod embeddings;
pub mod evaluate;
pub mod evaluation;
pub mod explore;
pub mod features;
mod fixed_set;
pub mod gap;
pub mod judge;
mod lbfgs;
mod logistic;
mod path;
mod playing;
pub mod predictor;
pub mod published;
pub mod queries;
pub mod report;
pub mod select;
pub mod solvable;
pub mod sparse;
pub mod split;
pub mod steps;
pub mod text;
mod tokenizer;
pub mod vote;
mod words;
