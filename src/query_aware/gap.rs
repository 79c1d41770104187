//! Where the Oracle is right and a selection is wrong: which lengths, categories, difficulties and words these queries
//! have more often than others.

use super::judge::Judge;
use super::select::{Limits, Rule};
use super::tested::{Judged, Tested};
use crate::summary::wilson_interval;
use serde::{Deserialize, Serialize};

/// Words that are listed.
pub(super) const MOST_TERMS: usize = 20;
/// Queries that must hold a word for it to be listed.
pub(super) const FEWEST: usize = 5;
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

/// How many of some things have a property.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Those that have it.
    pub hits: u64,
    /// All of them.
    pub of: u64,
    /// `hits` / `of`; `None` of none.
    pub share: Option<f64>,
    /// Wilson's 95 % interval of the share; `None` of none.
    pub interval: Option<(f64, f64)>,
}

impl Rate {
    /// `hits` of `of`.
    pub fn new(hits: u64, of: u64) -> Rate {
        let some = of > 0;
        let share = some.then(|| hits as f64 / of as f64);
        Rate { hits, of, share, interval: some.then(|| wilson_interval(hits, of)) }
    }
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
    let tested = Tested::of(judge.queries, test);
    let mut rows: Vec<Judged> = tested.judged(judge, rule, limits, |_, _| ());
    rows.retain(|(row, _)| row.solvers > 0);
    let groups = [By::Length, By::Category, By::Solvers]
        .into_iter()
        .flat_map(|by| tested.groups(judge.queries, &rows, by))
        .map(|(_, group)| group)
        .collect();
    Gap { terms: tested.terms(&rows), groups, solvable: Share::of(&rows) }
}

impl Share {
    pub(super) fn of(rows: &[Judged]) -> Share {
        let missed: Vec<u32> = rows.iter().filter(|(_, missed)| *missed).map(|(row, _)| row.query).collect();
        let Rate { of, share, interval, .. } = Rate::new(missed.len() as u64, rows.len() as u64);
        Share { of, missed, share, interval }
    }
}

/// Log-odds, `z` and whether it is sure of a word that stands out among missed queries; `None` of one that does not. Counts
/// are of missed queries and of all: those that hold the word, and those of all words together. `words` were looked at.
pub(super) fn over_represented((missed, held): (f64, f64), all: (f64, f64), words: f64) -> Option<(f64, f64, bool)> {
    let (all_missed, all) = all;
    let weight = PRIOR * held / all;
    let odds = |count: f64, total: f64| (count + weight) / (total + PRIOR - count - weight);
    let (inside, outside) = (odds(missed, all_missed), odds(held - missed, all - all_missed));
    let log_odds = libm::log(inside / outside);
    let error = (1.0 / (missed + weight) + 1.0 / (held - missed + weight)).sqrt();
    let z = log_odds / error;
    let chance = libm::erfc(z / std::f64::consts::SQRT_2);
    (z > 0.0 && chance <= CHANCE).then_some((log_odds, z, chance * words <= CHANCE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Labels;
    use crate::query_aware::queries::Queries;
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
