//! What the person has typed and chosen, kept as it was typed, and the experiment it means.

use crate::format::{listed, plural, typed};
use crate::world::{Files, Source, World, environment};
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::experiment::{
    C2mabV, EpsilonGreedy, Experiment, Fixed, MAX_REPLICATES, MAX_ROUNDS, MAX_SEED, NoParameters, Optimistic, Policy,
    PolicyKind, RewardModel, Run, Schedule, Solver, Task, Thompson,
};
use llm_selection::plan::BudgetRange;
use std::collections::BTreeSet;

/// A kind of policy, without its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    C2mabV,
    Cucb,
    Thompson,
    EpsilonGreedy,
    Fixed,
    Random,
    Oracle,
}

impl Kind {
    /// All kinds, as the menu of *Add policy* lists them.
    pub const ALL: [Kind; 7] =
        [Kind::C2mabV, Kind::Cucb, Kind::Thompson, Kind::EpsilonGreedy, Kind::Fixed, Kind::Random, Kind::Oracle];

    /// Its name in the field.
    pub fn name(self) -> &'static str {
        match self {
            Kind::C2mabV => "C2MAB-V",
            Kind::Cucb => "CUCB",
            Kind::Thompson => "Thompson",
            Kind::EpsilonGreedy => "ε-greedy",
            Kind::Fixed => "Fixed set",
            Kind::Random => "Random set",
            Kind::Oracle => "Oracle",
        }
    }

    /// One line of meaning.
    pub fn about(self) -> &'static str {
        match self {
            Kind::C2mabV => "learns reward and cost, keeps to the budget",
            Kind::Cucb => "optimistic about reward, blind to cost",
            Kind::Thompson => "draws from what it believes, blind to cost",
            Kind::EpsilonGreedy => "tries at random now and then, blind to cost",
            Kind::Fixed => "always the same models",
            Kind::Random => "any models, each round anew",
            Kind::Oracle => "knows the true means: the best set that fits",
        }
    }
}

/// A text input of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    MaxModels,
    Budget,
    Rounds,
    Replicates,
    Seed,
    /// A parameter of the policy with this number.
    Policy(u32, Param),
}

/// A typed parameter of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Param {
    AlphaMu,
    AlphaC,
    Delta,
    Epsilon,
    C,
    Label,
}

/// One policy of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyForm {
    /// Number that stays with it while it is on the page.
    pub id: u32,
    /// Whether it plays.
    pub on: bool,
    /// What it is.
    pub kind: Kind,
    /// The person's name for it; empty = the engine's.
    pub label: String,
    pub alpha_mu: String,
    pub alpha_c: String,
    /// Empty = 1/T.
    pub delta: String,
    pub epsilon: String,
    /// Whether ε falls as `c/t`.
    pub schedule: bool,
    pub c: String,
    pub solver: Option<Solver>,
    /// Models of a fixed set.
    pub models: Vec<String>,
}

/// The whole form.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    pub source: Source,
    /// Models that are switched off.
    pub off: BTreeSet<String>,
    pub reward: RewardModel,
    pub max_models: String,
    pub budget: String,
    pub unconstrained: bool,
    pub policies: Vec<PolicyForm>,
    pub rounds: String,
    pub replicates: String,
    pub seed: String,
    /// Number of the next policy.
    pub next_id: u32,
}

impl Form {
    /// The form the page opens with: sum up, a budget that binds, seven policies.
    pub fn opening() -> Form {
        let mut form = Form {
            source: Source::Illustration,
            off: BTreeSet::new(),
            reward: RewardModel::Suc,
            max_models: "3".into(),
            budget: "0.60".into(),
            unconstrained: false,
            policies: Vec::new(),
            rounds: "10000".into(),
            replicates: "10".into(),
            seed: "1".into(),
            next_id: 1,
        };
        for kind in Kind::ALL {
            form.add(kind, "GPT-4");
        }
        form
    }

