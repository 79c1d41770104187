//! The checked form of an experiment: only a [`Plan`] runs.

mod identity;
mod live;
mod policies;
mod queries;
mod scene;
mod with_texts;

use crate::bandit::estimates::Logarithm;
use crate::bandit::policy::Setting;
use crate::data::{Dataset, FileIdentity, presets};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Environment, Experiment, Feedback, FileReference, PolicyKind, RewardModel, Task};
use crate::game::{Game, Segment};
use crate::number::short;
use crate::order::sort_by;
pub use live::LiveModel;
pub use policies::policy_label;
use policies::{check_matrices, check_windows, fill_policy, labels, seats};
pub(crate) use queries::filtered;
pub use scene::{Asked, Reading, Scene};
use std::sync::Arc;
pub use with_texts::{Lesson, ReadTexts, WithTexts};

/// An experiment that fits its data, with every default filled in, and the world it plays in.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The experiment with defaults filled in.
    pub experiment: Experiment,
    /// Names of the models that play, in the environment's order.
    pub models: Vec<String>,
    /// True mean reward `μ` by model (of `1{X ≥ θ}` under AWC) in round 1.
    pub mean_reward: Vec<f64>,
    /// True mean cost `c` by model in round 1, in the unit of the input; `None` where costs are unknown.
    pub mean_cost: Option<Vec<f64>>,
    /// The label of each policy, unique in the list.
    pub labels: Vec<String>,
    /// The data files in use.
    pub files: Vec<FileIdentity>,
    /// All that playing needs.
    pub game: Arc<Game>,
    /// Largest cost that can occur, in the unit of the input.
    largest_cost: f64,
    /// What became of the data's queries, in plain sentences.
    notes: Vec<String>,
}

/// Budgets between which the budget matters, in the unit of the input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BudgetRange {
    /// Cost of the cheapest allowed set: below it no set fits.
    pub cheapest_feasible: f64,
    /// Cost of the dearest allowed set: from it on every set fits.
    pub never_binding: f64,
}

/// Results of models that an experiment can be played on, wherever their numbers lie.
pub trait Playable {
    /// The files they were read from.
    fn files(&self) -> &[FileIdentity];

    /// What a replay comes to on them.
    ///
    /// # Errors
    /// Models, categories or splits that the data has not, no query or no result left to play on, changes that do not fit
    /// it; queries that are to be read and cannot be; and whatever keeps data that lies elsewhere from being asked.
    fn scene(&self, wanted: &Asked) -> Result<Scene>;
}

impl Playable for Dataset {
    fn files(&self) -> &[FileIdentity] {
        &self.files
    }

    fn scene(&self, wanted: &Asked) -> Result<Scene> {
        scene::replay(self, wanted, None)
    }
}

impl Plan {
    /// Checks an experiment against its data: `Some` for a replay; other environments bring their own.
    ///
    /// # Errors
    /// Those of [`Experiment::check`], and: data absent or not the files named, models unknown or without a query in
    /// common, a filter that names what the data has not, N above K, a budget where costs are unknown, a solver too slow for the size, windows too large to keep.
    pub fn new(experiment: &Experiment, data: Option<Arc<Dataset>>) -> Result<Plan> {
        Plan::on(experiment, data.as_deref().map(|data| data as &dyn Playable))
    }

    /// Checks an experiment against data that may lie elsewhere: where its scene comes without rows, the world has none.
    ///
    /// # Errors
    /// Those of [`Plan::new`] and of [`Playable::scene`].
    pub fn on(experiment: &Experiment, data: Option<&dyn Playable>) -> Result<Plan> {
        if matches!(experiment.environment, Environment::Synthetic(_)) {
            return Plan::synthetic(experiment);
        }
        experiment.check()?;
        let mut experiment = experiment.clone();
        let mut files = Vec::new();
        let asked = Asked::of(&experiment);
        let scene = match &mut experiment.environment {
            Environment::Synthetic(world) => scene::synthetic(world, experiment.run.rounds)?,
            Environment::Preset(spec) => {
                let data = presets::preset(&spec.id).map_err(|error| error.at_field("environment.id"))?;
                data.scene(&asked)?
            }
            Environment::Replay(spec) => {
                let data = data.ok_or_else(|| {
                    Error::new(ErrorKind::Missing, "the files it names to be given with it")
                        .at_field("environment.files")
                        .found("no data")
                })?;
                match_files(&mut spec.files, data.files())?;
                files = data.files().to_vec();
                data.scene(&asked)?
            }
        };
        Plan::of(experiment, scene, files)
    }

