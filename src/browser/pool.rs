//! The page's pool of module workers: imports files and plays runs, and tells the page by events.

mod importing;
mod playing;

use crate::browser::chosen::Chosen;
use crate::browser::handle::Handle;
use crate::browser::remote::{Coming, Remote};
use crate::data::excerpt::Excerpt;
use crate::data::{Audit, FileIdentity, ImportOptions, Progress};
use crate::error::Error;
use crate::experiment::{Environment, Experiment, Price};
use crate::inspect::{Answer, RoundWanted};
use crate::plan::{Asked, Plan};
use crate::protocol::{FromPlayer, ToPlayer};
use crate::summary::RunResult;
use playing::{Playing, Told};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// Most workers.
const MOST_WORKERS: usize = 8;

/// What the pool tells the page.
#[derive(Clone)]
pub enum Event {
    /// Files are being read.
    ImportProgress(Progress),
    /// Files were read; nothing has been run on them yet.
    Imported {
        /// The data set.
        data: Rc<Remote>,
        /// What was found and assumed.
        audit: Box<Audit>,
        /// List prices that were used.
        prices: BTreeMap<String, Price>,
    },
    /// Files could not be read; what was loaded before is untouched.
    ImportFailed(Error),
    /// A few rows of a file, by the number under which they were asked for.
    Excerpt(u32, Result<Box<Excerpt>, Error>),
    /// Files are being read to be written anew.
    CleanProgress(Progress),
    /// Files were written anew as one: which they were, and the file.
    Cleaned(Vec<FileIdentity>, web_sys::Blob),
    /// Files could not be written anew.
    CleanFailed(Error),
    /// A run has advanced, is done, or was paused.
    Progress(Rc<Snapshot>),
    /// A round was looked for: which one, and what was found.
    Inspected(RoundWanted, Result<Answer, Error>),
    /// A run could not go on.
    Failed(Error),
}

/// A run as far as it has come.
#[derive(Debug)]
pub struct Snapshot {
    /// Curves and finals up to `round`.
    pub result: RunResult,
    /// Rounds played by every replicate of every policy.
    pub round: u32,
    /// Rounds played by the replicate that is ahead of the others.
    pub furthest: u32,
    /// Rounds planned.
    pub rounds: u32,
    /// Milliseconds of playing, without pauses.
    pub elapsed_ms: f64,
}

/// How fast curves grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Speed {
    /// One round a second.
    One,
    /// Ten rounds a second.
    Ten,
    /// About 200 rounds a second.
    Lecture,
    /// About 2,000 rounds a second.
    Fast,
    /// As fast as it goes.
    #[default]
    Full,
}

impl Speed {
    /// Rounds a second; `None` = as fast as it goes.
    pub fn rounds_per_second(self) -> Option<f64> {
        match self {
            Speed::One => Some(1.0),
            Speed::Ten => Some(10.0),
            Speed::Lecture => Some(200.0),
            Speed::Fast => Some(2_000.0),
            Speed::Full => None,
        }
    }

    /// Whether every round can be followed by eye.
    pub fn is_slow(self) -> bool {
        self.rounds_per_second().is_some_and(|pace| pace <= 10.0)
    }
}

/// How a run begins.
enum Beginning {
    /// It plays.
    Playing,
    /// It plays one round and pauses.
    Step,
    /// It was finished before: these are the bytes of [`Pool::played`].
    Kept(Vec<u8>),
}

/// The pool. Dropping it ends its workers.
pub struct Pool {
    inner: Rc<Inner>,
}

/// What was imported: the data set on its way, what was found, the list prices that were used.
type Imported = (Coming, Box<Audit>, BTreeMap<String, Price>);

