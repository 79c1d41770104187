//! What the page has to know of a data set whose numbers lie elsewhere.

use crate::data::{Dataset, FileIdentity, Labels};
use crate::error::Result;
use crate::experiment::MissingRule;
use crate::plan::{Asked, Playable};
use crate::study::QuestionSets;
use serde::{Deserialize, Serialize};

/// A data set in a few numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The files it was read from.
    pub files: Vec<FileIdentity>,
    /// Number of queries.
    pub queries: u64,
    /// Number of queries with a result of every model: a score, and a cost where costs are known.
    pub complete: u64,
    /// Names of the models, each with its means over all of its results.
    pub models: Vec<ModelFacts>,
    /// The different categories with the number of queries of each; none where the data has no such column.
    pub categories: Vec<(String, u64)>,
    /// The same of its parts, such as `train` or `test`.
    pub splits: Vec<(String, u64)>,
    /// What the study of diversity needs.
    pub sets: QuestionSets,
}

/// A model in two numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelFacts {
    /// Its name.
    pub name: String,
    /// Its mean score, in [0,1].
    pub reward: f64,
    /// Its mean cost in dollars; `None` where the data has not the costs of every model.
    pub cost: Option<f64>,
    /// Whether the data has its costs, whatever it has of others.
    pub has_cost: bool,
}

impl Facts {
    /// Looks at a data set.
    ///
    /// # Errors
    /// Those of [`Playable::scene`]: above all, a data set without a query, or a model without a result.
    pub fn of(data: &Dataset) -> Result<Facts> {
        // Each model by all its results; which queries are played is chosen later.
        let scene = data.scene(&Asked { missing: MissingRule::Unavailable, rounds: 1, ..Asked::default() })?;
        let rewards = scene.segments.first().map_or(&[][..], |segment| &segment.mean_reward);
        let models = scene.models.iter().enumerate().map(|(arm, name)| ModelFacts {
            name: name.clone(),
            reward: rewards.get(arm).copied().unwrap_or(f64::NAN),
            cost: scene.mean_cost.as_ref().and_then(|costs| costs.get(arm).copied()),
            has_cost: data.models.get(arm).is_some_and(|model| model.cost.is_some()),
        });
        Ok(Facts {
            files: data.files.clone(),
            queries: data.queries as u64,
            complete: complete(data),
            models: models.collect(),
            categories: counts(data.category.as_ref()),
            splits: counts(data.split.as_ref()),
            sets: QuestionSets::of(data),
        })
    }
}

fn counts(labels: Option<&Labels>) -> Vec<(String, u64)> {
    let Some(labels) = labels else { return Vec::new() };
    let mut counts: Vec<(String, u64)> = labels.names.iter().map(|name| (name.clone(), 0)).collect();
    for name in &labels.of {
        if let Some((_, count)) = counts.get_mut(*name as usize) {
            *count += 1;
        }
    }
    counts
}

fn complete(data: &Dataset) -> u64 {
    let costs_known = data.models.iter().all(|model| model.cost.is_some());
    let there = |column: &[f64], query: usize| column.get(query).is_some_and(|value| !value.is_nan());
    let whole = |query: &usize| {
        data.models.iter().all(|model| {
            let costs = model.cost.as_ref().filter(|_| costs_known);
            there(&model.reward, *query) && costs.is_none_or(|costs| there(costs, *query))
        })
    };
    (0..data.queries).filter(whole).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ModelResults;

    #[test]
    fn means_are_over_all_results_and_labels_are_counted() {
        let model = |name: &str, reward: [f64; 3], cost: [f64; 3]| ModelResults {
            name: name.into(),
            reward: reward.to_vec(),
            cost: Some(cost.to_vec()),
            latency_ms: None,
        };
        let data = Dataset {
            models: vec![
                model("a", [1.0, 0.0, f64::NAN], [0.5, 0.25, f64::NAN]),
                model("b", [1.0, 1.0, 0.25], [1.0, 1.0, 1.0]),
            ],
            queries: 3,
            category: Some(Labels { names: vec!["x".into(), "y".into()], of: vec![1, Labels::NONE, 1] }),
            ..Dataset::default()
        };
        let facts = Facts::of(&data).unwrap();
        assert_eq!((facts.queries, facts.complete), (3, 2));
        let found: Vec<_> = facts.models.iter().map(|model| (&*model.name, model.reward, model.cost)).collect();
        assert_eq!(found, [("a", 0.5, Some(0.375)), ("b", 0.75, Some(1.0))]);
        let costs = |data: &Dataset| -> Vec<(Option<f64>, bool)> {
            Facts::of(data).unwrap().models.iter().map(|model| (model.cost, model.has_cost)).collect()
        };
        let mut without = data.clone();
        without.models[0].cost = None;
        assert_eq!(costs(&without), [(None, false), (None, true)]);
        assert_eq!(facts.categories, [("x".into(), 0), ("y".into(), 2)]);
        assert!(facts.splits.is_empty());
        assert!(Facts::of(&Dataset { models: vec![model("a", [f64::NAN; 3], [1.0; 3])], ..data }).is_err());
    }
}
