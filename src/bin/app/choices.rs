//! What a person chooses in the dialog *How to read these files*, and the import options that it means.

use llm_selection::data::ImportOptions;
use llm_selection::data::excerpt::{Excerpt, find, is_called};
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::experiment::{CostUnit, Duplicates, Grader, LatencyUnit, Price, Role, ScoreUnit, TokenPrice};
use std::collections::BTreeMap;

/// The roles that a column can be chosen for, with what they are called. A latency has one role here, and its unit by
/// itself.
pub const ROLES: [(Role, &str); 12] = [
    (Role::QueryId, "Id of the query"),
    (Role::Model, "Model"),
    (Role::Score, "Score"),
    (Role::Answer, "Answer"),
    (Role::Reference, "Reference answer"),
    (Role::Cost, "Cost of a call"),
    (Role::InputTokens, "Input tokens"),
    (Role::OutputTokens, "Output tokens"),
    (Role::LatencyMs, "Latency"),
    (Role::Category, "Category"),
    (Role::Split, "Split"),
    (Role::Query, "Text of the query"),
];

/// What the dialog's rules and units are called.
pub mod labels {
    pub const GRADER: &str = "An answer is right if";
    pub const COUNTED: &str = "In votes, what counts of an answer";
    pub const TOLERANCE: &str = "At most so far from it";
    pub const PATTERN: &str = "Pattern (regular expression)";
    pub const DUPLICATES: &str = "Several results of a model on a query";
    pub const SCORE_UNIT: &str = "Unit of the scores";
    pub const COST_UNIT: &str = "Unit of the costs";
    pub const LATENCY_UNIT: &str = "Unit of the latencies";
}

/// A grader without what it needs beside its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraderKind {
    Exact,
    CaseFolded,
    Number,
    NumberWithin,
    ChoiceLetter,
    Contains,
    Regex,
}

/// What of an answer counts in votes where its score is known, by the graders that look for it.
pub const COUNTED: [(Option<GraderKind>, &str); 4] = [
    (None, "The whole of it"),
    (Some(GraderKind::Number), "Its last number"),
    (Some(GraderKind::ChoiceLetter), "Its choice letter"),
    (Some(GraderKind::Regex), "What a pattern finds in it"),
];

/// The graders, as the end of "An answer is right if …".
pub const GRADERS: [(GraderKind, &str); 7] = [
    (GraderKind::Exact, "it is the reference"),
    (GraderKind::CaseFolded, "it is the reference, but for case"),
    (GraderKind::Number, "its last number is the reference's"),
    (GraderKind::NumberWithin, "its last number is near the reference's"),
    (GraderKind::ChoiceLetter, "its choice letter is the reference's"),
    (GraderKind::Contains, "it contains the reference"),
    (GraderKind::Regex, "what a pattern finds in it is the reference"),
];

/// What a model costs, as it is typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PriceText {
    /// Dollars per million input and output tokens.
    pub input: String,
    pub output: String,
    /// Dollars per call.
    pub call: String,
}

impl PriceText {
    fn new(price: &Price) -> PriceText {
        let text = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
        PriceText {
            input: text(price.tokens.map(|it| it.input)),
            output: text(price.tokens.map(|it| it.output)),
            call: text(price.call),
        }
    }

    /// Whether nothing is said of tokens.
    pub fn no_tokens(&self) -> bool {
        self.input.trim().is_empty() && self.output.trim().is_empty()
    }

    /// The price of a model; nothing where nothing is typed: its cost is unknown then, not 0.
    fn price(&self, model: &str) -> Result<Option<Price>> {
        let tokens = match self.no_tokens() {
            true => None,
            false => Some(TokenPrice {
                input: number(&self.input, &format!("Price of {model}, input"))?,
                output: number(&self.output, &format!("Price of {model}, output"))?,
            }),
        };
        let call = match self.call.trim().is_empty() {
            true => None,
            false => Some(number(&self.call, &format!("Price of {model}, a call"))?),
        };
        Ok((tokens.is_some() || call.is_some()).then_some(Price { tokens, call }))
    }
}

