//! The local server's box: what is known of each model, what was made of it, and what is learned in the end.

use super::round::Seen;
use super::words;
use crate::format::{count, fixed};
use crate::words::{mix, say};
use llm_selection::bandit::explained::{CostBy, RewardBy};
use llm_selection::inspect::Arm;
use yew::prelude::*;

/// Most models that are listed: of more those that count in the round, and the first others.
const MOST_ROWS: usize = 24;

/// The box.
pub fn local(seen: Seen) -> Html {
    let round = seen.round;
    let (picked, others): (Vec<_>, Vec<_>) = round.arms.iter().enumerate().partition(|(_, arm)| counts(arm));
    let room = MOST_ROWS.saturating_sub(picked.len());
    let left_out = others.len().saturating_sub(room);
    let mut rows: Vec<(usize, &Arm)> = picked.into_iter().chain(others.into_iter().take(room)).collect();
    rows.sort_unstable_by_key(|(arm, _)| *arm);
    let reward = match round.basis.reward_by {
        RewardBy::Upper | RewardBy::Predicted => "μ̄".into(),
        RewardBy::Priced => "μ̄ − λc̲".into(),
        RewardBy::Draw => say!("draw"),
        RewardBy::Linear => say!("worth"),
        RewardBy::Mean | RewardBy::Nothing => AttrValue::from("μ̂"),
    };
    let cost = match round.basis.cost_by {
        CostBy::Lower => "c̲".into(),
        CostBy::Draw => say!("draw"),
        CostBy::Mean | CostBy::Nothing => AttrValue::from("ĉ"),
    };
    let sym = |text: &AttrValue| html! { <i class="sym">{text}</i> };
    let (mean, mean_cost) = (html! { <i class="sym">{"μ̂"}</i> }, html! { <i class="sym">{"ĉ"}</i> });
    // A bar leads to the bound, not to what is made of it.
    let rewards = match round.basis.reward_by {
        RewardBy::Mean | RewardBy::Nothing => mean,
        RewardBy::Priced => mix!("{mean} to {bound}", mean = mean, bound = html! { <i class="sym">{"μ̄"}</i> }),
        _ => mix!("{mean} to {bound}", mean = mean, bound = sym(&reward)),
    };
    let costs = match round.basis.cost_by {
        CostBy::Mean | CostBy::Nothing => mean_cost,
        _ => mix!("{bound} to {mean}", bound = sym(&cost), mean = mean_cost),
    };
    let estimates = rows.iter().any(|(_, arm)| arm.before.is_some());
    let relaxed = round.relaxed.as_ref();
    html! {
        <section class="box local" aria-label={say!("Local server")}>
            <h3>
                <svg viewBox="0 0 20 20" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.6" d="M2.5 3.5h15v5.5h-15zM2.5 11h15v5.5h-15zM5.5 6.2h.1M5.5 13.7h.1" /></svg>
                {say!("Local server")}
            </h3>
            <p>{words::local(round)}</p>
            if estimates {
                <table class="est">
                    <caption class="vh">{say!("Estimates before round {n}", n = count(u64::from(round.round)))}</caption>
                    <thead><tr>
                        <th scope="col">{say!("Model")}</th>
                        <th scope="col" class="num">{say!("Seen")}</th>
                        <th scope="col"><span class="hide-s">{say!("Reward")}{" "}</span>{rewards}</th>
                        <th scope="col" class="num">{sym(&reward)}</th>
                        <th scope="col"><span class="hide-s">{say!("Cost")}{" "}</span>{costs}</th>
                        <th scope="col" class="num hide-s">{sym(&cost)}</th>
                        if relaxed.is_some() { <th scope="col" class="num"><i class="sym">{"z"}</i></th> }
                    </tr></thead>
                    <tbody>{for rows.iter().map(|(arm, it)| row(seen, *arm, it))}</tbody>
                </table>
                if left_out > 0 { <p>{say!("And {n} more models, none of them selected.", n = count(left_out as u64))}</p> }
            }
            if let Some(relaxed) = relaxed {
                <p class="sum">
                    <span>{mix!(
                        "places {sum} {places} of {n}",
                        sum = html! { <span class="sym">{"Σ z"}</span> },
                        places = html! { <b class="num">{fixed(relaxed.places, 2)}</b> },
                        n = round.n
                    )}</span>
                    <span>{expected(seen, relaxed.cost)}</span>
                </p>
            }
            {learned(seen)}
        </section>
    }
}

/// Whether a model plays a part in the round.
fn counts(arm: &Arm) -> bool {
    arm.place.is_some() || arm.z.is_some_and(|z| z > 0.0)
}

/// The expected cost, beside the budget where there is one.
fn expected(seen: Seen, cost: f64) -> Html {
    let cost = html! { <b class="num"><data value={cost.to_string()}>{seen.cost(cost)}</data></b> };
    match seen.round.budget {
        Some(budget) => mix!(
            "expected cost {cost} of {budget}",
            cost = cost,
            budget = html! { <span class="rho num">{seen.cost(budget)}</span> }
        ),
        None => mix!("expected cost {cost}", cost = cost),
    }
}

