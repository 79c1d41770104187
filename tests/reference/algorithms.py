"""C2MAB-V (arXiv 2405.16587) from its definition, for many problems at once.

Arrays have one row a problem (a replicate, or a round of a trace) and one column an arm. Costs are scaled and the
budget `rho` is infinite where unconstrained. Nothing here is fast or clever: linear programs go through the exchanges
that define them and are compared with HiGHS, sets are enumerated.
"""

from itertools import combinations

import numpy as np
from scipy.optimize import linprog

AWC, SUC, AIC = "awc", "suc", "aic"

SMALLEST_MEAN = 1e-12
"""A mean is clamped to this from below before its logarithm is taken."""
FITS = 1e-9
"""By how much a cost may exceed the budget and still fit."""
EQUAL = 1e-12
"""Values of the any-win relaxation that differ by less are equally good."""
WHOLE = 1e-12
"""An entry of z this near to 0 or 1 counts as whole."""
GREEDY_STEPS = 50


def logarithm(t, arms, delta):
    """The logarithm under the root of the confidence radius in round t."""
    return np.log(2 * np.pi**2 * arms * float(t) ** 3 / (3 * delta))


def bounds(count, mean_reward, mean_cost, t, alpha_mu, alpha_c, delta):
    """Optimistic rewards and lower cost bounds; 1 and 0 for an arm never seen."""
    seen = count > 0
    radius = np.sqrt(logarithm(t, count.shape[-1], delta) / (2 * np.where(seen, count, 1)))
    upper = np.minimum(mean_reward + alpha_mu * radius, 1.0)
    lower = np.maximum(mean_cost - alpha_c * radius, 0.0)
    return np.where(seen, upper, 1.0), np.where(seen, lower, 0.0)


def set_reward(model, mean, member):
    """Expected reward of the sets whose indicators are the rows of `member`; 0 for the empty set."""
    chosen = np.asarray(member, dtype=bool)
    if model == AWC:
        return 1 - np.prod(np.where(chosen, 1 - mean, 1.0), axis=-1)
    if model == SUC:
        return np.sum(np.where(chosen, mean, 0.0), axis=-1)
    return np.where(chosen.any(axis=-1), np.prod(np.where(chosen, mean, 1.0), axis=-1), 0.0)


def relaxed_reward(model, mean, z):
    """The relaxed problem's objective."""
    if model == AWC:
        return 1 - np.prod(1 - mean * z, axis=-1)
    if model == SUC:
        return np.sum(mean * z, axis=-1)
    return np.exp(np.sum(weights(AIC, mean) * z, axis=-1))


def weights(model, mean):
    """Weights of the linear program: the means (sum up) or their logarithms (all in)."""
    return np.log(np.maximum(mean, SMALLEST_MEAN)) if model == AIC else mean


def first(n, *keys):
    """Indicators of the n arms that come first by ascending keys, the most important one first; ties: lower index."""
    order = np.lexsort(keys[::-1], axis=-1)  # stable, so equal arms keep their order
    member = np.zeros(order.shape)
    np.put_along_axis(member, order[..., :n], 1.0, axis=-1)
    return member


def linear_program(weight, cost, n, rho):
    """Maximises `weight @ z` over 0 <= z <= 1, sum(z) = n, `cost @ z <= rho`: returns z and which problems are infeasible.

    From the n heaviest arms, pairs are exchanged in the order of what a unit of cost saved loses, until the budget
    holds; the last exchange is taken as far as needed. Where no n arms fit, z is the n cheapest.
    """
    z = first(n, -weight, cost)
    cheapest = first(n, cost, -weight)
    infeasible = (cheapest * cost).sum(axis=1) > rho + FITS
    z[infeasible] = cheapest[infeasible]
    arms = weight.shape[1]
    open_problems = np.flatnonzero(~infeasible & ((z * cost).sum(axis=1) > rho + FITS))
    while open_problems.size:
        w, c, inside = weight[open_problems], cost[open_problems], z[open_problems]
        saved = c[:, :, None] - c[:, None, :]
        lost = w[:, :, None] - w[:, None, :]
        allowed = (inside[:, :, None] == 1) & (inside[:, None, :] == 0) & (saved > 0)
        ratio = np.where(allowed, lost / np.where(allowed, saved, 1.0), np.inf).reshape(len(open_problems), -1)
        leaves, enters = np.divmod(ratio.argmin(axis=1), arms)
        row = np.arange(len(open_problems))
        excess = (inside * c).sum(axis=1) - rho
        saving = saved[row, leaves, enters]
        is_last = excess - saving <= FITS
        share = np.where(is_last, np.minimum(excess / saving, 1.0), 1.0)
        z[open_problems, enters] = share
        z[open_problems, leaves] = 1 - share
        open_problems = open_problems[~is_last]
    return z, infeasible


