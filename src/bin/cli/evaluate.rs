//! `evaluate`: query-aware selection on result files.

use super::{Failure, open, read_text, write_text};
use clap::Args;
use llm_selection::experiment::{Environment, Experiment};
use llm_selection::query_aware::steps::{evaluate_files, needs_replay};
use llm_selection::query_aware::text;
use std::io::{IsTerminal, Write};

/// Arguments of `evaluate`.
#[derive(Args)]
pub struct EvaluateArguments {
    /// Experiment file, or - for standard input; its part `query_aware` says what is asked.
    experiment: String,
    /// Result files that the experiment names.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    data: Vec<String>,
    /// Writes the evaluation as JSON, or - for standard output.
    #[arg(long, value_name = "EVALUATION.json")]
    out: Option<String>,
}

/// Trains on a part of the queries and judges every policy on another.
pub fn evaluate(arguments: &EvaluateArguments) -> Result<(), Failure> {
    let path = &arguments.experiment;
    let experiment = Experiment::from_json(&read_text(path)?).map_err(|error| error.in_file(path))?;
    if !matches!(experiment.environment, Environment::Replay(_)) {
        return Err(needs_replay(&experiment).in_file(path).into());
    }
    let terminal = std::io::stderr().is_terminal();
    let files = open(&arguments.data)?;
    let (_, evaluated) = evaluate_files(&experiment, files, &mut |_, share| {
        if terminal {
            let _ = write!(std::io::stderr(), "\r{:3.0} %", 100.0 * share);
        }
        true
    })?;
    if terminal {
        let _ = write!(std::io::stderr(), "\r      \r");
    }
    let evaluation = &evaluated.evaluation;
    match &arguments.out {
        Some(path) => write_text(path, &evaluation.to_json())?,
        None => write_text("-", &text::table(evaluation))?,
    }
    for note in &evaluation.notes {
        let _ = writeln!(std::io::stderr(), "note: {note}");
    }
    Ok(())
}
