//! Experiments from outside: a link's, a file's. They are checked as anything typed is, and data as its hashes say.

use crate::form::Form;
use crate::room::Room;
use crate::state::{Effect, Import, Phase, Shared, State, View, check};
use crate::world::Files;
use llm_selection::browser::chosen::Chosen;
use llm_selection::data::{Audit, ImportOptions, find_files};
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::experiment::{Environment, Experiment, FileReference, Replay};
use llm_selection::link::{Link, Shape, complete};
use llm_selection::recognise::{self, Promise};
use std::rc::Rc;

/// What stands between the page and an experiment that was opened.
#[derive(Clone, Default)]
pub enum Opening {
    #[default]
    Nothing,
    /// It could not be opened: what it was, and why.
    Failed(Rc<str>, Rc<Error>),
    /// It plays on files that are not here.
    Wanted(Rc<Link>),
}

/// What is opened where that is a link: put into words when it is shown.
pub const LINK: &str = "This link";

/// The file of a result, and what it promises.
#[derive(Clone)]
pub struct Promised {
    /// Its name.
    pub file: Rc<str>,
    pub promise: Promise,
    /// Its experiment, once it is in the form.
    experiment: Option<Rc<Experiment>>,
}

impl State {
    /// Shape of the files that are played on.
    pub fn shape(&self) -> Option<Shape> {
        let data = self.data()?;
        Some(Shape { models: data.facts().models.len() as u64, queries: data.facts().queries })
    }

