//! What an environment comes to: names, means by segment of rounds, world.

use super::queries::{Results, played};
use super::unknown_model;
use crate::data::Dataset;
use crate::data::ModelResults;
use crate::environment::{AnyWorld, Change, Outcome, Part, Replay, Synthetic};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{self, Away, CostScale, Drift, Filter, MissingRule, Sampling, SplitShares};
use crate::game::Segment;
use crate::order::sort_by;
use crate::query_aware::context::Context;
use crate::random::{hash, permuted, world_key};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Range;

/// Rows that an offline policy learns from unless told otherwise.
const SAMPLES: u32 = 200;

/// What an environment comes to: all of a plan that depends on the data and not on the task or the policies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Names of the models that play, in the environment's order.
    pub models: Vec<String>,
    /// By segment; costs are scaled.
    pub segments: Vec<Segment>,
    /// In the unit of the input, before any change; `None` where unknown.
    pub mean_cost: Option<Vec<f64>>,
    /// Largest cost that can occur, in the unit of the input.
    pub largest_cost: f64,
    /// What costs are divided by.
    pub cost_scale: f64,
    /// What every model would do in every round.
    pub world: AnyWorld,
    /// Rows held out for offline policies, row-major.
    pub training: Vec<Outcome>,
    /// Rows that an offline policy learns from unless told otherwise.
    pub samples: u32,
    /// What became of the data's queries, in plain sentences.
    pub notes: Vec<String>,
}

/// Means of a state of the world, costs in the unit of the input.
#[derive(Clone)]
struct Means {
    reward: Vec<f64>,
    cost: Vec<f64>,
    /// Whether the model has any result in this state.
    present: Vec<bool>,
}

/// A world of synthetic models.
pub(super) fn synthetic(world: &experiment::Synthetic, rounds: u32) -> Result<Scene> {
    let models: Vec<String> = world.models.iter().map(|model| model.name.clone()).collect();
    let first = Means {
        reward: world.models.iter().map(|model| model.reward).collect(),
        cost: world.models.iter().map(|model| model.cost).collect(),
        present: vec![true; models.len()],
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
        samples: SAMPLES,
        notes: Vec::new(),
        models,
    })
}

/// What a replay asks of its data: equal ones have equal scenes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The models that play, by name; all where empty.
    pub models: Vec<String>,
    /// What becomes of queries that some model has no result for.
    pub missing: MissingRule,
    /// Which queries are played.
    pub filter: Filter,
    /// The order of their rows.
    pub order: Sampling,
    /// What costs are divided by.
    pub cost_scale: CostScale,
    /// How models change.
    pub drift: Vec<Drift>,
    /// When models are away.
    pub availability: Vec<Away>,
    /// Score from which a reward is 1, all others being 0; `None` = rewards are scores.
    pub threshold: Option<f64>,
    /// Rounds, where something changes in them; else 1.
    pub rounds: u32,
    /// Places of the offline policies in the list, and the rows that each asks for.
    pub offline: Vec<(usize, Option<u32>)>,
    /// Seed by which their rows are drawn; 0 where there are none.
    pub seed: u64,
    /// How the queries are read; `None` where no policy reads them.
    pub reading: Option<Reading>,
}

/// How queries are read for policies that do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Which queries are learned from and calibrated on; the others are played.
    pub split: SplitShares,
    /// Names of further columns that are features.
    pub columns: Vec<String>,
    /// `θ`: a score from which an answer is right, in (0,1].
    pub threshold: f64,
}

