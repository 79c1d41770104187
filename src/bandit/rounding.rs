//! Dependent rounding: from a fractional `z` to a set (C2MAB-V, algorithm 2).
//!
//! Two fractional entries at a time trade mass until one of them is whole, so that every marginal stays
//! `E[1{k∈S}] = z_k`, the size of the set stays between `⌊Σz⌋` and `⌈Σz⌉`, and entries are negatively correlated.

use crate::random::unit;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// An entry this near to 0 or 1 is taken as 0 or 1, so that rounding errors of a sum like `x + (1 − x)` leave no
/// crumb behind to be rounded once more.
const WHOLE: f64 = 1e-12;

/// Rounds `z` (entries in [0,1]) in place: afterwards every entry is exactly 0 or 1. Draws one `u64` a trade, at most
/// one for each fractional entry, and none where there is nothing to round.
pub fn round<R: Rng + ?Sized>(z: &mut [f64], rng: &mut R) {
    round_with(z, |trade| unit(rng.next_u64()) < trade.up);
}

/// One coin of a rounding, and what it decided.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coin {
    /// What was at stake.
    pub trade: Trade,
    /// The draw in [0,1); below `trade.up` the first entry gains.
    pub draw: f64,
    /// Whether the first entry gained.
    pub up: bool,
    /// The first entry afterwards.
    pub first: f64,
    /// The second entry afterwards; 0 where there is none.
    pub second: f64,
}

/// Two fractional entries that trade, or the single one that is left over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Trade {
    /// Place of the first entry.
    pub i: usize,
    /// Place of the second; `None` where one is left over.
    pub j: Option<usize>,
    /// `z_i`.
    pub first: f64,
    /// `z_j`; 0 where one is left over.
    pub second: f64,
    /// Most that can move from `j` to `i`; all that is missing to 1 where one is left over.
    pub p: f64,
    /// Most that can move from `i` to `j`; all of it where one is left over.
    pub q: f64,
    /// Probability that `i` gains: `q/(p + q)`, or `z_i`.
    pub up: f64,
}

/// The same, telling of every coin.
pub fn round_aloud<R: Rng + ?Sized>(z: &mut [f64], rng: &mut R) -> Vec<Coin> {
    let mut coins = Vec::new();
    let whole = |z: f64| {
        if z <= WHOLE {
            0.0
        } else if z >= 1.0 - WHOLE {
            1.0
        } else {
            z
        }
    };
    round_with(z, |trade| {
        let draw = unit(rng.next_u64());
        let up = draw < trade.up;
        let moved = if up { trade.p } else { -trade.q };
        let second = if trade.j.is_some() { whole(trade.second - moved) } else { 0.0 };
        coins.push(Coin { trade, draw, up, first: whole(trade.first + moved), second });
        up
    });
    coins
}

