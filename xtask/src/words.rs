//! The page's words in other languages: Fluent catalogues under `www/words/`, one folder a language, become a table each
//! that the page loads where it is wanted. What is missing, superfluous or at odds with the code ends the build, with its
//! place.

mod catalogue;
mod code;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, ensure};

use crate::assets::Assets;
use catalogue::{Catalogue, Entry};

/// Language of the code; its catalogue names the messages.
const SOURCE: &str = "en";
/// The other languages. Each has one form for all numbers, so that nothing in their messages depends on one.
const OTHERS: [&str; 2] = ["ko", "ja"];
/// How the files begin that hold what the engine says.
const ENGINE: &str = "engine";
/// The file of what the engine puts together from several texts, so that no single one in the code is the message.
const COMPOSED: &str = "engine-composed.ftl";

/// Files of the engine whose sentences are not the page's: sample questions, prompts for models, what pretended providers
/// answer, the report that is saved, markup.
const SILENT: [&str; 5] = ["live/sample.rs", "live/grade.rs", "live/dry.rs", "query_aware/text.rs", "figure/scene.rs"];
/// Parts of the engine's texts that nobody reads: they are compared with, taken apart, or names of headers.
const UNREAD: [&str; 5] = [
    "credit balance is too low",
    "there are no fields",
    "found a name, expected more",
    "`, expected \"max\" or a number above 0",
    "x-api-key, anthropic-version and anthropic-dangerous-direct-browser-access",
];

/// Adds the languages' tables to the site.
pub fn add(assets: &mut Assets, root: &Path) -> Result<()> {
    let english = Catalogue::read(root, SOURCE)?;
    for language in OTHERS {
        let other = Catalogue::read(root, language)?;
        let problems = problems(root, &english, &other)?;
        ensure!(problems.is_empty(), "www/words/{language}:\n{}", problems.join("\n"));
        assets.add(&format!("words-{language}.txt"), table(&english, &other).into_bytes());
    }
    Ok(())
}

/// What the page reads: a line a message, English, a tab, the translation, sorted by the English; after an empty line once
/// more those of the engine that have places.
fn table(english: &Catalogue, other: &Catalogue) -> String {
    let pairs = english.entries.iter().filter_map(|(id, entry)| Some((entry, other.entries.get(id)?)));
    let (mut all, mut patterns) = (BTreeMap::new(), Vec::new());
    for (entry, translated) in pairs {
        if is_engine(&entry.file) && entry.text.contains('{') {
            patterns.push(format!("{}\t{}\n", entry.text, translated.text));
        }
        all.insert(entry.text.as_str(), translated.text.as_str());
    }
    let all: String = all.into_iter().map(|(english, translated)| format!("{english}\t{translated}\n")).collect();
    format!("{all}\n{}", patterns.concat())
}

fn is_engine(file: &str) -> bool {
    file.starts_with(ENGINE)
}

/// Everything that is wrong between the code, the English catalogue and another.
fn problems(root: &Path, english: &Catalogue, other: &Catalogue) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let said = code::messages(&root.join("src/bin/app"))?;
    let known: BTreeMap<&str, &Entry> = english.entries.values().map(|entry| (entry.text.as_str(), entry)).collect();
    for message in &said {
        match known.get(message.text.as_str()) {
            None => problems.push(format!("{}: {:?} is in no catalogue", message.place, message.text)),
            Some(entry) if entry.one != message.one => {
                problems.push(format!("{}: {:?} has another singular in {}", message.place, message.text, entry.file));
            }
            Some(_) => {}
        }
        let places = places(&message.text);
        for place in places.iter().filter(|place| !message.values.is_empty() && !message.values.contains(*place)) {
            problems.push(format!("{}: no value for {{{place}}} of {:?}", message.place, message.text));
        }
    }
    let used: BTreeSet<&str> = said.iter().map(|message| message.text.as_str()).collect();
    let texts = code::texts(&root.join("src"))?;
    for (id, entry) in &english.entries {
        let stale = match entry.file.as_str() {
            COMPOSED => false,
            file if is_engine(file) => !texts.contains(&code::bare(&entry.text)),
            _ => !used.contains(entry.text.as_str()),
        };
        if stale {
            problems.push(format!("{}: {id} is not in the code: {:?}", entry.file, entry.text));
        }
        match other.entries.get(id) {
            None => problems.push(format!("{}: {id} is not translated: {:?}", entry.file, entry.text)),
            Some(translated) if places(&translated.text) != places(&entry.text) => {
                problems.push(format!("{}: {id} has other places than in English", translated.file));
            }
            Some(translated) if translated.one.is_some() => {
                problems.push(format!("{}: {id} has two forms where the language has one", translated.file));
            }
            Some(_) => {}
        }
    }
    for (id, entry) in other.entries.iter().filter(|(id, _)| !english.entries.contains_key(*id)) {
        problems.push(format!("{}: {id} is not in English: {:?}", entry.file, entry.text));
    }
    for error in code::errors(&root.join("src"))? {
        if !english.entries.values().any(|entry| is_engine(&entry.file) && code::bare(&entry.text) == error.text) {
            problems.push(format!("{}: {:?} is in no catalogue", error.place, error.text));
        }
    }
    let texts: Vec<String> = english.entries.values().map(|entry| code::bare(&entry.text)).collect();
    for part in code::sentences(&root.join("src"), &SILENT)? {
        if !UNREAD.contains(&part.text.as_str()) && !texts.iter().any(|text| text.contains(&part.text)) {
            problems.push(format!("{}: {:?} is in no message", part.place, part.text));
        }
    }
    Ok(problems)
}

/// Names of a message's places.
fn places(text: &str) -> BTreeSet<String> {
    let after = text.split('{').skip(1);
    after.filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::root;

    /// Every message of the code is in every language, with the same places, and nothing else is.
    #[test]
    fn the_catalogues_are_complete() {
        let english = Catalogue::read(&root(), SOURCE).unwrap();
        for language in OTHERS {
            let other = Catalogue::read(&root(), language).unwrap();
            let problems = problems(&root(), &english, &other).unwrap();
            assert!(problems.is_empty(), "{language}:\n{}", problems.join("\n"));
            assert!(other.entries.len() > 1_000, "{language}: {}", other.entries.len());
        }
    }

    /// The explanations in the other languages are those in English: the same, in the same order, with the same formulas.
    #[test]
    fn the_explanations_are_complete() {
        let read = |name: &str| std::fs::read_to_string(root().join("www").join(name)).unwrap();
        let marks = |text: &str| -> Vec<String> {
            let tags = text.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
            tags.map(|(tag, _)| tag.split(" aria-label=").next().unwrap_or_default().to_owned()).collect()
        };
        let english = read("explanations.html");
        let names = |text: &str| -> Vec<String> {
            text.split(" id=\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(id, _)| id.to_owned()).collect()
        };
        for language in OTHERS {
            let other = read(&format!("explanations.{language}.html"));
            assert_eq!(names(&other), names(&english), "{language}");
            let sorted = |text: &str| {
                let mut marks = marks(text);
                marks.sort();
                marks
            };
            assert_eq!(sorted(&other), sorted(&english), "{language}: other elements");
        }
    }
}
