//! What policies of the simulation that read the query are told of it: the classifier's calibrated probabilities, and a
//! sketch of its features that is short enough for a regression a round.

use super::features::{FeatureOptions, Features};
use super::predictor::Predictor;
use super::queries::Queries;
use super::sparse::Sparse;
use super::split::Split;
use crate::error::{ErrorKind, Result};
use crate::experiment::SplitShares;
use crate::random::{below, hash};
use serde::{Deserialize, Serialize};

/// Numbers of a sketch.
pub const SKETCH: usize = 32;
/// Keeps the sketch's draws apart from others.
const KEY: u64 = 0x736B_6574_6368;

/// What is known of the queries that may be played.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// The queries of the test part, ascending: the only ones that the classifier has learned nothing of.
    pub test: Vec<usize>,
    /// Queries that were learned from.
    pub train: usize,
    /// Queries that were chosen and calibrated on.
    pub validation: usize,
    /// Numbers of a query in `values`: one a model, and [`SKETCH`].
    pub width: usize,
    /// By query of `test`, the calibrated probability of each model to be right, then the sketch of the query's features.
    values: Vec<f64>,
}

impl Context {
    /// Splits the queries, trains on the train part, calibrates on the validation part, and describes the test part. Of
    /// this neither texts nor labels change what is said of other queries. `progress` as for [`Predictor::train`].
    ///
    /// # Errors
    /// Those of [`Split::of`] and [`Predictor::train`].
    pub fn of(queries: &Queries, shares: SplitShares, progress: &mut dyn FnMut(f64) -> bool) -> Result<Context> {
        let split = Split::of(queries, shares)?;
        let trained = Predictor::train(queries, &split, FeatureOptions::default(), progress)?;
        let models = queries.models.len();
        let width = models + SKETCH;
        let mut values = Vec::with_capacity(split.test.len() * width);
        for &query in &split.test {
            let numbers: Vec<f64> =
                queries.numeric.iter().map(|column| column.get(query).copied().unwrap_or(f64::NAN)).collect();
            let text = queries.texts.get(query).map_or("", String::as_str);
            let p = trained.p.get(query * models..(query + 1) * models);
            values.extend(p.unwrap_or_default());
            values.extend(sketch(&trained.predictor.features.row(text, &numbers)));
        }
        Ok(Context { train: split.train.len(), validation: split.validation.len(), test: split.test, width, values })
    }

    /// What is known of a query; `None` where it may not be played.
    pub fn get(&self, query: usize) -> Option<&[f64]> {
        let place = self.test.binary_search(&query).ok()?;
        self.values.get(place * self.width..(place + 1) * self.width)
    }
}

/// What is known of queries before anything is known of the models: by query ½ for each of so many models, then the sketch
/// of its features, which are those of these very texts. All zeros where the texts have nothing in common.
///
/// # Errors
/// `TooLarge` as [`Features::learn`].
pub fn sketches(texts: &[String], models: usize) -> Result<Vec<f64>> {
    let all: Vec<usize> = (0..texts.len()).collect();
    let features = match Features::learn(texts, &[], &all, FeatureOptions::default()) {
        Ok((features, _)) => Some(features),
        Err(error) if error.kind == ErrorKind::Missing => None,
        Err(error) => return Err(error),
    };
    let mut values = Vec::with_capacity(texts.len() * (models + SKETCH));
    for text in texts {
        values.extend(std::iter::repeat_n(0.5, models));
        values.extend(features.as_ref().map_or([0.0; SKETCH], |features| sketch(&features.row(text, &[]))));
    }
    Ok(values)
}

