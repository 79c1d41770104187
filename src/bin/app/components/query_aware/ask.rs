//! *Ask*: type a query; the confidence in each model, the models that a policy would call, and what in the query says so.

use crate::components::explain::{Explain, Topic};
use crate::components::message::{Message, Tone, explained};
use crate::components::name::Name;
use crate::format::{Unit, count, decimals, fixed, signed};
use crate::inquiry::{Inquiry, InquiryAction};
use crate::query_aware::{QueryAwareAction, Trained};
use crate::state::Action;
use crate::words::{plural, say, told};
use llm_selection::export::plain;
use llm_selection::query_aware::ask::{Advice, Confidence, Evidence, Expected};
use llm_selection::query_aware::features::TermKind;
use yew::prelude::*;

/// Sends what happens here to the state.
pub fn inquire(dispatch: &Callback<Action>) -> Callback<InquiryAction> {
    dispatch.reform(|action| Action::QueryAware(QueryAwareAction::Inquire(action)))
}

/// A select of the policies that choose before they see the answers.
pub fn policies(id: &'static str, trained: &Trained, chosen: u32, choose: Callback<u32>) -> Html {
    let policies = &trained.evaluation.policies;
    let options = policies.iter().zip(0..).filter(|(policy, _)| policy.name != "Oracle").map(|(policy, place)| {
        html! { <option key={place} value={place.to_string()} selected={place == chosen}>{told(policy.name.clone())}</option> }
    });
    let onchange = Callback::from(move |event: Event| {
        let select = event.target_dyn_into::<web_sys::HtmlSelectElement>();
        if let Some(place) = select.and_then(|select| select.value().parse().ok()) {
            choose.emit(place);
        }
    });
    html! { <select {id} {onchange}>{for options}</select> }
}

/// A bar for a share in [0,1], beside the number that says it.
pub fn bar(share: f64, class: &'static str) -> Html {
    let width = format!("{:.1}", 100.0 * share.clamp(0.0, 1.0));
    html! {
        <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar-bg" width="100" height="10" /><rect class={classes!("bar", class)} {width} height="10" />
        </svg>
    }
}

/// The panel.
pub fn ask(trained: &Trained, inquiry: &Inquiry, dispatch: &Callback<Action>) -> Html {
    let send = inquire(dispatch);
    let typed = {
        let send = send.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(area) = event.target_dyn_into::<web_sys::HtmlTextAreaElement>() {
                send.emit(InquiryAction::Text(area.value()));
            }
        })
    };
    let number = |id: &'static str,
                  label: AttrValue,
                  symbol: &'static str,
                  value: &AttrValue,
                  wrong: bool,
                  step,
                  max,
                  make: fn(String) -> InquiryAction| {
        let send = send.clone();
        let oninput = Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                send.emit(make(input.value()));
            }
        });
        html! {
            <div class="field">
                <label class="lbl" for={id}>{label}</label>
                <div class={classes!("unit", wrong.then_some("is-wrong"))}>
                    <span aria-hidden="true"><i class="sym">{symbol}</i></span>
                    <input {id} type="number" inputmode="decimal" autocomplete="off" value={value.clone()} {step} min="0" max={Some(AttrValue::Static(max))}
                        aria-invalid={wrong.then_some("true")} {oninput} />
                </div>
            </div>
        }
    };
    html! {
        <section class="card" aria-labelledby="ask-title">
            <div class="card-head"><h2 id="ask-title">{say!("Ask: which models for this query?")}</h2><Explain topic={Topic::Ask} /></div>
            <div class="asking">
                <div class="stack">
                    <div class="field">
                        <label class="lbl" for="ask-query">{say!("Query")}</label>
                        <textarea id="ask-query" rows="5" dir="auto" value={inquiry.text.clone()} placeholder={say!("Type or paste a query")} oninput={typed} />
                    </div>
                    <div class="ask-how">
                        <div class="field wide">
                            <label class="lbl" for="ask-policy">{say!("Policy")}</label>
                            {policies("ask-policy", trained, inquiry.policy, send.reform(InquiryAction::Policy))}
                        </div>
                        {number("ask-models", say!("At most"), "s", &inquiry.models, inquiry.most().is_none(), "1", "200", InquiryAction::Models)}
                        {number("ask-threshold", say!("Threshold"), "τ", &inquiry.threshold, inquiry.least().is_none(), "0.05", "1", InquiryAction::Threshold)}
                    </div>
                    if let Some(advice) = &inquiry.advice { {chosen(trained, inquiry, advice)} }
                </div>
                if let Some(advice) = &inquiry.advice {
                    {confidences(advice)}
                } else {
                    <div class="empty"><p>{say!("The confidence in each model shows here as you type.")}</p></div>
                }
            </div>
            if let Some(error) = &inquiry.failure {
                <Message tone={Tone::Bad} title={say!("There is no answer")}>{explained(error)}</Message>
            }
            if let Some(advice) = &inquiry.advice { {reasons(advice)} }
        </section>
    }
}

