//! What an experiment that was opened says and the form has no input for. It is kept as it came.

use crate::format::{listed, typed};
use crate::words::say;
use llm_selection::experiment::{CostScale, Environment, Experiment, Feedback, RewardModel};
use serde::{Deserialize, Serialize};

/// Those settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rest {
    pub title: String,
    pub feedback: Option<Feedback>,
    pub stop_on_failure: bool,
    pub at_least_one: bool,
    pub regret_alpha: f64,
    /// `None` = the source's own.
    pub cost_scale: Option<CostScale>,
}

impl Default for Rest {
    fn default() -> Rest {
        Rest {
            title: String::new(),
            feedback: None,
            stop_on_failure: false,
            at_least_one: true,
            regret_alpha: 1.0,
            cost_scale: None,
        }
    }
}

impl Rest {
    /// What an experiment says.
    pub fn of(experiment: &Experiment) -> Rest {
        let task = &experiment.task;
        Rest {
            title: experiment.title.clone(),
            feedback: task.feedback,
            stop_on_failure: task.stop_on_failure,
            at_least_one: task.at_least_one,
            regret_alpha: experiment.run.regret_alpha,
            cost_scale: match &experiment.environment {
                // Synthetic models have theirs with them.
                Environment::Synthetic(_) => None,
                Environment::Preset(world) => Some(world.cost_scale),
                Environment::Replay(world) => Some(world.cost_scale),
            }
            .filter(|scale| *scale != CostScale::Max),
        }
    }

    /// An environment with the cost scale that was given.
    pub fn on(&self, mut environment: Environment) -> Environment {
        if let Some(scale) = self.cost_scale {
            match &mut environment {
                Environment::Synthetic(_) => {}
                Environment::Preset(world) => world.cost_scale = scale,
                Environment::Replay(world) => world.cost_scale = scale,
            }
        }
        environment
    }

    /// Leaves what belongs to one reward model only.
    pub fn forget_reward(&mut self) {
        (self.feedback, self.stop_on_failure) = (None, false);
    }

    /// What differs from the usual, in words; empty where nothing does.
    pub fn said(&self, reward: RewardModel) -> String {
        let mut said: Vec<String> = Vec::new();
        if self.feedback == Some(Feedback::Full) && reward == RewardModel::Awc {
            said.push(say!("every selected model is called").to_string());
        }
        if self.stop_on_failure {
            said.push(say!("the calls stop at the first failure").to_string());
        }
        if !self.at_least_one {
            said.push(say!("an empty choice calls no model").to_string());
        }
        if self.regret_alpha != 1.0 {
            let share = typed(self.regret_alpha, 6);
            said.push(say!("regret is against {share} of the best set", share = share).to_string());
        }
        if let Some(CostScale::Fixed(scale)) = self.cost_scale {
            said.push(say!("costs are divided by {scale}", scale = typed(scale, 6)).to_string());
        }
        listed(&said)
    }
}
