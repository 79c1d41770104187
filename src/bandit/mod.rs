//! The mathematics of the bandit: reward of a set, the relaxed problem, rounding, and the best set.

pub mod best_set;
pub mod relaxation;
pub mod reward;
pub mod rounding;
