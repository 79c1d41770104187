//! The lessons: Markdown under `www/lessons/` becomes a JSON file each and an index of them, which the page loads when they
//! are asked for. What is wrong in a lesson ends the build, with its file and line.

mod lesson;
mod markup;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::assets::Assets;
use lesson::Lesson;

/// Language that the lessons are written in: the folder under `www/lessons/`.
const LANGUAGE: &str = "en";

/// What the page knows of a lesson before it is opened.
#[derive(Serialize)]
struct Entry<'a> {
    slug: &'a str,
    title: &'a str,
    minutes: usize,
    /// Headings of its steps.
    steps: Vec<&'a str>,
    /// Its file, as a reference that the build follows.
    file: String,
}

/// Adds the lessons under a folder, and the data that their experiments play on.
pub fn add(assets: &mut Assets, folder: &Path) -> Result<()> {
    let mut lessons = Vec::new();
    for name in names(&folder.join(LANGUAGE), "md")? {
        let text = read(&folder.join(LANGUAGE).join(&name))?;
        let lesson = slug(&name).and_then(|slug| Lesson::parse(slug, &text));
        // An error begins with the line, where it has one.
        lessons.push(lesson.with_context(|| format!("www/lessons/{LANGUAGE}/{name}"))?);
    }
    let slugs: BTreeSet<&str> = lessons.iter().map(|lesson| lesson.slug.as_str()).collect();
    ensure!(slugs.len() == lessons.len(), "www/lessons/{LANGUAGE}: two lessons have the same name");
    let data = names(folder, "csv")?;
    for lesson in &lessons {
        for file in lesson.files() {
            ensure!(data.contains(file), "www/lessons/: lesson {} plays on {file}, which is not there", lesson.slug);
        }
        assets.add(&file_of(&lesson.slug), serde_json::to_vec(lesson)?);
    }
    for name in data {
        assets.add(&name, read(&folder.join(&name))?.into_bytes());
    }
    let entries: Vec<Entry> = lessons.iter().map(entry).collect();
    assets.add("lessons.json", serde_json::to_vec(&entries)?);
    Ok(())
}

fn entry(lesson: &Lesson) -> Entry<'_> {
    let Lesson { slug, title, minutes, .. } = lesson;
    let steps = lesson.steps.iter().map(|step| step.title.as_str()).collect();
    Entry { slug, title, minutes: *minutes, steps, file: format!("./{}", file_of(slug)) }
}

fn file_of(slug: &str) -> String {
    format!("lesson-{slug}.json")
}

/// The name in addresses: `best` of `01-best.md`.
fn slug(name: &str) -> Result<&str> {
    let slug = name.strip_suffix(".md").and_then(|stem| stem.split_once('-'));
    let slug = slug.filter(|(number, _)| number.len() == 2 && number.bytes().all(|digit| digit.is_ascii_digit()));
    let slug = slug
        .map(|(_, slug)| slug)
        .filter(|slug| !slug.is_empty() && slug.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'-'));
    slug.context("a lesson's file is named as in 01-best.md")
}

/// Names of the files with this ending right in a folder, sorted; none where there is no such folder.
fn names(folder: &Path, ending: &str) -> Result<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        names.extend(name.filter(|_| path.extension().is_some_and(|it| it == ending)).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_the_place_and_the_slug() {
        assert_eq!(slug("01-best.md").unwrap(), "best");
        assert_eq!(slug("10-reading-queries.md").unwrap(), "reading-queries");
        for name in ["best.md", "1-best.md", "01-.md", "01-Best.md", "01-a/b.md", "01-best.txt"] {
            assert!(slug(name).is_err(), "{name}");
        }
    }

    /// The lessons of this repository, all of them.
    #[test]
    fn the_lessons_are_rendered() {
        let mut assets = Assets::default();
        add(&mut assets, &crate::command::root().join("www/lessons")).unwrap();
        let files: Vec<(String, Vec<u8>)> = assets.finish().unwrap().into_files().collect();
        let (_, index) = files.iter().find(|(name, _)| name.starts_with("lessons-")).unwrap();
        let index: Vec<serde_json::Value> = serde_json::from_slice(index).unwrap();
        for entry in index {
            let file = entry["file"].as_str().unwrap().trim_start_matches("./").to_owned();
            let (_, lesson) = files.iter().find(|(name, _)| *name == file).unwrap();
            let lesson: serde_json::Value = serde_json::from_slice(lesson).unwrap();
            assert_eq!(lesson["title"], entry["title"]);
            assert!(!lesson.to_string().contains("style="), "the page's policy refuses styles");
        }
    }
}
