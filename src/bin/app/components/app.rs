//! The page as a whole: holds the state and the pool, and hands each panel what it shows.

use super::data::{DataPanel, failed, reading};
use super::download::save;
use super::export::Export;
use super::field::comma_as_point;
use super::figure::Figure;
use super::header::Header;
use super::help::{Help, welcome};
use super::inspector::Inspector;
use super::learn::{self, ShareLesson};
use super::legend::{Legend, labels};
use super::live;
use super::mapping::MappingDialog;
use super::message::{Message, Tone, advice, explained, field_name};
use super::opening::{asked, hidden, kept, promised, refusal, titled};
use super::policies::PoliciesPanel;
use super::query_aware;
use super::results::Results;
use super::run::{Controls, Keys, RunPanel};
use super::share::Share;
use super::status::Status;
use super::studies::StudiesView;
use super::sweep::sweep_view;
use super::task::TaskPanel;
use super::views::{Views, tab_id};
use super::workspace::{Said, Wish, Workspace, trouble};
use crate::bring::{Brought, Held, listed};
use crate::browser::{arrived, embedded, fragment, named, recall, remember, unframed};
use crate::dropped::sort;
use crate::fetch::{Fetched, Fetching, fetch};
use crate::form::Field;
use crate::format::Unit;
use crate::inquiry::InquiryAction;
use crate::inspector::InspectorAction;
use crate::keeper::{Keeper, Reply, opened, result_of};
use crate::query_aware::QueryAwareAction;
use crate::room::{Room, opened_last, opens};
use crate::state::{Action, Effect, Import, Opened, Phase, State, View};
use crate::studies::StudyAction;
use crate::sweep::SweepAction;
use classroom::Classroom;
use gloo_timers::callback::Timeout;
use living::Living;
use llm_selection::browser::chosen::Chosen;
use llm_selection::browser::pool::{Event as PoolEvent, Pool, Speed};
use llm_selection::browser::remote::Remote;
use llm_selection::browser::trainer::Trainer;
use llm_selection::error::Error;
use llm_selection::experiment::Experiment;
use llm_selection::figure::FigureKind;
use llm_selection::link::Link;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use yew::prelude::*;

mod classroom;
mod keeping;
mod living;

/// Name under which the switch of the keyboard shortcuts is remembered.
const SHORTCUTS: &str = "shortcuts";
/// Name under which it is remembered that the tour was taken, or not wanted.
const TOUR: &str = "tour";
/// Milliseconds of rest after which typed text is looked at.
const REST: u32 = 350;

/// What reaches the page.
pub enum Happening {
    Do(Action),
    /// Files are held above the page: how many, or none any more.
    Above(Option<u32>),
    /// Files were let go, or pasted.
    Held(Held),
    /// Files were let go where token embeddings belong.
    Table(Vec<Chosen>),
    Shortcuts(bool),
    Key(KeyboardEvent),
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
    /// Files that are being fetched, and those of token embeddings.
    fetching: Option<Fetching>,
    fetching_table: Option<Fetching>,
    above: Option<u32>,
    shortcuts: bool,
    /// Stop of the tour.
    tour: Option<usize>,
    /// Whether the tour is offered: somebody is here for the first time, and by no link.
    welcome: bool,
    go: Callback<Option<usize>>,
    /// Shown in a frame of another page: the results alone.
    embedded: bool,
    rest: Option<Timeout>,
    keeper: Keeper,
    wish: Callback<Wish>,
    /// Whether the dialog *Workspace* is open, and what it says.
    workspace: (bool, Option<Rc<Said>>),
    /// The message that was last brought into view.
    shown_problem: Option<Rc<Error>>,
    _keys: Closure<dyn FnMut(KeyboardEvent)>,
    _commas: Closure<dyn FnMut(InputEvent)>,
    _pastes: Closure<dyn FnMut(web_sys::ClipboardEvent)>,
    _fragments: Closure<dyn FnMut(web_sys::HashChangeEvent)>,
}

