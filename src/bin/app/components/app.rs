//! The page as a whole: holds the state and the pool, and hands each panel what it shows.

use super::data::DataPanel;
use super::field::comma_as_point;
use super::figure::Figure;
use super::header::Header;
use super::help::welcome;
use super::legend::{Legend, labels};
use super::message::{Message, Tone, explained};
use super::opening::{About, hidden, titled};
use super::piece::{Piece, Turn};
use super::policies::PoliciesPanel;
use super::presentation;
use super::query_aware::TABLE;
use super::results::Results;
use super::run::{Controls, Keys, RunPanel};
use super::share::Share;
use super::status::Status;
use super::task::TaskPanel;
use super::views::{Views, tab_id};
use super::workspace::{Said, Wish, trouble};
use crate::bring::{Held, listed};
use crate::browser::{embedded, fragment, recall, remember, unframed};
use crate::fetch::Fetching;
use crate::form::Field;
use crate::format::Unit;
use crate::inspector::InspectorAction;
use crate::keeper::{Keeper, Reply};
use crate::later::{self, Later};
use crate::room::Room;
use crate::state::{Action, Effect, Opened, Phase, State, View};
use crate::studies::StudyAction;
use crate::sweep::SweepAction;
use crate::words::{self, Language, say, told};
use classroom::Classroom;
use gloo_timers::callback::Timeout;
use living::Living;
use llm_selection::browser::chosen::Chosen;
use llm_selection::browser::pool::{Event as PoolEvent, Pool};
use llm_selection::browser::trainer::Trainer;
use llm_selection::error::Error;
use llm_selection::experiment::{Environment, Experiment};
use llm_selection::figure::FigureKind;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use yew::prelude::*;

mod classroom;
mod effects;
mod keeping;
mod living;
pub mod rooms;
pub mod speaking;

/// Turn of the first run, after the form's panels; and of the second module, after figures and results.
const BEGIN: u32 = 5;
const LATER: u32 = 9;
/// Name under which the switch of the keyboard shortcuts is remembered.
const SHORTCUTS: &str = "shortcuts";
/// Name under which it is remembered that the tour was taken, or not wanted.
const TOUR: &str = "tour";
/// Milliseconds of rest after which typed text is looked at.
const REST: u32 = 350;

/// What reaches the page.
pub enum Happening {
    /// The first run may begin.
    Begin,
    Do(Action),
    /// Files are held above the page: how many, or none any more.
    Above(Option<u32>),
    /// Files were let go, or pasted.
    Held(Held),
    /// Files were let go where token embeddings belong.
    Table(Vec<Chosen>),
    Shortcuts(bool),
    /// The list of the shortcuts is to be open, or not.
    ShortcutList(bool),
    Key(KeyboardEvent),
    /// *Help* was pressed before it was there.
    Help,
    /// Another fragment: what it was, and what it is.
    Led(String, String),
    /// The second module is here, or cannot be had.
    Later(Result<(), Error>),
    /// To a stop of the tour; `None` ends it, or does without.
    Tour(Option<usize>),
    /// Time to keep what has changed.
    Keep,
    /// From the worker that keeps the workspace.
    Kept(Reply),
    /// Something kept is to be put into the page.
    Back(Box<Opened>),
    /// From the dialog *Workspace*.
    Wish(Wish),
    /// A language was chosen.
    Speak(Language),
    /// Its words are here, or cannot be had.
    Spoken,
    /// What was said about the language has been read.
    Heard,
}

