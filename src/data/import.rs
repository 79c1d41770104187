//! The import of a set of files: each read once, as a stream, then joined and audited.

use super::archive::{self, Archive, Container};
use super::audit::{Audit, FileAudit, ModelAudit, Warning};
use super::format;
use super::grader::Judge;
use super::intake::Destination;
use super::join::{Collector, Ids, Joined, Seen, join};
use super::json::{self, Members};
use super::names::{model_names, names};
use super::records::Records;
use super::rows::{Rows, gaps};
use super::schema::{listed, shown};
use super::text::{Meter, Source};
use super::texts::{Store, TextOptions, Texts};
use super::{Dataset, FileIdentity, ModelResults};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{CostUnit, Duplicates, Grader, LatencyUnit, MAX_MODELS, Price, Replay, Role, ScoreUnit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek};

/// Bytes that can be read again from anywhere: an archive lists its members at its end.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// A file to import: its name and its bytes.
pub struct InputFile<'a> {
    /// Name as the person gave it, folders included: some formats name the model there.
    pub name: String,
    /// Length in bytes where it is known, for progress and for refusing early.
    pub len: Option<u64>,
    /// The bytes.
    pub reader: Box<dyn ReadSeek + 'a>,
}

impl<'a> InputFile<'a> {
    /// A file that is in memory.
    pub fn from_bytes(name: impl Into<String>, bytes: &'a [u8]) -> Self {
        InputFile { name: name.into(), len: Some(bytes.len() as u64), reader: Box::new(Cursor::new(bytes)) }
    }
}

/// How files are to be read where they do not say it themselves: the import fields of an experiment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImportOptions {
    /// Which column plays which role; every file must have the columns. A role with an empty name is played by none.
    pub mapping: BTreeMap<Role, String>,
    /// How an answer is compared with the reference, where there is no score.
    pub grader: Option<Grader>,
    /// What becomes of a second result of the same model on the same query.
    pub duplicates: Duplicates,
    /// Unit of the scores, where it is not to be inferred.
    pub score_unit: Option<ScoreUnit>,
    /// Unit of the costs, where it is not to be inferred.
    pub cost_unit: Option<CostUnit>,
    /// Unit of the latencies, where it is not to be inferred.
    pub latency_unit: Option<LatencyUnit>,
    /// Prices by model, where costs come from tokens.
    pub prices: BTreeMap<String, Price>,
}

impl From<&Replay> for ImportOptions {
    fn from(replay: &Replay) -> Self {
        ImportOptions {
            mapping: replay.mapping.clone(),
            grader: replay.grader.clone(),
            duplicates: replay.duplicates,
            score_unit: replay.score_unit,
            cost_unit: replay.cost_unit,
            latency_unit: replay.latency_unit,
            prices: replay.prices.clone(),
        }
    }
}

/// What an import gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// The numbers.
    pub dataset: Dataset,
    /// What was found and assumed.
    pub audit: Audit,
    /// The list prices that were used for want of others ([`super::prices`]): with them as
    /// [`ImportOptions::prices`] the same files give the same numbers whatever later lists say.
    pub prices: BTreeMap<String, Price>,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Number of the file being read, from 0.
    pub file: usize,
    /// How many files there are.
    pub files: usize,
    /// Bytes read of all files.
    pub bytes: u64,
    /// Bytes of all files, where every length is known.
    pub total: Option<u64>,
}

/// The most that is read; beyond it an import is refused by name of the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in all files (2 GB).
    pub bytes: u64,
    /// Rows in all files (10 million).
    pub rows: u64,
    /// Results (row × model) in all files (10 million).
    pub results: usize,
    /// Columns of a file (10,000).
    pub columns: usize,
    /// Bytes of a cell (16 MB).
    pub cell: usize,
    /// Bytes of an id (4,096).
    pub id: usize,
    /// Bytes of all different ids (500 MB).
    pub id_bytes: usize,
    /// Models ([`MAX_MODELS`]).
    pub models: usize,
    /// Models × queries of the data set (20 million).
    pub table: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 2_000_000_000,
            rows: 10_000_000,
            results: 10_000_000,
            columns: 10_000,
            cell: 16_000_000,
            id: 4_096,
            id_bytes: 500_000_000,
            models: MAX_MODELS,
            table: 20_000_000,
        }
    }
}

