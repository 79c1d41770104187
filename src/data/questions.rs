//! Questions with references: what real models are asked, read from a table, JSON or plain lines.

use super::archive::{self, Archive, Container};
use super::format::json::plain;
use super::json::{self, Members, look_up};
use super::records::{Records, text};
use super::schema::{self, Schema};
use super::text::{Meter, Source};
use super::{InputFile, Limits};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Role;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;

/// A question with what a right answer is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Unique.
    pub id: String,
    /// Its text.
    pub query: String,
    /// What answers are compared with; empty where nothing is known.
    pub reference: String,
    /// What it belongs to; may be empty.
    pub category: String,
}

/// Reads questions from files, within the default [`Limits`]: rows with a query, and where they have them a reference, an id
/// and a category, by the names that results go by; without a column for references an `answer` is one. A file that ends in
/// `.txt` has a question a line, its reference behind a tab. A row with the id and the text of one that was read before is
/// the same question (of another model, in files of results). Also says what a person should know of how they were read.
///
/// # Errors
/// What cannot be opened; a table without a column of queries; no question at all; [`ErrorKind::TooLarge`] beyond `most`.
pub fn questions(files: Vec<InputFile<'_>>, most: usize) -> Result<(Vec<Question>, Vec<String>)> {
    let mut progress = |_| true;
    let mut meter = Meter::new(&files, Limits::default(), &mut progress)?;
    let mut found = Found { most, ..Found::default() };
    for file in files {
        let name = file.name.clone();
        read(file, &mut found, &mut meter).map_err(|error| error.in_file(name))?;
    }
    found.finish()
}

/// Questions as they come.
#[derive(Default)]
struct Found {
    most: usize,
    list: Vec<Question>,
    /// By id the place of the first with it.
    known: HashMap<String, usize>,
    again: usize,
    renamed: usize,
    empty: usize,
}

impl Found {
    fn take(&mut self, mut question: Question) -> Result<()> {
        question.query = question.query.trim().to_owned();
        question.reference = question.reference.trim().to_owned();
        if question.query.is_empty() {
            self.empty += 1;
            return Ok(());
        }
        if question.id.is_empty() {
            question.id = (self.list.len() + 1).to_string();
        }
        let mut number = 1;
        let id = question.id.clone();
        while let Some(place) = self.known.get(&question.id) {
            if self.list.get(*place).is_some_and(|known| known.query == question.query) {
                self.again += 1;
                return Ok(());
            }
            number += 1;
            question.id = format!("{id} #{number}");
        }
        self.renamed += usize::from(number > 1);
        if self.list.len() >= self.most {
            return Err(Error::new(ErrorKind::TooLarge, format!("at most {} questions", self.most)).found("more"));
        }
        self.known.insert(question.id.clone(), self.list.len());
        self.list.push(question);
        Ok(())
    }

    fn finish(self) -> Result<(Vec<Question>, Vec<String>)> {
        if self.list.is_empty() {
            return Err(Error::new(ErrorKind::Empty, "at least one question was expected"));
        }
        let mut notes = Vec::new();
        let mut say = |count: usize, what: &str| {
            if count > 0 {
                notes.push(format!("{count} {what}"));
            }
        };
        say(
            self.list.iter().filter(|it| it.reference.is_empty()).count(),
            "questions have no reference: only a model can judge their answers.",
        );
        say(self.again, "further rows of the same questions were passed over.");
        say(self.renamed, "questions had the id of another one and were given a number behind it.");
        say(self.empty, "rows without a question were left out.");
        Ok((self.list, notes))
    }
}

fn read(file: InputFile<'_>, found: &mut Found, meter: &mut Meter) -> Result<()> {
    let name = file.name.as_str();
    match Container::open(file.reader)? {
        Container::Plain(reader) => one(reader, name, found, meter),
        Container::Gzip(reader) => {
            meter.unknown_total();
            one(archive::gunzip(reader), name.strip_suffix(".gz").unwrap_or(name), found, meter)
        }
        Container::Zip(reader) => {
            meter.unknown_total();
            let mut zip = Archive::open(reader)?;
            for member in std::mem::take(&mut zip.members) {
                one(zip.member(&member)?, &member, found, meter).map_err(|error| error.in_file(&member))?;
            }
            Ok(())
        }
    }
}

fn one(reader: Box<dyn Read + '_>, name: &str, found: &mut Found, meter: &mut Meter) -> Result<()> {
    let source = Source::open(reader, meter)?;
    if name.to_lowercase().ends_with(".txt") {
        return lines(source, found, meter);
    }
    match source.is_json() {
        true => records(source, name, found, meter),
        false => table(source, found, meter),
    }
}

/// A question a line.
fn lines(mut source: Source, found: &mut Found, meter: &mut Meter) -> Result<()> {
    let mut all = Vec::new();
    while source.advance(meter)? {
        all.extend_from_slice(source.text());
    }
    for line in text(&all).lines() {
        let (query, reference) = line.split_once('\t').unwrap_or((line, ""));
        found.take(Question { query: query.into(), reference: reference.into(), ..Question::default() })?;
    }
    Ok(())
}

