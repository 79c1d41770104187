//! The audit as a person reads it in a terminal.

use llm_selection::data::{Audit, FileAudit, Gap, ModelAudit, Warning};
use llm_selection::error::named_column;

/// Rows that a line names.
const NAMED: usize = 12;

/// The whole audit, line by line.
pub fn text(audit: &Audit) -> String {
    let mut lines: Vec<String> = audit.files.iter().flat_map(file).collect();
    lines.push(format!(
        "{} models, {} queries, {} complete, {} duplicate rows ({} of them put together with the earlier row)",
        audit.models.len(),
        audit.queries,
        audit.complete,
        audit.duplicates,
        audit.coalesced
    ));
    lines.extend(audit.models.iter().flat_map(model));
    if audit.models.iter().any(|model| model.ci95_score.is_some()) {
        lines.push("  (± is the 95 % interval of the mean, 1.96 s/√n over the queries with a value)".to_owned());
    }
    lines.extend(audit.warnings.iter().map(warning));
    let plain = |line: &String| line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>() + "\n";
    lines.iter().map(plain).collect()
}

fn file(file: &FileAudit) -> [String; 2] {
    [
        format!("{}: {}, {} rows, {}; {}", file.name, file.format, file.rows, file.encoding, file.why),
        format!("  scores: {}; costs: {}; latency: {}", file.score_unit, file.cost_unit, file.latency_unit),
    ]
}

fn model(model: &ModelAudit) -> Vec<String> {
    let figure = |mean: Option<f64>, ci95: Option<f64>, unit: &str| match (mean, ci95) {
        (None, _) => "not known".to_owned(),
        (Some(mean), None) => format!("{mean:.6}{unit}"),
        (Some(mean), Some(ci95)) => format!("{mean:.6} ± {ci95:.6}{unit}"),
    };
    let mut lines = vec![format!(
        "  {}: {} rows, {} missing; mean score {}, cost {}, latency {}",
        model.name,
        model.rows,
        model.missing,
        figure(model.mean_score, model.ci95_score, ""),
        figure(model.mean_cost, model.ci95_cost, " $"),
        figure(model.mean_latency_ms, model.ci95_latency_ms, " ms")
    )];
    if !model.gaps.is_empty() {
        lines.push(format!("    missing: {}", listed(model.gaps.iter().map(gap), model.missing)));
    }
    lines
}

fn gap(gap: &Gap) -> String {
    match gap.row {
        Some(row) => format!("{} (row {row} has no {})", gap.query, gap.lacks),
        None => format!("{} (no {})", gap.query, gap.lacks),
    }
}

fn warning(warning: &Warning) -> String {
    let row = warning.row.map(|row| format!("row {row}"));
    let column = warning.column.as_deref().map(named_column);
    let place: Vec<String> = [warning.file.clone(), row, column].into_iter().flatten().collect();
    let place = if place.is_empty() { String::new() } else { format!("{}: ", place.join(", ")) };
    let rows = match warning.total {
        0 | 1 => String::new(),
        total => format!("; rows {}", listed(warning.rows.iter().map(u64::to_string), total)),
    };
    format!("warning: {place}{}{rows}", warning.message)
}

/// The first of the items, and how many more there are.
fn listed(items: impl Iterator<Item = String>, total: u64) -> String {
    let named: Vec<String> = items.take(NAMED).collect();
    match total.saturating_sub(named.len() as u64) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
