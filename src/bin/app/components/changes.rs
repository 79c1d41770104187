//! The part of the data panel that says how the world changes: new means, parts of the files, absent models.

use super::explain::{Explain, Topic};
use super::field::typing;
use super::message::change_name;
use crate::form::{AwayForm, DriftForm, Edit, Field, Form, MeansForm};
use crate::format::Unit;
use crate::state::Action;
use crate::words::{mix, say};
use crate::world::World;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`ChangesPart`].
#[derive(Properties, PartialEq)]
pub struct ChangesProps {
    pub form: Rc<Form>,
    pub world: Rc<World>,
    pub wrong: Option<Field>,
    /// The message about this part, if something in it is wrong.
    pub alert: Html,
    pub dispatch: Callback<Action>,
}

impl ChangesProps {
    fn edit(&self, edit: Edit) -> Callback<MouseEvent> {
        let dispatch = self.dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.emit(Action::ChangeWorld(edit.clone())))
    }

    /// A number of this part; its accessible name is that of its error.
    fn number(&self, field: Field, value: &str, step: &'static str, hint: AttrValue) -> Html {
        let (oninput, onchange) = typing(field, &self.dispatch);
        let bad = (self.wrong == Some(field)).then_some("true");
        html! {
            <input type="number" inputmode="decimal" autocomplete="off" min="0" {step} placeholder={hint} value={value.to_owned()}
                aria-label={change_name(&self.form, field)} aria-invalid={bad} aria-describedby={bad.map(|_| "problem")}
                {oninput} {onchange} />
        }
    }

    /// A choice among the models that play, but for those `taken`.
    fn models(&self, label: AttrValue, chosen: &str, taken: &[&str], make: impl Fn(String) -> Edit + 'static) -> Html {
        let dispatch = self.dispatch.clone();
        let onchange = Callback::from(move |event: Event| {
            if let Some(select) = event.target_dyn_into::<web_sys::HtmlSelectElement>() {
                dispatch.emit(Action::ChangeWorld(make(select.value())));
            }
        });
        let models = self.form.playing_models(&self.world).into_iter().map(|model| model.name.as_str());
        let free = models.filter(|name| *name == chosen || !taken.contains(name));
        let options = free.map(|name| {
            html! { <option key={name} value={name.to_owned()} selected={name == chosen}>{name}</option> }
        });
        html! { <select aria-label={label} {onchange}>{for options}</select> }
    }
}

/// What the part holds: it is opened where something in it is wrong.
#[component]
pub fn ChangesPart(props: &ChangesProps) -> Html {
    let ChangesProps { form, wrong, alert, .. } = props;
    let content = use_node_ref();
    use_effect_with(wrong.is_some_and(Field::is_change), {
        let content = content.clone();
        move |bad| {
            // The browser keeps what the person opened and closed; this only opens.
            let details = content.cast::<web_sys::Element>().and_then(|content| content.parent_element());
            if let Some(details) = details.filter(|_| *bad) {
                let _ = details.set_attribute("open", "");
            }
        }
    });
    let on_data = form.source.is_data();
    let drift = form.changes.drift.iter().enumerate().map(|(place, drift)| change(props, place + 1, drift));
    let away = form.changes.away.iter().enumerate().map(|(place, away)| absence(props, place + 1, away));
    html! {
        <div class="stack" id="changes" tabindex="-1" ref={content}>
            <p class="quiet small">{say!("From a round on, models get better, worse, dearer or are not there.")}{" "}<Explain topic={Topic::Changes} /></p>
            {for drift}
            {for away}
            {alert.clone()}
            <div class="chips">
                <button type="button" class="btn small" onclick={props.edit(Edit::AddDrift)}>{say!("Add change")}</button>
                if on_data {
                    <button type="button" class="btn small" onclick={props.edit(Edit::AddPart)}>{say!("Add next part of files")}</button>
                }
                <button type="button" class="btn small" onclick={props.edit(Edit::AddAway)}>{say!("Add absence")}</button>
            </div>
            if !on_data {
                <label class="row small quiet spread">
                    <span>{mix!("Cost spread {s}: a call costs its mean × (1 ± {s})", s = html! { <i class="sym">{"s"}</i> })}</span>
                    {props.number(Field::CostSpread, &form.changes.cost_spread, "0.1", AttrValue::default())}
                </label>
            }
        </div>
    }
}