/// What is chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    /// Columns are read as the files' format says, whatever `roles` says.
    pub recognised: bool,
    /// Column by role.
    pub roles: BTreeMap<Role, String>,
    pub grader: Option<GraderKind>,
    /// Tolerance of the grader, as it is typed.
    pub tolerance: String,
    /// Pattern of the grader.
    pub pattern: String,
    pub duplicates: Duplicates,
    pub score_unit: Option<ScoreUnit>,
    pub cost_unit: Option<CostUnit>,
    pub latency_unit: Option<LatencyUnit>,
    /// What the models cost, as it is typed.
    pub prices: BTreeMap<String, PriceText>,
}

impl Choices {
    /// What was said before, completed by what a look into a file suggests.
    pub fn new(options: &ImportOptions, excerpt: &Excerpt) -> Choices {
        let said =
            options.mapping.iter().filter(|(_, column)| !column.is_empty()).map(|(role, it)| (*role, it.clone()));
        let seen = excerpt.roles.iter().map(|guess| (guess.role, guess.column.clone()));
        let mapped = !options.mapping.is_empty();
        let recognised = !mapped && excerpt.format.is_some();
        let roles: BTreeMap<Role, String> = if mapped { said.collect() } else { seen.collect() };
        let (grader, tolerance, pattern) = match &options.grader {
            None => (None, String::new(), String::new()),
            Some(Grader::Exact) => (Some(GraderKind::Exact), String::new(), String::new()),
            Some(Grader::CaseFolded) => (Some(GraderKind::CaseFolded), String::new(), String::new()),
            Some(Grader::Number) => (Some(GraderKind::Number), String::new(), String::new()),
            Some(Grader::NumberWithin(it)) => (Some(GraderKind::NumberWithin), it.to_string(), String::new()),
            Some(Grader::ChoiceLetter) => (Some(GraderKind::ChoiceLetter), String::new(), String::new()),
            Some(Grader::Contains) => (Some(GraderKind::Contains), String::new(), String::new()),
            Some(Grader::Regex(pattern)) => (Some(GraderKind::Regex), String::new(), pattern.clone()),
        };
        let price = |(model, price): (&String, &Price)| (model.clone(), PriceText::new(price));
        let mut choices = Choices {
            recognised,
            roles,
            grader,
            tolerance,
            pattern,
            duplicates: options.duplicates,
            score_unit: options.score_unit,
            cost_unit: options.cost_unit,
            latency_unit: options.latency_unit,
            prices: options.prices.iter().map(price).collect(),
        };
        choices.latency_as_chosen();
        choices
    }

    /// Columns are read as the format of the files says, or as they are chosen: then beginning with what is in `excerpt`.
    pub fn recognise(&mut self, recognised: bool, excerpt: &Excerpt) {
        self.recognised = recognised;
        if !recognised && self.roles.is_empty() {
            self.roles = excerpt.guesses.iter().map(|guess| (guess.role, guess.column.clone())).collect();
            self.latency_as_chosen();
        }
    }

    /// A latency has one role here, and its unit by itself.
    fn latency_as_chosen(&mut self) {
        let latency = [(Role::LatencyS, LatencyUnit::S), (Role::LatencyMs, LatencyUnit::Ms)];
        let found = latency.into_iter().find_map(|(role, unit)| Some((self.roles.remove(&role)?, unit)));
        if let Some((column, unit)) = found {
            self.roles.insert(Role::LatencyMs, column);
            self.latency_unit = self.latency_unit.or(Some(unit).filter(|_| !self.recognised));
        }
    }

    fn has(&self, role: Role) -> bool {
        self.roles.contains_key(&role)
    }

    /// Whether answers are to be graded.
    pub fn is_graded(&self) -> bool {
        !self.has(Role::Score) && self.has(Role::Answer) && self.has(Role::Reference)
    }

    /// Whether costs come from tokens, or may.
    pub fn by_tokens(&self) -> bool {
        let tokens = self.has(Role::InputTokens) && self.has(Role::OutputTokens);
        self.cost_unit == Some(CostUnit::Tokens)
            || (tokens && !self.has(Role::Cost))
            || self.prices.values().any(|it| !it.no_tokens())
    }

    /// Whether no column gives costs, as far as is known before the files are read.
    pub fn without_costs(&self) -> bool {
        !self.recognised && !self.has(Role::Cost) && !self.by_tokens()
    }

