//! Which rows something in an audit is about.

use super::Dataset;
use super::audit::Gap;
use super::join::{Entries, Entry, Ids};
use super::schema::shown;
use std::collections::HashMap;

/// Rows (or missing cells of a model) that are listed; how many there are is always said.
pub const MOST_LISTED: usize = 50;

/// Rows of one file: how many, and the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) total: u64,
    pub(super) listed: Vec<u64>,
}

impl Rows {
    pub(super) fn add(&mut self, row: u64) {
        self.total += 1;
        // A row of a wide file may hold several of the results that are counted.
        if self.listed.len() < MOST_LISTED && self.listed.last() != Some(&row) {
            self.listed.push(row);
        }
    }
}

impl From<Option<u64>> for Rows {
    fn from(row: Option<u64>) -> Self {
        Rows { total: u64::from(row.is_some()), listed: row.into_iter().collect() }
    }
}

/// The rows of these models, each in the file that is given for it.
pub(super) fn of_models<'e>(
    entries: impl Iterator<Item = &'e Entry>,
    models: &HashMap<u16, u16>,
) -> HashMap<u16, Rows> {
    let mut rows: HashMap<u16, Rows> = HashMap::new();
    if !models.is_empty() {
        for entry in entries.filter(|entry| models.get(&entry.model) == Some(&entry.file)) {
            rows.entry(entry.model).or_default().add(u64::from(entry.row));
        }
    }
    rows
}

/// The rows of a model in a file with the highest costs, the highest first.
pub(super) fn dearest(entries: &Entries, model: u16, file: u16) -> Rows {
    let mut rows = Rows::default();
    let mut dearest: Vec<(f64, u32)> = Vec::with_capacity(2 * MOST_LISTED);
    let keep = |dearest: &mut Vec<(f64, u32)>| {
        dearest.sort_by(|(a, first), (b, second)| b.total_cmp(a).then(first.cmp(second)));
        dearest.truncate(MOST_LISTED);
    };
    for entry in entries.iter().filter(|entry| entry.model == model && entry.file == file && !entry.cost.is_nan()) {
        rows.total += 1;
        dearest.push((entry.cost, entry.row));
        if dearest.len() == 2 * MOST_LISTED {
            keep(&mut dearest);
        }
    }
    keep(&mut dearest);
    rows.listed = dearest.into_iter().map(|(_, row)| u64::from(row)).collect();
    rows
}

/// By model, the first queries without its score, or without its cost where it has any, and where the row without it is.
/// `copies` are queries that second results were given, each with the query it is of.
pub(super) fn gaps(data: &Dataset, entries: &Entries, ids: &Ids, names: &[String]) -> Vec<Vec<Gap>> {
    let missing = |column: &[f64], query: usize| column.get(query).is_none_or(|value| value.is_nan());
    // By model and query: what is missing, and the file and row of what is there.
    let mut lacking: HashMap<(u16, u32), Option<(u16, u32)>> = HashMap::new();
    let mut concerned = vec![false; data.queries];
    let gaps_of = |model: &super::ModelResults| -> Vec<(usize, bool, bool)> {
        let gap = |query| {
            let cost = model.cost.as_deref().is_some_and(|cost| missing(cost, query));
            let score = missing(&model.reward, query);
            (score || cost).then_some((query, score, cost))
        };
        (0..data.queries).filter_map(gap).take(MOST_LISTED).collect()
    };
    let found: Vec<Vec<(usize, bool, bool)>> = data.models.iter().map(gaps_of).collect();
    for (model, gaps) in found.iter().enumerate() {
        for (query, ..) in gaps {
            lacking.insert((model as u16, *query as u32), None);
            if let Some(concerned) = concerned.get_mut(*query) {
                *concerned = true;
            }
        }
    }
    if !lacking.is_empty() {
        for entry in entries.iter().filter(|entry| concerned.get(entry.query as usize) == Some(&true)) {
            if let Some(place) = lacking.get_mut(&(entry.model, entry.query)) {
                place.get_or_insert((entry.file, entry.row));
            }
        }
    }
    let gap = |model: usize, (query, score, cost): &(usize, bool, bool)| {
        let place = lacking.get(&(model as u16, *query as u32)).copied().flatten();
        Gap {
            query: shown(&ids.get(*query)),
            file: place.and_then(|(file, _)| names.get(usize::from(file)).cloned()),
            row: place.map(|(_, row)| u64::from(row)),
            lacks: match (place.is_some(), score, cost) {
                (false, ..) => "row",
                (true, true, true) => "score and cost",
                (true, true, false) => "score",
                (true, false, _) => "cost",
            }
            .to_owned(),
        }
    };
    found.iter().enumerate().map(|(model, gaps)| gaps.iter().map(|found| gap(model, found)).collect()).collect()
}
