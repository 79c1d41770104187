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
    /// What was learned from the texts last.
    last: RefCell<Option<(Lesson, Context)>>,
}

/// What is to be learned from the texts of some data: from the same data equal ones learn the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    reading: Reading,
    models: Vec<String>,
    filter: Filter,
    missing: MissingRule,
}

impl Lesson {
    /// What a replay asks to be learned; `None` where none of its policies reads the query.
    pub fn of(asked: &Asked) -> Option<Lesson> {
        let Asked { models, filter, missing, .. } = asked;
        let (models, filter) = (models.clone(), filter.clone());
        asked.reading.clone().map(|reading| Lesson { reading, models, filter, missing: *missing })
    }

    /// Reads the texts, which must be those of `files`, and learns. `progress` hears the share of the learning that is done,
    /// in [0,1], and returns whether to go on.
    ///
    /// # Errors
    /// `HashMismatch` for other files; those of `read`, [`Queries::playing`] and [`Context::of`].
    pub fn learn(
        &self,
        read: &ReadTexts,
        files: &[FileIdentity],
        progress: &mut dyn FnMut(f64) -> bool,
    ) -> Result<Context> {
        let Reading { split, columns, threshold } = &self.reading;
        let (queries, found) = read(*threshold, columns)?;
        if found != files {
            return Err(Error::new(ErrorKind::HashMismatch, "the files as they were when their results were read")
                .at_field("environment.files")
                .found("other bytes at the second reading, for their texts"));
        }
        Context::of(&queries.restricted(&self.models, &self.filter, self.missing)?, *split, progress)
    }
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

    /// Takes over what was learned from its texts elsewhere.
    pub fn know(&self, lesson: Lesson, context: Context) {
        *self.last.borrow_mut() = Some((lesson, context));
    }
}

impl Playable for WithTexts {
    fn files(&self) -> &[FileIdentity] {
        &self.data.files
    }

    fn scene(&self, asked: &Asked) -> Result<Scene> {
        let Some(lesson) = Lesson::of(asked) else { return scene::replay(&self.data, asked, None) };
        let mut last = self.last.borrow_mut();
        if last.as_ref().is_none_or(|(known, _)| *known != lesson) {
            *last = None;
            let context = lesson.learn(&self.read, &self.data.files, &mut |_| true)?;
            *last = Some((lesson, context));
        }
        scene::replay(&self.data, asked, last.as_ref().map(|(_, context)| context))
    }
}
