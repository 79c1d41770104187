//! Results of all files brought together: one column a model, one place a query, duplicates settled.

use super::{Dataset, Limits, ModelResults};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Duplicates;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// Texts numbered in the order of their first appearance, in one arena: no allocation a text.
pub(super) struct Interner {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    hashes: Vec<u32>,
    /// Number of a text plus one; 0 is a free slot. The length is a power of two.
    slots: Vec<u32>,
    /// Keyed, so that no file can be made to collide. Order of numbers does not depend on it.
    state: RandomState,
}

impl Interner {
    pub(super) fn new() -> Self {
        Interner {
            bytes: Vec::new(),
            ends: Vec::new(),
            hashes: Vec::new(),
            slots: vec![0; 1024],
            state: RandomState::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of all texts together.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn get(&self, number: u32) -> &[u8] {
        let index = number as usize;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(index).and_then(|end| self.bytes.get(start..*end)).unwrap_or_default()
    }

    /// The number of a text, a new one if it is new.
    pub(super) fn number(&mut self, text: &[u8]) -> u32 {
        let hash = (self.state.hash_one(text) >> 32) as u32;
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while let Some(found) = self.slots.get(slot).copied().filter(|found| *found != 0) {
            let number = found - 1;
            if self.hashes.get(number as usize) == Some(&hash) && self.get(number) == text {
                return number;
            }
            slot = (slot + 1) & mask;
        }
        let number = self.ends.len() as u32;
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
        self.hashes.push(hash);
        if let Some(free) = self.slots.get_mut(slot) {
            *free = number + 1;
        }
        if self.ends.len() * 2 > self.slots.len() {
            self.widen();
        }
        number
    }

    fn widen(&mut self) {
        let length = self.slots.len() * 2;
        self.slots = vec![0; length];
        for (number, hash) in self.hashes.iter().enumerate() {
            let mut slot = *hash as usize & (length - 1);
            while self.slots.get(slot).is_some_and(|found| *found != 0) {
                slot = (slot + 1) & (length - 1);
            }
            if let Some(free) = self.slots.get_mut(slot) {
                *free = number as u32 + 1;
            }
        }
    }
}

/// One result as a file gives it; `NaN` where a value is missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) query: u32,
    pub(super) row: u32,
    pub(super) model: u16,
    pub(super) score: f64,
    pub(super) cost: f64,
    pub(super) latency_ms: f64,
}

/// All results, and who is who.
pub(super) struct Collector {
    pub(super) queries: Interner,
    pub(super) cells: Vec<Cell>,
    pub(super) models: Vec<Seen>,
    limits: Limits,
}

/// A model and the file that names it.
pub(super) struct Seen {
    pub(super) name: String,
    pub(super) file: usize,
    pub(super) rows: u64,
}

impl Collector {
    pub(super) fn new(limits: Limits) -> Self {
        Collector { queries: Interner::new(), cells: Vec::new(), models: Vec::new(), limits }
    }

    /// The number of a model that `file` names; the name of the other file if two files name it.
    pub(super) fn model(&mut self, name: &str, file: usize, names: &[String]) -> Result<u16> {
        if let Some(index) = self.models.iter().position(|seen| seen.name == name) {
            let other = self.models.get(index).map_or(file, |seen| seen.file);
            if other == file {
                return Ok(index as u16);
            }
            let other = names.get(other).map_or("another file", String::as_str);
            return Err(
                Error::new(ErrorKind::Duplicate, format!("a model that `{other}` does not have as well")).found(name)
            );
        }
        if self.models.len() >= self.limits.models {
            return Err(Error::new(ErrorKind::TooLarge, format!("at most {} models", self.limits.models))
                .found(format!("model {}: {name}", self.models.len() + 1)));
        }
        self.models.push(Seen { name: name.to_owned(), file, rows: 0 });
        Ok((self.models.len() - 1) as u16)
    }

    /// The number of a query's id.
    pub(super) fn query(&mut self, id: &[u8]) -> Result<u32> {
        if id.is_empty() {
            return Err(Error::new(ErrorKind::BadCell, "an id that joins this row to the other models' rows")
                .found("an empty cell"));
        }
        if id.len() > self.limits.id || self.queries.size() > self.limits.id_bytes {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("ids of at most {} bytes, {} MB in all", self.limits.id, self.limits.id_bytes / 1_000_000),
            )
            .found(String::from_utf8_lossy(id.get(..80).unwrap_or(id))));
        }
        // UTF-8 and Windows-1252 files can name the same query.
        match super::records::text(id) {
            std::borrow::Cow::Borrowed(text) => Ok(self.queries.number(text.as_bytes())),
            std::borrow::Cow::Owned(text) => Ok(self.queries.number(text.as_bytes())),
        }
    }

    /// Takes a result.
    pub(super) fn push(&mut self, cell: Cell) -> Result<()> {
        if self.cells.len() >= self.limits.results {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("at most {} results in all files", self.limits.results),
            ));
        }
        if let Some(seen) = self.models.get_mut(usize::from(cell.model)) {
            seen.rows += 1;
        }
        self.cells.push(cell);
        Ok(())
    }
}

/// What became of second results.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub(super) dataset: Dataset,
    /// Rows that held what an earlier row of the same query and model lacked.
    pub(super) coalesced: u64,
    /// The first of them: model and row.
    pub(super) first_coalesced: Option<(u16, u32)>,
    /// Rows that held again what an earlier row had.
    pub(super) repeated: u64,
    pub(super) first_repeated: Option<(u16, u32)>,
}