    /// The files that a link waits for, and the link.
    pub fn wanted(&self) -> Option<(&Replay, &Rc<Link>)> {
        match &self.opening {
            Opening::Wanted(link) => match &link.experiment.environment {
                Environment::Replay(replay) => Some((replay, link)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Names of the files that a link waits for.
    pub fn awaited(&self) -> Rc<[String]> {
        self.wanted().into_iter().flat_map(|(replay, _)| &replay.files).map(|file| file.name.clone()).collect()
    }

    /// Opens the fragment of an address.
    pub fn open_link(&mut self, fragment: &str) -> Vec<Effect> {
        let link = Link::decode(fragment);
        self.promised = None;
        let effects = self.open(LINK, link);
        // One that could not be opened: among lessons nobody would say so.
        if self.room == Room::Learn {
            self.room = Room::Playground;
        }
        self.came_from(self.learn.step_of(fragment));
        effects
    }

    /// Notes the lesson's step that an experiment is of, unless it could not be opened.
    fn came_from(&mut self, step: Option<String>) {
        if !matches!(self.opening, Opening::Failed(..)) {
            self.learn.set_origin(step);
        }
    }

    /// Opens the text of an experiment file, or the experiment of a result.
    pub fn open_file(&mut self, name: &str, text: Result<String>) -> Vec<Effect> {
        let evaluation = text.as_ref().is_ok_and(|text| recognise::is_evaluation(text));
        let read = text.and_then(|text| recognise::experiment(&text));
        match read.and_then(|(experiment, promise)| Ok((complete(&experiment)?, promise))) {
            Ok((experiment, promise)) => {
                self.promised = promise.map(|promise| Promised { file: name.into(), promise, experiment: None });
                // Only an evaluation says of which room it is.
                let mut link = Link::new(experiment);
                link.page.room = if evaluation { Room::QueryAware } else { self.room }.slug().into();
                let left = self.room == Room::Learn;
                let mut effects = self.open(name, Ok(link));
                self.came_from(None);
                // A lesson has an address of its own.
                if left && self.room == Room::Playground {
                    effects.push(Effect::Leave);
                }
                effects
            }
            Err(error) => self.refuse(name, error),
        }
    }

    /// What the file of a result promises of the experiment that is played now, and the digest of the finished run.
    pub fn promise(&self) -> Option<(&Promised, Option<&str>)> {
        let promised = self.promised.as_ref()?;
        let same = self.ready.as_ref().is_some_and(|ready| promised.experiment.as_ref() == Some(&ready.experiment));
        let finished = self.snapshot.as_ref().filter(|_| self.phase == Phase::Done && self.fresh);
        let digest = finished.map(|snapshot| snapshot.result.digest.as_str()).filter(|digest| !digest.is_empty());
        same.then_some((promised, digest))
    }

    /// Takes the experiment over and plays it, or waits for its files, or says why not and leaves all as it is.
    fn open(&mut self, what: &str, link: Result<Link>) -> Vec<Effect> {
        let link = match link {
            Ok(link) => link,
            Err(error) => return self.refuse(what, error),
        };
        let data = match &link.experiment.environment {
            Environment::Replay(replay) => match self.files_for(&link, replay) {
                Some(files) => Some(files.data.clone()),
                None => return self.want(link),
            },
            _ => None,
        };
        let mut experiment = link.experiment;
        if let Err(error) = check(&experiment, data.as_ref()) {
            return self.refuse(what, error);
        }
        if let (Environment::Replay(replay), Some(data)) = (&mut experiment.environment, &data) {
            // Each is there with its hash: as the form writes them.
            let files = data.facts().files.iter();
            replay.files =
                files.map(|it| FileReference { name: it.name.clone(), sha256: Some(it.sha256.clone()) }).collect();
        }
        match Form::meaning(&experiment, &self.form, self.files.as_ref()) {
            Some((form, world)) => {
                (self.form, self.world, self.cursor) = (Rc::new(form), Rc::new(world), None);
                (self.notice, self.failure, self.opening) = (None, None, Opening::Nothing);
                (self.view, self.phase, self.ready, self.hidden) = (View::Run, Phase::Done, None, Rc::default());
                self.room = Room::of(&link.page.room);
                self.panels = Rc::new(link.page.hidden);
                if self.room == Room::QueryAware
                    && data.is_some()
                    && let Ok(experiment) = self.form.experiment(&self.world, self.files.as_ref())
                {
                    self.query_aware.expect(Rc::new(experiment));
                }
                if let Some(promised) = self.promised.as_mut().filter(|promised| promised.experiment.is_none()) {
                    promised.experiment = self.form.experiment(&self.world, self.files.as_ref()).ok().map(Rc::new);
                }
                self.commit()
            }
            None => {
                let expected = "an experiment that the form can show; run this one with llm-select";
                self.refuse(what, Error::new(ErrorKind::NotYet, expected))
            }
        }
    }

    fn refuse(&mut self, what: &str, error: Error) -> Vec<Effect> {
        self.opening = Opening::Failed(what.into(), Rc::new(error));
        Vec::new()
    }

    /// The files that are here, where they are those of a link, read as it says.
    fn files_for(&self, link: &Link, replay: &Replay) -> Option<&Files> {
        let files = self.files.as_ref().filter(|files| files.options == ImportOptions::from(replay))?;
        check(&link.experiment, Some(&files.data)).is_ok().then_some(files)
    }

    /// Stops, and waits for the files of a link: nothing plays on other data in its place.
    fn want(&mut self, link: Link) -> Vec<Effect> {
        (self.view, self.phase, self.fresh, self.snapshot) = (View::Run, Phase::Ready, false, None);
        (self.notice, self.failure, self.import) = (None, None, Import::Idle);
        self.room = Room::of(&link.page.room);
        self.panels = Rc::new(link.page.hidden.clone());
        self.opening = Opening::Wanted(Rc::new(link));
        vec![Effect::CancelImport, Effect::Reset]
    }

    /// Goes on without the link that waits for files.
    pub fn forget_link(&mut self) -> Vec<Effect> {
        (self.opening, self.phase, self.ready) = (Opening::Nothing, Phase::Done, None);
        self.panels = Rc::default();
        self.learn.set_origin(None);
        self.commit()
    }

    /// Which files, in which order, are those of a link, and how they are to be read; all where none are waited for.
    pub fn as_wanted(&self, files: Vec<Chosen>) -> (Vec<Chosen>, ImportOptions) {
        let Some((replay, _)) = self.wanted() else { return (files, ImportOptions::default()) };
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let names: Vec<&str> = replay.files.iter().map(|file| file.name.as_str()).collect();
        let options = ImportOptions::from(replay);
        match find_files(&names, &paths) {
            Some(places) => (places.into_iter().filter_map(|place| files.get(place).cloned()).collect(), options),
            // What is missing is said once they are read.
            None => (files, options),
        }
    }

    /// Files have come while a link waits for some: plays on them if they are those.
    pub fn check_wanted(&mut self, link: Rc<Link>, files: Files, audit: Box<Audit>) -> Vec<Effect> {
        match check(&link.experiment, Some(&files.data)) {
            Ok(()) => {
                (self.import, self.files, self.audit) = (Import::Idle, Some(files), Some(Shared(Rc::from(audit))));
                self.keep_files();
                self.open(LINK, Ok((*link).clone()))
            }
            Err(error) => {
                self.import = Import::Failed(error);
                Vec::new()
            }
        }
    }
}
