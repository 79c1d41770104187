//! The policies of an experiment: defaults filled in, labels, and what playing needs.

use super::unknown_model;
use crate::bandit::epsilon_greedy::Exploration;
use crate::bandit::relaxation::awc_solver;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Experiment, PolicyKind, RewardModel};
use crate::game::{Recipe, Seat};
use serde_json::Value;
use std::collections::BTreeMap;

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
        PolicyKind::C2mabVDirect(_) | PolicyKind::PrimalDual(_) => {
            return Err(Error::new(ErrorKind::NotYet, "WIP").at_field(format!("policies[{index}].kind")));
        }
        PolicyKind::Offline(_) | PolicyKind::Thompson(_) | PolicyKind::Random(_) | PolicyKind::Oracle(_) => {}
    }
    Ok(())
}

/// The person's label or one made from kind and parameters, made unique by a number.
pub(super) fn labels(experiment: &Experiment) -> Vec<String> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    (experiment.policies.iter())
        .map(|policy| {
            let label = policy.label.clone().unwrap_or_else(|| match &policy.kind {
                PolicyKind::C2mabV(parameters) => {
                    format!("C2MAB-V ({}, {})", parameters.alpha_mu, parameters.alpha_c)
                }
                PolicyKind::Cucb(_) => "CUCB".into(),
                PolicyKind::Thompson(_) => "Thompson".into(),
                PolicyKind::EpsilonGreedy(parameters) => match (parameters.schedule, parameters.epsilon) {
                    (Some(schedule), _) => format!("ε-greedy {}/t", schedule.c),
                    (None, epsilon) => format!("ε-greedy {}", epsilon.unwrap_or(0.1)),
                },
                PolicyKind::Fixed(fixed) => format!("Always {}", fixed.models.join(" + ")),
                PolicyKind::C2mabVDirect(parameters) => {
                    format!("C2MAB-V-Direct ({}, {})", parameters.alpha_mu, parameters.alpha_c)
                }
                PolicyKind::PrimalDual(_) => "Primal–dual".into(),
                PolicyKind::Offline(_) => "Offline".into(),
                PolicyKind::Random(_) => "Random".into(),
                PolicyKind::Oracle(_) => "Oracle".into(),
            });
            let count = seen.entry(label.clone()).or_insert(0);
            *count += 1;
            if *count == 1 { label } else { format!("{label} #{count}") }
        })
        .collect()
}

/// The policies of a filled-in experiment as playing needs them.
pub(super) fn seats(experiment: &Experiment, models: &[String]) -> Vec<Seat> {
    let default_delta = 1.0 / f64::from(experiment.run.rounds);
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    (experiment.policies.iter())
        .map(|policy| {
            let recipe = match &policy.kind {
                PolicyKind::C2mabV(p) => Recipe::C2mabV {
                    alpha_mu: p.alpha_mu,
                    alpha_c: p.alpha_c,
                    delta: p.delta.unwrap_or(default_delta),
                    solver: p.solver,
                },
                PolicyKind::Cucb(p) => Recipe::Cucb { alpha_mu: p.alpha_mu, delta: p.delta.unwrap_or(default_delta) },
                PolicyKind::Thompson(_) => Recipe::Thompson,
                PolicyKind::EpsilonGreedy(p) => Recipe::EpsilonGreedy(match p.schedule {
                    Some(schedule) => Exploration::Decaying(schedule.c),
                    None => Exploration::Constant(p.epsilon.unwrap_or(0.1)),
                }),
                PolicyKind::Fixed(p) => {
                    let place = |name: &String| models.iter().position(|model| model == name);
                    Recipe::Fixed(p.models.iter().filter_map(place).collect())
                }
                PolicyKind::Offline(p) => Recipe::Offline { samples: p.samples.unwrap_or(0) },
                PolicyKind::C2mabVDirect(_) | PolicyKind::PrimalDual(_) => Recipe::RandomSet,
                PolicyKind::Random(_) => Recipe::RandomSet,
                PolicyKind::Oracle(_) => Recipe::Oracle,
            };
            let identity = serde_json::to_value(&policy.kind).map(|value| canonical(&value)).unwrap_or_default();
            let count = seen.entry(identity.clone()).or_insert(0);
            *count += 1;
            Seat { recipe, identity, occurrence: *count - 1 }
        })
        .collect()
}

/// JSON without white space and with keys in order, whatever map serde_json was built with.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            let parts =
                sorted.into_iter().map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)));
            format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}
