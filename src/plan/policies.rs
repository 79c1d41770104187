//! The policies of an experiment: defaults filled in, labels, and what playing needs.

use super::identity::identity;
use super::unknown_model;
use crate::bandit::direct::ROUND_NODE_LIMIT;
use crate::bandit::epsilon_greedy::Exploration;
use crate::bandit::forgetting::Memory;
use crate::bandit::optimism::Confidence;
use crate::bandit::relaxation::awc_solver;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Experiment, Policy, PolicyKind, RewardModel};
use crate::game::{Recipe, Seat};
use crate::query_aware::context::SKETCH;
use std::collections::BTreeMap;

/// Most observations that windows may keep in all runs of an experiment together: about half a gigabyte.
const MOST_REMEMBERED: u64 = 20_000_000;
/// Most numbers in the matrices of all runs of an experiment together: half a gigabyte.
const MOST_CELLS: u64 = 64_000_000;

/// Fills in the defaults of the policy at `index`; `n` is the most models in a set.
pub(super) fn fill_policy(
    kind: &mut PolicyKind,
    index: usize,
    reward: RewardModel,
    models: &[String],
    n: usize,
    rounds: u32,
) -> Result<()> {
    let default_delta = 1.0 / f64::from(rounds);
    match kind {
        PolicyKind::C2mabV(parameters) => {
            parameters.delta.get_or_insert(default_delta);
            if reward == RewardModel::Awc {
                let solver = awc_solver(models.len(), n, parameters.solver);
                parameters.solver = Some(solver.map_err(|error| error.at_field(format!("policies[{index}].solver")))?);
            }
        }
        PolicyKind::Cucb(parameters) => {
            parameters.delta.get_or_insert(default_delta);
        }
        PolicyKind::EpsilonGreedy(parameters) => {
            if parameters.schedule.is_none() {
                parameters.epsilon.get_or_insert(0.1);
            }
        }
        PolicyKind::Fixed(fixed) => {
            for (place, name) in fixed.models.iter().enumerate() {
                if !models.contains(name) {
                    let field = format!("policies[{index}].models[{place}]");
                    return Err(unknown_model(&field, name, models.iter().map(String::as_str)));
                }
            }
        }
        PolicyKind::C2mabVDirect(parameters) => {
            parameters.delta.get_or_insert(default_delta);
        }
        PolicyKind::PrimalDual(parameters) => {
            parameters.delta.get_or_insert(default_delta);
        }
        PolicyKind::Contextual(parameters) => {
            parameters.delta.get_or_insert(default_delta);
            if reward == RewardModel::Awc {
                let solver = awc_solver(models.len(), n, parameters.solver);
                parameters.solver = Some(solver.map_err(|error| error.at_field(format!("policies[{index}].solver")))?);
            }
        }
        PolicyKind::Offline(_)
        | PolicyKind::Thompson(_)
        | PolicyKind::Random(_)
        | PolicyKind::Oracle(_)
        | PolicyKind::LinUcb(_) => {}
    }
    Ok(())
}

/// The person's labels or those made from kind and parameters, made unique by a number.
pub(super) fn labels(experiment: &Experiment) -> Vec<String> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    (experiment.policies.iter())
        .map(|policy| {
            let label = policy_label(policy);
            let count = seen.entry(label.clone()).or_insert(0);
            *count += 1;
            if *count == 1 { label } else { format!("{label} #{count}") }
        })
        .collect()
}

/// The person's label or one made from kind and parameters.
pub fn policy_label(policy: &Policy) -> String {
    policy.label.clone().unwrap_or_else(|| match &policy.kind {
        PolicyKind::C2mabV(p) => {
            let memory = memory_name(p.window, p.discount);
            format!("C2MAB-V ({}, {}){memory}", p.alpha_mu, p.alpha_c)
        }
        PolicyKind::Cucb(p) => format!("CUCB{}", awareness(p.cost_aware)),
        PolicyKind::Thompson(p) => format!("Thompson{}", awareness(p.cost_aware)),
        PolicyKind::EpsilonGreedy(p) => {
            let aware = awareness(p.cost_aware);
            match (p.schedule, p.epsilon) {
                (Some(schedule), _) => format!("ε-greedy {}/t{aware}", schedule.c),
                (None, epsilon) => format!("ε-greedy {}{aware}", epsilon.unwrap_or(0.1)),
            }
        }
        PolicyKind::Fixed(fixed) => format!("Always {}", fixed.models.join(" + ")),
        PolicyKind::C2mabVDirect(p) => {
            let memory = memory_name(p.window, p.discount);
            format!("C2MAB-V-Direct ({}, {}){memory}", p.alpha_mu, p.alpha_c)
        }
        PolicyKind::PrimalDual(_) => "Primal–dual".into(),
        PolicyKind::Offline(_) => "Offline".into(),
        PolicyKind::Random(_) => "Random".into(),
        PolicyKind::Oracle(_) => "Oracle".into(),
        PolicyKind::Contextual(p) => {
            let retrain = p.retrain.map_or(String::new(), |rounds| format!(", retrained every {rounds}"));
            format!("Contextual C2MAB-V ({}, {}){retrain}", p.alpha_mu, p.alpha_c)
        }
        PolicyKind::LinUcb(p) => format!("LinUCB {}{}", p.alpha_mu, awareness(p.cost_aware)),
    })
}

fn awareness(cost_aware: bool) -> &'static str {
    if cost_aware { ", cost-aware" } else { "" }
}

