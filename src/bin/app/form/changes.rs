//! How the world changes while it is played, as it was typed and chosen.

use super::read::{number, whole};
use super::{best, listed};
use crate::browser::decimal;
use crate::format::{count, typed};
use crate::words::{Note, plural, say};
use crate::world::Model;
use llm_selection::error::Result;
use llm_selection::experiment::{Away, Drift, Environment, MAX_ROUNDS, NewMeans, Sampling};
use serde::{Deserialize, Serialize};
use yew::AttrValue;

/// New means of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeansForm {
    /// Number that stays with it while it is on the page.
    pub id: u32,
    pub model: String,
    /// Empty = as before.
    pub reward: String,
    /// Empty = as before.
    pub cost: String,
}

/// One change; without models the next part of the files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftForm {
    /// Number that stays with it while it is on the page.
    pub id: u32,
    pub at: String,
    pub models: Vec<MeansForm>,
}

/// One absence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwayForm {
    /// Number that stays with it while it is on the page.
    pub id: u32,
    pub model: String,
    pub from: String,
    /// First round with the model again.
    pub to: String,
}

/// All that says how the world goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    pub drift: Vec<DriftForm>,
    pub away: Vec<AwayForm>,
    /// Order of the queries of data.
    pub sampling: Sampling,
    /// `s` of synthetic costs.
    pub cost_spread: String,
    next_id: u32,
}

/// What a person can do to it beside typing.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// A change of the best model's mean.
    AddDrift,
    /// A change to the next part of the files.
    AddPart,
    RemoveDrift(u32),
    /// One more model to the change with this number.
    AddMeans(u32),
    RemoveMeans(u32),
    MeansModel(u32, String),
    AddAway,
    RemoveAway(u32),
    AwayModel(u32, String),
    Sampling(Sampling),
}

impl Default for Changes {
    fn default() -> Changes {
        Changes::none()
    }
}

impl Changes {
    /// A world that stays as it is.
    pub fn none() -> Changes {
        Changes {
            drift: Vec::new(),
            away: Vec::new(),
            sampling: Sampling::default(),
            cost_spread: "0.5".into(),
            next_id: 1,
        }
    }

    /// The changes of an environment.
    pub fn of(environment: &Environment) -> Changes {
        let mut changes = Changes::none();
        match environment {
            Environment::Synthetic(world) => changes.cost_spread = world.cost_spread.to_string(),
            Environment::Preset(world) => changes.sampling = world.sampling,
            Environment::Replay(world) => changes.sampling = world.sampling,
        }
        let text = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let (drift, away) = environment.changes();
        for drift in drift {
            let models = drift.models.iter().map(|(model, means)| MeansForm {
                id: changes.id(),
                model: model.clone(),
                reward: text(means.reward),
                cost: text(means.cost),
            });
            let models = models.collect();
            let id = changes.id();
            changes.drift.push(DriftForm { id, at: drift.at.to_string(), models });
        }
        for away in away {
            let (from, to) = (away.from.to_string(), away.to.to_string());
            let id = changes.id();
            changes.away.push(AwayForm { id, model: away.model.clone(), from, to });
        }
        changes
    }

    /// Gives every row a number of its own, whatever stood in what was kept.
    pub fn renumber(&mut self) {
        self.next_id = 1;
        for place in 0..self.drift.len() {
            let id = self.id();
            let rows = self.drift.get(place).map_or(0, |drift| drift.models.len());
            let ids: Vec<u32> = (0..rows).map(|_| self.id()).collect();
            if let Some(drift) = self.drift.get_mut(place) {
                drift.id = id;
                drift.models.iter_mut().zip(ids).for_each(|(means, id)| means.id = id);
            }
        }
        for place in 0..self.away.len() {
            let id = self.id();
            self.away.get_mut(place).into_iter().for_each(|away| away.id = id);
        }
    }

