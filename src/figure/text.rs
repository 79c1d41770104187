//! The figures in words and numbers: summaries, the readout at a round, tables, CSV.

use super::changes;
use super::number::{CostUnit, count, fixed, percent, shorten};
use super::plot::{absence, round_name, write_value};
use super::selection::{bin_rounds, rows};
use super::{Against, FigureKind, Options, Quantity, checkpoint, extent, note};
use crate::export::csv_cell;
use crate::order::sort_by;
use crate::summary::{PolicyResult, RunResult};
use std::fmt::Write;

/// Values at a round.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Readout {
    /// `Round 4 000`, or `Rounds 3 801 to 4 000`.
    pub at: String,
    /// The values, in the order of the policies; for the selection share the models chosen most, first.
    pub values: Vec<Reading>,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Policy it belongs to, by index.
    pub policy: usize,
    /// What it is called: the policy's label, for the selection share the model's name.
    pub name: String,
    /// The value as it is read: `−24`, `1.98 for $0.0062`, `98 %`.
    pub text: String,
    /// Its half-width as it is read, `± 38`; empty where it has none.
    pub margin: String,
    /// The value itself (for reward and cost the reward).
    pub mean: f64,
    /// Its 95 % half-width.
    pub ci95: Option<f64>,
}

/// Rows of "show as table".
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Headings; the first is that of the rows.
    pub head: Vec<String>,
    /// Row heading, then one cell a column.
    pub rows: Vec<Vec<String>>,
}

/// One sentence below the heading.
#[must_use]
pub fn sub(kind: FigureKind, result: &RunResult, options: &Options) -> String {
    let budget = result.experiment.task.budget.is_some();
    let unit = if options.dollars { ", $ per query" } else { "" };
    let per = if options.dollars { ", per $" } else { "" };
    let text = match kind {
        FigureKind::Regret => regret_sub(result, options, budget),
        FigureKind::Violation => format!("How far the mean cost is above ρ{unit}."),
        FigureKind::RewardCost if budget => "Running means. The shaded side of the line is over budget.".to_owned(),
        FigureKind::RewardCost => "Running means.".to_owned(),
        FigureKind::Ratio if options.by_violation => {
            format!("Mean reward / V(t){per}. Infinite, and not drawn, where the mean cost is within ρ.")
        }
        FigureKind::Ratio => {
            format!(
                "Mean reward / mean excess over ρ{per}. Infinite, and not drawn, where nothing is over. Bands by the delta method; the table's intervals by bootstrap."
            )
        }
        FigureKind::Selection => "Share of rounds each model was chosen in. Bold: in the best set.".to_owned(),
    };
    match kind {
        FigureKind::Regret | FigureKind::Violation | FigureKind::Ratio if options.log && options.log_values => {
            format!("{text} Both axes logarithmic.")
        }
        FigureKind::Regret | FigureKind::RewardCost if options.log => format!("{text} Rounds on a logarithmic axis."),
        _ => text,
    }
}

/// What regret is measured against, in a sentence.
fn regret_sub(result: &RunResult, options: &Options, budget: bool) -> String {
    let alpha = options.against.alpha(result);
    let (name, share) = match alpha == 1.0 {
        true => (String::new(), String::new()),
        false => (format!("α-regret, α = {}: ", fixed(alpha, 3)), format!("{} of ", fixed(alpha, 3))),
    };
    let what = match options.against {
        Against::Relaxed if budget => "the relaxed optimum, which fits ρ on average",
        Against::Relaxed => "the relaxed optimum",
        Against::Joint => "the set that does best on the data's own rows",
        _ if budget => "the best set that always fits ρ",
        _ => "the best set",
    };
    let reward = if options.against == Against::Joint { "realised reward" } else { "reward" };
    capital(&format!("{name}{reward} given up against {share}{what}."))
}

fn value_at(
    quantity: Quantity,
    result: &RunResult,
    policy: &PolicyResult,
    options: &Options,
    round: u32,
) -> Option<(f64, Option<f64>)> {
    let series = quantity.series(result, policy, options)?;
    let at = checkpoint(&policy.rounds, round)?;
    let infinite = matches!(quantity, Quantity::Ratio | Quantity::RatioViolation);
    let mean = series.mean.get(at).copied().filter(|v| v.is_finite() || infinite && *v == f64::INFINITY)?;
    Some((mean, series.ci95.as_ref().and_then(|w| w.get(at).copied()).filter(|w| w.is_finite())))
}

