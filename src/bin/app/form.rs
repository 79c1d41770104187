//! What the person has typed and chosen, kept as it was typed, and the experiment it means.

mod changes;
mod field;
mod open;
mod policy;
mod queries;
mod query_aware;
mod read;
mod rest;

pub use changes::{AwayForm, Changes, DriftForm, Edit, MeansForm};
pub use field::{Field, QueryAwareInput};
pub use policy::{Kind, Memory, Param, PolicyForm};
pub use queries::{Label, Queries, QueryEdit};
pub use query_aware::QueryAwareForm;
pub use read::{number, whole};
pub use rest::Rest;

use crate::browser::decimal;
use crate::format::{count, listed, typed};
use crate::words::{Note, plural, say};
use crate::world::{Files, Model, Source, World, environment};
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::experiment::{Experiment, MAX_REPLICATES, MAX_ROUNDS, MAX_SEED, RewardModel, Run, Task};
use llm_selection::plan::BudgetRange;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use yew::AttrValue;

/// What the success threshold must be.
const SUCCESS: &str = "a number above 0 and at most 1";
/// Most policies and rows of changes in a form that was kept.
const MOST_POLICIES: usize = 500;
const MOST_CHANGES: usize = 2_000;

/// What of the task a person set, or an experiment that was opened: it stays when other data comes, where it can.
/// What they did not set is what that data suggests, whatever was loaded before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Set {
    /// Models per query.
    pub max_models: bool,
    /// The amount of the budget.
    pub budget: bool,
    /// That there is no budget.
    pub unconstrained: bool,
}

/// The whole form.
/// A field that is not in a form that was kept is as on the page that opens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    pub source: Source,
    /// Models that are switched off.
    pub off: BTreeSet<String>,
    /// Which queries of files are played.
    pub queries: Queries,
    pub reward: RewardModel,
    pub max_models: String,
    pub budget: String,
    pub unconstrained: bool,
    /// Which of these the person set.
    pub set: Set,
    pub policies: Vec<PolicyForm>,
    /// How the world changes.
    pub changes: Changes,
    pub rounds: String,
    pub replicates: String,
    pub seed: String,
    /// `θ`.
    pub success_threshold: String,
    pub query_aware: QueryAwareForm,
    /// What came with an experiment that was opened and has no input here.
    pub rest: Rest,
    /// Number of the next policy.
    pub next_id: u32,
}

impl Default for Form {
    fn default() -> Form {
        Form::opening()
    }
}

impl Form {
    /// The form the page opens with: sum up, a budget that binds, seven policies.
    pub fn opening() -> Form {
        let mut form = Form {
            source: Source::Illustration,
            off: BTreeSet::new(),
            queries: Queries::default(),
            reward: RewardModel::Suc,
            max_models: "3".into(),
            budget: "0.60".into(),
            unconstrained: false,
            set: Set::default(),
            policies: Vec::new(),
            changes: Changes::none(),
            rounds: "10000".into(),
            replicates: "10".into(),
            seed: "1".into(),
            success_threshold: "1".into(),
            query_aware: QueryAwareForm::default(),
            rest: Rest::default(),
            next_id: 1,
        };
        for kind in Kind::OPENING {
            form.add(kind, "GPT-4");
        }
        form
    }

    /// Takes over what was asked of a policy in a live run.
    pub fn play_as(&mut self, task: &Task) {
        self.reward = task.reward;
        if let Some(most) = task.max_models {
            (self.max_models, self.set.max_models) = (most.to_string(), true);
        }
        (self.unconstrained, self.set.unconstrained) = (task.budget.is_none(), task.budget.is_none());
        if let Some(budget) = task.budget {
            (self.budget, self.set.budget) = (budget.to_string(), true);
        }
        self.success_threshold = task.success_threshold.to_string();
    }

    /// A form from its kept text, which may come from anywhere: no more rows than a page can show, each with a number of
    /// its own.
    ///
    /// # Errors
    /// Text that is no form of this version of the page, or more than a page can show.
    pub fn from_kept(text: &str) -> Result<Form> {
        let mut form: Form = serde_json::from_str(text).map_err(|error| {
            let expected = "a form of this version of the page: please reload, a newer one may have kept it";
            Error::new(ErrorKind::Malformed, expected).found(error)
        })?;
        let changes = &form.changes;
        let rows = changes.drift.iter().map(|drift| 1 + drift.models.len()).sum::<usize>() + changes.away.len();
        if form.policies.len() > MOST_POLICIES || rows > MOST_CHANGES {
            let expected = format!("at most {MOST_POLICIES} policies and {MOST_CHANGES} changes");
            return Err(Error::new(ErrorKind::TooLarge, expected));
        }
        (1..).zip(&mut form.policies).for_each(|(id, policy)| policy.id = id);
        form.next_id = form.policies.len() as u32 + 1;
        form.changes.renumber();
        Ok(form)
    }

