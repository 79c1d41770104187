//! What a policy's selections are worth on given queries: the vote, the coverage, latency and cost.

use super::queries::{NONE, Queries};
use super::select::{Asked, Limits, Pool, Rule};
use super::vote::{Ballot, odds, vote};

/// The results, the probabilities and what is known of the models, under which every policy is judged alike.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// The results.
    pub queries: &'a Queries,
    /// Calibrated probabilities: `p_k` of query `q` at `q·K + k`.
    pub p: &'a [f64],
    /// What is known of the models before a query arrives.
    pub pool: &'a Pool,
    /// Whether there are answers to vote on; if not, only coverage can be known.
    pub answers: bool,
}

/// What came of one policy: one entry a query in every list, NaN where it cannot be known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judged {
    /// 1 where the vote is right, else 0. A vote is right if a model that gives the winning answer is right; the oracle is
    /// where any model is.
    pub accuracy: Vec<f64>,
    /// 1 where any called model is right, else 0.
    pub coverage: Vec<f64>,
    /// Models called.
    pub called: Vec<f64>,
    /// Milliseconds until the last model answered, all called at once. Of a cascade, which calls one after the other, the
    /// sum.
    pub latency_parallel_ms: Vec<f64>,
    /// Milliseconds of all called models, one after the other.
    pub latency_sequential_ms: Vec<f64>,
    /// Dollars of all called models.
    pub cost: Vec<f64>,
}

/// How a policy dealt with one query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdict {
    /// Called models by their numbers, in the order in which they were picked.
    pub chosen: Vec<usize>,
    /// The winning answer; `None` where everybody abstained or there are no answers.
    pub answer: Option<u32>,
    /// Whether it is right.
    pub right: bool,
    /// Whether any called model is right.
    pub covered: bool,
}

impl Judge<'_> {
    /// The models with a result for a query, ascending.
    pub fn available(&self, query: usize) -> Vec<usize> {
        let known = |model: &usize| self.queries.solved(*model, query).is_some();
        (0..self.queries.models.len()).filter(known).collect()
    }

    /// `p_k`, by model.
    pub fn p(&self, query: usize) -> &[f64] {
        let k = self.queries.models.len();
        self.p.get(query * k..(query + 1) * k).unwrap_or_default()
    }

    /// Whether any model is right.
    pub fn solvable(&self, query: usize) -> bool {
        (0..self.queries.models.len()).any(|model| self.right(model, query))
    }

    fn right(&self, model: usize, query: usize) -> bool {
        self.queries.solved(model, query) == Some(true)
    }

    fn ballot(&self, rule: &Rule, model: usize, query: usize) -> Ballot {
        let p = self.p(query).get(model).copied().unwrap_or_default();
        let blind = matches!(rule, Rule::All | Rule::Random(_) | Rule::Fixed(_));
        let known = |list: &[f64], otherwise| list.get(model).copied().unwrap_or(otherwise);
        Ballot {
            answer: self.queries.answer(model, query),
            weight: match rule {
                Rule::WeightedMaxConf => p,
                // So that the answer it stops at is the one it gives.
                Rule::Cascade(_) => libm::log(odds(p)),
                _ => 1.0,
            },
            standing: if blind { known(&self.pool.accuracy, 0.0) } else { p },
            latency_ms: known(&self.pool.latency_ms, f64::INFINITY),
        }
    }

    /// How a rule deals with a query.
    pub fn verdict(&self, rule: &Rule, limits: Limits, query: usize) -> Verdict {
        let mut verdict = Verdict::default();
        self.decide(rule, limits, query, &self.available(query), &mut verdict);
        verdict
    }

    /// Whether a query counts as answered: the vote is right, or where there are no answers, some called model is.
    pub fn accepts(&self, verdict: &Verdict) -> bool {
        if self.answers { verdict.right } else { verdict.covered }
    }

    fn decide(&self, rule: &Rule, limits: Limits, query: usize, available: &[usize], verdict: &mut Verdict) {
        let asked = Asked { query, available, p: self.p(query) };
        let ballot = |model: usize| self.ballot(rule, model, query);
        let right = |model: usize| self.right(model, query);
        self.pool.choose(rule, asked, limits, &ballot, &right, &mut verdict.chosen);
        let ballots: Vec<Ballot> = verdict.chosen.iter().map(|model| ballot(*model)).collect();
        verdict.answer = vote(&ballots);
        verdict.covered = verdict.chosen.iter().any(|model| right(*model));
        let voters = verdict.chosen.iter().zip(&ballots).filter(|(_, ballot)| ballot.answer == verdict.answer);
        verdict.right = match rule {
            // It needs no vote: a query counts where any model is right, also one whose answer is missing.
            Rule::Oracle => verdict.covered,
            _ => verdict.answer.is_some() && voters.into_iter().any(|(model, _)| right(*model)),
        };
    }

    /// How a rule does on these queries.
    pub fn play(&self, rule: &Rule, limits: Limits, queries: &[usize]) -> Judged {
        let mut judged = Judged::default();
        let mut verdict = Verdict::default();
        for &query in queries {
            self.decide(rule, limits, query, &self.available(query), &mut verdict);
            let share = |yes: bool| f64::from(u8::from(yes));
            judged.accuracy.push(if self.answers { share(verdict.right) } else { f64::NAN });
            judged.coverage.push(share(verdict.covered));
            judged.called.push(verdict.chosen.len() as f64);
            let (mut slowest, mut all, mut cost) = (0.0, 0.0, 0.0);
            for &model in &verdict.chosen {
                let latency = self.queries.latency_ms(model, query);
                // What is not known stays so: a comparison with NaN is false.
                slowest = if latency <= slowest { slowest } else { latency };
                all += latency;
                cost += self.queries.cost(model, query);
            }
            let one_by_one = matches!(rule, Rule::Cascade(_)) || f64::is_nan(all);
            judged.latency_parallel_ms.push(if one_by_one { all } else { slowest });
            judged.latency_sequential_ms.push(all);
            judged.cost.push(cost);
        }
        judged
    }

    /// The share of these queries that the vote of a fixed set gets right, or covers where there are no answers.
    pub fn worth(&self, set: &[usize], queries: &[usize]) -> f64 {
        let rule = Rule::Fixed(set.to_vec());
        let limits = Limits { models: set.len(), threshold: 0.0 };
        let mut verdict = Verdict::default();
        let good = |query: &&usize| {
            // Only the set's own models matter.
            let known = |model: &usize| self.queries.solved(*model, **query).is_some();
            let available: Vec<usize> = set.iter().copied().filter(known).collect();
            self.decide(&rule, limits, **query, &available, &mut verdict);
            self.accepts(&verdict)
        };
        queries.iter().filter(good).count() as f64 / queries.len().max(1) as f64
    }
}

