//! Stepping: rounds one by one, in any mixture with running, are the rounds of a run.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::experiment::Experiment;
use llm_selection::optimum::{joint, reports};
use llm_selection::plan::Plan;
use llm_selection::run::run;
use llm_selection::simulation::{JobState, Run, Simulation};
use llm_selection::slices::Slices;
use llm_selection::summary::{Collector, RunResult};
use proptest::prelude::*;
use serde_json::json;

fn plan(rounds: u32, replicates: u32) -> Plan {
    let experiment = json!({"version": 1, "environment": {"kind": "synthetic", "models": [{"name": "a", "reward": 0.9, "cost": 0.5},
        {"name": "b", "reward": 0.6, "cost": 0.2}, {"name": "c", "reward": 0.4, "cost": 0.1}],
        "drift": [{"at": rounds / 3 + 1, "models": {"b": {"reward": 0.1}}}]},
        "task": {"reward": "suc", "max_models": 2, "budget": 0.5},
        "policies": [{"kind": "c2mab-v"}, {"kind": "thompson"}, {"kind": "random"}],
        "run": {"rounds": rounds, "replicates": replicates, "seed": 11}});
    Plan::new(&Experiment::from_json(&experiment.to_string()).unwrap(), None).unwrap()
}

fn result(plan: &Plan, simulation: &Simulation, collector: &Collector) -> RunResult {
    collector.result(plan, &reports(plan, simulation.optima(), &joint(&plan.game)))
}

/// All jobs up to this round and not beyond.
fn play_to(simulation: &Simulation, jobs: &mut [JobState], collector: &mut Collector, round: u32, quantum: u32) {
    for job in jobs {
        while job.advance_to(simulation, quantum, round) > 0 {}
        if let Some(update) = job.take_update(simulation) {
            collector.absorb(update);
        }
    }
}

fn all_jobs(simulation: &Simulation) -> Vec<JobState> {
    (0..).zip(simulation.jobs()).map(|(index, job)| JobState::new(simulation, index, job)).collect()
}

#[test]
fn after_a_step_the_last_values_are_those_of_the_round() {
    // Above 1,000 rounds not every round is a checkpoint.
    let plan = plan(3_000, 9);
    let simulation = Simulation::new(plan.game.clone());
    let (mut jobs, mut collector) = (all_jobs(&simulation), Collector::new(&plan));
    for t in (1..=40).chain(900..=925).chain(1001..=1012) {
        play_to(&simulation, &mut jobs, &mut collector, t, 64);
        assert_eq!(collector.round(), t);
        let result = result(&plan, &simulation, &collector);
        for (policy, shown) in result.policies.iter().enumerate() {
            assert_eq!((shown.rounds.last(), shown.regret.mean.len()), (Some(&t), shown.rounds.len()), "round {t}");
            assert!(shown.rounds.is_sorted_by(|a, b| a < b));
            let mut paid = 0.0;
            for replicate in 0..9 {
                let mut alone = Run::new(&simulation, policy, replicate).unwrap();
                play_alone(&simulation, &mut alone, replicate, t);
                paid += alone.totals().paid * plan.game.cost_scale / f64::from(t) / 9.0;
            }
            assert!((shown.finals.cost.mean.unwrap() - paid).abs() < 1e-12, "round {t}");
            assert!(shown.finals.cost.ci95.is_some());
        }
        assert_eq!(result.digest, "");
    }
}

fn play_alone(simulation: &Simulation, run: &mut Run, replicate: u32, until: u32) {
    use llm_selection::bandit::policy::Observation;
    use llm_selection::environment::{AnyWorld, World};
    use llm_selection::random::world_key;
    let AnyWorld::Synthetic(worlds) = &simulation.game.world else { panic!() };
    for t in 1..=until {
        let world = &worlds[usize::from(t > 1_000)];
        let now = world.begin(world_key(11, replicate), t);
        let arms = run.ask(simulation).arms.clone();
        let observed: Vec<Observation> = (arms.iter())
            .map(|&arm| (arm, world.outcome(now, arm)))
            .map(|(arm, outcome)| Observation { arm, reward: outcome.reward, cost: outcome.cost })
            .collect();
        run.tell(simulation, &observed, Default::default());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Steps, runs up to a round, runs that are broken off anywhere: the same digest at the end, and on the way the same
    /// values at the same round.
    #[test]
    fn any_mixture_of_steps_and_runs_is_the_run(
        rounds in prop::sample::select(vec![7u32, 300, 1_700]), replicates in 1u32..11,
        moves in prop::collection::vec((0u8..3, 1u32..200, 1u32..90), 0..20),
    ) {
        let plan = plan(rounds, replicates);
        let simulation = Simulation::new(plan.game.clone());
        let (mut jobs, mut collector) = (all_jobs(&simulation), Collector::new(&plan));
        for (kind, size, quantum) in moves {
            let furthest = jobs.iter().map(JobState::furthest).max().unwrap();
            match kind {
                // As the page steps: all to one round after the furthest.
                0 => {
                    let target = (furthest + 1).min(rounds);
                    play_to(&simulation, &mut jobs, &mut collector, target, quantum);
                    prop_assert_eq!(collector.round(), target);
                    let shown = result(&plan, &simulation, &collector);
                    prop_assert!(shown.policies.iter().all(|policy| policy.rounds.last() == Some(&target)));
                    let (mut others, mut straight) = (all_jobs(&simulation), Collector::new(&plan));
                    play_to(&simulation, &mut others, &mut straight, target, 10_000);
                    let straight = result(&plan, &simulation, &straight);
                    for (shown, straight) in shown.policies.iter().zip(&straight.policies) {
                        prop_assert_eq!(shown.regret.mean.last(), straight.regret.mean.last());
                        prop_assert_eq!(&shown.finals, &straight.finals);
                        prop_assert_eq!(&shown.called, &straight.called);
                    }
                }
                1 => play_to(&simulation, &mut jobs, &mut collector, furthest.saturating_add(size).min(rounds), quantum),
                // Broken off: the jobs, and the runs within them, stand at different rounds.
                _ => {
                    for (place, job) in jobs.iter_mut().enumerate() {
                        (0..(size as usize + place) % 5).for_each(|_| { job.advance(&simulation, quantum); });
                        if let Some(update) = job.take_update(&simulation) {
                            collector.absorb(update);
                        }
                    }
                }
            }
        }
        play_to(&simulation, &mut jobs, &mut collector, u32::MAX, 1_000);
        let played = result(&plan, &simulation, &collector);
        let straight = run(plan);
        prop_assert_eq!(&played.digest, &straight.digest);
        prop_assert_eq!(played, straight);
    }

    /// The pool's slices stop where they are told.
    #[test]
    fn slices_do_not_play_beyond(untils in prop::collection::vec(1u32..1_500, 1..6)) {
        let plan = plan(1_500, 3);
        let simulation = Simulation::new(plan.game.clone());
        let jobs: Vec<_> = (0..).zip(simulation.jobs()).collect();
        let mut slices = Slices::new(&simulation, &jobs);
        let mut most = 0;
        for until in untils {
            most = most.max(until);
            slices.play(&simulation, until, 1.0, || 0.0);
            prop_assert_eq!((slices.round(), slices.furthest()), (most, most));
        }
    }
}
