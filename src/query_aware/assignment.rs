//! Offline assignment: to each of the queries at hand at most one model, so that most right answers are expected within a
//! total budget. No policy that answers queries as they come can do this: it sees all of them before it calls anybody.
//!
//! With `p_{q,k}` the calibrated probability that model `k` is right on query `q`, and `c_k` its mean cost on train:
//!
//! ```text
//! max Σ_q p_{q,x_q}   subject to   Σ_q c_{x_q} ≤ B,   x_q ∈ {none, 1, …, K}
//! ```
//!
//! a knapsack with choices. In the linear relaxation only the options on the upper concave hull of a query's points
//! `(c_k, p_{q,k})` count, none at (0, 0) among them, and the steps along all hulls, best gain per dollar first, are an
//! optimal solution: the optimum as a function of `B` is concave and piecewise linear. Where `B` is spent exactly at the end
//! of a step the solution is whole, and so the best assignment there is. Anywhere else the relaxation is an upper bound, and
//! the steps that fit are an assignment that is below it, and below the best one, by less than the next step's gain.

use super::bootstrap::means;
use super::evaluate::{COLUMNS, PolicyFigures};
use super::judge::Judge;
use super::select::{Limits, Rule};
use serde::{Deserialize, Serialize};

/// Name of the policy.
pub const NAME: &str = "Offline assignment";
/// Points of a front, the first aside.
const POINTS: usize = 20;

/// The solutions for every budget.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Front {
    /// The queries by their numbers in the data.
    queries: Vec<usize>,
    /// Models that cost nothing, by query.
    start: Vec<Option<usize>>,
    /// Right answers expected of those.
    value: f64,
    /// What more money buys, best gain per dollar first.
    steps: Vec<Step>,
}

/// A query goes to a dearer and likelier model.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    /// Place of the query in [`Front::queries`].
    place: usize,
    /// The model it goes to.
    model: usize,
    /// Dollars more, above 0.
    cost: f64,
    /// Right answers more, above 0.
    gain: f64,
}

/// An assignment for a budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The model of each query, in the order of the queries.
    pub models: Vec<Option<usize>>,
    /// Dollars in all, by the models' mean costs on train; at most the budget.
    pub cost: f64,
    /// Right answers expected.
    pub expected: f64,
    /// The relaxation's optimum: no assignment within the budget has more to expect. Equal to `expected` where the budget
    /// is spent exactly.
    pub bound: f64,
}

/// A point of the front as it came out on test. The budget of each is spent exactly, by the costs that are planned with:
/// no other assignment has more right answers to expect within it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AssignmentPoint {
    /// Dollars a query that may be spent on average, by the models' mean costs on train.
    pub budget: f64,
    /// Share of right answers expected, by the calibrated probabilities.
    pub expected: f64,
    /// What was measured; a query without a model counts as wrong, and takes neither time nor money.
    pub figures: PolicyFigures,
}

impl Front {
    /// Of these queries, by the judge's probabilities and the models' mean costs on train. Models without a known cost
    /// are left out, and on each query those without a result.
    pub fn new(judge: &Judge, queries: &[usize]) -> Front {
        let option = |query: usize, model: usize| {
            let cost = judge.pool.cost.get(model).copied().filter(|cost| cost.is_finite())?;
            Some((cost, judge.p(query).get(model).copied()?, model))
        };
        let options = |query: &usize| judge.available(*query).into_iter().filter_map(|k| option(*query, k)).collect();
        Front { queries: queries.to_vec(), ..Front::of(queries.iter().map(options).collect()) }
    }

    /// By query its options: cost ≥ 0, probability in [0,1] and model.
    fn of(options: Vec<Vec<(f64, f64, usize)>>) -> Front {
        let mut front = Front::default();
        for (place, mut options) in options.into_iter().enumerate() {
            options.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
            // Nobody at (0, 0), or the likeliest of those who cost nothing.
            let (mut cost, mut value, mut free) = (0.0, 0.0, None);
            let mut hull: Vec<Step> = Vec::new();
            for (dollars, p, model) in options {
                if dollars <= 0.0 {
                    if p > value {
                        (value, free) = (p, Some(model));
                        front.value += p;
                    }
                    continue;
                }
                let (mut more, mut gain) = (dollars - cost, p - value);
                if gain <= 0.0 {
                    continue;
                }
                // A step that gives less for its money than what follows is passed over.
                while let Some(last) = hull.last().copied().filter(|last| last.per_dollar() <= gain / more) {
                    (more, gain) = (more + last.cost, gain + last.gain);
                    hull.pop();
                }
                hull.push(Step { place, model, cost: more, gain });
                (cost, value) = (dollars, p);
            }
            front.start.push(free);
            front.steps.extend(hull);
        }
        // The steps of one query fall already: a stable sort keeps their order.
        front.steps.sort_by(|a, b| b.per_dollar().total_cmp(&a.per_dollar()));
        front
    }

