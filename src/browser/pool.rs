//! The page's pool of module workers: imports files and plays runs, and tells the page by events.

use crate::data::Dataset;
use crate::error::Error;
use crate::experiment::Experiment;
use crate::summary::RunResult;
use std::rc::Rc;
use std::sync::Arc;

/// What the pool tells the page.
pub enum Event {
    /// Files are being read.
    ImportProgress {
        /// Name of the file being read.
        file: String,
        /// Its number, from 1.
        number: usize,
        /// Number of files.
        files: usize,
        /// Bytes read in all.
        read: u64,
        /// Bytes to read in all.
        total: u64,
    },
    /// Files were read; nothing has been run on them yet.
    Imported {
        /// The numbers.
        dataset: Arc<Dataset>,
        /// What was found and assumed .
        audit: crate::data::Audit,
    },
    /// Files could not be read; what was loaded before is untouched.
    ImportFailed(Error),
    /// A run has advanced, is done, or was paused.
    Progress(Rc<Snapshot>),
    /// A run could not go on.
    Failed(Error),
}

/// A run as far as it has come.
pub struct Snapshot {
    /// Curves and finals up to `round`.
    pub result: RunResult,
    /// Rounds played by every replicate of every policy.
    pub round: u32,
    /// Rounds planned.
    pub rounds: u32,
    /// Milliseconds of playing, without pauses.
    pub elapsed_ms: f64,
}

/// How fast curves grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Speed {
    /// About 200 rounds a second.
    Lecture,
    /// About 2,000 rounds a second.
    Fast,
    /// As fast as it goes.
    #[default]
    Full,
}

/// The pool. Dropping it ends its workers.
pub struct Pool {}

impl Pool {
    /// A pool that calls `on_event` from the page's event loop. Workers start by themselves, min(cores, 8) of them.
    pub fn new(_on_event: impl Fn(Event) + 'static) -> Result<Pool, Error> {
        unimplemented!()
    }

    /// Reads files as one data set; `options` is the import part of a replay environment.
    pub fn import(&self, _files: Vec<web_sys::File>, _options: &crate::experiment::Replay) {
        unimplemented!()
    }

    /// Gives up the import under way.
    pub fn cancel_import(&self) {
        unimplemented!()
    }

    /// Starts a run from round 0, ending the one under way. The experiment has passed `Plan::new`.
    pub fn start(&self, _experiment: &Experiment, _data: Option<Arc<Dataset>>, _speed: Speed) {
        unimplemented!()
    }

    /// Stops advancing and keeps everything.
    pub fn pause(&self) {
        unimplemented!()
    }

    /// Goes on after a pause.
    pub fn resume(&self) {
        unimplemented!()
    }

    /// Changes the pace, also while running.
    pub fn set_speed(&self, _speed: Speed) {
        unimplemented!()
    }

    /// Ends the run and forgets it.
    pub fn reset(&self) {
        unimplemented!()
    }
}
