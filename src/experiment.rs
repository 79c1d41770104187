//! An experiment as people write it: the JSON that files, the command line and the page share.
//!
//! [`Experiment::from_json`] reads and checks everything that can be checked without data: ranges, names, unknown
//! fields. What needs the data (costs known? models there?) is checked by [`crate::plan`], and only a plan runs.

mod check;
mod environment;
mod parse;
mod placed;
mod policy;
mod query_aware;

pub use environment::*;
pub use policy::*;
pub use query_aware::*;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most models in one environment.
pub const MAX_MODELS: usize = 200;
/// Most policies in one experiment.
pub const MAX_POLICIES: usize = 50;
/// Most bytes of a name, a label or a title.
pub const MAX_NAME: usize = 4_096;
/// Most rounds `T` of a run.
pub const MAX_ROUNDS: u32 = 1_000_000;
/// Most replicates of a run.
pub const MAX_REPLICATES: u32 = 1_000;
/// Most drift points, and most windows of absence, of an environment.
pub const MAX_CHANGES: usize = 100;
/// Largest seed: the largest integer that every JSON reader keeps.
pub const MAX_SEED: u64 = (1 << 53) - 1;

/// What is simulated: the world, the task, the policies, and how long.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Experiment {
    /// Version of this format; 1.
    pub version: u32,
    /// Free text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Where rewards and costs come from.
    pub environment: Environment,
    /// What is asked of a policy each round.
    pub task: Task,
    /// The policies that play, each in the same world.
    pub policies: Vec<Policy>,
    /// Rounds, replicates, seed.
    pub run: Run,
    /// Query-aware selection; the defaults where absent. Of the simulation's policies those that read the query learn by its
    /// `split` and `features`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_aware: Option<QueryAware>,
}

/// What is asked of a policy each round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Reward of a set.
    #[serde(default)]
    pub reward: RewardModel,
    /// `N`: most models in a set (exactly that many under SUC and AIC); min(4, K) where absent.
    #[serde(default)]
    pub max_models: Option<u32>,
    /// `ρ`: what a query may cost on average, > 0, in the environment's own unit; `None` = unconstrained.
    #[serde(deserialize_with = "Option::deserialize")]
    pub budget: Option<f64>,
    /// `θ`: under AWC a reward of at least this is a success, in (0,1].
    #[serde(default = "one")]
    pub success_threshold: f64,
    /// Which of the selected models are called; the reward model's own where absent.
    #[serde(default)]
    pub feedback: Option<Feedback>,
    /// Under AIC: stop calling at the first failure.
    #[serde(default)]
    pub stop_on_failure: bool,
    /// Under AWC: an empty rounding calls the cheapest model.
    #[serde(default = "yes")]
    pub at_least_one: bool,
}

/// Reward of a set of models (C2MAB-V, section 3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RewardModel {
    /// Any win: 1 − ∏(1 − μ).
    #[default]
    Awc,
    /// Sum up: Σ μ.
    Suc,
    /// All in: ∏ μ.
    Aic,
}

/// Which of the selected models are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Feedback {
    /// One after another until one succeeds (AWC only).
    Cascade,
    /// All of them.
    Full,
}

/// Rounds, replicates, seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Run {
    /// `T`, 1 to 1,000,000.
    pub rounds: u32,
    /// 1 to 1,000.
    pub replicates: u32,
    /// 0 to 2⁵³ − 1.
    pub seed: u64,
    /// `α` of the α-approximate regret, in (0,1].
    pub regret_alpha: f64,
}

impl Default for Run {
    fn default() -> Self {
        Run { rounds: 10_000, replicates: 10, seed: 1, regret_alpha: 1.0 }
    }
}

fn one() -> f64 {
    1.0
}
fn yes() -> bool {
    true
}
impl Experiment {
    /// Pretty-printed JSON with every default that is known without data filled in.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// A part of an experiment as a JSON value: its text read again, since a second writer beside that of texts would weigh
/// as much on the page as the first.
pub fn value_of(part: &impl Serialize) -> Value {
    serde_json::to_string_pretty(part).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}
