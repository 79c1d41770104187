"""Every quantity of every round of scripted runs, re-derived from the script."""

import json
import subprocess
from dataclasses import dataclass

import numpy as np

from algorithms import (
    AIC,
    AWC,
    FITS,
    SUC,
    AnyWin,
    best_set,
    bounds,
    greedy,
    highs,
    is_open,
    relax,
    relaxed_reward,
    round_with,
    rounding_outcomes,
    set_reward,
    weights,
)
from simulation import cascade, realised

ARMS, MAX_MODELS, ROUNDS = 9, 4, 200
THRESHOLD = 0.6
"""Under any-win a score from here on is a success."""


@dataclass(frozen=True)
class Case:
    """A task and the policy's parameters; the budget is in dollars a query, None where unconstrained."""

    model: str
    budget: float | None
    alpha_mu: float
    alpha_c: float
    solver: str | None = None

    def __str__(self):
        solver = f" {self.solver}" if self.solver else ""
        return f"{self.model} budget {self.budget} alpha {self.alpha_mu}, {self.alpha_c}{solver}"


CASES = [
    Case(model, budget, *alphas)
    for model in (SUC, AIC, AWC)
    for budget in (0.0007, 0.004, None)
    for alphas in ((0.3, 0.05), (1.0, 0.01))
] + [
    Case(AWC, 0.00004, 0.3, 0.0),
    Case(AWC, 0.00004, 0.3, 0.0, "greedy"),
    Case(AWC, 0.0007, 1.0, 0.01, "greedy"),
    Case(AWC, 0.004, 0.3, 0.05, "greedy"),
]


def script():
    """Scores and costs in dollars, one row a round: good models are dear, and all are dear for a while."""
    generator = np.random.default_rng(405)
    quality = np.linspace(0.9, 0.4, ARMS)
    price = 0.004 * 0.6 ** np.arange(ARMS)
    scores = generator.beta(4 * quality, 4 * (1 - quality), (ROUNDS, ARMS))
    costs = price * generator.uniform(0.5, 1.5, (ROUNDS, ARMS))
    costs[20:70] *= 5
    return scores, costs


def write_script(path, scores, costs):
    """The script as a result file."""
    lines = ["query_id,model,score,cost"]
    for t, (score_row, cost_row) in enumerate(zip(scores, costs)):
        lines += [f"{t},model-{k},{s!r},{c!r}" for k, (s, c) in enumerate(zip(score_row.tolist(), cost_row.tolist()))]
    path.write_text("\n".join(lines) + "\n")


def experiment(case, file_name):
    """The case as an experiment that replays the script in its order."""
    policy = {"kind": "c2mab-v", "alpha_mu": case.alpha_mu, "alpha_c": case.alpha_c}
    if case.solver:
        policy["solver"] = case.solver
    return {
        "version": 1,
        "environment": {"kind": "replay", "files": [{"name": file_name}], "sampling": "sequential"},
        "task": {
            "reward": case.model,
            "max_models": MAX_MODELS,
            "budget": case.budget,
            "success_threshold": THRESHOLD if case.model == AWC else 1,
        },
        "policies": [policy],
        "run": {"rounds": ROUNDS, "replicates": 1, "seed": 11},
    }


def check_traces(report, trace_program, llm_select, folder):
    """Runs every case and compares."""
    scores, costs = script()
    file = folder / "script.csv"
    write_script(file, scores, costs)
    reached = {"infeasible rounds": 0, "fractional rounds": 0, "empty rounds": 0, "models selected and not called": 0}
    for case in CASES:
        path = folder / "trace.json"
        path.write_text(json.dumps(experiment(case, file.name)))
        trace = json.loads(subprocess.run([trace_program, path, file], check=True, stdout=subprocess.PIPE).stdout)
        command = [llm_select, "run", path, "--data", file, "--out", "-"]
        result = json.loads(
            subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        )
        rewards = (scores >= THRESHOLD).astype(float) if case.model == AWC else scores
        Check(report, case, trace, rewards, costs).run(result, reached)
    for name, count in reached.items():
        report.holds(f"the script reaches {name}", "all cases", count > 0)


