//! The room *Live*: the form, what it may come to, the run that is open, and what is kept. Everything is decided by the
//! room's worker; here is what it has said.

mod form;
mod lacking;

use crate::shared::Shared;
pub use form::{CapsForm, LiveForm, ModelForm, PaceForm, ScoringKind, policies};
pub use lacking::{Lack, host, lacking};
use llm_selection::browser::chosen::Chosen;
use llm_selection::data::pasted_name;
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::live::estimate::Estimate;
use llm_selection::live::fault::Fault;
use llm_selection::live::key::Key;
use llm_selection::live::protocol::Listed;
use llm_selection::live::provider::Endpoint;
use llm_selection::live::session::{Phase, Report, Row, Rows, Shown, Texts};
use llm_selection::live::setup::Setup;
use llm_selection::live::wire::{FromLive, KeptRun, QuestionSet, ToLive};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use web_sys::Blob;

/// Calls that are asked for at once.
const WINDOW: usize = 44;

/// The models of an endpoint, or why it did not say them.
pub type List = std::result::Result<Vec<Listed>, Fault>;

/// A change of the form.
pub type Edit = Rc<dyn Fn(&mut LiveForm)>;

/// What is done with result files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    Download,
    Playground,
}

/// What can happen in the room.
#[derive(Clone)]
pub enum LiveAction {
    /// It is entered.
    Enter,
    Edit(Edit),
    /// The form has not been touched for a while.
    Rested,
    /// Whether the person brings the questions.
    OwnQuestions(bool),
    UsePasted,
    QuestionFiles(Vec<Chosen>),
    /// A key for an origin, or none any more.
    Key(String, Option<Key>),
    ForgetKeys,
    /// Whether keys stay until the tab is closed.
    KeepKeys(bool),
    /// Origins with keys that the tab has kept.
    Recalled(BTreeSet<String>),
    FetchList(Endpoint),
    Fetched(Endpoint, List),
    Start,
    GoOn,
    Pause,
    Stop,
    /// Leave the run, which stays kept.
    NewRun,
    /// What was typed into a cap while a run is open.
    TypedCaps(CapsForm),
    ChangeCaps,
    TryAgain(usize),
    Shown(Shown),
    /// The window of calls that is in view begins at this row.
    Window(usize),
    /// Look at a call, or at none any more.
    Text(Option<u64>),
    Open(String),
    Delete(String),
    Export(Export),
    /// The last message is read.
    Dismiss,
    Offline(bool),
    /// What the worker says, with the files beside it.
    Heard(Rc<Result<FromLive>>, Rc<Vec<(String, Blob)>>),
}

/// What must happen outside the room's state.
pub enum LiveEffect {
    /// Look at the form soon.
    Later,
    Send(ToLive),
    /// Read questions from files.
    Questions(Vec<Chosen>),
    Key(String, Option<Key>),
    ForgetKeys,
    KeepKeys(bool),
    List(Endpoint),
    /// Save files.
    Save(Rc<Vec<(String, Blob)>>),
    /// Open files in the Playground.
    Play(Vec<Chosen>),
}

/// The run that is open.
pub struct OpenRun {
    pub id: String,
    /// Its set-up, without questions.
    pub setup: Setup,
}

/// The texts of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct CallText {
    pub call: u64,
    /// `None` while they are awaited.
    pub texts: Option<Texts>,
}

/// The room's state.
#[derive(Clone, Default)]
pub struct LiveState {
    pub form: Rc<LiveForm>,
    /// What is wrong with it.
    pub problem: Option<Rc<Error>>,
    /// Questions that the worker holds.
    pub questions: Option<Shared<QuestionSet>>,
    /// Why others could not be read.
    pub unread: Option<Rc<Error>>,
    /// What the form's run may come to, or the run that was started from it.
    pub estimate: Option<Shared<Estimate>>,
    /// Number of the estimate that was asked for last.
    number: u32,
    /// Origins that have a key. The keys themselves are not here.
    pub keyed: Rc<BTreeSet<String>>,
    pub keep_keys: bool,
    /// Models of endpoints, as far as they were asked: `None` while they are awaited.
    pub lists: Rc<BTreeMap<Endpoint, Option<List>>>,
    /// A run is on its way.
    pub starting: bool,
    pub run: Option<Shared<OpenRun>>,
    pub report: Option<Shared<Report>>,
    /// The caps of the run that is open, as they were typed.
    pub caps: CapsForm,
    pub shown: Shown,
    pub rows: Option<Shared<Rows>>,
    first: usize,
    /// Rows were asked for; and there is reason to ask again.
    asked: bool,
    stale: bool,
    pub text: Option<Rc<CallText>>,
    pub kept: Rc<Vec<KeptRun>>,
    exporting: Option<Export>,
    /// Something that could not be done.
    pub failure: Option<Rc<Error>>,
    /// Why nothing is written down.
    pub unkept: Option<Rc<Error>>,
}