/// The chosen models and what to expect of them.
fn chosen(trained: &Trained, inquiry: &Inquiry, advice: &Advice) -> Html {
    let names = advice.chosen.iter().filter_map(|model| advice.models.get(*model as usize));
    let chips = names
        .map(|model| html! { <li><span class="chip on"><Name name={model.model.clone()} inside=true /></span></li> });
    let policy = trained.evaluation.policies.get(inquiry.policy as usize).map_or("", |policy| policy.name.as_str());
    let one = advice.chosen.len() == 1;
    let vote = match policy {
        _ if one => say!(" Its answer is taken."),
        "WeightedMaxConf" => {
            say!(" The answers are put to a vote; each counts as much as the confidence in its model.")
        }
        _ if advice.at_most => {
            say!(" They are asked one after the other, in this order, until the leading answer is sure enough.")
        }
        _ => say!(" The answers are put to a majority vote; all count the same."),
    };
    let parallel = &advice.latency_parallel_ms;
    let several = !one && parallel.figure.value.is_some();
    let (cost, sequential) = (dollars(&advice.cost), latency(&advice.latency_sequential_ms));
    let parallel = latency(parallel);
    let expected = if several && !advice.at_most {
        say!(
            "Expected {latency} in parallel, {sequential} one after the other; cost {cost}.",
            latency = parallel,
            sequential = sequential,
            cost = cost
        )
    } else {
        say!(
            match (advice.at_most, several) {
                (true, true) => "At most {latency} one after the other; cost {cost}.",
                (true, false) => "At most {latency}; cost {cost}.",
                (false, _) => "Expected {latency}; cost {cost}.",
            },
            latency = parallel,
            cost = cost
        )
    };
    html! {
        <div class="stack">
            <div class="chips" aria-live="polite"><span class="quiet">{say!("Chosen")}</span><ul class="chips" aria-label={say!("Chosen models")}>{for chips}</ul></div>
            <p class="quiet">{expected}{vote}</p>
            <p class="quiet small">{measured(advice)}</p>
            {notes(advice)}
        </div>
    }
}

/// What the expectations are.
fn measured(advice: &Advice) -> AttrValue {
    let queries =
        |number: u64| plural!(number, "{n}\u{a0}training query", "{n}\u{a0}training queries", n = count(number));
    let over = match (advice.latency_parallel_ms.queries, advice.cost.queries) {
        (0, 0) => {
            return say!("The data has neither latencies nor costs of all these models on a training query.");
        }
        (latency, cost) if latency == cost => queries(latency),
        (0, number) | (number, 0) => queries(number),
        (latency, cost) => {
            say!("{latency} (latency) and {cost} (cost)", latency = queries(latency), cost = count(cost))
        }
    };
    say!(
        "Means over {queries} on which they were measured; ± is the 95\u{a0}% interval of the mean by Student's t, not of a single query.",
        queries = over
    )
}

fn notes(advice: &Advice) -> Html {
    let mut notes = Vec::new();
    if advice.known == 0 {
        notes.push(say!("No word of this query was met in training: this is what the classifier says of any query."));
    }
    if advice.cut {
        notes.push(say!("The text is long: its first 20\u{202f}000 characters are read."));
    }
    if advice.columns > 0 {
        notes.push(plural!(
            advice.columns,
            "{n}\u{a0}numeric column beside the text: a typed query has none, and they count as average.",
            "{n}\u{a0}numeric columns beside the text: a typed query has none, and they count as average.",
            n = count(advice.columns)
        ));
    }
    html! { {for notes.into_iter().map(|note| html! { <p class="quiet small">{note}</p> })} }
}

/// Milliseconds as people read them, with the interval.
fn latency(expected: &Expected) -> AttrValue {
    let Some(value) = expected.figure.value else { return say!("latency not measured") };
    let (unit, factor) = if value >= 1_000.0 { ("s", 1e-3) } else { ("ms", 1.0) };
    let digits = decimals(value * factor, 3);
    let text = match expected.figure.ci95 {
        Some(half) => {
            format!(
                "{} ± {}\u{a0}{unit}",
                fixed(value * factor, digits),
                half_width(half * factor, value * factor, digits)
            )
        }
        None => format!("{}\u{a0}{unit}", fixed(value * factor, digits)),
    };
    text.into()
}

