//! Which column plays which role: canonical names, synonyms, and what the person says.

use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Role;
use std::collections::BTreeMap;

/// The formats that are read, for messages.
pub(super) const FORMATS: &str = "comma, tab or `;` separated text or JSON with query_id, model, score, cost, \
                                  latency_ms, and the formats of RouterBench, LLMRouterBench, RouterArena, RouteLLM, \
                                  LLMDrift, promptfoo, lm-eval, HELM, Inspect, Every Eval Ever and OpenAI Evals";

/// Every role with its names, the canonical one first.
const NAMES: [(Role, &[&str]); 13] = [
    (
        Role::QueryId,
        &["query_id", "sample_id", "prompt_id", "id", "question_id", "doc_id", "instance_id", "example_id"],
    ),
    (Role::Model, &["model", "model_name", "model_id", "provider"]),
    (Role::Score, &["score", "correct", "is_correct", "performance", "acc", "exact_match", "label", "reward"]),
    (Role::Cost, &["cost", "total_cost", "spend", "cost_usd", "cost_cents"]),
    (Role::InputTokens, &["input_tokens", "prompt_tokens", "tokens_prompt"]),
    (Role::OutputTokens, &["output_tokens", "completion_tokens", "tokens_completion", "answer_token"]),
    (Role::LatencyMs, &["latency_ms", "latency", "response_time", "request_time", "duration_ms", "time_taken"]),
    (Role::LatencyS, &["latency_s"]),
    (Role::Answer, &["answer", "response", "prediction", "output", "model_response"]),
    (Role::Reference, &["reference", "ref_answer", "ground_truth", "gold_answer", "target"]),
    (Role::Query, &["query", "prompt", "question", "input", "origin_query"]),
    (Role::Category, &["category", "eval_name", "dataset", "subject"]),
    (Role::Split, &["split"]),
];

/// A header name as it is compared: lower case, `_` for `-` and space.
pub(super) fn key(name: &str) -> String {
    name.trim().to_lowercase().replace(['-', ' '], "_")
}

/// Whether some role goes by this name.
pub(super) fn is_known(name: &str) -> bool {
    let key = key(name);
    NAMES.iter().any(|(_, names)| names.contains(&key.as_str()))
}

/// The names of a role, the canonical one first.
pub(super) fn names(role: Role) -> &'static [&'static str] {
    NAMES.iter().find(|(other, _)| *other == role).map_or(&[], |(_, names)| names)
}

/// The canonical name of a role.
pub(super) fn canonical(role: Role) -> &'static str {
    names(role).first().copied().unwrap_or("column")
}

/// What a column is called: its header's name, or `column 3` where it has none or shares it with another.
pub(super) fn called(header: &[String], index: usize) -> String {
    let name = header.get(index).map_or("", String::as_str);
    match header.iter().filter(|other| *other == name).count() {
        1 if !name.is_empty() => name.to_owned(),
        _ => format!("column {}", index + 1),
    }
}

/// The place of the column that is called `column 3`, in a header of so many.
fn numbered(name: &str, columns: usize) -> Option<usize> {
    let number: usize = name.trim().strip_prefix("column ")?.parse().ok()?;
    number.checked_sub(1).filter(|index| *index < columns)
}

/// The words of a name in lower case: `inputTokens`, `input-tokens` and `Input tokens` are the same two.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars().take(200) {
        let begins = letter.is_uppercase() && before.is_lowercase();
        if (begins || !letter.is_alphanumeric()) && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(letter.to_lowercase()));
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The currency that a column's name speaks of, where it is another than dollars.
pub(super) fn currency(name: &str) -> Option<&'static str> {
    const SIGNS: [(char, &str); 5] =
        [('€', "euros"), ('£', "pounds"), ('¥', "yen or yuan"), ('₩', "won"), ('₹', "rupees")];
    const WORDS: [(&str, &str); 11] = [
        ("eur", "euros"),
        ("euro", "euros"),
        ("euros", "euros"),
        ("gbp", "pounds"),
        ("jpy", "yen"),
        ("yen", "yen"),
        ("krw", "won"),
        ("cny", "yuan"),
        ("rmb", "yuan"),
        ("inr", "rupees"),
        ("chf", "francs"),
    ];
    let sign = SIGNS.iter().find(|(sign, _)| name.contains(*sign)).map(|(_, currency)| *currency);
    let words = words(name);
    sign.or_else(|| WORDS.iter().find(|(word, _)| words.iter().any(|it| it == word)).map(|(_, currency)| *currency))
}

/// `1 cell`, `3 cells`.
pub(super) fn cells(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}

