//! JSON as a stream of records: lines of JSON, an array of records, or a document that holds them in a member.
//!
//! Only what a format asks for is kept, one value at a time, so that memory is bounded by the largest record. A value
//! is cut out by its brackets and quotes alone; `serde_json` then decides whether it is JSON.

use super::text::{Meter, Source};
use crate::error::{Error, ErrorKind, Result};
use serde_json::Value;

/// Members of a document that hold records.
const RECORDS: [&str; 6] = ["records", "samples", "results", "instances", "data", "rows"];
/// Members of a document that say what all records have in common.
const COMMON: [&str; 5] = ["eval", "header", "model", "model_name", "dataset_name"];
/// Members that may be entered: promptfoo's records are `results.results`.
const ENTERED: &str = "results";

/// A value of the file: a record, or something that all records have in common.
#[derive(Debug)]
pub(super) struct Member {
    /// Where it stands: `` for a value of its own (a line), `[]` in an array, `records[]`, `results.results[]`, `eval`.
    pub(super) path: String,
    /// The line it begins in where it is a value of its own, else its number in its array, from 1; 0 for what records
    /// have in common.
    pub(super) number: u64,
    /// Its content.
    pub(super) value: Value,
}

impl Member {
    /// Whether it is one record of many.
    pub(super) fn is_record(&self) -> bool {
        self.path.is_empty() || self.path.ends_with("[]")
    }
}

/// What may come next inside a container.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    /// The first value, or the end.
    First,
    /// A value: a comma came before.
    Value,
    /// A comma, or the end.
    Comma,
}

/// A container that is being walked through: an array of records, or a document or member with named values.
struct Inside {
    path: String,
    named: bool,
    /// Records so far.
    count: u64,
    next: Next,
}

/// The values of one file, one at a time.
pub(super) struct Members<'a> {
    source: Source<'a>,
    at: usize,
    ended: bool,
    line: u64,
    /// Whether every value of the file is a record of its own.
    lines: bool,
    /// The line in which the last value of the file itself ended.
    last: Option<u64>,
    inside: Vec<Inside>,
    buffer: Vec<u8>,
    /// Row of the first record with letters whose encoding was guessed.
    guessed: Option<u64>,
}

impl<'a> Members<'a> {
    /// Starts at the file's first value. `lines`: every value is a record, as in JSON Lines.
    ///
    /// # Errors
    /// What reading can fail with.
    pub(super) fn open(mut source: Source<'a>, lines: bool, meter: &mut Meter) -> Result<Self> {
        let ended = !source.advance(meter)?;
        let (last, guessed) = (None, None);
        Ok(Members { source, at: 0, ended, line: 1, lines, last, inside: Vec::new(), buffer: Vec::new(), guessed })
    }

    /// The next value; `None` at the end of the file.
    ///
    /// # Errors
    /// What is no JSON, a record above the limit of a cell, both with the line or the record's number.
    pub(super) fn next(&mut self, meter: &mut Meter) -> Result<Option<Member>> {
        loop {
            let byte = self.skip_space(meter)?;
            let Some(byte) = byte else {
                return match self.inside.is_empty() {
                    true => Ok(None),
                    false => Err(self.wrong("the rest of the document").found("the end of the file")),
                };
            };
            let Some(inside) = self.inside.last_mut() else {
                match self.begin(byte, meter)? {
                    Some(member) => return Ok(Some(member)),
                    None => continue,
                }
            };
            let named = inside.named;
            let end = if named { b'}' } else { b']' };
            match (inside.next, byte) {
                (Next::First | Next::Comma, byte) if byte == end => {
                    self.at += 1;
                    self.inside.pop();
                    self.last = Some(self.line);
                }
                (Next::Comma, b',') => {
                    inside.next = Next::Value;
                    self.at += 1;
                }
                (Next::Comma, _) => {
                    let expected = if named { "`,` or `}` after a member" } else { "`,` or `]` after a record" };
                    return Err(self.wrong(expected).found(char::from(byte)));
                }
                (_, b',' | b']' | b'}') => {
                    let expected = if named { "a member" } else { "a record" };
                    return Err(self.wrong(expected).found(char::from(byte)));
                }
                _ => {
                    inside.next = Next::Comma;
                    inside.count += 1;
                    let (path, count) = (inside.path.clone(), inside.count);
                    match named {
                        false => return self.take(path, count, meter).map(Some),
                        true if byte == b'"' => {
                            if let Some(member) = self.member(path, meter)? {
                                return Ok(Some(member));
                            }
                        }
                        true => return Err(self.wrong("a member's name in quotes").found(char::from(byte))),
                    }
                }
            }
        }
    }

