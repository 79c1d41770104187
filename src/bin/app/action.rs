//! What can happen on the page, and what must then happen outside its state.

use crate::bring::Brought;
use crate::fetch::Fetched;
use crate::form::{Edit, Field, Kind, Memory, QueryEdit};
use crate::inspector::InspectorAction;
use crate::learn::{LearnAction, LearnEffect};
use crate::live::{LiveAction, LiveEffect};
use crate::query_aware::QueryAwareAction;
use crate::room::Room;
use crate::state::{Line, MappingAction, Opened, View};
use crate::studies::StudyAction;
use crate::sweep::SweepAction;
use crate::world::Source;
use llm_selection::browser::chosen::Chosen;
use llm_selection::browser::pool::{Event, Speed};
use llm_selection::browser::remote::{Learning, Remote};
use llm_selection::data::excerpt::Wanted;
use llm_selection::data::{ImportOptions, Progress};
use llm_selection::error::{Error, Result};
use llm_selection::experiment::{Experiment, RewardModel, Solver};
use llm_selection::figure::Paper;
use llm_selection::inspect::RoundWanted;
use llm_selection::plan::Asked;
use llm_selection::protocol::ToQueryAware;
use std::rc::Rc;

/// The actions that the first view does without the page's second module.
macro_rules! first {
    () => {
        Action::Typed(..)
            | Action::Commit
            | Action::Run
            | Action::Pause
            | Action::Toggle
            | Action::Reset
            | Action::Speed(_)
            | Action::Hide(..)
            | Action::Cursor(_)
            | Action::Pool(Event::Progress(_) | Event::Failed(_))
    };
}

pub(crate) use first;

/// What can happen.
#[derive(Clone)]
pub enum Action {
    /// Text typed into an input; looked at a moment later.
    Typed(Field, String),
    /// The moment has come, or the input was left.
    Commit,
    Reward(RewardModel),
    Unconstrained(bool),
    Source(Source),
    Model(String, bool),
    /// A policy; a fixed one plays this model.
    AddPolicy(Kind, String),
    DuplicatePolicy(u32),
    RemovePolicy(u32),
    SwitchPolicy(u32, bool),
    FallingEpsilon(u32, bool),
    Solver(u32, Option<Solver>),
    CostAware(u32, bool),
    Memory(u32, Memory),
    FixedModel(u32, String, bool),
    /// An edit of how the world changes.
    ChangeWorld(Edit),
    /// An edit of which queries are played.
    Queries(QueryEdit),
    Seed(u64),
    Run,
    Pause,
    /// Play one round more.
    Step,
    Toggle,
    Reset,
    Speed(Speed),
    /// The fragment of an address.
    OpenLink(String),
    /// Files of any kind, each of which goes where it belongs; or why they could not be had.
    Dropped(Result<Brought>),
    /// An experiment file, or a result with its experiment: its name and its text.
    OpenFile(String, Result<String>),
    /// Do not wait for the files of a link.
    ForgetLink,
    /// Show the panels that a link hides.
    ShowPanels,
    /// Drop what an opened experiment says and the form has no input for.
    Usual,
    /// Read files as results of models.
    Files(Brought),
    /// Text was pasted that is no table.
    NotPasted(Error),
    /// More of the files is there.
    FilesAdvanced(Progress),
    /// Fetch files that the page's address names.
    Fetch(Vec<String>),
    /// In the dialog *How to read these files*.
    Mapping(MappingAction),
    CancelImport,
    /// Read the files without the one that is wrong.
    LeaveOut,
    /// Write the data set as one file.
    Clean,
    CancelClean,
    /// How large figures are as files.
    Paper(Paper),
    /// Show the rows that a line of the audit is about, or none.
    Rows(Option<Line>),
    Dismiss,
    Hide(usize, bool),
    Cursor(Option<u32>),
    /// In the round inspector.
    Inspect(InspectorAction),
    View(View),
    Sweep(SweepAction),
    Pool(Event),
    /// Put what was kept into the page.
    Open(Box<Opened>),
    /// *Share* was pressed.
    Share,
    /// In the view *Studies*.
    Study(StudyAction),
    /// Go to a room.
    Room(Room),
    /// In the room *Query-aware*.
    QueryAware(QueryAwareAction),
    /// In the room *Live*.
    Live(LiveAction),
    /// In the room *Learn*.
    Learn(LearnAction),
    /// How learning from texts goes on.
    Learning(Learning),
    /// The data has been looked at, as it was asked for.
    Looked,
}

