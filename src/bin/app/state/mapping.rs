//! The dialog *How to read these files*: a look into a file, and the files read again as the person says.

use super::{Effect, Import, Shared, State};
use crate::choices::asks;
use llm_selection::data::excerpt::{Excerpt, Rows, Wanted, find};
use llm_selection::data::{Audit, ImportOptions, ModelAudit, names};
use llm_selection::error::Result;
use std::rc::Rc;

/// Number under which the dialog asks for excerpts.
pub const MAPPING: u32 = 0;
/// Rows that are shown of a file, and looked at for a guess.
const ROWS: usize = 20;

/// What the dialog shows.
#[derive(Clone)]
pub struct Mapping {
    /// Number of the opening: choices begin anew with each.
    pub opening: u32,
    /// What the files are called.
    pub names: Vec<String>,
    /// The file that is shown, and the member where it is an archive.
    pub place: usize,
    pub member: Option<String>,
    /// Its first rows; `None` while they are read.
    pub excerpt: Option<Result<Rc<Excerpt>>>,
    /// The first excerpt that came: what the choices begin with.
    pub first: Option<Rc<Excerpt>>,
    /// How the files were read last.
    pub options: ImportOptions,
    /// Models that the files are known to have.
    pub models: Vec<String>,
    /// Those of them whose costs are unknown.
    pub costless: Vec<String>,
}

/// What can happen in the dialog.
#[derive(Clone)]
pub enum MappingAction {
    /// It is asked for.
    Show,
    /// Another file, or another member of an archive, is to be shown.
    Look(usize, Option<String>),
    /// The same files are to be read in this way.
    Read(Box<ImportOptions>),
    /// It is closed.
    Close,
}

/// Names of models of an audit, if there is one.
fn named(audit: Option<&Audit>, which: impl Fn(&ModelAudit) -> bool) -> Vec<String> {
    let models = audit.into_iter().flat_map(|audit| &audit.models);
    models.filter(|model| which(model)).map(|model| model.name.clone()).collect()
}

impl State {
    /// What the person did in the dialog.
    pub(super) fn map(&mut self, action: MappingAction) -> Vec<Effect> {
        match action {
            MappingAction::Show => self.show_mapping(),
            MappingAction::Look(place, member) => self.look(place, member),
            MappingAction::Read(options) => self.read_again(*options),
            MappingAction::Close => {
                self.mapping = None;
                Vec::new()
            }
        }
    }

    /// The files could not be read: opens the dialog where the person is asked how they are to be.
    pub(super) fn offer_mapping(&mut self) -> Vec<Effect> {
        let Import::Failed(error) = &self.import else { return Vec::new() };
        if self.mapping.is_some() || self.wanted().is_some() || !asks(error) {
            return Vec::new();
        }
        self.show_mapping()
    }

    /// Opens the dialog on the files that were read last, at the one that an error is about.
    fn show_mapping(&mut self) -> Vec<Effect> {
        if !matches!(self.import, Import::Failed(_)) && !self.loaded.files.is_empty() {
            // Those that were read last may be others, which could not be read.
            self.read.clone_from(&self.loaded);
        }
        let paths: Vec<&str> = self.read.files.iter().map(|file| file.path.as_str()).collect();
        let names = names(&paths);
        let about = match &self.import {
            Import::Failed(error) => error.place.file.as_deref().and_then(|file| find(&names, file)),
            _ => None,
        };
        let (place, member) = about.map_or((0, None), |(place, member)| (place, member.map(str::to_owned)));
        let loaded =
            self.audit.as_ref().filter(|_| self.read == self.loaded && !matches!(self.import, Import::Failed(_)));
        self.openings += 1;
        self.mapping = Some(Shared(Rc::new(Mapping {
            opening: self.openings,
            models: named(loaded.map(|audit| &**audit), |_| true),
            costless: named(loaded.map(|audit| &**audit), |model| model.mean_cost.is_none()),
            options: match (&self.files, loaded) {
                (Some(files), Some(_)) => files.options.clone(),
                _ => self.options.clone(),
            },
            names,
            place,
            member: None,
            excerpt: None,
            first: None,
        })));
        self.look(place, member)
    }

    fn look(&mut self, place: usize, member: Option<String>) -> Vec<Effect> {
        let (Some(file), Some(mapping)) = (self.read.files.get(place).cloned(), &self.mapping) else {
            return Vec::new();
        };
        let options = mapping.options.clone();
        let mapping = Mapping { place, member: member.clone(), excerpt: None, ..(*mapping.0).clone() };
        self.mapping = Some(Shared(Rc::new(mapping)));
        vec![Effect::Excerpt { number: MAPPING, file, options, wanted: Wanted { member, rows: Rows::First(ROWS) } }]
    }

    /// The first rows of the file are here, or cannot be.
    pub(super) fn looked(&mut self, excerpt: Result<Box<Excerpt>>) {
        let Some(mapping) = &self.mapping else { return };
        let excerpt = excerpt.map(Rc::from);
        let first = mapping.first.clone().or_else(|| excerpt.clone().ok());
        let member = excerpt.as_ref().ok().and_then(|excerpt: &Rc<Excerpt>| excerpt.member.clone());
        let mapping = Mapping { excerpt: Some(excerpt), first, member, ..(*mapping.0).clone() };
        self.mapping = Some(Shared(Rc::new(mapping)));
    }

    /// Whether there are files that can be read again in another way.
    pub fn can_map(&self) -> bool {
        !self.read.files.is_empty() && self.wanted().is_none()
    }
}
