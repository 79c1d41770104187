//! Reading files beside the run: as a data set, a few rows of one, or to write them anew. Each has a worker of its own.

use super::{Event, Inner, Pool};
use crate::browser::chosen::Chosen;
use crate::browser::handle::Handle;
use crate::browser::remote::Coming;
use crate::data::ImportOptions;
use crate::data::excerpt::Wanted;
use crate::error::{Error, ErrorKind};
use crate::facts::Facts;
use crate::protocol::{FromImporter, ToImporter};
use js_sys::Array;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};

impl Pool {
    /// Reads files as one data set, giving up an import under way; `options` say how, where the files do not.
    pub fn import(&self, files: Vec<Chosen>, options: ImportOptions) {
        self.cancel_import();
        *self.inner.reading.borrow_mut() = Some((files.clone(), options.clone()));
        let message = |names| ToImporter::Import { names, options };
        self.inner.make_room();
        match self.importer(files, message, Inner::heard_importer) {
            Ok(handle) => *self.inner.importer.borrow_mut() = Some(handle),
            Err(error) => (self.inner.on_event)(Event::ImportFailed(error)),
        }
    }

    /// Reads files once more and writes them as one in the neutral schema, with the queries' ids.
    pub fn clean(&self, files: Vec<Chosen>, options: ImportOptions) {
        self.inner.make_room();
        match self.importer(files, |names| ToImporter::Clean { names, options }, Inner::heard_cleaner) {
            Ok(handle) => *self.inner.cleaner.borrow_mut() = Some(handle),
            Err(error) => (self.inner.on_event)(Event::CleanFailed(error)),
        }
    }

    /// Gives up what [`Pool::clean`] began; no event follows.
    pub fn cancel_clean(&self) {
        self.inner.cleaner.borrow_mut().take();
    }

    /// A worker that reads files.
    fn importer(
        &self,
        files: Vec<Chosen>,
        message: impl FnOnce(Vec<String>) -> ToImporter,
        heard: fn(&Rc<Inner>, Result<FromImporter, Error>, &Array),
    ) -> Result<Handle, Error> {
        let weak = Rc::downgrade(&self.inner);
        let mut handle = Handle::new("importer", move |reply, beside| {
            if let Some(inner) = weak.upgrade() {
                heard(&inner, reply, &beside);
            }
        })?;
        let (names, beside): (_, Vec<JsValue>) = files.into_iter().map(|it| (it.path, it.file.into())).unzip();
        handle.send(&message(names), &beside)?;
        Ok(handle)
    }

    /// Gives up the import under way; no event follows.
    pub fn cancel_import(&self) {
        self.inner.importer.borrow_mut().take();
        self.inner.coming.borrow_mut().take();
    }

    /// Reads a few rows of a file, beside whatever else is being read. The last request under a `number` takes the place of
    /// those before it.
    pub fn excerpt(&self, number: u32, file: Chosen, options: ImportOptions, wanted: Wanted) {
        let weak = Rc::downgrade(&self.inner);
        let handle = Handle::new("importer", move |reply, _| {
            if let Some(inner) = weak.upgrade() {
                inner.heard_excerpt(number, reply);
            }
        });
        let message = ToImporter::Excerpt { name: file.path, options, wanted };
        match handle.and_then(|mut handle| handle.send(&message, &[file.file.into()]).map(|()| handle)) {
            Ok(handle) => drop(self.inner.excerpts.borrow_mut().insert(number, handle)),
            Err(error) => (self.inner.on_event)(Event::Excerpt(number, Err(error))),
        }
    }
}

impl Inner {
    /// An excerpt's worker has something to say.
    fn heard_excerpt(&self, number: u32, reply: Result<FromImporter, Error>) {
        let excerpt = match reply {
            Ok(FromImporter::Excerpt(excerpt)) => Ok(excerpt),
            Ok(FromImporter::Failed(error)) | Err(error) => Err(error),
            Ok(_) => return,
        };
        self.excerpts.borrow_mut().remove(&number);
        (self.on_event)(Event::Excerpt(number, excerpt));
    }

    /// The cleaner has something to say.
    fn heard_cleaner(self: &Rc<Self>, reply: Result<FromImporter, Error>, beside: &Array) {
        let event = match (reply, beside.get(1).dyn_into::<web_sys::Blob>()) {
            (Ok(FromImporter::Progress(progress)), _) => Event::CleanProgress(progress),
            (Ok(FromImporter::Cleaned(files)), Ok(file)) => Event::Cleaned(files, file),
            (Ok(FromImporter::Failed(error)) | Err(error), _) => Event::CleanFailed(error),
            (Ok(_), _) => Event::CleanFailed(Error::new(ErrorKind::Malformed, "a message of this program")),
        };
        if !matches!(event, Event::CleanProgress(_)) {
            self.cleaner.borrow_mut().take();
        }
        (self.on_event)(event);
    }

    /// The importer has something to say.
    fn heard_importer(self: &Rc<Self>, reply: Result<FromImporter, Error>, beside: &Array) {
        let error = match reply {
            Ok(FromImporter::Progress(progress)) => return (self.on_event)(Event::ImportProgress(progress)),
            Ok(FromImporter::Imported { audit, prices }) => {
                let weak = Rc::downgrade(self);
                let (files, options) = self.reading.borrow_mut().take().unwrap_or_default();
                let coming = Coming::new(beside, &files, options, move |facts| {
                    if let Some(inner) = weak.upgrade() {
                        inner.came(facts);
                    }
                });
                match coming {
                    Ok(coming) => {
                        self.importer.borrow_mut().take();
                        *self.coming.borrow_mut() = Some((coming, audit, prices));
                        return;
                    }
                    Err(error) => error,
                }
            }
            Ok(FromImporter::Failed(error)) | Err(error) => error,
            Ok(_) => return,
        };
        self.importer.borrow_mut().take();
        (self.on_event)(Event::ImportFailed(error));
    }

    /// The worker that is to hold what was imported has taken it in, or could not.
    fn came(&self, facts: Result<Facts, Error>) {
        let Some((coming, audit, prices)) = self.coming.borrow_mut().take() else { return };
        (self.on_event)(match facts {
            Ok(facts) => Event::Imported { data: Rc::new(coming.held(facts)), audit, prices },
            Err(error) => Event::ImportFailed(error),
        });
    }
}
