//! What a figure on paper has beside its curves: titles of the axes with their units, and marks on the lines, which those
//! on screens may have as well.

use super::curves::Frame;
use super::plot::Panel;
use super::{Node, Options, Quantity, checkpoint, series_class, series_mark};
use crate::summary::RunResult;

/// Marks on each line.
const MARKS: usize = 4;

/// Room that each row of titles takes, in pixels; none where there are no titles.
pub(super) fn row(options: &Options) -> f64 {
    if options.titled { options.font * 1.5 } else { 0.0 }
}

/// What the values of a quantity are, with their unit.
pub(super) fn values(quantity: Quantity, options: &Options) -> String {
    let unit = if options.dollars { "$" } else { "cost units" };
    match quantity {
        Quantity::Regret => "Cumulative regret R(t), in units of reward".to_owned(),
        Quantity::Violation => format!("Budget violation V(t), {unit} per query"),
        Quantity::Reward => "Mean reward per query".to_owned(),
        Quantity::Cost => format!("Mean cost per query, {unit}"),
        Quantity::Ratio if options.dollars => "Mean reward / mean excess, per $".to_owned(),
        Quantity::Ratio => "Mean reward / mean excess, per cost unit".to_owned(),
        Quantity::RatioViolation if options.dollars => "Mean reward / V(t), per $".to_owned(),
        Quantity::RatioViolation => "Mean reward / V(t), per cost unit".to_owned(),
    }
}

/// The title of the axis of rounds, from pixel `left` to `right`, whose numbers stand below `bottom`.
pub(super) fn rounds(nodes: &mut Vec<Node>, left: f64, right: f64, bottom: f64, options: &Options) {
    if options.titled {
        let (x, y) = ((left + right) / 2.0, bottom + options.font * 2.9);
        nodes.push(Node::Text { class: "mid", x, y, text: "Round t".to_owned() });
    }
}

/// Marks on the lines of a panel, those of no two policies at the same rounds.
pub(super) fn marks(nodes: &mut Vec<Node>, panel: &Panel, result: &RunResult, options: &Options) {
    let Some(quantity) = panel.quantity.filter(|_| options.titled || options.marked) else { return };
    let frame: &Frame = &panel.frame;
    let all = result.policies.len().max(1) as f64;
    for (index, policy) in result.policies.iter().enumerate().rev().filter(|(index, _)| options.shows(*index)) {
        let Some(series) = quantity.series(result, policy, options) else { continue };
        let mut found = Vec::new();
        for place in 0..MARKS {
            let share = (place as f64 + (index as f64 + 0.5) / all) / MARKS as f64;
            let round = frame.x.value(frame.left() + share * (frame.right() - frame.left()));
            // Within [1, 1,000,000] by the axis.
            let Some(at) = checkpoint(&policy.rounds, round as u32) else { continue };
            let here = policy.rounds.get(at).map(|round| f64::from(*round)).filter(|round| *round >= frame.x.lo);
            if let Some((round, value)) = here.zip(series.mean.get(at).copied())
                && frame.shows(value)
            {
                found.push(series_mark(index, frame.x.at(round), frame.y.at(value)));
            }
        }
        if !found.is_empty() {
            nodes.push(Node::Group { class: series_class(index), at: None, nodes: found });
        }
    }
}
