//! What of the state is kept, and how what was kept comes back.

use super::{Effect, Import, Phase, State, View};
use crate::bring::Brought;
use crate::form::Form;
use crate::format::count;
use crate::room::Room;
use crate::words::{Note, plural, say, told};
use crate::world::{Files, Source, World};
use llm_selection::browser::chosen::Chosen;
use llm_selection::data::{FileIdentity, ImportOptions, presets, stem};
use llm_selection::error::Error;
use llm_selection::workspace::KeptTraining;
use std::rc::Rc;
use yew::AttrValue;

/// Something kept, to be put into the page.
#[derive(Clone)]
pub struct Opened {
    pub form: Form,
    pub files: Vec<Chosen>,
    /// How the files are read.
    pub options: ImportOptions,
    /// The finished run.
    pub played: Option<Rc<[u8]>>,
    /// What the room *Query-aware* had trained.
    pub trained: Option<KeptTraining>,
}

/// How far the return of something kept is.
#[derive(Clone, Default)]
pub enum Restoring {
    #[default]
    Nothing,
    /// Its files are being read.
    Reading(Box<Opened>),
    /// Its files could not be read, or the person did not wait: the page is as it was.
    Failed,
}

impl Restoring {
    pub fn fail(&mut self) {
        if matches!(self, Restoring::Reading(_)) {
            *self = Restoring::Failed;
        }
    }

    pub fn take(&mut self) -> Option<Opened> {
        match std::mem::take(self) {
            Restoring::Reading(opened) => Some(*opened),
            other => {
                *self = other;
                None
            }
        }
    }
}

/// What is worth keeping.
pub struct Present {
    pub form: Rc<Form>,
    pub files: Vec<Chosen>,
    /// Names and hashes of the files, in their order.
    pub identities: Vec<FileIdentity>,
    pub options: ImportOptions,
    /// Digest and rounds of the result, once the experiment is played to the end.
    pub finished: Option<(String, u32)>,
    /// What the room *Query-aware* has trained.
    pub trained: Option<KeptTraining>,
}

impl State {
    /// A name for what is on the page: its title, else its data.
    pub fn proposed_name(&self) -> String {
        let title = self.form.rest.title.trim();
        let name: AttrValue = match &self.form.source {
            _ if !title.is_empty() => title.to_owned().into(),
            Source::Illustration => say!("Nine chat models"),
            Source::Models(_) => {
                let number = self.world.models.len() as u64;
                plural!(number, "{n}\u{a0}model", "{n}\u{a0}models", n = count(number))
            }
            Source::Preset(id) => {
                let info = presets::presets().iter().find(|info| info.id == id);
                told(info.map_or(id.as_str(), |info| info.title).to_owned())
            }
            Source::Files => {
                let files = self.files.as_ref().map(|files| files.data.facts().files.as_slice()).unwrap_or_default();
                let first = files.first().map_or_else(|| say!("Files"), |file| stem(&file.name).to_owned().into());
                match (files.len() as u64).saturating_sub(1) {
                    0 => first,
                    more => plural!(
                        more,
                        "{first} and {n}\u{a0}more file",
                        "{first} and {n}\u{a0}more files",
                        first = first,
                        n = count(more)
                    ),
                }
            }
        };
        name.chars().take(100).collect()
    }

    /// What is worth keeping.
    pub fn present(&self) -> Present {
        let identities = self.files.as_ref().map(|files| files.data.facts().files.clone()).unwrap_or_default();
        // While the form cannot be played, it is the result of what was played last: it comes back when that does.
        let finished = self.snapshot.as_ref().filter(|_| self.phase == Phase::Done && self.fresh);
        let finished = finished.filter(|snapshot| !snapshot.result.digest.is_empty());
        Present {
            form: self.form.clone(),
            files: self.loaded.files.clone(),
            identities,
            options: self.files.as_ref().map(|files| files.options.clone()).unwrap_or_default(),
            finished: finished.map(|snapshot| (snapshot.result.digest.clone(), snapshot.rounds)),
            trained: self.query_aware.kept(),
        }
    }

    /// Whether a finished run is here that policies have to learn for before it is shown.
    pub fn is_putting_back(&self) -> bool {
        self.played.is_some() && self.learning.is_some()
    }

    /// The files that were read last are those of the data that is loaded.
    pub fn keep_files(&mut self) {
        self.loaded.clone_from(&self.read);
    }

    /// Begins to put something kept into the page; what is there stays until its files are read.
    pub fn restore(&mut self, opened: Opened) -> Vec<Effect> {
        if opened.files.is_empty() {
            self.audit = None;
            return self.restored(opened, None);
        }
        let effects = self.import(Brought::files(opened.files.clone()), opened.options.clone());
        self.restoring = Restoring::Reading(Box::new(opened));
        effects
    }

    /// Puts something kept into the page, with its files read.
    pub(super) fn restored(&mut self, opened: Opened, files: Option<Files>) -> Vec<Effect> {
        let Opened { mut form, files: loaded, played, trained, .. } = opened;
        let mut said: Vec<Note> = Vec::new();
        if form.source == Source::Files && files.is_none() {
            form.source = Source::Illustration;
            said.push(Box::new(|| say!("Your files were not kept in this browser: please load them again.")));
        }
        let world = match World::new(&form.source, files.as_ref()) {
            Ok(world) => world,
            Err(error) => return self.not_opened(error),
        };
        if !said.is_empty() {
            said.extend(form.fit_models(&world));
        }
        self.say(said);
        (self.import, self.files, self.loaded, self.played) = (Import::Idle, files, Brought::files(loaded), played);
        (self.form, self.world, self.cursor) = (Rc::new(form), Rc::new(world), None);
        (self.view, self.phase, self.failure) = (View::Run, Phase::Done, None);
        (self.ready, self.snapshot) = (None, None);
        let mut effects = self.query_aware.reopen(trained);
        let started = self.commit();
        if self.problem.is_some() {
            // Nothing of it can be played before the person has mended it.
            self.phase = Phase::Ready;
            effects.push(Effect::Reset);
        } else {
            effects.extend(started);
        }
        effects
    }

    /// Trains again what was trained before the page went, once the room is open and the same files are here.
    pub(super) fn recall(&mut self) -> Vec<Effect> {
        match (self.room, &self.files) {
            (Room::QueryAware, Some(files)) => {
                self.query_aware.train_again(&files.data.facts().files, &self.loaded.files)
            }
            _ => Vec::new(),
        }
    }

    fn not_opened(&mut self, error: Error) -> Vec<Effect> {
        (self.import, self.restoring) = (Import::Idle, Restoring::Failed);
        self.failure = Some(Rc::new(error));
        Vec::new()
    }
}