impl LiveState {
    /// What happened in the room, and what follows from it.
    pub fn reduce(&mut self, action: LiveAction) -> Vec<LiveEffect> {
        let send = |message| vec![LiveEffect::Send(message)];
        match action {
            // The first time the worker is started for it, and says by itself what is kept.
            LiveAction::Enter => return send(ToLive::List),
            LiveAction::Edit(edit) => {
                edit(Rc::make_mut(&mut self.form));
                return vec![LiveEffect::Later];
            }
            LiveAction::Rested => return self.look(true),
            LiveAction::OwnQuestions(own) => {
                Rc::make_mut(&mut self.form).own_questions = own;
                self.unread = None;
                let mut effects = vec![LiveEffect::Later];
                effects.extend((!own).then_some(LiveEffect::Send(ToLive::Sample)));
                return effects;
            }
            LiveAction::UsePasted => {
                let text = self.form.pasted.trim();
                let name = pasted_name(text).unwrap_or("pasted.txt");
                let bytes = llm_selection::browser::workspace::blob(text.as_bytes()).ok();
                match bytes.and_then(|bytes| Chosen::of_blob(name, &bytes)) {
                    Some(file) => return vec![LiveEffect::Questions(vec![file])],
                    None => self.fail(Error::new(ErrorKind::Io, "room for the questions in this browser")),
                }
            }
            LiveAction::QuestionFiles(files) => return vec![LiveEffect::Questions(files)],
            LiveAction::Key(origin, key) => {
                let keyed = Rc::make_mut(&mut self.keyed);
                if key.is_some() {
                    keyed.insert(origin.clone())
                } else {
                    keyed.remove(&origin)
                };
                let again = if key.is_some() { self.away_at(&origin) } else { Vec::new() };
                let mut effects = vec![LiveEffect::Key(origin, key)];
                effects.extend(again.into_iter().map(|model| LiveEffect::Send(ToLive::TryAgain(model))));
                return effects;
            }
            LiveAction::ForgetKeys => {
                (self.keyed, self.keep_keys) = (Rc::default(), false);
                return vec![LiveEffect::ForgetKeys];
            }
            LiveAction::KeepKeys(keep) => {
                self.keep_keys = keep;
                return vec![LiveEffect::KeepKeys(keep)];
            }
            LiveAction::Recalled(origins) => (self.keyed, self.keep_keys) = (Rc::new(origins), true),
            LiveAction::FetchList(endpoint) => {
                Rc::make_mut(&mut self.lists).insert(endpoint.clone(), None);
                return vec![LiveEffect::List(endpoint)];
            }
            LiveAction::Fetched(endpoint, list) => {
                if let Ok(list) = &list {
                    let models = Rc::make_mut(&mut self.form).models.iter_mut();
                    models.filter(|model| model.endpoint() == endpoint).for_each(|model| model.look_up(list));
                }
                Rc::make_mut(&mut self.lists).insert(endpoint, Some(list));
                return vec![LiveEffect::Later];
            }
            LiveAction::Start => return self.start(),
            LiveAction::GoOn => {
                self.unkept = None;
                let mut effects = Vec::new();
                // What is typed is meant, whether or not it was confirmed.
                if self.report.as_ref().is_some_and(|report| self.caps.caps().ok() != Some(report.caps)) {
                    match self.caps.caps() {
                        Ok(caps) => effects.push(LiveEffect::Send(ToLive::Caps(caps))),
                        Err(error) => {
                            self.problem = Some(Rc::new(error));
                            return Vec::new();
                        }
                    }
                }
                self.problem = None;
                effects.push(LiveEffect::Send(ToLive::GoOn));
                return effects;
            }
            LiveAction::Pause => return send(ToLive::Pause),
            LiveAction::Stop => return send(ToLive::Stop),
            LiveAction::NewRun => return send(ToLive::Close),
            LiveAction::TypedCaps(caps) => self.caps = caps,
            LiveAction::ChangeCaps => match self.caps.caps() {
                Ok(caps) => {
                    self.problem = None;
                    return send(ToLive::Caps(caps));
                }
                Err(error) => self.problem = Some(Rc::new(error)),
            },
            LiveAction::TryAgain(model) => return send(ToLive::TryAgain(model)),
            LiveAction::Shown(shown) => {
                (self.shown, self.first, self.rows) = (shown, 0, None);
                return self.ask_rows();
            }
            LiveAction::Window(first) => {
                self.first = first;
                return self.ask_rows();
            }
            LiveAction::Text(Some(call)) => {
                self.text = Some(Rc::new(CallText { call, texts: None }));
                return send(ToLive::Text(call));
            }
            LiveAction::Text(None) => self.text = None,
            LiveAction::Open(id) => {
                self.failure = None;
                return send(ToLive::Open(id));
            }
            LiveAction::Delete(id) => return send(ToLive::Delete(id)),
            LiveAction::Export(export) => {
                self.exporting = Some(export);
                return send(ToLive::Export { archive: export == Export::Download });
            }
            LiveAction::Dismiss => (self.failure, self.unkept) = (None, None),
            LiveAction::Offline(offline) => return send(ToLive::Offline(offline)),
            LiveAction::Heard(said, files) => {
                return match &*said {
                    Ok(said) => self.hear(said, files),
                    Err(error) => {
                        self.fail(error.clone());
                        Vec::new()
                    }
                };
            }
        }
        Vec::new()
    }

