//! From an experiment and its files to the evaluation, in steps that can be watched and given up: the one way that the
//! command line and the page share, so that both give the same numbers.

use super::embeddings::Embeddings;
use super::evaluation::{Evaluated, Origin, run};
use super::queries::{Queries, QueryOptions};
use crate::data::{ImportOptions, InputFile};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Environment, Experiment};
use crate::plan::match_files;
use serde::{Deserialize, Serialize};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// The files are read with their texts.
    Read,
    /// Words and parts of words are counted and weighed.
    Features,
    /// The units are trained, one a model, and calibrated.
    Train,
    /// Every policy is judged on the test queries.
    Judge,
    /// The paper's rules are judged over `s` and `τ`.
    Sweep,
    /// Predictions are judged, and the gap to the oracle looked into.
    Explain,
}

impl Step {
    /// All, in their order.
    pub const ALL: [Step; 6] = [Step::Read, Step::Features, Step::Train, Step::Judge, Step::Sweep, Step::Explain];
}

/// Share of the work that reading the files is.
const READING: f64 = 0.1;

/// Reads an experiment's files with their texts, joins the vectors of `embeddings` to their features, trains, and judges
/// every policy. The evaluation says what it is of. `progress` hears which step is under way and the share of all work that
/// is done, in [0,1], and returns whether to go on.
///
/// # Errors
/// An environment that is no replay; those of [`Queries::read`], [`match_files`], [`Queries::playing`],
/// [`Embeddings::join`] and [`run`].
pub fn evaluate_files(
    experiment: &Experiment,
    files: Vec<InputFile<'_>>,
    embeddings: Option<&Embeddings>,
    progress: &mut dyn FnMut(Step, f64) -> bool,
) -> Result<(Queries, Evaluated)> {
    let mut experiment = experiment.clone();
    let part = experiment.query_aware.get_or_insert_default().clone();
    let Environment::Replay(replay) = &mut experiment.environment else { return Err(needs_replay(&experiment)) };
    let options = QueryOptions {
        import: ImportOptions::from(&*replay),
        threshold: experiment.task.success_threshold,
        columns: part.features.columns.clone(),
    };
    let (queries, data) = {
        let (queries, import) = Queries::read(files, &options, &mut |read| {
            let share = match read.total {
                Some(total) if total > 0 => (read.bytes as f64 / total as f64).clamp(0.0, 1.0),
                _ => 0.0,
            };
            progress(Step::Read, READING * share)
        })?;
        replay.prices.extend(import.prices);
        // Of the import nothing else is needed, and the texts want the room.
        (queries, import.dataset.files)
    };
    match_files(&mut replay.files, &data)?;
    let mut queries = queries.playing(replay)?;
    if let Some(embeddings) = embeddings {
        embeddings.join(&mut queries)?;
    }
    let mut evaluated = run(&queries, &part, &mut |step, share| progress(step, READING + (1.0 - READING) * share))?;
    let embeddings = embeddings.map(|embeddings| embeddings.files.clone()).unwrap_or_default();
    let engine = env!("CARGO_PKG_VERSION").to_owned();
    evaluated.evaluation.origin = Some(Box::new(Origin { engine, experiment, data, embeddings }));
    Ok((queries, evaluated))
}

/// Why an experiment has no queries to read.
pub fn needs_replay(experiment: &Experiment) -> Error {
    let expected = "`replay`: query-aware selection reads the queries of result files";
    let error = Error::new(ErrorKind::OutOfRange, expected).at_field("environment.kind");
    error.found(experiment.environment.name())
}