/// Dollars per million tokens, or a call, that no model costs.
const DEAREST: f64 = 1e9;

/// Reads files of results and joins them into one data set, within the default [`Limits`].
///
/// `progress` is called after every block that is read; where it returns `false` the import ends.
///
/// # Errors
/// Anything that is wrong with the files, with file, row and column; [`ErrorKind::Cancelled`] where `progress` asked
/// for it.
pub fn import(
    files: Vec<InputFile<'_>>,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Import> {
    import_within(files, options, Limits::default(), progress)
}

/// [`import`] within other limits.
///
/// # Errors
/// As [`import`].
pub fn import_within(
    files: Vec<InputFile<'_>>,
    options: &ImportOptions,
    limits: Limits,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Import> {
    import_with_ids(files, options, limits, progress).map(|(import, _)| import)
}

/// [`import_within`], and the queries' ids, which the data set does without.
///
/// # Errors
/// As [`import`].
pub fn import_with_ids(
    files: Vec<InputFile<'_>>,
    options: &ImportOptions,
    limits: Limits,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<(Import, Ids)> {
    read(files, options, None, limits, progress).map(|(import, ids, _)| (import, ids))
}

/// [`import_with_ids`], and the texts of queries and answers, which the data set does without. A grader, where one is
/// given, says what of an answer counts, also where there are scores.
///
/// # Errors
/// As [`import`]; no query with a text, two columns that could hold it, further columns that are not there or hold no
/// numbers.
pub fn import_with_texts(
    files: Vec<InputFile<'_>>,
    options: &ImportOptions,
    texts: &TextOptions,
    limits: Limits,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<(Import, Ids, Texts)> {
    let judge = options.grader.as_ref().map(Judge::new).transpose()?;
    let (import, ids, texts) = read(files, options, Some(Store::new(texts, judge)), limits, progress)?;
    Ok((import, ids, texts.unwrap_or_default()))
}

/// Reads files of results, with their texts where there is a store for them.
fn read(
    files: Vec<InputFile<'_>>,
    options: &ImportOptions,
    store: Option<Store>,
    limits: Limits,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<(Import, Ids, Option<Texts>)> {
    if files.is_empty() {
        return Err(Error::new(ErrorKind::Empty, "at least one file").at_field("files").found("none"));
    }
    for (model, price) in &options.prices {
        for (part, unit, value) in price.parts() {
            if !(0.0..=DEAREST).contains(&value) {
                return Err(Error::new(ErrorKind::OutOfRange, format!("{unit}, from 0 to a billion"))
                    .at_field(format!("prices.{model}.{part}"))
                    .found(value));
            }
        }
    }
    let mut meter = Meter::new(&files, limits, progress)?;
    let mut reading = Reading {
        options,
        collector: Collector::new(limits),
        audit: Audit::default(),
        names: Vec::new(),
        prices: BTreeMap::new(),
        meter: &mut meter,
    };
    reading.collector.texts = store;
    let mut identities = Vec::new();
    let paths: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let named = names(&paths);
    // By the names that an experiment keeps: the same files have the same models wherever they stand later.
    let own = model_names(&named.iter().map(String::as_str).collect::<Vec<_>>());
    for (index, ((name, model), file)) in named.into_iter().zip(own).zip(files).enumerate() {
        reading.meter.file(index);
        let sha256 = reading.file(file, &name, &model).map_err(|error| error.in_file(&name))?;
        identities.push(FileIdentity { name, sha256 });
    }
    let Reading { mut collector, mut audit, names, prices, .. } = reading;
    let texts = collector.texts.take().map(|store| store.finish(&collector)).transpose()?;
    let owner: Vec<usize> = collector.models.iter().map(|seen| seen.file).collect();
    let file_of = |model: usize| owner.get(model).and_then(|file| names.get(*file)).cloned().unwrap_or_default();
    audit.models = models(&collector.models, &names);
    let id_in = |file: usize| {
        let column = audit.files.get(file).and_then(|file| file.columns.iter().find(|(role, _)| role == "query_id"));
        column.map_or_else(String::new, |(_, name)| name.clone())
    };
    let id_of = |model: usize| owner.get(model).map_or_else(String::new, |file| id_in(*file));
    let joined = join(collector, options.duplicates, &names).map_err(|(file, error)| match file.map(usize::from) {
        Some(file) => error.in_file(names.get(file).cloned().unwrap_or_default()).at_column(id_in(file)),
        None => error.at_field("files"),
    })?;
    check_overlap(&joined.dataset).map_err(|(model, error)| match error.kind {
        ErrorKind::NothingInCommon => error.in_file(file_of(model)).at_column(id_of(model)),
        _ => error.in_file(file_of(model)),
    })?;
    report_duplicates(&joined, options.duplicates, &names, &mut audit);
    let Joined { mut dataset, ids, entries, .. } = joined;
    let by_call = price_calls(&mut dataset, options);
    dataset.files = identities;
    audit.format = distinct(audit.files.iter().map(|file| file.format.as_str()));
    audit.count(&dataset);
    for (model, gaps) in audit.models.iter_mut().zip(gaps(&dataset, &entries, &ids, &names)) {
        model.gaps = gaps;
    }
    audit.look_at_costs(&entries, &names);
    look_at_files(&mut audit, options, by_call);
    Ok((Import { dataset, audit, prices }, ids, texts))
}

/// An import under way.
struct Reading<'r, 'p> {
    options: &'r ImportOptions,
    collector: Collector,
    audit: Audit,
    /// Names of the files so far, those in archives each by itself.
    names: Vec<String>,
    /// List prices that were used.
    prices: BTreeMap<String, Price>,
    meter: &'r mut Meter<'p>,
}

impl Reading<'_, '_> {
    /// Reads a file as it was given, an archive member by member; its SHA-256.
    fn file(&mut self, file: InputFile, name: &str, model: &str) -> Result<String> {
        match Container::open(file.reader)? {
            Container::Plain(reader) => self.one(reader, name, &file.name, model),
            Container::Gzip(mut reader) => {
                self.meter.unknown_total();
                let sha256 = archive::digest(&mut *reader, self.meter)?;
                let inner = |name: &str| name.strip_suffix(".gz").unwrap_or(name).to_owned();
                self.one(archive::gunzip(reader), &inner(name), &inner(&file.name), model)?;
                Ok(sha256)
            }
            Container::Zip(mut reader) => {
                self.meter.unknown_total();
                let sha256 = archive::digest(&mut *reader, self.meter)?;
                let mut zip = Archive::open(reader)?;
                if let Some((header, samples)) = zip.log.take() {
                    let limits = self.meter.limits;
                    self.one(Box::new(zip.document(header, &samples, limits)), name, &file.name, model)?;
                    return Ok(sha256);
                }
                let members = std::mem::take(&mut zip.members);
                let models = model_names(&members.iter().map(String::as_str).collect::<Vec<_>>());
                for (member, model) in members.iter().zip(&models) {
                    let inner = format!("{name}/{member}");
                    let read = zip.member(member).and_then(|reader| self.one(reader, &inner, &inner, model));
                    read.map_err(|error| error.in_file(&inner))?;
                }
                let inner = |(member, why): &(String, &'static str)| (format!("{name}/{member}"), *why);
                self.audit.leave_out(&zip.left_out.iter().map(inner).collect::<Vec<_>>());
                Ok(sha256)
            }
        }
    }

    /// Reads one file or member to its end; its SHA-256.
    fn one(&mut self, reader: Box<dyn Read + '_>, name: &str, path: &str, model: &str) -> Result<String> {
        // Results name their file in 16 bits.
        if self.names.len() >= usize::from(u16::MAX) {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("at most {} files, those in archives counted", u16::MAX),
            ));
        }
        self.names.push(name.to_owned());
        let mut read = FileAudit { name: name.to_owned(), ..FileAudit::default() };
        let mut to = Destination {
            collector: &mut self.collector,
            audit: &mut read,
            warnings: &mut self.audit.warnings,
            file: self.names.len() - 1,
            names: &self.names,
            path,
            model,
            prices: &mut self.prices,
        };
        let before = self.meter.rows;
        let results = to.collector.entries.len();
        let source = Source::open(reader, self.meter)?;
        let source = match source.is_json() {
            true => json_file(source, self.options, &mut to, self.meter),
            false => table_file(source, self.options, &mut to, self.meter),
        }?;
        if to.collector.entries.len() == results {
            return Err(Error::new(ErrorKind::Empty, "at least one result").found("records that hold none"));
        }
        read.rows = self.meter.rows - before;
        read.bytes = source.bytes;
        self.audit.files.push(read);
        Ok(source.digest())
    }
}

/// Reads a file of JSON.
fn json_file<'a>(
    source: Source<'a>,
    options: &ImportOptions,
    to: &mut Destination,
    meter: &mut Meter,
) -> Result<Source<'a>> {
    let lines = json::is_lines(source.text(), &to.audit.name);
    to.audit.separator = if lines { "JSON lines" } else { "JSON" }.to_owned();
    let mut members = Members::open(source, lines, meter)?;
    format::json::read(&mut members, options, to, meter)?;
    let (guessed, source) = members.finish();
    say_encoding(&source, guessed.map(|row| (row, None)), to);
    Ok(source)
}

/// Reads a table.
fn table_file<'a>(
    source: Source<'a>,
    options: &ImportOptions,
    to: &mut Destination,
    meter: &mut Meter,
) -> Result<Source<'a>> {
    let mut records = Records::open(source, meter)?;
    let before = meter.rows;
    let table = format::Table::recognise(&records, options)?;
    format::read(&mut records, table, options, to, meter)?;
    if meter.rows == before {
        return Err(Error::new(ErrorKind::Empty, "at least one row after the header")
            .at_row(records.row.max(1))
            .found("a header only"));
    }
    let again = std::mem::take(&mut records.repeated_headers);
    if again.total > 0 {
        let message = format!("the header comes again {} times among the rows: left out", again.total);
        to.warn(again, None, Some(message));
    }
    to.audit.separator = match records.separator {
        b'\t' => "tab",
        b';' => "semicolon",
        _ => "comma",
    }
    .to_owned();
    let (guessed, source) = records.finish();
    say_encoding(&source, guessed.map(|(row, column)| (row, Some(column))), to);
    Ok(source)
}

