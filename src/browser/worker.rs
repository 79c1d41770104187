//! The worker: reads files and plays jobs, one slice of time a message.

use super::file::FileReader;
use super::{now, pack, unpack};
use crate::data::{Import, ImportOptions, InputFile, import};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Experiment;
use crate::plan::Plan;
use crate::protocol::{Reply, Request, decode, encode};
use crate::simulation::Simulation;
use crate::slices::Slices;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

/// Milliseconds of a slice: short enough that a pause takes effect at once.
const SLICE: f64 = 25.0;
/// Milliseconds between two reports of an import's progress.
const REPORT_EVERY: f64 = 50.0;

/// The run that this worker plays.
struct Playing {
    run: u32,
    simulation: Simulation,
    slices: Slices,
}

/// Installs the worker's message handler and tells the page that it listens.
#[wasm_bindgen]
pub fn start_worker() {
    let playing: Rc<RefCell<Option<Playing>>> = Rc::default();
    let handler = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let data = event.data();
        match unpack(&data).and_then(|bytes| decode::<Request>(&bytes)) {
            Ok(request) => handle(request, &data, &mut playing.borrow_mut()),
            Err(error) => post(&Reply::Failed { run: 0, error }),
        }
    });
    if let Some(scope) = scope() {
        scope.set_onmessage(Some(handler.as_ref().unchecked_ref()));
    }
    // The worker listens as long as it lives.
    handler.forget();
    post(&Reply::Ready);
}

fn handle(request: Request, data: &JsValue, playing: &mut Option<Playing>) {
    match request {
        Request::Import(options) => {
            let beside = data.dyn_ref::<js_sys::Array>().map(js_sys::Array::to_vec).unwrap_or_default();
            let files = beside.into_iter().filter_map(|value| value.dyn_into::<File>().ok());
            post(&match read(files, &options) {
                Ok(import) => Reply::Imported(Box::new(import)),
                Err(error) => Reply::ImportFailed(error),
            });
        }
        Request::Start { run, experiment, data, jobs, report } => {
            let plan =
                Experiment::from_json(&experiment).and_then(|experiment| Plan::new(&experiment, data.map(Arc::new)));
            match plan {
                Ok(plan) => {
                    let simulation = Simulation::new(plan);
                    let slices = Slices::new(&simulation, &jobs);
                    let optimum = report.then(|| simulation.optimum.report(&simulation.plan));
                    *playing = Some(Playing { run, simulation, slices });
                    post(&Reply::Started { run, optimum });
                }
                Err(error) => post(&Reply::Failed { run, error }),
            }
        }
        Request::Play { run, until } => {
            if let Some(playing) = playing.as_mut().filter(|playing| playing.run == run) {
                let Playing { simulation, slices, .. } = playing;
                let updates = slices.play(simulation, until, SLICE, now);
                post(&Reply::Played { run, updates, round: slices.round(), done: slices.is_done(simulation) });
            }
        }
    }
}

fn read(files: impl Iterator<Item = File>, options: &ImportOptions) -> Result<Import> {
    let mut inputs = Vec::new();
    for file in files {
        let name = file.name();
        let len = Some(file.size() as u64);
        let bad = |error| Error::new(ErrorKind::Io, "a file that can be read").in_file(name.clone()).found(error);
        let reader = FileReader::new(file).map_err(bad)?;
        inputs.push(InputFile { name, len, reader: Box::new(reader) });
    }
    let mut reported = now();
    import(inputs, options, &mut |progress| {
        let time = now();
        if time - reported > REPORT_EVERY {
            reported = time;
            post(&Reply::Importing(progress));
        }
        true
    })
}

fn scope() -> Option<DedicatedWorkerGlobalScope> {
    js_sys::global().dyn_into().ok()
}

fn post(reply: &Reply) {
    if let (Some(scope), Ok(bytes)) = (scope(), encode(reply)) {
        let (message, transfer) = pack(&bytes, &[]);
        // Fails only when the page is gone.
        let _ = scope.post_message_with_transfer(&message, &transfer);
    }
}
