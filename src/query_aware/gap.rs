//! Where the Oracle is right and a selection is wrong: which lengths, categories, difficulties and words these queries
//! have more often than others.

use super::judge::Judge;
use super::queries::Queries;
use super::select::{Limits, Rule};
use super::words::{Place, Words};
use crate::summary::wilson_interval;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Words that are listed.
const MOST_TERMS: usize = 20;
/// Queries that must hold a word for it to be listed.
const FEWEST: usize = 5;
/// Weight of the prior, in queries: what all test queries say of a word counts as much as this many queries.
const PRIOR: f64 = 50.0;
/// Chance at which a word counts as standing out, two-sided: alone to be listed, shared among all words to be sure.
const CHANCE: f64 = 0.05;

/// The gap of one policy on test. Shares are of the queries that some model of the pool solves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// Test queries that some model solves.
    pub solvable: Share,
    /// Groups by length, by category and by the number of models that solve the query, in that order.
    pub groups: Vec<Group>,
    /// Words that the missed queries hold more often, the surest first.
    pub terms: Vec<Term>,
}

/// What a group has in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// Number of characters, in quarters of the solvable queries.
    Length,
    /// The data's own category.
    Category,
    /// How many models solve the query.
    Solvers,
}

/// How many queries of some are missed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Queries looked at.
    pub of: u64,
    /// The missed ones by their numbers, ascending.
    pub missed: Vec<u32>,
    /// Their share of `of`; `None` of none.
    pub share: Option<f64>,
    /// Wilson's 95 % interval of the share.
    pub interval: Option<(f64, f64)>,
}

/// A group of queries and how many of them are missed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// What its queries have in common.
    pub by: By,
    /// What that is: `12 to 40 characters`, the category's name, `2 models`.
    pub name: String,
    /// The share missed.
    pub share: Share,
}

/// A word that missed queries hold more often than the other solvable ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// The word; a pair or three characters in scripts without spaces.
    pub term: String,
    /// Log-odds of a missed query holding it less those of another solvable query, with a Dirichlet prior from all of
    /// them (Monroe, Colaresi and Quinn 2008).
    pub log_odds: f64,
    /// The log-odds by their standard error.
    pub z: f64,
    /// Whether it stands out even though so many words were looked at (two-sided 5 %, Bonferroni).
    pub sure: bool,
    /// The share missed of the queries that hold it.
    pub share: Share,
}

/// The gap of a rule on test. A query is missed where the vote is wrong, or where there are no answers, where no called
/// model is right.
pub fn gap(judge: &Judge, rule: &Rule, limits: Limits, test: &[usize]) -> Gap {
    let queries = judge.queries;
    let mut solvable: Vec<(usize, bool)> = Vec::new();
    for &query in test.iter().filter(|query| judge.solvable(**query)) {
        let verdict = judge.verdict(rule, limits, query);
        solvable.push((query, !if judge.answers { verdict.right } else { verdict.covered }));
    }
    let mut groups = by_length(queries, &solvable);
    if let Some(category) = &queries.category {
        groups.extend(grouped(By::Category, &solvable, |query| {
            let name = category.get(query)?;
            Some((name.to_owned(), name.to_owned()))
        }));
    }
    groups.extend(grouped(By::Solvers, &solvable, |query| {
        let count = (0..queries.models.len()).filter(|model| queries.solved(*model, query) == Some(true)).count();
        Some((count, format!("{count} {}", if count == 1 { "model" } else { "models" })))
    }));
    Gap { terms: terms(queries, &solvable), groups, solvable: Share::of(&solvable) }
}

impl Share {
    fn of<'a>(queries: impl IntoIterator<Item = &'a (usize, bool)>) -> Share {
        let mut share = Share::default();
        for (query, missed) in queries {
            share.of += 1;
            if *missed {
                share.missed.push(*query as u32);
            }
        }
        if share.of > 0 {
            share.share = Some(share.missed.len() as f64 / share.of as f64);
            share.interval = Some(wilson_interval(share.missed.len() as u64, share.of));
        }
        share
    }
}

