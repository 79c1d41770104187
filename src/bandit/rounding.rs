//! Dependent rounding: from a fractional `z` to a set (C2MAB-V, algorithm 2).
//!
//! Two fractional entries at a time trade mass until one of them is whole, so that every marginal stays
//! `E[1{k∈S}] = z_k`, the size of the set stays between `⌊Σz⌋` and `⌈Σz⌉`, and entries are negatively correlated.

use rand::Rng;

/// An entry this near to 0 or 1 is taken as 0 or 1, so that rounding errors of a sum like `x + (1 − x)` leave no
/// crumb behind to be rounded once more.
const WHOLE: f64 = 1e-12;

/// A uniform number in [0,1) with 53 random bits, by the same arithmetic on every machine.
pub fn unit(bits: u64) -> f64 {
    const STEP: f64 = 1.0 / (1u64 << 53) as f64;
    (bits >> 11) as f64 * STEP
}

/// Rounds `z` (entries in [0,1]) in place: afterwards every entry is exactly 0 or 1. Draws one `u64` a trade, at most
/// one for each fractional entry, and none where there is nothing to round.
pub fn round<R: Rng + ?Sized>(z: &mut [f64], rng: &mut R) {
    round_with(z, |probability| unit(rng.next_u64()) < probability);
}

/// The rounding itself; `coin(p)` is true with probability `p`.
fn round_with(z: &mut [f64], mut coin: impl FnMut(f64) -> bool) {
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
        let up = coin(q / (p + q));
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
        z[i] = if coin(a) { 1.0 } else { 0.0 };
    }
}
