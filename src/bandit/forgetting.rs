//! Estimates that follow a drifting world: over the last `W` rounds only, or with weights that fade.
//!
//! Means by sliding window and by discount are those of Garivier and Moulines (2011).

use super::estimates::Estimates;
use super::policy::{Observation, Setting};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A discounted count below this is no knowledge: the arm counts as unseen again.
const FORGOTTEN: f64 = 1e-12;

/// What is remembered of past rounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Memory {
    /// All of them alike.
    All,
    /// The last `W` ≥ 1 of them.
    Window(u32),
    /// What was seen `s` rounds ago counts `γ^s`, `γ` in (0,1).
    Discount(f64),
}

/// Keeps estimates that forget.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Forgetting {
    /// The last `W` rounds.
    Window(Window),
    /// Weights that fade.
    Discount(Discount),
}

impl Forgetting {
    /// `None` where nothing is ever forgotten within the planned rounds.
    pub fn new(memory: Memory, setting: &Setting) -> Option<Self> {
        let arms = setting.arms;
        match memory {
            Memory::All => None,
            Memory::Window(width) if width >= setting.rounds => None,
            Memory::Window(width) => Some(Forgetting::Window(Window {
                width,
                round: 0,
                // A round's own observations come in before the oldest ones go.
                seen: VecDeque::with_capacity((width as usize + 1) * setting.n),
                arms: vec![Sums::default(); arms],
            })),
            Memory::Discount(gamma) => {
                Some(Forgetting::Discount(Discount { gamma, weights: vec![0.0; arms], time: 1.0 }))
            }
        }
    }

    /// What stands for `t` in the logarithm of round `t`: `min(t, W)`, or `Σ_{s<t} γ^s`.
    #[inline]
    pub fn time(&self, t: u32) -> f64 {
        match self {
            Forgetting::Window(window) => f64::from(if t < window.width { t } else { window.width }),
            Forgetting::Discount(discount) => discount.time,
        }
    }

    /// Takes in what came back in a round, and forgets. To be called every round, also where nothing came back.
    pub fn learn(&mut self, observed: &[Observation], estimates: &mut Estimates) {
        match self {
            Forgetting::Window(window) => window.learn(observed, estimates),
            Forgetting::Discount(discount) => discount.learn(observed, estimates),
        }
    }
}

/// The observations of the last rounds, and their sums by arm.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Window {
    width: u32,
    /// Rounds learned from.
    round: u32,
    seen: VecDeque<Seen>,
    arms: Vec<Sums>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Seen {
    round: u32,
    arm: u32,
    reward: f64,
    cost: f64,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Sums {
    count: u32,
    reward: Sum,
    cost: Sum,
}

impl Window {
    fn learn(&mut self, observed: &[Observation], estimates: &mut Estimates) {
        self.round = self.round.saturating_add(1);
        for seen in observed {
            let Some(sums) = self.arms.get_mut(seen.arm) else { continue };
            sums.count += 1;
            sums.reward.add(seen.reward);
            sums.cost.add(seen.cost);
            sums.tell(seen.arm, estimates);
            self.seen.push_back(Seen { round: self.round, arm: seen.arm as u32, reward: seen.reward, cost: seen.cost });
        }
        while let Some(oldest) = self.seen.front().copied()
            && self.round - oldest.round >= self.width
        {
            self.seen.pop_front();
            let arm = oldest.arm as usize;
            let Some(sums) = self.arms.get_mut(arm) else { continue };
            sums.count = sums.count.saturating_sub(1);
            sums.reward.add(-oldest.reward);
            sums.cost.add(-oldest.cost);
            if sums.count == 0 {
                *sums = Sums::default();
            }
            sums.tell(arm, estimates);
        }
    }
}

impl Sums {
    fn tell(&self, arm: usize, estimates: &mut Estimates) {
        let count = f64::from(self.count);
        estimates.set(arm, count, self.reward.value() / count, self.cost.value() / count);
    }
}

/// A running sum to twice the precision (Knuth's two-sum), so that adding and taking away a million numbers leaves no
/// trace of those that are gone.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    fn add(&mut self, x: f64) {
        let sum = self.high + x;
        let of_x = sum - self.high;
        self.low += (self.high - (sum - of_x)) + (x - of_x);
        self.high = sum;
    }

    fn value(&self) -> f64 {
        self.high + self.low
    }
}

/// Discounted counts by arm; means change with observations only, since both of their sums fade alike.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Discount {
    gamma: f64,
    weights: Vec<f64>,
    /// `Σ_{s<t} γ^s` of the next round `t`.
    time: f64,
}

