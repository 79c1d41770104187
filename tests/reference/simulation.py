"""C2MAB-V in a synthetic world, all replicates side by side, with numpy's own random numbers."""

from dataclasses import dataclass

import numpy as np

from algorithms import AWC, SUC, AnyWin, best_set, bounds, relax, round_all, set_reward


@dataclass(frozen=True)
class Experiment:
    """A world, a task and the policy's parameters; costs are scaled by 1."""

    model: str
    budget: float
    alpha_mu: float
    alpha_c: float
    mean_reward: tuple
    mean_cost: tuple
    cost_spread: float
    max_models: int
    rounds: int
    replicates: int
    seed: int


@dataclass(frozen=True)
class Outcome:
    """Finals by replicate, and relaxed problems met on the way as (optimistic rewards, lower costs, z)."""

    finals: dict
    problems: list


def simulate(experiment, problems_kept):
    """Plays the experiment; keeps about so many of the relaxed problems, drawn at random."""
    e = experiment
    generator = np.random.default_rng(e.seed)
    keep = np.random.default_rng((e.seed, 1))
    mean, cost = np.array(e.mean_reward), np.array(e.mean_cost)
    shape = (e.replicates, len(mean))
    any_win = AnyWin(len(mean), e.max_models)
    optimum = best_set(e.model, mean, cost, e.max_models, e.budget)[1]
    count, reward_sum, cost_sum = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    regret, reward, paid, nominal, excess, calls = np.zeros((6, e.replicates))
    infeasible_rounds, empty_rounds, selected = np.zeros(e.replicates), np.zeros(e.replicates), np.zeros(shape)
    problems = []
    for t in range(1, e.rounds + 1):
        seen = np.maximum(count, 1)
        upper, lower = bounds(count, reward_sum / seen, cost_sum / seen, t, e.alpha_mu, e.alpha_c, 1 / e.rounds)
        z, infeasible = relax(e.model, any_win, upper, lower, e.max_models, e.budget)
        if keep.random() < problems_kept / e.rounds:
            replicate = keep.integers(e.replicates)
            problems.append((upper[replicate], lower[replicate], z[replicate]))
        chosen = round_all(z, generator)
        empty = ~chosen.any(axis=1)
        if e.model == AWC:
            chosen[empty, lower[empty].argmin(axis=1)] = True

        rewards = (generator.random(shape) < mean).astype(float)
        costs = cost * (1 + e.cost_spread * (2 * generator.random(shape) - 1))
        called = cascade(chosen, rewards, lower) if e.model == AWC else chosen
        count += called
        reward_sum += called * rewards
        cost_sum += called * costs

        spent = (called * costs).sum(axis=1)
        regret += optimum - set_reward(e.model, mean, chosen)
        reward += realised(e.model, called, rewards)
        paid += spent
        nominal += (chosen * costs).sum(axis=1)
        excess += np.maximum(spent - e.budget, 0)
        calls += called.sum(axis=1)
        infeasible_rounds += infeasible
        empty_rounds += empty
        selected += chosen
    finals = {
        "regret": regret,
        "violation": np.maximum(paid / e.rounds - e.budget, 0),
        "cost": paid / e.rounds,
        "reward": reward / e.rounds,
        "nominal_cost": nominal / e.rounds,
        "excess": excess / e.rounds,
        "calls": calls / e.rounds,
        "infeasible_rounds": infeasible_rounds,
        "empty_rounds": empty_rounds,
        "selection": selected / e.rounds,
    }
    return Outcome(finals, problems)


def cascade(chosen, rewards, lower):
    """Which of the chosen models are called: in ascending order of the lower cost bound up to the first success."""
    order = np.argsort(lower, axis=1, kind="stable")
    success = np.take_along_axis(chosen & (rewards >= 1), order, axis=1)
    earlier = np.cumsum(success, axis=1) - success
    called = np.zeros_like(chosen)
    np.put_along_axis(called, order, np.take_along_axis(chosen, order, axis=1) & (earlier == 0), axis=1)
    return called


def realised(model, called, rewards):
    """The reward of the round from the called models' rewards."""
    if model == AWC:
        return (called * rewards).max(axis=1)
    if model == SUC:
        return (called * rewards).sum(axis=1)
    return np.where(called, rewards, 1.0).prod(axis=1) * called.any(axis=1)


