//! The results as a table: one row a policy, every figure with its interval.

use super::answer::{Answer, best};
use super::explain::{Explain, Topic};
use super::name::Name;
use super::status::played;
use super::swatch::{Swatch, mark};
use crate::format::{Unit, decimals, fixed, listed, percent, signed};
use crate::state::Shared;
use crate::words::{mix, plural, say, told};
use llm_selection::browser::pool::Snapshot;
use llm_selection::export::Table;
use llm_selection::figure::{line_class, series_class};
use llm_selection::order::sort_by;
use llm_selection::summary::{Figure, PolicyResult};
use std::cmp::Ordering;
use yew::prelude::*;

/// Properties of [`Results`].
#[derive(Properties, PartialEq)]
pub struct ResultsProps {
    pub snapshot: Shared<Snapshot>,
    pub unit: Unit,
    /// The ways by which they leave the page.
    pub children: Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Policy,
    Regret,
    Violation,
    Reward,
    Cost,
    Ratio,
    Calls,
    Infeasible,
}

const COLUMNS: [Column; 8] = [
    Column::Policy,
    Column::Regret,
    Column::Violation,
    Column::Reward,
    Column::Cost,
    Column::Ratio,
    Column::Calls,
    Column::Infeasible,
];

impl Column {
    /// Its name in files; the page says it in the person's language.
    fn name(self) -> &'static str {
        match self {
            Column::Policy => "Policy",
            Column::Regret => "Regret",
            Column::Violation => "Violation",
            Column::Reward => "Reward",
            Column::Cost => "Cost",
            Column::Ratio => "Reward/violation",
            Column::Calls => "Calls per query",
            Column::Infeasible => "Infeasible rounds",
        }
    }

    /// Its name in lessons.
    fn short(self) -> &'static str {
        match self {
            Column::Policy => "policy",
            Column::Regret => "regret",
            Column::Violation => "violation",
            Column::Reward => "reward",
            Column::Cost => "cost",
            Column::Ratio => "ratio",
            Column::Calls => "calls",
            Column::Infeasible => "infeasible",
        }
    }

    /// The figure of a policy; an infinite ratio is infinite here.
    fn figure(self, policy: &PolicyResult) -> Figure {
        let finals = &policy.finals;
        match self {
            Column::Policy => Figure::default(),
            Column::Regret => finals.regret,
            Column::Violation => finals.violation,
            Column::Reward => finals.reward,
            Column::Cost => finals.cost,
            Column::Ratio if finals.ratio.mean.is_none() && finals.excess.mean == Some(0.0) => {
                Figure { mean: Some(f64::INFINITY), ci95: None }
            }
            Column::Ratio => finals.ratio,
            Column::Calls => finals.calls,
            Column::Infeasible => finals.infeasible_rounds,
        }
    }

    /// Decimals for one number of this column: a small violation is not 0, for the ratio beside it is finite.
    fn places_of(self, number: f64, places: usize) -> usize {
        if self == Column::Violation { places.max(decimals(number, 2)) } else { places }
    }

    /// A number of this column as people read it.
    fn text(self, number: f64, places: usize, unit: Unit) -> String {
        let places = self.places_of(number, places);
        match self {
            _ if number.is_infinite() => "∞".into(),
            // What is nothing and what is nearly nothing are told apart: the ratio beside them is.
            Column::Violation if number == 0.0 => format!("{}0", unit.sign()),
            Column::Violation if number < 0.5 * TINY => format!("<\u{a0}{}", unit.fixed(TINY, 9)),
            Column::Regret => signed(number, places),
            Column::Violation | Column::Cost => unit.fixed(number, places),
            _ => fixed(number, places),
        }
    }

    /// Decimals that suit all policies.
    fn places(self, policies: &[PolicyResult]) -> usize {
        let of = |figure: fn(Column, &PolicyResult) -> Figure, column: Column| {
            let sizes =
                policies.iter().filter_map(|policy| figure(column, policy).mean).filter(|mean| mean.is_finite());
            sizes.map(f64::abs).fold(0.0, f64::max)
        };
        match self {
            // Violation is read beside the cost it comes from.
            Column::Violation | Column::Cost => decimals(of(Column::figure, Column::Cost), 4),
            Column::Infeasible => 0,
            Column::Calls => 2,
            Column::Regret => decimals(of(Column::figure, self), 4).min(2),
            _ => decimals(of(Column::figure, self), 4),
        }
    }
}

/// The smallest amount that is written out.
const TINY: f64 = 1e-9;

