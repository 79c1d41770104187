//! Which run is open: begun, opened again, closed, listed, given away. A run is open in one tab at a time.

use super::kept::KeptSetup;
use super::{FORM, OPEN, Open, QUESTIONS, Shared, built_in, database, drive, filled};
use crate::browser::blobs::BlobWriter;
use crate::browser::locks::{held, lock, new_name, wait};
use crate::browser::{now, post, post_with};
use crate::error::{Error, ErrorKind, Result};
use crate::live::export::{archive, result_files};
use crate::live::session::{Phase, Session};
use crate::live::setup::Setup;
use crate::live::wire::{FromLive, KeptRun};
use js_sys::Function;
use std::collections::HashMap;
use std::io::Write as _;
use wasm_bindgen::JsValue;

/// What a run's lock is called before its id.
const LOCK: &str = "llm-selection-live-";
/// Name of the archive of result files.
const ARCHIVE: &str = "live-results.zip";

/// Brings back what the page held last, and the run that was open.
pub(super) async fn recall(worker: &Shared) -> Result<()> {
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

/// Deletes a kept run, unless another tab has it open.
pub(super) async fn delete(worker: &Shared, id: String) -> Result<()> {
    let own = worker.borrow().run.as_ref().is_some_and(|open| open.id == id);
    if own {
        settled(worker)?;
        close(worker);
        post(&FromLive::Closed(None));
    } else if held(LOCK).await.contains(&id) {
        return Err(Error::new(ErrorKind::Io, "another tab has this run open"));
    }
    database(worker).await?.delete(&id).await?;
    list(worker).await
}

pub(super) async fn start(worker: &Shared, setup: &str) -> Result<()> {
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

pub(super) async fn open(worker: &Shared, id: String) -> Result<()> {
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
pub(super) struct Held(Option<Function>);

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
pub(super) fn settled(worker: &Shared) -> Result<()> {
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

pub(super) fn close(worker: &Shared) {
    let open = worker.borrow_mut().run.take();
    drop(open);
}

pub(super) async fn list(worker: &Shared) -> Result<()> {
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

pub(super) async fn export(worker: &Shared, zipped: bool) -> Result<()> {
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