    /// `Nothing changes`, or `2 changes, 1 absence`.
    pub fn summary(&self) -> AttrValue {
        let (drift, away) = (self.drift.len() as u64, self.away.len() as u64);
        let drifts = || plural!(drift, "{n}\u{a0}change", "{n}\u{a0}changes", n = count(drift));
        let aways = || plural!(away, "{n}\u{a0}absence", "{n}\u{a0}absences", n = count(away));
        match (drift, away) {
            (0, 0) => say!("Nothing changes"),
            (_, 0) => drifts(),
            (0, _) => aways(),
            _ => format!("{}, {}", drifts(), aways()).into(),
        }
    }

    /// The row of new means with this number.
    pub fn means_mut(&mut self, id: u32) -> Option<&mut MeansForm> {
        self.drift.iter_mut().flat_map(|drift| &mut drift.models).find(|means| means.id == id)
    }

    /// The absence with this number.
    pub fn away_mut(&mut self, id: u32) -> Option<&mut AwayForm> {
        self.away.iter_mut().find(|away| away.id == id)
    }

    /// Does an edit, for the models that play and this many rounds.
    pub fn edit(&mut self, edit: Edit, playing: &[&Model], rounds: u32) {
        match edit {
            Edit::AddDrift => {
                let (at, means) = (self.next_change(rounds), self.fall(playing));
                let (id, row) = (self.id(), self.id());
                let models = means.map(|(model, reward)| MeansForm { id: row, model, reward, cost: String::new() });
                self.drift.push(DriftForm { id, at, models: models.into_iter().collect() });
            }
            Edit::AddPart => {
                let (id, at) = (self.id(), self.next_change(rounds));
                self.drift.push(DriftForm { id, at, models: Vec::new() });
            }
            Edit::RemoveDrift(id) => self.drift.retain(|drift| drift.id != id),
            Edit::AddMeans(id) => {
                let row = self.id();
                let Some(drift) = self.drift.iter_mut().find(|drift| drift.id == id) else { return };
                let free = |model: &&&Model| drift.models.iter().all(|means| means.model != model.name);
                if let Some(model) = playing.iter().find(free) {
                    let reward = typed(model.reward, 3);
                    drift.models.push(MeansForm { id: row, model: model.name.clone(), reward, cost: String::new() });
                }
            }
            Edit::RemoveMeans(id) => {
                self.drift.iter_mut().for_each(|drift| drift.models.retain(|means| means.id != id));
            }
            Edit::MeansModel(id, model) => self.means_mut(id).into_iter().for_each(|it| it.model.clone_from(&model)),
            Edit::AddAway => {
                let id = self.id();
                let here: Vec<&Model> =
                    playing.iter().filter(|model| self.away.iter().all(|a| a.model != model.name)).copied().collect();
                let Some(model) = best(&here).or_else(|| best(playing)) else { return };
                let from = (rounds / 4).max(1);
                let to = (rounds / 2).max(from + 1);
                let (from, to) = (from.to_string(), to.to_string());
                self.away.push(AwayForm { id, model: model.name.clone(), from, to });
            }
            Edit::RemoveAway(id) => self.away.retain(|away| away.id != id),
            Edit::AwayModel(id, model) => self.away_mut(id).into_iter().for_each(|it| it.model.clone_from(&model)),
            Edit::Sampling(sampling) => self.sampling = sampling,
        }
    }

