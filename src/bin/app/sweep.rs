//! The sweep view's part of the state: what is varied, the sweep under way, what has come of it.

use crate::action::Effect;
use crate::format::typed;
use crate::shared::Shared;
use crate::state::Ready;
use crate::words::say;
use llm_selection::browser::pool::{Event, Snapshot};
use llm_selection::browser::remote::Remote;
use llm_selection::data::FileIdentity;
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::experiment::{Experiment, value_of};
use llm_selection::figure::sweep::Curves;
use llm_selection::plan::Playable;
use llm_selection::sweep::{Listed, PointResult, Sweep, SweepResult};
use serde_json::Value;
use std::rc::Rc;
use yew::AttrValue;

/// Fewest and most values of a sweep on the page; the command line goes further.
pub const COUNTS: (u64, u64) = (2, 50);

/// What can happen in the view.
#[derive(Clone)]
pub enum SweepAction {
    /// Another parameter, by its path.
    Parameter(String),
    /// Text typed into an input.
    Typed(Input, String),
    Geometric(bool),
    Run,
    Cancel,
    Hide(usize, bool),
    Pool(Event),
}

/// A text input of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    From,
    To,
    Count,
}

impl Input {
    /// Label on the page.
    pub fn name(self) -> AttrValue {
        say!(match self {
            Input::From => "From",
            Input::To => "To",
            Input::Count => "Number of values",
        })
    }

    /// What errors call it.
    fn field(self) -> &'static str {
        match self {
            Input::From => "From",
            Input::To => "To",
            Input::Count => "Number of values",
        }
    }
}

/// A parameter to choose.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Path in the experiment; with `*` that of every policy that has it.
    pub path: String,
    what: What,
}

