//! The relaxed problem against brute force, and the solvers against each other.

use llm_selection::bandit::relaxation::exact::{Exact, TIE};
use llm_selection::bandit::relaxation::greedy::Greedy;
use llm_selection::bandit::relaxation::linear::Linear;
use llm_selection::bandit::relaxation::{Feasibility, Relaxation, TOLERANCE};
use llm_selection::bandit::reward::{log_mean, relaxed_reward, set_reward};
use llm_selection::experiment::RewardModel;
use proptest::prelude::*;

/// Weights (or means) in [0,1]: smooth, or on a coarse grid with ties, zeros and ones.
fn weights(arms: usize) -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        prop::collection::vec(0.0..=1.0, arms),
        prop::collection::vec((0..=4u8).prop_map(|k| f64::from(k) / 4.0), arms),
        prop::collection::vec(prop_oneof![Just(1.0), 0.3..1.0, Just(0.5)], arms),
    ]
}

fn costs(arms: usize) -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        prop::collection::vec(0.0..=0.6, arms),
        prop::collection::vec((0..=4u8).prop_map(|k| f64::from(k) / 10.0), arms),
        prop::collection::vec(prop_oneof![Just(0.0), 0.01..0.6, Just(0.25)], arms),
    ]
}

fn budget() -> impl Strategy<Value = f64> {
    prop_oneof![0.02..2.0, (1..=20u8).prop_map(|k| f64::from(k) / 10.0), Just(f64::INFINITY), Just(1e-10)]
}

