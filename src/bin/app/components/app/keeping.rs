//! The page's part in keeping and opening: its address, answers of the worker that keeps the workspace, wishes of the
//! dialog.

use super::speaking::asked;
use super::{App, Happening, TOUR};
use crate::browser::{arrived, ask_to_persist, fragment, named, remember};
use crate::components::download::save;
use crate::components::workspace::{Said, Wish};
use crate::form::Form;
use crate::inspector::InspectorState;
use crate::keeper::{Keeper, Reply, opened, result_of};
use crate::learn::LearnState;
use crate::query_aware::QueryAwareAction;
use crate::room::{Room, opened_last, opens};
use crate::state::{Action, Effect, Opened, View};
use crate::words::{self, Language, say};
use gloo_timers::callback::Timeout;
use llm_selection::error::{Error, ErrorKind};
use llm_selection::link::Link;
use llm_selection::protocol::{FromStore, ToStore};
use llm_selection::workspace::Item;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::Blob;
use yew::prelude::*;

impl App {
    /// Begins to keep the tab's state. Where the page opens with all of its program, `effects` are what it would do, and
    /// what its address and its tab say comes first.
    pub fn open(&mut self, context: &Context<App>, effects: Option<Vec<Effect>>) {
        let link = context.link();
        self.foreign = asked().filter(|tag| Language::of(tag).is_none());
        let (kept, due) = (link.callback(Happening::Kept), link.callback(|()| Happening::Keep));
        let Ok(state) = &mut self.state else { return };
        if let Some(ready) = &state.ready {
            state.sweep.fit(ready);
        }
        let Some(mut effects) = effects else {
            let (keeper, _) = Keeper::new(kept, due, Rc::new(Form::opening()), Vec::new(), false);
            self.keeper = Some(keeper);
            state.inspector.recall();
            let snapshot = state.snapshot.clone().filter(|_| state.fresh);
            let effects = snapshot.map(|snapshot| state.follow_rounds(&snapshot)).unwrap_or_default();
            self.follow(effects);
            return self.touch();
        };
        let origin = LearnState::remembered_origin();
        if Link::is_meant(&fragment()) {
            opens(&fragment());
            // One that cannot be opened leaves the built-in experiment.
            let linked = state.reduce(Action::OpenLink(fragment()));
            effects = if linked.is_empty() { effects } else { linked };
        }
        let files = named("data");
        if !files.is_empty() {
            effects.extend(state.reduce(Action::Fetch(files.clone())));
        }
        // Of what the tab keeps it is no part: it is fetched at every visit.
        let table = named("embeddings").into_iter().next();
        let table = table.map(|folder| state.reduce(Action::QueryAware(QueryAwareAction::Fetch(folder))));
        let linked = (Link::is_meant(&fragment()) || !files.is_empty()) && arrived();
        let (keeper, effects) = Keeper::new(kept, due, state.form.clone(), effects, linked);
        self.keeper = Some(keeper);
        if !linked {
            // They come back with the tab's experiment.
            state.learn.set_origin(origin);
            state.inspector.recall();
        }
        let mut apart = table.unwrap_or_default();
        if state.room == Room::Learn {
            apart.extend(state.reduce(Action::Room(Room::Learn)));
        }
        self.follow(effects);
        self.follow(apart);
        self.attend();
    }

