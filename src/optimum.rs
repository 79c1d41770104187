//! The best fixed sets under the true means: `S*`, the relaxed optimum, and on data the best set by joint rows.

use crate::bandit::best_set::{NODE_LIMIT, best_set};
use crate::bandit::relaxation::{Relaxation, TOLERANCE};
use crate::bandit::reward::{relaxed_reward, set_reward};
use crate::environment::AnyWorld;
use crate::experiment::RewardModel;
use crate::game::Game;
use crate::plan::Plan;
use crate::summary::{JointOptimum, OptimumReport};
use serde::{Deserialize, Serialize};

/// `S*` and what the regret is measured against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Optimum {
    /// Arms of `S*` in the order of calls: ascending true cost; ties: lower index.
    pub arms: Vec<usize>,
    /// `r(S*; μ)`.
    pub reward: f64,
    /// `Σ_{k∈S*} c_k`, scaled.
    pub cost: f64,
    /// Whether `S*` fits the budget; if not, the cheapest allowed set stands in.
    pub feasible: bool,
    /// Whether the search ran to its end.
    pub proven: bool,
    /// Optimum of the relaxed problem under the true means (by greedy where the exact one is too large; never below
    /// `reward`).
    pub relaxed_reward: f64,
}

impl Optimum {
    /// Finds `S*` by branch and bound.
    pub fn of(game: &Game) -> Optimum {
        let setting = &game.setting;
        let costs = &game.mean_cost;
        let found = best_set(
            setting.reward,
            &game.mean_reward,
            costs,
            setting.n,
            setting.budget,
            setting.at_least_one,
            NODE_LIMIT,
        );
        let mut arms = found.set;
        crate::bandit::policy::sort_by_key(&mut arms, costs);
        let reward = set_reward(setting.reward, &game.mean_reward, &arms);
        let mut z = vec![0.0; setting.arms];
        let relaxed = match Relaxation::new(setting.reward, setting.arms, setting.n, None) {
            Ok(mut relaxation) => {
                relaxation.solve(&game.mean_reward, costs, setting.budget, &mut z);
                relaxed_reward(setting.reward, &game.mean_reward, &z)
            }
            Err(_) => reward,
        };
        let relaxed_reward = if relaxed > reward { relaxed } else { reward };
        let (cost, feasible, proven) = (found.cost, found.feasible, found.proven);
        Optimum { arms, reward, cost, feasible, proven, relaxed_reward }
    }

    /// The report with the plan's names.
    pub fn report(&self, plan: &Plan, joint: Option<&Joint>) -> OptimumReport {
        OptimumReport {
            from: 1,
            set: names(plan, &self.arms),
            reward: self.reward,
            cost: plan.mean_cost.is_some().then_some(self.cost * plan.game.cost_scale),
            relaxed_reward: self.relaxed_reward,
            joint: joint.map(|(set, reward)| JointOptimum { set: names(plan, set), reward: *reward }),
        }
    }
}

fn names(plan: &Plan, arms: &[usize]) -> Vec<String> {
    let mut arms = arms.to_vec();
    arms.sort_unstable();
    arms.iter().filter_map(|&arm| plan.models.get(arm).cloned()).collect()
}

/// Most steps (sets visited × rows) that the search by joint rows may take: about a quarter of a second.
const JOINT_STEPS: u64 = 200_000_000;

/// Arms of a set and its mean realised reward over the rows.
pub type Joint = (Vec<usize>, f64);

/// The feasible set whose members together do best on the rows themselves; `None` without rows, past the search limit
/// or where no set fits. Under SUC rows add up, so the rows decide nothing that the means do not.
pub fn joint(game: &Game) -> Option<Joint> {
    let AnyWorld::Replay(replay) = &game.world else { return None };
    let setting = &game.setting;
    let rows = replay.rows();
    let sets = crate::bandit::relaxation::set_count(setting.arms, setting.n);
    if setting.reward != RewardModel::Suc && sets.saturating_mul(rows as u64) > JOINT_STEPS {
        return None;
    }
    let costs = &game.mean_cost;
    if setting.reward == RewardModel::Suc {
        let best = best_set(RewardModel::Suc, &game.mean_reward, costs, setting.n, setting.budget, false, NODE_LIMIT);
        return (best.feasible && best.proven).then_some((best.set, best.reward));
    }
    let columns: Vec<Vec<f64>> = (0..setting.arms)
        .map(|arm| (0..rows).map(|row| replay.row(row).get(arm).map_or(0.0, |cell| cell.reward)).collect())
        .collect();
    let mut search = JointSearch { game, costs, columns: &columns, set: Vec::new(), best: None };
    search.visit(0, 0.0, &vec![1.0; rows]);
    search.best
}

struct JointSearch<'a> {
    game: &'a Game,
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
        let allowed = if any_win { !self.set.is_empty() } else { self.set.len() == setting.n };
        if allowed {
            let mean = rest.iter().sum::<f64>() / rest.len() as f64;
            let reward = if any_win { 1.0 - mean } else { mean };
            if self.best.as_ref().is_none_or(|(_, best)| reward > *best) {
                self.best = Some((self.set.clone(), reward));
            }
        }
        if self.set.len() == setting.n {
            return;
        }
        for arm in first..setting.arms {
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
