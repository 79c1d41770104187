//! Messages between the page and its workers: closed enums, as compact bytes.

use crate::data::excerpt::{Excerpt, Wanted};
use crate::data::{FileIdentity, Import, ImportOptions, Progress};
use crate::error::{Error, ErrorKind, Result};
use crate::game::Game;
use crate::optimum::{Joint, Optimum};
use crate::plan::Plan;
use crate::simulation::{Job, JobUpdate, jobs};
use crate::workspace::Item;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// From the page to a worker that plays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToPlayer {
    /// Get ready to play these jobs of a run.
    Start {
        /// Number of the run; replies repeat it, so that late ones are recognised.
        run: u32,
        /// What is played. The rows of its world may stand beside the message instead, as numbers.
        game: Arc<Game>,
        /// The jobs, each with its place in the run's list.
        jobs: Vec<(u32, Job)>,
        /// Whether to report the optima.
        report: bool,
    },
    /// Play for one slice of time, up to this round.
    Play {
        /// Number of the run.
        run: u32,
        /// Last round to be played.
        until: u32,
    },
}

/// Most bytes of data in all workers together, as they lie there.
const MOST_BYTES: usize = 128 << 20;

impl ToPlayer {
    /// The messages that start a run, one a worker: the jobs dealt in turn, no more messages than jobs. Each worker has
    /// the data for itself, so that the more there is, the fewer they are. The first worker reports the optimum.
    pub fn starts(run: u32, plan: &Plan, workers: usize) -> Vec<ToPlayer> {
        let experiment = &plan.experiment;
        let all: Vec<_> = (0..).zip(jobs(experiment.policies.len() as u32, experiment.run.replicates)).collect();
        let (cells, latency_ms) = plan.game.world.rows();
        let room = MOST_BYTES / (size_of_val(cells) + size_of_val(latency_ms)).max(1);
        let workers = workers.min(room).clamp(1, all.len().max(1));
        (0..workers)
            .map(|worker| ToPlayer::Start {
                run,
                game: plan.game.clone(),
                jobs: all.iter().skip(worker).step_by(workers).copied().collect(),
                report: worker == 0,
            })
            .collect()
    }
}

/// From a worker that plays to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromPlayer {
    /// The worker is ready to play.
    Started {
        /// Number of the run.
        run: u32,
        /// By segment, the optima and on data those by joint rows, where they were asked for.
        optima: Option<(Vec<Optimum>, Vec<Option<Joint>>)>,
    },
    /// A slice was played.
    Played {
        /// Number of the run.
        run: u32,
        /// What is new, job by job.
        updates: Vec<JobUpdate>,
        /// Rounds that all the worker's jobs have played.
        round: u32,
        /// Whether all the worker's jobs are done.
        done: bool,
    },
    /// A message could not be understood.
    Failed(Error),
}

/// From the page to the worker that imports; the files stand beside the message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToImporter {
    /// Read the files as one data set.
    Import {
        /// Their names, in their order, with the folders that are known: some formats name the model there.
        names: Vec<String>,
        /// How they are read where they do not say it.
        options: ImportOptions,
    },
    /// Read a few rows of the one file.
    Excerpt {
        /// Its name, with the folders that are known.
        name: String,
        /// How it is read where it does not say it.
        options: ImportOptions,
        /// Which rows.
        wanted: Wanted,
    },
    /// Read the files and write them as one in the neutral schema.
    Clean {
        /// As for `Import`.
        names: Vec<String>,
        /// As for `Import`.
        options: ImportOptions,
    },
}

/// From the worker that imports to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromImporter {
    /// Files are being read.
    Progress(Progress),
    /// Files were read.
    Imported(Box<Import>),
    /// A few rows of a file.
    Excerpt(Box<Excerpt>),
    /// Files were read and written anew; the new one stands beside the message, here is what was read.
    Cleaned(Vec<FileIdentity>),
    /// Files could not be read.
    Failed(Error),
}

/// From the page to the worker that keeps the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToStore {
    /// Take this name for the tab, or another one where an open tab has it; `None` = a new name, and the old one is given
    /// up.
    Claim(Option<String>),
    /// Keep an item in place of the one with its id; beside the message stand its parts, as blobs.
    Keep(Box<Item>),
    /// Name an item.
    Rename {
        /// The item.
        id: String,
        /// Its new name.
        name: String,
    },
    /// Delete an item.
    Delete(String),
    /// Delete all items but those of other tabs that are open.
    DeleteAll,
    /// List what is kept.
    List,
    /// Give an item with its parts.
    Open(String),
    /// Give all that is kept as one file.
    Export,
    /// Add what is in the workspace file beside the message.
    Import,
}

