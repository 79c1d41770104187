//! Inputs of the room's form.

use crate::components::explain::{Explain, Topic};
use crate::components::message::explained;
use crate::live::{LiveAction, LiveForm};
use crate::state::Action;
use crate::words::say;
use llm_selection::error::Error;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// What all inputs need: what is wrong in the form, and where changes go.
#[derive(Clone, PartialEq)]
pub struct At {
    pub problem: Option<Rc<Error>>,
    pub dispatch: Callback<Action>,
}

/// What is in an input, a select or a text area.
fn value(event: &web_sys::Event) -> Option<String> {
    let target = event.target()?;
    if let Some(input) = target.dyn_ref::<web_sys::HtmlInputElement>() {
        return Some(input.value());
    }
    if let Some(select) = target.dyn_ref::<web_sys::HtmlSelectElement>() {
        return Some(select.value());
    }
    target.dyn_ref::<web_sys::HtmlTextAreaElement>().map(web_sys::HtmlTextAreaElement::value)
}

impl At {
    /// Does something in the room.
    pub fn act(&self, action: LiveAction) {
        self.dispatch.emit(Action::Live(action));
    }

    /// On a press.
    pub fn press(&self, make: impl Fn() -> LiveAction + 'static) -> Callback<MouseEvent> {
        self.dispatch.reform(move |_: MouseEvent| Action::Live(make()))
    }

    /// A press that changes the form.
    pub fn edit(&self, edit: impl Fn(&mut LiveForm) + 'static) -> Callback<MouseEvent> {
        let edit = Rc::new(edit);
        self.dispatch.reform(move |_: MouseEvent| Action::Live(LiveAction::Edit(edit.clone())))
    }

    /// Text of the form, by what is in an input.
    pub fn text(&self, set: impl Fn(&mut LiveForm, String) + 'static) -> Callback<String> {
        let set = Rc::new(set);
        self.dispatch.reform(move |text: String| {
            let set = set.clone();
            Action::Live(LiveAction::Edit(Rc::new(move |form| set(form, text.clone()))))
        })
    }

    /// A check box of the form.
    pub fn tick(&self, set: impl Fn(&mut LiveForm, bool) + 'static) -> Callback<Event> {
        let (set, dispatch) = (Rc::new(set), self.dispatch.clone());
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                let (set, on) = (set.clone(), input.checked());
                dispatch.emit(Action::Live(LiveAction::Edit(Rc::new(move |form| set(form, on)))));
            }
        })
    }

    /// Whether a field, or what it is a part of, is what is wrong.
    pub fn is_wrong(&self, path: &str) -> bool {
        let field = self.problem.as_ref().and_then(|error| error.place.field.as_deref());
        let rest = field.and_then(|field| path.strip_prefix(field));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// Whether something is wrong in a field whose path begins so.
    pub fn is_wrong_in(&self, start: &str) -> bool {
        let field = self.problem.as_ref().and_then(|error| error.place.field.as_deref());
        field.is_some_and(|field| field.starts_with(start))
    }

    /// What is wrong with a field, below it; nothing where nothing is.
    pub fn about(&self, id: &str, path: &str) -> Html {
        match self.problem.as_ref().filter(|_| self.is_wrong(path)) {
            Some(error) => html! { <p class="field-problem" id={format!("{id}-problem")}>{explained(error)}</p> },
            None => Html::default(),
        }
    }
}

/// What is typed, as text.
pub fn typed(on: &Callback<String>) -> Callback<InputEvent> {
    let on = on.clone();
    Callback::from(move |event: InputEvent| value(&event).into_iter().for_each(|text| on.emit(text)))
}

/// What is chosen in a select, as its value.
pub fn chosen(on: &Callback<String>) -> Callback<Event> {
    let on = on.clone();
    Callback::from(move |event: Event| value(&event).into_iter().for_each(|text| on.emit(text)))
}

/// A number, without its value.
#[derive(Default)]
pub struct Number {
    pub id: &'static str,
    pub label: AttrValue,
    /// Its path in the set-up, as errors name it.
    pub path: &'static str,
    pub topic: Option<Topic>,
    /// What stands before and after it.
    pub before: Html,
    pub after: Html,
    pub step: &'static str,
    pub min: &'static str,
    /// What stands in it while it is empty.
    pub hint: AttrValue,
    pub class: &'static str,
}

