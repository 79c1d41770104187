//! Messages: an error, a warning, a note.

use crate::form::{Field, Form};
use crate::format::sentence;
use llm_selection::error::{Error, named_column};
use yew::prelude::*;

/// How grave a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something could not be done.
    Bad,
    /// The person is asked for something before it can go on.
    Ask,
    /// Something to know before trusting the numbers.
    Warn,
    /// Something the page did by itself.
    Note,
    /// Something that came out as it should.
    Good,
}

/// Properties of [`Message`].
#[derive(Properties, PartialEq)]
pub struct MessageProps {
    pub tone: Tone,
    /// What it is about, in bold.
    pub title: AttrValue,
    /// The rest.
    #[prop_or_default]
    pub children: Html,
    /// Buttons at its side.
    #[prop_or_default]
    pub action: Html,
}

/// A message. Errors are announced at once.
#[component]
pub fn Message(props: &MessageProps) -> Html {
    let (class, role) = match props.tone {
        Tone::Bad => ("msg bad", Some("alert")),
        Tone::Ask => ("msg ask", Some("alert")),
        Tone::Good => ("msg good", None),
        Tone::Warn => ("msg warn", None),
        Tone::Note => ("msg", None),
    };
    html! {
        <div {class} {role}>
            <svg viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">
                { match props.tone {
                    Tone::Good => html! { <path d="M2.5 8.8 6.2 12.5 13.5 4" /> },
                    Tone::Ask => html! { <><circle cx="8" cy="8" r="6.6" /><path d="M5.9 6.3a2.1 2.1 0 1 1 3 1.9c-.6.3-.9.7-.9 1.3M8 11.8v.1" /></> },
                    _ => html! { <><path d="M8 2 15 14H1z" /><path d="M8 6.4v3.4M8 11.8v.1" /></> },
                } }
            </svg>
            <div><b>{&props.title}</b>{props.children.clone()}</div>
            {props.action.clone()}
        </div>
    }
}

/// Where an error is, what was found and what was expected, as a sentence.
pub fn explained(error: &Error) -> Html {
    let place = &error.place;
    let mut parts: Vec<Html> = Vec::new();
    if let Some(row) = place.row {
        parts.push(html! { <>{"row "}{row}</> });
    }
    if let Some(column) = &place.column {
        // One without a name is called by its number.
        let word = if named_column(column) == *column { "" } else { "column " };
        parts.push(html! { <>{word}<code>{column}</code></> });
    }
    let mut about: Vec<Html> = Vec::new();
    for (i, part) in parts.into_iter().enumerate() {
        about.push(html! { <>{if i > 0 { ", " } else { "" }}{part}</> });
    }
    let colon = if about.is_empty() { "" } else { ": " };
    // On the page there is a box to tick instead.
    let expected = error.expected.replace("or null for no budget", "or Unconstrained");
    html! {
        <>
            {about}{colon}
            if let Some(found) = &error.found {
                {"found "}<code>{found}</code>{", expected "}{sentence(&expected)}
            } else {
                {sentence(&expected)}
            }
        </>
    }
}

/// What a field of an experiment is called on the page.
pub fn field_name(form: &Form, error: &Error) -> String {
    if let Some(name) = form.field_of(error).and_then(|field| change_name(form, field)) {
        return name;
    }
    match form.field_of(error) {
        Some(Field::QueryAware(input)) => return input.name().into(),
        Some(Field::SuccessThreshold) => return "Right from score".into(),
        _ => {}
    }
    let path = error.place.field.as_deref().unwrap_or_default();
    match path.rsplit('.').next().unwrap_or_default() {
        "max_models" => "Models per query".into(),
        "budget" => "Budget per query".into(),
        "rounds" => "Rounds".into(),
        "replicates" => "Replicates".into(),
        "seed" => "Seed".into(),
        "alpha_mu" => "α_μ".into(),
        "alpha_c" => "α_c".into(),
        "delta" => "δ".into(),
        "epsilon" => "ε".into(),
        "c" => "c of ε = c/t".into(),
        "window" => "Window W".into(),
        "discount" => "Discount γ".into(),
        "samples" => "Samples".into(),
        "policies" => "Policies".into(),
        "models" if path == "environment.models" => "Models".into(),
        "drift" => "Changes".into(),
        "availability" => "Absences".into(),
        "category" => "Categories".into(),
        "split" => "Splits".into(),
        _ if path.is_empty() => "The experiment".into(),
        _ => path.into(),
    }
}

/// What to do where the run ends before the world is to change.
pub fn advice(form: &Form, error: &Error) -> &'static str {
    let late = match form.field_of(error) {
        Some(Field::DriftAt(_) | Field::AwayFrom(_)) => {
            let found: Option<u32> = error.found.as_deref().and_then(|found| found.parse().ok());
            found.zip(form.rounds.trim().parse().ok()).is_some_and(|(found, rounds)| found > rounds)
        }
        _ => false,
    };
    if late { " The run ends before that: give an earlier round, or more rounds to the run." } else { "" }
}

/// What a field of the changing world is called, as its accessible name has it.
pub fn change_name(form: &Form, field: Field) -> Option<String> {
    let changes = &form.changes;
    let in_drift = |row: u32| {
        changes.drift.iter().enumerate().find_map(|(place, drift)| {
            let means = drift.models.iter().find(|means| means.id == row)?;
            Some(format!("{} in change {}", means.model, place + 1))
        })
    };
    let away = |id: u32| {
        let (place, away) = changes.away.iter().enumerate().find(|(_, away)| away.id == id)?;
        Some(format!("absence {}, {}", place + 1, away.model))
    };
    match field {
        Field::CostSpread => Some("Cost spread".into()),
        Field::DriftAt(id) => {
            let place = changes.drift.iter().position(|drift| drift.id == id)?;
            Some(format!("Round of change {}", place + 1))
        }
        Field::NewReward(row) => Some(format!("Mean reward of {}", in_drift(row)?)),
        Field::NewCost(row) => Some(format!("Mean cost of {}", in_drift(row)?)),
        Field::AwayFrom(id) => Some(format!("First round of {}", away(id)?)),
        Field::AwayTo(id) => Some(format!("Round back of {}", away(id)?)),
        _ => None,
    }
}
