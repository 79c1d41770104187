//! The relaxed problem as a picture: every model a point, reward against cost; the price of cost as a line; the pair of
//! models that share a place.

use super::super::figure::use_size;
use super::round::{RoundProps, Seen};
use super::words;
use crate::format::fixed;
use crate::words::say;
use llm_selection::bandit::explained::RewardBy;
use llm_selection::experiment::RewardModel;
use llm_selection::figure::axis::{Axis, Scale, settle};
use yew::prelude::*;

/// Narrower it is made smaller as a whole.
const LEAST_WIDTH: f64 = 280.0;
const HEIGHT: f64 = 300.0;
/// About the width of a letter and the height of a line, for type of size 1.
const LETTER: f64 = 0.58;
const LINE: f64 = 1.15;

struct Point {
    arm: usize,
    cost: f64,
    weight: f64,
    z: f64,
}

/// The picture; nothing where the policy solves no relaxed problem. It is drawn as wide as its place is.
#[component]
pub fn Program(props: &RoundProps) -> Html {
    let node = use_node_ref();
    let (wide, font) = use_size(&node);
    let width = if wide > LEAST_WIDTH { wide } else { LEAST_WIDTH };
    let seen = Seen { round: &props.inspection, models: &props.models, unit: props.unit };
    let round = seen.round;
    let Some(relaxed) = &round.relaxed else { return html! { <div ref={node}></div> } };
    let points: Vec<Point> = (round.arms.iter().enumerate())
        .filter(|(_, arm)| arm.there)
        .filter_map(|(arm, it)| Some(Point { arm, cost: it.by_cost?, weight: it.weight.or(it.by_reward)?, z: it.z? }))
        .filter(|point| point.cost.is_finite() && point.weight.is_finite())
        .collect();
    let logarithmic = round.reward == RewardModel::Aic && relaxed.program.is_some();
    let costs = || points.iter().map(|point| point.cost);
    let weights = || points.iter().map(|point| point.weight);
    let (_, most) = settle(0.0, costs().fold(1e-300, f64::max), 5);
    let least = weights().fold(f64::INFINITY, f64::min);
    let largest = weights().fold(f64::NEG_INFINITY, f64::max);
    let (low, high) = settle(least.min(largest - 1e-9), largest, 5);
    let across = Axis::new(Scale::Linear, 0.0, most, 56.0, width - 16.0);
    let up = Axis::new(Scale::Linear, low, high, HEIGHT - 40.0, 28.0);
    let line = relaxed.program.and_then(|program| Some((program.price, program.level?))).map(|(price, level)| {
        // Only as far as the picture goes.
        let cut = |cost: f64| level + price * cost;
        let end = if price > 0.0 { ((high - level) / price).clamp(0.0, most) } else { most };
        let start = if price > 0.0 { ((low - level) / price).clamp(0.0, most) } else { 0.0 };
        format!("M{:.1} {:.1}L{:.1} {:.1}", across.at(start), up.at(cut(start)), across.at(end), up.at(cut(end)))
    });
    let exchange = relaxed.program.and_then(|program| program.exchange);
    let pair = exchange.and_then(|exchange| {
        let at = |arm: usize| {
            points.iter().find(|point| point.arm == arm).map(|point| (across.at(point.cost), up.at(point.weight)))
        };
        Some((exchange, at(exchange.out)?, at(exchange.into)?))
    });
    let fraction = pair.map(|(exchange, out, into)| {
        (
            format!("x = {}", fixed(exchange.fraction, 2)),
            (out.0 + into.0) / 2.0 + 6.0,
            (out.1 + into.1) / 2.0 + 1.4 * font,
        )
    });
    let taken = fraction.iter().map(|(text, x, y)| around(text, font, *x, *y)).collect();
    let at = |point: &Point| (across.at(point.cost), up.at(point.weight));
    let names = names(seen, &points, at, (width, font), taken);
    let reward = match (round.basis.reward_by, logarithmic) {
        (_, true) => AttrValue::from("ln μ̄"),
        (by, _) => say!(match by {
            RewardBy::Upper | RewardBy::Predicted => "reward μ̄",
            RewardBy::Draw => "drawn reward",
            RewardBy::Linear => "worth",
            _ => "mean reward",
        }),
    };
    let text = AttrValue::from(described(seen, &points));
    html! {
        <figure class="program">
            <figcaption>
                <h3>{say!(if relaxed.program.is_some() || round.infeasible { "The linear program" } else { "The relaxed problem" })}</h3>
                <p>{words::solver(round)}</p>
            </figcaption>
            <div class="chart-box" ref={node}><svg class="chart" viewBox={format!("0 0 {width} {HEIGHT}")} role="img" aria-label={text.clone()}>
                { for up.ticks(5).into_iter().map(|tick| html! {
                    <>
                        <path class="grid" d={format!("M56 {0:.1}H{1}", up.at(tick), width - 16.0)} />
                        <text class="end" x="50" y={format!("{:.1}", up.at(tick) + 4.0)}>{fixed(tick, if high - low < 0.5 { 2 } else { 1 })}</text>
                    </>
                }) }
                { for across.ticks(5).into_iter().map(|tick| html! {
                    <text class="mid" x={format!("{:.1}", across.at(tick))} y={format!("{}", HEIGHT - 22.0)}>{seen.cost(tick)}</text>
                }) }
                <path class="axis" d={format!("M56 {0}H{1}", HEIGHT - 40.0, width - 16.0)} />
                <text x="56" y="12">{reward}</text>
                <text class="end" x={format!("{}", width - 16.0)} y={format!("{}", HEIGHT - 6.0)}>{say!("cost taken for it")}</text>
                if let Some(line) = line { <path class="bound" d={line} /> }
                if let Some((_, out, into)) = pair {
                    <path class="share" d={format!("M{:.1} {:.1}L{:.1} {:.1}", out.0, out.1, into.0, into.1)} />
                }
                if let Some((text, x, y)) = fraction {
                    <text class="strong halo" x={format!("{x:.1}")} y={format!("{y:.1}")}>{text}</text>
                }
                { for points.iter().map(|point| {
                    let (x, y) = (format!("{:.1}", across.at(point.cost)), format!("{:.1}", up.at(point.weight)));
                    html! {
                        <g key={point.arm}>
                            <circle class="point" cx={x.clone()} cy={y.clone()} r="6" />
                            // As much of the point is full as the model has of a place.
                            if point.z > 1e-12 { <circle class="part" cx={x} cy={y} r={format!("{:.1}", 6.0 * point.z.sqrt())} /> }
                        </g>
                    }
                }) }
                { for names.into_iter().map(|name| html! {
                    <text key={name.arm} class={classes!("halo", name.end.then_some("end"), name.strong.then_some("strong"))}
                        x={format!("{:.1}", name.x)} y={format!("{:.1}", name.y)}>{seen.name(name.arm).to_owned()}</text>
                }) }
            </svg></div>
            <p class="remark">{text}</p>
        </figure>
    }
}

