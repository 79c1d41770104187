//! Which queries of a data set are played, and what is known of each.

use crate::data::{Dataset, Labels, ModelResults};
use crate::environment::Outcome;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Filter, MissingRule};
use crate::situation::MOST_SITUATIONS;
use std::collections::HashMap;

/// Most names that a message lists.
const LISTED: usize = 20;

/// The results of the models that play.
pub(super) struct Results<'a> {
    pub models: Vec<&'a ModelResults>,
    /// Whether the data has costs of all of them.
    pub costs_known: bool,
}

impl<'a> Results<'a> {
    pub fn of(models: Vec<&'a ModelResults>) -> Self {
        Results { costs_known: models.iter().all(|model| model.cost.is_some()), models }
    }

    /// A model's reward and cost on a query, the reward made binary by a threshold where there is one, the cost 0 where
    /// costs are unknown; both `NaN` where either is missing.
    pub fn outcome(&self, query: usize, arm: usize, threshold: Option<f64>) -> Outcome {
        let score = self.models.get(arm).map_or(f64::NAN, |model| cell(&model.reward, query));
        let cost = match self.models.get(arm).and_then(|model| model.cost.as_ref()) {
            Some(costs) if self.costs_known => cell(costs, query),
            _ => 0.0,
        };
        if score.is_nan() || cost.is_nan() {
            return Outcome { reward: f64::NAN, cost: f64::NAN };
        }
        let reward = threshold.map_or(score, |threshold| if score >= threshold { 1.0 } else { 0.0 });
        Outcome { reward, cost }
    }

    /// Milliseconds that a model took for a query; `NaN` where unknown.
    pub fn latency_ms(&self, query: usize, arm: usize) -> f64 {
        let column = self.models.get(arm).and_then(|model| model.latency_ms.as_ref());
        column.map_or(f64::NAN, |column| cell(column, query))
    }

    fn is_there(&self, query: usize, arm: usize) -> bool {
        !self.outcome(query, arm, None).reward.is_nan()
    }
}

fn cell(column: &[f64], query: usize) -> f64 {
    column.get(query).copied().unwrap_or(f64::NAN)
}

/// The queries that are played, ascending, and what became of the others in plain sentences. Missing results may make
/// as many different sets of models as `segments` of rounds leave room for ([`MOST_SITUATIONS`]).
pub(super) fn played(
    data: &Dataset,
    results: &Results,
    missing: MissingRule,
    filter: &Filter,
    segments: usize,
) -> Result<(Vec<usize>, Vec<String>)> {
    let mut notes = Vec::new();
    let mut queries = filtered(data.queries, data.category.as_ref(), data.split.as_ref(), filter)?;
    if queries.len() < data.queries {
        notes.push(format!("The filter leaves {} of {} queries.", queries.len(), data.queries));
    }
    let (all, arms) = (queries.len(), results.models.len());
    match missing {
        MissingRule::Drop => {
            queries.retain(|&query| (0..arms).all(|arm| results.is_there(query, arm)));
            if queries.len() < all {
                let dropped = all - queries.len();
                notes.push(format!("{dropped} of {all} queries are left out: some model has no result for them."));
            }
        }
        MissingRule::Unavailable => {
            queries.retain(|&query| (0..arms).any(|arm| results.is_there(query, arm)));
            if queries.len() < all {
                let dropped = all - queries.len();
                notes.push(format!("{dropped} of {all} queries are left out: no model has a result for them."));
            }
            keep_frequent(&mut queries, results, MOST_SITUATIONS / segments.max(1), &mut notes);
            let sparse = queries.iter().filter(|&&query| !(0..arms).all(|arm| results.is_there(query, arm))).count();
            if sparse > 0 {
                notes.push(format!(
                    "{sparse} of {} queries are played without some model: it has no result for them. Their regret is against \
                     the best set of the models that have one.",
                    queries.len()
                ));
            }
        }
    }
    if queries.is_empty() {
        let expected = match missing {
            MissingRule::Drop => "at least one query that every model has a result for",
            MissingRule::Unavailable => "at least one query that a model has a result for",
        };
        return Err(Error::new(ErrorKind::NothingInCommon, expected)
            .at_field("environment.models")
            .found(format!("none among {all} queries and {arms} models")));
    }
    Ok((queries, notes))
}

