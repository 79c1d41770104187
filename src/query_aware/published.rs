//! Figures that others published of choosing models by reading the query: for reading ours beside them, not ours.
//!
//! From *Harnessing the Power of Multiple Minds* (Srivatsa, Maurya and Kochmar, arXiv 2405.00467), by SelectLLM's authors on
//! the same pool of open models: `routing_policies/routing_results_*.csv` of `kvadityasrivatsa/llm-routing` at commit
//! `c87af59` (MIT), rounded to two decimals. There each query goes to one model; a model's answer is the majority of its
//! samples.

/// Where the figures are from, in one sentence.
pub const SOURCE: &str = "Srivatsa, Maurya and Kochmar, Harnessing the Power of Multiple Minds (arXiv 2405.00467), by \
                          SelectLLM's authors on the same pool of models; kvadityasrivatsa/llm-routing at commit c87af59, MIT licence";

/// The figures on one data set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Published {
    /// The data set's name.
    pub data: &'static str,
    /// Weighted F1 of the classifier, a fine-tuned transformer, in [0,1].
    pub weighted_f1: f64,
    /// Accuracy and latency, models first.
    pub rows: &'static [PublishedRow],
}

/// Accuracy and latency as published.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PublishedRow {
    /// A model's name, or that of a policy or bound.
    pub name: &'static str,
    /// What it is.
    pub kind: PublishedKind,
    /// Percent of the queries that are answered right.
    pub accuracy: f64,
    /// Mean seconds a query.
    pub latency_s: f64,
}

/// What a published row is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishedKind {
    /// One model on every query.
    Model,
    /// A policy that picks one model for each query.
    Policy,
    /// What no policy can exceed: with this pool of models, or with this classifier's labels.
    Bound,
}

use PublishedKind::{Bound, Model, Policy};

const fn row(name: &'static str, kind: PublishedKind, accuracy: f64, latency_s: f64) -> PublishedRow {
    PublishedRow { name, kind, accuracy, latency_s }
}

/// Grade-school mathematics and multiple choice.
pub const PUBLISHED: [Published; 2] = [
    Published {
        data: "GSM8K",
        weighted_f1: 0.71,
        rows: &[
            row("gemma-7b-it", Model, 36.85, 0.7),
            row("gemma-7b", Model, 71.11, 7.1),
            row("llama2-13b-chat", Model, 46.70, 1.8),
            row("metamath-7b", Model, 67.55, 4.7),
            row("mistral-7b-inst", Model, 50.42, 1.0),
            row("mistral-7b-lm", Model, 59.74, 3.7),
            row("Random", Policy, 55.38, 3.62),
            row("ConfArgMax", Policy, 67.63, 4.77),
            row("Select Random", Policy, 67.48, 4.77),
            row("Prediction", Policy, 67.70, 4.77),
            row("Sorted Prediction", Policy, 59.59, 4.77),
            row("Upper bound with the classifier", Bound, 79.68, 5.16),
            row("Oracle", Bound, 87.19, 3.86),
        ],
    },
    Published {
        data: "MMLU",
        weighted_f1: 0.67,
        rows: &[
            row("gemma-7b-it", Model, 49.28, 1.0),
            row("gemma-7b", Model, 63.86, 3.0),
            row("llama2-13b-chat", Model, 50.52, 4.8),
            row("llama2-7b-lm", Model, 48.37, 2.3),
            row("metamath-7b", Model, 42.29, 2.4),
            row("mistral-7b-inst", Model, 51.63, 1.1),
            row("mistral-7b-lm", Model, 62.09, 1.8),
            row("Random", Policy, 52.56, 2.35),
            row("ConfArgMax", Policy, 62.29, 3.0),
            row("Select Random", Policy, 58.24, 2.99),
            row("Prediction", Policy, 63.86, 3.0),
            row("Sorted Prediction", Policy, 48.37, 3.0),
            row("Upper bound with the classifier", Bound, 74.18, 2.09),
            row("Oracle", Bound, 89.15, 1.89),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    #[test]
    fn bounds_are_bounds() {
        for published in PUBLISHED {
            let best = |kinds: &[PublishedKind]| {
                let some = published.rows.iter().filter(|row| kinds.contains(&row.kind));
                some.map(|row| row.accuracy).fold(0.0, f64::max)
            };
            assert!(best(&[Model, Policy]) < best(&[Bound]), "{}", published.data);
            let oracle = published.rows.last().unwrap();
            assert_eq!((oracle.name, oracle.accuracy), ("Oracle", best(&[Bound])));
        }
    }

    /// Against the published files, where they are beside the project.
    #[test]
    fn the_figures_are_those_of_the_source() {
        let folder = std::env::var_os("LLM_SELECTION_SHARED_DATA")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
        for published in PUBLISHED {
            let name = format!("llm_routing_routing_results_{}.csv", published.data.to_lowercase());
            let path = folder.join("published").join(name);
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let mut rows: BTreeMap<String, (f64, f64)> = BTreeMap::new();
            for record in csv::Reader::from_reader(text.as_bytes()).records() {
                let record = record.unwrap();
                if let (Ok(accuracy), Ok(latency)) = (record[1].parse(), record[2].parse()) {
                    rows.insert(record[0].to_owned(), (accuracy, latency));
                }
            }
            assert!((rows["Classifier-f1-weighted"].0 - published.weighted_f1).abs() <= 0.005);
            let models = rows.keys().filter(|name| name.starts_with("['maj_") && !name.contains(", ")).count();
            assert_eq!(models, published.rows.iter().filter(|row| row.kind == Model).count());
            for row in published.rows {
                let of = |name: &str| match (row.kind, row.name) {
                    (Model, model) => name == format!("['maj_{model}_LM']") || name == format!("['maj_{model}_CHAT']"),
                    (Bound, "Upper bound with the classifier") => name.starts_with("Upperbound"),
                    (Bound, _) | (Policy, "Random") => name == row.name,
                    (Policy, policy) => name.starts_with("Policy") && name.contains(&format!("({policy})")),
                };
                let found: Vec<&(f64, f64)> = rows.iter().filter(|(name, _)| of(name)).map(|(_, row)| row).collect();
                let [(accuracy, latency)] = found[..] else { panic!("{} {}: {found:?}", published.data, row.name) };
                assert!((accuracy - row.accuracy).abs() <= 0.005 + 1e-9, "{} {accuracy}", row.name);
                assert!((latency - row.latency_s).abs() <= 0.005 + 1e-9, "{} {latency}", row.name);
            }
        }
    }
}
