//! An experiment as people write it: the JSON that files, the command line and the page share.
//!
//! [`Experiment::from_json`] reads and checks everything that can be checked without data: ranges, names, unknown
//! fields. What needs the data (costs known? models there?) is checked by [`crate::plan`], and only a plan runs.

mod parse;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Most models in one environment.
pub const MAX_MODELS: usize = 200;
/// Most policies in one experiment.
pub const MAX_POLICIES: usize = 50;
/// Most rounds `T` of a run.
pub const MAX_ROUNDS: u32 = 1_000_000;
/// Most replicates of a run.
pub const MAX_REPLICATES: u32 = 1_000;
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
}

/// Where rewards and costs come from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Environment {
    /// Independent models with known means.
    Synthetic(Synthetic),
    /// A built-in data set.
    Preset(Preset),
    /// The person's own result files.
    Replay(Replay),
}

/// Models with reward ~ Bernoulli(`reward`) and cost ~ `cost` · Uniform(1 − s, 1 + s), s = `cost_spread`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synthetic {
    /// Relative half-width `s` of the cost's distribution, in [0,1].
    #[serde(default = "default_cost_spread")]
    pub cost_spread: f64,
    /// What costs are divided by before they meet a policy.
    #[serde(default)]
    pub cost_scale: CostScale,
    /// 1 to 200 models.
    pub models: Vec<SyntheticModel>,
}

/// One synthetic model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyntheticModel {
    /// Unique name.
    pub name: String,
    /// Mean reward `μ`, in [0,1].
    pub reward: f64,
    /// Mean cost `c` of a call, ≥ 0.
    pub cost: f64,
}

/// A built-in data set by its identifier (see `data::presets`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Identifier.
    pub id: String,
    /// Only these models play; all where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// In which order the queries come.
    #[serde(default)]
    pub sampling: Sampling,
    /// What costs are divided by before they meet a policy.
    #[serde(default)]
    pub cost_scale: CostScale,
}

/// Result files and how to read them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// The files by name, checked by hash where one is given.
    pub files: Vec<FileReference>,
    /// Only these models play; all where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// In which order the queries come.
    #[serde(default)]
    pub sampling: Sampling,
    /// What becomes of a query that some model has no result for.
    #[serde(default)]
    pub missing: MissingRule,
    /// What costs are divided by before they meet a policy.
    #[serde(default)]
    pub cost_scale: CostScale,
    /// Which column plays which role, where the names do not say it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mapping: BTreeMap<Role, String>,
    /// How an answer is compared with the reference, where there is no score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grader: Option<Grader>,
    /// What becomes of a second result of the same model on the same query.
    #[serde(default)]
    pub duplicates: Duplicates,
    /// Unit of the scores, where it is not to be inferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_unit: Option<ScoreUnit>,
    /// Unit of the latencies, where it is not to be inferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_unit: Option<LatencyUnit>,
    /// Prices by model, for files with tokens and no cost.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prices: BTreeMap<String, Price>,
}

/// A file that an experiment asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileReference {
    /// File name without folder.
    pub name: String,
    /// SHA-256 of its bytes in hexadecimal, checked where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// The constant that costs are divided by, so that the confidence radius is valid.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum CostScale {
    /// The largest cost that can occur.
    #[default]
    Max,
    /// A number > 0 that the person gives.
    Fixed(f64),
}

/// Order of replayed queries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sampling {
    /// Each round an independent uniform draw.
    #[default]
    Iid,
    /// A new random order each pass.
    Shuffle,
    /// File order, again and again.
    Sequential,
}

/// What becomes of a query that some model has no result for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MissingRule {
    /// The query is left out.
    #[default]
    Drop,
    /// The model is away in that round. Not yet run.
    Unavailable,
}

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Role {
    QueryId,
    Model,
    Score,
    Cost,
    InputTokens,
    OutputTokens,
    LatencyMs,
    LatencyS,
    Answer,
    Reference,
    Query,
    Category,
    Split,
}

/// How an answer is compared with the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grader {
    /// The same text, but for space around it.
    Exact,
    /// The same text, but for case and space around it.
    CaseFolded,
    /// The last number in the answer equals the reference.
    Number,
    /// The choice letter of the answer equals the reference's.
    ChoiceLetter,
    /// The answer contains the reference.
    Contains,
}

/// What becomes of a second result of the same model on the same query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Duplicates {
    /// Refuse the file.
    #[default]
    Error,
    /// Keep the first.
    First,
    /// Take the mean.
    Mean,
    /// Each is a query of its own.
    Samples,
}

/// Unit of scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScoreUnit {
    /// 0 to 1.
    Fraction,
    /// 0 to 100.
    Percent,
}

/// Unit of latencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LatencyUnit {
    /// Milliseconds.
    Ms,
    /// Seconds.
    S,
}

/// Dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Of the prompt.
    pub input: f64,
    /// Of the completion.
    pub output: f64,
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
    /// Combinatorial UCB, cost-blind.
    Cucb(Optimistic),
    /// Combinatorial Thompson sampling, cost-blind.
    Thompson(NoParameters),
    /// ε-greedy, cost-blind.
    EpsilonGreedy(EpsilonGreedy),
    /// One model or one set, always.
    Fixed(Fixed),
    /// A uniformly random set.
    Random(NoParameters),
    /// The best set under the true means, always.
    Oracle(NoParameters),
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
}

/// Parameters of ε-greedy: one of the two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpsilonGreedy {
    /// Constant `ε` in [0,1]; 0.1 where neither is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epsilon: Option<f64>,
    /// `ε_t` = min(1, c/t).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
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

fn default_cost_spread() -> f64 {
    0.5
}
fn default_alpha_mu() -> f64 {
    0.3
}
fn default_alpha_c() -> f64 {
    0.05
}
fn one() -> f64 {
    1.0
}
fn yes() -> bool {
    true
}

impl Serialize for CostScale {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            CostScale::Max => serializer.serialize_str("max"),
            CostScale::Fixed(scale) => serializer.serialize_f64(*scale),
        }
    }
}

impl<'de> Deserialize<'de> for CostScale {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) if text == "max" => Ok(CostScale::Max),
            Value::Number(number) => Ok(CostScale::Fixed(number.as_f64().unwrap_or(f64::NAN))),
            other => Err(serde::de::Error::custom(format!("found `{other}`, expected \"max\" or a number above 0"))),
        }
    }
}

impl PolicyKind {
    /// The kind's name, as the JSON has it.
    pub fn name(&self) -> &'static str {
        match self {
            PolicyKind::C2mabV(_) => "c2mab-v",
            PolicyKind::Cucb(_) => "cucb",
            PolicyKind::Thompson(_) => "thompson",
            PolicyKind::EpsilonGreedy(_) => "epsilon-greedy",
            PolicyKind::Fixed(_) => "fixed",
            PolicyKind::Random(_) => "random",
            PolicyKind::Oracle(_) => "oracle",
        }
    }
}

impl Environment {
    /// The kind's name, as the JSON has it.
    pub fn name(&self) -> &'static str {
        match self {
            Environment::Synthetic(_) => "synthetic",
            Environment::Preset(_) => "preset",
            Environment::Replay(_) => "replay",
        }
    }
}

impl Experiment {
    /// Pretty-printed JSON with every default that is known without data filled in.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}
