//! A few rows of one file as they stand there, and which column may play which role: what a person looks at to say how
//! files are to be read, and where a warning leads to.

use super::archive::{self, Archive, Container};
use super::format::{self, Table};
use super::guess;
use super::json::{self, Members, look_up, paths};
use super::records::{Records, text};
use super::schema::{self, called};
use super::text::{Meter, Source};
use super::{ImportOptions, InputFile, Limits, Progress, names};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{LatencyUnit, Role};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::io::Read;

/// Most rows of an excerpt.
pub const MOST_ROWS: usize = 50;
/// Most characters of a cell; fewer where there are thousands of columns.
const LONGEST_CELL: usize = 300;
/// Characters that all cells together should not exceed by much.
const MOST_TEXT: usize = 2_000_000;

/// What of a file is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Name of the member, where the file is an archive; its first one where it is not said.
    pub member: Option<String>,
    /// Which rows; at most [`MOST_ROWS`] of them are given.
    pub rows: Rows,
}

/// Which rows of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rows {
    /// So many from the first.
    First(usize),
    /// Those of these numbers, as warnings and errors have them: in a table as a spreadsheet numbers rows (the header is
    /// row 1), in lines of JSON the line, else the number of the record from 1.
    These(Vec<u64>),
}

/// A few rows of one file, as text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The archive's member that it is of; `None` where the file is no archive of files.
    pub member: Option<String>,
    /// All members that are read of the archive.
    pub members: Vec<String>,
    /// What the columns are called, so that a mapping can name them: by the header (or the path in a record, such as
    /// `usage.input`), or `column 3` where the header has no such name or has it twice.
    pub columns: Vec<String>,
    /// The rows, in the order of the file.
    pub rows: Vec<Row>,
    /// The format that the file is in, with why; `None` where it is not recognised.
    pub format: Option<(String, String)>,
    /// Which column plays which role: in a recognised file as it is read, else as it may be. Nothing where a row holds
    /// results of several models, and where single rows were asked for.
    pub roles: Vec<Guess>,
    /// What a person who says otherwise than the format may begin with: `roles`, else which column plays which role by
    /// names and cells. Nothing where single rows were asked for.
    pub guesses: Vec<Guess>,
}

/// A row of an excerpt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its number, as in warnings.
    pub number: u64,
    /// Its cells, one a column but in a row that is damaged; cut where they are long.
    pub cells: Vec<String>,
}

/// A column that may play a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guess {
    /// The role; of a latency with the unit.
    pub role: Role,
    /// What the column is called.
    pub column: String,
    /// Why, as the end of "because …".
    pub why: String,
}

/// Reads a few rows of a file, and stops. Rows that the import would refuse are shown like others.
///
/// # Errors
/// What cannot be opened as a table or as JSON; an archive without the member; [`ErrorKind::Cancelled`] where `progress`
/// returns `false`.
pub fn excerpt(
    file: InputFile<'_>,
    options: &ImportOptions,
    wanted: &Wanted,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Excerpt> {
    let name = file.name.clone();
    let mut meter = Meter::new(std::slice::from_ref(&file), Limits::default(), progress)?;
    read(file, options, wanted, &mut meter).map_err(|error| error.in_file(name))
}

/// Which of these files a name in an audit or an error means, with the member where it is one of an archive.
pub fn find<'n>(files: &[String], name: &'n str) -> Option<(usize, Option<&'n str>)> {
    if let Some(index) = files.iter().position(|file| file == name || file.strip_suffix(".gz") == Some(name)) {
        return Some((index, None));
    }
    let member = |file: &String| name.strip_prefix(file.as_str())?.strip_prefix('/');
    files.iter().enumerate().find_map(|(index, file)| Some((index, Some(member(file)?))))
}

/// Whether a column of this name plays the role, or may, unless a mapping says otherwise.
pub fn is_called(column: &str, role: Role) -> bool {
    schema::names(role).contains(&schema::key(column).as_str())
}

fn read(file: InputFile<'_>, options: &ImportOptions, wanted: &Wanted, meter: &mut Meter) -> Result<Excerpt> {
    let asked = Asked::new(&wanted.rows, options);
    let name = file.name.as_str();
    match Container::open(file.reader)? {
        Container::Plain(reader) => one(reader, name, &asked, meter),
        Container::Gzip(reader) => {
            meter.unknown_total();
            one(archive::gunzip(reader), name.strip_suffix(".gz").unwrap_or(name), &asked, meter)
        }
        Container::Zip(reader) => {
            meter.unknown_total();
            let mut zip = Archive::open(reader)?;
            if let Some((header, samples)) = zip.log.take() {
                let limits = meter.limits;
                return one(Box::new(zip.document(header, &samples, limits)), name, &asked, meter);
            }
            let members = std::mem::take(&mut zip.members);
            let member = members.iter().find(|name| wanted.member.as_ref().is_none_or(|wanted| wanted == *name));
            let Some(member) = member.cloned() else {
                let error = Error::new(ErrorKind::Missing, "a member of the archive");
                return Err(error.found(wanted.member.as_deref().unwrap_or_default()));
            };
            let excerpt = one(zip.member(&member)?, &format!("{name}/{member}"), &asked, meter)?;
            Ok(Excerpt { member: Some(member), members, ..excerpt })
        }
    }
}

/// The rows that are asked for.
struct Asked<'o> {
    options: &'o ImportOptions,
    most: usize,
    /// Their numbers, where they are not the first.
    numbers: Option<BTreeSet<u64>>,
}