/// A name beside its point.
struct Name {
    arm: usize,
    x: f64,
    y: f64,
    /// Whether it ends there, rather than begins.
    end: bool,
    strong: bool,
}

/// The room of a text that begins here: left, top, right, bottom.
fn around(text: &str, font: f64, x: f64, y: f64) -> [f64; 4] {
    [x, y - 0.9 * LINE * font, x + LETTER * font * text.chars().count() as f64, y + 0.25 * font]
}

/// Where names stand without covering each other or what is `taken`: those of models with a part in the round all, of the
/// others as many as find room.
fn names(
    seen: Seen,
    points: &[Point],
    at: impl Fn(&Point) -> (f64, f64),
    (width, font): (f64, f64),
    mut taken: Vec<[f64; 4]>,
) -> Vec<Name> {
    taken.extend(points.iter().map(&at).map(|(x, y)| [x - 6.0, y - 6.0, x + 6.0, y + 6.0]));
    let (first, rest): (Vec<&Point>, Vec<&Point>) = points.iter().partition(|point| point.z > 1e-12);
    let mut names = Vec::new();
    for point in first.into_iter().chain(rest) {
        let (x, y) = at(point);
        let name = seen.name(point.arm);
        let long = LETTER * font * name.chars().count() as f64;
        // Beside the point, else above or below it.
        let rows = [0.33, -0.7, 1.4, -1.9, 2.6].map(|lines| lines * font);
        let places = rows.into_iter().flat_map(|down| [(10.0, down), (-10.0, down)]);
        let boxed = |(right, down): (f64, f64)| {
            around(name, font, if right > 0.0 { x + right } else { x + right - long }, y + down)
        };
        let free = |place: &(f64, f64)| {
            let [left, top, right, bottom] = boxed(*place);
            let apart =
                |other: &[f64; 4]| other[2] <= left || right <= other[0] || other[3] <= top || bottom <= other[1];
            left >= 0.0 && right <= width && taken.iter().all(apart)
        };
        let strong = point.z > 1e-12;
        // One that must be there and finds no room stands at least within the picture.
        let inside = if x + 10.0 + long <= width { 10.0 } else { -10.0 };
        let found = places.into_iter().find(free).or(strong.then_some((inside, 0.33 * font)));
        if let Some(place) = found {
            taken.push(boxed(place));
            names.push(Name { arm: point.arm, x: x + place.0, y: y + place.1, end: place.0 < 0.0, strong });
        }
    }
    names
}

/// The picture in words.
fn described(seen: Seen, points: &[Point]) -> String {
    let Some(relaxed) = &seen.round.relaxed else { return String::new() };
    let whole: Vec<String> =
        points.iter().filter(|point| point.z >= 1.0 - 1e-12).map(|point| seen.name(point.arm).to_owned()).collect();
    let mut said = match whole.len() {
        0 => say!("No model has a whole place."),
        _ => say!("Whole places: {names}.", names = crate::format::listed(&whole)),
    }
    .to_string();
    match relaxed.program {
        Some(program) => match program.exchange {
            Some(exchange) => {
                said += &say!(
                    if seen.unit.sign().is_empty() {
                        " The budget binds: {out} gives up {part} of its place to the cheaper {into}. The dashed line is the price of cost, λ = {price} of weight a unit of cost: models above it have a whole place, those below it none."
                    } else {
                        " The budget binds: {out} gives up {part} of its place to the cheaper {into}. The dashed line is the price of cost, λ = {price} of weight a dollar: models above it have a whole place, those below it none."
                    },
                    out = seen.name(exchange.out),
                    part = fixed(exchange.fraction, 2),
                    into = seen.name(exchange.into),
                    price = significant(program.price),
                );
            }
            None => said += &say!(" They cost no more than the budget, so that cost has no price (λ = 0)."),
        },
        None => {
            let parts: Vec<String> = (points.iter().filter(|point| point.z > 1e-12 && point.z < 1.0 - 1e-12))
                .map(|point| format!("{} {}", seen.name(point.arm), fixed(point.z, 2)))
                .collect();
            if !parts.is_empty() {
                said += &say!(" Parts of a place: {parts}.", parts = parts.join(&say!(", ")));
            }
        }
    }
    if let Some(budget) = seen.round.budget {
        said += &say!(" Expected cost {cost} of {budget}.", cost = seen.cost(relaxed.cost), budget = seen.cost(budget));
    }
    said
}

fn significant(number: f64) -> String {
    fixed(number, crate::format::decimals(number, 3))
}