impl Pool {
    /// What train and validation say of the models.
    pub fn new(queries: &Queries, train: &[usize], validation: &[usize]) -> Pool {
        let mean = |value: &dyn Fn(usize) -> f64, among: &[usize]| {
            let known: Vec<f64> = among.iter().map(|query| value(*query)).filter(|value| !value.is_nan()).collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
        };
        let each = |value: &dyn Fn(usize, usize) -> f64, among: &[usize], otherwise: f64| -> Vec<f64> {
            let of = |model| mean(&|query| value(model, query), among).unwrap_or(otherwise);
            (0..queries.models.len()).map(of).collect()
        };
        let solved = |model, query| queries.solved(model, query).map_or(f64::NAN, |solved| f64::from(u8::from(solved)));
        Pool {
            latency_ms: each(&|model, query| queries.latency_ms(model, query), train, f64::INFINITY),
            cost: each(&|model, query| queries.cost(model, query), train, f64::INFINITY),
            accuracy: each(&solved, validation, 0.0),
        }
    }
}

impl Queries {
    /// Label `L_{q,k}`: whether the model solves the query; `None` where there is no result.
    pub fn solved(&self, model: usize, query: usize) -> Option<bool> {
        self.results.get(model)?.solved.get(query).copied().flatten()
    }

    /// The model's normalised answer by its number.
    pub fn answer(&self, model: usize, query: usize) -> Option<u32> {
        self.results.get(model)?.answer.get(query).copied().filter(|answer| *answer != NONE)
    }

    /// Milliseconds of the model on the query; NaN where they are not known.
    pub fn latency_ms(&self, model: usize, query: usize) -> f64 {
        cell(self.results.get(model).and_then(|results| results.latency_ms.as_ref()), query)
    }

    /// Dollars of the model on the query; NaN where they are not known.
    pub fn cost(&self, model: usize, query: usize) -> f64 {
        cell(self.results.get(model).and_then(|results| results.cost.as_ref()), query)
    }
}

fn cell(column: Option<&Vec<f64>>, query: usize) -> f64 {
    column.and_then(|column| column.get(query)).copied().unwrap_or(f64::NAN)
}
