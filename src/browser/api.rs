//! The engine for other people's pages and for node: what `www/api/llm_selection.js` wraps.

use super::now;
use crate::data::{ImportOptions, InputFile, import};
use crate::error::Error;
use crate::experiment::{Environment, Experiment};
use crate::optimum::{joint, reports};
use crate::plan::{Plan, Playable, WithTexts};
use crate::query_aware::queries::{Queries, QueryOptions};
use crate::simulation;
use crate::slices::Slices;
use crate::summary::Collector;
use js_sys::{Array, Reflect, Uint8Array};
use serde::Serialize;
use std::sync::Arc;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// A run, played in slices by whoever holds it.
#[wasm_bindgen]
pub struct Simulation {
    plan: Plan,
    simulation: simulation::Simulation,
    slices: Slices,
    collector: Collector,
}

/// How far a run is.
#[derive(Serialize)]
struct Progress {
    round: u32,
    rounds: u32,
}

#[wasm_bindgen]
impl Simulation {
    /// Checks the experiment (JSON text) against the files, an array of `{name, bytes}`.
    #[wasm_bindgen(constructor)]
    pub fn new(experiment: &str, files: &Array) -> Result<Simulation, JsValue> {
        let experiment = Experiment::from_json(experiment).map_err(|error| failure(&error))?;
        let data = match &experiment.environment {
            Environment::Replay(replay) => {
                let (held, options) = (held(files), ImportOptions::from(replay));
                let data = read(&held, &options)?.dataset;
                let read = move |threshold: f64, columns: &[String]| {
                    let options = QueryOptions { import: options.clone(), threshold, columns: columns.to_vec() };
                    let (queries, import) = Queries::read(inputs(&held), &options, &mut |_| true)?;
                    Ok((queries, import.dataset.files))
                };
                Some(WithTexts::new(Arc::new(data), Box::new(read)))
            }
            _ => None,
        };
        let data = data.as_ref().map(|data| data as &dyn Playable);
        let plan = Plan::on(&experiment, data).map_err(|error| failure(&error))?;
        let simulation = simulation::Simulation::new(plan.game.clone());
        let jobs: Vec<_> = (0..).zip(simulation.jobs()).collect();
        let slices = Slices::new(&simulation, &jobs);
        Ok(Simulation { collector: Collector::new(&plan), plan, slices, simulation })
    }

    /// Plays for about so many milliseconds; returns `{round, rounds}`.
    pub fn advance(&mut self, milliseconds: f64) -> Result<JsValue, JsValue> {
        let rounds = self.simulation.game.setting.rounds;
        for update in self.slices.play(&self.simulation, rounds, milliseconds, now) {
            self.collector.absorb(update);
        }
        plain(&Progress { round: self.slices.round(), rounds })
    }

    /// Whether all rounds are played.
    pub fn done(&self) -> bool {
        self.slices.is_done(&self.simulation)
    }

    /// The result as a plain object, with the shape of the result file.
    pub fn result(&self) -> Result<JsValue, JsValue> {
        let reports = reports(&self.plan, self.simulation.optima(), &joint(&self.plan.game));
        plain(&self.collector.result(&self.plan, &reports))
    }
}

/// Reads files, an array of `{name, bytes}`, and returns the audit as a plain object; `options` are the import fields
/// of an experiment, or undefined.
#[wasm_bindgen]
pub fn audit_files(files: &Array, options: JsValue) -> Result<JsValue, JsValue> {
    let options: ImportOptions = if options.is_undefined() || options.is_null() {
        ImportOptions::default()
    } else {
        serde_wasm_bindgen::from_value(options)
            .map_err(|error| failure(&Error::new(crate::ErrorKind::Malformed, error.to_string()).at_field("options")))?
    };
    plain(&read(&held(files), &options)?.audit.report())
}

/// Names and bytes of an array of `{name, bytes}`.
fn held(files: &Array) -> Vec<(String, Vec<u8>)> {
    let property = |file: &JsValue, name: &str| Reflect::get(file, &name.into()).unwrap_or(JsValue::UNDEFINED);
    (files.iter())
        .map(|file| {
            let bytes = property(&file, "bytes").dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec());
            (property(&file, "name").as_string().unwrap_or_default(), bytes.unwrap_or_default())
        })
        .collect()
}

fn inputs(held: &[(String, Vec<u8>)]) -> Vec<InputFile<'_>> {
    held.iter().map(|(name, bytes)| InputFile::from_bytes(name.clone(), bytes)).collect()
}

fn read(held: &[(String, Vec<u8>)], options: &ImportOptions) -> Result<crate::data::Import, JsValue> {
    import(inputs(held), options, &mut |_| true).map_err(|error| failure(&error))
}

/// A plain object as `JSON.parse` would give it.
fn plain(value: &impl Serialize) -> Result<JsValue, JsValue> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(JsValue::from)
}

/// An error as a plain object with kind, place, found, expected and message.
fn failure(error: &Error) -> JsValue {
    let object = plain(error).unwrap_or_else(|_| js_sys::Object::new().into());
    // Cannot fail on an object of ours.
    let _ = Reflect::set(&object, &"message".into(), &error.to_string().into());
    object
}
