//! How good predictions are: precision, recall, F1 and log loss by model, weighted and over all models at once, and the
//! same of two baselines that have learned nothing.

use super::bootstrap::{Figure, half_width};
use crate::random::{below, hash};
use serde::{Deserialize, Serialize};

/// Furthest that a probability is taken to be from a label: one that was sure and wrong costs −ln of it, not all.
const CERTAIN: f64 = 1e-15;
/// Resamples behind an interval.
const RESAMPLES: u64 = 200;

/// How good the predictions are. What would divide by nothing is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// By model.
    pub models: Vec<ModelReport>,
    /// Mean of the models' precisions, each weighted by its right answers; an undefined one counts as 0.
    pub weighted_precision: Figure,
    /// Mean of the models' recalls, weighted alike.
    pub weighted_recall: Figure,
    /// Mean of the models' F1, weighted alike (the figure that SelectLLM reports).
    pub weighted_f1: Figure,
    /// Mean log loss over all labels, in nats; `None` where probabilities are not known.
    pub log_loss: Figure,
    /// Share of the queries all of whose labels are predicted, among those of which all are known.
    pub subset_accuracy: Figure,
}

/// How good the predictions of one model's labels are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelReport {
    /// The model's name, once it is given one.
    pub name: String,
    /// Queries with a label.
    pub labels: u32,
    /// Queries that the model solves.
    pub right: u32,
    /// Queries of which it is predicted to solve them.
    pub predicted: u32,
    /// Share of the predicted ones that it solves; `None` where none is predicted.
    pub precision: Figure,
    /// Share of the solved ones that are predicted; `None` where none is solved.
    pub recall: Figure,
    /// 2·hits/(predicted + solved); `None` where neither is.
    pub f1: Figure,
    /// Mean −ln of the probability of the label, in nats; `None` without labels, or where probabilities are not known.
    pub log_loss: Figure,
}

/// A prediction: the probability where it is known, and whether the model is predicted to solve the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Probability in [0,1].
    pub probability: Option<f64>,
    /// The predicted label.
    pub positive: bool,
}

/// A label and what was predicted of it.
#[derive(Debug, Clone, Copy)]
struct Cell {
    label: bool,
    positive: bool,
    /// −ln of the label's probability, where that is known.
    loss: Option<f64>,
}

/// By model and place in `queries` the label, where there is one, and its prediction.
fn cells(
    labels: &[&[Option<bool>]],
    queries: &[usize],
    predict: impl Fn(usize, usize) -> Prediction,
) -> Vec<Vec<Option<Cell>>> {
    let cell = |model: usize, query: usize, label: Option<bool>| {
        let label = label?;
        let Prediction { probability, positive } = predict(model, query);
        let loss = probability.map(|p| -libm::log((if label { p } else { 1.0 - p }).clamp(CERTAIN, 1.0)));
        Some(Cell { label, positive, loss })
    };
    let of_model = |(model, labels): (usize, &&[Option<bool>])| {
        queries.iter().map(|query| cell(model, *query, labels.get(*query).copied().flatten())).collect()
    };
    labels.iter().enumerate().map(of_model).collect()
}

impl Report {
    /// Judges predictions of these queries. `labels` are by model and query; `predict` tells the prediction for a model and
    /// a query.
    pub fn of(labels: &[&[Option<bool>]], queries: &[usize], predict: impl Fn(usize, usize) -> Prediction) -> Report {
        let places: Vec<usize> = (0..queries.len()).collect();
        Report::of_cells(&cells(labels, queries, predict), &places)
    }

