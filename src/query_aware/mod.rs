//! Query-aware selection (SelectLLM, arXiv 2408.08545): read the query, predict which models can answer it, call few of
//! them, and let them vote.
//!
//! ```text
//! files ─ queries ─▶ Queries ─ split ─▶ words ─ features ─▶ Sparse ─ classifier ─ calibration ─▶ p ─ report
//!                                                                                                │
//!                                                                            context ◀─ sketch ◀─┤ (policies of the simulation)
//!                            evaluation ◀─ gap ◀─ evaluate ◀─ bootstrap ◀─ judge ◀─ vote ◀─ select
//! ```
//!
//! Of what was trained, [`outcome`] says the outcome in a few sentences, [`ask`] which models a policy would call on one
//! more query and why, and [`explore`] walks through the test queries and the gap; [`published`] has figures of others.

pub mod ask;
pub mod assignment;
pub mod bootstrap;
pub mod calibration;
pub mod classifier;
pub mod context;
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
pub mod outcome;
mod path;
mod playing;
pub mod predictor;
pub mod published;
pub mod queries;
pub mod report;
pub mod select;
pub mod sparse;
pub mod split;
pub mod steps;
pub mod tested;
pub mod text;
mod tokenizer;
pub mod vote;
mod words;