/// Groups of queries with the same key, in the order of the keys; `key` also gives the group's name.
fn grouped<K: Ord>(
    by: By,
    solvable: &[(usize, bool)],
    key: impl Fn(usize) -> Option<(K, String)>,
) -> impl Iterator<Item = Group> {
    let mut groups: BTreeMap<K, (String, Vec<(usize, bool)>)> = BTreeMap::new();
    for entry in solvable {
        if let Some((key, name)) = key(entry.0) {
            groups.entry(key).or_insert((name, Vec::new())).1.push(*entry);
        }
    }
    groups.into_values().map(move |(name, members)| Group { by, name, share: Share::of(&members) })
}

/// Quarters by number of characters; fewer where many queries are as long as each other.
fn by_length(queries: &Queries, solvable: &[(usize, bool)]) -> Vec<Group> {
    let length = |query: usize| queries.texts.get(query).map_or(0, |text| text.chars().count());
    let mut lengths: Vec<usize> = solvable.iter().map(|(query, _)| length(*query)).collect();
    lengths.sort_unstable();
    let (Some(&shortest), Some(&longest)) = (lengths.first(), lengths.last()) else { return Vec::new() };
    // Each quarter ends with the length of its last query.
    let last = |quarter: usize| lengths.get((lengths.len() * quarter / 4).max(1) - 1).copied().unwrap_or(longest);
    let mut ends: Vec<usize> = (1..=4).map(last).collect();
    ends.dedup();
    let quarter = |query: usize| {
        let place = ends.partition_point(|end| *end < length(query));
        let from = place.checked_sub(1).and_then(|before| ends.get(before)).map_or(shortest, |end| end + 1);
        let to = ends.get(place).copied().unwrap_or(longest);
        Some((place, if from == to { format!("{to} characters") } else { format!("{from} to {to} characters") }))
    };
    grouped(By::Length, solvable, quarter).collect()
}

