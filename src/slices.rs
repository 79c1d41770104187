//! Plays many jobs in short slices of time, side by side, so that whoever asked stays responsive and all curves grow
//! together.

use crate::simulation::{Job, JobState, JobUpdate, Simulation};

/// Rounds of one replicate that are played between two looks at the clock, at most.
const MOST_AT_ONCE: u32 = 8_192;
/// Between two looks at the clock about this much time should pass, in ms.
const GRAIN: f64 = 1.0;

/// Some jobs of a run, being played.
#[derive(Debug)]
pub struct Slices {
    jobs: Vec<JobState>,
    quantum: u32,
}

impl Slices {
    /// These jobs (each with its place in the run's list), before their first round.
    pub fn new(simulation: &Simulation, jobs: &[(u32, Job)]) -> Slices {
        Slices { jobs: jobs.iter().map(|(index, job)| JobState::new(simulation, *index, *job)).collect(), quantum: 64 }
    }

    /// Rounds that every run of every job has played.
    pub fn round(&self) -> u32 {
        self.jobs.iter().map(JobState::round).min().unwrap_or(0)
    }

    /// Rounds that the run which is ahead of all others has played.
    pub fn furthest(&self) -> u32 {
        self.jobs.iter().map(JobState::furthest).max().unwrap_or(0)
    }

    /// Whether all jobs are done.
    pub fn is_done(&self, simulation: &Simulation) -> bool {
        self.jobs.iter().all(|job| job.is_done(simulation))
    }

    /// Plays for about so many milliseconds by `clock`, up to round `until` and not beyond, the hindmost job first, and
    /// returns what is new.
    pub fn play(
        &mut self,
        simulation: &Simulation,
        until: u32,
        milliseconds: f64,
        clock: impl Fn() -> f64,
    ) -> Vec<JobUpdate> {
        let window = simulation.game.setting.rounds / 50 + 1;
        let start = clock();
        let mut now = start;
        while now - start < milliseconds {
            let open = |job: &&mut JobState| job.round() < until && !job.is_done(simulation);
            let Some(job) = self.jobs.iter_mut().filter(open).min_by_key(|job| job.round()) else { break };
            let leave = job.round().saturating_add(window).min(until);
            let mut left = self.quantum;
            while left > 0 && job.round() < leave && !job.is_done(simulation) {
                left = left.saturating_sub(job.advance_to(simulation, left, until).max(1));
            }
            let then = now;
            now = clock();
            job.spend(now - then);
            if now - then < 0.5 * GRAIN {
                self.quantum = (self.quantum * 2).min(MOST_AT_ONCE);
            } else if now - then > 2.0 * GRAIN {
                self.quantum = (self.quantum / 2).max(1);
            }
        }
        self.jobs.iter_mut().filter_map(|job| job.take_update(simulation)).collect()
    }
}