    /// The row of the call whose texts are shown, where it is in view.
    pub fn row_of_text(&self) -> Option<Row> {
        let call = self.text.as_ref()?.call;
        self.rows.as_ref()?.rows.iter().find(|row| row.call == call).cloned()
    }

    /// The hosts whose key the run that is open needs and the page has not.
    pub fn lacking_keys(&self) -> Vec<String> {
        self.keyless(true)
    }

    /// The hosts of the run that is open that may want a key, and the page has none.
    pub fn maybe_keyless(&self) -> Vec<String> {
        self.keyless(false)
    }

    fn keyless(&self, needs_key: bool) -> Vec<String> {
        let Some(setup) = self.run.as_ref().map(|run| &run.setup).filter(|setup| !setup.dry) else { return Vec::new() };
        let judge = setup.judge.as_ref().map(|judge| judge.model);
        let called = setup.models.iter().enumerate().filter(|(place, model)| model.plays || judge == Some(*place));
        let of = called.map(|(_, model)| &model.endpoint);
        let of = of.filter(|endpoint| endpoint.provider().is_some_and(|provider| provider.needs_key == needs_key));
        let origins: BTreeSet<String> = of.map(Endpoint::origin).collect();
        origins.iter().filter(|origin| !self.keyed.contains(*origin)).map(|origin| host(origin).to_owned()).collect()
    }

    /// The models at an origin that are left alone, by their places.
    fn away_at(&self, origin: &str) -> Vec<usize> {
        let (Some(run), Some(report)) = (&self.run, &self.report) else { return Vec::new() };
        let both = run.setup.models.iter().zip(&report.models).enumerate();
        let away = both.filter(|(_, (model, report))| model.endpoint.origin() == origin && report.away.is_some());
        away.map(|(place, _)| place).collect()
    }

    /// Whether providers are called: by the run that is open, or as the form says.
    pub fn is_real(&self) -> bool {
        self.run.as_ref().map_or(self.form.real, |run| !run.setup.dry)
    }

    /// Whether a run is open that is not over.
    pub fn is_running(&self) -> bool {
        self.report.as_ref().is_some_and(|report| report.phase == Phase::Running)
    }

    fn fail(&mut self, error: Error) {
        (self.failure, self.starting, self.exporting) = (Some(Rc::new(error)), false, None);
    }

    /// Asks what the form's run may come to; `keep` where the form is to be kept as well.
    fn look(&mut self, keep: bool) -> Vec<LiveEffect> {
        let mut effects = Vec::new();
        if keep {
            // A form is texts and numbers: it can always be written.
            let text = serde_json::to_string(&*self.form).unwrap_or_default();
            effects.push(LiveEffect::Send(ToLive::Keep(text)));
        }
        if self.run.is_some() {
            return effects;
        }
        match self.written() {
            Ok(setup) => {
                self.number = self.number.wrapping_add(1);
                effects.push(LiveEffect::Send(ToLive::Estimate { number: self.number, setup }));
            }
            Err(error) => (self.problem, self.estimate) = (Some(Rc::new(error)), None),
        }
        effects
    }

    /// The form's set-up as the worker reads it.
    fn written(&self) -> Result<String> {
        let setup = self.form.setup()?;
        serde_json::to_string(&setup).map_err(|error| Error::new(ErrorKind::Malformed, "a set-up").found(error))
    }

    fn start(&mut self) -> Vec<LiveEffect> {
        if self.starting || self.run.is_some() || !lacking(self).is_empty() {
            return Vec::new();
        }
        match self.written() {
            Ok(setup) => {
                (self.starting, self.failure, self.unkept) = (true, None, None);
                vec![LiveEffect::Send(ToLive::Start(setup))]
            }
            Err(error) => {
                self.problem = Some(Rc::new(error));
                Vec::new()
            }
        }
    }

