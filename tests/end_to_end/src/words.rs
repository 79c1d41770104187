//! The page's words in another language, from the tables of the built site.

use anyhow::{Context, Result};
use llm_selection::words::Catalogue;
use std::fs;

/// A language's words.
pub struct Words(Catalogue);

impl Words {
    /// Those of the language with this tag; none for English, which is in the code.
    ///
    /// # Errors
    /// When the site has no such language.
    pub fn of(tag: &str) -> Result<Option<Words>> {
        if tag == "en" {
            return Ok(None);
        }
        let start = format!("words-{tag}-");
        let files = fs::read_dir(crate::dist())?.filter_map(|file| Some(file.ok()?.path()));
        let mut names = files.filter(|file| {
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with(&start) && name.ends_with(".txt")
        });
        let text = fs::read_to_string(names.next().with_context(|| format!("no words of {tag} in dist/"))?)?;
        // The page knows which message it means; here those with places are looked for as the engine's are.
        let messages = text.split("\n\n").next().unwrap_or_default();
        let patterns: String =
            messages.lines().filter(|line| line.contains('{')).map(|line| format!("{line}\n")).collect();
        Ok(Some(Words(Catalogue::read(format!("{messages}\n\n{patterns}")))))
    }

    /// What the page says for an English text.
    pub fn told(&self, english: &str) -> Option<String> {
        self.0.told(english)
    }
}
