//! The policies side by side on the test queries: accuracy, coverage, calls, latency, cost, and how they differ.

use super::assignment::{Front, NAME};
use super::bootstrap::{Figure, Mean, means};
use super::fixed_set::best_fixed_set;
use super::judge::{Judge, Judged};
use super::select::{Caps, Limits, Rule};
use serde::{Deserialize, Serialize};

/// Queries by their numbers in the three parts of the data, each ascending, no query in two.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// What the classifier learns from.
    pub train: &'a [usize],
    /// What choices are made on: regularisation, calibration, the best single model and the best fixed set.
    pub validation: &'a [usize],
    /// What figures are measured on, and nothing else.
    pub test: &'a [usize],
}

/// What is asked of the policies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asking {
    /// `s` and `τ`.
    pub limits: Limits,
    /// Probability of the leading answer at which the cascade stops, in (0,1].
    pub sure: f64,
    /// Caps of the capped variant; infinite where there is none. Without any cap there is no such variant.
    pub caps: Caps,
    /// Seed of the random sets and of the bootstrap.
    pub seed: u64,
}

/// One policy's figures on test: means over all test queries, whether solved or not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyFigures {
    /// Its name.
    pub name: String,
    /// The models of a fixed set, by their names; empty where they differ from query to query.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// Share of queries whose vote is right.
    pub accuracy: Figure,
    /// Share of queries that any called model solves: no vote finds out which.
    pub coverage: Figure,
    /// Models called a query.
    pub models_called: Figure,
    /// Milliseconds a query, all models called at once; of a cascade and of the oracle, the same as in sequence.
    pub latency_parallel_ms: Figure,
    /// Milliseconds a query, one model after the other.
    pub latency_sequential_ms: Figure,
    /// Dollars a query.
    pub cost: Figure,
}

/// A policy against a baseline on the same queries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Name of the policy.
    pub policy: String,
    /// Name of the baseline.
    pub baseline: String,
    /// Whether it is the most accurate baseline on test (by coverage where there are no answers).
    pub most_accurate: bool,
    /// Accuracy less the baseline's.
    pub accuracy: Figure,
    /// Coverage less the baseline's.
    pub coverage: Figure,
    /// Share of the baseline's parallel latency that is saved; below 0 where it takes longer.
    pub latency_parallel_saved: Figure,
    /// Share of the baseline's sequential latency that is saved.
    pub latency_sequential_saved: Figure,
    /// Share of the baseline's cost that is saved.
    pub cost_saved: Figure,
}

/// The table of all policies.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The rule of each policy, in the order of `policies`.
    pub rules: Vec<Rule>,
    /// Every policy's figures; the oracle is last.
    pub policies: Vec<PolicyFigures>,
    /// Each query-aware policy against all models, the best single model and the most accurate baseline.
    pub comparisons: Vec<Comparison>,
    /// Share of the test queries that any model of the pool solves: the upper bound.
    pub oracle: Figure,
    /// Whether the best fixed set is the best of all, or was built model by model.
    pub exhaustive: bool,
}

/// One point of a sweep over `s` and `τ`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepPoint {
    /// `s`.
    pub models: usize,
    /// `τ`; `None` where the rule has none.
    pub threshold: Option<f64>,
    /// The figures.
    pub figures: PolicyFigures,
}

/// Baselines by their place in the table.
const BASELINES: std::ops::Range<usize> = 0..4;
const ALL: usize = 0;
const BEST_SINGLE: usize = 2;

/// Judges every policy on test.
pub fn evaluate(judge: &Judge, parts: &Parts, asking: &Asking) -> Table {
    let k = judge.queries.models.len();
    let worth = |set: &[usize]| judge.worth(set, parts.validation);
    let single = best_fixed_set(k, 1, parts.validation.len(), worth);
    let fixed = best_fixed_set(k, asking.limits.models, parts.validation.len(), worth);
    let s = asking.limits.models.min(k);
    let mut rules = vec![
        ("All models".to_owned(), Rule::All),
        (format!("Random {s}"), Rule::Random(asking.seed)),
        ("Best single model".to_owned(), Rule::Fixed(single.models)),
        (format!("Best fixed set of at most {s}"), Rule::Fixed(fixed.models)),
        ("LabelledMaxConf".to_owned(), Rule::LabelledMaxConf),
        ("MaxConf".to_owned(), Rule::MaxConf),
        ("WeightedMaxConf".to_owned(), Rule::WeightedMaxConf),
        ("Cascade by confidence".to_owned(), Rule::Cascade(asking.sure)),
    ];
    if asking.caps.cost.is_finite() || asking.caps.latency_ms.is_finite() {
        rules.push(("Largest expected vote within the cap".to_owned(), Rule::Capped(asking.caps)));
    }
    if asking.caps.cost.is_finite() {
        let front = Front::new(judge, parts.test);
        let total = asking.caps.cost * parts.test.len() as f64;
        rules.push((NAME.to_owned(), front.rule(judge.queries.texts.len(), front.within(total))));
    }
    rules.push(("Oracle".to_owned(), Rule::Oracle));
    let judged: Vec<Judged> = rules.iter().map(|(_, rule)| judge.play(rule, asking.limits, parts.test)).collect();
    let columns: Vec<&[f64]> = judged.iter().flat_map(Judged::columns).collect();
    let all = means(&columns, asking.seed);
    let (of_policies, _) = all.as_chunks::<COLUMNS>();
    let names = |rule: &Rule| match rule {
        Rule::Fixed(set) => set.iter().filter_map(|model| judge.queries.models.get(*model).cloned()).collect(),
        _ => Vec::new(),
    };
    let policies: Vec<PolicyFigures> = rules
        .iter()
        .zip(of_policies)
        .map(|((name, rule), means)| PolicyFigures::new(name.clone(), names(rule), means))
        .collect();
    let comparisons = compare(&rules, of_policies, judge.answers);
    let oracle = policies.last().map(|oracle| oracle.coverage).unwrap_or_default();
    let rules = rules.into_iter().map(|(_, rule)| rule).collect();
    Table { rules, policies, comparisons, oracle, exhaustive: fixed.exhaustive }
}

