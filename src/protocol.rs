//! Messages between the page and its workers: two closed enums, as compact bytes.

use crate::data::{Dataset, Import, ImportOptions, Progress};
use crate::error::{Error, ErrorKind, Result};
use crate::simulation::{Job, JobUpdate};
use crate::summary::OptimumReport;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// From the page to a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Read files as one data set; the files themselves stand beside the message.
    Import(ImportOptions),
    /// Get ready to play these jobs of a run.
    Start {
        /// Number of the run; replies repeat it, so that late ones are recognised.
        run: u32,
        /// The experiment as JSON.
        experiment: String,
        /// The data of a replay.
        data: Option<Dataset>,
        /// The jobs, each with its place in the run's list.
        jobs: Vec<(u32, Job)>,
        /// Whether to report the optimum.
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

/// From a worker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The worker listens; what is sent before is lost in some browsers.
    Ready,
    /// Files are being read.
    Importing(Progress),
    /// Files were read.
    Imported(Box<Import>),
    /// Files could not be read.
    ImportFailed(Error),
    /// The worker is ready to play.
    Started {
        /// Number of the run.
        run: u32,
        /// The optimum, where it was asked for.
        optimum: Option<OptimumReport>,
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
    /// The run cannot go on.
    Failed {
        /// Number of the run.
        run: u32,
        /// Why.
        error: Error,
    },
}

/// The message as bytes.
///
/// # Errors
/// `Io` where it cannot be encoded, which no message of these types gives cause for.
pub fn encode(message: &impl Serialize) -> Result<Vec<u8>> {
    postcard::to_stdvec(message).map_err(|error| Error::new(ErrorKind::Io, format!("a message to be sent: {error}")))
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
    use crate::data::{FileIdentity, ModelResults};

    #[test]
    fn messages_survive_the_wire() {
        let data = Dataset {
            models: vec![ModelResults {
                name: "<b>".into(),
                reward: vec![0.5, 1.0],
                cost: None,
                latency_ms: Some(vec![3.0, 4.0]),
            }],
            queries: 2,
            files: vec![FileIdentity { name: "a.csv".into(), sha256: "00".into() }],
        };
        let start = Request::Start {
            run: 7,
            experiment: "{}".into(),
            data: Some(data),
            jobs: vec![(3, Job { policy: 1, block: 0, first: 2, replicates: 5 })],
            report: true,
        };
        assert_eq!(decode::<Request>(&encode(&start).unwrap()).unwrap(), start);
        let options = ImportOptions { grader: Some(crate::experiment::Grader::Contains), ..ImportOptions::default() };
        let import = Request::Import(options);
        assert_eq!(decode::<Request>(&encode(&import).unwrap()).unwrap(), import);
        let error = Error::new(ErrorKind::BadCell, "a number").in_file("a").at_row(3).found("x");
        let failed = Reply::Failed { run: 1, error };
        assert_eq!(decode::<Reply>(&encode(&failed).unwrap()).unwrap(), failed);
        assert!(decode::<Reply>(&[250, 1, 2]).is_err());
    }
}