fn margin(quantity: Quantity, width: Option<f64>, unit: CostUnit) -> String {
    let Some(width) = width else { return String::new() };
    let text = match quantity {
        Quantity::Regret => fixed(width, if width < 10.0 { 1 } else { 0 }),
        _ => write_value(quantity, width, unit),
    };
    format!("± {text}")
}

/// Values of the visible policies at the last checkpoint not after `round`.
#[must_use]
pub fn readout(kind: FigureKind, result: &RunResult, options: &Options, round: u32) -> Readout {
    if kind == FigureKind::Selection {
        return share_readout(result, options, round);
    }
    let unit = CostUnit::new(result, options.dollars);
    let mut readout = Readout { at: round_name(round.min(extent(result).1)), values: Vec::new() };
    for (index, policy) in result.policies.iter().enumerate().filter(|(index, _)| options.shows(*index)) {
        let quantities = kind.quantities(options);
        let Some((quantity, (mean, ci95))) =
            quantities.first().and_then(|q| Some((*q, value_at(*q, result, policy, options, round)?)))
        else {
            continue;
        };
        let mut text = write_value(quantity, mean, unit);
        let mut plus_minus = margin(quantity, ci95, unit);
        if let Some(cost) = quantities.get(1).and_then(|q| value_at(*q, result, policy, options, round)) {
            text = format!("{text} for {}", unit.paid(cost.0));
            plus_minus = String::new();
        }
        if kind == FigureKind::RewardCost {
            plus_minus = String::new();
        }
        let name = shorten(&policy.label, 240.0, 12.0);
        readout.values.push(Reading { policy: index, name, text, margin: plus_minus, mean, ci95 });
    }
    readout
}

fn share_readout(result: &RunResult, options: &Options, round: u32) -> Readout {
    let Some(policy) = result.policies.get(options.policy) else { return Readout::default() };
    let bins = policy.share_over_time.len();
    let Some(bin) = (0..bins).find(|bin| round <= bin_rounds(result, *bin).1).or(bins.checked_sub(1)) else {
        return Readout::default();
    };
    let (before, last) = bin_rounds(result, bin);
    let at = format!("Rounds {} to {}", count(before.saturating_add(1)), count(last));
    let shares = policy.share_over_time.get(bin).map_or(&[][..], |s| s);
    let mut values: Vec<Reading> = rows(result, policy)
        .into_iter()
        .filter(|row| row.models.len() == 1)
        .filter_map(|row| {
            let share = shares.get(*row.models.first()?).copied().filter(|s| *s > 0.0)?;
            let name = shorten(&row.name, 200.0, 12.0);
            Some(Reading {
                policy: options.policy,
                name,
                text: percent(share),
                margin: String::new(),
                mean: share,
                ci95: None,
            })
        })
        .collect();
    sort_by(&mut values, |a, b| b.mean.total_cmp(&a.mean));
    values.truncate(5);
    Readout { at, values }
}

/// Heading of a figure that leaves the page.
#[must_use]
pub fn title(kind: FigureKind, result: &RunResult, options: &Options) -> String {
    if kind == FigureKind::Regret { options.against.title(result) } else { kind.title().to_owned() }
}

/// A few plain sentences that say what the figure shows.
#[must_use]
pub fn describe(kind: FigureKind, result: &RunResult, options: &Options) -> String {
    if let Some(text) = absence(kind, result) {
        return format!("{}. {text}", title(kind, result, options));
    }
    let text = format!("{}{}", summary(kind, result, options), changes::words(result));
    format!("{text} {}", note(kind, result, options)).trim_end().to_owned()
}

