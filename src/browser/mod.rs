//! The browser's side of the crate: the page's pool of workers, the workers, files, the JavaScript interface. No
//! arithmetic.

#[cfg(feature = "interface")]
pub mod api;
#[cfg(any(feature = "interface", feature = "store", feature = "live"))]
mod blobs;
#[cfg(feature = "app")]
pub mod chosen;
#[cfg(any(feature = "interface", feature = "store", feature = "live"))]
mod file;
#[cfg(feature = "app")]
mod handle;
#[cfg(feature = "interface")]
mod holder;
#[cfg(feature = "interface")]
pub mod importer;
#[cfg(feature = "app")]
pub mod live;
#[cfg(feature = "live")]
pub mod live_worker;
#[cfg(any(feature = "store", feature = "live"))]
mod locks;
#[cfg(any(feature = "worker", feature = "interface"))]
mod numbers;
#[cfg(feature = "worker")]
pub mod player;
#[cfg(feature = "app")]
pub mod pool;
#[cfg(feature = "interface")]
pub mod query_aware;
#[cfg(feature = "app")]
pub mod remote;
#[cfg(any(feature = "store", feature = "live"))]
mod storage;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "app")]
pub mod trainer;
#[cfg(feature = "app")]
pub mod workspace;

use crate::error::{Error, ErrorKind, Result};
use js_sys::{Array, Float64Array, Uint8Array};
#[cfg(any(feature = "worker", feature = "interface", feature = "store", feature = "live"))]
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
#[cfg(any(feature = "worker", feature = "interface", feature = "store", feature = "live"))]
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Packs a message for `postMessage`: an array of its bytes and of what stands beside it; the second array lists what
/// is handed over rather than copied.
fn pack(bytes: &[u8], beside: &[JsValue]) -> (Array, Array) {
    let bytes = Uint8Array::from(bytes);
    let transfer = Array::of1(&bytes.buffer());
    let message = Array::of1(&bytes);
    for value in beside {
        message.push(value);
        if let Some(numbers) = value.dyn_ref::<Float64Array>() {
            transfer.push(&numbers.buffer());
        } else if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
            transfer.push(&bytes.buffer());
        }
    }
    (message, transfer)
}

/// The bytes of a message that [`pack`] made.
fn unpack(data: &JsValue) -> Result<Vec<u8>> {
    let bytes = data.dyn_ref::<Array>().and_then(|message| message.get(0).dyn_into::<Uint8Array>().ok());
    bytes.map(|bytes| bytes.to_vec()).ok_or_else(|| Error::new(ErrorKind::Malformed, "a message of this program"))
}

/// Milliseconds by the clock that does not jump.
#[cfg(any(feature = "app", feature = "worker", feature = "interface", feature = "live"))]
fn now() -> f64 {
    let clock = js_sys::Reflect::get(&js_sys::global(), &"performance".into());
    clock
        .ok()
        .and_then(|clock| clock.dyn_into::<web_sys::Performance>().ok())
        .map_or_else(js_sys::Date::now, |clock| clock.now())
}

/// What a worker says when it listens; what is sent to it before is lost in some browsers.
const READY: &str = "ready";

/// Installs a worker's message handler and tells the page that it listens.
#[cfg(any(feature = "worker", feature = "interface", feature = "store", feature = "live"))]
fn listen(mut handler: impl FnMut(JsValue) + 'static) {
    let closure = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| handler(event.data()));
    if let Some(scope) = scope() {
        scope.set_onmessage(Some(closure.as_ref().unchecked_ref()));
        // Fails only when the page is gone.
        let _ = scope.post_message(&READY.into());
    }
    // The worker listens as long as it lives.
    closure.forget();
}

/// Sends a message from a worker to the page, with what stands beside it.
#[cfg(any(feature = "interface", feature = "store", feature = "live"))]
fn post_with(message: &impl serde::Serialize, beside: &[JsValue]) {
    if let (Some(scope), Ok(bytes)) = (scope(), crate::protocol::encode(message)) {
        let (message, transfer) = pack(&bytes, beside);
        // Fails only when the page is gone.
        let _ = scope.post_message_with_transfer(&message, &transfer);
    }
}

/// Sends a message from a worker to the page.
#[cfg(any(feature = "worker", feature = "interface", feature = "live"))]
fn post(message: &impl serde::Serialize) {
    if let (Some(scope), Ok(bytes)) = (scope(), crate::protocol::encode(message)) {
        let (message, transfer) = pack(&bytes, &[]);
        // Fails only when the page is gone.
        let _ = scope.post_message_with_transfer(&message, &transfer);
    }
}

#[cfg(any(feature = "worker", feature = "interface", feature = "store", feature = "live"))]
fn scope() -> Option<DedicatedWorkerGlobalScope> {
    js_sys::global().dyn_into().ok()
}

/// What a browser threw, as an error of ours.
#[cfg(feature = "app")]
fn thrown(value: &JsValue, expected: &str) -> Error {
    let text = value.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    Error::new(ErrorKind::Io, expected).found(text.unwrap_or_else(|| format!("{value:?}")))
}