    /// The import options. `columns` are those of the file that is looked at.
    ///
    /// # Errors
    /// A tolerance or a price that is no number.
    pub fn options(&self, columns: &[String]) -> Result<ImportOptions> {
        let counted = |grader: &GraderKind| COUNTED.iter().any(|(kind, _)| *kind == Some(*grader));
        let grader = match self.grader.filter(|grader| self.is_graded() || counted(grader)) {
            None => None,
            Some(GraderKind::Exact) => Some(Grader::Exact),
            Some(GraderKind::CaseFolded) => Some(Grader::CaseFolded),
            Some(GraderKind::Number) => Some(Grader::Number),
            Some(GraderKind::NumberWithin) => Some(Grader::NumberWithin(number(&self.tolerance, labels::TOLERANCE)?)),
            Some(GraderKind::ChoiceLetter) => Some(Grader::ChoiceLetter),
            Some(GraderKind::Contains) => Some(Grader::Contains),
            Some(GraderKind::Regex) => Some(Grader::Regex(self.pattern.clone())),
        };
        let mut prices = BTreeMap::new();
        for (model, typed) in &self.prices {
            prices.extend(typed.price(model)?.map(|price| (model.clone(), price)));
        }
        Ok(ImportOptions {
            mapping: if self.recognised { BTreeMap::new() } else { self.mapping(columns) },
            grader,
            duplicates: self.duplicates,
            score_unit: self.score_unit,
            cost_unit: self.cost_unit,
            latency_unit: self.latency_unit,
            prices,
        })
    }

    /// The chosen columns, and no column for a role that was not given one and would find one by its name.
    fn mapping(&self, columns: &[String]) -> BTreeMap<Role, String> {
        let latency = match self.latency_unit {
            Some(LatencyUnit::S) => Role::LatencyS,
            _ => Role::LatencyMs,
        };
        let role = |role: Role| if role == Role::LatencyMs { latency } else { role };
        let mut mapping: BTreeMap<Role, String> =
            self.roles.iter().map(|(of, column)| (role(*of), column.clone())).collect();
        for of in ROLES.map(|(role, _)| role).into_iter().chain([Role::LatencyS]) {
            if !mapping.contains_key(&of) && columns.iter().any(|column| is_called(column, of)) {
                mapping.insert(of, String::new());
            }
        }
        mapping
    }
}

/// A number ≥ 0 as a person types it.
fn number(text: &str, field: &str) -> Result<f64> {
    let value: Option<f64> = text.trim().trim_start_matches('$').trim().replace(',', ".").parse().ok();
    value.filter(|value| *value >= 0.0 && value.is_finite()).ok_or_else(|| {
        let found = if text.trim().is_empty() { "nothing" } else { text };
        Error::new(ErrorKind::OutOfRange, "a number of at least 0").at_field(field).found(found)
    })
}

/// Whether an error asks how the files are to be read: what a column is, a rule or a unit is missing or contradicted.
pub fn asks(error: &Error) -> bool {
    let unit = ["in cents", "in percent"].iter().any(|unit| error.expected.contains(unit));
    may_help(error)
        && match error.kind {
            ErrorKind::BadCell => unit,
            ErrorKind::NothingInCommon => false,
            _ => true,
        }
}

/// The place of the file that an error is about, where the others can be read without it.
pub fn faulty(error: &Error, names: &[String]) -> Option<usize> {
    let (place, member) = find(names, error.place.file.as_deref()?)?;
    (names.len() > 1 && member.is_none()).then_some(place)
}

/// Whether another way of reading the files may help against an error.
pub fn may_help(error: &Error) -> bool {
    let (place, kind) = (&error.place, error.kind);
    let at = |field: &str| place.field.as_deref().is_some_and(|other| other.starts_with(field));
    match kind {
        ErrorKind::Unrecognised => place.row.is_some(),
        ErrorKind::Missing => at("grader") || at("mapping") || place.column.is_some(),
        // Two columns for one role, or two results of a model on a query.
        ErrorKind::Duplicate => place.row.is_some() || at("mapping"),
        // A cell that its column's role or unit does not allow; a quote that never closes is no such thing.
        ErrorKind::OutOfRange | ErrorKind::BadCell => {
            at("grader") || at("prices") || (place.column.is_some() && !error.expected.starts_with("a closing"))
        }
        ErrorKind::NothingInCommon => true,
        _ => false,
    }
}
