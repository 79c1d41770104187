//! The test queries and the gap as something to walk through: filters that combine, how often which model is called on the
//! queries that pass, what the missed ones of them have in common, and these queries themselves, a page at a time, with
//! predictions, answers and votes.

use super::gap::{By, Rate, Share};
use super::judge::{Judge, Verdict};
use super::select::{Limits, Rule};
use super::tested::{Judged, Row, Tested};
use crate::data::answers::kept;
use serde::{Deserialize, Serialize};

/// Queries on a page.
pub const PAGE: u64 = 10;
/// Categories that are listed; a data set may have as many as queries.
pub const MOST_CATEGORIES: usize = 30;
/// Characters of a query's text that are shown.
const LONGEST_TEXT: usize = 1_000;
/// Characters of an answer or a category that are shown.
const LONGEST_ANSWER: usize = 200;
/// Characters of a word that is listed: it must be whole, for it is a filter.
const LONGEST_WORD: usize = 100;

/// Which queries are looked at. All conditions hold together; what is `None` or empty leaves all in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// [`Statement::key`] of a length band.
    pub length: Option<u32>,
    /// [`Statement::key`] of a category.
    pub category: Option<u32>,
    /// Number of models that solve the query.
    pub solvers: Option<u32>,
    /// Words that the query holds, each of them; in any case and any order.
    pub words: String,
}

/// Which of the queries that pass the filter are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Listed {
    /// The missed ones.
    #[default]
    Missed,
    /// All test queries, also those that no model solves.
    All,
}

/// What is asked of the explorer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sought {
    /// Which queries are looked at.
    pub filter: Filter,
    /// Which of them are listed.
    pub listed: Listed,
    /// The page of listed queries, from 0; past the end, the last one.
    pub page: u64,
}

/// What a policy does on the queries that pass a filter, and its gap among them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// How many queries pass, of those that some model solves, and how many of them are missed.
    pub passing: Count,
    /// By model how often it is called on the test queries that pass, those that no model solves included.
    pub calls: Vec<Calls>,
    /// By length, by category and by number of solvers. Each group is counted under all filters but its own, so that its
    /// count is what choosing it would show.
    pub groups: Vec<Statement>,
    /// Categories that are not listed: those with the fewest missed queries.
    pub more_categories: u64,
    /// Words that missed queries hold more often than other solvable ones, the surest first; counted under all filters
    /// but that for words.
    pub words: Vec<Word>,
    /// How many queries are listed, on all pages together.
    pub listed: u64,
    /// The page that is shown, from 0.
    pub page: u64,
    /// The listed queries of the page, in the data's order.
    pub queries: Vec<Opened>,
    /// The models' names.
    pub models: Vec<String>,
    /// Whether there are answers to vote on; if not, a query is missed where no called model is right.
    pub answers: bool,
}

/// How many queries of some are missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// Queries looked at.
    pub of: u64,
    /// Missed ones.
    pub missed: u64,
    /// Their share; `None` of none.
    pub share: Option<f64>,
    /// Wilson's 95 % interval of the share.
    pub interval: Option<(f64, f64)>,
}

/// How often a policy calls a model, and how often it does well to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Calls {
    /// The queries on which it calls the model, of all that are looked at.
    pub called: Rate,
    /// Those on which the model is right, of those on which it is called.
    pub right: Rate,
    /// Those on which the model is right, called or not, of those on which it has a score.
    pub solves: Rate,
}

/// A group of queries and how many of them are missed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// What its queries have in common.
    pub by: By,
    /// What the filter has to hold for this group.
    pub key: u32,
    /// What that is in words.
    pub name: String,
    /// How many are missed.
    pub count: Count,
}

/// A word and how many of the queries that hold it are missed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word, as the filter has to hold it.
    pub word: String,
    /// As [`super::gap::Term::log_odds`].
    pub log_odds: f64,
    /// The log-odds by their standard error.
    pub z: f64,
    /// Whether it stands out even though so many words were looked at (two-sided 5 %, Bonferroni).
    pub sure: bool,
    /// How many are missed.
    pub count: Count,
}

