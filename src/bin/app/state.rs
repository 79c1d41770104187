//! The page's one state and its one reducer. What must happen outside it comes back as effects.

mod cleaning;
mod import;
mod keep;
mod learning;
mod line;
mod mapping;
mod playing;
mod react;
mod rows;

pub use crate::action::{Action, Effect};
use crate::bring::Brought;
use crate::form::{Field, Form, Kind, Queries};
use crate::inspector::InspectorState;
use crate::later;
use crate::learn::{LearnEffect, LearnState};
use crate::live::LiveState;
use crate::opening::{Opening, Promised};
use crate::query_aware::QueryAwareState;
use crate::room::Room;
pub use crate::shared::Shared;
use crate::studies::{Own, Studies, StudyAction};
use crate::sweep::SweepState;
use crate::words::{Note, say, told};
use crate::world::{Files, Source, World};
pub use cleaning::Cleaning;
pub use import::Import;
pub use keep::{Opened, Present, Restoring};
pub use line::{check, plan, plan_on};
use llm_selection::browser::chosen::Chosen;
use llm_selection::browser::pool::{Event, Snapshot, Speed};
use llm_selection::browser::remote::Remote;
use llm_selection::data::{Audit, ImportOptions};
use llm_selection::error::{Error, Result};
use llm_selection::experiment::{Environment, Experiment, MissingRule, Task};
use llm_selection::figure::Paper;
use llm_selection::plan::{BudgetRange, Playable};
use llm_selection::study::Material;
pub use mapping::{MAPPING, Mapping, MappingAction};
pub use rows::{Line, OpenLine, Reading};
use std::collections::VecDeque;
use std::rc::Rc;
use yew::AttrValue;

/// How far the run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// At round 0.
    Ready,
    /// Playing.
    Running,
    /// Stopped by the person, everything kept.
    Paused,
    /// All rounds played.
    Done,
}

/// What the main area shows. Each view has the page's one live region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The run of the experiment at the left.
    Run,
    /// That experiment again and again, one parameter varied.
    Sweep,
    /// Built-in studies; opening it for the first time starts the paper's.
    Studies,
}

impl View {
    /// All, in the order of the tabs.
    pub const ALL: [View; 3] = [View::Run, View::Sweep, View::Studies];

    /// Name on the tab.
    pub fn name(self) -> AttrValue {
        say!(match self {
            View::Run => "This run",
            View::Sweep => "Sweep",
            View::Studies => "Studies",
        })
    }
}

/// The last experiment that passed all checks.
#[derive(Clone)]
pub struct Ready {
    pub experiment: Rc<Experiment>,
    pub range: Option<BudgetRange>,
    /// Labels of the policies.
    pub labels: Rc<Vec<String>>,
    /// Number of models that play.
    pub models: usize,
    pub warnings: Rc<Vec<String>>,
}

/// The whole state of the page.
#[derive(Clone)]
pub struct State {
    pub room: Room,
    pub query_aware: QueryAwareState,
    pub live: LiveState,
    pub learn: LearnState,
    pub view: View,
    pub sweep: SweepState,
    pub form: Rc<Form>,
    pub world: Rc<World>,
    pub files: Option<Files>,
    pub audit: Option<Shared<Audit>>,
    /// The line of the audit whose rows are shown.
    pub rows: Option<OpenLine>,
    pub import: Import,
    /// The dialog about how the files are read, while it is open.
    pub mapping: Option<Shared<Mapping>>,
    /// How often it was opened.
    openings: u32,
    pub ready: Option<Ready>,
    /// What is wrong in the form.
    pub problem: Option<Rc<Error>>,
    /// What the page changed by itself.
    pub notice: Option<Rc<dyn Fn() -> AttrValue>>,
    /// An experiment from outside that is not shown yet, or cannot be.
    pub opening: Opening,
    /// Panels that a link hides, by name.
    pub panels: Rc<Vec<String>>,
    /// A run that could not go on.
    pub failure: Option<Rc<Error>>,
    pub phase: Phase,
    /// Something was typed and not looked at yet.
    pub pending: bool,
    /// The share that policies have learned from texts of what they need before the form's experiment can be played, in
    /// [0,1]; `None` where they learn nothing.
    pub learning: Option<f64>,
    /// They are to learn it when the person wants to run.
    put_off: bool,
    /// What is drawn belongs to the run under way, or to the one that is paused.
    pub fresh: bool,
    /// The form has changed since the pause.
    pub changed: bool,
    pub snapshot: Option<Shared<Snapshot>>,
    pub speed: Speed,
    pub hidden: Rc<Vec<bool>>,
    pub cursor: Option<u32>,
    pub inspector: InspectorState,
    /// A step is under way.
    pub stepping: bool,
    /// A step has begun a run anew, in the place of one that was over.
    pub begun_again: bool,
    pub studies: Studies,
    /// The run waits until a study is done, then goes on by itself.
    pub waiting: bool,
    /// How large figures are as files.
    pub paper: Paper,
    /// The data set on its way into a file.
    pub cleaning: Cleaning,
    /// What a file that was opened says of the result.
    pub promised: Option<Promised>,
    /// Something kept that is being opened.
    pub restoring: Restoring,
    /// What was read last, whether or not it could be.
    read: Brought,
    /// The files of the data that is loaded.
    loaded: Brought,
    /// The finished run of the experiment that is being opened.
    played: Option<Rc<[u8]>>,
    options: ImportOptions,
    /// What was asked in the live run that the files which are being read are of: few of its questions have an answer of
    /// every model.
    of_live: Option<Task>,
    /// What waits until the data has been looked at: the first of it wants to know.
    line: VecDeque<Action>,
}