    /// Checks an experiment on synthetic models, apart from all that reads data.
    ///
    /// # Errors
    /// Those of [`Plan::new`]; another environment, for want of its data.
    pub fn synthetic(experiment: &Experiment) -> Result<Plan> {
        experiment.check()?;
        match &experiment.environment {
            Environment::Synthetic(world) => {
                let scene = scene::synthetic(world, experiment.run.rounds)?;
                Plan::of(experiment.clone(), scene, Vec::new())
            }
            _ => Err(Error::new(ErrorKind::Missing, "synthetic models").at_field("environment").found("data")),
        }
    }

    /// Checks task and policies against what the environment comes to.
    fn of(mut experiment: Experiment, scene: Scene, files: Vec<FileIdentity>) -> Result<Plan> {
        let Experiment { task, policies, run, .. } = &mut experiment;
        for policy in policies.iter_mut() {
            if let PolicyKind::Offline(offline) = &mut policy.kind {
                offline.samples.get_or_insert(scene.samples);
            }
        }
        let arms = scene.models.len();
        let n = fill_task(task, arms, scene.mean_cost.is_some())?;
        for (index, policy) in policies.iter_mut().enumerate() {
            fill_policy(&mut policy.kind, index, task.reward, &scene.models, n, run.rounds)?;
        }
        check_windows(&experiment, n)?;
        check_matrices(&experiment, arms)?;
        let Experiment { task, run, .. } = &experiment;
        let setting = Setting {
            arms,
            n,
            available: (0..arms).collect(),
            situation: 0,
            budget: task.budget.map_or(f64::INFINITY, |budget| budget / scene.cost_scale),
            reward: task.reward,
            ordered: task.feedback == Some(Feedback::Cascade) || task.stop_on_failure,
            at_least_one: task.at_least_one,
            rounds: run.rounds,
        };
        let mean_reward = scene.segments.first().map(|segment| segment.mean_reward.clone()).unwrap_or_default();
        let game = Game {
            seed: run.seed,
            replicates: run.replicates,
            regret_alpha: run.regret_alpha,
            stop_at_success: task.feedback == Some(Feedback::Cascade),
            stop_at_failure: task.stop_on_failure,
            segments: scene.segments,
            cost_scale: scene.cost_scale,
            world: scene.world,
            training: scene.training,
            policies: seats(&experiment, &scene.models),
            setting,
        };
        Ok(Plan {
            labels: labels(&experiment),
            game: Arc::new(game),
            models: scene.models,
            mean_reward,
            mean_cost: scene.mean_cost,
            files,
            largest_cost: scene.largest_cost,
            notes: scene.notes,
            experiment,
        })
    }

    /// Between which budgets the budget matters; `None` where costs are unknown.
    pub fn budget_range(&self) -> Option<BudgetRange> {
        let mut costs = self.mean_cost.clone()?;
        sort_by(&mut costs, f64::total_cmp);
        let n = self.game.setting.n;
        let fewest = if self.game.setting.reward == RewardModel::Awc { 1 } else { n };
        Some(BudgetRange {
            cheapest_feasible: costs.iter().take(fewest).sum(),
            never_binding: costs.iter().rev().take(n).sum(),
        })
    }

    /// Cost of the cheapest allowed set in a segment, in the unit of the input.
    fn cheapest(&self, segment: &Segment) -> f64 {
        let of = |&arm: &usize| segment.mean_cost.get(arm).copied().unwrap_or(0.0);
        let mut costs: Vec<f64> = segment.available.iter().map(of).collect();
        sort_by(&mut costs, f64::total_cmp);
        let setting = &self.game.setting;
        let fewest = if setting.reward == RewardModel::Awc { 1 } else { setting.n };
        costs.iter().take(fewest).sum::<f64>() * self.game.cost_scale
    }

