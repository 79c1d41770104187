//! The worker that holds a live run: it plays the rounds, keeps what happens, and tells the page what to send.

mod kept;

use super::blobs::BlobWriter;
use super::file::FileReader;
use super::locks::{held, lock, new_name, wait};
use super::{listen, now, post, post_with, scope, unpack};
use crate::data::{InputFile, Question, questions};
use crate::error::{Error, ErrorKind, Result};
use crate::live::dry::{Dry, Purpose};
use crate::live::estimate::Estimate;
use crate::live::export::{archive, result_files};
use crate::live::log::Entry;
use crate::live::protocol::Heard;
use crate::live::sample;
use crate::live::session::{Orders, Phase, Session};
use crate::live::setup::{MOST_QUESTIONS, Setup};
use crate::live::wire::{FromLive, KeptRun, QuestionSet, ToLive};
use crate::protocol::decode;
use js_sys::{Array, Function};
use kept::{Kept, KeptSetup};
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::io::Write as _;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

/// What a run's lock is called before its id.
const LOCK: &str = "llm-selection-live-";
/// Milliseconds between two reports.
const REPORT_EVERY: i32 = 200;
/// A simulated answer takes so many times less than it says.
const DRY_SPEED: f64 = 20.0;
/// Questions that the page is shown.
const PREVIEW: usize = 8;
/// Name of the archive of result files.
const ARCHIVE: &str = "live-results.zip";
/// Kinds of drafts.
const FORM: &str = "form";
const QUESTIONS: &str = "questions";
const OPEN: &str = "open";

/// Listens for what the page wants of live runs.
#[wasm_bindgen]
pub fn start_live() {
    let worker: Shared = Rc::default();
    let waiting: Rc<RefCell<VecDeque<JsValue>>> = Rc::default();
    let busy = Rc::new(RefCell::new(false));
    listen(move |data| {
        waiting.borrow_mut().push_back(data);
        if std::mem::replace(&mut *busy.borrow_mut(), true) {
            return;
        }
        // One after the other: what is asked for later may rest on what was asked for before.
        let (worker, waiting, busy) = (worker.clone(), waiting.clone(), busy.clone());
        spawn_local(async move {
            loop {
                let next = waiting.borrow_mut().pop_front();
                let Some(data) = next else { break };
                if let Err(error) = hear(&worker, &data).await {
                    post(&FromLive::Failed(error));
                }
            }
            *busy.borrow_mut() = false;
        });
    });
}

type Shared = Rc<RefCell<Worker>>;

#[derive(Default)]
struct Worker {
    /// The page's own origin.
    origin: String,
    kept: Option<Rc<Kept>>,
    questions: Vec<Question>,
    set: QuestionSet,
    run: Option<Open>,
    /// Runs that were opened so far.
    opened: u32,
    /// Whether the browser has no network.
    offline: bool,
    /// Whether a report is on its way.
    reporting: bool,
}

/// A run that is open.
struct Open {
    id: String,
    /// Tells its calls from those of a run before.
    number: u32,
    session: Session,
    _held: Held,
    /// Entries that are kept.
    written: usize,
    pending: Vec<Entry>,
    writing: bool,
    /// Simulated answers that are awaited, by call: their timer.
    awaited: HashMap<u64, i32>,
    wake: Option<i32>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.awaited.values().chain(&self.wake).for_each(|timer| clear(*timer));
    }
}

async fn hear(worker: &Shared, data: &JsValue) -> Result<()> {
    let message = unpack(data).and_then(|bytes| decode::<ToLive>(&bytes))?;
    match message {
        ToLive::Origin(origin) => {
            worker.borrow_mut().origin = origin;
            return recall(worker).await;
        }
        ToLive::Keep(form) => return database(worker).await?.draft(FORM, Some(&form)).await,
        ToLive::Estimate { number, setup } => {
            let estimate = filled(worker, &setup).and_then(|setup| Estimate::of(&setup));
            post(&FromLive::Estimated { number, estimate });
            return Ok(());
        }
        ToLive::Questions(names) => {
            let beside = data.dyn_ref::<Array>().map(Array::to_vec).unwrap_or_default();
            let files = beside.into_iter().filter_map(|value| value.dyn_into::<File>().ok());
            return ask(worker, read(names, files)).await;
        }
        ToLive::Sample => return ask(worker, Ok(built_in())).await,
        ToLive::Start(setup) => return start(worker, &setup).await,
        ToLive::Open(id) => return open(worker, id).await,
        ToLive::Close => {
            settled(worker)?;
            close(worker);
            post(&FromLive::Closed(None));
            return database(worker).await?.draft(OPEN, None).await;
        }
        ToLive::List => return list(worker).await,
        ToLive::Delete(id) => {
            let own = worker.borrow().run.as_ref().is_some_and(|open| open.id == id);
            if own {
                settled(worker)?;
                close(worker);
                post(&FromLive::Closed(None));
            } else if held(LOCK).await.contains(&id) {
                return Err(Error::new(ErrorKind::Io, "another tab has this run open"));
            }
            database(worker).await?.delete(&id).await?;
            return list(worker).await;
        }
        ToLive::Export { archive } => return export(worker, archive).await,
        other => command(worker, other)?,
    }
    drive(worker);
    Ok(())
}

