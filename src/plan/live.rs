//! A plan whose rounds are played by real models.

use super::{Plan, Scene};
use crate::environment::AnyWorld;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Environment, Experiment, FileReference, Policy, PolicyKind, Replay, Run, Task};
use crate::game::Segment;

/// A model that is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveModel {
    /// Unique name.
    pub name: String,
    /// The most that one call can cost, in dollars, ≥ 0.
    pub worst: f64,
}

impl Plan {
    /// The checked form of a live run. Costs are scaled by the worst-case price of a call (the largest of `models`), and
    /// the true means are unknown: they are 0 here, and regret means nothing. Policies are told `width` numbers of each query.
    ///
    /// # Errors
    /// Those of [`Plan::new`], and a policy that would have to know what real models are like (oracle, offline).
    pub fn live(models: &[LiveModel], task: &Task, policy: &Policy, run: &Run, width: usize) -> Result<Plan> {
        if matches!(policy.kind, PolicyKind::Oracle(_) | PolicyKind::Offline(_)) {
            let expected = "a policy that learns as it goes: nobody knows beforehand how good real models are";
            return Err(Error::new(ErrorKind::OutOfRange, expected).at_field("policies[0].kind"));
        }
        // Names, task and policy are checked as anywhere; nothing of it is played.
        let environment = Environment::Replay(Replay {
            files: vec![FileReference { name: "answers".to_owned(), sha256: None }],
            models: models.iter().map(|model| model.name.clone()).collect(),
            ..Replay::default()
        });
        let experiment = Experiment {
            version: 1,
            title: String::new(),
            environment,
            task: task.clone(),
            policies: vec![policy.clone()],
            run: Run { replicates: 1, ..run.clone() },
            query_aware: None,
        };
        experiment.check()?;
        let worst = models.iter().fold(0.0, |most, model| if model.worst > most { model.worst } else { most });
        let zeros = vec![0.0; models.len()];
        let segment = Segment {
            from: 1,
            available: (0..models.len()).collect(),
            mean_reward: zeros.clone(),
            mean_cost: zeros.clone(),
            world: 0,
        };
        let scene = Scene {
            models: models.iter().map(|model| model.name.clone()).collect(),
            segments: vec![segment],
            mean_cost: Some(zeros),
            largest_cost: worst,
            // Where every call is free.
            cost_scale: if worst > 0.0 { worst } else { 1.0 },
            world: AnyWorld::Live { width },
            training: Vec::new(),
            samples: 0,
            notes: Vec::new(),
        };
        Plan::of(experiment, scene, Vec::new())
    }
}
