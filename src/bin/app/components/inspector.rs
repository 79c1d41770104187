//! The round inspector: one round of one policy, seen from inside.

mod cloud;
mod formulas;
mod local;
mod math;
mod program;
mod round;
mod words;

use crate::components::explain::{Explain, Topic};
use crate::format::{Unit, count};
use crate::inspector::{InspectorAction, InspectorState, Problem};
use crate::shared::Shared;
use crate::state::Action;
use crate::words::say;
use llm_selection::browser::pool::Snapshot;
use llm_selection::inspect::Inspection;
use llm_selection::summary::RunResult;
use round::RoundView;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Properties of [`Inspector`].
#[derive(Properties, PartialEq)]
pub struct InspectorProps {
    /// The run as it is drawn.
    pub snapshot: Shared<Snapshot>,
    pub state: InspectorState,
    /// Whether the run is under way: then what changes is not announced.
    pub moving: bool,
    pub unit: Unit,
    pub dispatch: Callback<Action>,
}

/// The region.
#[component]
pub fn Inspector(props: &InspectorProps) -> Html {
    let InspectorProps { snapshot, state, moving, unit, dispatch } = props;
    let result = &snapshot.result;
    let send = |action: InspectorAction| {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.emit(Action::Inspect(action.clone())))
    };
    let typed = |make: fn(String) -> InspectorAction| {
        let dispatch = dispatch.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                dispatch.emit(Action::Inspect(make(input.value())));
            }
        })
    };
    let choose = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            let select = event.target_dyn_into::<web_sys::HtmlSelectElement>();
            if let Some(place) = select.and_then(|select| usize::try_from(select.selected_index()).ok()) {
                dispatch.emit(Action::Inspect(InspectorAction::Policy(place)));
            }
        })
    };
    let region = use_node_ref();
    {
        let region = region.clone();
        use_effect_with(state.brought, move |brought| {
            if let Some(element) = region.cast::<web_sys::Element>().filter(|_| *brought > 0) {
                follow_by_key(&element);
                element.scroll_into_view();
            }
        });
    }
    let played = snapshot.round;
    let replicates = result.experiment.run.replicates;
    let models = use_memo(props.snapshot.clone(), |snapshot| snapshot.result.models.clone());
    let options = result.policies.iter().enumerate().map(|(place, policy)| {
        html! { <option key={place} selected={place == state.policy}>{policy.label.clone()}</option> }
    });
    let here = state.shown.as_ref().map_or(played, |shown| shown.round);
    let at_cursor = state.cursor.map_or_else(
        || say!("Move the cursor over a figure first"),
        |round| say!("Round {n}", n = count(u64::from(round))),
    );
    let budget = result.experiment.task.budget.is_some();
    let last = here >= played;
    let wrong = |is: fn(&Problem) -> bool| state.problem.as_ref().is_some_and(is).then_some("true");
    let (wrong_replicate, wrong_round) = (wrong(Problem::is_of_replicate), wrong(Problem::is_of_round));
    html! {
        <section class="card inspector" id="inspector" ref={region} aria-labelledby="inspector-title" aria-busy={state.waiting.then_some("true")}>
            <div class="card-head">
                <h2 id="inspector-title" tabindex="-1">{say!("Round inspector")}</h2><Explain topic={Topic::Inspector} />
                <span class="note">{say!("One round of one policy in one replicate, played once more with the same draws.")}</span>
            </div>
            <div class="insp-bar">
                <div class="field">
                    <label for="inspector-policy">{say!("Policy")}</label>
                    <select id="inspector-policy" onchange={choose}>{for options}</select>
                </div>
                <div class="field n">
                    <label for="inspector-replicate">{say!("Replicate, of {n}", n = count(u64::from(replicates)))}</label>
                    <input id="inspector-replicate" type="number" inputmode="numeric" autocomplete="off" min="1" max={replicates.to_string()}
                        value={state.replicate.clone()} aria-invalid={wrong_replicate} aria-describedby={wrong_replicate.map(|_| "inspector-problem")}
                        oninput={typed(InspectorAction::Replicate)} />
                </div>
                <div class="field n">
                    <label for="inspector-round">{say!("Round, of {n}", n = count(u64::from(played)))}</label>
                    <div class="row">
                        <button type="button" class="btn icon" aria-label={say!("Previous round")} disabled={here <= 1} onclick={send(InspectorAction::Go(-1))}>{"‹"}</button>
                        <input id="inspector-round" type="number" inputmode="numeric" autocomplete="off" min="1" max={played.to_string()}
                            value={state.round.clone()} aria-invalid={wrong_round} aria-describedby={wrong_round.map(|_| "inspector-problem")}
                            oninput={typed(InspectorAction::Round)} />
                        <button type="button" class="btn icon" aria-label={say!("Next round")} disabled={last} onclick={send(InspectorAction::Go(1))}>{"›"}</button>
                    </div>
                </div>
                <button type="button" class="btn" title={at_cursor} disabled={state.cursor.is_none()} onclick={send(InspectorAction::AtCursor)}>{say!("At the cursor")}</button>
                if budget {
                    <button type="button" class="btn" title={last.then(|| say!("No later round has been played"))} disabled={last} onclick={send(InspectorAction::OverBudget)}>{say!("Next round over ρ")}</button>
                }
            </div>
            <p class="insp-said" id="inspector-problem" aria-live={if *moving { "off" } else { "polite" }}>
                if let Some(problem) = &state.problem {
                    {problem.said()}
                    // Nobody is to take it for the answer.
                    if let Some(shown) = &state.shown { {" "}{say!("What stands below is still {round}.", round = named(result, shown))} }
                } else if let Some(shown) = &state.shown {
                    {words::summary(shown, &label(result, shown.policy), *unit)}
                } else if state.waiting {
                    {say!("Looking for the round.")}
                } else if *moving {
                    {say!("Pause, take a step, or choose a slow speed to look into a round; or give its number.")}
                } else {
                    {say!("Give the number of a round to look into it.")}
                }
            </p>
            if let Some(shown) = &state.shown {
                // On paper there are no fields that say which round it is.
                <p class="handout">{named(result, shown)}</p>
                <RoundView inspection={shown.clone()} models={Rc::clone(&models)} unit={*unit} />
            }
        </section>
    }
}

/// Where the round was opened by a key, the focus comes along; a mouse leaves it where it is.
fn follow_by_key(region: &web_sys::Element) {
    let document = web_sys::window().and_then(|window| window.document());
    let by_key = document.is_some_and(|document| matches!(document.query_selector(":focus-visible"), Ok(Some(_))));
    let title = region.query_selector("h2").ok().flatten().filter(|_| by_key);
    if let Some(title) = title.and_then(|title| title.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = title.focus();
    }
}

fn label(result: &RunResult, policy: u32) -> String {
    result.policies.get(policy as usize).map_or(String::new(), |policy| policy.label.clone())
}

/// Which round it is.
fn named(result: &RunResult, shown: &Inspection) -> AttrValue {
    say!(
        "{policy}, replicate {replicate}, round {round}",
        policy = label(result, shown.policy),
        replicate = count(u64::from(shown.replicate) + 1),
        round = count(u64::from(shown.round))
    )
}
