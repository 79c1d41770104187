//! `evaluate`: query-aware selection on result files.

use super::{Failure, open, read_text, write_text};
use clap::Args;
use llm_selection::experiment::{Environment, Experiment};
use llm_selection::figure::tradeoff::{TradeoffFigure, sheet};
use llm_selection::query_aware::steps::{evaluate_files, needs_replay};
use llm_selection::query_aware::text;
use llm_selection::{Error, ErrorKind};
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
    /// Writes accuracy against latency and cost as SVG, or - for standard output.
    #[arg(long, value_name = "FIG.svg")]
    figure: Option<String>,
    /// What accuracy is drawn against, one picture each: parallel (latency), sequential (latency), cost. Without it all
    /// that the data knows.
    #[arg(long, num_args = 1.., value_name = "WHAT", requires = "figure")]
    against: Vec<String>,
}

/// Trains on a part of the queries and judges every policy on another.
pub fn evaluate(arguments: &EvaluateArguments) -> Result<(), Failure> {
    let path = &arguments.experiment;
    let experiment = Experiment::from_json(&read_text(path)?).map_err(|error| error.in_file(path))?;
    if !matches!(experiment.environment, Environment::Replay(_)) {
        return Err(needs_replay(&experiment).in_file(path).into());
    }
    let against = arguments.against.iter().map(|name| against(name)).collect::<llm_selection::Result<Vec<_>>>()?;
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
    if let Some(path) = &arguments.figure {
        let known = || TradeoffFigure::of(evaluation).collect();
        write_text(path, &sheet(&if against.is_empty() { known() } else { against }, evaluation))?;
    }
    match &arguments.out {
        Some(path) => write_text(path, &evaluation.to_json())?,
        None if arguments.figure.as_deref() == Some("-") => {}
        None => write_text("-", &text::table(evaluation))?,
    }
    for note in &evaluation.notes {
        let _ = writeln!(std::io::stderr(), "note: {note}");
    }
    Ok(())
}

/// The picture that a flag names.
fn against(name: &str) -> llm_selection::Result<TradeoffFigure> {
    TradeoffFigure::from_slug(name).ok_or_else(|| {
        let names = TradeoffFigure::ALL.map(TradeoffFigure::slug).join(", ");
        Error::new(ErrorKind::OutOfRange, format!("one of {names}")).at_field("--against").found(name)
    })
}