/// What concerns the run that is open.
fn command(worker: &Shared, message: ToLive) -> Result<()> {
    let mut own = worker.borrow_mut();
    if let ToLive::Offline(offline) = message {
        own.offline = offline;
    }
    let Worker { run: Some(open), origin, .. } = &mut *own else { return Ok(()) };
    let (number, session, time) = (open.number, &mut open.session, now());
    match message {
        ToLive::GoOn => session.go_on(time),
        ToLive::Pause => session.pause(time),
        ToLive::Stop => session.stop(time),
        ToLive::Offline(offline) => session.offline(offline),
        ToLive::Caps(caps) => session.change_caps(caps, time)?,
        ToLive::TryAgain(model) => session.try_again(model, time),
        ToLive::Unsent { run, call } if run == number => session.unsent(call, time),
        ToLive::Heard { run, call, heard, latency_ms } if run == number => {
            session.heard(call, &heard, latency_ms, time);
        }
        ToLive::Rows { shown, first, count } => post(&FromLive::Rows(session.rows(shown, first, count))),
        ToLive::Text(call) => {
            if let Some(texts) = session.texts(call, origin) {
                post(&FromLive::Text(call, texts));
            }
        }
        _ => {}
    }
    Ok(())
}

/// Does what the run wants done now.
fn drive(worker: &Shared) {
    let mut own = worker.borrow_mut();
    let Some(open) = &mut own.run else { return };
    let Orders { save, send, abort, wake_ms } = open.session.poll(now());
    open.pending.extend(save);
    for call in send {
        dispatch(worker, open, call);
    }
    for call in abort {
        match open.awaited.remove(&call) {
            Some(timer) => {
                clear(timer);
                answer(worker, open.number, call, Heard::Aborted, 0.0, 0.0);
            }
            None => post(&FromLive::Abort { run: open.number, call }),
        }
    }
    if let Some(timer) = open.wake.take() {
        clear(timer);
    }
    if let Some(wake) = wake_ms {
        let again = worker.clone();
        open.wake = Some(after(wake, move || {
            again.borrow_mut().run.iter_mut().for_each(|open| open.wake = None);
            drive(&again);
        }));
    }
    if !open.pending.is_empty() && !open.writing {
        open.writing = true;
        spawn_local(write(worker.clone(), open.id.clone()));
    }
    drop(own);
    report(worker);
}

/// Sends a call, or simulates its answer.
fn dispatch(worker: &Shared, open: &mut Open, call: u64) {
    let session = &open.session;
    if !session.setup().dry {
        match session.request(call) {
            Ok(request) => {
                let timeout_ms = session.setup().timeout_s * 1_000.0;
                post(&FromLive::Send { run: open.number, call, request, timeout_ms });
            }
            // Checked before the start; where it fails all the same, nothing was sent.
            Err(error) => {
                let body = serde_json::json!({ "error": { "message": error.to_string() } }).to_string();
                answer(worker, open.number, call, Heard::Http { status: 400, retry_after: None, body }, 0.0, 0.0);
            }
        }
        return;
    }
    let (Some(slot), Some(model)) = (session.slot(call), session.model_of(call)) else { return };
    let Some(question) = session.setup().question(slot.round) else { return };
    let (prompt, given) = (session.prompt(&slot), session.answer_in(&slot).unwrap_or_default());
    let purpose = match slot.judge {
        true => Purpose::Judge { right: !question.reference.is_empty() && given.contains(&question.reference) },
        false => Purpose::Answer { reference: &question.reference, query: &question.query },
    };
    let ask = session.ask_of(&slot, model, &prompt);
    let price = model.price.unwrap_or(crate::experiment::TokenPrice { input: 0.0, output: 0.0 });
    let (heard, latency) = Dry { seed: session.setup().seed }.heard(&model.endpoint, &ask, price, purpose, call);
    let timer = answer(worker, open.number, call, heard, latency, latency / DRY_SPEED);
    open.awaited.insert(call, timer);
}

