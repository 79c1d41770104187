//! Results of all files brought together: one column a model, one place a query, duplicates settled.

use super::cells::Field;
use super::intern::Interner;
use super::rows::Rows;
use super::schema::{listed, shown};
use super::texts::Store;
use super::{Dataset, Labels, Limits, ModelResults};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Duplicates;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One result as a file gives it; `NaN` where a value is missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) query: u32,
    pub(super) row: u32,
    pub(super) model: u16,
    /// Number of the file.
    pub(super) file: u16,
    pub(super) score: f64,
    pub(super) cost: f64,
    pub(super) latency_ms: f64,
}

/// Results as they come, in pieces of one size: a vector of all would need the room of two while it grows.
#[derive(Default)]
pub(super) struct Entries(Vec<Vec<Entry>>);

/// Results in a piece.
const PIECE: usize = 65_536;

impl Entries {
    pub(super) fn len(&self) -> usize {
        self.0.len().saturating_sub(1) * PIECE + self.0.last().map_or(0, Vec::len)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.0.iter_mut().flatten()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter().flatten()
    }

    fn push(&mut self, entry: Entry) {
        match self.0.last_mut().filter(|piece| piece.len() < PIECE) {
            Some(piece) => piece.push(entry),
            None => self.0.push(vec![entry]),
        }
    }
}

/// All results, and who is who.
pub(super) struct Collector {
    pub(super) queries: Interner,
    pub(super) entries: Entries,
    category: Words,
    split: Words,
    pub(super) models: Vec<Seen>,
    /// The texts, where they are wanted.
    pub(super) texts: Option<Store>,
    limits: Limits,
}

/// A model and the first file that names it.
pub(super) struct Seen {
    pub(super) name: String,
    pub(super) file: usize,
    pub(super) rows: u64,
}

impl Collector {
    pub(super) fn new(limits: Limits) -> Self {
        Collector {
            queries: Interner::default(),
            entries: Entries::default(),
            category: Words::default(),
            split: Words::default(),
            models: Vec::new(),
            texts: None,
            limits,
        }
    }

    /// The number of a model that `file` names. Several files may `share` a model (a file for each subject), but not
    /// where it only goes by the files' names.
    pub(super) fn model(&mut self, name: &str, file: usize, names: &[String], share: bool) -> Result<u16> {
        let name = &*without_nul(name);
        if let Some(index) = self.models.iter().position(|seen| seen.name == name) {
            let other = self.models.get(index).map_or(file, |seen| seen.file);
            if other == file || share {
                return Ok(index as u16);
            }
            let other = names.get(other).map_or("another file", String::as_str);
            let expected = format!(
                "a model that `{other}` does not have as well: without a column of models a file's name is its model; \
                 rename one of the files, or leave it out"
            );
            return Err(Error::new(ErrorKind::Duplicate, expected).found(name));
        }
        if name.len() > self.limits.id {
            let expected = format!("a model's name of at most {} bytes", self.limits.id);
            return Err(Error::new(ErrorKind::TooLarge, expected).found(name));
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
        if let Some(number) = self.queries.expected(id) {
            return Ok(number);
        }
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
        Ok(self.queries.number(without_nul(&super::records::text(id)).as_bytes()))
    }

    /// What a query belongs to, and which part it is in; what is known of it already stays.
    pub(super) fn label(&mut self, query: u32, category: Field, split: Field) {
        self.category.set(query, category);
        self.split.set(query, split);
    }

    /// Takes a result.
    pub(super) fn push(&mut self, entry: Entry) -> Result<()> {
        if self.entries.len() >= self.limits.results {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("at most {} results in all files", self.limits.results),
            ));
        }
        if let Some(seen) = self.models.get_mut(usize::from(entry.model)) {
            seen.rows += 1;
        }
        self.entries.push(entry);
        Ok(())
    }
}

/// A name without the character that no text file can hold, as HTML reads it.
fn without_nul(name: &str) -> Cow<'_, str> {
    if name.contains('\0') { Cow::Owned(name.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(name) }
}

/// A column of words being filled: the different words, and by query the place of its word.
#[derive(Default)]
struct Words {
    words: Interner,
    of: Vec<u32>,
    /// Too long or too many to be words.
    given_up: bool,
}

/// Bytes of a word, and different words, beyond which a column holds texts rather than words.
const WORD: usize = 256;
const WORDS: usize = 10_000;

impl Words {
    fn set(&mut self, query: u32, field: Field) {
        if field.is_missing() || self.given_up {
            return;
        }
        let text = field.text();
        if text.len() > WORD || self.words.len() > WORDS {
            *self = Words { given_up: true, ..Words::default() };
            return;
        }
        let query = query as usize;
        if self.of.len() <= query {
            self.of.resize(query + 1, Labels::NONE);
        }
        if let Some(place) = self.of.get_mut(query).filter(|place| **place == Labels::NONE) {
            *place = self.words.number(without_nul(&text).as_bytes());
        }
    }

