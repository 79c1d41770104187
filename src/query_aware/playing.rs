//! The models and queries that an experiment plays with.

use super::queries::Queries;
use crate::data::Labels;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Filter, MissingRule, Replay};

impl Queries {
    /// Only the models and queries that the environment names. A query that is left out keeps its place and loses its
    /// results; so does, with [`MissingRule::Drop`], one that some model has no result for.
    ///
    /// # Errors
    /// `UnknownModel` for a model that the data does not have, `OutOfRange` for a category or a part that no query is in.
    pub fn playing(mut self, replay: &Replay) -> Result<Queries> {
        if !replay.models.is_empty() {
            let mut kept = Vec::new();
            for (place, name) in replay.models.iter().enumerate() {
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
        let Filter { category, split } = &replay.filter;
        for (names, labels, field) in [(category, &self.category, "category"), (split, &self.split, "split")] {
            let known = labels.as_ref().map_or(&[][..], |labels| &labels.names[..]);
            if let Some(name) = names.iter().find(|name| !known.contains(name)) {
                let expected = match known {
                    [] => format!("no filter: the data has no {field}"),
                    known => format!("one of: {}", known.join(", ")),
                };
                let error = Error::new(ErrorKind::OutOfRange, expected);
                return Err(error.at_field(format!("environment.filter.{field}")).found(name));
            }
        }
        let passes = |names: &[String], labels: &Option<Labels>, query: usize| {
            names.is_empty()
                || labels.as_ref().and_then(|labels| labels.get(query)).is_some_and(|name| names.iter().any(|n| n == name))
        };
        for query in 0..self.texts.len() {
            let whole = (0..self.models.len()).all(|model| self.solved(model, query).is_some());
            let stays = passes(category, &self.category, query)
                && passes(split, &self.split, query)
                && (whole || replay.missing == MissingRule::Unavailable);
            for results in self.results.iter_mut().filter(|_| !stays) {
                if let Some(solved) = results.solved.get_mut(query) {
                    *solved = None;
                }
            }
        }
        Ok(self)
    }
}
