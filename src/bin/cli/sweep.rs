//! `sweep` and `merge`.

use super::{Failure, dataset, read_text, threads, write_text};
use clap::Args;
use llm_selection::figure::sweep::{Curves, Parameter, sheet};
use llm_selection::plan::Playable;
use llm_selection::sweep::{self, Shard, Sweep, SweepResult};
use llm_selection::{Error, ErrorKind};
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Most notes printed.
const NOTES: usize = 10;
/// Between two lines of progress where no terminal is.
const LOGGED_EVERY: Duration = Duration::from_secs(30);

/// Arguments of `sweep`.
#[derive(Args)]
pub struct SweepArguments {
    /// Sweep file, or - for standard input: {"experiment": …, "grid": {"task.budget": [0.2, 0.3]}}.
    sweep: String,
    /// Result files that the experiment names.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    data: Vec<String>,
    /// Plays only part I of N; `merge` makes one result of the parts.
    #[arg(long, value_name = "I/N")]
    shard: Option<String>,
    /// Threads to play in; the result does not depend on it.
    #[arg(long)]
    threads: Option<usize>,
    #[command(flatten)]
    outputs: Outputs,
}

/// Arguments of `merge`.
#[derive(Args)]
pub struct MergeArguments {
    /// The parts that `sweep --shard` wrote, all of them.
    #[arg(required = true, value_name = "PART.json")]
    parts: Vec<String>,
    #[command(flatten)]
    outputs: Outputs,
}

/// Where a sweep's result goes.
#[derive(Args)]
struct Outputs {
    /// Writes the result as JSON, or - for standard output.
    #[arg(long, value_name = "RESULT.json")]
    out: Option<String>,
    /// Writes one row a point and policy as CSV: the values, then mean and 95 % half-width of each final figure. Goes to
    /// standard output where nothing else is written.
    #[arg(long, value_name = "FINALS.csv")]
    csv: Option<String>,
    /// Writes the figures of a sweep over one parameter as SVG.
    #[arg(long, value_name = "FIG.svg")]
    figure: Option<String>,
}

impl Outputs {
    fn write(&self, result: &SweepResult) -> Result<(), Failure> {
        if let Some(path) = &self.figure {
            write_text(path, &sheet(&Curves::new(result).map_err(of_figure)?))?;
        }
        if let Some(path) = &self.out {
            write_text(path, &(result.to_json() + "\n"))?;
        }
        match &self.csv {
            Some(path) => write_text(path, &sweep::csv(result)),
            None if self.out.is_none() && self.figure.is_none() => write_text("-", &sweep::csv(result)),
            None => Ok(()),
        }
    }
}

/// Says that the flag asks for it.
fn of_figure(mut error: Error) -> Error {
    error.place.field = Some(format!("--figure: {}", error.place.field.unwrap_or_default()));
    error
}

/// Plays a sweep or a part of one.
pub fn play(arguments: &SweepArguments) -> Result<(), Failure> {
    let shard: Option<Shard> = arguments.shard.as_deref().map(str::parse).transpose()?;
    let text = read_text(&arguments.sweep)?;
    let sweep = Sweep::from_json(&text).map_err(|error| error.in_file(&arguments.sweep))?;
    if arguments.outputs.figure.is_some() {
        Parameter::of(&sweep.grid()).map_err(of_figure)?;
        if let Some(shard) = shard.filter(|shard| shard.of > 1) {
            let expected = "no figure of a part: `merge` draws it, too";
            let found = format!("shard {}/{}", shard.index, shard.of);
            return Err(Error::new(ErrorKind::OutOfRange, expected).at_field("--figure").found(found).into());
        }
    }
    sweep.points_of(shard)?;
    let data = dataset(&mut sweep.experiment(0)?, &arguments.data)?;
    let data = data.as_ref().map(|data| data as &dyn Playable);
    let terminal = std::io::stderr().is_terminal();
    let mut told = Instant::now();
    let progress = |done: usize, of: usize, share: f64| {
        let percent = 100.0 * (done as f64 + share) / of as f64;
        if terminal {
            let _ = write!(std::io::stderr(), "\rpoint {} of {of}, {percent:3.0} %", done + 1);
        } else if told.elapsed() > LOGGED_EVERY {
            told = Instant::now();
            let _ = writeln!(std::io::stderr(), "point {} of {of}, {percent:.0} %", done + 1);
        }
    };
    // What is said of several points is printed once.
    let mut notes: Vec<(String, usize, u32)> = Vec::new();
    let note = |point: usize, text: String| match notes.iter_mut().find(|note| note.0 == text) {
        Some((_, _, more)) => *more += 1,
        None => notes.push((text, point, 0)),
    };
    let result =
        sweep::run_in_threads(&sweep, data, shard, threads(arguments.threads), progress, note).map_err(|error| {
            match error.kind {
                ErrorKind::Io => Failure::Other(error),
                _ => Failure::Bad(error.in_file(&arguments.sweep)),
            }
        })?;
    if terminal {
        let _ = write!(std::io::stderr(), "\r{:40}\r", "");
    }
    arguments.outputs.write(&result)?;
    for (text, point, more) in notes.iter().take(NOTES) {
        let more = match more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let point = sweep::described(&sweep.values(*point));
        let _ = writeln!(std::io::stderr(), "note, {point}{more}: {text}");
    }
    if notes.len() > NOTES {
        let _ = writeln!(std::io::stderr(), "note: and {} more", notes.len() - NOTES);
    }
    Ok(())
}

/// Makes one result of all parts.
pub fn merge(arguments: &MergeArguments) -> Result<(), Failure> {
    let mut parts = Vec::new();
    for path in &arguments.parts {
        parts.push((path.clone(), read_text(path)?));
    }
    arguments.outputs.write(&sweep::merge(&parts)?)
}