/// What came of a call is heard after a while.
fn answer(worker: &Shared, run: u32, call: u64, heard: Heard, latency_ms: f64, wait_ms: f64) -> i32 {
    let worker = worker.clone();
    after(wait_ms, move || {
        if let Some(open) = worker.borrow_mut().run.as_mut().filter(|open| open.number == run) {
            open.awaited.remove(&call);
            open.session.heard(call, &heard, latency_ms, now());
        }
        drive(&worker);
    })
}

/// Keeps what waits to be kept, then lets the run know.
async fn write(worker: Shared, id: String) {
    loop {
        let (entries, number) = {
            let mut own = worker.borrow_mut();
            let Some(open) = own.run.as_mut().filter(|open| open.id == id) else { return };
            if open.pending.is_empty() {
                open.writing = false;
                return;
            }
            (std::mem::take(&mut open.pending), open.written)
        };
        let kept = match database(&worker).await {
            Ok(kept) => kept.append(&id, number, &entries).await,
            Err(error) => Err(error),
        };
        let mut own = worker.borrow_mut();
        let failed = kept.is_err();
        if failed {
            // A database that the browser closed is opened anew next time.
            own.kept = None;
        }
        let Some(open) = own.run.as_mut().filter(|open| open.id == id) else { return };
        match kept {
            Ok(()) => {
                open.written += entries.len();
                open.session.saved(entries.len());
            }
            Err(error) => {
                // All of it is handed out again.
                open.pending.clear();
                open.writing = false;
                open.session.not_saved(now());
                post(&FromLive::NotKept(error));
            }
        }
        drop(own);
        match failed {
            true => return report(&worker),
            false => drive(&worker),
        }
    }
}

/// Tells the page how the run is, not too often.
fn report(worker: &Shared) {
    if std::mem::replace(&mut worker.borrow_mut().reporting, true) {
        return;
    }
    let worker = worker.clone();
    after(f64::from(REPORT_EVERY), move || {
        let mut own = worker.borrow_mut();
        own.reporting = false;
        if let Some(open) = &own.run {
            post(&FromLive::Report(Box::new(open.session.report(now(), &own.origin))));
        }
    });
}

async fn database(worker: &Shared) -> Result<Rc<Kept>> {
    if let Some(kept) = &worker.borrow().kept {
        return Ok(kept.clone());
    }
    let kept = Rc::new(Kept::open().await?);
    worker.borrow_mut().kept = Some(kept.clone());
    Ok(kept)
}

/// Brings back what the page held last, and the run that was open.
async fn recall(worker: &Shared) -> Result<()> {
    let kept = match database(worker).await {
        Ok(kept) => kept,
        Err(error) => {
            post(&FromLive::Draft(None));
            (worker.borrow_mut().questions, worker.borrow_mut().set) = built_in();
            post(&FromLive::Questions(Ok(worker.borrow().set.clone())));
            return Err(error);
        }
    };
    post(&FromLive::Draft(kept.drafted(FORM).await?));
    let drafted = kept.drafted(QUESTIONS).await?.and_then(|text| serde_json::from_str(&text).ok());
    (worker.borrow_mut().questions, worker.borrow_mut().set) = drafted.unwrap_or_else(built_in);
    post(&FromLive::Questions(Ok(worker.borrow().set.clone())));
    list(worker).await?;
    let Some(id) = kept.drafted(OPEN).await? else { return Ok(()) };
    for _ in 0..5 {
        if !held(LOCK).await.contains(&id) {
            return open(worker, id).await;
        }
        // A page that was just reloaded may still hold it.
        wait(150).await;
    }
    // Another tab has it, and nobody asked for it here.
    Ok(())
}

fn built_in() -> (Vec<Question>, QuestionSet) {
    let list = sample::questions();
    let set = described(format!("{} built-in questions", list.len()), true, &list, Vec::new());
    (list, set)
}

