//! The first view: the form, and the main part with the run.

use super::App;
use crate::components::data::DataPanel;
use crate::components::figure::Figure;
use crate::components::help::welcome;
use crate::components::legend::{Legend, labels};
use crate::components::message::{Message, Tone, explained};
use crate::components::opening::{About, titled};
use crate::components::piece::Piece;
use crate::components::policies::PoliciesPanel;
use crate::components::results::Results;
use crate::components::run::{Controls, Keys, RunPanel};
use crate::components::status::Status;
use crate::components::task::TaskPanel;
use crate::components::views::{Views, tab_id};
use crate::components::workspace::trouble;
use crate::form::Field;
use crate::format::Unit;
use crate::later::{self, Later};
use crate::room::Room;
use crate::state::{Action, Phase, State, View};
use crate::words::{say, told};
use llm_selection::error::Error;
use llm_selection::figure::FigureKind;
use yew::prelude::*;

/// Panel in which a wrong field is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Panel {
    Data,
    Task,
    Policies,
    Run,
    QueryAware,
}

pub(super) fn panel_of(error: &Error) -> Panel {
    let path = error.place.field.as_deref().unwrap_or_default();
    match path.split(['.', '[']).next() {
        _ if path == "task.success_threshold" => Panel::QueryAware,
        Some("query_aware") => Panel::QueryAware,
        Some("environment") => Panel::Data,
        Some("task") => Panel::Task,
        Some("policies") => Panel::Policies,
        _ => Panel::Run,
    }
}

impl App {
    pub(super) fn controls(&self, state: &State) -> Html {
        if let Some(later) = later_in(state) {
            return (later.controls)(self, state);
        }
        let phase = if state.learning.is_some() { Phase::Running } else { state.phase };
        html! { <Controls {phase} can_run={state.can_run()} can_step={state.can_step()} dispatch={self.dispatch.clone()} /> }
    }

    /// The form; nothing where a link hides all of it.
    pub(super) fn side(&self, state: &State) -> Option<Html> {
        let shown = |name: &str| !state.panels.iter().any(|hidden| hidden == name);
        // Where files are asked for, they must be able to come.
        let data = shown("data") || state.wanted().is_some();
        if !data && !["task", "policies", "run"].into_iter().any(shown) {
            return None;
        }
        if state.room == Room::Learn {
            return None;
        }
        if let Some(later) = later_in(state) {
            return Some((later.side)(self, state));
        }
        let dispatch = || self.dispatch.clone();
        let (wrong, alert) = (wrong(state), |panel: Panel| alert(state, panel));
        let range = state.ready.as_ref().and_then(|ready| ready.range);
        let prevent = Callback::from(|event: SubmitEvent| event.prevent_default());
        Some(html! {
            <form class="side" id="experiment" aria-label={say!("Experiment")} onsubmit={prevent}>
                {self.about(state, About::Kept)}
                if data { <Piece turn=1>{self.data_panel(state, wrong, alert(Panel::Data))}</Piece> }
                if shown("task") { <Piece turn=2><TaskPanel form={state.form.clone()} world={state.world.clone()} {range} {wrong} alert={alert(Panel::Task)} dispatch={dispatch()} /></Piece> }
                if shown("policies") { <Piece turn=3><PoliciesPanel form={state.form.clone()} world={state.world.clone()} {wrong} alert={alert(Panel::Policies)} dispatch={dispatch()} /></Piece> }
                if shown("run") { <Piece turn=4><RunPanel form={state.form.clone()} speed={state.speed} {wrong} alert={alert(Panel::Run)} dispatch={dispatch()} /></Piece> }
                <div class="runbar">
                    <div class="controls">{self.controls(state)}</div>
                    <Keys on={self.shortcuts} list={self.list_shortcuts.reform(|_: MouseEvent| true)} />
                </div>
                {back()}
            </form>
        })
    }

