//! The scheduling cloud's box: the coins, the calls, the bill.

use super::round::Seen;
use super::words::plain;
use crate::format::{count, fixed};
use crate::words::{mix, plural, say};
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
        <section class="box cloud" aria-label={say!("Scheduling cloud")}>
            <h3>
                <svg viewBox="0 0 20 20" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.6" d="M5.5 15.5a3.5 3.5 0 0 1-.4-7A5 5 0 0 1 14.6 8a3.8 3.8 0 0 1 .2 7.5z" /></svg>
                {say!("Scheduling cloud")}
            </h3>
            {rounding(seen)}
            <h4>{say!("Calls, in this order")}</h4>
            if chosen.is_empty() {
                <p>{say!("No model was called.")}</p>
            } else {
                <ol class="calls">{for chosen.into_iter().map(|(_, arm)| call(seen, arm))}</ol>
            }
            <h4>{reward(seen)}</h4>
            {bill(seen)}
        </section>
    }
}

/// What the round brought, where rewards add up beside the most that it could.
fn reward(seen: Seen) -> Html {
    let round = seen.round;
    let reward = html! { <data value={round.realised.to_string()}>{plain(round.realised)}</data> };
    match round.reward {
        RewardModel::Suc => mix!("This round: reward {reward} of {most}", reward = reward, most = round.n),
        RewardModel::Awc | RewardModel::Aic => mix!("This round: reward {reward}", reward = reward),
    }
}

/// The coins.
fn rounding(seen: Seen) -> Html {
    let round = seen.round;
    let Some(relaxed) = &round.relaxed else {
        let said = say!(match round.way {
            Way::Nobody => "There was nobody to call.",
            Way::Search => "The set is whole already: no coin is flipped.",
            _ => "It calls the set as it comes: nothing is rounded.",
        });
        return html! { <p>{said}</p> };
    };
    let empty = say!(if round.calls.is_empty() {
        "The coins left no model: the query goes unanswered."
    } else {
        "The coins left no model. So that the query has an answer, the cheapest one is called."
    });
    html! {
        <>
            <h4>{mix!("Rounds {z} to a set by coins", z = html! { <i class="sym">{"z"}</i> })}</h4>
            if relaxed.coins.is_empty() {
                <p>{say!("Every entry is whole already: no coin is flipped.")}</p>
            } else {
                <ol class="coins">{for relaxed.coins.iter().map(|coin| html! { <li>{flip(seen, coin)}</li> })}</ol>
            }
            if round.empty { <p>{empty}</p> }
        </>
    }
}

/// A coin in words.
fn flip(seen: Seen, coin: &Coin) -> AttrValue {
    let trade = &coin.trade;
    let first = seen.name(trade.i);
    let number = |value: f64| fixed(value, 3);
    let ends = |value: f64| if value == 0.0 || value == 1.0 { fixed(value, 0) } else { fixed(value, 2) };
    let Some(j) = trade.j else {
        return say!(
            if coin.up {
                "{first} ({a}) is left over. The coin draws {draw}, below {up}: {first} is called."
            } else {
                "{first} ({a}) is left over. The coin draws {draw}, not below {up}: {first} is left out."
            },
            first = first,
            a = number(trade.first),
            draw = number(coin.draw),
            up = number(trade.up),
        );
    };
    let second = seen.name(j);
    let gains = if coin.up { first } else { second };
    let (a, b, draw, up) = (number(trade.first), number(trade.second), number(coin.draw), number(trade.up));
    // Where both are whole afterwards, and one of them is out.
    if coin.first + coin.second == 1.0 && coin.first * coin.second == 0.0 {
        return say!(
            if coin.up {
                "{first} ({a}) and {second} ({b}) share one place. The coin draws {draw}, below {up}: {gains} takes it."
            } else {
                "{first} ({a}) and {second} ({b}) share one place. The coin draws {draw}, not below {up}: {gains} takes it."
            },
            first = first,
            a = a,
            second = second,
            b = b,
            draw = draw,
            up = up,
            gains = gains,
        );
    }
    say!(
        if coin.up {
            "{first} ({a}) and {second} ({b}) trade. The coin draws {draw}, below q/(p + q) = {up}: {gains} gains. Now they \
             have {c} and {d}."
        } else {
            "{first} ({a}) and {second} ({b}) trade. The coin draws {draw}, not below q/(p + q) = {up}: {gains} gains. Now \
             they have {c} and {d}."
        },
        first = first,
        a = a,
        second = second,
        b = b,
        draw = draw,
        up = up,
        gains = gains,
        c = ends(coin.first),
        d = ends(coin.second),
    )
}

fn call(seen: Seen, arm: usize) -> Html {
    let outcome = seen.round.arms.get(arm).and_then(|it| it.outcome);
    let name = html! { <span>{seen.name(arm).to_owned()}</span> };
    let Some(came) = outcome else {
        return html! { <li key={arm} class="spared">{name}<span></span><span class="quiet">{say!("not called")}</span></li> };
    };
    let said = if came.reward == 1.0 {
        html! { <span class="ok">{say!("✓ right")}</span> }
    } else if came.reward == 0.0 {
        html! { <span class="no">{say!("✗ wrong")}</span> }
    } else {
        html! { <span class="num">{say!("reward {n}", n = fixed(came.reward, 2))}</span> }
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
    let rounds = u64::from(round.round);
    let (n, mean) = (count(rounds), seen.cost(round.so_far.cost));
    let said = match round.budget {
        None => plural!(
            rounds,
            "There is no budget. The mean so far is {mean}.",
            "There is no budget. The mean over {n} rounds is {mean}.",
            n = n,
            mean = mean,
        ),
        Some(budget) if round.paid > budget => plural!(
            rounds,
            "Over ρ by {over} this time; the mean so far is {mean}.",
            "Over ρ by {over} this time; the mean over {n} rounds is {mean}.",
            over = seen.cost(round.paid - budget),
            n = n,
            mean = mean,
        ),
        Some(_) => plural!(
            rounds,
            "Within ρ this time; the mean so far is {mean}.",
            "Within ρ this time; the mean over {n} rounds is {mean}.",
            n = n,
            mean = mean,
        ),
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
            <p><b>{mix!("Paid {paid}. ", paid = html! { <data value={round.paid.to_string()}>{seen.cost(round.paid)}</data> })}</b>{said}</p>
        </>
    }
}
