//! What an environment comes to: names, means by segment of rounds, world.

use super::unknown_model;
use crate::data::{Dataset, ModelResults};
use crate::environment::{AnyWorld, Change, Outcome, Part, Replay, Synthetic};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{self, Away, CostScale, Drift, Policy, PolicyKind, RewardModel, Sampling, Task};
use crate::game::Segment;
use crate::order::sort_by;
use crate::random::{hash, permuted, world_key};
use std::collections::BTreeSet;
use std::ops::Range;

/// Rows that an offline policy learns from unless told otherwise.
const SAMPLES: u32 = 200;

/// What an environment comes to.
pub(super) struct Scene {
    pub models: Vec<String>,
    /// By segment; costs are scaled.
    pub segments: Vec<Segment>,
    /// In the unit of the input, before any change; `None` where unknown.
    pub mean_cost: Option<Vec<f64>>,
    pub largest_cost: f64,
    pub cost_scale: f64,
    pub world: AnyWorld,
    /// Rows held out for offline policies, row-major.
    pub training: Vec<Outcome>,
    /// Queries left out because some model has no result for them, and queries in all.
    pub dropped: (usize, usize),
}

/// Means of a state of the world, costs in the unit of the input.
#[derive(Clone)]
struct Means {
    reward: Vec<f64>,
    cost: Vec<f64>,
}

/// A world of synthetic models.
pub(super) fn synthetic(world: &experiment::Synthetic, policies: &mut [Policy], rounds: u32) -> Result<Scene> {
    let models: Vec<String> = world.models.iter().map(|model| model.name.clone()).collect();
    for (_, offline) in offline(policies) {
        offline.samples.get_or_insert(SAMPLES);
    }
    let first = Means {
        reward: world.models.iter().map(|model| model.reward).collect(),
        cost: world.models.iter().map(|model| model.cost).collect(),
    };
    let states = drifted(&models, &world.drift, true, |state| match state {
        0 => Some(first.clone()),
        _ => None,
    })?;
    let most = 1.0 + world.cost_spread;
    let largest_cost = largest(states.iter().flat_map(|means| &means.cost).map(|cost| cost * most));
    let cost_scale = scale(world.cost_scale, largest_cost);
    let worlds =
        states.iter().map(|means| Synthetic::new(&means.reward, &over(&means.cost, cost_scale), world.cost_spread));
    Ok(Scene {
        world: AnyWorld::Synthetic(worlds.collect()),
        segments: segments(&models, &world.drift, &world.availability, &states, cost_scale, rounds)?,
        mean_cost: Some(first.cost),
        largest_cost,
        cost_scale,
        training: Vec::new(),
        dropped: (0, 0),
        models,
    })
}

/// What a replay asks for beside its files.
pub(super) struct Wanted<'a> {
    pub models: &'a [String],
    pub order: Sampling,
    pub cost_scale: CostScale,
    pub drift: &'a [Drift],
    pub availability: &'a [Away],
}