    /// Adds a policy with default parameters; a fixed one plays `model`.
    pub fn add(&mut self, kind: Kind, model: &str) {
        self.policies.push(PolicyForm {
            id: self.next_id,
            on: true,
            kind,
            label: String::new(),
            alpha_mu: "0.3".into(),
            alpha_c: "0.05".into(),
            delta: String::new(),
            epsilon: "0.1".into(),
            schedule: false,
            c: "100".into(),
            solver: None,
            models: vec![model.to_owned()],
        });
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

    /// The text behind an input.
    pub fn text_mut(&mut self, field: Field) -> Option<&mut String> {
        Some(match field {
            Field::MaxModels => &mut self.max_models,
            Field::Budget => &mut self.budget,
            Field::Rounds => &mut self.rounds,
            Field::Replicates => &mut self.replicates,
            Field::Seed => &mut self.seed,
            Field::Policy(id, param) => {
                let policy = self.policy_mut(id)?;
                match param {
                    Param::AlphaMu => &mut policy.alpha_mu,
                    Param::AlphaC => &mut policy.alpha_c,
                    Param::Delta => &mut policy.delta,
                    Param::Epsilon => &mut policy.epsilon,
                    Param::C => &mut policy.c,
                    Param::Label => &mut policy.label,
                }
            }
        })
    }

    /// The input that an error's field is about.
    pub fn field_of(&self, error: &Error) -> Option<Field> {
        let path = error.place.field.as_deref()?;
        let param = match path.rsplit('.').next()? {
            "max_models" => return Some(Field::MaxModels),
            "budget" => return Some(Field::Budget),
            "rounds" => return Some(Field::Rounds),
            "replicates" => return Some(Field::Replicates),
            "seed" => return Some(Field::Seed),
            "alpha_mu" => Param::AlphaMu,
            "alpha_c" => Param::AlphaC,
            "delta" => Param::Delta,
            "epsilon" => Param::Epsilon,
            "c" => Param::C,
            "label" => Param::Label,
            _ => return None,
        };
        let number: usize = path.strip_prefix("policies[")?.split(']').next()?.parse().ok()?;
        let policy = self.policies.iter().filter(|policy| policy.on).nth(number)?;
        Some(Field::Policy(policy.id, param))
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
        Ok(Experiment {
            version: 1,
            title: String::new(),
            environment: environment(&self.source, &names, &self.off, files),
            task: Task {
                reward: self.reward,
                max_models: Some(whole(&self.max_models, "task.max_models", playing as u64)? as u32),
                budget,
                success_threshold: 1.0,
                feedback: None,
                stop_on_failure: false,
                at_least_one: true,
            },
            policies: policies.map(|(place, policy)| policy.policy(place)).collect::<Result<_>>()?,
            run: Run {
                rounds: whole(&self.rounds, "run.rounds", u64::from(MAX_ROUNDS))? as u32,
                replicates: whole(&self.replicates, "run.replicates", u64::from(MAX_REPLICATES))? as u32,
                seed: whole(&self.seed, "run.seed", MAX_SEED)?,
                regret_alpha: 1.0,
            },
        })
    }

    /// Makes what is chosen fit the models there are; says what it changed.
    pub fn fit_models(&mut self, world: &World) -> Vec<String> {
        let mut said = Vec::new();
        self.off.retain(|name| world.models.iter().any(|model| model.name == *name));
        let playing: Vec<_> = world.models.iter().filter(|model| !self.off.contains(&model.name)).collect();
        if playing.is_empty() {
            return said;
        }
        // All of the models in every set would leave nothing to choose.
        let most = playing.len().saturating_sub(1).max(1);
        if self.max_models.trim().parse().is_ok_and(|n: usize| n > most) {
            self.max_models = most.to_string();
            said.push(format!("Models per query is now {most}, so that there is something to choose."));
        }
        let best = playing.iter().max_by(|a, b| a.reward.total_cmp(&b.reward));
        for policy in self.policies.iter_mut().filter(|policy| policy.kind == Kind::Fixed) {
            let before = policy.models.clone();
            policy.models.retain(|name| playing.iter().any(|model| model.name == *name));
            if policy.models.is_empty() {
                policy.models.extend(best.map(|model| model.name.clone()));
            }
            if policy.models != before {
                said.push(format!(
                    "{} is not among these models; the fixed set is now {}.",
                    listed(&before),
                    listed(&policy.models)
                ));
            }
        }
        said
    }

    /// Makes the budget fit new data, whose cheapest and dearest sets cost this much; says what it changed.
    pub fn fit_budget(&mut self, world: &World, range: Option<BudgetRange>) -> Option<String> {
        let Some(range) = range.filter(|_| world.costs) else {
            self.unconstrained = true;
            return Some("This data has no costs, so there is no budget.".into());
        };
        let (low, high) = (range.cheapest_feasible, range.never_binding);
        // Where all sets cost the same, the budget that just lets them.
        let fits = |budget: f64| budget >= low && (budget < high || high <= low);
        if !self.unconstrained && self.budget.trim().parse().is_ok_and(fits) {
            return None;
        }
        let middle = low + (high - low) / 2.0;
        let rounded = typed(middle, 2);
        self.budget = if rounded.parse().is_ok_and(fits) { rounded } else { typed(middle * 1.000_001, 6) };
        self.unconstrained = false;
        Some(format!(
            "The budget is now {}{}, midway between the cheapest set and the dearest.",
            world.unit.sign(),
            self.budget
        ))
    }

    /// `7 of 8 play`.
    pub fn playing(&self) -> String {
        let on = self.policies.iter().filter(|policy| policy.on).count();
        if on == self.policies.len() {
            plural(on as u64, "policy", "policies")
        } else {
            format!("{on} of {} play", self.policies.len())
        }
    }
}

impl PolicyForm {
    fn policy(&self, place: usize) -> Result<Policy> {
        let read =
            |text: &str, name: &str, expected: &str| number(text, &format!("policies[{place}].{name}"), expected);
        let alpha_mu = || read(&self.alpha_mu, "alpha_mu", "a number from 0 up");
        let delta = || match self.delta.trim() {
            "" => Ok(None),
            text => read(text, "delta", "a number above 0 and up to 1, or nothing for 1/T").map(Some),
        };
        let kind = match self.kind {
            Kind::C2mabV => PolicyKind::C2mabV(C2mabV {
                alpha_mu: alpha_mu()?,
                alpha_c: read(&self.alpha_c, "alpha_c", "a number from 0 up")?,
                delta: delta()?,
                solver: self.solver,
                window: None,
                discount: None,
            }),
            Kind::Cucb => PolicyKind::Cucb(Optimistic { alpha_mu: alpha_mu()?, delta: delta()?, cost_aware: false }),
            Kind::Thompson => PolicyKind::Thompson(Thompson::default()),
            Kind::EpsilonGreedy => PolicyKind::EpsilonGreedy(if self.schedule {
                let c = read(&self.c, "schedule.c", "a number from 0 up")?;
                EpsilonGreedy { epsilon: None, schedule: Some(Schedule { c }), cost_aware: false }
            } else {
                EpsilonGreedy {
                    epsilon: Some(read(&self.epsilon, "epsilon", "a number from 0 to 1")?),
                    schedule: None,
                    cost_aware: false,
                }
            }),
            Kind::Fixed => PolicyKind::Fixed(Fixed { models: self.models.clone() }),
            Kind::Random => PolicyKind::Random(NoParameters {}),
            Kind::Oracle => PolicyKind::Oracle(NoParameters {}),
        };
        let label = self.label.trim();
        Ok(Policy { label: (!label.is_empty()).then(|| label.to_owned()), kind })
    }
}

fn unreadable(text: &str, field: &str, expected: &str) -> Error {
    let found = if text.trim().is_empty() { "nothing" } else { text.trim() };
    Error::new(ErrorKind::OutOfRange, expected).at_field(field).found(found)
}

fn number(text: &str, field: &str, expected: &str) -> Result<f64> {
    text.trim().parse().map_err(|_| unreadable(text, field, expected))
}

/// A whole number up to `most`; what is in range below that is the engine's to say.
fn whole(text: &str, field: &str, most: u64) -> Result<u64> {
    let least = u64::from(field != "run.seed");
    let value = text.trim().parse().ok().filter(|value| (least..=most).contains(value));
    value.ok_or_else(|| unreadable(text, field, &format!("a whole number from {least} to {most}")))
}
