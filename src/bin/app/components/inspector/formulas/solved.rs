//! The relaxed problem and its rounding as formulas.

use super::super::math::{bracketed, display, function, letter, number, over, power, row, sign, within, word, written};
use super::super::round::Seen;
use super::{MOST_MODELS, sub};
use crate::words::say;
use llm_selection::bandit::explained::{CostBy, Solved};
use llm_selection::experiment::RewardModel;
use yew::prelude::*;

/// Most terms of a sum that are written out.
const MOST_TERMS: usize = 6;

/// The relaxed problem: its objective, its places, its cost; of a linear program the price and the last exchange.
pub fn relaxed(seen: Seen) -> Vec<Html> {
    let round = seen.round;
    let Some(relaxed) = &round.relaxed else { return Vec::new() };
    let terms: Vec<(f64, f64, f64)> = (round.arms.iter())
        .filter_map(|arm| Some((arm.by_reward?, arm.by_cost.unwrap_or(0.0), arm.z.filter(|z| *z > 1e-12)?)))
        .collect();
    // The most of them, and what stands between.
    let joined = |between: &'static str, term: &dyn Fn(&(f64, f64, f64)) -> Html| {
        let mut parts = Vec::new();
        for (place, one) in terms.iter().take(MOST_TERMS).enumerate() {
            if place > 0 {
                parts.push(sign(between));
            }
            parts.push(term(one));
        }
        if terms.len() > MOST_TERMS {
            parts.extend([sign(between), sign("…")]);
        }
        row(parts)
    };
    let (mu, z) = (|| letter("μ̄"), || letter("z"));
    let (symbols, numbers) = match round.reward {
        RewardModel::Suc => {
            (row([sign("Σ"), mu(), z()]), joined("+", &|(reward, _, z)| row([number(*reward), sign("·"), number(*z)])))
        }
        RewardModel::Aic => {
            (row([sign("∏"), power(mu(), z())]), joined("·", &|(reward, _, z)| power(number(*reward), number(*z))))
        }
        RewardModel::Awc => (
            row([number(1.0), sign("−"), sign("∏"), within("(", [number(1.0), sign("−"), mu(), z()], ")")]),
            row([
                number(1.0),
                sign("−"),
                joined("", &|(reward, _, z)| {
                    within("(", [number(1.0), sign("−"), number(*reward), sign("·"), number(*z)], ")")
                }),
            ]),
        ),
    };
    let there = round.arms.iter().filter(|arm| arm.there).count();
    let asked = match round.reward {
        RewardModel::Awc => row([sign("≤"), number(f64::from(round.n))]),
        _ if round.n as usize == there && there < round.arms.len() => word(&say!(", all models that are there")),
        _ => word(&say!(", as N = {n} asks", n = round.n)),
    };
    let mut lines = vec![
        display([word(&say!("maximise\u{a0}")), symbols, sign("="), numbers, sign("="), number(relaxed.objective)]),
        display([
            sign("Σ"),
            z(),
            sign("="),
            joined("+", &|(_, _, z)| number(*z)),
            sign("="),
            number(relaxed.places),
            asked,
        ]),
    ];
    let mut cost = vec![
        sign("Σ"),
        letter(match round.basis.cost_by {
            CostBy::Lower => "c̲",
            CostBy::Mean => "ĉ",
            CostBy::Draw | CostBy::Nothing => "c",
        }),
        z(),
        sign("="),
        joined("+", &|(_, cost, z)| row([written(seen.cost(*cost)), sign("·"), number(*z)])),
        sign("="),
        written(seen.cost(relaxed.cost)),
    ];
    if let Some(budget) = round.budget {
        let fits = if round.infeasible { ">" } else { "≤" };
        cost.extend([sign(fits), written(seen.cost(budget)), sign("="), letter("ρ")]);
    }
    lines.push(display(cost));
    if let Some(exchange) =
        relaxed.program.and_then(|program| program.exchange).filter(|_| relaxed.solved == Solved::Linear)
        && let (Some(out), Some(into), Some(budget)) =
            (round.arms.get(exchange.out), round.arms.get(exchange.into), round.budget)
    {
        let (c_out, c_into) = (out.by_cost.unwrap_or(0.0), into.by_cost.unwrap_or(0.0));
        let price = relaxed.program.map_or(0.0, |program| program.price);
        let of = |symbol: &'static str, exchange: usize| sub(symbol, seen.name(exchange));
        let between = || row([written(seen.cost(c_out)), sign("−"), written(seen.cost(c_into))]);
        lines.push(display([
            letter("λ"),
            sign("="),
            over(
                row([of("w", exchange.out), sign("−"), of("w", exchange.into)]),
                row([of("c", exchange.out), sign("−"), of("c", exchange.into)]),
            ),
            sign("="),
            over(row([number(out.weight.unwrap_or(0.0)), sign("−"), bracketed(into.weight.unwrap_or(0.0))]), between()),
            sign("="),
            number(price),
        ]));
        lines.push(display([
            letter("x"),
            sign("="),
            over(
                row([word(&say!("cost")), sign("−"), letter("ρ")]),
                row([of("c", exchange.out), sign("−"), of("c", exchange.into)]),
            ),
            sign("="),
            over(row([written(seen.cost(exchange.cost)), sign("−"), written(seen.cost(budget))]), between()),
            sign("="),
            number(exchange.fraction),
        ]));
    }
    lines
}

/// The coins of the rounding.
pub fn coins(seen: Seen) -> Vec<Html> {
    let Some(relaxed) = &seen.round.relaxed else { return Vec::new() };
    let mut lines = Vec::new();
    for coin in relaxed.coins.iter().take(MOST_MODELS) {
        let trade = &coin.trade;
        let said = if coin.up { "<" } else { "≥" };
        let Some(j) = trade.j else {
            lines.push(display([
                word(&say!("draw")),
                sign("="),
                number(coin.draw),
                sign(said),
                number(trade.up),
                sign("="),
                sub("z", seen.name(trade.i)),
            ]));
            continue;
        };
        let (i, j) = (seen.name(trade.i), seen.name(j));
        let one_less = |z: f64| row([number(1.0), sign("−"), number(z)]);
        lines.push(display([
            letter("p"),
            sign("="),
            function("min", [number(1.0), sign("−"), sub("z", i), sign(","), sub("z", j)]),
            sign("="),
            function("min", [one_less(trade.first), sign(","), number(trade.second)]),
            sign("="),
            number(trade.p),
        ]));
        lines.push(display([
            letter("q"),
            sign("="),
            function("min", [sub("z", i), sign(","), number(1.0), sign("−"), sub("z", j)]),
            sign("="),
            function("min", [number(trade.first), sign(","), one_less(trade.second)]),
            sign("="),
            number(trade.q),
        ]));
        lines.push(display([
            over(letter("q"), row([letter("p"), sign("+"), letter("q")])),
            sign("="),
            number(trade.up),
            sign(if coin.up { ">" } else { "≤" }),
            number(coin.draw),
            word(&say!(if coin.up {
                "\u{a0}(the draw): the first gains p"
            } else {
                "\u{a0}(the draw): the second gains q"
            })),
        ]));
    }
    lines
}
