//! One worker: started, spoken to once it listens, ended when dropped.

use crate::browser::{READY, pack, thrown, unpack};
use crate::error::{Error, ErrorKind};
use crate::protocol::{decode, encode};
use js_sys::Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

type Waiting = Option<Vec<(Array, Array)>>;

/// A worker of the page.
pub(super) struct Handle {
    worker: Rc<Worker>,
    /// Messages that wait until the worker listens, each with what is handed over; `None` once it does.
    waiting: Rc<RefCell<Waiting>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(web_sys::Event)>,
}

impl Handle {
    /// Starts a worker from the address that the page gives under this name; `on_reply` gets each message, and the array
    /// it came in: its bytes, then what stands beside it.
    pub(super) fn new<R: DeserializeOwned>(
        name: &str,
        on_reply: impl Fn(Result<R, Error>, Array) + 'static,
    ) -> Result<Handle, Error> {
        let document = web_sys::window().and_then(|window| window.document());
        let meta = document.and_then(|document| document.query_selector(&format!("meta[name={name}]")).ok().flatten());
        let url = meta.and_then(|meta| meta.get_attribute("content"));
        let url = url.ok_or_else(|| Error::new(ErrorKind::Missing, "the worker's address in the page"))?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&url, &options)
            .map_err(|error| thrown(&error, "a browser that starts module workers"))?;
        let worker = Rc::new(worker);
        let waiting: Rc<RefCell<Waiting>> = Rc::new(RefCell::new(Some(Vec::new())));
        let on_reply = Rc::new(on_reply);
        let on_message = {
            let (worker, waiting, on_reply) = (worker.clone(), waiting.clone(), on_reply.clone());
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                let data = event.data();
                if data.as_string().as_deref() == Some(READY) {
                    for (message, transfer) in waiting.borrow_mut().take().unwrap_or_default() {
                        // Fails only for what cannot be cloned, and bytes and files can.
                        let _ = worker.post_message_with_transfer(&message, &transfer);
                    }
                    return;
                }
                let reply = unpack(&data).and_then(|bytes| decode(&bytes));
                on_reply(reply, data.dyn_into().unwrap_or_default());
            })
        };
        let on_error = {
            Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
                let found = event.dyn_ref::<web_sys::ErrorEvent>().map(web_sys::ErrorEvent::message);
                let error = Error::new(ErrorKind::Io, "a worker that runs: please reload the page")
                    .found(found.unwrap_or_else(|| "a worker that could not be loaded".into()));
                on_reply(Err(error), Array::new());
            })
        };
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Handle { worker, waiting, _on_message: on_message, _on_error: on_error })
    }

    /// Sends a message, now or as soon as the worker listens.
    pub(super) fn send(&mut self, message: &impl Serialize, beside: &[JsValue]) -> Result<(), Error> {
        let (message, transfer) = pack(&encode(message)?, beside);
        if let Some(waiting) = self.waiting.borrow_mut().as_mut() {
            waiting.push((message, transfer));
            return Ok(());
        }
        self.worker
            .post_message_with_transfer(&message, &transfer)
            .map_err(|error| thrown(&error, "a message to be sent"))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
