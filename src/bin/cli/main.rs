//! The command `llm-select`: the engine for papers, scripts and teaching.

mod audit;
mod evaluate;
mod sweep;

use clap::{Parser, Subcommand};
use llm_selection::data::{Ids, Import, ImportOptions, InputFile, Limits, import_with_ids, write_csv};
use llm_selection::experiment::{Environment, Experiment, Role};
use llm_selection::link::{Link, Shape};
use llm_selection::plan::{Plan, Playable, WithTexts};
use llm_selection::query_aware::queries::{Queries, QueryOptions};
use llm_selection::{Error, ErrorKind, Result, run, summary};
use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;

/// Which language models should answer a query? Simulates the online selection of sets of models under a budget.
#[derive(Parser)]
#[command(name = "llm-select", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Plays an experiment and prints a table, or writes the result.
    Run {
        /// Experiment file, or - for standard input.
        experiment: String,
        /// Result files that the experiment names.
        #[arg(long, num_args = 1.., value_name = "FILE")]
        data: Vec<String>,
        /// Writes the whole result as JSON, or - for standard output.
        #[arg(long, value_name = "RESULT.json")]
        out: Option<String>,
        /// Writes the curves as CSV: policy,round,metric,mean,ci95.
        #[arg(long, value_name = "CURVES.csv")]
        csv: Option<String>,
        /// Writes the figures as SVG.
        #[arg(long, value_name = "FIG.svg")]
        figure: Option<String>,
        /// Threads to play in; the result does not depend on it.
        #[arg(long)]
        threads: Option<usize>,
    },
    /// Says what is in result files: what was recognised, what is missing, what was assumed.
    Audit {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
        /// Says which column plays which role.
        #[arg(long, value_name = "role=column")]
        map: Vec<String>,
        /// Says how files are read, by a field of an experiment: grader=contains, duplicates=first, score_unit=percent,
        /// cost_unit=cents, latency_unit=s, grader={"number-within":0.01}, prices={"my-model":{"input":1,"output":2}} ($ per million
        /// tokens) or prices={"my-model":{"call":0.002}} ($ per call, where nothing else gives a cost).
        #[arg(long, value_name = "field=value")]
        set: Vec<String>,
        /// Writes the results as they are understood, as a CSV file in the neutral schema, or - for standard output.
        #[arg(long, value_name = "OUT.csv")]
        clean: Option<String>,
        /// Result files.
        #[arg(required = true)]
        files: Vec<String>,
    },
    /// Prints an experiment as the fragment of a link to the page.
    Link {
        /// Experiment file, or - for standard input.
        experiment: String,
        /// Result files that the experiment names: the link then carries their hashes and shape, so that whoever opens it
        /// can be asked for the same ones.
        #[arg(long, num_args = 1.., value_name = "FILE")]
        data: Vec<String>,
    },
    /// Prints the experiment of a link, with defaults filled in.
    Unlink {
        /// The link, or its fragment, or - for standard input.
        fragment: String,
    },
    /// Plays an experiment at every point of a grid of values, or a part of the points.
    Sweep(sweep::SweepArguments),
    /// Makes one result of the parts of a sweep: the same bits as one run.
    Merge(sweep::MergeArguments),
    /// Trains query-aware selection on a part of the queries and judges every policy on another.
    Evaluate(evaluate::EvaluateArguments),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if !error.use_stderr() => {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            // One line that says what is wrong: clap's first, without its hints.
            let text = error.to_string();
            let lines: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage")).collect();
            let line = lines.iter().filter(|line| !line.is_empty()).copied().collect::<Vec<_>>().join(" ");
            return fail(2, line.trim_start_matches("error: "));
        }
    };
    let done = match arguments.command {
        Command::Run { experiment, data, out, csv, figure, threads } => {
            play(&experiment, &data, out.as_deref(), csv.as_deref(), figure.as_deref(), threads)
        }
        Command::Audit { json, map, set, clean, files } => audit(json, &map, &set, clean.as_deref(), &files),
        Command::Link { experiment, data } => link(&experiment, &data),
        Command::Unlink { fragment } => unlink(&fragment),
        Command::Sweep(arguments) => sweep::play(&arguments),
        Command::Merge(arguments) => sweep::merge(&arguments),
        Command::Evaluate(arguments) => evaluate::evaluate(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Bad(error)) => fail(2, &error.to_string()),
        Err(Failure::Other(error)) => fail(1, &error.to_string()),
    }
}

