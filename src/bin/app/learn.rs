//! The room *Learn*: which lesson is open at which step, its experiments, and what the reader has done.

mod lesson;
mod origin;
mod place;
mod progress;

use crate::action::Effect;
use crate::browser::fragment;
use crate::inspector::{InspectorAction, InspectorState};
use crate::query_aware::Trained;
use crate::room::Room;
use crate::shared::Shared;
use crate::words::{Language, spoken};
pub use lesson::{Entry, Lesson, Prediction, Step, Trial, Vary};
use llm_selection::browser::pool::{Event, Snapshot};
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::experiment::Experiment;
use llm_selection::inspect::RoundWanted;
use llm_selection::link::{Link, PageState};
use llm_selection::protocol::FromQueryAware;
pub use place::{PARTS, Place, part};
pub use progress::Progress;
use std::collections::BTreeMap;
use std::rc::Rc;
use yew::AttrValue;

/// What can happen in the room.
#[derive(Clone)]
pub enum LearnAction {
    /// The list of lessons in a language has come, or why not.
    Index(Language, Result<Rc<Vec<Entry>>>),
    /// A lesson has come, by its address.
    Lesson(String, Result<Rc<Lesson>>),
    /// The page speaks another language.
    Spoken,
    /// Ask for what has not come once more.
    Retry,
    /// In the step at this place of the lesson that is open.
    Step(usize, StepAction),
    /// From the lessons' own pool.
    Pool(Event),
    /// From the worker of this number that trains.
    Heard(u32, Result<FromQueryAware>),
    /// Forget what the reader has done.
    Forget,
}

/// What can happen in a step.
#[derive(Clone)]
pub enum StepAction {
    /// An option is chosen; it counts once the experiment is run.
    Guess(usize),
    /// Run the experiment, where a guess is asked for with one.
    Run,
    /// Run it without a guess.
    Skip,
    /// Another of the values that may vary.
    Vary(usize),
    Hide(usize, bool),
    Cursor(Option<u32>),
    /// In the round inspector.
    Inspect(InspectorAction),
    /// Take the experiment and its file to the room *Query-aware*; the state above does the rest.
    Take,
}

/// What must happen outside the state.
pub enum LearnEffect {
    /// The list of lessons in this language.
    FetchIndex(Language),
    /// A lesson by its address.
    FetchLesson(String),
    Play(Rc<Experiment>),
    /// Look at a round of what was played last.
    Inspect(RoundWanted),
    /// Train in a worker of this number on a file of this name and address.
    Train {
        number: u32,
        experiment: Rc<Experiment>,
        name: String,
        address: String,
    },
    /// End what is played or trained.
    Stop,
    /// Open a link in the room *Query-aware*, with the file that it asks for, of this name and address.
    Take {
        fragment: String,
        name: String,
        address: String,
    },
}

/// What the reader said before an experiment was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Guess(usize),
    /// It was run without a guess.
    Nothing,
}

/// How far an experiment is.
#[derive(Clone, PartialEq, Default)]
pub enum Stage {
    #[default]
    Ready,
    Playing,
    Done,
    Failed(Rc<Error>),
}

/// A step of the lesson that is open.
#[derive(Clone, Default)]
pub struct Course {
    /// The option that is chosen.
    pub guess: Option<usize>,
    /// What counts.
    pub said: Option<Said>,
    /// A guess was asked for in vain.
    pub asked: bool,
    pub revealed: bool,
    /// Place of the varied value.
    pub value: usize,
    /// The experiment with it, and its link.
    pub experiment: Option<Result<(Rc<Experiment>, String)>>,
    pub stage: Stage,
    pub snapshot: Option<Shared<Snapshot>>,
    pub trained: Option<Shared<Trained>>,
    /// Share of the training that is done, in [0,1].
    pub share: f64,
    /// Policies that the legend hides, by place.
    pub hidden: Rc<Vec<bool>>,
    pub cursor: Option<u32>,
    pub inspector: InspectorState,
}