impl Component for App {
    type Message = Happening;
    type Properties = ();

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
        let links = link.batch_callback(|(from, to): (String, String)| {
            let action = match Room::named(&to) {
                Some(room) => Some(Action::Room(room)),
                // Back from a room to a link: what it brought is here, and may have been worked on since.
                None if Link::is_meant(&to) && Room::named(&from).is_some() && opened_last(&to) => {
                    Link::decode(&to).ok().map(|link| Action::Room(Room::of(&link.page.room)))
                }
                None if Link::is_meant(&to) => {
                    opens(&to);
                    Some(Action::OpenLink(to))
                }
                // Other fragments are places on the page.
                None => None,
            };
            action.map(Happening::Do)
        });
        let fragments = Closure::<dyn FnMut(_)>::new(move |event: web_sys::HashChangeEvent| {
            let old = event.old_url();
            let from = old.split_once('#').map_or(String::new(), |(_, fragment)| format!("#{fragment}"));
            links.emit((from, fragment()));
        });
        if let Some(window) = web_sys::window() {
            let _ = window.add_event_listener_with_callback("hashchange", fragments.as_ref().unchecked_ref());
        }
        let files = named("data");
        let table = named("embeddings").into_iter().next();
        let events = link.callback(|event| Happening::Do(Action::Pool(event)));
        let opened = Pool::new(move |event| events.emit(event)).and_then(|pool| {
            let (mut state, mut effects) = State::opening()?;
            if Link::is_meant(&fragment()) {
                opens(&fragment());
                // One that cannot be opened leaves the built-in experiment.
                let linked = state.reduce(Action::OpenLink(fragment()));
                effects = if linked.is_empty() { effects } else { linked };
            }
            if !files.is_empty() {
                effects.extend(state.reduce(Action::Fetch(files.clone())));
            }
            // Of what the tab keeps it is no part: it is fetched at every visit.
            let table = table.map(|folder| state.reduce(Action::QueryAware(QueryAwareAction::Fetch(folder))));
            let mut apart = table.unwrap_or_default();
            if state.room == Room::Learn {
                apart.extend(state.reduce(Action::Room(Room::Learn)));
            }
            Ok((pool, state, effects, apart))
        });
        let (state, pool, effects, apart) = match opened {
            Ok((pool, state, effects, apart)) => (Ok(state), Some(pool), effects, apart),
            Err(error) => (Err(error), None, Vec::new(), Vec::new()),
        };
        let form = state.as_ref().map_or_else(|_| Rc::default(), |state: &State| state.form.clone());
        let (kept, due) = (link.callback(Happening::Kept), link.callback(|()| Happening::Keep));
        let linked = (Link::is_meant(&fragment()) || !files.is_empty()) && arrived();
        let (keeper, effects) = Keeper::new(kept, due, form, effects, linked);
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
            fetching: None,
            fetching_table: None,
            above: None,
            tour: None,
            welcome: recall(TOUR).is_none() && fragment().is_empty(),
            go: link.callback(Happening::Tour),
            embedded: embedded(),
            shortcuts: recall(SHORTCUTS).is_none_or(|choice| choice != "off"),
            rest: None,
            keeper,
            wish: link.callback(Happening::Wish),
            workspace: (false, None),
            shown_problem: None,
            _keys: keys,
            _commas: commas,
            _pastes: pastes,
            _fragments: fragments,
        };
        app.follow(effects);
        app.follow(apart);
        app.attend();
        app
    }

    fn update(&mut self, context: &Context<Self>, message: Happening) -> bool {
        match message {
            Happening::Do(action) => {
                let Ok(state) = &mut self.state else { return false };
                let effects = state.reduce(action);
                if !state.pending {
                    self.rest = None;
                }
                self.attend();
                self.follow(effects);
                self.touch();
            }
            Happening::Keep => {
                let before = self.keeper.trouble.clone();
                let Ok(state) = &mut self.state else { return false };
                let effects = self.keeper.keep(state, self.pool.as_ref());
                self.follow(effects);
                return self.keeper.trouble != before;
            }
            Happening::Kept(reply) => return self.kept(context, reply),
            Happening::Back(opened) => {
                self.keeper.arrived();
                let Ok(state) = &mut self.state else { return false };
                let effects = state.reduce(Action::Open(opened));
                self.attend();
                self.follow(effects);
                self.touch();
            }
            Happening::Wish(wish) => self.grant(wish),
            Happening::Above(above) if above == self.above => return false,
            Happening::Above(above) => self.above = above,
            Happening::Held(held) => {
                self.above = None;
                if !held.is_empty() {
                    context.link().send_future(async { Happening::Do(Action::Dropped(held.gather().await)) });
                }
            }
            Happening::Table(files) => {
                self.above = None;
                context.link().send_message(Happening::Do(Action::QueryAware(QueryAwareAction::Table(files))));
            }
            Happening::Shortcuts(on) => {
                remember(SHORTCUTS, if on { "on" } else { "off" });
                self.shortcuts = on;
            }
            Happening::Key(event) => return self.key(&event),
            Happening::Tour(stop) => {
                if self.welcome || stop.is_none() {
                    remember(TOUR, "seen");
                    self.welcome = false;
                }
                // It shows the Playground's own view.
                if let Ok(state) = &mut self.state
                    && stop.is_some()
                    && (state.room != Room::Playground || state.view != View::Run)
                {
                    let mut effects = state.reduce(Action::Room(Room::Playground));
                    effects.extend(state.reduce(Action::View(View::Run)));
                    effects.push(Effect::Leave);
                    self.follow(effects);
                }
                self.tour = stop;
            }
        }
        true
    }

    fn rendered(&mut self, _context: &Context<Self>, _first: bool) {
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
                    <><Header /><main class="main alone" id="main"><h1 class="vh">{"LLM Selection Playground"}</h1><Message tone={Tone::Bad} title="The page could not start">{explained(error)}</Message></main></>
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
            if at.is_some_and(|at| at.closest(query_aware::TABLE).is_ok_and(|table| table.is_some())) {
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
            <div data-busy={state.is_busy().then_some("")} class={classes!("app", self.embedded.then_some("embedded"), alone.then_some("alone"))} ondragover={over} ondragleave={leave} ondrop={drop}>
                if !bare {
                    if learns { {learn::skip()} } else { <a class="skip" href="#main">{"Skip to the results"}</a> }
                    <Header room={state.room}>
                        <Help stop={self.tour} go={self.go.clone()} />
                        if learns {
                            <ShareLesson lesson={state.learn.shown()} hidden={state.learn.place.hidden.clone()} />
                        } else {
                            <button type="button" class="btn small" onclick={self.wish.reform(|_: MouseEvent| Wish::Show)}>{"Workspace"}</button>
                            <Share room={state.room} experiment={state.ready.as_ref().map(|ready| ready.experiment.clone())} shape={state.shape()}
                                hidden={state.panels.clone()} dispatch={self.dispatch.clone()} />
                        }
                    </Header>
                }
                <div class="page">
                    {side.unwrap_or_default()}
                    {self.main(state, alone)}
                </div>
                if self.embedded {
                    <p class="foot"><a href={unframed()} target="_blank" rel="noopener">{"Open in the LLM Selection Playground"}</a></p>
                } else {
                    if !learns {
                        <div class="dock" role="region" aria-label="Run, always at hand">
                            {self.controls(state)}
                            if !alone { <a class="btn" href="#experiment">{"Set up"}</a> }
                        </div>
                    }
                    <footer class="foot">
                        <span>{if state.room == Room::Live && state.live.is_real() { "Everything runs in this tab. Prompts and keys go to the providers of your models, and nowhere else." } else { "Everything runs in this tab. Nothing is uploaded." }}</span>
                        <span>{"Engine "}{env!("CARGO_PKG_VERSION")}</span>
                        if learns { {learn::hidden(&state.learn)} } else { {hidden(state, &self.dispatch)} }
                    </footer>
                }
                <MappingDialog mapping={state.mapping.clone()} import={state.import.clone()} dispatch={self.dispatch.clone()} />
                if !self.embedded {
                    <Workspace open={self.workspace.0} listing={self.keeper.listing.clone()} said={self.workspace.1.clone()}
                        trouble={self.keeper.trouble.clone()} proposed={self.state.as_ref().map(State::proposed_name).unwrap_or_default()} wish={self.wish.clone()} />
                }
            </div>
        }
    }
}

