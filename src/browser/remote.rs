//! A data set that a worker holds for the page: the page knows facts of it, and asks for what it comes to.

use super::chosen::Chosen;
use super::handle::Handle;
use crate::data::{FileIdentity, ImportOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Experiment;
use crate::facts::Facts;
use crate::plan::{Asked, Lesson, Plan, Playable, Scene};
use crate::protocol::{FromImporter, ToImporter};
use js_sys::Array;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// Most scenes that are remembered.
const MOST_SCENES: usize = 16;

/// A data set that is held. Dropping it ends its worker.
pub struct Remote {
    facts: Facts,
    handle: RefCell<Handle>,
    inbox: Rc<Inbox>,
    /// The files it was read from, and how: who learns from their texts reads them again.
    files: Vec<Chosen>,
    options: ImportOptions,
    /// The first that was asked for and is not known yet.
    unknown: RefCell<Option<Asked>>,
    /// The worker that learns, and what.
    learner: RefCell<Option<(Lesson, Handle)>>,
    /// What the worker that holds the data has learned.
    learned: RefCell<Option<Lesson>>,
}

/// How learning goes on.
#[derive(Clone)]
pub enum Learning {
    /// The share that is done, in [0,1].
    Advanced(f64),
    /// All of it; or why it cannot be done.
    Done(Result<()>),
}

/// What the worker has said, and who waits for what it has not said yet. It answers one after another.
#[derive(Default)]
struct Inbox {
    scenes: RefCell<VecDeque<(Asked, Result<Scene>)>>,
    waiting: RefCell<VecDeque<Waiting>>,
}

enum Waiting {
    Facts(Box<dyn FnOnce(Result<Facts>)>),
    Scene(Asked, Box<dyn FnOnce()>),
    Rows(Box<dyn FnOnce(Result<Vec<JsValue>>)>),
}

/// A data set on its way to the worker that holds it. Dropping it gives up.
pub(super) struct Coming {
    handle: Handle,
    inbox: Rc<Inbox>,
    files: Vec<Chosen>,
    options: ImportOptions,
}

impl Coming {
    /// Starts a worker and hands it what stood beside the importer's message, and the files it was read from; `done` is
    /// told what it says of it.
    pub(super) fn new(
        beside: &Array,
        files: &[Chosen],
        options: ImportOptions,
        done: impl FnOnce(Result<Facts>) + 'static,
    ) -> Result<Coming> {
        let inbox = Rc::new(Inbox::default());
        inbox.waiting.borrow_mut().push_back(Waiting::Facts(Box::new(done)));
        let hears = inbox.clone();
        let mut handle = Handle::new("importer", move |reply, beside| hears.heard(reply, &beside))?;
        let names = files.iter().map(|file| file.path.clone()).collect();
        let columns = beside.iter().skip(1);
        let beside: Vec<JsValue> = columns.chain(files.iter().map(|file| file.file.clone().into())).collect();
        handle.send(&ToImporter::Hold { names, options: options.clone() }, &beside)?;
        Ok(Coming { handle, inbox, files: files.to_vec(), options })
    }

    /// The worker has it.
    pub(super) fn held(self, facts: Facts) -> Remote {
        let Coming { handle, inbox, files, options } = self;
        let (unknown, learner, learned) = Default::default();
        Remote { facts, handle: RefCell::new(handle), inbox, files, options, unknown, learner, learned }
    }
}

impl Remote {
    /// What is known of it.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The checked form of an experiment on it; or what it takes to know it: ask [`Remote::look`] for that and try again.
    ///
    /// # Errors
    /// Those of [`Plan::on`].
    pub fn plan(&self, experiment: &Experiment) -> Result<std::result::Result<Plan, Asked>> {
        self.unknown.take();
        let plan = Plan::on(experiment, Some(self));
        match self.take_unknown() {
            Some(wanted) => Ok(Err(wanted)),
            None => plan.map(Ok),
        }
    }

    /// What a plan has asked for since the last call that was not known: [`Remote::look`] finds it out.
    pub fn take_unknown(&self) -> Option<Asked> {
        self.unknown.take()
    }

    /// The same, where it takes learning from the texts first: [`Remote::learn`] does that beside all else.
    pub fn take_unlearned(&self) -> Option<Asked> {
        let lesson = self.unknown.borrow().as_ref().and_then(Lesson::of)?;
        if self.learned.borrow().as_ref() == Some(&lesson) { None } else { self.take_unknown() }
    }

    /// Learns from the texts what a replay asks for, in a worker of its own; what else was being learned is given up. `tell`
    /// hears how it goes on, unless the same is being learned already.
    pub fn learn(self: &Rc<Self>, wanted: &Asked, tell: impl Fn(Learning) + 'static) {
        let Some(lesson) = Lesson::of(wanted) else { return };
        if self.learner.borrow().as_ref().is_some_and(|(other, _)| *other == lesson) {
            return;
        }
        let tell = Rc::new(tell);
        let (weak, told, text) = (Rc::downgrade(self), tell.clone(), written(wanted));
        let known = lesson.clone();
        let handle = Handle::new("importer", move |reply, beside| {
            if let Some(remote) = weak.upgrade() {
                told(remote.heard_learner(&known, &text, reply, &beside));
            }
        });
        let (names, beside): (_, Vec<JsValue>) =
            self.files.iter().map(|it| (it.path.clone(), it.file.clone().into())).unzip();
        let (options, data, wanted) = (self.options.clone(), self.facts.files.clone(), written(wanted));
        let message = ToImporter::Learn { names, options, data, wanted };
        match handle.and_then(|mut handle| handle.send(&message, &beside).map(|()| handle)) {
            Ok(handle) => *self.learner.borrow_mut() = Some((lesson, handle)),
            Err(error) => tell(Learning::Done(Err(error))),
        }
    }

    /// Gives up what is being learned; nothing more is heard of it.
    pub fn stop_learning(&self) {
        self.learner.borrow_mut().take();
    }

    /// The worker that learns has something to say.
    fn heard_learner(&self, lesson: &Lesson, wanted: &str, reply: Result<FromImporter>, beside: &Array) -> Learning {
        let done = match reply {
            Ok(FromImporter::Learning(share)) => return Learning::Advanced(share),
            Ok(FromImporter::Learned) => {
                let message = ToImporter::Know(wanted.to_owned());
                let sent = self.handle.borrow_mut().send(&message, &[beside.get(1)]);
                sent.map(|()| *self.learned.borrow_mut() = Some(lesson.clone()))
            }
            Ok(FromImporter::Failed(error)) | Err(error) => Err(error),
            Ok(_) => Err(Error::new(ErrorKind::Malformed, "a message of this program")),
        };
        self.stop_learning();
        Learning::Done(done)
    }

    /// Asks what a replay comes to; calls `done` once that, or why it cannot be said, is known.
    pub fn look(&self, wanted: Asked, done: impl FnOnce() + 'static) {
        self.inbox.waiting.borrow_mut().push_back(Waiting::Scene(wanted.clone(), Box::new(done)));
        self.will_learn(&wanted);
        self.ask(&ToImporter::Look(written(&wanted)));
    }

    /// Asks for copies of a replay's rows, of each its outcomes, its latencies and what policies are
    /// told of its queries.
    pub(super) fn deal(&self, wanted: &Asked, copies: usize, done: impl FnOnce(Result<Vec<JsValue>>) + 'static) {
        self.inbox.waiting.borrow_mut().push_back(Waiting::Rows(Box::new(done)));
        self.will_learn(wanted);
        self.ask(&ToImporter::Deal(written(wanted), copies as u32));
    }

    /// The worker that holds the data learns by itself what it does not know, and then knows nothing else.
    fn will_learn(&self, wanted: &Asked) {
        if let Some(lesson) = Lesson::of(wanted) {
            *self.learned.borrow_mut() = Some(lesson);
        }
    }

    fn ask(&self, message: &ToImporter) {
        let sent = self.handle.borrow_mut().send(message, &[]);
        if let Err(error) = sent {
            // Told from the event loop, as an answer would be: whoever asks is not ready to hear it yet.
            let inbox = self.inbox.clone();
            gloo_timers::callback::Timeout::new(0, move || inbox.heard(Err(error), &Array::new())).forget();
        }
    }
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.facts.fmt(formatter)
    }
}