impl Course {
    /// The step as it begins, with what the reader guessed before.
    fn new(step: &Step, guess: Option<usize>) -> Course {
        let options = step.prediction.as_ref().map_or(0, |prediction| prediction.options.len());
        let guess = guess.filter(|guess| *guess < options);
        let mut course = Course { guess, said: guess.map(Said::Guess), ..Course::default() };
        course.vary(step, 0);
        course
    }

    fn vary(&mut self, step: &Step, place: usize) {
        self.value = place;
        self.experiment = step.experiment.as_ref().map(|trial| {
            let experiment = trial.experiment(place)?;
            let room = if trial.file.is_some() { Room::QueryAware } else { Room::Playground };
            let page = PageState { room: room.slug().into(), ..PageState::default() };
            let link = Link { experiment: experiment.clone(), page, shape: None }.encode()?;
            Ok((Rc::new(experiment), link))
        });
    }

    /// Whether the experiment was run, at least once.
    pub fn was_run(&self) -> bool {
        self.snapshot.is_some() || self.trained.is_some()
    }
}

/// The lesson that is open.
#[derive(Clone)]
pub struct Opened {
    pub slug: String,
    /// Its address, which is another one in another language.
    file: String,
    /// Place in the list.
    pub place: usize,
    /// Place of the step that is shown.
    pub step: usize,
    pub lesson: Rc<Lesson>,
    /// One a step.
    pub courses: Vec<Course>,
}

/// The room's state.
#[derive(Clone, Default)]
pub struct LearnState {
    pub place: Place,
    pub index: Option<Rc<Vec<Entry>>>,
    pub opened: Option<Opened>,
    pub progress: Progress,
    /// Why something has not come.
    pub failure: Option<Rc<Error>>,
    /// How often the reader has moved within the room.
    pub moves: u32,
    /// Language of the list that has come.
    language: Language,
    /// By address.
    lessons: BTreeMap<String, Rc<Lesson>>,
    /// The step whose experiment is under way.
    playing: Option<usize>,
    /// The step whose experiment was played last: its rounds can be looked into.
    pub held: Option<usize>,
    /// Number of the worker that was started last.
    number: u32,
    /// Address of the step that the page's own experiment came from.
    pub origin: Option<AttrValue>,
    /// Whether what was on the page before that is in the workspace.
    pub aside: bool,
}

impl LearnState {
    /// Goes where the page's address says.
    pub fn enter(&mut self) -> Vec<LearnEffect> {
        self.place = Place::of(&fragment());
        if self.index.is_none() {
            self.progress = Progress::recall();
            self.failure = None;
            return vec![LearnEffect::FetchIndex(spoken())];
        }
        self.moves = self.moves.wrapping_add(1);
        let mut effects = self.open();
        effects.extend(self.translate());
        effects
    }

    /// Asks for the lessons in the page's language, where others are here; those stay until they have come.
    fn translate(&self) -> Option<LearnEffect> {
        (self.index.is_some() && self.language != spoken()).then(|| LearnEffect::FetchIndex(spoken()))
    }

    /// Language of the lesson that is open, where the page speaks another one.
    pub fn foreign(&self) -> Option<AttrValue> {
        let opened = self.opened.as_ref()?;
        self.index.as_ref()?.get(opened.place)?.foreign()
    }

    /// The lesson that is open, and the place of its step.
    pub fn shown(&self) -> Option<(AttrValue, usize)> {
        self.opened.as_ref().map(|opened| (AttrValue::from(opened.slug.clone()), opened.step))
    }

    /// The lesson that the address names, by its place.
    pub fn named(&self) -> Option<(usize, &Entry)> {
        let slug = self.place.lesson.as_ref()?;
        self.index.as_ref()?.iter().enumerate().find(|(_, entry)| entry.slug == *slug)
    }

