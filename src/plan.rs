//! The checked form of an experiment: only a [`Plan`] runs.

use crate::bandit::epsilon_greedy::Exploration;
use crate::bandit::estimates::Logarithm;
use crate::bandit::policy::Setting;
use crate::bandit::relaxation::awc_solver;
use crate::data::{Dataset, FileIdentity, presets};
use crate::environment::{AnyWorld, Outcome, Replay, Synthetic};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{
    CostScale, Environment, Experiment, Feedback, FileReference, PolicyKind, RewardModel, Sampling, Task,
};
use crate::game::{Game, Recipe, Seat};
use crate::number::short;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An experiment that fits its data, with every default filled in, and the world it plays in.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The experiment with defaults filled in.
    pub experiment: Experiment,
    /// Names of the models that play, in the environment's order.
    pub models: Vec<String>,
    /// True mean reward `μ` by model (of `1{X ≥ θ}` under AWC).
    pub mean_reward: Vec<f64>,
    /// True mean cost `c` by model in the unit of the input; `None` where costs are unknown.
    pub mean_cost: Option<Vec<f64>>,
    /// The label of each policy, unique in the list.
    pub labels: Vec<String>,
    /// The data files in use.
    pub files: Vec<FileIdentity>,
    /// All that playing needs.
    pub game: Arc<Game>,
    /// Largest cost that can occur, in the unit of the input.
    largest_cost: f64,
    /// Queries left out because some model has no result for them, and queries in all.
    dropped: (usize, usize),
}

/// Budgets between which the budget matters, in the unit of the input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BudgetRange {
    /// Cost of the cheapest allowed set: below it no set fits.
    pub cheapest_feasible: f64,
    /// Cost of the dearest allowed set: from it on every set fits.
    pub never_binding: f64,
}

/// What an environment comes to: names, means, world.
struct Scene {
    models: Vec<String>,
    mean_reward: Vec<f64>,
    mean_cost: Option<Vec<f64>>,
    largest_cost: f64,
    cost_scale: f64,
    world: AnyWorld,
    dropped: (usize, usize),
}

impl Plan {
    /// Checks an experiment against its data: `Some` for a replay; other environments bring their own.
    ///
    /// # Errors
    /// Those of [`Experiment::check`], and: data absent or not the files named, models unknown or without a query in
    /// common, N above K, a budget where costs are unknown, a solver too slow for the size.
    pub fn new(experiment: &Experiment, data: Option<Arc<Dataset>>) -> Result<Plan> {
        experiment.check()?;
        let mut experiment = experiment.clone();
        let mut files = Vec::new();
        let scene = match &mut experiment.environment {
            Environment::Synthetic(world) => synthetic(world),
            Environment::Preset(preset) => {
                let data = presets::preset(&preset.id).map_err(|error| error.at_field("environment.id"))?;
                replay(&data, &preset.models, preset.sampling, preset.cost_scale, &experiment.task)?
            }
            Environment::Replay(spec) => {
                let data = data.ok_or_else(|| {
                    Error::new(ErrorKind::Missing, "the files it names to be given with it")
                        .at_field("environment.files")
                        .found("no data")
                })?;
                match_files(&mut spec.files, &data.files)?;
                files = data.files.clone();
                replay(&data, &spec.models, spec.sampling, spec.cost_scale, &experiment.task)?
            }
        };
        let n = fill_task(&mut experiment.task, scene.models.len(), scene.mean_cost.is_some())?;
        let task = &experiment.task;
        for (index, policy) in experiment.policies.iter_mut().enumerate() {
            fill_policy(&mut policy.kind, index, task.reward, &scene.models, n, experiment.run.rounds)?;
        }
        let setting = Setting {
            arms: scene.models.len(),
            n,
            budget: task.budget.map_or(f64::INFINITY, |budget| budget / scene.cost_scale),
            reward: task.reward,
            ordered: task.feedback == Some(Feedback::Cascade) || task.stop_on_failure,
            at_least_one: task.at_least_one,
            rounds: experiment.run.rounds,
        };
        let scaled = scene.mean_cost.as_ref().map(|costs| costs.iter().map(|cost| cost / scene.cost_scale).collect());
        let run = &experiment.run;
        let game = Game {
            seed: run.seed,
            replicates: run.replicates,
            regret_alpha: run.regret_alpha,
            stop_at_success: task.feedback == Some(Feedback::Cascade),
            stop_at_failure: task.stop_on_failure,
            mean_reward: scene.mean_reward.clone(),
            mean_cost: scaled.unwrap_or_else(|| vec![0.0; scene.models.len()]),
            cost_scale: scene.cost_scale,
            world: scene.world,
            policies: seats(&experiment, &scene.models),
            setting,
        };
        Ok(Plan {
            labels: labels(&experiment),
            game: Arc::new(game),
            models: scene.models,
            mean_reward: scene.mean_reward,
            mean_cost: scene.mean_cost,
            files,
            largest_cost: scene.largest_cost,
            dropped: scene.dropped,
            experiment,
        })
    }

