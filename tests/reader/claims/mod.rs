//! What each lesson claims, on its own experiments: with the lesson's seed the numbers that its text quotes, with that and
//! 19 other seeds the claims themselves.

mod budget;
mod learning;
mod sets;

use super::play::after;
use llm_selection::summary::PolicyResult;

pub fn reward(policy: &PolicyResult) -> f64 {
    policy.finals.reward.mean.unwrap()
}

pub fn cost(policy: &PolicyResult) -> f64 {
    policy.finals.cost.mean.unwrap()
}

pub fn calls(policy: &PolicyResult) -> f64 {
    policy.finals.calls.mean.unwrap()
}

pub fn regret(policy: &PolicyResult, t: u32) -> f64 {
    after(policy, &policy.regret, t)
}

pub fn violation(policy: &PolicyResult, t: u32) -> f64 {
    after(policy, policy.violation.as_ref().unwrap(), t)
}
