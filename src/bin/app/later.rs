//! What the first view does without. The build cuts the page's program in two at [`later`]: what only [`LATER`] leads to is
//! a second module, which comes when a person begins to do something, or when the page opens with more than its first
//! view. Until then nothing may call it but through [`get`].

use crate::bring::Brought;
use crate::components::app::{App, Happening, Panel, rooms, speaking};
use crate::components::data::{self, DataPart, DataProps};
use crate::components::figure::{self, FigureProps, FileKind, View};
use crate::components::opening::{self, About};
use crate::components::share::{self, ShareProps};
use crate::room::Room;
use crate::state::{Action, Effect, Ready, State, plan_on};
use crate::sweep::SweepState;
use llm_selection::browser::chosen::Chosen;
use llm_selection::browser::pool::Snapshot;
use llm_selection::browser::remote::Remote;
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::experiment::Experiment;
use llm_selection::figure::{FigureKind, Options};
use llm_selection::plan::Plan;
use llm_selection::summary::RunResult;
use std::rc::Rc;
use std::sync::OnceLock;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use yew::prelude::*;

/// Ways into the second module.
pub struct Later {
    /// Every action; without it, those that are first.
    pub reduce: fn(&mut State, Action) -> Vec<Effect>,
    /// A plan on any environment; without it, on synthetic models.
    pub plan: fn(&Experiment, Option<&Rc<Remote>>) -> Result<Plan>,
    /// Data that a worker holds has something to learn before it can be played on.
    pub learn: fn(&mut State) -> Option<Vec<Effect>>,
    /// Parameters that can be swept.
    pub fit_sweep: fn(&mut SweepState, &Ready),
    /// The room that the page opens in.
    pub room: fn() -> Room,
    /// Opens what the page's address and its tab say, and keeps its state from now on.
    pub open: fn(&mut App, &Context<App>, Option<Vec<Effect>>),
    /// Everything that can happen to the page but for the first things.
    pub hear: fn(&mut App, &Context<App>, Happening) -> bool,
    /// Every effect; without it, those of a run on synthetic models.
    pub follow: fn(&mut App, Effect),
    /// The worker of the room *Live*.
    pub attend: fn(&mut App),
    /// Buttons of a room other than the Playground.
    pub controls: fn(&App, &State) -> Html,
    /// Form of such a room.
    pub side: fn(&App, &State) -> Html,
    /// Main part of such a room.
    pub main: fn(&App, &State) -> Html,
    /// Tag of the language that the page's address asks for.
    pub language: fn() -> Option<String>,
    /// Why the page does not speak the language that was wanted; what closes that.
    pub unspoken: fn(&App, Callback<MouseEvent>) -> Html,
    /// A view other than the run.
    pub view: fn(&App, &State) -> Html,
    /// Dialogs above the page.
    pub dialogs: fn(&App, &State) -> Html,
    /// What of a run can leave the page.
    pub export: fn(&App, &State) -> Html,
    /// What the button *Share* opens.
    pub share: fn(ShareProps) -> Html,
    /// What is wrong in a panel of the form.
    pub alert: fn(&State, Panel) -> Html,
    /// *Help*, and what a lesson is shared by.
    pub help: fn(&App, &State) -> Html,
    /// The way past the header of a lesson.
    pub skip: fn(&App, &State) -> Html,
    /// What a lesson's link hides.
    pub foot: fn(&App, &State) -> Html,
    /// Has the round inspector follow a run.
    pub follow_rounds: fn(&mut State, &Snapshot) -> Vec<Effect>,
    /// The round inspector.
    pub inspector: fn(&App, &State) -> Html,
    /// The run's settings in words, for paper.
    pub handout: fn(&App, &State) -> Html,
    /// What is wrong in another room.
    pub elsewhere: fn(&App, &State) -> Html,
    /// How far reading is, on a page without a form.
    pub reading: fn(&App, &State) -> Html,
    /// Whether files can be read without the one that is wrong.
    pub can_leave_out: fn(&State) -> bool,
    /// What there is to say about an experiment that was opened.
    pub about: fn(&State, About, &Callback<Action>) -> Html,
    /// The files of a folder that are read.
    pub folder: fn(Vec<Chosen>) -> Result<Brought>,
    /// Parts of the panel *Data*.
    pub data: fn(&DataProps, DataPart) -> Html,
    /// A figure as a file.
    pub save_figure: fn(&FigureProps, View, FileKind),
    /// A figure as a table.
    pub tabulate: fn(&str, FigureKind, &RunResult, &Options) -> Html,
}

static LATER: Later = Later {
    reduce: State::reduce_any,
    plan: plan_on,
    learn: State::learn,
    fit_sweep: SweepState::fit,
    room: Room::at_first,
    open: App::open,
    hear: App::hear,
    follow: App::follow_any,
    attend: App::attend_any,
    controls: rooms::controls,
    side: rooms::side,
    main: rooms::main,
    language: speaking::asked,
    unspoken: speaking::unspoken,
    view: rooms::view,
    dialogs: rooms::dialogs,
    export: rooms::export,
    share: share::content,
    alert: rooms::alert,
    help: rooms::help,
    skip: rooms::skip,
    foot: rooms::foot,
    follow_rounds: State::follow_rounds,
    inspector: rooms::inspector,
    handout: rooms::handout,
    elsewhere: rooms::elsewhere,
    reading: rooms::reading,
    can_leave_out: rooms::can_leave_out,
    about: opening::about,
    folder: Brought::folder,
    data: data::part,
    save_figure: figure::save,
    tabulate: figure::tabulate,
};

static LOADED: OnceLock<&'static Later> = OnceLock::new();

#[wasm_split(later, fallible)]
fn later() -> std::result::Result<&'static Later, SplitLoaderError> {
    Ok(&LATER)
}

/// The second module, once it is there.
pub fn get() -> Option<&'static Later> {
    LOADED.get().copied()
}

/// Does what needs it, as soon as it is there.
pub fn with(job: impl FnOnce(&'static Later) + 'static) {
    match get() {
        Some(later) => job(later),
        None => wasm_bindgen_futures::spawn_local(async {
            // Where it cannot be had, what the person pressed does nothing, and can be pressed again.
            if let Some(later) = load().await.ok().and_then(|()| get()) {
                job(later);
            }
        }),
    }
}

/// Has it come.
///
/// # Errors
/// `Io` where it cannot be had: it is asked for anew the next time.
pub async fn load() -> Result<()> {
    match later().await {
        Ok(later) => {
            // It comes once; whoever asked at the same time has set it.
            let _ = LOADED.set(later);
            Ok(())
        }
        Err(_) => {
            let expected =
                "the rest of the page's program: please check the connection and try again, or reload the page";
            Err(Error::new(ErrorKind::Io, expected))
        }
    }
}
