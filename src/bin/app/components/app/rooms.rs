//! What of the page stands in the second module: the rooms beside the Playground, views beside the run, dialogs.

use super::App;
use super::first::{Panel, back, panel_of, wrong};
use crate::components::copies::Copies;
use crate::components::export::Export;
use crate::components::handout::settings;
use crate::components::help::Help;
use crate::components::inspector::Inspector;
use crate::components::learn::{self, ShareLesson};
use crate::components::mapping::MappingDialog;
use crate::components::message::{Message, Tone, advice, explained, field_name};
use crate::components::piece::Piece;
use crate::components::shortcuts::Shortcuts;
use crate::components::studies::StudiesView;
use crate::components::sweep::sweep_view;
use crate::components::workspace::Workspace;
use crate::components::{data, live, presentation, query_aware};
use crate::format::Unit;
use crate::room::Room;
use crate::state::Phase;
use crate::state::{Import, State, View};
use crate::words::say;
use yew::prelude::*;

/// The buttons of a room.
pub fn controls(app: &App, state: &State) -> Html {
    match state.room {
        Room::Playground | Room::Learn => Html::default(),
        Room::QueryAware => query_aware::controls(state, &app.dispatch),
        Room::Live => live::controls(&state.live, &app.dispatch),
    }
}

/// The form of a room.
pub fn side(app: &App, state: &State) -> Html {
    let prevent = Callback::from(|event: SubmitEvent| event.prevent_default());
    match state.room {
        Room::Playground | Room::Learn => Html::default(),
        Room::QueryAware => html! {
            <form class="side" id="experiment" aria-label={say!("Query-aware experiment")} onsubmit={prevent}>
                {app.data_panel(state, wrong(state), alert(state, Panel::Data))}
                {query_aware::setup(state, wrong(state), alert(state, Panel::QueryAware), &app.dispatch)}
                <div class="runbar"><div class="controls">{controls(app, state)}</div></div>
                {back()}
            </form>
        },
        Room::Live => html! {
            <form class="side" id="experiment" aria-label={say!("Live experiment")} onsubmit={prevent}>
                {live::side(&state.live, &state.form.policies, state.files_loaded(), &app.dispatch)}
                <div class="runbar">
                    {live::ready(&state.live)}
                    <div class="controls">{controls(app, state)}</div>
                </div>
                {back()}
            </form>
        },
    }
}

/// What is wrong in a panel.
pub fn alert(state: &State, panel: Panel) -> Html {
    match &state.problem {
        Some(error) if panel_of(error) == panel => html! {
            <div id="problem">
                <Message tone={Tone::Bad} title={field_name(&state.form, error)}>
                    {explained(error)}{advice(&state.form, error)}{" "}{say!("The last valid experiment is kept.")}
                </Message>
            </div>
        },
        _ => Html::default(),
    }
}

/// The main part of a room.
pub fn main(app: &App, state: &State) -> Html {
    match state.room {
        Room::Playground => Html::default(),
        Room::QueryAware => query_aware::main(state, app.unkept(), &app.dispatch),
        Room::Live => live::main(state, app.unkept(), &app.dispatch),
        Room::Learn => learn::room(&state.learn, state.paper, &app.dispatch),
    }
}

/// A view of the Playground.
pub fn view(app: &App, state: &State) -> Html {
    match state.view {
        View::Run => app.run_view(state),
        View::Sweep => sweep_view(&state.sweep, &state.form, state.ready.as_ref(), &app.dispatch),
        View::Studies => html! {
            <StudiesView studies={state.studies.clone()} paper={state.paper} waiting={state.waiting} dispatch={app.dispatch.clone()} />
        },
    }
}

/// What offline.js says of a new version, in the language of the page, by its English.
fn words_of_the_notice() -> Html {
    let texts = [
        ("New version", say!("New version")),
        ("A new version is ready", say!("A new version is ready")),
        ("Reload", say!("Reload")),
        ("Reloading stops what is running.", say!("Reloading stops what is running.")),
        ("Stop and reload", say!("Stop and reload")),
        ("Later", say!("Later")),
    ];
    let texts = texts.into_iter().map(|(english, text)| html! { <span title={english}>{text}</span> });
    html! { <div id="update-words" hidden=true>{for texts}</div> }
}

