//! The sweep view: one parameter of the experiment varied, what is final drawn against it.

use super::download::save_text;
use super::explain::{Explain, Topic};
use super::legend::Legend;
use super::message::{Message, Tone, explained, field_name};
use super::name::Name;
use super::reader::Reader;
use super::size::use_size;
use super::swatch::Swatch;
use crate::form::Form;
use crate::format::{Unit, count, decimals, duration, fixed, signed};
use crate::shared::Shared;
use crate::state::{Action, Ready};
use crate::sweep::{COUNTS, Input, Played, SweepAction, SweepState};
use crate::words::{plural, say, told};
use llm_selection::figure::Options;
use llm_selection::figure::Quantity;
use llm_selection::figure::sweep::{SweepFigure, draw, enough, sheet, stops, sub};
use llm_selection::sweep::csv;
use std::rc::Rc;
use yew::prelude::*;

/// The view.
pub fn sweep_view(sweep: &SweepState, shown: &Form, ready: Option<&Ready>, dispatch: &Callback<Action>) -> Html {
    // Its own experiment, whatever has been typed at the left since.
    let hide = dispatch.reform(|action| match action {
        Action::Hide(place, hide) => Action::Sweep(SweepAction::Hide(place, hide)),
        other => other,
    });
    let other = |played: &Played| ready.is_none_or(|ready| *ready.experiment != *played.experiment);
    html! {
        <>
            {form(sweep, shown, dispatch)}
            if let Some(error) = &sweep.failure {
                <Message tone={Tone::Bad} title={say!("The sweep could not go on")}>{explained(error)}</Message>
            }
            if let Some(played) = &sweep.played {
                if other(played) {
                    <Message tone={Tone::Note} title={say!("The experiment has changed since")}>
                        {say!("What is drawn here is the sweep of the experiment as it was when the sweep began.")}
                    </Message>
                }
                if !played.result.points.is_empty() {
                    <div class="charts">
                        <Legend labels={Rc::new(played.curves.lines.iter().map(|line| line.label.clone()).collect::<Vec<_>>())}
                            hidden={sweep.hidden.clone()} dispatch={hide} />
                        <div class="figs">
                            { for SweepFigure::ALL.into_iter().map(|kind| html! {
                                <SweepChart key={kind.slug()} {kind} played={played.clone()} hidden={sweep.hidden.clone()} />
                            }) }
                        </div>
                    </div>
                    if let Some(enough) = enough(&played.curves) {
                        <p class="quiet">{told(enough)}</p>
                    }
                    <SweepTable played={played.clone()} />
                }
            } else {
                <div class="empty"><p>{say!("Nothing to draw yet: press Run sweep.")}</p></div>
            }
        </>
    }
}

/// What is varied, and the buttons.
fn form(sweep: &SweepState, shown: &Form, dispatch: &Callback<Action>) -> Html {
    let send = |action: fn(String) -> SweepAction| {
        let dispatch = dispatch.clone();
        Callback::from(move |text: String| dispatch.emit(Action::Sweep(action(text))))
    };
    let choose = {
        let send = send(SweepAction::Parameter);
        Callback::from(move |event: Event| {
            if let Some(select) = event.target_dyn_into::<web_sys::HtmlSelectElement>() {
                send.emit(select.value());
            }
        })
    };
    let options = sweep.choices.iter().map(|choice| {
        html! { <option key={choice.path.clone()} value={choice.path.clone()} selected={choice.path == sweep.path}>{choice.name()}</option> }
    });
    let wrong = sweep.wrong();
    let named = |error| wrong.map_or_else(|| field_name(shown, error), |input| input.name());
    let input = |input: Input, id: &'static str, value: &str| {
        let dispatch = dispatch.clone();
        let oninput = Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                dispatch.emit(Action::Sweep(SweepAction::Typed(input, field.value())));
            }
        });
        let (step, min, max) = match input {
            Input::Count => ("1", Some(COUNTS.0.to_string()), Some(COUNTS.1.to_string())),
            _ if sweep.whole() => ("1", Some("1".to_owned()), None),
            _ => ("any", Some("0".to_owned()), None),
        };
        let bad = wrong == Some(input);
        html! {
            <div class="field">
                <div class="lbl"><label for={id}>{input.name()}</label></div>
                <div class={classes!("unit", bad.then_some("is-wrong"))}>
                    <input {id} type="number" inputmode="decimal" autocomplete="off" value={value.to_owned()} {step} {min} {max}
                        aria-invalid={bad.then_some("true")} aria-describedby={bad.then_some("sweep-problem")} {oninput} />
                </div>
            </div>
        }
    };
    let spacing = |text: AttrValue, title: AttrValue, value: bool| {
        let dispatch = dispatch.clone();
        let onchange = Callback::from(move |_: Event| dispatch.emit(Action::Sweep(SweepAction::Geometric(value))));
        html! { <label {title}><input type="radio" name="sweep-spacing" checked={sweep.geometric == value} {onchange} /><span>{text}</span></label> }
    };
    let submit = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            dispatch.emit(Action::Sweep(SweepAction::Run));
        })
    };
    let cancel = {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.emit(Action::Sweep(SweepAction::Cancel)))
    };
    let running = sweep.running.is_some();
    let state = if running { Some("is-running") } else { None };
    html! {
        <form class={classes!("card", "sweep", state)} aria-label={say!("Sweep")} novalidate=true onsubmit={submit}>
            <p class="quiet">{say!("The experiment as it is set up, played again at every value with the same seed. The run of the first tab goes on undisturbed.")}</p>
            <div class="sweep-fields">
                <div class="field wide">
                    <div class="lbl"><label for="sweep-parameter">{say!("Parameter")}</label><Explain topic={Topic::Sweep} /></div>
                    <select id="sweep-parameter" onchange={choose}>{for options}</select>
                </div>
                {input(Input::From, "sweep-from", &sweep.from)}
                {input(Input::To, "sweep-to", &sweep.to)}
                {input(Input::Count, "sweep-count", &sweep.count)}
                <div class="field">
                    <div class="lbl" id="sweep-spacing-label">{say!("Spacing")}</div>
                    <div class="seg" role="radiogroup" aria-labelledby="sweep-spacing-label">
                        {spacing(say!("linear{of}", of = ""), say!("Equal differences"), false)}{spacing(say!("geometric"), say!("Equal factors"), true)}
                    </div>
                </div>
                <div class="row">
                    <button type="submit" class="btn primary" disabled={running || sweep.choices.is_empty()}>{say!("Run sweep")}</button>
                    <button type="button" class="btn" disabled={!running} onclick={cancel}>{say!("Cancel")}</button>
                </div>
            </div>
            if let Some(error) = &sweep.problem {
                <div id="sweep-problem">
                    <Message tone={Tone::Bad} title={named(error)}>{explained(error)}</Message>
                </div>
            }
            {progress(sweep)}
        </form>
    }
}