    /// Adds a policy with default parameters; a fixed one plays `model`.
    pub fn add(&mut self, kind: Kind, model: &str) {
        self.policies.push(PolicyForm::new(self.next_id, kind, model));
        self.next_id += 1;
    }

    /// Puts a copy of a policy below it.
    pub fn duplicate(&mut self, id: u32) {
        if let Some(place) = self.policies.iter().position(|policy| policy.id == id) {
            let copy = PolicyForm { id: self.next_id, ..self.policies[place].clone() };
            self.policies.insert(place + 1, copy);
            self.next_id += 1;
        }
    }

    /// The policy with this number.
    pub fn policy_mut(&mut self, id: u32) -> Option<&mut PolicyForm> {
        self.policies.iter_mut().find(|policy| policy.id == id)
    }

    /// Place of a policy among those that play, which gives it its colour.
    pub fn series(&self, id: u32) -> Option<usize> {
        self.policies.iter().filter(|policy| policy.on).position(|policy| policy.id == id)
    }

    /// The experiment that the form means.
    ///
    /// # Errors
    /// Text that is no number where one is needed. Ranges are the engine's to check.
    pub fn experiment(&self, world: &World, files: Option<&Files>) -> Result<Experiment> {
        let names: Vec<&str> = world.models.iter().map(|model| model.name.as_str()).collect();
        if names.iter().all(|name| self.off.contains(*name)) {
            let expected = "at least one model that is switched on";
            return Err(Error::new(ErrorKind::OutOfRange, expected).at_field("environment.models").found("none"));
        }
        let playing = names.iter().filter(|name| !self.off.contains(**name)).count();
        let budget = match self.unconstrained {
            true => None,
            false => Some(number(&self.budget, "task.budget", "a number above 0")?),
        };
        let policies = self.policies.iter().filter(|policy| policy.on).enumerate();
        let environment = self.queries.on(self.rest.on(environment(&self.source, &names, &self.off, files)), world)?;
        Ok(Experiment {
            version: 1,
            title: self.rest.title.clone(),
            environment: self.changes.on(environment)?,
            task: Task {
                reward: self.reward,
                max_models: Some(whole(&self.max_models, "task.max_models", 1..=playing as u64)? as u32),
                budget,
                success_threshold: number(&self.success_threshold, "task.success_threshold", SUCCESS)?,
                feedback: self.rest.feedback,
                stop_on_failure: self.rest.stop_on_failure,
                at_least_one: self.rest.at_least_one,
            },
            policies: policies.map(|(place, policy)| policy.policy(place)).collect::<Result<_>>()?,
            run: Run {
                rounds: whole(&self.rounds, "run.rounds", 1..=MAX_ROUNDS.into())? as u32,
                replicates: whole(&self.replicates, "run.replicates", 1..=MAX_REPLICATES.into())? as u32,
                seed: whole(&self.seed, "run.seed", 0..=MAX_SEED)?,
                regret_alpha: self.rest.regret_alpha,
            },
            query_aware: self.query_aware.part()?,
        })
    }

    /// Goes to what other data suggests where the person set nothing: as on a first visit; says what it changed.
    pub fn suggest(&mut self, world: &World) -> Vec<Note> {
        let mut said: Vec<Note> = Vec::new();
        let playing = self.playing_models(world);
        let most = most(playing.len());
        let set = self.max_models.trim().parse().is_ok_and(|n: usize| (1..=most).contains(&n));
        self.set.max_models &= set;
        if self.set.max_models {
            let number = self.max_models.trim().to_owned();
            said.push(Box::new(move || say!("Models per query is still {n}, as it was set.", n = number)));
        } else {
            let number = match self.source {
                Source::Illustration => Form::opening().max_models,
                _ => most.min(4).to_string(),
            };
            if self.max_models != number {
                self.max_models = number.clone();
                said.push(Box::new(move || say!("Models per query is now {n}.", n = number)));
            }
        }
        let best = best(&playing).map(|model| model.name.clone());
        for policy in self.policies.iter_mut().filter(|policy| policy.kind == Kind::Fixed && !policy.chosen) {
            let models: Vec<String> = best.iter().cloned().collect();
            if policy.models != models {
                policy.models = models.clone();
                said.push(Box::new(move || {
                    say!("The fixed set is now {models}, the best of these models.", models = listed(&models))
                }));
            }
        }
        said
    }

