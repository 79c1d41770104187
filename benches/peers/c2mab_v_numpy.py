"""C2MAB-V under SUC as a numpy loop: vectorised over the arms, one pass of Python a round.

`closed_form` and `linprog` are two solvers of the relaxed problem
max w·z over z in [0,1]^K with sum(z) = n and c·z <= budget.
"""

import numpy as np
from scipy import optimize

TOLERANCE = 1e-9


def closed_form(w, c, n, budget):
    """From the n best arms on, exchanges the pair of smallest loss per cost saved until the budget holds."""
    z = np.zeros(len(w))
    z[np.lexsort((c, -w))[:n]] = 1.0
    cost = c @ z
    if cost <= budget + TOLERANCE:
        return z
    cheapest = np.lexsort((-w, c))[:n]
    if c[cheapest].sum() > budget + TOLERANCE:
        z[:] = 0.0
        z[cheapest] = 1.0
        return z
    while True:
        inside, outside = np.flatnonzero(z), np.flatnonzero(z == 0.0)
        saved = c[inside, None] - c[outside]
        lost = w[inside, None] - w[outside]
        ratio = np.divide(lost, saved, out=np.full_like(lost, np.inf), where=saved > 0.0)
        i, j = divmod(ratio.argmin(), len(outside))
        out, into = inside[i], outside[j]
        if cost - saved[i, j] <= budget + TOLERANCE:
            share = min((cost - budget) / saved[i, j], 1.0)
            z[out], z[into] = 1.0 - share, share
            return z
        z[out], z[into] = 0.0, 1.0
        cost = c @ z


def linprog(w, c, n, budget, method="highs"):
    """The same by scipy's general solver (HiGHS)."""
    ones = np.ones((1, len(w)))
    found = optimize.linprog(
        -w, A_ub=c[None, :], b_ub=[budget], A_eq=ones, b_eq=[n], bounds=(0.0, 1.0), method=method
    )
    if found.status == 2:
        z = np.zeros(len(w))
        z[np.lexsort((-w, c))[:n]] = 1.0
        return z
    if found.status != 0:
        raise RuntimeError(found.message)
    return found.x


def dependent_rounding(z, rng):
    """The arms of a random set whose marginals are z: two fractional entries at a time trade until one is whole."""
    z = z.copy()
    fractional = np.flatnonzero((z > TOLERANCE) & (z < 1.0 - TOLERANCE)).tolist()
    while len(fractional) > 1:
        i, j = fractional[:2]
        p, q = min(1.0 - z[i], z[j]), min(z[i], 1.0 - z[j])
        if rng.random() < q / (p + q):
            z[i] += p
            z[j] -= p
        else:
            z[i] -= q
            z[j] += q
        fractional = [k for k in fractional if TOLERANCE < z[k] < 1.0 - TOLERANCE]
    for k in fractional:
        z[k] = float(rng.random() < z[k])
    return np.flatnonzero(z > 0.5)


def play(game, solver):
    """Plays every replicate; mean reward and mean cost a round."""
    means, costs = np.array(game["means"]), np.array(game["costs"])
    arms, n, rounds, budget = len(means), game["n"], game["rounds"], game["budget"]
    alpha_mu, alpha_c, spread = game["alpha_mu"], game["alpha_c"], game["spread"]
    constant = np.log(2.0 * np.pi**2 * arms * rounds / 3.0)  # delta = 1/T
    rng = np.random.default_rng(game["seed"])
    reward_sum = cost_sum = 0.0
    for _ in range(game["replicates"]):
        seen = np.zeros(arms)
        reward_mean, cost_mean = np.zeros(arms), np.zeros(arms)
        for t in range(1, rounds + 1):
            with np.errstate(divide="ignore"):
                radius = np.sqrt((constant + 3.0 * np.log(t)) / (2.0 * seen))
            upper = np.minimum(reward_mean + alpha_mu * radius, 1.0)
            lower = np.maximum(cost_mean - alpha_c * radius, 0.0)
            chosen = dependent_rounding(solver(upper, lower, n, budget), rng)
            reward = (rng.random(len(chosen)) < means[chosen]).astype(float)
            cost = costs[chosen] * rng.uniform(1.0 - spread, 1.0 + spread, len(chosen))
            seen[chosen] += 1.0
            reward_mean[chosen] += (reward - reward_mean[chosen]) / seen[chosen]
            cost_mean[chosen] += (cost - cost_mean[chosen]) / seen[chosen]
            reward_sum += reward.sum()
            cost_sum += cost.sum()
    total = rounds * game["replicates"]
    return reward_sum / total, cost_sum / total
