//! Many numbers beside a message, copied as they lie: within its bytes they would be in memory once more on both sides.

use crate::environment::Outcome;
use js_sys::{Array, Float64Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessageChannel;

/// Numbers that are copied at once where they do not lie side by side.
const BLOCK: usize = 8_192;

/// A column.
#[cfg(feature = "interface")]
pub(super) fn column(values: &[f64]) -> JsValue {
    Float64Array::from(values).into()
}

/// Outcomes: of each the reward, then the cost.
#[cfg(feature = "interface")]
pub(super) fn outcomes(cells: &[Outcome]) -> JsValue {
    let array = Float64Array::new_with_length(2 * cells.len() as u32);
    let mut block = Vec::with_capacity(BLOCK);
    let mut at = 0;
    for cells in cells.chunks(BLOCK / 2) {
        block.clear();
        block.extend(cells.iter().flat_map(|cell| [cell.reward, cell.cost]));
        let end = at + block.len() as u32;
        array.subarray(at, end).copy_from(&block);
        at = end;
    }
    array.into()
}

/// What [`column`] was made of, which is gone from the value; nothing of anything else.
pub(super) fn read_column(value: &JsValue) -> Vec<f64> {
    let Some(array) = value.dyn_ref::<Float64Array>() else { return Vec::new() };
    let column = array.to_vec();
    release(array);
    column
}

/// What [`outcomes`] was made of, which is gone from the value; nothing of anything else.
#[cfg(feature = "worker")]
pub(super) fn read_outcomes(value: &JsValue) -> Vec<Outcome> {
    let Some(array) = value.dyn_ref::<Float64Array>() else { return Vec::new() };
    let length = array.length();
    let mut cells = Vec::with_capacity(length as usize / 2);
    for begin in (0..length).step_by(BLOCK) {
        let block = array.subarray(begin, (begin + BLOCK as u32).min(length)).to_vec();
        let outcome = |pair: &[f64]| match pair {
            [reward, cost] => Some(Outcome { reward: *reward, cost: *cost }),
            _ => None,
        };
        cells.extend(block.chunks_exact(2).filter_map(outcome));
    }
    release(array);
    cells
}

/// Gives an array's memory back at once: the collector would come for it late or never, since what it sees of it is small.
/// What is handed over to a port whose other end is closed is gone.
fn release(array: &Float64Array) {
    let Ok(channel) = MessageChannel::new() else { return };
    channel.port2().close();
    let handed: [JsValue; 1] = [array.buffer().into()];
    // Fails only for what cannot be handed over, and buffers can.
    let _ = channel.port1().post_message_with_transferable(&JsValue::NULL, &Array::from_iter(handed));
    channel.port1().close();
}
