//! State of the view *Studies*: which study plays or has played, and what came out.

use crate::action::Effect;
use crate::shared::Shared;
use llm_selection::browser::pool::{Event, Snapshot};
use llm_selection::browser::remote::Remote;
use llm_selection::error::Error;
use llm_selection::study::{Material, Part, Report, Study};
use std::rc::Rc;

/// What can happen in the view.
#[derive(Clone)]
pub enum StudyAction {
    Start(Study),
    Cancel,
    Hide(usize, bool),
    Cursor(Option<u32>),
    /// Put the experiment of the part at this place into the form; the state above does it.
    Open(usize),
    /// From the studies' own pool.
    Pool(Event),
}

/// How far the study is.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Stage {
    /// None was started yet.
    #[default]
    Ready,
    /// Its experiments are being played.
    Playing,
    /// The report is there.
    Done,
    /// The person has stopped it.
    Cancelled,
    /// It could not go on.
    Failed(Rc<Error>),
}

/// What the person has at hand, and where the data lies, if the experiment plays on it.
pub type Own = (Material, Option<Rc<Remote>>);

/// The view's state.
#[derive(Clone, Default, PartialEq)]
pub struct Studies {
    pub study: Option<Study>,
    pub stage: Stage,
    pub parts: Shared<Vec<Part>>,
    /// One a part that has been heard of, the last of which may be under way.
    pub runs: Vec<Shared<Snapshot>>,
    pub report: Option<Shared<Report>>,
    /// Policies that the legend hides, by place.
    pub hidden: Rc<Vec<bool>>,
    pub cursor: Option<u32>,
    /// Parts that are done.
    done: usize,
    material: Shared<Own>,
}

impl Studies {
    /// Whether a study is being played.
    pub fn is_playing(&self) -> bool {
        self.stage == Stage::Playing
    }

    /// Share of the study that is done, from 0 to 1.
    pub fn share(&self) -> f64 {
        let under_way = self.runs.get(self.done);
        let part = under_way.map_or(0.0, |run| f64::from(run.round) / f64::from(run.rounds.max(1)));
        (self.done as f64 + part) / self.parts.len().max(1) as f64
    }

    /// Milliseconds of playing so far.
    pub fn elapsed_ms(&self) -> f64 {
        self.runs.iter().map(|run| run.elapsed_ms).sum()
    }

    /// What happened; `material` is what the person has at hand.
    pub fn reduce(&mut self, action: StudyAction, material: impl FnOnce() -> Own) -> Vec<Effect> {
        match action {
            StudyAction::Start(study) => self.start(study, material()),
            StudyAction::Cancel if self.is_playing() => {
                self.stage = Stage::Cancelled;
                vec![Effect::StopStudy]
            }
            StudyAction::Cancel => Vec::new(),
            StudyAction::Hide(place, hide) => {
                let hidden = Rc::make_mut(&mut self.hidden);
                if place >= hidden.len() {
                    hidden.resize(place + 1, false);
                }
                hidden[place] = hide;
                Vec::new()
            }
            StudyAction::Cursor(round) => {
                self.cursor = round;
                Vec::new()
            }
            StudyAction::Open(_) => Vec::new(),
            StudyAction::Pool(event) => self.hear(event),
        }
    }

    fn start(&mut self, study: Study, material: Own) -> Vec<Effect> {
        let stop = self.is_playing().then_some(Effect::StopStudy);
        *self = Studies {
            study: Some(study),
            stage: Stage::Playing,
            material: Shared(Rc::new(material)),
            ..Studies::default()
        };
        match study.parts(&self.material.0.0) {
            Ok(parts) => self.parts = Shared(Rc::new(parts)),
            Err(error) => self.stage = Stage::Failed(Rc::new(error)),
        }
        stop.into_iter().chain(self.next()).collect()
    }

    /// Plays the next part, or says what came out of all.
    fn next(&mut self) -> Option<Effect> {
        let study = self.study.filter(|_| self.is_playing())?;
        if let Some(part) = self.parts.get(self.done) {
            let data = part.data.as_ref().and(self.material.0.1.clone());
            return Some(Effect::PlayStudy { experiment: Box::new(part.experiment.clone()), data });
        }
        let results: Vec<_> = self.runs.iter().map(|run| run.result.clone()).collect();
        match study.report(&self.material.0.0, &self.parts, &results) {
            Ok(report) => (self.report, self.stage) = (Some(Shared(Rc::new(report))), Stage::Done),
            Err(error) => self.stage = Stage::Failed(Rc::new(error)),
        }
        None
    }

    fn hear(&mut self, event: Event) -> Vec<Effect> {
        if !self.is_playing() {
            return Vec::new();
        }
        match event {
            Event::Progress(snapshot) => {
                let over = snapshot.round >= snapshot.rounds;
                self.runs.truncate(self.done);
                self.runs.push(Shared(snapshot));
                if over {
                    self.done += 1;
                    return self.next().into_iter().collect();
                }
            }
            Event::Failed(error) => self.stage = Stage::Failed(Rc::new(error)),
            // It imports nothing.
            _ => {}
        }
        Vec::new()
    }
}
