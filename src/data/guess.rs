//! Which column of an unrecognised file may play which role: by its name, by words in its name, by what its cells hold.
//!
//! A guess is shown to a person who decides; nothing is read by it.

use super::cells::{Field, LatencyColumn, ScoreColumn, number};
use super::excerpt::{Guess, Row};
use super::schema::{self, words};
use crate::experiment::{LatencyUnit, Role};
use std::collections::BTreeSet;

/// What the cells of a column hold.
struct Column<'r> {
    name: &'r str,
    /// The words of its name, in lower case.
    words: Vec<String>,
    /// Its cells that are not empty, with the rows they stand in.
    cells: Vec<(usize, &'r str)>,
}

/// Words in the names of columns, by role, in English and the plainest in German, French and Spanish; all words of an
/// entry have to be there. The order is that of the search: what says most of itself comes first, so that a `correct
/// answer` is a reference and `answer tokens` are tokens.
const WORDS: [(Role, &[&[&str]]); 12] = [
    (
        Role::InputTokens,
        &[
            &["tokens", "in"],
            &["tokens", "input"],
            &["tokens", "prompt"],
            &["tokens", "query"],
            &["tokens", "question"],
            &["tok", "in"],
        ],
    ),
    (
        Role::OutputTokens,
        &[
            &["tokens", "out"],
            &["tokens", "output"],
            &["tokens", "completion"],
            &["tokens", "generated"],
            &["tokens", "answer"],
            &["tokens", "response"],
            &["tok", "out"],
        ],
    ),
    (
        Role::Cost,
        &[
            &["cost"],
            &["price"],
            &["usd"],
            &["dollars"],
            &["cents"],
            &["cent"],
            &["spend"],
            &["spent"],
            &["charge"],
            &["fee"],
            &["kosten"],
            &["preis"],
            &["coût"],
            &["cout"],
            &["coûts"],
            &["prix"],
            &["coste"],
            &["precio"],
        ],
    ),
    (
        Role::LatencyMs,
        &[
            &["latency"],
            &["duration"],
            &["elapsed"],
            &["runtime"],
            &["seconds"],
            &["secs"],
            &["sec"],
            &["ms"],
            &["millis"],
            &["milliseconds"],
            &["took"],
            &["time"],
            &["dauer"],
            &["latenz"],
            &["antwortzeit"],
            &["sekunden"],
            &["durée"],
            &["duree"],
            &["latence"],
            &["duración"],
            &["duracion"],
            &["latencia"],
        ],
    ),
    (Role::Split, &[&["split"], &["fold"], &["partition"], &["subset"]]),
    (
        Role::Reference,
        &[
            &["reference"],
            &["gold"],
            &["golden"],
            &["truth"],
            &["expected"],
            &["correct", "answer"],
            &["right", "answer"],
            &["target"],
            &["solution"],
            &["ideal"],
            &["answer", "key"],
            &["label"],
            &["lösung"],
            &["loesung"],
            &["musterlösung"],
            &["referenz"],
            &["richtige", "antwort"],
            &["solution", "attendue"],
            &["référence"],
            &["respuesta", "correcta"],
            &["solución"],
            &["solucion"],
            &["referencia"],
        ],
    ),
    (
        Role::Score,
        &[
            &["score"],
            &["correct"],
            &["accuracy"],
            &["acc"],
            &["passed"],
            &["pass"],
            &["success"],
            &["right"],
            &["grade"],
            &["graded"],
            &["reward"],
            &["quality"],
            &["rating"],
            &["match"],
            &["em"],
            &["f1"],
            &["verdict"],
            &["ok"],
            &["win"],
            &["result"],
            &["richtig"],
            &["korrekt"],
            &["punkte"],
            &["bewertung"],
            &["note"],
            &["correcte"],
            &["correcto"],
            &["puntuación"],
            &["puntuacion"],
        ],
    ),
    (
        Role::Answer,
        &[
            &["answer"],
            &["response"],
            &["reply"],
            &["prediction"],
            &["predicted"],
            &["pred"],
            &["completion"],
            &["generation"],
            &["generated"],
            &["output"],
            &["said"],
            &["antwort"],
            &["réponse"],
            &["reponse"],
            &["respuesta"],
        ],
    ),
    (
        Role::Model,
        &[
            &["model"],
            &["modell"],
            &["modèle"],
            &["modele"],
            &["modelo"],
            &["llm"],
            &["engine"],
            &["system"],
            &["provider"],
            &["deployment"],
            &["bot"],
        ],
    ),
    (
        Role::QueryId,
        &[
            &["id"],
            &["uid"],
            &["uuid"],
            &["qid"],
            &["idx"],
            &["index"],
            &["no"],
            &["nr"],
            &["number"],
            &["item"],
            &["key"],
            &["nummer"],
            &["número"],
            &["numero"],
            &["numéro"],
        ],
    ),
    (
        Role::Category,
        &[
            &["category"],
            &["topic"],
            &["subject"],
            &["domain"],
            &["benchmark"],
            &["dataset"],
            &["task"],
            &["kind"],
            &["type"],
            &["kategorie"],
            &["thema"],
            &["fach"],
            &["catégorie"],
            &["categorie"],
            &["categoría"],
            &["categoria"],
        ],
    ),
    (
        Role::Query,
        &[
            &["frage"],
            &["aufgabe"],
            &["pregunta"],
            &["query"],
            &["question"],
            &["prompt"],
            &["instruction"],
            &["problem"],
            &["input"],
            &["text"],
        ],
    ),
];

