//! Every quantity of the round as a formula with its numbers put in.

mod solved;

use super::math::{
    bracketed, display, function, index, letter, number, over, power, root, row, sign, within, word, written,
};
use super::round::Seen;
use crate::words::say;
use llm_selection::bandit::explained::RewardBy;
use llm_selection::inspect::{Arm, Inspection, Learned};
use solved::{coins, relaxed};
use yew::prelude::*;

/// Most models that have formulas of their own.
const MOST_MODELS: usize = 5;

/// The formulas.
pub fn formulas(seen: Seen) -> Html {
    let round = seen.round;
    let mut shown: Vec<(usize, &Arm)> = round
        .arms
        .iter()
        .enumerate()
        .filter(|(_, arm)| arm.place.is_some() || arm.z.is_some_and(|z| z > 1e-12))
        .collect();
    shown.truncate(MOST_MODELS);
    let mut parts: Vec<(AttrValue, Vec<Html>)> = Vec::new();
    if let Some(radius) = logarithm(round) {
        parts.push((say!("The logarithm under the radius, of t, K and δ"), vec![radius]));
    }
    let bounds: Vec<Html> = shown.iter().flat_map(|(arm, it)| bounds(seen, *arm, it)).collect();
    if !bounds.is_empty() {
        parts.push((say!("Radius and bounds: how far the truth may be from the mean"), bounds));
    }
    if let Some((epsilon, draw)) = round.basis.exploration {
        let explores = draw < epsilon;
        parts.push((
            say!(if explores {
                "The draw is below ε: a random set"
            } else {
                "The draw is not below ε: the best set so far"
            }),
            vec![display([
                word(&say!("draw")),
                sign("="),
                number(draw),
                sign(if explores { "<" } else { "≥" }),
                number(epsilon),
                sign("="),
                letter("ε"),
            ])],
        ));
    }
    if round.relaxed.is_some() {
        parts.push((say!("The relaxed problem: objective, places, budget"), relaxed(seen)));
    }
    let coins = coins(seen);
    if !coins.is_empty() {
        parts.push((say!("The coins of the rounding"), coins));
    }
    let updates: Vec<Html> = (round.calls.iter())
        .filter_map(|arm| Some((*arm as usize, round.arms.get(*arm as usize)?)))
        .filter_map(|(arm, it)| update(seen, arm, it))
        .take(MOST_MODELS)
        .collect();
    if !updates.is_empty() {
        parts.push((say!("The update of the mean reward"), updates));
    }
    if let Some((now, next)) = round.basis.price {
        parts.push((
            say!("The price of cost: the step η = 1/√T times what was paid beyond ρ"),
            vec![display([
                letter("λ"),
                sign("←"),
                function(
                    "max",
                    [
                        number(now),
                        sign("+"),
                        letter("η"),
                        within("(", [written(seen.cost(round.paid)), sign("−"), letter("ρ")], ")"),
                        sign(","),
                        number(0.0),
                    ],
                ),
                sign("="),
                number(next),
            ])],
        ));
    }
    parts.push((say!("What the round adds to the regret"), vec![regret(round)]));
    if let (Some(budget), Some(violation)) = (round.budget, round.so_far.violation) {
        parts.push((
            say!("Budget violation up to here: the mean cost beyond ρ"),
            vec![display([
                row([letter("V"), within("(", [number(f64::from(round.round))], ")")]),
                sign("="),
                function(
                    "max",
                    [
                        written(seen.cost(round.so_far.cost)),
                        sign("−"),
                        written(seen.cost(budget)),
                        sign(","),
                        number(0.0),
                    ],
                ),
                sign("="),
                written(seen.cost(violation)),
            ])],
        ));
    }
    html! {
        <dl>
            { for parts.into_iter().map(|(name, lines)| html! { <div><dt>{name}</dt>{for lines.into_iter().map(|line| html! { <dd>{line}</dd> })}</div> }) }
        </dl>
    }
}

/// Calls of the model so far; `T` alone are the rounds.
fn calls() -> Html {
    index(letter("T"), letter("k"))
}

fn sub(letter_: &'static str, name: &str) -> Html {
    index(letter(letter_), word(name))
}

fn logarithm(round: &Inspection) -> Option<Html> {
    let (value, delta, time) = (round.basis.logarithm?, round.basis.delta?, round.basis.time?);
    let arms = round.arms.len() as f64;
    let pi = || power(letter("π"), number(2.0));
    let symbols =
        over(row([number(2.0), pi(), letter("K"), power(letter("t"), number(3.0))]), row([number(3.0), letter("δ")]));
    let numbers = over(
        row([number(2.0), pi(), sign("·"), number(arms), sign("·"), power(number(time), number(3.0))]),
        row([number(3.0), sign("·"), number(delta)]),
    );
    Some(display([
        letter("L"),
        sign("="),
        letter("ln"),
        symbols,
        sign("="),
        letter("ln"),
        numbers,
        sign("="),
        number(value),
    ]))
}

