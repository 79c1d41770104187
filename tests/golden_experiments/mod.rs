//! Small experiments with the digests they must have, natively and in a browser. A change of a digest is a change of
//! results: it needs a new engine version and a reason.

use llm_selection::data::{ImportOptions, InputFile, import};
use llm_selection::experiment::{Environment, Experiment};
use llm_selection::plan::Plan;
use std::sync::Arc;

/// Name, experiment, digest.
pub const GOLDEN: [(&str, &str, &str); 13] = [
    ("suc", include_str!("suc.json"), "?"),
    ("awc", include_str!("awc.json"), "?"),
    ("aic", include_str!("aic.json"), "?"),
    ("awc-greedy", include_str!("awc-greedy.json"), "?"),
    ("awc-full-feedback", include_str!("awc-full-feedback.json"), "?"),
    ("aic-stop", include_str!("aic-stop.json"), "?"),
    ("unconstrained", include_str!("unconstrained.json"), "?"),
    ("infeasible", include_str!("infeasible.json"), "?"),
    ("one-replicate", include_str!("one-replicate.json"), "?"),
    ("preset", include_str!("preset.json"), "?"),
    ("replay-iid", include_str!("replay-iid.json"), "?"),
    ("replay-shuffle", include_str!("replay-shuffle.json"), "?"),
    ("replay-sequential", include_str!("replay-sequential.json"), "?"),
];

/// The plan of a golden experiment, with the data that lie beside it.
pub fn plan(text: &str) -> Plan {
    let experiment = Experiment::from_json(text).unwrap();
    let data = match &experiment.environment {
        Environment::Replay(replay) => {
            let file = InputFile::from_bytes("answers.csv", include_bytes!("answers.csv"));
            let data = import(vec![file], &ImportOptions::from(replay), &mut |_| true).unwrap().dataset;
            Some(Arc::new(data))
        }
        _ => None,
    };
    Plan::new(&experiment, data).unwrap()
}
