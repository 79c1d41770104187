//! `evaluate`: query-aware selection on result files.

use super::{Failure, open, read_text, write_text};
use clap::Args;
use llm_selection::experiment::{Environment, Experiment};
use llm_selection::figure::tradeoff::{TradeoffFigure, sheet};
use llm_selection::query_aware::embeddings::Embeddings;
use llm_selection::query_aware::steps::{evaluate_files, needs_replay};
use llm_selection::query_aware::text;
use llm_selection::{Error, ErrorKind};
use std::io::{IsTerminal, Write};
use std::path::Path;

/// Arguments of `evaluate`.
#[derive(Args)]
pub struct EvaluateArguments {
    /// Experiment file, or - for standard input; its part `query_aware` says what is asked.
    experiment: String,
    /// Result files that the experiment names.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    data: Vec<String>,
    /// Static token embeddings in Model2Vec's layout, joined to the features: a folder, or the files tokenizer.json,
    /// model.safetensors and config.json.
    #[arg(long, num_args = 1.., value_name = "FOLDER|FILE")]
    embeddings: Vec<String>,
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
    let embeddings = embeddings(&arguments.embeddings)?;
    let (_, evaluated) = evaluate_files(&experiment, files, embeddings.as_ref(), &mut |_, share| {
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

/// The table in a folder or in files, told by their names; `None` where there are none.
fn embeddings(paths: &[String]) -> llm_selection::Result<Option<Embeddings>> {
    let flag = "--embeddings";
    let named = |name: &str| {
        paths.iter().map(Path::new).find_map(|path| {
            let path = if path.is_dir() { path.join(name) } else { path.to_owned() };
            path.ends_with(name).then_some(path).filter(|path| path.is_file())
        })
    };
    let content = |path: &Path| {
        std::fs::read(path).map_err(|error| {
            let bad = Error::new(ErrorKind::Io, "a file that can be read").in_file(path.display().to_string());
            bad.found(error)
        })
    };
    let needed = |name: &str| {
        let missing =
            || Error::new(ErrorKind::Missing, format!("a file {name}")).at_field(flag).found(paths.join(", "));
        content(&named(name).ok_or_else(missing)?)
    };
    if paths.is_empty() {
        return Ok(None);
    }
    let config = named("config.json").map(|path| content(&path)).transpose()?;
    let table = Embeddings::from_bytes(&needed("tokenizer.json")?, needed("model.safetensors")?, config.as_deref())?;
    Ok(Some(table))
}
