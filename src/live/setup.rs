//! What a live run is: models and where they are called, questions, prompt, scoring, task, policy, pace and caps. It holds
//! no key, and nothing of it comes from a link.

use super::grade::{Scorer, Scoring};
use super::ledger::Caps;
use super::prompt::{check_template, fill};
use super::protocol::{Ask, most_input_tokens};
use super::provider::Endpoint;
use crate::data::Question;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{MAX_MODELS, MAX_NAME, MAX_ROUNDS, Policy, Run, Task, TokenPrice};
use crate::plan::{LiveModel, Plan};
use crate::query_aware::context::{SKETCH, sketches};
use crate::random::{hash, permuted};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most questions of a run.
pub const MOST_QUESTIONS: usize = 20_000;
/// Most bytes of all questions together.
const MOST_TEXT: usize = 64 << 20;
/// Most rounds under way together.
pub const MOST_BATCH: u32 = 256;

/// A live run before its first round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// Whether the built-in simulated provider answers in the place of all others, for free.
    pub dry: bool,
    /// The models; those that play are the arms, in this order.
    pub models: Vec<Model>,
    /// The questions, 1 to 20,000. Round `t` asks one of them; after the last they come again.
    pub questions: Vec<Question>,
    /// Whether each pass over the questions is in an order drawn by the seed.
    pub shuffled: bool,
    /// What is sent before every question; may be empty.
    pub system: String,
    /// What is sent, with `{query}` for the question.
    pub template: String,
    /// How an answer becomes a score.
    pub scoring: Scoring,
    /// The model that judges, under [`Scoring::Judged`].
    pub judge: Option<Judge>,
    /// What is asked of the policy each round; the budget in dollars a question.
    pub task: Task,
    /// The policy.
    pub policy: Policy,
    /// Rounds `T`.
    pub rounds: u32,
    /// Seed of the policy's draws and of the questions' order.
    pub seed: u64,
    /// `B`: rounds that are under way together, by one state of the estimates; 1 to 256.
    pub batch: u32,
    /// Most tokens of an answer, reasoning included; 1 to 1,000,000.
    pub max_tokens: u32,
    /// Seconds after which a call is given up, 1 to 3,600.
    pub timeout_s: f64,
    /// Further tries of a call that failed for a passing reason, 0 to 20.
    pub retries: u32,
    /// How fast each provider is called; one that is not named is called by the default.
    pub paces: Vec<(Endpoint, Pace)>,
    /// What the run may not exceed, whatever happens.
    pub caps: Caps,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Unique name on the page and in exports.
    pub name: String,
    /// Where it is called.
    pub endpoint: Endpoint,
    /// The provider's name for it.
    pub model: String,
    /// Dollars per million tokens; a model without a price cannot be called.
    pub price: Option<TokenPrice>,
    /// Whether it is an arm; else it can only judge.
    pub plays: bool,
}

/// The model that judges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judge {
    /// Its place among the models.
    pub model: usize,
    /// What it is sent, with `{query}`, `{reference}` and `{answer}`.
    pub template: String,
    /// Most tokens of a verdict.
    pub max_tokens: u32,
}

/// How fast a provider is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Calls under way together, 1 to 64.
    pub at_once: u32,
    /// Calls a minute, 1 to 100,000; `None` = as many as come.
    pub per_minute: Option<u32>,
}

impl Default for Pace {
    fn default() -> Self {
        Pace { at_once: 2, per_minute: None }
    }
}

impl Setup {
    /// Checks everything and gives what is played, and by question what query-aware policies are told.
    ///
    /// # Errors
    /// A field outside its range; a model that plays or judges and has no price; no question; a query-aware policy on
    /// questions that say nothing; those of [`Plan::live`], [`Endpoint::check`], [`check_template`] and [`Scorer::new`].
    pub fn check(&self) -> Result<(Plan, Vec<f64>)> {
        self.check_models()?;
        self.check_questions()?;
        check_template(&self.template).map_err(|error| error.at_field("template"))?;
        Scorer::new(&self.scoring)?;
        if let (Scoring::Judged, judge) = (&self.scoring, &self.judge) {
            let named = judge.as_ref().filter(|judge| judge.model < self.models.len());
            let judge = named.ok_or_else(|| wrong("judge", "the model that judges"))?;
            check_template(&judge.template).map_err(|error| error.at_field("judge.template"))?;
            within("judge.max_tokens", judge.max_tokens.into(), 1.0, 1_000_000.0)?;
        }
        within("rounds", self.rounds.into(), 1.0, MAX_ROUNDS.into())?;
        within("batch", self.batch.into(), 1.0, MOST_BATCH.into())?;
        within("max_tokens", self.max_tokens.into(), 1.0, 1_000_000.0)?;
        within("timeout_s", self.timeout_s, 1.0, 3_600.0)?;
        within("retries", self.retries.into(), 0.0, 20.0)?;
        for (_, pace) in &self.paces {
            within("at_once", pace.at_once.into(), 1.0, 64.0)?;
            within("per_minute", pace.per_minute.unwrap_or(1).into(), 1.0, 100_000.0)?;
        }
        self.caps.check()?;
        let reads = self.policy.kind.reads_query();
        let models: Vec<LiveModel> =
            self.arms().map(|(_, model)| LiveModel { name: model.name.clone(), worst: self.worst(model) }).collect();
        let width = if reads { models.len() + SKETCH } else { 0 };
        let run = Run { rounds: self.rounds, replicates: 1, seed: self.seed, ..Run::default() };
        let plan = Plan::live(&models, &self.task, &self.policy, &run, width)?;
        let contexts = if reads {
            let texts: Vec<String> = self.questions.iter().map(|question| question.query.clone()).collect();
            sketches(&texts, models.len())?
        } else {
            Vec::new()
        };
        Ok((plan, contexts))
    }