fn fail(status: u8, message: &str) -> ExitCode {
    let line: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let _ = writeln!(std::io::stderr(), "llm-select: {line}");
    ExitCode::from(status)
}

/// What went wrong: something the person gave (status 2), or anything else (status 1).
enum Failure {
    Bad(Error),
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Bad(error)
    }
}

fn play(
    experiment: &str,
    data: &[String],
    out: Option<&str>,
    csv: Option<&str>,
    figure: Option<&str>,
    threads: Option<usize>,
) -> std::result::Result<(), Failure> {
    let text = read_text(experiment)?;
    let mut experiment = Experiment::from_json(&text).map_err(|error| error.in_file(experiment))?;
    let data = dataset(&mut experiment, data)?;
    let plan = Plan::on(&experiment, data.as_ref().map(|data| data as &dyn Playable))?;
    let mut warnings = plan.warnings();
    let terminal = std::io::stderr().is_terminal();
    let result = run::run_in_threads(plan, self::threads(threads), |share| {
        if terminal {
            let _ = write!(std::io::stderr(), "\r{:3.0} %", share * 100.0);
        }
    })
    .map_err(Failure::Other)?;
    if terminal {
        let _ = write!(std::io::stderr(), "\r      \r");
    }
    warnings.extend(result.warnings());
    if let Some(path) = csv {
        write_text(path, &summary::curves_csv(&result))?;
    }
    if let Some(path) = figure {
        let dollars = !matches!(result.experiment.environment, Environment::Synthetic(_));
        write_text(path, &llm_selection::figure::sheet(&result, dollars))?;
    }
    match out {
        Some(path) => write_text(path, &(result.to_json() + "\n"))?,
        None if [csv, figure].contains(&Some("-")) => {}
        None => write_text("-", &summary::table(&result))?,
    }
    for warning in warnings {
        let _ = writeln!(std::io::stderr(), "note: {warning}");
    }
    Ok(())
}

fn link(experiment: &str, data: &[String]) -> std::result::Result<(), Failure> {
    let text = read_text(experiment)?;
    let mut experiment = Experiment::from_json(&text).map_err(|error| error.in_file(experiment))?;
    let data = if data.is_empty() { None } else { dataset(&mut experiment, data)? };
    let link = match &data {
        Some(held) => {
            let (models, queries) = (held.data().models.len() as u64, held.data().queries as u64);
            Link::on(experiment, held, Shape { models, queries })?
        }
        None => Link::new(experiment),
    };
    write_text("-", &(link.encode()? + "\n"))
}

fn unlink(fragment: &str) -> std::result::Result<(), Failure> {
    let text = if fragment == "-" { read_text("-")? } else { fragment.to_owned() };
    let link = Link::decode(&text).map_err(|error| error.in_file("link"))?;
    write_text("-", &(link.experiment.to_json() + "\n"))
}

/// The data that an experiment asks for; `None` where it brings its own. The list prices that were used become part of
/// the experiment.
fn dataset(experiment: &mut Experiment, data: &[String]) -> Result<Option<WithTexts>> {
    match (&mut experiment.environment, data.first()) {
        (Environment::Replay(replay), _) => {
            let (import, _) = read_data(data, &ImportOptions::from(&*replay))?;
            replay.prices.extend(import.prices);
            let (paths, options) = (data.to_vec(), ImportOptions::from(&*replay));
            let read = move |threshold: f64, columns: &[String]| {
                let options = QueryOptions { import: options.clone(), threshold, columns: columns.to_vec() };
                let (queries, import) = Queries::read(open(&paths)?, &options, &mut |_| true)?;
                Ok((queries, import.dataset.files))
            };
            Ok(Some(WithTexts::new(Arc::new(import.dataset), Box::new(read))))
        }
        (_, None) => Ok(None),
        (other, Some(file)) => {
            let expected = format!("no data: the environment is `{}`, not `replay`", other.name());
            Err(Error::new(ErrorKind::OutOfRange, expected).at_field("--data").found(file))
        }
    }
}

