//! The worker that plays jobs, one slice of time a message.

use super::{listen, now, numbers, post, unpack};
use crate::inspect::Inspector;
use crate::optimum::joint;
use crate::protocol::{FromPlayer, ToPlayer, decode};
use crate::simulation::Simulation;
use crate::slices::Slices;
use js_sys::Array;
use std::sync::Arc;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// Milliseconds of a slice: short enough that a pause takes effect at once.
const SLICE: f64 = 25.0;

/// The run that this worker plays.
struct Playing {
    run: u32,
    simulation: Simulation,
    slices: Slices,
    inspector: Inspector,
}

/// Listens for what the page wants to be played.
#[wasm_bindgen]
pub fn start_worker() {
    let mut playing = None;
    listen(move |data| match unpack(&data).and_then(|bytes| decode::<ToPlayer>(&bytes)) {
        Ok(request) => handle(request, &data, &mut playing),
        Err(error) => post(&FromPlayer::Failed(error)),
    });
}

fn handle(request: ToPlayer, data: &JsValue, playing: &mut Option<Playing>) {
    match request {
        ToPlayer::Start { run, mut game, jobs, report } => {
            // The run before is not needed any more, and may be large.
            *playing = None;
            let beside = data.dyn_ref::<Array>().filter(|beside| beside.length() == 4);
            if let (Some(beside), Some(game)) = (beside, Arc::get_mut(&mut game)) {
                let column = |place: u32| numbers::read_column(&beside.get(place));
                game.world.put_rows((numbers::read_outcomes(&beside.get(1)), column(2), column(3)));
            }
            let simulation = Simulation::new(game);
            let slices = Slices::new(&simulation, &jobs);
            let optima = report.then(|| (simulation.optima().to_vec(), joint(&simulation.game)));
            *playing = Some(Playing { run, simulation, slices, inspector: Inspector::new() });
            post(&FromPlayer::Started { run, optima });
        }
        ToPlayer::Play { run, until } => {
            if let Some(Playing { simulation, slices, .. }) = playing.as_mut().filter(|playing| playing.run == run) {
                let updates = slices.play(simulation, until, SLICE, now);
                let (round, furthest, done) = (slices.round(), slices.furthest(), slices.is_done(simulation));
                post(&FromPlayer::Played { run, updates, round, furthest, done });
            }
        }
        ToPlayer::Inspect { run, wanted } => {
            if let Some(playing) = playing.as_mut().filter(|playing| playing.run == run) {
                let answer = playing.inspector.look(&playing.simulation, wanted, SLICE, now);
                post(&FromPlayer::Inspected { run, wanted, answer });
            }
        }
    }
}
