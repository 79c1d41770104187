//! Errors about files as questions, in the words of the dialog *How to read these files*.

use crate::choices::{ROLES, labels};
use crate::words::{Language, say, spoken, told};
use llm_selection::data::excerpt::is_called;
use llm_selection::error::{Error, ErrorKind};
use yew::AttrValue;

/// What a role's column is called in the dialog, by the role's own name.
fn label(role: &str) -> Option<&'static str> {
    ROLES.iter().find(|(of, _)| is_called(role, *of)).map(|(_, label)| *label)
}

/// What to choose in the dialog so that the files can be read, as sentences; `None` for an error that another choice may
/// not mend, or that says it all.
pub fn question(error: &Error) -> Option<AttrValue> {
    let place = &error.place;
    let field = place.field.as_deref().unwrap_or_default();
    let found = error.found.as_deref().unwrap_or_default();
    let listed = || told(found.to_owned());
    match error.kind {
        ErrorKind::Missing if field == "grader" => Some(say!(
            "It has answers and reference answers, and no score. Choose when an answer counts as right, under \
             \u{201c}{label}\u{201d}.",
            label = told(labels::GRADER)
        )),
        ErrorKind::OutOfRange if field == "grader.number-within" => {
            Some(say!("\u{201c}{label}\u{201d} has to be a number of at least 0.", label = told(labels::TOLERANCE)))
        }
        ErrorKind::Missing if field.starts_with("mapping.") => {
            let label = label(field.strip_prefix("mapping.")?)?;
            Some(say!(
                "It has no column {found}, which is to be \u{201c}{label}\u{201d}. Choose {expected}.",
                found = found,
                label = told(label),
                expected = told(error.expected.clone())
            ))
        }
        ErrorKind::Missing if place.row == Some(1) => {
            let label = label(place.column.as_deref()?)?;
            Some(say!(
                match label {
                    "Score" => {
                        "None of {found} is known as \u{201c}{label}\u{201d}. Choose which column is it, or an answer \
                         and a reference answer to compare it with."
                    }
                    _ => "None of {found} is known as \u{201c}{label}\u{201d}. Choose which column is it.",
                },
                found = listed(),
                label = told(label)
            ))
        }
        ErrorKind::Unrecognised if place.row.is_some() => Some(say!(
            "It has {found}, and none is known as an id or a score. Choose which column is what, if it has results of \
             models on queries.",
            found = listed()
        )),
        // Two results of a model on a query.
        ErrorKind::Duplicate if error.expected.starts_with("one result of ") => {
            let rule = quoted(&told(error.expected.split_once("; `duplicates`")?.0.to_owned()));
            let label = told(labels::DUPLICATES);
            Some(match place.row {
                Some(row) => say!(
                    "Row {row} is one more result on query {found}, expected {rule}. If they belong together, choose what \
                     becomes of them, under \u{201c}{label}\u{201d}; if not, load the files one by one.",
                    row = row,
                    found = found,
                    rule = rule,
                    label = label
                ),
                None => say!(
                    "There is one more result on query {found}, expected {rule}. If they belong together, choose what \
                     becomes of them, under \u{201c}{label}\u{201d}; if not, load the files one by one.",
                    found = found,
                    rule = rule,
                    label = label
                ),
            })
        }
        ErrorKind::Duplicate if error.expected.starts_with("one column for the role ") => {
            let role = error.expected.split('`').nth(1)?;
            Some(say!(
                "{found} could both be \u{201c}{label}\u{201d}. Choose one of them.",
                found = found,
                label = told(label(role)?)
            ))
        }
        ErrorKind::BadCell | ErrorKind::OutOfRange if error.expected.contains("percent") => {
            Some(unit(error, labels::SCORE_UNIT))
        }
        ErrorKind::BadCell if error.expected.contains("in cents") => Some(unit(error, labels::COST_UNIT)),
        ErrorKind::NothingInCommon => Some(say!(
            "Found: {found}. Their rows seem to be about different questions, so there is nothing to compare. Load files \
             of models that answered the same queries; or, if another column says which query a row is about, choose it as \
             \u{201c}{label}\u{201d}.",
            found = listed(),
            label = told(ROLES[0].1)
        )),
        _ => None,
    }
}

/// Text with quotation marks in place of backticks.
pub fn quoted(text: &str) -> String {
    let marks = match spoken() {
        Language::Japanese => ["」", "「"],
        _ => ["\u{201d}", "\u{201c}"],
    };
    let mut quoted = String::new();
    for (place, part) in text.split('`').enumerate() {
        quoted.push_str(marks.get(place % 2).filter(|_| place > 0).unwrap_or(&""));
        quoted.push_str(part);
    }
    quoted
}

/// Where a cell is, what it holds and what was expected there; and the input of the dialog that says its unit.
fn unit(error: &Error, label: &'static str) -> AttrValue {
    let found = error.found.as_deref().unwrap_or_default();
    let (expected, label) = (told(error.expected.clone()), told(label));
    match error.place.row {
        Some(row) => say!(
            "Row {row}: found {found}, expected {expected}. Choose the unit under \u{201c}{label}\u{201d}.",
            row = row,
            found = found,
            expected = expected,
            label = label
        ),
        None => say!(
            "found {found}, expected {expected}. Choose the unit under \u{201c}{label}\u{201d}.",
            found = found,
            expected = expected,
            label = label
        ),
    }
}

/// A warning of the audit, in the person's language, with what the dialog calls the fields of an experiment.
pub fn in_words(warning: &str) -> String {
    let prices = "\u{201c}Prices\u{201d}";
    let said = warning
        .replace("has tokens and no price in `prices`", "has tokens and no price")
        .replace(": `prices` says otherwise", &format!("; give another under {prices} if it is not right"))
        .replace("`prices` is not used", &format!("what stands under {prices} is not used"))
        .replace("`cost_unit` says", &format!("\u{201c}{}\u{201d} says", labels::COST_UNIT))
        .replace("`prices` names", &format!("{prices} names"))
        .replace("`prices`", prices);
    quoted(&told(said))
}