def highs(weight, cost, n, rho):
    """The value of one linear program by HiGHS; None where it is infeasible."""
    found = linprog(
        -weight,
        A_ub=cost[None] if np.isfinite(rho) else None,
        b_ub=[rho] if np.isfinite(rho) else None,
        A_eq=np.ones((1, len(weight))),
        b_eq=[n],
        bounds=(0, 1),
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    return -found.fun if found.status == 0 else None


class AnyWin:
    """The any-win relaxation, sum(z) <= n, by its vertices.

    The objective's negative logarithm is convex, so that some vertex is a maximum: a set, a set and one fraction with
    the budget tight, or a set and two fractions with both constraints tight.
    """

    def __init__(self, arms, n):
        sets = [s for size in range(n + 1) for s in combinations(range(arms), size)]
        single = [(s, f) for s in sets if len(s) < n for f in range(arms) if f not in s]
        pairs = [
            (s, i, j) for s in sets if len(s) == n - 1 for i, j in combinations(range(arms), 2) if not {i, j} & set(s)
        ]
        self.sets = self._indicators(sets, arms)
        number = {s: place for place, s in enumerate(sets)}
        self.single_set = np.array([number[s] for s, _ in single])
        self.single = np.array([f for _, f in single])
        self.pair_set = np.array([number[s] for s, _, _ in pairs])
        self.pair = np.array([(i, j) for _, i, j in pairs]).reshape(-1, 2)
        self.base = self.sets[np.concatenate([np.arange(len(sets)), self.single_set, self.pair_set])]

    @staticmethod
    def _indicators(sets, arms):
        member = np.zeros((len(sets), arms))
        for row, chosen in zip(member, sets):
            row[list(chosen)] = 1
        return member

    def solve(self, mean, cost, rho):
        """The optimal z of each problem: among equals the largest sum, then the lexicographically largest."""
        value, total, share = self._vertices(mean, cost, rho)
        best = value >= value.max(axis=1, keepdims=True) - EQUAL
        total = np.where(best, total, -np.inf)
        best &= total >= total.max(axis=1, keepdims=True) - FITS
        problem, vertex = np.nonzero(best)
        z = self._points(problem, vertex, share)
        for arm in range(z.shape[1]):
            starts = np.searchsorted(problem, np.arange(len(mean)))
            largest = np.maximum.reduceat(z[:, arm], starts)
            keep = z[:, arm] >= largest[problem] - FITS
            problem, z = problem[keep], z[keep]
        return z[np.searchsorted(problem, np.arange(len(mean)))]

    def _vertices(self, mean, cost, rho):
        """Value, sum and fraction of every vertex of every problem; the value is -inf where it is not one."""
        fail = 1 - mean
        set_cost = cost @ self.sets.T
        set_fail = np.prod(np.where(self.sets > 0, fail[:, None], 1.0), axis=2)
        size = self.sets.sum(axis=1)
        value = [np.where(set_cost <= rho + FITS, 1 - set_fail, -np.inf)]
        total = [np.broadcast_to(size, set_cost.shape)]
        share = [np.zeros(set_cost.shape)]
        if np.isfinite(rho):
            with np.errstate(divide="ignore", invalid="ignore"):
                f = self.single
                x = (rho - set_cost[:, self.single_set]) / cost[:, f]
                ok = (x > 0) & (x < 1)
                x = np.where(ok, x, 0.0)
                value.append(np.where(ok, 1 - set_fail[:, self.single_set] * (1 - mean[:, f] * x), -np.inf))
                total.append(size[self.single_set] + x)
                share.append(x)
                i, j = self.pair.T
                x = (rho - set_cost[:, self.pair_set] - cost[:, j]) / (cost[:, i] - cost[:, j])
                ok = (x > 0) & (x < 1)
                x = np.where(ok, x, 0.0)
                miss = (1 - mean[:, i] * x) * (1 - mean[:, j] * (1 - x))
                value.append(np.where(ok, 1 - set_fail[:, self.pair_set] * miss, -np.inf))
                total.append(np.broadcast_to(size[self.pair_set] + 1, x.shape))
                share.append(x)
        return tuple(np.concatenate(parts, axis=1) for parts in (value, total, share))

    def _points(self, problem, vertex, share):
        """The coordinates of some vertices."""
        z = self.base[vertex].copy()
        share = share[problem, vertex]
        one = np.flatnonzero((vertex >= len(self.sets)) & (vertex < len(self.sets) + len(self.single)))
        z[one, self.single[vertex[one] - len(self.sets)]] = share[one]
        two = np.flatnonzero(vertex >= len(self.sets) + len(self.single))
        i, j = self.pair[vertex[two] - len(self.sets) - len(self.single)].T
        z[two, i] = share[two]
        z[two, j] = 1 - share[two]
        return z


def greedy(mean, cost, n, rho):
    """The any-win relaxation by continuous greedy, in steps of a linear program with n free idle items."""
    problems, arms = mean.shape
    idle = np.zeros((problems, n))
    z = np.zeros((problems, arms))
    for _ in range(GREEDY_STEPS):
        miss = 1 - mean * z
        others = np.stack([np.prod(np.delete(miss, k, axis=1), axis=1) for k in range(arms)], axis=1)
        step, _ = linear_program(np.hstack([mean * others, idle]), np.hstack([cost, idle]), n, rho)
        z += step[:, :arms] / GREEDY_STEPS
    return z


def relax(model, any_win, mean, cost, n, rho):
    """The relaxed optimum of each problem and which are infeasible."""
    if model == AWC:
        return any_win.solve(mean, cost, rho), np.zeros(len(mean), dtype=bool)
    return linear_program(weights(model, mean), cost, n, rho)


def best_set(model, mean, cost, n, rho, at_least_one=True):
    """The best set of one problem by trying all: its indicator, its reward, and whether it fits the budget."""
    arms = len(mean)
    sizes = range(n + 1) if model == AWC else [n]
    sets = AnyWin._indicators([s for size in sizes for s in combinations(range(arms), size)], arms)
    fits = sets @ cost <= rho + FITS
    if model == AWC and at_least_one:
        fits &= sets.sum(axis=1) > 0
    if not fits.any():
        cheapest = first(1 if model == AWC else n, cost[None], -mean[None])[0]
        return cheapest, set_reward(model, mean, cheapest), False
    reward = np.where(fits, set_reward(model, mean, sets), -np.inf)
    return sets[reward.argmax()], reward.max(), True


def is_open(x):
    """Whether an entry is still to be rounded."""
    return (x > WHOLE) & (x < 1 - WHOLE)


def next_trade(z):
    """The next coin of dependent rounding: its probability of heads, and z after heads and after tails; None at the end.

    The first two fractional entries trade until one of them is whole; a last one becomes 1 or 0.
    """
    fractional = [k for k, x in enumerate(z) if is_open(x)]
    if not fractional:
        return None
    heads, tails = list(z), list(z)
    if len(fractional) == 1:
        (k,) = fractional
        heads[k], tails[k] = 1.0, 0.0
        return z[k], heads, tails
    i, j = fractional[:2]
    p, q = min(1 - z[i], z[j]), min(z[i], 1 - z[j])
    heads[i], heads[j] = z[i] + p, z[j] - p
    tails[i], tails[j] = z[i] - q, z[j] + q
    return q / (p + q), heads, tails


def round_with(z, coins):
    """Rounds one z with the given numbers of [0,1), one a coin; returns the set's arms."""
    coins = iter(coins)
    while trade := next_trade(z):
        probability, heads, tails = trade
        z = heads if next(coins) < probability else tails
    return [k for k, x in enumerate(z) if x > 0.5]


def rounding_outcomes(z):
    """Every set that rounding z can give: pairs of probability and indicator."""
    trade = next_trade(z)
    if trade is None:
        return [(1.0, np.round(z))]
    probability, heads, tails = trade
    return [(probability * p, s) for p, s in rounding_outcomes(heads)] + [
        ((1 - probability) * p, s) for p, s in rounding_outcomes(tails)
    ]


def round_all(z, generator):
    """Rounds every row of z with draws of its own; returns indicators."""
    z = z.copy()
    while (rows := np.flatnonzero((fractional := is_open(z)).sum(axis=1) > 1)).size:
        order = np.argsort(~fractional[rows], axis=1, kind="stable")
        i, j = order[:, 0], order[:, 1]
        a, b = z[rows, i], z[rows, j]
        p, q = np.minimum(1 - a, b), np.minimum(a, 1 - b)
        heads = generator.random(rows.size) < q / (p + q)
        z[rows, i] = np.where(heads, a + p, a - q)
        z[rows, j] = np.where(heads, b - p, b + q)
    # At most one fractional entry a row is left.
    return np.where(is_open(z), generator.random((len(z), 1)) < z, z > 0.5)