    /// Makes what is chosen fit the models there are; says what it changed.
    pub fn fit_models(&mut self, world: &World) -> Vec<Note> {
        let mut said: Vec<Note> = Vec::new();
        self.off.retain(|name| world.models.iter().any(|model| model.name == *name));
        let playing = self.playing_models(world);
        if playing.is_empty() {
            return said;
        }
        let most = most(playing.len());
        if self.max_models.trim().parse().is_ok_and(|n: usize| n > most) {
            self.max_models = most.to_string();
            said.push(Box::new(move || {
                say!("Models per query is now {n}, so that there is something to choose.", n = most)
            }));
        }
        let best = best(&playing);
        for policy in self.policies.iter_mut().filter(|policy| policy.kind == Kind::Fixed) {
            let before = policy.models.clone();
            policy.models.retain(|name| playing.iter().any(|model| model.name == *name));
            if policy.models.is_empty() {
                policy.models.extend(best.map(|model| model.name.clone()));
                policy.chosen = false;
            }
            if policy.models != before {
                let now = policy.models.clone();
                said.push(Box::new(move || {
                    say!(
                        "{before} is not among these models; the fixed set is now {models}.",
                        before = listed(&before),
                        models = listed(&now),
                    )
                }));
            }
        }
        said.extend(self.changes.fit(&playing, self.source.is_data()));
        said
    }

    /// Makes the budget fit new data, whose cheapest and dearest sets cost this much: what the person set stays where it
    /// is in range, else it is what this data suggests; says what it changed.
    pub fn fit_budget(&mut self, world: &World, files: Option<&Files>, range: Option<BudgetRange>) -> Option<Note> {
        let Some(range) = range.filter(|_| world.costs) else {
            self.unconstrained = true;
            let models = files.filter(|_| self.source == Source::Files).map(|files| &files.data.facts().models);
            let without = models.into_iter().flatten().filter(|model| !model.has_cost);
            let without: Vec<String> = without.map(|model| model.name.clone()).collect();
            return Some(match models.is_some_and(|models| models.len() > without.len()) {
                true => Box::new(move || {
                    say!("No cost is known of {models}, so there is no budget.", models = listed(&without))
                }),
                false => Box::new(|| say!("This data has no costs, so there is no budget.")),
            });
        };
        if self.set.unconstrained {
            self.unconstrained = true;
            return Some(Box::new(|| say!("There is still no budget, as it was set.")));
        }
        let (low, high) = (range.cheapest_feasible, range.never_binding);
        // Where all sets cost the same, the budget that just lets them.
        let fits = |budget: f64| budget >= low && (budget < high || high <= low);
        let sign = world.unit.sign();
        let before = (std::mem::take(&mut self.unconstrained), self.budget.clone());
        if self.set.budget && decimal(self.budget.trim()).is_some_and(fits) {
            let budget = self.budget.trim().to_owned();
            return Some(Box::new(move || {
                say!("The budget is still {sign}{budget}, as it was set.", sign = sign, budget = budget)
            }));
        }
        let middle = low + (high - low) / 2.0;
        let rounded = typed(middle, 2);
        let opening = Form::opening().budget;
        let midway = match self.source {
            Source::Illustration if decimal(&opening).is_some_and(fits) => {
                self.budget = opening;
                false
            }
            _ => {
                self.budget = if decimal(&rounded).is_some_and(fits) { rounded } else { typed(middle * 1.000_001, 6) };
                true
            }
        };
        // It was set for other data, and is this data's now.
        self.set.budget = false;
        let now = (false, self.budget.clone());
        (before != now).then(|| -> Note {
            Box::new(move || {
                say!(
                    match midway {
                        true => "The budget is now {sign}{budget}, midway between the cheapest set and the dearest.",
                        false => "The budget is now {sign}{budget}.",
                    },
                    sign = sign,
                    budget = now.1,
                )
            })
        })
    }

    /// The models that are switched on.
    pub fn playing_models<'a>(&self, world: &'a World) -> Vec<&'a Model> {
        world.models.iter().filter(|model| !self.off.contains(&model.name)).collect()
    }

    /// Edits the changes of the world.
    pub fn change_world(&mut self, edit: Edit, world: &World) {
        let playing = self.playing_models(world);
        // Where the rounds cannot be read, as many as the page opens with.
        let rounds = self.rounds.trim().parse().unwrap_or(10_000);
        self.changes.edit(edit, &playing, rounds);
    }

    /// `7 of 8 play`.
    pub fn playing(&self) -> AttrValue {
        let on = self.policies.iter().filter(|policy| policy.on).count();
        if on == self.policies.len() {
            plural!(on, "{n}\u{a0}policy", "{n}\u{a0}policies", n = count(on as u64))
        } else {
            say!("{on} of {total} play", on = on, total = self.policies.len())
        }
    }
}

/// Most models per query that leave something to choose: all but one.
fn most(playing: usize) -> usize {
    playing.saturating_sub(1).max(1)
}

/// The model with the highest mean reward, the first of equals.
pub fn best<'a>(models: &[&'a Model]) -> Option<&'a Model> {
    models.iter().rev().copied().max_by(|a, b| a.reward.total_cmp(&b.reward))
}

/// The model with the lowest mean cost, the first of equals; nothing where a cost is unknown.
pub fn cheapest<'a>(models: &[&'a Model]) -> Option<&'a Model> {
    let costs: Option<Vec<f64>> = models.iter().map(|model| model.cost).collect();
    models.iter().copied().zip(costs?).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(model, _)| model)
}