/// The page.
pub struct App {
    state: Result<State, Error>,
    pool: Option<Pool>,
    /// The sweep's own workers, while one is under way.
    sweep_pool: Option<Pool>,
    sweep_events: Callback<PoolEvent>,
    /// Workers of the studies, from the first one on.
    study_pool: Option<Pool>,
    study_events: Callback<PoolEvent>,
    /// The worker that trains, and the one that keeps what was trained last.
    training: Option<Trainer>,
    trained: Option<Trainer>,
    /// The worker of the room *Live* and the keys, from the first visit of the room on.
    living: Option<Living>,
    /// The lessons' own workers.
    classroom: Classroom,
    dispatch: Callback<Action>,
    cursor: Callback<Option<u32>>,
    open: Callback<u32>,
    shortcuts_toggled: Callback<Event>,
    list_shortcuts: Callback<bool>,
    /// Files that are being fetched, and those of token embeddings.
    fetching: Option<Fetching>,
    fetching_table: Option<Fetching>,
    above: Option<u32>,
    shortcuts: bool,
    shortcuts_listed: bool,
    /// Stop of the tour.
    tour: Option<usize>,
    /// Whether the tour is offered: somebody is here for the first time, and by no link.
    welcome: bool,
    go: Callback<Option<usize>>,
    /// Shown in a frame of another page: the results alone.
    embedded: bool,
    rest: Option<Timeout>,
    /// What the page opens with and has not done yet.
    held: Vec<Effect>,
    /// What happened while the second module was on its way; whether it is, or has a turn to be asked for.
    waiting: Vec<Happening>,
    fetches_later: bool,
    turn_of_later: Option<Turn>,
    /// Why it did not come.
    lacking: Option<Error>,
    /// From the second module's arrival on.
    keeper: Option<Keeper>,
    wish: Callback<Wish>,
    /// Whether the dialog *Workspace* is open, and what it says.
    workspace: (bool, Option<Rc<Said>>),
    /// Tag of a language that a link asks for and the page does not speak.
    foreign: Option<String>,
    /// The message that was last brought into view.
    shown_problem: Option<Rc<Error>>,
    _keys: Closure<dyn FnMut(KeyboardEvent)>,
    _commas: Closure<dyn FnMut(InputEvent)>,
    _pastes: Closure<dyn FnMut(web_sys::ClipboardEvent)>,
    _fragments: Closure<dyn FnMut(web_sys::HashChangeEvent)>,
}

/// What the page opens with: its state, and what that asks for.
type Beginning = Result<(State, Vec<Effect>), Error>;

/// Properties of [`App`].
#[derive(Properties, Clone)]
pub struct AppProps {
    first: Rc<RefCell<Option<Beginning>>>,
}

// What it began with does not change.
impl PartialEq for AppProps {
    fn eq(&self, _: &AppProps) -> bool {
        true
    }
}

impl AppProps {
    /// Makes ready what the page opens with.
    pub fn new() -> AppProps {
        let first = State::opening(later::get().map_or_else(Room::default, |later| (later.room)()));
        AppProps { first: Rc::new(RefCell::new(Some(first))) }
    }
}

impl Component for App {
    type Message = Happening;
    type Properties = AppProps;

