//! Ranges and names: all that can be checked without data.

use super::*;
use crate::error::{Error, ErrorKind, Result};
use std::collections::BTreeSet;

impl Experiment {
    /// Checks ranges and names, as [`Experiment::from_json`] does for text.
    ///
    /// # Errors
    /// As [`Experiment::from_json`].
    pub fn check(&self) -> Result<()> {
        bounded(&self.title, "title")?;
        check_environment(&self.environment)?;
        check_task(&self.task)?;
        if self.policies.is_empty() || self.policies.len() > MAX_POLICIES {
            return Err(out_of_range("policies", self.policies.len(), "1 to 50 policies"));
        }
        for (index, policy) in self.policies.iter().enumerate() {
            check_policy(policy, &format!("policies[{index}]"))?;
            if policy.kind.reads_query() && !matches!(self.environment, Environment::Replay(_)) {
                let expected = format!(
                    "the environment `replay`, not `{}`: this policy reads the text of the queries",
                    self.environment.name()
                );
                return Err(out_of_range(format!("policies[{index}].kind"), policy.kind.name(), &expected));
            }
        }
        let run = &self.run;
        within(run.rounds.into(), 1, MAX_ROUNDS.into(), "run.rounds", "a whole number from 1 to 1,000,000")?;
        within(run.replicates.into(), 1, MAX_REPLICATES.into(), "run.replicates", "a whole number from 1 to 1,000")?;
        within(run.seed, 0, MAX_SEED, "run.seed", "a whole number from 0 to 9,007,199,254,740,991")?;
        above_zero_to_one(run.regret_alpha, "run.regret_alpha")?;
        check_changes(&self.environment, run.rounds)?;
        self.query_aware.as_ref().map_or(Ok(()), super::query_aware::check)
    }
}

/// Drift points ascend within the run; windows of absence are windows, and those of one model do not overlap.
fn check_changes(environment: &Environment, rounds: u32) -> Result<()> {
    let (drift, availability) = environment.changes();
    for (name, count) in [("drift", drift.len()), ("availability", availability.len())] {
        if count > MAX_CHANGES {
            return Err(out_of_range(format!("environment.{name}"), count, "at most 100 entries"));
        }
    }
    let mut least = 2;
    for (index, change) in drift.iter().enumerate() {
        let path = format!("environment.drift[{index}]");
        if !(least..=rounds).contains(&change.at) {
            let expected = if least > rounds {
                format!("no further change: the run has {rounds} rounds")
            } else if index == 0 {
                format!("a round from 2 to {rounds}, the last one")
            } else {
                format!("a round from {least} to {rounds}: each change after the one before it, the last in the run")
            };
            return Err(out_of_range(format!("{path}.at"), change.at, &expected));
        }
        least = change.at.saturating_add(1);
        if change.models.is_empty() && matches!(environment, Environment::Synthetic(_)) {
            return Err(out_of_range(format!("{path}.models"), "no model", "at least one model with its new means"));
        }
        for (name, means) in &change.models {
            let path = format!("{path}.models.{name}");
            if means.reward.is_none() && means.cost.is_none() {
                return Err(out_of_range(path, "neither", "`reward`, `cost` or both"));
            }
            within_f64(means.reward.unwrap_or(0.0), 0.0, 1.0, &format!("{path}.reward"), "a number from 0 to 1")?;
            within_f64(means.cost.unwrap_or(0.0), 0.0, 1e12, &format!("{path}.cost"), "a number from 0 to 1e12")?;
        }
    }
    for (index, away) in availability.iter().enumerate() {
        let path = format!("environment.availability[{index}]");
        within(away.from.into(), 1, rounds.into(), &format!("{path}.from"), &format!("a round from 1 to {rounds}"))?;
        if away.to <= away.from {
            let expected = format!("a round after `from`, {}", away.from);
            return Err(out_of_range(format!("{path}.to"), away.to, &expected));
        }
        let overlaps = |other: &&Away| other.model == away.model && other.from < away.to && away.from < other.to;
        if let Some(other) = availability.iter().take(index).find(overlaps) {
            let expected = format!("no overlap with rounds {} to {} of the same model", other.from, other.to);
            let found = format!("{} to {}", away.from, away.to);
            return Err(Error::new(ErrorKind::Duplicate, expected).at_field(path).found(found));
        }
    }
    Ok(())
}

