//! The lessons' Markdown as the page's build reads it: steps, predictions, experiments, reveals.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde::Deserialize;
use serde_json::{Number, Value};
use std::path::PathBuf;

/// The lessons' file names without language and ending, in their order.
pub const SLUGS: [&str; 10] = [
    "01-best",
    "02-cascade",
    "03-explore",
    "04-optimism",
    "05-rewards",
    "06-relaxation",
    "07-budget",
    "08-regret",
    "09-drift",
    "10-query",
];

/// A lesson.
pub struct Lesson {
    pub slug: &'static str,
    /// The whole file with every run of white space as one space and dollars unescaped: what quotations are looked for in.
    pub flat: String,
    /// Words of its running text, predictions included.
    pub words: usize,
    /// Lines of the block `symbols`: what comes before the comma, before the colon, and after it.
    pub symbols: Vec<(String, String, String)>,
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Default)]
pub struct Step {
    pub heading: String,
    pub prediction: Option<Prediction>,
    pub experiment: Option<Block>,
    /// Words of the reveal; `None` where the step has none.
    pub reveal: Option<usize>,
}

/// A question to guess at.
pub struct Prediction {
    pub question: String,
    /// Options, and whether each is the right one.
    pub options: Vec<(String, bool)>,
}

/// A block `experiment`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    pub id: String,
    pub title: String,
    /// `query-aware`; a run of the simulation where absent.
    pub kind: Option<String>,
    /// The data beside the lessons, for query-aware selection.
    pub file: Option<String>,
    #[serde(default)]
    pub figures: Vec<String>,
    /// Place of the policy whose selection share is shown first.
    #[serde(default)]
    pub policy: usize,
    /// Whether regret is first shown against the relaxed optimum.
    #[serde(default)]
    pub relaxed: bool,
    #[serde(default)]
    pub columns: Vec<String>,
    pub vary: Option<Vary>,
    pub inspector: Option<Inspector>,
    pub experiment: Value,
}

/// A value that the reader may switch.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vary {
    pub label: String,
    /// Keys and places from the experiment's top, with dots between.
    pub path: String,
    pub values: Vec<Number>,
}

/// A round to look into.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inspector {
    pub policy: usize,
    pub round: u32,
}

/// The folder that the lessons are in.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("www/lessons")
}

/// Reads a lesson; what does not follow the format is a panic that says where.
pub fn lesson(slug: &'static str) -> Lesson {
    let path = folder().join("en").join(format!("{slug}.md"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    read(slug, &text)
}

fn read(slug: &'static str, text: &str) -> Lesson {
    let mut lesson = Lesson {
        slug,
        flat: text.replace("\\$", "$").split_ascii_whitespace().collect::<Vec<_>>().join(" "),
        words: 0,
        symbols: Vec::new(),
        steps: Vec::new(),
    };
    let (mut titles, mut leads) = (0, 0);
    let mut heading: Option<HeadingLevel> = None;
    let mut block: Option<(String, String)> = None;
    let options = Options::ENABLE_TABLES | Options::ENABLE_MATH | Options::ENABLE_TASKLISTS;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => panic!("{slug}: raw HTML: {html}"),
            Event::Start(Tag::Heading { level, .. }) => {
                match level {
                    HeadingLevel::H1 => titles += 1,
                    HeadingLevel::H2 => lesson.steps.push(Step::default()),
                    other => panic!("{slug}: a heading of level {other}"),
                }
                heading = Some(level);
            }
            Event::End(TagEnd::Heading(_)) => heading = None,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                block = Some((info.into_string(), String::new()))
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => panic!("{slug}: an indented block"),
            Event::End(TagEnd::CodeBlock) => {
                if let Some((info, body)) = block.take() {
                    take_block(&mut lesson, &info, &body);
                }
            }
            Event::Rule => {
                let step = lesson.steps.last_mut().unwrap_or_else(|| panic!("{slug}: a rule before the first step"));
                assert!(step.experiment.is_some() && step.reveal.is_none(), "{slug}: a rule out of place");
                step.reveal = Some(0);
            }
            Event::Start(Tag::Paragraph) if lesson.steps.is_empty() => leads += 1,
            Event::Text(text) => {
                let count = text.split_ascii_whitespace().count();
                if let Some((_, body)) = &mut block {
                    body.push_str(&text);
                    continue;
                }
                lesson.words += count;
                let Some(step) = lesson.steps.last_mut() else { continue };
                if heading == Some(HeadingLevel::H2) {
                    step.heading.push_str(&text);
                } else if let Some(words) = &mut step.reveal {
                    *words += count;
                } else {
                    assert!(step.experiment.is_none(), "{slug}: text between an experiment and its rule: {text}");
                }
            }
            _ => {}
        }
    }
    assert_eq!((titles, leads), (1, 1), "{slug}: one title and one paragraph before the first step");
    lesson
}

fn take_block(lesson: &mut Lesson, info: &str, body: &str) {
    let slug = lesson.slug;
    if info == "symbols" {
        assert!(lesson.steps.is_empty() && lesson.symbols.is_empty(), "{slug}: symbols out of place");
        for line in body.lines() {
            let parts = line.split_once(": ").and_then(|(name, meaning)| Some((name.split_once(", ")?, meaning)));
            let ((symbol, name), meaning) = parts.unwrap_or_else(|| panic!("{slug}: `{line}`"));
            lesson.symbols.push((symbol.to_owned(), name.to_owned(), meaning.to_owned()));
        }
        return;
    }
    let step = lesson.steps.last_mut().unwrap_or_else(|| panic!("{slug}: a block {info} before the first step"));
    match info {
        "prediction" => {
            assert!(step.prediction.is_none() && step.experiment.is_none(), "{slug}: a prediction out of place");
            let prediction = prediction(body);
            lesson.words += prediction.question.split_ascii_whitespace().count();
            step.prediction = Some(prediction);
        }
        "experiment" => {
            assert!(step.experiment.is_none(), "{slug}: a second experiment in {}", step.heading);
            let block = serde_json::from_str(body).unwrap_or_else(|error| panic!("{slug}, {}: {error}", step.heading));
            step.experiment = Some(block);
        }
        other => panic!("{slug}: a block `{other}`"),
    }
}

fn prediction(body: &str) -> Prediction {
    let mut found = Prediction { question: String::new(), options: Vec::new() };
    let (mut item, mut right) = (None::<String>, false);
    for event in Parser::new_ext(body, Options::ENABLE_TASKLISTS) {
        match event {
            Event::Start(Tag::Item) => (item, right) = (Some(String::new()), false),
            Event::TaskListMarker(checked) => right = checked,
            Event::End(TagEnd::Item) => found.options.extend(item.take().map(|text| (text, right))),
            Event::Text(text) => item.as_mut().unwrap_or(&mut found.question).push_str(&text),
            Event::SoftBreak => item.as_mut().unwrap_or(&mut found.question).push(' '),
            _ => {}
        }
    }
    found
}

impl Lesson {
    /// The experiment with this id.
    pub fn block(&self, id: &str) -> &Block {
        let blocks = self.steps.iter().filter_map(|step| step.experiment.as_ref());
        blocks.into_iter().find(|block| block.id == id).unwrap_or_else(|| panic!("{}: no experiment {id}", self.slug))
    }
}
