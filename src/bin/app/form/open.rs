//! The form that means a given experiment.

use super::{Changes, Form, Kind, Memory, PolicyForm, Queries, QueryAwareForm, Rest, Set};
use crate::world::{Files, Source, World};
use llm_selection::experiment::{Environment, Experiment, Policy, PolicyKind, Synthetic};
use std::collections::BTreeSet;
use std::rc::Rc;

impl Form {
    /// The form that means this experiment, with the models there are; `None` where the page has no inputs for
    /// something in it. `now` is the form as it is, whose data may be what the experiment plays on.
    pub fn meaning(experiment: &Experiment, now: &Form, files: Option<&Files>) -> Option<(Form, World)> {
        let mut candidates = vec![now.source.clone()];
        candidates.extend(match &experiment.environment {
            Environment::Synthetic(world) => {
                let bare = Synthetic { drift: Vec::new(), availability: Vec::new(), ..world.clone() };
                vec![Source::Illustration, Source::Models(Rc::new(bare))]
            }
            Environment::Preset(world) => vec![Source::Preset(world.id.clone())],
            Environment::Replay(_) => vec![Source::Files],
        });
        candidates.into_iter().find_map(|source| Form::on(source, experiment, now, files))
    }

    /// The form that means an experiment on this source.
    fn on(source: Source, experiment: &Experiment, now: &Form, files: Option<&Files>) -> Option<(Form, World)> {
        if source == Source::Files && files.is_none() {
            return None;
        }
        let world = World::new(&source, files).ok()?;
        let listed: Vec<&String> = match &experiment.environment {
            Environment::Synthetic(world) => world.models.iter().map(|model| &model.name).collect(),
            Environment::Preset(world) => world.models.iter().collect(),
            Environment::Replay(world) => world.models.iter().collect(),
        };
        let names = world.models.iter().map(|model| &model.name);
        let off: BTreeSet<String> =
            names.filter(|name| !listed.is_empty() && !listed.contains(name)).cloned().collect();
        let playing = (world.models.len() - off.len()) as u32;
        let task = &experiment.task;
        let form = Form {
            source,
            off,
            queries: Queries::meaning(&experiment.environment, files),
            reward: task.reward,
            max_models: task.max_models.unwrap_or(playing.min(4)).to_string(),
            budget: task.budget.map_or_else(|| now.budget.clone(), |budget| budget.to_string()),
            unconstrained: task.budget.is_none(),
            set: Set { max_models: true, budget: task.budget.is_some(), unconstrained: task.budget.is_none() },
            policies: (1..).zip(&experiment.policies).map(|(id, policy)| PolicyForm::of(id, policy)).collect(),
            changes: Changes::of(&experiment.environment),
            rounds: experiment.run.rounds.to_string(),
            replicates: experiment.run.replicates.to_string(),
            seed: experiment.run.seed.to_string(),
            success_threshold: task.success_threshold.to_string(),
            query_aware: QueryAwareForm::of(experiment.query_aware.as_ref()),
            rest: Rest::of(experiment),
            next_id: experiment.policies.len() as u32 + 1,
        };
        let meant = form.experiment(&world, files).ok()?;
        (meant == form.as_typed(experiment, playing, &world)).then_some((form, world))
    }

    /// An experiment as the form writes it: what may be said in two ways is said in the form's.
    fn as_typed(&self, experiment: &Experiment, playing: u32, world: &World) -> Experiment {
        let mut typed = experiment.clone();
        typed.task.max_models.get_or_insert(playing.min(4));
        for policy in &mut typed.policies {
            let label = policy.label.as_deref().map(str::trim).filter(|label| !label.is_empty());
            policy.label = label.map(str::to_owned);
        }
        let all: Vec<&str> = world.models.iter().map(|model| model.name.as_str()).collect();
        match &mut typed.environment {
            Environment::Synthetic(_) => {}
            Environment::Preset(world) if world.models == all => world.models.clear(),
            Environment::Replay(world) if world.models == all => world.models.clear(),
            _ => {}
        }
        typed
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
            PolicyKind::Fixed(p) => PolicyForm { models: p.models.clone(), chosen: true, ..form(Kind::Fixed) },
            PolicyKind::Random(_) => form(Kind::Random),
            PolicyKind::Oracle(_) => form(Kind::Oracle),
            PolicyKind::Contextual(p) => PolicyForm {
                alpha_mu: p.alpha_mu.to_string(),
                alpha_c: p.alpha_c.to_string(),
                delta: optional(p.delta),
                solver: p.solver,
                retrain: p.retrain.map_or(String::new(), |rounds| rounds.to_string()),
                ..form(Kind::Contextual)
            },
            PolicyKind::LinUcb(p) => {
                PolicyForm { alpha_mu: p.alpha_mu.to_string(), cost_aware: p.cost_aware, ..form(Kind::LinUcb) }
            }
        }
    }
}
