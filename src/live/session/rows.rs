//! The calls of a run as a table that is looked at a window at a time.

use super::Session;
use crate::live::fault::Fault;
use crate::live::log::Outcome;
use crate::live::protocol::{Ending, Usage};
use serde::{Deserialize, Serialize};

/// Most rows that are given at once.
const MOST_ROWS: usize = 200;
/// Most characters of an answer in a row.
const EXCERPT: usize = 80;

/// Which calls are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shown {
    /// All, the newest first.
    #[default]
    All,
    /// Answers with a score below 1.
    Wrong,
    /// Calls that failed.
    Failed,
}

/// A window of the table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// Rows of the whole table.
    pub total: usize,
    /// Place of the first row given, the newest call being 0.
    pub first: usize,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Number of the call, from 0.
    pub call: u64,
    /// Round, from 1.
    pub round: u32,
    /// Id of the question.
    pub question: String,
    /// Name of the model.
    pub model: String,
    /// Whether it is a verdict on an answer.
    pub judge: bool,
    /// Number of the try, from 1.
    pub attempt: u32,
    /// Tokens, where known.
    pub usage: Option<Usage>,
    /// Dollars by usage; `None` where they are unknown.
    pub dollars: Option<f64>,
    /// Dollars that it is booked at while, or since, its cost is unknown.
    pub worst: f64,
    /// Milliseconds; `None` while it is under way.
    pub latency_ms: Option<f64>,
    /// How far it is.
    pub state: RowState,
}

/// What was said in a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// The prompt.
    pub sent: String,
    /// What is right.
    pub reference: String,
    /// The answer, or what the provider said of the failure.
    pub came: String,
    /// What a person should know of it or can do; empty where nothing.
    pub advice: String,
}

/// How far a call is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RowState {
    /// Under way.
    UnderWay,
    /// Answered, with the beginning of the text, its ending, and the score where it has one.
    Answered(String, Ending, Option<f64>),
    /// Failed.
    Failed(Fault),
    /// Not sent.
    NotSent,
}

impl Session {
    /// A window of the calls, at most 200.
    pub fn rows(&self, shown: Shown, first: usize, count: usize) -> Rows {
        let passes = |number: &usize| {
            let outcome = self.calls.get(*number).and_then(|call| call.outcome.as_ref());
            match (shown, outcome) {
                (Shown::All, _) => true,
                (Shown::Wrong, Some(Outcome::Answered(said))) => said.score.is_some_and(|score| score < 1.0),
                (Shown::Failed, Some(Outcome::Failed { .. })) => true,
                _ => false,
            }
        };
        let all = || (0..self.calls.len()).rev().filter(passes);
        let total = if shown == Shown::All { self.calls.len() } else { all().count() };
        let first = first.min(total);
        let rows = all().skip(first).take(count.min(MOST_ROWS)).filter_map(|number| self.row(number)).collect();
        Rows { total, first, rows }
    }

    fn row(&self, number: usize) -> Option<Row> {
        let call = self.calls.get(number)?;
        let model = self.model(&call.slot).and_then(|place| self.setup.models.get(place))?;
        let (usage, dollars, latency_ms, state) = match &call.outcome {
            None => (None, None, None, RowState::UnderWay),
            Some(Outcome::NotSent) => (None, Some(0.0), None, RowState::NotSent),
            Some(Outcome::Answered(said)) => {
                let mut text: String = said.text.chars().take(EXCERPT).collect();
                if said.text.chars().nth(EXCERPT).is_some() {
                    text.push('…');
                }
                (said.usage, said.dollars, Some(said.latency_ms), RowState::Answered(text, said.ending, said.score))
            }
            Some(Outcome::Failed { fault, latency_ms }) => {
                let dollars = if fault.may_be_billed() { None } else { Some(0.0) };
                (None, dollars, Some(*latency_ms), RowState::Failed(fault.clone()))
            }
        };
        Some(Row {
            call: number as u64,
            round: call.slot.round + 1,
            question: self.setup.question(call.slot.round).map(|it| it.id.clone()).unwrap_or_default(),
            model: model.name.clone(),
            judge: call.slot.judge,
            attempt: call.attempt,
            usage,
            dollars,
            worst: call.worst,
            latency_ms,
            state,
        })
    }

    /// The texts of a call; `origin` is the page's own, for advice. `None` where there is no such call.
    pub fn texts(&self, call: u64, origin: &str) -> Option<Texts> {
        let known = self.calls.get(call as usize)?;
        let (question, model) = (self.setup.question(known.slot.round)?, self.model_of(call)?);
        let (came, advice) = match &known.outcome {
            Some(Outcome::Answered(said)) => {
                let mut advice: Vec<&str> = Vec::new();
                if said.usage.is_none() {
                    advice
                        .push("The reply does not say how many tokens it took: the call is booked at its worst case.");
                }
                match said.ending {
                    Ending::CutOff => advice.push("The answer was cut off at the limit: allow more output tokens."),
                    Ending::Refused => advice.push("The model, or its provider's filter, refused to answer."),
                    Ending::Complete if said.text.trim().is_empty() => {
                        advice.push("The answer is empty. A model that reasons may have used up its tokens for that: allow more.");
                    }
                    Ending::Complete => {}
                }
                if known.slot.judge && said.score.is_none() {
                    advice.push("This is no verdict: neither yes, nor no, nor a number from 0 to 1. Change the judge's template, or take another model.");
                }
                (said.text.clone(), advice.join(" "))
            }
            Some(Outcome::Failed { fault, .. }) => {
                (fault.said.clone(), fault.advice(&model.endpoint, &model.model, origin))
            }
            _ => (String::new(), String::new()),
        };
        Some(Texts { sent: self.prompt(&known.slot), reference: question.reference.clone(), came, advice })
    }
}
