//! What a run may come to, before anything is sent.

use super::grade::Scoring;
use super::setup::{Setup, worst_case};
use crate::error::Result;
use crate::experiment::{Feedback, RewardModel};
use crate::number::short;
use serde::{Deserialize, Serialize};

/// Bytes of text that make a token, roughly; more in English, fewer elsewhere.
const BYTES: f64 = 4.0;
/// Share of the longest answer that answers are assumed to take.
const LENGTH: f64 = 0.25;
/// Share of calls that are assumed to be right.
const RIGHT: f64 = 0.5;

/// Calls, tokens and dollars of a whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Calls, as expected and at most; retries of calls that were refused are free and come on top.
    pub calls: (f64, f64),
    /// Tokens of prompts, as expected.
    pub input: f64,
    /// Tokens of answers, as expected.
    pub output: f64,
    /// Dollars, as expected and at most.
    pub dollars: (f64, f64),
    /// The most that one call can cost, dollars.
    pub worst_call: f64,
    /// What is assumed, in plain sentences.
    pub assumptions: Vec<String>,
    /// What a person should know before starting.
    pub warnings: Vec<String>,
}

impl Estimate {
    /// Of a checked set-up.
    ///
    /// # Errors
    /// Those of [`Setup::check`].
    pub fn of(setup: &Setup) -> Result<Estimate> {
        let (plan, _) = setup.check()?;
        let arms: Vec<_> = setup.arms().map(|(_, model)| model).collect();
        let n = plan.game.setting.n as f64;
        let rounds = f64::from(setup.rounds);
        let task = &plan.experiment.task;
        let cascade = task.feedback == Some(Feedback::Cascade) && task.reward == RewardModel::Awc;
        // 1 + ½ + ¼ + …, N terms.
        let called = if cascade { (1.0 - libm::pow(1.0 - RIGHT, n)) / RIGHT } else { n };
        let judged = setup.judge.as_ref().filter(|_| setup.scoring == Scoring::Judged);
        let prompts: Vec<String> = setup.questions.iter().map(|question| setup.prompt(question)).collect();
        let mean_bytes = prompts.iter().map(String::len).sum::<usize>() as f64 / prompts.len().max(1) as f64;
        let input = (mean_bytes + setup.system.len() as f64) / BYTES;
        let output = f64::from(setup.max_tokens) * LENGTH;
        let price = |part: fn(&crate::experiment::TokenPrice) -> f64| {
            arms.iter().filter_map(|model| model.price.as_ref()).map(part).sum::<f64>() / arms.len().max(1) as f64
        };
        let one = (input * price(|price| price.input) + output * price(|price| price.output)) / 1e6;
        let mut worst: Vec<f64> = arms.iter().map(|model| setup.worst(model)).collect();
        worst.sort_by(|a, b| b.total_cmp(a));
        let dearest: f64 = worst.iter().take(plan.game.setting.n).sum();
        let mut calls = (rounds * called, rounds * n);
        let mut dollars = (calls.0 * one, rounds * dearest);
        let (mut inputs, mut outputs) = (calls.0 * input, calls.0 * output);
        let mut assumptions = vec![
            format!("Every model is called equally often, and {BYTES} bytes of text make a token."),
            format!("An answer takes {} % of the output limit; at most, all of it.", LENGTH * 100.0),
            "At most: the dearest models every round, a token for every byte of the prompt.".to_owned(),
        ];
        if cascade {
            assumptions.push(format!("Half of the calls are right, so that {called:.2} of {n} models are called."));
        }
        if let Some((judge, model)) = judged.and_then(|judge| Some((judge, setup.models.get(judge.model)?))) {
            let longest = "x".repeat(judge.template.len() + prompts.iter().map(String::len).max().unwrap_or(0));
            let ask = super::protocol::Ask {
                model: &model.model,
                system: "",
                prompt: &longest,
                max_tokens: judge.max_tokens,
            };
            let most = worst_case(model, &ask)
                + f64::from(setup.max_tokens) * 4.0 * model.price.map_or(0.0, |price| price.input) / 1e6;
            let tokens = input + output + judge.template.len() as f64 / BYTES;
            let said = model.price.map_or(0.0, |price| (tokens * price.input + 8.0 * price.output) / 1e6);
            dollars = (dollars.0 + calls.0 * said, dollars.1 + calls.1 * most);
            (inputs, outputs) = (inputs + calls.0 * tokens, outputs + calls.0 * 8.0);
            calls = (2.0 * calls.0, 2.0 * calls.1);
            assumptions.push("Every answer is judged by one more call.".to_owned());
        }
        let mut warnings = plan.warnings();
        let each = |model: &&super::setup::Model| {
            model.price.map_or(0.0, |price| (input * price.input + output * price.output) / 1e6)
        };
        let mut expected: Vec<f64> = arms.iter().map(each).collect();
        expected.sort_by(f64::total_cmp);
        let fewest = if task.reward == RewardModel::Awc { 1 } else { plan.game.setting.n };
        let cheapest: f64 = expected.iter().take(fewest).sum();
        if let Some(budget) = task.budget.filter(|budget| *budget < cheapest) {
            warnings.push(format!(
                "The budget of ${} a question is below what the cheapest set is expected to cost, about ${}: the policy can \
                 only take the cheapest.",
                short(budget),
                short(cheapest)
            ));
        }
        let caps = &setup.caps;
        if dollars.0 > caps.dollars {
            warnings.push("The cap on dollars is likely to stop the run before its end.".to_owned());
        }
        if calls.0 > f64::from(caps.calls) {
            warnings.push("The cap on calls is likely to stop the run before its end.".to_owned());
        }
        let worst_call = worst.first().copied().unwrap_or(0.0);
        if worst_call > caps.dollars {
            warnings.push("The dearest call alone might exceed the cap on dollars: it will not be made.".to_owned());
        }
        Ok(Estimate { calls, input: inputs, output: outputs, dollars, worst_call, assumptions, warnings })
    }
}
