//! Results together with a way to the texts of their queries, for policies that read them.

use super::Playable;
use super::scene::{self, Asked, Reading, Scene};
use crate::data::{Dataset, FileIdentity};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Filter, MissingRule};
use crate::query_aware::context::Context;
use crate::query_aware::queries::Queries;
use std::cell::RefCell;
use std::sync::Arc;

/// Reads the results with their texts: a score from the threshold on is a right answer, and further columns by these names
/// are features. Also says which files were read.
pub type ReadTexts = Box<dyn Fn(f64, &[String]) -> Result<(Queries, Vec<FileIdentity>)>>;

/// A data set whose texts are read where an experiment wants them, and not kept.
pub struct WithTexts {
    data: Arc<Dataset>,
    read: ReadTexts,
    /// What was made of the texts last, and for what.
    last: RefCell<Option<(Wanted, Context)>>,
}

/// All that a context depends on, but for the data.
#[derive(PartialEq)]
struct Wanted {
    reading: Reading,
    models: Vec<String>,
    filter: Filter,
    missing: MissingRule,
}

impl WithTexts {
    /// A data set, and how its files are read again.
    pub fn new(data: Arc<Dataset>, read: ReadTexts) -> Self {
        WithTexts { data, read, last: RefCell::default() }
    }

    /// The data set.
    pub fn data(&self) -> &Arc<Dataset> {
        &self.data
    }

    fn learn(&self, wanted: &Wanted) -> Result<Context> {
        let Reading { split, columns, threshold } = &wanted.reading;
        let (queries, files) = (self.read)(*threshold, columns)?;
        if files != self.data.files {
            return Err(Error::new(ErrorKind::HashMismatch, "the files as they were when their results were read")
                .at_field("environment.files")
                .found("other bytes at the second reading, for their texts"));
        }
        Context::of(&queries.restricted(&wanted.models, &wanted.filter, wanted.missing)?, *split)
    }
}

impl Playable for WithTexts {
    fn files(&self) -> &[FileIdentity] {
        &self.data.files
    }

    fn scene(&self, asked: &Asked) -> Result<Scene> {
        let Some(reading) = &asked.reading else { return scene::replay(&self.data, asked, None) };
        let wanted = Wanted {
            reading: reading.clone(),
            models: asked.models.clone(),
            filter: asked.filter.clone(),
            missing: asked.missing,
        };
        let mut last = self.last.borrow_mut();
        if last.as_ref().is_none_or(|(known, _)| *known != wanted) {
            *last = None;
            let context = self.learn(&wanted)?;
            *last = Some((wanted, context));
        }
        scene::replay(&self.data, asked, last.as_ref().map(|(_, context)| context))
    }
}
