//! A finished run as bytes that give its result back without playing it again.

use super::collector::Collected;
use super::{Collector, OptimumReport, RunResult};
use crate::error::Result;
use crate::plan::Plan;
use crate::protocol::{decode, encode};
use serde::{Deserialize, Serialize};

/// A finished run, kept. It fits the engine, the experiment and the data it was played with, and nothing else.
#[derive(Debug, Serialize, Deserialize)]
pub struct Played {
    engine: String,
    digest: String,
    /// As JSON, which names the data files by their SHA-256.
    experiment: String,
    policies: Vec<Collected>,
    optima: Vec<OptimumReport>,
    /// Of each optimum, what its own form leaves out.
    solved: Vec<Vec<Option<f64>>>,
    elapsed_ms: f64,
}

impl Played {
    /// The bytes of a run; `None` while it is not finished.
    ///
    /// # Errors
    /// Those of [`encode`].
    pub fn bytes(
        plan: &Plan,
        collector: &Collector,
        optima: &[OptimumReport],
        elapsed_ms: f64,
    ) -> Result<Option<Vec<u8>>> {
        let Some(policies) = collector.collected() else { return Ok(None) };
        let played = Played {
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            digest: collector.result(plan, optima).digest,
            experiment: plan.experiment.to_json(),
            policies: policies.to_vec(),
            optima: optima.to_vec(),
            solved: optima.iter().map(|optimum| optimum.solved.clone()).collect(),
            elapsed_ms,
        };
        encode(&played).map(Some)
    }

    /// The run from its bytes, with the milliseconds it took; `None` where they are of another engine or another
    /// experiment, or were changed: then the run is to be played.
    pub fn restore(plan: &Plan, bytes: &[u8]) -> Option<(Collector, Vec<OptimumReport>, f64)> {
        let played: Played = decode(bytes).ok()?;
        if played.engine != env!("CARGO_PKG_VERSION") || played.experiment != plan.experiment.to_json() {
            return None;
        }
        let collector = Collector::completed(plan, played.policies)?;
        let mut optima = played.optima;
        for (optimum, solved) in optima.iter_mut().zip(played.solved) {
            optimum.solved = solved;
        }
        let result: RunResult = collector.result(plan, &optima);
        (result.digest == played.digest).then_some((collector, optima, played.elapsed_ms))
    }
}