fn check_environment(environment: &Environment) -> Result<()> {
    let (scale, names): (&CostScale, &[String]) = match environment {
        Environment::Synthetic(world) => {
            within_f64(world.cost_spread, 0.0, 1.0, "environment.cost_spread", "a number from 0 to 1")?;
            if world.models.is_empty() || world.models.len() > MAX_MODELS {
                return Err(out_of_range("environment.models", world.models.len(), "1 to 200 models"));
            }
            for (index, model) in world.models.iter().enumerate() {
                let path = format!("environment.models[{index}]");
                within_f64(model.reward, 0.0, 1.0, &format!("{path}.reward"), "a number from 0 to 1")?;
                within_f64(model.cost, 0.0, 1e12, &format!("{path}.cost"), "a number from 0 to 1e12")?;
            }
            unique(world.models.iter().map(|model| model.name.as_str()), "environment.models", ".name")?;
            (&world.cost_scale, &[])
        }
        Environment::Preset(preset) => (&preset.cost_scale, &preset.models),
        Environment::Replay(replay) => {
            if replay.files.is_empty() {
                return Err(out_of_range("environment.files", "no file", "at least one file"));
            }
            unique(replay.files.iter().map(|file| file.name.as_str()), "environment.files", ".name")?;
            for (names, field) in [(&replay.filter.category, "category"), (&replay.filter.split, "split")] {
                unique(names.iter().map(String::as_str), &format!("environment.filter.{field}"), "")?;
            }
            for (model, price) in &replay.prices {
                for (name, unit, value) in price.parts() {
                    let path = format!("environment.prices.{model}.{name}");
                    within_f64(value, 0.0, 1e12, &path, &format!("{unit}, 0 or more"))?;
                }
            }
            (&replay.cost_scale, &replay.models)
        }
    };
    unique(names.iter().map(String::as_str), "environment.models", "")?;
    match scale {
        CostScale::Fixed(scale) if !(*scale > 0.0 && scale.is_finite()) => {
            Err(out_of_range("environment.cost_scale", scale, "\"max\" or a number above 0"))
        }
        _ => Ok(()),
    }
}

fn check_task(task: &Task) -> Result<()> {
    if let Some(most) = task.max_models {
        within(most.into(), 1, MAX_MODELS as u64, "task.max_models", "a whole number from 1 to the number of models")?;
    }
    if let Some(budget) = task.budget
        && !(budget > 0.0 && budget.is_finite())
    {
        return Err(out_of_range("task.budget", budget, "a number above 0, or null for no budget"));
    }
    above_zero_to_one(task.success_threshold, "task.success_threshold")?;
    if task.feedback == Some(Feedback::Cascade) && task.reward != RewardModel::Awc {
        return Err(out_of_range("task.feedback", "cascade", "`full`: a cascade belongs to the reward `awc`"));
    }
    if task.stop_on_failure && task.reward != RewardModel::Aic {
        return Err(out_of_range("task.stop_on_failure", true, "false: it belongs to the reward `aic`"));
    }
    Ok(())
}

