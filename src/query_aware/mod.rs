//! Query-aware selection.
pub mod bootstrap;
pub mod evaluate;
mod fixed_set;
pub mod gap;
pub mod judge;
pub mod queries;
pub mod select;
mod terms;
pub mod vote;
