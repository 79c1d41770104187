//! One more query: which models a policy would call on it, how likely each is right, and what in the query says so.

use super::bootstrap::Figure;
use super::embeddings::Embeddings;
use super::evaluation::Evaluated;
use super::features::{Explained, TermKind};
use super::queries::Queries;
use super::select::{Asked, Limits, Rule};
use super::vote::Ballot;
use super::words::LONGEST_TEXT;
use crate::error::{Error, ErrorKind, Result};
use crate::export::plain;
use crate::summary::student_t;
use serde::{Deserialize, Serialize};

/// Pieces of evidence that are listed for a model, and as many against it.
pub const MOST_EVIDENCE: usize = 6;
/// Terms that are named of a feature in which several collide.
const MOST_TERMS: usize = 3;
/// Queries from which on Student's quantile is taken as if there were no more: it is 1.962 there, and 1.960 of infinitely
/// many.
const MANY: usize = 1_000;

/// What is known of a query that has not been answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// By model what to expect of it.
    pub models: Vec<Confidence>,
    /// The models that the policy calls, by their numbers, in the order in which it picks them.
    pub chosen: Vec<u32>,
    /// Whether it may stop earlier, as a cascade does once it is sure of an answer.
    pub at_most: bool,
    /// Milliseconds of the chosen models, all called at once; of a cascade one after the other.
    pub latency_parallel_ms: Expected,
    /// Milliseconds of the chosen models, one after the other.
    pub latency_sequential_ms: Expected,
    /// Dollars of the chosen models.
    pub cost: Expected,
    /// Whether only the beginning of the text was read: the first [`LONGEST_TEXT`] characters.
    pub cut: bool,
    /// Terms of the query that the classifier knows from training, and numbers of its vector. Where there are none, it says
    /// of this query what it says of any.
    pub known: u64,
    /// Numeric columns that the classifier was trained with and that a typed query does not have: they count as average.
    pub columns: u64,
}

/// How likely a model is right, and why. `log_odds` is the sum of `start`, all `supports`, all `opposes` and `rest`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// The model's name.
    pub model: String,
    /// Calibrated probability that it is right.
    pub p: f64,
    /// Calibrated log-odds, ln(p / (1 − p)).
    pub log_odds: f64,
    /// Log-odds of a query of which nothing is known.
    pub start: f64,
    /// What speaks most for it, the most first.
    pub supports: Vec<Evidence>,
    /// What speaks most against it, the most first.
    pub opposes: Vec<Evidence>,
    /// Sum of what else the query holds.
    pub rest: f64,
    /// Features that are in `rest`.
    pub others: u64,
}

/// A feature of the query and what it adds to a model's calibrated log-odds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The terms of the query behind it; several where they fell into the same bucket.
    pub terms: Vec<String>,
    /// What they are.
    pub kind: TermKind,
    /// What it adds: above 0 it speaks for the model.
    pub adds: f64,
}

/// A mean over the training queries with its interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// The mean, and half the width of its 95 % interval by Student's t; no value where nothing is measured.
    pub figure: Figure,
    /// Training queries on which it was measured for all chosen models.
    pub queries: u64,
}

