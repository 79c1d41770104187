//! How well each model is predicted, beside two that have learned nothing, and the paper's own figures.

use super::cell::{Scale, cell};
use crate::components::explain::{Explain, Topic};
use crate::components::name::Name;
use crate::words::{mix, say};
use llm_selection::query_aware::bootstrap::Figure;
use llm_selection::query_aware::evaluation::Evaluation;
use llm_selection::query_aware::report::{ModelReport, Report};
use yew::prelude::*;

/// The card.
pub fn predicted(evaluation: &Evaluation) -> Html {
    let classifier = &evaluation.classifier;
    let rows = classifier.by_f1.models.iter().map(|model| {
        html! {
            <tr key={model.name.clone()}>
                <th scope="row"><Name name={model.name.clone()} /></th>
                <td>{cell(model.precision, Scale::Plain(2))}</td>
                <td>{cell(model.recall, Scale::Plain(2))}</td>
                <td>{cell(model.f1, Scale::Plain(2))}</td>
                <td>{right(model)}</td>
            </tr>
        }
    });
    let all = [
        (say!("From each model's own threshold on"), say!("chosen for F1 on validation"), &classifier.by_f1),
        (say!("From τ on"), say!("what the policies use"), &classifier.calibrated),
        (say!("Always positive"), say!("has learned nothing"), &classifier.always_positive),
        (say!("Majority"), say!("knows each model's share"), &classifier.majority),
    ];
    // The verb says which way it goes, the number how far.
    let saved = classifier.log_loss_saved;
    let totals = all.map(|(name, about, report)| total(name, about, report));
    html! {
        <section class="card" aria-labelledby="predicted-title">
            <div class="card-head"><h2 id="predicted-title">{say!("How well each model is predicted")}</h2><Explain topic={Topic::Predicted} /></div>
            <p class="note">
                {mix!(
                    match saved.value.is_some_and(|value| value < 0.0) {
                        true => "Weighted F1 {f1}. In the paper, with a fine-tuned RoBERTa: 0.71 on GSM8K, 0.68 on MMLU. Reading the query adds {size} nats of log loss a label against knowing each model's share only.",
                        false => "Weighted F1 {f1}. In the paper, with a fine-tuned RoBERTa: 0.71 on GSM8K, 0.68 on MMLU. Reading the query saves {size} nats of log loss a label against knowing each model's share only.",
                    },
                    f1 = html! { <b>{cell(classifier.by_f1.weighted_f1, Scale::Plain(2))}</b> },
                    size = cell(Figure { value: saved.value.map(f64::abs), ..saved }, Scale::Plain(3)),
                )}
            </p>
            <div class="scroll" tabindex="0" role="group" aria-label={say!("Predictions by model, scrolls sideways")}>
                <table class="table fit" aria-label={say!("Predictions by model")}>
                    <thead><tr>
                        <th scope="col">{say!("Model")}</th><th scope="col">{say!("Precision")}</th><th scope="col">{say!("Recall")}</th>
                        <th scope="col">{"F1"}</th><th scope="col">{say!("Right")}</th>
                    </tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
            <div class="scroll" tabindex="0" role="group" aria-label={say!("Predictions of all models together, scrolls sideways")}>
                <table class="table fit" aria-label={say!("Predictions of all models together")}>
                    <thead><tr>
                        <th scope="col">{say!("Predictions")}</th><th scope="col">{say!("Weighted F1")}</th><th scope="col">{say!("Precision")}</th>
                        <th scope="col">{say!("Recall")}</th><th scope="col">{say!("All labels right")}</th><th scope="col">{say!("Log loss")}{" "}<span class="about">{say!("nats")}</span></th>
                    </tr></thead>
                    <tbody>{for totals}</tbody>
                </table>
            </div>
        </section>
    }
}

/// The share of the test queries that a model solves.
fn right(model: &ModelReport) -> Html {
    let share = f64::from(model.right) / f64::from(model.labels);
    if share.is_nan() {
        return html! { {"–"} };
    }
    html! { <data value={share.to_string()}>{Scale::Percent.text(share)}</data> }
}

fn total(name: AttrValue, about: AttrValue, report: &Report) -> Html {
    html! {
        <tr>
            <th scope="row">{name}<span class="about">{about}</span></th>
            <td>{cell(report.weighted_f1, Scale::Plain(2))}</td>
            <td>{cell(report.weighted_precision, Scale::Plain(2))}</td>
            <td>{cell(report.weighted_recall, Scale::Plain(2))}</td>
            <td>{cell(report.subset_accuracy, Scale::Percent)}</td>
            <td>{cell(report.log_loss, Scale::Plain(3))}</td>
        </tr>
    }
}