/// Says how the bytes were read; `guessed` is the place of the first letter whose encoding was guessed.
fn say_encoding(source: &Source, guessed: Option<(u64, Option<String>)>, to: &mut Destination) {
    to.audit.encoding = source.decoding.name();
    if let Some((row, column)) = guessed {
        let message = format!("letters that are no UTF-8 were read as {}: are they right?", to.audit.encoding);
        // The header of a table is no row that can be shown.
        let rows: Rows = Some(row).filter(|row| *row > 1 || column.is_none()).into();
        to.warn(rows, column.as_deref(), Some(message));
        if let Some(warning) = to.warnings.last_mut() {
            warning.row = Some(row);
        }
    }
}

fn models(seen: &[Seen], names: &[String]) -> Vec<ModelAudit> {
    let audit = |seen: &Seen| ModelAudit {
        name: seen.name.clone(),
        file: names.get(seen.file).cloned().unwrap_or_default(),
        rows: seen.rows,
        ..ModelAudit::default()
    };
    seen.iter().map(audit).collect()
}

fn report_duplicates(joined: &Joined, rule: Duplicates, names: &[String], audit: &mut Audit) {
    let total = |files: &BTreeMap<u16, Rows>| files.values().map(|rows| rows.total).sum::<u64>();
    audit.coalesced = total(&joined.coalesced);
    audit.duplicates = audit.coalesced + total(&joined.repeated);
    let fate = match rule {
        Duplicates::Mean => "the mean was taken",
        Duplicates::Samples => "each counts as a query of its own",
        Duplicates::First | Duplicates::Error => "the first was kept",
    };
    let coalesced = "a query and hold what was missing: put together with the earlier row".to_owned();
    let repeated = format!("a query of the same model: {fate}");
    for (files, what) in [(&joined.coalesced, coalesced), (&joined.repeated, repeated)] {
        for (file, rows) in files {
            let count =
                if rows.total == 1 { "1 row repeats".to_owned() } else { format!("{} rows repeat", rows.total) };
            let name = names.get(usize::from(*file)).map_or("", String::as_str);
            audit.warnings.push(Warning::about(name, rows.clone(), None, format!("{count} {what}")));
        }
    }
}