/// How far the sweep is.
fn progress(sweep: &SweepState) -> Html {
    let (text, live) = match (&sweep.running, &sweep.played) {
        (Some(running), Some(played)) => {
            let (done, all, _) = running.progress();
            let value = running.values().0.first().and_then(|(_, value)| value.as_f64()).unwrap_or(f64::NAN);
            let parameter = &played.curves.parameter;
            let value = format!("{} = {}", parameter.symbol, parameter.write(value));
            // What begins and ends is announced; a count that goes up is not.
            (
                say!("Value {n} of {all}: {value}", n = done + 1, all = all, value = value),
                if done == 0 { "polite" } else { "off" },
            )
        }
        (None, Some(played)) if played.complete() => {
            let (values, policies) = (played.result.points.len() as u64, played.curves.lines.len() as u64);
            let done = say!(
                "{values}, {policies}, in {time}. Done",
                values = plural!(values, "{n}\u{a0}value", "{n}\u{a0}values", n = count(values)),
                policies = plural!(policies, "{n}\u{a0}policy", "{n}\u{a0}policies", n = count(policies)),
                time = duration(played.elapsed_ms)
            );
            (done, "polite")
        }
        (None, Some(played)) => {
            let (done, all) = (played.result.points.len(), played.sweep.points());
            (say!("Stopped after {done} of {all} values", done = done, all = all), "polite")
        }
        _ => (say!("No sweep yet"), "polite"),
    };
    html! {
        <div class="status-now">
            <p role="status" aria-live={live}><span class="pulse"></span>{text}</p>
            if let Some(running) = &sweep.running {
                <progress value={format!("{:.4}", running.progress().2)} aria-label={say!("Progress of the sweep")}></progress>
                if let Some(left) = running.left_ms() {
                    <dl><div><dt>{say!("Time left")}</dt><dd>{duration(left)}</dd></div></dl>
                }
            }
            if let Some(played) = sweep.played.as_ref().filter(|played| sweep.running.is_none() && played.complete()) {
                <dl>
                    <div><dt>{say!("Digest")}</dt><dd title={played.result.digest.clone()}>{played.result.digest.get(..8).unwrap_or_default().to_owned()}</dd></div>
                    <div><dt>{say!("Same bits as")}</dt><dd>{say!("the command line")}</dd></div>
                </dl>
            }
        </div>
    }
}

/// Properties of [`SweepChart`].
#[derive(Properties, PartialEq)]
pub struct ChartProps {
    pub kind: SweepFigure,
    pub played: Shared<Played>,
    pub hidden: Rc<Vec<bool>>,
}