/// A button that takes something away. The focus goes to the part, for the button is gone.
fn remove(props: &ChangesProps, label: AttrValue, edit: Edit) -> Html {
    let act = props.edit(edit);
    let onclick = Callback::from(move |event: MouseEvent| {
        let part = web_sys::window().and_then(|window| window.document()?.get_element_by_id("changes"));
        if let Some(part) = part.and_then(|part| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(part).ok()) {
            let _ = part.focus();
        }
        act.emit(event);
    });
    html! {
        <button type="button" class="btn small ghost icon" aria-label={label} {onclick}>
            <svg viewBox="0 0 16 16" aria-hidden="true"><path stroke="currentColor" stroke-width="1.6" stroke-linecap="round" d="m4 4 8 8M12 4l-8 8" /></svg>
        </button>
    }
}

fn change(props: &ChangesProps, number: usize, drift: &DriftForm) -> Html {
    let costs = props.world.costs;
    let cost = say!(if props.world.unit == Unit::Dollars { "Cost, $" } else { "Cost" });
    let title = say!("Change {number}", number = number);
    let rows = drift.models.iter().map(|means| new_means(props, number, drift, means));
    let playing = props.form.playing_models(&props.world).len();
    html! {
        <div class="change-box" role="group" aria-label={title.clone()} key={drift.id}>
            <div class="change-head">
                <b>{title}</b>
                <label>{say!("from round")}{props.number(Field::DriftAt(drift.id), &drift.at, "100", AttrValue::default())}</label>
                {remove(props, say!("Remove change {number}", number = number), Edit::RemoveDrift(drift.id))}
            </div>
            if drift.models.is_empty() {
                <p class="small quiet">{say!("Next part of the files")}</p>
            } else {
                <div class={classes!("means", (!costs).then_some("no-cost"))}>
                    <div class="means-row col" aria-hidden="true">
                        <span>{say!("Model")}</span><span>{say!("Reward")}</span>if costs { <span>{cost}</span> }<span></span>
                    </div>
                    {for rows}
                </div>
                if drift.models.len() < playing {
                    <button type="button" class="btn small ghost" aria-label={say!("Add model to change {number}", number = number)}
                        onclick={props.edit(Edit::AddMeans(drift.id))}>{say!("+ model")}</button>
                }
            }
        </div>
    }
}

fn new_means(props: &ChangesProps, number: usize, drift: &DriftForm, means: &MeansForm) -> Html {
    let (id, name) = (means.id, &means.model);
    let taken: Vec<&str> = drift.models.iter().map(|other| other.model.as_str()).collect();
    html! {
        <div class="means-row" key={id}>
            {props.models(say!("Model of change {number}, {model}", number = number, model = name), name, &taken, move |name| Edit::MeansModel(id, name))}
            {props.number(Field::NewReward(id), &means.reward, "0.05", say!("same"))}
            if props.world.costs { {props.number(Field::NewCost(id), &means.cost, "any", say!("same"))} }
            if drift.models.len() > 1 {
                {remove(props, say!("Remove {model} from change {number}", model = name, number = number), Edit::RemoveMeans(id))}
            } else {
                <span></span>
            }
        </div>
    }
}

fn absence(props: &ChangesProps, number: usize, away: &AwayForm) -> Html {
    let id = away.id;
    let title = say!("Absence {number}", number = number);
    html! {
        <div class="change-box" role="group" aria-label={title.clone()} key={id}>
            <div class="change-head">
                <b>{title}</b>
                {props.models(say!("Model of absence {number}", number = number), &away.model, &[], move |name| Edit::AwayModel(id, name))}
                {remove(props, say!("Remove absence {number}", number = number), Edit::RemoveAway(id))}
            </div>
            <div class="change-head">
                <label>{say!("from round")}{props.number(Field::AwayFrom(id), &away.from, "100", AttrValue::default())}</label>
                <label>{say!("back in")}{props.number(Field::AwayTo(id), &away.to, "100", AttrValue::default())}</label>
            </div>
        </div>
    }
}