    /// The words in the order of their first query, as [`Labels`] has them.
    fn renumbered(&mut self) -> Vec<String> {
        let mut places = vec![Labels::NONE; self.words.len()];
        let mut names = Vec::new();
        for word in &mut self.of {
            let Some(place) = places.get_mut(*word as usize) else { continue };
            if *place == Labels::NONE {
                *place = names.len() as u32;
                names.push(String::from_utf8_lossy(self.words.get(*word)).into_owned());
            }
            *word = *place;
        }
        names
    }

    /// The finished column; `copies` are queries that were added for second results, each with the query it is of.
    fn finish(mut self, queries: usize, copies: &[(u32, u32)]) -> Option<Labels> {
        if self.of.is_empty() {
            return None;
        }
        self.of.resize(queries, Labels::NONE);
        for (copy, original) in copies {
            let word = self.of.get(*original as usize).copied().unwrap_or(Labels::NONE);
            if let Some(place) = self.of.get_mut(*copy as usize) {
                *place = word;
            }
        }
        Some(Labels { names: self.renumbered(), of: self.of })
    }
}

/// The ids of a data set's queries.
#[derive(Default)]
pub struct Ids(Interner);

impl Ids {
    /// The id of a query; no two are the same.
    pub fn get(&self, query: usize) -> Cow<'_, str> {
        String::from_utf8_lossy(self.0.get(u32::try_from(query).unwrap_or(u32::MAX)))
    }

    /// Gives the queries that were added for second results ids of their own: `q7 (2)`.
    fn new(mut queries: Interner, copies: &[(u32, u32)]) -> Ids {
        for (_, original) in copies {
            let id = String::from_utf8_lossy(queries.get(*original)).into_owned();
            let place = queries.len() as u32;
            let mut number = 2;
            while queries.number(format!("{id} ({number})").as_bytes()) != place {
                number += 1;
            }
        }
        Ids(queries)
    }
}

/// What became of all results.
#[derive(Default)]
pub(super) struct Joined {
    pub(super) dataset: Dataset,
    pub(super) ids: Ids,
    /// By file, rows that held what an earlier row of the same query and model lacked.
    pub(super) coalesced: BTreeMap<u16, Rows>,
    /// By file, rows that held again what an earlier row had.
    pub(super) repeated: BTreeMap<u16, Rows>,
    /// All results.
    pub(super) entries: Entries,
}

/// Columns being filled: score, cost and latency by model; a column exists once a value does.
struct Table {
    models: Vec<[Vec<f64>; 3]>,
    queries: usize,
    /// Length of a column that is being filled: `queries`, and room for more.
    places: usize,
    limits: Limits,
}

impl Table {
    fn check(&self) -> Result<()> {
        let models = self.models.len();
        if models.saturating_mul(self.queries) <= self.limits.table {
            return Ok(());
        }
        let error = Error::new(ErrorKind::TooLarge, format!("at most {} models × queries", self.limits.table));
        Err(error.found(format!("{models} models × {} queries", self.queries)))
    }

    fn add_query(&mut self) -> Result<u32> {
        let new = self.queries as u32;
        self.queries += 1;
        self.check()?;
        if self.queries > self.places {
            self.places = self.queries.saturating_mul(2);
        }
        Ok(new)
    }

    fn get(&self, model: u16, part: usize, place: u32) -> f64 {
        let column = self.models.get(usize::from(model)).and_then(|columns| columns.get(part));
        column.and_then(|column| column.get(place as usize)).copied().unwrap_or(f64::NAN)
    }

    fn set(&mut self, model: u16, part: usize, place: u32, value: f64) {
        let columns = self.models.get_mut(usize::from(model));
        let Some(column) = columns.and_then(|columns| columns.get_mut(part)) else { return };
        if column.len() < self.places {
            column.resize(self.places, f64::NAN);
        }
        if let Some(cell) = column.get_mut(place as usize) {
            *cell = value;
        }
    }
}

/// A model's place for a query, as `(model, query)`.
type Home = (u16, u32);

/// What repeated results need to be remembered.
#[derive(Default)]
struct Repeats {
    /// Under `mean`: how many values each part of a place holds, where it holds several.
    counts: HashMap<Home, [u32; 3]>,
    /// Under `samples`: the place of the latest result.
    latest: HashMap<Home, u32>,
    /// Under `samples`: the place that follows a place, for all models.
    next: HashMap<u32, u32>,
    /// Under `samples`: the queries that were added, each with the query it is of.
    copies: Vec<(u32, u32)>,
}

impl Repeats {
    /// Takes the mean of what is there and what comes.
    fn average(&mut self, home: Home, place: u32, values: &[f64; 3], table: &mut Table) {
        let counts = self.counts.entry(home).or_insert([1; 3]);
        for (part, (value, count)) in values.iter().zip(counts).enumerate() {
            let old = table.get(home.0, part, place);
            if !old.is_nan() && !value.is_nan() {
                *count += 1;
                table.set(home.0, part, place, old + (value - old) / f64::from(*count));
            }
        }
    }