    /// Place of the step that the address names; the first where it names none, or none that there is.
    fn step(&self, steps: usize) -> usize {
        let step = self.place.step.as_ref().and_then(|step| step.parse::<usize>().ok()?.checked_sub(1));
        step.filter(|step| *step < steps).unwrap_or_default()
    }

    /// Whether the address names a step that the open lesson does not have.
    pub fn is_step_unknown(&self) -> bool {
        let (Some(opened), Some(step)) = (&self.opened, &self.place.step) else { return false };
        *step != (opened.step + 1).to_string()
    }

    /// The address names nothing in the room any more: what it named in vain is no longer spoken of.
    pub fn forget_unknown(&mut self) {
        if self.index.is_some() && self.named().is_none() {
            self.place.lesson = None;
        }
        if self.is_step_unknown() {
            self.place.step = None;
        }
    }

    /// Whether the address names the lesson of this address.
    fn is_wanted(&self, file: &str) -> bool {
        self.named().is_some_and(|(_, entry)| entry.file == file)
    }

    /// Shows what the address names.
    fn open(&mut self) -> Vec<LearnEffect> {
        let Some((place, entry)) = self.named() else { return self.close() };
        let (slug, file) = (entry.slug.clone(), entry.file.clone());
        let mut effects = Vec::new();
        if self.opened.as_ref().is_none_or(|opened| opened.file != file) {
            effects = self.close();
            let Some(lesson) = self.lessons.get(&file).cloned() else {
                self.failure = None;
                effects.push(LearnEffect::FetchLesson(file));
                return effects;
            };
            let steps = lesson.steps.iter().enumerate();
            let courses = steps.map(|(step, it)| Course::new(it, self.progress.guess(&slug, step))).collect();
            self.opened = Some(Opened { slug, file, place, step: 0, lesson, courses });
        }
        let steps = self.opened.as_ref().map_or(0, |opened| opened.courses.len());
        let step = self.step(steps);
        if let Some(opened) = &mut self.opened {
            opened.step = step;
        }
        self.see(step);
        effects
    }

    /// No lesson is open any more.
    fn close(&mut self) -> Vec<LearnEffect> {
        (self.opened, self.held) = (None, None);
        self.playing.take().map(|_| LearnEffect::Stop).into_iter().collect()
    }

    /// Whether an experiment is under way.
    pub fn is_playing(&self) -> bool {
        self.playing.is_some()
    }

    /// What happened in the room, and what follows from it.
    pub fn reduce(&mut self, action: LearnAction) -> Vec<LearnEffect> {
        match action {
            // Of a language that is spoken no more.
            LearnAction::Index(language, _) if language != spoken() => {
                let wanted = self.index.is_none() || self.language != spoken();
                return wanted.then(|| LearnEffect::FetchIndex(spoken())).into_iter().collect();
            }
            LearnAction::Index(language, Ok(index)) => {
                (self.index, self.language) = (Some(index), language);
                return self.open();
            }
            LearnAction::Lesson(file, Ok(lesson)) => {
                let asked = self.is_wanted(&file);
                self.lessons.insert(file, lesson);
                return if asked { self.open() } else { Vec::new() };
            }
            // Lessons in another language are better than none.
            LearnAction::Index(_, Err(error)) if self.index.is_none() => self.failure = Some(Rc::new(error)),
            LearnAction::Index(..) => {}
            LearnAction::Lesson(file, Err(error)) => {
                if self.is_wanted(&file) {
                    self.failure = Some(Rc::new(error));
                }
            }
            LearnAction::Spoken => return self.translate().into_iter().collect(),
            LearnAction::Retry => return self.enter(),
            LearnAction::Step(step, action) => return self.within(step, action),
            LearnAction::Pool(event) => return self.hear(event),
            LearnAction::Heard(number, reply) => return self.heard(number, reply),
            LearnAction::Forget => {
                self.progress.forget();
                let effects = self.close();
                return effects.into_iter().chain(self.open()).collect();
            }
        }
        Vec::new()
    }

