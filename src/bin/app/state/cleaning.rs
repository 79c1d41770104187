//! The data set on its way into one file in the neutral schema.

use super::{Effect, State};
use crate::world::Source;
use llm_selection::data::{FileIdentity, presets, write_csv};
use llm_selection::error::{Error, ErrorKind, Result};

/// Name of the file.
const NAME: &str = "cleaned-data.csv";

/// How far the file is.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cleaning {
    #[default]
    Idle,
    /// Bytes of the person's files that are read again, and how many there are.
    Reading {
        read: u64,
        total: u64,
    },
    Failed(Error),
}

impl State {
    /// Begins to write the data set that is chosen. The person's files are read once more, for their ids.
    pub(super) fn clean(&mut self) -> Vec<Effect> {
        match (&self.form.source, &self.files) {
            (Source::Files, Some(files)) => {
                let total = self.loaded.files.iter().map(|chosen| chosen.file.size() as u64).sum();
                self.cleaning = Cleaning::Reading { read: 0, total };
                vec![Effect::Clean { files: self.loaded.files.clone(), options: files.options.clone() }]
            }
            (Source::Preset(id), _) => match built_in(id) {
                Ok(file) => vec![Effect::Save(NAME, file)],
                Err(error) => self.not_cleaned(error),
            },
            _ => Vec::new(),
        }
    }

    /// More of the files is read.
    pub(super) fn cleaning_advanced(&mut self, bytes: u64) {
        if let Cleaning::Reading { read, .. } = &mut self.cleaning {
            *read = bytes;
        }
    }

    /// The file is there, made of these files.
    pub(super) fn cleaned(&mut self, from: &[FileIdentity], file: web_sys::Blob) -> Vec<Effect> {
        match &self.files {
            Some(files) if files.data.facts().files == from => {
                self.cleaning = Cleaning::Idle;
                vec![Effect::Save(NAME, file)]
            }
            _ => {
                let expected = "the files as they were loaded: they have changed meanwhile, load them again";
                self.not_cleaned(Error::new(ErrorKind::HashMismatch, expected))
            }
        }
    }

    /// There is no such file.
    pub(super) fn not_cleaned(&mut self, error: Error) -> Vec<Effect> {
        self.cleaning = Cleaning::Failed(error);
        Vec::new()
    }
}

/// A built-in data set, which is small, as a file.
fn built_in(id: &str) -> Result<web_sys::Blob> {
    let no_room = || Error::new(ErrorKind::Io, "room for the file in this browser");
    let mut bytes = Vec::new();
    write_csv(&presets::preset(id)?, None, &mut bytes).map_err(|_| no_room())?;
    llm_selection::browser::workspace::blob(&bytes)
}
