//! The policies side by side: the table, what stands against what, and the files of it.

use super::cell::{Scale, cell};
use super::file::number;
use crate::components::download::save_text;
use crate::components::explain::{Explain, Topic};
use crate::components::name::Name;
use crate::components::swatch::{Swatch, bound};
use crate::format::listed;
use crate::query_aware::Trained;
use crate::state::Shared;
use crate::words::{mix, say, told};
use llm_selection::export::Table;
use llm_selection::figure::tradeoff::series;
use llm_selection::order::sort_by;
use llm_selection::query_aware::bootstrap::Figure;
use llm_selection::query_aware::evaluate::PolicyFigures;
use std::cmp::Ordering;
use yew::prelude::*;

/// Properties of [`Policies`].
#[derive(Properties, PartialEq)]
pub struct PoliciesProps {
    pub trained: Shared<Trained>,
    /// How identifiers begin, where it stands more than once on a page.
    #[prop_or_default]
    pub prefix: AttrValue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Policy,
    Accuracy,
    Coverage,
    Parallel,
    Sequential,
    Cost,
    Models,
}

const COLUMNS: [Column; 7] = [
    Column::Policy,
    Column::Accuracy,
    Column::Coverage,
    Column::Parallel,
    Column::Sequential,
    Column::Cost,
    Column::Models,
];

impl Column {
    /// Its head: the name, and what that means.
    fn head(self) -> (AttrValue, Option<AttrValue>) {
        match self {
            Column::Policy => (say!("Policy"), None),
            Column::Accuracy => (say!("Accuracy"), Some(say!("of the vote"))),
            Column::Coverage => (say!("Coverage"), Some(say!("any model right"))),
            Column::Parallel => (say!("Latency"), Some(say!("parallel"))),
            Column::Sequential => (say!("Latency"), Some(say!("in sequence"))),
            Column::Cost => (say!("Cost"), Some(say!("$ a query"))),
            Column::Models => (say!("Models{of}", of = ""), Some(say!("a query"))),
        }
    }

    /// Its name in a file, with the unit.
    fn plain(self) -> &'static str {
        match self {
            Column::Policy => "policy",
            Column::Accuracy => "accuracy",
            Column::Coverage => "coverage",
            Column::Parallel => "latency_parallel_ms",
            Column::Sequential => "latency_sequential_ms",
            Column::Cost => "cost",
            Column::Models => "models_called",
        }
    }

    fn figure(self, policy: &PolicyFigures) -> Figure {
        match self {
            Column::Policy => Figure::default(),
            Column::Accuracy => policy.accuracy,
            Column::Coverage => policy.coverage,
            Column::Parallel => policy.latency_parallel_ms,
            Column::Sequential => policy.latency_sequential_ms,
            Column::Cost => policy.cost,
            Column::Models => policy.models_called,
        }
    }

    fn scale(self, policies: &[PolicyFigures]) -> Scale {
        let values = |column: Column| policies.iter().filter_map(move |policy| column.figure(policy).value);
        match self {
            Column::Policy | Column::Accuracy | Column::Coverage => Scale::Percent,
            // The two are read beside each other.
            Column::Parallel | Column::Sequential => {
                Scale::time(values(Column::Parallel).chain(values(Column::Sequential)))
            }
            Column::Cost => Scale::dollars(values(Column::Cost)),
            Column::Models => Scale::Plain(2),
        }
    }
}

