//! Expected reward of a set of models, and its extension to fractional sets (C2MAB-V, section 3).

use crate::experiment::RewardModel;

/// Lower clamp of a mean before its logarithm is taken under AIC.
pub const SMALLEST_MEAN: f64 = 1e-12;

/// Expected reward `r(S; μ)` of a set, given as arm indices, under means in [0,1] and independence between arms.
///
/// The empty set has 0 under every model: nothing answers, so nothing succeeds. An index beyond `means` is skipped.
///
/// ```
/// use llm_selection::{bandit::reward::set_reward, experiment::RewardModel};
/// assert_eq!(set_reward(RewardModel::Awc, &[0.5, 0.5, 0.9], &[0, 1]), 0.75);
/// ```
pub fn set_reward(model: RewardModel, means: &[f64], set: &[usize]) -> f64 {
    if set.is_empty() {
        return 0.0;
    }
    let chosen = set.iter().filter_map(|&arm| means.get(arm));
    match model {
        RewardModel::Awc => 1.0 - chosen.fold(1.0, |miss, mean| miss * (1.0 - mean)),
        RewardModel::Suc => chosen.sum(),
        RewardModel::Aic => chosen.product(),
    }
}

/// Value of the relaxed problem's objective at `z`: `1 − ∏(1 − μ z)`, `Σ μ z`, or `∏ μ^z` with `μ` clamped below at
/// [`SMALLEST_MEAN`]. `means` and `z` have one entry an arm.
///
/// Equals [`set_reward`] where `z` is the indicator of a non-empty set (under AIC up to rounding and the clamp).
pub fn relaxed_reward(model: RewardModel, means: &[f64], z: &[f64]) -> f64 {
    let pairs = means.iter().zip(z);
    match model {
        RewardModel::Awc => 1.0 - pairs.fold(1.0, |miss, (mean, z)| miss * (1.0 - mean * z)),
        RewardModel::Suc => pairs.map(|(mean, z)| mean * z).sum(),
        RewardModel::Aic => libm::exp(pairs.filter(|(_, z)| **z > 0.0).map(|(mean, z)| log_mean(*mean) * z).sum()),
    }
}

/// `ln μ` with `μ` clamped below at [`SMALLEST_MEAN`]: an arm's weight under AIC.
pub fn log_mean(mean: f64) -> f64 {
    libm::log(if mean > SMALLEST_MEAN { mean } else { SMALLEST_MEAN })
}

#[cfg(test)]
mod tests {
    use super::*;
    use RewardModel::{Aic, Awc, Suc};

    #[test]
    fn known_values() {
        let means = [0.9, 0.5, 0.8, 0.0, 1.0];
        assert!((set_reward(Awc, &means, &[0, 1]) - 0.95).abs() < 1e-15);
        assert!((set_reward(Suc, &means, &[0, 1, 2]) - 2.2).abs() < 1e-15);
        assert!((set_reward(Aic, &means, &[0, 2]) - 0.72).abs() < 1e-15);
        assert_eq!(set_reward(Awc, &means, &[4, 3]), 1.0);
        assert_eq!(set_reward(Aic, &means, &[4, 3]), 0.0);
        for model in [Awc, Suc, Aic] {
            assert_eq!(set_reward(model, &means, &[]), 0.0);
            let z = [1.0, 0.0, 1.0, 0.0, 0.0];
            let whole = set_reward(model, &means, &[0, 2]);
            assert!((relaxed_reward(model, &means, &z) - whole).abs() < 1e-15);
        }
        assert!((relaxed_reward(Aic, &[0.25, 0.5], &[0.5, 1.0]) - 0.25).abs() < 1e-15);
    }
}
