//! From the engine's own parts to an [`Inspection`].

use super::{Arm, Basis, Came, Inspection, Learned, Prices, Relaxed, SoFar};
use crate::bandit::estimates::Estimates;
use crate::bandit::explained::{Exchange, Explained};
use crate::bandit::policy::Player;
use crate::bandit::reward::{relaxed_reward, set_reward};
use crate::game::{Game, Recipe};
use crate::simulation::{Run, Scratch, Simulation, came_of};

/// The round that comes next for `before`; `None` in a world that nobody can play.
pub(super) fn describe(simulation: &Simulation, policy: u32, replicate: u32, before: &Run) -> Option<Inspection> {
    let game = &*simulation.game;
    let scale = game.cost_scale;
    let (met, row) = before.met(simulation);
    let (setting, optimum, segment) = (met.setting(simulation)?, met.optimum(simulation)?, met.segment(simulation)?);
    let mut chosen = met.clone();
    chosen.ask(simulation);
    let mut scratch = Scratch::default();
    let mut after = before.clone();
    after.replay(simulation, before.round().checked_add(1)?, &mut scratch);
    if after.round() != before.round() + 1 {
        return None;
    }
    let explained = met.player().explain(chosen.player(), setting, after.round());
    let choice = chosen.choice();
    let observed = &scratch.observed;
    let (paid, realised) = came_of(setting.reward, observed, observed.len() == choice.arms.len());
    let expected = set_reward(setting.reward, &segment.mean_reward, &choice.arms);
    let arms = (0..setting.arms)
        .map(|arm| Arm {
            there: setting.available.binary_search(&arm).is_ok(),
            true_reward: at(&segment.mean_reward, arm).unwrap_or(0.0),
            true_cost: at(&segment.mean_cost, arm).unwrap_or(0.0) * scale,
            before: met.player().seen().map(|seen| learned(seen, arm, scale)),
            after: after.player().seen().map(|seen| learned(seen, arm, scale)),
            radius: at(&explained.radius, arm).filter(|radius| radius.is_finite()),
            predicted: at(&explained.predicted, arm),
            upper: at(&explained.upper, arm),
            lower: at(&explained.lower, arm).map(|cost| cost * scale),
            by_reward: at(&explained.rewards, arm),
            by_cost: at(&explained.costs, arm).map(|cost| cost * scale),
            z: explained.relaxed.as_ref().and_then(|relaxed| at(&relaxed.z, arm)),
            weight: (explained.relaxed.as_ref().and_then(|relaxed| relaxed.program.as_ref()))
                .and_then(|program| at(&program.weights, arm)),
            place: choice.arms.iter().position(|chosen| *chosen == arm).map(|place| place as u32 + 1),
            outcome: (observed.iter().find(|seen| seen.arm == arm))
                .map(|seen| Came { reward: seen.reward, cost: seen.cost * scale }),
        })
        .collect();
    let rounds = f64::from(after.round());
    let totals = after.totals();
    let over = totals.paid / rounds - setting.budget;
    Some(Inspection {
        policy,
        replicate,
        round: after.round(),
        rounds: setting.rounds,
        reward: setting.reward,
        n: setting.n as u32,
        budget: setting.budget.is_finite().then_some(setting.budget * scale),
        cost_scale: scale,
        row: row.map(|row| row as u32),
        arms,
        basis: basis(game, policy, &explained, after.player()),
        way: explained.way,
        relaxed: relaxed(&explained, setting.reward, scale),
        infeasible: choice.infeasible,
        empty: choice.empty,
        unproven: choice.unproven,
        calls: observed.iter().map(|seen| seen.arm as u32).collect(),
        paid: paid * scale,
        realised,
        expected,
        best: optimum.bar,
        best_is_relaxed: !optimum.proven,
        best_set: optimum.arms.iter().map(|arm| *arm as u32).collect(),
        regret_alpha: game.regret_alpha,
        regret: game.regret_alpha * optimum.bar - expected,
        so_far: SoFar {
            regret: totals.regret,
            reward: totals.reward / rounds,
            cost: totals.paid / rounds * scale,
            violation: setting.budget.is_finite().then_some(if over > 0.0 { over * scale } else { 0.0 }),
        },
    })
}

fn at(values: &[f64], arm: usize) -> Option<f64> {
    values.get(arm).copied()
}

fn learned(estimates: &Estimates, arm: usize, scale: f64) -> Learned {
    Learned {
        seen: estimates.counts.get(arm).copied().unwrap_or(0),
        weight: estimates.weight(arm),
        reward: at(&estimates.mean_reward, arm).unwrap_or(0.0),
        cost: at(&estimates.mean_cost, arm).unwrap_or(0.0) * scale,
    }
}

fn basis(game: &Game, policy: u32, explained: &Explained, after: &Player) -> Basis {
    let delta = game.policies.get(policy as usize).and_then(|seat| match seat.recipe {
        Recipe::C2mabV { confidence, .. }
        | Recipe::Direct { confidence, .. }
        | Recipe::PrimalDual(confidence)
        | Recipe::Contextual { confidence, .. } => Some(confidence.delta),
        Recipe::Cucb { delta, .. } => Some(delta),
        _ => None,
    });
    let next = if let Player::PrimalDual(after) = after { Some(after.price()) } else { None };
    Basis {
        reward_by: explained.reward_by,
        cost_by: explained.cost_by,
        alpha_mu: explained.alpha_mu,
        alpha_c: explained.alpha_c,
        delta,
        logarithm: explained.logarithm,
        time: explained.time,
        price: explained.price.zip(next).map(|(now, next)| (now / game.cost_scale, next / game.cost_scale)),
        exploration: explained.exploration,
    }
}

fn relaxed(explained: &Explained, reward: crate::experiment::RewardModel, scale: f64) -> Option<Relaxed> {
    let relaxed = explained.relaxed.as_ref()?;
    let spent: f64 = relaxed.z.iter().zip(&explained.costs).map(|(z, cost)| z * cost).sum();
    Some(Relaxed {
        solved: relaxed.solved,
        objective: relaxed_reward(reward, &explained.rewards, &relaxed.z),
        places: relaxed.z.iter().sum(),
        cost: spent * scale,
        program: relaxed.program.as_ref().map(|program| Prices {
            price: program.price / scale,
            level: program.level.is_finite().then_some(program.level),
            exchange: program.exchange.map(|exchange| Exchange { cost: exchange.cost * scale, ..exchange }),
        }),
        coins: relaxed.coins.clone(),
    })
}