    /// Judges predictions at these places of the cells; a place may be there several times.
    fn of_cells(cells: &[Vec<Option<Cell>>], places: &[usize]) -> Report {
        let mut report = Report::default();
        let (mut loss, mut losses) = (Some(0.0), 0.0);
        // Queries with all labels, and those of them with all labels predicted.
        let mut whole = vec![true; places.len()];
        let mut hit = vec![true; places.len()];
        for cells in cells {
            let mut of_model = ModelReport::default();
            let (mut hits, mut own) = (0u32, Some(0.0));
            for ((drawn, whole), hit) in places.iter().zip(&mut whole).zip(&mut hit) {
                let Some(Cell { label, positive, loss }) = cells.get(*drawn).copied().flatten() else {
                    *whole = false;
                    continue;
                };
                of_model.labels += 1;
                of_model.right += u32::from(label);
                of_model.predicted += u32::from(positive);
                hits += u32::from(label && positive);
                *hit &= label == positive;
                own = own.zip(loss).map(|(sum, loss)| sum + loss);
            }
            let share = |of: f64, all: u32| (all > 0).then(|| of / f64::from(all));
            of_model.precision = Figure::of(share(f64::from(hits), of_model.predicted));
            of_model.recall = Figure::of(share(f64::from(hits), of_model.right));
            of_model.f1 = Figure::of(share(2.0 * f64::from(hits), of_model.predicted + of_model.right));
            of_model.log_loss = Figure::of(own.and_then(|own| share(own, of_model.labels)));
            loss = loss.zip(own).map(|(sum, own)| sum + own);
            losses += f64::from(of_model.labels);
            report.models.push(of_model);
        }
        let right: f64 = report.models.iter().map(|model| f64::from(model.right)).sum();
        let weighted = |figure: fn(&ModelReport) -> Figure| {
            let sum: f64 =
                report.models.iter().map(|model| f64::from(model.right) * figure(model).value.unwrap_or(0.0)).sum();
            Figure::of((right > 0.0).then(|| sum / right))
        };
        report.weighted_precision = weighted(|model| model.precision);
        report.weighted_recall = weighted(|model| model.recall);
        report.weighted_f1 = weighted(|model| model.f1);
        report.log_loss = Figure::of(loss.filter(|_| losses > 0.0).map(|loss| loss / losses));
        let complete = whole.iter().filter(|whole| **whole).count() as f64;
        let all_hit = whole.iter().zip(&hit).filter(|(whole, hit)| **whole && **hit).count() as f64;
        report.subset_accuracy = Figure::of((complete > 0.0 && !cells.is_empty()).then(|| all_hit / complete));
        report
    }

    /// As [`Report::of`], with the intervals of the figures: what they are in resamples of the queries.
    pub fn with_intervals(
        labels: &[&[Option<bool>]],
        queries: &[usize],
        seed: u64,
        predict: impl Fn(usize, usize) -> Prediction,
    ) -> Report {
        // Predictions and losses are the same in every resample.
        let cells = cells(labels, queries, predict);
        let count = queries.len() as u64;
        let mut drawn: Vec<usize> = (0..queries.len()).collect();
        let mut report = Report::of_cells(&cells, &drawn);
        let mut resampled: Vec<Vec<f64>> = Vec::new();
        for resample in 0..if count > 1 { RESAMPLES } else { 0 } {
            let key = hash(seed, resample);
            for (place, drawn) in (0..).zip(&mut drawn) {
                *drawn = below(hash(key, place), count) as usize;
            }
            let mut again = Report::of_cells(&cells, &drawn);
            resampled.push(again.figures().map(|figure| figure.value.unwrap_or(f64::NAN)).collect());
        }
        for (place, figure) in report.figures().enumerate() {
            let values = resampled.iter().filter_map(|values| values.get(place).copied()).collect();
            figure.ci95 = figure.value.and(half_width(values));
        }
        report
    }

    /// All figures, always in the same order.
    fn figures(&mut self) -> impl Iterator<Item = &mut Figure> {
        let of_models = self
            .models
            .iter_mut()
            .flat_map(|model| [&mut model.precision, &mut model.recall, &mut model.f1, &mut model.log_loss]);
        let all = [
            &mut self.weighted_precision,
            &mut self.weighted_recall,
            &mut self.weighted_f1,
            &mut self.log_loss,
            &mut self.subset_accuracy,
        ];
        of_models.chain(all)
    }
}

/// Predictions by probabilities (`p_k` of query `q` at `q·K + k`, `K` being `models`): positive from `threshold` on.
pub fn by_probability(p: &[f64], models: usize, threshold: f64) -> impl Fn(usize, usize) -> Prediction {
    move |model, query| {
        let p = p.get(query * models + model).copied().unwrap_or(0.0);
        Prediction { probability: Some(p), positive: p >= threshold }
    }
}