fn terms(queries: &Queries, solvable: &[(usize, bool)]) -> Vec<Term> {
    // Queries that hold a word, by their places in `solvable`.
    let mut holders: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, (query, _)) in solvable.iter().enumerate() {
        let words = Words::of(queries.texts.get(*query).map_or("", String::as_str));
        let mut held = BTreeSet::new();
        words.each(&mut |_, at| {
            if matches!(at, Place::Word(..)) {
                held.insert(words.spell(at));
            }
        });
        for word in held {
            holders.entry(word).or_default().push(place);
        }
    }
    let all: f64 = holders.values().map(|places| places.len() as f64).sum();
    let missed = |places: &[usize]| places.iter().filter(|place| solvable.get(**place).is_some_and(|q| q.1)).count();
    let all_missed: f64 = holders.values().map(|places| missed(places) as f64).sum();
    let mut terms = Vec::new();
    holders.retain(|_, places| places.len() >= FEWEST);
    let words = holders.len() as f64;
    for (term, places) in holders {
        let (held, missed) = (places.len() as f64, missed(&places) as f64);
        let weight = PRIOR * held / all;
        let odds = |count: f64, total: f64| (count + weight) / (total + PRIOR - count - weight);
        let (inside, outside) = (odds(missed, all_missed), odds(held - missed, all - all_missed));
        let log_odds = libm::log(inside / outside);
        let error = (1.0 / (missed + weight) + 1.0 / (held - missed + weight)).sqrt();
        let z = log_odds / error;
        let chance = libm::erfc(z / std::f64::consts::SQRT_2);
        if z > 0.0 && chance <= CHANCE {
            let sure = chance * words <= CHANCE;
            let share = Share::of(places.iter().filter_map(|place| solvable.get(*place)));
            terms.push(Term { term, log_odds, z, sure, share });
        }
    }
    terms.sort_by(|a, b| b.z.total_cmp(&a.z).then_with(|| a.term.cmp(&b.term)));
    terms.truncate(MOST_TERMS);
    terms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Labels;
    use crate::query_aware::queries::{ModelAnswers, NONE};
    use crate::query_aware::select::Pool;

    /// 40 queries: model 0 solves those without "integral", model 1 all but the last; the rule calls model 0.
    fn example() -> Gap {
        let text = |query: usize| match query % 4 {
            0 => format!("the integral of {query}"),
            1 => "the sum".to_owned(),
            2 => "the product of two numbers".to_owned(),
            _ => "日本語の文".to_owned(),
        };
        let texts: Vec<String> = (0..40).map(text).collect();
        let results = |solved: &dyn Fn(usize) -> bool| ModelAnswers {
            solved: (0..40).map(|query| Some(solved(query))).collect(),
            answer: vec![NONE; 40],
            latency_ms: None,
            cost: None,
        };
        let results = vec![results(&|query| query % 4 != 0 && query != 39), results(&|query| query != 39)];
        let category =
            Labels { names: vec!["hard".into(), "easy".into()], of: (0..40).map(|q| u32::from(q % 4 != 0)).collect() };
        let queries = Queries {
            models: vec!["a".into(), "b".into()],
            texts,
            results,
            category: Some(category),
            ..Queries::default()
        };
        let pool = Pool::new(&queries, &[0], &[0]);
        let judge = Judge { queries: &queries, p: &[0.5; 80], pool: &pool, answers: false };
        let test: Vec<usize> = (0..40).collect();
        gap(&judge, &Rule::Fixed(vec![0]), Limits { models: 1, threshold: 0.5 }, &test)
    }

    #[test]
    fn every_statement_counts_its_queries() {
        let gap = example();
        let missed: Vec<u32> = (0..40).filter(|query| query % 4 == 0).collect();
        assert_eq!((gap.solvable.of, &gap.solvable.missed), (39, &missed));
        let (low, high) = gap.solvable.interval.unwrap();
        assert!(low < 10.0 / 39.0 && 10.0 / 39.0 < high);
        let by = |by: By| -> Vec<(&str, u64, usize)> {
            let groups = gap.groups.iter().filter(|group| group.by == by);
            groups.map(|group| (group.name.as_str(), group.share.of, group.share.missed.len())).collect()
        };
        assert_eq!(by(By::Category), [("easy", 29, 0), ("hard", 10, 10)]);
        // The last query is solved by nobody and is not among the gap's.
        assert_eq!(by(By::Solvers), [("1 model", 10, 10), ("2 models", 29, 0)]);
        let lengths = by(By::Length);
        assert_eq!(
            lengths.iter().map(|group| (group.1, group.2)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)),
            (39, 10)
        );
        assert_eq!(lengths[0], ("5 characters", 9, 0));
        // What sets the missed ones apart comes first. Half of the queries with "of" are missed, which may be chance; words
        // of all queries do not come.
        let terms: Vec<(&str, bool)> = gap.terms.iter().map(|term| (term.term.as_str(), term.sure)).collect();
        assert_eq!(terms, [("integral", true), ("of", false)]);
        assert_eq!((gap.terms[0].share.of, &gap.terms[0].share.missed), (10, &missed));
        assert!(gap.terms[0].log_odds > 2.0);
    }

    #[test]
    fn nothing_solvable_is_no_gap() {
        let queries = Queries { models: vec!["a".into()], texts: vec!["x".into()], ..Queries::default() };
        let pool = Pool::default();
        let judge = Judge { queries: &queries, p: &[], pool: &pool, answers: true };
        let gap = gap(&judge, &Rule::All, Limits { models: 1, threshold: 0.5 }, &[0]);
        assert_eq!(gap, Gap::default());
    }
}
