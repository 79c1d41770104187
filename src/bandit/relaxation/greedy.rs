//! AWC's relaxation by continuous greedy (C2MAB-V, section 4.1): at least `1 − 1/e` of the optimum.

use super::linear::Linear;

/// `M`: steps from 0 to the end.
const STEPS: usize = 50;

/// Continuous greedy; create once, use every round.
#[derive(Debug, Clone)]
pub struct Greedy {
    arms: usize,
    n: usize,
    linear: Linear,
    /// Gradient `g`, then a weight of 0 for each of the `n` slack items that turn `Σv ≤ n` into `Σv = n`.
    gradient: Vec<f64>,
    /// Costs, then zeros.
    costs: Vec<f64>,
    direction: Vec<f64>,
    /// Sum of the directions so far: `z·M`.
    total: Vec<f64>,
    suffix: Vec<f64>,
}

impl Greedy {
    /// A solver for `arms` arms and sets of at most `n`.
    pub fn new(arms: usize, n: usize) -> Self {
        let n = n.min(arms);
        let items = arms + n;
        Greedy {
            arms,
            n,
            linear: Linear::new(items),
            gradient: vec![0.0; items],
            costs: vec![0.0; items],
            direction: vec![0.0; items],
            total: vec![0.0; arms],
            suffix: vec![1.0; arms + 1],
        }
    }

    /// Writes `z` for optimistic means `μ̄`, costs and budget; one entry an arm each.
    ///
    /// `M` = 50 times: `g_k = μ̄_k ∏_{j≠k}(1 − μ̄_j z_j)`, `v = argmax g·v` over `Σv ≤ n`, `Σcv ≤ ρ`, `z ← z + v/M`.
    pub fn solve(&mut self, means: &[f64], costs: &[f64], budget: f64, z: &mut [f64]) {
        let arms = self.arms.min(means.len()).min(costs.len()).min(z.len());
        let (means, z) = (&means[..arms], &mut z[..arms]);
        let items = arms + self.n.min(arms);
        let n = items - arms;
        self.costs[..arms].copy_from_slice(&costs[..arms]);
        self.costs[arms..].fill(0.0);
        self.total.fill(0.0);
        z.fill(0.0);
        for _ in 0..STEPS {
            // Products of all factors but one, from both sides: no division by a factor that may be 0.
            let mut product = 1.0;
            self.suffix[arms] = 1.0;
            for k in (0..arms).rev() {
                product *= 1.0 - means[k] * z[k];
                self.suffix[k] = product;
            }
            let mut prefix = 1.0;
            for k in 0..arms {
                self.gradient[k] = means[k] * prefix * self.suffix[k + 1];
                prefix *= 1.0 - means[k] * z[k];
            }
            self.gradient[arms..].fill(0.0);
            self.linear.solve(&self.gradient[..items], &self.costs[..items], n, budget, &mut self.direction[..items]);
            for ((z, total), v) in z.iter_mut().zip(&mut self.total).zip(&self.direction) {
                *total += v;
                *z = *total / STEPS as f64;
            }
        }
    }
}