fn summary(kind: FigureKind, result: &RunResult, options: &Options) -> String {
    let title = title(kind, result, options);
    let (planned, reached) = extent(result);
    let of = if reached < planned { format!(" of {}", count(planned)) } else { String::new() };
    let after = format!("after {}{of} rounds", count(reached));
    if kind == FigureKind::Selection {
        let Some(policy) = result.policies.get(options.policy) else { return format!("{title}.") };
        let mut rows = rows(result, policy);
        rows.retain(|row| row.models.len() == 1);
        sort_by(&mut rows, |a, b| b.share.total_cmp(&a.share));
        let name = |text: &str| shorten(text, 240.0, 12.0);
        let most: Vec<String> =
            rows.iter().take(3).map(|row| format!("{} in {}", name(&row.name), percent(row.share))).collect();
        return format!(
            "Selection share by model for {}, {after}. Chosen most: {} of the rounds.",
            name(&policy.label),
            most.join(", ")
        );
    }
    let mut values = readout(kind, result, options, reached).values;
    let bands = if values.iter().any(|v| v.ci95.is_some()) { " with 95 % bands" } else { "" };
    let plural = if values.len() == 1 { "policy" } else { "policies" };
    let head = format!("{title} over rounds, {} {plural}{bands}", values.len());
    sort_by(&mut values, |a, b| a.mean.total_cmp(&b.mean));
    match (values.first(), values.last()) {
        (Some(low), Some(high)) if values.len() > 1 => {
            format!(
                "{head}. {}: lowest is {} ({}), highest is {} ({}).",
                capital(&after),
                low.name,
                low.text,
                high.name,
                high.text
            )
        }
        (Some(only), _) => format!("{head}. {}: {} ({}).", capital(&after), only.name, only.text),
        _ => format!("{head}."),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    // Greek letters stay as they are: a capital α would be another letter.
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// At most 20 rounds, evenly spaced, with the value of every visible policy; for the selection share one row a model.
#[must_use]
pub fn table(kind: FigureKind, result: &RunResult, options: &Options) -> Table {
    if kind == FigureKind::Selection {
        let Some(policy) = result.policies.get(options.policy) else { return Table::default() };
        let row = |row: super::selection::Row| {
            let share = if row.models.len() > 1 { fixed(row.share, 2) } else { percent(row.share) };
            vec![shorten(&row.name, 400.0, 12.0), share, if row.best { "yes" } else { "no" }.to_owned()]
        };
        let head = ["Model", "Share of rounds", "In the best set"].map(str::to_owned).to_vec();
        return Table { head, rows: rows(result, policy).into_iter().map(row).collect() };
    }
    let visible = || result.policies.iter().enumerate().filter(|(index, _)| options.shows(*index));
    let Some(rounds) = visible().map(|(_, p)| &p.rounds).max_by_key(|r| r.len()) else { return Table::default() };
    let steps = rounds.len().min(20);
    let picked = (1..=steps).filter_map(|i| rounds.get((i * rounds.len() / steps).checked_sub(1)?));
    let mut head = vec!["Round".to_owned()];
    head.extend(visible().map(|(_, p)| shorten(&p.label, 240.0, 12.0)));
    let rows = picked.map(|round| {
        let values = readout(kind, result, options, *round).values;
        let cell = |index: usize| {
            let value = values.iter().find(|v| v.policy == index);
            value.map_or_else(|| "–".to_owned(), |v| format!("{} {}", v.text, v.margin).trim_end().to_owned())
        };
        std::iter::once(count(*round)).chain(visible().map(|(index, _)| cell(index))).collect()
    });
    Table { head, rows: rows.collect() }
}

/// The curves of a figure as `policy,round,metric,mean,ci95`, at full precision, all policies; nothing where a value is not
/// finite. The selection share gives
/// `share:MODEL` at the last round of each bin.
#[must_use]
pub fn curves_csv(kind: FigureKind, result: &RunResult, options: &Options) -> String {
    let number = |v: f64| if v.is_finite() { v.to_string() } else { String::new() };
    let mut out = String::from("policy,round,metric,mean,ci95\n");
    let mut row = |policy: &str, round: u32, metric: &str, mean: &str, width: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{policy},{round},{metric},{mean},{width}");
    };
    for policy in &result.policies {
        let label = csv_cell(&policy.label);
        for quantity in kind.quantities(options) {
            let Some(series) = quantity.series(result, policy, options) else { continue };
            for (place, (round, mean)) in policy.rounds.iter().zip(&series.mean).enumerate() {
                let width = series.ci95.as_ref().and_then(|w| w.get(place)).map_or_else(String::new, |w| number(*w));
                row(&label, *round, quantity.name(options), &number(*mean), &width);
            }
        }
        if kind == FigureKind::Selection {
            for (bin, shares) in policy.share_over_time.iter().enumerate() {
                let round = bin_rounds(result, bin).1;
                for (name, share) in result.models.iter().zip(shares) {
                    row(&label, round, &csv_cell(&format!("share:{name}")), &number(*share), "");
                }
            }
        }
    }
    out
}
