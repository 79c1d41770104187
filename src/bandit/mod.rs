//! The policies, one file each, and the mathematics beside them: reward of a set, estimates, the relaxed problem,
//! rounding, and the best set.

pub mod best_set;
pub mod c2mab_v;
pub mod contextual;
pub mod cucb;
pub mod direct;
pub mod epsilon_greedy;
pub mod estimates;
pub mod explained;
mod fitting_set;
pub mod fixed;
pub mod forgetting;
pub mod linucb;
pub mod offline;
pub mod optimism;
pub mod oracle;
pub mod policy;
pub mod primal_dual;
pub mod random_set;
pub mod relaxation;
pub mod retraining;
pub mod reward;
pub mod ridge;
pub mod rounding;
pub mod scheduling;
pub mod thompson;