/// What models' names have in them.
const MODELS: [&str; 16] = [
    "gpt",
    "claude",
    "llama",
    "gemini",
    "gemma",
    "mistral",
    "mixtral",
    "qwen",
    "deepseek",
    "command-r",
    "grok",
    "phi-",
    "falcon",
    "vicuna",
    "palm",
    "yi-",
];

/// The parts that data is commonly cut into.
const PARTS: [&str; 7] = ["train", "training", "validation", "valid", "val", "dev", "test"];

/// Which column may play which role; a role at most once, a column one role.
pub(super) fn roles(names: &[String], rows: &[Row]) -> Vec<Guess> {
    let cells = |index: usize| {
        let cells = rows.iter().enumerate().filter_map(move |(row, cells)| Some((row, cells.cells.get(index)?.trim())));
        cells.filter(|(_, cell)| !cell.is_empty()).collect()
    };
    let columns: Vec<Column> = names
        .iter()
        .enumerate()
        .map(|(index, name)| Column { name, words: words(name), cells: cells(index) })
        .collect();
    let mut found = Found { columns: &columns, guesses: Vec::new(), model: None };
    found.by_names();
    found.by_words();
    found.by_cells();
    found.guesses.sort_by_key(|(role, ..)| *role);
    let guess = |(role, index, why): (Role, usize, String)| {
        let column = columns.get(index)?;
        Some(Guess { role: with_unit(role, column), column: column.name.to_owned(), why })
    };
    found.guesses.into_iter().filter_map(guess).collect()
}

struct Found<'c> {
    columns: &'c [Column<'c>],
    /// Role, place of its column, why.
    guesses: Vec<(Role, usize, String)>,
    /// Place of the models' column.
    model: Option<usize>,
}

impl Found<'_> {
    fn has(&self, role: Role) -> bool {
        self.guesses.iter().any(|(other, ..)| *other == role)
    }

    fn is_free(&self, index: usize) -> bool {
        self.guesses.iter().all(|(_, other, _)| *other != index)
    }

    fn add(&mut self, role: Role, index: usize, why: String) {
        if role == Role::Model {
            self.model = Some(index);
        }
        self.guesses.push((role, index, why));
    }

    /// The first free column that fits the role and passes.
    fn first(&self, role: Role, pass: impl Fn(&Column) -> bool) -> Option<usize> {
        let mut free = self.columns.iter().enumerate().filter(|(index, _)| self.is_free(*index));
        free.find(|(_, column)| column.fits(role) && pass(column)).map(|(index, _)| index)
    }

    fn by_names(&mut self) {
        for (role, _) in WORDS {
            let latency_s = if role == Role::LatencyMs { schema::names(Role::LatencyS) } else { &[] };
            for name in schema::names(role).iter().chain(latency_s) {
                let found = self.first(role, |column| schema::key(column.name) == *name);
                if let Some(index) = found.filter(|_| !self.has(role)) {
                    self.add(role, index, "that is what it is called".to_owned());
                }
            }
        }
    }

    fn by_words(&mut self) {
        for (role, words) in WORDS {
            for words in words {
                let found = self.first(role, |column| words.iter().all(|word| column.says(word)));
                if let Some(index) = found.filter(|_| !self.has(role)) {
                    self.add(role, index, format!("its name says \u{201c}{}\u{201d}", words.join(" ")));
                }
            }
        }
    }

    fn by_cells(&mut self) {
        let model = |cell: &str| MODELS.iter().any(|part| cell.to_lowercase().contains(part)) && cell.len() <= 100;
        self.look(Role::Model, "its cells are names of models", |column| column.all(model));
        self.look(Role::Cost, "its cells begin with $", |column| column.all(|cell| cell.starts_with('$')));
        let part = |cell: &str| PARTS.iter().any(|part| cell.eq_ignore_ascii_case(part));
        self.look(Role::Split, "its cells are names of parts, such as test", |column| column.all(part));
        let graded = self.has(Role::Answer) && self.has(Role::Reference);
        if !graded && !self.has(Role::Score) {
            let judged = |cell: &str| number(cell.as_bytes()).is_none_or(|it| it == 0.0 || it == 1.0);
            let two = |column: &Column| column.different() == 2 && column.all(judged);
            if let Some(index) = self.first(Role::Score, two) {
                let mut kinds: Vec<&str> = Vec::new();
                for (_, cell) in self.columns.get(index).map_or(&[][..], |column| &column.cells) {
                    if !kinds.contains(cell) {
                        kinds.push(cell);
                    }
                }
                self.add(Role::Score, index, format!("its cells are only {}", kinds.join(" and ")));
            }
        }
        let once = |column: &Column| self.once_a_model(column) && column.cells.len() > 1;
        let short = |column: &Column| column.all(|cell| cell.len() <= 64);
        if let Some(index) = self.first(Role::QueryId, |column| once(column) && short(column)) {
            if !self.has(Role::QueryId) {
                self.add(Role::QueryId, index, "no two of its cells are the same for a model".to_owned());
            }
        } else if let Some(query) =
            self.guesses.iter().find(|(role, ..)| *role == Role::Query).map(|(_, index, _)| *index)
            && !self.has(Role::QueryId)
            && self.columns.get(query).is_some_and(once)
        {
            self.add(Role::QueryId, query, "there are no ids, and each query has a text of its own".to_owned());
        }
    }

    fn look(&mut self, role: Role, why: &str, pass: impl Fn(&Column) -> bool) {
        if let Some(index) = self.first(role, pass).filter(|_| !self.has(role)) {
            self.add(role, index, why.to_owned());
        }
    }

    /// Whether a model's cells in this column are all different.
    fn once_a_model(&self, column: &Column) -> bool {
        let models = self.model.and_then(|index| self.columns.get(index));
        let model = |row: usize| models.and_then(|models| models.cells.iter().find(|(other, _)| *other == row));
        let pairs: BTreeSet<(&str, &str)> =
            column.cells.iter().map(|(row, cell)| (model(*row).map_or("", |(_, model)| *model), *cell)).collect();
        pairs.len() == column.cells.len()
    }
}

