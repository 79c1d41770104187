//! The room *Query-aware*: the training under way, what was trained last, and on what.

use crate::action::Effect;
use crate::fetch::Fetched;
use crate::inquiry::{Inquiry, InquiryAction};
use crate::shared::Shared;
use crate::state::{Import, Ready};
use llm_selection::browser::chosen::Chosen;
use llm_selection::data::FileIdentity;
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::experiment::{Environment, Experiment};
use llm_selection::plan::match_files;
use llm_selection::protocol::FromQueryAware;
use llm_selection::query_aware::embeddings::{self, FILES};
use llm_selection::query_aware::evaluation::Evaluation;
use llm_selection::query_aware::steps::Step;
use llm_selection::workspace::KeptTraining;
use std::rc::Rc;

/// What can happen in the room.
#[derive(Clone)]
pub enum QueryAwareAction {
    Train,
    Cancel,
    /// Files of a table of token embeddings were brought.
    Table(Vec<Chosen>),
    /// The table is taken away.
    NoTable,
    /// Fetch the table from a folder that the page's address names.
    Fetch(String),
    /// How that goes.
    Fetched(Fetched),
    /// Give it up.
    CancelFetch,
    /// Of what was trained.
    Inquire(InquiryAction),
    /// What the worker with this number says.
    Heard(u32, Result<FromQueryAware>),
}

/// A training under way.
#[derive(Debug, Clone)]
pub struct Training {
    /// Its worker's number.
    pub number: u32,
    experiment: Rc<Experiment>,
    table: Vec<Chosen>,
    pub step: Step,
    /// Share of all work that is done, in [0,1].
    pub share: f64,
    /// When it began.
    since: f64,
}

impl Training {
    /// Milliseconds left, as far as can be told.
    pub fn left_ms(&self) -> Option<f64> {
        let elapsed = js_sys::Date::now() - self.since;
        (self.share > 0.05).then(|| elapsed * (1.0 - self.share) / self.share)
    }
}

/// What was trained.
pub struct Trained {
    /// Its worker's number.
    pub number: u32,
    /// The experiment.
    pub experiment: Rc<Experiment>,
    /// The files of the token embeddings.
    pub table: Vec<Chosen>,
    pub evaluation: Evaluation,
    /// The evaluation as the command line writes it.
    pub json: String,
    /// Milliseconds of each step.
    pub times: Vec<(Step, f64)>,
}

/// A training that is to be done without the person asking: of before the page went, or of an experiment that was opened.
#[derive(Clone)]
pub struct Recall {
    experiment: Rc<Experiment>,
    /// Whether token embeddings were among the features.
    pub embeddings: bool,
}

impl Recall {
    /// Whether these are its files.
    pub fn is_on(&self, files: &[FileIdentity]) -> bool {
        match &self.experiment.environment {
            Environment::Replay(replay) => match_files(&mut replay.files.clone(), files).is_ok(),
            _ => false,
        }
    }

    /// Names of its files.
    pub fn files(&self) -> Vec<String> {
        match &self.experiment.environment {
            Environment::Replay(replay) => replay.files.iter().map(|file| file.name.clone()).collect(),
            _ => Vec::new(),
        }
    }
}

/// The room's state.
#[derive(Clone, Default)]
pub struct QueryAwareState {
    pub training: Option<Training>,
    pub trained: Option<Shared<Trained>>,
    /// What was trained before, until it is trained again, cannot be, or the person gives it up.
    pub recall: Option<Recall>,
    /// The files of the token embeddings for the next training: this tab's alone.
    pub table: Vec<Chosen>,
    /// What is wrong with them.
    pub table_failure: Option<Rc<Error>>,
    /// How far the table is that the page's address names.
    pub coming: Import,
    /// Why there is nothing, or nothing newer.
    pub failure: Option<Rc<Error>>,
    /// The person has given up the last training.
    pub cancelled: bool,
    /// What is asked of what was trained.
    pub inquiry: Inquiry,
    /// Its worker has made room for another training: the figures are there still, and nobody answers questions.
    pub silent: bool,
    /// Number of the worker that was started last.
    number: u32,
}

/// What the room has at hand.
pub struct Present<'a> {
    /// The last valid experiment.
    pub ready: Option<&'a Ready>,
    /// What keeps the form's from being one.
    pub wrong: Option<&'a Rc<Error>>,
    /// The files that are loaded.
    pub files: Vec<Chosen>,
}