fn compare(rules: &[(String, Rule)], all: &[[Mean; COLUMNS]], answers: bool) -> Vec<Comparison> {
    let by = if answers { ACCURACY } else { COVERAGE };
    let value = |place: &usize| all.get(*place).and_then(|means| means[by].figure().value).unwrap_or(f64::NEG_INFINITY);
    // Of equal ones the first: `max_by` would take the last.
    let most_accurate = BASELINES.rev().max_by(|a, b| value(a).total_cmp(&value(b))).unwrap_or(ALL);
    let mut against = vec![ALL, BEST_SINGLE];
    if !against.contains(&most_accurate) {
        against.push(most_accurate);
    }
    let mut comparisons = Vec::new();
    for ((name, rule), mine) in rules.iter().zip(all).skip(BASELINES.end) {
        if *rule == Rule::Oracle {
            continue;
        }
        for &place in &against {
            let Some(((baseline, _), theirs)) = rules.get(place).zip(all.get(place)) else { continue };
            comparisons.push(Comparison {
                policy: name.clone(),
                baseline: baseline.clone(),
                most_accurate: place == most_accurate,
                accuracy: mine[ACCURACY].less(&theirs[ACCURACY]),
                coverage: mine[COVERAGE].less(&theirs[COVERAGE]),
                latency_parallel_saved: mine[PARALLEL].saved_of(&theirs[PARALLEL]),
                latency_sequential_saved: mine[SEQUENTIAL].saved_of(&theirs[SEQUENTIAL]),
                cost_saved: mine[COST].saved_of(&theirs[COST]),
            });
        }
    }
    comparisons
}

/// The three rules of the paper for `s` from 1 to `most`, LabelledMaxConf for every `τ` of the list.
pub fn sweep(judge: &Judge, test: &[usize], most: usize, thresholds: &[f64], seed: u64) -> Vec<SweepPoint> {
    let mut points: Vec<(&str, Rule, usize, Option<f64>)> = Vec::new();
    for models in 1..=most.min(judge.queries.models.len()) {
        points.extend(thresholds.iter().map(|at| ("LabelledMaxConf", Rule::LabelledMaxConf, models, Some(*at))));
        points.push(("MaxConf", Rule::MaxConf, models, None));
        points.push(("WeightedMaxConf", Rule::WeightedMaxConf, models, None));
    }
    // Many points at once: the same resamples serve them all.
    let together = (MOST_CELLS / COLUMNS / test.len().max(1)).max(1);
    let mut swept = Vec::with_capacity(points.len());
    for points in points.chunks(together) {
        let limits =
            |models: usize, threshold: Option<f64>| Limits { models, threshold: threshold.unwrap_or_default() };
        let play = |(_, rule, models, threshold): &(&str, Rule, usize, Option<f64>)| {
            judge.play(rule, limits(*models, *threshold), test)
        };
        let played: Vec<Judged> = points.iter().map(play).collect();
        let columns: Vec<&[f64]> = played.iter().flat_map(Judged::columns).collect();
        let all = means(&columns, seed);
        let (of_points, _) = all.as_chunks::<COLUMNS>();
        for ((name, _, models, threshold), means) in points.iter().zip(of_points) {
            let figures = PolicyFigures::new((*name).to_owned(), Vec::new(), means);
            swept.push(SweepPoint { models: *models, threshold: *threshold, figures });
        }
    }
    swept
}

/// Most cells that points of the sweep hold at once.
const MOST_CELLS: usize = 4_000_000;

/// Columns of [`Judged`] and their places.
pub(super) const COLUMNS: usize = 6;
const ACCURACY: usize = 0;
const COVERAGE: usize = 1;
const PARALLEL: usize = 3;
const SEQUENTIAL: usize = 4;
const COST: usize = 5;

impl Judged {
    pub(super) fn columns(&self) -> [&[f64]; COLUMNS] {
        [
            &self.accuracy,
            &self.coverage,
            &self.called,
            &self.latency_parallel_ms,
            &self.latency_sequential_ms,
            &self.cost,
        ]
    }
}

impl PolicyFigures {
    pub(super) fn new(name: String, models: Vec<String>, means: &[Mean; COLUMNS]) -> PolicyFigures {
        let [accuracy, coverage, models_called, latency_parallel_ms, latency_sequential_ms, cost] =
            means.each_ref().map(Mean::figure);
        PolicyFigures {
            name,
            models,
            accuracy,
            coverage,
            models_called,
            latency_parallel_ms,
            latency_sequential_ms,
            cost,
        }
    }
}

#[cfg(test)]
mod tests;