/// What the workers' callbacks share with the pool.
struct Inner {
    on_event: Box<dyn Fn(Event)>,
    players: RefCell<Vec<Handle>>,
    /// The worker that imports: its own, ended afterwards, so that its memory is given back.
    importer: RefCell<Option<Handle>>,
    /// What it reads, and how: whoever is to hold the data reads its texts where they are asked for.
    reading: RefCell<Option<(Vec<Chosen>, ImportOptions)>>,
    /// What was imported, on its way to the worker that holds it.
    coming: RefCell<Option<Imported>>,
    /// Workers that read a few rows, by the number of the request.
    excerpts: RefCell<BTreeMap<u32, Handle>>,
    /// The worker that reads files to write them anew, likewise.
    cleaner: RefCell<Option<Handle>>,
    playing: RefCell<Option<Playing>>,
    /// Whether the players have been given rows of a data set.
    dealt: Cell<bool>,
    runs: Cell<u32>,
}

impl Pool {
    /// A pool that calls `on_event` from the page's event loop. Workers start by themselves, min(cores, 8) of them.
    ///
    /// # Errors
    /// `Io` where the browser starts no worker.
    pub fn new(on_event: impl Fn(Event) + 'static) -> Result<Pool, Error> {
        let inner = Rc::new(Inner {
            on_event: Box::new(on_event),
            players: RefCell::default(),
            importer: RefCell::default(),
            reading: RefCell::default(),
            coming: RefCell::default(),
            excerpts: RefCell::default(),
            cleaner: RefCell::default(),
            playing: RefCell::default(),
            dealt: Cell::default(),
            runs: Cell::new(0),
        });
        inner.renew_players()?;
        Ok(Pool { inner })
    }

    /// Starts a run from round 0, ending the one under way.
    pub fn start(&self, experiment: &Experiment, data: Option<Rc<Remote>>, speed: Speed) {
        self.inner.begin(self.inner.next_run(), experiment.clone(), data, speed, Beginning::Playing);
    }

    /// Starts a run from round 0, plays one round, and pauses.
    pub fn start_with_step(&self, experiment: &Experiment, data: Option<Rc<Remote>>, speed: Speed) {
        self.inner.begin(self.inner.next_run(), experiment.clone(), data, speed, Beginning::Step);
    }

    /// Plays one more round of every replicate of every policy, and pauses there. After a pause these stand at different
    /// rounds: all are first brought to the furthest of them, and the step is the round after it. What is shown is that
    /// round, also where it is no checkpoint; the run's digest is the one it has without steps.
    pub fn step(&self) {
        if let Some(playing) = self.inner.playing.borrow_mut().as_mut() {
            playing.step();
        }
        self.inner.go_on();
    }

    /// Looks at a round of the run, also while it plays; of those looked for at once the last one is told of. `played` is
    /// filled in here.
    pub fn inspect(&self, wanted: RoundWanted) {
        self.inner.inspect(wanted);
    }

    /// [`Pool::start`] on synthetic models, apart from all that reads data.
    pub fn start_synthetic(&self, experiment: &Experiment, speed: Speed) {
        let run = self.inner.next_run();
        match Plan::synthetic(experiment) {
            Ok(plan) => {
                let (playing, starts) = Playing::new(run, plan, None, speed, self.inner.players.borrow().len());
                *self.inner.playing.borrow_mut() = Some(playing);
                self.inner.send(&starts, &[]);
            }
            Err(error) => self.inner.fail(error),
        }
    }

    /// Puts back a run that was finished before; where `played` is not of this experiment on this data, plays it.
    pub fn restore(&self, experiment: &Experiment, data: Option<Rc<Remote>>, speed: Speed, played: Vec<u8>) {
        self.inner.begin(self.inner.next_run(), experiment.clone(), data, speed, Beginning::Kept(played));
    }

    /// The bytes for [`Pool::restore`], once the run is finished.
    pub fn played(&self) -> Option<Vec<u8>> {
        self.inner.playing.borrow().as_ref().and_then(Playing::played)
    }

    /// Stops advancing and keeps everything.
    pub fn pause(&self) {
        let snapshot = self.inner.playing.borrow_mut().as_mut().map(Playing::pause);
        if let Some(snapshot) = snapshot {
            (self.inner.on_event)(Event::Progress(snapshot));
        }
    }

    /// Goes on after a pause.
    pub fn resume(&self) {
        if let Some(playing) = self.inner.playing.borrow_mut().as_mut() {
            playing.resume();
        }
        self.inner.go_on();
    }