impl QueryAwareState {
    /// What happened in the room, and what follows from it.
    pub fn reduce(&mut self, action: QueryAwareAction, present: Present) -> Vec<Effect> {
        match action {
            QueryAwareAction::Train => self.train(present),
            QueryAwareAction::Cancel if self.training.is_some() => {
                (self.training, self.cancelled, self.recall) = (None, true, None);
                vec![Effect::StopTraining]
            }
            QueryAwareAction::Cancel => Vec::new(),
            QueryAwareAction::Table(files) => {
                let checked = self.bring(files);
                self.mend_table(checked.err());
                self.stop_fetching()
            }
            QueryAwareAction::NoTable => {
                self.table.clear();
                self.mend_table(None);
                Vec::new()
            }
            QueryAwareAction::Fetch(folder) => {
                let folder = folder.trim_end_matches('/');
                let addresses: Vec<String> = FILES.iter().map(|name| format!("{folder}/{name}")).collect();
                self.coming = Import::fetching(&addresses);
                vec![Effect::FetchTable(addresses)]
            }
            QueryAwareAction::Fetched(Fetched::Advanced(progress)) => {
                self.coming.advance(progress);
                Vec::new()
            }
            QueryAwareAction::Fetched(Fetched::Done(files)) => {
                let checked = files.and_then(|files| self.bring(files));
                self.mend_table(checked.err());
                self.stop_fetching()
            }
            QueryAwareAction::CancelFetch => self.stop_fetching(),
            QueryAwareAction::Heard(number, reply) => self.hear(number, reply),
            QueryAwareAction::Inquire(action) => self.inquiry.reduce(action).into_iter().map(Effect::Inquire).collect(),
        }
    }

    /// Adds files to the table, each in place of the one of its name; where one is none of a table, nothing changes.
    fn bring(&mut self, files: Vec<Chosen>) -> Result<()> {
        let place = |it: &Chosen| embeddings::place(&it.path, it.file.size() as u64);
        let new = files.iter().map(place).collect::<Result<Vec<_>>>()?;
        self.table.retain(|old| place(old).is_ok_and(|old| !new.contains(&old)));
        self.table.extend(files);
        self.table.sort_by_key(|it| place(it).unwrap_or_default());
        self.lacking().map_or(Ok(()), Err)
    }

    /// What is brought takes the place of what was to come.
    fn stop_fetching(&mut self) -> Vec<Effect> {
        self.coming = Import::Idle;
        vec![Effect::StopFetchingTable]
    }

    /// Whether a table is on its way.
    pub fn is_fetching(&self) -> bool {
        matches!(self.coming, Import::Reading { .. })
    }

    /// What the table lacks, where there is one.
    pub fn lacking(&self) -> Option<Error> {
        let there = |name: &str| self.table.iter().any(|it| it.file.name() == name);
        if self.table.is_empty() { None } else { embeddings::lacking(FILES.map(there)) }
    }

    /// The table has changed: what was wrong with it is past.
    fn mend_table(&mut self, failure: Option<Error>) {
        if self.table_failure.is_some() && self.table_failure == self.failure {
            self.failure = None;
        }
        self.table_failure = failure.map(Rc::new);
    }

    fn train(&mut self, present: Present) -> Vec<Effect> {
        if self.training.is_some() || self.lacking().is_some() || self.is_fetching() {
            return Vec::new();
        }
        let wrong = present.wrong.map(|error| (**error).clone());
        let experiment = present.ready.map(|ready| ready.experiment.clone());
        let (None, Some(experiment)) = (wrong, experiment) else { return Vec::new() };
        if !matches!(experiment.environment, Environment::Replay(_)) || present.files.is_empty() {
            let expected = "result files with the text of the queries: a column query";
            self.failure = Some(Rc::new(Error::new(ErrorKind::Missing, expected)));
            return Vec::new();
        }
        self.begin(experiment, present.files, self.table.clone())
    }

    fn begin(&mut self, experiment: Rc<Experiment>, files: Vec<Chosen>, table: Vec<Chosen>) -> Vec<Effect> {
        (self.failure, self.table_failure, self.cancelled) = (None, None, false);
        self.number = self.number.wrapping_add(1);
        self.training = Some(Training {
            number: self.number,
            experiment: experiment.clone(),
            table: table.clone(),
            step: Step::Read,
            share: 0.0,
            since: js_sys::Date::now(),
        });
        vec![Effect::Train { number: self.number, experiment, files, table }]
    }

    /// What is to be trained again after a reload.
    pub fn kept(&self) -> Option<KeptTraining> {
        let recall = self.recall.as_ref().map(|recall| (&recall.experiment, recall.embeddings));
        let trained = self.trained.as_ref().map(|trained| (&trained.experiment, !trained.table.is_empty()));
        let kept = |(experiment, embeddings): (&Rc<Experiment>, bool)| KeptTraining {
            experiment: experiment.to_json(),
            embeddings,
        };
        trained.or(recall).map(kept)
    }