    /// Between which budgets the budget matters; `None` where costs are unknown.
    pub fn budget_range(&self) -> Option<BudgetRange> {
        let mut costs = self.mean_cost.clone()?;
        costs.sort_by(f64::total_cmp);
        let n = self.game.setting.n;
        let fewest = if self.game.setting.reward == RewardModel::Awc { 1 } else { n };
        Some(BudgetRange {
            cheapest_feasible: costs.iter().take(fewest).sum(),
            never_binding: costs.iter().rev().take(n).sum(),
        })
    }

    /// What a person should know before trusting the numbers, in plain sentences.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let (dropped, queries) = self.dropped;
        if dropped > 0 {
            warnings.push(format!("{dropped} of {queries} queries are left out: some model has no result for them."));
        }
        if self.game.cost_scale < self.largest_cost {
            warnings.push(format!(
                "The cost scale {} is below the largest cost {}: the guarantees no longer hold.",
                short(self.game.cost_scale),
                short(self.largest_cost)
            ));
        }
        if let (Some(range), Some(budget)) = (self.budget_range(), self.experiment.task.budget)
            && budget < range.cheapest_feasible
        {
            warnings.push(format!(
                "No allowed set fits the budget {}: the cheapest costs {}. A policy that notices takes it all the same \
                 and counts the round as infeasible.",
                short(budget),
                short(range.cheapest_feasible)
            ));
        }
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
                _ => {}
            }
        }
        warnings
    }

    /// Models whose cost bound stays at 0 beyond their share of the rounds: `α_c²·L/(2c²) > T/K`.
    fn unlearnable(&self, label: &str, alpha_c: f64, delta: Option<f64>) -> Option<String> {
        let rounds = self.game.setting.rounds;
        let delta = delta.unwrap_or(1.0 / f64::from(rounds));
        let logarithm = Logarithm::new(self.models.len(), delta).at(rounds);
        let share = f64::from(rounds) / self.models.len() as f64;
        let costs = &self.game.mean_cost;
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

fn synthetic(world: &crate::experiment::Synthetic) -> Scene {
    let mean_reward: Vec<f64> = world.models.iter().map(|model| model.reward).collect();
    let mean_cost: Vec<f64> = world.models.iter().map(|model| model.cost).collect();
    let mut largest_cost = 0.0;
    for cost in &mean_cost {
        let most = cost * (1.0 + world.cost_spread);
        largest_cost = if most > largest_cost { most } else { largest_cost };
    }
    let cost_scale = scale(world.cost_scale, largest_cost);
    let scaled: Vec<f64> = mean_cost.iter().map(|cost| cost / cost_scale).collect();
    Scene {
        models: world.models.iter().map(|model| model.name.clone()).collect(),
        world: AnyWorld::Synthetic(Synthetic::new(&mean_reward, &scaled, world.cost_spread)),
        mean_reward,
        mean_cost: Some(mean_cost),
        largest_cost,
        cost_scale,
        dropped: (0, 0),
    }
}

fn replay(data: &Dataset, wanted: &[String], order: Sampling, cost_scale: CostScale, task: &Task) -> Result<Scene> {
    let names = || data.models.iter().map(|model| model.name.as_str());
    let mut playing = Vec::new();
    for (index, name) in wanted.iter().enumerate() {
        let model = data.models.iter().find(|model| model.name == *name);
        playing.push(model.ok_or_else(|| unknown_model(&format!("environment.models[{index}]"), name, names()))?);
    }
    if wanted.is_empty() {
        playing.extend(&data.models);
    }
    // Data order, whatever the order of the list.
    playing.sort_by_key(|model| names().position(|name| name == model.name));
    let arms = playing.len();
    let costs_known = playing.iter().all(|model| model.cost.is_some());
    let threshold = (task.reward == RewardModel::Awc).then_some(task.success_threshold);

    let cell = |column: &[f64], query: usize| column.get(query).copied().unwrap_or(f64::NAN);
    let complete: Vec<usize> = (0..data.queries)
        .filter(|&query| {
            playing.iter().all(|model| {
                let cost_there = !costs_known || model.cost.as_ref().is_some_and(|cost| !cell(cost, query).is_nan());
                !cell(&model.reward, query).is_nan() && cost_there
            })
        })
        .collect();
    if complete.is_empty() {
        return Err(Error::new(ErrorKind::NothingInCommon, "at least one query that every model has a result for")
            .at_field("environment.models")
            .found(format!("none among {} queries and {arms} models", data.queries)));
    }
    let mut largest_cost = 0.0;
    if costs_known {
        for model in &playing {
            for &query in &complete {
                let cost = model.cost.as_ref().map_or(0.0, |cost| cell(cost, query));
                largest_cost = if cost > largest_cost { cost } else { largest_cost };
            }
        }
    }
    let cost_scale = scale(cost_scale, largest_cost);
    let has_latency = playing.iter().any(|model| model.latency_ms.is_some());
    let mut cells = Vec::with_capacity(complete.len() * arms);
    let mut latency_ms = Vec::with_capacity(if has_latency { complete.len() * arms } else { 0 });
    let (mut mean_reward, mut mean_cost) = (vec![0.0; arms], vec![0.0; arms]);
    for &query in &complete {
        for (arm, model) in playing.iter().enumerate() {
            let score = cell(&model.reward, query);
            let reward = threshold.map_or(score, |threshold| if score >= threshold { 1.0 } else { 0.0 });
            let cost = if costs_known { model.cost.as_ref().map_or(0.0, |cost| cell(cost, query)) } else { 0.0 };
            mean_reward[arm] += reward;
            mean_cost[arm] += cost;
            cells.push(Outcome { reward, cost: cost / cost_scale });
            if has_latency {
                latency_ms.push(model.latency_ms.as_ref().map_or(f64::NAN, |latency| cell(latency, query)));
            }
        }
    }
    let rows = complete.len() as f64;
    mean_reward.iter_mut().chain(&mut mean_cost).for_each(|sum| *sum /= rows);
    let world = Replay::new(arms, cells, latency_ms, order)
        .ok_or_else(|| Error::new(ErrorKind::Empty, "at least one model and one query").at_field("environment"))?;
    Ok(Scene {
        models: playing.iter().map(|model| model.name.clone()).collect(),
        mean_reward,
        mean_cost: costs_known.then_some(mean_cost),
        largest_cost,
        cost_scale,
        world: AnyWorld::Replay(world),
        dropped: (data.queries - complete.len(), data.queries),
    })
}

fn scale(asked: CostScale, largest: f64) -> f64 {
    match asked {
        CostScale::Fixed(scale) => scale,
        CostScale::Max if largest > 0.0 => largest,
        CostScale::Max => 1.0,
    }
}

/// The files named must be the files given, and their hashes the ones named; fills in hashes not named.
fn match_files(named: &mut [FileReference], given: &[FileIdentity]) -> Result<()> {
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

fn fill_policy(
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
        PolicyKind::Thompson(_) | PolicyKind::Random(_) | PolicyKind::Oracle(_) => {}
    }
    Ok(())
}

fn unknown_model<'a>(field: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let known: Vec<&str> = known.take(12).collect();
    Error::new(ErrorKind::UnknownModel, format!("one of the models: {}", known.join(", "))).at_field(field).found(name)
}

/// The person's label or one made from kind and parameters, made unique by a number.
fn labels(experiment: &Experiment) -> Vec<String> {
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
fn seats(experiment: &Experiment, models: &[String]) -> Vec<Seat> {
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
