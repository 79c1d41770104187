//! The form that means a given experiment.

use super::{Changes, Form, Kind, Memory, PolicyForm, Queries};
use crate::world::{Files, Source, World};
use llm_selection::data::presets;
use llm_selection::experiment::{Environment, Experiment, Policy, PolicyKind};
use std::collections::BTreeSet;
use std::rc::Rc;

impl Form {
    /// The form that means this experiment, with the models there are; `None` where the page has no inputs for
    /// something in it. `now` is the form as it is, whose data may be what the experiment plays on.
    pub fn meaning(experiment: &Experiment, now: &Form, files: Option<&Files>) -> Option<(Form, World)> {
        let untitled = Experiment { title: String::new(), ..experiment.clone() };
        let as_now = Some((now.source.clone(), now.off.clone(), now.changes.clone()));
        [as_now, origin(&experiment.environment)].into_iter().flatten().find_map(|(source, off, changes)| {
            let world = World::new(&source, files).ok()?;
            let task = &experiment.task;
            let form = Form {
                source,
                off,
                queries: Queries::meaning(&experiment.environment, files),
                reward: task.reward,
                max_models: task.max_models?.to_string(),
                budget: task.budget.map_or_else(|| now.budget.clone(), |budget| budget.to_string()),
                unconstrained: task.budget.is_none(),
                policies: (1..).zip(&experiment.policies).map(|(id, policy)| PolicyForm::of(id, policy)).collect(),
                changes,
                rounds: experiment.run.rounds.to_string(),
                replicates: experiment.run.replicates.to_string(),
                seed: experiment.run.seed.to_string(),
                next_id: experiment.policies.len() as u32 + 1,
            };
            (form.experiment(&world, files).ok()? == untitled).then_some((form, world))
        })
    }
}

/// Where the models of an environment come from, as far as that is built in.
fn origin(environment: &Environment) -> Option<(Source, BTreeSet<String>, Changes)> {
    match environment {
        Environment::Synthetic(world) => {
            let mut changes = Changes::none();
            changes.cost_spread = world.cost_spread.to_string();
            Some((Source::Models(Rc::new(world.clone())), BTreeSet::new(), changes))
        }
        Environment::Preset(world) => {
            let all = presets::models(&world.id).ok()?.iter().map(|model| model.name.to_owned());
            let off = all.filter(|name| !world.models.is_empty() && !world.models.contains(name)).collect();
            let mut changes = Changes::none();
            changes.sampling = world.sampling;
            Some((Source::Preset(world.id.clone()), off, changes))
        }
        Environment::Replay(_) => None,
    }
}

impl PolicyForm {
    /// The inputs of a policy.
    fn of(id: u32, policy: &Policy) -> PolicyForm {
        let form =
            |kind| PolicyForm { label: policy.label.clone().unwrap_or_default(), ..PolicyForm::new(id, kind, "") };
        let optional = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let remembering = |mut form: PolicyForm, window: Option<u32>, discount: Option<f64>| {
            if let Some(window) = window {
                (form.memory, form.window) = (Memory::Window, window.to_string());
            } else if let Some(discount) = discount {
                (form.memory, form.discount) = (Memory::Discount, discount.to_string());
            }
            form
        };
        match &policy.kind {
            PolicyKind::C2mabV(p) => {
                let form = PolicyForm {
                    alpha_mu: p.alpha_mu.to_string(),
                    alpha_c: p.alpha_c.to_string(),
                    delta: optional(p.delta),
                    solver: p.solver,
                    ..form(Kind::C2mabV)
                };
                remembering(form, p.window, p.discount)
            }
            PolicyKind::C2mabVDirect(p) => {
                let form = PolicyForm {
                    alpha_mu: p.alpha_mu.to_string(),
                    alpha_c: p.alpha_c.to_string(),
                    delta: optional(p.delta),
                    ..form(Kind::C2mabVDirect)
                };
                remembering(form, p.window, p.discount)
            }
            PolicyKind::Cucb(p) => PolicyForm {
                alpha_mu: p.alpha_mu.to_string(),
                delta: optional(p.delta),
                cost_aware: p.cost_aware,
                ..form(Kind::Cucb)
            },
            PolicyKind::Thompson(p) => PolicyForm { cost_aware: p.cost_aware, ..form(Kind::Thompson) },
            PolicyKind::EpsilonGreedy(p) => {
                let mut form = PolicyForm { cost_aware: p.cost_aware, ..form(Kind::EpsilonGreedy) };
                if let Some(schedule) = p.schedule {
                    (form.schedule, form.c) = (true, schedule.c.to_string());
                } else if let Some(epsilon) = p.epsilon {
                    form.epsilon = epsilon.to_string();
                }
                form
            }
            PolicyKind::PrimalDual(p) => PolicyForm {
                alpha_mu: p.alpha_mu.to_string(),
                alpha_c: p.alpha_c.to_string(),
                delta: optional(p.delta),
                ..form(Kind::PrimalDual)
            },
            PolicyKind::Offline(p) => PolicyForm {
                samples: p.samples.map_or(String::new(), |samples| samples.to_string()),
                ..form(Kind::Offline)
            },
            PolicyKind::Fixed(p) => PolicyForm { models: p.models.clone(), ..form(Kind::Fixed) },
            PolicyKind::Random(_) => form(Kind::Random),
            PolicyKind::Oracle(_) => form(Kind::Oracle),
        }
    }
}
