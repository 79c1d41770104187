//! Reading of the person's files: what is being read, how, and what becomes of it.

use super::{Effect, Restoring, Shared, State};
use crate::bring::Brought;
use crate::choices::faulty;
use crate::world::{Files, Source, World};
use llm_selection::browser::remote::Remote;
use llm_selection::data::{Audit, ImportOptions, Progress, names};
use llm_selection::error::{Error, ErrorKind, Place};
use llm_selection::experiment::{FileReference, Price};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Reading of files.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Import {
    #[default]
    Idle,
    /// The names of the files, how far they are read (or fetched: then reading them follows), and since when.
    Reading {
        names: Rc<[String]>,
        fetched: bool,
        progress: Progress,
        since: f64,
    },
    Failed(Error),
}

impl Import {
    /// Files on their way to the page.
    pub fn fetching(addresses: &[String]) -> Import {
        Import::reading(addresses.into(), true, None)
    }

    /// More is there.
    pub fn advance(&mut self, now: Progress) {
        if let Import::Reading { progress, .. } = self {
            *progress = now;
        }
    }

    fn reading(names: Rc<[String]>, fetched: bool, total: Option<u64>) -> Import {
        let progress = Progress { file: 0, files: names.len(), bytes: 0, total };
        Import::Reading { names, fetched, progress, since: js_sys::Date::now() }
    }
}

impl State {
    /// Reads files as they are, or as an experiment that waits for them says.
    pub(super) fn read_files(&mut self, brought: Brought) -> Vec<Effect> {
        self.mapping = None;
        let Brought { files, left_out } = brought;
        let (files, options) = self.as_wanted(files);
        self.import(Brought { files, left_out }, options)
    }

    /// Files that were asked for could not be had; what was loaded before stays.
    pub(super) fn not_brought(&mut self, error: Error) -> Vec<Effect> {
        self.restoring.fail();
        self.import = Import::Failed(error);
        vec![Effect::CancelImport]
    }

    /// Reads the same files again in another way.
    pub(super) fn read_again(&mut self, options: ImportOptions) -> Vec<Effect> {
        self.import(self.read.clone(), options)
    }

    /// The place of the file that keeps the others from being read, where they can be without it.
    pub fn faulty(&self) -> Option<usize> {
        let Import::Failed(error) = &self.import else { return None };
        let paths: Vec<&str> = self.read.files.iter().map(|file| file.path.as_str()).collect();
        faulty(error, &names(&paths)).filter(|place| self.wanted().is_none() && *place < self.read.files.len())
    }

    /// Reads the files again without that one, in the way that was chosen last.
    pub(super) fn leave_out(&mut self) -> Vec<Effect> {
        let Some(place) = self.faulty() else { return Vec::new() };
        let mut read = self.read.clone();
        read.left_out.push((read.files.remove(place).path, "left out, as was asked"));
        // An open dialog shows the files as they were.
        self.mapping = None;
        self.import(read, self.options.clone())
    }

    /// Stops reading; what was loaded before stays.
    pub(super) fn cancel_import(&mut self) -> Vec<Effect> {
        self.restoring.fail();
        self.import = Import::Idle;
        vec![Effect::CancelImport]
    }

    /// Begins to read files.
    pub(super) fn import(&mut self, brought: Brought, options: ImportOptions) -> Vec<Effect> {
        let files = brought.files.clone();
        if files.is_empty() {
            return Vec::new();
        }
        let names = files.iter().map(|file| file.path.clone()).collect();
        let total = files.iter().map(|file| file.file.size() as u64).sum();
        self.restoring.fail();
        self.of_live = None;
        self.import = Import::reading(names, false, Some(total));
        (self.read, self.options) = (brought, options.clone());
        vec![Effect::Import { files, options }]
    }

    /// Begins to fetch files.
    pub(super) fn fetch(&mut self, addresses: Vec<String>) -> Vec<Effect> {
        self.import = Import::fetching(&addresses);
        vec![Effect::Fetch(addresses)]
    }

    /// The files are read: they are played on, unless something else waited for them.
    pub(super) fn imported(
        &mut self,
        data: Rc<Remote>,
        mut audit: Box<Audit>,
        prices: BTreeMap<String, Price>,
    ) -> Vec<Effect> {
        self.rows = None;
        let mut options = self.options.clone();
        options.prices.extend(prices);
        audit.leave_out(&self.read.left_out);
        let files = Files { data, queries: audit.queries, options };
        if let Some(link) = self.wanted().map(|(_, link)| link.clone()) {
            return self.check_wanted(link, files, audit);
        }
        if let Some(opened) = self.restoring.take() {
            self.audit = Some(Shared(Rc::from(audit)));
            return self.restored(opened, Some(files));
        }
        match World::new(&Source::Files, Some(&files)) {
            Ok(world) => {
                (self.import, self.mapping) = (Import::Idle, None);
                self.keep_files();
                self.audit = Some(Shared(Rc::from(audit)));
                self.files = Some(files);
                self.enter(Source::Files, world)
            }
            Err(error) => {
                self.import = Import::Failed(error);
                Vec::new()
            }
        }
    }

    /// The files could not be read.
    pub(super) fn import_failed(&mut self, error: Error) -> Vec<Effect> {
        let restoring = self.restoring.take().is_some();
        if restoring {
            self.restoring = Restoring::Failed;
        }
        if error.kind == ErrorKind::Cancelled {
            self.import = Import::Idle;
            return Vec::new();
        }
        self.import = Import::Failed(self.not_the_link_s(error));
        if restoring { Vec::new() } else { self.offer_mapping() }
    }

    /// An error of files that came for a link: those that the link names can be read as it says, so it is first that
    /// these are others.
    fn not_the_link_s(&self, error: Error) -> Error {
        let Some((replay, _)) = self.wanted() else { return error };
        if matches!(error.kind, ErrorKind::HashMismatch | ErrorKind::Io | ErrorKind::TooLarge) {
            return error;
        }
        let paths: Vec<&str> = self.read.files.iter().map(|file| file.path.as_str()).collect();
        let given = names(&paths);
        let hash = |file: &FileReference| match &file.sha256 {
            Some(hash) => format!("{} (SHA-256 {}\u{2026})", file.name, hash.get(..8).unwrap_or(hash)),
            None => file.name.clone(),
        };
        let wanted: Vec<String> = replay.files.iter().map(hash).collect();
        let file = error.place.file.clone();
        let why = Error { place: Place { file: None, ..error.place.clone() }, ..error };
        let expected = format!("{}; read as the link says, it fails: {why}", wanted.join(", "));
        let other = Error::new(ErrorKind::HashMismatch, expected).found(given.join(", "));
        match file {
            Some(file) => other.in_file(file),
            None => other,
        }
    }
}