    fn id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id - 1
    }

    /// Half-way from the last change to the end.
    fn next_change(&self, rounds: u32) -> String {
        let last = self.drift.iter().filter_map(|drift| drift.at.trim().parse().ok()).max().unwrap_or(0u32);
        let at = if last < rounds { last + (rounds - last) / 2 } else { rounds };
        at.max(last.saturating_add(1)).max(2).to_string()
    }

    /// The model that is best after the changes there are, and the mean reward of the one that is worst.
    fn fall(&self, playing: &[&Model]) -> Option<(String, String)> {
        let now = |model: &Model| {
            let said = self.drift.iter().flat_map(|drift| &drift.models).filter(|means| means.model == model.name);
            said.filter_map(|means| decimal(means.reward.trim())).next_back().unwrap_or(model.reward)
        };
        let models: Vec<Model> = playing.iter().map(|model| Model { reward: now(model), ..(*model).clone() }).collect();
        let worst = models.iter().map(|model| model.reward).min_by(f64::total_cmp)?;
        Some((best(&models.iter().collect::<Vec<_>>())?.name.clone(), typed(worst, 3)))
    }

    /// Drops what is about models that do not play, and on synthetic worlds what is about parts of files; says so.
    pub fn fit(&mut self, playing: &[&Model], on_data: bool) -> Vec<Note> {
        let there = |name: &String| playing.iter().any(|model| model.name == *name);
        let mut gone: Vec<String> = Vec::new();
        let mut drop = |name: &String| {
            let stays = there(name);
            if !stays && !gone.contains(name) {
                gone.push(name.clone());
            }
            stays
        };
        let costs = playing.iter().all(|model| model.cost.is_some());
        let (mut parts, mut costly) = (0, false);
        self.drift.retain_mut(|drift| {
            if drift.models.is_empty() {
                parts += u64::from(!on_data);
                return on_data;
            }
            drift.models.retain_mut(|means| {
                let costly_now = !costs && !means.cost.trim().is_empty();
                costly |= costly_now;
                if costly_now {
                    means.cost.clear();
                }
                drop(&means.model) && !(costly_now && means.reward.trim().is_empty())
            });
            !drift.models.is_empty()
        });
        self.away.retain(|away| drop(&away.model));
        let mut said: Vec<Note> = Vec::new();
        if !gone.is_empty() {
            said.push(Box::new(move || {
                plural!(
                    gone.len(),
                    "{models} is not among these models: what was to change about it is dropped.",
                    "{models} are not among these models: what was to change about them is dropped.",
                    models = listed(&gone),
                )
            }));
        }
        if costly {
            said.push(Box::new(|| say!("This data has no costs: what was to change about costs is dropped.")));
        }
        if parts > 0 {
            said.push(Box::new(|| say!("There are no files here: the changes to their next part are dropped.")));
        }
        said
    }

    /// An environment with these changes.
    ///
    /// # Errors
    /// Text that is no number where one is needed. Ranges are the engine's to check.
    pub fn on(&self, mut environment: Environment) -> Result<Environment> {
        let round = |text: &str, field: String| Ok::<_, _>(whole(text, &field, 1..=MAX_ROUNDS.into())? as u32);
        let mean = |text: &str, field: String| match text.trim() {
            "" => Ok(None),
            text => number(text, &field, "a number, or nothing for what it was").map(Some),
        };
        let drift = self.drift.iter().enumerate().map(|(place, drift)| {
            let path = format!("environment.drift[{place}]");
            let models = drift.models.iter().map(|means| {
                let path = format!("{path}.models.{}", means.model);
                let reward = mean(&means.reward, format!("{path}.reward"))?;
                Ok((means.model.clone(), NewMeans { reward, cost: mean(&means.cost, format!("{path}.cost"))? }))
            });
            Ok(Drift { at: round(&drift.at, format!("{path}.at"))?, models: models.collect::<Result<_>>()? })
        });
        let away = self.away.iter().enumerate().map(|(place, away)| {
            let path = format!("environment.availability[{place}]");
            let from = round(&away.from, format!("{path}.from"))?;
            Ok(Away { model: away.model.clone(), from, to: round(&away.to, format!("{path}.to"))? })
        });
        let drift = drift.collect::<Result<Vec<_>>>()?;
        let availability = away.collect::<Result<Vec<_>>>()?;
        match &mut environment {
            Environment::Synthetic(world) => {
                world.cost_spread = number(&self.cost_spread, "environment.cost_spread", "a number from 0 to 1")?;
                (world.drift, world.availability) = (drift, availability);
            }
            Environment::Preset(world) => {
                (world.sampling, world.drift, world.availability) = (self.sampling, drift, availability);
            }
            Environment::Replay(world) => {
                (world.sampling, world.drift, world.availability) = (self.sampling, drift, availability);
            }
        }
        Ok(environment)
    }
}