fn check_policy(policy: &Policy, path: &str) -> Result<()> {
    bounded(policy.label.as_deref().unwrap_or_default(), &format!("{path}.label"))?;
    let alpha =
        |value: f64, name: &str| within_f64(value, 0.0, 1e6, &format!("{path}.{name}"), "a number from 0 to 1,000,000");
    let delta = |value: Option<f64>| value.map_or(Ok(()), |delta| above_zero_to_one(delta, &format!("{path}.delta")));
    let memory = |window: Option<u32>, discount: Option<f64>| {
        let field = |name: &str| format!("{path}.{name}");
        match (window, discount) {
            (Some(_), Some(_)) => {
                let expected = "only one of `window` and `discount`";
                Err(Error::new(ErrorKind::Duplicate, expected).at_field(path).found("both"))
            }
            (Some(0), None) => Err(out_of_range(field("window"), 0, "a whole number of rounds, 1 or more")),
            (None, Some(discount)) if !(discount > 0.0 && discount < 1.0) => {
                Err(out_of_range(field("discount"), discount, "a number above 0 and below 1"))
            }
            _ => Ok(()),
        }
    };
    match &policy.kind {
        PolicyKind::C2mabV(parameters) => {
            alpha(parameters.alpha_mu, "alpha_mu")?;
            alpha(parameters.alpha_c, "alpha_c")?;
            delta(parameters.delta)?;
            memory(parameters.window, parameters.discount)
        }
        PolicyKind::C2mabVDirect(parameters) => {
            alpha(parameters.alpha_mu, "alpha_mu")?;
            alpha(parameters.alpha_c, "alpha_c")?;
            delta(parameters.delta)?;
            memory(parameters.window, parameters.discount)
        }
        PolicyKind::PrimalDual(parameters) => {
            alpha(parameters.alpha_mu, "alpha_mu")?;
            alpha(parameters.alpha_c, "alpha_c")?;
            delta(parameters.delta)
        }
        PolicyKind::Offline(parameters) => match parameters.samples {
            Some(0) => Err(out_of_range(format!("{path}.samples"), 0, "a whole number of rows, 1 or more")),
            _ => Ok(()),
        },
        PolicyKind::Cucb(parameters) => {
            alpha(parameters.alpha_mu, "alpha_mu")?;
            delta(parameters.delta)
        }
        PolicyKind::EpsilonGreedy(parameters) => {
            if parameters.epsilon.is_some() && parameters.schedule.is_some() {
                let expected = "only one of `epsilon` and `schedule`";
                return Err(Error::new(ErrorKind::Duplicate, expected).at_field(path).found("both"));
            }
            if let Some(epsilon) = parameters.epsilon {
                within_f64(epsilon, 0.0, 1.0, &format!("{path}.epsilon"), "a number from 0 to 1")?;
            }
            if let Some(schedule) = parameters.schedule {
                within_f64(schedule.c, 0.0, 1e12, &format!("{path}.schedule.c"), "a number from 0 to 1e12")?;
            }
            Ok(())
        }
        PolicyKind::Fixed(parameters) => {
            let field = format!("{path}.models");
            if parameters.models.is_empty() {
                return Err(out_of_range(field, "no model", "at least one model's name"));
            }
            unique(parameters.models.iter().map(String::as_str), &field, "")
        }
        PolicyKind::Contextual(parameters) => {
            alpha(parameters.alpha_mu, "alpha_mu")?;
            alpha(parameters.alpha_c, "alpha_c")?;
            delta(parameters.delta)?;
            match parameters.retrain {
                Some(0) => Err(out_of_range(format!("{path}.retrain"), 0, "a whole number of rounds, 1 or more")),
                _ => Ok(()),
            }
        }
        PolicyKind::LinUcb(parameters) => alpha(parameters.alpha_mu, "alpha_mu"),
        PolicyKind::Thompson(_) | PolicyKind::Random(_) | PolicyKind::Oracle(_) => Ok(()),
    }
}

pub(super) fn within(value: u64, least: u64, most: u64, field: &str, expected: &str) -> Result<()> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(out_of_range(field, value, expected)) }
}

pub(super) fn within_f64(value: f64, least: f64, most: f64, field: &str, expected: &str) -> Result<()> {
    if value >= least && value <= most { Ok(()) } else { Err(out_of_range(field, value, expected)) }
}

pub(super) fn above_zero_to_one(value: f64, field: &str) -> Result<()> {
    if value > 0.0 && value <= 1.0 { Ok(()) } else { Err(out_of_range(field, value, "a number above 0, up to 1")) }
}

pub(super) fn unique<'a>(names: impl Iterator<Item = &'a str>, path: &str, suffix: &str) -> Result<()> {
    let mut seen = BTreeSet::new();
    for (index, name) in names.enumerate() {
        let field = format!("{path}[{index}]{suffix}");
        if name.trim().is_empty() {
            return Err(out_of_range(field, "an empty name", "a name"));
        }
        bounded(name, &field)?;
        if !seen.insert(name) {
            return Err(Error::new(ErrorKind::Duplicate, "each name once").at_field(field).found(name));
        }
    }
    Ok(())
}

/// Names and texts are shown on the page and in figures: none is without end.
pub(super) fn bounded(text: &str, field: &str) -> Result<()> {
    match text.len() {
        length if length > MAX_NAME => {
            let expected = format!("at most {MAX_NAME} bytes of text");
            Err(Error::new(ErrorKind::TooLarge, expected).at_field(field).found(format!("{length} bytes")))
        }
        _ => Ok(()),
    }
}

pub(super) fn out_of_range(field: impl Into<String>, found: impl std::fmt::Display, expected: &str) -> Error {
    Error::new(ErrorKind::OutOfRange, expected).at_field(field).found(found)
}