/// As many threads as asked for, or as the machine has cores.
fn threads(wanted: Option<usize>) -> usize {
    wanted.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1)
}

fn audit(
    json: bool,
    map: &[String],
    set: &[String],
    clean: Option<&str>,
    files: &[String],
) -> std::result::Result<(), Failure> {
    let mut fields = serde_json::Map::new();
    for pair in set {
        let wrong = || Error::new(ErrorKind::OutOfRange, "field=value").at_field("--set").found(pair);
        let (field, value) = pair.split_once('=').ok_or_else(wrong)?;
        // A word needs no quotes.
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        fields.insert(field.trim().to_owned(), value);
    }
    let mut options: ImportOptions = serde_json::from_value(fields.into())
        .map_err(|error| Error::new(ErrorKind::OutOfRange, error.to_string()).at_field("--set"))?;
    for pair in map {
        let expected = "role=column, where the role is one of the documented ones, such as score=my_column";
        let wrong = || Error::new(ErrorKind::OutOfRange, expected).at_field("--map").found(pair);
        let (role, column) = pair.split_once('=').ok_or_else(wrong)?;
        let role: Role = serde_json::from_value(role.trim().into()).map_err(|_| wrong())?;
        options.mapping.insert(role, column.trim().to_string());
    }
    let (Import { dataset, audit, .. }, ids) = read_data(files, &options)?;
    match clean {
        Some("-") => return written("-", write_csv(&dataset, Some(&ids), &mut std::io::stdout().lock())),
        Some(path) => {
            let file = std::fs::File::create(path);
            written(path, file.and_then(|mut file| write_csv(&dataset, Some(&ids), &mut file)))?;
        }
        None => {}
    }
    if json {
        let text = serde_json::to_string_pretty(&audit.report()).unwrap_or_default();
        return write_text("-", &(text + "\n"));
    }
    write_text("-", &audit::text(&audit))
}

fn read_data(paths: &[String], options: &ImportOptions) -> Result<(Import, Ids)> {
    import_with_ids(open(paths)?, options, Limits::default(), &mut |_| true)
}

/// The files at these paths.
fn open(paths: &[String]) -> Result<Vec<InputFile<'static>>> {
    let mut files = Vec::new();
    for path in paths {
        let bad =
            |error: std::io::Error| Error::new(ErrorKind::Io, "a file that can be read").in_file(path).found(error);
        let file = std::fs::File::open(path).map_err(bad)?;
        let metadata = file.metadata().map_err(bad)?;
        if metadata.is_dir() {
            return Err(Error::new(ErrorKind::Io, "a file").in_file(path).found("a folder"));
        }
        let len = metadata.is_file().then_some(metadata.len());
        files.push(InputFile { name: path.clone(), len, reader: Box::new(file) });
    }
    if files.is_empty() {
        return Err(Error::new(ErrorKind::Missing, "the files that the experiment names")
            .at_field("--data")
            .found("no file"));
    }
    Ok(files)
}

fn read_text(path: &str) -> Result<String> {
    let bad =
        |error: std::io::Error| Error::new(ErrorKind::Io, "a text file that can be read").in_file(path).found(error);
    if path == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(bad)?;
        return Ok(text);
    }
    std::fs::read_to_string(path).map_err(bad)
}

fn write_text(path: &str, text: &str) -> std::result::Result<(), Failure> {
    written(
        path,
        match path {
            "-" => std::io::stdout().write_all(text.as_bytes()),
            _ => std::fs::write(path, text),
        },
    )
}

/// What came of writing to a place.
fn written(path: &str, outcome: std::io::Result<()>) -> std::result::Result<(), Failure> {
    match outcome {
        // A reader that has seen enough, such as `head`, is no failure.
        Err(error) if path == "-" && error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| {
            Failure::Other(Error::new(ErrorKind::Io, "a place that can be written").in_file(path).found(error))
        }),
    }
}
