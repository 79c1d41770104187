//! The table of prices in the dialog *How to read these files*.

use super::mapping::Edit;
use crate::choices::Choices;
use crate::state::Mapping;
use llm_selection::data::excerpt::Excerpt;
use llm_selection::data::prices::{AS_OF, list_price};
use llm_selection::data::stem;
use llm_selection::experiment::Role;
use yew::prelude::*;

/// Models that are shown.
const MOST: usize = 200;

/// The models whose prices may be asked for: those of the data that is loaded, else those that a look into a file shows.
fn models(choices: &Choices, mapping: &Mapping, excerpt: &Excerpt) -> Vec<String> {
    let mut models: Vec<String> = mapping.models.clone();
    if models.is_empty() {
        let column = choices.roles.get(&Role::Model).and_then(|name| excerpt.columns.iter().position(|it| it == name));
        match column {
            Some(column) => {
                let cells = excerpt.rows.iter().filter_map(|row| row.cells.get(column));
                models.extend(cells.map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty()));
            }
            None => models.extend(mapping.names.iter().map(|name| stem(name).to_owned())),
        }
    }
    models.extend(choices.prices.keys().cloned());
    let mut seen = std::collections::BTreeSet::new();
    models.retain(|model| seen.insert(model.clone()));
    models.truncate(MOST);
    models
}

/// The table.
pub fn prices(choices: &Choices, mapping: &Mapping, excerpt: &Excerpt, edit: &Edit) -> Html {
    let row = |model: String| {
        let typed = choices.prices.get(&model).cloned().unwrap_or_default();
        let listed = list_price(&model);
        let value = |text: &str| text.trim().replace(',', ".").parse::<f64>().ok();
        let note = match (&typed, listed) {
            ((input, output), Some(price)) if input.trim().is_empty() && output.trim().is_empty() => {
                format!("list price of {AS_OF}: ${} and ${}", price.input, price.output)
            }
            ((input, output), Some(price))
                if value(input) == Some(price.input) && value(output) == Some(price.output) =>
            {
                format!("list price of {AS_OF}")
            }
            ((input, output), None) if input.trim().is_empty() && output.trim().is_empty() => "unknown".to_owned(),
            _ => "yours".to_owned(),
        };
        let part = |output: bool| {
            let (name, label) = (model.clone(), if output { "output" } else { "input" });
            let oninput = edit.typed(move |choices, text| {
                let price = choices.prices.entry(name.clone()).or_default();
                *(if output { &mut price.1 } else { &mut price.0 }) = text;
            });
            let value = if output { typed.1.clone() } else { typed.0.clone() };
            let placeholder = listed.map(|price| if output { price.output } else { price.input }.to_string());
            html! {
                <td><input type="text" inputmode="decimal" {value} {oninput} placeholder={placeholder.unwrap_or_else(|| "unknown".to_owned())}
                    aria-label={format!("$ per million {label} tokens of {model}")} /></td>
            }
        };
        html! { <tr key={model.clone()}><th scope="row"><span>{&model}</span><small class="quiet">{note}</small></th>{part(false)}{part(true)}</tr> }
    };
    html! {
        <fieldset class="stack">
            <legend class="sub">{"Prices"}</legend>
            <div class="scroll" tabindex="0" role="group" aria-label="Prices, scrolls">
                <table class="mini prices">
                    <caption class="vh">{"Prices in dollars per million tokens"}</caption>
                    <thead><tr><th scope="col">{"Model"}</th><th scope="col">{"$ per million in"}</th><th scope="col">{"$ per million out"}</th></tr></thead>
                    <tbody>{for models(choices, mapping, excerpt).into_iter().map(row)}</tbody>
                </table>
            </div>
            <p class="quiet small">{"Of a model without a price the cost is unknown, not 0."}</p>
        </fieldset>
    }
}
