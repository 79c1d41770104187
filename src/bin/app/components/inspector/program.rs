//! The relaxed problem as a picture: every model a point, reward against cost; the price of cost as a line; the pair of
//! models that share a place.

use super::round::{RoundProps, Seen};
use super::words;
use crate::components::size::use_size;
use crate::format::{count, fixed, listed};
use crate::words::{mix, say};
use llm_selection::bandit::explained::{CostBy, Exchange, RewardBy, Way};
use llm_selection::experiment::RewardModel;
use llm_selection::figure::axis::{Axis, Scale, settle};
use yew::prelude::*;

/// Narrower it is made smaller as a whole.
const LEAST_WIDTH: f64 = 280.0;
const HEIGHT: f64 = 300.0;
/// Of a model's point.
const RADIUS: f64 = 6.0;
/// About the width of a letter and the height of a line, for type of size 1.
const LETTER: f64 = 0.58;
const LINE: f64 = 1.15;

struct Point {
    arm: usize,
    cost: f64,
    weight: f64,
    z: f64,
}

/// The picture; where no relaxed problem was solved, a sentence. It is drawn as wide as its place is.
#[component]
pub fn Program(props: &RoundProps) -> Html {
    let node = use_node_ref();
    let (wide, font) = use_size(&node);
    let width = if wide > LEAST_WIDTH { wide } else { LEAST_WIDTH };
    let seen = Seen { round: &props.inspection, models: &props.models, unit: props.unit };
    let round = seen.round;
    let Some(relaxed) = &round.relaxed else {
        return html! {
            <div ref={node}>
                if round.way != Way::Nobody {
                    <p class="quiet small">{say!("A linear program and coins are shown where a policy sends a z to the cloud, as C2MAB-V does.")}</p>
                }
            </div>
        };
    };
    let mut points: Vec<Point> = (round.arms.iter().enumerate())
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
    let reward = match (round.basis.reward_by, logarithmic) {
        (_, true) => AttrValue::from("ln μ̄"),
        (by, _) => say!(match by {
            RewardBy::Upper | RewardBy::Predicted => "reward μ̄",
            RewardBy::Draw => "drawn reward",
            RewardBy::Linear => "worth",
            _ => "mean reward",
        }),
    };
    let cost = say!(match round.basis.cost_by {
        CostBy::Lower => "cost, lower bound c̲",
        CostBy::Draw => "drawn cost",
        CostBy::Mean | CostBy::Nothing => "mean cost ĉ",
    });
    // Names keep away from other words, and above the axis.
    let mut taken: Vec<[f64; 4]> = fraction.iter().map(|(text, x, y)| around(text, font, *x, *y)).collect();
    taken.push(around(&reward, font, 56.0, 12.0));
    let at = |point: &Point| (across.at(point.cost), up.at(point.weight));
    let text = AttrValue::from(described(seen, &points));
    let names = names(seen, &points, at, (width, font), taken);
    // What has a place lies above what has none.
    points.sort_by(|a, b| a.z.total_cmp(&b.z));
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
                <text class="end" x={format!("{}", width - 16.0)} y={format!("{}", HEIGHT - 6.0)}>{cost}</text>
                if let Some(line) = line { <path class="bound" d={line} /> }
                if let Some((_, out, into)) = pair {
                    <path class="share" d={format!("M{:.1} {:.1}L{:.1} {:.1}", out.0, out.1, into.0, into.1)} />
                }
                if let Some((text, x, y)) = fraction {
                    <text class="strong halo" x={format!("{x:.1}")} y={format!("{y:.1}")}>{text}</text>
                }
                { for points.iter().map(|point| {
                    html! { <g key={point.arm}>{disc(across.at(point.cost), up.at(point.weight), point.z)}</g> }
                }) }
                { for names.into_iter().enumerate().map(|(place, name)| html! {
                    <text key={place} class={classes!("halo", name.end.then_some("end"), name.strong.then_some("strong"))}
                        x={format!("{:.1}", name.x)} y={format!("{:.1}", name.y)}>{name.text}</text>
                }) }
            </svg></div>
            <div class="remark">
                <p>{text}</p>
                {legend(seen, exchange)}
            </div>
        </figure>
    }
}

/// A model's point: as much of it is full as the model has of a place, from the top on as a clock goes.
fn disc(x: f64, y: f64, part: f64) -> Html {
    let (cx, cy) = (format!("{x:.1}"), format!("{y:.1}"));
    // A stroke from the middle to the rim, as long as the part, and a gap that is longer than what is left.
    let half = RADIUS / 2.0;
    let all = std::f64::consts::TAU * half;
    html! {
        <>
            <circle class="point" cx={cx.clone()} cy={cy.clone()} r={RADIUS.to_string()} />
            if part > 1e-12 {
                <circle class="part" r={half.to_string()} stroke-width={RADIUS.to_string()} stroke-dasharray={format!("{:.2} {:.2}", all * part, all + 1.0)}
                    transform={format!("rotate(-90 {cx} {cy})")} {cx} {cy} />
            }
        </>
    }
}

/// What the marks of the picture mean.
fn legend(seen: Seen, exchange: Option<Exchange>) -> Html {
    let mark = |part: f64| {
        html! {
            <svg class="chart" viewBox="0 0 16 16" aria-hidden="true">{disc(8.0, 8.0, part)}</svg>
        }
    };
    html! {
        <p class="marks">
            <span>{mark(1.0)}{say!("a whole place")}</span>
            <span>{mark(0.3)}{say!("a part of a place")}</span>
            <span>{mark(0.0)}{say!("no place")}</span>
            if let Some(exchange) = exchange {
                <span><span>{mix!(
                    "{x}: the part of its place that {out} gives up to {into}",
                    x = html! { <i class="sym">{"x"}</i> },
                    out = seen.name(exchange.out).to_owned(),
                    into = seen.name(exchange.into).to_owned()
                )}</span></span>
            }
        </p>
    }
}

