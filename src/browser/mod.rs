//! The browser's side of the crate: files, the worker, the pool of workers, the JavaScript interface. No arithmetic.

#[cfg(feature = "worker")]
pub mod api;
#[cfg(feature = "worker")]
mod file;
#[cfg(feature = "app")]
pub mod pool;
#[cfg(feature = "worker")]
pub mod worker;

use crate::error::{Error, ErrorKind, Result};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// Packs a message for `postMessage`: an array of its bytes and of what stands beside it; the second array lists what
/// is handed over rather than copied.
fn pack(bytes: &[u8], beside: &[JsValue]) -> (Array, Array) {
    let bytes = Uint8Array::from(bytes);
    let transfer = Array::of1(&bytes.buffer());
    let message = Array::of1(&bytes);
    for value in beside {
        message.push(value);
    }
    (message, transfer)
}

/// The bytes of a message that [`pack`] made.
fn unpack(data: &JsValue) -> Result<Vec<u8>> {
    let bytes = data.dyn_ref::<Array>().and_then(|message| message.get(0).dyn_into::<Uint8Array>().ok());
    bytes.map(|bytes| bytes.to_vec()).ok_or_else(|| Error::new(ErrorKind::Malformed, "a message of this program"))
}

/// Milliseconds by the clock that does not jump.
fn now() -> f64 {
    let clock = js_sys::Reflect::get(&js_sys::global(), &"performance".into());
    clock
        .ok()
        .and_then(|clock| clock.dyn_into::<web_sys::Performance>().ok())
        .map_or_else(js_sys::Date::now, |clock| clock.now())
}

/// What a browser threw, as an error of ours.
fn thrown(value: &JsValue, expected: &str) -> Error {
    let text = value.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    Error::new(ErrorKind::Io, expected).found(text.unwrap_or_else(|| format!("{value:?}")))
}