fn row(seen: Seen, arm: usize, it: &Arm) -> Html {
    let basis = &seen.round.basis;
    let class = if counts(it) { "picked" } else { "idle" };
    let mean = it.before.filter(|before| before.seen > 0).map(|before| match it.predicted {
        Some(predicted) => predicted + before.reward,
        None => before.reward,
    });
    let reward = match basis.reward_by {
        RewardBy::Nothing => mean,
        _ => it.by_reward,
    };
    let end = if basis.reward_by == RewardBy::Priced { it.upper } else { it.by_reward };
    let mean_cost = it.before.filter(|before| before.seen > 0).map(|before| before.cost);
    let cost = if basis.cost_by == CostBy::Nothing { mean_cost } else { it.by_cost };
    let top = seen.round.arms.iter().flat_map(|arm| [arm.before.map(|before| before.cost), arm.by_cost]).flatten();
    let top = top.fold(0.0, f64::max);
    let number = |value: Option<f64>, text: fn(Seen, f64) -> String| match value {
        Some(value) if value.is_finite() => html! { <data value={value.to_string()}>{text(seen, value)}</data> },
        Some(_) => html! { "∞" },
        None => html! { <><span aria-hidden="true">{"–"}</span><span class="vh">{say!("not seen")}</span></> },
    };
    let z = it.z.map(|z| {
        let kind = if z >= 1.0 - 1e-12 {
            Some("on")
        } else if z > 1e-12 {
            Some("frac")
        } else {
            None
        };
        html! { <td class="num"><span class={classes!("z", kind)}><data value={z.to_string()}>{fixed(z, 2)}</data></span></td> }
    });
    html! {
        <tr key={arm} class={class}>
            <th scope="row">{seen.name(arm).to_owned()}if !it.there { <small>{" "}{say!("away")}</small> }</th>
            <td class="num">if let Some(before) = it.before { <data value={before.seen.to_string()}>{count(u64::from(before.seen))}</data> }</td>
            <td>{bar(mean, end, 1.0, "s1")}</td>
            <td class="num">{number(reward, |_, value| fixed(value, 2))}</td>
            <td>{bar(mean_cost, cost, top, "s7")}</td>
            <td class="num hide-s">{number(cost, |seen, value| seen.cost(value))}</td>
            {for z}
        </tr>
    }
}

/// A point at the mean and a stroke at what it was taken for, with a bar between.
fn bar(mean: Option<f64>, end: Option<f64>, top: f64, series: &'static str) -> Html {
    let x = |value: f64| 3.0 + 114.0 * if top > 0.0 { (value / top).clamp(0.0, 1.0) } else { 0.0 };
    let ends = mean.map(x).zip(end.map(x));
    html! {
        <svg viewBox="0 0 120 16" preserveAspectRatio="none" class={series} aria-hidden="true">
            <path class="grid" d="M2 8H118" />
            if let Some((a, b)) = ends {
                <rect class="bar soft" x={format!("{:.1}", a.min(b))} y="3" width={format!("{:.1}", (a - b).abs().max(1.0))} height="10" />
            }
            if let Some(end) = end { <path class="ln" d={format!("M{:.1} 1V15", x(end))} /> }
            if let Some(mean) = mean { <path class="pt" d={format!("M{:.1} 8h.01", x(mean))} /> }
        </svg>
    }
}

/// What came of the feedback.
fn learned(seen: Seen) -> Html {
    let arms = seen.round.calls.iter().filter_map(|arm| Some((*arm as usize, seen.round.arms.get(*arm as usize)?)));
    let rows: Vec<Html> = arms
        .filter_map(|(arm, it)| Some((arm, it.before?, it.after?)))
        .map(|(arm, before, after)| {
            // Nothing was known of one that had not been seen.
            let old = |text: String| if before.seen == 0 { "–".to_owned() } else { text };
            html! {
                <tr key={arm}>
                    <th scope="row">{seen.name(arm).to_owned()}</th>
                    <td class="num"><span class="was">{count(u64::from(before.seen))}{" → "}</span><data value={after.seen.to_string()}>{count(u64::from(after.seen))}</data></td>
                    <td class="num"><span class="was">{old(fixed(before.reward, 3))}{" → "}</span><data value={after.reward.to_string()}>{fixed(after.reward, 3)}</data></td>
                    <td class="num"><span class="was">{old(seen.cost(before.cost))}{" → "}</span><data value={after.cost.to_string()}>{seen.cost(after.cost)}</data></td>
                </tr>
            }
        })
        .collect();
    if rows.is_empty() {
        return Html::default();
    }
    let reward = if seen.round.basis.reward_by == RewardBy::Predicted { "b̂" } else { "μ̂" };
    html! {
        <>
            <h4>{say!("Learned from the feedback")}</h4>
            <table class="est learned">
                <caption class="vh">{say!("Estimates before and after the round")}</caption>
                <thead><tr>
                    <th scope="col">{say!("Model")}</th><th scope="col" class="num">{say!("Seen")}</th>
                    <th scope="col" class="num"><i class="sym">{reward}</i></th><th scope="col" class="num"><i class="sym">{"ĉ"}</i></th>
                </tr></thead>
                <tbody>{for rows}</tbody>
            </table>
        </>
    }
}
