//! The result of a run as the command line prints it and the page draws it.

mod collector;
mod intervals;
mod played;
mod text;

pub use collector::{Collector, Parts};
pub use intervals::{bootstrap, settled, student_t, wilson, wilson_interval};
pub use played::Played;
pub use text::{aligned, curves_csv, table};

use crate::data::FileIdentity;
use crate::experiment::Experiment;
use crate::export::plain;
use crate::figure::number::count;
use crate::number::short;
use crate::theory::Bounds;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Result of a run: what `llm-select run --out` writes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunResult {
    /// Engine version.
    pub engine: String,
    /// SHA-256 over all series, in lower-case hexadecimal.
    pub digest: String,
    /// The experiment with every default filled in.
    pub experiment: Experiment,
    /// Data files used.
    pub data: Vec<FileIdentity>,
    /// Names of the models that play, in the environment's order. For the selection figure only.
    #[serde(skip)]
    pub models: Vec<String>,
    /// The best set, by segment of rounds.
    pub optimum: Vec<OptimumReport>,
    /// The theorems' bounds; `None` where the world changes or `S*` is not known. For the figures only.
    #[serde(skip)]
    pub bounds: Option<Bounds>,
    /// One entry a policy, in the experiment's order.
    pub policies: Vec<PolicyResult>,
}

/// The best fixed sets under the true means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptimumReport {
    /// First round it holds for.
    pub from: u32,
    /// `S*`, names in the environment's order; empty where the search for it did not run to its end.
    pub set: Vec<String>,
    /// `r(S*; μ)`; `None` where the search for `S*` did not run to its end: the regret is then against the relaxed
    /// optimum.
    pub reward: Option<f64>,
    /// `Σ_{k∈S*} c_k`, in the unit of the input; `None` where costs or `S*` are unknown.
    pub cost: Option<f64>,
    /// Optimum of the relaxed problem under the true means.
    pub relaxed_reward: f64,
    /// Best feasible set by the rows of the data themselves; `None` for synthetic worlds or past the search limit.
    pub joint: Option<JointOptimum>,
    /// By policy, the objective that its solver of the relaxed problem reaches under the true means; `None` for those
    /// that solve none. For the studies only.
    #[serde(skip)]
    pub solved: Vec<Option<f64>>,
}

/// The best feasible fixed set by joint rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JointOptimum {
    /// Names in the environment's order.
    pub set: Vec<String>,
    /// Mean realised reward over the rows.
    pub reward: f64,
}

/// One curve: a mean and a 95 % half-width at each checkpoint.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Series {
    /// Mean over replicates.
    pub mean: Vec<f64>,
    /// Half-width by Student's t; `None` with one replicate.
    pub ci95: Option<Vec<f64>>,
}

/// One figure with its interval; `None` is what is infinite, undefined or has no interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Mean over replicates (a ratio of means for ratios).
    pub mean: Option<f64>,
    /// 95 % half-width.
    pub ci95: Option<f64>,
}

/// Curves and finals of one policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PolicyResult {
    /// The person's label, or one made from kind and parameters; unique in the list.
    pub label: String,
    /// Kind as in the experiment.
    pub kind: String,
    /// Checkpoints: rounds at which the series have a value, ascending, the last is `T` when the run is complete.
    pub rounds: Vec<u32>,
    /// Cumulative regret against `S*`.
    pub regret: Series,
    /// Cumulative regret against the relaxed optimum.
    pub regret_relaxed: Series,
    /// `V(t)`; `None` without a budget.
    pub violation: Option<Series>,
    /// Mean over rounds of the excess over the budget; `None` without a budget.
    pub excess: Option<Series>,
    /// Running mean of the realised reward.
    pub reward: Series,
    /// Running mean of `r(S; μ)`.
    pub expected_reward: Series,
    /// Running mean of the paid cost; `None` where costs are unknown.
    pub cost: Option<Series>,
    /// Running mean of the nominal cost; `None` where costs are unknown.
    pub nominal_cost: Option<Series>,
    /// Mean reward / mean excess, both over the rounds so far, infinite where nothing was over; `None` without a budget.
    /// The half-width is by the delta method, infinite where the excess cannot be told from 0. For the figure only.
    #[serde(skip)]
    pub ratio: Option<Series>,
    /// Mean reward / `V(t)`, otherwise as `ratio`. For the figure only.
    #[serde(skip)]
    pub ratio_violation: Option<Series>,
    /// Values after the last round.
    #[serde(rename = "final")]
    pub finals: Finals,
    /// Share of rounds with `k ∈ S_t`, by model.
    pub selection: BTreeMap<String, f64>,
    /// Share of rounds with `k ∈ F_t`, by model.
    pub called: BTreeMap<String, f64>,
    /// Share of rounds with `k ∈ S_t` within each of equal bins of rounds: `share_over_time[bin][k]`, models in the
    /// environment's order; bins not reached yet are absent. For the selection figure only.
    #[serde(skip)]
    pub share_over_time: Vec<Vec<f64>>,
    /// By replicate, what came of it up to the last checkpoint. For the studies' intervals only.
    #[serde(skip)]
    pub replicates: Vec<Replicate>,
    /// Time that a round took, simulation included, µs (median over blocks of replicates).
    #[serde(skip)]
    pub time_per_round_us: Measured,
}

