//! Answers as they are counted in a vote: what two models wrote differently and meant alike is one text.

use super::grader::Judge;
use crate::random::hash;
use unicode_normalization::UnicodeNormalization;

/// Characters of an answer that are kept; of what follows only a hash.
const LONGEST: usize = 200;

/// The normal form of an answer; `None` where there is none.
///
/// * With a judge that looks for something (a number, a choice letter, a pattern): what it finds.
/// * Else the final answer of an explanation: after the last `####`, in the last `\boxed{…}`, or after the last `answer is`
///   or `answer:`; else all of it.
/// * `['C']` is C, `(B)`, `B.`, `b)` and `(B) Paris` are b, `$1,000`, `1000.0` and `1000` are 1000; case, space and
///   compatibility forms (NFKC) do not count, and neither do quotes, `*` and a full stop around it.
pub(super) fn normal(answer: &str, judge: Option<&Judge>) -> Option<String> {
    let found = judge.and_then(|judge| judge.find(answer));
    let text = match &found {
        Some(found) => found.as_deref()?,
        None => last_part(super::grader::unwrap(answer)),
    };
    let text: String = text.nfkc().collect();
    let text = bare(&text);
    if text.is_empty() {
        return None;
    }
    if let Some(letter) = letter(text) {
        return Some(letter.to_string());
    }
    if let Some(number) = number(text) {
        return Some(number);
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    Some(shortened(words.join(" ")))
}

/// The final answer in an explanation.
fn last_part(text: &str) -> &str {
    if let Some((_, after)) = text.rsplit_once("####") {
        let after = after.trim_start();
        return after.lines().next().unwrap_or(after);
    }
    if let Some((_, after)) = text.rsplit_once("\\boxed{") {
        return boxed(after);
    }
    // Of the same length in bytes, so that places agree.
    let lower = text.to_ascii_lowercase();
    let marks = ["answer is", "answer:"];
    let last = marks.iter().filter_map(|mark| Some(lower.rfind(mark)? + mark.len())).max();
    match last.and_then(|at| text.get(at..)) {
        Some(after) => {
            let after = after.trim_start_matches([':', ' ', '*', '\n', '\r', '\t']);
            after.lines().next().unwrap_or(after)
        }
        None => text,
    }
}

/// What stands before the brace that closes; `{{982}}` has two.
fn boxed(text: &str) -> &str {
    let mut depth = 0;
    let closes = |(place, c): (usize, char)| {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        (depth < 0).then_some(place)
    };
    let inner = text.char_indices().find_map(closes).and_then(|end| text.get(..end)).unwrap_or(text).trim();
    inner.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(inner)
}

/// Without the marks and the full stop around it.
fn bare(text: &str) -> &str {
    let marks = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '*' | '“' | '”' | '‘' | '’' | '[' | ']');
    let text = text.trim_matches(marks);
    text.strip_suffix('.').unwrap_or(text).trim_matches(marks)
}

/// A choice letter, A to J: alone, marked as `(B)`, `B)` or `B.`, or so marked with the choice behind it.
fn letter(text: &str) -> Option<char> {
    let open = text.strip_prefix('(');
    let inner = open.unwrap_or(text);
    let letter = inner.chars().next().filter(|c| matches!(c, 'A'..='J' | 'a'..='j'))?;
    let rest = inner.get(1..)?;
    let marked = match open {
        Some(_) => rest.starts_with(')'),
        // A lower-case letter with a full stop and words behind it may be anything.
        None => rest.is_empty() || rest.starts_with(')') || (letter.is_ascii_uppercase() && is_choice(rest)),
    };
    marked.then(|| letter.to_ascii_lowercase())
}