/// A listed query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// Its place in the data, from 0.
    pub query: u32,
    /// Its text.
    pub text: Excerpt,
    /// Its category.
    pub category: Option<Excerpt>,
    /// Models that solve it.
    pub solvers: u32,
    /// By model what it did.
    pub models: Vec<Played>,
    /// The winning answer; `None` where everybody abstained or there are no answers.
    pub vote: Option<Excerpt>,
    /// Whether it is right; where there are no answers, whether any called model is.
    pub right: bool,
}

/// A model on a query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Played {
    /// Calibrated probability that it is right.
    pub p: f64,
    /// From 1, in which place it was called; `None` where it was not.
    pub called: Option<u32>,
    /// Its normalised answer; `None` where there is none.
    pub answer: Option<Excerpt>,
    /// Whether it is right; `None` where it has no score.
    pub solved: Option<bool>,
    /// Whether it was called and voted for the winning answer.
    pub won: bool,
}

/// The beginning of a text that may be long.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The beginning.
    pub text: String,
    /// Characters that are left out behind it.
    pub left_out: u64,
}

impl Excerpt {
    /// The first `most` characters.
    pub fn of(text: &str, most: usize) -> Excerpt {
        let end = text.char_indices().nth(most).map_or(text.len(), |(end, _)| end);
        let (head, tail) = text.split_at(end);
        Excerpt { text: head.to_owned(), left_out: tail.chars().count() as u64 }
    }
}

impl From<&Share> for Count {
    fn from(share: &Share) -> Self {
        Count { of: share.of, missed: share.missed.len() as u64, share: share.share, interval: share.interval }
    }
}

/// A filter, with its words found among those of the queries.
struct Sieve<'a> {
    filter: &'a Filter,
    /// Places of the words; `None` where some word is in no query.
    words: Option<Vec<u32>>,
}

/// A condition that is left out.
#[derive(Clone, Copy, PartialEq)]
enum But {
    Nothing,
    Group(By),
    Words,
}

impl Sieve<'_> {
    fn passes(&self, tested: &Tested, row: &Row, but: But) -> bool {
        let holds = |wanted: Option<u32>, by: By, has: Option<u32>| {
            but == But::Group(by) || wanted.is_none_or(|key| Some(key) == has)
        };
        holds(self.filter.length, By::Length, tested.band(row.length))
            && holds(self.filter.category, By::Category, Some(row.category))
            && holds(self.filter.solvers, By::Solvers, Some(row.solvers))
            && (but == But::Words
                || self.filter.words.trim().is_empty()
                || self.words.as_ref().is_some_and(|words| row.holds(words)))
    }
}

/// What a rule does on the queries that pass a filter. `tested` is of the test part that `judge` judges.
pub fn explore(tested: &Tested, judge: &Judge, rule: &Rule, limits: Limits, sought: &Sought) -> View {
    let sieve = Sieve { filter: &sought.filter, words: tested.places(&sought.filter.words) };
    let mut tally = Tally::new(judge);
    let judged = tested.judged(judge, rule, limits, |row, verdict| {
        if sieve.passes(tested, row, But::Nothing) {
            tally.add(row, verdict);
        }
    });
    // Of what is missed, shares are of the queries that some model solves.
    let passing = |but: But| -> Vec<Judged> {
        let solvable = judged.iter().filter(|(row, _)| row.solvers > 0);
        solvable.filter(|(row, _)| sieve.passes(tested, row, but)).copied().collect()
    };
    let statements = |by: By| -> Vec<Statement> {
        let groups = tested.groups(judge.queries, &passing(But::Group(by)), by);
        let statement = |(key, group): (u32, super::gap::Group)| {
            let name = Excerpt::of(&group.name, LONGEST_ANSWER).shown();
            Statement { by, key, name, count: Count::from(&group.share) }
        };
        groups.into_iter().map(statement).collect()
    };
    let mut categories = statements(By::Category);
    // Most missed first; of equally many, in the order of the alphabet.
    crate::order::sort_by(&mut categories, |a, b| b.count.missed.cmp(&a.count.missed));
    let more_categories = categories.len().saturating_sub(MOST_CATEGORIES) as u64;
    categories.truncate(MOST_CATEGORIES);
    let mut groups = statements(By::Length);
    groups.extend(categories);
    groups.extend(statements(By::Solvers));
    let whole = |term: &super::gap::Term| term.term.chars().count() <= LONGEST_WORD;
    let terms = tested.terms(&passing(But::Words)).into_iter().filter(whole);
    let words = terms
        .map(|term| Word {
            count: Count::from(&term.share),
            word: term.term,
            log_odds: term.log_odds,
            z: term.z,
            sure: term.sure,
        })
        .collect();
    let is_listed = |(row, missed): &&Judged| match sought.listed {
        Listed::Missed => *missed && sieve.passes(tested, row, But::Nothing),
        Listed::All => sieve.passes(tested, row, But::Nothing),
    };
    let rows: Vec<&Row> = judged.iter().filter(is_listed).map(|(row, _)| *row).collect();
    let listed = rows.len() as u64;
    let page = sought.page.min(listed.div_ceil(PAGE).saturating_sub(1));
    let of_page = rows.iter().skip((page * PAGE) as usize).take(PAGE as usize);
    View {
        passing: Count::from(&Share::of(&passing(But::Nothing))),
        calls: tally.calls(),
        groups,
        more_categories,
        words,
        listed,
        page,
        queries: of_page.map(|row| opened(judge, rule, limits, row)).collect(),
        models: judge.queries.models.clone(),
        answers: judge.answers,
    }
}