    fn course(&mut self, step: usize) -> Option<(Rc<Lesson>, &mut Course)> {
        let opened = self.opened.as_mut()?;
        Some((opened.lesson.clone(), opened.courses.get_mut(step)?))
    }

    fn within(&mut self, step: usize, action: StepAction) -> Vec<LearnEffect> {
        let silent = self.place.hides("predictions");
        let Some((lesson, course)) = self.course(step) else { return Vec::new() };
        let Some(it) = lesson.steps.get(step) else { return Vec::new() };
        match action {
            StepAction::Guess(guess) if course.said.is_none() => (course.guess, course.asked) = (Some(guess), false),
            StepAction::Guess(_) => {}
            StepAction::Run if it.prediction.is_some() && course.said.is_none() && !silent => match course.guess {
                Some(guess) => {
                    course.said = Some(Said::Guess(guess));
                    self.note(step, Some(guess));
                    return self.start(step);
                }
                None => course.asked = true,
            },
            StepAction::Run => return self.start(step),
            StepAction::Skip => {
                (course.guess, course.said, course.asked) = (None, Some(Said::Nothing), false);
                return self.start(step);
            }
            StepAction::Vary(place) => {
                course.vary(it, place);
                if course.stage != Stage::Ready {
                    return self.start(step);
                }
            }
            StepAction::Hide(place, hide) => {
                if let Some(hidden) = Rc::make_mut(&mut course.hidden).get_mut(place) {
                    *hidden = hide;
                }
            }
            StepAction::Cursor(round) => {
                course.cursor = round;
                course.inspector.cursor = round.or(course.inspector.cursor);
            }
            StepAction::Inspect(action) => {
                let snapshot = course.snapshot.clone();
                return looked(course.inspector.reduce(action, snapshot.as_deref()));
            }
            StepAction::Take => {
                let file = it.experiment.as_ref().and_then(|trial| Some((trial.file.clone()?, trial.address.clone()?)));
                if let (Some((name, address)), Some(Ok((_, link)))) = (file, &course.experiment) {
                    return vec![LearnEffect::Take { fragment: link.clone(), name, address }];
                }
            }
        }
        Vec::new()
    }

    /// Runs the experiment of a step from round 0; without one, all is revealed.
    fn start(&mut self, step: usize) -> Vec<LearnEffect> {
        let mut effects: Vec<LearnEffect> = self.stop().into_iter().collect();
        self.number = self.number.wrapping_add(1);
        let number = self.number;
        let Some((lesson, course)) = self.course(step) else { return effects };
        let trial = lesson.steps.get(step).and_then(|it| it.experiment.as_ref());
        match (&course.experiment, trial) {
            (Some(Ok((experiment, _))), Some(trial)) => {
                let experiment = experiment.clone();
                (course.stage, course.share, course.cursor) = (Stage::Playing, 0.0, None);
                course.inspector.begin(true);
                course.hidden = Rc::new(vec![false; experiment.policies.len()]);
                effects.push(match (&trial.file, &trial.address) {
                    (Some(name), Some(address)) => {
                        LearnEffect::Train { number, experiment, name: name.clone(), address: address.clone() }
                    }
                    _ => LearnEffect::Play(experiment),
                });
                (self.playing, self.held) = (Some(step), trial.file.is_none().then_some(step));
            }
            (Some(Err(error)), _) => course.stage = Stage::Failed(Rc::new(error.clone())),
            _ => self.done(step),
        }
        effects
    }

    /// Gives up what is under way.
    fn stop(&mut self) -> Option<LearnEffect> {
        let step = self.playing.take()?;
        if let Some((_, course)) = self.course(step) {
            course.stage = if course.was_run() { Stage::Done } else { Stage::Ready };
        }
        Some(LearnEffect::Stop)
    }