/// A name as messages show it: on one line, and not without end.
pub(super) fn shown(name: &str) -> String {
    const LONGEST: usize = 80;
    let mut shown: String = name.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if name.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// Names as a sentence has them, the first eight of them.
pub(super) fn listed(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let more = format!("{} more", names.len().saturating_sub(SHOWN));
    let first = names.iter().take(SHOWN).map(String::as_str);
    let all: Vec<&str> = first.chain((names.len() > SHOWN).then_some(more.as_str())).collect();
    match all.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// A header and what the person says about it.
pub(super) struct Schema<'a> {
    keys: Vec<String>,
    header: &'a [String],
    mapping: &'a BTreeMap<Role, String>,
}

impl<'a> Schema<'a> {
    /// Checks that every column that `mapping` names is there.
    pub(super) fn new(header: &'a [String], mapping: &'a BTreeMap<Role, String>) -> Result<Self> {
        let schema = Schema { keys: header.iter().map(|name| key(name)).collect(), header, mapping };
        for role in mapping.keys() {
            schema.mapped(*role)?;
        }
        Ok(schema)
    }

    /// The column that `mapping` gives a role: the name as written first, then as names are compared, then `column 3` by
    /// its number, which is how messages call a column without a name.
    fn mapped(&self, role: Role) -> Result<Option<usize>> {
        let Some(name) = self.mapping.get(&role).filter(|name| !name.is_empty()) else { return Ok(None) };
        let exact: Vec<usize> = (0..self.header.len()).filter(|i| self.header.get(*i) == Some(name)).collect();
        let wanted = key(name);
        let alike: Vec<usize> = (0..self.keys.len()).filter(|i| self.keys.get(*i) == Some(&wanted)).collect();
        match (exact.as_slice(), alike.as_slice()) {
            ([index], _) | ([], [index]) => Ok(Some(*index)),
            ([], []) if numbered(name, self.header.len()).is_some() => Ok(numbered(name, self.header.len())),
            ([], []) => Err(Error::new(ErrorKind::Missing, format!("one of the file's columns: {}", self.listed()))
                .at_field(format!("mapping.{}", canonical(role)))
                .at_row(1)
                .found(name)),
            _ => Err(Error::new(ErrorKind::Duplicate, "a name that only one column has")
                .at_field(format!("mapping.{}", canonical(role)))
                .at_row(1)
                .at_column(shown(name))
                .found(format!("{name} twice"))),
        }
    }

    /// The column of a role: the person's word (an empty one is that no column plays it), the canonical name, or the only
    /// synonym.
    ///
    /// # Errors
    /// Two columns that could both be it.
    pub(super) fn column(&self, role: Role) -> Result<Option<usize>> {
        if self.mapping.contains_key(&role) {
            return self.mapped(role);
        }
        let names = names(role);
        let taken: Vec<usize> = self.mapping.keys().filter_map(|role| self.mapped(*role).ok().flatten()).collect();
        let called = |accepted: &[&str]| -> Vec<usize> {
            let hit = |i: &usize| self.keys.get(*i).is_some_and(|key| accepted.contains(&key.as_str()));
            (0..self.keys.len()).filter(hit).filter(|i| !taken.contains(i)).collect()
        };
        let mut found = called(names.get(..1).unwrap_or_default());
        if found.is_empty() {
            found = called(names);
        }
        match found.as_slice() {
            [] => Ok(None),
            [index] => Ok(Some(*index)),
            [first, second, ..] => {
                let (first, second) = (self.name(*first), self.name(*second));
                Err(Error::new(
                    ErrorKind::Duplicate,
                    format!(
                        "one column for the role `{role}`: name it `{role}`, or say which in `mapping`",
                        role = canonical(role)
                    ),
                )
                .at_row(1)
                .at_column(shown(second))
                .found(format!("{first} and {second}")))
            }
        }
    }

    /// Whether a column has exactly this name (once case, space and `-` are set aside).
    pub(super) fn has(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key == name)
    }

    /// The header's name of a column.
    pub(super) fn name(&self, index: usize) -> &str {
        self.header.get(index).map_or("", String::as_str)
    }

    /// Name of a column as compared.
    pub(super) fn key_of(&self, index: usize) -> &str {
        self.keys.get(index).map_or("", String::as_str)
    }

    /// The columns' names, shortened, for a message.
    pub(super) fn listed(&self) -> String {
        const SHOWN: usize = 12;
        let short = |name: &String| if name.is_empty() { "(unnamed)".to_owned() } else { shown(name) };
        let mut names: Vec<String> = self.header.iter().take(SHOWN).map(short).collect();
        if self.header.len() > SHOWN {
            names.push(format!("and {} more", self.header.len() - SHOWN));
        }
        names.join(", ")
    }

    /// Nothing here says what the columns are.
    pub(super) fn unrecognised(&self) -> Error {
        let expected = format!("an id column and a score column; what is read: {FORMATS}");
        self.showing_columns(Error::new(ErrorKind::Unrecognised, expected))
    }

    /// A required role that no column plays.
    pub(super) fn missing(&self, role: Role, instead: &str) -> Error {
        let names: Vec<String> = names(role).iter().map(|name| format!("`{name}`")).collect();
        let error = Error::new(ErrorKind::Missing, format!("a column {}{instead}", names.join(", ")));
        self.showing_columns(error).at_column(canonical(role))
    }

    /// A list of columns is longer than the excerpt that other errors show.
    fn showing_columns(&self, mut error: Error) -> Error {
        error.found = Some(format!("the columns {}", self.listed()));
        error.at_row(1)
    }
}
