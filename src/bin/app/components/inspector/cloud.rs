//! The scheduling cloud's box: the coins, the calls, the bill.

use super::round::Seen;
use super::words::plain;
use crate::format::{count, fixed};
use llm_selection::bandit::explained::Way;
use llm_selection::bandit::rounding::Coin;
use llm_selection::experiment::RewardModel;
use yew::prelude::*;

/// The box.
pub fn cloud(seen: Seen) -> Html {
    let round = seen.round;
    let mut chosen: Vec<(u32, usize)> =
        round.arms.iter().enumerate().filter_map(|(arm, it)| Some((it.place?, arm))).collect();
    chosen.sort_unstable();
    html! {
        <section class="box cloud" aria-label="Scheduling cloud">
            <h3>
                <svg viewBox="0 0 20 20" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.6" d="M5.5 15.5a3.5 3.5 0 0 1-.4-7A5 5 0 0 1 14.6 8a3.8 3.8 0 0 1 .2 7.5z" /></svg>
                {"Scheduling cloud"}
            </h3>
            {rounding(seen)}
            <h4>{"Calls, in this order"}</h4>
            if chosen.is_empty() {
                <p>{"No model was called."}</p>
            } else {
                <ol class="calls">{for chosen.into_iter().map(|(_, arm)| call(seen, arm))}</ol>
            }
            <h4>{"This round: reward "}<data value={round.realised.to_string()}>{plain(round.realised)}</data>{of_most(seen)}</h4>
            {bill(seen)}
        </section>
    }
}

fn of_most(seen: Seen) -> String {
    match seen.round.reward {
        RewardModel::Suc => format!(" of {}", seen.round.n),
        RewardModel::Awc | RewardModel::Aic => String::new(),
    }
}

/// The coins.
fn rounding(seen: Seen) -> Html {
    let round = seen.round;
    let Some(relaxed) = &round.relaxed else {
        let said = match round.way {
            Way::Nobody => "There was nobody to call.",
            Way::Search => "The set is whole already: no coin is flipped.",
            _ => "It calls the set as it comes: nothing is rounded.",
        };
        return html! { <p>{said}</p> };
    };
    let empty = if round.empty && !round.calls.is_empty() {
        "The coins left no model. So that the query has an answer, the cheapest one is called."
    } else if round.empty {
        "The coins left no model: the query goes unanswered."
    } else {
        ""
    };
    html! {
        <>
            <h4>{"Rounds "}<i class="sym">{"z"}</i>{" to a set"}</h4>
            if relaxed.coins.is_empty() {
                <p>{"Every entry is whole already: no coin is flipped."}</p>
            } else {
                <ol class="coins">{for relaxed.coins.iter().map(|coin| html! { <li>{flip(seen, coin)}</li> })}</ol>
            }
            if !empty.is_empty() { <p>{empty}</p> }
        </>
    }
}

/// A coin in words.
fn flip(seen: Seen, coin: &Coin) -> String {
    let trade = &coin.trade;
    let first = seen.name(trade.i);
    let side = if coin.up { "is below" } else { "is not below" };
    let number = |value: f64| fixed(value, 3);
    let ends = |value: f64| if value == 0.0 || value == 1.0 { fixed(value, 0) } else { fixed(value, 2) };
    let Some(j) = trade.j else {
        let comes = if coin.up { "is called" } else { "is left out" };
        let up = number(trade.up);
        return format!(
            "{first} ({}) is left over. The draw, {}, {side} {up}: {first} {comes}.",
            number(trade.first),
            number(coin.draw)
        );
    };
    let second = seen.name(j);
    let gains = if coin.up { first } else { second };
    let (a, b, draw, up) = (number(trade.first), number(trade.second), number(coin.draw), number(trade.up));
    // Where both are whole afterwards, and one of them is out.
    if coin.first + coin.second == 1.0 && coin.first * coin.second == 0.0 {
        return format!(
            "{first} ({a}) and {second} ({b}) share one place. The draw, {draw}, {side} {up}: {gains} takes it."
        );
    }
    let (after_first, after_second) = (ends(coin.first), ends(coin.second));
    format!(
        "{first} ({a}) and {second} ({b}) trade. The draw, {draw}, {side} q/(p + q) = {up}: {gains} gains. Now they have \
         {after_first} and {after_second}."
    )
}

fn call(seen: Seen, arm: usize) -> Html {
    let outcome = seen.round.arms.get(arm).and_then(|it| it.outcome);
    let name = html! { <span>{seen.name(arm).to_owned()}</span> };
    let Some(came) = outcome else {
        return html! { <li key={arm} class="spared">{name}<span></span><span class="quiet">{"not called"}</span></li> };
    };
    let said = if came.reward == 1.0 {
        html! { <span class="ok">{"✓ right"}</span> }
    } else if came.reward == 0.0 {
        html! { <span class="no">{"✗ wrong"}</span> }
    } else {
        html! { <span class="num">{"reward "}{fixed(came.reward, 2)}</span> }
    };
    html! {
        <li key={arm}>{name}<span class="num"><data value={came.cost.to_string()}>{seen.cost(came.cost)}</data></span>{said}</li>
    }
}

/// What was paid, call by call, against the budget.
fn bill(seen: Seen) -> Html {
    let round = seen.round;
    let top = 1.12 * round.budget.unwrap_or(0.0).max(round.paid);
    let x = |cost: f64| if top > 0.0 { 4.0 + 292.0 * cost / top } else { 4.0 };
    let mut from = 0.0;
    let parts: Vec<(f64, f64)> = (round.calls.iter())
        .filter_map(|arm| round.arms.get(*arm as usize)?.outcome)
        .map(|came| {
            let part = (from, from + came.cost);
            from = part.1;
            part
        })
        .collect();
    let shades = ["seg-a", "seg-b", "seg-c"];
    let t = count(u64::from(round.round));
    let mean = seen.cost(round.so_far.cost);
    let rounds = if round.round == 1 { "so far".to_owned() } else { format!("over {t} rounds") };
    let said = match round.budget {
        None => format!("There is no budget. The mean {rounds} is {mean}."),
        Some(budget) if round.paid > budget => {
            format!("Over ρ by {} this time; the mean {rounds} is {mean}.", seen.cost(round.paid - budget))
        }
        Some(_) => format!("Within ρ this time; the mean {rounds} is {mean}."),
    };
    html! {
        <>
            <svg class="chart tally" viewBox="0 0 300 46" aria-hidden="true">
                {for parts.iter().zip(shades.iter().cycle()).map(|((from, to), shade)| html! {
                    <rect class={*shade} x={format!("{:.1}", x(*from))} y="20" width={format!("{:.1}", (x(*to) - x(*from) - 1.0).max(0.5))} height="14" />
                })}
                <path class="axis" d="M4 34H296" />
                if let Some(budget) = round.budget {
                    <path class="budget-line" d={format!("M{0:.1} 14V40", x(budget))} />
                    <text class={classes!("budget-t", if x(budget) > 150.0 { "end" } else { "start" })} x={format!("{:.1}", x(budget))} y="10">{format!("ρ {}", seen.cost(budget))}</text>
                }
            </svg>
            <p><b>{"Paid "}<data value={round.paid.to_string()}>{seen.cost(round.paid)}</data>{". "}</b>{said}</p>
        </>
    }
}
