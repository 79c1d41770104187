//! How good predictions are: precision, recall, F1 and log loss by model, weighted and over all models at once, and the
//! same of two baselines that have learned nothing.

use serde::{Deserialize, Serialize};

/// Furthest that a probability is taken to be from a label: one that was sure and wrong costs −ln of it, not all.
const CERTAIN: f64 = 1e-15;

/// How good the predictions are. What would divide by nothing is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// By model.
    pub models: Vec<ModelReport>,
    /// Mean of the models' precisions, each weighted by its right answers; an undefined one counts as 0.
    pub weighted_precision: Option<f64>,
    /// Mean of the models' recalls, weighted alike.
    pub weighted_recall: Option<f64>,
    /// Mean of the models' F1, weighted alike (the figure that SelectLLM reports).
    pub weighted_f1: Option<f64>,
    /// Mean log loss over all labels, in nats; `None` where probabilities are not known.
    pub log_loss: Option<f64>,
    /// Share of the queries all of whose labels are predicted, among those of which all are known.
    pub subset_accuracy: Option<f64>,
}

/// How good the predictions of one model's labels are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelReport {
    /// Queries with a label.
    pub labels: u32,
    /// Queries that the model solves.
    pub right: u32,
    /// Queries of which it is predicted to solve them.
    pub predicted: u32,
    /// Share of the predicted ones that it solves; `None` where none is predicted.
    pub precision: Option<f64>,
    /// Share of the solved ones that are predicted; `None` where none is solved.
    pub recall: Option<f64>,
    /// 2·hits/(predicted + solved); `None` where neither is.
    pub f1: Option<f64>,
    /// Mean −ln of the probability of the label, in nats; `None` without labels, or where probabilities are not known.
    pub log_loss: Option<f64>,
}

/// A prediction: the probability where it is known, and whether the model is predicted to solve the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Probability in [0,1].
    pub probability: Option<f64>,
    /// The predicted label.
    pub positive: bool,
}

impl Report {
    /// Judges predictions of these queries. `labels` are by model and query; `predict` tells the prediction for a model and
    /// a query.
    pub fn of(labels: &[&[Option<bool>]], queries: &[usize], predict: impl Fn(usize, usize) -> Prediction) -> Report {
        let mut report = Report::default();
        let (mut loss, mut losses) = (Some(0.0), 0.0);
        // Queries with all labels, and those of them with all labels predicted.
        let mut whole = vec![true; queries.len()];
        let mut hit = vec![true; queries.len()];
        for (model, labels) in labels.iter().enumerate() {
            let mut of_model = ModelReport::default();
            let (mut hits, mut own) = (0u32, Some(0.0));
            for (place, query) in queries.iter().enumerate() {
                let Some(label) = labels.get(*query).copied().flatten() else {
                    whole[place] = false;
                    continue;
                };
                let Prediction { probability, positive } = predict(model, *query);
                of_model.labels += 1;
                of_model.right += u32::from(label);
                of_model.predicted += u32::from(positive);
                hits += u32::from(label && positive);
                hit[place] &= label == positive;
                own = own.zip(probability).map(|(sum, p)| {
                    let p = if label { p } else { 1.0 - p };
                    sum - libm::log(p.clamp(CERTAIN, 1.0))
                });
            }
            let share = |of: f64, all: u32| (all > 0).then(|| of / f64::from(all));
            of_model.precision = share(f64::from(hits), of_model.predicted);
            of_model.recall = share(f64::from(hits), of_model.right);
            of_model.f1 = share(2.0 * f64::from(hits), of_model.predicted + of_model.right);
            of_model.log_loss = own.and_then(|own| share(own, of_model.labels));
            loss = loss.zip(own).map(|(sum, own)| sum + own);
            losses += f64::from(of_model.labels);
            report.models.push(of_model);
        }
        let right: f64 = report.models.iter().map(|model| f64::from(model.right)).sum();
        let weighted = |figure: fn(&ModelReport) -> Option<f64>| {
            let sum: f64 =
                report.models.iter().map(|model| f64::from(model.right) * figure(model).unwrap_or(0.0)).sum();
            (right > 0.0).then(|| sum / right)
        };
        report.weighted_precision = weighted(|model| model.precision);
        report.weighted_recall = weighted(|model| model.recall);
        report.weighted_f1 = weighted(|model| model.f1);
        report.log_loss = loss.filter(|_| losses > 0.0).map(|loss| loss / losses);
        let complete = whole.iter().filter(|whole| **whole).count() as f64;
        let all_hit = whole.iter().zip(&hit).filter(|(whole, hit)| **whole && **hit).count() as f64;
        report.subset_accuracy = (complete > 0.0 && !labels.is_empty()).then(|| all_hit / complete);
        report
    }

    /// Judges probabilities (`p_k` of query `q` at `q·K + k`): a label is predicted from `threshold` on.
    pub fn of_probabilities(labels: &[&[Option<bool>]], queries: &[usize], p: &[f64], threshold: f64) -> Report {
        Report::of(labels, queries, |model, query| {
            let p = p.get(query * labels.len() + model).copied().unwrap_or(0.0);
            Prediction { probability: Some(p), positive: p >= threshold }
        })
    }

