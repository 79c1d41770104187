"""One arm a round by upper confidence bounds, by the two libraries; both compute mean + alpha·sqrt(2 ln t / T_k)."""

import numpy as np


def play_mabwiser(game):
    """MABWiser's UCB1, asked and told round by round; mean reward a round."""
    from mabwiser.mab import MAB, LearningPolicy

    means, rounds = game["means"], game["rounds"]
    rng = np.random.default_rng(game["seed"])
    reward_sum = 0.0
    for _ in range(game["replicates"]):
        bandit = MAB(list(range(len(means))), LearningPolicy.UCB1(alpha=game["alpha_mu"]))
        # It wants to be fitted before it predicts: every arm once.
        rewards = [float(rng.random() < mean) for mean in means]
        bandit.fit(list(range(len(means))), rewards)
        reward_sum += sum(rewards)
        for _ in range(rounds - len(means)):
            arm = bandit.predict()
            reward = float(rng.random() < means[arm])
            bandit.partial_fit([arm], [reward])
            reward_sum += reward
    return reward_sum / (rounds * game["replicates"]), 0.0


def play_smpybandits(game):
    """SMPyBandits' UCB (its radius is sqrt(a ln t / (2 T_k)), so a = 4·alpha²); mean reward a round."""
    from SMPyBandits.Policies import UCBalpha

    means, rounds, n = game["means"], game["rounds"], game["n"]
    np.random.seed(game["seed"] % 2**32)
    rng = np.random.default_rng(game["seed"])
    reward_sum = 0.0
    for _ in range(game["replicates"]):
        policy = UCBalpha(len(means), alpha=4.0 * game["alpha_mu"] ** 2)
        policy.startGame()
        for _ in range(rounds):
            for arm in policy.choiceMultiple(n):
                reward = float(rng.random() < means[arm])
                policy.getReward(arm, reward)
                reward_sum += reward
    return reward_sum / (rounds * game["replicates"]), 0.0