/// The table.
#[component]
pub fn Policies(props: &PoliciesProps) -> Html {
    let sort = use_state(|| None::<(Column, bool)>);
    let refused = use_state(|| false);
    let evaluation = &props.trained.evaluation;
    let policies = &evaluation.policies;
    let part = props.trained.experiment.query_aware.clone().unwrap_or_default();
    // The oracle is no policy, and stands below all of them.
    let oracle = policies.len().saturating_sub(1);
    let mut order: Vec<usize> = (0..oracle).collect();
    if let Some((column, falling)) = *sort {
        sort_by(&mut order, |a, b| {
            let (Some(a), Some(b)) = (policies.get(*a), policies.get(*b)) else { return Ordering::Equal };
            let rank = match column {
                Column::Policy => a.name.cmp(&b.name),
                _ => match (column.figure(a).value, column.figure(b).value) {
                    (Some(a), Some(b)) => a.total_cmp(&b),
                    // What is not known stands below what is, either way.
                    (a, b) => return b.is_some().cmp(&a.is_some()),
                },
            };
            if falling { rank.reverse() } else { rank }
        });
    }
    order.push(oracle);
    let head = COLUMNS.iter().map(|column| {
        let (column, sort) = (*column, sort.clone());
        let now = sort.filter(|(sorted, _)| *sorted == column).map(|(_, falling)| falling);
        let aria = match now {
            None => "none",
            Some(true) => "descending",
            Some(false) => "ascending",
        };
        let onclick = Callback::from(move |_: MouseEvent| {
            sort.set(match now {
                None => Some((column, column != Column::Policy)),
                Some(falling) if falling == (column != Column::Policy) => Some((column, !falling)),
                Some(_) => None,
            });
        });
        let (name, about) = column.head();
        html! {
            <th scope="col" aria-sort={aria}><button type="button" {onclick}>{name}if let Some(about) = about { {" "}<span class="about">{about}</span> }</button></th>
        }
    });
    let scales = COLUMNS.map(|column| column.scale(policies));
    let rows = order.iter().filter_map(|place| Some((*place, policies.get(*place)?))).map(|(place, policy)| {
        let cells = COLUMNS.iter().zip(scales).skip(1).map(|(column, scale)| {
            if place == oracle && *column == Column::Accuracy {
                return html! { <td class="quiet">{say!("not a vote")}</td> };
            }
            html! { <td>{cell(column.figure(policy), scale)}</td> }
        });
        let lead = policy.name == evaluation.gap.policy;
        html! {
            <tr key={place} class={lead.then_some("lead")}>
                <th scope="row">
                    <span class="who">
                        if place == oracle { {bound()} } else { <Swatch place={series(evaluation, place)} /> }
                        <Name name={told(policy.name.clone())} />
                    </span>
                    if !policy.models.is_empty() { <span class="about">{listed(&policy.models)}</span> }
                </th>
                {for cells}
            </tr>
        }
    });
    let save = |name: &'static str, kind: &'static str, text: fn(&Trained) -> String| {
        let (trained, refused) = (props.trained.clone(), refused.clone());
        Callback::from(move |_: MouseEvent| refused.set(save_text(name, kind, &text(&trained)).is_err()))
    };
    let title = format!("{}policies-title", props.prefix);
    html! {
        <section class="card" aria-labelledby={title.clone()}>
            <div class="card-head">
                <h2 id={title}>{say!("Policies")}</h2><Explain topic={Topic::Judged} />
                <span class="note">{mix!(
                    "at {s} = {models}, {tau} = {threshold}; ± is a 95\u{a0}% interval over test queries",
                    s = html! { <i class="sym">{"s"}</i> },
                    models = part.max_models,
                    tau = html! { <i class="sym">{"τ"}</i> },
                    threshold = part.threshold,
                )}</span>
                <div class="end">
                    if *refused { <span class="note" aria-live="polite">{say!("The browser did not allow saving")}</span> }
                    <button type="button" class="btn small" onclick={save("evaluation.json", "application/json", |trained| trained.json.clone())}>{say!("Download JSON")}</button>
                    <button type="button" class="btn small" onclick={save("policies.csv", "text/csv", csv)}>{say!("Download CSV")}</button>
                </div>
            </div>
            <div class="scroll" tabindex="0" role="group" aria-label={say!("Policies table, scrolls sideways")}>
                <table class="table" aria-label={say!("Policies")}>
                    <thead><tr>{for head}</tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
            <p class="quiet small">{say!("Accuracy: the vote is right. Coverage: any called model is right, whether or not the vote takes its answer. The oracle calls one model that is right where there is one: an upper bound, and no vote.")}</p>
        </section>
    }
}

/// The table for a spreadsheet, at full precision.
fn csv(trained: &Trained) -> String {
    let mut head = vec!["policy".to_owned(), "models".to_owned()];
    for column in COLUMNS.iter().skip(1) {
        head.extend([column.plain().to_owned(), format!("{}_ci95", column.plain())]);
    }
    let row = |policy: &PolicyFigures| {
        let mut row = vec![policy.name.clone(), policy.models.join(" + ")];
        for column in COLUMNS.iter().skip(1) {
            let figure = column.figure(policy);
            row.extend([number(figure.value), number(figure.ci95)]);
        }
        row
    };
    Table { head, rows: trained.evaluation.policies.iter().map(row).collect() }.csv()
}
