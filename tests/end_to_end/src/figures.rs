//! What the measuring programs share: the game they play and the middle of their figures.

use serde_json::{Value, json};

/// Mean rewards of nine models, as in the example experiment.
pub const MEANS: [f64; 9] = [0.86, 0.84, 0.80, 0.77, 0.72, 0.66, 0.60, 0.55, 0.48];
/// Their mean costs.
pub const COSTS: [f64; 9] = [0.60, 0.45, 0.36, 0.25, 0.20, 0.14, 0.09, 0.05, 0.03];

/// The nine models as a synthetic experiment under SUC: one policy, at most `n` models a query, budget `ρ`.
pub fn nine_models(n: usize, budget: f64, policy: &Value, rounds: u32, replicates: u32, seed: u32) -> Value {
    let models: Vec<Value> = (MEANS.iter().zip(COSTS).enumerate())
        .map(|(k, (reward, cost))| json!({ "name": format!("m{k}"), "reward": reward, "cost": cost }))
        .collect();
    json!({
        "version": 1, "environment": { "kind": "synthetic", "cost_scale": 1, "models": models },
        "task": { "reward": "suc", "max_models": n, "budget": budget },
        "policies": [policy], "run": { "rounds": rounds, "replicates": replicates, "seed": seed }
    })
}

/// The median, the upper one of two; NaN of none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