/// The dialogs.
pub fn dialogs(app: &App, state: &State) -> Html {
    let keeper = app.keeper.as_ref();
    html! {
        <>
            <MappingDialog mapping={state.mapping.clone()} import={state.import.clone()} dispatch={app.dispatch.clone()} />
            <presentation::Bar />
            {words_of_the_notice()}
            if !app.embedded {
                <Shortcuts open={app.shortcuts_listed} on={app.shortcuts} toggle={app.shortcuts_toggled.clone()} close={app.list_shortcuts.reform(|()| false)} />
                <Workspace open={app.workspace.0} listing={keeper.and_then(|keeper| keeper.listing.clone())} said={app.workspace.1.clone()}
                    trouble={app.unkept().cloned()} proposed={state.proposed_name()} wish={app.wish.clone()} />
            }
        </>
    }
}

/// Everything that can leave the page, in one place.
pub fn export(app: &App, state: &State) -> Html {
    let Some(snapshot) = &state.snapshot else { return Html::default() };
    html! {
        <>
            <Copies snapshot={snapshot.clone()} unit={unit(state)} />
            <Export snapshot={snapshot.clone()} dollars={state.drawn_in_dollars()} experiment={state.ready.as_ref().map(|ready| ready.experiment.clone())}
                paper={state.paper} data={state.form.source.is_data()} cleaning={state.cleaning.clone()} dispatch={app.dispatch.clone()} />
        </>
    }
}

/// How far reading is, or why files were not read, where there is no form beside it.
pub fn reading(app: &App, state: &State) -> Html {
    html! {
        <>
            {data::reading(&state.import, &app.dispatch)}
            if let Import::Failed(error) = &state.import { {data::failed(error, false, false, &app.dispatch)} }
        </>
    }
}

/// What is wrong in the room *Query-aware*, said in the Playground.
pub fn elsewhere(_app: &App, state: &State) -> Html {
    let Some(error) = &state.problem else { return Html::default() };
    html! {
        <Message tone={Tone::Bad} title={field_name(&state.form, error)} action={html! { <a class="btn small" href="#query-aware">{say!("To the input")}</a> }}>
            {explained(error)}{" "}{say!("The last valid experiment is kept.")}
        </Message>
    }
}

/// Whether files can be read without the one that is wrong.
pub fn can_leave_out(state: &State) -> bool {
    state.faulty().is_some()
}

/// *Help*, and what a lesson is shared by.
pub fn help(app: &App, state: &State) -> Html {
    html! {
        <>
            <Help stop={app.tour} go={app.go.clone()} list_shortcuts={app.list_shortcuts.reform(|()| true)} />
            if state.room == Room::Learn { <ShareLesson lesson={state.learn.shown()} hidden={state.learn.place.hidden.clone()} /> }
        </>
    }
}

/// The way past the header of a lesson.
pub fn skip(_app: &App, _state: &State) -> Html {
    learn::skip()
}

/// What a lesson's link hides.
pub fn foot(_app: &App, state: &State) -> Html {
    learn::hidden(&state.learn)
}

/// The run's settings in words, for paper.
pub fn handout(_app: &App, state: &State) -> Html {
    state
        .snapshot
        .as_ref()
        .map(|snapshot| settings(&snapshot.result, &crate::words::told(state.world.about.as_str()), unit(state)))
        .unwrap_or_default()
}

/// The round inspector.
pub fn inspector(app: &App, state: &State) -> Html {
    let Some(snapshot) = state.snapshot.as_ref().filter(|_| !state.panels.iter().any(|hidden| hidden == "inspector"))
    else {
        return Html::default();
    };
    html! {
        <Piece turn=10 always=true><Inspector snapshot={snapshot.clone()} state={state.inspector.clone()} moving={state.phase == Phase::Running} unit={unit(state)} dispatch={app.dispatch.clone()} /></Piece>
    }
}

fn unit(state: &State) -> Unit {
    if state.drawn_in_dollars() { Unit::Dollars } else { Unit::Plain }
}
