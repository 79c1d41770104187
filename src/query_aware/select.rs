//! Which models to call on a query, from the classifier's probabilities (SelectLLM, section 3.3), and the rivals beside it.

use super::vote::{Ballot, certainty};
use crate::bandit::best_set::{NODE_LIMIT, best_set};
use crate::experiment::RewardModel;
use crate::random::{below, hash};
use serde::{Deserialize, Serialize};

/// What is known of the `K` models before a query arrives; every list has one entry a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pool {
    /// Mean latency on train in milliseconds; infinite where the data has none.
    pub latency_ms: Vec<f64>,
    /// Mean cost of a call on train in dollars; infinite where the data has none, for unknown is not free.
    pub cost: Vec<f64>,
    /// Share of the validation queries that the model solves, in [0,1].
    pub accuracy: Vec<f64>,
}

/// How models are picked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Rule {
    /// Among the models predicted right (`p ≥ τ`) the `s` most confident; if there is none, the most confident one.
    LabelledMaxConf,
    /// The `s` most confident models, whatever `τ` says.
    MaxConf,
    /// As [`Rule::MaxConf`]; the vote of model `k` weighs `p_k`.
    WeightedMaxConf,
    /// Every model.
    All,
    /// `s` models drawn anew for each query; the seed makes the draw.
    Random(u64),
    /// The same models for every query, by their numbers.
    Fixed(Vec<usize>),
    /// At most `s` models whose expected vote is largest within the caps: the sum of `2p_k − 1`, the right votes expected
    /// less the wrong ones, over models that are more often right than wrong; if there is none, the most confident one
    /// that fits the caps, or the cheapest or fastest if none fits.
    Capped(Caps),
    /// From cheap to expensive (by cost on train, else by latency), one call after the other, until the leading answer
    /// has this probability ([`certainty`]) or `s` models were called. The leading answer is the vote's.
    Cascade(f64),
    /// At most one model a query, settled beforehand ([`Front`](super::assignment::Front)): by number of the query in the data.
    Assigned(Vec<Option<u32>>),
    /// A model that is right, the fastest of them; the fastest of all where none is. It sees the results, as no policy can.
    Oracle,
}

/// What a selection may cost at most by the means on train; infinite where there is no cap.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Caps {
    /// Dollars for all calls of a query together.
    pub cost: f64,
    /// Milliseconds of the slowest model, as all are called at once.
    pub latency_ms: f64,
}

/// A query as policies see it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Its number in the data.
    pub query: usize,
    /// The models that have a result for it, ascending.
    pub available: &'a [usize],
    /// `p_k`, by model.
    pub p: &'a [f64],
}

/// The size `s` and the threshold `τ` of a selection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// `s` ≥ 1.
    pub models: usize,
    /// `τ` in [0,1].
    pub threshold: f64,
}

impl Pool {
    /// Puts the models that `rule` calls into `chosen`, in the order in which they were picked. `ballot` is what a called
    /// model answers, and only a cascade asks it; `right` is who is right, and only the oracle asks it.
    pub fn choose(
        &self,
        rule: &Rule,
        asked: Asked,
        limits: Limits,
        ballot: &dyn Fn(usize) -> Ballot,
        right: &dyn Fn(usize) -> bool,
        chosen: &mut Vec<usize>,
    ) {
        chosen.clear();
        chosen.extend_from_slice(asked.available);
        let p = |model: usize| asked.p.get(model).copied().unwrap_or_default();
        match rule {
            Rule::All => {}
            Rule::Fixed(set) => chosen.retain(|model| set.contains(model)),
            Rule::Assigned(models) => {
                let assigned = models.get(asked.query).copied().flatten();
                chosen.retain(|model| assigned.is_some_and(|assigned| assigned as usize == *model));
            }
            Rule::MaxConf | Rule::WeightedMaxConf => {
                self.most_confident(p, chosen);
                chosen.truncate(limits.models);
            }
            Rule::LabelledMaxConf => {
                self.most_confident(p, chosen);
                let positive = chosen.iter().take_while(|model| p(**model) >= limits.threshold).count();
                chosen.truncate(positive.clamp(1, limits.models.max(1)));
            }
            Rule::Random(seed) => {
                // The first places of a shuffle.
                let key = hash(*seed, asked.query as u64);
                for place in 0..limits.models.min(chosen.len()) {
                    let rest = (chosen.len() - place) as u64;
                    chosen.swap(place, place + below(hash(key, place as u64), rest) as usize);
                }
                chosen.truncate(limits.models);
            }
            Rule::Capped(caps) => self.within(caps, p, limits.models, chosen),
            Rule::Cascade(sure) => {
                let known = chosen.iter().all(|model| at(&self.cost, *model).is_finite());
                let price = if known { &self.cost } else { &self.latency_ms };
                chosen.sort_by(|a, b| at(price, *a).total_cmp(&at(price, *b)));
                chosen.truncate(limits.models);
                let mut ballots = Vec::with_capacity(chosen.len());
                let enough = chosen.iter().position(|model| {
                    ballots.push(ballot(*model));
                    certainty(&ballots) >= *sure
                });
                chosen.truncate(enough.map_or(chosen.len(), |place| place + 1));
            }
            Rule::Oracle => {
                if chosen.iter().any(|model| right(*model)) {
                    chosen.retain(|model| right(*model));
                }
                chosen.sort_by(|a, b| at(&self.latency_ms, *a).total_cmp(&at(&self.latency_ms, *b)));
                chosen.truncate(1);
            }
        }
    }

