//! Speed of the engine's parts: `cargo bench --bench engine`. On one core; a time with a
//! throughput beside it is for 1,024 recorded rounds (group `rounds`: for a whole run), else for one call.

// A benchmark of nine models cannot fail to build its solver.
#![allow(clippy::unwrap_used)]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use llm_selection::bandit::best_set::{NODE_LIMIT, best_set};
use llm_selection::bandit::relaxation::linear::Linear;
use llm_selection::bandit::relaxation::{Relaxation, TOLERANCE};
use llm_selection::bandit::rounding::round;
use llm_selection::experiment::{Experiment, RewardModel, Solver};
use llm_selection::plan::Plan;
use llm_selection::random::unit;
use llm_selection::simulation::{JobState, Simulation};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn main() {
    divan::main();
}

/// Means and costs of nine models, as in the example experiment.
const MEANS: [f64; 9] = [0.86, 0.84, 0.80, 0.77, 0.72, 0.66, 0.60, 0.55, 0.48];
const COSTS: [f64; 9] = [0.60, 0.45, 0.36, 0.25, 0.20, 0.14, 0.09, 0.05, 0.03];
const N: usize = 4;
/// Recorded rounds.
const WINDOW: usize = 1_024;

/// When in a run.
#[derive(Debug, Clone, Copy)]
enum Phase {
    /// Rounds 1 to 1,024: arms unseen or little seen, optimistic means of 1.
    Early,
    /// Rounds 20,000 to 21,024.
    Late,
}

/// One round's problem and what C2MAB-V made of it.
struct Round {
    means: [f64; 9],
    costs: [f64; 9],
    z: [f64; 9],
}

