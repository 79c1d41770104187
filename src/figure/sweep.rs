//! The figures of a sweep over one parameter: what is final against what is varied, and reward against cost.

pub(super) mod draw;
pub(super) mod frontier;
mod text;

pub use draw::{draw, sheet, stops};
pub use text::{describe, enough, sub};

use super::Quantity;
use super::number::{decimals, fixed};
use crate::error::{Error, ErrorKind, Result};
use crate::order::sort_by;
use crate::summary::{Figure, Finals};
use crate::sweep::{Listed, SweepResult};
use serde_json::Value;

/// Which figure of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SweepFigure {
    /// Final regret.
    Regret,
    /// Final budget violation.
    Violation,
    /// Mean reward.
    Reward,
    /// Mean cost.
    Cost,
    /// Mean reward against mean cost: one path a policy.
    Frontier,
}

impl SweepFigure {
    /// All, in the page's order.
    pub const ALL: [SweepFigure; 5] =
        [SweepFigure::Regret, SweepFigure::Violation, SweepFigure::Reward, SweepFigure::Cost, SweepFigure::Frontier];

    /// Heading and accessible name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            SweepFigure::Regret => "Final regret",
            SweepFigure::Violation => "Final violation",
            SweepFigure::Reward => "Mean reward",
            SweepFigure::Cost => "Mean cost",
            SweepFigure::Frontier => "Reward and cost frontier",
        }
    }

    /// For file names.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            SweepFigure::Regret => "sweep-regret",
            SweepFigure::Violation => "sweep-violation",
            SweepFigure::Reward => "sweep-reward",
            SweepFigure::Cost => "sweep-cost",
            SweepFigure::Frontier => "sweep-frontier",
        }
    }

    /// What its curves measure; `None` for the frontier.
    #[must_use]
    pub fn quantity(self) -> Option<Quantity> {
        match self {
            SweepFigure::Regret => Some(Quantity::Regret),
            SweepFigure::Violation => Some(Quantity::Violation),
            SweepFigure::Reward => Some(Quantity::Reward),
            SweepFigure::Cost => Some(Quantity::Cost),
            SweepFigure::Frontier => None,
        }
    }
}

/// The one parameter that is varied.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its path in the experiment.
    pub path: String,
    /// What it is called on an axis: `Budget per query ρ`.
    pub name: String,
    /// Its symbol in the papers, or the last part of the path.
    pub symbol: String,
    /// Its values, ascending.
    pub values: Vec<f64>,
}

/// A sweep over one parameter, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// What is varied, with all its values.
    pub parameter: Parameter,
    /// The values that have been played, ascending.
    pub values: Vec<f64>,
    /// One entry a policy, in the experiment's order.
    pub lines: Vec<Line>,
    /// The budget at each value; `None` where there is none.
    pub budgets: Vec<Option<f64>>,
    /// Whether costs are in dollars.
    pub dollars: bool,
    /// Replicates behind every mean.
    pub replicates: u64,
}

/// One policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its label; what is varied does not stand in it.
    pub label: String,
    /// Its finals at each value.
    pub finals: Vec<Finals>,
}

impl Parameter {
    /// The one list of a grid that has several values, all of them numbers.
    ///
    /// # Errors
    /// `OutOfRange` where there are several such lists, or values that are no numbers.
    pub fn of(grid: &Listed) -> Result<Parameter> {
        let several = |value: &Value| value.as_array().is_some_and(|list| list.len() > 1);
        let varied: Vec<_> = grid.0.iter().filter(|(_, values)| several(values)).collect();
        let [(path, values)] = varied.as_slice() else {
            let found = format!("{} lists with several values", varied.len());
            let expected = "one list with several values: a figure has one axis for what is varied";
            return Err(Error::new(ErrorKind::OutOfRange, expected).at_field("grid").found(found));
        };
        let numbers: Option<Vec<f64>> = values.as_array().and_then(|list| list.iter().map(Value::as_f64).collect());
        let Some(mut values) = numbers else {
            let expected = "numbers: a figure has an axis for what is varied";
            return Err(Error::new(ErrorKind::OutOfRange, expected).at_field(format!("grid.{path}")).found(values));
        };
        values.sort_by(f64::total_cmp);
        let last = path.rsplit('.').next().unwrap_or(path);
        let (name, symbol) = match (path.as_str(), last) {
            ("task.budget", _) => ("Budget per query ρ", "ρ"),
            ("task.max_models", _) => ("Models per query N", "N"),
            ("run.rounds", _) => ("Rounds T", "T"),
            (_, "alpha_mu") => ("Width of the reward's interval α_μ", "α_μ"),
            (_, "alpha_c") => ("Width of the cost's interval α_c", "α_c"),
            (_, "epsilon") => ("Share of exploration ε", "ε"),
            (path, "at") if path.starts_with("environment.drift.") => ("Round of the drift", "t"),
            (path, last) => (path, last),
        };
        Ok(Parameter { path: path.clone(), name: name.to_owned(), symbol: symbol.to_owned(), values })
    }