/// What came of one replicate, as means over its rounds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Replicate {
    /// Realised reward.
    pub reward: f64,
    /// Excess over the budget, in the unit of the input.
    pub excess: f64,
    /// `V(T)`, in the unit of the input.
    pub violation: f64,
    /// Paid cost, in the unit of the input.
    pub cost: f64,
}

/// A measurement that is no part of a result: two of them never make two results differ.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measured(pub Option<f64>);

impl PartialEq for Measured {
    fn eq(&self, _other: &Measured) -> bool {
        true
    }
}

/// Values after the last round, each with its interval.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Finals {
    /// Cumulative regret.
    pub regret: Figure,
    /// Cumulative regret against the relaxed optimum.
    pub regret_relaxed: Figure,
    /// `V(T)`.
    pub violation: Figure,
    /// Mean excess.
    pub excess: Figure,
    /// Mean realised reward.
    pub reward: Figure,
    /// Mean expected reward.
    pub expected_reward: Figure,
    /// Mean paid cost.
    pub cost: Figure,
    /// Mean nominal cost.
    pub nominal_cost: Figure,
    /// Mean reward / mean excess.
    pub ratio: Figure,
    /// Mean reward / violation.
    pub ratio_violation: Figure,
    /// Calls per query.
    pub calls: Figure,
    /// Rounds in which no allowed set fits the budget.
    pub infeasible_rounds: Figure,
    /// Rounds whose rounding selected nothing.
    pub empty_rounds: Figure,
    /// Rounds whose search for the best set was cut short.
    pub unproven_rounds: Figure,
    /// Mean latency of a round, ms; `None` where the data has none.
    pub latency_ms: Figure,
    /// Share of replicates in which Lemma 1's event held: all true means within the radii of C2MAB-V's estimates, in all
    /// rounds so far; `None` where the lemma does not speak of the policy. The half-width is to the farther end of
    /// Wilson's interval, which stays honest where all replicates agree.
    pub coverage: Figure,
}

impl Finals {
    /// All figures with their names, in the order of the result file.
    pub fn figures(&self) -> [(&'static str, Figure); 15] {
        [
            ("regret", self.regret),
            ("regret_relaxed", self.regret_relaxed),
            ("violation", self.violation),
            ("excess", self.excess),
            ("reward", self.reward),
            ("expected_reward", self.expected_reward),
            ("cost", self.cost),
            ("nominal_cost", self.nominal_cost),
            ("ratio", self.ratio),
            ("ratio_violation", self.ratio_violation),
            ("calls", self.calls),
            ("infeasible_rounds", self.infeasible_rounds),
            ("empty_rounds", self.empty_rounds),
            ("unproven_rounds", self.unproven_rounds),
            ("latency_ms", self.latency_ms),
        ]
    }
}

impl PolicyResult {
    /// The series in the order of the result file, those that are defined, with their names.
    pub fn series(&self) -> impl Iterator<Item = (&'static str, &Series)> {
        [
            ("regret", Some(&self.regret)),
            ("regret_relaxed", Some(&self.regret_relaxed)),
            ("violation", self.violation.as_ref()),
            ("excess", self.excess.as_ref()),
            ("reward", Some(&self.reward)),
            ("expected_reward", Some(&self.expected_reward)),
            ("cost", self.cost.as_ref()),
            ("nominal_cost", self.nominal_cost.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, series)| series.map(|series| (name, series)))
    }
}

impl RunResult {
    /// Pretty-printed JSON, as `llm-select run --out` writes it.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// From which round on each policy's ratio of reward to excess stays where it ends, in a sentence; `None` where no
    /// ratio is finite.
    pub fn settling(&self) -> Option<String> {
        let planned = self.experiment.run.rounds;
        let rounds: Vec<String> = (self.policies.iter())
            .filter_map(|policy| {
                let round = settled(&policy.rounds, &policy.ratio.as_ref()?.mean)?;
                // What comes to rest in the last tenth may as well be passing through.
                let still = u64::from(round) * 10 > u64::from(planned) * 9;
                let text = if still { "still moving".to_string() } else { format!("round {}", count(round)) };
                Some(format!("{} ({text})", plain(&policy.label)))
            })
            .collect();
        let list = rounds.join(", ");
        (!rounds.is_empty()).then(|| {
            format!("The ratio of mean reward to mean excess stays within 5 % of its last value from here on: {list}.")
        })
    }

