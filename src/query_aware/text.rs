//! An evaluation as a terminal shows it.

use super::bootstrap::Figure;
use super::evaluation::Evaluation;
use super::outcome::sentences;
use crate::export::plain;
use crate::number::short;
use crate::summary::aligned;
use std::fmt::Write as _;

/// The parts, the classifier, the table of policies, the comparisons, and the outcome of the paper's best rule in words.
pub fn table(evaluation: &Evaluation) -> String {
    let mut text = String::new();
    let split = evaluation.split;
    let by = if split.from_column { "by the data's split column" } else { "drawn at random" };
    let _ = writeln!(
        text,
        "{} queries to train on, {} to validate on, {} to test on ({by}); ± is a 95 % interval over test queries\n",
        split.train, split.validation, split.test
    );
    let classifier = &evaluation.classifier;
    let named = [
        ("from the threshold for F1 on", &classifier.by_f1),
        ("from the policies' threshold on", &classifier.calibrated),
        ("always right", &classifier.always_positive),
        ("majority", &classifier.majority),
    ];
    let mut rows =
        vec![row(["Predictions", "Weighted F1", "Precision", "Recall", "All labels right", "Log loss (nats)"])];
    for (name, report) in named {
        let figures = [
            report.weighted_f1,
            report.weighted_precision,
            report.weighted_recall,
            report.subset_accuracy,
            report.log_loss,
        ];
        rows.push(std::iter::once(name.to_owned()).chain(figures.map(cell)).collect());
    }
    text.push_str(&aligned(&rows));
    text.push('\n');
    let mut rows =
        vec![row(["Policy", "Accuracy", "Coverage", "Models called", "Parallel (ms)", "In sequence (ms)", "Cost ($)"])];
    for policy in &evaluation.policies {
        let figures = [
            policy.accuracy,
            policy.coverage,
            policy.models_called,
            policy.latency_parallel_ms,
            policy.latency_sequential_ms,
            policy.cost,
        ];
        let models: Vec<String> = policy.models.iter().map(|model| plain(model)).collect();
        let name =
            if models.is_empty() { policy.name.clone() } else { format!("{}: {}", policy.name, models.join(" + ")) };
        rows.push(std::iter::once(name).chain(figures.map(cell)).collect());
    }
    text.push_str(&aligned(&rows));
    let _ =
        writeln!(text, "\nAccuracy: the vote is right. Coverage: any called model is right, whichever the vote takes.");
    let _ = writeln!(
        text,
        "Some model of the pool is right on {} of the test queries (the oracle).\n",
        cell(evaluation.oracle)
    );
    let mut rows =
        vec![row(["Against", "", "Accuracy", "Parallel latency saved", "Sequential latency saved", "Cost saved"])];
    for compared in &evaluation.comparisons {
        let baseline = match compared.most_accurate {
            true => format!("{} (the most accurate)", compared.baseline),
            false => compared.baseline.clone(),
        };
        let saved = [compared.latency_parallel_saved, compared.latency_sequential_saved, compared.cost_saved];
        let mut cells = vec![compared.policy.clone(), baseline, cell(compared.accuracy)];
        cells.extend(saved.map(percent));
        rows.push(cells);
    }
    text.push_str(&aligned(&rows));
    let gap = &evaluation.gap;
    let _ = writeln!(
        text,
        "\nGap: {} misses {} of the {} queries that some model solves.",
        gap.policy,
        gap.gap.solvable.missed.len(),
        gap.gap.solvable.of
    );
    let lead = evaluation.policies.iter().position(|policy| policy.name == gap.policy);
    for sentence in lead.into_iter().flat_map(|place| sentences(evaluation, place)) {
        let _ = writeln!(text, "{sentence}");
    }
    text
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn cell(figure: Figure) -> String {
    match (figure.value, figure.ci95) {
        (Some(value), Some(half)) => format!("{} ± {}", short(value), short(half)),
        (Some(value), None) => short(value),
        (None, _) => "not known".to_owned(),
    }
}

fn percent(figure: Figure) -> String {
    match (figure.value, figure.ci95) {
        (Some(value), Some(half)) => format!("{:.1} ± {:.1} %", 100.0 * value, 100.0 * half),
        (Some(value), None) => format!("{:.1} %", 100.0 * value),
        (None, _) => "not known".to_owned(),
    }
}
