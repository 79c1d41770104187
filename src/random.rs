//! Randomness: the world's counter-based hash, the conversion of draws, and the few samplers that policies need.
//!
//! The world of round `t` in replicate `r` is a pure function of the seed, so every policy meets the same world and
//! what nobody observes costs nothing. A policy's own draws come from [`Stream`], keyed by what the policy is.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// A policy's own stream of `u64` draws: ChaCha with 8 rounds, the same everywhere, serialisable between rounds.
pub type Stream = ChaCha8Rng;

/// The odd constant nearest 2⁶⁴/φ: steps by it visit all of `u64` evenly.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A bijective finaliser of 64 bits (two xor-shift-multiply rounds; constants of Stafford's "Mix13").
#[inline(always)]
pub fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// The hash of a pair: `index` 0 is not special.
#[inline(always)]
pub fn hash(key: u64, index: u64) -> u64 {
    mix(key.wrapping_add(index.wrapping_add(1).wrapping_mul(STEP)))
}

/// A draw in [0,1) with 53 bits.
#[inline(always)]
pub fn unit(draw: u64) -> f64 {
    // By way of i64, which WebAssembly converts in one instruction.
    (draw >> 11) as i64 as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A draw in 0..`count` (bias below `count` / 2⁶⁴); 0 where `count` is 0.
#[inline(always)]
pub fn below(draw: u64, count: u64) -> u64 {
    ((u128::from(draw) * u128::from(count)) >> 64) as u64
}

/// Key of the world in one replicate.
pub fn world_key(seed: u64, replicate: u32) -> u64 {
    let digest = keyed(&[b"world", &seed.to_le_bytes(), &replicate.to_le_bytes()]);
    u64::from_le_bytes([digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7]])
}

/// Stream of one policy in one replicate; `canonical` is the policy's canonical JSON without its label, and
/// `occurrence` counts equal ones before it in the list.
pub fn policy_stream(seed: u64, replicate: u32, canonical: &str, occurrence: u32) -> Stream {
    Stream::from_seed(keyed(&[
        b"policy",
        &seed.to_le_bytes(),
        &replicate.to_le_bytes(),
        &occurrence.to_le_bytes(),
        canonical.as_bytes(),
    ]))
}

/// Another stream of the same policy, independent of the first: for a policy that draws in two places.
pub fn second_stream(stream: &Stream) -> Stream {
    let mut second = stream.clone();
    second.set_stream(1);
    second
}

fn keyed(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The place of `index` in a pseudo-random permutation of 0..`count`, without storing one: a four-round Feistel
/// network on the next even number of bits, walked until it lands inside. `index` < `count`.
pub fn permuted(key: u64, index: u64, count: u64) -> u64 {
    if count <= 1 {
        return 0;
    }
    let half = (64 - (count - 1).leading_zeros()).div_ceil(2).max(1);
    let mask = (1u64 << half) - 1;
    let mut place = index;
    loop {
        let (mut left, mut right) = (place >> half, place & mask);
        for round in 0..4 {
            (left, right) = (right, left ^ (hash(key ^ right, round) & mask));
        }
        place = (left << half) | right;
        if place < count {
            return place;
        }
    }
}

/// A standard normal draw (Marsaglia's polar method).
pub fn normal(stream: &mut Stream) -> f64 {
    loop {
        let u = 2.0 * unit(stream.next_u64()) - 1.0;
        let v = 2.0 * unit(stream.next_u64()) - 1.0;
        let s = u * u + v * v;
        if s > 0.0 && s < 1.0 {
            return u * (-2.0 * libm::log(s) / s).sqrt();
        }
    }
}

/// A Gamma(`shape`, 1) draw for `shape` ≥ 1 (Marsaglia and Tsang 2000).
pub fn gamma(stream: &mut Stream, shape: f64) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(stream);
        let v = 1.0 + c * x;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        let u = 1.0 - unit(stream.next_u64());
        if libm::log(u) < 0.5 * x * x + d - d * v + d * libm::log(v) {
            return d * v;
        }
    }
}

/// A Beta(`a`, `b`) draw for `a`, `b` ≥ 1.
pub fn beta(stream: &mut Stream, a: f64, b: f64) -> f64 {
    let x = gamma(stream, a);
    let y = gamma(stream, b);
    x / (x + y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permutation_visits_every_place_once() {
        for count in [1u64, 2, 3, 7, 64, 65, 1000] {
            let mut seen: Vec<u64> = (0..count).map(|index| permuted(42, index, count)).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..count).collect::<Vec<_>>());
        }
        let order: Vec<u64> = (0..1000).map(|index| permuted(1, index, 1000)).collect();
        assert_ne!(order, (0..1000).map(|index| permuted(2, index, 1000)).collect::<Vec<_>>());
    }

    #[test]
    fn beta_draws_have_the_right_mean_and_variance() {
        let mut stream = policy_stream(7, 0, "{}", 0);
        for (a, b) in [(1.0, 1.0), (3.0, 2.0), (50.0, 150.0)] {
            let draws: Vec<f64> = (0..40_000).map(|_| beta(&mut stream, a, b)).collect();
            let mean = draws.iter().sum::<f64>() / draws.len() as f64;
            let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / draws.len() as f64;
            let (true_mean, true_variance) = (a / (a + b), a * b / ((a + b) * (a + b) * (a + b + 1.0)));
            // Six standard errors of the mean; the variance within a tenth.
            assert!((mean - true_mean).abs() < 6.0 * (true_variance / 40_000.0f64).sqrt(), "{a} {b} {mean}");
            assert!((variance / true_variance - 1.0).abs() < 0.1, "{a} {b} {variance}");
        }
    }

    #[test]
    fn draws_are_pinned() {
        assert_eq!(mix(1), 0x5692_161D_100B_05E5);
        assert!((unit(u64::MAX) - 1.0).abs() < 1e-15 && unit(u64::MAX) < 1.0);
        assert_eq!(below(u64::MAX, 10), 9);
    }
}
