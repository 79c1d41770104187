//! A live run as result files in the neutral schema, one a model: what the Playground and the room Query-aware read.

use super::log::{Entry, Outcome, Record, Said, Slot};
use super::setup::Setup;
use crate::error::{Error, ErrorKind, Result};
use crate::export::csv_cell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use zip::write::{SimpleFileOptions, ZipWriter};

/// The header of every file.
const HEADER: &str =
    "query_id,model,query,category,reference,answer,score,cost,latency_ms,input_tokens,output_tokens\n";

/// By model that has answered, a name for its file and the content. Answers whose score is missing are left out, and so
/// are costs that are unknown; a question that came again has an id of its own, `id (2)`.
pub fn result_files(setup: &Setup, entries: &[Entry]) -> Vec<(String, String)> {
    let arms: Vec<_> = setup.arms().map(|(_, model)| model).collect();
    let mut slots: BTreeMap<u64, Slot> = BTreeMap::new();
    let mut answers: BTreeMap<(usize, u32), &Said> = BTreeMap::new();
    let mut verdicts: BTreeMap<(usize, u32), f64> = BTreeMap::new();
    for entry in entries {
        match &entry.what {
            Record::Intent { call, slot, .. } => {
                slots.insert(*call, *slot);
            }
            Record::Outcome { call, outcome: Outcome::Answered(said) } => match slots.get(call) {
                Some(slot) if slot.judge => verdicts.extend(said.score.map(|score| ((slot.arm, slot.round), score))),
                Some(slot) => {
                    answers.insert((slot.arm, slot.round), said);
                }
                None => {}
            },
            _ => {}
        }
    }
    let mut files: BTreeMap<usize, String> = BTreeMap::new();
    for ((arm, round), said) in answers {
        let score = said.score.or_else(|| verdicts.get(&(arm, round)).copied());
        let (Some(score), Some(model), Some((place, pass))) = (score, arms.get(arm), setup.place(round)) else {
            continue;
        };
        let Some(question) = setup.questions.get(place) else { continue };
        let id = match pass {
            0 => question.id.clone(),
            again => format!("{} ({})", question.id, again + 1),
        };
        let text = files.entry(arm).or_insert_with(|| HEADER.to_owned());
        // Who reads the file later should not take made-up answers for the model's.
        let name = if setup.dry { format!("{} (simulated)", model.name) } else { model.name.clone() };
        let cells = [&id, &name, &question.query, &question.category, &question.reference, &said.text];
        for cell in cells {
            text.push_str(&csv_cell(cell));
            text.push(',');
        }
        let dollars = said.dollars.map(|dollars| digits(dollars).to_string()).unwrap_or_default();
        let _ = write!(text, "{score},{dollars},{}", libm::round(said.latency_ms * 10.0) / 10.0);
        match &said.usage {
            Some(usage) => {
                let _ = writeln!(text, ",{},{}", usage.input, usage.output);
            }
            None => text.push_str(",,\n"),
        }
    }
    let mut taken = Vec::new();
    (files.into_iter())
        .filter_map(|(arm, text)| {
            let name = file_name(&arms.get(arm)?.name, &mut taken);
            Some((name, text))
        })
        .collect()
}

/// A sum of dollars without what rounding left behind its twelfth digit.
fn digits(dollars: f64) -> f64 {
    format!("{dollars:.11e}").parse().unwrap_or(dollars)
}

/// The files as one ZIP archive, which the import reads as well.
///
/// # Errors
/// Those of `out`.
pub fn archive<W: Write>(files: &[(String, String)], out: W) -> Result<W> {
    let failed = |error: &dyn std::fmt::Display| Error::new(ErrorKind::Io, "room for the archive").found(error);
    let mut zip = ZipWriter::new_stream(out);
    for (name, text) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).map_err(|error| failed(&error))?;
        zip.write_all(text.as_bytes()).map_err(|error| failed(&error))?;
    }
    Ok(zip.finish().map_err(|error| failed(&error))?.into_inner())
}

/// A file name that is one on every system, and that no other model has.
fn file_name(model: &str, taken: &mut Vec<String>) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let stem: String = model.chars().take(80).map(plain).collect();
    let mut name = format!("{stem}.csv");
    let mut number = 2;
    while taken.iter().any(|other: &String| other.eq_ignore_ascii_case(&name)) {
        name = format!("{stem}_{number}.csv");
        number += 1;
    }
    taken.push(name.clone());
    name
}
