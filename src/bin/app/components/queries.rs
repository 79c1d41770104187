//! The part of the data panel that says which queries of the files are played.

use super::name::Name;
use crate::form::{Form, Label, QueryEdit};
use crate::format::count;
use crate::state::Action;
use crate::words::{say, told};
use crate::world::World;
use llm_selection::experiment::MissingRule;
use std::rc::Rc;
use yew::prelude::*;

/// Most names that a list of boxes has; a column of more is no list of groups.
const MOST: usize = 300;

/// Value, text and rule of each choice.
const RULES: [(&str, &str, MissingRule); 2] =
    [("drop", "Leave out", MissingRule::Drop), ("unavailable", "Model is away", MissingRule::Unavailable)];

/// Properties of [`QueriesPart`].
#[derive(Properties, PartialEq)]
pub struct QueriesProps {
    pub form: Rc<Form>,
    pub world: Rc<World>,
    pub dispatch: Callback<Action>,
}

/// The part: nothing where the data misses no result and says nothing of its queries.
#[component]
pub fn QueriesPart(props: &QueriesProps) -> Html {
    let World { complete, queries, .. } = *props.world;
    // A browser stops following the attribute once the person has chosen, so the property is set as well.
    let select = use_node_ref();
    use_effect_with(props.form.queries.missing, {
        let select = select.clone();
        move |chosen| {
            if let Some(select) = select.cast::<web_sys::HtmlSelectElement>() {
                select.set_value(RULES.iter().find(|(.., rule)| rule == chosen).map_or("drop", |(name, ..)| name));
            }
        }
    });
    let gaps = complete.zip(queries).filter(|(complete, queries)| complete < queries);
    html! {
        <>
            if let Some((complete, queries)) = gaps { {missing(props, select, complete, queries)} }
            {for Label::ALL.map(|label| boxes(props, label))}
        </>
    }
}

fn missing(props: &QueriesProps, select: NodeRef, complete: u64, queries: u64) -> Html {
    let dispatch = props.dispatch.clone();
    let onchange = Callback::from(move |event: Event| {
        let value = event.target_dyn_into::<web_sys::HtmlSelectElement>().map(|select| select.value());
        if let Some((.., rule)) = RULES.iter().find(|(name, ..)| value.as_deref() == Some(*name)) {
            dispatch.emit(Action::Queries(QueryEdit::Missing(*rule)));
        }
    });
    let chosen = props.form.queries.missing;
    let meaning = say!(
        match chosen {
            MissingRule::Drop => "{n} of {total} queries have a result of every model. The others are left out.",
            MissingRule::Unavailable => {
                "{n} of {total} queries have a result of every model. On the others nobody can choose a model without a \
                 result."
            }
        },
        n = count(complete),
        total = count(queries),
    );
    html! {
        <div class="field">
            <label class="lbl" for="missing">{say!("Queries with missing results")}</label>
            <select id="missing" ref={select} {onchange} aria-describedby="missing-counts">
                { for RULES.iter().map(|(value, text, rule)| html! {
                    <option value={*value} selected={chosen == *rule}>{told(*text)}</option>
                }) }
            </select>
            <p class="quiet small" id="missing-counts">{meaning}</p>
        </div>
    }
}

fn boxes(props: &QueriesProps, label: Label) -> Html {
    let title = say!(match label {
        Label::Category => "Categories",
        Label::Split => "Splits",
    });
    let names = props.world.labels(label);
    if names.len() < 2 {
        return Html::default();
    }
    if names.len() > MOST {
        let n = count(names.len() as u64);
        let said = say!("{what}: {n} different ones, too many to choose from.", what = title, n = n);
        return html! { <p class="quiet small">{said}</p> };
    }
    let on = names.iter().filter(|(name, _)| !props.form.queries.is_off(label, name)).count();
    let row = |(name, queries): &(String, u64)| {
        let (dispatch, ticked) = (props.dispatch.clone(), name.clone());
        let onchange = Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                dispatch.emit(Action::Queries(QueryEdit::Tick(label, ticked.clone(), input.checked())));
            }
        });
        let checked = !props.form.queries.is_off(label, name);
        html! {
            <label class="check" key={name.clone()}>
                <input type="checkbox" {checked} {onchange} /><Name name={name.clone()} inside={true} />{" "}<span class="end quiet">{count(*queries)}</span>
            </label>
        }
    };
    let all = |text: AttrValue, on: bool| {
        let dispatch = props.dispatch.clone();
        let onclick =
            Callback::from(move |_: MouseEvent| dispatch.emit(Action::Queries(QueryEdit::TickAll(label, on))));
        let name = say!(match (label, on) {
            (Label::Category, true) => "All of categories",
            (Label::Category, false) => "None of categories",
            (Label::Split, true) => "All of splits",
            (Label::Split, false) => "None of splits",
        });
        html! { <button type="button" class="btn small ghost" aria-label={name} {onclick}>{text}</button> }
    };
    html! {
        <details class="changes">
            <summary><span>{title.clone()}</span>{" "}<span class="end">{say!("{on} of {total} played", on = on, total = names.len())}</span></summary>
            <div class="stack">
                <div class="ticks" role="group" aria-label={title}>{for names.iter().map(row)}</div>
                <div class="chips">{all(say!("All"), true)}{all(say!("None"), false)}</div>
            </div>
        </details>
    }
}