/// Counts calls, query by query.
struct Tally<'a> {
    judge: &'a Judge<'a>,
    queries: u64,
    /// By model the queries on which it is called, those of them on which it is right, those with a score, and those of
    /// them on which it is right.
    models: Vec<[u64; 4]>,
}

impl<'a> Tally<'a> {
    fn new(judge: &'a Judge<'a>) -> Self {
        Tally { judge, queries: 0, models: vec![[0; 4]; judge.queries.models.len()] }
    }

    fn add(&mut self, row: &Row, verdict: &Verdict) {
        self.queries += 1;
        for (model, [called, right, scored, solves]) in self.models.iter_mut().enumerate() {
            let solved = self.judge.queries.solved(model, row.query as usize);
            let (is_called, is_right) = (verdict.chosen.contains(&model), solved == Some(true));
            *called += u64::from(is_called);
            *right += u64::from(is_called && is_right);
            *scored += u64::from(solved.is_some());
            *solves += u64::from(is_right);
        }
    }

    fn calls(&self) -> Vec<Calls> {
        let of_model = |[called, right, scored, solves]: &[u64; 4]| Calls {
            called: Rate::new(*called, self.queries),
            right: Rate::new(*right, *called),
            solves: Rate::new(*solves, *scored),
        };
        self.models.iter().map(of_model).collect()
    }
}

impl Excerpt {
    /// With an ellipsis where something is left out.
    pub fn shown(self) -> String {
        if self.left_out > 0 { self.text + "…" } else { self.text }
    }
}

fn opened(judge: &Judge, rule: &Rule, limits: Limits, row: &Row) -> Opened {
    let (queries, query) = (judge.queries, row.query as usize);
    let verdict = judge.verdict(rule, limits, query);
    let answer = |place: u32| {
        let (kept, more) = kept(queries.answers.get(place as usize)?);
        let excerpt = Excerpt::of(kept, LONGEST_ANSWER);
        Some(Excerpt { left_out: excerpt.left_out + more, ..excerpt })
    };
    let played = |model: usize| {
        let called = verdict.chosen.iter().position(|chosen| *chosen == model).map(|place| place as u32 + 1);
        let given = queries.answer(model, query);
        Played {
            p: judge.p(query).get(model).copied().unwrap_or_default(),
            called,
            answer: given.and_then(answer),
            solved: queries.solved(model, query),
            won: called.is_some() && given.is_some() && given == verdict.answer,
        }
    };
    let category = queries.category.as_ref().and_then(|category| category.get(query));
    Opened {
        query: row.query,
        text: Excerpt::of(queries.texts.get(query).map_or("", String::as_str), LONGEST_TEXT),
        category: category.map(|category| Excerpt::of(category, LONGEST_ANSWER)),
        solvers: row.solvers,
        models: (0..queries.models.len()).map(played).collect(),
        vote: verdict.answer.and_then(answer),
        right: judge.accepts(&verdict),
    }
}

#[cfg(test)]
mod tests;