    /// A value of the file itself: the document is entered, a line is a record.
    fn begin(&mut self, byte: u8, meter: &mut Meter) -> Result<Option<Member>> {
        let line = self.line;
        match (self.lines, self.last, byte) {
            (false, Some(_), byte) => Err(self.wrong("the end of the file after the document").found(char::from(byte))),
            (true, Some(last), byte) if last == line => {
                Err(self.wrong("one record a line, and nothing after it").found(char::from(byte)))
            }
            (false, None, b'[' | b'{') => {
                self.at += 1;
                let named = byte == b'{';
                self.enter(if named { String::new() } else { "[]".to_owned() }, named);
                Ok(None)
            }
            _ => {
                let member = self.take(String::new(), line, meter)?;
                self.last = Some(self.line);
                Ok(Some(member))
            }
        }
    }

    fn enter(&mut self, path: String, named: bool) {
        self.inside.push(Inside { path, named, count: 0, next: Next::First });
    }

    /// Ends the file: the row of the first record with letters whose encoding was guessed, and the source.
    pub(super) fn finish(self) -> (Option<u64>, Source<'a>) {
        (self.guessed, self.source)
    }

    /// A member of an object: entered, taken or skipped.
    fn member(&mut self, within: String, meter: &mut Meter) -> Result<Option<Member>> {
        let name = self.value(true, meter)?;
        let name = name.as_str().unwrap_or_default().to_owned();
        if self.skip_space(meter)? != Some(b':') {
            return Err(self.wrong("a `:` after a member's name").found(name));
        }
        self.at += 1;
        let first = self.skip_space(meter)?;
        let path = if within.is_empty() { name.clone() } else { format!("{within}.{name}") };
        match first {
            Some(b'[') if RECORDS.contains(&name.as_str()) => {
                self.at += 1;
                self.enter(format!("{path}[]"), false);
            }
            Some(b'{') if within.is_empty() && name == ENTERED => {
                self.at += 1;
                self.enter(path, true);
            }
            Some(_) if within.is_empty() && COMMON.contains(&name.as_str()) => {
                return self.take(path, 0, meter).map(Some);
            }
            Some(byte @ (b',' | b':' | b']' | b'}')) => return Err(self.wrong("a value").found(char::from(byte))),
            Some(_) => {
                self.value(false, meter)?;
            }
            None => return Err(self.wrong("a value").found("the end of the file")),
        }
        Ok(None)
    }

    fn take(&mut self, path: String, number: u64, meter: &mut Meter) -> Result<Member> {
        let placed = |error: Error| if number > 0 { error.at_row(number) } else { error };
        let value = self.value(true, meter).map_err(placed)?;
        if self.source.decoding.check(&self.buffer).map_err(placed)? {
            self.guessed.get_or_insert(number);
        }
        let member = Member { path, number, value };
        if member.is_record() {
            meter.row().map_err(|error| error.at_row(number))?;
        }
        Ok(member)
    }

