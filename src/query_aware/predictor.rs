//! From queries to calibrated probabilities: features, units and calibrations, trained in one go.

use super::calibration::Calibration;
use super::classifier::{Classifier, train};
use super::features::{Explained, FeatureOptions, Features};
use super::queries::Queries;
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
    /// The classifier's own probabilities, as if each model were right as often as wrong, in the same order: a model's label
    /// by the class-balanced classifier is positive from ½ on.
    pub balanced: Vec<f64>,
}

/// Share of the work that training the units is; the rest is making features.
const TRAINING: f64 = 0.8;

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
        let mut hear = |share: f64| progress(1.0 - TRAINING * (1.0 - share));
        let classifier = train(&data, &labels, split, &mut hear)?;
        let calibrations: Vec<Calibration> = (classifier.units.iter().zip(&labels))
            .map(|(unit, labels)| Calibration::of_unit(unit, &data, labels, &split.validation))
            .collect();
        let predictor = Predictor { features, classifier, calibrations };
        let (mut p, mut balanced) = (Vec::new(), Vec::new());
        for row in 0..data.rows() {
            for (unit, calibration) in predictor.classifier.units.iter().zip(&predictor.calibrations) {
                let z = unit.log_odds(&data, row);
                p.push(calibration.probability(z));
                balanced.push(Calibration::IDENTITY.probability(z));
            }
        }
        Ok(Trained { predictor, p, balanced })
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
