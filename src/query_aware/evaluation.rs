//! The whole of it: split, train, judge, explain the gap.

use super::assignment::{AssignmentPoint, front};
use super::bootstrap::{Figure, means};
use super::classifier::Learned;
use super::evaluate::{Asking, Comparison, Parts, PolicyFigures, SweepPoint, Table, evaluate, sweep};
use super::features::FeatureOptions;
use super::gap::{Gap, gap};
use super::judge::Judge;
use super::predictor::{FEATURES, Predictor, Trained, labels};
use super::queries::Queries;
use super::report::{Prediction, Report, always_positive, by_probability, by_thresholds, majority};
use super::select::{Caps, Limits, Pool, Rule};
use super::split::Split;
use super::steps::Step;
use crate::data::FileIdentity;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Experiment, QueryAware};
use serde::{Deserialize, Serialize};

/// `τ` of the sweep's points, beside the policies' own.
const THRESHOLDS: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/// Largest `s` of the sweep.
const MOST_SWEPT: usize = 6;
/// Seeds that differ from the split's own use of it.
const STREAM: u64 = 0x5345_4C4C_4D00;

/// What query-aware selection comes to on some data: figures of the test queries, each with its interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// What was evaluated; `None` where the queries are those of no experiment. Stands in the file before the figures, and is
    /// not read back.
    #[serde(skip)]
    pub origin: Option<Box<Origin>>,
    /// Sizes of the parts.
    pub split: SplitSizes,
    /// `s` and `τ` of the policies.
    pub limits: Limits,
    /// How good the predictions are.
    pub classifier: ClassifierFigures,
    /// Every policy's figures; the oracle is last.
    pub policies: Vec<PolicyFigures>,
    /// Query-aware policies against baselines.
    pub comparisons: Vec<Comparison>,
    /// Share of the test queries that any model of the pool solves: no policy can be right more often.
    pub oracle: Figure,
    /// The paper's rules over `s` and `τ`.
    pub sweep: Vec<SweepPoint>,
    /// Offline assignment under a total budget: its front over the budget, ascending; empty where no cost is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignment: Vec<AssignmentPoint>,
    /// Where the oracle is right and the most accurate of the paper's rules is not.
    pub gap: PolicyGap,
    /// What a person has to know to read the figures.
    pub notes: Vec<String>,
}

impl Evaluation {
    /// As the files have it that people keep: pretty-printed JSON.
    pub fn to_json(&self) -> String {
        let file = EvaluationFile { origin: self.origin.as_deref(), evaluation: self };
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }
}

/// What an evaluation is of, under the names that the result of a run has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Origin {
    /// Engine version.
    pub engine: String,
    /// The experiment with every default that is known without data, and the hashes of its files.
    pub experiment: Experiment,
    /// Data files used.
    pub data: Vec<FileIdentity>,
    /// Files of the token embeddings among the features; empty where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub embeddings: Vec<FileIdentity>,
}

#[derive(Serialize)]
struct EvaluationFile<'a> {
    #[serde(flatten)]
    origin: Option<&'a Origin>,
    #[serde(flatten)]
    evaluation: &'a Evaluation,
}

/// Queries in each part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitSizes {
    /// Learned from.
    pub train: u64,
    /// Chosen and calibrated on.
    pub validation: u64,
    /// Measured on.
    pub test: u64,
    /// Whether a column of the data said which is which.
    pub from_column: bool,
}

/// How good the predictions on test are, and those of two that have learned nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifierFigures {
    /// Of labels by each model's own threshold, chosen for F1 on validation: F1 is what SelectLLM reports.
    #[serde(flatten)]
    pub by_f1: Report,
    /// Of the calibrated probabilities that the policies use: labels from `τ` on.
    pub calibrated: Report,
    /// Of predicting every model right.
    pub always_positive: Report,
    /// Of predicting for each model what most of its training queries are.
    pub majority: Report,
    /// What reading the query saves: log loss of the models' shares of right training answers, less that of the
    /// calibrated probabilities, in nats a label. A classifier that has learned nothing saves nothing.
    pub log_loss_saved: Figure,
}

/// A policy's gap.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyGap {
    /// Name of the policy.
    pub policy: String,
    /// Its gap.
    pub gap: Gap,
}

/// A trained predictor with all that it was judged on.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// The parts of the data.
    pub split: Split,
    /// The predictor and its probabilities.
    pub trained: Trained,
    /// What is known of the models.
    pub pool: Pool,
    /// The rule of each policy, in the order of [`Evaluation::policies`].
    pub rules: Vec<Rule>,
    /// The figures.
    pub evaluation: Evaluation,
}