    /// The experiment of a step was run to its end.
    fn done(&mut self, step: usize) {
        self.playing = None;
        if let Some((_, course)) = self.course(step) {
            (course.stage, course.revealed) = (Stage::Done, true);
            self.note(step, None);
        }
    }

    /// A step is on the page; where that is all there is to do, it is done.
    fn see(&mut self, step: usize) {
        let lesson = self.opened.as_ref().map(|opened| opened.lesson.clone());
        let bare = lesson.as_ref().and_then(|lesson| lesson.steps.get(step));
        if bare.is_some_and(|it| it.prediction.is_none() && it.experiment.is_none()) {
            self.note(step, None);
        }
    }

    fn note(&mut self, step: usize, guess: Option<usize>) {
        if let Some(opened) = &self.opened {
            self.progress.note(&opened.slug, step, guess);
        }
    }

    fn hear(&mut self, event: Event) -> Vec<LearnEffect> {
        if let Event::Inspected(wanted, answer) = event {
            if let Some((_, course)) = self.held.and_then(|step| self.course(step)) {
                let snapshot = course.snapshot.clone();
                course.inspector.hear(wanted, answer, snapshot.as_deref());
            }
            return Vec::new();
        }
        let Some(step) = self.playing else { return Vec::new() };
        match event {
            Event::Progress(snapshot) => {
                let over = snapshot.round >= snapshot.rounds;
                if let Some((_, course)) = self.course(step) {
                    course.snapshot = Some(Shared(snapshot));
                }
                if over {
                    self.done(step);
                    return self.look(step);
                }
            }
            Event::Failed(error) => self.fail(error),
            // It imports nothing.
            _ => {}
        }
        Vec::new()
    }

    /// Looks into the round that the lesson speaks of, where it speaks of one.
    fn look(&mut self, step: usize) -> Vec<LearnEffect> {
        let Some((lesson, course)) = self.course(step) else { return Vec::new() };
        let trial = lesson.steps.get(step).and_then(|it| it.experiment.as_ref());
        let Some(place) = trial.and_then(|trial| trial.inspector.as_ref()) else { return Vec::new() };
        course.inspector.policy = place.policy;
        let snapshot = course.snapshot.clone();
        looked(course.inspector.reduce(InspectorAction::Round(place.round.to_string()), snapshot.as_deref()))
    }

    fn heard(&mut self, number: u32, reply: Result<FromQueryAware>) -> Vec<LearnEffect> {
        let Some(step) = self.playing.filter(|_| number == self.number) else { return Vec::new() };
        match reply {
            Ok(FromQueryAware::Progress { share, .. }) => {
                if let Some((_, course)) = self.course(step) {
                    course.share = share;
                }
                return Vec::new();
            }
            Ok(FromQueryAware::Evaluated { evaluation: json, times }) => match serde_json::from_str(&json) {
                Ok(evaluation) => {
                    if let Some((_, course)) = self.course(step)
                        && let Some(Ok((experiment, _))) = &course.experiment
                    {
                        let experiment = experiment.clone();
                        let trained = Trained { number, experiment, table: Vec::new(), evaluation, json, times };
                        course.trained = Some(Shared(Rc::new(trained)));
                    }
                    self.done(step);
                }
                Err(error) => self.fail(Error::new(ErrorKind::Malformed, "an evaluation").found(error)),
            },
            Ok(FromQueryAware::Failed(error)) | Err(error) => self.fail(error),
            Ok(_) => return Vec::new(),
        }
        vec![LearnEffect::Stop]
    }

    fn fail(&mut self, error: Error) {
        if let Some((_, course)) = self.playing.take().and_then(|step| self.course(step)) {
            course.stage = Stage::Failed(Rc::new(error));
        }
    }
}

/// What the round inspector asks for.
fn looked(effects: Vec<Effect>) -> Vec<LearnEffect> {
    let wanted = |effect| if let Effect::Inspect(wanted) = effect { Some(LearnEffect::Inspect(wanted)) } else { None };
    effects.into_iter().filter_map(wanted).collect()
}