    fn create(context: &Context<Self>) -> Self {
        let link = context.link();
        let keys = link.callback(Happening::Key);
        let keys = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event| keys.emit(event));
        let commas = Closure::<dyn FnMut(InputEvent)>::new(comma_as_point);
        let pastes = link.batch_callback(pasted);
        let pastes = Closure::<dyn FnMut(web_sys::ClipboardEvent)>::new(move |event| pastes.emit(event));
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            let _ = document.add_event_listener_with_callback("paste", pastes.as_ref().unchecked_ref());
            let _ = document.add_event_listener_with_callback("keydown", keys.as_ref().unchecked_ref());
            let _ = document.add_event_listener_with_callback("beforeinput", commas.as_ref().unchecked_ref());
        }
        let links = link.callback(|(from, to)| Happening::Led(from, to));
        let fragments = Closure::<dyn FnMut(_)>::new(move |event: web_sys::HashChangeEvent| {
            let old = event.old_url();
            let from = old.split_once('#').map_or(String::new(), |(_, fragment)| format!("#{fragment}"));
            links.emit((from, fragment()));
        });
        if let Some(window) = web_sys::window() {
            let _ = window.add_event_listener_with_callback("hashchange", fragments.as_ref().unchecked_ref());
        }
        let events = link.callback(|event| Happening::Do(Action::Pool(event)));
        let first = Pool::new(move |event| events.emit(event)).and_then(|pool| {
            let (state, effects) = context.props().first.take().unwrap_or_else(|| State::opening(Room::default()))?;
            Ok((pool, state, effects))
        });
        let (state, pool, effects) = match first {
            Ok((pool, state, effects)) => (Ok(state), Some(pool), effects),
            Err(error) => (Err(error), None, Vec::new()),
        };
        let mut app = App {
            state,
            pool,
            sweep_pool: None,
            sweep_events: link.callback(|event| Happening::Do(Action::Sweep(SweepAction::Pool(event)))),
            study_pool: None,
            study_events: link.callback(|event| Happening::Do(Action::Study(StudyAction::Pool(event)))),
            training: None,
            trained: None,
            living: None,
            classroom: Classroom::new(link.callback(Happening::Do)),
            dispatch: link.callback(Happening::Do),
            cursor: link.callback(|round| Happening::Do(Action::Cursor(round))),
            open: link.callback(|round| Happening::Do(Action::Inspect(InspectorAction::Open(round)))),
            shortcuts_toggled: link.batch_callback(|event: Event| {
                let input = event.target_dyn_into::<web_sys::HtmlInputElement>();
                input.map(|input| Happening::Shortcuts(input.checked()))
            }),
            list_shortcuts: link.callback(Happening::ShortcutList),
            fetching: None,
            fetching_table: None,
            above: None,
            tour: None,
            welcome: recall(TOUR).is_none() && fragment().is_empty(),
            go: link.callback(Happening::Tour),
            embedded: embedded(),
            shortcuts: recall(SHORTCUTS).is_none_or(|choice| choice != "off"),
            shortcuts_listed: false,
            rest: None,
            held: Vec::new(),
            waiting: Vec::new(),
            fetches_later: false,
            turn_of_later: None,
            lacking: None,
            keeper: None,
            wish: link.callback(Happening::Wish),
            workspace: (false, None),
            foreign: None,
            shown_problem: None,
            _keys: keys,
            _commas: commas,
            _pastes: pastes,
            _fragments: fragments,
        };
        match later::get() {
            Some(later) => (later.open)(&mut app, context, Some(effects)),
            // The form comes first: played beside it, the run would only make it late.
            None => {
                app.held = effects;
                let begin = link.callback(|()| Happening::Begin);
                Turn::wait(BEGIN, move || begin.emit(())).keep();
            }
        }
        app
    }

    fn update(&mut self, context: &Context<Self>, message: Happening) -> bool {
        if later::get().is_none() && self.waits(&message) {
            self.waiting.push(message);
            self.ask_for_later(context, true);
            return false;
        }
        match message {
            Happening::Do(action) => {
                let Ok(state) = &mut self.state else { return false };
                let from_pool = matches!(action, Action::Pool(_) | Action::Cursor(_));
                let effects = state.reduce(action);
                if !state.pending {
                    self.rest = None;
                }
                // What a person does is to be kept, and what more there is to do is to be seen once the first run is over.
                let first_run = from_pool && state.phase == Phase::Running;
                if !first_run {
                    self.ask_for_later(context, false);
                }
                self.attend();
                self.follow(effects);
                self.touch();
            }
            Happening::Later(Ok(())) => {
                // It may have been asked for twice.
                if let Some(later) = later::get().filter(|_| self.keeper.is_none()) {
                    (later.open)(self, context, None);
                }
                for message in std::mem::take(&mut self.waiting) {
                    context.link().send_message(message);
                }
            }
            Happening::Later(Err(error)) => {
                // Of what was wanted nothing has happened, unless it was no more than to be quick.
                self.lacking = (!self.waiting.is_empty()).then_some(error);
                (self.fetches_later, self.turn_of_later) = (false, None);
                self.waiting.clear();
            }
            Happening::Begin => {
                self.follow(Vec::new());
                return false;
            }
            Happening::Above(above) if above == self.above => return false,
            Happening::Above(above) => self.above = above,
            Happening::Shortcuts(on) => {
                remember(SHORTCUTS, if on { "on" } else { "off" });
                self.shortcuts = on;
            }
            Happening::ShortcutList(open) => self.shortcuts_listed = open,
            Happening::Key(event) => return self.key(&event),
            message => return later::get().is_some_and(|later| (later.hear)(self, context, message)),
        }
        true
    }

    fn rendered(&mut self, _context: &Context<Self>, _first: bool) {
        presentation::refresh();
        // A message below the fold of the form would not be seen.
        let problem = self.state.as_ref().ok().and_then(|state| state.problem.clone());
        if problem != self.shown_problem {
            let element = web_sys::window().and_then(|window| window.document()?.get_element_by_id("problem"));
            if let Some(element) = element {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                element.scroll_into_view_with_scroll_into_view_options(&options);
            }
            self.shown_problem = problem;
        }
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let state = match &self.state {
            Ok(state) => state,
            Err(error) => {
                return html! {
                    <><Header /><main class="main alone" id="main"><h1 class="vh">{"LLM Selection Playground"}</h1><Message tone={Tone::Bad} title={say!("The page could not start")}>{explained(error)}</Message></main></>
                };
            }
        };
        let link = context.link();
        let over = link.callback(|event: DragEvent| {
            event.prevent_default();
            Happening::Above(event.data_transfer().map(|transfer| transfer.items().length()))
        });
        let leave = link.batch_callback(|event: DragEvent| {
            // Only when the pointer leaves the page, not when it goes from one part to the next.
            event.related_target().is_none().then_some(Happening::Above(None))
        });
        let drop = link.callback(|event: DragEvent| {
            event.prevent_default();
            let at = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            if at.is_some_and(|at| at.closest(TABLE).is_ok_and(|table| table.is_some())) {
                return Happening::Table(listed(event.data_transfer().and_then(|transfer| transfer.files())));
            }
            Happening::Held(Held::dropped(event.data_transfer()))
        });
        let side = if self.embedded { None } else { self.side(state) };
        let alone = side.is_none();
        let learns = state.room == Room::Learn;
        let bare = self.embedded || (learns && state.learn.place.hides("header"));
        html! {
            // offline.js asks whether there is something that a reload would stop.
            // Another language is another page, from the same state.
            <div key={words::spoken().tag()} data-busy={state.is_busy().then_some("")} class={classes!("app", self.embedded.then_some("embedded"), alone.then_some("alone"))} ondragover={over} ondragleave={leave} ondrop={drop}>
                if !bare {
                    if learns { {later::get().map(|later| (later.skip)(self, state)).unwrap_or_default()} } else { <a class="skip" href="#main">{say!("Skip to the results")}</a> }
                    <Header room={state.room} speak={link.callback(Happening::Speak)}>
                        { match later::get() {
                            Some(later) => (later.help)(self, state),
                            // What it opens comes with the second module.
                            None => html! { <button type="button" class="btn small" onclick={link.callback(|_: MouseEvent| Happening::Help)}>{say!("Help")}</button> },
                        } }
                        if !learns {
                            <button type="button" class="btn small" onclick={self.wish.reform(|_: MouseEvent| Wish::Show)}>{say!("Workspace")}</button>
                            <Share room={state.room} experiment={state.ready.as_ref().map(|ready| ready.experiment.clone())} shape={state.shape()}
                                hidden={state.panels.clone()} later={later::get().is_some()} dispatch={self.dispatch.clone()} />
                        }
                    </Header>
                }
                {later::get().map(|later| (later.unspoken)(self, link.callback(|_| Happening::Heard))).unwrap_or_default()}
                if let Some(error) = &self.lacking { <div class="unspoken"><Message tone={Tone::Bad} title={say!("A part of the page is missing")}>{explained(error)}</Message></div> }
                <div class="page">
                    {side.unwrap_or_default()}
                    {self.main(state, alone)}
                </div>
                if self.embedded {
                    <p class="foot"><a href={unframed()} target="_blank" rel="noopener">{say!("Open in the LLM Selection Playground")}</a></p>
                } else {
                    if !learns {
                        <div class="dock" role="region" aria-label={say!("Run, always at hand")}>
                            {self.controls(state)}
                            if !alone { <a class="btn" href="#experiment">{say!("Set up")}</a> }
                        </div>
                    }
                    <footer class="foot">
                        <span>{say!(if state.room == Room::Live && state.live.is_real() { "Everything runs in this tab. Prompts and keys go to the providers of your models, and nowhere else." } else { "Everything runs in this tab. Nothing is uploaded." })}</span>
                        <span>{say!("Engine {version}", version = env!("CARGO_PKG_VERSION"))}</span>
                        <button type="button" class="link" onclick={self.list_shortcuts.reform(|_: MouseEvent| true)}>{say!("Keyboard shortcuts")}</button>
                        if learns { {later::get().map(|later| (later.foot)(self, state)).unwrap_or_default()} } else { {hidden(state, &self.dispatch)} }
                    </footer>
                }
                {later::get().map(|later| (later.dialogs)(self, state)).unwrap_or_default()}
            </div>
        }
    }
}