/// What C2MAB-V's local server meets in a simulated run (α_μ = 0.3, α_c = 0.05).
fn record(model: RewardModel, budget: f64, phase: Phase) -> Vec<Round> {
    let first = match phase {
        Phase::Early => 0,
        Phase::Late => 20_000,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut relaxation = Relaxation::new(model, 9, N, None).unwrap();
    let (mut seen, mut reward, mut cost) = ([0.0f64; 9], [0.0; 9], [0.0; 9]);
    let mut rounds = Vec::new();
    for t in 1..=first + WINDOW {
        let log = libm::log(2.0 * 9.87 * 9.0 * (t as f64) * (t as f64) * (t as f64) / (3.0 / 21_024.0));
        let (mut means, mut costs, mut z) = ([1.0; 9], [0.0; 9], [0.0; 9]);
        for k in (0..9).filter(|&k| seen[k] > 0.0) {
            let radius = (log / (2.0 * seen[k])).sqrt();
            means[k] = (reward[k] / seen[k] + 0.3 * radius).min(1.0);
            costs[k] = (cost[k] / seen[k] - 0.05 * radius).max(0.0);
        }
        relaxation.solve(&means, &costs, budget, &mut z);
        if t > first {
            rounds.push(Round { means, costs, z });
        }
        round(&mut z, &mut rng);
        let mut chosen: Vec<usize> = (0..9).filter(|&k| z[k] > 0.5).collect();
        chosen.sort_by(|&a, &b| costs[a].total_cmp(&costs[b]));
        for k in chosen {
            let won = unit(rng.next_u64()) < MEANS[k];
            seen[k] += 1.0;
            reward[k] += f64::from(u8::from(won));
            cost[k] += COSTS[k] * (0.5 + unit(rng.next_u64()));
            if won && model == RewardModel::Awc {
                break;
            }
        }
    }
    rounds
}

fn play(bencher: Bencher, model: RewardModel, solver: Option<Solver>, budget: f64, phase: Phase) {
    let rounds = record(model, budget, phase);
    let mut relaxation = Relaxation::new(model, 9, N, solver).unwrap();
    let mut z = [0.0; 9];
    bencher.counter(ItemsCount::new(WINDOW)).bench_local(|| {
        for round in &rounds {
            relaxation.solve(black_box(&round.means), black_box(&round.costs), budget, black_box(&mut z));
        }
    });
}

/// A cost per query that binds, one that just binds under AWC, and one that does not.
const BUDGETS: [f64; 3] = [0.6, 1.0, 2.0];

#[divan::bench_group(sample_size = 1, sample_count = 200)]
mod linear_program {
    use super::*;

    #[divan::bench(args = BUDGETS)]
    fn suc_early(bencher: Bencher, budget: f64) {
        play(bencher, RewardModel::Suc, None, budget, Phase::Early);
    }
    #[divan::bench(args = BUDGETS)]
    fn suc_late(bencher: Bencher, budget: f64) {
        play(bencher, RewardModel::Suc, None, budget, Phase::Late);
    }
    #[divan::bench(args = BUDGETS)]
    fn aic_early(bencher: Bencher, budget: f64) {
        play(bencher, RewardModel::Aic, None, budget, Phase::Early);
    }
    #[divan::bench(args = BUDGETS)]
    fn aic_late(bencher: Bencher, budget: f64) {
        play(bencher, RewardModel::Aic, None, budget, Phase::Late);
    }

    /// The defining exchange loop, without any guess.
    #[divan::bench]
    fn exchange_loop(bencher: Bencher) {
        let rounds = record(RewardModel::Suc, 0.6, Phase::Late);
        let (mut linear, mut z) = (Linear::new(9), [0.0; 9]);
        bencher.counter(ItemsCount::new(WINDOW)).bench_local(|| {
            for round in &rounds {
                linear.exchange_loop(&round.means, &round.costs, N, 0.6, black_box(&mut z));
            }
        });
    }

    /// Each call a problem never met before: (K, n), the budget half-way between the cheapest and the best set.
    #[divan::bench(args = [(24, 6), (48, 6), (100, 4), (100, 10), (200, 10), (200, 50), (1_000, 10), (10_000, 10), (10_000, 2_000), (100_000, 10), (100_000, 20_000)])]
    fn many_arms(bencher: Bencher, (arms, n): (usize, usize)) {
        let mut rng = ChaCha8Rng::seed_from_u64(arms as u64);
        let problems: Vec<_> = (0..16)
            .map(|_| {
                let w: Vec<f64> = (0..arms).map(|_| 0.5 + 0.5 * unit(rng.next_u64())).collect();
                let c: Vec<f64> = w.iter().map(|w| 0.03 + 0.57 * w * unit(rng.next_u64())).collect();
                let mut order: Vec<usize> = (0..arms).collect();
                order.sort_by(|&a, &b| w[b].total_cmp(&w[a]));
                let dear: f64 = order[..n].iter().map(|&k| c[k]).sum();
                order.sort_by(|&a, &b| c[a].total_cmp(&c[b]));
                let cheap: f64 = order[..n].iter().map(|&k| c[k]).sum();
                (w, c, 0.5 * (dear + cheap))
            })
            .collect();
        let (mut linear, mut z, mut turn) = (Linear::new(arms), vec![0.0; arms], 0);
        bencher.bench_local(|| {
            let (w, c, budget) = &problems[turn];
            turn = (turn + 1) % 16;
            linear.solve(w, c, n, *budget, &mut z);
            z[0]
        });
    }
}

#[divan::bench_group(sample_size = 1, sample_count = 200)]
mod awc_relaxation {
    use super::*;

    const TIGHT: [f64; 4] = [0.2, 0.4, 0.6, 1.0];

    #[divan::bench(args = TIGHT)]
    fn exact_early(bencher: Bencher, budget: f64) {
        play(bencher, RewardModel::Awc, Some(Solver::Exact), budget, Phase::Early);
    }
    #[divan::bench(args = TIGHT)]
    fn exact_late(bencher: Bencher, budget: f64) {
        play(bencher, RewardModel::Awc, Some(Solver::Exact), budget, Phase::Late);
    }
    #[divan::bench(args = TIGHT)]
    fn greedy_early(bencher: Bencher, budget: f64) {
        play(bencher, RewardModel::Awc, Some(Solver::Greedy), budget, Phase::Early);
    }
    #[divan::bench(args = TIGHT)]
    fn greedy_late(bencher: Bencher, budget: f64) {
        play(bencher, RewardModel::Awc, Some(Solver::Greedy), budget, Phase::Late);
    }
}

/// Whole simulated runs of one policy in one replicate: world, policy, accounts and curves.
#[divan::bench_group(sample_size = 1, sample_count = 40)]
mod rounds {
    use super::*;

    const ROUNDS: u32 = 50_000;

    /// The nine models as a synthetic world, ρ = `budget`, `policy` as it stands in an experiment.
    fn run(bencher: Bencher, reward: &str, budget: f64, policy: &str) {
        let models: Vec<String> = (MEANS.iter().zip(COSTS))
            .map(|(mean, cost)| format!(r#"{{"name": "{mean}", "reward": {mean}, "cost": {cost}}}"#))
            .collect();
        let text = format!(
            r#"{{"version": 1,
                "environment": {{"kind": "synthetic", "cost_scale": 1, "models": [{}]}},
                "task": {{"reward": "{reward}", "max_models": {N}, "budget": {budget}}},
                "policies": [{policy}], "run": {{"rounds": {ROUNDS}, "replicates": 1}}}}"#,
            models.join(",")
        );
        let simulation = Simulation::new(Plan::new(&Experiment::from_json(&text).unwrap(), None).unwrap().game);
        let job = simulation.jobs()[0];
        bencher.counter(ItemsCount::new(ROUNDS)).bench_local(|| {
            let mut state = JobState::new(&simulation, 0, job);
            while state.advance(&simulation, black_box(8_192)) > 0 {}
            state.take_update(&simulation)
        });
    }

    /// The example's budget, and one that AWC's sets hardly ever exhaust.
    const RHO: [f64; 2] = [0.6, 1.0];

    #[divan::bench(args = RHO)]
    fn c2mab_v_suc(bencher: Bencher, budget: f64) {
        run(bencher, "suc", budget, r#"{"kind": "c2mab-v"}"#);
    }
    #[divan::bench(args = RHO)]
    fn c2mab_v_aic(bencher: Bencher, budget: f64) {
        run(bencher, "aic", budget, r#"{"kind": "c2mab-v"}"#);
    }
    #[divan::bench(args = RHO)]
    fn c2mab_v_awc_exact(bencher: Bencher, budget: f64) {
        run(bencher, "awc", budget, r#"{"kind": "c2mab-v", "solver": "exact"}"#);
    }
    #[divan::bench(args = RHO)]
    fn c2mab_v_awc_greedy(bencher: Bencher, budget: f64) {
        run(bencher, "awc", budget, r#"{"kind": "c2mab-v", "solver": "greedy"}"#);
    }

    /// The rivals under SUC.
    #[divan::bench(args = ["cucb", "thompson", "epsilon-greedy", "random", "oracle"])]
    fn rivals(bencher: Bencher, kind: &str) {
        run(bencher, "suc", 0.6, &format!(r#"{{"kind": "{kind}"}}"#));
    }
}

#[divan::bench_group(sample_size = 1, sample_count = 200)]
mod rounding {
    use super::*;

    #[divan::bench(args = [RewardModel::Suc, RewardModel::Awc])]
    fn late(bencher: Bencher, model: RewardModel) {
        let rounds = record(model, 0.6, Phase::Late);
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        bencher.counter(ItemsCount::new(WINDOW)).bench_local(|| {
            for recorded in &rounds {
                let mut z = recorded.z;
                round(black_box(&mut z), &mut rng);
            }
        });
    }
}

#[divan::bench_group(sample_size = 1, sample_count = 200)]
mod best_sets {
    use super::*;

    #[divan::bench(name = "best_set", args = [(9, 4), (200, 10)])]
    fn awc(bencher: Bencher, (arms, n): (usize, usize)) {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let means: Vec<f64> = (0..arms).map(|_| 0.3 + 0.65 * unit(rng.next_u64())).collect();
        let costs: Vec<f64> = means.iter().map(|mean| 0.6 * mean * unit(rng.next_u64()) + TOLERANCE).collect();
        let budget = 0.15 * n as f64;
        bencher.bench_local(|| best_set(RewardModel::Awc, &means, &costs, n, budget, true, NODE_LIMIT).nodes);
    }
}
