//! The test queries with what they can be grouped by: read once, counted as often as is asked.

use super::gap::{By, FEWEST, Group, MOST_TERMS, Share, Term, over_represented};
use super::judge::{Judge, Verdict};
use super::queries::Queries;
use super::select::{Limits, Rule};
use super::words::{Place, Words};
use crate::data::Labels;
use std::collections::{BTreeMap, BTreeSet};

/// The test queries. Lengths are grouped, and shares counted, among those that some model solves.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tested {
    /// In the order of the test part.
    pub(super) rows: Vec<Row>,
    /// The longest length of each band in characters, ascending: quarters of the queries that some model solves, fewer
    /// where many are as long as each other.
    ends: Vec<u32>,
    /// The length of the shortest of these.
    shortest: u32,
    /// All words, ascending.
    words: Vec<String>,
}

/// A test query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// Its number in the data.
    pub(super) query: u32,
    /// Characters of its text.
    pub(super) length: u32,
    /// Place of its category among [`Labels::names`]; [`Labels::NONE`] where it has none.
    pub(super) category: u32,
    /// Models that solve it; of 0 it is in no gap.
    pub(super) solvers: u32,
    /// Places of its words, ascending.
    words: Vec<u32>,
}

/// A row and whether a policy misses its query: some model solves it, and the policy does not.
pub(super) type Judged<'a> = (&'a Row, bool);

impl Tested {
    /// Those among the queries of `test`.
    pub fn of(queries: &Queries, test: &[usize]) -> Tested {
        let mut places: BTreeMap<String, u32> = BTreeMap::new();
        let mut rows = Vec::new();
        for &query in test {
            let solves = |model: &usize| queries.solved(*model, query) == Some(true);
            let solvers = (0..queries.models.len()).filter(solves).count() as u32;
            let text = queries.texts.get(query).map_or("", String::as_str);
            let mut held = BTreeSet::new();
            for word in words(text) {
                let next = places.len() as u32;
                held.insert(*places.entry(word).or_insert(next));
            }
            let category = queries.category.as_ref().and_then(|category| category.of.get(query)).copied();
            rows.push(Row {
                query: query as u32,
                length: text.chars().count() as u32,
                category: category.unwrap_or(Labels::NONE),
                solvers,
                words: held.into_iter().collect(),
            });
        }
        // From the order in which the words were met to that of the alphabet.
        let mut order = vec![0; places.len()];
        for (place, met) in places.values().enumerate() {
            if let Some(order) = order.get_mut(*met as usize) {
                *order = place as u32;
            }
        }
        for row in &mut rows {
            row.words.iter_mut().for_each(|word| *word = order.get(*word as usize).copied().unwrap_or_default());
            row.words.sort_unstable();
        }
        let solvable = rows.iter().filter(|row| row.solvers > 0);
        let mut lengths: Vec<u32> = solvable.map(|row| row.length).collect();
        lengths.sort_unstable();
        // Each quarter ends with the length of its last query.
        let last = |quarter: usize| lengths.get((lengths.len() * quarter / 4).max(1) - 1).copied();
        let mut ends: Vec<u32> = (1..=4).filter_map(last).collect();
        ends.dedup();
        let shortest = lengths.first().copied().unwrap_or_default();
        Tested { rows, ends, shortest, words: places.into_keys().collect() }
    }

