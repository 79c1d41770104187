//! The policies and their parameters, as people write them.

use serde::{Deserialize, Serialize};

/// One policy of the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Policy {
    /// What the person calls it; a label made from its parameters where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Kind and parameters.
    #[serde(flatten)]
    pub kind: PolicyKind,
}

/// Kinds of policies with their parameters.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PolicyKind {
    /// C2MAB-V (algorithm 1).
    #[serde(rename = "c2mab-v")]
    C2mabV(C2mabV),
    /// C2MAB-V with the integer problem solved each round.
    #[serde(rename = "c2mab-v-direct")]
    C2mabVDirect(Direct),
    /// Combinatorial UCB.
    Cucb(Optimistic),
    /// Combinatorial Thompson sampling.
    Thompson(Thompson),
    /// ε-greedy.
    EpsilonGreedy(EpsilonGreedy),
    /// Top sets by reward less priced cost, the price learned (bandits with knapsacks).
    PrimalDual(PrimalDual),
    /// The best set by some rows seen beforehand, then always.
    Offline(Offline),
    /// One model or one set, always.
    Fixed(Fixed),
    /// A uniformly random set.
    Random(NoParameters),
    /// The best set under the true means, always.
    Oracle(NoParameters),
    /// C2MAB-V about the probabilities of a classifier that reads the query.
    Contextual(Contextual),
    /// Linear bandits on the features of the query.
    #[serde(rename = "linucb")]
    LinUcb(LinUcb),
}

/// Parameters of C2MAB-V.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct C2mabV {
    /// `α_μ` ≥ 0: scale of the reward's radius.
    #[serde(default = "default_alpha_mu")]
    pub alpha_mu: f64,
    /// `α_c` ≥ 0: scale of the cost's radius.
    #[serde(default = "default_alpha_c")]
    pub alpha_c: f64,
    /// `δ` in (0,1]: 1/T where absent.
    #[serde(default)]
    pub delta: Option<f64>,
    /// AWC's relaxation: by size where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solver: Option<Solver>,
    /// `W` ≥ 1: learns from the last `W` rounds only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<u32>,
    /// `γ` in (0,1): what was seen `s` rounds ago counts `γ^s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<f64>,
}

/// Parameters of C2MAB-V-Direct: those of [`C2mabV`] but for the solver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Direct {
    /// `α_μ` ≥ 0: scale of the reward's radius.
    #[serde(default = "default_alpha_mu")]
    pub alpha_mu: f64,
    /// `α_c` ≥ 0: scale of the cost's radius.
    #[serde(default = "default_alpha_c")]
    pub alpha_c: f64,
    /// `δ` in (0,1]: 1/T where absent.
    #[serde(default)]
    pub delta: Option<f64>,
    /// `W` ≥ 1: learns from the last `W` rounds only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<u32>,
    /// `γ` in (0,1): what was seen `s` rounds ago counts `γ^s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<f64>,
}

/// Parameters of CUCB.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Optimistic {
    /// `α_μ` ≥ 0: scale of the reward's radius.
    #[serde(default = "default_alpha_mu")]
    pub alpha_mu: f64,
    /// `δ` in (0,1]: 1/T where absent.
    #[serde(default)]
    pub delta: Option<f64>,
    /// Whether it keeps to the budget, by C2MAB-V's relaxed problem and rounding.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cost_aware: bool,
}

/// Parameters of Thompson sampling.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thompson {
    /// Whether it keeps to the budget, by C2MAB-V's relaxed problem and rounding.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cost_aware: bool,
}

/// Parameters of ε-greedy: `epsilon` or `schedule`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpsilonGreedy {
    /// Constant `ε` in [0,1]; 0.1 where neither is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epsilon: Option<f64>,
    /// `ε_t` = min(1, c/t).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// Whether it keeps to the budget, by C2MAB-V's relaxed problem and rounding.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cost_aware: bool,
}

/// Parameters of the primal-dual policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrimalDual {
    /// `α_μ` ≥ 0: scale of the reward's radius.
    #[serde(default = "default_alpha_mu")]
    pub alpha_mu: f64,
    /// `α_c` ≥ 0: scale of the cost's radius.
    #[serde(default = "default_alpha_c")]
    pub alpha_c: f64,
    /// `δ` in (0,1]: 1/T where absent.
    #[serde(default)]
    pub delta: Option<f64>,
}

/// Parameters of the offline policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offline {
    /// Full rows it learns from before the first round, ≥ 1: 200 where absent, on data at most half of the rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u32>,
}

/// Parameters of the contextual C2MAB-V. It plays on results with the text of their queries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contextual {
    /// `α_μ` ≥ 0: scale of the reward's radius.
    #[serde(default = "default_alpha_mu")]
    pub alpha_mu: f64,
    /// `α_c` ≥ 0: scale of the cost's radius.
    #[serde(default = "default_alpha_c")]
    pub alpha_c: f64,
    /// `δ` in (0,1]: 1/T where absent.
    #[serde(default)]
    pub delta: Option<f64>,
    /// AWC's relaxation: by size where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solver: Option<Solver>,
    /// `B` ≥ 1: the classifier learns on from what came back, every `B` rounds; never where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrain: Option<u32>,
}

/// Parameters of LinUCB. It plays on results with the text of their queries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinUcb {
    /// `α` ≥ 0: how many standard deviations the optimistic reward is above the expected one.
    #[serde(default = "default_alpha_mu")]
    pub alpha_mu: f64,
    /// Whether it keeps to the budget, by C2MAB-V's relaxed problem and rounding.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cost_aware: bool,
}

/// `ε_t` = min(1, c/t).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// `c` ≥ 0.
    pub c: f64,
}

/// A set by names; under a cascade called in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    /// 1 to K model names.
    pub models: Vec<String>,
}

/// No parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}

/// How AWC's relaxed problem is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Solver {
    /// Continuous greedy, at least 1 − 1/e of the optimum.
    Greedy,
    /// Vertex search.
    Exact,
}

impl PolicyKind {
    /// The kind's name, as the JSON has it.
    pub fn name(&self) -> &'static str {
        match self {
            PolicyKind::C2mabV(_) => "c2mab-v",
            PolicyKind::C2mabVDirect(_) => "c2mab-v-direct",
            PolicyKind::PrimalDual(_) => "primal-dual",
            PolicyKind::Offline(_) => "offline",
            PolicyKind::Cucb(_) => "cucb",
            PolicyKind::Thompson(_) => "thompson",
            PolicyKind::EpsilonGreedy(_) => "epsilon-greedy",
            PolicyKind::Fixed(_) => "fixed",
            PolicyKind::Random(_) => "random",
            PolicyKind::Oracle(_) => "oracle",
            PolicyKind::Contextual(_) => "contextual",
            PolicyKind::LinUcb(_) => "linucb",
        }
    }

    /// Whether the policy reads the query: it plays on results with its text only, and on queries that its classifier has
    /// not learned from.
    pub fn reads_query(&self) -> bool {
        matches!(self, PolicyKind::Contextual(_) | PolicyKind::LinUcb(_))
    }

    /// `δ` of C2MAB-V's radii; `None` for other kinds, and where it is left to the number of rounds.
    pub fn delta(&self) -> Option<f64> {
        match self {
            PolicyKind::C2mabV(policy) => policy.delta,
            PolicyKind::C2mabVDirect(policy) => policy.delta,
            _ => None,
        }
    }
}

fn default_alpha_mu() -> f64 {
    0.3
}
fn default_alpha_c() -> f64 {
    0.05
}
fn is_false(value: &bool) -> bool {
    !value
}
