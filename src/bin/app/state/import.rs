//! Reading of the person's files: what is being read, how, and what becomes of it.

use super::{Effect, Restoring, Shared, State};
use crate::world::{Files, Source, World};
use llm_selection::browser::chosen::Chosen;
use llm_selection::data::{Audit, Dataset, ImportOptions, Progress};
use llm_selection::error::{Error, ErrorKind};
use llm_selection::experiment::Price;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Reading of files.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Import {
    #[default]
    Idle,
    Reading {
        file: String,
        number: usize,
        files: usize,
        read: u64,
        total: u64,
    },
    Failed(Error),
}

impl State {
    /// Reads files as they are, or as an experiment that waits for them says.
    pub(super) fn read_files(&mut self, files: Vec<Chosen>) -> Vec<Effect> {
        self.mapping = None;
        let (files, options) = self.as_wanted(files);
        self.import(files, options)
    }

    /// Reads the same files again in another way.
    pub(super) fn read_again(&mut self, options: ImportOptions) -> Vec<Effect> {
        self.import(self.read.clone(), options)
    }

    /// Stops reading; what was loaded before stays.
    pub(super) fn cancel_import(&mut self) -> Vec<Effect> {
        self.restoring.fail();
        self.import = Import::Idle;
        vec![Effect::CancelImport]
    }

    /// Begins to read files.
    pub(super) fn import(&mut self, files: Vec<Chosen>, options: ImportOptions) -> Vec<Effect> {
        if files.is_empty() {
            return Vec::new();
        }
        let total = files.iter().map(|file| file.file.size() as u64).sum();
        let first = files.first().map(|file| file.path.clone()).unwrap_or_default();
        self.restoring.fail();
        self.import = Import::Reading { file: first, number: 1, files: files.len(), read: 0, total };
        (self.read, self.options) = (files.clone(), options.clone());
        vec![Effect::Import { files, options }]
    }

    /// More of the files is read.
    pub(super) fn import_advanced(&mut self, progress: Progress) {
        if let Import::Reading { file, number, read, .. } = &mut self.import {
            (*number, *read) = (progress.file + 1, progress.bytes);
            *file = self.read.get(progress.file).map(|file| file.path.clone()).unwrap_or_default();
        }
    }

    /// The files are read: they are played on, unless something else waited for them.
    pub(super) fn imported(
        &mut self,
        dataset: Arc<Dataset>,
        audit: Box<Audit>,
        prices: BTreeMap<String, Price>,
    ) -> Vec<Effect> {
        self.rows = None;
        let mut options = self.options.clone();
        options.prices.extend(prices);
        let files = Files { dataset, queries: audit.queries, options };
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
        self.import = Import::Failed(error);
        if restoring { Vec::new() } else { self.offer_mapping() }
    }
}
