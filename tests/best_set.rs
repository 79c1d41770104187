//! The best set against all sets.

use llm_selection::bandit::best_set::{NODE_LIMIT, best_set};
use llm_selection::bandit::relaxation::TOLERANCE;
use llm_selection::bandit::reward::set_reward;
use llm_selection::experiment::RewardModel;
use llm_selection::random::unit;
use proptest::prelude::*;
use rand::{Rng, SeedableRng};

const MODELS: [RewardModel; 3] = [RewardModel::Awc, RewardModel::Suc, RewardModel::Aic];

fn numbers(arms: usize, top: f64) -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        prop::collection::vec(0.0..=top, arms),
        prop::collection::vec((0..=4u8).prop_map(move |k| top * f64::from(k) / 4.0), arms),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_set_is_better(
        (means, costs, n, budget, at_least_one) in (1..=8usize).prop_flat_map(|arms| (
            numbers(arms, 1.0),
            numbers(arms, 0.4),
            1..=arms,
            prop_oneof![0.01..2.0, (1..=20u8).prop_map(|k| f64::from(k) / 10.0), Just(f64::INFINITY)],
            any::<bool>(),
        ))
    ) {
        let arms = means.len();
        for model in MODELS {
            let found = best_set(model, &means, &costs, n, budget, at_least_one, NODE_LIMIT);
            let cost = |set: &[usize]| set.iter().map(|&arm| costs[arm]).sum::<f64>();
            let best = (0u32..1 << arms)
                .map(|mask| (0..arms).filter(|k| mask >> k & 1 == 1).collect::<Vec<_>>())
                .filter(|set| if model == RewardModel::Awc { set.len() <= n } else { set.len() == n })
                .filter(|set| model != RewardModel::Awc || !at_least_one || !set.is_empty())
                .filter(|set| cost(set) <= budget + TOLERANCE)
                .map(|set| set_reward(model, &means, &set))
                .reduce(f64::max);
            prop_assert!(found.proven);
            prop_assert!(found.set.is_sorted_by(|a, b| a < b));
            prop_assert!((found.cost - cost(&found.set)).abs() < 1e-12);
            prop_assert_eq!(found.feasible, best.is_some());
            if let Some(best) = best {
                prop_assert!(found.cost <= budget + 1.1 * TOLERANCE);
                prop_assert!((found.reward - best).abs() < 1e-9, "{:?} {:?} {}", model, found, best);
                let size = found.set.len();
                prop_assert!(size == n || (model == RewardModel::Awc && size < n));
            } else {
                let size = if model == RewardModel::Awc { 1 } else { n };
                prop_assert_eq!(found.set.len(), size);
                let mut sorted = costs.clone();
                sorted.sort_by(f64::total_cmp);
                prop_assert!((found.cost - sorted[..size].iter().sum::<f64>()).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn two_hundred_models_take_few_branches() {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(11);
    for model in MODELS {
        let mut visits: Vec<u64> = (0..21)
            .map(|_| {
                let means: Vec<f64> = (0..200).map(|_| 0.3 + 0.65 * unit(rng.next_u64())).collect();
                let costs: Vec<f64> = means.iter().map(|mean| 0.6 * mean * unit(rng.next_u64())).collect();
                let found = best_set(model, &means, &costs, 10, 0.8, true, NODE_LIMIT);
                assert!(found.proven && found.feasible);
                found.nodes
            })
            .collect();
        visits.sort_unstable();
        println!("{model:?}: median {} branches, largest {}", visits[10], visits[20]);
        assert!(visits[10] < 5_000);
    }
}

#[test]
fn a_stopped_search_says_so() {
    let means: Vec<f64> = (0..40).map(|k| 0.5 + 0.011 * f64::from(k)).collect();
    let costs: Vec<f64> = (0..40).map(|k| 0.1 + 0.003 * f64::from(k * k % 17)).collect();
    assert!(!best_set(RewardModel::Suc, &means, &costs, 7, 0.8123, true, 1).proven);
    assert!(best_set(RewardModel::Suc, &means, &costs, 7, 0.8123, true, NODE_LIMIT).proven);
}

#[test]
fn odd_input_ends() {
    let odd = [f64::NAN, f64::INFINITY, -1.0, 0.0, 0.5];
    for model in MODELS {
        for budget in [f64::NAN, -1.0, 0.0, 1.0] {
            best_set(model, &odd, &odd, 3, budget, true, 1_000);
            best_set(model, &[0.5; 5], &odd, 3, budget, true, 1_000);
        }
        assert!(best_set(model, &[], &[], 3, 1.0, true, 10).set.is_empty());
    }
}
