//! A sweep's figures in words.

use super::draw::{absence, unit};
use super::frontier::{efficient, spots};
use super::{Curves, SweepFigure};
use crate::figure::number::shorten;
use crate::figure::plot::write_value;
use crate::figure::{Options, Quantity};
use crate::order::sort_by;

/// One sentence below the heading.
#[must_use]
pub fn sub(kind: SweepFigure, curves: &Curves) -> String {
    let axis = if curves.parameter.geometric() { " Logarithmic axis." } else { "" };
    let unit = if curves.dollars { ", $ per query" } else { "" };
    match kind {
        SweepFigure::Regret => format!("Reward given up against the best set, after the last round.{axis}"),
        SweepFigure::Violation => format!("How far the mean cost is above ρ, after the last round{unit}.{axis}"),
        SweepFigure::Reward => format!("Over all rounds of a run.{axis}"),
        SweepFigure::Cost => format!("Over all rounds of a run{unit}.{axis}"),
        SweepFigure::Frontier => {
            format!(
                "A path a policy, through the values of {}. Ringed: nothing else gives more for less.",
                curves.parameter.symbol
            )
        }
    }
}

/// One or two plain sentences that say what the figure shows.
#[must_use]
pub fn describe(kind: SweepFigure, curves: &Curves, options: &Options) -> String {
    let title = kind.title();
    if let Some(text) = absence(kind, curves) {
        return format!("{title}. {text}");
    }
    let parameter = &curves.parameter;
    let value = |at: usize| curves.values.get(at).map_or_else(String::new, |value| parameter.write(*value));
    let last = curves.values.len().saturating_sub(1);
    let name =
        |policy: usize| curves.lines.get(policy).map_or_else(String::new, |line| shorten(&line.label, 240.0, 12.0));
    let unit = unit(curves);
    let bands = if curves.replicates > 1 { ", with 95 % intervals" } else { "" };
    let shown = (0..curves.lines.len()).filter(|policy| options.shows(*policy)).count();
    let plural = if shown == 1 { "policy" } else { "policies" };
    let range = format!("{} from {} to {}", parameter.symbol, value(0), value(last));
    let Some(quantity) = kind.quantity() else {
        let spots = spots(curves, options);
        let front = efficient(&spots);
        let named: Vec<String> = (front.iter().take(6))
            .map(|spot| {
                let reward = write_value(Quantity::Reward, spot.reward.0, unit);
                let cost = write_value(Quantity::Cost, spot.cost.0, unit);
                format!("{} at {} {} ({reward} for {cost})", name(spot.policy), parameter.symbol, value(spot.at))
            })
            .collect();
        let more = if front.len() > 6 { format!(" and {} more", front.len() - 6) } else { String::new() };
        let head = format!("Mean reward against mean cost, {shown} {plural}, {range}{bands}.");
        return format!("{head} Nothing gives more for less than {}{more}.", named.join("; "));
    };
    let mut ends: Vec<(usize, f64)> = (0..curves.lines.len())
        .filter(|policy| options.shows(*policy))
        .filter_map(|policy| Some((policy, curves.figure(quantity, policy, last)?.0)))
        .collect();
    sort_by(&mut ends, |a, b| a.1.total_cmp(&b.1));
    let said = |(policy, mean): &(usize, f64)| format!("{} ({})", name(*policy), write_value(quantity, *mean, unit));
    let head = format!("{title} against {range}, {shown} {plural}{bands}.");
    match (ends.first(), ends.last()) {
        (Some(low), Some(high)) if ends.len() > 1 => {
            format!("{head} At {}: lowest is {}, highest is {}.", value(last), said(low), said(high))
        }
        (Some(only), _) => format!("{head} At {}: {}.", value(last), said(only)),
        _ => head,
    }
}

/// Where the budget is varied: from which value on each policy has at least 95 % of the largest reward that it has
/// anywhere; policies that have it from the first value on are left out. `None` where nobody is left.
#[must_use]
pub fn enough(curves: &Curves) -> Option<String> {
    let parameter = &curves.parameter;
    let said: Vec<String> = (0..curves.lines.len())
        .filter(|_| parameter.path == "task.budget")
        .filter_map(|policy| {
            let rewards: Vec<f64> = (0..curves.values.len())
                .map(|at| Some(curves.figure(Quantity::Reward, policy, at)?.0))
                .collect::<Option<_>>()?;
            let most = rewards.iter().copied().fold(0.0, |a, b| if b > a { b } else { a });
            let first = rewards.iter().rposition(|reward| *reward < 0.95 * most)? + 1;
            let (value, reward) = (curves.values.get(first)?, rewards.get(first)?);
            let amount = |reward: f64| write_value(Quantity::Reward, reward, unit(curves));
            let label = &curves.lines.get(policy)?.label;
            Some(format!("{label} from ρ = {} on ({} of {})", parameter.write(*value), amount(*reward), amount(most)))
        })
        .collect();
    (!said.is_empty()).then(|| format!("At least 95 % of the largest reward: {}.", said.join("; ")))
}
