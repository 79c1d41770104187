//! Results as text: the curves as CSV, the finals as a table to read.

use super::{Figure, RunResult};
use crate::export::{csv_cell, plain};
use crate::number::short;
use std::fmt::Write;

/// The curves as `policy,round,metric,mean,ci95`: one line a policy, metric and checkpoint; no half-width with one
/// replicate. Labels that a spreadsheet would take for a formula get an apostrophe.
pub fn curves_csv(result: &RunResult) -> String {
    let mut text = String::from("policy,round,metric,mean,ci95\n");
    for policy in &result.policies {
        let label = csv_cell(&policy.label);
        for (metric, series) in policy.series() {
            for (place, (round, mean)) in policy.rounds.iter().zip(&series.mean).enumerate() {
                let _ = write!(text, "{label},{round},{metric},{mean},");
                if let Some(half) = series.ci95.as_ref().and_then(|ci95| ci95.get(place)) {
                    let _ = write!(text, "{half}");
                }
                text.push('\n');
            }
        }
    }
    text
}

/// The finals as a table for a terminal.
pub fn table(result: &RunResult) -> String {
    let header =
        ["Policy", "Regret", "Violation", "Reward", "Cost", "Reward/violation", "Calls per query", "Infeasible rounds"];
    let budgeted = result.experiment.task.budget.is_some();
    let mut rows: Vec<Vec<String>> = vec![header.map(str::to_string).to_vec()];
    for policy in &result.policies {
        let finals = &policy.finals;
        let ratio = match finals.ratio.mean {
            None if budgeted => "∞".to_string(),
            _ => cell(finals.ratio),
        };
        rows.push(vec![
            plain(&policy.label),
            cell(finals.regret),
            cell(finals.violation),
            cell(finals.reward),
            cell(finals.cost),
            ratio,
            cell(finals.calls),
            cell(finals.infeasible_rounds),
        ]);
    }
    let mut text = String::new();
    let run = &result.experiment.run;
    for optimum in &result.optimum {
        let Some(reward) = optimum.reward else { continue };
        let when = if optimum.from == 1 { String::new() } else { format!(" from round {} on", optimum.from) };
        let set: Vec<String> = optimum.set.iter().map(|name| plain(name)).collect();
        let _ = writeln!(text, "Best set{when}: {} (reward {})", set.join(" + "), short(reward));
    }
    let _ = writeln!(
        text,
        "{} rounds, {} replicates, seed {}; ± is a 95 % interval\n",
        run.rounds, run.replicates, run.seed
    );
    text.push_str(&aligned(&rows));
    let _ = writeln!(text, "\nDigest {}", result.digest);
    text
}

/// Rows of cells as lines: the first column to the left, the others to the right.
pub fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in rows {
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let pad = " ".repeat(width - cell.chars().count());
            let _ = if column == 0 { write!(text, "{cell}{pad}") } else { write!(text, "  {pad}{cell}") };
        }
        text.push('\n');
    }
    text
}

fn cell(figure: Figure) -> String {
    match (figure.mean, figure.ci95) {
        (Some(mean), Some(half)) => format!("{} ± {}", short(mean), short(half)),
        (Some(mean), None) => short(mean),
        (None, _) => "not defined".to_string(),
    }
}
