//! Errors about files as questions, in the words of the dialog *How to read these files*.

use crate::choices::{ROLES, labels};
use llm_selection::data::excerpt::is_called;
use llm_selection::error::{Error, ErrorKind};

/// What a role's column is called in the dialog, by the role's own name.
fn label(role: &str) -> Option<&'static str> {
    ROLES.iter().find(|(of, _)| is_called(role, *of)).map(|(_, label)| *label)
}

/// What to choose in the dialog so that the files can be read, as sentences; `None` for an error that another choice may
/// not mend, or that says it all.
pub fn question(error: &Error) -> Option<String> {
    let place = &error.place;
    let field = place.field.as_deref().unwrap_or_default();
    let found = error.found.as_deref().unwrap_or_default();
    match error.kind {
        ErrorKind::Missing if field == "grader" => Some(format!(
            "It has answers and reference answers, and no score. Choose when an answer counts as right, under \
             \u{201c}{}\u{201d}.",
            labels::GRADER
        )),
        ErrorKind::OutOfRange if field == "grader.number-within" => {
            Some(format!("\u{201c}{}\u{201d} has to be a number of at least 0.", labels::TOLERANCE))
        }
        ErrorKind::Missing if field.starts_with("mapping.") => {
            let label = label(field.strip_prefix("mapping.")?)?;
            Some(format!(
                "It has no column {found}, which is to be \u{201c}{label}\u{201d}. Choose {}.",
                error.expected
            ))
        }
        ErrorKind::Missing if place.row == Some(1) => {
            let label = label(place.column.as_deref()?)?;
            let instead = match label {
                "Score" => ", or an answer and a reference answer to compare it with",
                _ => "",
            };
            Some(format!("None of {found} is known as \u{201c}{label}\u{201d}. Choose which column is it{instead}."))
        }
        ErrorKind::Unrecognised if place.row.is_some() => Some(format!(
            "It has {found}, and none is known as an id or a score. Choose which column is what, if it has results of \
             models on queries."
        )),
        // Two results of a model on a query.
        ErrorKind::Duplicate if error.expected.starts_with("one result of ") => {
            let rule = quoted(error.expected.split_once("; `duplicates`")?.0);
            let row = place.row.map(|row| format!("Row {row} is")).unwrap_or_else(|| "There is".to_owned());
            Some(format!(
                "{row} one more result on query {found}, expected {rule}. If they belong together, choose what becomes \
                 of them, under \u{201c}{}\u{201d}; if not, load the files one by one.",
                labels::DUPLICATES
            ))
        }
        ErrorKind::Duplicate if error.expected.starts_with("one column for the role ") => {
            let role = error.expected.split('`').nth(1)?;
            Some(format!("{found} could both be \u{201c}{}\u{201d}. Choose one of them.", label(role)?))
        }
        ErrorKind::BadCell | ErrorKind::OutOfRange if error.expected.contains("percent") => {
            Some(format!("{}. Choose the unit under \u{201c}{}\u{201d}.", at(error), labels::SCORE_UNIT))
        }
        ErrorKind::BadCell if error.expected.contains("in cents") => {
            Some(format!("{}. Choose the unit under \u{201c}{}\u{201d}.", at(error), labels::COST_UNIT))
        }
        ErrorKind::NothingInCommon => Some(format!(
            "Found: {found}. Their rows seem to be about different questions, so there is nothing to compare. Load files \
             of models that answered the same queries; or, if another column says which query a row is about, choose it as \
             \u{201c}{}\u{201d}.",
            ROLES[0].1
        )),
        _ => None,
    }
}

/// Text with quotation marks in place of backticks.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for (place, part) in text.split('`').enumerate() {
        quoted.push_str(["\u{201d}", "\u{201c}"].get(place % 2).filter(|_| place > 0).unwrap_or(&""));
        quoted.push_str(part);
    }
    quoted
}

/// Where a cell is, what it holds and what was expected there.
fn at(error: &Error) -> String {
    let row = error.place.row.map(|row| format!("Row {row}: ")).unwrap_or_default();
    let found = error.found.as_deref().unwrap_or_default();
    format!("{row}found {found}, expected {}", error.expected)
}

/// A warning of the audit with what the dialog calls the fields of an experiment.
pub fn in_words(warning: &str) -> String {
    let prices = "\u{201c}Prices\u{201d}";
    let said = warning
        .replace("has tokens and no price in `prices`", "has tokens and no price")
        .replace(": `prices` says otherwise", &format!("; give another under {prices} if it is not right"))
        .replace("`prices` is not used", &format!("what stands under {prices} is not used"))
        .replace("`cost_unit` says", &format!("\u{201c}{}\u{201d} says", labels::COST_UNIT))
        .replace("`prices` names", &format!("{prices} names"))
        .replace("`prices`", prices);
    quoted(&said)
}