    /// The baseline that predicts of every model that it solves every query.
    pub fn always_positive(labels: &[&[Option<bool>]], queries: &[usize]) -> Report {
        Report::of(labels, queries, |_, _| Prediction { probability: None, positive: true })
    }

    /// The baseline that predicts for each model what most of its training queries are (of equally many: solved), with
    /// the probability (n₁ + 1)/(n + 2) of `n₁` solved ones among `n`.
    pub fn majority(labels: &[&[Option<bool>]], train: &[usize], queries: &[usize]) -> Report {
        let shares: Vec<f64> = (labels.iter())
            .map(|labels| {
                let known = || train.iter().filter_map(|query| labels.get(*query).copied().flatten());
                (known().filter(|label| *label).count() as f64 + 1.0) / (known().count() as f64 + 2.0)
            })
            .collect();
        Report::of(labels, queries, |model, _| {
            let share = shares.get(model).copied().unwrap_or(0.5);
            Prediction { probability: Some(share), positive: share >= 0.5 }
        })
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

    #[test]
    fn figures_by_hand() {
        let p = [0.9, 0.2, 0.4, 0.1, 0.8, 0.3, 0.3, 0.6, 0.5, 0.5];
        let report = Report::of_probabilities(&LABELS, &ALL, &p, 0.5);
        let [first, second] = report.models[..] else { panic!() };
        assert_eq!((first.labels, first.right, first.predicted), (4, 2, 2));
        assert_eq!((first.precision, first.recall, first.f1), (Some(0.5), Some(0.5), Some(0.5)));
        assert_eq!((second.precision, second.recall, second.f1), (Some(0.0), Some(0.0), Some(0.0)));
        assert_eq!(report.weighted_f1, Some((2.0 * 0.5 + 1.0 * 0.0) / 3.0));
        // No query of the four with both labels has both predicted.
        assert_eq!(report.subset_accuracy, Some(0.0));
        let nats = |list: &[f64]| list.iter().map(|p| -libm::log(*p)).sum::<f64>();
        let (a, b) = (nats(&[0.9, 0.4, 0.2, 0.7]), nats(&[0.2, 0.9, 0.7, 0.4, 0.5]));
        assert!((first.log_loss.unwrap() - a / 4.0).abs() < 1e-12);
        assert!((report.log_loss.unwrap() - (a + b) / 9.0).abs() < 1e-12);
    }

    #[test]
    fn baselines_by_hand() {
        let always = Report::always_positive(&LABELS, &ALL);
        assert_eq!((always.models[0].recall, always.models[0].precision), (Some(1.0), Some(0.5)));
        assert_eq!((always.models[1].f1, always.log_loss), (Some(2.0 / 6.0), None));
        assert_eq!(always.subset_accuracy, Some(0.25));
        let majority = Report::majority(&LABELS, &[0, 1, 2], &[3, 4]);
        assert_eq!((majority.models[0].predicted, majority.models[1].predicted), (1, 0));
        assert_eq!((majority.models[0].recall, majority.models[1].f1), (None, None));
        assert_eq!((majority.weighted_f1, majority.models[0].precision), (None, Some(0.0)));
        assert!((majority.models[0].log_loss.unwrap() + libm::log(0.4)).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_judge() {
        let empty = Report::of_probabilities(&[], &[0, 1], &[], 0.5);
        assert_eq!((empty.subset_accuracy, empty.log_loss, empty.weighted_f1), (None, None, None));
        let unknown = Report::of_probabilities(&[&[None, None]], &[0, 1, 7], &[0.5, 0.5], 0.5);
        assert_eq!((unknown.models[0], unknown.subset_accuracy), (ModelReport::default(), None));
        // Sure and wrong costs much, and not everything.
        let sure = Report::of_probabilities(&[&[Some(true)]], &[0], &[0.0], 0.5);
        assert!(sure.log_loss.is_some_and(|loss| loss > 30.0 && loss.is_finite()));
    }

    proptest! {
        #[test]
        fn figures_are_shares(cells in prop::collection::vec((prop::option::of(any::<bool>()), 0.0..=1.0f64), 12), t in 0.0..1.0f64) {
            let labels: Vec<Vec<Option<bool>>> = (0..3).map(|k| (0..4).map(|q| cells[q * 3 + k].0).collect()).collect();
            let labels: Vec<&[Option<bool>]> = labels.iter().map(Vec::as_slice).collect();
            let p: Vec<f64> = cells.iter().map(|cell| cell.1).collect();
            let report = Report::of_probabilities(&labels, &[0, 1, 2, 3], &p, t);
            let figures = [report.weighted_precision, report.weighted_recall, report.weighted_f1, report.subset_accuracy];
            prop_assert!(figures.into_iter().flatten().all(|figure| (0.0..=1.0).contains(&figure)));
            for model in &report.models {
                if let (Some(precision), Some(recall), Some(f1)) = (model.precision, model.recall, model.f1) {
                    let harmonic = if f1 > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
                    prop_assert!((harmonic - f1).abs() < 1e-12);
                }
            }
        }
    }
}