/// Refuses a model without scores, and one that shares no query with any other; the model's number with the error.
fn check_overlap(data: &Dataset) -> std::result::Result<(), (usize, Error)> {
    let mut scored = vec![0u32; data.queries];
    for model in &data.models {
        for (count, score) in scored.iter_mut().zip(&model.reward) {
            *count += u32::from(!score.is_nan());
        }
    }
    for (index, model) in data.models.iter().enumerate() {
        if model.reward.iter().all(|score| score.is_nan()) {
            let error = Error::new(ErrorKind::Empty, "at least one row with a score for each model");
            return Err((index, error.found(format!("no score of {}", model.name))));
        }
    }
    let alone = |model: &ModelResults| {
        let mut others = model.reward.iter().zip(&scored).filter(|(score, _)| !score.is_nan()).map(|(_, count)| *count);
        others.all(|count| count == 1)
    };
    let lonely: Vec<usize> =
        (0..data.models.len()).filter(|index| data.models.get(*index).is_some_and(alone)).collect();
    match lonely.first().filter(|_| data.models.len() > 1) {
        None => Ok(()),
        Some(first) => {
            let names: Vec<String> =
                lonely.iter().filter_map(|index| data.models.get(*index)).map(|model| shown(&model.name)).collect();
            let mut error = Error::new(ErrorKind::NothingInCommon, "ids that the other models' rows have as well");
            let verb = if lonely.len() == 1 { "shares" } else { "share" };
            // All of them, though the list may be longer than an excerpt.
            error.found = Some(format!("{} {verb} no query with another model", listed(&names)));
            Err((*first, error))
        }
    }
}

