//! Messages between the page and the worker that holds a live run. The worker decides and remembers; the page alone speaks
//! to providers, under its Content-Security-Policy, and alone has the keys.

use super::estimate::Estimate;
use super::ledger::Caps;
use super::protocol::{Heard, Request};
use super::session::{Report, Rows, Shown, Texts};
use crate::data::Question;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// From the page. A set-up is JSON of a [`super::setup::Setup`] without questions: these are the ones read last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToLive {
    /// Says the page's own origin, for advice; the first message. [`FromLive::Draft`] answers it.
    Origin(String),
    /// Keeps what the page's form of this room holds, for the next visit: not in links and not in the workspace's files.
    Keep(String),
    /// Asks what a set-up may come to; the number comes back with the answer.
    Estimate {
        /// Of the question.
        number: u32,
        /// The set-up.
        setup: String,
    },
    /// Reads questions from the files beside the message, which have these names, and keeps them for the next visit.
    Questions(Vec<String>),
    /// Takes the built-in questions.
    Sample,
    /// Begins a run, and keeps it from now on. Where another is under way, it is refused.
    Start(String),
    /// Opens the kept run with this id; it waits to be told to go on.
    Open(String),
    /// Closes the run that is open; it stays kept.
    Close,
    /// Plays on.
    GoOn,
    /// Begins nothing new.
    Pause,
    /// Begins nothing new and gives up what is under way.
    Stop,
    /// Whether the browser has no network.
    Offline(bool),
    /// Other caps.
    Caps(Caps),
    /// Tries a model that is left alone, by its place.
    TryAgain(usize),
    /// A call was not sent, for want of a key.
    Unsent {
        /// The open run, as in [`FromLive::Send`].
        run: u32,
        /// Number of the call.
        call: u64,
    },
    /// What the network brought of a call, after so many milliseconds.
    Heard {
        /// The open run, as in [`FromLive::Send`].
        run: u32,
        /// Number of the call.
        call: u64,
        /// What it brought.
        heard: Heard,
        /// Milliseconds.
        latency_ms: f64,
    },
    /// Asks for a window of the calls.
    Rows {
        /// Which calls.
        shown: Shown,
        /// Place of the first row.
        first: usize,
        /// Rows.
        count: usize,
    },
    /// Asks for the texts of a call.
    Text(u64),
    /// Asks which runs are kept.
    List,
    /// Deletes a kept run.
    Delete(String),
    /// Asks for the result files of the run that is open: as one archive, or each by itself.
    Export {
        /// Whether as one archive.
        archive: bool,
    },
}

/// From the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromLive {
    /// What a set-up may come to, or what is wrong with it.
    Estimated {
        /// Of the question.
        number: u32,
        /// The answer.
        estimate: Result<Estimate>,
    },
    /// What was kept at the last visit: the form's text, if any. The questions follow by themselves.
    Draft(Option<String>),
    /// Questions that were read, or why they could not be: those before stay.
    Questions(Result<QuestionSet>),
    /// A run is open: its id and set-up.
    Opened {
        /// Its id.
        id: String,
        /// Its set-up.
        setup: String,
    },
    /// No run is open any more, or none could be opened.
    Closed(Option<Error>),
    /// How the run is.
    Report(Box<Report>),
    /// A call is to be sent, and given up after so many milliseconds.
    Send {
        /// Tells runs that this worker has opened one after the other apart.
        run: u32,
        /// Number of the call.
        call: u64,
        /// What is sent, but for the key.
        request: Request,
        /// Milliseconds.
        timeout_ms: f64,
    },
    /// A call is to be given up.
    Abort {
        /// The open run, as in [`FromLive::Send`].
        run: u32,
        /// Number of the call.
        call: u64,
    },
    /// A window of the calls.
    Rows(Rows),
    /// The texts of the call with this number.
    Text(u64, Texts),
    /// The runs that are kept, the latest first.
    Runs(Vec<KeptRun>),
    /// The result files beside the message, which have these names.
    Exported(Vec<String>),
    /// Something could not be done; the run, if one is open, is as it was.
    Failed(Error),
    /// What happens cannot be written down; nothing new is begun.
    NotKept(Error),
}

/// Questions, as far as the page shows them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QuestionSet {
    /// Where they are from: names of files, or `50 built-in questions`.
    pub name: String,
    /// Whether they are the built-in ones.
    pub sample: bool,
    /// How many there are.
    pub count: usize,
    /// How many have a reference.
    pub referenced: usize,
    /// The first few.
    pub first: Vec<Question>,
    /// What a person should know of how they were read.
    pub notes: Vec<String>,
}

/// A kept run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptRun {
    /// Its id.
    pub id: String,
    /// When it was begun, milliseconds since 1970.
    pub begun: f64,
    /// Whether it is a dry run.
    pub dry: bool,
    /// Rounds planned.
    pub rounds: u32,
    /// Names of its models.
    pub models: Vec<String>,
    /// Whether another tab has it open.
    pub elsewhere: bool,
}