    /// For each policy that Lemma 1 speaks of, how often its event held, in a sentence.
    pub fn coverage(&self) -> Vec<String> {
        let replicates = self.experiment.run.replicates;
        (self.policies.iter().zip(&self.experiment.policies))
            .filter_map(|(policy, spec)| {
                let share = policy.finals.coverage.mean?;
                let delta = spec.kind.delta()?;
                Some(format!(
                    "{}: in {:.0} of {replicates} {} all means stayed inside their radii in all rounds; Lemma 1 promises \
                     at least {} %.",
                    plain(&policy.label),
                    share * f64::from(replicates),
                    if replicates == 1 { "replicate" } else { "replicates" },
                    // Rounded down: more is not promised.
                    libm::floor((1.0 - delta / 2.0) * 1e6) / 1e4,
                ))
            })
            .collect()
    }

    /// What a reader of the numbers should know, in plain sentences.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.optimum.iter().any(|optimum| optimum.reward.is_none()) {
            warnings.push(
                "The search for the best set was stopped at its limit. The regret is measured against the relaxed \
                 optimum instead, which is never below it."
                    .to_string(),
            );
        }
        let cut_short: Vec<String> = (self.policies.iter())
            .filter_map(|policy| Some((policy, policy.finals.unproven_rounds.mean.filter(|mean| *mean > 0.0)?)))
            .map(|(policy, mean)| format!("{} ({})", plain(&policy.label), short(mean).replace('-', "−")))
            .collect();
        if !cut_short.is_empty() {
            warnings.push(format!(
                "The search for the best set of a round was stopped at its limit, and the rounding of the relaxed \
                 solution played instead; such rounds per replicate: {}.",
                cut_short.join(", ")
            ));
        }
        for policy in &self.policies {
            let (expected, realised) = (policy.finals.expected_reward.mean, policy.finals.reward.mean);
            if let (Some(expected), Some(realised)) = (expected, realised)
                && (expected - realised).abs() > 0.05
            {
                let label = plain(&policy.label);
                warnings.push(match policy.kind.as_str() {
                    "contextual" | "linucb" => format!(
                        "{label} reads the query: by the models' means over all queries its sets are worth {expected:.3}, and \
                         {realised:.3} came back. Regret is by those means; compare the rewards."
                    ),
                    _ => format!(
                        "{label}: the models' answers are correlated. Independence promises a reward of {expected:.3}, and \
                         {realised:.3} came back."
                    ),
                });
            }
        }
        let below: Vec<String> = (self.policies.iter())
            .filter(|policy| policy.finals.regret.mean.is_some_and(|mean| mean < 0.0))
            .map(|policy| {
                let relaxed = policy.finals.regret_relaxed.mean.map_or("not defined".to_string(), short);
                format!("{} ({relaxed})", plain(&policy.label))
            })
            .collect();
        if !below.is_empty() {
            warnings.push(format!(
                "A regret below 0 is no error: a policy that meets the budget only on average, or not at all, can beat \
                 every single set that fits it. Against the relaxed optimum, which also fits only on average: {}.",
                below.join(", ")
            ));
        }
        warnings
    }
}