/// What a parameter is.
#[derive(Debug, Clone, PartialEq)]
enum What {
    Budget,
    Models,
    /// Of so many policies, by its symbol.
    OfAll(&'static str, usize),
    /// Of the policy with this label.
    Of(&'static str, String),
    /// The round of the drift that is at this one.
    Drift(u32),
}

impl Choice {
    /// Name on the page.
    pub fn name(&self) -> AttrValue {
        match &self.what {
            What::Budget => say!("Budget per query ρ"),
            What::Models => say!("Models per query N"),
            What::OfAll(symbol, policies) => {
                say!("{symbol} of all {n} policies that have it", symbol = symbol, n = policies)
            }
            What::Of(symbol, policy) => say!("{symbol} of {policy}", symbol = symbol, policy = policy),
            What::Drift(round) => say!("Round of the drift at {round}", round = round),
        }
    }
}

/// The sweep view's state.
#[derive(Clone, Default)]
pub struct SweepState {
    pub choices: Rc<Vec<Choice>>,
    pub path: String,
    pub from: String,
    pub to: String,
    pub count: String,
    pub geometric: bool,
    /// What is wrong in the view.
    pub problem: Option<Rc<Error>>,
    /// A sweep that could not go on.
    pub failure: Option<Rc<Error>>,
    pub running: Option<Running>,
    pub played: Option<Shared<Played>>,
    pub hidden: Rc<Vec<bool>>,
    /// The person has typed a range: it stays when the experiment changes.
    typed: bool,
}

/// A sweep under way.
#[derive(Clone)]
pub struct Running {
    sweep: Sweep,
    data: Option<Rc<Remote>>,
    files: Vec<FileIdentity>,
    points: Vec<PointResult>,
    /// Of the current point, from 0 to 1.
    pub share: f64,
    /// Milliseconds of playing, without the current point and with it.
    elapsed: (f64, f64),
}

/// What a sweep has come to so far.
pub struct Played {
    pub sweep: Sweep,
    /// The experiment that was varied.
    pub experiment: Rc<Experiment>,
    pub result: SweepResult,
    pub curves: Curves,
    pub elapsed_ms: f64,
}

impl Played {
    /// Whether all points are in.
    pub fn complete(&self) -> bool {
        self.result.points.len() == self.sweep.points()
    }
}

impl Running {
    /// Points done, points in all, and the share of the work that is done.
    pub fn progress(&self) -> (usize, usize, f64) {
        let (done, all) = (self.points.len(), self.sweep.points());
        (done, all, (done as f64 + self.share) / all.max(1) as f64)
    }

    /// Milliseconds left, as far as can be told.
    pub fn left_ms(&self) -> Option<f64> {
        let share = self.progress().2;
        (share > 0.02).then(|| self.elapsed.1 * (1.0 - share) / share)
    }

    /// The current point's values.
    pub fn values(&self) -> Listed {
        self.sweep.values(self.points.len())
    }
}

impl SweepState {
    /// Makes the parameters to choose those of a new experiment.
    pub fn fit(&mut self, ready: &Ready) {
        let choices = choices(ready);
        let there = choices.iter().any(|choice| choice.path == self.path);
        if !there {
            self.path = choices.first().map(|choice| choice.path.clone()).unwrap_or_default();
        }
        if !there || !self.typed {
            self.defaults(ready);
        }
        self.choices = Rc::new(choices);
        self.problem = None;
    }

    /// A range that shows what the parameter does.
    fn defaults(&mut self, ready: &Ready) {
        self.typed = false;
        let rounds = f64::from(ready.experiment.run.rounds);
        let (from, to, count, geometric) = match self.path.as_str() {
            "task.budget" => {
                let (low, high) = match ready.range {
                    Some(range) => (range.cheapest_feasible, range.never_binding),
                    None => (0.1, 1.0),
                };
                (upward(low), upward(high), 9, false)
            }
            "task.max_models" => {
                let models = ready.models.saturating_sub(1).clamp(2, 8);
                ("1".into(), models.to_string(), models as u64, false)
            }
            path if path.ends_with("alpha_mu") => ("0.03".into(), "3".into(), 5, true),
            path if path.ends_with("alpha_c") => ("0.005".into(), "0.5".into(), 5, true),
            path if path.ends_with("epsilon") => ("0".into(), "0.5".into(), 6, false),
            path => {
                let (drift, _) = ready.experiment.environment.changes();
                let place: Option<usize> = path.split('.').nth(2).and_then(|place| place.parse().ok());
                let at = |place: Option<usize>| place.and_then(|place| drift.get(place)).map(|change| change.at);
                let before = at(place.and_then(|place| place.checked_sub(1))).map_or(1.0, f64::from);
                let after = at(place.map(|place| place + 1)).map_or(rounds, f64::from);
                let part = |share: f64| (before + share * (after - before)).floor().max(before + 1.0);
                (typed(part(0.1), 0), typed(part(0.9), 0), 9, false)
            }
        };
        (self.from, self.to, self.count, self.geometric) = (from, to, count.to_string(), geometric);
    }

    /// What happened in the view, and what follows from it. `ready` is the last valid experiment, `wrong` what keeps
    /// the form's from being one.
    pub fn reduce(
        &mut self,
        action: SweepAction,
        ready: Option<&Ready>,
        wrong: Option<&Rc<Error>>,
        data: Option<Rc<Remote>>,
    ) -> Vec<Effect> {
        match action {
            SweepAction::Parameter(path) => {
                self.path = path;
                self.problem = None;
                ready.into_iter().for_each(|ready| self.defaults(ready));
            }
            SweepAction::Typed(input, text) => {
                self.typed = true;
                *match input {
                    Input::From => &mut self.from,
                    Input::To => &mut self.to,
                    Input::Count => &mut self.count,
                } = text;
            }
            SweepAction::Geometric(on) => self.geometric = on,
            SweepAction::Hide(place, hide) => {
                if let Some(hidden) = Rc::make_mut(&mut self.hidden).get_mut(place) {
                    *hidden = hide;
                }
            }
            SweepAction::Run => {
                let Some(ready) = ready.filter(|_| self.running.is_none()) else { return Vec::new() };
                return match self.begin(ready, wrong, data) {
                    Ok(effects) => effects,
                    Err(error) => {
                        self.problem = Some(Rc::new(error));
                        Vec::new()
                    }
                };
            }
            SweepAction::Cancel => {
                self.running = None;
                return vec![Effect::SweepStop];
            }
            SweepAction::Pool(Event::Progress(snapshot)) => return self.advance(&snapshot),
            SweepAction::Pool(Event::Failed(error)) => return self.fail(error),
            SweepAction::Pool(_) => {}
        }
        Vec::new()
    }

    fn begin(&mut self, ready: &Ready, wrong: Option<&Rc<Error>>, data: Option<Rc<Remote>>) -> Result<Vec<Effect>> {
        if let Some(error) = wrong {
            return Err((**error).clone());
        }
        let values = self.values()?;
        let sweep = Sweep::new(&ready.experiment, Listed(vec![(self.path.clone(), Value::Array(values))]))?;
        // What does not fit the data shows at an end of the range; a plan for every point would keep the page waiting.
        for point in [0, sweep.points() - 1] {
            sweep.plan_on(point, data.as_deref().map(|data| data as &dyn Playable))?;
        }
        let files = data.as_ref().map(|data| data.facts().files.clone()).unwrap_or_default();
        let result = SweepResult::new(&sweep, None, files.clone(), Vec::new());
        let played = Played {
            curves: Curves::new(&result)?,
            experiment: ready.experiment.clone(),
            sweep: sweep.clone(),
            result,
            elapsed_ms: 0.0,
        };
        let experiment = sweep.experiment(0)?;
        self.played = Some(Shared(Rc::new(played)));
        self.hidden = Rc::new(vec![false; experiment.policies.len()]);
        (self.problem, self.failure) = (None, None);
        self.running =
            Some(Running { sweep, data: data.clone(), files, points: Vec::new(), share: 0.0, elapsed: (0.0, 0.0) });
        Ok(vec![Effect::SweepPlay { experiment: Rc::new(experiment), data }])
    }

    /// Takes in what has been played of the current point; after its end the next one begins.
    fn advance(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        let Some(running) = &mut self.running else { return Vec::new() };
        running.elapsed.1 = running.elapsed.0 + snapshot.elapsed_ms;
        running.share = f64::from(snapshot.round) / f64::from(snapshot.rounds.max(1));
        if snapshot.round < snapshot.rounds {
            return Vec::new();
        }
        let point = running.points.len();
        running.points.push(PointResult::new(&running.sweep, point, &snapshot.result));
        (running.share, running.elapsed.0) = (0.0, running.elapsed.1);
        let result = SweepResult::new(&running.sweep, None, running.files.clone(), running.points.clone());
        let next = match point + 1 < running.sweep.points() {
            true => Some(running.sweep.experiment(point + 1)),
            false => None,
        };
        let elapsed_ms = running.elapsed.0;
        match (Curves::new(&result), self.played.as_ref()) {
            (Ok(curves), Some(before)) => {
                let (sweep, experiment) = (before.sweep.clone(), before.experiment.clone());
                self.played = Some(Shared(Rc::new(Played { sweep, experiment, result, curves, elapsed_ms })));
            }
            (Err(error), _) => return self.fail(error),
            _ => {}
        }
        match next {
            Some(Ok(experiment)) => {
                let data = self.running.as_ref().and_then(|running| running.data.clone());
                vec![Effect::SweepPlay { experiment: Rc::new(experiment), data }]
            }
            Some(Err(error)) => self.fail(error),
            None => {
                self.running = None;
                vec![Effect::SweepStop]
            }
        }
    }

    fn fail(&mut self, error: Error) -> Vec<Effect> {
        (self.running, self.failure) = (None, Some(Rc::new(error)));
        vec![Effect::SweepStop]
    }

    /// The input that the problem is about.
    pub fn wrong(&self) -> Option<Input> {
        let field = self.problem.as_ref()?.place.field.as_deref()?;
        [Input::From, Input::To, Input::Count].into_iter().find(|input| input.field() == field)
    }

    /// Whether the parameter takes whole numbers only.
    pub fn whole(&self) -> bool {
        self.path == "task.max_models" || self.path.ends_with(".at")
    }

    /// The values that the form means.
    ///
    /// # Errors
    /// Names the input that does not hold what it should.
    fn values(&self) -> Result<Vec<Value>> {
        let wrong = |input: Input, found: &dyn std::fmt::Display, expected: String| {
            Error::new(ErrorKind::OutOfRange, expected).at_field(input.field()).found(found)
        };
        let shown = |text: &str| if text.trim().is_empty() { "nothing".to_owned() } else { text.trim().to_owned() };
        let whole = self.whole();
        let number = |input: Input, text: &str| {
            let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
            let number = number.filter(|number| !whole || (number.trunc() == *number && number.abs() < 1e9));
            let expected = if whole { "a whole number" } else { "a number" };
            number.ok_or_else(|| wrong(input, &shown(text), expected.into()))
        };
        let from = number(Input::From, &self.from)?;
        let to = number(Input::To, &self.to)?;
        if to <= from {
            return Err(wrong(
                Input::To,
                &shown(&self.to),
                format!("a number above {}, where it begins", shown(&self.from)),
            ));
        }
        if self.geometric && from <= 0.0 {
            let expected = "a number above 0: values spaced by factors never reach 0";
            return Err(wrong(Input::From, &shown(&self.from), expected.into()));
        }
        let (least, most) = COUNTS;
        let count = self.count.trim().parse().ok().filter(|count| (least..=most).contains(count));
        let count: u64 = count.ok_or_else(|| {
            wrong(Input::Count, &shown(&self.count), format!("a whole number from {least} to {most}"))
        })?;
        let place = |index: u64| {
            let share = index as f64 / (count - 1) as f64;
            match (index, self.geometric) {
                (0, _) => from,
                (index, _) if index + 1 == count => to,
                (_, true) => from * libm::pow(to / from, share),
                (_, false) => from + (to - from) * share,
            }
        };
        let mut values: Vec<Value> = Vec::new();
        for value in (0..count).map(place) {
            let value = if whole {
                Value::from(libm::round(value) as i64)
            } else if value == from || value == to {
                Value::from(value)
            } else {
                // Few digits, so that the values can be read and typed again; more where they lie close.
                let digits = if (to - from) / (count as f64) < 0.01 * to.abs() { 6 } else { 3 };
                Value::from(typed(value, digits).parse().unwrap_or(value))
            };
            if values.contains(&value) {
                let kind = if whole { "whole numbers" } else { "numbers" };
                let expected = format!("fewer: there are not so many {kind} between the ends");
                return Err(wrong(Input::Count, &shown(&self.count), expected));
            }
            values.push(value);
        }
        Ok(values)
    }
}

/// Three digits that are not below an amount, for the budget that just lets the cheapest set.
fn upward(amount: f64) -> String {
    let near = typed(amount, 3);
    let unit = libm::pow(10.0, -(near.split_once('.').map_or(0, |(_, rest)| rest.len()) as f64));
    let text = if near.parse().is_ok_and(|read: f64| read >= amount) { near } else { typed(amount + unit, 3) };
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// What can be varied in an experiment.
fn choices(ready: &Ready) -> Vec<Choice> {
    let experiment = &ready.experiment;
    let choice = |path: String, what: What| Choice { path, what };
    let mut choices = Vec::new();
    if ready.range.is_some() {
        choices.push(choice("task.budget".into(), What::Budget));
    }
    if ready.models > 1 {
        choices.push(choice("task.max_models".into(), What::Models));
    }
    for (key, symbol) in [("alpha_mu", "α_μ"), ("alpha_c", "α_c"), ("epsilon", "ε")] {
        let has =
            |policy: &llm_selection::experiment::Policy| value_of(&policy.kind).get(key).is_some_and(Value::is_number);
        let places: Vec<usize> =
            experiment.policies.iter().enumerate().filter(|(_, policy)| has(policy)).map(|(place, _)| place).collect();
        if places.len() > 1 {
            choices.push(choice(format!("policies.*.{key}"), What::OfAll(symbol, places.len())));
        }
        for place in places {
            let label = ready.labels.get(place).cloned().unwrap_or_default();
            choices.push(choice(format!("policies.{place}.{key}"), What::Of(symbol, label)));
        }
    }
    for (place, change) in experiment.environment.changes().0.iter().enumerate() {
        choices.push(choice(format!("environment.drift.{place}.at"), What::Drift(change.at)));
    }
    choices
}