/// The rounding itself; `coin` is true with the probability `up` of the trade.
#[inline(always)]
fn round_with(z: &mut [f64], mut coin: impl FnMut(Trade) -> bool) {
    // The first entry that is still fractional: its place and value. All before it are whole.
    let mut open: Option<(usize, f64)> = None;
    for j in 0..z.len() {
        let b = z[j];
        if !(b > WHOLE && b < 1.0 - WHOLE) {
            z[j] = if b > 0.5 { 1.0 } else { 0.0 };
            continue;
        }
        let Some((i, a)) = open else {
            open = Some((j, b));
            continue;
        };
        // p: most that can move from j to i; q: most that can move from i to j.
        let p = if 1.0 - a < b { 1.0 - a } else { b };
        let q = if a < 1.0 - b { a } else { 1.0 - b };
        let up = coin(Trade { i, j: Some(j), first: a, second: b, p, q, up: q / (p + q) });
        let (new_a, new_b) = if up { (a + p, b - p) } else { (a - q, b + q) };
        let a_is_open = new_a > WHOLE && new_a < 1.0 - WHOLE;
        let b_is_open = new_b > WHOLE && new_b < 1.0 - WHOLE;
        z[i] = if new_a > 0.5 { 1.0 } else { 0.0 };
        z[j] = if new_b > 0.5 { 1.0 } else { 0.0 };
        open = if a_is_open {
            Some((i, new_a))
        } else if b_is_open {
            Some((j, new_b))
        } else {
            None
        };
    }
    if let Some((i, a)) = open {
        let trade = Trade { i, j: None, first: a, second: 0.0, p: 1.0 - a, q: a, up: a };
        z[i] = if coin(trade) { 1.0 } else { 0.0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::reward::{relaxed_reward, set_reward};
    use crate::experiment::RewardModel;
    use proptest::prelude::*;

    /// Every outcome of rounding `z` with its probability, by playing all sequences of coins.
    fn outcomes(z: &[f64]) -> Vec<(f64, Vec<f64>)> {
        let mut open: Vec<Vec<bool>> = vec![Vec::new()];
        let mut all = Vec::new();
        while let Some(script) = open.pop() {
            let (mut rounded, mut probability, mut flips) = (z.to_vec(), 1.0, 0);
            round_with(&mut rounded, |Trade { up: p, .. }| {
                assert!((0.0..=1.0).contains(&p));
                let up = script.get(flips).copied().unwrap_or(true);
                flips += 1;
                probability *= if up { p } else { 1.0 - p };
                up
            });
            // Coins beyond the script fell on true; their other sides are to be played still.
            for end in script.len()..flips {
                let mut other = script.clone();
                other.resize(end, true);
                other.push(false);
                open.push(other);
            }
            all.push((probability, rounded));
        }
        all
    }

    fn entry() -> impl Strategy<Value = f64> {
        prop_oneof![0.0..=1.0, (0..=4u8).prop_map(|k| f64::from(k) / 4.0), Just(0.1), Just(0.9)]
    }

    proptest! {
        #[test]
        fn rounding_keeps_its_promises(
            (z, means, costs) in (0..=8usize).prop_flat_map(|arms| (
                prop::collection::vec(entry(), arms),
                prop::collection::vec(0.01..=1.0, arms),
                prop::collection::vec(0.0..=1.0, arms),
            ))
        ) {
            let all = outcomes(&z);
            let total: f64 = z.iter().sum();
            prop_assert!((all.iter().map(|(p, _)| p).sum::<f64>() - 1.0).abs() < 1e-9);
            for k in 0..z.len() {
                let marginal: f64 = all.iter().map(|(p, set)| p * set[k]).sum();
                prop_assert!((marginal - z[k]).abs() < 1e-9);
            }
            let spent: f64 = all.iter().map(|(p, set)| p * set.iter().zip(&costs).map(|(s, c)| s * c).sum::<f64>()).sum();
            prop_assert!((spent - z.iter().zip(&costs).map(|(z, c)| z * c).sum::<f64>()).abs() < 1e-9);
            let (mut awc, mut aic) = (0.0, 0.0);
            for (p, set) in &all {
                prop_assert!(set.iter().all(|s| *s == 0.0 || *s == 1.0));
                let size: f64 = set.iter().sum();
                prop_assert!((total - 1e-9).floor() <= size && size <= (total + 1e-9).ceil());
                let chosen: Vec<usize> = (0..set.len()).filter(|&k| set[k] == 1.0).collect();
                awc += p * set_reward(RewardModel::Awc, &means, &chosen);
                // As the product over a possibly empty set, which is what the relaxed value extends.
                aic += p * chosen.iter().map(|&k| means[k]).product::<f64>();
            }
            prop_assert!(awc >= relaxed_reward(RewardModel::Awc, &means, &z) - 1e-9);
            prop_assert!(aic >= relaxed_reward(RewardModel::Aic, &means, &z) - 1e-9);
        }
    }

    #[test]
    fn random_draws_keep_the_marginals() {
        use rand::SeedableRng;
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let z = [0.3, 1.0, 0.25, 0.8, 0.0, 0.65];
        let mut count = [0.0; 6];
        let draws = 40_000.0;
        for _ in 0..40_000 {
            let mut set = z;
            round(&mut set, &mut rng);
            assert_eq!(set.iter().sum::<f64>(), 3.0);
            count.iter_mut().zip(&set).for_each(|(count, s)| *count += s);
        }
        for (count, z) in count.iter().zip(&z) {
            // Six standard deviations: a false alarm is rarer than one in 10⁸.
            assert!((count / draws - z).abs() <= 6.0 * (z * (1.0 - z) / draws).sqrt());
        }
    }

    #[test]
    fn unit_covers_the_half_open_interval() {
        assert_eq!(unit(0), 0.0);
        assert_eq!(unit(1 << 63), 0.5);
        assert!(unit(u64::MAX) < 1.0 && unit(u64::MAX) > 1.0 - 1e-15);
    }

    #[test]
    fn odd_numbers_become_whole() {
        let mut z = [f64::NAN, f64::INFINITY, -3.0, 7.0, 0.5];
        round_with(&mut z, |_| true);
        assert!(z.iter().all(|z| *z == 0.0 || *z == 1.0));
    }
}