/// Radius, optimistic reward, low cost.
fn bounds(seen: Seen, arm: usize, it: &Arm) -> Vec<Html> {
    let basis = &seen.round.basis;
    let (Some(alpha), Some(upper), Some(before), Some(logarithm)) =
        (basis.alpha_mu, it.upper, it.before, basis.logarithm)
    else {
        return Vec::new();
    };
    let name = seen.name(arm);
    let Some(radius) = it.radius else {
        let mut unseen = vec![sub("μ̄", name), sign("="), number(upper)];
        if let Some(lower) = it.lower {
            unseen.extend([sign(","), sub("c̲", name), sign("="), number(lower)]);
        }
        unseen.push(word(&say!("\u{a0}(never seen)")));
        return vec![display(unseen)];
    };
    let mut lines = vec![display([
        sub("rad", name),
        sign("="),
        root(over(letter("L"), row([number(2.0), calls()]))),
        sign("="),
        root(over(number(logarithm), row([number(2.0), sign("·"), number(before.weight)]))),
        sign("="),
        number(radius),
    ])];
    let product = || row([number(alpha), sign("·"), number(radius)]);
    let optimistic = match it.predicted {
        Some(predicted) => vec![
            function(
                "clip",
                [letter("p"), sign("+"), letter("b̂"), sign("+"), index(letter("α"), letter("μ")), letter("rad")],
            ),
            sign("="),
            function("clip", [number(predicted), sign("+"), number(before.reward), sign("+"), product()]),
        ],
        None => vec![
            function(
                "min",
                [letter("μ̂"), sign("+"), index(letter("α"), letter("μ")), letter("rad"), sign(","), number(1.0)],
            ),
            sign("="),
            function("min", [number(before.reward), sign("+"), product(), sign(","), number(1.0)]),
        ],
    };
    lines.push(display([sub("μ̄", name), sign("=")].into_iter().chain(optimistic).chain([sign("="), number(upper)])));
    if let (Some(alpha), Some(lower)) = (basis.alpha_c, it.lower) {
        // Costs are seen divided by their scale, so that the radius is of those.
        let mut taken = vec![number(alpha), sign("·"), number(radius)];
        if seen.round.cost_scale != 1.0 {
            taken.extend([sign("·"), written(seen.cost(seen.round.cost_scale))]);
        }
        let scaled = seen.round.cost_scale != 1.0;
        let symbol = if scaled { vec![letter("rad"), sign("·"), word(&say!("scale"))] } else { vec![letter("rad")] };
        lines.push(display([
            sub("c̲", name),
            sign("="),
            function(
                "max",
                [letter("ĉ"), sign("−"), index(letter("α"), letter("c"))]
                    .into_iter()
                    .chain(symbol)
                    .chain([sign(","), number(0.0)]),
            ),
            sign("="),
            function("max", [written(seen.cost(before.cost)), sign("−"), row(taken), sign(","), number(0.0)]),
            sign("="),
            written(seen.cost(lower)),
        ]));
    }
    lines
}

/// How one call moved a mean; `None` where it is no running mean.
fn update(seen: Seen, arm: usize, it: &Arm) -> Option<Html> {
    let (Learned { seen: old, reward: before, .. }, after) = (it.before?, it.after?);
    let came = it.outcome?;
    let name = seen.name(arm);
    if after.seen != old + 1 || (after.weight - f64::from(after.seen)).abs() > 1e-6 {
        return Some(display([
            sub("μ̂", name),
            sign("="),
            number(after.reward),
            word(&say!("\u{a0}(over what it remembers)")),
        ]));
    }
    // A contextual policy learns how far predictions are off.
    let (symbol, news) = match (seen.round.basis.reward_by, it.predicted) {
        (RewardBy::Predicted, Some(predicted)) => {
            ("b̂", within("(", [number(came.reward), sign("−"), number(predicted)], ")"))
        }
        _ => ("μ̂", number(came.reward)),
    };
    let news_name = if symbol == "b̂" { row([letter("X"), sign("−"), letter("p")]) } else { letter("X") };
    Some(display([
        sub(symbol, name),
        sign("←"),
        letter(symbol),
        sign("+"),
        over(row([news_name, sign("−"), letter(symbol)]), calls()),
        sign("="),
        number(before),
        sign("+"),
        over(row([news, sign("−"), bracketed(before)]), number(f64::from(after.seen))),
        sign("="),
        number(after.reward),
    ]))
}

fn regret(round: &Inspection) -> Html {
    let best = if round.best_is_relaxed {
        word(&say!("relaxed optimum"))
    } else {
        row([letter("r"), within("(", [power(letter("S"), sign("∗"))], ")")])
    };
    let mut parts = Vec::new();
    if round.regret_alpha != 1.0 {
        parts.extend([letter("α"), sign("·")]);
    }
    parts.extend([best, sign("−"), letter("r"), within("(", [letter("S")], ")"), sign("=")]);
    if round.regret_alpha != 1.0 {
        parts.extend([number(round.regret_alpha), sign("·")]);
    }
    parts.extend([number(round.best), sign("−"), bracketed(round.expected), sign("="), number(round.regret)]);
    display(parts)
}
