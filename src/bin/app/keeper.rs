//! Keeps the tab's state in this browser while the person works, and brings it back after a reload or a crash.

use crate::browser::{recall_in_tab, remember_in_tab};
use crate::form::Form;
use crate::state::{Effect, Opened, Present, Restoring, State};
use gloo_timers::callback::Timeout;
use llm_selection::browser::chosen::Chosen;
use llm_selection::browser::pool::Pool;
use llm_selection::browser::workspace::{Store, blob};
use llm_selection::data::{FileIdentity, ImportOptions};
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::protocol::{FromStore, Listing, ToStore};
use llm_selection::workspace::{Item, KeptResult, KeptTraining, Kind, Part, sha256};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::Blob;
use yew::Callback;

/// Name under which a tab remembers its own name.
const TAB: &str = "tab";
/// Name under which a tab remembers a form that is not safely kept when the page goes.
const UNKEPT: &str = "form";
/// Milliseconds from a change to its keeping.
const REST: u32 = 400;

/// A message of the worker, with the blobs beside it.
pub type Reply = (FromStore, Vec<Blob>);

/// What was kept, to tell whether something has changed since.
#[derive(Clone, PartialEq)]
struct Content {
    form: String,
    options: ImportOptions,
    files: Vec<String>,
    digest: Option<String>,
    trained: Option<KeptTraining>,
}

/// What the closing page has to know: the form, and the text of the form that is safely kept.
struct Closing {
    form: Rc<Form>,
    kept: String,
}

/// The keeper of this tab.
pub struct Keeper {
    store: Option<Store>,
    replies: Callback<Reply>,
    due: Callback<()>,
    timer: Option<Timeout>,
    /// The tab's name, once it is claimed.
    tab: Option<String>,
    claiming: bool,
    /// After a reload, until what was kept is back: nothing is kept before.
    recovering: bool,
    /// On its way to the worker.
    sent: Option<Content>,
    /// Safely kept.
    kept: Option<Content>,
    /// Could not be kept: not tried again before something changes.
    failed: Option<Content>,
    /// The finished run, by its digest.
    result: Option<(KeptResult, Blob)>,
    /// What the page does when nothing comes back.
    held: Vec<Effect>,
    closing: Rc<RefCell<Closing>>,
    /// Why nothing is kept any more.
    pub trouble: Option<Rc<Error>>,
    /// What is kept, once it was asked for.
    pub listing: Option<Rc<Listing>>,
    _going: Closure<dyn Fn()>,
}

impl Keeper {
    /// For a page that opens with `form` and would do `effects`. After a reload they are held back, until what was kept
    /// is there; not where the page is `linked` to for something else: what the tab held before is then a closed tab's.
    pub fn new(
        replies: Callback<Reply>,
        due: Callback<()>,
        form: Rc<Form>,
        effects: Vec<Effect>,
        linked: bool,
    ) -> (Keeper, Vec<Effect>) {
        let kept = text(&form);
        let closing = Rc::new(RefCell::new(Closing { form, kept }));
        let going = {
            let closing = closing.clone();
            // Firefox tells of one event while it still tells of the other.
            Closure::<dyn Fn()>::new(move || {
                let closing = closing.borrow();
                let now = text(&closing.form);
                remember_in_tab(UNKEPT, (now != closing.kept).then_some(now.as_str()));
            })
        };
        if let Some(window) = web_sys::window() {
            // The page may be ended without a word once it is hidden.
            for (event, on) in [("pagehide", true), ("visibilitychange", false)] {
                let document = window.document();
                let target: Option<&web_sys::EventTarget> =
                    if on { Some(&window) } else { document.as_deref().map(AsRef::as_ref) };
                let target =
                    target.map(|target| target.add_event_listener_with_callback(event, going.as_ref().unchecked_ref()));
                // Fails for no event of these names.
                drop(target);
            }
        }
        let mut keeper = Keeper {
            store: None,
            replies,
            due,
            timer: None,
            tab: None,
            claiming: false,
            recovering: false,
            sent: None,
            kept: None,
            failed: None,
            result: None,
            held: Vec::new(),
            closing,
            trouble: None,
            listing: None,
            _going: going,
        };
        if linked {
            remember_in_tab(TAB, None);
            remember_in_tab(UNKEPT, None);
        }
        let tab = recall_in_tab(TAB);
        if tab.is_none() && recall_in_tab(UNKEPT).is_none() {
            return (keeper, effects);
        }
        (keeper.held, keeper.recovering) = (effects, true);
        keeper.claim(tab);
        (keeper, Vec::new())
    }