    /// Whether the values are spaced by factors rather than by differences.
    #[must_use]
    pub fn geometric(&self) -> bool {
        let (Some(first), Some(last)) = (self.values.first(), self.values.last()) else { return false };
        if self.values.len() < 3 || *first <= 0.0 || *last < 3.0 * first {
            return false;
        }
        // Values may have been rounded, as 0.1, 0.3, 1 are.
        let even = |steps: Vec<f64>, slack: f64| {
            let mean = steps.iter().sum::<f64>() / steps.len() as f64;
            steps.iter().all(|step| (step - mean).abs() <= slack * mean)
        };
        let steps = |of: fn(f64, f64) -> f64| {
            self.values.windows(2).filter_map(|pair| Some(of(*pair.first()?, *pair.last()?))).collect::<Vec<f64>>()
        };
        even(steps(|a, b| libm::log(b / a)), 0.25) && !even(steps(|a, b| b - a), 0.1)
    }

    /// Whether all values are whole numbers.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.values.iter().all(|value| libm::floor(*value) == *value)
    }

    /// A value as it is read: the shortest text that is exact to six digits.
    #[must_use]
    pub fn write(&self, value: f64) -> String {
        let exact = |places: &usize| {
            let text = format!("{value:.places$}", places = *places);
            text.parse().is_ok_and(|read: f64| (read - value).abs() <= 1e-6 * value.abs())
        };
        fixed(value, (0..12).find(exact).unwrap_or_else(|| decimals(value, 4)))
    }
}

impl Curves {
    /// Of the points of a result, or of those there are so far.
    ///
    /// # Errors
    /// Those of [`Parameter::of`].
    pub fn new(result: &SweepResult) -> Result<Curves> {
        let parameter = Parameter::of(&result.grid)?;
        let value = |values: &Listed, path: &str| {
            values.0.iter().find(|(other, _)| other == path).and_then(|(_, value)| value.as_f64())
        };
        let mut points: Vec<_> =
            result.points.iter().filter_map(|point| Some((value(&point.values, &parameter.path)?, point))).collect();
        sort_by(&mut points, |a, b| a.0.total_cmp(&b.0));
        let fixed = result.experiment.pointer("/task/budget").and_then(Value::as_f64);
        // A list of one value is not varied, but it is not the experiment's own either.
        let listed = result.grid.0.iter().any(|(path, _)| path == "task.budget");
        let budgets = points.iter().map(|(_, point)| value(&point.values, "task.budget").or(fixed.filter(|_| !listed)));
        let budgets = budgets.collect();
        let policies = points.first().map_or(0, |(_, point)| point.policies.len());
        let line = |index: usize| {
            let at = || points.iter().filter_map(|(_, point)| point.policies.get(index));
            let labels: Vec<&str> = at().map(|policy| policy.label.as_str()).collect();
            Line { label: label(&labels), finals: at().map(|policy| policy.finals.clone()).collect() }
        };
        Ok(Curves {
            lines: unique((0..policies).map(line).collect()),
            values: points.iter().map(|(value, _)| *value).collect(),
            parameter,
            budgets,
            dollars: result.experiment.pointer("/environment/kind").is_some_and(|kind| kind != "synthetic"),
            replicates: result.experiment.pointer("/run/replicates").and_then(Value::as_u64).unwrap_or(1),
        })
    }

    /// A final figure of a policy at a value; `None` where it is not defined.
    #[must_use]
    pub fn figure(&self, quantity: Quantity, policy: usize, point: usize) -> Option<(f64, f64)> {
        let finals = self.lines.get(policy)?.finals.get(point)?;
        let Figure { mean, ci95 } = match quantity {
            Quantity::Regret => finals.regret,
            Quantity::Violation => finals.violation,
            Quantity::Reward => finals.reward,
            Quantity::Cost => finals.cost,
            Quantity::Ratio => finals.ratio,
            Quantity::RatioViolation => finals.ratio_violation,
        };
        let mean = mean.filter(|mean| mean.is_finite())?;
        Some((mean, ci95.filter(|width| width.is_finite()).unwrap_or(0.0)))
    }
}