class Check:
    """One case: the engine's trace against what follows from the script."""

    def __init__(self, report, case, trace, rewards, dollars):
        self.report, self.case, self.trace, self.rounds = report, case, trace, trace["rounds"]
        self.rewards, self.scale = rewards, dollars.max()
        self.costs = dollars / self.scale
        self.rho = np.inf if case.budget is None else case.budget / self.scale
        self.upper, self.lower, self.z = (np.array([r[key] for r in self.rounds]) for key in ("upper", "lower", "z"))
        self.any_win = AnyWin(ARMS, MAX_MODELS)

    def run(self, result, reached):
        """Makes all comparisons; counts in `reached` what the script has led to."""
        self.check_learning()
        self.check_relaxation()
        self.check_rounding(reached)
        self.check_best_sets()
        self.check_totals(result, reached)

    def close(self, name, found, expected):
        self.report.close(name, self.case, found, expected)

    def check_learning(self):
        """Bounds before, calls in, and estimates after every round."""
        count, reward_sum, cost_sum = np.zeros((3, ARMS))
        c = self.case
        for t, now in enumerate(self.rounds):
            where = f"{c}, round {t + 1}"
            seen = np.maximum(count, 1)
            upper, lower = bounds(count, reward_sum / seen, cost_sum / seen, t + 1, c.alpha_mu, c.alpha_c, 1 / ROUNDS)
            self.report.close("optimistic rewards", where, now["upper"], upper)
            self.report.close("lower cost bounds", where, now["lower"], lower)
            order = now["set"]
            if c.model == AWC:
                self.report.holds("order of calls", where, order == sorted(order, key=lambda k: (lower[k], k)))
            chosen = np.isin(np.arange(ARMS), order)
            called = cascade(chosen[None], self.rewards[t][None], lower[None])[0] if c.model == AWC else chosen
            expected = [[k, self.rewards[t, k], self.costs[t, k]] for k in order if called[k]]
            found = [[seen["arm"], seen["reward"], seen["cost"]] for seen in now["observed"]]
            self.report.close("observations", where, found, expected)
            count += called
            reward_sum += called * self.rewards[t]
            cost_sum += called * self.costs[t]
            seen = np.maximum(count, 1)
            self.report.close("observations so far", where, now["estimates"]["counts"], count)
            self.report.close("mean rewards", where, now["estimates"]["mean_reward"], reward_sum / seen)
            self.report.close("mean costs", where, now["estimates"]["mean_cost"], cost_sum / seen)

    def check_relaxation(self):
        """The relaxed problem, from the bounds that the engine had (which are checked beside)."""
        c, upper, lower, z = self.case, self.upper, self.lower, self.z
        best, infeasible = relax(c.model, self.any_win, upper, lower, MAX_MODELS, self.rho)
        value, best_value = relaxed_reward(c.model, upper, z), relaxed_reward(c.model, upper, best)
        cost, total = (z * lower).sum(axis=1), z.sum(axis=1)
        self.close("infeasible rounds", [r["infeasible"] for r in self.rounds], infeasible)
        self.report.holds("z within its limits", c, ((z >= 0) & (z <= 1)).all() and (total <= MAX_MODELS + FITS).all())
        self.report.holds("cost of z within the budget", c, (infeasible | (cost <= self.rho + 2 * FITS)).all())
        if c.solver != "greedy":
            self.close("relaxed objective", value, best_value)
            self.close("cost of z", cost, (best * lower).sum(axis=1))
            self.close("sum of z", total, best.sum(axis=1))
            self.close("z", z, best)
        if c.model == AWC:
            z_greedy = np.array([r["z_greedy"] for r in self.rounds])
            greedy_value = relaxed_reward(AWC, upper, z_greedy)
            self.report.holds("greedy is at least 1 - 1/e of exact", c, (greedy_value >= (1 - 1 / np.e) * best_value).all())
            self.report.holds("greedy is at most exact", c, (greedy_value <= best_value + FITS).all())
            expected = relaxed_reward(AWC, upper, greedy(upper, lower, MAX_MODELS, self.rho))
            self.close("greedy objective", greedy_value, expected)
        else:
            self.check_against_highs(infeasible)

    def check_against_highs(self, infeasible):
        """The engine's linear objective against a general solver's."""
        weight = weights(self.case.model, self.upper)
        for t in range(ROUNDS):
            where = f"{self.case}, round {t + 1}"
            value = highs(weight[t], self.lower[t], MAX_MODELS, self.rho)
            self.report.holds("infeasible by HiGHS", where, (value is None) == infeasible[t])
            if value is not None:
                self.report.close("linear objective by HiGHS", where, weight[t] @ self.z[t], value)

    def check_rounding(self, reached):
        """The set from z and the coins, and what rounding promises on average."""
        c = self.case
        for t, now in enumerate(self.rounds):
            where = f"{c}, round {t + 1}"
            z = self.z[t]
            coins = iter(now["coins"])
            try:
                rounded = round_with(z, coins)
            except StopIteration:
                rounded = None
            self.report.holds("coins used", where, rounded is not None and next(coins, None) is None)
            self.report.holds("empty roundings", where, now["empty"] == (rounded == []))
            if rounded == []:
                rounded = [int(self.lower[t].argmin())] if c.model == AWC else []
            self.report.holds("sets", where, sorted(now["set"]) == rounded, f"{now['set']}, {rounded}")

            probability, member = map(np.array, zip(*rounding_outcomes(z)))
            self.report.close("probabilities of rounding", where, probability.sum(), 1)
            self.report.close("marginals of rounding", where, probability @ member, z)
            size = member.sum(axis=1)
            whole = (size >= np.floor(z.sum() + FITS) - 0.5) & (size <= np.ceil(z.sum() - FITS) + 0.5)
            self.report.holds("sizes of rounded sets", where, whole.all())
            if c.model != SUC:
                mean = probability @ set_reward(c.model, self.upper[t], member)
                value = relaxed_reward(c.model, self.upper[t], z)
                self.report.holds("rounding loses no reward on average", where, mean >= value - FITS)
            reached["fractional rounds"] += int(is_open(z).any())
            reached["empty rounds"] += now["empty"]

    def check_best_sets(self):
        """The best set under each round's bounds."""
        c = self.case
        for t, now in enumerate(self.rounds):
            where = f"{c}, round {t + 1}"
            _, reward, feasible = best_set(c.model, self.upper[t], self.lower[t], MAX_MODELS, self.rho)
            found = np.isin(np.arange(ARMS), now["best_set"])
            self.report.close("best set's reward", where, now["best_reward"], reward)
            self.report.close("best set's own reward", where, set_reward(c.model, self.upper[t], found), reward)
            self.report.holds("best set fits", where, now["best_feasible"] == feasible)
            self.report.holds("best set's cost", where, not feasible or found @ self.lower[t] <= self.rho + FITS)

    def check_totals(self, result, reached):
        """The optimum, the sums after every round, and the curves of the command line's run of the same experiment."""
        c, trace = self.case, self.trace
        mean, cost = self.rewards.mean(axis=0), self.costs.mean(axis=0)
        self.close("true mean rewards", trace["mean_reward"], mean)
        self.close("true mean costs", trace["mean_cost"], cost)
        self.close("cost scale", trace["cost_scale"], self.scale)
        member, reward, _ = best_set(c.model, mean, cost, MAX_MODELS, self.rho)
        z, _ = relax(c.model, self.any_win, mean[None], cost[None], MAX_MODELS, self.rho)
        relaxed = max(relaxed_reward(c.model, mean, z[0]), reward)
        self.report.holds("S*", c, sorted(trace["optimum"]["set"]) == np.flatnonzero(member).tolist())
        self.close("reward of S*", trace["optimum"]["reward"], reward)
        self.close("relaxed optimum", trace["optimum"]["relaxed_reward"], relaxed)

        chosen = np.array([np.isin(np.arange(ARMS), r["set"]) for r in self.rounds])
        called = cascade(chosen, self.rewards, self.lower) if c.model == AWC else chosen
        expected = set_reward(c.model, mean, chosen)
        paid = (called * self.costs).sum(axis=1)
        infeasible = np.array([r["infeasible"] for r in self.rounds])
        empty = np.array([r["empty"] for r in self.rounds])
        sums = {
            "regret": reward - expected,
            "regret_relaxed": relaxed - expected,
            "reward": realised(c.model, called, self.rewards),
            "expected_reward": expected,
            "paid": paid,
            "nominal": (chosen * self.costs).sum(axis=1),
            "excess": np.maximum(paid - self.rho, 0),
            "calls": called.sum(axis=1),
            "infeasible": infeasible,
            "empty": empty,
        }
        sums = {name: np.cumsum(rounds) for name, rounds in sums.items()}
        for name, total in sums.items():
            self.close(f"total {name}", [r["totals"][name] for r in self.rounds], total)
        reached["infeasible rounds"] += int(infeasible.sum())
        reached["models selected and not called"] += int((chosen & ~called).sum())

        policy, t = result["policies"][0], np.arange(1, ROUNDS + 1)
        curves = {
            "regret": sums["regret"],
            "regret_relaxed": sums["regret_relaxed"],
            "reward": sums["reward"] / t,
            "expected_reward": sums["expected_reward"] / t,
            "cost": sums["paid"] / t * self.scale,
            "nominal_cost": sums["nominal"] / t * self.scale,
        }
        if c.budget is not None:
            curves["violation"] = np.maximum(sums["paid"] / t * self.scale - c.budget, 0)
            curves["excess"] = sums["excess"] / t * self.scale
        for name, curve in curves.items():
            self.close(f"curve {name}", policy[name]["mean"], curve)
        for name in ("violation", "excess"):
            self.report.holds(f"curve {name} only with a budget", c, (policy[name] is None) == (c.budget is None))
        self.close("final calls", policy["final"]["calls"]["mean"], sums["calls"][-1] / ROUNDS)
        self.close("final infeasible rounds", policy["final"]["infeasible_rounds"]["mean"], sums["infeasible"][-1])
        self.close("final empty rounds", policy["final"]["empty_rounds"]["mean"], sums["empty"][-1])
        shares = [policy["selection"][f"model-{k}"] for k in range(ARMS)]
        self.close("selection", shares, chosen.mean(axis=0))
        self.close("called", [policy["called"][f"model-{k}"] for k in range(ARMS)], called.mean(axis=0))
