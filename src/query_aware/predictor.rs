//! From queries to calibrated probabilities: features, units and calibrations, trained in one go.

use super::calibration::Calibration;
use super::classifier::{Classifier, Learned, Unit, train};
use super::features::{Explained, FeatureOptions, Features};
use super::queries::Queries;
use super::report::f1_threshold;
use super::split::Split;
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// A trained predictor of which models will be right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Predictor {
    /// How a text becomes features.
    pub features: Features,
    /// By model how likely it is right.
    pub classifier: Classifier,
    /// By model how its log-odds become probabilities.
    pub calibrations: Vec<Calibration>,
}

/// A predictor, and what it says of the queries it was made with.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The predictor.
    pub predictor: Predictor,
    /// Calibrated probabilities: `p_k` of query `q` at `q·K + k`.
    pub p: Vec<f64>,
    /// By model the probability from which on it is labelled right so that F1 is best, as far as validation tells; ½ for a
    /// model with a constant probability.
    pub thresholds: Vec<f64>,
}

/// Share of the work that making features is; the rest is training the units.
pub(super) const FEATURES: f64 = 0.2;

impl Predictor {
    /// Trains on the training part, chooses penalties and calibrates on the validation part. Neither texts nor labels of
    /// the test part change the predictor.
    ///
    /// `progress` hears the share that is done, in [0,1], and returns whether to go on.
    ///
    /// # Errors
    /// Those of [`Features::learn`] and [`train`].
    pub fn train(
        queries: &Queries,
        split: &Split,
        options: FeatureOptions,
        progress: &mut dyn FnMut(f64) -> bool,
    ) -> Result<Trained> {
        if !progress(0.0) {
            return Err(Error::new(ErrorKind::Cancelled, "the training was cancelled"));
        }
        let (features, data) = Features::learn(&queries.texts, &queries.numeric, &split.train, options)?;
        let labels = labels(queries);
        let mut hear = |share: f64| progress(FEATURES + (1.0 - FEATURES) * share);
        let classifier = train(&data, &labels, split, &mut hear)?;
        let calibrations: Vec<Calibration> = (classifier.units.iter().zip(&labels))
            .map(|(unit, labels)| Calibration::of_unit(unit, &data, labels, &split.validation))
            .collect();
        let predictor = Predictor { features, classifier, calibrations };
        let Predictor { classifier: Classifier { units }, calibrations, .. } = &predictor;
        let mut p = Vec::with_capacity(data.rows() * units.len());
        for row in 0..data.rows() {
            let both = units.iter().zip(calibrations);
            p.extend(both.map(|(unit, calibration)| calibration.probability(unit.log_odds(&data, row))));
        }
        let threshold = |(model, unit): (usize, &Unit)| match unit.learned {
            Learned::Fitted { .. } => f1_threshold(
                split.validation.iter().filter_map(|row| p.get(row * units.len() + model)).copied().collect(),
            ),
            _ => 0.5,
        };
        let thresholds = units.iter().enumerate().map(threshold).collect();
        Ok(Trained { predictor, p, thresholds })
    }

    /// The calibrated probabilities of one query, by model. `numeric` as in [`Features::row`].
    pub fn predict(&self, text: &str, numeric: &[f64]) -> Vec<f64> {
        let row = self.features.row(text, numeric);
        let units = self.classifier.units.iter().zip(&self.calibrations);
        units.map(|(unit, calibration)| calibration.probability(unit.log_odds(&row, 0))).collect()
    }

    /// What each feature of a query adds to the calibrated log-odds of one model, most first in size; `names` are the
    /// numeric columns'. Nothing for a model with a constant probability, or that there is not.
    pub fn explain(&self, text: &str, numeric: &[f64], names: &[String], model: usize) -> Vec<(Explained, f64)> {
        let Some((unit, calibration)) = self.classifier.units.get(model).zip(self.calibrations.get(model)) else {
            return Vec::new();
        };
        let adds = |found: Explained| {
            let weight = unit.weights.get(found.feature as usize).copied()?;
            let adds = calibration.a * f64::from(weight) * f64::from(found.value);
            (adds != 0.0).then_some((found, adds))
        };
        let mut list: Vec<(Explained, f64)> =
            self.features.explain(text, numeric, names).into_iter().filter_map(adds).collect();
        crate::order::sort_by(&mut list, |(a, x), (b, y)| y.abs().total_cmp(&x.abs()).then(a.feature.cmp(&b.feature)));
        list
    }
}

