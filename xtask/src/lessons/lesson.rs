//! One lesson: title, lead, symbols for the margin, and steps of text, a prediction, an experiment, and what it reveals.

use std::mem;

use anyhow::{Context, Result, bail, ensure};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::markup::{Placed, events, inline, line, render};

/// Words that are read in a minute, with formulas among them.
const WORDS_A_MINUTE: usize = 150;

/// A lesson as the page gets it; texts are markup.
#[derive(Debug, Serialize)]
pub struct Lesson {
    /// Name in addresses.
    pub slug: String,
    /// Its title, as plain text.
    pub title: String,
    /// Minutes that reading takes.
    pub minutes: usize,
    lead: String,
    symbols: Vec<Symbol>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// What a symbol stands for.
#[derive(Debug, Serialize)]
struct Symbol {
    symbol: String,
    name: String,
    meaning: String,
}

/// A step.
#[derive(Debug, Default, Serialize)]
pub struct Step {
    /// Its heading, as plain text.
    pub title: String,
    text: String,
    prediction: Option<Prediction>,
    experiment: Option<Trial>,
    reveal: String,
}

/// A question to answer before the experiment is run.
#[derive(Debug, Serialize)]
struct Prediction {
    question: String,
    options: Vec<String>,
    /// Place of the right option.
    right: usize,
}

/// An experiment within a lesson.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trial {
    id: String,
    title: String,
    #[serde(default)]
    kind: Kind,
    /// Names of figures, as files of them are named.
    #[serde(default)]
    figures: Vec<String>,
    /// Place of the policy whose selection share is shown first.
    #[serde(default)]
    policy: u32,
    /// Whether regret is first shown against the relaxed optimum.
    #[serde(default)]
    relaxed: bool,
    /// Columns of the results.
    #[serde(default)]
    columns: Vec<String>,
    vary: Option<Vary>,
    inspector: Option<Inspector>,
    /// Name of the file that it plays on.
    file: Option<String>,
    /// Where that file is; the build follows the reference.
    #[serde(default, skip_deserializing)]
    address: Option<String>,
    experiment: Value,
}

/// What an experiment is played by.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// Rounds are played.
    #[default]
    Rounds,
    /// The query is read first.
    QueryAware,
}

/// A value of the experiment that the reader may change.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vary {
    label: String,
    /// Names and places from the experiment on, between dots.
    path: String,
    values: Vec<Value>,
}

/// The round that is looked into.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inspector {
    policy: u32,
    round: u32,
}

/// Figures by the names that lessons may use, and by those that the page has.
const FIGURES: [(&str, &str); 5] = [
    ("regret", "regret"),
    ("violation", "violation"),
    ("reward-cost", "reward-and-cost"),
    ("ratio", "reward-violation-ratio"),
    ("selection", "selection-share"),
];
/// Columns of the results.
const COLUMNS: [&str; 7] = ["regret", "violation", "reward", "cost", "ratio", "calls", "infeasible"];

impl Lesson {
    /// Reads a lesson.
    ///
    /// # Errors
    /// Names the line and what was expected there.
    pub fn parse(slug: &str, text: &str) -> Result<Lesson> {
        let lesson = Lesson {
            slug: slug.to_owned(),
            title: String::new(),
            minutes: 0,
            lead: String::new(),
            symbols: Vec::new(),
            steps: Vec::new(),
        };
        let mut reader = Reader { text, lesson, held: Vec::new(), revealing: false, words: 0 };
        let mut all = events(text);
        while let Some((event, place)) = all.next() {
            let at = line(text, place.start);
            match event {
                Event::Start(Tag::Heading { level: level @ (HeadingLevel::H1 | HeadingLevel::H2), .. }) => {
                    let title = plain(&mut all).with_context(|| format!("line {at}"))?;
                    reader.heading(level, title, at)?;
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(name))) if !name.is_empty() => {
                    let content: String = (&mut all)
                        .map(|(event, _)| event)
                        .take_while(|event| !matches!(event, Event::End(TagEnd::CodeBlock)))
                        .map(|event| if let Event::Text(text) = event { text.to_string() } else { String::new() })
                        .collect();
                    reader.flush()?;
                    reader.block(&name, &content, at).with_context(|| format!("line {at}"))?;
                }
                Event::Rule => {
                    reader.flush()?;
                    reader.reveal(at)?;
                }
                event => {
                    if let Event::Text(words) = &event {
                        reader.words += words.split_ascii_whitespace().count();
                    }
                    reader.held.push((event, place));
                }
            }
        }
        reader.flush()?;
        reader.finish()
    }

    /// Names of the files that its experiments play on.
    pub fn files(&self) -> impl Iterator<Item = &String> {
        self.steps.iter().filter_map(|step| step.experiment.as_ref()?.file.as_ref())
    }
}