    /// What a person should know before trusting the numbers, in plain sentences.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self.notes.clone();
        if self.game.cost_scale < self.largest_cost {
            warnings.push(format!(
                "The cost scale {} is below the largest cost {}: the guarantees no longer hold.",
                short(self.game.cost_scale),
                short(self.largest_cost)
            ));
        }
        if let (Some(budget), true) = (self.experiment.task.budget, self.mean_cost.is_some()) {
            for segment in &self.game.segments {
                let cheapest = self.cheapest(segment);
                if budget < cheapest {
                    let when =
                        if segment.from == 1 { String::new() } else { format!(" from round {} on", segment.from) };
                    warnings.push(format!(
                        "No allowed set fits the budget {}{when}: the cheapest costs {}. A policy that notices takes it \
                         all the same and counts the round as infeasible.",
                        short(budget),
                        short(cheapest)
                    ));
                }
            }
        }
        warnings.extend(self.by_heart());
        for (policy, label) in self.experiment.policies.iter().zip(&self.labels) {
            match &policy.kind {
                PolicyKind::Fixed(fixed)
                    if self.game.setting.reward != RewardModel::Awc && fixed.models.len() != self.game.setting.n =>
                {
                    warnings.push(format!(
                        "{label} plays {} of the {} models per query that the task asks for: it is outside the sets \
                             that the others choose from.",
                        fixed.models.len(),
                        self.game.setting.n
                    ));
                }
                PolicyKind::Fixed(fixed)
                    if self.game.setting.reward == RewardModel::Awc && fixed.models.len() > self.game.setting.n =>
                {
                    warnings.push(format!(
                        "{label} plays more than the {} models per query that the task allows.",
                        self.game.setting.n
                    ))
                }
                PolicyKind::C2mabV(parameters) if self.experiment.task.budget.is_some() => {
                    warnings.extend(self.unlearnable(label, parameters.alpha_c, parameters.delta));
                }
                PolicyKind::C2mabVDirect(parameters) if self.experiment.task.budget.is_some() => {
                    warnings.extend(self.unlearnable(label, parameters.alpha_c, parameters.delta));
                }
                PolicyKind::Contextual(parameters) if self.experiment.task.budget.is_some() => {
                    warnings.extend(self.unlearnable(label, parameters.alpha_c, parameters.delta));
                }
                PolicyKind::PrimalDual(parameters) if self.experiment.task.budget.is_some() => {
                    warnings.extend(self.unlearnable(label, parameters.alpha_c, parameters.delta));
                }
                _ => {}
            }
        }
        warnings
    }

    /// Policies that learn from what they read, where they read the same again and again.
    fn by_heart(&self) -> Option<String> {
        let (rounds, rows) = (self.game.setting.rounds, self.game.world.rows() as u64);
        let learns = |kind: &PolicyKind| match kind {
            PolicyKind::LinUcb(_) => true,
            PolicyKind::Contextual(parameters) => parameters.retrain.is_some(),
            _ => false,
        };
        let policies = self.experiment.policies.iter().zip(&self.labels);
        let names: Vec<&str> =
            policies.filter(|(policy, _)| learns(&policy.kind)).map(|(_, label)| label.as_str()).collect();
        if names.is_empty() || u64::from(rounds) <= 2 * rows {
            return None;
        }
        let times = u64::from(rounds) / rows.max(1);
        Some(format!(
            "{}: {rounds} rounds meet each of {rows} queries about {times} times, so that what is learned from features is \
             partly these very queries, and new ones would go less well. Play no more rounds than there are queries to see \
             that.",
            names.join(", ")
        ))
    }

    /// Models whose cost bound stays at 0 beyond their share of the rounds: `α_c²·L/(2c²) > T/K`.
    fn unlearnable(&self, label: &str, alpha_c: f64, delta: Option<f64>) -> Option<String> {
        let rounds = self.game.setting.rounds;
        let delta = delta.unwrap_or(1.0 / f64::from(rounds));
        let logarithm = Logarithm::new(self.models.len(), delta).at(rounds);
        let share = f64::from(rounds) / self.models.len() as f64;
        let costs = self.game.segments.first().map_or(&[][..], |segment| &segment.mean_cost);
        let names: Vec<&str> = (self.models.iter().zip(costs))
            .filter(|(_, cost)| **cost > 0.0 && alpha_c * alpha_c * logarithm / (2.0 * *cost * *cost) > share)
            .map(|(name, _)| name.as_str())
            .collect();
        if names.is_empty() {
            return None;
        }
        let shown = names.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        let more = if names.len() > 5 { format!(" and {} more", names.len() - 5) } else { String::new() };
        Some(format!(
            "{label}: this budget cannot be learned within {} rounds for {shown}{more}: the cost is so small against \
             the largest one that its lower bound stays at 0. Play more rounds, lower α_c, or give a smaller cost scale.",
            rounds
        ))
    }
}