/// What a rule would do with a query that has no results yet; `embeddings` are those that were joined to `queries`.
///
/// # Errors
/// [`ErrorKind::OutOfRange`] for the oracle, which sees the results.
pub fn ask(
    queries: &Queries,
    evaluated: &Evaluated,
    embeddings: Option<&Embeddings>,
    rule: &Rule,
    limits: Limits,
    text: &str,
) -> Result<Advice> {
    if *rule == Rule::Oracle {
        let expected = "a policy that chooses before it sees the answers";
        return Err(Error::new(ErrorKind::OutOfRange, expected).at_field("policy").found("Oracle"));
    }
    let predictor = &evaluated.trained.predictor;
    // The vector of the text stands last; the columns of the data before it are missing.
    let vector = embeddings.map(|embeddings| embeddings.of(text)).unwrap_or_default();
    let columns = queries.numeric_names.len().saturating_sub(vector.len());
    let numeric = [vec![f64::NAN; columns], vector].concat();
    let p = predictor.predict(text, &numeric);
    let found = predictor.features.explain(text, &numeric, &queries.numeric_names);
    let models = confidences(queries, evaluated, &p, &found);
    let available: Vec<usize> = (0..p.len()).collect();
    // Nobody has answered yet: a cascade goes on to its end.
    let silent = |_| Ballot { answer: None, weight: 0.0, standing: 0.0, latency_ms: f64::INFINITY };
    let mut chosen = Vec::new();
    // Random sets are drawn by the query's number: that of one more query.
    let asked = Asked { query: queries.texts.len(), available: &available, p: &p };
    evaluated.pool.choose(rule, asked, limits, &silent, &|_| false, &mut chosen);
    let cascade = matches!(rule, Rule::Cascade(_));
    let latency = |query: usize| chosen.iter().map(move |model| queries.latency_ms(*model, query));
    let sum = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>();
    // What is not known stays so: a comparison with NaN is false.
    let slowest = |query| latency(query).fold(0.0, |slowest: f64, one| if one <= slowest { slowest } else { one });
    let all = |query| sum(&mut latency(query));
    let parallel = |query| if cascade || f64::is_nan(all(query)) { all(query) } else { slowest(query) };
    let cost = |query| sum(&mut chosen.iter().map(|model| queries.cost(*model, query)));
    let expected = |value: &dyn Fn(usize) -> f64| Expected::of(evaluated.split.train.iter().map(|query| value(*query)));
    Ok(Advice {
        latency_parallel_ms: expected(&parallel),
        latency_sequential_ms: expected(&all),
        cost: expected(&cost),
        chosen: chosen.iter().map(|model| *model as u32).collect(),
        at_most: cascade && chosen.len() > 1,
        cut: text.chars().nth(LONGEST_TEXT).is_some(),
        columns: columns as u64,
        known: found.len() as u64,
        models,
    })
}

fn confidences(queries: &Queries, evaluated: &Evaluated, p: &[f64], found: &[Explained]) -> Vec<Confidence> {
    let predictor = &evaluated.trained.predictor;
    let mut models = Vec::new();
    for (model, (unit, calibration)) in predictor.classifier.units.iter().zip(&predictor.calibrations).enumerate() {
        let start = calibration.a * unit.intercept + calibration.b;
        let adds = |one: &Explained| {
            let weight = unit.weights.get(one.feature as usize).copied().unwrap_or_default();
            calibration.a * f64::from(weight) * f64::from(one.value)
        };
        let mut list: Vec<(f64, &Explained)> = found.iter().map(|one| (adds(one), one)).collect();
        list.retain(|(adds, _)| *adds != 0.0);
        crate::order::sort_by(&mut list, |(a, first), (b, second)| {
            b.total_cmp(a).then(first.feature.cmp(&second.feature))
        });
        let named = |(adds, one): &(f64, &Explained)| {
            let terms = one.terms.iter().take(MOST_TERMS).map(|term| plain(term)).collect();
            Evidence { terms, kind: one.kind, adds: *adds }
        };
        let supports = list.iter().take(MOST_EVIDENCE).take_while(|(adds, _)| *adds > 0.0).count();
        let opposes = list.iter().rev().take(MOST_EVIDENCE).take_while(|(adds, _)| *adds < 0.0).count();
        let rest = list.get(supports..list.len() - opposes).unwrap_or_default();
        let total = |list: &[(f64, &Explained)]| list.iter().fold(0.0, |sum, (adds, _)| sum + adds);
        models.push(Confidence {
            model: queries.models.get(model).cloned().unwrap_or_default(),
            p: p.get(model).copied().unwrap_or_default(),
            log_odds: start + total(&list),
            start,
            supports: list.iter().take(supports).map(named).collect(),
            opposes: list.iter().rev().take(opposes).map(named).collect(),
            rest: total(rest),
            others: rest.len() as u64,
        });
    }
    models
}

impl Expected {
    /// The mean of what is known.
    fn of(values: impl Iterator<Item = f64>) -> Expected {
        let known: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
        let n = known.len() as f64;
        let mean = known.iter().sum::<f64>() / n;
        if !mean.is_finite() {
            return Expected::default();
        }
        let squares: f64 = known.iter().map(|value| (value - mean) * (value - mean)).sum();
        let half = || student_t((known.len() - 1).min(MANY) as u32) * (squares / (n * (n - 1.0))).sqrt();
        let figure = Figure { value: Some(mean), ci95: (known.len() > 1).then(half) };
        Expected { figure, queries: known.len() as u64 }
    }
}

#[cfg(test)]
mod tests;
