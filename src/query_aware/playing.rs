//! The models and queries that an experiment plays with.

use super::queries::Queries;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Filter, MissingRule, Replay};
use crate::plan::filtered;

impl Queries {
    /// Only the models and queries that the environment names. A query that is left out keeps its place and loses its
    /// results; so does, with [`MissingRule::Drop`], one that some model has no result for.
    ///
    /// # Errors
    /// `UnknownModel` for a model that the data does not have; a category or a part that no query is in; a filter that no
    /// query passes.
    pub fn playing(self, replay: &Replay) -> Result<Queries> {
        self.restricted(&replay.models, &replay.filter, replay.missing)
    }

    /// The same for these models, all where there are none, and these queries.
    pub(crate) fn restricted(mut self, models: &[String], filter: &Filter, missing: MissingRule) -> Result<Queries> {
        if !models.is_empty() {
            let mut kept = Vec::new();
            for (place, name) in models.iter().enumerate() {
                let Some(found) = self.models.iter().position(|model| model == name) else {
                    let expected = format!("one of the models: {}", self.models.join(", "));
                    let error = Error::new(ErrorKind::UnknownModel, expected);
                    return Err(error.at_field(format!("environment.models[{place}]")).found(name));
                };
                kept.push(found);
            }
            // In the data's order, as the simulation has them.
            kept.sort_unstable();
            self.models = kept.iter().filter_map(|model| self.models.get(*model).cloned()).collect();
            self.results = kept.iter().filter_map(|model| self.results.get(*model).cloned()).collect();
        }
        let passing = filtered(self.texts.len(), self.category.as_ref(), self.split.as_ref(), filter)?;
        let whole = |query: usize| (0..self.models.len()).all(|model| self.solved(model, query).is_some());
        let keeps_all = missing == MissingRule::Unavailable;
        let mut stays = vec![false; self.texts.len()];
        let mut left_out = 0;
        for query in passing {
            match stays.get_mut(query) {
                Some(stays) if keeps_all || whole(query) => *stays = true,
                _ => left_out += 1,
            }
        }
        for results in &mut self.results {
            for (solved, _) in results.solved.iter_mut().zip(&stays).filter(|(_, stays)| !**stays) {
                *solved = None;
            }
        }
        self.left_out = left_out;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Labels;
    use crate::experiment::{Environment, Experiment};
    use crate::query_aware::queries::ModelAnswers;
    use serde_json::{Value, json};

    /// Names of the models, their labels by query, and how many queries are left out for want of a result.
    type Left = (Vec<String>, Vec<Vec<Option<bool>>>, u64);

    /// What is left of three queries and two models in an environment with these fields.
    fn left(fields: Value) -> std::result::Result<Left, String> {
        let mut environment = json!({ "kind": "replay", "files": [{ "name": "a.csv" }] });
        for (name, value) in fields.as_object().unwrap() {
            environment[name] = value.clone();
        }
        let experiment = json!({
            "environment": environment, "task": { "budget": null }, "policies": [{ "kind": "random" }]
        });
        let experiment = Experiment::from_json(&experiment.to_string()).unwrap();
        let Environment::Replay(replay) = experiment.environment else { panic!() };
        let results = |solved: [Option<bool>; 3]| ModelAnswers { solved: solved.to_vec(), ..ModelAnswers::default() };
        let queries = Queries {
            models: vec!["a".into(), "b".into()],
            texts: vec!["x".into(), "y".into(), "z".into()],
            category: Some(Labels { names: vec!["law".into(), "art".into()], of: vec![0, 1, 1] }),
            results: vec![results([Some(true); 3]), results([Some(false), Some(false), None])],
            ..Queries::default()
        };
        let left = queries.playing(&replay).map_err(|error| error.to_string())?;
        Ok((left.models, left.results.into_iter().map(|results| results.solved).collect(), left.left_out))
    }

    #[test]
    fn models_filters_and_missing_results() {
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(left(json!({})).unwrap().1, [[yes, yes, None], [no, no, None]]);
        assert_eq!(left(json!({"missing": "unavailable"})).unwrap().1, [[yes, yes, yes], [no, no, None]]);
        assert_eq!((left(json!({})).unwrap().2, left(json!({"missing": "unavailable"})).unwrap().2), (1, 0));
        assert_eq!(left(json!({"models": ["a"]})).unwrap(), (vec!["a".into()], vec![vec![yes, yes, yes]], 0));
        assert_eq!(left(json!({"filter": {"category": ["art"]}})).unwrap().1, [[None, yes, None], [None, no, None]]);
        assert!(left(json!({"models": ["c"]})).unwrap_err().contains("found `c`, expected one of the models: a, b"));
        assert!(left(json!({"filter": {"category": ["war"]}})).unwrap_err().contains("law, art"));
        assert!(left(json!({"filter": {"split": ["test"]}})).unwrap_err().contains("has no split"));
    }
}