    /// All rows under a rule; `see` is shown how it deals with each.
    pub(super) fn judged<'a>(
        &'a self,
        judge: &Judge,
        rule: &Rule,
        limits: Limits,
        mut see: impl FnMut(&Row, &Verdict),
    ) -> Vec<Judged<'a>> {
        let judged = |row: &'a Row| {
            let verdict = judge.verdict(rule, limits, row.query as usize);
            see(row, &verdict);
            (row, row.solvers > 0 && !judge.accepts(&verdict))
        };
        self.rows.iter().map(judged).collect()
    }

    /// The band that a length is in, by its place; `None` where it is shorter or longer than all that are solved.
    pub(super) fn band(&self, length: u32) -> Option<u32> {
        let place = self.ends.partition_point(|end| *end < length);
        (length >= self.shortest && place < self.ends.len()).then_some(place as u32)
    }

    fn band_name(&self, place: u32) -> String {
        let end = |place: usize| self.ends.get(place).copied();
        let from = (place as usize).checked_sub(1).and_then(end).map_or(self.shortest, |end| end + 1);
        let to = end(place as usize).or(self.ends.last().copied()).unwrap_or_default();
        if from == to { format!("{to} characters") } else { format!("{from} to {to} characters") }
    }

    /// Groups of some rows, in the order of their keys (categories: of their names), each with its key: a band's place, a
    /// category's place among [`Labels::names`], a number of models.
    pub(super) fn groups(&self, queries: &Queries, rows: &[Judged], by: By) -> Vec<(u32, Group)> {
        let mut groups: BTreeMap<(String, u32), Vec<Judged>> = BTreeMap::new();
        for (row, missed) in rows {
            let key = match by {
                By::Length => match self.band(row.length) {
                    Some(band) => (String::new(), band),
                    None => continue,
                },
                By::Solvers => (String::new(), row.solvers),
                By::Category => match queries.category.as_ref().and_then(|all| all.names.get(row.category as usize)) {
                    Some(name) => (name.clone(), row.category),
                    None => continue,
                },
            };
            groups.entry(key).or_default().push((row, *missed));
        }
        let group = |((category, key), rows): ((String, u32), Vec<Judged>)| {
            let name = match by {
                By::Length => self.band_name(key),
                By::Solvers => format!("{key} {}", if key == 1 { "model" } else { "models" }),
                By::Category => category,
            };
            (key, Group { by, name, share: Share::of(&rows) })
        };
        groups.into_iter().map(group).collect()
    }

    /// Words that missed rows hold more often than the others do, the surest first.
    pub(super) fn terms(&self, rows: &[Judged]) -> Vec<Term> {
        // Rows that hold a word, by their places.
        let mut holders: Vec<Vec<Judged>> = vec![Vec::new(); self.words.len()];
        for (row, missed) in rows {
            for word in &row.words {
                if let Some(holders) = holders.get_mut(*word as usize) {
                    holders.push((row, *missed));
                }
            }
        }
        let missed = |rows: &[Judged]| rows.iter().filter(|(_, missed)| *missed).count() as f64;
        let all: f64 = holders.iter().map(|rows| rows.len() as f64).sum();
        let all_missed: f64 = holders.iter().map(|rows| missed(rows)).sum();
        let looked_at = holders.iter().filter(|rows| rows.len() >= FEWEST).count() as f64;
        let mut terms = Vec::new();
        for (term, rows) in self.words.iter().zip(&holders).filter(|(_, rows)| rows.len() >= FEWEST) {
            let counts = (missed(rows), rows.len() as f64);
            if let Some((log_odds, z, sure)) = over_represented(counts, (all_missed, all), looked_at) {
                terms.push(Term { term: term.clone(), log_odds, z, sure, share: Share::of(rows) });
            }
        }
        terms.sort_by(|a, b| b.z.total_cmp(&a.z).then_with(|| a.term.cmp(&b.term)));
        terms.truncate(MOST_TERMS);
        terms
    }

    /// The places of a text's words; `None` where one of them is in no row, or the text has no word.
    pub(super) fn places(&self, text: &str) -> Option<Vec<u32>> {
        let place = |word: String| Some(self.words.binary_search(&word).ok()? as u32);
        words(text).into_iter().map(place).collect::<Option<Vec<u32>>>().filter(|places| !places.is_empty())
    }
}

impl Row {
    /// Whether its query holds all these words.
    pub(super) fn holds(&self, words: &[u32]) -> bool {
        words.iter().all(|word| self.words.binary_search(word).is_ok())
    }
}

/// The different words of a text; pairs and triples of characters in scripts without spaces.
fn words(text: &str) -> BTreeSet<String> {
    let words = Words::of(text);
    let mut held = BTreeSet::new();
    words.each(&mut |_, at| {
        if matches!(at, Place::Word(..)) {
            held.insert(words.spell(at));
        }
    });
    held
}