    /// Something kept takes the place of what is on the page.
    pub fn reopen(&mut self, kept: Option<KeptTraining>) -> Vec<Effect> {
        // An experiment of a later version of the page is no reason to open nothing.
        self.recall = kept.and_then(|KeptTraining { experiment, embeddings }| {
            Some(Recall { experiment: Rc::new(Experiment::from_json(&experiment).ok()?), embeddings })
        });
        (self.training, self.trained, self.failure, self.cancelled) = (None, None, None, false);
        vec![Effect::StopTraining, Effect::KeepTrained]
    }

    /// An experiment that came to this room is trained as soon as its files are here.
    pub fn expect(&mut self, experiment: Rc<Experiment>) {
        self.recall = Some(Recall { experiment, embeddings: false });
    }

    /// Trains again what was trained before, once all that it takes is here: its files, which are `loaded` where `here` are
    /// their names and hashes, and token embeddings.
    pub fn train_again(&mut self, here: &[FileIdentity], loaded: &[Chosen]) -> Vec<Effect> {
        let Some(recall) = self.recall.as_ref().filter(|recall| recall.is_on(here)) else { return Vec::new() };
        let table = if recall.embeddings { self.table.clone() } else { Vec::new() };
        let complete = !recall.embeddings || (!table.is_empty() && self.lacking().is_none());
        if self.training.is_some() || self.is_fetching() || !complete {
            return Vec::new();
        }
        self.begin(recall.experiment.clone(), loaded.to_vec(), table)
    }

    fn hear(&mut self, number: u32, reply: Result<FromQueryAware>) -> Vec<Effect> {
        match (self.training.take(), reply) {
            (Some(mut training), Ok(FromQueryAware::Progress { step, share })) if training.number == number => {
                (training.step, training.share) = (step, share);
                self.training = Some(training);
                // Two trained workers would take the memory twice. What is wrong with a set-up shows as the files are read:
                // until then the old one stays.
                if step == Step::Read || self.silent || self.trained.is_none() {
                    return Vec::new();
                }
                self.silent = true;
                vec![Effect::ForgetTrained]
            }
            (Some(training), Ok(FromQueryAware::Evaluated { evaluation: json, times }))
                if training.number == number =>
            {
                match serde_json::from_str(&json) {
                    Ok(evaluation) => {
                        let Training { experiment, table, .. } = training;
                        let trained = Trained { number, experiment, table, evaluation, json, times };
                        let questions = self.inquiry.of(&trained);
                        (self.trained, self.recall) = (Some(Shared(Rc::new(trained))), None);
                        self.silent = false;
                        let mut effects = vec![Effect::KeepTrained];
                        effects.extend(questions.into_iter().map(Effect::Inquire));
                        effects
                    }
                    Err(error) => self.fail(Error::new(ErrorKind::Malformed, "an evaluation").found(error)),
                }
            }
            (Some(training), Ok(FromQueryAware::Failed(error)) | Err(error)) if training.number == number => {
                self.recall = None;
                let error = Rc::new(error);
                let (file, field) = (error.place.file.as_deref(), error.place.field.as_deref());
                if !training.table.is_empty()
                    && (file.is_some_and(|file| FILES.contains(&file)) || field == Some("embeddings"))
                {
                    self.table_failure = Some(error.clone());
                }
                self.failure = Some(error);
                vec![Effect::StopTraining]
            }
            (training, reply) => {
                self.training = training;
                self.answered(number, reply)
            }
        }
    }

    /// What was trained stays as it was.
    fn fail(&mut self, error: Error) -> Vec<Effect> {
        (self.failure, self.recall) = (Some(Rc::new(error)), None);
        vec![Effect::StopTraining]
    }

    /// The worker that keeps what was trained has answered a question.
    fn answered(&mut self, number: u32, reply: Result<FromQueryAware>) -> Vec<Effect> {
        if self.trained.as_ref().is_none_or(|trained| trained.number != number) {
            return Vec::new();
        }
        let action = match reply {
            Ok(FromQueryAware::Advised(advice)) => InquiryAction::Advised(advice),
            Ok(FromQueryAware::Explored(view)) => InquiryAction::Explored(view),
            Ok(FromQueryAware::Failed(error)) | Err(error) => InquiryAction::Failed(error),
            Ok(FromQueryAware::Progress { .. } | FromQueryAware::Evaluated { .. }) => return Vec::new(),
        };
        self.inquiry.reduce(action).into_iter().map(Effect::Inquire).collect()
    }
}