/// Half the width of an interval with the decimals of its mean, more where they would say nothing.
fn half_width(half: f64, mean: f64, digits: usize) -> String {
    if half <= 1e-9 * mean { "0".to_owned() } else { fixed(half, digits.max(decimals(half, 1))) }
}

fn dollars(expected: &Expected) -> AttrValue {
    let Some(value) = expected.figure.value else { return say!("not measured") };
    let digits = decimals(value, 3);
    let text = match expected.figure.ci95 {
        Some(half) => format!("{} ± {}", Unit::Dollars.fixed(value, digits), half_width(half, value, digits)),
        None => Unit::Dollars.fixed(value, digits),
    };
    text.into()
}

/// All models, the most confident first.
fn confidences(advice: &Advice) -> Html {
    let mut order: Vec<usize> = (0..advice.models.len()).collect();
    let p = |model: &usize| advice.models.get(*model).map_or(0.0, |model| model.p);
    llm_selection::order::sort_by(&mut order, |a, b| p(b).total_cmp(&p(a)));
    let rows = order.into_iter().filter_map(|place| {
        let model = advice.models.get(place)?;
        let picked = advice.chosen.contains(&(place as u32));
        Some(html! {
            <tr key={place} class={picked.then_some("picked")}>
                <th scope="row"><Name name={model.model.clone()} />if picked { <span class="vh">{say!(", chosen")}</span> }</th>
                <td>{bar(model.p, if picked { "s1" } else { "s7" })}</td>
                <td class="num"><data value={model.p.to_string()}>{fixed(model.p, 2)}</data></td>
            </tr>
        })
    });
    html! {
        <div class="conf-scroll" tabindex="0" role="group" aria-label={say!("Confidence by model")}>
            <table class="conf">
                <caption>{say!("Confidence that the model answers right")}</caption>
                <thead class="vh"><tr><th scope="col">{say!("Model")}</th><td></td><th scope="col">{say!("Probability")}</th></tr></thead>
                <tbody>{for rows}</tbody>
            </table>
        </div>
    }
}

/// What speaks for and against each model.
fn reasons(advice: &Advice) -> Html {
    let order = advice.chosen.iter().map(|model| *model as usize);
    let others = (0..advice.models.len()).filter(|model| !advice.chosen.contains(&(*model as u32)));
    let models = order.chain(others).filter_map(|place| Some((place, advice.models.get(place)?)));
    html! {
        <div class="reasons">
            <h3>{say!("What in the query speaks for and against each model")}</h3>
            {for models.map(|(place, model)| reason(place, model))}
        </div>
    }
}

fn reason(place: usize, model: &Confidence) -> Html {
    let total = |list: &[Evidence]| list.iter().map(|one| one.adds).sum::<f64>();
    let list = |title: AttrValue, list: &[Evidence]| {
        html! {
            <div>
                <h4>{title}</h4>
                if list.is_empty() { <p class="quiet">{say!("nothing")}</p> }
                <ul>{for list.iter().map(evidence)}</ul>
            </div>
        }
    };
    html! {
        <details key={place}>
            <summary><Name name={model.model.clone()} inside=true />{format!(": {}", fixed(model.p, 2))}</summary>
            <div class="reason">
                {list(say!("For"), &model.supports)}
                {list(say!("Against"), &model.opposes)}
            </div>
            <p class="quiet small">
                {say!(
                    "Log-odds {odds} = {start} of a query of which nothing is known, {supports} and {opposes} from the features above, {rest} from {others} more. Probability {p}.",
                    odds = signed(model.log_odds, 2), start = signed(model.start, 2), supports = signed(total(&model.supports), 2),
                    opposes = signed(total(&model.opposes), 2), rest = signed(model.rest, 2), others = count(model.others), p = fixed(model.p, 3)
                )}
            </p>
        </details>
    }
}

fn evidence(one: &Evidence) -> Html {
    let about = match one.kind {
        TermKind::Words => None,
        TermKind::Part => Some(say!("part of a word")),
        TermKind::Column => Some(say!("column")),
    };
    let terms: Vec<String> = one.terms.iter().map(|term| plain(term)).collect();
    html! {
        <li>
            <bdi class="given">{terms.join(" / ")}</bdi>
            if let Some(about) = about { <small class="quiet">{about}</small> }
            <span class="num">{signed(one.adds, 2)}</span>
        </li>
    }
}