impl Asked {
    /// What an experiment asks of its data; nothing of interest where it has none.
    #[must_use]
    pub fn of(experiment: &Experiment) -> Asked {
        let Experiment { environment, task, policies, run, query_aware, .. } = experiment;
        let offline = policies.iter().enumerate().filter_map(|(place, policy)| match &policy.kind {
            PolicyKind::Offline(offline) => Some((place, offline.samples)),
            _ => None,
        });
        let offline: Vec<_> = offline.collect();
        let (drift, availability) = environment.changes();
        let (drift, availability) = (drift.to_vec(), availability.to_vec());
        let rest = Asked {
            threshold: (task.reward == RewardModel::Awc).then_some(task.success_threshold),
            rounds: if drift.is_empty() && availability.is_empty() { 1 } else { run.rounds },
            seed: if offline.is_empty() { 0 } else { run.seed },
            offline,
            drift,
            availability,
            reading: policies.iter().any(|policy| policy.kind.reads_query()).then(|| {
                let part = query_aware.clone().unwrap_or_default();
                Reading { split: part.split, columns: part.features.columns, threshold: task.success_threshold }
            }),
            ..Asked::default()
        };
        match environment {
            Environment::Synthetic(_) => rest,
            Environment::Preset(spec) => {
                Asked { models: spec.models.clone(), order: spec.sampling, cost_scale: spec.cost_scale, ..rest }
            }
            Environment::Replay(spec) => Asked {
                models: spec.models.clone(),
                missing: spec.missing,
                filter: spec.filter.clone(),
                order: spec.sampling,
                cost_scale: spec.cost_scale,
                ..rest
            },
        }
    }
}

/// The files named must be the files given, and their hashes the ones named; fills in hashes not named.
///
/// # Errors
/// `Missing` for a file that is not given, `HashMismatch` for another one of its name, `OutOfRange` for one not named.
pub fn match_files(named: &mut [FileReference], given: &[FileIdentity]) -> Result<()> {
    for (index, file) in named.iter_mut().enumerate() {
        let field = format!("environment.files[{index}]");
        let Some(found) = given.iter().find(|other| other.name == file.name) else {
            return Err(Error::new(ErrorKind::Missing, "this file to be given")
                .at_field(field)
                .found(format!("no file named {}", file.name)));
        };
        match &file.sha256 {
            Some(hash) if !hash.eq_ignore_ascii_case(&found.sha256) => {
                return Err(Error::new(ErrorKind::HashMismatch, format!("SHA-256 {hash}"))
                    .in_file(file.name.clone())
                    .at_field(format!("{field}.sha256"))
                    .found(&found.sha256));
            }
            _ => file.sha256 = Some(found.sha256.clone()),
        }
    }
    match given.iter().find(|file| named.iter().all(|other| other.name != file.name)) {
        Some(extra) => Err(Error::new(ErrorKind::OutOfRange, "only files that the experiment names")
            .in_file(extra.name.clone())
            .at_field("environment.files")
            .found(&extra.name)),
        None => Ok(()),
    }
}

/// Fills in the task's defaults and returns `n = min(N, K)`.
fn fill_task(task: &mut Task, arms: usize, costs_known: bool) -> Result<usize> {
    let most = task.max_models.unwrap_or(arms.min(4) as u32);
    if most as usize > arms {
        return Err(Error::new(ErrorKind::OutOfRange, format!("1 to {arms}, the number of models"))
            .at_field("task.max_models")
            .found(most));
    }
    if let (Some(budget), false) = (task.budget, costs_known) {
        return Err(Error::new(ErrorKind::OutOfRange, "null: the data has no cost for every model")
            .at_field("task.budget")
            .found(budget));
    }
    task.max_models = Some(most);
    let own = if task.reward == RewardModel::Awc { Feedback::Cascade } else { Feedback::Full };
    task.feedback.get_or_insert(own);
    Ok(most as usize)
}

fn unknown_model<'a>(field: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let known: Vec<&str> = known.take(12).collect();
    Error::new(ErrorKind::UnknownModel, format!("one of the models: {}", known.join(", "))).at_field(field).found(name)
}
