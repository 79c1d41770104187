//! The list of policies, and the menu that adds one.

use super::menu::Menu;
use super::policy::PolicyItem;
use crate::form::{Field, Form, Kind, best, cheapest};
use crate::state::Action;
use crate::words::{say, told};
use crate::world::{Model, World};
use llm_selection::experiment::{MAX_POLICIES, RewardModel};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`PoliciesPanel`].
#[derive(Properties, PartialEq)]
pub struct PoliciesProps {
    pub form: Rc<Form>,
    pub world: Rc<World>,
    pub wrong: Option<Field>,
    /// The message about this panel, if something in it is wrong.
    pub alert: Html,
    pub dispatch: Callback<Action>,
}

/// The panel.
#[component]
pub fn PoliciesPanel(props: &PoliciesProps) -> Html {
    let PoliciesProps { form, world, wrong, alert, dispatch } = props;
    let playing: Rc<Vec<String>> = Rc::new(
        world.models.iter().filter(|model| !form.off.contains(&model.name)).map(|model| model.name.clone()).collect(),
    );
    let items = form.policies.iter().enumerate().map(|(place, policy)| {
        html! {
            <PolicyItem key={policy.id} number={place + 1} series={form.series(policy.id)} policy={policy.clone()}
                playing={playing.clone()} wrong={*wrong} solver={form.reward == RewardModel::Awc} dispatch={dispatch.clone()} />
        }
    });
    let face = html! {
        <>
            <svg viewBox="0 0 16 16" aria-hidden="true"><path stroke="currentColor" stroke-width="1.8" stroke-linecap="round" d="M8 3v10M3 8h10" /></svg>
            {say!("Add policy")}
        </>
    };
    html! {
        <fieldset class="panel" id="policies">
            <legend>{say!("Policies")}{" "}<span class="end">{form.playing()}</span></legend>
            <div class="stack">
                <ul class="policies">{for items}</ul>
                {alert.clone()}
                if form.policies.len() < MAX_POLICIES {
                    <Menu id="add-policy" class="btn wide add" {face}>{entries(props)}</Menu>
                }
            </div>
        </fieldset>
    }
}

/// What can be added, in groups.
fn entries(props: &PoliciesProps) -> Html {
    let playing = props.form.playing_models(&props.world);
    let add = |kind: Kind, model: Option<&Model>| {
        let (dispatch, model) = (props.dispatch.clone(), model.map(|model| model.name.clone()).unwrap_or_default());
        Callback::from(move |_: MouseEvent| dispatch.emit(Action::AddPolicy(kind, model.clone())))
    };
    let entry = |kind: &Kind| {
        let onclick = add(*kind, playing.first().copied());
        html! { <button type="button" {onclick}>{kind.name()}<small>{kind.about()}</small></button> }
    };
    let always = |name: AttrValue, why: AttrValue, model: Option<&Model>| {
        let about = model.map_or(why, |model| model.name.clone().into());
        html! {
            <button type="button" disabled={model.is_none()} onclick={add(Kind::Fixed, model)}>{name}<small>{about}</small></button>
        }
    };
    // Only files may have texts.
    let offered = |kinds: &[Kind]| props.world.complete.is_some() || !kinds.iter().any(|kind| kind.reads_query());
    let groups = Kind::GROUPS.iter().filter(|(_, kinds)| offered(kinds)).map(|(name, kinds)| {
        let title = told(*name);
        html! {
            <div role="group" aria-label={title.clone()} key={*name}>
                <span class="group" aria-hidden="true">{title}</span>
                if kinds.contains(&Kind::Fixed) {
                    {always(say!("Always the best"), say!("no model is switched on"), best(&playing))}
                    {always(say!("Always the cheapest"), say!("the costs are not known"), cheapest(&playing))}
                }
                {for kinds.iter().map(entry)}
            </div>
        }
    });
    html! { <>{for groups}</> }
}