impl State {
    /// The page as it opens, in a room, and what it does at once: run.
    ///
    /// # Errors
    /// None in practice: those of the built-in experiment.
    pub fn opening(room: Room) -> Result<(State, Vec<Effect>)> {
        let form = Form::opening();
        let world = World::new(&form.source, None)?;
        let mut state = State {
            room,
            query_aware: QueryAwareState::default(),
            live: LiveState::default(),
            learn: LearnState::default(),
            view: View::Run,
            sweep: SweepState::default(),
            form: Rc::new(form),
            world: Rc::new(world),
            files: None,
            audit: None,
            rows: None,
            import: Import::Idle,
            mapping: None,
            openings: 0,
            ready: None,
            problem: None,
            notice: None,
            opening: Opening::Nothing,
            panels: Rc::default(),
            failure: None,
            phase: Phase::Done,
            pending: false,
            learning: None,
            put_off: false,
            fresh: false,
            changed: false,
            snapshot: None,
            speed: Speed::Full,
            hidden: Rc::default(),
            cursor: None,
            inspector: InspectorState::default(),
            stepping: false,
            begun_again: false,
            studies: Studies::default(),
            waiting: false,
            paper: Paper::default(),
            cleaning: Cleaning::Idle,
            promised: None,
            restoring: Restoring::Nothing,
            read: Brought::default(),
            loaded: Brought::default(),
            played: None,
            options: ImportOptions::default(),
            of_live: None,
            line: VecDeque::new(),
        };
        let effects = state.commit();
        Ok((state, effects))
    }

