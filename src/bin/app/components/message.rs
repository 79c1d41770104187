//! Messages: an error, a warning, a note.

use crate::form::{Field, Form};
use crate::format::sentence;
use crate::words::{mix, say, told};
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

/// A column in words.
pub fn in_column(column: &str) -> AttrValue {
    let named = named_column(column);
    say!("column {column}", column = named.strip_prefix("column ").unwrap_or(&named))
}

/// Where an error is, what was found and what was expected, as a sentence.
pub fn explained(error: &Error) -> Html {
    let place = &error.place;
    let column = place.column.as_ref().map(|column| match in_column(column) {
        // One without a name is called by its number.
        said if named_column(column) == *column => html! { <code>{said}</code> },
        _ => mix!("column {column}", column = html! { <code>{column}</code> }),
    });
    let about = match (place.row, column) {
        (Some(row), Some(column)) => Some(mix!("row {row}, {column}", row = row, column = column)),
        (Some(row), None) => Some(say!("row {row}", row = row).into()),
        (None, column) => column,
    };
    // On the page there is a box to tick instead.
    let expected = match error.expected.as_str() {
        "a number above 0, or null for no budget" => "a number above 0, or Unconstrained",
        expected => expected,
    };
    let expected = sentence(&told(expected));
    let said = match &error.found {
        Some(found) => mix!(
            "found {found}, expected {expected}",
            // A single word is most often one of the person's.
            found = html! { <code>{match found.contains(' ') || found == "nothing" || found == "none" {
                true => told(found.as_str()),
                false => found.as_str().into(),
            }}</code> },
            expected = expected,
        ),
        None => expected.into(),
    };
    match about {
        Some(about) => mix!("{place}: {said}", place = about, said = said),
        None => said,
    }
}

/// What a field of an experiment is called on the page.
pub fn field_name(form: &Form, error: &Error) -> AttrValue {
    if let Some(name) = form.field_of(error).and_then(|field| change_name(form, field)) {
        return name;
    }
    match form.field_of(error) {
        Some(Field::QueryAware(input)) => return input.name(),
        Some(Field::SuccessThreshold) => return say!("Right from score"),
        _ => {}
    }
    let path = error.place.field.as_deref().unwrap_or_default();
    match path.rsplit('.').next().unwrap_or_default() {
        "max_models" => say!("Models per query"),
        "budget" => say!("Budget per query"),
        "rounds" => say!("Rounds"),
        "replicates" => say!("Replicates"),
        "seed" => say!("Seed"),
        "alpha_mu" => "α_μ".into(),
        "alpha_c" => "α_c".into(),
        "delta" => "δ".into(),
        "epsilon" => "ε".into(),
        "c" => say!("c of ε = c/t"),
        "window" => say!("Window W"),
        "discount" => say!("Discount γ"),
        "samples" => say!("Samples"),
        "policies" => say!("Policies"),
        "models" if path == "environment.models" => say!("Models"),
        "drift" => say!("Changes"),
        "availability" => say!("Absences"),
        "category" => say!("Categories"),
        "split" => say!("Splits"),
        _ if path.is_empty() => say!("The experiment"),
        _ => path.to_owned().into(),
    }
}

/// What to do where the run ends before the world is to change.
pub fn advice(form: &Form, error: &Error) -> Html {
    let late = match form.field_of(error) {
        Some(Field::DriftAt(_) | Field::AwayFrom(_)) => {
            let found: Option<u32> = error.found.as_deref().and_then(|found| found.parse().ok());
            found.zip(form.rounds.trim().parse().ok()).is_some_and(|(found, rounds)| found > rounds)
        }
        _ => false,
    };
    match late {
        true => {
            html! { <>{" "}{say!("The run ends before that: give an earlier round, or more rounds to the run.")}</> }
        }
        false => Html::default(),
    }
}

/// What a field of the changing world is called, as its accessible name has it.
pub fn change_name(form: &Form, field: Field) -> Option<AttrValue> {
    let changes = &form.changes;
    let in_drift = |row: u32| {
        changes.drift.iter().enumerate().find_map(|(place, drift)| {
            let means = drift.models.iter().find(|means| means.id == row)?;
            Some((means.model.as_str(), place + 1))
        })
    };
    let away = |id: u32| {
        let (place, away) = changes.away.iter().enumerate().find(|(_, away)| away.id == id)?;
        Some((away.model.as_str(), place + 1))
    };
    match field {
        Field::CostSpread => Some(say!("Cost spread")),
        Field::DriftAt(id) => {
            let place = changes.drift.iter().position(|drift| drift.id == id)?;
            Some(say!("Round of change {number}", number = place + 1))
        }
        Field::NewReward(row) | Field::NewCost(row) => {
            let (model, number) = in_drift(row)?;
            Some(say!(
                match field {
                    Field::NewReward(_) => "Mean reward of {model} in change {number}",
                    _ => "Mean cost of {model} in change {number}",
                },
                model = model,
                number = number,
            ))
        }
        Field::AwayFrom(id) | Field::AwayTo(id) => {
            let (model, number) = away(id)?;
            Some(say!(
                match field {
                    Field::AwayFrom(_) => "First round of absence {number}, {model}",
                    _ => "Round back of absence {number}, {model}",
                },
                number = number,
                model = model,
            ))
        }
        _ => None,
    }
}