    /// The assignment for a total of so many dollars: all steps, best first, up to the first that does not fit.
    pub fn within(&self, budget: f64) -> Assignment {
        let mut found = Assignment { models: self.start.clone(), cost: 0.0, expected: self.value, bound: self.value };
        for step in &self.steps {
            if found.cost + step.cost > budget {
                let left = budget - found.cost;
                found.bound += if left > 0.0 { step.per_dollar() * left } else { 0.0 };
                break;
            }
            found.cost += step.cost;
            found.expected += step.gain;
            found.bound = found.expected;
            if let Some(model) = found.models.get_mut(step.place) {
                *model = Some(step.model);
            }
        }
        found
    }

    /// The least that buys everything worth buying.
    pub fn enough(&self) -> f64 {
        self.steps.iter().fold(0.0, |sum, step| sum + step.cost)
    }

    /// The assignment as a rule, where the data has so many queries.
    pub fn rule(&self, count: usize, assignment: Assignment) -> Rule {
        let mut by_query = vec![None; count];
        for (query, model) in self.queries.iter().zip(assignment.models) {
            if let Some(place) = by_query.get_mut(*query) {
                *place = model.and_then(|model| u32::try_from(model).ok());
            }
        }
        Rule::Assigned(by_query)
    }
}

impl Step {
    fn per_dollar(&self) -> f64 {
        self.gain / self.cost
    }
}