    pub(super) fn data_panel(&self, state: &State, wrong: Option<Field>, alert: Html) -> Html {
        html! {
            <DataPanel form={state.form.clone()} world={state.world.clone()} audit={state.audit.clone()} rows={state.rows.clone()} import={state.import.clone()}
                can_map={state.can_map()} can_leave_out={later::get().is_some_and(|later| (later.can_leave_out)(state))} mapping_open={state.mapping.is_some()}
                above={self.above} {wrong} later={later::get().is_some()} plays={state.room == Room::Playground} asked={self.about(state, About::Asked)} {alert} dispatch={self.dispatch.clone()} />
        }
    }

    /// The results; `alone` where there is no form beside them.
    pub(super) fn main(&self, state: &State, alone: bool) -> Html {
        if let Some(later) = later_in(state) {
            return (later.main)(self, state);
        }
        let controls = html! { if alone { <div class="controls">{self.controls(state)}</div> } };
        let heading = html! { <h1 class="vh">{"LLM Selection Playground"}</h1> };
        if self.embedded {
            return html! {
                <main class="main" id="main" tabindex="-1">
                    {heading}{titled(state)}
                    if state.wanted().is_some() {
                        <form class="side">{self.data_panel(state, None, Html::default())}</form>
                    } else {
                        {later::get().map(|later| (later.reading)(self, state)).unwrap_or_default()}
                    }
                    {controls}{self.about(state, About::Refusal)}{self.run_view(state)}
                </main>
            };
        }
        html! {
            <main class="main" id="main" tabindex="-1">
                {heading}
                if state.form.rest.title.is_empty() {
                    <p class="lede">{say!("Which language models should answer a query, when each has a price and nobody knows beforehand how good it is? Here policies choose a set of models for each query, learn from what comes back, and are judged by reward and budget.")}</p>
                } else {
                    {titled(state)}
                }
                if self.welcome && self.tour.is_none() { {welcome(&self.go)} }
                if let Some(error) = self.unkept() { {trouble(error)} }
                {self.about(state, About::Refusal)}
                if state.problem.as_ref().is_some_and(|error| panel_of(error) == Panel::QueryAware) {
                    {later::get().map(|later| (later.elsewhere)(self, state)).unwrap_or_default()}
                }
                {controls}
                <Views view={state.view} dispatch={self.dispatch.clone()} />
                <div class="view" role="tabpanel" id="view" aria-labelledby={tab_id(state.view)}>
                    { match later::get().filter(|_| state.view != View::Run) {
                        Some(later) => (later.view)(self, state),
                        None => self.run_view(state),
                    } }
                </div>
            </main>
        }
    }

