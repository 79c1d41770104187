//! The lessons' own workers, and what they fetch: outside the page's state.

use super::effects::play_beside;
use crate::bring::Brought;
use crate::browser::{asset, fetch_text};
use crate::learn::{LearnAction, LearnEffect};
use crate::room::opens;
use crate::state::Action;
use crate::words::Language;
use llm_selection::browser::chosen::Chosen;
use llm_selection::browser::pool::{Event, Pool};
use llm_selection::browser::trainer::Trainer;
use llm_selection::error::{Error, ErrorKind, Result};
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// The workers, from the first experiment on.
pub struct Classroom {
    pool: Option<Pool>,
    /// The one that trains, by its number.
    trainer: Rc<RefCell<Option<Trainer>>>,
    /// Number of the training that is wanted: what is fetched for one before it comes too late.
    wanted: Rc<RefCell<Option<u32>>>,
    events: Callback<Event>,
    dispatch: Callback<Action>,
}

impl Classroom {
    /// Nobody is there yet.
    pub fn new(dispatch: Callback<Action>) -> Classroom {
        let events = dispatch.reform(|event| Action::Learn(LearnAction::Pool(event)));
        Classroom { pool: None, trainer: Rc::default(), wanted: Rc::default(), events, dispatch }
    }

    /// Does what the room's state asks for.
    pub fn follow(&mut self, effect: LearnEffect) {
        let dispatch = self.dispatch.clone();
        let tell = self.dispatch.reform(Action::Learn);
        match effect {
            LearnEffect::FetchIndex(language) => spawn_local(async move {
                let name = match language {
                    Language::English => "lessons".to_owned(),
                    other => format!("lessons-{}", other.tag()),
                };
                let address = asset(&name).ok_or_else(away);
                let index = match address {
                    Ok(address) => fetched(&address).await,
                    Err(error) => Err(error),
                };
                tell.emit(LearnAction::Index(language, index.map(Rc::new)));
            }),
            LearnEffect::FetchLesson(address) => spawn_local(async move {
                let lesson = fetched(&address).await.map(Rc::new);
                tell.emit(LearnAction::Lesson(address, lesson));
            }),
            LearnEffect::Play(experiment) => play_beside(&mut self.pool, &self.events, &experiment, None),
            LearnEffect::Inspect(wanted) => self.pool.iter().for_each(|pool| pool.inspect(wanted)),
            LearnEffect::Train { number, experiment, name, address } => {
                *self.wanted.borrow_mut() = Some(number);
                let (wanted, place) = (self.wanted.clone(), self.trainer.clone());
                spawn_local(async move {
                    let heard = move |reply| tell.emit(LearnAction::Heard(number, reply));
                    let file = file(&name, &address).await;
                    if *wanted.borrow() != Some(number) {
                        return;
                    }
                    let trainer =
                        file.and_then(|file| Trainer::start(&experiment, vec![file], Vec::new(), heard.clone()));
                    match trainer {
                        Ok(trainer) => *place.borrow_mut() = Some(trainer),
                        Err(error) => heard(Err(error)),
                    }
                });
            }
            LearnEffect::Stop => {
                self.pool.iter().for_each(Pool::reset);
                (*self.wanted.borrow_mut(), *self.trainer.borrow_mut()) = (None, None);
            }
            LearnEffect::Take { fragment, name, address } => spawn_local(async move {
                let brought = file(&name, &address).await.map(|file| Brought::files(vec![file]));
                opens(&fragment);
                // The way back leads to the lesson.
                if let Some(window) = web_sys::window() {
                    let _ = window.location().set_hash("query-aware");
                }
                dispatch.emit(Action::OpenLink(fragment));
                match brought {
                    Ok(brought) => dispatch.emit(Action::Files(brought)),
                    Err(error) => dispatch.emit(Action::Dropped(Err(error))),
                }
            }),
        }
    }
}

fn away() -> Error {
    Error::new(ErrorKind::Io, "the lessons' files: see whether you are online, and try again")
}

/// What the build has written at this address.
async fn fetched<T: DeserializeOwned>(address: &str) -> Result<T> {
    let text = fetch_text(address).await.map_err(|_| away())?;
    serde_json::from_str(&text).map_err(|error| Error::new(ErrorKind::Malformed, "a lesson").found(error))
}

/// The file at this address, under its name in experiments.
async fn file(name: &str, address: &str) -> Result<Chosen> {
    let text = fetch_text(address).await.map_err(|_| away())?;
    let bytes = web_sys::Blob::new_with_str_sequence(&js_sys::Array::of1(&text.into())).ok();
    bytes.and_then(|bytes| Chosen::of_blob(name, &bytes)).ok_or_else(away)
}