/// `. Paris` or `: Paris` after a letter.
fn is_choice(rest: &str) -> bool {
    rest.strip_prefix(['.', ':']).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// A number in its shortest form, without currency, percent sign and separators of thousands.
fn number(text: &str) -> Option<String> {
    let text = text.trim_end_matches(['%', '€', '$', ' ']);
    let (minus, text) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let text = text.trim_start_matches(['$', '€', '£', '¥', '\\', ' ']);
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(decimals) || whole.len() + decimals.len() == 0 {
        return None;
    }
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() == 1 || groups.iter().skip(1).all(|group| group.len() == 3);
    let first = groups.first().map_or(0, |group| group.len());
    if !grouped || !groups.iter().all(|group| digits(group)) || (groups.len() > 1 && !(1..=3).contains(&first)) {
        return None;
    }
    let whole = groups.concat();
    let (whole, decimals) = (whole.trim_start_matches('0'), decimals.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let minus = if whole == "0" && decimals.is_empty() { "" } else { minus };
    Some(shortened(match decimals {
        "" => format!("{minus}{whole}"),
        _ => format!("{minus}{whole}.{decimals}"),
    }))
}

/// The beginning of a long text, and of the rest a hash and the number of characters: equal texts stay equal, others
/// different.
fn shortened(text: String) -> String {
    let Some((at, _)) = text.char_indices().nth(LONGEST) else { return text };
    let (kept, rest) = text.split_at(at);
    let hash = rest.bytes().fold(0, |sum, byte| hash(sum, u64::from(byte)));
    format!("{kept}… {hash:016x}+{}", rest.chars().count())
}

/// What is kept of a normal answer, and how many characters of it are not.
pub(crate) fn kept(answer: &str) -> (&str, u64) {
    let parts = answer.rsplit_once("… ").and_then(|(kept, mark)| Some((kept, mark.split_once('+')?)));
    match parts {
        Some((kept, (hash, more))) if hash.len() == 16 && kept.chars().count() == LONGEST => {
            more.parse().map_or((answer, 0), |more| (kept, more))
        }
        _ => (answer, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Grader;
    use proptest::prelude::*;

    fn plain(answer: &str) -> Option<String> {
        normal(answer, None)
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        for (form, answers) in [
            (
                "1000",
                &[
                    "1,000",
                    "1000.0",
                    "1000",
                    "$1,000.00",
                    "1 000".replace(' ', "").as_str(),
                    "**1000.**",
                    "１０００",
                    "+1000",
                ][..],
            ),
            ("-2.5", &["-2.5", "−2.50", "-$2.5"]),
            ("0", &["0", "-0", "0.0", "00"]),
            ("0.5", &[".5", "0.50", "0.5%"]),
            (
                "b",
                &[
                    "B",
                    "b",
                    "(B)",
                    "B.",
                    "b)",
                    "Answer: B",
                    "The answer is **(B)**.",
                    "['B']",
                    "[\"B\"]",
                    "(B) Paris",
                    "(B). Paris",
                    "B. Paris",
                    "B: Paris",
                    "（Ｂ）",
                ],
            ),
            ("paris", &["Paris", " paris. ", "\"PARIS\"", "The answer is Paris.\nBecause it is.", "`Paris`"]),
            ("new york", &["New  York", "new\nyork"]),
            ("18", &["16 - 7 = 9\n9 * 2 = 18\n#### 18\n\nNext: 3", "so \\boxed{18}.", "\\boxed{{18}}", "#### $18"]),
            ("\\frac{1}{2}", &["x = \\boxed{\\frac{1}{2}}"]),
            ("日本", &["日本", " 日本。".trim_end_matches('。')]),
        ] {
            for answer in answers {
                assert_eq!(plain(answer).as_deref(), Some(form), "{answer}");
            }
        }
    }

    #[test]
    fn what_differs_stays_different() {
        assert_eq!([plain(""), plain(" . "), plain("['']"), plain("**")], [None, None, None, None]);
        for (a, b) in [
            ("1,00", "100"),
            ("1.5", "15"),
            ("a dog", "a"),
            ("k", "b"),
            ("A Lincoln", "A"),
            ("10", "-10"),
            ("1,234,5", "12345"),
        ] {
            assert_ne!(plain(a), plain(b), "{a} {b}");
        }
        // Beyond what a double can tell apart.
        assert_ne!(plain("9007199254740993"), plain("9007199254740992"));
        let long = "word ".repeat(400);
        assert_eq!(plain(&long), plain(&long.to_uppercase()));
        assert_ne!(plain(&long), plain(&format!("{long} more")));
        assert!(plain(&long).unwrap().chars().count() < 230);
    }

    #[test]
    fn a_judge_says_where_to_look() {
        let with = |grader: Grader, answer: &str| normal(answer, Some(&Judge::new(&grader).unwrap()));
        assert_eq!(with(Grader::Number, "she makes 9 * $2 = $18 every day.").as_deref(), Some("18"));
        assert_eq!(with(Grader::Number, "12,000.50 in all").as_deref(), Some("12000.5"));
        assert_eq!(with(Grader::Number, "nothing"), None);
        assert_eq!(with(Grader::ChoiceLetter, "I think it is (C), not D").as_deref(), Some("c"));
        assert_eq!(with(Grader::Regex(r"\[(\w+)\]".into()), "[Yes] it is").as_deref(), Some("yes"));
        assert_eq!(with(Grader::Contains, "The answer is Paris").as_deref(), Some("paris"));
    }

    proptest! {
        #[test]
        fn a_normal_form_is_its_own(text in "\\PC{0,40}") {
            if let Some(form) = plain(&text) {
                prop_assert!(!form.is_empty());
                prop_assert!(!form.chars().any(char::is_uppercase) || form.chars().any(|c| c.to_lowercase().eq([c])));
            }
        }

        #[test]
        fn numbers_are_their_value(value in -1_000_000_000i64..1_000_000_000, decimals in 0..3usize) {
            let x = value as f64 / [1.0, 10.0, 100.0][decimals];
            prop_assert_eq!(plain(&format!("{x:.decimals$}")), plain(&format!("{x:.3}")));
            prop_assert_eq!(plain(&format!("{x:.decimals$}")).unwrap().parse::<f64>().unwrap(), x + 0.0);
        }
    }
}