/// A world of rows; with a context only of those that it describes.
///
/// # Errors
/// Models, categories or splits that the data has not, no query or no result left to play on, changes that do not fit it;
/// queries that are to be read, and no context of them.
pub(super) fn replay(data: &Dataset, wanted: &Asked, context: Option<&Context>) -> Result<Scene> {
    if wanted.reading.is_some() && context.is_none() {
        let expected = "results with the text of their queries: a policy reads it";
        return Err(Error::new(ErrorKind::Missing, expected).at_field("environment.files").found("numbers only"));
    }
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
    let results = Results::of(playing);
    let costs_known = results.costs_known;
    let threshold = wanted.threshold;
    // Each change and each end of an absence may begin a segment.
    let segments_at_most = 1 + wanted.drift.len() + 2 * wanted.availability.len();
    let (mut queries, mut notes) = played(data, &results, wanted.missing, &wanted.filter, segments_at_most)?;
    if let Some(context) = context {
        let all = queries.len();
        queries.retain(|query| context.get(*query).is_some());
        if queries.is_empty() {
            let expected = "at least one query of the test part to play on";
            return Err(Error::new(ErrorKind::NothingInCommon, expected)
                .at_field("query_aware.split")
                .found(format!("none of {all} queries")));
        }
        notes.push(format!(
            "Policies that read the query learn from {} queries before the first round and are calibrated on {}. All \
             policies play on the {} test queries of {all} alone. Intervals are over replicates on these queries, not over \
             other queries.",
            context.train,
            context.validation,
            queries.len()
        ));
    }
    let moves = wanted.drift.iter().filter(|change| change.models.is_empty()).count();
    if queries.len() <= moves {
        return Err(Error::new(ErrorKind::OutOfRange, format!("fewer changes than the {} queries", queries.len()))
            .at_field("environment.drift")
            .found(format!("{moves} changes to the next part of the files")));
    }
    let (held_out, samples) = hold_out(&wanted.offline, queries.len() / (moves + 1), wanted.seed)?;
    let query_of = |place: &usize| queries.get(*place).copied();
    let training: Vec<usize> = held_out.iter().filter_map(query_of).collect();
    let held_out: BTreeSet<usize> = training.iter().copied().collect();
    queries.retain(|query| !held_out.contains(query));
    let outcomes = |queries: &[usize]| {
        let mut cells = Vec::with_capacity(queries.len() * arms);
        for &query in queries {
            cells.extend((0..arms).map(|arm| results.outcome(query, arm, threshold)));
        }
        cells
    };
    let (mut cells, mut training) = (outcomes(&queries), outcomes(&training));

    let models: Vec<String> = results.models.iter().map(|model| model.name.clone()).collect();
    let parts = parts(queries.len(), moves);
    // Number of the part that each state of the world plays on, and the round since which it does.
    let mut on = vec![(0, 1)];
    for change in &wanted.drift {
        let (part, since) = on.last().copied().unwrap_or((0, 1));
        on.push(if change.models.is_empty() { (part + 1, change.at) } else { (part, since) });
    }
    let own: Vec<Means> = parts.iter().map(|rows| means(&cells, arms, rows)).collect();
    for (arm, model) in models.iter().enumerate() {
        let without: Vec<usize> = (1..).zip(&own).filter(|(_, own)| !own.present[arm]).map(|(part, _)| part).collect();
        if without.len() == own.len() {
            return Err(Error::new(
                ErrorKind::NothingInCommon,
                "at least one result of each model on the queries played",
            )
            .at_field("environment.models")
            .found(format!("no result of {model} on {} queries", queries.len())));
        }
        for part in without {
            notes.push(format!("{model} has no result in part {part} of the files: it is away while that is played."));
        }
    }
    let states = drifted(&models, &wanted.drift, costs_known, |state| {
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
    let mut latency_ms = Vec::new();
    if results.models.iter().any(|model| model.latency_ms.is_some()) {
        latency_ms.reserve_exact(queries.len() * arms);
        for &query in &queries {
            latency_ms.extend((0..arms).map(|arm| results.latency_ms(query, arm)));
        }
    }
    let world = Replay::new(arms, cells, latency_ms, wanted.order, worlds)
        .ok_or_else(|| Error::new(ErrorKind::Empty, "at least one model and one query").at_field("environment"))?;
    let world = match context {
        None => world,
        Some(context) => {
            let described = queries.iter().filter_map(|query| context.get(*query)).flatten().copied().collect();
            world.with_context(described, context.width).ok_or_else(|| {
                Error::new(ErrorKind::Malformed, "a description of every query").at_field("environment")
            })?
        }
    };
    Ok(Scene {
        segments: segments(&models, &wanted.drift, &wanted.availability, &states, cost_scale, wanted.rounds)?,
        mean_cost: states.first().filter(|_| costs_known).map(|means| means.cost.clone()),
        models,
        largest_cost,
        cost_scale,
        world: AnyWorld::Replay(world),
        training,
        samples,
        notes,
    })
}

/// Draws as many out of the first `rows` as the offline policies learn from; and how many one does unless told otherwise.
fn hold_out(offline: &[(usize, Option<u32>)], rows: usize, seed: u64) -> Result<(Vec<usize>, u32)> {
    let (mut most, usual) = (0, (rows / 2).clamp(1, SAMPLES as usize) as u32);
    for (index, asked) in offline {
        let samples = asked.unwrap_or(usual);
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
    Ok(((0..u64::from(most)).map(|place| permuted(key, place, rows as u64) as usize).collect(), usual))
}

/// `rows` in file order, cut into one part more than there are moves, as equal as can be.
fn parts(rows: usize, moves: usize) -> Vec<Range<usize>> {
    let end = |part: usize| part * rows / (moves + 1);
    (0..=moves).map(|part| end(part)..end(part + 1)).collect()
}

/// Each model's means over those of the rows that have a result of it; 0 where none has.
fn means(cells: &[Outcome], arms: usize, rows: &Range<usize>) -> Means {
    let mut means = Means { reward: vec![0.0; arms], cost: vec![0.0; arms], present: vec![false; arms] };
    for (arm, (reward, cost)) in means.reward.iter_mut().zip(&mut means.cost).enumerate() {
        let mut count = 0u32;
        let column = cells.iter().skip(arm).step_by(arms.max(1)).take(rows.end).skip(rows.start);
        for cell in column.filter(|cell| !cell.reward.is_nan()) {
            *reward += cell.reward;
            *cost += cell.cost;
            count += 1;
        }
        if count > 0 {
            *reward /= f64::from(count);
            *cost /= f64::from(count);
            means.present[arm] = true;
        }
    }
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
    let mut current = base(0).unwrap_or(Means { reward: Vec::new(), cost: Vec::new(), present: Vec::new() });
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
    sort_by(&mut starts, u32::cmp);
    starts.dedup();
    let mut segments = Vec::with_capacity(starts.len());
    for from in starts {
        let is_away = |away: &&Away| (away.from..away.to).contains(&from);
        let world = drift.iter().filter(|change| change.at <= from).count();
        let Some(means) = states.get(world) else { continue };
        let available: Vec<usize> = (0..models.len())
            .filter(|&arm| means.present.get(arm) == Some(&true))
            .filter(|&arm| !availability.iter().filter(is_away).any(|away| models.get(arm) == Some(&away.model)))
            .collect();
        if available.is_empty() {
            let last = availability.iter().rposition(|away| is_away(&away)).unwrap_or(0);
            return Err(Error::new(ErrorKind::OutOfRange, "at least one model to be there in every round")
                .at_field(format!("environment.availability[{last}]"))
                .found(format!("no model in round {from}")));
        }
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
