//! The lessons: Markdown under `www/lessons/` becomes a JSON file each and an index of them, which the page loads when they
//! are asked for. What is wrong in a lesson ends the build, with its file and line.
//!
//! They are written in English, in the folder `en`. A lesson of the same name in `ko` or `ja` is its translation, and takes
//! its place where the page speaks that language.

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
/// Languages that a lesson may be translated to.
const OTHERS: [&str; 2] = ["ko", "ja"];

/// What the page knows of a lesson before it is opened.
#[derive(Serialize)]
struct Entry<'a> {
    slug: &'a str,
    title: &'a str,
    minutes: usize,
    /// Tag of the language that it is in.
    language: &'a str,
    /// Headings of its steps.
    steps: Vec<&'a str>,
    /// Its file, as a reference that the build follows.
    file: String,
}

/// Adds the lessons under a folder, and the data that their experiments play on.
pub fn add(assets: &mut Assets, folder: &Path) -> Result<()> {
    let lessons = written(folder, LANGUAGE)?;
    let data = names(folder, "csv")?;
    assets.add("lessons.json", serde_json::to_vec(&entries(&lessons, &[], LANGUAGE))?);
    for language in OTHERS {
        let translated = written(folder, language)?;
        for lesson in &translated {
            let slug = &lesson.slug;
            let original = lessons.iter().find(|original| original.slug == *slug);
            let original = original.with_context(|| format!("www/lessons/{language}: {slug} is not in {LANGUAGE}"))?;
            let same = original.steps.len() == lesson.steps.len();
            ensure!(same, "www/lessons/{language}: {slug} has other steps than in {LANGUAGE}");
        }
        assets.add(&format!("lessons-{language}.json"), serde_json::to_vec(&entries(&lessons, &translated, language))?);
        add_all(assets, &translated, language, &data)?;
    }
    add_all(assets, &lessons, LANGUAGE, &data)?;
    for name in data {
        assets.add(&name, read(&folder.join(&name))?.into_bytes());
    }
    Ok(())
}

/// The lessons in a language.
fn written(folder: &Path, language: &str) -> Result<Vec<Lesson>> {
    let mut lessons = Vec::new();
    for name in names(&folder.join(language), "md")? {
        let text = read(&folder.join(language).join(&name))?;
        let lesson = slug(&name).and_then(|slug| Lesson::parse(slug, &text));
        // An error begins with the line, where it has one.
        lessons.push(lesson.with_context(|| format!("www/lessons/{language}/{name}"))?);
    }
    let slugs: BTreeSet<&str> = lessons.iter().map(|lesson| lesson.slug.as_str()).collect();
    ensure!(slugs.len() == lessons.len(), "www/lessons/{language}: two lessons have the same name");
    Ok(lessons)
}

fn add_all(assets: &mut Assets, lessons: &[Lesson], language: &str, data: &[String]) -> Result<()> {
    for lesson in lessons {
        for file in lesson.files() {
            ensure!(data.contains(file), "www/lessons/: lesson {} plays on {file}, which is not there", lesson.slug);
        }
        assets.add(&file_of(&lesson.slug, language), serde_json::to_vec(lesson)?);
    }
    Ok(())
}

/// The index: each lesson as it is translated, where it is.
fn entries<'a>(lessons: &'a [Lesson], translated: &'a [Lesson], language: &'a str) -> Vec<Entry<'a>> {
    let one = |lesson: &'a Lesson| match translated.iter().find(|other| other.slug == lesson.slug) {
        Some(translated) => entry(translated, language),
        None => entry(lesson, LANGUAGE),
    };
    lessons.iter().map(one).collect()
}

fn entry<'a>(lesson: &'a Lesson, language: &'a str) -> Entry<'a> {
    let Lesson { slug, title, minutes, .. } = lesson;
    let steps = lesson.steps.iter().map(|step| step.title.as_str()).collect();
    Entry { slug, title, minutes: *minutes, language, steps, file: format!("./{}", file_of(slug, language)) }
}

fn file_of(slug: &str, language: &str) -> String {
    match language {
        LANGUAGE => format!("lesson-{slug}.json"),
        other => format!("lesson-{slug}-{other}.json"),
    }
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

    /// A lesson that is translated stands in its language's index, the others in English; one that has no original, or
    /// other steps, ends the build.
    #[test]
    fn a_translation_takes_the_place_of_its_original() {
        let folder = std::env::temp_dir().join(format!("lessons-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let lesson = |title: &str| format!("# {title}\n\nLead.\n\n## One\n\nText.\n\n## Two\n\nText.\n");
        write("en/01-first.md", &lesson("First"));
        write("en/02-second.md", &lesson("Second"));
        write("ko/02-second.md", &lesson("둘째"));
        let built = || -> Result<Vec<(String, Vec<u8>)>> {
            let mut assets = Assets::default();
            add(&mut assets, &folder)?;
            Ok(assets.finish()?.into_files().collect())
        };
        let files = built().unwrap();
        let index = |start: &str| -> Vec<serde_json::Value> {
            let (_, text) = files.iter().find(|(name, _)| name.starts_with(start)).unwrap();
            serde_json::from_slice(text).unwrap()
        };
        let said = |start: &str| -> Vec<(String, String)> {
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            index(start).iter().map(|entry| (text(&entry["title"]), text(&entry["language"]))).collect()
        };
        let pair = |title: &str, language: &str| (title.to_owned(), language.to_owned());
        assert_eq!(said("lessons-ko-"), [pair("First", "en"), pair("둘째", "ko")]);
        assert_eq!(said("lessons-ja-"), [pair("First", "en"), pair("Second", "en")]);
        write("ja/03-third.md", &lesson("Third"));
        assert!(built().unwrap_err().to_string().contains("third is not in en"));
        fs::remove_file(folder.join("ja/03-third.md")).unwrap();
        write("ja/01-first.md", "# First\n\nLead.\n\n## One\n\nText.\n");
        assert!(built().unwrap_err().to_string().contains("other steps"));
        fs::remove_dir_all(folder).unwrap();
    }

    /// The lessons of this repository, all of them.
    #[test]
    fn the_lessons_are_rendered() {
        let mut assets = Assets::default();
        add(&mut assets, &crate::command::root().join("www/lessons")).unwrap();
        let files: Vec<(String, Vec<u8>)> = assets.finish().unwrap().into_files().collect();
        let plain = |name: &str| {
            name.starts_with("lessons-") && !OTHERS.iter().any(|it| name.starts_with(&format!("lessons-{it}-")))
        };
        let (_, index) = files.iter().find(|(name, _)| plain(name)).unwrap();
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