    /// Passes over one value; what it is where it is to be `kept`.
    fn value(&mut self, kept: bool, meter: &mut Meter) -> Result<Value> {
        let limit = meter.limits.cell;
        let line = self.line;
        self.buffer.clear();
        let (mut depth, mut quoted, mut escaped) = (0u64, false, false);
        // Whether a number or a word has begun, which ends where something else begins.
        let mut bare = false;
        'value: loop {
            if !self.more(meter)? {
                break;
            }
            let block = self.source.text().get(self.at..).unwrap_or_default();
            let mut used = 0;
            for &byte in block {
                if quoted {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => quoted = false,
                        _ => {}
                    }
                } else {
                    let ends_word = matches!(byte, b',' | b']' | b'}' | b':') || byte.is_ascii_whitespace();
                    if bare && depth == 0 && ends_word {
                        break;
                    }
                    match byte {
                        b'"' => quoted = true,
                        b'[' | b'{' => depth += 1,
                        b']' | b'}' => depth = depth.saturating_sub(1),
                        _ => bare = depth == 0,
                    }
                }
                used += 1;
                self.line += u64::from(byte == b'\n');
                if depth == 0 && !quoted && !bare {
                    break;
                }
            }
            if kept {
                self.buffer.extend_from_slice(block.get(..used).unwrap_or_default());
                if self.buffer.len() > limit {
                    return Err(Error::new(
                        ErrorKind::TooLarge,
                        format!("at most {} MB in a record", limit / 1_000_000),
                    )
                    .at_row(line));
                }
            }
            let stopped = used < block.len() || (depth == 0 && !quoted && !bare);
            self.at += used;
            if stopped {
                break 'value;
            }
        }
        if !kept {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.buffer).map_err(|error| {
            let found = String::from_utf8_lossy(self.buffer.get(..80).unwrap_or(&self.buffer)).into_owned();
            let line = line + (error.line() as u64).saturating_sub(1);
            let expected = format!("JSON ({}, line {line})", reason(&error));
            Error::new(ErrorKind::Malformed, expected).at_row(line).found(found)
        })
    }

    /// Whether there is a byte at the place that is being read.
    fn more(&mut self, meter: &mut Meter) -> Result<bool> {
        while !self.ended && self.at >= self.source.text().len() {
            self.at = 0;
            self.ended = !self.source.advance(meter)?;
        }
        Ok(!self.ended)
    }

    /// The next byte that is no white space, not taken yet.
    fn skip_space(&mut self, meter: &mut Meter) -> Result<Option<u8>> {
        while self.more(meter)? {
            let block = self.source.text().get(self.at..).unwrap_or_default();
            let spaces = block.iter().take_while(|byte| byte.is_ascii_whitespace());
            let (mut count, mut lines) = (0, 0);
            for byte in spaces {
                count += 1;
                lines += u64::from(*byte == b'\n');
            }
            self.line += lines;
            self.at += count;
            if let Some(byte) = block.get(count) {
                return Ok(Some(*byte));
            }
        }
        Ok(None)
    }

    /// Something else was expected here: in an array at or after the record of this number, else in this line.
    fn wrong(&self, expected: &str) -> Error {
        let records = self.inside.last().filter(|inside| !inside.named && inside.count > 0);
        let row = records.map_or(self.line, |inside| inside.count);
        Error::new(ErrorKind::Malformed, format!("JSON: {expected} (line {})", self.line)).at_row(row)
    }
}

/// What is wrong, without the place, which counts from the record's own beginning.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Whether the text that begins so holds one record after the other rather than one document.
pub(super) fn is_lines(first: &[u8], name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name.ends_with(".jsonl") || name.ends_with(".ndjson") {
        return true;
    }
    let mut values = serde_json::Deserializer::from_slice(first).into_iter::<serde::de::IgnoredAny>();
    if first.trim_ascii_start().starts_with(b"[") || !matches!(values.next(), Some(Ok(_))) {
        return false;
    }
    let rest = first.get(values.byte_offset()..).unwrap_or_default().trim_ascii_start();
    rest.starts_with(b"{") || rest.starts_with(b",")
}

/// The value under a path such as `token_usage.input_tokens`: the key as a whole, else part by part.
pub(super) fn look_up<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    if let Some(found) = object.get(path) {
        return Some(found);
    }
    path.match_indices('.').find_map(|(dot, _)| {
        let inner = object.get(path.get(..dot)?)?;
        look_up(inner, path.get(dot + 1..)?)
    })
}

/// The paths of all plain values of a record: what a table would have as its header.
pub(super) fn paths(value: &Value) -> Vec<String> {
    /// Deeper keys are no columns.
    const DEEPEST: usize = 4;
    /// As many columns as a table may have.
    const MOST: usize = 10_000;
    /// As long as a table's names may be: a long key with many inside it would be repeated for each of them.
    const LONGEST: usize = 4_096;
    fn walk(value: &Value, before: &str, depth: usize, paths: &mut Vec<String>) {
        let Some(object) = value.as_object().filter(|_| depth < DEEPEST) else { return };
        for (key, inner) in object {
            if paths.len() >= MOST {
                return;
            }
            if before.len() + key.len() > LONGEST {
                continue;
            }
            let path = if before.is_empty() { key.clone() } else { format!("{before}.{key}") };
            match inner {
                Value::Object(_) => walk(inner, &path, depth + 1, paths),
                _ => paths.push(path),
            }
        }
    }
    let mut paths = Vec::new();
    walk(value, "", 0, &mut paths);
    paths
}
