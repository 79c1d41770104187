"""Many replicates of the engine against as many of our own, with other random numbers: the means must agree."""

import json
import subprocess
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations, product
from math import sqrt

import numpy as np
from scipy.stats import t as student

from algorithms import AIC, AWC, SUC, AnyWin, highs, relaxed_reward, weights
from simulation import Experiment, simulate

MODELS = {
    "GPT-4": (0.86, 0.60),
    "Claude 2": (0.84, 0.45),
    "GPT-3.5": (0.80, 0.36),
    "Claude 1.2": (0.77, 0.25),
    "Mixtral-8x7B": (0.72, 0.20),
    "Llama 2-70B": (0.66, 0.14),
    "ForeFrontAI": (0.60, 0.09),
    "Llama 2-13B": (0.55, 0.05),
    "ChatGLM2": (0.48, 0.03),
}
"""Mean reward and mean cost of an answer; an illustration."""
COST_SPREAD, MAX_MODELS, ROUNDS, REPLICATES = 0.5, 3, 500, 200
ALLOWED = 4.0
"""Combined standard errors by which two means may differ."""
PROBLEMS_KEPT = 50
SHOWN = ("regret", "violation", "cost")
"""What the table shows by itself."""

EXPERIMENTS = [
    Experiment(
        model=model,
        budget=budget,
        alpha_mu=alpha_mu,
        alpha_c=alpha_c,
        mean_reward=tuple(reward for reward, _ in MODELS.values()),
        mean_cost=tuple(cost for _, cost in MODELS.values()),
        cost_spread=COST_SPREAD,
        max_models=MAX_MODELS,
        rounds=ROUNDS,
        replicates=REPLICATES,
        seed=seed,
    )
    for seed, (model, budget, (alpha_mu, alpha_c)) in enumerate(
        product((SUC, AIC, AWC), (0.45, 1.0), ((0.3, 0.05), (1.0, 0.01)))
    )
]


def engine(experiment, llm_select):
    """The engine's result of the experiment: its only policy."""
    e = experiment
    models = [{"name": name, "reward": reward, "cost": cost} for name, (reward, cost) in MODELS.items()]
    text = json.dumps(
        {
            "version": 1,
            "environment": {"kind": "synthetic", "cost_spread": e.cost_spread, "cost_scale": 1, "models": models},
            "task": {"reward": e.model, "max_models": e.max_models, "budget": e.budget},
            "policies": [{"kind": "c2mab-v", "alpha_mu": e.alpha_mu, "alpha_c": e.alpha_c}],
            "run": {"rounds": e.rounds, "replicates": e.replicates, "seed": e.seed},
        }
    )
    command = [llm_select, "run", "-", "--out", "-"]
    done = subprocess.run(command, input=text, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout)["policies"][0]


def check_comparisons(report, llm_select):
    """Plays all experiments on both sides and prints the table."""
    print(f"  {'':<34} {'engine':>20} {'reference':>20}   apart by")
    with ProcessPoolExecutor() as pool:
        outcomes = pool.map(simulate, EXPERIMENTS, [PROBLEMS_KEPT] * len(EXPERIMENTS))
        for e, outcome in zip(EXPERIMENTS, outcomes):
            name = f"{e.model}, budget {e.budget}, alpha {e.alpha_mu:g} and {e.alpha_c}"
            print(f"  {name}")
            compare(report, name, engine(e, llm_select), outcome.finals)
            if e.model != AWC:
                for upper, lower, z in outcome.problems:
                    weight = weights(e.model, upper)
                    value = highs(weight, lower, e.max_models, e.budget)
                    report.close("own linear objective by HiGHS", name, weight @ z, value)


def compare(report, name, policy, finals):
    """The engine's finals against ours, by the combined standard error."""
    quantile = student.ppf(0.975, REPLICATES - 1)
    others = {}
    for metric, ours in finals.items():
        mean, error = ours.mean(axis=0), ours.std(axis=0, ddof=1) / sqrt(REPLICATES)
        if metric == "selection":
            # The engine gives no interval for shares; its replicates spread as ours do.
            found, found_error = np.array([policy["selection"][model] for model in MODELS]), error
        else:
            found, found_error = policy["final"][metric]["mean"], policy["final"][metric]["ci95"] / quantile
        difference = np.abs(found - mean)
        # Without any spread the means must be the same number.
        apart = np.where(difference <= 1e-9, 0, difference / np.maximum(np.hypot(error, found_error), 1e-12)).max()
        report.holds(f"mean {metric}", name, apart <= ALLOWED, f"{apart:.1f} standard errors apart")
        if metric in SHOWN:
            print(f"    {metric:<32} {found:10.4f} ± {found_error:7.4f} {mean:10.4f} ± {error:7.4f}   {apart:.1f}")
        else:
            others[metric] = apart
    worst = max(others, key=others.get)
    print(f"    {f'the others, worst {worst}':<74}   {others[worst]:.1f}")


def check_vertices(report):
    """The any-win vertices against all basic solutions of the polytope, on small random problems."""
    generator = np.random.default_rng(3)
    arms = 5
    bases = np.array(list(combinations(range(2 * arms + 2), arms)))
    for _ in range(100):
        n = int(generator.integers(1, arms))
        mean, cost = generator.integers(1, 11, (2, arms)) / 10
        rho = generator.uniform(0.05, 0.4) * n
        left = np.vstack([np.eye(arms), -np.eye(arms), np.ones(arms), cost])
        right = np.concatenate([np.ones(arms), np.zeros(arms), [n, rho]])
        square, side = left[bases], right[bases]
        regular = np.abs(np.linalg.det(square)) > 1e-9
        points = np.linalg.solve(square[regular], side[regular][..., None])[..., 0]
        points = points[(points @ left.T <= right + 1e-9).all(axis=1)]
        z = AnyWin(arms, n).solve(mean[None], cost[None], rho)[0]
        best = relaxed_reward(AWC, mean, points).max()
        report.close("own any-win optimum by all basic solutions", n, relaxed_reward(AWC, mean, z), best)
        report.holds("own any-win optimum is allowed", n, (left @ z <= right + 1e-9).all())