/// Keeps the queries of the `most` sets of models that have the most queries; of equals, the sets that come first.
fn keep_frequent(queries: &mut Vec<usize>, results: &Results, most: usize, notes: &mut Vec<String>) {
    let pattern =
        |query: usize| -> Vec<bool> { (0..results.models.len()).map(|arm| results.is_there(query, arm)).collect() };
    let mut known: HashMap<Vec<bool>, usize> = HashMap::new();
    // By set of models, its number and how many queries it has.
    let mut counts: Vec<(usize, usize)> = Vec::new();
    let of: Vec<usize> = (queries.iter())
        .map(|&query| {
            let number = *known.entry(pattern(query)).or_insert_with(|| {
                counts.push((counts.len(), 0));
                counts.len() - 1
            });
            counts[number].1 += 1;
            number
        })
        .collect();
    if counts.len() <= most {
        return;
    }
    counts.sort_by_key(|(number, queries)| (std::cmp::Reverse(*queries), *number));
    let mut kept = vec![false; counts.len()];
    counts.iter().take(most).for_each(|(number, _)| kept[*number] = true);
    let (all, mut place) = (queries.len(), 0);
    queries.retain(|_| {
        place += 1;
        kept[of[place - 1]]
    });
    notes.push(format!(
        "{} of {all} queries are left out: there are {} different sets of models that have a result, more than {most}, \
         and theirs are the rarest.",
        all - queries.len(),
        counts.len()
    ));
}

/// The queries that pass a filter, ascending, of as many with these labels.
///
/// # Errors
/// A category or a part that the data does not have, or a filter that no query passes.
pub(crate) fn filtered(
    count: usize,
    category: Option<&Labels>,
    split: Option<&Labels>,
    filter: &Filter,
) -> Result<Vec<usize>> {
    let category = Wanted::of(&filter.category, category, "category")?;
    let split = Wanted::of(&filter.split, split, "split")?;
    let queries: Vec<usize> = (0..count).filter(|&query| category.holds(query) && split.holds(query)).collect();
    if queries.is_empty() && !filter.is_empty() {
        return Err(Error::new(ErrorKind::NothingInCommon, "a filter that leaves at least one query")
            .at_field("environment.filter")
            .found(format!("none of {count} queries")));
    }
    Ok(queries)
}

/// The words of a column that pass; all and none where no words are wanted.
struct Wanted<'a>(Option<(&'a Labels, Vec<bool>)>);

impl<'a> Wanted<'a> {
    fn of(names: &[String], labels: Option<&'a Labels>, what: &str) -> Result<Self> {
        let Some(first) = names.first() else { return Ok(Wanted(None)) };
        let field = |index: usize| format!("environment.filter.{what}[{index}]");
        let Some(labels) = labels else {
            let expected = format!("no such filter: the data has no {what}");
            return Err(Error::new(ErrorKind::OutOfRange, expected).at_field(field(0)).found(first));
        };
        let mut passes = vec![false; labels.names.len()];
        for (index, name) in names.iter().enumerate() {
            let place = labels.names.iter().position(|known| known == name);
            let Some(passes) = place.and_then(|place| passes.get_mut(place)) else {
                let known = labels.names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
                let more = labels.names.len().saturating_sub(LISTED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let expected = format!("one of the data's: {known}{more}");
                return Err(Error::new(ErrorKind::OutOfRange, expected).at_field(field(index)).found(name));
            };
            *passes = true;
        }
        Ok(Wanted(Some((labels, passes))))
    }

    fn holds(&self, query: usize) -> bool {
        self.0.as_ref().is_none_or(|(labels, passes)| {
            labels.of.get(query).and_then(|name| passes.get(*name as usize)).copied().unwrap_or(false)
        })
    }
}