    /// Sorts by falling `p`; ties: the lower latency on train, then the lower number.
    fn most_confident(&self, p: impl Fn(usize) -> f64, models: &mut [usize]) {
        models.sort_by(|a, b| {
            let latency = || at(&self.latency_ms, *a).total_cmp(&at(&self.latency_ms, *b));
            p(*b).total_cmp(&p(*a)).then_with(latency).then(a.cmp(b))
        });
    }

    fn within(&self, caps: &Caps, p: impl Fn(usize) -> f64, most: usize, chosen: &mut Vec<usize>) {
        let capped = caps.cost.is_finite();
        let fits = |model: usize| {
            (caps.latency_ms == f64::INFINITY || at(&self.latency_ms, model) <= caps.latency_ms)
                && (!capped || at(&self.cost, model) <= caps.cost)
        };
        if !chosen.iter().any(|model| fits(*model)) {
            let price = if capped { &self.cost } else { &self.latency_ms };
            chosen.sort_by(|a, b| at(price, *a).total_cmp(&at(price, *b)));
            chosen.truncate(1);
            return;
        }
        chosen.retain(|model| fits(*model));
        self.most_confident(&p, chosen);
        let hopeful = chosen.iter().take_while(|model| p(**model) > 0.5).count();
        chosen.truncate(hopeful.max(1));
        if !capped {
            chosen.truncate(most);
        } else if chosen.len() > 1 {
            // The best set under "any win" has the largest sum of −ln(1 − μ), which is to be the sum of 2p − 1.
            let means: Vec<f64> = chosen.iter().map(|model| -libm::expm1(1.0 - 2.0 * p(*model))).collect();
            let costs: Vec<f64> = chosen.iter().map(|model| at(&self.cost, *model)).collect();
            let found = best_set(RewardModel::Awc, &means, &costs, most, caps.cost, true, NODE_LIMIT);
            *chosen = found.set.iter().filter_map(|place| chosen.get(*place).copied()).collect();
        }
    }
}

