//! The worker that holds a data set for the page: what a replay comes to, and its rows for those who play it.

use super::{numbers, post, post_with};
use crate::data::Dataset;
use crate::environment::Outcome;
use crate::error::{Error, ErrorKind, Result};
use crate::facts::Facts;
use crate::plan::{Playable, Scene};
use crate::protocol::{FromImporter, decode};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

/// Outcomes and latencies, row-major.
type Rows = (Vec<Outcome>, Vec<f64>);

/// What is held.
#[derive(Default)]
pub(super) struct Holder {
    data: Dataset,
    /// The rows of the last replay that was looked at, by what it asked for.
    last: Option<(String, Rows)>,
}

impl Holder {
    /// Takes the data set in that stands beside a message.
    pub(super) fn hold(&mut self, beside: &[JsValue]) -> Result<()> {
        let missing = || Error::new(ErrorKind::Malformed, "a data set beside the message");
        let bytes = beside.get(1).and_then(|value| value.dyn_ref::<Uint8Array>()).ok_or_else(missing)?;
        let mut data = decode::<Dataset>(&bytes.to_vec())?;
        data.put_columns(beside.iter().skip(2).map(numbers::read_column))?;
        (self.data, self.last) = (data, None);
        post(&FromImporter::Held(Box::new(Facts::of(&self.data)?)));
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
        let copy = |_| rows.map(|(cells, latency_ms)| [numbers::outcomes(cells), numbers::column(latency_ms)]);
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
        let mut scene = self.data.scene(&asked)?;
        self.last = Some((wanted.to_owned(), scene.world.take_rows()));
        Ok(scene)
    }
}