/// The text of a heading, up to its end.
fn plain<'a>(all: &mut impl Iterator<Item = Placed<'a>>) -> Result<String> {
    let mut title = String::new();
    for (event, _) in all {
        match event {
            Event::End(TagEnd::Heading(_)) => break,
            Event::Text(text) => title.push_str(&text),
            _ => bail!("a heading is plain words"),
        }
    }
    ensure!(!title.trim().is_empty(), "a heading has words");
    Ok(title)
}

/// What has been read so far.
struct Reader<'a> {
    text: &'a str,
    lesson: Lesson,
    /// Text that belongs to what is being read.
    held: Vec<Placed<'a>>,
    /// Whether the text is what the step's experiment reveals.
    revealing: bool,
    words: usize,
}

impl Reader<'_> {
    fn heading(&mut self, level: HeadingLevel, title: String, at: usize) -> Result<()> {
        let first = self.lesson.title.is_empty();
        if level == HeadingLevel::H1 {
            ensure!(first && self.held.is_empty(), "line {at}: a lesson has one title, and begins with it");
            self.lesson.title = title;
            return Ok(());
        }
        ensure!(!first, "line {at}: the lesson's title comes before its steps");
        self.flush()?;
        self.revealing = false;
        self.lesson.steps.push(Step { title, ..Step::default() });
        Ok(())
    }

    /// Puts the text that is held where it belongs.
    fn flush(&mut self) -> Result<()> {
        let held = mem::take(&mut self.held);
        let Some((_, place)) = held.first() else { return Ok(()) };
        let at = line(self.text, place.start);
        let markup = render(self.text, 1, &held)?;
        ensure!(!self.lesson.title.is_empty(), "line {at}: a lesson begins with its title");
        match self.lesson.steps.last_mut() {
            None if self.lesson.symbols.is_empty() => self.lesson.lead = markup,
            None => bail!("line {at}: what follows the symbols is a step, and needs a heading"),
            Some(step) if self.revealing => step.reveal = markup,
            Some(step) => {
                let before = step.prediction.is_none() && step.experiment.is_none();
                ensure!(
                    before,
                    "line {at}: the text of a step comes before its prediction and experiment, or after ---"
                );
                step.text = markup;
            }
        }
        Ok(())
    }

    fn block(&mut self, name: &str, content: &str, at: usize) -> Result<()> {
        ensure!(!self.revealing, "no block follows ---");
        let step = self.lesson.steps.last_mut();
        match (name, step) {
            ("symbols", None) => self.lesson.symbols = symbols(content, at)?,
            ("symbols", Some(_)) => bail!("the symbols come before the first step"),
            ("prediction" | "experiment", None) => bail!("a {name} is in a step, which has a heading"),
            ("prediction", Some(step)) => {
                let first = step.prediction.is_none() && step.experiment.is_none();
                ensure!(first, "a step has one prediction, before its experiment");
                step.prediction = Some(prediction(content, at)?);
                self.words += content.split_ascii_whitespace().count();
            }
            ("experiment", Some(step)) => {
                ensure!(step.experiment.is_none(), "a step has one experiment");
                step.experiment = Some(trial(content)?);
            }
            _ => bail!("`{name}` is no block of a lesson: found it, expected symbols, prediction or experiment"),
        }
        Ok(())
    }

    fn reveal(&mut self, at: usize) -> Result<()> {
        let step = self.lesson.steps.last();
        let hides = step.is_some_and(|step| step.prediction.is_some() || step.experiment.is_some());
        ensure!(hides && !self.revealing, "line {at}: --- comes once, after a prediction or an experiment");
        self.revealing = true;
        Ok(())
    }

    fn finish(self) -> Result<Lesson> {
        let Reader { mut lesson, words, .. } = self;
        ensure!(!lesson.title.is_empty(), "a lesson begins with its title");
        ensure!(!lesson.steps.is_empty(), "a lesson has steps");
        let mut ids: Vec<[&str; 2]> = Vec::new();
        for trial in lesson.steps.iter().filter_map(|step| step.experiment.as_ref()) {
            let names = [trial.id.as_str(), trial.title.as_str()];
            let twice = ids.iter().any(|[id, title]| *id == trial.id || *title == trial.title);
            ensure!(!twice, "two experiments have the id `{}` or the title `{}`", trial.id, trial.title);
            ids.push(names);
        }
        lesson.minutes = ((words + WORDS_A_MINUTE / 2) / WORDS_A_MINUTE).max(1);
        Ok(lesson)
    }
}