/// A name beside its point, or beside several that lie in one place.
struct Name {
    text: String,
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

/// Points nearer to each other than this, in both directions, lie in one place.
const NEAR: f64 = 5.0;
/// Longest list of names of models in one place.
const LONGEST: usize = 30;

/// What is written beside models that lie in one place.
fn together(seen: Seen, points: &[&Point]) -> String {
    if let [one] = points {
        return seen.name(one.arm).to_owned();
    }
    let all = points.len() as u64;
    let placed = points.iter().filter(|point| point.z > 1e-12).count() as u64;
    if placed > 0 && placed < all {
        return say!("{n} models here, {placed} with a place", n = count(all), placed = count(placed)).to_string();
    }
    let names: Vec<String> = points.iter().map(|point| seen.name(point.arm).to_owned()).collect();
    let text = listed(&names);
    if text.chars().count() <= LONGEST { text } else { say!("{n} models here", n = count(all)).to_string() }
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
    taken.extend(points.iter().map(&at).map(|(x, y)| [x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS]));
    let mut groups: Vec<Vec<&Point>> = Vec::new();
    for point in points {
        let (x, y) = at(point);
        let near = |group: &&mut Vec<&Point>| {
            let (a, b) = group.first().map_or((x, y), |first| at(first));
            (x - a).abs() < NEAR && (y - b).abs() < NEAR
        };
        match groups.iter_mut().find(near) {
            Some(group) => group.push(point),
            None => groups.push(vec![point]),
        }
    }
    let placed = |group: &Vec<&Point>| group.iter().any(|point| point.z > 1e-12);
    groups.sort_by_key(|group| !placed(group));
    let mut names = Vec::new();
    for group in &groups {
        let Some((x, y)) = group.first().map(|first| at(first)) else { continue };
        let text = together(seen, group);
        let long = LETTER * font * text.chars().count() as f64;
        // Beside the point, else above or below it.
        let rows = [0.33, -0.7, 1.4, -1.9, 2.6, -3.1, 3.8].map(|lines| lines * font);
        let places = rows.into_iter().flat_map(|down| [(10.0, down), (-10.0, down)]);
        let boxed = |(right, down): (f64, f64)| {
            around(&text, font, if right > 0.0 { x + right } else { x + right - long }, y + down)
        };
        let free = |place: &(f64, f64)| {
            let [left, top, right, bottom] = boxed(*place);
            let apart =
                |other: &[f64; 4]| other[2] <= left || right <= other[0] || other[3] <= top || bottom <= other[1];
            left >= 52.0 && right <= width && top >= 0.0 && bottom <= HEIGHT - 40.0 && taken.iter().all(apart)
        };
        let strong = placed(group);
        // One that must be there and finds no room stands at least within the picture.
        let inside = if x + 10.0 + long <= width { 10.0 } else { -10.0 };
        let found = places.into_iter().find(free).or(strong.then_some((inside, 0.33 * font)));
        if let Some(place) = found {
            taken.push(boxed(place));
            names.push(Name { text, x: x + place.0, y: y + place.1, end: place.0 < 0.0, strong });
        }
    }
    names
}

/// What decided among models of equal reward of which some have a place and others not; `None` where there are none, or
/// where the last exchange had a say as well.
fn tie(seen: Seen, points: &[Point]) -> Option<AttrValue> {
    let program = seen.round.relaxed.as_ref()?.program.as_ref()?;
    let (whole, none): (Vec<&Point>, Vec<&Point>) = (
        points.iter().filter(|point| point.z >= 1.0 - 1e-12).collect(),
        points.iter().filter(|point| point.z <= 1e-12).collect(),
    );
    let edge = whole.iter().find(|point| none.iter().any(|other| other.weight == point.weight))?;
    let equal = |group: &[&Point]| -> Vec<f64> {
        group.iter().filter(|point| point.weight == edge.weight).map(|point| point.cost).collect()
    };
    let dearest = equal(&whole).into_iter().fold(f64::NEG_INFINITY, f64::max);
    let cheapest = equal(&none).into_iter().fold(f64::INFINITY, f64::min);
    if program.exchange.is_some() && dearest >= cheapest {
        return None;
    }
    let reward = seen.round.arms.get(edge.arm)?.by_reward?;
    let all = points.iter().filter(|point| point.weight == edge.weight).count() as u64;
    Some(say!(
        if dearest < cheapest {
            " {n} models are equal in reward, {reward}: of these the cheaper ones have a place."
        } else {
            " {n} models are equal in reward, {reward}: of these the cheaper ones have a place, and of equally cheap ones those that stand earlier in the list."
        },
        n = count(all),
        reward = fixed(reward, 2)
    ))
}

/// The picture in words.
fn described(seen: Seen, points: &[Point]) -> String {
    let Some(relaxed) = &seen.round.relaxed else { return String::new() };
    let whole: Vec<String> =
        points.iter().filter(|point| point.z >= 1.0 - 1e-12).map(|point| seen.name(point.arm).to_owned()).collect();
    let mut said = match whole.len() {
        0 => say!("No model has a whole place."),
        _ => say!("Whole places: {names}.", names = listed(&whole)),
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
    if let Some(tie) = tie(seen, points) {
        said += &tie;
    }
    if let Some(budget) = seen.round.budget {
        said += &say!(" Expected cost {cost} of {budget}.", cost = seen.cost(relaxed.cost), budget = seen.cost(budget));
    }
    said
}

fn significant(number: f64) -> String {
    fixed(number, crate::format::decimals(number, 3))
}
