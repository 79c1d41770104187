//! The best fixed sets under the true means: `S*`, the relaxed optimum, and on data the best set by joint rows.

use crate::bandit::best_set::{NODE_LIMIT, best_set};
use crate::bandit::policy::sort_by_key;
use crate::bandit::relaxation::{Relaxation, TOLERANCE};
use crate::bandit::reward::{relaxed_reward, set_reward};
use crate::environment::{AnyWorld, Rows};
use crate::experiment::{RewardModel, Solver};
use crate::game::{Game, Recipe, Segment};
use crate::order::sort_by;
use crate::plan::Plan;
use crate::summary::{JointOptimum, OptimumReport};
use serde::{Deserialize, Serialize};

/// `S*` in a situation, and what the regret is measured against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Optimum {
    /// Arms of `S*` in the order of calls: ascending true cost; ties: lower index. The best set seen, where the search
    /// did not run to its end.
    pub arms: Vec<usize>,
    /// `r(S; μ)` of these arms.
    pub reward: f64,
    /// `Σ_{k∈S} c_k` of these arms, scaled.
    pub cost: f64,
    /// Whether these arms fit the budget; if not, the cheapest allowed set stands in.
    pub feasible: bool,
    /// Whether the search ran to its end; if not, these arms are not known to be the best.
    pub proven: bool,
    /// Optimum of the relaxed problem under the true means (by greedy where the exact one is too large; never below
    /// `reward`).
    pub relaxed_reward: f64,
    /// What the regret is measured against: `r(S*; μ)`, or the relaxed optimum where `S*` is not proven.
    pub bar: f64,
    /// By policy, the objective that its solver of the relaxed problem reaches under the true means; `None` for those
    /// that solve none. A policy solves as much every round.
    pub solved: Vec<Option<f64>>,
}

impl Optimum {
    /// Finds `S*` under a segment's true means among the arms that are `there`, by branch and bound with at most so many
    /// `nodes`; says how many it took. Where nobody is there, nothing is to be had and nothing given up.
    pub fn of(game: &Game, segment: &Segment, there: &[usize], nodes: u64) -> (Optimum, u64) {
        let setting = &game.setting;
        if there.is_empty() {
            let (reward, cost, relaxed_reward, bar) = (0.0, 0.0, 0.0, 0.0);
            let (arms, solved) = (Vec::new(), vec![None; game.policies.len()]);
            return (Optimum { arms, reward, cost, feasible: true, proven: true, relaxed_reward, bar, solved }, 0);
        }
        let of = |values: &[f64]| there.iter().map(|&arm| values.get(arm).copied().unwrap_or(0.0)).collect::<Vec<_>>();
        let (means, costs) = (of(&segment.mean_reward), of(&segment.mean_cost));
        let n = setting.n.min(there.len());
        let found = best_set(setting.reward, &means, &costs, n, setting.budget, setting.at_least_one, nodes);
        let mut arms: Vec<usize> = found.set.iter().filter_map(|&place| there.get(place).copied()).collect();
        sort_by_key(&mut arms, &segment.mean_cost);
        let reward = set_reward(setting.reward, &segment.mean_reward, &arms);
        let solve = |asked: Option<Solver>| {
            let mut z = vec![0.0; there.len()];
            let mut relaxation = Relaxation::new(setting.reward, there.len(), n, asked).ok()?;
            relaxation.solve(&means, &costs, setting.budget, &mut z);
            Some(relaxed_reward(setting.reward, &means, &z))
        };
        let solved = (game.policies.iter())
            .map(|seat| if let Recipe::C2mabV { solver, .. } = seat.recipe { solve(solver) } else { None })
            .collect();
        let relaxed_reward = solve(None).filter(|relaxed| *relaxed > reward).unwrap_or(reward);
        let bar = if found.proven { reward } else { relaxed_reward };
        let (cost, feasible, proven) = (found.cost, found.feasible, found.proven);
        (Optimum { arms, reward, cost, feasible, proven, relaxed_reward, bar, solved }, found.nodes)
    }
}

/// What is reported of every segment's optimum, with the plan's names; `joint` has one entry a segment or none. Where
/// results are missing it is the optimum of rows that miss none, which the segments' `optima` stand first for.
pub fn reports(plan: &Plan, optima: &[Optimum], joint: &[Option<Joint>]) -> Vec<OptimumReport> {
    let joint = joint.iter().map(Option::as_ref).chain(std::iter::repeat(None));
    (plan.game.segments.iter().zip(optima).zip(joint))
        .map(|((segment, optimum), joint)| OptimumReport {
            from: segment.from,
            set: if optimum.proven { names(plan, &optimum.arms) } else { Vec::new() },
            reward: optimum.proven.then_some(optimum.reward),
            cost: (optimum.proven && plan.mean_cost.is_some()).then_some(optimum.cost * plan.game.cost_scale),
            relaxed_reward: optimum.relaxed_reward,
            joint: joint.map(|(set, reward)| JointOptimum { set: names(plan, set), reward: *reward }),
            solved: optimum.solved.clone(),
        })
        .collect()
}