/// A count sketch of the first row (Charikar, Chen and Farach-Colton 2002): every feature goes to one of [`SKETCH`] places
/// with one of two signs, both by a hash of its number. Inner products are kept on average. Of length 1; zeros for a row
/// without features.
fn sketch(row: &Sparse) -> [f64; SKETCH] {
    let mut sketch = [0.0; SKETCH];
    let (features, values) = row.row(0);
    for (feature, value) in features.iter().zip(values) {
        let draw = hash(KEY, u64::from(*feature));
        let sign = if draw & 1 == 0 { 1.0 } else { -1.0 };
        if let Some(place) = sketch.get_mut(below(draw, SKETCH as u64) as usize) {
            *place += sign * f64::from(*value);
        }
    }
    let length = sketch.iter().map(|value| value * value).sum::<f64>().sqrt();
    if length > 0.0 {
        sketch.iter_mut().for_each(|value| *value /= length);
    }
    sketch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query_aware::queries::ModelAnswers;
    use crate::random::unit;

    fn queries() -> Queries {
        let text =
            |query: usize| format!("{} word{}", ["how many", "who wrote"][query % 2], hash(4, query as u64) % 40);
        let solved = |model: usize| {
            (0..200)
                .map(|query| Some((query + model).is_multiple_of(2) || unit(hash(model as u64, query as u64)) < 0.2))
                .collect()
        };
        Queries {
            models: vec!["a".into(), "b".into()],
            texts: (0..200).map(text).collect(),
            results: (0..2).map(|model| ModelAnswers { solved: solved(model), ..ModelAnswers::default() }).collect(),
            ..Queries::default()
        }
    }

    #[test]
    fn test_queries_have_their_probabilities_and_a_sketch_of_length_one() {
        let queries = queries();
        let context = Context::of(&queries, SplitShares::default(), &mut |_| true).unwrap();
        let split = Split::of(&queries, SplitShares::default()).unwrap();
        assert_eq!((&context.test, context.train, context.validation), (&split.test, 120, 40));
        let trained = Predictor::train(&queries, &split, FeatureOptions::default(), &mut |_| true).unwrap();
        for &query in &split.test {
            let (p, sketch) = context.get(query).unwrap().split_at(2);
            assert_eq!(p, &trained.p[2 * query..2 * query + 2]);
            assert!((sketch.iter().map(|value| value * value).sum::<f64>() - 1.0).abs() < 1e-12);
        }
        assert_eq!((context.get(split.train[0]), context.get(split.validation[0])), (None, None));
        assert_eq!(context.get(1_000), None);
    }

    #[test]
    fn what_the_test_part_holds_says_nothing_of_others() {
        let (queries, mut other) = (queries(), queries());
        let context = Context::of(&queries, SplitShares::default(), &mut |_| true).unwrap();
        let (kept, changed) = context.test.split_at(20);
        for &query in changed {
            other.texts[query] = "something else".into();
            other.results[0].solved[query] = Some(false);
        }
        for &query in kept {
            other.results[1].solved[query] = other.results[1].solved[query].map(|solved| !solved);
        }
        let again = Context::of(&other, SplitShares::default(), &mut |_| true).unwrap();
        assert!(kept.iter().all(|query| context.get(*query) == again.get(*query)));
        assert!(changed.iter().all(|query| context.get(*query) != again.get(*query)));
    }

    #[test]
    fn sketches_keep_inner_products_on_average() {
        let row = |seed: u64| {
            let mut row = Sparse::new(5_000);
            // A half of the features is common to all.
            for place in 0..40u64 {
                row.indices.push(if place < 20 { place as u32 } else { 100 + (hash(seed, place) % 4_900) as u32 });
                row.values.push(40f32.sqrt().recip());
            }
            row.end_row();
            sketch(&row)
        };
        let dot = |a: [f64; SKETCH], b: [f64; SKETCH]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mean = (0..200).map(|pair| dot(row(2 * pair), row(2 * pair + 1))).sum::<f64>() / 200.0;
        assert!((mean - 0.5).abs() < 0.15, "{mean}");
        assert_eq!(sketch(&Sparse::new(3)), [0.0; SKETCH]);
    }
}