fn described(name: String, sample: bool, list: &[Question], notes: Vec<String>) -> QuestionSet {
    let referenced = list.iter().filter(|question| !question.reference.is_empty()).count();
    let first = list.iter().take(PREVIEW).cloned().collect();
    QuestionSet { name, sample, count: list.len(), referenced, first, notes }
}

fn read(names: Vec<String>, files: impl Iterator<Item = File>) -> Result<(Vec<Question>, QuestionSet)> {
    let name = names.join(", ");
    let input = |(name, file): (String, File)| {
        let len = Some(file.size() as u64);
        let bad = |error| Error::new(ErrorKind::Io, "a file that can be read").in_file(name.clone()).found(error);
        let reader = Box::new(FileReader::new(file.into()).map_err(bad)?);
        Ok(InputFile { name, len, reader })
    };
    let inputs = names.into_iter().zip(files).map(input).collect::<Result<Vec<_>>>()?;
    let (list, notes) = questions(inputs, MOST_QUESTIONS)?;
    let set = described(name, false, &list, notes);
    Ok((list, set))
}

/// Other questions from now on, kept for the next visit; those before stay where there are none.
async fn ask(worker: &Shared, read: Result<(Vec<Question>, QuestionSet)>) -> Result<()> {
    let (list, set) = match read {
        Ok(found) => found,
        Err(error) => {
            post(&FromLive::Questions(Err(error)));
            return Ok(());
        }
    };
    let text = serde_json::to_string(&(&list, &set)).unwrap_or_default();
    (worker.borrow_mut().questions, worker.borrow_mut().set) = (list, set.clone());
    post(&FromLive::Questions(Ok(set)));
    database(worker).await?.draft(QUESTIONS, Some(&text)).await
}

/// A set-up with the questions that are held.
fn filled(worker: &Shared, setup: &str) -> Result<Setup> {
    let setup: Setup = serde_json::from_str(setup)
        .map_err(|error| Error::new(ErrorKind::Malformed, "a set-up of this version of the page").found(error))?;
    Ok(Setup { questions: worker.borrow().questions.clone(), ..setup })
}

async fn start(worker: &Shared, setup: &str) -> Result<()> {
    settled(worker)?;
    let session = Session::new(filled(worker, setup)?)?;
    let (id, kept) = (new_name()?, database(worker).await?);
    let Some(release) = claim(&id).await else { return Err(elsewhere()) };
    let text = serde_json::to_string(session.setup())
        .map_err(|error| Error::new(ErrorKind::Io, "a set-up that can be written").found(error))?;
    kept.begin(&id, &KeptSetup { begun: js_sys::Date::now(), setup: text }).await?;
    kept.draft(OPEN, Some(&id)).await?;
    take(worker, id, session, 0, release);
    if let Some(open) = &mut worker.borrow_mut().run {
        open.session.go_on(now());
    }
    drive(worker);
    Ok(())
}

async fn open(worker: &Shared, id: String) -> Result<()> {
    settled(worker)?;
    let kept = database(worker).await?;
    // Before it is read: what another tab writes meanwhile would be written over.
    let Some(release) = claim(&id).await else {
        post(&FromLive::Closed(Some(elsewhere())));
        return Ok(());
    };
    let Some((setup, entries)) = kept.run(&id).await? else {
        post(&FromLive::Closed(Some(Error::new(ErrorKind::Missing, "a run that is still kept"))));
        return kept.draft(OPEN, None).await;
    };
    let setup: Setup = serde_json::from_str(&setup.setup)
        .map_err(|error| Error::new(ErrorKind::Malformed, "a run of this version of the page").found(error))?;
    let session = Session::resume(setup, &entries)?;
    take(worker, id.clone(), session, entries.len(), release);
    kept.draft(OPEN, Some(&id)).await?;
    drive(worker);
    Ok(())
}

/// A lock, given back when dropped.
struct Held(Option<Function>);

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(release) = &self.0 {
            let _ = release.call0(&JsValue::NULL);
        }
    }
}

/// The lock of a run, for this tab alone: two would pay for the same calls. `None` where another has it. Where the browser has
/// no locks, the log itself refuses a second writer.
async fn claim(id: &str) -> Option<Held> {
    let name = format!("{LOCK}{id}");
    for round in 0..5 {
        if round > 0 {
            // A page that was just reloaded may still hold it.
            wait(150).await;
        }
        match lock(&name).await {
            Some(None) => {}
            Some(release) => return Some(Held(release)),
            None => return Some(Held(None)),
        }
    }
    None
}