/// One figure.
#[component]
pub fn SweepChart(props: &ChartProps) -> Html {
    let ChartProps { kind, played, hidden } = props;
    let chart = use_node_ref();
    let (width, font) = use_size(&chart);
    let options = Options { width, font, hidden, ..Options::default() };
    let scene = Rc::new(draw(*kind, &played.curves, &options));
    let stops = Rc::new(stops(*kind, &played.curves, &options));
    let id = format!("{}-title", kind.slug());
    let title = told(kind.title());
    let wide = (*kind == SweepFigure::Frontier).then_some("all");
    html! {
        <figure class={classes!("card", "fig", wide)} aria-labelledby={id.clone()}>
            <figcaption>
                <div class="card-head"><h2 {id}>{title.clone()}</h2><Explain topic={Topic::SweepFigures} /></div>
                <p class="sub">{told(sub(*kind, &played.curves))}</p>
            </figcaption>
            <Reader {title} {scene} {stops} {chart} />
        </figure>
    }
}

/// Properties of [`SweepTable`].
#[derive(Properties, PartialEq)]
pub struct TableProps {
    pub played: Shared<Played>,
}

const COLUMNS: [Quantity; 4] = [Quantity::Regret, Quantity::Violation, Quantity::Reward, Quantity::Cost];

/// Every number, and the downloads.
#[component]
pub fn SweepTable(props: &TableProps) -> Html {
    let refused = use_state(|| false);
    let curves = &props.played.curves;
    let unit = if curves.dollars { Unit::Dollars } else { Unit::Plain };
    let all = |quantity: Quantity| {
        let points = (0..curves.lines.len()).flat_map(|policy| (0..curves.values.len()).map(move |at| (policy, at)));
        points.filter_map(move |(policy, at)| curves.figure(quantity, policy, at))
    };
    let places = COLUMNS.map(|quantity| {
        // Violation is read beside the cost it comes from.
        let sized = if quantity == Quantity::Violation { Quantity::Cost } else { quantity };
        let places = decimals(all(sized).map(|(mean, _)| mean.abs()).fold(0.0, f64::max), 4);
        if quantity == Quantity::Regret { places.min(2) } else { places }
    });
    let rows = curves.values.iter().enumerate().flat_map(|(at, value)| {
        curves.lines.iter().enumerate().map(move |(policy, line)| {
            let cells = COLUMNS.iter().zip(places).map(|(quantity, places)| {
                let Some((mean, half)) = curves.figure(*quantity, policy, at) else {
                    return html! { <td><span title={say!("not defined")} aria-hidden="true">{"–"}</span><span class="vh">{say!("not defined")}</span></td> };
                };
                let text = match quantity {
                    Quantity::Regret => signed(mean, places),
                    Quantity::Reward | Quantity::Ratio | Quantity::RatioViolation => fixed(mean, places),
                    Quantity::Violation | Quantity::Cost => unit.fixed(mean, places),
                };
                html! {
                    <td>
                        <data value={mean.to_string()}>{text}</data>
                        if curves.replicates > 1 { {" "}<span class="pm">{"± "}{fixed(half, places)}</span> }
                    </td>
                }
            });
            html! {
                <tr>
                    <th scope="row"><data value={value.to_string()}>{curves.parameter.write(*value)}</data></th>
                    <td class="l"><span class="who"><Swatch place={Some(policy)} /><Name name={line.label.clone()} /></span></td>
                    {for cells}
                </tr>
            }
        })
    });
    let save = |name: &'static str, kind: &'static str, text: fn(&Played) -> String| {
        let (played, refused) = (props.played.clone(), refused.clone());
        Callback::from(move |_: MouseEvent| refused.set(save_text(name, kind, &text(&played)).is_err()))
    };
    html! {
        <section class="card" aria-labelledby="sweep-table-title">
            <div class="card-head">
                <h2 id="sweep-table-title">{say!("Values and results")}</h2><Explain topic={Topic::Columns} />
                <span class="note">
                    {plural!(curves.replicates, "{n}\u{a0}replicate", "{n}\u{a0}replicates", n = count(curves.replicates))}
                    if curves.replicates > 1 { {say!("; ± is a 95\u{a0}% interval")} }
                </span>
                <div class="end">
                    if *refused { <span class="note" aria-live="polite">{say!("The browser did not allow saving")}</span> }
                    <button type="button" class="btn small" onclick={save("sweep.csv", "text/csv", |played| csv(&played.result))}>{say!("Download CSV")}</button>
                    <button type="button" class="btn small" onclick={save("sweep.svg", "image/svg+xml", |played| sheet(&played.curves))}>{say!("Download SVG")}</button>
                    <button type="button" class="btn small" title={say!("The sweep for llm-select sweep, or for a cluster")}
                        onclick={save("sweep.json", "application/json", |played| played.sweep.to_json() + "\n")}>{say!("Download sweep file")}</button>
                </div>
            </div>
            <div class="scroll tall" tabindex="0" role="group" aria-label={say!("Sweep results table, scrolls")}>
                <table class="table" aria-label={say!("Sweep results")}>
                    <thead><tr>
                        <th scope="col">{told(curves.parameter.name.clone())}</th><th scope="col" class="l">{say!("Policy")}</th>
                        <th scope="col">{say!("Regret")}</th><th scope="col">{say!("Violation")}</th>
                        <th scope="col">{say!("Reward")}</th><th scope="col">{say!("Cost")}</th>
                    </tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
        </section>
    }
}