/// A world of rows.
pub(super) fn replay(
    data: &Dataset,
    wanted: &Wanted,
    task: &Task,
    policies: &mut [Policy],
    rounds: u32,
    seed: u64,
) -> Result<Scene> {
    let names = || data.models.iter().map(|model| model.name.as_str());
    let mut playing = Vec::new();
    for (index, name) in wanted.models.iter().enumerate() {
        let model = data.models.iter().find(|model| model.name == *name);
        playing.push(model.ok_or_else(|| unknown_model(&format!("environment.models[{index}]"), name, names()))?);
    }
    if wanted.models.is_empty() {
        playing.extend(&data.models);
    }
    // Data order, whatever the order of the list.
    let place = |model: &&ModelResults| names().position(|name| name == model.name);
    sort_by(&mut playing, |a, b| place(a).cmp(&place(b)));
    let arms = playing.len();
    let costs_known = playing.iter().all(|model| model.cost.is_some());
    let threshold = (task.reward == RewardModel::Awc).then_some(task.success_threshold);

    let cell = |column: &[f64], query: usize| column.get(query).copied().unwrap_or(f64::NAN);
    let mut complete: Vec<usize> = (0..data.queries)
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
    let dropped = (data.queries - complete.len(), data.queries);
    let moves = wanted.drift.iter().filter(|change| change.models.is_empty()).count();
    if complete.len() <= moves {
        return Err(Error::new(ErrorKind::OutOfRange, format!("fewer changes than the {} queries", complete.len()))
            .at_field("environment.drift")
            .found(format!("{moves} changes to the next part of the files")));
    }
    let held_out = hold_out(policies, complete.len() / (moves + 1), seed)?;
    let query_of = |place: &usize| complete.get(*place).copied();
    let training: Vec<usize> = held_out.iter().filter_map(query_of).collect();
    let held_out: BTreeSet<usize> = training.iter().copied().collect();
    complete.retain(|query| !held_out.contains(query));

    let outcome = |query: usize, model: &ModelResults| {
        let score = cell(&model.reward, query);
        let reward = threshold.map_or(score, |threshold| if score >= threshold { 1.0 } else { 0.0 });
        let cost = if costs_known { model.cost.as_ref().map_or(0.0, |cost| cell(cost, query)) } else { 0.0 };
        Outcome { reward, cost }
    };
    let outcomes = |queries: &[usize]| {
        queries
            .iter()
            .flat_map(|&query| playing.iter().map(move |model| (query, model)))
            .map(|(query, model)| outcome(query, model))
            .collect::<Vec<_>>()
    };
    let (mut cells, mut training) = (outcomes(&complete), outcomes(&training));

    let models: Vec<String> = playing.iter().map(|model| model.name.clone()).collect();
    let parts = parts(complete.len(), moves);
    // Number of the part that each state of the world plays on, and the round since which it does.
    let mut on = vec![(0, 1)];
    for change in wanted.drift {
        let (part, since) = on.last().copied().unwrap_or((0, 1));
        on.push(if change.models.is_empty() { (part + 1, change.at) } else { (part, since) });
    }
    let own: Vec<Means> = parts.iter().map(|rows| means(&cells, arms, rows)).collect();
    let states = drifted(&models, wanted.drift, costs_known, |state| {
        let moved = state == 0 || on.get(state).map(|(part, _)| part) != on.get(state - 1).map(|(part, _)| part);
        on.get(state).and_then(|(part, _)| own.get(*part)).filter(|_| moved).cloned()
    })?;
    let mut worlds = Vec::with_capacity(states.len());
    let mut largest_cost = 0.0;
    for (means, (part, since)) in states.iter().zip(&on) {
        let (Some(own), Some(rows)) = (own.get(*part), parts.get(*part)) else { continue };
        let changes: Vec<Change> = (0..arms)
            .map(|arm| Change::new((own.reward[arm], own.cost[arm]), (means.reward[arm], means.cost[arm])))
            .collect();
        for (place, seen) in cells.iter().enumerate().take(rows.end * arms).skip(rows.start * arms) {
            let cost = changes.get(place % arms).map_or(seen.cost, |change| change.cost(seen.cost));
            largest_cost = if cost > largest_cost { cost } else { largest_cost };
        }
        worlds.push((*since, rows.clone(), changes));
    }
    let cost_scale = scale(wanted.cost_scale, largest_cost);
    for cell in cells.iter_mut().chain(&mut training) {
        cell.cost /= cost_scale;
    }
    let worlds = worlds.into_iter().map(|(since, rows, changes)| Part::new(since, rows, changes, cost_scale)).collect();
    let latency_ms = if playing.iter().any(|model| model.latency_ms.is_some()) {
        let of = |query| {
            playing.iter().map(move |model| model.latency_ms.as_ref().map_or(f64::NAN, |column| cell(column, query)))
        };
        complete.iter().flat_map(|&query| of(query)).collect()
    } else {
        Vec::new()
    };
    let world = Replay::new(arms, cells, latency_ms, wanted.order, worlds)
        .ok_or_else(|| Error::new(ErrorKind::Empty, "at least one model and one query").at_field("environment"))?;
    Ok(Scene {
        segments: segments(&models, wanted.drift, wanted.availability, &states, cost_scale, rounds)?,
        mean_cost: states.first().filter(|_| costs_known).map(|means| means.cost.clone()),
        models,
        largest_cost,
        cost_scale,
        world: AnyWorld::Replay(world),
        training,
        dropped,
    })
}

/// The offline policies with their places.
fn offline(policies: &mut [Policy]) -> impl Iterator<Item = (usize, &mut experiment::Offline)> {
    policies.iter_mut().enumerate().filter_map(|(index, policy)| match &mut policy.kind {
        PolicyKind::Offline(offline) => Some((index, offline)),
        _ => None,
    })
}

/// Fills in how many rows offline policies learn from, and draws as many out of the first `rows`.
fn hold_out(policies: &mut [Policy], rows: usize, seed: u64) -> Result<Vec<usize>> {
    let mut most = 0;
    for (index, offline) in offline(policies) {
        let samples = *offline.samples.get_or_insert((rows / 2).clamp(1, SAMPLES as usize) as u32);
        if samples as usize >= rows {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                format!("fewer than the {rows} queries there are to learn from"),
            )
            .at_field(format!("policies[{index}].samples"))
            .found(samples));
        }
        most = if samples > most { samples } else { most };
    }
    // Beyond any replicate's world.
    let key = hash(world_key(seed, u32::MAX), 0);
    Ok((0..u64::from(most)).map(|place| permuted(key, place, rows as u64) as usize).collect())
}