fn elsewhere() -> Error {
    Error::new(ErrorKind::Io, "this run is open in another tab: go on there, or close it")
}

/// Another run may take the place of the one that is open only once nothing of it is under way.
fn settled(worker: &Shared) -> Result<()> {
    let own = worker.borrow();
    let Some(open) = &own.run else { return Ok(()) };
    if open.session.phase() != Phase::Running && open.session.is_settled() && open.pending.is_empty() && !open.writing {
        return Ok(());
    }
    let expected = "calls of the run that is open are still under way: stop it, or wait for them to end";
    Err(Error::new(ErrorKind::Duplicate, expected))
}

/// A run is open in the place of another.
fn take(worker: &Shared, id: String, mut session: Session, written: usize, held: Held) {
    close(worker);
    let shown = Setup { questions: Vec::new(), ..session.setup().clone() };
    let setup = serde_json::to_string(&shown).unwrap_or_default();
    post(&FromLive::Opened { id: id.clone(), setup });
    let mut own = worker.borrow_mut();
    own.opened = own.opened.wrapping_add(1);
    session.offline(own.offline);
    own.run = Some(Open {
        id,
        number: own.opened,
        session,
        _held: held,
        written,
        pending: Vec::new(),
        writing: false,
        awaited: HashMap::new(),
        wake: None,
    });
}

fn close(worker: &Shared) {
    let open = worker.borrow_mut().run.take();
    drop(open);
}

async fn list(worker: &Shared) -> Result<()> {
    let others = held(LOCK).await;
    let own = worker.borrow().run.as_ref().map(|open| open.id.clone());
    let mut runs: Vec<KeptRun> = (database(worker).await?.runs().await?.into_iter())
        .filter_map(|(id, kept)| {
            let setup: Setup = serde_json::from_str(&kept.setup).ok()?;
            let elsewhere = others.contains(&id) && own.as_ref() != Some(&id);
            let models = setup.arms().map(|(_, model)| model.name.clone()).collect();
            Some(KeptRun { id, begun: kept.begun, dry: setup.dry, rounds: setup.rounds, models, elsewhere })
        })
        .collect();
    runs.sort_by(|a, b| b.begun.total_cmp(&a.begun));
    post(&FromLive::Runs(runs));
    Ok(())
}

async fn export(worker: &Shared, zipped: bool) -> Result<()> {
    let nothing = || Error::new(ErrorKind::Missing, "a run that is open");
    let id = worker.borrow().run.as_ref().map(|open| open.id.clone()).ok_or_else(nothing)?;
    let (_, entries) = database(worker).await?.run(&id).await?.ok_or_else(nothing)?;
    let files = match &worker.borrow().run {
        Some(open) => result_files(open.session.setup(), &entries),
        None => Vec::new(),
    };
    let no_room = |error| Error::new(ErrorKind::Io, "room for the file in this browser").found(error);
    let (mut names, mut blobs) = (Vec::new(), Vec::new());
    if zipped && !files.is_empty() {
        names.push(ARCHIVE.to_owned());
        blobs.push(archive(&files, BlobWriter::default())?.finish("application/zip")?.into());
    } else {
        for (name, text) in files {
            let mut out = BlobWriter::default();
            out.write_all(text.as_bytes()).map_err(no_room)?;
            names.push(name);
            blobs.push(JsValue::from(out.finish("text/csv")?));
        }
    }
    post_with(&FromLive::Exported(names), &blobs);
    Ok(())
}

/// Calls back after so many milliseconds.
fn after(milliseconds: f64, then: impl FnOnce() + 'static) -> i32 {
    let callback = Closure::once_into_js(then);
    let set = scope().and_then(|scope| {
        // A day is as good as longer, and fits.
        let milliseconds = milliseconds.clamp(0.0, 86_400_000.0) as i32;
        let callback = callback.unchecked_ref();
        scope.set_timeout_with_callback_and_timeout_and_arguments_0(callback, milliseconds).ok()
    });
    set.unwrap_or_default()
}

fn clear(timer: i32) {
    if let Some(scope) = scope() {
        scope.clear_timeout_with_handle(timer);
    }
}