    /// Sends a message to the worker, started for it if need be.
    pub fn send(&mut self, message: &ToStore, blobs: Vec<Blob>) {
        let sent = match &mut self.store {
            Some(store) => store.send(message, blobs),
            none => {
                let replies = self.replies.clone();
                Store::new(move |reply, blobs| replies.emit((reply, blobs)))
                    .and_then(|store| none.insert(store).send(message, blobs))
            }
        };
        if let Err(error) = sent {
            self.replies.emit((FromStore::Denied(error), Vec::new()));
        }
    }

    fn claim(&mut self, tab: Option<String>) {
        self.claiming = true;
        self.send(&ToStore::Claim(tab), Vec::new());
    }

    /// Gives the tab a new name: what is kept under the old one stays, as a closed tab's. Gives whether there is something.
    pub fn leave(&mut self) -> bool {
        let left = self.tab.take().is_some();
        if left {
            (self.sent, self.kept) = (None, None);
            self.claim(None);
        }
        left
    }

    /// Something may have changed: it is kept a moment later.
    pub fn touch(&mut self, state: &State) {
        self.closing.borrow_mut().form = state.form.clone();
        if self.timer.is_none() {
            let due = self.due.clone();
            self.timer = Some(Timeout::new(REST, move || due.emit(())));
        }
    }

    /// The moment has come.
    /// Effects are those that were held back, where what was kept could not be opened.
    pub fn keep(&mut self, state: &mut State, pool: Option<&Pool>) -> Vec<Effect> {
        self.timer = None;
        if self.claiming || self.recovering || self.sent.is_some() {
            return Vec::new();
        }
        match state.restoring {
            Restoring::Reading(_) => return Vec::new(),
            Restoring::Failed => {
                // What could not be opened must not be overwritten by what is on the page.
                state.restoring = Restoring::Nothing;
                self.leave();
                return std::mem::take(&mut self.held);
            }
            // A finished run that comes back once policies have learned would be kept as none.
            Restoring::Nothing if state.is_putting_back() => return Vec::new(),
            Restoring::Nothing => self.held.clear(),
        }
        let present = state.present();
        let content = Content {
            form: text(&present.form),
            options: present.options.clone(),
            files: present.identities.iter().map(|file| file.sha256.clone()).collect(),
            digest: present.finished.as_ref().map(|(digest, _)| digest.clone()),
            trained: present.trained.clone(),
        };
        if self.kept.as_ref() == Some(&content) || self.failed.as_ref() == Some(&content) {
            return Vec::new();
        }
        let Some(tab) = self.tab.clone() else {
            // The page as it opens is not worth keeping.
            if *present.form != Form::opening() || !present.files.is_empty() {
                self.claim(None);
            }
            return Vec::new();
        };
        match self.item(tab, String::new(), Kind::Tab, &present, pool) {
            Ok((item, blobs)) => {
                self.sent = Some(content);
                self.send(&ToStore::Keep(Box::new(item)), blobs);
            }
            Err(error) => (self.failed, self.trouble) = (Some(content), Some(Rc::new(error))),
        }
        Vec::new()
    }