impl Column<'_> {
    /// Whether there are cells and all of them pass.
    fn all(&self, pass: impl Fn(&str) -> bool) -> bool {
        !self.cells.is_empty() && self.cells.iter().all(|(_, cell)| pass(cell))
    }

    /// Number of different cells.
    fn different(&self) -> usize {
        self.cells.iter().map(|(_, cell)| *cell).collect::<BTreeSet<&str>>().len()
    }

    /// Whether a word, or one of it and an `s`, is in the name.
    fn says(&self, word: &str) -> bool {
        let same = |other: &String| {
            other == word || other.strip_suffix('s') == Some(word) || word.strip_suffix('s') == Some(other.as_str())
        };
        self.words.iter().any(same)
    }

    /// Whether the cells are what the role needs. A column without cells fits any.
    fn fits(&self, role: Role) -> bool {
        let amount =
            |cell: &str| number(cell.strip_prefix('$').unwrap_or(cell).trim().as_bytes()).is_some_and(|it| it >= 0.0);
        let whole = |cell: &str| number(cell.as_bytes()).is_some_and(|it| it >= 0.0 && it.fract() == 0.0);
        let all = |pass: &dyn Fn(&str) -> bool| self.cells.iter().all(|(_, cell)| pass(cell));
        match role {
            Role::InputTokens | Role::OutputTokens => all(&whole),
            Role::Cost => all(&amount),
            Role::LatencyMs | Role::LatencyS => all(&|cell| number(cell.as_bytes()).is_some_and(|it| it >= 0.0)),
            Role::Score => {
                let mut scores = ScoreColumn::default();
                let read = |(row, cell): &(usize, &str)| scores.read(Field::Text(cell.as_bytes()), *row as u64).is_ok();
                self.cells.iter().all(read) && scores.unit(None).is_ok()
            }
            Role::Model => all(&|cell| number(cell.as_bytes()).is_none() && cell.len() <= 200),
            Role::QueryId => {
                all(&|cell| cell.len() <= 300 && number(cell.as_bytes()).is_none_or(|it| it.fract() == 0.0))
            }
            Role::Split => self.different() <= 6,
            // A column of numbers is no text of a query, but it may be an answer.
            Role::Query => !all(&|cell| number(cell.as_bytes()).is_some()) || self.cells.is_empty(),
            Role::Category => self.cells.len() < 4 || self.different() < self.cells.len(),
            Role::Answer | Role::Reference => true,
        }
    }
}

/// A latency's role with its unit: by the name, else by the values.
fn with_unit(role: Role, column: &Column) -> Role {
    if role != Role::LatencyMs {
        return role;
    }
    let says = |words: &[&str]| words.iter().any(|word| column.words.iter().any(|other| other == word));
    let mut latencies = LatencyColumn::default();
    for (_, cell) in &column.cells {
        // What is no number is not counted, and the import will say so.
        let _ = latencies.read(Field::Text(cell.as_bytes()));
    }
    let seconds = match (says(&["ms", "millis", "milliseconds"]), says(&["s", "sec", "secs", "seconds"])) {
        (true, _) => false,
        (_, true) => true,
        _ => latencies.any() && latencies.unit() == LatencyUnit::S,
    };
    if seconds { Role::LatencyS } else { Role::LatencyMs }
}