    /// While a study or a lesson's experiment plays or a classifier is trained, the page's own run waits: they would take the processor from each
    /// other.
    fn give_way(&mut self) -> Vec<Effect> {
        let others = self.studies.is_playing() || self.query_aware.training.is_some() || self.learn.is_playing();
        match (others, self.phase) {
            (true, Phase::Running) => {
                self.waiting = true;
                self.pause()
            }
            (false, Phase::Paused) if std::mem::take(&mut self.waiting) => self.run(),
            (false, _) => {
                self.waiting = false;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// What the person has at hand for a study.
    fn material(&self) -> Own {
        let material = Material {
            experiment: self.ready.as_ref().map(|ready| (*ready.experiment).clone()),
            data: self.data().map(|data| data as Rc<dyn Playable>),
            sets: self.files.as_ref().map(|files| files.data.facts().sets.clone()),
        };
        (material, self.data())
    }

    /// Puts the experiment of a study's part into the form and runs it.
    fn open_part(&mut self, place: usize) -> Vec<Effect> {
        let Some(part) = self.studies.parts.get(place) else { return Vec::new() };
        self.view = View::Run;
        let untitled = Experiment { title: String::new(), ..part.experiment.clone() };
        match Form::meaning(&untitled, &self.form, self.files.as_ref()) {
            Some((form, world)) => {
                self.opening = Opening::Nothing;
                (self.form, self.world, self.cursor) = (Rc::new(form), Rc::new(world), None);
                (self.notice, self.phase) = (None, Phase::Done);
                self.learn.set_origin(None);
                self.commit()
            }
            None => {
                let title = part.title.clone();
                self.say(vec![Box::new(move || {
                    say!(
                        "“{title}” has something that the form has no input for. Download it and run it with llm-select.",
                        title = told(title.clone())
                    )
                })]);
                Vec::new()
            }
        }
    }

    fn study(&mut self, action: StudyAction) -> Vec<Effect> {
        let mut studies = std::mem::take(&mut self.studies);
        let effects = studies.reduce(action, || self.material());
        self.studies = studies;
        effects
    }

    /// What a run on synthetic models needs.
    fn react_first(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Typed(field, text) => {
                let form = Rc::make_mut(&mut self.form);
                if let Some(old) = form.text_mut(field) {
                    *old = text;
                }
                form.set.max_models |= field == Field::MaxModels;
                form.set.budget |= field == Field::Budget;
                self.pending = true;
                vec![Effect::CommitLater]
            }
            Action::Commit if self.pending => self.commit(),
            Action::Run => self.run(),
            Action::Pause => self.pause(),
            Action::Toggle if self.phase == Phase::Running || self.learning.is_some() => self.pause(),
            Action::Toggle => self.run(),
            Action::Reset => {
                let mut effects = self.put_learning_off();
                (self.phase, self.fresh, self.changed) = (Phase::Ready, false, false);
                (self.snapshot, self.cursor, self.failure, self.stepping) = (None, None, None, false);
                self.inspector.begin(false);
                effects.push(Effect::Reset);
                effects
            }
            Action::Speed(speed) => {
                self.speed = speed;
                vec![Effect::Speed(speed)]
            }
            Action::Hide(place, hide) => {
                if let Some(hidden) = Rc::make_mut(&mut self.hidden).get_mut(place) {
                    *hidden = hide;
                }
                Vec::new()
            }
            Action::Cursor(round) => {
                self.cursor = round;
                self.inspector.cursor = round.or(self.inspector.cursor);
                Vec::new()
            }
            Action::Pool(event) => self.hear(event),
            _ => Vec::new(),
        }
    }

    fn form_mut(&mut self) -> &mut Form {
        Rc::make_mut(&mut self.form)
    }

    fn say(&mut self, said: Vec<Note>) {
        self.notice = (!said.is_empty()).then(|| -> Rc<dyn Fn() -> AttrValue> {
            Rc::new(move || said.iter().map(|note| note()).collect::<Vec<_>>().join(" ").into())
        });
    }

    pub fn data(&self) -> Option<Rc<Remote>> {
        self.files.as_ref().filter(|_| self.form.source == Source::Files).map(|files| files.data.clone())
    }

    /// Looks at the form. A valid one that differs from the last starts a new run, unless the person has paused or
    /// reset; an invalid one leaves everything as it is and says what is wrong.
    pub fn commit(&mut self) -> Vec<Effect> {
        self.pending = false;
        let checked = self.form.experiment(&self.world, self.files.as_ref()).and_then(|experiment| {
            let plan = plan(&experiment, self.data().as_ref())?;
            Ok((experiment, plan))
        });
        let (experiment, plan) = match checked {
            Ok(checked) => checked,
            Err(error) => {
                if let Some(effects) = later::get().and_then(|later| (later.learn)(self)) {
                    self.problem = None;
                    return effects;
                }
                self.problem = Some(Rc::new(error));
                return self.stop_learning();
            }
        };
        self.problem = None;
        let mut effects = self.stop_learning();
        let before = self.ready.take();
        if before.as_ref().is_some_and(|ready| *ready.experiment == experiment) {
            self.ready = before;
            return effects;
        }
        // What only query-aware selection asks for changes nothing of a run whose policies do not read the query.
        let reading = experiment.policies.iter().any(|policy| policy.kind.reads_query());
        let same_run = !reading
            && before.is_some_and(|ready| {
                let query_aware = experiment.query_aware.clone();
                Experiment { query_aware, ..(*ready.experiment).clone() } == experiment
            });
        self.ready = Some(Ready {
            experiment: Rc::new(experiment),
            range: plan.budget_range(),
            labels: Rc::new(plan.labels.clone()),
            models: plan.models.len(),
            warnings: Rc::new(plan.warnings()),
        });
        if same_run {
            return effects;
        }
        if let (Some(later), Some(ready)) = (later::get(), &self.ready) {
            (later.fit_sweep)(&mut self.sweep, ready);
        }
        match self.phase {
            Phase::Running | Phase::Done => effects.extend(self.start()),
            Phase::Paused => self.changed = true,
            Phase::Ready => {}
        }
        effects
    }

    fn change_source(&mut self, source: Source) -> Vec<Effect> {
        match World::new(&source, self.files.as_ref()) {
            Ok(world) => self.enter(source, world),
            Err(error) => {
                self.problem = Some(Rc::new(error));
                Vec::new()
            }
        }
    }

    /// Makes the form fit a new source, and runs.
    fn enter(&mut self, source: Source, world: World) -> Vec<Effect> {
        let mut form = Form { source, queries: Queries::fitting(&world), ..(*self.form).clone() };
        if let Some(task) = self.of_live.take().filter(|_| form.source == Source::Files) {
            form.queries.missing = MissingRule::Unavailable;
            form.play_as(&task);
        }
        (self.opening, form.rest.cost_scale) = (Opening::Nothing, None);
        self.learn.set_origin(None);
        form.off.clear();
        let mut said = form.suggest(&world);
        said.extend(form.fit_models(&world));
        // The range does not depend on the budget, so it is asked for without one; what else is wrong shows later.
        let mut free = Form { unconstrained: true, ..form.clone() };
        // Nor on the policies: without those that read the query nothing has to be learned first.
        free.policies.retain(|policy| !policy.kind.reads_query());
        if !free.policies.iter().any(|policy| policy.on) {
            free.add(Kind::Random, "");
        }
        let data = self.files.as_ref().filter(|_| free.source == Source::Files).map(|files| &files.data);
        let plan = free.experiment(&world, self.files.as_ref()).and_then(|experiment| plan(&experiment, data));
        if let Ok(plan) = plan {
            said.extend(form.fit_budget(&world, self.files.as_ref(), plan.budget_range()));
        }
        self.say(said);
        (self.form, self.world, self.cursor) = (Rc::new(form), Rc::new(world), None);
        self.phase = Phase::Done;
        self.commit()
    }

    /// Of files, and of single rounds.
    fn hear_of_files(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::ImportProgress(progress) => self.import.advance(progress),
            Event::Imported { data, audit, prices } => return self.imported(data, audit, prices),
            Event::ImportFailed(error) => return self.import_failed(error),
            Event::Excerpt(MAPPING, excerpt) => self.looked(excerpt),
            Event::Excerpt(rows::ROWS, excerpt) => self.rows_read(excerpt),
            Event::Excerpt(..) => {}
            Event::CleanProgress(progress) => self.cleaning_advanced(progress.bytes),
            Event::Cleaned(from, file) => return self.cleaned(&from, file),
            Event::CleanFailed(error) => return self.not_cleaned(error),
            Event::Inspected(wanted, answer) => {
                self.inspector.hear(wanted, answer, self.snapshot.as_deref());
                if self.phase != Phase::Running && InspectorState::is_remembered() {
                    self.inspector.remember();
                }
            }
            Event::Progress(_) | Event::Failed(_) => {}
        }
        Vec::new()
    }

    /// The files of the data set that is loaded; none where it is built in.
    pub fn files_loaded(&self) -> &[Chosen] {
        &self.loaded.files
    }

    /// Whether a run, a sweep or a study is under way or paused.
    pub fn is_busy(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::Paused)
            || self.learning.is_some()
            || self.sweep.running.is_some()
            || self.studies.is_playing()
            || self.query_aware.training.is_some()
            || self.live.is_running()
            || self.learn.is_playing()
    }

    /// Whether the drawn experiment has a budget that is broken up by dollars: its environment is data.
    pub fn drawn_in_dollars(&self) -> bool {
        self.snapshot
            .as_ref()
            .is_some_and(|snapshot| !matches!(snapshot.result.experiment.environment, Environment::Synthetic(_)))
    }
}

fn lesson(effects: Vec<LearnEffect>) -> Vec<Effect> {
    effects.into_iter().map(Effect::Lesson).collect()
}