/// Splits the queries, trains on the first part and judges every policy on the last. `progress` hears which step is under
/// way and the share of all of this that is done, in [0,1], and returns whether to go on.
///
/// # Errors
/// Those of [`Split::of`] and [`Predictor::train`].
pub fn run(queries: &Queries, part: &QueryAware, progress: &mut dyn FnMut(Step, f64) -> bool) -> Result<Evaluated> {
    let split = Split::of(queries, part.split)?;
    let trained = Predictor::train(queries, &split, FeatureOptions::default(), &mut |share| {
        progress(if share < FEATURES { Step::Features } else { Step::Train }, 0.7 * share)
    })?;
    heard(progress(Step::Judge, 0.7))?;
    let pool = Pool::new(queries, &split.train, &split.validation);
    let answers = has_answers(queries, &split);
    let judge = Judge { queries, p: &trained.p, pool: &pool, answers };
    let parts = Parts { train: &split.train, validation: &split.validation, test: &split.test };
    let limits = Limits { models: part.max_models as usize, threshold: part.threshold };
    let caps =
        Caps { cost: part.cost_cap.unwrap_or(f64::INFINITY), latency_ms: part.latency_cap_ms.unwrap_or(f64::INFINITY) };
    let asking = Asking { limits, sure: part.confidence, caps, seed: part.split.seed ^ STREAM };
    let table = evaluate(&judge, &parts, &asking);
    heard(progress(Step::Sweep, 0.8))?;
    let mut thresholds = THRESHOLDS.to_vec();
    if !thresholds.contains(&limits.threshold) {
        thresholds.push(limits.threshold);
    }
    let sweep = sweep(&judge, &split.test, MOST_SWEPT, &thresholds, asking.seed);
    let assignment = front(&judge, &split.test, asking.seed);
    heard(progress(Step::Explain, 0.9))?;
    let classifier = classifier(queries, &split, &trained, part.threshold, asking.seed);
    let best = most_accurate(&table);
    let gap = match best.and_then(|place| table.rules.get(place).zip(table.policies.get(place))) {
        Some((rule, policy)) => PolicyGap { policy: policy.name.clone(), gap: gap(&judge, rule, limits, &split.test) },
        None => PolicyGap::default(),
    };
    let notes = notes(queries, &split, &trained, &table, answers, &classifier);
    heard(progress(Step::Explain, 1.0))?;
    let Table { rules, policies, comparisons, oracle, .. } = table;
    let sizes = SplitSizes {
        train: split.train.len() as u64,
        validation: split.validation.len() as u64,
        test: split.test.len() as u64,
        from_column: split.from_column,
    };
    let evaluation = Evaluation {
        origin: None,
        split: sizes,
        limits,
        classifier,
        policies,
        comparisons,
        oracle,
        sweep,
        assignment,
        gap,
        notes,
    };
    Ok(Evaluated { split, trained, pool, rules, evaluation })
}

impl Evaluated {
    /// What the test part was judged by; `queries` are those that were evaluated.
    pub fn judge<'a>(&'a self, queries: &'a Queries) -> Judge<'a> {
        Judge { queries, p: &self.trained.p, pool: &self.pool, answers: has_answers(queries, &self.split) }
    }
}

/// Whether the test queries have answers to vote on.
fn has_answers(queries: &Queries, split: &Split) -> bool {
    split.test.iter().any(|query| (0..queries.models.len()).any(|k| queries.answer(k, *query).is_some()))
}

fn heard(go_on: bool) -> Result<()> {
    if go_on { Ok(()) } else { Err(Error::new(ErrorKind::Cancelled, "the evaluation was cancelled")) }
}

/// The place of the paper's rule with the best accuracy on test, by coverage where accuracy is not known; of equal ones the
/// first.
fn most_accurate(table: &Table) -> Option<usize> {
    let papers = |rule: &Rule| matches!(rule, Rule::LabelledMaxConf | Rule::MaxConf | Rule::WeightedMaxConf);
    let places: Vec<usize> =
        (0..table.rules.len()).filter(|place| table.rules.get(*place).is_some_and(papers)).collect();
    let value = |place: &usize| {
        let policy = table.policies.get(*place);
        policy.and_then(|policy| policy.accuracy.value.or(policy.coverage.value)).unwrap_or(f64::NEG_INFINITY)
    };
    places.into_iter().rev().max_by(|a, b| value(a).total_cmp(&value(b)))
}

fn classifier(queries: &Queries, split: &Split, trained: &Trained, threshold: f64, seed: u64) -> ClassifierFigures {
    let (labels, k) = (labels(queries), queries.models.len());
    let by_share = majority(&labels, &split.train);
    let calibrated = by_probability(&trained.p, k, threshold);
    let saved = log_loss_saved(&labels, &split.test, &by_share, &calibrated, seed);
    let judged = |predict: &dyn Fn(usize, usize) -> Prediction| {
        let mut report = Report::with_intervals(&labels, &split.test, seed, predict);
        report.models.iter_mut().zip(&queries.models).for_each(|(model, name)| model.name.clone_from(name));
        report
    };
    ClassifierFigures {
        by_f1: judged(&by_thresholds(&trained.p, &trained.thresholds)),
        calibrated: judged(&calibrated),
        always_positive: judged(&always_positive),
        majority: judged(&by_share),
        log_loss_saved: saved,
    }
}

