// C2MAB-V under SUC in plain JavaScript: typed arrays, no allocation in a round, an xorshift128 generator.
"use strict";

/** Plays every replicate of the game; mean reward and mean cost a round. */
function play({ means, costs, n, budget, rounds, replicates, alpha_mu, alpha_c, spread, seed }) {
  const TOLERANCE = 1e-9, WHOLE = 1e-12;
  const arms = means.length;
  const mean = Float64Array.from(means), price = Float64Array.from(costs);
  const seen = new Float64Array(arms), half = new Float64Array(arms);
  const rewardMean = new Float64Array(arms), costMean = new Float64Array(arms);
  const upper = new Float64Array(arms), lower = new Float64Array(arms), z = new Float64Array(arms);
  const order = Int32Array.from({ length: arms }, (_, k) => k);
  let a = seed | 0, b = 0x9e3779b9 | 0, c = 0x243f6a88 | 0, d = 0xb7e15162 | 0;

  function draw() {
    let x = d;
    d = c;
    c = b;
    b = a;
    x ^= x << 11;
    x ^= x >>> 8;
    a = x ^ a ^ (a >>> 19);
    return (a >>> 0) / 4294967296;
  }

  /** Closed form of max Σ upper·z with Σ z = n and Σ lower·z ≤ budget; the first n of `order` are the set. */
  function relax() {
    for (let place = 0; place < n; place++) {
      let best = place;
      for (let other = place + 1; other < arms; other++) {
        const p = order[other], q = order[best];
        if (upper[p] > upper[q] || (upper[p] === upper[q] && lower[p] < lower[q])) best = other;
      }
      const arm = order[place];
      order[place] = order[best];
      order[best] = arm;
    }
    z.fill(0);
    let cost = 0;
    for (let place = 0; place < n; place++) {
      z[order[place]] = 1;
      cost += lower[order[place]];
    }
    if (cost <= budget + TOLERANCE) return;
    for (;;) {
      let smallest = Infinity, i = -1, j = -1;
      for (let p = 0; p < n; p++) {
        const value = upper[order[p]], dear = lower[order[p]];
        for (let q = n; q < arms; q++) {
          const saved = dear - lower[order[q]];
          if (saved > 0) {
            const lost = value - upper[order[q]];
            if (lost < smallest * saved) {
              smallest = lost / saved;
              i = p;
              j = q;
            }
          }
        }
      }
      if (i < 0) return; // Nothing cheaper is left: infeasible, and these are the n cheapest.
      const out = order[i], into = order[j], saved = lower[out] - lower[into];
      if (cost - saved <= budget + TOLERANCE) {
        const share = Math.min((cost - budget) / saved, 1);
        z[out] = 1 - share;
        z[into] = share;
        return;
      }
      z[out] = 0;
      z[into] = 1;
      order[i] = into;
      order[j] = out;
      cost -= saved;
    }
  }

  const fractional = (x) => x > WHOLE && x < 1 - WHOLE;

  /** Makes z whole, every marginal kept: two fractional entries trade until one of them is whole. */
  function round() {
    let i = -1;
    for (let j = 0; j < arms; j++) {
      if (!fractional(z[j])) continue;
      if (i < 0) {
        i = j;
        continue;
      }
      const p = Math.min(1 - z[i], z[j]), q = Math.min(z[i], 1 - z[j]);
      if (draw() * (p + q) < q) {
        z[i] += p;
        z[j] -= p;
      } else {
        z[i] -= q;
        z[j] += q;
      }
      if (!fractional(z[i])) i = fractional(z[j]) ? j : -1;
    }
    if (i >= 0) z[i] = draw() < z[i] ? 1 : 0;
  }

  const constant = Math.log((2 * Math.PI * Math.PI * arms * rounds) / 3); // delta = 1/T
  let rewards = 0, spent = 0;
  for (let replicate = 0; replicate < replicates; replicate++) {
    seen.fill(0);
    half.fill(Number.MAX_VALUE);
    rewardMean.fill(0);
    costMean.fill(0);
    for (let t = 1; t <= rounds; t++) {
      const logarithm = constant + 3 * Math.log(t);
      for (let k = 0; k < arms; k++) {
        const radius = Math.sqrt(logarithm * half[k]);
        upper[k] = Math.min(rewardMean[k] + alpha_mu * radius, 1);
        lower[k] = Math.max(costMean[k] - alpha_c * radius, 0);
      }
      relax();
      round();
      for (let k = 0; k < arms; k++) {
        if (z[k] > 0.5) {
          const reward = draw() < mean[k] ? 1 : 0;
          const cost = price[k] * (1 - spread + 2 * spread * draw());
          const inverse = 1 / ++seen[k];
          half[k] = 0.5 * inverse;
          rewardMean[k] += (reward - rewardMean[k]) * inverse;
          costMean[k] += (cost - costMean[k]) * inverse;
          rewards += reward;
          spent += cost;
        }
      }
    }
  }
  return { reward: rewards / (rounds * replicates), cost: spent / (rounds * replicates) };
}