/// An entry; infinite where there is none, as what is unknown.
fn at(list: &[f64], place: usize) -> f64 {
    list.get(place).copied().filter(|value| !value.is_nan()).unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pool() -> Pool {
        Pool { latency_ms: vec![10.0, 20.0, 5.0, 40.0], cost: vec![0.1, 0.2, 0.3, 0.05], accuracy: vec![0.5; 4] }
    }

    fn choose(rule: Rule, p: &[f64], models: usize, threshold: f64) -> Vec<usize> {
        let mut chosen = Vec::new();
        let asked = Asked { query: 3, available: &[0, 1, 2, 3], p };
        // Models 1 and 2 are right with the answer 7; the others each have an answer of their own.
        let right = |model: usize| model == 1 || model == 2;
        let ballot = |model: usize| {
            let answer = Some(if right(model) { 7 } else { model as u32 });
            Ballot { answer, weight: 1.0, standing: p[model], latency_ms: 1.0 }
        };
        pool().choose(&rule, asked, Limits { models, threshold }, &ballot, &right, &mut chosen);
        chosen
    }

    #[test]
    fn the_papers_rules() {
        let p = [0.6, 0.9, 0.6, 0.2];
        // Models 0 and 2 tie: 2 is faster.
        assert_eq!(choose(Rule::MaxConf, &p, 2, 0.5), [1, 2]);
        assert_eq!(choose(Rule::WeightedMaxConf, &p, 4, 0.5), [1, 2, 0, 3]);
        assert_eq!(choose(Rule::LabelledMaxConf, &p, 4, 0.5), [1, 2, 0]);
        assert_eq!(choose(Rule::LabelledMaxConf, &p, 4, 0.6), [1, 2, 0]);
        assert_eq!(choose(Rule::LabelledMaxConf, &p, 4, 0.95), [1]);
        assert_eq!(choose(Rule::LabelledMaxConf, &p, 2, 0.1), [1, 2]);
        assert_eq!(choose(Rule::All, &p, 2, 0.5), [0, 1, 2, 3]);
        assert_eq!(choose(Rule::Fixed(vec![3, 0]), &p, 1, 0.5), [0, 3]);
        assert_eq!(choose(Rule::Oracle, &p, 3, 0.5), [2]);
    }

    #[test]
    fn a_cascade_stops_when_it_is_sure() {
        // Order by cost: 3, 0, 1, 2. The first alone is sure enough, or the third and fourth agree.
        assert_eq!(choose(Rule::Cascade(0.9), &[0.5, 0.5, 0.5, 0.95], 4, 0.5), [3]);
        assert_eq!(choose(Rule::Cascade(0.9), &[0.1, 0.9, 0.9, 0.1], 4, 0.5), [3, 0, 1, 2]);
        assert_eq!(choose(Rule::Cascade(0.7), &[0.1, 0.9, 0.9, 0.1], 4, 0.5), [3, 0, 1]);
        assert_eq!(choose(Rule::Cascade(2.0), &[0.1, 0.9, 0.9, 0.1], 3, 0.5), [3, 0, 1]);
    }

    #[test]
    fn caps_hold() {
        let caps = |cost: f64, latency_ms: f64| Rule::Capped(Caps { cost, latency_ms });
        let p = [0.7, 0.9, 0.95, 0.2];
        // Dollars: 0.3 buys model 2 alone (0.9 expected) or models 0 and 1 (0.4 + 0.8).
        let mut found = choose(caps(0.3, f64::INFINITY), &p, 3, 0.5);
        found.sort_unstable();
        assert_eq!(found, [0, 1]);
        assert_eq!(choose(caps(0.3, f64::INFINITY), &p, 1, 0.5), [2]);
        assert_eq!(choose(caps(f64::INFINITY, 10.0), &p, 3, 0.5), [2, 0]);
        // Nobody is more often right than wrong: the most confident that fits.
        assert_eq!(choose(caps(0.1, f64::INFINITY), &[0.3, 0.9, 0.9, 0.4], 3, 0.5), [3]);
        // Nobody fits.
        assert_eq!(choose(caps(0.01, f64::INFINITY), &p, 3, 0.5), [3]);
        assert_eq!(choose(caps(f64::INFINITY, 1.0), &p, 3, 0.5), [2]);
    }

    proptest! {
        #[test]
        fn a_cap_is_met_as_well_as_any_set_can(
            p in prop::collection::vec(0.0..1.0f64, 6), cost in prop::collection::vec(0.01..1.0f64, 6),
            cap in 0.01..2.0f64, most in 1..5usize,
        ) {
            let pool = Pool { latency_ms: vec![1.0; 6], cost: cost.clone(), accuracy: vec![0.5; 6] };
            let mut chosen = Vec::new();
            let asked = Asked { query: 0, available: &[0, 1, 2, 3, 4, 5], p: &p };
            let nothing = |_: usize| Ballot { answer: None, weight: 0.0, standing: 0.0, latency_ms: 0.0 };
            let rule = Rule::Capped(Caps { cost: cap, latency_ms: f64::INFINITY });
            let limits = Limits { models: most, threshold: 0.5 };
            pool.choose(&rule, asked, limits, &nothing, &|_| false, &mut chosen);
            let value = |set: &mut dyn Iterator<Item = usize>| -> f64 { set.map(|k| 2.0 * p[k] - 1.0).sum() };
            let mut best: Option<f64> = None;
            for mask in 1u32..64 {
                let set = || (0..6usize).filter(|k| mask >> k & 1 == 1);
                let fits = set().map(|k| cost[k]).sum::<f64>() <= cap && set().count() <= most;
                if fits && best.is_none_or(|best| value(&mut set()) > best) {
                    best = Some(value(&mut set()));
                }
            }
            match best {
                Some(best) => {
                    prop_assert!(chosen.iter().map(|k| cost[*k]).sum::<f64>() <= cap + 1e-9 && chosen.len() <= most);
                    prop_assert!((value(&mut chosen.iter().copied()) - best).abs() < 1e-9);
                }
                None => prop_assert_eq!(chosen.len(), 1),
            }
        }

        #[test]
        fn every_model_is_drawn_as_often(seed in any::<u64>()) {
            let mut counts = [0u32; 5];
            let mut chosen = Vec::new();
            let nothing = |_: usize| Ballot { answer: None, weight: 0.0, standing: 0.0, latency_ms: 0.0 };
            for query in 0..2_000 {
                let asked = Asked { query, available: &[0, 1, 2, 3, 4], p: &[0.5; 5] };
                let limits = Limits { models: 2, threshold: 0.5 };
                Pool::default().choose(&Rule::Random(seed), asked, limits, &nothing, &|_| false, &mut chosen);
                prop_assert!(chosen.len() == 2 && chosen[0] != chosen[1]);
                chosen.iter().for_each(|model| counts[*model] += 1);
            }
            // Six standard errors of a share of 0.4 over 2,000 draws.
            prop_assert!(counts.iter().all(|count| count.abs_diff(800) < 132), "{counts:?}");
        }
    }
}
