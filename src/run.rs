//! Plays a whole run: in this thread, or in several where the machine has them.

use crate::optimum::{joint, reports};
use crate::plan::Plan;
use crate::simulation::{Job, JobState, JobUpdate, Simulation};
use crate::summary::{Collector, RunResult};

/// Rounds of one replicate between two looks at the clock or at a signal.
const QUANTUM: u32 = 1_000;

/// Plays a run to its end in this thread.
pub fn run(plan: Plan) -> RunResult {
    let simulation = Simulation::new(plan.game.clone());
    let mut collector = Collector::new(&plan);
    for (index, job) in (0..).zip(simulation.jobs()) {
        if let Some(update) = play(&simulation, index, job) {
            collector.absorb(update);
        }
    }
    let reports = reports(&plan, simulation.optima(), &joint(&plan.game));
    collector.result(&plan, &reports)
}

/// Plays a job to its end.
fn play(simulation: &Simulation, index: u32, job: Job) -> Option<JobUpdate> {
    let mut state = JobState::new(simulation, index, job);
    // There is no such clock in a browser; the page's own looks at its.
    #[cfg(not(target_arch = "wasm32"))]
    let start = std::time::Instant::now();
    while state.advance(simulation, QUANTUM) > 0 {}
    #[cfg(not(target_arch = "wasm32"))]
    state.spend(start.elapsed().as_secs_f64() * 1000.0);
    state.take_update(simulation)
}

/// Plays a run to its end in several threads; the result has the same bits whatever their number. `progress` is called
/// with the share of the work done, from 0 to 1, after each job.
///
/// # Errors
/// `Io` where a thread cannot be started or ends early.
#[cfg(not(target_arch = "wasm32"))]
pub fn run_in_threads(plan: Plan, threads: usize, mut progress: impl FnMut(f64)) -> crate::Result<RunResult> {
    use crate::error::{Error, ErrorKind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    let simulation = Simulation::new(plan.game.clone());
    let mut collector = Collector::new(&plan);
    let jobs = simulation.jobs();
    let next = AtomicUsize::new(0);
    let (sender, receiver) = std::sync::mpsc::channel();
    let mut arrived = 0;
    let lost = |_| Error::new(ErrorKind::Io, "a thread to play in");
    std::thread::scope(|scope| -> crate::Result<()> {
        for _ in 0..threads.clamp(1, jobs.len().max(1)) {
            let (sender, simulation, jobs, next) = (sender.clone(), &simulation, &jobs, &next);
            std::thread::Builder::new()
                .spawn_scoped(scope, move || {
                    while let Some((index, job)) = {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        jobs.get(index).map(|job| (index, *job))
                    } {
                        if let Some(update) = play(simulation, index as u32, job)
                            && sender.send(update).is_err()
                        {
                            return;
                        }
                    }
                })
                .map_err(lost)?;
        }
        drop(sender);
        for update in receiver {
            collector.absorb(update);
            arrived += 1;
            progress(f64::from(arrived) / jobs.len() as f64);
        }
        Ok(())
    })?;
    if !collector.is_complete() {
        return Err(Error::new(ErrorKind::Io, "every thread to play to its end"));
    }
    let reports = reports(&plan, simulation.optima(), &joint(&plan.game));
    Ok(collector.result(&plan, &reports))
}
