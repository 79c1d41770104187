//! The worker that holds a data set for the page: what a replay comes to, and its rows for those who play it.

use super::importer::input;
use super::{numbers, post, post_with};
use crate::data::{Dataset, ImportOptions};
use crate::environment::TakenRows;
use crate::error::{Error, ErrorKind, Result};
use crate::facts::Facts;
use crate::plan::{Playable, Scene, WithTexts};
use crate::protocol::{FromImporter, decode};
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
        let files = beside.iter().filter_map(|value| value.clone().dyn_into::<File>().ok());
        let files: Vec<(String, File)> = names.into_iter().zip(files).collect();
        let read = move |threshold: f64, columns: &[String]| {
            let options = QueryOptions { import: options.clone(), threshold, columns: columns.to_vec() };
            let inputs = files.iter().map(|(name, file)| input(name.clone(), file.clone())).collect::<Result<_>>()?;
            let (queries, import) = Queries::read(inputs, &options, &mut |_| true)?;
            Ok((queries, import.dataset.files))
        };
        (self.data, self.last) = (Some(WithTexts::new(Arc::new(data), Box::new(read))), None);
        post(&FromImporter::Held(Box::new(facts)));
        Ok(())
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
        let asked = serde_json::from_str(wanted)
            .map_err(|error| Error::new(ErrorKind::Malformed, "what a replay asks for").found(error))?;
        let none = || Error::new(ErrorKind::Missing, "a data set to be held first");
        let mut scene = self.data.as_ref().ok_or_else(none)?.scene(&asked)?;
        self.last = Some((wanted.to_owned(), scene.world.take_rows()));
        Ok(scene)
    }
}