/// Lines as `ρ, budget: what a query may cost on average, in dollars`.
fn symbols(content: &str, at: usize) -> Result<Vec<Symbol>> {
    let mut symbols = Vec::new();
    for (number, text) in (at + 1..).zip(content.lines()) {
        let parts = text.split_once(": ").and_then(|(head, meaning)| Some((head.split_once(", ")?, meaning)));
        let ((symbol, name), meaning) =
            parts.with_context(|| format!("line {number}: expected `symbol, name: meaning with unit`"))?;
        let symbol = if symbol.contains('$') {
            inline(symbol, number)?
        } else {
            format!("<i class=\"sym\">{}</i>", inline(symbol, number)?)
        };
        symbols.push(Symbol { symbol, name: inline(name, number)?, meaning: inline(meaning, number)? });
    }
    Ok(symbols)
}

/// A question, then a list of answers one of which is ticked.
fn prediction(content: &str, at: usize) -> Result<Prediction> {
    let (mut question, mut options, mut right) = (String::new(), Vec::new(), Vec::new());
    for (number, text) in (at + 1..).zip(content.lines()) {
        let text = text.trim();
        let option = [("- [ ] ", false), ("- [x] ", true)]
            .into_iter()
            .find_map(|(mark, true_one)| Some((text.strip_prefix(mark)?, true_one)));
        match option {
            Some((text, true_one)) => {
                right.extend(true_one.then_some(options.len()));
                options.push(inline(text, number)?);
            }
            None if text.is_empty() => {}
            None => {
                ensure!(options.is_empty(), "line {number}: expected an answer, as `- [ ] words`");
                question.push_str(if question.is_empty() { "" } else { " " });
                question.push_str(text);
            }
        }
    }
    ensure!(!question.is_empty(), "a prediction begins with its question");
    ensure!((2..=5).contains(&options.len()), "a prediction has a few answers, found {}", options.len());
    let [right] = right.as_slice() else { bail!("one answer of a prediction is right, found {}", right.len()) };
    Ok(Prediction { question: inline(&question, at + 1)?, options, right: *right })
}

