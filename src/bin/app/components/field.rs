//! A number with a label, kept as it is typed.

use super::explain::{Explain, Topic};
use crate::form::Field;
use crate::state::Action;
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Sends what is typed into an input, and what is left in it, to the state.
pub fn typing(field: Field, dispatch: &Callback<Action>) -> (Callback<InputEvent>, Callback<Event>) {
    let (typed, left) = (dispatch.clone(), dispatch.clone());
    let oninput = Callback::from(move |event: InputEvent| {
        if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
            typed.emit(Action::Typed(field, input.value()));
        }
    });
    (oninput, Callback::from(move |_: Event| left.emit(Action::Commit)))
}

/// Enters a decimal comma as a point: browsers drop it, and 0,003 would become 3.
pub fn comma_as_point(event: InputEvent) {
    let input = event.target_dyn_into::<web_sys::HtmlInputElement>();
    if input.is_none_or(|input| input.type_() != "number") {
        return;
    }
    let Some(text) = event.data().filter(|text| text.contains(',')) else { return };
    let document = web_sys::window().and_then(|window| window.document()?.dyn_into::<web_sys::HtmlDocument>().ok());
    if let Some(document) = document {
        event.prevent_default();
        // Old, and the one way that keeps the cursor and undo.
        let _ = document.exec_command_with_show_ui_and_value("insertText", false, &text.replace(',', "."));
    }
}

/// Properties of [`NumberField`].
#[derive(Properties, PartialEq)]
pub struct NumberProps {
    /// Identifier of the input, unique on the page.
    pub id: AttrValue,
    /// Its name.
    pub label: AttrValue,
    /// Its explanation.
    #[prop_or_default]
    pub topic: Option<Topic>,
    pub field: Field,
    pub value: AttrValue,
    /// The field that is wrong.
    pub wrong: Option<Field>,
    /// Identifier of the message about it.
    #[prop_or("problem")]
    pub message: &'static str,
    #[prop_or(AttrValue::Static("1"))]
    pub step: AttrValue,
    #[prop_or_default]
    pub min: Option<AttrValue>,
    #[prop_or_default]
    pub max: Option<AttrValue>,
    #[prop_or_default]
    pub disabled: bool,
    /// What stands before the number.
    #[prop_or_default]
    pub before: Html,
    /// What stands after it.
    #[prop_or_default]
    pub after: Html,
    #[prop_or_default]
    pub class: Classes,
    pub dispatch: Callback<Action>,
}

/// The field.
#[component]
pub fn NumberField(props: &NumberProps) -> Html {
    let (oninput, onchange) = typing(props.field, &props.dispatch);
    let wrong = props.wrong == Some(props.field);
    html! {
        <div class={classes!("field", props.class.clone())}>
            <div class="lbl">
                <label for={props.id.clone()}>{&props.label}</label>
                if let Some(topic) = props.topic { <Explain {topic} /> }
            </div>
            <div class={classes!("unit", wrong.then_some("is-wrong"))}>
                {props.before.clone()}
                <input id={props.id.clone()} type="number" inputmode="decimal" autocomplete="off" value={props.value.clone()}
                    step={props.step.clone()} min={props.min.clone()} max={props.max.clone()} disabled={props.disabled}
                    aria-invalid={wrong.then_some("true")} aria-describedby={wrong.then_some(props.message)}
                    {oninput} {onchange} />
                {props.after.clone()}
            </div>
        </div>
    }
}
