//! The worker that trains and judges query-aware selection. It keeps what it has trained, so that what is asked of it
//! afterwards is answered at once.

use super::importer::{REPORT_EVERY, input};
use super::{listen, now, post, unpack};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Experiment, QueryAware};
use crate::protocol::{FromQueryAware, ToQueryAware, decode};
use crate::query_aware::ask::ask;
use crate::query_aware::embeddings::Embeddings;
use crate::query_aware::evaluation::Evaluated;
use crate::query_aware::explore::explore;
use crate::query_aware::queries::Queries;
use crate::query_aware::select::{Limits, Rule};
use crate::query_aware::steps::{Step, evaluate_files};
use crate::query_aware::tested::Tested;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

/// What was trained, and on what.
pub struct Kept {
    /// The queries, as the experiment plays them.
    pub queries: Queries,
    /// What was asked for.
    pub part: QueryAware,
    /// The predictor and the figures.
    pub evaluated: Evaluated,
    /// The token embeddings among the features.
    pub embeddings: Option<Embeddings>,
    /// The test queries.
    pub tested: Tested,
}

impl Kept {
    /// The rule of a policy, by its place among the figures.
    fn rule(&self, policy: u32) -> Result<&Rule> {
        let expected = format!("a policy below {}", self.evaluated.rules.len());
        let error = || Error::new(ErrorKind::OutOfRange, expected).at_field("policy").found(policy);
        self.evaluated.rules.get(policy as usize).ok_or_else(error)
    }
}

fn untrained() -> Error {
    Error::new(ErrorKind::Missing, "a training before questions about it")
}

/// Listens for files to be trained on, which stand beside the message, and for questions about what was trained.
#[wasm_bindgen]
pub fn start_query_aware() {
    let mut kept: Option<Kept> = None;
    listen(move |data| {
        let message = unpack(&data).and_then(|bytes| decode(&bytes));
        let answered = message.and_then(|message| match message {
            ToQueryAware::Train { names, table, experiment } => {
                // Given back first: memory that was asked for once stays the worker's.
                kept = None;
                let (trained, reply) = train(names, table, &data, &experiment)?;
                kept = Some(trained);
                Ok(reply)
            }
            ToQueryAware::Ask { policy, models, threshold, text } => {
                let kept = kept.as_ref().ok_or_else(untrained)?;
                let limits = Limits { models: models as usize, threshold };
                let (embeddings, rule) = (kept.embeddings.as_ref(), kept.rule(policy)?);
                let advice = ask(&kept.queries, &kept.evaluated, embeddings, rule, limits, &text)?;
                Ok(FromQueryAware::Advised(Box::new(advice)))
            }
            ToQueryAware::Explore { policy, sought } => {
                let kept = kept.as_ref().ok_or_else(untrained)?;
                let limits = Limits { models: kept.part.max_models as usize, threshold: kept.part.threshold };
                let judge = kept.evaluated.judge(&kept.queries);
                let view = explore(&kept.tested, &judge, kept.rule(policy)?, limits, &sought);
                Ok(FromQueryAware::Explored(Box::new(view)))
            }
        });
        post(&answered.unwrap_or_else(FromQueryAware::Failed));
    });
}

fn train(names: Vec<String>, table: Vec<String>, data: &JsValue, experiment: &str) -> Result<(Kept, FromQueryAware)> {
    let experiment = Experiment::from_json(experiment)?;
    let beside = data.dyn_ref::<js_sys::Array>().map(js_sys::Array::to_vec).unwrap_or_default();
    let mut files = beside.into_iter().filter_map(|value| value.dyn_into::<File>().ok());
    let mut inputs = |names: Vec<String>| {
        names.into_iter().zip(files.by_ref()).map(|(name, file)| input(name, file)).collect::<Result<Vec<_>>>()
    };
    let (inputs, table) = (inputs(names)?, inputs(table)?);
    let mut clock = Clock::new();
    let embeddings = if table.is_empty() { None } else { Some(Embeddings::read(table)?) };
    let (queries, evaluated) = evaluate_files(&experiment, inputs, embeddings.as_ref(), &mut |step, share| {
        clock.tell(step, share);
        true
    })?;
    let evaluation = evaluated.evaluation.to_json();
    let part = experiment.query_aware.unwrap_or_default();
    let tested = Tested::of(&queries, &evaluated.split.test);
    let kept = Kept { queries, part, evaluated, embeddings, tested };
    Ok((kept, FromQueryAware::Evaluated { evaluation, times: clock.times() }))
}

/// Times the steps, and reports how far the work is.
struct Clock {
    /// The step under way and when it began.
    now: (Step, f64),
    done: Vec<(Step, f64)>,
    reported: f64,
}

impl Clock {
    fn new() -> Clock {
        Clock { now: (Step::Read, now()), done: Vec::new(), reported: 0.0 }
    }

    fn tell(&mut self, step: Step, share: f64) {
        let time = now();
        let other = step != self.now.0;
        if other {
            self.done.push((self.now.0, time - self.now.1));
            self.now = (step, time);
        }
        if other || time - self.reported > REPORT_EVERY {
            self.reported = time;
            post(&FromQueryAware::Progress { step, share });
        }
    }

    fn times(mut self) -> Vec<(Step, f64)> {
        self.done.push((self.now.0, now() - self.now.1));
        self.done
    }
}
