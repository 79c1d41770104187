"""C2MAB-V under SUC compiled by numba: plain loops over scalars, no allocation in a round, a splitmix64 generator."""

import math

import numpy as np
from numba import njit, uint64

TOLERANCE = 1e-9
WHOLE = 1e-12


@njit(inline="always")
def draw(state):
    """The next number in [0,1)."""
    state[0] += uint64(0x9E3779B97F4A7C15)
    x = state[0]
    x = (x ^ (x >> uint64(30))) * uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> uint64(27))) * uint64(0x94D049BB133111EB)
    x ^= x >> uint64(31)
    return np.int64(x >> uint64(11)) * (1.0 / 9007199254740992.0)


@njit(error_model="numpy")
def first(order, keys, ties, n):
    """Moves the n arms of smallest (key, tie) to the front of `order`."""
    for place in range(n):
        best = place
        for other in range(place + 1, len(order)):
            a, b = order[other], order[best]
            if keys[a] < keys[b] or (keys[a] == keys[b] and ties[a] < ties[b]):
                best = other
        order[place], order[best] = order[best], order[place]


@njit(error_model="numpy")
def solve(w, c, minus_w, n, budget, order, z):
    """The closed form of the relaxed problem; the first n of `order` are the set."""
    arms = len(w)
    first(order, minus_w, c, n)
    z[:] = 0.0
    cost = 0.0
    for place in range(n):
        z[order[place]] = 1.0
        cost += c[order[place]]
    if cost <= budget + TOLERANCE:
        return
    while True:
        smallest, i, j = math.inf, -1, -1
        for a in range(n):
            wa, ca = w[order[a]], c[order[a]]
            for b in range(n, arms):
                saved = ca - c[order[b]]
                if saved > 0.0:
                    lost = wa - w[order[b]]
                    if lost < smallest * saved:
                        smallest, i, j = lost / saved, a, b
        if i < 0:  # Nothing cheaper is left: infeasible, and these are the n cheapest.
            return
        out, into = order[i], order[j]
        saved = c[out] - c[into]
        if cost - saved <= budget + TOLERANCE:
            share = min((cost - budget) / saved, 1.0)
            z[out], z[into] = 1.0 - share, share
            return
        z[out], z[into] = 0.0, 1.0
        order[i], order[j] = into, out
        cost -= saved


@njit(error_model="numpy")
def dependent_rounding(z, state):
    """Makes z whole, every marginal kept: two fractional entries trade until one of them is whole."""
    i = -1
    for j in range(len(z)):
        if z[j] <= WHOLE or z[j] >= 1.0 - WHOLE:
            continue
        if i < 0:
            i = j
            continue
        p, q = min(1.0 - z[i], z[j]), min(z[i], 1.0 - z[j])
        if draw(state) * (p + q) < q:
            z[i] += p
            z[j] -= p
        else:
            z[i] -= q
            z[j] += q
        if z[i] <= WHOLE or z[i] >= 1.0 - WHOLE:
            i = j if WHOLE < z[j] < 1.0 - WHOLE else -1
    if i >= 0:
        z[i] = 1.0 if draw(state) < z[i] else 0.0


@njit(error_model="numpy")
def replicate(means, costs, n, budget, rounds, alpha_mu, alpha_c, spread, state):
    """One replicate; sums of reward and cost."""
    arms = len(means)
    constant = math.log(2.0 * math.pi**2 * arms * rounds / 3.0)  # delta = 1/T
    seen, half = np.zeros(arms), np.full(arms, np.finfo(np.float64).max)
    reward_mean, cost_mean = np.zeros(arms), np.zeros(arms)
    upper, minus, lower, z = np.ones(arms), np.ones(arms), np.zeros(arms), np.zeros(arms)
    order = np.arange(arms)
    reward_sum = cost_sum = 0.0
    for t in range(1, rounds + 1):
        logarithm = constant + 3.0 * math.log(t)
        for k in range(arms):
            radius = math.sqrt(logarithm * half[k])
            upper[k] = min(reward_mean[k] + alpha_mu * radius, 1.0)
            minus[k] = -upper[k]
            lower[k] = max(cost_mean[k] - alpha_c * radius, 0.0)
        solve(upper, lower, minus, n, budget, order, z)
        dependent_rounding(z, state)
        for k in range(arms):
            if z[k] > 0.5:
                reward = 1.0 if draw(state) < means[k] else 0.0
                cost = costs[k] * (1.0 - spread + 2.0 * spread * draw(state))
                seen[k] += 1.0
                inverse = 1.0 / seen[k]
                half[k] = 0.5 * inverse
                reward_mean[k] += (reward - reward_mean[k]) * inverse
                cost_mean[k] += (cost - cost_mean[k]) * inverse
                reward_sum += reward
                cost_sum += cost
    return reward_sum, cost_sum


def play(game):
    """Plays every replicate; mean reward and mean cost a round."""
    means, costs = np.array(game["means"]), np.array(game["costs"])
    state = np.array([game["seed"]], dtype=np.uint64)
    reward_sum = cost_sum = 0.0
    for _ in range(game["replicates"]):
        reward, cost = replicate(
            means, costs, game["n"], game["budget"], game["rounds"],
            game["alpha_mu"], game["alpha_c"], game["spread"], state,
        )
        reward_sum += reward
        cost_sum += cost
    total = game["rounds"] * game["replicates"]
    return reward_sum / total, cost_sum / total