/// `rows` in file order, cut into one part more than there are moves, as equal as can be.
fn parts(rows: usize, moves: usize) -> Vec<Range<usize>> {
    let end = |part: usize| part * rows / (moves + 1);
    (0..=moves).map(|part| end(part)..end(part + 1)).collect()
}

fn means(cells: &[Outcome], arms: usize, rows: &Range<usize>) -> Means {
    let mut means = Means { reward: vec![0.0; arms], cost: vec![0.0; arms] };
    for row in cells.chunks(arms.max(1)).take(rows.end).skip(rows.start) {
        for ((reward, cost), cell) in means.reward.iter_mut().zip(&mut means.cost).zip(row) {
            *reward += cell.reward;
            *cost += cell.cost;
        }
    }
    let count = rows.len() as f64;
    means.reward.iter_mut().chain(&mut means.cost).for_each(|sum| *sum /= count);
    means
}

/// The means of every state of the world: the first, and one more a drift. `base` gives the means that a state starts
/// from where they are not those of the state before; what a drift has said of a model holds until it says otherwise.
fn drifted(
    models: &[String],
    drift: &[Drift],
    costs_known: bool,
    base: impl Fn(usize) -> Option<Means>,
) -> Result<Vec<Means>> {
    let mut said = vec![experiment::NewMeans::default(); models.len()];
    let mut current = base(0).unwrap_or(Means { reward: Vec::new(), cost: Vec::new() });
    let mut states = vec![current.clone()];
    for (index, change) in drift.iter().enumerate() {
        for (name, means) in &change.models {
            let field = format!("environment.drift[{index}].models.{name}");
            let Some(arm) = models.iter().position(|model| model == name) else {
                return Err(unknown_model(&field, name, models.iter().map(String::as_str)));
            };
            if let (Some(cost), false) = (means.cost, costs_known) {
                return Err(Error::new(ErrorKind::OutOfRange, "no cost: the data has none for every model")
                    .at_field(format!("{field}.cost"))
                    .found(cost));
            }
            said[arm].reward = means.reward.or(said[arm].reward);
            said[arm].cost = means.cost.or(said[arm].cost);
        }
        if let Some(means) = base(index + 1) {
            current = means;
        }
        for (arm, means) in said.iter().enumerate() {
            if let (Some(reward), Some(place)) = (means.reward, current.reward.get_mut(arm)) {
                *place = reward;
            }
            if let (Some(cost), Some(place)) = (means.cost, current.cost.get_mut(arm)) {
                *place = cost;
            }
        }
        states.push(current.clone());
    }
    Ok(states)
}

/// The rounds cut wherever the world changes or a model goes or comes.
fn segments(
    models: &[String],
    drift: &[Drift],
    availability: &[Away],
    states: &[Means],
    cost_scale: f64,
    rounds: u32,
) -> Result<Vec<Segment>> {
    for (index, away) in availability.iter().enumerate() {
        if !models.contains(&away.model) {
            let field = format!("environment.availability[{index}].model");
            return Err(unknown_model(&field, &away.model, models.iter().map(String::as_str)));
        }
    }
    let mut starts: Vec<u32> = vec![1];
    starts.extend(drift.iter().map(|change| change.at));
    starts.extend(availability.iter().flat_map(|away| [away.from, away.to]));
    starts.retain(|start| *start <= rounds);
    starts.sort_unstable();
    starts.dedup();
    let mut segments = Vec::with_capacity(starts.len());
    for from in starts {
        let is_away = |away: &&Away| (away.from..away.to).contains(&from);
        let available: Vec<usize> = (0..models.len())
            .filter(|&arm| !availability.iter().filter(is_away).any(|away| models.get(arm) == Some(&away.model)))
            .collect();
        if available.is_empty() {
            let last = availability.iter().rposition(|away| is_away(&away)).unwrap_or(0);
            return Err(Error::new(ErrorKind::OutOfRange, "at least one model to be there in every round")
                .at_field(format!("environment.availability[{last}]"))
                .found(format!("no model in round {from}")));
        }
        let world = drift.iter().filter(|change| change.at <= from).count();
        let Some(means) = states.get(world) else { continue };
        segments.push(Segment {
            from,
            available,
            mean_reward: means.reward.clone(),
            mean_cost: over(&means.cost, cost_scale),
            world,
        });
    }
    Ok(segments)
}

fn over(costs: &[f64], scale: f64) -> Vec<f64> {
    costs.iter().map(|cost| cost / scale).collect()
}

fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |most, value| if value > most { value } else { most })
}

fn scale(asked: CostScale, largest: f64) -> f64 {
    match asked {
        CostScale::Fixed(scale) => scale,
        CostScale::Max if largest > 0.0 => largest,
        CostScale::Max => 1.0,
    }
}
