//! The checked form of an experiment: only a [`Plan`] runs.

use crate::data::Dataset;
use crate::error::Result;
use crate::experiment::Experiment;
use std::sync::Arc;

/// An experiment that fits its data, with every default filled in.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The experiment with defaults filled in.
    pub experiment: Experiment,
    /// Names of the models that play, in the environment's order.
    pub models: Vec<String>,
    /// True mean reward `μ` by model (after the success threshold under AWC).
    pub mean_reward: Vec<f64>,
    /// True mean cost `c` by model in the unit of the input; `None` where costs are unknown.
    pub mean_cost: Option<Vec<f64>>,
    /// The label of each policy, unique in the list.
    pub labels: Vec<String>,
}

/// Budgets between which the budget matters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BudgetRange {
    /// Cost of the cheapest allowed set: below it no set fits.
    pub cheapest_feasible: f64,
    /// Cost of the dearest allowed set: from it on every set fits.
    pub never_binding: f64,
}

impl Plan {
    /// Checks an experiment against its data (`Some` for replay and presets' own data is made here).
    pub fn new(_experiment: &Experiment, _data: Option<Arc<Dataset>>) -> Result<Plan> {
        unimplemented!()
    }

    /// Between which budgets the budget matters; `None` where costs are unknown.
    pub fn budget_range(&self) -> Option<BudgetRange> {
        unimplemented!()
    }

    /// What a person should know before trusting the numbers, in plain sentences.
    pub fn warnings(&self) -> Vec<String> {
        unimplemented!()
    }
}