/// Panel in which a wrong field is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Panel {
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
        let Some(pool) = &self.pool else { return };
        for effect in effects {
            match effect {
                Effect::CommitLater => {
                    let dispatch = self.dispatch.clone();
                    self.rest = Some(Timeout::new(REST, move || dispatch.emit(Action::Commit)));
                }
                Effect::Start { experiment, data, speed, step: true, .. } => {
                    pool.start_with_step(&experiment, data, speed);
                }
                Effect::Start { experiment, data, speed, played: None, .. } => pool.start(&experiment, data, speed),
                Effect::Start { experiment, data, speed, played: Some(played), .. } => {
                    pool.restore(&experiment, data, speed, played.to_vec());
                }
                Effect::Step => pool.step(),
                Effect::Inspect(wanted) => pool.inspect(wanted),
                Effect::SweepPlay { experiment, data } => {
                    play_beside(&mut self.sweep_pool, &self.sweep_events, &experiment, data);
                }
                Effect::SweepStop => self.sweep_pool = None,
                Effect::Pause => pool.pause(),
                Effect::Resume => pool.resume(),
                Effect::Reset => pool.reset(),
                Effect::Speed(speed) => pool.set_speed(speed),
                Effect::Import { files, options } => {
                    self.fetching = None;
                    pool.import(files, options);
                }
                Effect::Fetch(addresses) => {
                    let tell = self.dispatch.reform(|fetched| match fetched {
                        Fetched::Advanced(progress) => Action::FilesAdvanced(progress),
                        Fetched::Done(Ok(files)) => Action::Files(Brought::files(files)),
                        Fetched::Done(Err(error)) => Action::Dropped(Err(error)),
                    });
                    self.fetching = Some(fetch(addresses, "a file of results", tell));
                }
                Effect::FetchTable(addresses) => {
                    let tell = self.dispatch.reform(|fetched| Action::QueryAware(QueryAwareAction::Fetched(fetched)));
                    self.fetching_table = Some(fetch(addresses, "a file of token embeddings", tell));
                }
                Effect::StopFetchingTable => self.fetching_table = None,
                Effect::CancelImport => {
                    self.fetching = None;
                    pool.cancel_import();
                }
                Effect::Sort(brought) => {
                    wasm_bindgen_futures::spawn_local(sort(brought, self.dispatch.clone(), self.wish.clone()));
                }
                Effect::Clean { files, options } => pool.clean(files, options),
                Effect::CancelClean => pool.cancel_clean(),
                Effect::Save(name, file) => {
                    if let Err(error) = save(name, &file) {
                        web_sys::console::error_1(&error);
                    }
                }
                Effect::Excerpt { number, file, options, wanted } => pool.excerpt(number, file, options, wanted),
                Effect::PlayStudy { experiment, data } => {
                    play_beside(&mut self.study_pool, &self.study_events, &experiment, data);
                }
                Effect::Train { number, experiment, files, table } => {
                    let dispatch = self.dispatch.clone();
                    let heard = move |reply| {
                        dispatch.emit(Action::QueryAware(QueryAwareAction::Heard(number, reply)));
                    };
                    match Trainer::start(&experiment, files, table, heard.clone()) {
                        Ok(trainer) => self.training = Some(trainer),
                        Err(error) => heard(Err(error)),
                    }
                }
                Effect::StopTraining => self.training = None,
                Effect::KeepTrained => self.trained = self.training.take(),
                Effect::ForgetTrained => self.trained = None,
                Effect::Inquire(question) => {
                    let Some(trained) = &mut self.trained else { continue };
                    if let Err(error) = trained.send(&question) {
                        self.dispatch.emit(Action::QueryAware(QueryAwareAction::Inquire(InquiryAction::Failed(error))));
                    }
                }
                Effect::StopStudy => self.study_pool.iter().for_each(Pool::reset),
                Effect::Live(effect) => {
                    if let Some(living) = &mut self.living {
                        living.follow(effect);
                    }
                }
                Effect::Lesson(effect) => self.classroom.follow(effect),
                Effect::Leave => {
                    if let Some(window) = web_sys::window() {
                        // As by the navigation, so that the way back leads here.
                        let _ = window.location().set_hash("");
                    }
                }
                Effect::Learn(data, wanted) => {
                    let dispatch = self.dispatch.clone();
                    data.learn(&wanted, move |learning| dispatch.emit(Action::Learning(learning)));
                }
                Effect::StopLearning(data) => data.stop_learning(),
                Effect::Look(data, wanted) => {
                    let dispatch = self.dispatch.clone();
                    data.look(wanted, move || dispatch.emit(Action::Looked));
                }
            }
        }
    }

    /// In the room *Live* there is its worker.
    fn attend(&mut self) {
        if self.living.is_none() && self.state.as_ref().is_ok_and(|state| state.room == Room::Live) {
            self.living = Some(Living::new(self.dispatch.clone()));
        }
    }

    /// Space runs and pauses, S plays one round more, R resets, where nothing has the focus. S repeats while it is held.
    fn key(&mut self, event: &KeyboardEvent) -> bool {
        let free = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let free = free.is_some_and(|target| matches!(target.tag_name().as_str(), "BODY" | "HTML"));
        let elsewhere = self.state.as_ref().is_ok_and(|state| state.room != Room::Playground);
        if elsewhere || !self.shortcuts || !free || event.ctrl_key() || event.alt_key() || event.meta_key() {
            return false;
        }
        let stepping = self.state.as_ref().is_ok_and(|state| state.stepping);
        let action = match event.key().as_str() {
            "s" | "S" if !(event.repeat() && stepping) => Action::Step,
            _ if event.repeat() => return false,
            " " => Action::Toggle,
            "r" | "R" => Action::Reset,
            _ => return false,
        };
        event.prevent_default();
        self.dispatch.emit(action);
        false
    }

    fn controls(&self, state: &State) -> Html {
        if state.room == Room::QueryAware {
            return query_aware::controls(state, &self.dispatch);
        }
        if state.room == Room::Live {
            return live::controls(&state.live, &self.dispatch);
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
        let dispatch = || self.dispatch.clone();
        let wrong: Option<Field> = state.problem.as_ref().and_then(|error| state.form.field_of(error));
        let alert = |panel: Panel| match &state.problem {
            Some(error) if panel_of(error) == panel => html! {
                <div id="problem">
                    <Message tone={Tone::Bad} title={field_name(&state.form, error)}>
                        {explained(error)}{advice(&state.form, error)}{" The last valid experiment is kept."}
                    </Message>
                </div>
            },
            _ => Html::default(),
        };
        let range = state.ready.as_ref().and_then(|ready| ready.range);
        let prevent = Callback::from(|event: SubmitEvent| event.prevent_default());
        if state.room == Room::QueryAware {
            return Some(html! {
                <form class="side" id="experiment" aria-label="Query-aware experiment" onsubmit={prevent}>
                    {self.data_panel(state, wrong, alert(Panel::Data))}
                    {query_aware::setup(state, wrong, alert(Panel::QueryAware), &self.dispatch)}
                    <div class="runbar"><div class="controls">{self.controls(state)}</div></div>
                </form>
            });
        }
        if state.room == Room::Live {
            return Some(html! {
                <form class="side" id="experiment" aria-label="Live experiment" onsubmit={prevent}>
                    {live::side(&state.live, &state.form.policies, state.files_loaded(), &self.dispatch)}
                    <div class="runbar">
                        {live::ready(&state.live)}
                        <div class="controls">{self.controls(state)}</div>
                    </div>
                </form>
            });
        }
        Some(html! {
            <form class="side" id="experiment" aria-label="Experiment" onsubmit={prevent}>
                {kept(state, &self.dispatch)}
                if data { {self.data_panel(state, wrong, alert(Panel::Data))} }
                if shown("task") { <TaskPanel form={state.form.clone()} world={state.world.clone()} {range} {wrong} alert={alert(Panel::Task)} dispatch={dispatch()} /> }
                if shown("policies") { <PoliciesPanel form={state.form.clone()} world={state.world.clone()} {wrong} alert={alert(Panel::Policies)} dispatch={dispatch()} /> }
                if shown("run") { <RunPanel form={state.form.clone()} speed={state.speed} {wrong} alert={alert(Panel::Run)} dispatch={dispatch()} /> }
                <div class="runbar">
                    <div class="controls">{self.controls(state)}</div>
                    <Keys on={self.shortcuts} toggle={self.shortcuts_toggled.clone()} />
                </div>
            </form>
        })
    }

    fn data_panel(&self, state: &State, wrong: Option<Field>, alert: Html) -> Html {
        html! {
            <DataPanel form={state.form.clone()} world={state.world.clone()} audit={state.audit.clone()} rows={state.rows.clone()} import={state.import.clone()}
                can_map={state.can_map()} can_leave_out={state.faulty().is_some()} mapping_open={state.mapping.is_some()}
                above={self.above} {wrong} plays={state.room == Room::Playground} asked={asked(state, &self.dispatch)} {alert} dispatch={self.dispatch.clone()} />
        }
    }

    /// The results; `alone` where there is no form beside them.
    fn main(&self, state: &State, alone: bool) -> Html {
        if state.room == Room::QueryAware {
            return query_aware::main(state, self.keeper.trouble.as_ref(), &self.dispatch);
        }
        if state.room == Room::Live {
            return live::main(state, self.keeper.trouble.as_ref(), &self.dispatch);
        }
        if state.room == Room::Learn {
            return learn::room(&state.learn, state.paper, &self.dispatch);
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
                        {reading(&state.import, &self.dispatch)}
                        if let Import::Failed(error) = &state.import { {failed(error, false, false, &self.dispatch)} }
                    }
                    {controls}{refusal(state, &self.dispatch)}{self.run_view(state)}
                </main>
            };
        }
        html! {
            <main class="main" id="main" tabindex="-1">
                {heading}
                if state.form.rest.title.is_empty() {
                    <p class="lede">{"Which language models should answer a query, when each has a price and nobody knows beforehand how good it is? Here policies choose a set of models for each query, learn from what comes back, and are judged by reward and budget."}</p>
                } else {
                    {titled(state)}
                }
                if self.welcome && self.tour.is_none() { {welcome(&self.go)} }
                if let Some(error) = &self.keeper.trouble { {trouble(error)} }
                {refusal(state, &self.dispatch)}
                if let Some(error) = state.problem.as_ref().filter(|error| panel_of(error) == Panel::QueryAware) {
                    <Message tone={Tone::Bad} title={field_name(&state.form, error)} action={html! { <a class="btn small" href="#query-aware">{"To the input"}</a> }}>
                        {explained(error)}{" The last valid experiment is kept."}
                    </Message>
                }
                {controls}
                <Views view={state.view} dispatch={self.dispatch.clone()} />
                <div class="view" role="tabpanel" id="view" aria-labelledby={tab_id(state.view)}>
                    { match state.view {
                        View::Run => self.run_view(state),
                        View::Sweep => sweep_view(&state.sweep, &state.form, state.ready.as_ref(), &self.dispatch),
                        View::Studies => html! {
                            <StudiesView studies={state.studies.clone()} paper={state.paper} waiting={state.waiting} dispatch={self.dispatch.clone()} />
                        },
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
            html! { <button type="button" class="btn small" {onclick}>{"Close"}</button> }
        };
        let nobody = !state.form.policies.iter().any(|policy| policy.on);
        html! {
            <>
                <Status phase={state.phase} fresh={state.fresh} changed={state.changed} pending={state.pending} learning={state.learning} failed={state.failure.is_some()}
                    {rounds} awaited={state.awaited()} snapshot={state.snapshot.clone()} hidden={state.hidden.clone()} {range} {unit} />
                if let Some(error) = &state.failure {
                    <Message tone={Tone::Bad} title="The run could not go on" action={close.clone()}>{explained(error)}</Message>
                }
                if let Some(notice) = &state.notice {
                    <Message tone={Tone::Note} title="Changed to fit the data" action={close}>{notice.to_string()}</Message>
                }
                {promised(state)}
                if state.wanted().is_none() { {warnings(state)} }
                if let Some(snapshot) = &state.snapshot {
                    <div class="charts">
                        <Legend labels={labels(snapshot)} hidden={state.hidden.clone()} dispatch={self.dispatch.clone()} />
                        {self.figures(state)}
                    </div>
                    if !state.panels.iter().any(|hidden| hidden == "results") { <Results snapshot={snapshot.clone()} {unit}>{self.export(state)}</Results> }
                    if !state.panels.iter().any(|hidden| hidden == "inspector") {
                        <Inspector snapshot={snapshot.clone()} state={state.inspector.clone()} moving={state.phase == Phase::Running} {unit} dispatch={self.dispatch.clone()} />
                    }
                } else {
                    <div class="empty">
                        if state.wanted().is_some() {
                            <p>{"The link that was opened waits for its files, which the panel Data names."}</p>
                        } else if state.learning.is_some() {
                            <p>{"Policies read the query: what they know of it is learned before the first round."}</p>
                        } else if nobody {
                            <p>{"No policy is switched on."}</p><a class="btn" href="#policies">{"To the policies"}</a>
                        } else if state.phase == Phase::Ready {
                            <p>{"Nothing to draw yet: press Run."}</p>
                        } else {
                            <p>{"The first rounds are being played."}</p>
                        }
                    </div>
                }
            </>
        }
    }

    /// Everything that can leave the page, in one place.
    fn export(&self, state: &State) -> Html {
        let Some(snapshot) = &state.snapshot else { return Html::default() };
        html! {
            <Export snapshot={snapshot.clone()} dollars={state.drawn_in_dollars()} experiment={state.ready.as_ref().map(|ready| ready.experiment.clone())}
                paper={state.paper} data={state.form.source.is_data()} cleaning={state.cleaning.clone()} dispatch={self.dispatch.clone()} />
        }
    }

    fn figures(&self, state: &State) -> Html {
        let Some(snapshot) = &state.snapshot else { return Html::default() };
        let dollars = state.drawn_in_dollars();
        let shown = |kind: &FigureKind| !state.panels.iter().any(|hidden| hidden == kind.slug());
        let figures = FigureKind::of(&snapshot.result).filter(shown).map(|kind| {
            html! {
                <Figure key={kind.slug()} {kind} snapshot={snapshot.0.clone()} hidden={state.hidden.clone()} cursor={state.cursor}
                    on_cursor={self.cursor.clone()} on_open={self.open.clone()} {dollars} paper={state.paper} />
            }
        });
        html! { <div class="figs">{for figures}</div> }
    }
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

/// Plays an experiment in workers of its own, so that the page's run is kept as it is.
fn play_beside(
    pool: &mut Option<Pool>,
    events: &Callback<PoolEvent>,
    experiment: &Experiment,
    data: Option<Rc<Remote>>,
) {
    if pool.is_none() {
        let heard = events.clone();
        match Pool::new(move |event| heard.emit(event)) {
            Ok(new) => *pool = Some(new),
            Err(error) => events.emit(PoolEvent::Failed(error)),
        }
    }
    if let Some(pool) = pool {
        pool.start(experiment, data, Speed::Full);
    }
}

/// What to know about the experiment, in one message.
fn warnings(state: &State) -> Html {
    let warnings: Vec<&String> = state.ready.iter().flat_map(|ready| ready.warnings.iter()).collect();
    if warnings.is_empty() {
        return Html::default();
    }
    let items = warnings.into_iter().map(|warning| html! { <li>{warning}</li> });
    html! { <Message tone={Tone::Warn} title="Before you trust the numbers"><ul>{for items}</ul></Message> }
}