fn memory_name(window: Option<u32>, discount: Option<f64>) -> String {
    match memory(window, discount) {
        Memory::All => String::new(),
        Memory::Window(width) => format!(", window {width}"),
        Memory::Discount(gamma) => format!(", discount {gamma}"),
    }
}

fn memory(window: Option<u32>, discount: Option<f64>) -> Memory {
    match (window, discount) {
        (Some(width), _) => Memory::Window(width),
        (None, Some(gamma)) => Memory::Discount(gamma),
        (None, None) => Memory::All,
    }
}

/// Refuses windows that together would keep more than [`MOST_REMEMBERED`] observations.
pub(super) fn check_windows(experiment: &Experiment, n: usize) -> Result<()> {
    let run = &experiment.run;
    let mut most = 0u64;
    for (index, policy) in experiment.policies.iter().enumerate() {
        let window = match &policy.kind {
            PolicyKind::C2mabV(p) => p.window,
            PolicyKind::C2mabVDirect(p) => p.window,
            _ => None,
        };
        let Some(window) = window.filter(|window| *window < run.rounds) else { continue };
        most += u64::from(window) * n as u64 * u64::from(run.replicates);
        if most > MOST_REMEMBERED {
            let expected = format!("at most {MOST_REMEMBERED} observations in all windows and replicates together");
            let found = format!("{window} rounds of up to {n} calls in {} replicates: {most} so far", run.replicates);
            return Err(Error::new(ErrorKind::TooLarge, expected)
                .at_field(format!("policies[{index}].window"))
                .found(found));
        }
    }
    Ok(())
}

/// Refuses policies whose matrices over the features of queries would together hold more than [`MOST_CELLS`] numbers.
pub(super) fn check_matrices(experiment: &Experiment, arms: usize) -> Result<()> {
    let replicates = experiment.run.replicates;
    let mut cells = 0u64;
    for (index, policy) in experiment.policies.iter().enumerate() {
        match &policy.kind {
            PolicyKind::LinUcb(_) => {}
            PolicyKind::Contextual(p) if p.retrain.is_some() => {}
            _ => continue,
        }
        cells += (arms * (SKETCH + 1) * (SKETCH + 1)) as u64 * u64::from(replicates);
        if cells > MOST_CELLS {
            let expected = format!("at most {MOST_CELLS} numbers in the matrices of all replicates together");
            let found = format!("{arms} models in {replicates} replicates: {cells} so far");
            let field = format!("policies[{index}]");
            return Err(Error::new(ErrorKind::TooLarge, expected).at_field(field).found(found));
        }
    }
    Ok(())
}

/// The policies of a filled-in experiment as playing needs them.
pub(super) fn seats(experiment: &Experiment, models: &[String]) -> Vec<Seat> {
    let default_delta = 1.0 / f64::from(experiment.run.rounds);
    let budgeted = experiment.task.budget.is_some();
    let confidence = |alpha_mu, alpha_c, delta: Option<f64>, memory| Confidence {
        alpha_mu,
        alpha_c,
        delta: delta.unwrap_or(default_delta),
        memory,
    };
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    (experiment.policies.iter())
        .map(|policy| {
            let recipe = match &policy.kind {
                PolicyKind::C2mabV(p) => Recipe::C2mabV {
                    confidence: confidence(p.alpha_mu, p.alpha_c, p.delta, memory(p.window, p.discount)),
                    solver: p.solver,
                },
                PolicyKind::C2mabVDirect(p) => Recipe::Direct {
                    confidence: confidence(p.alpha_mu, p.alpha_c, p.delta, memory(p.window, p.discount)),
                    nodes: ROUND_NODE_LIMIT,
                },
                PolicyKind::PrimalDual(p) => {
                    Recipe::PrimalDual(confidence(p.alpha_mu, p.alpha_c, p.delta, Memory::All))
                }
                PolicyKind::Cucb(p) => Recipe::Cucb {
                    alpha_mu: p.alpha_mu,
                    delta: p.delta.unwrap_or(default_delta),
                    cost_aware: p.cost_aware && budgeted,
                },
                PolicyKind::Thompson(p) => Recipe::Thompson { cost_aware: p.cost_aware && budgeted },
                PolicyKind::EpsilonGreedy(p) => Recipe::EpsilonGreedy {
                    exploration: match p.schedule {
                        Some(schedule) => Exploration::Decaying(schedule.c),
                        None => Exploration::Constant(p.epsilon.unwrap_or(0.1)),
                    },
                    cost_aware: p.cost_aware && budgeted,
                },
                PolicyKind::Fixed(p) => {
                    let place = |name: &String| models.iter().position(|model| model == name);
                    Recipe::Fixed(p.models.iter().filter_map(place).collect())
                }
                PolicyKind::Offline(p) => Recipe::Offline { samples: p.samples.unwrap_or(0) },
                PolicyKind::Random(_) => Recipe::RandomSet,
                PolicyKind::Oracle(_) => Recipe::Oracle,
                PolicyKind::Contextual(p) => Recipe::Contextual {
                    confidence: confidence(p.alpha_mu, p.alpha_c, p.delta, Memory::All),
                    solver: p.solver,
                    retrain: p.retrain,
                },
                PolicyKind::LinUcb(p) => Recipe::LinUcb { alpha: p.alpha_mu, cost_aware: p.cost_aware && budgeted },
            };
            let identity = identity(&policy.kind);
            let count = seen.entry(identity.clone()).or_insert(0);
            *count += 1;
            Seat { recipe, identity, occurrence: *count - 1 }
        })
        .collect()
}
