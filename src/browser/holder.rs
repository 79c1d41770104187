//! The worker that holds a data set for the page: what a replay comes to, and its rows for those who play it. What it takes
//! long to learn from the texts another worker may learn, which the page can end.

use super::importer::{REPORT_EVERY, input};
use super::{now, numbers, post, post_with};
use crate::data::{Dataset, FileIdentity, ImportOptions};
use crate::environment::TakenRows;
use crate::error::{Error, ErrorKind, Result};
use crate::facts::Facts;
use crate::plan::{Asked, Lesson, Playable, ReadTexts, Scene, WithTexts};
use crate::protocol::{FromImporter, decode, encode};
use crate::query_aware::queries::{Queries, QueryOptions};
use js_sys::Uint8Array;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

/// What is held.
#[derive(Default)]
pub(super) struct Holder {
    data: Option<WithTexts>,
    /// The rows of the last replay that was looked at, by what it asked for.
    last: Option<(String, TakenRows)>,
}

impl Holder {
    /// Takes the data set in that stands beside a message, and the files behind it.
    pub(super) fn hold(&mut self, beside: &[JsValue], names: Vec<String>, options: ImportOptions) -> Result<()> {
        let missing = || Error::new(ErrorKind::Malformed, "a data set beside the message");
        let bytes = beside.get(1).and_then(|value| value.dyn_ref::<Uint8Array>()).ok_or_else(missing)?;
        let mut data = decode::<Dataset>(&bytes.to_vec())?;
        data.put_columns(beside.iter().skip(2).map(numbers::read_column))?;
        let facts = Facts::of(&data)?;
        let read = texts(beside, names, options);
        (self.data, self.last) = (Some(WithTexts::new(Arc::new(data), read)), None);
        post(&FromImporter::Held(Box::new(facts)));
        Ok(())
    }

    /// Takes over what was learned elsewhere.
    pub(super) fn know(&self, beside: &[JsValue], wanted: &str) {
        let lesson = asked(wanted).ok().and_then(|asked| Lesson::of(&asked));
        let bytes = beside.get(1).and_then(|value| value.dyn_ref::<Uint8Array>());
        let context = bytes.and_then(|bytes| decode(&bytes.to_vec()).ok());
        // What cannot be understood is learned here, when it is asked for.
        if let (Some(data), Some(lesson), Some(context)) = (&self.data, lesson, context) {
            data.know(lesson, context);
        }
    }

    /// Says what a replay comes to.
    pub(super) fn look(&mut self, wanted: &str) -> Result<()> {
        post(&FromImporter::Scene(Box::new(self.scene(wanted)?)));
        Ok(())
    }

    /// Gives copies of a replay's rows.
    pub(super) fn deal(&mut self, wanted: &str, copies: u32) -> Result<()> {
        if self.last.as_ref().is_none_or(|(asked, _)| asked != wanted) {
            self.scene(wanted)?;
        }
        let rows = self.last.as_ref().map(|(_, rows)| rows);
        let copy = |_| {
            rows.map(|(cells, latency_ms, context)| {
                [numbers::outcomes(cells), numbers::column(latency_ms), numbers::column(context)]
            })
        };
        let beside: Vec<JsValue> = (0..copies).filter_map(copy).flatten().collect();
        post_with(&FromImporter::Dealt, &beside);
        Ok(())
    }

    /// What a replay comes to, without its rows, which are kept.
    fn scene(&mut self, wanted: &str) -> Result<Scene> {
        // Given back first: memory that was asked for once stays the worker's.
        self.last = None;
        let asked = asked(wanted)?;
        let none = || Error::new(ErrorKind::Missing, "a data set to be held first");
        let mut scene = self.data.as_ref().ok_or_else(none)?.scene(&asked)?;
        self.last = Some((wanted.to_owned(), scene.world.take_rows()));
        Ok(scene)
    }
}

fn asked(wanted: &str) -> Result<Asked> {
    serde_json::from_str(wanted)
        .map_err(|error| Error::new(ErrorKind::Malformed, "what a replay asks for").found(error))
}

/// How the files that stand beside a message are read with their texts.
fn texts(beside: &[JsValue], names: Vec<String>, options: ImportOptions) -> ReadTexts {
    let files = beside.iter().filter_map(|value| value.clone().dyn_into::<File>().ok());
    let files: Vec<(String, File)> = names.into_iter().zip(files).collect();
    Box::new(move |threshold: f64, columns: &[String]| {
        let options = QueryOptions { import: options.clone(), threshold, columns: columns.to_vec() };
        let inputs = files.iter().map(|(name, file)| input(name.clone(), file.clone())).collect::<Result<_>>()?;
        let (queries, import) = Queries::read(inputs, &options, &mut |_| true)?;
        Ok((queries, import.dataset.files))
    })
}

/// Learns from the texts of files what a replay asks for, and posts it.
pub(super) fn learn(
    beside: &[JsValue],
    names: Vec<String>,
    options: ImportOptions,
    data: &[FileIdentity],
    wanted: &str,
) -> Result<()> {
    let nothing = || Error::new(ErrorKind::Malformed, "a replay with policies that read the query");
    let lesson = Lesson::of(&asked(wanted)?).ok_or_else(nothing)?;
    let mut reported = now();
    let context = lesson.learn(&texts(beside, names, options), data, &mut |share| {
        let time = now();
        if time - reported > REPORT_EVERY {
            reported = time;
            post(&FromImporter::Learning(share));
        }
        true
    })?;
    post_with(&FromImporter::Learned, &[Uint8Array::from(encode(&context)?.as_slice()).into()]);
    Ok(())
}
