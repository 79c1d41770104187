//! Plays the first policy of an experiment, a C2MAB-V on a replayed file, and prints every round as JSON: what the
//! independent re-derivation beside this file checks.
//!
//! The rounds are those of the engine's own loop ([`Run`]). What the loop does not keep, `z` and the coins of the
//! rounding, is found by handing the run's own bounds and stream, read from its written form, to the same parts.

use llm_selection::bandit::best_set::{NODE_LIMIT, best_set};
use llm_selection::bandit::policy::Observation;
use llm_selection::bandit::relaxation::Relaxation;
use llm_selection::bandit::rounding;
use llm_selection::data::{ImportOptions, InputFile, import};
use llm_selection::environment::{AnyWorld, World};
use llm_selection::experiment::{Experiment, Solver};
use llm_selection::game::Recipe;
use llm_selection::plan::Plan;
use llm_selection::random::{Stream, unit, world_key};
use llm_selection::simulation::{Run, Simulation, Unobserved};
use rand::{Rng, TryRng};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [experiment, file] = arguments.as_slice() else { return Err("usage: trace EXPERIMENT.json FILE.csv".into()) };
    let experiment = Experiment::from_json(&std::fs::read_to_string(experiment)?)?;
    let bytes = std::fs::read(file)?;
    let data = import(vec![InputFile::from_bytes(file, &bytes)], &ImportOptions::default(), &mut |_| true)?.dataset;
    let plan = Plan::new(&experiment, Some(Arc::new(data)))?;
    println!("{}", trace(&plan)?);
    Ok(())
}

fn trace(plan: &Plan) -> Result<Value, Box<dyn Error>> {
    let simulation = Simulation::new(plan.game.clone());
    let game = &simulation.game;
    let setting = &game.setting;
    let AnyWorld::Replay(replay) = &game.world else { return Err("the environment is not a replay".into()) };
    // Nothing changes during the run: one segment, one part of the rows.
    let world = replay.rows(0).ok_or("no rows")?;
    let segment = game.segments.first().ok_or("no segment")?;
    let optimum = simulation.optima().first().ok_or("no optimum")?;
    let Some(Recipe::C2mabV { solver, .. }) = game.policies.first().map(|seat| &seat.recipe) else {
        return Err("the first policy is not a C2MAB-V".into());
    };
    let mut relaxation = Relaxation::new(setting.reward, setting.arms, setting.n, *solver)?;
    let mut greedy = Relaxation::new(setting.reward, setting.arms, setting.n, Some(Solver::Greedy))?;
    let mut run = Run::new(&simulation, 0, 0).ok_or("no run")?;
    let mut rounds = Vec::new();
    for t in 1..=setting.rounds {
        let stream: Stream = part(&serde_json::to_value(&run)?, "/player/C2mabV/scheduler/cloud/stream")?;
        let choice = run.ask(&simulation).clone();
        let asked = serde_json::to_value(&run)?;
        let upper: Vec<f64> = part(&asked, "/player/C2mabV/optimism/upper")?;
        let lower: Vec<f64> = part(&asked, "/player/C2mabV/optimism/lower")?;
        let mut z = vec![0.0; setting.arms];
        relaxation.solve(&upper, &lower, setting.budget, &mut z);
        let mut z_greedy = vec![0.0; setting.arms];
        greedy.solve(&upper, &lower, setting.budget, &mut z_greedy);
        let mut coins = Coins { stream, tossed: Vec::new() };
        rounding::round(&mut z.clone(), &mut coins);
        let best =
            best_set(setting.reward, &upper, &lower, setting.n, setting.budget, setting.at_least_one, NODE_LIMIT);

        let now = world.begin(world_key(game.seed, 0), t);
        let mut observed: Vec<Observation> = Vec::new();
        let mut unobserved = Unobserved::default();
        for &arm in &choice.arms {
            let outcome = world.outcome(now, arm);
            if game.stop_at_success && observed.last().is_some_and(|seen| seen.reward >= 1.0) {
                unobserved.uncalled_cost += outcome.cost;
            } else {
                observed.push(Observation { arm, reward: outcome.reward, cost: outcome.cost });
            }
        }
        run.tell(&simulation, &observed, unobserved);
        let told = serde_json::to_value(&run)?;
        rounds.push(json!({
            "upper": upper, "lower": lower, "z": z, "z_greedy": z_greedy, "coins": coins.tossed, "set": choice.arms,
            "infeasible": choice.infeasible, "empty": choice.empty,
            "best_set": best.set, "best_reward": best.reward, "best_feasible": best.feasible,
            "observed": observed, "estimates": part::<Value>(&told, "/player/C2mabV/optimism/estimates")?,
            "totals": run.totals(),
        }));
    }
    Ok(json!({
        "mean_reward": segment.mean_reward, "mean_cost": segment.mean_cost, "cost_scale": game.cost_scale,
        "optimum": {"set": optimum.arms, "reward": optimum.reward, "relaxed_reward": optimum.relaxed_reward},
        "rounds": rounds,
    }))
}

/// A part of a run's written form.
fn part<T: DeserializeOwned>(written: &Value, pointer: &str) -> Result<T, Box<dyn Error>> {
    let found = written.pointer(pointer).ok_or_else(|| format!("a run has no part {pointer}"))?;
    Ok(serde_json::from_value(found.clone())?)
}

/// A stream that notes its draws, as numbers in [0,1).
struct Coins {
    stream: Stream,
    tossed: Vec<f64>,
}

impl TryRng for Coins {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.stream.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let draw = self.stream.next_u64();
        self.tossed.push(unit(draw));
        Ok(draw)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.stream.fill_bytes(bytes);
        Ok(())
    }
}
