//! Messages between the page and its workers: closed enums, as compact bytes.

use crate::data::excerpt::{Excerpt, Wanted};
use crate::data::{Audit, FileIdentity, ImportOptions, Progress};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Price;
use crate::facts::Facts;
use crate::game::Game;
use crate::inspect::{Answer, RoundWanted};
use crate::optimum::{Joint, Optimum};
use crate::plan::{Plan, Scene};
use crate::query_aware::ask::Advice;
use crate::query_aware::explore::{Sought, View};
use crate::query_aware::steps::Step;
use crate::simulation::{Job, JobUpdate, jobs};
use crate::workspace::Item;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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
    /// Look at a round for one slice of time, whoever plays it. The run goes on as it would.
    Inspect {
        /// Number of the run.
        run: u32,
        /// Which round.
        wanted: RoundWanted,
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
        let room = MOST_BYTES / plan.game.world.bytes().max(1);
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
        /// Rounds that the one of its replicates which is ahead has played.
        furthest: u32,
        /// Whether all the worker's jobs are done.
        done: bool,
    },
    /// A round was looked for.
    Inspected {
        /// Number of the run.
        run: u32,
        /// Which round was wanted.
        wanted: RoundWanted,
        /// What was found; `None` where the slice of time was not enough: the same message again goes on.
        answer: Result<Option<Answer>>,
    },
    /// A message could not be understood.
    Failed(Error),
}

/// From the page to the worker that imports, beside which the files stand, or to the one that holds a data set: the page
/// itself has no column of it.
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
    /// Hold the data set that stands beside the message as it stood beside [`FromImporter::Imported`], and behind it the
    /// files it was read from: their texts are read again where a replay asks for them.
    Hold {
        /// As for `Import`.
        names: Vec<String>,
        /// As for `Import`.
        options: ImportOptions,
    },
    /// Read the files, which are those of `data`, with their texts, and learn what a replay asks for.
    Learn {
        /// As for `Import`.
        names: Vec<String>,
        /// As for `Import`.
        options: ImportOptions,
        /// Names and hashes of the files.
        data: Vec<FileIdentity>,
        /// A [`crate::plan::Asked`] as JSON.
        wanted: String,
    },
    /// Take over what was learned elsewhere for such a replay, which stands beside the message. Nothing is answered.
    Know(String),
    /// Say what a replay comes to that asks for this: a [`crate::plan::Asked`] as JSON.
    Look(String),
    /// Give as many copies of that replay's rows.
    Deal(String, u32),
}

/// From the worker that imports to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromImporter {
    /// Files are being read.
    Progress(Progress),
    /// Files were read. Beside the message stand the data set's bytes and its columns, apart because they are many.
    Imported {
        /// What was found and assumed.
        audit: Box<Audit>,
        /// List prices that were used ([`crate::data::Import::prices`]).
        prices: BTreeMap<String, Price>,
    },
    /// A few rows of a file.
    Excerpt(Box<Excerpt>),
    /// Files were read and written anew; the new one stands beside the message, here is what was read.
    Cleaned(Vec<FileIdentity>),
    /// The share that is learned, in [0,1].
    Learning(f64),
    /// All is learned: beside the message stands a [`crate::query_aware::context::Context`], as bytes.
    Learned,
    /// A data set is held.
    Held(Box<Facts>),
    /// What a replay comes to, without its rows.
    Scene(Box<Scene>),
    /// A replay's rows; the copies stand beside the message, of each the outcomes, the latencies, and what policies are
    /// told of the queries.
    Dealt,
    /// What was asked for cannot be done.
    Failed(Error),
}

/// From the page to the worker that trains and judges query-aware selection, and then keeps what it has trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToQueryAware {
    /// Read the files, which stand beside the message, with their texts; train, and judge every policy.
    Train {
        /// Their names, in their order, with the folders that are known.
        names: Vec<String>,
        /// Names of the files of a table of token embeddings, which stand behind them; empty where there is none.
        table: Vec<String>,
        /// The experiment as JSON.
        experiment: String,
    },
    /// Say which models a policy would call on a query, and why.
    Ask {
        /// The policy by its place in [`crate::query_aware::evaluation::Evaluation::policies`].
        policy: u32,
        /// `s`.
        models: u32,
        /// `τ`.
        threshold: f64,
        /// The query.
        text: String,
    },
    /// Say what a policy misses.
    Explore {
        /// The policy, as for `Ask`.
        policy: u32,
        /// Among which queries, and which page of them.
        sought: Sought,
    },
}