fn trial(content: &str) -> Result<Trial> {
    let mut trial: Trial = serde_json::from_str(content).context("the experiment")?;
    let id =
        !trial.id.is_empty() && trial.id.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-');
    ensure!(id, "the experiment's id `{}` is not of small letters, digits and hyphens", trial.id);
    ensure!(!trial.title.trim().is_empty(), "the experiment has a title");
    for figure in &mut trial.figures {
        let known = FIGURES.iter().find(|(short, name)| figure == short || figure == name);
        *figure = known.with_context(|| format!("there is no figure `{figure}`"))?.1.to_owned();
    }
    for column in &trial.columns {
        ensure!(COLUMNS.contains(&column.as_str()), "there is no column `{column}`");
    }
    let shows = |name: &str| trial.figures.iter().any(|figure| figure == name);
    ensure!(trial.policy == 0 || shows("selection-share"), "a policy is chosen, and no figure is of one");
    ensure!(!trial.relaxed || shows("regret"), "regret is against the relaxed optimum, and no figure is of it");
    ensure!(
        (trial.kind == Kind::QueryAware) == trial.file.is_some(),
        "an experiment of the kind query-aware has a file, and no other has"
    );
    trial.address = trial.file.as_ref().map(|file| format!("./{file}"));
    if let Some(vary) = &trial.vary {
        let pointer = format!("/{}", vary.path.replace('.', "/"));
        let own = trial.experiment.pointer(&pointer);
        let own = own.with_context(|| format!("the experiment has no `{}`, which vary changes", vary.path))?;
        ensure!(vary.values.first() == Some(own), "the first value of vary is the experiment's own, {own}");
    }
    Ok(trial)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LESSON: &str = include_str!("example.md");

    #[test]
    fn a_lesson_has_all_its_parts() {
        let lesson = Lesson::parse("example", LESSON).unwrap();
        assert_eq!((lesson.title.as_str(), lesson.minutes, lesson.steps.len()), ("An example", 1, 2));
        assert_eq!(lesson.lead, "<p>Does a lesson have a lead?</p>\n");
        let symbol = &lesson.symbols[0];
        assert_eq!((symbol.symbol.as_str(), symbol.name.as_str()), ("<i class=\"sym\">ρ</i>", "budget"));
        let step = &lesson.steps[0];
        assert!(step.text.starts_with("<p>Text of") && step.text.contains("<math"), "{}", step.text);
        let prediction = step.prediction.as_ref().unwrap();
        assert_eq!(prediction.question, "Which one?");
        assert_eq!(
            (prediction.options.as_slice(), prediction.right),
            (["this".to_owned(), "<em>that</em>".to_owned()].as_slice(), 1)
        );
        let trial = step.experiment.as_ref().unwrap();
        assert_eq!(trial.figures, ["regret", "reward-and-cost"]);
        assert_eq!(step.reveal, "<p>It is that.</p>\n");
        assert_eq!(lesson.steps[1].reveal, "");
    }

    /// Each change of the example makes it none, and the message says where.
    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let changes = [
            ("# An example\n", "", "line 2: a lesson begins with its title"),
            ("## First", "##", "line 9: a heading has words"),
            ("## First", "text", "line 9: what follows the symbols is a step"),
            ("## Second", "# Second", "a lesson has one title"),
            ("ρ, budget: ", "ρ budget ", "line 6: expected `symbol, name"),
            ("Text of", "Text <br> of", "line 11: HTML"),
            ("$\\rho$", "$\\rho_$", "line 11: the formula"),
            ("- [x] *that*", "- [ ] *that*", "line 13: one answer of a prediction is right, found 0"),
            ("- [x] *that*", "* that", "line 16: expected an answer"),
            ("```prediction", "```predictoin", "line 13: `predictoin` is no block"),
            ("\"id\": \"one\",", "", "line 19: the experiment: missing field `id`"),
            ("\"title\"", "\"tilte\"", "line 19: the experiment: unknown field `tilte`"),
            ("\"regret\"", "\"regrets\"", "line 19: there is no figure `regrets`"),
            ("\"calls\"", "\"call\"", "line 19: there is no column `call`"),
            ("\"columns\"", "\"policy\": 1, \"columns\"", "line 19: a policy is chosen, and no figure"),
            (
                "\"figures\": [\"regret\", ",
                "\"relaxed\": true, \"figures\": [",
                "line 19: regret is against the relaxed",
            ),
            ("task.budget", "task.bugdet", "line 19: the experiment has no `task.bugdet`"),
            ("[0.5, 0.7]", "[0.7]", "line 19: the first value of vary"),
            ("\nIt is that.", "\n---\n\nIt is that.", "--- comes once"),
            ("The end.", "The end.\n\n---\n", "--- comes once, after a prediction"),
        ];
        for (from, to, expected) in changes {
            assert_eq!(LESSON.matches(from).count(), 1, "{from}");
            let error = Lesson::parse("example", &LESSON.replace(from, to)).unwrap_err();
            let error = format!("{error:#}");
            assert!(error.contains(expected), "{from} → {to}: {error}");
        }
    }
}