/// The input of a number.
pub fn number(at: &At, number: Number, value: &str, on: Callback<String>) -> Html {
    let Number { id, label, path, topic, before, after, step, min, hint, class } = number;
    let wrong = at.is_wrong(path);
    let step = if step.is_empty() { "1" } else { step };
    html! {
        <div class={classes!("field", class)}>
            <div class="lbl"><label for={id}>{label}</label>if let Some(topic) = topic { <Explain {topic} /> }</div>
            <div class={classes!("unit", wrong.then_some("is-wrong"))}>
                {before}
                <input {id} type="number" inputmode="decimal" autocomplete="off" value={value.to_owned()} {step} {min} placeholder={hint}
                    aria-invalid={wrong.then_some("true")} aria-describedby={wrong.then(|| format!("{id}-problem"))} oninput={typed(&on)} />
                {after}
            </div>
            {at.about(id, path)}
        </div>
    }
}

/// A unit beside a number.
pub fn unit(text: &'static str) -> Html {
    html! { <span aria-hidden="true">{text}</span> }
}

/// A symbol beside a number.
pub fn symbol(text: &'static str) -> Html {
    html! { <span aria-hidden="true"><i class="sym">{text}</i></span> }
}

/// A longer text.
pub fn area(
    at: &At,
    id: &'static str,
    label: AttrValue,
    path: &str,
    rows: &'static str,
    text: &str,
    on: Callback<String>,
) -> Html {
    let wrong = at.is_wrong(path);
    html! {
        <div class="field">
            <label for={id}>{label}</label>
            <textarea {id} {rows} value={text.to_owned()} aria-invalid={wrong.then_some("true")}
                aria-describedby={wrong.then(|| format!("{id}-problem"))} oninput={typed(&on)} />
            {at.about(id, path)}
        </div>
    }
}

/// One of several; each with its value, its name, and whether it is chosen.
pub fn select(
    id: &'static str,
    label: AttrValue,
    topic: Option<Topic>,
    choices: Vec<(String, AttrValue, bool)>,
    on: Callback<String>,
) -> Html {
    let options = choices.into_iter().map(|(value, name, selected)| {
        html! { <option key={value.clone()} value={value.clone()} {selected}>{name}</option> }
    });
    html! {
        <div class="field">
            <div class="lbl"><label for={id}>{label}</label>if let Some(topic) = topic { <Explain {topic} /> }</div>
            <select {id} onchange={chosen(&on)}>{for options}</select>
        </div>
    }
}

/// What a field of a set-up is called on the page.
pub fn name(error: &Error) -> AttrValue {
    let path = error.place.field.as_deref().unwrap_or_default();
    let model = path.strip_prefix("models[").and_then(|rest| rest.split_once("]."));
    if let Some((place, part)) = model {
        let place = place.parse::<usize>().map_or(0, |place| place + 1);
        let part = match part {
            "model" | "name" => say!("Model name"),
            "endpoint" | "endpoint.base" => say!("Server address"),
            "price.input" => say!("Input price"),
            "price.output" => say!("Output price"),
            "price" => say!("Prices"),
            other => other.to_owned().into(),
        };
        return say!("{part} of model {place}", part = part, place = place);
    }
    let path = path.trim_start_matches("run.");
    if path.starts_with("grader") {
        return say!("Grader");
    }
    if path.starts_with("questions") {
        return say!("Questions");
    }
    if path.starts_with("policies") {
        return say!("Policy");
    }
    say!(match path {
        "" => "The set-up",
        "task.max_models" => "Models per question",
        "task.budget" => "Budget per question",
        "task.success_threshold" => "Right from score",
        "rounds" => "Rounds",
        "batch" => "Batch",
        "seed" => "Seed",
        "max_tokens" => "Output tokens a call",
        "timeout_s" => "Timeout",
        "retries" => "Retries",
        "at_once" => "At once",
        "per_minute" => "Calls a minute",
        "caps.dollars" => "Total spend",
        "caps.calls" => "Calls",
        "caps.minutes" => "Minutes",
        "template" => "Prompt template",
        "judge" => "Judge",
        "judge.template" => "Judge's prompt",
        "judge.max_tokens" => "Judge's output tokens",
        "models" => "Models to call",
        path => return path.to_owned().into(),
    })
}