    /// Keeps the page's state under a name.
    pub fn save(&mut self, name: String, state: &State, pool: Option<&Pool>) -> Result<()> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| Error::new(ErrorKind::Io, "a random name").found(error))?;
        let id = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let (item, blobs) = self.item(id, name, Kind::Saved, &state.present(), pool)?;
        self.send(&ToStore::Keep(Box::new(item)), blobs);
        Ok(())
    }

    fn item(
        &mut self,
        id: String,
        name: String,
        kind: Kind,
        present: &Present,
        pool: Option<&Pool>,
    ) -> Result<(Item, Vec<Blob>)> {
        if present.files.len() != present.identities.len() {
            return Err(Error::new(ErrorKind::Missing, "all files of the data set"));
        }
        let parts = present.identities.iter().zip(&present.files);
        let part = |(identity, chosen): (&FileIdentity, &Chosen)| Part {
            name: chosen.path.clone(),
            sha256: identity.sha256.clone(),
            bytes: chosen.file.size() as u64,
        };
        let files = parts.map(part).collect();
        let mut blobs: Vec<Blob> = present.files.iter().map(|chosen| chosen.file.clone().into()).collect();
        let result = match &present.finished {
            Some((digest, rounds)) => self.result(digest, *rounds, pool)?,
            None => None,
        };
        let result = result.map(|(result, bytes)| {
            blobs.push(bytes);
            result
        });
        let form = text(&present.form);
        let (saved, options, trained) = (js_sys::Date::now(), present.options.clone(), present.trained.clone());
        Ok((Item { id, name, kind, saved, form, options, files, result, trained }, blobs))
    }

    fn result(&mut self, digest: &str, rounds: u32, pool: Option<&Pool>) -> Result<Option<(KeptResult, Blob)>> {
        if self.result.as_ref().is_none_or(|(result, _)| result.digest != digest) {
            let Some(bytes) = pool.and_then(Pool::played) else { return Ok(None) };
            let part = Part { name: "result".into(), sha256: sha256(&bytes), bytes: bytes.len() as u64 };
            let engine = env!("CARGO_PKG_VERSION").to_owned();
            self.result = Some((KeptResult { engine, digest: digest.to_owned(), rounds, part }, blob(&bytes)?));
        }
        Ok(self.result.clone())
    }

    /// Notes what the worker says of this tab's state.
    pub fn hear(&mut self, reply: &FromStore) {
        match reply {
            FromStore::Claimed { tab, .. } => {
                remember_in_tab(TAB, Some(tab));
                (self.tab, self.claiming, self.trouble) = (Some(tab.clone()), false, None);
                self.due.emit(());
            }
            FromStore::Kept(id) if self.tab.as_ref() == Some(id) => {
                if let Some(sent) = self.sent.take() {
                    self.closing.borrow_mut().kept = sent.form.clone();
                    (self.kept, self.failed, self.trouble) = (Some(sent), None, None);
                }
                self.due.emit(());
            }
            FromStore::NotKept { id, error } if self.tab.as_ref() == Some(id) => {
                (self.failed, self.trouble) = (self.sent.take(), Some(Rc::new(error.clone())));
            }
            FromStore::Denied(error) => {
                // Nothing is tried again.
                (self.tab, self.claiming, self.trouble) = (None, true, Some(Rc::new(error.clone())));
            }
            FromStore::Listed(listing) => self.listing = Some(Rc::new(listing.clone())),
            _ => {}
        }
    }

    /// What comes back after a reload: what was kept, and a later form where the page went before it was kept.
    pub fn recovered(&mut self, item: Option<&Item>, blobs: &[Blob]) -> Option<Opened> {
        if !self.recovering {
            return None;
        }
        let later = recall_in_tab(UNKEPT);
        remember_in_tab(UNKEPT, None);
        let later = later.and_then(|text| Form::from_kept(&text).ok());
        let opened = item.and_then(|item| opened(item, blobs).ok());
        match (opened, later) {
            (Some(opened), Some(form)) => Some(Opened { form, ..opened }),
            (None, Some(form)) => {
                let (files, options) = (Vec::new(), ImportOptions::default());
                Some(Opened { form, files, options, played: None, trained: None })
            }
            (opened, None) => opened,
        }
    }

    /// What was kept is on the page.
    pub fn arrived(&mut self) {
        if std::mem::take(&mut self.recovering) {
            self.due.emit(());
        }
    }

    /// What the page was to do, where nothing comes back.
    pub fn release(&mut self) -> Vec<Effect> {
        self.arrived();
        std::mem::take(&mut self.held)
    }
}

fn text(form: &Form) -> String {
    serde_json::to_string(form).unwrap_or_default()
}

/// An item as the page takes it; the bytes of its result are read later.
///
/// # Errors
/// A form that this version of the page does not understand.
pub fn opened(item: &Item, blobs: &[Blob]) -> Result<Opened> {
    let form = Form::from_kept(&item.form)?;
    let files = item.files.iter().zip(blobs).filter_map(|(part, blob)| Chosen::of_blob(&part.name, blob)).collect();
    Ok(Opened { form, files, options: item.options.clone(), played: None, trained: item.trained.clone() })
}

/// The bytes of an item's result, the last of its blobs.
pub async fn result_of(item: &Item, blobs: &[Blob]) -> Option<Vec<u8>> {
    let kept = item.result.as_ref().and(blobs.get(item.files.len()))?;
    let buffer = wasm_bindgen_futures::JsFuture::from(kept.array_buffer()).await.ok()?;
    Some(js_sys::Uint8Array::new(&buffer).to_vec())
}