impl Playable for Remote {
    fn files(&self) -> &[FileIdentity] {
        &self.facts.files
    }

    fn scene(&self, wanted: &Asked) -> Result<Scene> {
        let mut scenes = self.inbox.scenes.borrow_mut();
        let place = scenes.iter().position(|(known, _)| known == wanted);
        // The one that was asked for longest ago is forgotten first.
        match place.and_then(|place| scenes.remove(place)) {
            Some((known, scene)) => {
                scenes.push_front((known, scene.clone()));
                scene
            }
            None => {
                self.unknown.borrow_mut().get_or_insert_with(|| wanted.clone());
                Err(Error::new(ErrorKind::Missing, "the data to be looked at first"))
            }
        }
    }
}

impl Inbox {
    /// The worker has said something, or is no more.
    fn heard(&self, reply: Result<FromImporter>, beside: &Array) {
        let Some(waiting) = self.waiting.borrow_mut().pop_front() else { return };
        let reply = match reply {
            Ok(FromImporter::Failed(error)) => Err(error),
            reply => reply,
        };
        let unasked = || Error::new(ErrorKind::Malformed, "a message of this program");
        match waiting {
            Waiting::Facts(done) => done(match reply {
                Ok(FromImporter::Held(facts)) => Ok(*facts),
                other => Err(other.err().unwrap_or_else(unasked)),
            }),
            Waiting::Rows(done) => done(match reply {
                Ok(FromImporter::Dealt) => Ok(beside.iter().skip(1).collect()),
                other => Err(other.err().unwrap_or_else(unasked)),
            }),
            Waiting::Scene(wanted, done) => {
                let scene = match reply {
                    Ok(FromImporter::Scene(scene)) => Ok(*scene),
                    other => Err(other.err().unwrap_or_else(unasked)),
                };
                self.remember(wanted, scene);
                done();
            }
        }
    }

    fn remember(&self, wanted: Asked, scene: Result<Scene>) {
        let mut scenes = self.scenes.borrow_mut();
        scenes.retain(|(known, _)| *known != wanted);
        scenes.push_front((wanted, scene));
        scenes.truncate(MOST_SCENES);
    }
}

fn written(wanted: &Asked) -> String {
    serde_json::to_string(wanted).unwrap_or_default()
}
