//! The worker that trains and judges query-aware selection, as the page has it.

use super::chosen::Chosen;
use super::handle::Handle;
use crate::error::Result;
use crate::experiment::Experiment;
use crate::protocol::{FromQueryAware, ToQueryAware};
use wasm_bindgen::JsValue;

/// The worker. Dropping it ends it, whatever it is doing, and nothing more is heard of it.
pub struct Trainer {
    handle: Handle,
}

impl Trainer {
    /// Starts a worker that trains on an experiment's files, and on the token embeddings of `table`, where it has files;
    /// `on_reply` gets what it says.
    ///
    /// # Errors
    /// `Io` where the browser starts no worker.
    pub fn start(
        experiment: &Experiment,
        files: Vec<Chosen>,
        table: Vec<Chosen>,
        on_reply: impl Fn(Result<FromQueryAware>) + 'static,
    ) -> Result<Trainer> {
        let mut handle = Handle::new("query-aware", move |reply, _| on_reply(reply))?;
        let apart = |files: Vec<Chosen>| -> (Vec<String>, Vec<JsValue>) {
            files.into_iter().map(|it| (it.path, it.file.into())).unzip()
        };
        let ((names, files), (table, tables)) = (apart(files), apart(table));
        handle
            .send(&ToQueryAware::Train { names, table, experiment: experiment.to_json() }, &[files, tables].concat())?;
        Ok(Trainer { handle })
    }

    /// Sends a message.
    ///
    /// # Errors
    /// `Io` where the browser sends none.
    pub fn send(&mut self, message: &ToQueryAware) -> Result<()> {
        self.handle.send(message, &[])
    }
}
