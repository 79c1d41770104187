//! Query-aware selection.
pub mod bootstrap;
pub mod evaluate;
mod fixed_set;
pub mod judge;
pub mod queries;
pub mod select;
pub mod vote;