    pub(super) fn run_view(&self, state: &State) -> Html {
        let unit = if state.drawn_in_dollars() { Unit::Dollars } else { Unit::Plain };
        let (rounds, range) = match &state.ready {
            Some(ready) => (ready.experiment.run.rounds, ready.range),
            None => (0, None),
        };
        let close = {
            let dispatch = self.dispatch.clone();
            let onclick = Callback::from(move |_: MouseEvent| dispatch.emit(Action::Dismiss));
            html! { <button type="button" class="btn small" {onclick}>{say!("Close")}</button> }
        };
        let nobody = !state.form.policies.iter().any(|policy| policy.on);
        html! {
            <>
                <Status phase={state.phase} fresh={state.fresh} changed={state.changed} pending={state.pending} begun_again={state.begun_again} can_step={state.can_step()} speed={state.speed} learning={state.learning} failed={state.failure.is_some()}
                    {rounds} awaited={state.awaited()} snapshot={state.snapshot.clone()} hidden={state.hidden.clone()} {range} {unit} />
                if let Some(error) = &state.failure {
                    <Message tone={Tone::Bad} title={say!("The run could not go on")} action={close.clone()}>{explained(error)}</Message>
                }
                if let Some(notice) = &state.notice {
                    <Message tone={Tone::Note} title={say!("Changed to fit the data")} action={close}>{notice()}</Message>
                }
                {self.about(state, About::Promised)}
                if state.wanted().is_none() { {warnings(state)} }
                if let Some(snapshot) = &state.snapshot {
                    {later::get().map(|later| (later.handout)(self, state)).unwrap_or_default()}
                    <div class="charts">
                        <Piece turn=0 holder="legend"><Legend labels={labels(snapshot)} hidden={state.hidden.clone()} dispatch={self.dispatch.clone()} /></Piece>
                        {self.figures(state)}
                    </div>
                    if !state.panels.iter().any(|hidden| hidden == "results") {
                        <Piece turn={FigureKind::ALL.len() as u32} holder="below" patient={state.phase == Phase::Running}><Results snapshot={snapshot.clone()} {unit}>{self.export(state)}</Results></Piece>
                    }
                    {later::get().map(|later| (later.inspector)(self, state)).unwrap_or_default()}
                } else {
                    <div class="empty">
                        if state.wanted().is_some() {
                            <p>{say!("The link that was opened waits for its files, which the panel Data names.")}</p>
                        } else if state.learning.is_some() {
                            <p>{say!("Policies read the query: what they know of it is learned before the first round.")}</p>
                        } else if nobody {
                            <p>{say!("No policy is switched on.")}</p><a class="btn" href="#policies">{say!("To the policies")}</a>
                        } else if state.phase == Phase::Ready {
                            <p>{say!(if state.can_step() { "Nothing to draw yet: press Run or Step." } else { "Nothing to draw yet: press Run." })}</p>
                        } else {
                            <p>{say!("The first rounds are being played.")}</p>
                        }
                    </div>
                }
            </>
        }
    }

    /// Everything that can leave the page, in one place.
    pub(super) fn export(&self, state: &State) -> Html {
        later::get().map(|later| (later.export)(self, state)).unwrap_or_default()
    }

    fn figures(&self, state: &State) -> Html {
        let Some(snapshot) = &state.snapshot else { return Html::default() };
        let dollars = state.drawn_in_dollars();
        let rests = state.phase != Phase::Running;
        let follows = rests || state.speed.rounds_per_second().is_some_and(|pace| pace <= 200.0);
        let shown = |kind: &FigureKind| !state.panels.iter().any(|hidden| hidden == kind.slug());
        let figures = (0..).zip(FigureKind::of(&snapshot.result).filter(shown)).map(|(turn, kind)| {
            html! {
                <Piece key={kind.slug()} {turn} holder="card fig" patient={!rests}>
                    <Figure {kind} snapshot={snapshot.0.clone()} hidden={state.hidden.clone()} cursor={state.cursor}
                        on_cursor={self.cursor.clone()} on_open={self.open.clone()} {follows} {dollars} paper={state.paper} />
                </Piece>
            }
        });
        html! { <div class="figs">{for figures}</div> }
    }
}

/// The way from the end of the form to what it leads to, where that does not stand beside it.
pub(super) fn back() -> Html {
    html! { <a class="btn to-results" href="#main">{say!("To the results")}</a> }
}

/// The second module, where the room needs it.
fn later_in(state: &State) -> Option<&'static Later> {
    later::get().filter(|_| state.room != Room::Playground)
}

/// The input that is wrong.
pub(super) fn wrong(state: &State) -> Option<Field> {
    state.problem.as_ref().and_then(|error| state.form.field_of(error))
}

/// What is wrong in a panel.
fn alert(state: &State, panel: Panel) -> Html {
    later::get().filter(|_| state.problem.is_some()).map(|later| (later.alert)(state, panel)).unwrap_or_default()
}

/// What to know about the experiment, in one message.
fn warnings(state: &State) -> Html {
    let warnings: Vec<&String> = state.ready.iter().flat_map(|ready| ready.warnings.iter()).collect();
    if warnings.is_empty() {
        return Html::default();
    }
    let items = warnings.into_iter().map(|warning| html! { <li>{told(warning.clone())}</li> });
    html! { <Message tone={Tone::Warn} title={say!("Before you trust the numbers")}><ul>{for items}</ul></Message> }
}
