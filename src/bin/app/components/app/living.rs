//! The worker of the room *Live*, and the keys: both stay outside the page's state.

use super::REST;
use crate::browser::{recall_in_tab, remember_in_tab};
use crate::components::download::save;
use crate::live::{LiveAction, LiveEffect};
use crate::state::Action;
use gloo_timers::callback::Timeout;
use llm_selection::browser::chosen::Chosen;
use llm_selection::browser::live::Live;
use llm_selection::error::Error;
use llm_selection::live::key::{Key, Keys};
use llm_selection::live::wire::ToLive;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use yew::Callback;

/// Name under which the tab keeps keys, where the person wants it to.
const KEYS: &str = "live-keys";

/// The worker, the keys, and what watches the network.
pub struct Living {
    live: Option<Live>,
    keys: Rc<RefCell<Keys>>,
    /// Whether the tab keeps the keys.
    keep: bool,
    rest: Option<Timeout>,
    dispatch: Callback<LiveAction>,
    _network: [Closure<dyn Fn()>; 2],
    _focus: Closure<dyn Fn()>,
}

impl Living {
    /// Starts the worker. Keys that the tab has kept are there again.
    pub fn new(dispatch: Callback<Action>) -> Living {
        let dispatch: Callback<LiveAction> = dispatch.reform(Action::Live);
        let kept = recall_in_tab(KEYS).and_then(|text| serde_json::from_str::<BTreeMap<String, String>>(&text).ok());
        let keep = kept.is_some();
        let mut keys = Keys::default();
        for (origin, key) in kept.unwrap_or_default() {
            keys.set(&origin, Key::new(&key));
        }
        if keep {
            dispatch.emit(LiveAction::Recalled(keys.all().map(|(origin, _)| origin.to_owned()).collect()));
        }
        let keys = Rc::new(RefCell::new(keys));
        let heard = dispatch.clone();
        let live = Live::start(keys.clone(), move |said, files| {
            heard.emit(LiveAction::Heard(Rc::new(said), Rc::new(files)));
        });
        let network = [("online", false), ("offline", true)].map(|(event, offline)| {
            let dispatch = dispatch.clone();
            let changed = Closure::<dyn Fn()>::new(move || dispatch.emit(LiveAction::Offline(offline)));
            if let Some(window) = web_sys::window() {
                let _ = window.add_event_listener_with_callback(event, changed.as_ref().unchecked_ref());
            }
            changed
        });
        let live = live.map_err(|error| dispatch.emit(LiveAction::Heard(Rc::new(Err(error)), Rc::default()))).ok();
        // Another tab may have closed a run meanwhile, or begun one.
        let look = dispatch.clone();
        let focus = Closure::<dyn Fn()>::new(move || look.emit(LiveAction::Enter));
        if let Some(window) = web_sys::window() {
            let _ = window.add_event_listener_with_callback("focus", focus.as_ref().unchecked_ref());
        }
        let mut living = Living { live, keys, keep, rest: None, dispatch, _network: network, _focus: focus };
        if web_sys::window().is_some_and(|window| !window.navigator().on_line()) {
            living.send(&ToLive::Offline(true), &[]);
        }
        living
    }

    /// Does what the room's state asks for.
    pub fn follow(&mut self, effect: LiveEffect) {
        match effect {
            LiveEffect::Later => {
                let dispatch = self.dispatch.clone();
                self.rest = Some(Timeout::new(REST, move || dispatch.emit(LiveAction::Rested)));
            }
            LiveEffect::Send(message) => self.send(&message, &[]),
            LiveEffect::Questions(files) => {
                let names = files.iter().map(|file| file.path.clone()).collect();
                self.send(&ToLive::Questions(names), &files);
            }
            LiveEffect::Key(origin, key) => {
                self.keys.borrow_mut().set(&origin, key);
                self.keep_keys();
            }
            LiveEffect::ForgetKeys => {
                self.keys.borrow_mut().forget();
                self.keep = false;
                self.keep_keys();
            }
            LiveEffect::KeepKeys(keep) => {
                self.keep = keep;
                self.keep_keys();
            }
            LiveEffect::List(endpoint) => {
                let (dispatch, of) = (self.dispatch.clone(), endpoint.clone());
                if let Some(live) = &self.live {
                    live.list(&endpoint, move |list| dispatch.emit(LiveAction::Fetched(of, list)));
                }
            }
            LiveEffect::Save(files) => {
                for (name, file) in files.iter() {
                    if let Err(error) = save(name, file) {
                        web_sys::console::error_1(&error);
                    }
                }
            }
            // The page's state does it.
            LiveEffect::Play(_) => {}
        }
    }

    fn send(&mut self, message: &ToLive, files: &[Chosen]) {
        let sent: Result<(), Error> = self.live.iter().try_for_each(|live| live.send(message, files));
        if let Err(error) = sent {
            self.dispatch.emit(LiveAction::Heard(Rc::new(Err(error)), Rc::default()));
        }
    }

    /// Writes the keys where the tab keeps them, or takes them away from there.
    fn keep_keys(&self) {
        let keys = self.keys.borrow();
        let all: BTreeMap<&str, &str> = keys.all().map(|(origin, key)| (origin, key.reveal())).collect();
        let text = serde_json::to_string(&all).ok().filter(|_| self.keep);
        remember_in_tab(KEYS, text.as_deref());
    }
}