/// Columns being filled; cost and latency exist once a value does.
struct Table {
    models: Vec<[Vec<f64>; 3]>,
    queries: usize,
    places: usize,
    limits: Limits,
}

impl Table {
    fn check(&self, models: usize) -> Result<()> {
        match models.saturating_mul(self.queries) > self.limits.table {
            true => Err(Error::new(ErrorKind::TooLarge, format!("at most {} models × queries", self.limits.table))
                .found(format!("{models} models × {} queries", self.queries))),
            false => Ok(()),
        }
    }

    fn get(&self, model: usize, part: usize, query: usize) -> f64 {
        self.models
            .get(model)
            .and_then(|m| m.get(part))
            .and_then(|column| column.get(query))
            .copied()
            .unwrap_or(f64::NAN)
    }

    fn set(&mut self, model: usize, part: usize, query: usize, value: f64) {
        let places = self.places;
        if let Some(column) = self.models.get_mut(model).and_then(|m| m.get_mut(part)) {
            if column.len() < places {
                column.resize(places, f64::NAN);
            }
            if let Some(place) = column.get_mut(query) {
                *place = value;
            }
        }
    }
}

/// Brings every result to its place.
///
/// # Errors
/// A second result where `duplicates` is `error`; a table above the limit. Rows and models are in the place; the file
/// is added by the caller, who knows the models' files.
pub(super) fn join(collector: Collector, duplicates: Duplicates) -> std::result::Result<Joined, (Option<u16>, Error)> {
    let Collector { queries, cells, models, limits } = collector;
    let count = models.len();
    let mut table = Table {
        models: (0..count).map(|_| Default::default()).collect(),
        queries: queries.len(),
        places: queries.len(),
        limits,
    };
    table.check(count).map_err(|error| (None, error))?;
    let mut joined = Joined::default();
    // Under `mean`: how many values each part of a place holds, where it holds several.
    let mut several: HashMap<(u16, u32), [u32; 3]> = HashMap::new();
    // Under `samples`: the place of a model's latest result on a query, and the place that follows a place.
    let mut latest: HashMap<(u16, u32), u32> = HashMap::new();
    let mut next_sample: HashMap<u32, u32> = HashMap::new();
    for cell in &cells {
        let values = [cell.score, cell.cost, cell.latency_ms];
        let model = usize::from(cell.model);
        let home = (cell.model, cell.query);
        let mut place = latest.get(&home).copied().unwrap_or(cell.query);
        let held = [0, 1, 2].map(|part| table.get(model, part, place as usize));
        if held.iter().any(|value| !value.is_nan()) {
            let clash = held.iter().zip(&values).any(|(old, new)| !old.is_nan() && !new.is_nan());
            if !clash {
                joined.coalesced += 1;
                joined.first_coalesced.get_or_insert((cell.model, cell.row));
            } else {
                joined.repeated += 1;
                joined.first_repeated.get_or_insert((cell.model, cell.row));
                match duplicates {
                    Duplicates::Error => return Err((Some(cell.model), twice(&queries, &models, &cells, cell))),
                    Duplicates::First => {}
                    Duplicates::Mean => {
                        let counts = several.entry(home).or_insert([1; 3]);
                        for part in 0..3 {
                            let (old, new) = (held[part], values[part]);
                            if !old.is_nan() && !new.is_nan() {
                                counts[part] += 1;
                                table.set(model, part, place as usize, old + (new - old) / f64::from(counts[part]));
                            }
                        }
                    }
                    Duplicates::Samples => {
                        place = match next_sample.get(&place) {
                            Some(next) => *next,
                            None => {
                                let new = table.queries as u32;
                                table.queries += 1;
                                table.check(count).map_err(|error| (Some(cell.model), error))?;
                                if table.queries > table.places {
                                    table.places = table.queries.saturating_mul(2);
                                }
                                next_sample.insert(place, new);
                                new
                            }
                        };
                        latest.insert(home, place);
                    }
                }
            }
        }
        for part in 0..3 {
            if !values[part].is_nan() && table.get(model, part, place as usize).is_nan() {
                table.set(model, part, place as usize, values[part]);
            }
        }
    }
    drop(cells);
    let queries = table.queries;
    joined.dataset.queries = queries;
    for (seen, columns) in models.into_iter().zip(table.models) {
        let [mut reward, cost, latency_ms] = columns;
        let sized = |mut column: Vec<f64>| {
            let any = !column.is_empty();
            column.resize(queries, f64::NAN);
            any.then_some(column)
        };
        reward.resize(queries, f64::NAN);
        joined.dataset.models.push(ModelResults {
            name: seen.name,
            reward,
            cost: sized(cost),
            latency_ms: sized(latency_ms),
        });
    }
    Ok(joined)
}

fn twice(queries: &Interner, models: &[Seen], cells: &[Cell], cell: &Cell) -> Error {
    let name = models.get(usize::from(cell.model)).map_or("", |seen| seen.name.as_str());
    let first = cells.iter().find(|other| other.query == cell.query && other.model == cell.model);
    let id = String::from_utf8_lossy(queries.get(cell.query)).into_owned();
    let before = first.map_or(String::new(), |first| format!(" (the first is in row {})", first.row));
    Error::new(
        ErrorKind::Duplicate,
        format!("one result of `{name}` on each query{before}; `duplicates` can be `first`, `mean` or `samples`"),
    )
    .at_row(u64::from(cell.row))
    .at_column("query_id")
    .found(id)
}