/// Panel in which a wrong field is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Panel {
    Data,
    Task,
    Policies,
    Run,
    QueryAware,
}

fn panel_of(error: &Error) -> Panel {
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
    /// Does what the state asks for.
    fn follow(&mut self, effects: Vec<Effect>) {
        for effect in std::mem::take(&mut self.held).into_iter().chain(effects) {
            let Some(pool) = &self.pool else { return };
            match effect {
                Effect::CommitLater => {
                    let dispatch = self.dispatch.clone();
                    self.rest = Some(Timeout::new(REST, move || dispatch.emit(Action::Commit)));
                }
                Effect::Start { experiment, speed, played: None, step: false, .. } if is_synthetic(&experiment) => {
                    pool.start_synthetic(&experiment, speed);
                }
                Effect::Pause => pool.pause(),
                Effect::Resume => pool.resume(),
                Effect::Reset => pool.reset(),
                Effect::Speed(speed) => pool.set_speed(speed),
                effect => {
                    if let Some(later) = later::get() {
                        (later.follow)(self, effect);
                    }
                }
            }
        }
    }

    /// In the room *Live* there is its worker.
    fn attend(&mut self) {
        let there = self.living.is_some();
        if let Some(later) = later::get().filter(|_| !there) {
            (later.attend)(self);
        }
    }

    /// Space runs and pauses, S plays one round more (again and again while it is held), R resets, P presents, ? lists the
    /// keys, where nothing has the focus. Gives whether the page is to be drawn again.
    fn key(&mut self, event: &KeyboardEvent) -> bool {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return false;
        }
        if presentation::presenting() && presentation::key(event) {
            return false;
        }
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if !self.shortcuts || !target.is_some_and(|target| presentation::is_free(&target)) {
            return false;
        }
        let plays = self.state.as_ref().is_ok_and(|state| state.room == Room::Playground);
        let stepping = self.state.as_ref().is_ok_and(|state| state.stepping);
        match event.key().as_str() {
            "s" | "S" if plays && !(event.repeat() && stepping) => self.dispatch.emit(Action::Step),
            _ if event.repeat() => return false,
            " " if plays => self.dispatch.emit(Action::Toggle),
            "r" | "R" if plays => self.dispatch.emit(Action::Reset),
            "p" | "P" if presentation::presenting() => presentation::leave(),
            "p" | "P" => presentation::start(None),
            "?" if !self.embedded => self.shortcuts_listed = true,
            _ => return false,
        }
        event.prevent_default();
        self.shortcuts_listed
    }

    fn controls(&self, state: &State) -> Html {
        if let Some(later) = later_in(state) {
            return (later.controls)(self, state);
        }
        let phase = if state.learning.is_some() { Phase::Running } else { state.phase };
        html! { <Controls {phase} can_run={state.can_run()} can_step={state.can_step()} dispatch={self.dispatch.clone()} /> }
    }

    /// The form; nothing where a link hides all of it.
    fn side(&self, state: &State) -> Option<Html> {
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

    fn data_panel(&self, state: &State, wrong: Option<Field>, alert: Html) -> Html {
        html! {
            <DataPanel form={state.form.clone()} world={state.world.clone()} audit={state.audit.clone()} rows={state.rows.clone()} import={state.import.clone()}
                can_map={state.can_map()} can_leave_out={later::get().is_some_and(|later| (later.can_leave_out)(state))} mapping_open={state.mapping.is_some()}
                above={self.above} {wrong} later={later::get().is_some()} plays={state.room == Room::Playground} asked={self.about(state, About::Asked)} {alert} dispatch={self.dispatch.clone()} />
        }
    }

    /// The results; `alone` where there is no form beside them.
    fn main(&self, state: &State, alone: bool) -> Html {
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

    fn run_view(&self, state: &State) -> Html {
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
                    <Message tone={Tone::Note} title={say!("Changed to fit the data")} action={close}>{notice.to_string()}</Message>
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
    fn export(&self, state: &State) -> Html {
        later::get().map(|later| (later.export)(self, state)).unwrap_or_default()
    }

    /// Something may have changed that is to be kept.
    fn touch(&mut self) {
        if let (Ok(state), Some(keeper)) = (&self.state, &mut self.keeper) {
            keeper.touch(state);
        }
    }

    /// What there is to say about an experiment that was opened.
    fn about(&self, state: &State, what: About) -> Html {
        later::get().map(|later| (later.about)(state, what, &self.dispatch)).unwrap_or_default()
    }

    /// Why nothing is kept.
    fn unkept(&self) -> Option<&Rc<Error>> {
        self.keeper.as_ref().and_then(|keeper| keeper.trouble.as_ref())
    }

    /// Whether something has to wait for the second module, while that is not here.
    fn waits(&self, message: &Happening) -> bool {
        match message {
            // Of the first run.
            Happening::Do(Action::Pool(_)) => false,
            Happening::Do(action) => !self.waiting.is_empty() || !action.is_first(),
            Happening::Wish(_)
            | Happening::Led(..)
            | Happening::Held(_)
            | Happening::Table(_)
            | Happening::Tour(_)
            | Happening::ShortcutList(_)
            | Happening::Speak(_)
            | Happening::Help => true,
            _ => false,
        }
    }

    /// Has the second module come: at once where a person waits for it, else when its turn comes.
    fn ask_for_later(&mut self, context: &Context<App>, at_once: bool) {
        if later::get().is_some() || self.fetches_later {
            return;
        }
        let came = context.link().callback(Happening::Later);
        let fetch = move || {
            wasm_bindgen_futures::spawn_local(async move {
                let result = later::load().await;
                // In a task of its own, after the one that made the module ready.
                Timeout::new(0, move || came.emit(result)).forget();
            });
        };
        if at_once {
            (self.fetches_later, self.turn_of_later) = (true, None);
            fetch();
        } else if self.turn_of_later.is_none() {
            self.turn_of_later = Some(Turn::wait(LATER, fetch));
        }
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
fn back() -> Html {
    html! { <a class="btn to-results" href="#main">{say!("To the results")}</a> }
}

/// Files or a table that are pasted where nothing takes text.
fn pasted(event: web_sys::ClipboardEvent) -> Option<Happening> {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let takes_text =
        "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range], [type=file])";
    // What is no element is the document itself.
    if target.is_some_and(|target| target.closest(takes_text).is_ok_and(|it| it.is_some())) {
        return None;
    }
    let held = Held::pasted(event.clipboard_data());
    if held.is_empty() {
        return Held::not_pasted(event.clipboard_data()).map(|error| Happening::Do(Action::NotPasted(error)));
    }
    event.prevent_default();
    Some(Happening::Held(held))
}

/// Whether an experiment needs no data.
fn is_synthetic(experiment: &Experiment) -> bool {
    matches!(experiment.environment, Environment::Synthetic(_))
}

/// The second module, where the room needs it.
fn later_in(state: &State) -> Option<&'static Later> {
    later::get().filter(|_| state.room != Room::Playground)
}

/// The input that is wrong.
fn wrong(state: &State) -> Option<Field> {
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