/// The front over the budget on these queries: at most 21 points, evenly spaced up to what buys everything worth buying.
pub fn front(judge: &Judge, queries: &[usize], seed: u64) -> Vec<AssignmentPoint> {
    let front = Front::new(judge, queries);
    let (enough, count) = (front.enough(), queries.len().max(1) as f64);
    let mut planned: Vec<Assignment> = Vec::new();
    for point in 0..=POINTS {
        let next = front.within(if point == POINTS { enough } else { enough * point as f64 / POINTS as f64 });
        if planned.last().is_none_or(|last| next.cost > last.cost) {
            planned.push(next);
        }
    }
    if front.steps.is_empty() {
        return Vec::new();
    }
    let limits = Limits { models: 1, threshold: 0.0 };
    let total = judge.queries.texts.len();
    let judged: Vec<_> =
        planned.iter().map(|plan| judge.play(&front.rule(total, plan.clone()), limits, queries)).collect();
    let columns: Vec<&[f64]> = judged.iter().flat_map(|judged| judged.columns()).collect();
    let all = means(&columns, seed);
    let (figures, _) = all.as_chunks::<COLUMNS>();
    let point = |(plan, means): (&Assignment, &[_; COLUMNS])| AssignmentPoint {
        budget: plan.cost / count,
        expected: plan.expected / count,
        figures: PolicyFigures::new(NAME.to_owned(), Vec::new(), means),
    };
    planned.iter().zip(figures).map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query_aware::queries::{ModelAnswers, Queries};
    use crate::query_aware::select::Pool;
    use proptest::prelude::*;

    /// The most right answers to expect within a budget, by trying every assignment.
    fn best(options: &[Vec<(f64, f64, usize)>], budget: f64) -> f64 {
        let Some((first, rest)) = options.split_first() else { return 0.0 };
        let with = |(cost, p, _): &(f64, f64, usize)| {
            // The sums of a front are made in another order.
            let left = budget - cost;
            if left >= -1e-12 { p + best(rest, left) } else { f64::NEG_INFINITY }
        };
        first.iter().map(with).fold(best(rest, budget), f64::max)
    }

    fn options() -> impl Strategy<Value = Vec<Vec<(f64, f64, usize)>>> {
        // Few different numbers, so that there are ties, and models that cost nothing.
        let prices = prop::collection::vec(prop::sample::select(vec![0.0, 0.25, 0.5, 0.7, 1.0, 2.0]), 3);
        let chances = prop::collection::vec(prop::sample::select(vec![0.0, 0.2, 0.4, 0.55, 0.6, 0.9, 1.0]), 3);
        (prices, prop::collection::vec(chances, 1..5)).prop_map(|(prices, chances)| {
            let query = |p: Vec<f64>| p.into_iter().enumerate().map(|(k, p)| (prices[k], p, k)).collect();
            chances.into_iter().map(query).collect()
        })
    }

    proptest! {
        #[test]
        fn the_best_assignment_is_between_what_is_found_and_the_bound(all in options(), budget in -0.1..9.0f64) {
            let front = Front::of(all.clone());
            let found = front.within(budget);
            let best = best(&all, budget.max(0.0));
            prop_assert!(found.expected <= best + 1e-9 && best <= found.bound + 1e-9, "{found:?} {best}");
            prop_assert!(found.cost <= budget.max(0.0));
            let next = front.steps.iter().map(|step| step.gain).fold(0.0, f64::max);
            prop_assert!(found.bound - found.expected <= next);
            // The models are what is said of them.
            let picked = |(options, model): (&Vec<(f64, f64, usize)>, &Option<usize>)| {
                model.map_or((0.0, 0.0), |model| (options[model].0, options[model].1))
            };
            let (cost, value) = all.iter().zip(&found.models).map(picked).fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
            prop_assert!((cost - found.cost).abs() < 1e-9 && (value - found.expected).abs() < 1e-9, "{found:?}");
        }

        #[test]
        fn ends_of_steps_are_optimal_and_the_front_is_concave(all in options()) {
            let front = Front::of(all.clone());
            let mut spent = 0.0;
            let mut last: Option<(f64, f64, f64)> = None;
            for step in std::iter::once(None).chain(front.steps.iter().map(Some)) {
                spent += step.map_or(0.0, |step| step.cost);
                let found = front.within(spent);
                prop_assert_eq!(found.cost, spent);
                prop_assert_eq!(found.expected, found.bound);
                prop_assert!((found.expected - best(&all, spent)).abs() < 1e-9);
                if let Some((cost, expected, slope)) = last {
                    let now = (found.expected - expected) / (found.cost - cost);
                    prop_assert!(found.expected > expected && now <= slope * (1.0 + 1e-9), "{now} after {slope}");
                    last = Some((found.cost, found.expected, now));
                } else {
                    last = Some((found.cost, found.expected, f64::INFINITY));
                }
            }
            prop_assert_eq!(front.within(front.enough()), front.within(f64::INFINITY));
        }
    }

    /// A model that is right on even queries and one that is right on all, at ten times its price.
    fn queries() -> Queries {
        let model = |right: fn(usize) -> bool, cost: f64| ModelAnswers {
            solved: (0..40).map(|query| Some(right(query))).collect(),
            answer: (0..40).map(|query| u32::from(right(query))).collect(),
            latency_ms: Some(vec![10.0; 40]),
            cost: Some(vec![cost; 40]),
        };
        Queries {
            models: vec!["cheap".into(), "dear".into()],
            texts: (0..40).map(|query| query.to_string()).collect(),
            results: vec![model(|query| query % 2 == 0, 0.1), model(|_| true, 1.0)],
            answers: vec!["wrong".into(), "right".into()],
            ..Queries::default()
        }
    }

    #[test]
    fn a_front_is_measured_on_its_queries() {
        let queries = queries();
        // As sure as can be of who is right.
        let p: Vec<f64> = (0..40).flat_map(|query| [if query % 2 == 0 { 0.9 } else { 0.1 }, 0.95]).collect();
        let half: Vec<usize> = (0..20).collect();
        let rest: Vec<usize> = (20..40).collect();
        let pool = Pool::new(&queries, &half, &half);
        let judge = Judge { queries: &queries, p: &p, pool: &pool, answers: true };
        let points = front(&judge, &rest, 1);
        let of = |figures: &PolicyFigures| (figures.accuracy.value.unwrap(), figures.cost.value.unwrap());
        assert_eq!((points[0].budget, points[0].expected, of(&points[0].figures)), (0.0, 0.0, (0.0, 0.0)));
        let last = points.last().unwrap();
        assert_eq!(of(&last.figures), (1.0, 1.0));
        assert!((last.expected - 0.95).abs() < 1e-12 && points.len() > 10);
        for pair in points.windows(2) {
            assert!(pair[0].budget < pair[1].budget && pair[0].expected < pair[1].expected);
        }
        // The cheap one where it is right, the dear one elsewhere: half of 0.1 and half of 1, all right.
        let front = Front::new(&judge, &rest);
        let found = front.within(11.0 + 1e-9);
        assert_eq!(found.models[..4], [Some(0), Some(1), Some(0), Some(1)]);
        let judged = judge.play(&front.rule(40, found), Limits { models: 1, threshold: 0.5 }, &rest);
        assert_eq!(judged.accuracy.iter().sum::<f64>(), 20.0);
        assert!((judged.cost.iter().sum::<f64>() - 11.0).abs() < 1e-9);
        // Nobody is called for nothing, and nobody without a price.
        let nobody = judge.play(&front.rule(40, front.within(0.0)), Limits { models: 1, threshold: 0.5 }, &rest);
        assert_eq!((nobody.called.iter().sum::<f64>(), nobody.accuracy.iter().sum::<f64>()), (0.0, 0.0));
        let unpriced = Pool { cost: vec![f64::INFINITY; 2], ..pool.clone() };
        assert!(super::front(&Judge { pool: &unpriced, ..judge }, &rest, 1).is_empty());
    }
}