/// A label for all points: where it names the varied value, what comes before it.
fn label(labels: &[&str]) -> String {
    let Some(first) = labels.first() else { return String::new() };
    if labels.iter().all(|label| label == first) {
        return (*first).to_owned();
    }
    // `C2MAB-V (0.3, 0.05)` and `ε-greedy 0.1` both end with their parameters.
    let common = labels.iter().fold(first.len(), |common, label| {
        let same = first.bytes().zip(label.bytes()).take_while(|(a, b)| a == b).count();
        if same < common { same } else { common }
    });
    let stem = first.char_indices().take_while(|(place, _)| *place < common).map(|(_, c)| c).collect::<String>();
    let stem = stem.split(" (").next().unwrap_or_default();
    let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' ' | '#' | '('));
    format!("{stem}, varied")
}

/// Gives a label that is there before a number.
fn unique(mut lines: Vec<Line>) -> Vec<Line> {
    for index in 1..lines.len() {
        let (before, from) = lines.split_at_mut(index);
        if let Some(line) = from.first_mut() {
            let stem = line.label.clone();
            let mut number = 1;
            while before.iter().any(|other| other.label == line.label) {
                number += 1;
                line.label = format!("{stem} #{number}");
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(values: &[f64]) -> Parameter {
        let values = values.iter().map(|value| Value::from(*value)).collect();
        Parameter::of(&Listed(vec![("task.budget".into(), Value::Array(values))])).unwrap()
    }

    #[test]
    fn spacing_is_seen() {
        for geometric in [&[0.1, 0.3, 1.0][..], &[1.0, 2.0, 4.0, 8.0], &[1.0, 2.0, 5.0, 10.0], &[0.03, 0.1, 0.3, 1.0]] {
            assert!(parameter(geometric).geometric(), "{geometric:?}");
        }
        for even in [&[1.0, 2.0, 3.0, 4.0][..], &[0.2, 0.4, 0.6], &[0.0, 1.0, 10.0], &[1.0, 10.0], &[1.0, 1.1, 9.0]] {
            assert!(!parameter(even).geometric(), "{even:?}");
        }
        assert!(Parameter::of(&Listed(vec![("a".into(), serde_json::json!([1, "x"]))])).is_err());
    }

    #[test]
    fn labels_leave_out_what_is_varied() {
        assert_eq!(label(&["CUCB", "CUCB"]), "CUCB");
        assert_eq!(label(&["C2MAB-V (0.3, 0.05)", "C2MAB-V (0.1, 0.05)"]), "C2MAB-V, varied");
        assert_eq!(label(&["ε-greedy 0.1", "ε-greedy 0.05"]), "ε-greedy, varied");
        let line = |label: &str| Line { label: label.into(), finals: Vec::new() };
        let lines = unique(vec![line("a"), line("a"), line("b"), line("a")]);
        assert_eq!(lines.iter().map(|line| line.label.as_str()).collect::<Vec<_>>(), ["a", "a #2", "b", "a #3"]);
    }

    #[test]
    fn the_budget_that_is_enough_is_named() {
        let curve = |rewards: [f64; 4]| {
            let reward = |mean| Finals { reward: Figure { mean: Some(mean), ci95: None }, ..Finals::default() };
            rewards.map(reward).to_vec()
        };
        let line = |label: &str, rewards| Line { label: label.into(), finals: curve(rewards) };
        let mut curves = Curves {
            parameter: parameter(&[0.1, 0.2, 0.3, 0.4]),
            values: vec![0.1, 0.2, 0.3, 0.4],
            lines: vec![
                line("rises", [1.0, 1.8, 1.92, 2.0]),
                line("flat", [1.0; 4]),
                line("dips", [2.0, 1.0, 2.0, 2.0]),
            ],
            budgets: vec![None; 4],
            dollars: false,
            replicates: 1,
        };
        let said = enough(&curves).unwrap();
        assert!(said.contains("rises from ρ = 0.3 on (1.92 of 2") && said.contains("dips from ρ = 0.3 on"), "{said}");
        assert!(!said.contains("flat"), "{said}");
        curves.parameter.path = "run.rounds".into();
        assert_eq!(enough(&curves), None);
    }
}
