//! The worker that holds a live run: it plays the rounds, keeps what happens, and tells the page what to send.

mod kept;
mod runs;

use super::file::FileReader;
use super::{listen, now, post, scope, unpack};
use crate::data::{InputFile, Question, questions};
use crate::error::{Error, ErrorKind, Result};
use crate::live::dry::{Dry, Purpose};
use crate::live::estimate::Estimate;
use crate::live::log::Entry;
use crate::live::protocol::Heard;
use crate::live::sample;
use crate::live::session::{Orders, Session};
use crate::live::setup::{MOST_QUESTIONS, Setup};
use crate::live::wire::{FromLive, QuestionSet, ToLive};
use crate::protocol::decode;
use js_sys::Array;
use kept::Kept;
use runs::{Held, close, delete, export, list, open, recall, settled, start};
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

/// Milliseconds between two reports.
const REPORT_EVERY: i32 = 200;
/// A simulated answer takes so many times less than it says.
const DRY_SPEED: f64 = 20.0;
/// Questions that the page is shown.
const PREVIEW: usize = 8;
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
        ToLive::Delete(id) => return delete(worker, id).await,
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