/// Gives each result whose cost neither a file nor tokens gave the price of a call that the person says; whether there
/// was any. Once the results are joined, since rows that complete one another may bring the cost later.
fn price_calls(data: &mut Dataset, options: &ImportOptions) -> bool {
    let mut any = false;
    for model in &mut data.models {
        let Some(call) = options.prices.get(&model.name).and_then(|price| price.call) else { continue };
        let costs = model.cost.get_or_insert_with(|| vec![f64::NAN; data.queries]);
        for (cost, score) in costs.iter_mut().zip(&model.reward) {
            if cost.is_nan() && !score.is_nan() {
                (*cost, any) = (call, true);
            }
        }
    }
    any
}

/// What only shows when all files are read; `by_call` where some cost is the price of a call.
fn look_at_files(audit: &mut Audit, options: &ImportOptions, by_call: bool) {
    let mut general = Vec::new();
    if audit.complete == 0 {
        general.push("no query has a result of every model: leave models out".to_owned());
    }
    let unit = |prefix: &str| audit.files.iter().any(|file| file.latency_unit.starts_with(prefix));
    if unit("seconds, as most") && unit("milliseconds, as most") {
        general.push("latencies were taken for seconds in some files and for milliseconds in others".to_owned());
    }
    for model in &audit.models {
        // The cheapest model on the market costs about a cent per million tokens.
        if let Some(price) = options.prices.get(&model.name).and_then(|price| price.tokens)
            && (1e-12..0.001).contains(&price.input.max(price.output))
        {
            general.push(format!(
                "the price of `{}` is ${} per million tokens: is it a price per token?",
                shown(&model.name),
                price.input.max(price.output)
            ));
        }
    }
    let tokens = |file: &FileAudit| file.cost_unit.contains("from tokens");
    let (of_tokens, of_calls) = (
        options.prices.values().any(|price| price.tokens.is_some()),
        options.prices.values().any(|price| price.call.is_some()),
    );
    if of_tokens && !audit.files.iter().any(tokens) {
        general.push(
            "`prices` is not used, as no costs come from tokens: `cost_unit` says where they come from".to_owned(),
        );
    }
    if of_calls && !by_call {
        general.push("no price of a call is used, as every result has a cost".to_owned());
    }
    for model in options.prices.keys().filter(|name| audit.models.iter().all(|model| model.name != **name)) {
        general.push(format!("`prices` names `{}`, which no file has", shown(model)));
    }
    audit.warnings.extend(general.into_iter().map(|message| Warning { message, ..Warning::default() }));
}

/// The different texts, in order, joined by `, `.
fn distinct<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen.join(", ")
}