/// Mean over queries of what the second prediction saves in log loss a label.
fn log_loss_saved(
    labels: &[&[Option<bool>]],
    test: &[usize],
    first: &dyn Fn(usize, usize) -> Prediction,
    second: &dyn Fn(usize, usize) -> Prediction,
    seed: u64,
) -> Figure {
    let loss = |prediction: Prediction, label: bool| {
        let p = prediction.probability.unwrap_or(0.5);
        -libm::log((if label { p } else { 1.0 - p }).clamp(1e-15, 1.0))
    };
    let saved = |query: &usize| {
        let known =
            labels.iter().enumerate().filter_map(|(k, labels)| Some((k, labels.get(*query).copied().flatten()?)));
        let (sum, count) = known.fold((0.0, 0.0), |(sum, count), (k, label)| {
            (sum + loss(first(k, *query), label) - loss(second(k, *query), label), count + 1.0)
        });
        sum / count
    };
    let column: Vec<f64> = test.iter().map(saved).collect();
    means(&[&column], seed).first().map(super::bootstrap::Mean::figure).unwrap_or_default()
}

/// Test queries that several models solve, and share of them on which these give different answers, from which on a note says
/// that answers hardly meet.
const SEVERAL: usize = 10;
const APART: f64 = 0.2;

/// What there is to say where right answers seldom agree: they are compared as whole texts, and texts of several words are
/// seldom the same.
fn split_votes(queries: &Queries, test: &[usize]) -> Option<String> {
    let (mut several, mut apart) = (0, 0);
    for &query in test {
        let right = (0..queries.models.len()).filter(|model| queries.solved(*model, query) == Some(true));
        let mut given = right.filter_map(|model| queries.answer(model, query));
        let Some(first) = given.next() else { continue };
        let others: Vec<u32> = given.collect();
        several += usize::from(!others.is_empty());
        apart += usize::from(others.iter().any(|other| *other != first));
    }
    (several >= SEVERAL && apart as f64 > APART * several as f64).then(|| {
        format!(
            "On {apart} of {several} test queries that several models solve, their right answers differ, so that votes do not \
             add up: answers are compared as a whole. Say what of an answer counts, such as its last number (`grader`)."
        )
    })
}

/// Test queries below which a note says that figures are uncertain.
const FEW: usize = 100;

fn notes(
    queries: &Queries,
    split: &Split,
    trained: &Trained,
    table: &Table,
    answers: bool,
    classifier: &ClassifierFigures,
) -> Vec<String> {
    let mut notes = Vec::new();
    if !answers {
        notes.push(
            "The data has no answers to vote on, so accuracy is not known. Coverage counts the queries that any called model \
             solves; a vote may still miss them."
                .to_owned(),
        );
    }
    if queries.left_out > 0 {
        notes.push(format!("{} queries are left out: some model has no result for them.", queries.left_out));
    }
    for (model, name) in queries.models.iter().enumerate().filter(|_| answers) {
        let silent =
            |query: &&usize| queries.solved(model, **query).is_some() && queries.answer(model, **query).is_none();
        let (count, all) = (split.test.iter().filter(silent).count(), split.test.len());
        if count > 0 {
            notes.push(format!(
                "{name} has no answer to {count} of {all} test queries, and abstains from the vote there."
            ));
        }
    }
    notes.extend(split_votes(queries, &split.test));
    let saved = classifier.log_loss_saved;
    let sure = saved.value.zip(saved.ci95).is_some_and(|(value, half)| value > half);
    if !sure {
        notes.push(
            "The classifier has not shown that it tells queries apart: on test it predicts no better than each model's share \
             of right answers does (the interval of the log loss saved reaches 0)."
                .to_owned(),
        );
    }
    for (name, unit) in queries.models.iter().zip(&trained.predictor.classifier.units) {
        let why = match unit.learned {
            Learned::Fitted { .. } => continue,
            Learned::AlwaysRight => "is right on every training query",
            Learned::NeverRight => "is wrong on every training query",
            Learned::Unlabelled => "has no score on any training query",
        };
        notes.push(format!("{name} {why}: its probability is the same for every query."));
    }
    if !table.exhaustive {
        notes.push("There are too many sets to try them all: the best fixed set was built model by model.".to_owned());
    }
    for (column, what) in [
        (queries.results.iter().filter(|results| results.latency_ms.is_none()).count(), "latency"),
        (queries.results.iter().filter(|results| results.cost.is_none()).count(), "cost"),
    ] {
        if column > 0 {
            notes.push(format!(
                "The {what} of {column} of {} models is not known, and so is that of every policy that calls them.",
                queries.models.len()
            ));
        }
    }
    if split.test.len() < FEW {
        notes.push(format!("Only {} queries are tested on: the intervals are wide.", split.test.len()));
    }
    notes
}

#[cfg(test)]
mod tests;
