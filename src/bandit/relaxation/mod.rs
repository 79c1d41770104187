//! The relaxed problem of the local server: which fractional set `z ∈ [0,1]^K` is best within the budget
//! (C2MAB-V, section 4.1).
//!
//! Under SUC and AIC it is a linear program over `Σz = n`, `Σcz ≤ ρ` ([`linear`]; [`selection`] for many arms). Under
//! AWC it is the maximum of a multilinear function over `Σz ≤ n`, `Σcz ≤ ρ`, found by vertex search ([`exact`]) or
//! approached by continuous greedy ([`greedy`]).
//!
//! Every solver owns its scratch space and allocates nothing in `solve`. What a solver remembers of its last problem
//! makes the next one faster and never changes its result.

pub mod exact;
pub mod greedy;
pub mod linear;
pub mod selection;

use super::explained::Solved;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{RewardModel, Solver};
use exact::Exact;
use greedy::Greedy;
use linear::Linear;

/// By how much a set may exceed the budget (in units of scaled cost) and still count as feasible: rounding errors of a
/// sum of costs must not turn an exact fit away.
pub const TOLERANCE: f64 = 1e-9;

/// Whether any set of the required size fits the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feasibility {
    /// `z` solves the relaxed problem.
    Feasible,
    /// The `n` cheapest arms cost more than the budget; `z` is those arms.
    Infeasible,
}

/// Most sets (of at most N out of K arms) for which AWC's relaxation is solved exactly unless asked otherwise.
pub const EXACT_BY_DEFAULT: u64 = 1_000;
/// Most sets for which it is solved exactly at all.
pub const EXACT_AT_MOST: u64 = 20_000;

/// `C(K, ≤N)`: number of sets of at most `n` out of `arms` arms, the empty set included; `u64::MAX` where it is more.
pub fn set_count(arms: usize, n: usize) -> u64 {
    let arms = arms as u64;
    let (mut sum, mut choose) = (1u64, 1u64);
    for size in 1..=(n as u64).min(arms) {
        // C(K, s) = C(K, s−1)·(K−s+1)/s, exact at each step.
        let Some(product) = choose.checked_mul(arms - size + 1) else { return u64::MAX };
        choose = product / size;
        sum = sum.saturating_add(choose);
    }
    sum
}

/// Which solver AWC's relaxation gets: the one asked for, else exact while [`set_count`] ≤ [`EXACT_BY_DEFAULT`].
///
/// # Errors
/// `TooLarge` where exact is asked for above [`EXACT_AT_MOST`] sets.
pub fn awc_solver(arms: usize, n: usize, asked: Option<Solver>) -> Result<Solver> {
    let sets = set_count(arms, n);
    match asked {
        None if sets <= EXACT_BY_DEFAULT => Ok(Solver::Exact),
        None => Ok(Solver::Greedy),
        Some(Solver::Exact) if sets > EXACT_AT_MOST => {
            Err(Error::new(ErrorKind::TooLarge, format!("at most {EXACT_AT_MOST} sets for the exact solver"))
                .at_field("solver")
                .found(format!("{sets} sets of at most {n} out of {arms} models")))
        }
        Some(solver) => Ok(solver),
    }
}

/// Solver of the relaxed problem under one reward model.
#[derive(Debug, Clone)]
pub struct Relaxation {
    n: usize,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Suc(Linear),
    Aic { linear: Linear, weights: Vec<f64> },
    AwcExact(Box<Exact>),
    AwcGreedy(Greedy),
}

impl Relaxation {
    /// A solver for `arms` arms and sets of `n` (at most `n` under AWC). `asked` chooses AWC's solver.
    ///
    /// # Errors
    /// Those of [`awc_solver`].
    pub fn new(model: RewardModel, arms: usize, n: usize, asked: Option<Solver>) -> Result<Self> {
        let kind = match model {
            RewardModel::Suc => Kind::Suc(Linear::new(arms)),
            RewardModel::Aic => Kind::Aic { linear: Linear::new(arms), weights: vec![0.0; arms] },
            RewardModel::Awc => match awc_solver(arms, n, asked)? {
                Solver::Exact => Kind::AwcExact(Box::new(Exact::new(arms))),
                Solver::Greedy => Kind::AwcGreedy(Greedy::new(arms, n)),
            },
        };
        Ok(Relaxation { n, kind })
    }

    /// What solves it.
    pub fn solved(&self) -> Solved {
        match self.kind {
            Kind::Suc(_) | Kind::Aic { .. } => Solved::Linear,
            Kind::AwcExact(_) => Solved::Exact,
            Kind::AwcGreedy(_) => Solved::Greedy,
        }
    }

    /// Writes to `z` the solution for optimistic means `μ̄` and lower cost bounds `c̲`, one entry an arm each, and a
    /// budget `ρ` in the costs' unit (infinite = unconstrained). Under AWC always feasible: the empty set fits.
    pub fn solve(&mut self, means: &[f64], costs: &[f64], budget: f64, z: &mut [f64]) -> Feasibility {
        match &mut self.kind {
            Kind::Suc(linear) => linear.solve(means, costs, self.n, budget, z),
            Kind::Aic { linear, weights } => linear.solve_log(means, costs, self.n, budget, weights, z),
            Kind::AwcExact(exact) => {
                exact.solve(means, costs, self.n, budget, z);
                Feasibility::Feasible
            }
            Kind::AwcGreedy(greedy) => {
                greedy.solve(means, costs, budget, z);
                Feasibility::Feasible
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_counted() {
        assert_eq!(set_count(9, 4), 1 + 9 + 36 + 84 + 126);
        assert_eq!(set_count(3, 5), 8);
        assert_eq!(set_count(0, 0), 1);
        assert_eq!(set_count(200, 100), u64::MAX);
    }

    #[test]
    fn solver_is_chosen_by_size() {
        assert_eq!(awc_solver(9, 4, None), Ok(Solver::Exact));
        assert_eq!(awc_solver(20, 4, None), Ok(Solver::Greedy));
        assert_eq!(awc_solver(20, 4, Some(Solver::Exact)), Ok(Solver::Exact));
        assert_eq!(awc_solver(9, 4, Some(Solver::Greedy)), Ok(Solver::Greedy));
        assert_eq!(awc_solver(200, 10, Some(Solver::Exact)).unwrap_err().kind, ErrorKind::TooLarge);
    }
}