    /// The place for one more result, a new query if no model has had so many.
    fn another(&mut self, home: Home, place: u32, table: &mut Table) -> Result<u32> {
        let next = match self.next.get(&place) {
            Some(next) => *next,
            None => {
                let new = table.add_query()?;
                self.copies.push((new, home.1));
                new
            }
        };
        self.next.insert(place, next);
        self.latest.insert(home, next);
        Ok(next)
    }
}

/// Brings every result to its place.
///
/// # Errors
/// A second result where `duplicates` is `error`; a table above the limit. The caller adds the file, whose number is
/// given.
pub(super) fn join(
    collector: Collector,
    duplicates: Duplicates,
    names: &[String],
) -> std::result::Result<Joined, (Option<u16>, Error)> {
    let Collector { queries, entries, models, limits, category, split, .. } = collector;
    let columns = (0..models.len()).map(|_| Default::default()).collect();
    let mut table = Table { models: columns, queries: queries.len(), places: queries.len(), limits };
    table.check().map_err(|error| (None, error))?;
    let mut joined = Joined::default();
    let mut repeats = Repeats::default();
    for entry in entries.iter() {
        let values = [entry.score, entry.cost, entry.latency_ms];
        let home = (entry.model, entry.query);
        let mut place = repeats.latest.get(&home).copied().unwrap_or(entry.query);
        let held = [0, 1, 2].map(|part| table.get(entry.model, part, place));
        if held.iter().any(|value| !value.is_nan()) {
            let clash = held.iter().zip(&values).any(|(old, new)| !old.is_nan() && !new.is_nan());
            if !clash {
                joined.coalesced.entry(entry.file).or_default().add(u64::from(entry.row));
            } else {
                joined.repeated.entry(entry.file).or_default().add(u64::from(entry.row));
                match duplicates {
                    Duplicates::Error => {
                        return Err((Some(entry.file), twice(&queries, &models, &entries, entry, names)));
                    }
                    Duplicates::First => {}
                    Duplicates::Mean => repeats.average(home, place, &values, &mut table),
                    Duplicates::Samples => {
                        let another = repeats.another(home, place, &mut table);
                        place = another.map_err(|error| (Some(entry.file), error))?;
                    }
                }
            }
        }
        for (part, value) in values.into_iter().enumerate() {
            if !value.is_nan() && table.get(entry.model, part, place).is_nan() {
                table.set(entry.model, part, place, value);
            }
        }
    }
    joined.dataset.queries = table.queries;
    joined.dataset.category = category.finish(table.queries, &repeats.copies);
    joined.dataset.split = split.finish(table.queries, &repeats.copies);
    for (seen, columns) in models.into_iter().zip(table.models) {
        let [mut reward, cost, latency_ms] = columns;
        let sized = |mut column: Vec<f64>| {
            let any = !column.is_empty();
            column.resize(table.queries, f64::NAN);
            any.then_some(column)
        };
        reward.resize(table.queries, f64::NAN);
        let (cost, latency_ms) = (sized(cost), sized(latency_ms));
        joined.dataset.models.push(ModelResults { name: seen.name, reward, cost, latency_ms });
    }
    (joined.entries, joined.ids) = (entries, Ids::new(queries, &repeats.copies));
    Ok(joined)
}

fn twice(queries: &Interner, models: &[Seen], entries: &Entries, second: &Entry, names: &[String]) -> Error {
    let name = models.get(usize::from(second.model)).map_or_else(String::new, |seen| shown(&seen.name));
    let first = entries.iter().find(|other| other.query == second.query && other.model == second.model);
    let id = String::from_utf8_lossy(queries.get(second.query)).into_owned();
    let before = first.map_or(String::new(), |first| {
        let file = names.get(usize::from(first.file)).filter(|_| first.file != second.file);
        let of = file.map_or(String::new(), |file| format!(" of `{}`", shown(file)));
        format!(" (the first is in row {}{of})", first.row)
    });
    let more = repeats(queries.len(), models.len(), entries, names);
    Error::new(
        ErrorKind::Duplicate,
        format!("one result of `{name}` on each query{before}{more}; `duplicates` can be `first`, `mean` or `samples`"),
    )
    .at_row(u64::from(second.row))
    .found(id)
}

/// How many results repeat one of the same model on the same query, and the files they stand in, if there are several.
fn repeats(queries: usize, models: usize, entries: &Entries, names: &[String]) -> String {
    let mut seen = vec![false; queries.saturating_mul(models)];
    let (mut total, mut files) = (0u64, BTreeSet::new());
    for entry in entries.iter() {
        let home = usize::from(entry.model) * queries + entry.query as usize;
        let before = seen.get_mut(home).map(|seen| std::mem::replace(seen, true));
        if before == Some(true) {
            total += 1;
            files.insert(entry.file);
        }
    }
    let files: Vec<String> = files
        .iter()
        .filter_map(|file| names.get(usize::from(*file)))
        .map(|name| format!("`{}`", shown(name)))
        .collect();
    match (total, files.len()) {
        (0 | 1, _) => String::new(),
        (_, 0 | 1) => format!(", and {total} repeat one"),
        _ => format!(", and {total} repeat one, in {}", listed(&files)),
    }
}
