//! The strip at the top: who spends what per query, against the budget.

use super::explain::{Explain, Topic};
use super::swatch::mark;
use crate::browser::decimal;
use crate::format::{Unit, listed};
use crate::state::Shared;
use crate::words::say;
use llm_selection::browser::pool::Snapshot;
use llm_selection::figure::number::shorten;
use llm_selection::figure::series_class;
use llm_selection::order::sort_by;
use llm_selection::plan::BudgetRange;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Rail`].
#[derive(Properties, PartialEq)]
pub struct RailProps {
    pub snapshot: Shared<Snapshot>,
    pub hidden: Rc<Vec<bool>>,
    pub range: Option<BudgetRange>,
    pub unit: Unit,
}

struct Point {
    place: usize,
    label: String,
    cost: f64,
}

/// A drawing of one size.
struct Size {
    class: &'static str,
    hatch: &'static str,
    width: f64,
    height: f64,
    ticks: f64,
    wide: bool,
}

const MARGIN: f64 = 6.0;
const TOP: f64 = 22.0;

impl Size {
    fn ground(&self) -> f64 {
        self.height - 28.0
    }
}

/// The strip; nothing where costs are unknown.
#[component]
pub fn Rail(props: &RailProps) -> Html {
    let policies = props.snapshot.result.policies.iter().enumerate();
    let points: Vec<Point> = policies
        .filter(|(place, _)| !props.hidden.get(*place).copied().unwrap_or(false))
        .filter_map(|(place, policy)| {
            let cost = policy.finals.cost.mean?;
            Some(Point { place, label: shorten(&policy.label, 160.0, 11.0), cost })
        })
        .collect();
    if points.is_empty() {
        return Html::default();
    }
    let wide =
        Size { class: "chart wide-only", hatch: "hatch-wide", width: 560.0, height: 112.0, ticks: 5.0, wide: true };
    let narrow = Size {
        class: "chart narrow-only",
        hatch: "hatch-narrow",
        width: 336.0,
        height: 118.0,
        ticks: 3.0,
        wide: false,
    };
    html! {
        <figure class="chart-box rail" aria-label={say!("Spend per query against the budget")}>
            <Explain topic={Topic::Strip} />
            {drawing(props, &points, &wide)}{drawing(props, &points, &narrow)}
        </figure>
    }
}

/// A round number near `top / parts`.
fn tick_step(top: f64, parts: f64) -> f64 {
    let wanted = top / parts;
    let mut size = 1.0;
    while size > wanted {
        size /= 10.0;
    }
    while size * 10.0 <= wanted {
        size *= 10.0;
    }
    [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|step| step * size).find(|step| *step >= wanted).unwrap_or(size)
}

/// Decimals that tell one tick from the next.
fn tick_decimals(step: f64) -> usize {
    let exact =
        |places: &usize| decimal(&format!("{step:.places$}")).is_some_and(|read| (read - step).abs() < 1e-6 * step);
    (0..10).find(exact).unwrap_or(10)
}

fn drawing(props: &RailProps, points: &[Point], size: &Size) -> Html {
    let (unit, ground) = (props.unit, size.ground());
    let budget = props.snapshot.result.experiment.task.budget;
    let dearest = points.iter().map(|point| point.cost).fold(0.0, f64::max);
    let ends =
        [1.02 * dearest, 1.2 * budget.unwrap_or(0.0), 1.06 * props.range.map_or(0.0, |range| range.never_binding)];
    let top = ends.into_iter().fold(1e-12, f64::max);
    let step = tick_step(top, size.ticks);
    let x = |amount: f64| MARGIN + (size.width - 2.0 * MARGIN) * (amount / top).clamp(0.0, 1.0);
    let places = tick_decimals(step);
    let last = (top / step + 1e-9) as u32;
    let ticks = (0..=last).map(|i| {
        let amount = f64::from(i) * step;
        let at = x(amount);
        let class = if i == 0 {
            None
        } else if at > size.width - 30.0 {
            Some("end")
        } else {
            Some("mid")
        };
        let text = if i == 0 { format!("{}0", unit.sign()) } else { unit.fixed(amount, places) };
        let anchor = if class == Some("end") { size.width - MARGIN } else { at };
        html! {
            <>
                <path class="axis" d={format!("M{at:.1} {ground}v4")} />
                <text {class} x={format!("{anchor:.1}")} y={format!("{:.1}", ground + 19.0)}>{text}</text>
            </>
        }
    });
    let lines = range_lines(props, size, &x);
    let summary: Vec<String> =
        points.iter().map(|point| format!("{} {}", point.label, unit.amount(point.cost, 3))).collect();
    let spent = listed(&summary);
    let said = match budget {
        None => say!("Mean spend per query so far; there is no budget: {spent}.", spent = spent),
        Some(budget) => say!(
            "Mean spend per query so far; the budget is {budget}: {spent}.",
            budget = unit.short(budget),
            spent = spent,
        ),
    };
    html! {
        <svg class={size.class} viewBox={format!("0 0 {} {}", size.width, size.height)} role="img"
            aria-label={said}>
            if let Some(budget) = budget {
                <defs><pattern id={size.hatch} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V7" /></pattern></defs>
                { for ["", size.hatch].map(|hatch| html! {
                    <rect class={hatch.is_empty().then_some("over")} fill={(!hatch.is_empty()).then(|| format!("url(#{hatch})"))}
                        x={format!("{:.1}", x(budget))} y={TOP.to_string()} width={format!("{:.1}", size.width - MARGIN - x(budget))}
                        height={format!("{:.1}", ground - TOP)} />
                }) }
            }
            <path class="axis" d={format!("M{MARGIN} {ground}H{}", size.width - MARGIN)} />
            {for ticks}
            { for lines.iter().map(|(at, left, words)| range_mark(size, *at, *left, words)) }
            if let Some(budget) = budget { {flag(unit, budget, x(budget), size)} }
            {marks(points, size, budget, &lines, &x)}
        </svg>
    }
}

/// Where the budget begins to matter, and where it stops: the place, whether its words stand after it, and these.
fn range_lines(props: &RailProps, size: &Size, x: &impl Fn(f64) -> f64) -> Vec<(f64, bool, AttrValue)> {
    let budget = props.snapshot.result.experiment.task.budget;
    // Next to the budget's own line there is no room for words.
    let clear = |at: f64, after: bool| {
        budget.is_none_or(|budget| {
            let gap = (x(budget) - at) * if after { 1.0 } else { -1.0 };
            gap < -8.0 || gap > if size.wide { 118.0 } else { 66.0 }
        })
    };
    let Some(range) = props.range else { return Vec::new() };
    let mut lines = vec![
        (x(range.cheapest_feasible), true, say!("cheapest feasible")),
        (x(range.never_binding), false, say!("never binding")),
    ];
    lines.retain(|(at, after, _)| clear(*at, *after));
    lines
}

fn range_mark(size: &Size, at: f64, after: bool, words: &AttrValue) -> Html {
    let (text, class) = if after { (at + 5.0, "halo") } else { (at - 5.0, "end halo") };
    let text = format!("{text:.1}");
    // Two lines where there is little room.
    let (first, second) = words.split_once(' ').unwrap_or((words, ""));
    html! {
        <>
            <path class="leader" d={format!("M{at:.1} 30V{}", size.ground())} />
            <text {class} x={text.clone()} y="40">
                if size.wide { {words.clone()} } else { {first}<tspan x={text} dy="14">{second}</tspan> }
            </text>
        </>
    }
}

fn flag(unit: Unit, budget: f64, at: f64, size: &Size) -> Html {
    let text = say!("budget ρ = {budget}", budget = unit.short(budget));
    // Letters of Korean and Japanese are wide.
    let width = 20.0 + text.chars().map(|letter| if letter > '\u{2e80}' { 12.0 } else { 7.0 }).sum::<f64>();
    let left = if at + width > size.width { at - width } else { at };
    html! {
        <>
            <path class="budget-line" d={format!("M{at:.1} 0V{}", size.height)} />
            <path class="flag" d={format!("M{left:.1} 0h{width:.1}v17h-{width:.1}z")} />
            <text x={format!("{:.1}", left + width / 2.0)} y="12.6" class="mid flag-t">{text}</text>
        </>
    }
}

/// The policies: those at one place pile up, those alone are named.
fn marks(
    points: &[Point],
    size: &Size,
    budget: Option<f64>,
    lines: &[(f64, bool, AttrValue)],
    x: &impl Fn(f64) -> f64,
) -> Html {
    let ground = size.ground();
    let mut placed: Vec<f64> = Vec::new();
    // Ends of the names that are written already: at most one may stand at a place.
    let mut written: Vec<(f64, f64)> = Vec::new();
    let mut order: Vec<&Point> = points.iter().collect();
    sort_by(&mut order, |a, b| a.cost.total_cmp(&b.cost));
    let spots: Vec<f64> = order.iter().map(|point| x(point.cost)).chain(budget.map(x)).collect();
    let drawn = order.iter().map(|point| {
        let at = x(point.cost);
        let below = placed.iter().filter(|other| (**other - at).abs() < 10.0).count();
        let y = ground - 7.0 - 11.5 * (below % 5) as f64;
        placed.push(at);
        let width = 9.0 + 6.6 * point.label.chars().count() as f64;
        let free = |from: f64, to: f64| {
            from > 0.0
                && to < size.width
                && !written.iter().any(|(start, end)| *start < to && *end > from)
                && !spots.iter().any(|spot| *spot != at && *spot > from && *spot < to)
                && !lines.iter().any(|(line, ..)| *line > from && *line < to)
        };
        let alone = spots.iter().filter(|spot| (*spot - at).abs() < 12.0).count() == 1;
        let side = if !alone {
            None
        } else if free(at - 10.0, at + width) {
            Some((at + 9.0, "halo"))
        } else if free(at - width, at + 10.0) {
            Some((at - 9.0, "end halo"))
        } else {
            None
        };
        match side {
            Some((_, "halo")) => written.push((at - 10.0, at + width)),
            Some(_) => written.push((at - width, at + 10.0)),
            None => {}
        }
        html! {
            <g class={series_class(point.place)}>
                {mark(point.place, at, y)}
                if let Some((text, class)) = side {
                    <text {class} x={format!("{text:.1}")} y={format!("{:.1}", y + 4.0)}>{point.label.clone()}</text>
                }
            </g>
        }
    });
    html! { <>{for drawn.collect::<Vec<_>>()}</> }
}