fn table(source: Source, found: &mut Found, meter: &mut Meter) -> Result<()> {
    let mut records = Records::open(source, meter)?;
    let header = records.header.clone();
    let none = BTreeMap::new();
    let schema = Schema::new(&header, &none)?;
    let Some(query) = schema.column(Role::Query)? else {
        return Err(schema.missing(Role::Query, ""));
    };
    let optional = |role| schema.column(role).ok().flatten();
    let answers = if optional(Role::Model).is_none() { optional(Role::Answer) } else { None };
    let (id, reference) = (optional(Role::QueryId), optional(Role::Reference).or(answers));
    let category = optional(Role::Category);
    while records.next(meter)? {
        let cell = |column: Option<usize>| column.map_or(String::new(), |it| text(records.cell(it)).into_owned());
        let question = Question {
            id: cell(id).trim().to_owned(),
            query: cell(Some(query)),
            reference: cell(reference),
            category: cell(category),
        };
        let row = records.row;
        found.take(question).map_err(|error| error.at_row(row))?;
    }
    Ok(())
}

fn records(source: Source, name: &str, found: &mut Found, meter: &mut Meter) -> Result<()> {
    let lines = json::is_lines(source.text(), name);
    let mut members = Members::open(source, lines, meter)?;
    let mut any = false;
    while let Some(member) = members.next(meter)? {
        if !member.is_record() {
            continue;
        }
        any = true;
        let cell = |role: Role| {
            let named = schema::names(role).iter().find_map(|name| look_up(&member.value, name));
            named.and_then(plain).map_or(String::new(), |cell| cell.text().into_owned())
        };
        let mut reference = cell(Role::Reference);
        if reference.is_empty() && cell(Role::Model).is_empty() {
            reference = cell(Role::Answer);
        }
        let (id, query, category) = (cell(Role::QueryId), cell(Role::Query), cell(Role::Category));
        found.take(Question { id, query, reference, category }).map_err(|error| error.at_row(member.number))?;
    }
    if !any {
        return Err(Error::new(ErrorKind::Unrecognised, "records with a query each").found("none"));
    }
    if found.list.is_empty() && found.empty > 0 {
        let expected = "records with a `query`, `prompt`, `question` or `input`";
        return Err(Error::new(ErrorKind::Missing, expected).found("none"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, content: &str) -> Result<(Vec<Question>, Vec<String>)> {
        questions(vec![InputFile::from_bytes(name, content.as_bytes())], 5)
    }

    fn told(name: &str, content: &str) -> Vec<(String, String, String)> {
        let list = read(name, content).unwrap().0;
        list.into_iter().map(|it| (it.id, it.query, it.reference)).collect()
    }

    fn own(list: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
        list.iter().map(|(a, b, c)| ((*a).into(), (*b).into(), (*c).into())).collect()
    }

    #[test]
    fn tables_records_and_lines() {
        let two = own(&[("a", "How many, then?", "4"), ("b", "Which?", "C")]);
        assert_eq!(told("q.csv", "id,question,target\na,\"How many, then?\",4\nb,Which?,C\n"), two);
        assert_eq!(told("q.tsv", "id\tprompt\treference\na\tHow many, then?\t4\nb\tWhich?\tC\n"), two);
        let lines = "{\"id\":\"a\",\"query\":\"How many, then?\",\"reference\":4}\n{\"id\":\"b\",\"input\":\"Which?\",\"target\":\"C\"}\n";
        assert_eq!(told("q.jsonl", lines), two);
        assert_eq!(
            told("q.txt", "How many, then?\t4\n\nWhich?\n"),
            own(&[("1", "How many, then?", "4"), ("2", "Which?", "")])
        );
        // Question files call the right answer `answer`.
        assert_eq!(told("q.csv", "question,answer\nWhich?,C\n"), own(&[("1", "Which?", "C")]));
    }

    #[test]
    fn result_files_have_each_question_once() {
        let content = "query_id,model,query,answer,reference,score\nx,a,One?,1,1,1\nx,b,One?,2,1,0\ny,a,Two?,2,,1\n";
        let (list, notes) = super::tests::read("r.csv", content).unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!(list[1].reference, "");
        assert!(notes.iter().any(|note| note.starts_with("1 questions have no reference")), "{notes:?}");
        assert!(notes.iter().any(|note| note.starts_with("1 further rows")), "{notes:?}");
        let other = read("r.csv", "id,query\nx,One?\nx,Other?\n").unwrap();
        assert_eq!((other.0[1].id.as_str(), other.1.len()), ("x #2", 2));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |name: &str, content: &str| read(name, content).unwrap_err();
        let none = error("q.csv", "id,score\na,1\n");
        assert!(none.kind == ErrorKind::Missing && none.to_string().contains("`question`"), "{none}");
        assert_eq!(error("q.csv", "query\n\" \"\n").kind, ErrorKind::Empty);
        let many = error("q.csv", "query\na\nb\nc\nd\ne\nf\n");
        assert_eq!((many.kind, many.place.row), (ErrorKind::TooLarge, Some(7)));
        assert_eq!(error("q.jsonl", "{\"a\":1}\n").kind, ErrorKind::Missing);
        assert!(read("q.json", "{\"query\": ").is_err());
    }
}
