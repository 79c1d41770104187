//! What regret is measured against. Every kind follows from series that a run has anyway.

use super::number::fixed;
use crate::summary::{OptimumReport, PolicyResult, RunResult, Series};
use crate::theory::paper_alpha;
use std::borrow::Cow;

/// What regret is measured against.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Against {
    /// The experiment's `α` times the best set: as played, and as the tables give it.
    #[default]
    Played,
    /// The whole best set, `α` = 1.
    Best,
    /// The paper's `α` times the best set: 1 − 1/e under AWC, else 1.
    Paper,
    /// The optimum of the relaxed problem, times the experiment's `α`.
    Relaxed,
    /// The best set by the rows of the data; what was given up is then realised reward.
    Joint,
}

impl Against {
    /// Those that a result has and that differ from each other, [`Against::Played`] first.
    #[must_use]
    pub fn of(result: &RunResult) -> Vec<Against> {
        let (played, paper) = (result.experiment.run.regret_alpha, paper_alpha(result.experiment.task.reward));
        let mut all = vec![Against::Played];
        if played != 1.0 {
            all.push(Against::Best);
        }
        if paper != played && paper != 1.0 {
            all.push(Against::Paper);
        }
        all.push(Against::Relaxed);
        if !result.optimum.is_empty() && result.optimum.iter().all(|optimum| optimum.joint.is_some()) {
            all.push(Against::Joint);
        }
        all
    }

    /// `α` before the reward that regret is measured against.
    #[must_use]
    pub fn alpha(self, result: &RunResult) -> f64 {
        match self {
            Against::Played | Against::Relaxed => result.experiment.run.regret_alpha,
            Against::Best | Against::Joint => 1.0,
            Against::Paper => paper_alpha(result.experiment.task.reward),
        }
    }

    /// Whether it is against the best set, which the paper's theorem is about.
    #[must_use]
    pub fn is_best_set(self) -> bool {
        matches!(self, Against::Played | Against::Best | Against::Paper)
    }

    /// As a choice: `best set`, `0.632 of the best set`, `relaxed optimum`, `best set by rows`.
    #[must_use]
    pub fn name(self, result: &RunResult) -> String {
        let what = match self {
            Against::Relaxed => "relaxed optimum",
            Against::Joint => "best set by rows",
            _ => "best set",
        };
        let alpha = self.alpha(result);
        if alpha == 1.0 { what.to_owned() } else { format!("{} of the {what}", fixed(alpha, 3)) }
    }

    /// As a heading: `Cumulative regret`, `α-regret, α = 0.632`.
    #[must_use]
    pub fn title(self, result: &RunResult) -> String {
        let alpha = self.alpha(result);
        let head =
            if alpha == 1.0 { "Cumulative regret".to_owned() } else { format!("α-regret, α = {}", fixed(alpha, 3)) };
        match self {
            Against::Relaxed => format!("{head}, against the relaxed optimum"),
            Against::Joint => format!("{head}, against the best set by rows"),
            _ => head,
        }
    }

    /// In CSV files.
    #[must_use]
    pub fn metric(self) -> &'static str {
        match self {
            Against::Played => "regret",
            Against::Best => "regret_best",
            Against::Paper => "regret_paper",
            Against::Relaxed => "regret_relaxed",
            Against::Joint => "regret_joint",
        }
    }

    /// The policy's curve; `None` where it is not defined.
    pub(super) fn series<'a>(self, result: &RunResult, policy: &'a PolicyResult) -> Option<Cow<'a, Series>> {
        let more = self.alpha(result) - result.experiment.run.regret_alpha;
        match self {
            Against::Relaxed => return Some(Cow::Borrowed(&policy.regret_relaxed)),
            Against::Joint => {}
            _ if more == 0.0 => return Some(Cow::Borrowed(&policy.regret)),
            _ => {}
        }
        let rounds = || policy.rounds.iter().copied();
        if self == Against::Joint {
            // What is measured against the rows is what really came back.
            let best: Option<Vec<f64>> = result.optimum.iter().map(|o| Some(o.joint.as_ref()?.reward)).collect();
            let best = best?;
            let sums = sums(&result.optimum, &best, rounds());
            let mean =
                sums.zip(rounds()).zip(&policy.reward.mean).map(|((sum, t), r)| sum - f64::from(t) * r).collect();
            let widths = policy.reward.ci95.as_ref();
            let ci95 = widths.map(|widths| rounds().zip(widths).map(|(t, width)| f64::from(t) * width).collect());
            return Some(Cow::Owned(Series { mean, ci95 }));
        }
        let best: Vec<f64> = result.optimum.iter().map(|o| o.reward.unwrap_or(o.relaxed_reward)).collect();
        let sums = sums(&result.optimum, &best, rounds());
        let mean = policy.regret.mean.iter().zip(sums).map(|(regret, sum)| regret + more * sum).collect();
        Some(Cow::Owned(Series { mean, ci95: policy.regret.ci95.clone() }))
    }
}

/// Sum up to each of `rounds` (ascending) of the value of each round's segment.
fn sums<'a>(
    segments: &'a [OptimumReport],
    values: &'a [f64],
    rounds: impl Iterator<Item = u32> + 'a,
) -> impl Iterator<Item = f64> + 'a {
    rounds.map(move |t| {
        let ends = segments.iter().skip(1).map(|next| next.from.saturating_sub(1)).chain([u32::MAX]);
        let length = |(segment, end): (&OptimumReport, u32)| {
            f64::from(t.min(end).saturating_add(1).saturating_sub(segment.from))
        };
        segments.iter().zip(ends).map(length).zip(values).map(|(length, value)| length * value).sum()
    })
}