/// Predictions by the same probabilities, each model's positive from a threshold of its own on.
pub fn by_thresholds(p: &[f64], thresholds: &[f64]) -> impl Fn(usize, usize) -> Prediction {
    move |model, query| {
        let p = p.get(query * thresholds.len() + model).copied().unwrap_or(0.0);
        Prediction { probability: Some(p), positive: thresholds.get(model).is_some_and(|threshold| p >= *threshold) }
    }
}

/// The threshold with the largest expected F1 where queries have these probabilities of a positive label: half of that F1
/// (Lipton, Elkan and Naryanaswamy 2014, arXiv 1402.1892). F1 takes no account of negatives that are found, so that it is
/// best below ½; what says nothing is best taken for positive throughout.
pub fn f1_threshold(mut p: Vec<f64>) -> f64 {
    p.sort_by(f64::total_cmp);
    let expected: f64 = p.iter().sum();
    let (mut best, mut hits) = (0.0, 0.0);
    for (before, p) in p.iter().rev().enumerate() {
        hits += p;
        let f1 = 2.0 * hits / (before as f64 + 1.0 + expected);
        if f1 > best {
            best = f1;
        }
    }
    0.5 * best
}

/// The baseline that predicts of every model that it solves every query.
pub fn always_positive(_model: usize, _query: usize) -> Prediction {
    Prediction { probability: None, positive: true }
}