/// A violation as a share of the budget; of none, that single rounds were above it all the same, where they were.
fn of_budget(violation: f64, budget: f64, policy: &PolicyResult) -> AttrValue {
    let share = violation / budget;
    match violation {
        0.0 if policy.finals.ratio.mean.is_some() => say!("single rounds only"),
        _ if share > 0.0 && share < 5e-4 => say!("{share} of ρ", share = "<\u{a0}0.1\u{a0}%"),
        _ => say!("{share} of ρ", share = percent(share)),
    }
}

/// What to know of the regret of policies that read the query, where any play.
fn of_readers(snapshot: &Snapshot) -> Html {
    let experiment = &snapshot.result.experiment;
    let readers = experiment.policies.iter().zip(&snapshot.result.policies);
    let readers = readers.filter(|(policy, _)| policy.kind.reads_query());
    let names: Vec<String> = readers.map(|(_, result)| result.label.clone()).collect();
    if names.is_empty() {
        return Html::default();
    }
    let number = names.len();
    html! {
        <tfoot><tr><td colspan={COLUMNS.len().to_string()}><p>
            {plural!(number, "{names} reads the query.", "{names} read the query.", names = listed(&names))}{" "}
            {say!("Regret counts every set by its models' means over all queries: what is gained by choosing for each query is not in it, and may even look like a loss. Compare rewards.")}
        </p></td></tr></tfoot>
    }
}

/// The card.
#[component]
pub fn Results(props: &ResultsProps) -> Html {
    let sort = use_state(|| None::<(Column, bool)>);
    let result = &props.snapshot.result;
    let policies = &result.policies;
    let budget = result.experiment.task.budget;
    let choice = best(policies, budget);
    let mut order: Vec<usize> = (0..policies.len()).collect();
    if let Some((column, falling)) = *sort {
        sort_by(&mut order, |a, b| {
            let (Some(a), Some(b)) = (policies.get(*a), policies.get(*b)) else { return Ordering::Equal };
            let rank = match column {
                Column::Policy => a.label.cmp(&b.label),
                _ => match (column.figure(a).mean, column.figure(b).mean) {
                    (Some(a), Some(b)) => a.total_cmp(&b),
                    // What is not defined stands below what is, either way.
                    (a, b) => return b.is_some().cmp(&a.is_some()),
                },
            };
            if falling { rank.reverse() } else { rank }
        });
    }
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
        html! { <th scope="col" aria-sort={aria}><button type="button" {onclick}>{broken(told(column.name()))}</button></th> }
    });
    let top = policies.iter().filter_map(|policy| policy.finals.cost.mean).chain(budget).fold(0.0, f64::max);
    let rows = order.iter().filter_map(|place| Some((*place, policies.get(*place)?))).map(|(place, policy)| {
        let cells =
            COLUMNS.iter().skip(1).map(|column| cell(*column, policy, policies, budget, props.unit, place, top));
        html! {
            <tr key={place} class={(choice == Some(place)).then_some("lead")}>
                <th scope="row"><span class="who"><Swatch place={Some(place)} /><Name name={policy.label.clone()} /></span></th>
                {for cells}
            </tr>
        }
    });
    let (rounds, replicates) = played(props.snapshot.round, &props.snapshot);
    html! {
        <section class="card" aria-labelledby="results-title">
            <div class="card-head">
                <h2 id="results-title">{say!("Results")}</h2><Explain topic={Topic::Columns} />
                <span class="note">
                    {say!("after {rounds}, {replicates}", rounds = rounds, replicates = replicates)}
                    if result.experiment.run.replicates > 1 { {mix!("; ± is a 95\u{a0}% interval (Student {t})", t = html! { <i class="sym">{"t"}</i> })} }
                    if result.policies.iter().any(|policy| policy.cost.is_some()) { {say!("; violation and cost in {unit} a query", unit = props.unit.name())} }
                </span>
                <div class="end">{props.children.clone()}</div>
            </div>
            <div class="scroll" tabindex="0" role="group" aria-label={say!("Results table, scrolls sideways")}>
                <table class="table" aria-label={say!("Results")}>
                    <thead><tr>{for head}</tr></thead>
                    <tbody>{for rows}</tbody>
                    {of_readers(&props.snapshot)}
                </table>
            </div>
            <Answer snapshot={props.snapshot.clone()} unit={props.unit} />
        </section>
    }
}

/// A head that may go on in the next row after a stroke.
fn broken(name: AttrValue) -> Html {
    match name.split_once('/') {
        Some((over, under)) => html! { <>{over}{"/"}<wbr />{under}</> },
        None => name.into(),
    }
}