impl<'o> Asked<'o> {
    fn new(rows: &Rows, options: &'o ImportOptions) -> Self {
        let (most, numbers) = match rows {
            Rows::First(most) => (*most, None),
            Rows::These(numbers) => {
                let mut numbers: BTreeSet<u64> = numbers.iter().copied().collect();
                if let Some(first_left_out) = numbers.iter().nth(MOST_ROWS).copied() {
                    numbers.split_off(&first_left_out);
                }
                (numbers.len(), Some(numbers))
            }
        };
        Asked { options, most: most.min(MOST_ROWS), numbers }
    }

    fn is(&self, number: u64) -> bool {
        self.numbers.as_ref().is_none_or(|numbers| numbers.contains(&number))
    }

    /// Whether nothing that is asked for can follow this row.
    fn is_over(&self, number: u64, rows: usize) -> bool {
        rows >= self.most || self.numbers.as_ref().and_then(BTreeSet::last).is_some_and(|last| *last <= number)
    }

    /// Most characters of a cell.
    fn longest(&self, columns: usize) -> usize {
        (MOST_TEXT / (self.most * columns).max(1)).clamp(20, LONGEST_CELL)
    }
}

/// Reads of one file or member.
fn one(reader: Box<dyn Read + '_>, name: &str, asked: &Asked, meter: &mut Meter) -> Result<Excerpt> {
    let source = Source::open(reader, meter)?;
    let (mut excerpt, recognised) = match source.is_json() {
        true => records(source, name, asked, meter)?,
        false => table(source, asked, meter)?,
    };
    if asked.numbers.is_none() {
        match recognised {
            Some((id, why, roles)) => {
                excerpt.format = Some((id.to_owned(), why));
                let guess = |(role, column)| Guess { role, column, why: format!("`{id}` files have it there") };
                excerpt.roles = roles.into_iter().map(guess).collect();
            }
            None => excerpt.roles = guess::roles(&excerpt.columns, &excerpt.rows),
        }
        excerpt.guesses = match excerpt.roles.is_empty() {
            true => guess::roles(&excerpt.columns, &excerpt.rows),
            false => excerpt.roles.clone(),
        };
    }
    Ok(excerpt)
}

/// A format's identifier, why a file is in it, and which column plays which role.
type Format = (&'static str, String, Vec<(Role, String)>);

/// The latency's role with its unit.
fn with_unit(roles: &[(Role, String)], unit: Option<LatencyUnit>) -> Vec<(Role, String)> {
    let role = |role: Role| match (role, unit) {
        (Role::LatencyMs, Some(LatencyUnit::S)) => Role::LatencyS,
        _ => role,
    };
    roles.iter().map(|(of, column)| (role(*of), column.clone())).collect()
}

fn table(source: Source, asked: &Asked, meter: &mut Meter) -> Result<(Excerpt, Option<Format>)> {
    let mut records = Records::open(source, meter)?;
    let header = &records.header;
    let columns: Vec<String> = (0..header.len()).map(|index| called(header, index)).collect();
    let recognised = Table::recognise(&records, asked.options).ok().map(|table| {
        let (id, why, roles, unit) = table.roles();
        (id, why.to_owned(), with_unit(roles, unit))
    });
    let longest = asked.longest(columns.len());
    let mut rows = Vec::new();
    while !asked.is_over(records.row, rows.len()) {
        match records.read(meter) {
            Ok(true) => {}
            Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
            // What is before it can be shown; the import says what is wrong.
            Ok(false) | Err(_) => break,
        }
        let empty = || (0..records.width()).all(|index| records.cell(index).is_empty());
        if asked.is(records.row) && !empty() {
            let cells = (0..records.width()).map(|index| cut(&text(records.cell(index)), longest)).collect();
            rows.push(Row { number: records.row, cells });
        }
    }
    Ok((Excerpt { columns, rows, ..Excerpt::default() }, recognised))
}

fn records(source: Source, name: &str, asked: &Asked, meter: &mut Meter) -> Result<(Excerpt, Option<Format>)> {
    let lines = json::is_lines(source.text(), name);
    let mut members = Members::open(source, lines, meter)?;
    let mut common = format::json::common(names::folder(name));
    let mut recognised = None;
    let mut columns: Vec<String> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut rows: Vec<Row> = Vec::new();
    let (mut first, mut number) = (true, 0);
    while first || !asked.is_over(number, rows.len()) {
        let member = match members.next(meter) {
            Ok(Some(member)) => member,
            Err(error) if error.kind == ErrorKind::Cancelled || first => return Err(error),
            Ok(None) | Err(_) => break,
        };
        if !member.is_record() {
            common.insert(member.path, member.value);
            continue;
        }
        number = member.number;
        if first {
            recognised = format::json::recognise(&member, &mut common, asked.options, false).ok();
        }
        if first || asked.is(number) {
            for path in paths(&member.value) {
                if columns.len() < meter.limits.columns && !places.contains_key(&path) {
                    places.insert(path.clone(), columns.len());
                    columns.push(path);
                }
            }
        }
        first = false;
        if asked.is(number) && rows.len() < asked.most {
            let longest = asked.longest(columns.len());
            let cell = |path| look_up(&member.value, path).and_then(format::json::plain);
            let cells =
                columns.iter().map(|path| cell(path).map_or_else(String::new, |cell| cut(&cell.text(), longest)));
            rows.push(Row { number, cells: cells.collect() });
        }
    }
    if first {
        return Err(Error::new(ErrorKind::Unrecognised, format::json::EXPECTED).found("none of them"));
    }
    for row in &mut rows {
        row.cells.resize(columns.len(), String::new());
    }
    let recognised = recognised.map(|it| {
        let roles = with_unit(&it.columns.names, it.columns.latency_unit);
        (it.id, it.why, roles.into_iter().filter(|(_, column)| places.contains_key(column)).collect())
    });
    Ok((Excerpt { columns, rows, ..Excerpt::default() }, recognised))
}

/// The beginning of a text, with a sign where it goes on.
fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
