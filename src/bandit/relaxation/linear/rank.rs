//! The best arms of few, by counting: no branch and no order to keep.

/// Arms that are ranked together.
const LANES: usize = 4;

/// Marks the top `n` by larger key, then cheaper, then lower index.
#[inline]
pub(super) fn rank(inside: &mut [f64], keys: &[f64], costs: &[f64], n: usize) {
    if rank_distinct(inside, keys, n) {
        return;
    }
    let arms = inside.len();
    let (keys, costs) = (&keys[..arms], &costs[..arms]);
    rank_by(inside, n, |a, b| (keys[b] > keys[a]) | ((keys[b] == keys[a]) & (costs[b] < costs[a])));
}

/// Marks the `n` cheapest, then larger weight, then lower index; `keys` is scratch space.
#[inline]
pub(super) fn cheapest(inside: &mut [f64], keys: &mut [f64], weights: &[f64], costs: &[f64], n: usize) {
    for (key, cost) in keys.iter_mut().zip(costs) {
        *key = -cost;
    }
    if rank_distinct(inside, keys, n) {
        return;
    }
    rank_by(inside, n, |a, b| {
        let (ca, cb) = (costs[a], costs[b]);
        (cb < ca) | ((cb == ca) & (weights[b] > weights[a]))
    });
}

/// Marks the top `n` by larger key; false where equal keys leave that open, and for few arms.
#[inline]
fn rank_distinct(inside: &mut [f64], keys: &[f64], n: usize) -> bool {
    let n = n as f64;
    let (whole, _) = keys.as_chunks::<LANES>();
    let (marks, _) = inside.as_chunks_mut::<LANES>();
    for (marks, lanes) in marks.iter_mut().zip(whole) {
        *marks = marks_of(lanes, keys, n);
    }
    // The last lanes again, so that none remain.
    let (Some(marks), Some(lanes)) = (inside.last_chunk_mut::<LANES>(), keys.last_chunk::<LANES>()) else {
        return false;
    };
    *marks = marks_of(lanes, keys, n);
    let (whole, rest) = inside.as_chunks::<LANES>();
    let mut members = [0.0; LANES];
    for marks in whole {
        for (sum, mark) in members.iter_mut().zip(marks) {
            *sum += mark;
        }
    }
    members.iter().chain(rest).sum::<f64>() == n
}

/// 1 for the keys that fewer than `n` others exceed, else 0.
#[inline]
fn marks_of(lanes: &[f64; LANES], keys: &[f64], n: f64) -> [f64; LANES] {
    let mut above = [0.0; LANES];
    for &key in keys {
        for (count, lane) in above.iter_mut().zip(lanes) {
            *count += if key > *lane { 1.0 } else { 0.0 };
        }
    }
    above.map(|count| if count < n { 1.0 } else { 0.0 })
}

/// Marks the first `n` arms, by counting who beats whom; `beats(a, b)` for `a < b`: whether `b` comes before `a`.
#[inline]
fn rank_by(inside: &mut [f64], n: usize, beats: impl Fn(usize, usize) -> bool) {
    let arms = inside.len();
    // Each entry counts first how many arms come before its own; counts are small whole numbers, exact in f64.
    inside.fill(0.0);
    for b in 1..arms {
        let mut before = 0.0;
        for (a, count) in inside[..b].iter_mut().enumerate() {
            let later = beats(a, b);
            *count += if later { 1.0 } else { 0.0 };
            before += if later { 0.0 } else { 1.0 };
        }
        inside[b] += before;
    }
    let n = n as f64;
    for entry in inside {
        *entry = if *entry < n { 1.0 } else { 0.0 };
    }
}