fn cell(
    column: Column,
    policy: &PolicyResult,
    all: &[PolicyResult],
    budget: Option<f64>,
    unit: Unit,
    place: usize,
    top: f64,
) -> Html {
    let figure = column.figure(policy);
    let places = column.places(all);
    let Some(mean) = figure.mean else {
        return html! { <td><span title={say!("not defined")} aria-hidden="true">{"–"}</span><span class="vh">{say!("not defined")}</span></td> };
    };
    let over = column == Column::Violation && budget.is_some_and(|budget| mean > 0.05 * budget);
    let share = budget.filter(|_| column == Column::Violation).map(|budget| of_budget(mean, budget, policy));
    let number = html! {
        <>
            <data value={mean.to_string()}>{column.text(mean, places, unit)}</data>
            if let Some(ci95) = figure.ci95.filter(|half| column != Column::Violation || *half > 0.0) {
                {" "}<span class="pm">{"± "}{fixed(ci95, column.places_of(ci95, places))}</span>
            }
            if let Some(share) = share {
                {" "}<span class="pm">{share}</span>
            }
        </>
    };
    if column != Column::Cost {
        return html! { <td class={over.then_some("over-t")}>{number}</td> };
    }
    let x = |amount: f64| 4.0 + 100.0 * (amount / top.max(1e-300)).clamp(0.0, 1.0);
    let at = x(mean);
    html! {
        <td>
            <span class="cost">
                <span>{number}</span>
                <svg class={classes!("spend", series_class(place))} viewBox="0 0 108 48" aria-hidden="true">
                    if let Some(budget) = budget {
                        <rect class="over" x={format!("{:.1}", x(budget))} width={format!("{:.1}", 108.0 - x(budget))} height="48" />
                    }
                    <path class="grid" d="M4 24H104" />
                    <path class={line_class(place)} d={format!("M4 24H{at:.1}")} />
                    if let Some(budget) = budget { <path class="budget-line" d={format!("M{:.1} 0V48", x(budget))} /> }
                    {mark(place, at, 24.0)}
                </svg>
            </span>
        </td>
    }
}

/// A table of some columns alone, by their names in small letters; `title` says of what.
pub fn small(snapshot: &Shared<Snapshot>, unit: Unit, title: &str, names: &[String]) -> Html {
    let policies = &snapshot.result.policies;
    let budget = snapshot.result.experiment.task.budget;
    let named = |column: &&Column| names.iter().any(|name| column.short() == name);
    let columns: Vec<Column> = COLUMNS.iter().skip(1).filter(named).copied().collect();
    let head = columns.iter().map(|column| html! { <th scope="col">{told(column.name())}</th> });
    let top = policies.iter().filter_map(|policy| policy.finals.cost.mean).chain(budget).fold(0.0, f64::max);
    let rows = policies.iter().enumerate().map(|(place, policy)| {
        let cells = columns.iter().map(|column| cell(*column, policy, policies, budget, unit, place, top));
        html! {
            <tr key={place}>
                <th scope="row"><span class="who"><Swatch place={Some(place)} /><Name name={policy.label.clone()} /></span></th>
                {for cells}
            </tr>
        }
    });
    html! {
        <div class="card">
            <div class="scroll" tabindex="0" role="group" aria-label={say!("Results table, scrolls sideways")}>
                <table class="table fit" aria-label={say!("Results: {title}", title = title)}>
                    <thead><tr><th scope="col">{told("Policy")}</th>{for head}</tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
        </div>
    }
}

/// The table as text; for a spreadsheet at full precision and with the intervals in columns of their own.
pub fn table(snapshot: &Snapshot, unit: Unit, plain: bool) -> Table {
    let policies = &snapshot.result.policies;
    let mut head = Vec::new();
    for column in COLUMNS {
        head.push(column.name().to_owned());
        if plain && column != Column::Policy {
            head.push(format!("{} ci95", column.name()));
        }
    }
    let row = |policy: &PolicyResult| {
        let mut row = vec![policy.label.clone()];
        for column in COLUMNS.into_iter().skip(1) {
            let (figure, places) = (column.figure(policy), column.places(policies));
            if plain {
                row.extend(
                    [figure.mean, figure.ci95].map(|number| number.map_or(String::new(), |number| number.to_string())),
                );
            } else {
                let mean = figure.mean.map_or("–".into(), |mean| column.text(mean, places, unit));
                row.push(
                    figure.ci95.map_or(mean.clone(), |ci95| {
                        format!("{mean} ± {}", fixed(ci95, column.places_of(ci95, places)))
                    }),
                );
            }
        }
        row
    };
    Table { head, rows: policies.iter().map(row).collect() }
}
