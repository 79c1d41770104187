//! The table of prices in the dialog *How to read these files*.

use super::mapping::Edit;
use crate::choices::{Choices, PriceText};
use crate::state::Mapping;
use crate::words::say;
use llm_selection::data::excerpt::Excerpt;
use llm_selection::data::model_names;
use llm_selection::data::prices::{AS_OF, list_price};
use llm_selection::experiment::Role;
use yew::prelude::*;

/// Models that are shown.
const MOST: usize = 200;

/// The models of which prices may be asked: those of the data that is loaded, else those that a look into a file shows.
fn models(choices: &Choices, mapping: &Mapping, excerpt: &Excerpt) -> Vec<String> {
    if !mapping.models.is_empty() {
        return mapping.models.clone();
    }
    let column = choices.roles.get(&Role::Model).and_then(|name| excerpt.columns.iter().position(|it| it == name));
    match column {
        Some(column) => {
            let cells = excerpt.rows.iter().filter_map(|row| row.cells.get(column));
            cells.map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty()).collect()
        }
        None => model_names(&mapping.names.iter().map(String::as_str).collect::<Vec<_>>()),
    }
}

/// The table; nothing where all costs are known and none comes from tokens.
pub fn prices(choices: &Choices, mapping: &Mapping, excerpt: &Excerpt, edit: &Edit) -> Html {
    let by_tokens = choices.by_tokens();
    let mut models = models(choices, mapping, excerpt);
    let by_call: Vec<String> = match mapping.models.is_empty() && choices.without_costs() {
        true => models.clone(),
        false => mapping.costless.clone(),
    };
    if !by_tokens {
        models.retain(|model| by_call.contains(model));
    }
    models.extend(choices.prices.keys().cloned());
    let mut seen = std::collections::BTreeSet::new();
    models.retain(|model| seen.insert(model.clone()));
    models.truncate(MOST);
    if models.is_empty() {
        return Html::default();
    }
    let calls = !by_call.is_empty() || choices.prices.values().any(|price| !price.call.trim().is_empty());
    let row = |model: String| {
        let typed = choices.prices.get(&model).cloned().unwrap_or_default();
        let listed = list_price(&model).filter(|_| by_tokens && typed.call.trim().is_empty());
        let value = |text: &str| text.trim().trim_start_matches('$').trim().replace(',', ".").parse::<f64>().ok();
        let note = match listed {
            Some(price) if typed.no_tokens() => {
                say!(
                    "list price of {date}: ${input} and ${output}",
                    date = AS_OF,
                    input = price.input,
                    output = price.output
                )
            }
            Some(price) if value(&typed.input) == Some(price.input) && value(&typed.output) == Some(price.output) => {
                say!("list price of {date}", date = AS_OF)
            }
            _ if typed.no_tokens() && typed.call.trim().is_empty() => say!("unknown"),
            _ => say!("yours"),
        };
        let part = |text: String, listed: Option<f64>, name: AttrValue, set: fn(&mut PriceText) -> &mut String| {
            let of = model.clone();
            let oninput = edit.typed(move |choices, text| {
                *set(choices.prices.entry(of.clone()).or_default()) = text;
            });
            let placeholder = listed.map_or_else(|| say!("unknown"), |price| price.to_string().into());
            html! {
                <td><input type="text" inputmode="decimal" value={text} {oninput} {placeholder} aria-label={name} /></td>
            }
        };
        html! {
            <tr key={model.clone()}>
                <th scope="row"><span>{&model}</span><small class="quiet">{note}</small></th>
                if by_tokens {
                    {part(typed.input.clone(), listed.map(|it| it.input), say!("$ per million input tokens of {model}", model = model), |price| &mut price.input)}
                    {part(typed.output.clone(), listed.map(|it| it.output), say!("$ per million output tokens of {model}", model = model), |price| &mut price.output)}
                }
                if calls { {part(typed.call.clone(), None, say!("$ per call of {model}", model = model), |price| &mut price.call)} }
            </tr>
        }
    };
    html! {
        <fieldset class="stack">
            <legend class="sub">{say!("Prices")}</legend>
            <div class="scroll" tabindex="0" role="group" aria-label={say!("Prices, scrolls")}>
                <table class="mini prices">
                    <caption class="vh">{say!("Prices in dollars")}</caption>
                    <thead><tr>
                        <th scope="col">{say!("Model")}</th>
                        if by_tokens { <th scope="col">{say!("$ per million in")}</th><th scope="col">{say!("$ per million out")}</th> }
                        if calls { <th scope="col">{say!("$ per call")}</th> }
                    </tr></thead>
                    <tbody>{for models.into_iter().map(row)}</tbody>
                </table>
            </div>
            <p class="quiet small">
                {say!("Of a model without a price the cost is unknown, not 0.")}
                if calls { {" "}{say!("A price per call is the cost of every call that has no other.")} }
            </p>
        </fieldset>
    }
}