impl Action {
    /// Whether the first view does it without the page's second module.
    pub fn is_first(&self) -> bool {
        matches!(self, first!())
    }

    /// Whether it comes after those that wait for the data to be looked at. What is typed shows at once, and a run under
    /// way is heard.
    pub fn waits(&self) -> bool {
        match self {
            Action::Typed(..)
            | Action::Hide(..)
            | Action::Cursor(_)
            | Action::Inspect(_)
            | Action::FilesAdvanced(_)
            | Action::Live(_)
            | Action::Learn(_) => false,
            Action::Learning(learning) => matches!(learning, Learning::Done(_)),
            Action::QueryAware(action) => !matches!(
                action,
                QueryAwareAction::Heard(..)
                    | QueryAwareAction::Inquire(_)
                    | QueryAwareAction::Fetched(Fetched::Advanced(_))
            ),
            Action::Pool(event) => matches!(event, Event::Imported { .. }),
            _ => true,
        }
    }
}

/// What must happen outside the state.
pub enum Effect {
    /// Look at the form soon.
    CommitLater,
    Start {
        experiment: Rc<Experiment>,
        data: Option<Rc<Remote>>,
        speed: Speed,
        /// Its finished run, where that was kept.
        played: Option<Rc<[u8]>>,
        /// Play one round and pause.
        step: bool,
    },
    /// Play a point of the sweep, in workers of its own.
    SweepPlay {
        experiment: Rc<Experiment>,
        data: Option<Rc<Remote>>,
    },
    /// End the sweep and its workers.
    SweepStop,
    Pause,
    Step,
    Resume,
    Reset,
    Speed(Speed),
    Import {
        files: Vec<Chosen>,
        options: ImportOptions,
    },
    Fetch(Vec<String>),
    /// Fetch the files of a table of token embeddings.
    FetchTable(Vec<String>),
    StopFetchingTable,
    CancelImport,
    /// Find out what files are, and do what is meant by each.
    Sort(Brought),
    /// Read files once more and write them as one.
    Clean {
        files: Vec<Chosen>,
        options: ImportOptions,
    },
    CancelClean,
    /// Save a file under a name.
    Save(&'static str, web_sys::Blob),
    /// Read a few rows of a file; the answer comes under the number.
    Excerpt {
        number: u32,
        file: Chosen,
        options: ImportOptions,
        wanted: Wanted,
    },
    /// Play an experiment of a study, beside the page's own run.
    PlayStudy {
        experiment: Box<Experiment>,
        data: Option<Rc<Remote>>,
    },
    StopStudy,
    /// Train on an experiment's files in a worker of this number.
    Train {
        number: u32,
        experiment: Rc<Experiment>,
        files: Vec<Chosen>,
        /// Those of the token embeddings.
        table: Vec<Chosen>,
    },
    /// End that worker.
    StopTraining,
    /// Keep that worker for questions, in place of the one before; where there is none, that one ends.
    KeepTrained,
    /// End the worker that is kept.
    ForgetTrained,
    /// Ask it one question.
    Inquire(ToQueryAware),
    /// For the room *Live*.
    Live(LiveEffect),
    /// For the room *Learn*.
    Lesson(LearnEffect),
    /// Go to the Playground.
    Leave,
    /// Have policies learn from the texts of the data what a replay asks for.
    Learn(Rc<Remote>, Asked),
    StopLearning(Rc<Remote>),
    /// Look at a round of the run.
    Inspect(RoundWanted),
    /// Find out what a replay of the data comes to.
    Look(Rc<Remote>, Asked),
}