impl Discount {
    fn learn(&mut self, observed: &[Observation], estimates: &mut Estimates) {
        for seen in observed {
            let (Some(weight), Some(&reward), Some(&cost)) = (
                self.weights.get_mut(seen.arm),
                estimates.mean_reward.get(seen.arm),
                estimates.mean_cost.get(seen.arm),
            ) else {
                continue;
            };
            *weight += 1.0;
            let (reward, cost) = (reward + (seen.reward - reward) / *weight, cost + (seen.cost - cost) / *weight);
            estimates.set(seen.arm, *weight, reward, cost);
        }
        for (arm, weight) in self.weights.iter_mut().enumerate() {
            *weight *= self.gamma;
            if *weight < FORGOTTEN {
                *weight = 0.0;
            }
            estimates.set_weight(arm, *weight);
        }
        self.time = 1.0 + self.gamma * self.time;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::RewardModel;
    use crate::random::{hash, unit};

    fn setting(arms: usize, rounds: u32) -> Setting {
        Setting {
            arms,
            n: arms,
            available: (0..arms).collect(),
            situation: 0,
            budget: 1.0,
            reward: RewardModel::Suc,
            ordered: false,
            at_least_one: true,
            rounds,
        }
    }

    /// What is seen in a round: some of four arms, with rewards, and costs of very different sizes.
    fn round(t: u32) -> Vec<Observation> {
        (0..4usize)
            .filter(|arm| hash(u64::from(t), *arm as u64).is_multiple_of(3) && !(*arm == 3 && t > 40))
            .map(|arm| {
                let draw = hash(u64::from(t) + 7_000_000, arm as u64);
                Observation {
                    arm,
                    reward: unit(draw),
                    cost: if draw.is_multiple_of(2) { 1e3 } else { 1e-3 } * unit(draw),
                }
            })
            .collect()
    }

    #[test]
    fn a_window_forgets_exactly() {
        for width in [1u32, 2, 7, 50] {
            let mut forgetting = Forgetting::new(Memory::Window(width), &setting(4, 100_000)).unwrap();
            let mut estimates = Estimates::new(4);
            for t in 1..=3_000u32 {
                assert_eq!(forgetting.time(t), f64::from(t.min(width)));
                for arm in 0..4 {
                    let seen: Vec<Observation> = (t.saturating_sub(width).max(1)..t)
                        .flat_map(round)
                        .filter(|observation| observation.arm == arm)
                        .collect();
                    assert_eq!(estimates.counts[arm] as usize, seen.len());
                    let count = seen.len().max(1) as f64;
                    let reward = seen.iter().map(|seen| seen.reward).sum::<f64>() / count;
                    let cost = seen.iter().map(|seen| seen.cost).sum::<f64>() / count;
                    assert!((estimates.mean_reward[arm] - reward).abs() < 1e-13, "{width} {t} {arm}");
                    assert!((estimates.mean_cost[arm] - cost).abs() <= 1e-13 * cost, "{width} {t} {arm}");
                }
                forgetting.learn(&round(t), &mut estimates);
            }
        }
        assert!(Forgetting::new(Memory::Window(100), &setting(4, 100)).is_none());
    }

    #[test]
    fn a_discount_weighs_by_age() {
        for gamma in [0.01, 0.5, 0.9, 0.99] {
            let mut forgetting = Forgetting::new(Memory::Discount(gamma), &setting(4, 1_000)).unwrap();
            let mut estimates = Estimates::new(4);
            for t in 1..=300u32 {
                let powers = |from: u32| (from..t).map(|s| libm::pow(gamma, f64::from(s))).sum::<f64>();
                assert!((forgetting.time(t) - powers(0)).abs() < 1e-9);
                for arm in 0..4 {
                    let (mut weight, mut reward, mut cost) = (0.0, 0.0, 0.0);
                    for s in 1..t {
                        for seen in round(s).iter().filter(|seen| seen.arm == arm) {
                            let age = libm::pow(gamma, f64::from(t - s));
                            weight += age;
                            reward += age * seen.reward;
                            cost += age * seen.cost;
                        }
                    }
                    let mut bounds = ([0.0; 4], [0.0; 4]);
                    estimates.bounds(2e-6, 1.0, 0.0, &mut bounds.0, &mut bounds.1);
                    if weight < 0.999 * FORGOTTEN {
                        assert_eq!((bounds.0[arm], bounds.1[arm], estimates.counts[arm]), (1.0, 0.0, 0));
                    } else if weight > 1.001 * FORGOTTEN {
                        let upper = (reward / weight + (1e-6 / weight).sqrt()).min(1.0);
                        assert!((bounds.0[arm] - upper).abs() < 1e-9, "{gamma} {t} {arm} {weight}");
                        assert!((bounds.1[arm] - cost / weight).abs() < 1e-9 * (1.0 + cost / weight));
                    }
                }
                forgetting.learn(&round(t), &mut estimates);
            }
        }
    }
}