    /// Changes the pace, also while running.
    pub fn set_speed(&self, speed: Speed) {
        if let Some(playing) = self.inner.playing.borrow_mut().as_mut() {
            playing.set_speed(speed);
        }
        self.inner.go_on();
    }

    /// Ends the run and forgets it.
    pub fn reset(&self) {
        // What is on its way to a run comes too late now.
        self.inner.next_run();
        self.inner.playing.borrow_mut().take();
    }
}

impl Inner {
    /// Starts the players, in place of those that are there.
    fn renew_players(self: &Rc<Self>) -> Result<(), Error> {
        let cores = web_sys::window().map_or(1.0, |window| window.navigator().hardware_concurrency());
        let player = |worker| {
            let weak = Rc::downgrade(self);
            Handle::new("worker", move |reply, _| {
                if let Some(inner) = weak.upgrade() {
                    inner.heard(worker, reply);
                }
            })
        };
        let players = (0..(cores as usize).clamp(1, MOST_WORKERS)).map(player).collect::<Result<Vec<_>, _>>()?;
        *self.players.borrow_mut() = players;
        Ok(())
    }

    /// Gives back what players keep of a data set that they have played to its end: it is read anew beside what is held,
    /// and memory that a worker has asked for once stays its own.
    fn make_room(self: &Rc<Self>) {
        let idle = self.playing.borrow().as_ref().is_none_or(Playing::is_done);
        if idle && self.dealt.take() {
            if let Some(playing) = self.playing.borrow_mut().as_mut() {
                playing.dismissed();
            }
            if let Err(error) = self.renew_players() {
                self.fail(error);
            }
        }
    }

    /// Number for a new run: what belongs to those before is not heard any more.
    fn next_run(&self) -> u32 {
        self.runs.set(self.runs.get().wrapping_add(1));
        self.runs.get()
    }

    /// Starts a run, or puts it back, as soon as its data is looked at.
    fn begin(
        self: &Rc<Self>,
        run: u32,
        experiment: Experiment,
        data: Option<Rc<Remote>>,
        speed: Speed,
        beginning: Beginning,
    ) {
        let data = data.filter(|_| matches!(experiment.environment, Environment::Replay(_)));
        let plan = match &data {
            Some(held) => held.plan(&experiment),
            None => Plan::new(&experiment, None).map(Ok),
        };
        let plan = match (plan, &data) {
            (Ok(Ok(plan)), _) => plan,
            (Ok(Err(wanted)), Some(held)) => {
                self.playing.borrow_mut().take();
                let (weak, data) = (Rc::downgrade(self), data.clone());
                return held.look(wanted, move || {
                    if let Some(inner) = weak.upgrade().filter(|inner| inner.runs.get() == run) {
                        inner.begin(run, experiment, data, speed, beginning);
                    }
                });
            }
            (Ok(Err(_)), None) => return,
            (Err(error), _) => return self.fail(error),
        };
        let workers = self.players.borrow().len();
        if let Beginning::Kept(played) = &beginning
            && let Some((playing, snapshot)) = Playing::restored(run, plan.clone(), data.clone(), workers, played)
        {
            *self.playing.borrow_mut() = Some(playing);
            return (self.on_event)(Event::Progress(snapshot));
        }
        let (mut playing, starts) = Playing::new(run, plan, data.clone(), speed, workers);
        if let Beginning::Step = beginning {
            playing.step();
        }
        *self.playing.borrow_mut() = Some(playing);
        self.deal(run, starts, &experiment, data);
    }

    /// Sends the messages that start a run, with the rows of its data.
    fn deal(self: &Rc<Self>, run: u32, starts: Vec<ToPlayer>, experiment: &Experiment, data: Option<Rc<Remote>>) {
        let Some(held) = data else { return self.send(&starts, &[]) };
        let weak = Rc::downgrade(self);
        held.deal(&Asked::of(experiment), starts.len(), move |rows| {
            let inner = weak.upgrade().filter(|inner| inner.runs.get() == run);
            match (inner, rows) {
                (Some(inner), Ok(rows)) => {
                    inner.dealt.set(true);
                    inner.send(&starts, &rows);
                    inner.go_on();
                }
                (Some(inner), Err(error)) => inner.fail(error),
                (None, _) => {}
            }
        });
    }

