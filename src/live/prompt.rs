//! Prompts from templates.

use crate::error::{Error, ErrorKind, Result};

/// Most bytes of a template.
const MOST: usize = 20_000;

/// Fills a template: `{name}` becomes the value of that name, `{{` and `}}` become braces. Braces around anything else stay
/// as they are, and what is filled in is not looked at again.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, braces) = rest.split_at(at);
        filled.push_str(before);
        let place = values.iter().find_map(|(name, value)| {
            let after = braces.strip_prefix('{')?.strip_prefix(name)?.strip_prefix('}')?;
            Some((*value, after))
        });
        let (text, after) = match (place, braces.strip_prefix("{{"), braces.strip_prefix("}}")) {
            (Some(place), ..) => place,
            (None, Some(after), _) => ("{", after),
            (None, None, Some(after)) => ("}", after),
            (None, None, None) => braces.split_at(unknown(braces)),
        };
        filled.push_str(text);
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// How many bytes stay as they are: `{…}` as a whole, so that JSON in a template stays JSON, or a single brace.
fn unknown(braces: &str) -> usize {
    let end = braces.char_indices().skip(1).find(|(_, c)| matches!(c, '{' | '}'));
    end.filter(|(_, c)| *c == '}' && braces.starts_with('{')).map_or(1, |(at, _)| at + 1)
}

/// Checks a template of prompts.
///
/// # Errors
/// `Missing` where it is empty or has no `{query}`; `TooLarge` where it is over 20,000 bytes.
pub fn check_template(template: &str) -> Result<()> {
    let wrong = |kind, expected: &str| Err(Error::new(kind, expected).at_field("template"));
    if template.trim().is_empty() {
        return wrong(ErrorKind::Missing, "a template, such as {query}");
    }
    if template.len() > MOST {
        return wrong(ErrorKind::TooLarge, "a template of at most 20,000 bytes");
    }
    // As it is filled, since braces can also be written out.
    match fill(template, &[("query", "")]) == fill(template, &[("query", "?")]) {
        true => wrong(ErrorKind::Missing, "{query} in the template, where the question goes"),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::grade::JUDGE_TEMPLATE;
    use proptest::prelude::*;

    #[test]
    fn templates_are_filled_once() {
        let values = [("query", "{answer} {{x}}"), ("answer", "42"), ("empty", "")];
        for (template, filled) in [
            ("{query}", "{answer} {{x}}"),
            ("Q: {query} A: {answer}{empty}.", "Q: {answer} {{x}} A: 42."),
            ("{{answer}}", "{answer}"),
            ("{{{answer}}}", "{42}"),
            ("{other} { answer } {Answer} {}", "{other} { answer } {Answer} {}"),
            ("{\"a\": {\"b\": 1}} {answer}", "{\"a\": {\"b\": 1}} 42"),
            ("} { answer}", "} { answer}"),
            ("é{answer}é", "é42é"),
            ("{answer", "{answer"),
            ("{{", "{"),
            ("", ""),
        ] {
            assert_eq!(fill(template, &values), filled, "{template}");
        }
        assert_eq!(fill("{query}", &[]), "{query}");
    }

    #[test]
    fn templates_are_checked() {
        assert!(check_template("{query}").is_ok() && check_template(JUDGE_TEMPLATE).is_ok());
        for (template, kind) in [
            (" \n", ErrorKind::Missing),
            ("no place", ErrorKind::Missing),
            ("{{query}}", ErrorKind::Missing),
            (&format!("{{query}}{}", "x".repeat(20_000)), ErrorKind::TooLarge),
        ] {
            let error = check_template(template).unwrap_err();
            assert_eq!((error.kind, error.place.field.as_deref()), (kind, Some("template")));
        }
    }

    proptest! {
        #[test]
        fn braces_can_be_written_out(text in "[{}aé]{0,20}") {
            let written = text.replace('{', "{{").replace('}', "}}");
            prop_assert_eq!(fill(&written, &[("a", "x")]), text);
        }
    }
}
