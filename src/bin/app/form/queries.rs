//! Which queries of the person's files are played, as it was chosen.

use crate::world::{Files, World};
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::experiment::{Environment, Filter, MissingRule};
use llm_selection::facts::Facts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What the data says of queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    Category,
    Split,
}

impl Label {
    /// Both.
    pub const ALL: [Label; 2] = [Label::Category, Label::Split];

    /// Its different names with how many queries each has; none where the data has no such column.
    pub fn of(self, facts: &Facts) -> &[(String, u64)] {
        match self {
            Label::Category => &facts.categories,
            Label::Split => &facts.splits,
        }
    }

    /// Name of its list in a filter.
    fn field(self) -> &'static str {
        match self {
            Label::Category => "category",
            Label::Split => "split",
        }
    }
}

/// What was chosen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Queries {
    pub missing: MissingRule,
    /// Categories that are not ticked.
    category: BTreeSet<String>,
    /// Parts that are not ticked.
    split: BTreeSet<String>,
}

/// What a person can do to it.
#[derive(Debug, Clone, PartialEq)]
pub enum QueryEdit {
    Missing(MissingRule),
    Tick(Label, String, bool),
    TickAll(Label, bool),
}

impl Queries {
    /// For new data: all queries; where none has a result of every model, models are away.
    pub fn fitting(world: &World) -> Queries {
        let missing = if world.complete == Some(0) { MissingRule::Unavailable } else { MissingRule::Drop };
        Queries { missing, ..Queries::default() }
    }

    /// What an environment says, on these files.
    pub fn meaning(environment: &Environment, files: Option<&Files>) -> Queries {
        let (Environment::Replay(replay), Some(files)) = (environment, files) else { return Queries::default() };
        let off = |label: Label, wanted: &[String]| {
            let names = label.of(files.data.facts()).iter().map(|(name, _)| name);
            names.filter(|name| !wanted.is_empty() && !wanted.contains(name)).cloned().collect()
        };
        Queries {
            missing: replay.missing,
            category: off(Label::Category, &replay.filter.category),
            split: off(Label::Split, &replay.filter.split),
        }
    }

    /// Whether a name is not ticked.
    pub fn is_off(&self, label: Label, name: &str) -> bool {
        self.off(label).contains(name)
    }

    fn off(&self, label: Label) -> &BTreeSet<String> {
        match label {
            Label::Category => &self.category,
            Label::Split => &self.split,
        }
    }

    /// Does an edit.
    pub fn edit(&mut self, edit: QueryEdit, world: &World) {
        let (label, names, on) = match edit {
            QueryEdit::Missing(missing) => {
                self.missing = missing;
                return;
            }
            QueryEdit::Tick(label, name, on) => (label, vec![name], on),
            QueryEdit::TickAll(label, on) => {
                (label, world.labels(label).iter().map(|(name, _)| name.clone()).collect(), on)
            }
        };
        let off = match label {
            Label::Category => &mut self.category,
            Label::Split => &mut self.split,
        };
        for name in names {
            if on {
                off.remove(&name)
            } else {
                off.insert(name)
            };
        }
    }

    /// An environment that plays these queries.
    ///
    /// # Errors
    /// A list with nothing ticked.
    pub fn on(&self, mut environment: Environment, world: &World) -> Result<Environment> {
        if let Environment::Replay(replay) = &mut environment {
            replay.missing = self.missing;
            let filter =
                Filter { category: self.ticked(Label::Category, world)?, split: self.ticked(Label::Split, world)? };
            replay.filter = filter;
        }
        Ok(environment)
    }

    /// The names that are ticked; none where all are.
    fn ticked(&self, label: Label, world: &World) -> Result<Vec<String>> {
        let names = world.labels(label).iter().map(|(name, _)| name);
        let ticked: Vec<String> = names.filter(|name| !self.is_off(label, name)).cloned().collect();
        let all = world.labels(label).len();
        if ticked.is_empty() && all > 0 {
            return Err(Error::new(ErrorKind::OutOfRange, "at least one that is ticked")
                .at_field(format!("environment.filter.{}", label.field()))
                .found("none"));
        }
        Ok(if ticked.len() == all { Vec::new() } else { ticked })
    }
}