/// Means, costs, n, budget.
fn problem(most: usize) -> impl Strategy<Value = (Vec<f64>, Vec<f64>, usize, f64)> {
    (1..=most).prop_flat_map(|arms| (weights(arms), costs(arms), 1..=arms, budget()))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Every vertex of `Σz = n` (or ≤ n), `Σcz ≤ ρ`, by trying each subset as the whole arms and each one or two others as
/// the parts.
fn vertices(costs: &[f64], n: usize, budget: f64, at_most: bool) -> Vec<Vec<f64>> {
    let arms = costs.len();
    let mut all = Vec::new();
    for mask in 0u32..1 << arms {
        let z: Vec<f64> = (0..arms).map(|k| f64::from(mask >> k & 1)).collect();
        let (size, cost) = (mask.count_ones() as usize, dot(&z, costs));
        if size > n || cost > budget + TOLERANCE {
            continue;
        }
        if size == n || at_most {
            all.push(z.clone());
        }
        let rest = budget - cost;
        for i in (0..arms).filter(|i| mask >> i & 1 == 0) {
            if at_most && size < n && rest > TOLERANCE && costs[i] > rest + TOLERANCE {
                let mut z = z.clone();
                z[i] = rest / costs[i];
                all.push(z);
            }
            for j in (0..arms).filter(|j| mask >> j & 1 == 0) {
                if size + 1 == n && costs[i] > rest + TOLERANCE && costs[j] < rest - TOLERANCE {
                    let mut z = z.clone();
                    z[i] = (rest - costs[j]) / (costs[i] - costs[j]);
                    z[j] = 1.0 - z[i];
                    all.push(z);
                }
            }
        }
    }
    all
}

/// Optimum of the linear program by a general solver; `None` where it has none.
fn general_solver(weights: &[f64], costs: &[f64], n: usize, budget: f64) -> Option<f64> {
    use microlp::{ComparisonOp, LinearExpr, OptimizationDirection, Problem};
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let z: Vec<_> = weights.iter().map(|&weight| problem.add_var(weight, (0.0, 1.0))).collect();
    let (mut size, mut cost) = (LinearExpr::empty(), LinearExpr::empty());
    for (&z, &c) in z.iter().zip(costs) {
        size.add(z, 1.0);
        cost.add(z, c);
    }
    problem.add_constraint(size, ComparisonOp::Eq, n as f64);
    if budget.is_finite() {
        problem.add_constraint(cost, ComparisonOp::Le, budget);
    }
    problem.solve().ok().map(|solution| solution.objective())
}

/// The vertex that the tie rule prefers among those within [`TIE`] of the best.
fn judge(means: &[f64], costs: &[f64], n: usize, budget: f64) -> (f64, Vec<f64>) {
    let reward = |z: &[f64]| relaxed_reward(RewardModel::Awc, means, z);
    let all = vertices(costs, n, budget, true);
    let best = all.iter().map(|z| reward(z)).fold(0.0, f64::max);
    let near: Vec<_> = all.into_iter().filter(|z| reward(z) >= best - TIE).collect();
    let most = near.iter().map(|z| z.iter().sum::<f64>()).fold(0.0, f64::max);
    let mut full: Vec<_> = near.into_iter().filter(|z| z.iter().sum::<f64>() >= most - TIE).collect();
    full.sort_by(|a, b| {
        let differing = a.iter().zip(b).find(|(a, b)| (*a - *b).abs() > TIE);
        differing.map_or(std::cmp::Ordering::Equal, |(a, b)| b.total_cmp(a))
    });
    (best, full.swap_remove(0))
}

fn bits(z: &[f64]) -> Vec<u64> {
    z.iter().map(|z| z.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn linear_program_is_optimal((w, c, n, budget) in problem(8)) {
        let mut z = vec![9.0; w.len()];
        let feasibility = Linear::new(w.len()).solve(&w, &c, n, budget, &mut z);
        let best = vertices(&c, n, budget, false).iter().map(|z| dot(&w, z)).fold(f64::NEG_INFINITY, f64::max);
        prop_assert!(z.iter().all(|z| (0.0..=1.0).contains(z)));
        prop_assert!((z.iter().sum::<f64>() - n as f64).abs() < 1e-12);
        let mut sorted = c.clone();
        sorted.sort_by(f64::total_cmp);
        let cheapest: f64 = sorted[..n].iter().sum();
        if feasibility == Feasibility::Infeasible {
            prop_assert!(cheapest > budget);
            prop_assert!(best == f64::NEG_INFINITY);
            prop_assert!((dot(&c, &z) - cheapest).abs() < 1e-12);
        } else {
            prop_assert!(cheapest <= budget + 1.1 * TOLERANCE);
            prop_assert!(dot(&c, &z) <= budget + 1.1 * TOLERANCE);
            prop_assert!((dot(&w, &z) - best).abs() < 1e-7, "{} {}", dot(&w, &z), best);
            if let Some(general) = general_solver(&w, &c, n, budget) {
                prop_assert!((dot(&w, &z) - general).abs() < 1e-6, "{} {}", dot(&w, &z), general);
            }
        }
    }

    #[test]
    fn guesses_change_no_bit(
        problems in (1..12usize).prop_flat_map(|arms| prop::collection::vec((weights(arms), costs(arms), 0..=arms, budget(), any::<bool>()), 1..6))
    ) {
        let arms = problems[0].0.len();
        let (mut warm, mut log, mut scratch) = (Linear::new(arms), Linear::new(arms), vec![0.0; arms]);
        for (w, c, n, budget, again) in problems {
            for nudge in 0..1 + 3 * usize::from(again) {
                let w: Vec<f64> = w.iter().enumerate().map(|(k, w)| w * (1.0 - 1e-3 * ((k * 7 + nudge) % 5) as f64)).collect();
                let (mut z, mut plain) = (vec![0.0; arms], vec![0.0; arms]);
                let a = warm.solve(&w, &c, n, budget, &mut z);
                let b = Linear::new(arms).exchange_loop(&w, &c, n, budget, &mut plain);
                prop_assert_eq!(a, b);
                prop_assert_eq!(bits(&z), bits(&plain));
                let logs: Vec<f64> = w.iter().map(|&w| log_mean(w)).collect();
                let a = log.solve_log(&w, &c, n, budget, &mut scratch, &mut z);
                let b = Linear::new(arms).exchange_loop(&logs, &c, n, budget, &mut plain);
                prop_assert_eq!(a, b);
                prop_assert_eq!(bits(&z), bits(&plain));
            }
        }
    }

    #[test]
    fn exact_vertex_is_best_and_obeys_the_tie_rule((means, c, n, budget) in problem(7)) {
        let mut z = vec![9.0; means.len()];
        Exact::new(means.len()).solve(&means, &c, n, budget, &mut z);
        let (best, vertex) = judge(&means, &c, n, budget);
        prop_assert!((relaxed_reward(RewardModel::Awc, &means, &z) - best).abs() <= 1.1 * TIE);
        prop_assert!(z.iter().zip(&vertex).all(|(a, b)| (a - b).abs() < 1e-9), "{:?} {:?}", z, vertex);
    }

    #[test]
    fn exact_remembers_nothing_that_matters(problems in (1..9usize).prop_flat_map(|arms| prop::collection::vec((weights(arms), costs(arms), 1..=arms, budget()), 2..6))) {
        let arms = problems[0].0.len();
        let (mut warm, mut z, mut cold) = (Exact::new(arms), vec![0.0; arms], vec![0.0; arms]);
        for (means, c, n, budget) in problems {
            warm.solve(&means, &c, n, budget, &mut z);
            Exact::new(arms).solve(&means, &c, n, budget, &mut cold);
            prop_assert_eq!(bits(&z), bits(&cold));
        }
    }

    /// Problems that creep on, as in learning: then sets noted for a neighbourhood take the place of the search.
    #[test]
    fn exact_remembers_nothing_that_matters_nearby(
        (means, c, n, budget) in problem(9),
        steps in prop::collection::vec((0..9usize, -8e-4..8e-4f64, -8e-4..8e-4f64, 0..40u8), 4..40),
    ) {
        let arms = means.len();
        // Below 1: certain arms need no search.
        let mut means: Vec<f64> = means.iter().map(|mean| 0.98 * mean).collect();
        let mut c = c;
        let (mut warm, mut z, mut cold) = (Exact::new(arms), vec![0.0; arms], vec![0.0; arms]);
        for (arm, up, dearer, leap) in steps {
            let scale = if leap == 0 { 20.0 } else { 1.0 };
            means[arm % arms] = (means[arm % arms] + scale * up).clamp(0.0, 1.0);
            c[arm % arms] = (c[arm % arms] + scale * dearer).max(0.0);
            warm.solve(&means, &c, n, budget, &mut z);
            Exact::new(arms).solve(&means, &c, n, budget, &mut cold);
            prop_assert_eq!(bits(&z), bits(&cold));
        }
    }

    #[test]
    fn greedy_keeps_its_promise((means, c, n, budget) in problem(7)) {
        let (arms, mut z) = (means.len(), vec![9.0; means.len()]);
        Greedy::new(arms, n).solve(&means, &c, budget, &mut z);
        prop_assert!(z.iter().all(|z| (0.0..=1.0).contains(z)));
        prop_assert!(z.iter().sum::<f64>() <= n as f64 + 1e-9);
        prop_assert!(dot(&c, &z) <= budget + 1.1 * TOLERANCE);
        let (best, _) = judge(&means, &c, n, budget);
        prop_assert!(relaxed_reward(RewardModel::Awc, &means, &z) >= (1.0 - 1.0 / std::f64::consts::E) * best - 1e-9);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn selection_and_loop_give_the_same_bits(
        (w, c, share, tightness) in (48..400usize).prop_flat_map(|arms| (weights(arms), costs(arms), 0.0..1.0, 0.0..1.2))
    ) {
        let arms = w.len();
        let n = 1 + (share * share * (arms - 1) as f64) as usize;
        let mut sorted = c.clone();
        sorted.sort_by(f64::total_cmp);
        let cheap: f64 = sorted[..n].iter().sum();
        let dear: f64 = sorted[arms - n..].iter().sum();
        let budget = cheap + tightness * tightness * (dear - cheap) - 0.001;
        let (mut z, mut plain) = (vec![0.0; arms], vec![0.0; arms]);
        let a = Linear::new(arms).solve(&w, &c, n, budget, &mut z);
        let b = Linear::new(arms).exchange_loop(&w, &c, n, budget, &mut plain);
        prop_assert_eq!(a, b);
        prop_assert_eq!(bits(&z), bits(&plain));
    }
}

#[test]
fn many_certain_arms_follow_the_tie_rule() {
    // All optimistic, nothing known to cost anything: the first n.
    let mut z = vec![0.0; 9];
    let mut exact = Exact::new(9);
    exact.solve(&[1.0; 9], &[0.0; 9], 4, 0.5, &mut z);
    assert_eq!(z, [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    // Only the last is certain: it must be in, the others by index.
    exact.solve(&[0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.0], &[0.1; 9], 4, 0.4, &mut z);
    assert_eq!(z, [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    // A budget for half an arm.
    exact.solve(&[1.0; 9], &[0.4; 9], 4, 0.2, &mut z);
    assert_eq!(z, [0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn odd_input_neither_panics_nor_hangs() {
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 1.0, 1e300, 1e-320, 0.5];
    for model in [RewardModel::Awc, RewardModel::Suc, RewardModel::Aic] {
        for n in [0, 1, 4, 9, 20] {
            let mut relaxation = Relaxation::new(model, 9, n, None).unwrap();
            for turn in 0..9 {
                for budget in [f64::NAN, 0.0, -1.0, 1.0, f64::INFINITY] {
                    let mut means = odd;
                    means.rotate_left(turn);
                    let mut z = [0.0; 9];
                    relaxation.solve(&means, &odd, budget, &mut z);
                    relaxation.solve(&[0.5; 9], &odd, budget, &mut z);
                    relaxation.solve(&means, &[0.5; 9], budget, &mut z);
                    relaxation.solve(&means[..3], &[0.5; 5], budget, &mut z[..4]);
                }
            }
        }
    }
}

#[test]
fn relaxed_reward_is_the_rewards_extension() {
    let means = [0.9, 0.4, 0.7];
    for model in [RewardModel::Awc, RewardModel::Suc, RewardModel::Aic] {
        let whole = relaxed_reward(model, &means, &[1.0, 0.0, 1.0]);
        assert!((whole - set_reward(model, &means, &[0, 2])).abs() < 1e-15);
    }
}