    /// The models that play, with their places in the list.
    pub fn arms(&self) -> impl Iterator<Item = (usize, &Model)> {
        self.models.iter().enumerate().filter(|(_, model)| model.plays)
    }

    /// The place of a round's question, rounds from 0, and how often it has come before; `None` without questions.
    pub fn place(&self, round: u32) -> Option<(usize, u32)> {
        let count = u32::try_from(self.questions.len()).ok().filter(|count| *count > 0)?;
        let (pass, place) = (round / count, u64::from(round % count));
        let place = match self.shuffled {
            true => permuted(hash(self.seed, pass.into()), place, count.into()),
            false => place,
        };
        Some((place as usize, pass))
    }

    /// The question of a round.
    pub fn question(&self, round: u32) -> Option<&Question> {
        self.place(round).and_then(|(place, _)| self.questions.get(place))
    }

    /// What is sent for a question.
    pub fn prompt(&self, question: &Question) -> String {
        fill(
            &self.template,
            &[("query", &question.query), ("reference", &question.reference), ("category", &question.category)],
        )
    }

    /// The pace of a provider.
    pub fn pace(&self, endpoint: &Endpoint) -> Pace {
        self.paces.iter().find(|(other, _)| other == endpoint).map(|(_, pace)| *pace).unwrap_or_default()
    }

    /// The most that a call of this model can cost, whatever the question; dollars.
    pub fn worst(&self, model: &Model) -> f64 {
        let longest = self.questions.iter().map(|question| self.prompt(question)).max_by_key(String::len);
        let ask = self.ask(model, longest.as_deref().unwrap_or_default());
        worst_case(model, &ask)
    }

    /// What a model is asked for an answer.
    pub fn ask<'a>(&'a self, model: &'a Model, prompt: &'a str) -> Ask<'a> {
        Ask { model: &model.model, system: &self.system, prompt, max_tokens: self.max_tokens }
    }

    fn check_models(&self) -> Result<()> {
        if self.arms().next().is_none() || self.models.len() > MAX_MODELS {
            return Err(wrong("models", "1 to 200 models, at least one that plays").found(self.models.len()));
        }
        let mut names = BTreeSet::new();
        for (place, model) in self.models.iter().enumerate() {
            let field = |part: &str| format!("models[{place}].{part}");
            model.endpoint.check().map_err(|error| error.at_field(field("endpoint")))?;
            if model.model.trim().is_empty() || model.model.len() > MAX_NAME {
                return Err(wrong(&field("model"), "the provider's name of a model").found(&model.model));
            }
            if model.name.trim().is_empty() || model.name.len() > MAX_NAME {
                return Err(wrong(&field("name"), "a name").found(&model.name));
            }
            if !names.insert(&model.name) {
                let error = Error::new(ErrorKind::Duplicate, "a name that no other model has");
                return Err(error.at_field(field("name")).found(&model.name));
            }
            let needed = model.plays || self.judge.as_ref().is_some_and(|judge| judge.model == place);
            match model.price {
                Some(price) => {
                    for (part, value) in [("input", price.input), ("output", price.output)] {
                        within(&field(&format!("price.{part}")), value, 0.0, 1e6)?;
                    }
                }
                None if needed => {
                    let expected = "a price per million tokens (0 where it is free): without one nothing can be capped";
                    return Err(Error::new(ErrorKind::Missing, expected).at_field(field("price")).found(&model.name));
                }
                None => {}
            }
        }
        Ok(())
    }

    fn check_questions(&self) -> Result<()> {
        if self.questions.is_empty() || self.questions.len() > MOST_QUESTIONS {
            return Err(wrong("questions", "1 to 20,000 questions").found(self.questions.len()));
        }
        let text: usize = self.questions.iter().map(|it| it.query.len() + it.reference.len()).sum();
        if text > MOST_TEXT {
            return Err(Error::new(ErrorKind::TooLarge, "at most 64 MiB of text").at_field("questions").found(text));
        }
        let mut ids = BTreeSet::new();
        for (place, question) in self.questions.iter().enumerate() {
            if question.query.trim().is_empty() {
                return Err(wrong(&format!("questions[{place}].query"), "the text of a question"));
            }
            if !ids.insert(&question.id) {
                let error = Error::new(ErrorKind::Duplicate, "an id that no other question has");
                return Err(error.at_field(format!("questions[{place}].id")).found(&question.id));
            }
        }
        Ok(())
    }
}

/// The most that a call can cost, in dollars: as many tokens of the prompt as it has bytes, and the longest answer.
pub fn worst_case(model: &Model, ask: &Ask) -> f64 {
    model.price.map_or(0.0, |price| {
        (most_input_tokens(ask) as f64 * price.input + f64::from(ask.max_tokens) * price.output) / 1e6
    })
}

fn wrong(field: &str, expected: &str) -> Error {
    Error::new(ErrorKind::OutOfRange, expected).at_field(field)
}

fn within(field: &str, value: f64, low: f64, high: f64) -> Result<()> {
    if value >= low && value <= high {
        return Ok(());
    }
    let (low, high) = (crate::number::short(low), crate::number::short(high));
    Err(wrong(field, &format!("a number from {low} to {high}")).found(value))
}