/// The labels of all models, by query.
pub fn labels(queries: &Queries) -> Vec<&[Option<bool>]> {
    queries.results.iter().map(|model| model.solved.as_slice()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::SplitShares;
    use crate::query_aware::queries::ModelAnswers;
    use crate::query_aware::report::{Report, by_probability, majority};
    use crate::random::{hash, permuted, unit};

    const KINDS: [&str; 3] =
        ["how many apples are left in basket", "who wrote the old poem about", "日本の首都はどこですか"];

    /// Queries of three kinds; the first model knows the first kind, the second the other two, each with one slip in eight.
    fn queries(count: usize) -> Queries {
        let texts = (0..count).map(|q| format!("{} {}", KINDS[q % 3], hash(5, q as u64) % 1000)).collect();
        let solved = |kind: fn(usize) -> bool, key: u64| -> Vec<Option<bool>> {
            (0..count).map(|q| Some(kind(q % 3) != (unit(hash(key, q as u64)) < 0.125))).collect()
        };
        let results = vec![
            ModelAnswers { solved: solved(|kind| kind == 0, 1), ..ModelAnswers::default() },
            ModelAnswers { solved: solved(|kind| kind > 0, 2), ..ModelAnswers::default() },
        ];
        Queries { models: vec!["a".into(), "b".into()], texts, results, ..Queries::default() }
    }

    fn train(queries: &Queries) -> (Trained, Split) {
        let split = Split::of(queries, SplitShares::default()).unwrap();
        (Predictor::train(queries, &split, FeatureOptions::default(), &mut |_| true).unwrap(), split)
    }

    #[test]
    fn what_the_text_tells_is_learned_and_calibrated() {
        let some = queries(600);
        let (trained, split) = train(&some);
        let calibrated = Report::of(&labels(&some), &split.test, by_probability(&trained.p, 2, 0.5));
        assert!(calibrated.weighted_f1.value.unwrap() > 0.8, "{calibrated:?}");
        let baseline = Report::of(&labels(&some), &split.test, majority(&labels(&some), &split.train));
        assert!(calibrated.log_loss.value.unwrap() < baseline.log_loss.value.unwrap() - 0.1);
        // One slip in eight.
        let p = trained.predictor.predict("how many apples are left in basket 12", &[]);
        assert!((p[0] - 0.875).abs() < 0.07 && (p[1] - 0.125).abs() < 0.07, "{p:?}");
        let known = trained.predictor.predict(&some.texts[3], &[]);
        assert_eq!(known, trained.p[6..8]);
    }

    #[test]
    fn an_explanation_adds_up() {
        let (trained, _) = train(&queries(300));
        let Predictor { classifier, calibrations, features } = &trained.predictor;
        let text = "how many apples? 日本の首都";
        for (model, &Calibration { a, b, .. }) in calibrations.iter().enumerate() {
            let list = trained.predictor.explain(text, &[], &[], model);
            let sum: f64 = list.iter().map(|(_, adds)| adds).sum();
            let z = a * classifier.units[model].log_odds(&features.row(text, &[]), 0) + b;
            assert!((a * classifier.units[model].intercept + b + sum - z).abs() < 1e-9);
            assert!(list.len() > 5 && list.windows(2).all(|pair| pair[0].1.abs() >= pair[1].1.abs()));
        }
        let spoken: Vec<String> =
            trained.predictor.explain(text, &[], &[], 0).into_iter().flat_map(|(found, _)| found.terms).collect();
        assert!(spoken.contains(&"many apples".to_owned()) && spoken.contains(&"首都".to_owned()), "{spoken:?}");
        assert!(trained.predictor.explain(text, &[], &[], 2).is_empty());
    }

    #[test]
    fn permuted_labels_give_chance() {
        let mut some = queries(900);
        for (model, key) in some.results.iter_mut().zip([11, 12]) {
            model.solved = (0..900).map(|q| model.solved[permuted(key, q, 900) as usize]).collect();
        }
        let (trained, split) = train(&some);
        let calibrated = Report::of(&labels(&some), &split.test, by_probability(&trained.p, 2, 0.5));
        let baseline = Report::of(&labels(&some), &split.test, majority(&labels(&some), &split.train));
        // No better than the share of right answers, and not much worse.
        let gain = baseline.log_loss.value.unwrap() - calibrated.log_loss.value.unwrap();
        assert!(gain.abs() < 0.02, "{gain}");
    }

    #[test]
    fn the_test_part_is_never_looked_at() {
        let some = queries(300);
        let (trained, split) = train(&some);
        let mut other = some.clone();
        for &query in &split.test {
            other.texts[query] = "nothing of the kind".to_owned();
            other.results.iter_mut().for_each(|model| model.solved[query] = model.solved[query].map(|label| !label));
        }
        assert_eq!(train(&other).0.predictor, trained.predictor);
    }

    #[test]
    fn work_is_cancelled_and_bad_input_said() {
        let some = queries(100);
        let split = Split::of(&some, SplitShares::default()).unwrap();
        let with = |queries: &Queries, stop: u32| {
            let mut heard = 0;
            Predictor::train(queries, &split, FeatureOptions::default(), &mut |_| {
                heard += 1;
                heard <= stop
            })
            .map(|_| ())
            .map_err(|error| error.kind)
        };
        assert_eq!((with(&some, 0), with(&some, 2)), (Err(ErrorKind::Cancelled), Err(ErrorKind::Cancelled)));
        let alike = Queries { texts: vec!["same".to_owned(); 100], ..some.clone() };
        assert_eq!(with(&alike, 99), Err(ErrorKind::Missing));
        assert_eq!(with(&Queries { texts: vec![String::new(); 100], ..some.clone() }, 99), Err(ErrorKind::Missing));
        // A query without text among others gets what its models get on average.
        let mut gap = some;
        gap.texts[0] = String::new();
        let trained = Predictor::train(&gap, &split, FeatureOptions::default(), &mut |_| true).unwrap();
        assert!(trained.p[..2].iter().all(|p| (0.05..0.95).contains(p)), "{:?}", &trained.p[..2]);
    }
}
