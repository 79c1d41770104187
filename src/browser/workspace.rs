//! The page's end of the worker that keeps the workspace.

use super::handle::Handle;
use crate::error::{Error, ErrorKind};
use crate::protocol::{FromStore, ToStore};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

/// The worker, started when something is to be kept or listed. Dropping it ends it.
pub struct Store {
    handle: Handle,
}

impl Store {
    /// Starts the worker; `on_reply` gets each message with the blobs beside it.
    ///
    /// # Errors
    /// `Io` where the browser starts no worker.
    pub fn new(on_reply: impl Fn(FromStore, Vec<Blob>) + 'static) -> Result<Store, Error> {
        let handle = Handle::new("store", move |reply, message: Array| {
            let blobs = message.iter().filter_map(|value| value.dyn_into().ok()).collect();
            on_reply(reply.unwrap_or_else(FromStore::Denied), blobs);
        })?;
        Ok(Store { handle })
    }

    /// Sends a message with blobs beside it.
    ///
    /// # Errors
    /// `Io` where the worker is gone.
    pub fn send(&mut self, message: &ToStore, blobs: impl IntoIterator<Item = Blob>) -> Result<(), Error> {
        let beside: Vec<JsValue> = blobs.into_iter().map(JsValue::from).collect();
        self.handle.send(message, &beside)
    }
}

/// Bytes as a blob.
///
/// # Errors
/// `Io` where the browser has no room for them.
pub fn blob(bytes: &[u8]) -> Result<Blob, Error> {
    let parts = Array::of1(&js_sys::Uint8Array::from(bytes));
    Blob::new_with_u8_array_sequence(&parts).map_err(|_| Error::new(ErrorKind::Io, "room for the bytes in memory"))
}