    /// Asks for the rows in view, once at a time.
    fn ask_rows(&mut self) -> Vec<LiveEffect> {
        if std::mem::replace(&mut self.asked, true) {
            self.stale = true;
            return Vec::new();
        }
        self.stale = false;
        vec![LiveEffect::Send(ToLive::Rows { shown: self.shown, first: self.first, count: WINDOW })]
    }

    fn hear(&mut self, said: &FromLive, files: Rc<Vec<(String, Blob)>>) -> Vec<LiveEffect> {
        match said {
            FromLive::Estimated { number, estimate } if *number == self.number && self.run.is_none() => {
                (self.estimate, self.problem) = match estimate {
                    Ok(estimate) => (Some(Shared(Rc::new(estimate.clone()))), None),
                    Err(error) => (None, Some(Rc::new(error.clone()))),
                };
            }
            FromLive::Draft(draft) => {
                if let Some(draft) = draft {
                    self.form = Rc::new(LiveForm::from_json(draft));
                }
            }
            FromLive::Questions(Ok(set)) => {
                // As many rounds as questions, unless the person wants another number.
                let before = self.questions.as_ref().map_or(0, |before| before.count);
                if before > 0 && before != set.count && self.form.rounds.trim() == before.to_string() {
                    Rc::make_mut(&mut self.form).rounds = set.count.to_string();
                }
                self.questions = Some(Shared(Rc::new(set.clone())));
                self.unread = None;
                return self.look(false);
            }
            FromLive::Questions(Err(error)) => self.unread = Some(Rc::new(error.clone())),
            FromLive::Opened { id, setup } => return self.opened(id, setup),
            FromLive::Closed(error) => {
                let failure = error.clone().map(Rc::new);
                (self.run, self.report, self.rows, self.text) = (None, None, None, None);
                (self.failure, self.starting, self.asked, self.first) = (failure, false, false, 0);
                let mut effects = self.look(false);
                effects.push(LiveEffect::Send(ToLive::List));
                return effects;
            }
            FromLive::Report(report) if self.run.is_some() => {
                if self.report.is_none() {
                    self.caps = CapsForm::of(&report.caps);
                }
                let done = |phase: Phase| phase == Phase::Done;
                let ends = done(report.phase) && !self.report.as_ref().is_some_and(|before| done(before.phase));
                self.report = Some(Shared(Rc::new((**report).clone())));
                let mut effects = self.ask_rows();
                effects.extend(ends.then_some(LiveEffect::Send(ToLive::List)));
                return effects;
            }
            FromLive::Rows(rows) => {
                self.asked = false;
                self.rows = Some(Shared(Rc::new(rows.clone())));
                if self.stale {
                    return self.ask_rows();
                }
            }
            FromLive::Text(call, texts) => {
                if self.text.as_ref().is_some_and(|text| text.call == *call) {
                    self.text = Some(Rc::new(CallText { call: *call, texts: Some(texts.clone()) }));
                }
            }
            FromLive::Runs(runs) => self.kept = Rc::new(runs.clone()),
            FromLive::Exported(_) if files.is_empty() => {
                self.fail(Error::new(ErrorKind::Empty, "a run with answers that have a score"));
            }
            FromLive::Exported(_) => match self.exporting.take() {
                Some(Export::Download) => return vec![LiveEffect::Save(files)],
                Some(Export::Playground) => {
                    let chosen = files.iter().filter_map(|(name, file)| Chosen::of_blob(name, file));
                    return vec![LiveEffect::Play(chosen.collect())];
                }
                None => {}
            },
            FromLive::Failed(error) => self.fail(error.clone()),
            FromLive::NotKept(error) => self.unkept = Some(Rc::new(error.clone())),
            // Of another question, of a run that is closed; calls are made elsewhere.
            FromLive::Estimated { .. } | FromLive::Report(_) | FromLive::Send { .. } | FromLive::Abort { .. } => {}
        }
        Vec::new()
    }

    /// A run is open from now on: one that was started, or a kept one.
    fn opened(&mut self, id: &str, setup: &str) -> Vec<LiveEffect> {
        if !std::mem::take(&mut self.starting) {
            self.estimate = None;
        }
        (self.problem, self.failure, self.report, self.text) = (None, None, None, None);
        (self.rows, self.asked, self.first, self.shown) = (None, false, 0, Shown::All);
        match serde_json::from_str(setup) {
            Ok(setup) => {
                self.run = Some(Shared(Rc::new(OpenRun { id: id.to_owned(), setup })));
                vec![LiveEffect::Send(ToLive::List)]
            }
            Err(error) => {
                self.fail(Error::new(ErrorKind::Malformed, "a run of this version of the page").found(error));
                vec![LiveEffect::Send(ToLive::Close)]
            }
        }
    }
}