fn names(plan: &Plan, arms: &[usize]) -> Vec<String> {
    let mut arms = arms.to_vec();
    sort_by(&mut arms, usize::cmp);
    arms.iter().filter_map(|&arm| plan.models.get(arm).cloned()).collect()
}

/// Most steps (sets visited × rows) that the search by joint rows may take: about a quarter of a second.
const JOINT_STEPS: u64 = 200_000_000;

/// Arms of a set and its mean realised reward over the rows.
pub type Joint = (Vec<usize>, f64);

/// By segment, the feasible set whose members together do best on the rows themselves; `None` without rows, past the
/// search limit, where models have changed since the rows were recorded, where rows miss results (no set can be played on
/// all of them), or where no set fits. Under SUC rows add up, so the rows decide nothing that the means do not.
pub fn joint(game: &Game) -> Vec<Option<Joint>> {
    let AnyWorld::Replay(replay) = &game.world else { return Vec::new() };
    // The limit is for all segments together.
    let limit = JOINT_STEPS / game.segments.len().max(1) as u64;
    game.segments.iter().map(|segment| joint_of(game, segment, replay.rows(segment.world)?, limit)).collect()
}

fn joint_of(game: &Game, segment: &Segment, rows: Rows, limit: u64) -> Option<Joint> {
    let setting = &game.setting;
    let there = &segment.available;
    let n = setting.n.min(there.len());
    let sets = crate::bandit::relaxation::set_count(there.len(), n);
    let count = rows.iter().count();
    if rows.is_changed()
        || !rows.presence().is_empty()
        || setting.reward != RewardModel::Suc && sets.saturating_mul(count as u64) > limit
    {
        return None;
    }
    let of = |values: &[f64]| there.iter().map(|&arm| values.get(arm).copied().unwrap_or(0.0)).collect::<Vec<_>>();
    let costs = of(&segment.mean_cost);
    let named = |set: Vec<usize>| set.into_iter().filter_map(|place| there.get(place).copied()).collect();
    if setting.reward == RewardModel::Suc {
        let means = of(&segment.mean_reward);
        let best = best_set(RewardModel::Suc, &means, &costs, n, setting.budget, false, NODE_LIMIT);
        return (best.feasible && best.proven).then_some((named(best.set), best.reward));
    }
    let columns: Vec<Vec<f64>> = (there.iter())
        .map(|&arm| rows.iter().map(|row| row.get(arm).map_or(0.0, |cell| cell.reward)).collect())
        .collect();
    let mut search = JointSearch { game, n, costs: &costs, columns: &columns, set: Vec::new(), best: None };
    search.visit(0, 0.0, &vec![1.0; count]);
    search.best.map(|(set, reward)| (named(set), reward))
}

struct JointSearch<'a> {
    game: &'a Game,
    n: usize,
    costs: &'a [f64],
    columns: &'a [Vec<f64>],
    set: Vec<usize>,
    best: Option<(Vec<usize>, f64)>,
}

impl JointSearch<'_> {
    /// Tries every set that extends the current one by arms from `first` on. `rest` is by row the product of `1 − X`
    /// (AWC) or of `X` (AIC) over the current set.
    fn visit(&mut self, first: usize, cost: f64, rest: &[f64]) {
        let setting = &self.game.setting;
        let any_win = setting.reward == RewardModel::Awc;
        let allowed = if any_win { !self.set.is_empty() } else { self.set.len() == self.n };
        if allowed {
            let mean = rest.iter().sum::<f64>() / rest.len() as f64;
            let reward = if any_win { 1.0 - mean } else { mean };
            if self.best.as_ref().is_none_or(|(_, best)| reward > *best) {
                self.best = Some((self.set.clone(), reward));
            }
        }
        if self.set.len() == self.n {
            return;
        }
        for arm in first..self.columns.len() {
            let cost = cost + self.costs[arm];
            if cost > setting.budget + TOLERANCE {
                continue;
            }
            let column = &self.columns[arm];
            let next: Vec<f64> =
                rest.iter().zip(column).map(|(rest, x)| rest * if any_win { 1.0 - x } else { *x }).collect();
            self.set.push(arm);
            self.visit(arm + 1, cost, &next);
            self.set.pop();
        }
    }
}