/// From that worker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromQueryAware {
    /// Work goes on.
    Progress {
        /// What is being done.
        step: Step,
        /// Share of all work that is done, in [0,1].
        share: f64,
    },
    /// All is done, and the worker keeps what it has trained.
    Evaluated {
        /// The [`crate::query_aware::evaluation::Evaluation`] as JSON, as the command line writes it.
        evaluation: String,
        /// Milliseconds that each step took, in their order.
        times: Vec<(Step, f64)>,
    },
    /// The answer to `Ask`.
    Advised(Box<Advice>),
    /// The answer to `Explore`.
    Explored(Box<View>),
    /// What was asked for cannot be done.
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
    use crate::inspect::Seek;
    use crate::plan::{Asked, Playable};

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
        let wanted = RoundWanted { policy: 1, replicate: 2, seek: Seek::OverBudget(7), played: 9 };
        let inspect = ToPlayer::Inspect { run: 7, wanted };
        assert_eq!(decode::<ToPlayer>(&encode(&inspect).unwrap()).unwrap(), inspect);
        for answer in [Ok(None), Ok(Some(Answer::NoneOver)), Err(Error::new(ErrorKind::OutOfRange, "a round"))] {
            let inspected = FromPlayer::Inspected { run: 7, wanted, answer };
            assert_eq!(decode::<FromPlayer>(&encode(&inspected).unwrap()).unwrap(), inspected);
        }
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
        let mut light = Game::clone(&game);
        let rows = light.world.take_rows();
        let mut light = decode::<Game>(&encode(&light).unwrap()).unwrap();
        assert!(encode(&light).unwrap().len() * 10 < size_of_val(&*rows.0));
        assert_eq!(light.world.bytes(), size_of_val(&*rows.0) + size_of_val(&*rows.1));
        assert!(rows.2.is_empty());
        light.world.put_rows(rows);
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

    /// Data behind a wire: asked as JSON, answered in bytes without rows.
    struct Elsewhere(crate::data::Dataset);

    impl Playable for Elsewhere {
        fn files(&self) -> &[FileIdentity] {
            &self.0.files
        }

        fn scene(&self, asked: &Asked) -> Result<Scene> {
            let mut scene = self.0.scene(&serde_json::from_str(&serde_json::to_string(asked).unwrap()).unwrap())?;
            scene.world.take_rows();
            decode(&encode(&scene)?)
        }
    }

    #[test]
    fn a_plan_on_data_that_lies_elsewhere_lacks_its_rows_alone() {
        let files = vec![FileIdentity { name: "a.csv".into(), sha256: "0".repeat(64) }];
        let mut data = crate::data::presets::preset("sciq").unwrap();
        data.files = files;
        if let Some(model) = data.models.first_mut() {
            model.reward.iter_mut().step_by(3).for_each(|reward| *reward = f64::NAN);
            model.latency_ms = Some(vec![1.5; data.queries]);
        }
        let name = &data.models[0].name;
        let text = format!(
            r#"{{"version": 1, "environment": {{"kind": "replay", "files": [{{"name": "a.csv"}}], "missing": "unavailable",
            "cost_scale": 0.1, "drift": [{{"at": 4, "models": {{"{name}": {{"reward": 0.3}}}}}}]}},
            "task": {{"reward": "awc", "success_threshold": 0.7, "budget": 0.001}},
            "policies": [{{"kind": "c2mab-v"}}, {{"kind": "offline"}}], "run": {{"rounds": 10, "seed": 7}}}}"#
        );
        let experiment = Experiment::from_json(&text).unwrap();
        let here = Plan::new(&experiment, Some(Arc::new(data.clone()))).unwrap();
        let there = Plan::on(&experiment, Some(&Elsewhere(data))).unwrap();
        assert_eq!((&there.experiment, &there.models, &there.labels), (&here.experiment, &here.models, &here.labels));
        assert_eq!((there.warnings(), there.budget_range()), (here.warnings(), here.budget_range()));
        assert!(there.game.world.has_latency() && there.game.world.has_missing());
        assert_eq!(there.game.world.bytes(), here.game.world.bytes());
        // As text: what is missing equals nothing else.
        let text = |game: &Game| format!("{game:?}");
        let (mut whole, mut game) = (Game::clone(&here.game), Game::clone(&there.game));
        assert_ne!(text(&game), text(&whole));
        let rows = whole.world.take_rows();
        assert!(!rows.0.is_empty() && rows.1.len() == rows.0.len());
        assert_eq!(text(&game), text(&whole));
        game.world.put_rows(rows);
        assert_eq!(text(&game), text(&here.game));
    }
}
