//! The page as a whole: holds the state and the pool, and hands each panel what it shows.

use super::field::comma_as_point;
use super::header::Header;
use super::message::{Message, Tone, explained};
use super::opening::{About, hidden};
use super::piece::Turn;
use super::presentation;
use super::query_aware::TABLE;
use super::share::Share;
use super::workspace::{Said, Wish};
use crate::bring::{Held, listed};
use crate::browser::{embedded, fragment, recall, remember, unframed};
use crate::fetch::Fetching;
use crate::inspector::InspectorAction;
use crate::keeper::{Keeper, Reply};
use crate::later;
use crate::room::Room;
use crate::state::{Action, Effect, Opened, Phase, State};
use crate::studies::StudyAction;
use crate::sweep::SweepAction;
use crate::words::{self, Language, say};
use classroom::Classroom;
pub use first::Panel;
use gloo_timers::callback::Timeout;
use listen::pasted;
use living::Living;
use llm_selection::browser::chosen::Chosen;
use llm_selection::browser::pool::{Event as PoolEvent, Pool};
use llm_selection::browser::trainer::Trainer;
use llm_selection::error::Error;
use llm_selection::experiment::{Environment, Experiment};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use yew::prelude::*;

mod classroom;
mod effects;
mod first;
mod keeping;
mod listen;
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
        if !self.is_whole() && self.waits(&message) {
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

    /// Whether the second module is here and the page has opened what it keeps. The module alone is not enough: a figure's
    /// menu has it come, too.
    fn is_whole(&self) -> bool {
        later::get().is_some() && (self.keeper.is_some() || self.state.is_err())
    }

    /// Whether something has to wait while the page is not whole.
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
        if self.is_whole() || self.fetches_later {
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
}

/// Whether an experiment needs no data.
fn is_synthetic(experiment: &Experiment) -> bool {
    matches!(experiment.environment, Environment::Synthetic(_))
}
