//! The reducer: every action that is not of the first run alone.

use super::{Action, Cleaning, Effect, Import, State, View, lesson};
use crate::action::first;
use crate::bring::Brought;
use crate::form::Rest;
use crate::live::{LiveAction, LiveEffect};
use crate::opening::Opening;
use crate::query_aware::{self, QueryAwareAction};
use crate::room::Room;
use crate::studies::StudyAction;
use crate::world::Source;
use llm_selection::browser::chosen::Chosen;
use llm_selection::browser::pool::Event;
use llm_selection::study::{Study, World as StudyWorld};
use std::rc::Rc;

impl State {
    pub(super) fn react(&mut self, action: Action) -> Vec<Effect> {
        match action {
            action @ first!() => return self.react_first(action),
            Action::Reward(reward) => {
                let form = self.form_mut();
                form.reward = reward;
                form.rest.forget_reward();
            }
            Action::Usual => self.form_mut().rest = Rest::default(),
            Action::Unconstrained(on) => {
                let form = self.form_mut();
                (form.unconstrained, form.set.unconstrained) = (on, on);
            }
            Action::Source(source) => return self.change_source(source),
            Action::Model(name, on) => {
                let world = self.world.clone();
                let form = self.form_mut();
                if on {
                    form.off.remove(&name)
                } else {
                    form.off.insert(name)
                };
                let said = form.fit_models(&world);
                self.say(said);
            }
            Action::AddPolicy(kind, model) => self.form_mut().add(kind, &model),
            Action::DuplicatePolicy(id) => self.form_mut().duplicate(id),
            Action::RemovePolicy(id) => self.form_mut().policies.retain(|policy| policy.id != id),
            Action::SwitchPolicy(id, on) => self.form_mut().policy_mut(id).into_iter().for_each(|it| it.on = on),
            Action::FallingEpsilon(id, on) => {
                self.form_mut().policy_mut(id).into_iter().for_each(|it| it.schedule = on)
            }
            Action::Solver(id, solver) => self.form_mut().policy_mut(id).into_iter().for_each(|it| it.solver = solver),
            Action::CostAware(id, on) => self.form_mut().policy_mut(id).into_iter().for_each(|it| it.cost_aware = on),
            Action::Memory(id, memory) => self.form_mut().policy_mut(id).into_iter().for_each(|it| it.memory = memory),
            Action::ChangeWorld(edit) => {
                let world = self.world.clone();
                self.form_mut().change_world(edit, &world);
            }
            Action::Queries(edit) => {
                let world = self.world.clone();
                self.form_mut().queries.edit(edit, &world);
            }
            Action::FixedModel(id, name, on) => {
                if let Some(policy) = self.form_mut().policy_mut(id) {
                    policy.models.retain(|other| *other != name);
                    policy.chosen = true;
                    if on {
                        policy.models.push(name.clone());
                    }
                }
            }
            Action::Seed(seed) => self.form_mut().seed = seed.to_string(),
            Action::Step => return self.step(),
            Action::Learning(learning) => return self.hear_learning(learning),
            Action::OpenLink(fragment) => return self.open_link(&fragment),
            Action::Dropped(Ok(brought)) => return vec![Effect::Sort(brought)],
            Action::Dropped(Err(error)) => return self.not_brought(error),
            Action::NotPasted(error) => {
                // Files that are being read are worth more than a paste that went astray.
                if !matches!(self.import, Import::Reading { .. }) {
                    self.import = Import::Failed(error);
                }
                return Vec::new();
            }
            Action::Clean => return self.clean(),
            Action::CancelClean => {
                self.cleaning = Cleaning::Idle;
                return vec![Effect::CancelClean];
            }
            Action::Paper(paper) => {
                self.paper = paper;
                return Vec::new();
            }
            Action::OpenFile(name, text) => return self.open_file(&name, text),
            Action::ForgetLink => return self.forget_link(),
            Action::ShowPanels => {
                self.panels = Rc::default();
                return Vec::new();
            }
            Action::Files(files) => return self.read_files(files),
            Action::Mapping(action) => return self.map(action),
            Action::Open(opened) => return self.restore(*opened),
            Action::FilesAdvanced(progress) => {
                self.import.advance(progress);
                return Vec::new();
            }
            Action::Fetch(addresses) => return self.fetch(addresses),
            Action::CancelImport => return self.cancel_import(),
            Action::LeaveOut => return self.leave_out(),
            Action::Rows(line) => return self.show_rows(line),
            Action::Dismiss => {
                (self.notice, self.failure) = (None, None);
                if matches!(self.opening, Opening::Failed(..)) {
                    self.opening = Opening::Nothing;
                }
                if matches!(self.import, Import::Failed(_)) {
                    self.import = Import::Idle;
                }
                return Vec::new();
            }
            Action::Inspect(action) => {
                let snapshot = self.snapshot.as_ref().filter(|_| self.fresh);
                let effects = self.inspector.reduce(action, snapshot.map(|snapshot| &*snapshot.0));
                self.inspector.remember();
                return effects;
            }
            Action::View(view) => {
                self.view = view;
                if view == View::Studies && self.studies.study.is_none() {
                    return self.study(StudyAction::Start(Study::Paper(StudyWorld::ChatPrices)));
                }
                return Vec::new();
            }
            Action::Sweep(action) => {
                let mut effects = if self.pending { self.commit() } else { Vec::new() };
                let data = self.data();
                effects.extend(self.sweep.reduce(action, self.ready.as_ref(), self.problem.as_ref(), data));
                return effects;
            }
            Action::Pool(event) => return self.hear_of_files(event),
            // What waited for it is done before anything else reacts; sharing shows by itself.
            Action::Looked | Action::Share => return Vec::new(),
            Action::Study(StudyAction::Open(place)) => return self.open_part(place),
            Action::Study(action) => return self.study(action),
            Action::Room(room) => {
                self.room = room;
                room.enter();
                return match room {
                    Room::Live => self.live(LiveAction::Enter),
                    Room::Learn => lesson(self.learn.enter()),
                    Room::Playground | Room::QueryAware => Vec::new(),
                };
            }
            Action::Learn(action) => return lesson(self.learn.reduce(action)),
            Action::Live(action) => return self.live(action),
            Action::QueryAware(action) => {
                let mut effects = match action {
                    QueryAwareAction::Train if self.pending => self.commit(),
                    _ => Vec::new(),
                };
                let files = if self.form.source == Source::Files { self.loaded.files.clone() } else { Vec::new() };
                let present = query_aware::Present { ready: self.ready.as_ref(), wrong: self.problem.as_ref(), files };
                effects.extend(self.query_aware.reduce(action, present));
                return effects;
            }
        }
        self.commit()
    }

    pub(super) fn live(&mut self, action: LiveAction) -> Vec<Effect> {
        let mut effects = Vec::new();
        for effect in self.live.reduce(action) {
            match effect {
                LiveEffect::Play(files) => effects.extend(self.play_live(files)),
                effect => effects.push(Effect::Live(effect)),
            }
        }
        effects
    }

    /// Reads the result files of a live run in place of the files that are loaded, and goes to the Playground.
    pub(super) fn play_live(&mut self, files: Vec<Chosen>) -> Vec<Effect> {
        // A link that waits for other files would refuse these.
        let mut effects = if self.wanted().is_some() { self.forget_link() } else { Vec::new() };
        effects.extend(self.read_files(Brought::files(files)));
        self.of_live = self.live.run.as_ref().map(|run| run.setup.task.clone());
        (self.room, self.view) = (Room::Playground, View::Run);
        Room::Playground.enter();
        effects.push(Effect::Leave);
        effects
    }
}