/// The baseline that predicts for each model what most of its training queries are (of equally many: solved), with the
/// probability (n₁ + 1)/(n + 2) of `n₁` solved ones among `n`.
pub fn majority(labels: &[&[Option<bool>]], train: &[usize]) -> impl Fn(usize, usize) -> Prediction {
    let share = |labels: &&[Option<bool>]| {
        let known = || train.iter().filter_map(|query| labels.get(*query).copied().flatten());
        (known().filter(|label| *label).count() as f64 + 1.0) / (known().count() as f64 + 2.0)
    };
    let shares: Vec<f64> = labels.iter().map(share).collect();
    move |model, _| {
        let share = shares.get(model).copied().unwrap_or(0.5);
        Prediction { probability: Some(share), positive: share >= 0.5 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LABELS: [&[Option<bool>]; 2] = [
        &[Some(true), Some(true), Some(false), Some(false), None],
        &[Some(true), Some(false), Some(false), Some(false), Some(false)],
    ];
    const ALL: [usize; 5] = [0, 1, 2, 3, 4];

    fn values<const N: usize>(figures: [Figure; N]) -> [Option<f64>; N] {
        figures.map(|figure| figure.value)
    }

    #[test]
    fn figures_by_hand() {
        let p = [0.9, 0.2, 0.4, 0.1, 0.8, 0.3, 0.3, 0.6, 0.5, 0.5];
        let report = Report::of(&LABELS, &ALL, by_probability(&p, 2, 0.5));
        let [first, second] = &report.models[..] else { panic!() };
        assert_eq!((first.labels, first.right, first.predicted), (4, 2, 2));
        assert_eq!(values([first.precision, first.recall, first.f1]), [Some(0.5); 3]);
        assert_eq!(values([second.precision, second.recall, second.f1]), [Some(0.0); 3]);
        assert_eq!(report.weighted_f1.value, Some((2.0 * 0.5 + 1.0 * 0.0) / 3.0));
        // No query of the four with both labels has both predicted.
        assert_eq!(report.subset_accuracy.value, Some(0.0));
        let nats = |list: &[f64]| list.iter().map(|p| -libm::log(*p)).sum::<f64>();
        let (a, b) = (nats(&[0.9, 0.4, 0.2, 0.7]), nats(&[0.2, 0.9, 0.7, 0.4, 0.5]));
        assert!((first.log_loss.value.unwrap() - a / 4.0).abs() < 1e-12);
        assert!((report.log_loss.value.unwrap() - (a + b) / 9.0).abs() < 1e-12);
    }

    #[test]
    fn the_threshold_for_f1_is_that_of_the_best_cut() {
        // By hand: after one, two and three positives F1 is expected to be 1.8/2.6, 3/3.6 and 3.2/4.6.
        let threshold = f1_threshold(vec![0.6, 0.1, 0.9]);
        assert!((threshold - 0.5 * 3.0 / 3.6).abs() < 1e-12, "{threshold}");
        // What is alike is taken for positive as a whole.
        assert!(f1_threshold(vec![0.2; 50]) < 0.2);
        assert_eq!(f1_threshold(Vec::new()), 0.0);
        let report = Report::of(&LABELS, &ALL, by_thresholds(&[0.5, 0.2, 0.4, 0.3, 0.3, 0.1], &[0.4, 0.3]));
        assert_eq!((report.models[0].predicted, report.models[1].predicted), (2, 1));
    }

    #[test]
    fn baselines_by_hand() {
        let always = Report::of(&LABELS, &ALL, always_positive);
        assert_eq!(values([always.models[0].recall, always.models[0].precision]), [Some(1.0), Some(0.5)]);
        assert_eq!(values([always.models[1].f1, always.log_loss]), [Some(2.0 / 6.0), None]);
        assert_eq!(always.subset_accuracy.value, Some(0.25));
        let majority = Report::of(&LABELS, &[3, 4], majority(&LABELS, &[0, 1, 2]));
        assert_eq!((majority.models[0].predicted, majority.models[1].predicted), (1, 0));
        assert_eq!(values([majority.models[0].recall, majority.models[1].f1]), [None, None]);
        assert_eq!(values([majority.weighted_f1, majority.models[0].precision]), [None, Some(0.0)]);
        assert!((majority.models[0].log_loss.value.unwrap() + libm::log(0.4)).abs() < 1e-12);
    }

    #[test]
    fn intervals_are_those_of_normal_theory() {
        // Half of 1,000 predicted queries are right.
        let labels: Vec<Option<bool>> = (0..1_000).map(|query| Some(query % 2 == 0)).collect();
        let queries: Vec<usize> = (0..1_000).collect();
        let report = Report::with_intervals(&[&labels], &queries, 3, always_positive);
        let precision = report.models[0].precision;
        let expected = 1.96 * (0.25f64 / 1_000.0).sqrt();
        assert_eq!(precision.value, Some(0.5));
        assert!((precision.ci95.unwrap() / expected - 1.0).abs() < 0.2, "{precision:?}");
        assert_eq!((report.models[0].recall.ci95, report.log_loss), (Some(0.0), Figure::default()));
    }

    #[test]
    fn nothing_to_judge() {
        let empty = Report::of(&[], &[0, 1], by_probability(&[], 0, 0.5));
        assert_eq!(values([empty.subset_accuracy, empty.log_loss, empty.weighted_f1]), [None; 3]);
        let unknown = Report::of(&[&[None, None]], &[0, 1, 7], by_probability(&[0.5, 0.5], 1, 0.5));
        assert_eq!((&unknown.models[0], unknown.subset_accuracy), (&ModelReport::default(), Figure::default()));
        // Sure and wrong costs much, and not everything.
        let sure = Report::of(&[&[Some(true)]], &[0], by_probability(&[0.0], 1, 0.5));
        assert!(sure.log_loss.value.is_some_and(|loss| loss > 30.0 && loss.is_finite()));
    }

    proptest! {
        #[test]
        fn figures_are_shares(cells in prop::collection::vec((prop::option::of(any::<bool>()), 0.0..=1.0f64), 12), t in 0.0..1.0f64) {
            let labels: Vec<Vec<Option<bool>>> = (0..3).map(|k| (0..4).map(|q| cells[q * 3 + k].0).collect()).collect();
            let labels: Vec<&[Option<bool>]> = labels.iter().map(Vec::as_slice).collect();
            let p: Vec<f64> = cells.iter().map(|cell| cell.1).collect();
            let report = Report::with_intervals(&labels, &[0, 1, 2, 3], 1, by_probability(&p, 3, t));
            let figures = [report.weighted_precision, report.weighted_recall, report.weighted_f1, report.subset_accuracy];
            prop_assert!(figures.into_iter().filter_map(|figure| figure.value).all(|figure| (0.0..=1.0).contains(&figure)));
            for model in &report.models {
                if let (Some(precision), Some(recall), Some(f1)) = (model.precision.value, model.recall.value, model.f1.value) {
                    let harmonic = if f1 > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
                    prop_assert!((harmonic - f1).abs() < 1e-12);
                }
            }
        }
    }
}
