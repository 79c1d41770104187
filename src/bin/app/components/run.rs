//! How long to run, how often, from which seed, how fast; and the buttons.

use super::explain::{Explain, Topic};
use super::field::NumberField;
use crate::browser::random_seed;
use crate::form::{Field, Form};
use crate::state::{Action, Phase};
use crate::words::{mix, say};
use llm_selection::browser::pool::Speed;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Properties of [`RunPanel`].
#[derive(Properties, PartialEq)]
pub struct RunProps {
    pub form: Rc<Form>,
    pub speed: Speed,
    pub wrong: Option<Field>,
    /// The message about this panel, if something in it is wrong.
    pub alert: Html,
    pub dispatch: Callback<Action>,
}

/// The panel.
#[component]
pub fn RunPanel(props: &RunProps) -> Html {
    let RunProps { form, speed, wrong, alert, dispatch } = props;
    let roll = {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(seed) = random_seed() {
                dispatch.emit(Action::Seed(seed));
            }
        })
    };
    let dice = html! {
        <button type="button" class="btn ghost icon small" aria-label={say!("Roll a new seed")} onclick={roll}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
                <rect x="2" y="2" width="12" height="12" rx="2.5" fill="none" stroke="currentColor" stroke-width="1.5" />
                <circle cx="5.4" cy="5.4" r="1.2" fill="currentColor" /><circle cx="8" cy="8" r="1.2" fill="currentColor" />
                <circle cx="10.6" cy="10.6" r="1.2" fill="currentColor" />
            </svg>
        </button>
    };
    let pace = |name: AttrValue, title: AttrValue, choice: Speed| {
        let dispatch = dispatch.clone();
        let onchange = Callback::from(move |_: Event| dispatch.emit(Action::Speed(choice)));
        html! { <label {title}><input type="radio" name="speed" checked={*speed == choice} {onchange} onclick={release} /><span>{name}</span></label> }
    };
    let field = |id: &'static str,
                 label: AttrValue,
                 field: Field,
                 value: &str,
                 least: &'static str,
                 step: &'static str,
                 after: Html| {
        html! {
            <NumberField {id} {label} {field} value={value.to_owned()} wrong={*wrong} min={least} {step} {after} dispatch={dispatch.clone()} />
        }
    };
    html! {
        <fieldset class="panel run">
            <legend>{say!("Run")}<Explain topic={Topic::Run} /></legend>
            <div class="stack">
                <div class="three">
                    {field("rounds", say!("Rounds"), Field::Rounds, &form.rounds, "1", "1000", Html::default())}
                    {field("replicates", say!("Replicates"), Field::Replicates, &form.replicates, "1", "1", Html::default())}
                    {field("seed", say!("Seed"), Field::Seed, &form.seed, "0", "1", dice)}
                </div>
                <div class="row">
                    <span class="quiet" aria-hidden="true">{say!("Speed")}</span>
                    <fieldset class="seg">
                        <legend class="vh">{say!("Speed")}</legend>
                        {pace("1/s".into(), say!("One round a second: every step can be watched"), Speed::One)}
                        {pace("10/s".into(), say!("Ten rounds a second"), Speed::Ten)}
                        {pace(say!("lecture"), say!("About 200 rounds a second"), Speed::Lecture)}
                        {pace(say!("fast"), say!("About 2\u{202f}000 rounds a second"), Speed::Fast)}
                        {pace(say!("full"), say!("As fast as it goes"), Speed::Full)}
                    </fieldset>
                </div>
                {alert.clone()}
            </div>
        </fieldset>
    }
}

/// Properties of [`Controls`].
#[derive(Properties, PartialEq)]
pub struct ControlProps {
    pub phase: Phase,
    pub can_run: bool,
    pub can_step: bool,
    pub dispatch: Callback<Action>,
}

/// What a pointer has pressed gives the focus back, so that the shortcuts work at once; by keys the focus stays.
fn release(event: MouseEvent) {
    let pressed = web_sys::window().and_then(|window| window.document()?.active_element()?.dyn_into().ok());
    if let Some(pressed) = pressed.filter(|_: &web_sys::HtmlElement| event.detail() > 0) {
        let _ = pressed.blur();
    }
}

/// Run, Pause, Step, Reset.
#[component]
pub fn Controls(props: &ControlProps) -> Html {
    let ControlProps { phase, can_run, can_step, dispatch } = props;
    let send = |make: fn() -> Action| {
        let dispatch = dispatch.clone();
        Callback::from(move |event: MouseEvent| {
            release(event);
            dispatch.emit(make());
        })
    };
    let running = *phase == Phase::Running;
    let class = |main: bool| if main { "btn primary" } else { "btn" };
    html! {
        <>
            <button type="button" class={class(!running)} disabled={!can_run} onclick={send(|| Action::Run)}>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path fill="currentColor" d="M4 2.5v11l9-5.5z" /></svg>{say!("Run")}
            </button>
            <button type="button" class={class(running)} disabled={!running} onclick={send(|| Action::Pause)}>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path fill="currentColor" d="M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z" /></svg>{say!("Pause")}
            </button>
            <button type="button" class="btn" disabled={!can_step} onclick={send(|| Action::Step)}>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path fill="currentColor" d="M3 2.5v11L10.5 8zM11 2.5h2.2v11H11z" /></svg>{say!("Step")}
            </button>
            <button type="button" class="btn" disabled={*phase == Phase::Ready} onclick={send(|| Action::Reset)}>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" d="M3 3v3.6h3.6M3.4 6.4A5.3 5.3 0 1 1 2.7 9" /></svg>{say!("Reset")}
            </button>
        </>
    }
}

/// Properties of [`Keys`].
#[derive(Properties, PartialEq)]
pub struct KeysProps {
    pub on: bool,
    /// Opens the list of all.
    pub list: Callback<MouseEvent>,
}

/// The keyboard shortcuts of the buttons.
#[component]
pub fn Keys(props: &KeysProps) -> Html {
    html! {
        <p class="keys">
            if props.on {
                <span>{mix!("{key} run, pause", key = html! { <kbd>{say!("Space")}</kbd> })}</span>
                <span>{mix!("{key} step", key = html! { <kbd>{"S"}</kbd> })}</span>
                <span>{mix!("{key} reset", key = html! { <kbd>{"R"}</kbd> })}</span>
                <span>{say!("where nothing has the focus")}</span>
            }
            <button type="button" class="link" onclick={props.list.clone()}>{say!(if props.on { "All keys" } else { "Keys are off" })}</button>
        </p>
    }
}