/// From the worker that keeps the workspace to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromStore {
    /// The tab has a name.
    Claimed {
        /// The name.
        tab: String,
        /// What was kept under the name that was asked for; its parts stand beside the message.
        item: Option<Box<Item>>,
    },
    /// An item is safely kept.
    Kept(String),
    /// All that is kept, but for what is open in tabs.
    Listed(Listing),
    /// An item; its parts stand beside the message.
    Opened(Box<Item>),
    /// The workspace as one file, beside the message.
    Exported,
    /// A workspace file was read.
    Imported {
        /// Items added.
        added: usize,
        /// Items that were there already.
        already: usize,
        /// Items that were refused by name, and why.
        refused: Vec<(String, Error)>,
    },
    /// The storage cannot be reached: nothing can be kept.
    Denied(Error),
    /// An item could not be kept; what was kept before under its id is still there.
    NotKept {
        /// The item.
        id: String,
        /// Why.
        error: Error,
    },
    /// Anything else could not be done.
    Failed(Error),
}

/// What is kept, and how much room it takes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// The items, the latest first, without their forms.
    pub items: Vec<Item>,
    /// Bytes that this site uses, by the browser's estimate.
    pub usage: Option<u64>,
    /// Bytes that it may use.
    pub quota: Option<u64>,
    /// Whether the browser has promised not to clear them by itself.
    pub persistent: bool,
}

/// The message as bytes.
///
/// # Errors
/// `Io` where it cannot be encoded, which no message of these types gives cause for.
pub fn encode(message: &impl Serialize) -> Result<Vec<u8>> {
    let failed = |error| Error::new(ErrorKind::Io, format!("a message to be sent: {error}"));
    // A data set may be large: its bytes are counted first, rather than moved into ever larger room.
    let mut bytes = vec![0; postcard::experimental::serialized_size(message).map_err(failed)?];
    let written = postcard::to_slice(message, &mut bytes).map_err(failed)?.len();
    bytes.truncate(written);
    Ok(bytes)
}

/// The message from bytes.
///
/// # Errors
/// `Malformed` where the bytes are no such message.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    postcard::from_bytes(bytes).map_err(|error| Error::new(ErrorKind::Malformed, format!("a message: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

    #[test]
    fn messages_survive_the_wire() {
        let text = r#"{"version": 1, "environment": {"kind": "preset", "id": "sciq"}, "task": {"reward": "awc", "budget": 0.001},
            "policies": [{"kind": "c2mab-v"}, {"kind": "epsilon-greedy", "schedule": {"c": 5}}, {"kind": "cucb"}, {"kind": "oracle"}],
            "run": {"rounds": 10}}"#;
        let experiment = Experiment::from_json(text).unwrap();
        let game = Plan::new(&experiment, None).unwrap().game;
        let jobs = vec![(3, Job { policy: 1, block: 0, first: 2, replicates: 5 })];
        let start = ToPlayer::Start { run: 7, game, jobs, report: true };
        assert_eq!(decode::<ToPlayer>(&encode(&start).unwrap()).unwrap(), start);
        let options = ImportOptions { grader: Some(crate::experiment::Grader::Contains), ..ImportOptions::default() };
        let import = ToImporter::Import { names: vec!["model=a/stats.json".into()], options };
        assert_eq!(decode::<ToImporter>(&encode(&import).unwrap()).unwrap(), import);
        let error = Error::new(ErrorKind::BadCell, "a number").in_file("a").at_row(3).found("x");
        let failed = FromPlayer::Failed(error);
        assert_eq!(decode::<FromPlayer>(&encode(&failed).unwrap()).unwrap(), failed);
        assert!(decode::<FromPlayer>(&[250, 1, 2]).is_err());
    }

    #[test]
    fn numbers_may_travel_beside_the_message() {
        let text = r#"{"version": 1, "environment": {"kind": "preset", "id": "sciq"}, "task": {"reward": "suc", "budget": null},
            "policies": [{"kind": "random"}], "run": {"rounds": 10}}"#;
        let game = Plan::new(&Experiment::from_json(text).unwrap(), None).unwrap().game;
        let mut light = decode::<Game>(&encode(&game.without_rows()).unwrap()).unwrap();
        let (cells, latency_ms) = game.world.rows();
        assert!(encode(&light).unwrap().len() * 10 < size_of_val(cells));
        light.world.put_rows(cells.to_vec(), latency_ms.to_vec());
        assert_eq!(light, *game);

        let data = crate::data::presets::preset("sciq").unwrap();
        let mut rest = data.clone();
        let columns = rest.take_columns();
        let mut back = decode::<crate::data::Dataset>(&encode(&rest).unwrap()).unwrap();
        assert!(back.put_columns(columns.iter().skip(1).cloned()).is_err());
        assert!(back.put_columns(columns.iter().map(|column| column.iter().skip(1).copied().collect())).is_err());
        back.put_columns(columns).unwrap();
        assert_eq!(back, data);
    }
}