    /// Looks at a round: where no player has the run, as when it was finished before, one is given it first.
    fn inspect(self: &Rc<Self>, wanted: RoundWanted) {
        let start = self.playing.borrow_mut().as_mut().and_then(|playing| playing.inspect(wanted));
        if let Some((run, start, experiment, data)) = start {
            self.deal(run, vec![start], &experiment, data);
        }
        self.go_on();
    }

    /// Sends the messages that start a run, one a player; `rows` are three values a message, or none.
    fn send(&self, starts: &[ToPlayer], rows: &[JsValue]) {
        let rows = rows.chunks(3).chain(std::iter::repeat(&[][..]));
        let mut players = self.players.borrow_mut();
        let sent =
            players.iter_mut().zip(starts).zip(rows).try_for_each(|((handle, start), rows)| handle.send(start, rows));
        drop(players);
        if let Err(error) = sent {
            self.fail(error);
        }
    }

    /// The run cannot go on.
    fn fail(&self, error: Error) {
        self.playing.borrow_mut().take();
        (self.on_event)(Event::Failed(error));
    }

    /// A player has something to say.
    fn heard(self: &Rc<Self>, worker: usize, reply: Result<FromPlayer, Error>) {
        let done = || self.playing.borrow().as_ref().is_some_and(Playing::is_done);
        let before = done();
        let told = self.playing.borrow_mut().as_mut().and_then(|playing| playing.heard(worker, reply));
        self.go_on();
        if !before && done() {
            self.tell_end();
        }
        match told {
            Some(Told::Now(event)) => {
                if matches!(event, Event::Failed(_)) {
                    self.playing.borrow_mut().take();
                }
                (self.on_event)(event);
            }
            Some(Told::Soon) => self.tell_progress(),
            None => {}
        }
    }

    /// Tells how far the run is, unless it comes to its end.
    fn tell_progress(self: &Rc<Self>) {
        self.soon(|inner| {
            let goes_on = |playing: &&Playing| !playing.is_done();
            let snapshot = inner.playing.borrow().as_ref().filter(goes_on).map(Playing::snapshot);
            if let Some(snapshot) = snapshot {
                (inner.on_event)(Event::Progress(snapshot));
            }
        });
    }

    /// Tells of the end: a policy's numbers at a time.
    fn tell_end(self: &Rc<Self>) {
        self.soon(|inner| {
            let end = inner.playing.borrow_mut().as_mut().map(Playing::end);
            match end {
                Some(Some(snapshot)) => (inner.on_event)(Event::Progress(snapshot)),
                Some(None) => inner.tell_end(),
                None => {}
            }
        });
    }

    /// Does something in a task of its own, unless another run begins before that.
    fn soon(self: &Rc<Self>, job: impl FnOnce(&Rc<Inner>) + 'static) {
        let (run, weak) = (self.runs.get(), Rc::downgrade(self));
        let job = move || {
            if let Some(inner) = weak.upgrade().filter(|inner| inner.runs.get() == run) {
                job(&inner);
            }
        };
        gloo_timers::callback::Timeout::new(0, job).forget();
    }

    /// Gives every idle worker its next slice, now or, where the pace asks for it, a little later.
    fn go_on(self: &Rc<Self>) {
        let mut playing = self.playing.borrow_mut();
        let Some(playing) = playing.as_mut() else { return };
        let mut players = self.players.borrow_mut();
        playing.begin_step();
        for (worker, handle) in players.iter_mut().enumerate() {
            if let Some(request) = playing.next_look(worker) {
                let _ = handle.send(&request, &[]);
            }
            if let Some(request) = playing.next(worker) {
                // Fails only when the worker is gone, and then its error has been heard.
                let _ = handle.send(&request, &[]);
            }
        }
        if playing.waits_for_the_clock() {
            let weak = Rc::downgrade(self);
            playing.set_timer(gloo_timers::callback::Timeout::new(30, move || {
                if let Some(inner) = weak.upgrade() {
                    inner.go_on();
                }
            }));
        }
    }
}
