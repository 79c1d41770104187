//! Content-hashed names: a file's name carries the hash of its content, and whatever refers to it follows.
//!
//! A reference is `"./name"`, `'./name'` or `(./name)` in a text file. Files are named in the order of their references,
//! so that a change in one file changes the names of all that refer to it, and nothing else.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use sha2::{Digest, Sha256};

/// Files by the name under which others refer to them.
#[derive(Default)]
pub struct Assets {
    plain: BTreeMap<String, Vec<u8>>,
    finished: BTreeMap<String, (String, Vec<u8>)>,
}

impl Assets {
    /// Adds a file.
    pub fn add(&mut self, name: &str, bytes: Vec<u8>) {
        self.plain.insert(name.to_owned(), bytes);
    }

    /// Every file with its hashed name and rewritten content.
    ///
    /// # Errors
    /// When files refer to each other in a circle, which no hash can satisfy.
    pub fn finish(mut self) -> Result<Finished> {
        while !self.plain.is_empty() {
            let ready: Vec<String> =
                self.plain.keys().filter(|name| self.waits_for(name).is_empty()).cloned().collect();
            ensure!(!ready.is_empty(), "these files refer to each other: {:?}", self.plain.keys());
            for name in ready {
                if let Some(bytes) = self.plain.remove(&name) {
                    let bytes = rewrite(bytes, &self.finished);
                    self.finished.insert(name.clone(), (hashed_name(&name, &bytes), bytes));
                }
            }
        }
        Ok(Finished { files: self.finished })
    }

    fn waits_for(&self, name: &str) -> Vec<&String> {
        let Some(text) = self.plain.get(name).and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
            return Vec::new();
        };
        self.plain
            .keys()
            .filter(|other| references(other).iter().any(|(reference, ..)| text.contains(reference)))
            .collect()
    }
}

/// Files under their final names.
pub struct Finished {
    files: BTreeMap<String, (String, Vec<u8>)>,
}

impl Finished {
    /// A text with its references to these files rewritten.
    pub fn rewrite(&self, text: String) -> Vec<u8> {
        rewrite(text.into_bytes(), &self.files)
    }

    /// Final names and contents.
    pub fn into_files(self) -> impl Iterator<Item = (String, Vec<u8>)> {
        self.files.into_values()
    }
}

/// The three ways to refer to a name: as written, and what goes before and after the name.
fn references(name: &str) -> [(String, &'static str, &'static str); 3] {
    [("\"", "\""), ("'", "'"), ("(", ")")].map(|(open, close)| (format!("{open}./{name}{close}"), open, close))
}

fn rewrite(bytes: Vec<u8>, finished: &BTreeMap<String, (String, Vec<u8>)>) -> Vec<u8> {
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            for (name, (hashed, _)) in finished {
                for (reference, open, close) in references(name) {
                    text = text.replace(&reference, &format!("{open}./{hashed}{close}"));
                }
            }
            text.into_bytes()
        }
        Err(binary) => binary.into_bytes(),
    }
}

fn hashed_name(name: &str, bytes: &[u8]) -> String {
    let hash: String = Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{hash}.{extension}"),
        None => format!("{name}-{hash}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assets(files: &[(&str, &str)]) -> Assets {
        let mut assets = Assets::default();
        for (name, text) in files {
            assets.add(name, text.as_bytes().to_vec());
        }
        assets
    }

    #[test]
    fn a_change_renames_what_refers_to_it() {
        let build = |leaf: &str| {
            let finished =
                assets(&[("a.js", "import './b.js'"), ("b.js", "url(./c.svg)"), ("c.svg", leaf), ("d.js", "1")])
                    .finish()
                    .unwrap();
            let page = String::from_utf8(finished.rewrite("<script src=\"./a.js\">./d.js".into())).unwrap();
            (page, finished.into_files().map(|(name, _)| name).collect::<Vec<_>>())
        };
        let (page, first) = build("<svg/>");
        let (_, second) = build("<svg></svg>");
        assert_eq!(page, format!("<script src=\"./{}\">./d.js", first[0]));
        assert!(first[..3].iter().zip(&second).all(|(a, b)| a != b));
        assert_eq!(first[3], second[3]);
    }

    #[test]
    fn a_circle_is_refused() {
        assert!(assets(&[("a.js", "'./b.js'"), ("b.js", "'./a.js'")]).finish().is_err());
    }
}