    /// What reaches the page for this part of its program. Returns whether it shows.
    pub fn hear(&mut self, context: &Context<App>, message: Happening) -> bool {
        match message {
            Happening::Keep => {
                let before = self.unkept().cloned();
                let (Ok(state), Some(keeper)) = (&mut self.state, &mut self.keeper) else { return false };
                let effects = keeper.keep(state, self.pool.as_ref());
                self.follow(effects);
                return self.unkept() != before.as_ref();
            }
            Happening::Kept(reply) => return self.kept(context, reply),
            Happening::Back(opened) => {
                self.keeper.iter_mut().for_each(Keeper::arrived);
                let Ok(state) = &mut self.state else { return false };
                let effects = state.reduce(Action::Open(opened));
                self.attend();
                self.follow(effects);
                self.touch();
            }
            Happening::Wish(wish) => self.grant(wish),
            Happening::Led(from, to) => {
                self.follow_language(context);
                match led(&from, &to) {
                    Some(action) => {
                        if matches!(action, Action::OpenLink(_)) && Link::decode(&to).is_ok() {
                            self.set_aside();
                        }
                        context.link().send_message(Happening::Do(action));
                    }
                    None => {
                        self.state.iter_mut().for_each(|state| state.learn.forget_unknown());
                        return true;
                    }
                }
                return self.foreign.is_some();
            }
            Happening::Speak(language) => {
                language.choose();
                Self::speak(context, language);
                return false;
            }
            Happening::Spoken => self.spoken(),
            Happening::Heard => {
                self.foreign = None;
                words::content();
            }
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
                if stop.is_none() && self.tour.is_some() {
                    back_to_help();
                }
                self.tour = stop;
            }
            Happening::Help => {
                Timeout::new(0, || open_help(20)).forget();
            }
            // They go without it.
            Happening::Do(_)
            | Happening::Begin
            | Happening::Above(_)
            | Happening::Shortcuts(_)
            | Happening::ShortcutList(_)
            | Happening::Key(_)
            | Happening::Later(_) => {}
        }
        true
    }

    /// A link takes the place of what is on the page: that stays in the workspace, unless a lesson has it anyway.
    fn set_aside(&mut self) {
        let (Ok(state), Some(keeper)) = (&mut self.state, &mut self.keeper) else { return };
        if state.learn.origin.is_none() {
            keeper.keep(state, self.pool.as_ref());
            state.learn.aside = keeper.leave();
        }
    }

    /// The worker has something to say. Returns whether it shows.
    fn kept(&mut self, context: &Context<App>, (reply, blobs): Reply) -> bool {
        self.keeper.iter_mut().for_each(|keeper| keeper.hear(&reply));
        match reply {
            FromStore::Claimed { item, .. } => self.recover(context, item, blobs),
            FromStore::Denied(_) => self.recover(context, None, blobs),
            FromStore::Kept(_) => {}
            FromStore::Opened(item) => match opened(&item, &blobs) {
                Ok(opened) => {
                    // What is on the page stays under the tab's present name.
                    if let (Ok(state), Some(keeper)) = (&mut self.state, &mut self.keeper) {
                        keeper.keep(state, self.pool.as_ref());
                        keeper.leave();
                        state.learn.set_origin(None);
                        InspectorState::forget();
                    }
                    self.workspace = (false, None);
                    bring(context, opened, Some(item), blobs);
                }
                Err(error) => self.say(Said::Failed(error)),
            },
            FromStore::Exported => {
                let saved = blobs.first().map(|file| save("workspace.zip", file));
                self.say(match saved {
                    Some(Ok(())) => Said::Done(say!("Exported as workspace.zip.")),
                    _ => Said::Failed(Error::new(ErrorKind::Io, "a browser that lets the page save files")),
                });
            }
            FromStore::Imported { added, already, refused } => self.say(Said::Imported(added, already, refused)),
            FromStore::NotKept { error, .. } if self.workspace.0 => self.say(Said::Failed(error)),
            FromStore::Failed(error) => self.say(Said::Failed(error)),
            FromStore::NotKept { .. } | FromStore::Listed(_) => {}
        }
        true
    }

    fn say(&mut self, said: Said) {
        self.workspace.1 = Some(Rc::new(said));
    }

    /// After a reload, what was kept comes back; where nothing was, the page opens as ever.
    fn recover(&mut self, context: &Context<App>, item: Option<Box<Item>>, blobs: Vec<Blob>) {
        let Some(keeper) = &mut self.keeper else { return };
        match keeper.recovered(item.as_deref(), &blobs) {
            Some(opened) => bring(context, opened, item, blobs),
            None => {
                let held = keeper.release();
                self.follow(held);
            }
        }
    }

    /// Does what the person asks for in the dialog.
    fn grant(&mut self, wish: Wish) {
        let (Ok(state), Some(keeper)) = (&mut self.state, &mut self.keeper) else { return };
        let pool = self.pool.as_ref();
        if !matches!(wish, Wish::Close) {
            self.workspace.1 = None;
            // What is listed and exported is what is on the page now.
            keeper.keep(state, pool);
        }
        match wish {
            Wish::Show => self.workspace.0 = true,
            Wish::Close => {
                self.workspace.0 = false;
                return;
            }
            Wish::Save(name) => {
                ask_to_persist();
                self.workspace.1 = Some(Rc::new(match keeper.save(name, state, pool) {
                    Ok(()) => Said::Done(say!("Saved.")),
                    Err(error) => Said::Failed(error),
                }));
            }
            Wish::Open(id) => return keeper.send(&ToStore::Open(id), Vec::new()),
            Wish::Rename(id, name) => return keeper.send(&ToStore::Rename { id, name }, Vec::new()),
            Wish::Delete(id) => return keeper.send(&ToStore::Delete(id), Vec::new()),
            Wish::DeleteAll => return keeper.send(&ToStore::DeleteAll, Vec::new()),
            Wish::Export => return keeper.send(&ToStore::Export, Vec::new()),
            Wish::Import(file) => return keeper.send(&ToStore::Import, vec![file.into()]),
        }
        keeper.send(&ToStore::List, Vec::new());
    }
}

/// Puts something kept into the page, once its result is read.
fn bring(context: &Context<App>, opened: Opened, item: Option<Box<Item>>, blobs: Vec<Blob>) {
    let link = context.link().clone();
    wasm_bindgen_futures::spawn_local(async move {
        let played = match &item {
            Some(item) => result_of(item, &blobs).await.map(Rc::from),
            None => None,
        };
        link.send_message(Happening::Back(Box::new(Opened { played, ..opened })));
    });
}

/// After the tour: the top of the page, with the focus where the tour can be had again.
fn back_to_help() {
    let Some(window) = web_sys::window() else { return };
    let button = window.document().and_then(|document| document.query_selector(".top .menu > button").ok().flatten());
    if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = button.focus();
    }
    window.scroll_to_with_x_and_y(0.0, 0.0);
}

/// Presses *Help* for a person who has pressed it too early.
fn open_help(tries: u32) {
    let button = web_sys::window().and_then(|window| {
        window.document()?.query_selector(".top .menu > button[aria-expanded=false]").ok().flatten()
    });
    match button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
        Some(button) => button.click(),
        // A busy page draws it a moment later.
        None if tries > 0 => {
            Timeout::new(50, move || open_help(tries - 1)).forget();
        }
        None => {}
    }
}

/// The action that a change of the fragment means, from one to another.
fn led(from: &str, to: &str) -> Option<Action> {
    match Room::named(to) {
        Some(room) => Some(Action::Room(room)),
        // Back from a room to a link: what it brought is here, and may have been worked on since.
        None if Link::is_meant(to) && Room::named(from).is_some() && opened_last(to) => Some(match Link::decode(to) {
            Ok(link) => Action::Room(Room::of(&link.page.room)),
            Err(_) => Action::OpenLink(to.to_owned()),
        }),
        None if Link::is_meant(to) => {
            opens(to);
            Some(Action::OpenLink(to.to_owned()))
        }
        // Other fragments are places on the page.
        None => None,
    }
}
