//! What the state asks for beyond a run on built-in data.

use super::App;
use super::living::Living;
use crate::bring::Brought;
use crate::components::download::save;
use crate::dropped::sort;
use crate::fetch::{Fetched, fetch};
use crate::inquiry::InquiryAction;
use crate::query_aware::QueryAwareAction;
use crate::room::Room;
use crate::state::{Action, Effect};
use llm_selection::browser::pool::{Event as PoolEvent, Pool, Speed};
use llm_selection::browser::remote::Remote;
use llm_selection::browser::trainer::Trainer;
use llm_selection::experiment::Experiment;
use std::rc::Rc;
use yew::prelude::*;

impl App {
    /// Does what the state asks for, whatever it is.
    pub fn follow_any(&mut self, effect: Effect) {
        let Some(pool) = &self.pool else { return };
        match effect {
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
                if let Some(Err(error)) = self.trained.as_mut().map(|trained| trained.send(&question)) {
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
            // Done by the first module.
            Effect::CommitLater | Effect::Pause | Effect::Resume | Effect::Reset | Effect::Speed(_) => {}
        }
    }

    /// In the room *Live* there is its worker.
    pub fn attend_any(&mut self) {
        if self.living.is_none() && self.state.as_ref().is_ok_and(|state| state.room == Room::Live) {
            self.living = Some(Living::new(self.dispatch.clone()));
        }
    }
}

/// Plays an experiment in workers of its own, so that the page's run is kept as it is.
pub(super) fn play_beside(
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
