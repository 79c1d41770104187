//! An answer against the reference, where a file has no score.

use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Grader;
use regex_lite::{Regex, RegexBuilder};

/// The graders' names, for messages.
pub(super) const GRADERS: &str = "`exact`, `case-folded`, `number`, `choice-letter`, `contains`, `{\"number-within\": \
                                  tolerance}` or `{\"regex\": pattern}`";

/// Longest pattern, in bytes.
const LONGEST_PATTERN: usize = 1_000;

/// A grader that is ready to judge.
pub(crate) struct Judge {
    grader: Grader,
    pattern: Option<Regex>,
}

impl Judge {
    /// Checks a tolerance and reads a pattern.
    ///
    /// # Errors
    /// A tolerance that is no number of at least 0; a pattern that is none, or too large.
    pub(crate) fn new(grader: &Grader) -> Result<Self> {
        let wrong =
            |expected: &str, part: &str| Error::new(ErrorKind::OutOfRange, expected).at_field(format!("grader.{part}"));
        let pattern = match grader {
            Grader::NumberWithin(tolerance) if !(*tolerance >= 0.0 && tolerance.is_finite()) => {
                return Err(wrong("a tolerance of at least 0", "number-within").found(tolerance));
            }
            // It would find nothing in any answer.
            Grader::Regex(pattern) if pattern.trim().is_empty() => {
                return Err(wrong("a pattern, such as (?i)\\[(yes|no)\\]", "regex").found(pattern));
            }
            Grader::Regex(pattern) if pattern.len() > LONGEST_PATTERN => {
                return Err(wrong("a pattern of at most 1,000 bytes", "regex").found(pattern));
            }
            Grader::Regex(pattern) => {
                let built = RegexBuilder::new(pattern).build();
                Some(built.map_err(|error| wrong(&format!("a regular expression ({error})"), "regex").found(pattern))?)
            }
            _ => None,
        };
        Ok(Judge { grader: grader.clone(), pattern })
    }

    /// The grader's name.
    pub(super) fn name(&self) -> &'static str {
        match self.grader {
            Grader::Exact => "exact",
            Grader::CaseFolded => "case-folded",
            Grader::Number => "number",
            Grader::NumberWithin(_) => "number-within",
            Grader::ChoiceLetter => "choice-letter",
            Grader::Contains => "contains",
            Grader::Regex(_) => "regex",
        }
    }

    /// What it looks for in an answer: `None` where it takes an answer as a whole, `Some(None)` where there is nothing of
    /// the kind in it.
    pub(super) fn find(&self, answer: &str) -> Option<Option<String>> {
        let answer = unwrap(answer);
        match &self.grader {
            Grader::Exact | Grader::CaseFolded | Grader::Contains => None,
            Grader::Number | Grader::NumberWithin(_) => {
                Some(last_number(answer).map(|number| (number + 0.0).to_string()))
            }
            Grader::ChoiceLetter => Some(choice(answer).map(String::from)),
            Grader::Regex(_) => Some(self.matched(answer).map(str::to_owned)),
        }
    }

    /// What the pattern's first group, or the pattern, matches first.
    fn matched<'t>(&self, answer: &'t str) -> Option<&'t str> {
        let found = self.pattern.as_ref().and_then(|pattern| pattern.captures(answer))?;
        found.get(1).or_else(|| found.get(0)).map(|part| part.as_str().trim())
    }

    /// Whether a right answer holds the reference only as a part of longer words, as `not` holds `no`.
    pub(super) fn only_within_words(&self, answer: &str, reference: &str) -> bool {
        let (answer, reference) = (unwrap(answer).to_lowercase(), unwrap(reference).to_lowercase());
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let whole = |(at, found): (usize, &str)| {
            let before = answer.get(..at).and_then(|before| before.chars().next_back());
            let after = answer.get(at + found.len()..).and_then(|after| after.chars().next());
            // Where the reference itself begins or ends with a mark, there is no word to be inside of.
            !(inside(before) && inside(found.chars().next()) || inside(after) && inside(found.chars().next_back()))
        };
        self.grader == Grader::Contains && !reference.is_empty() && !answer.match_indices(&reference).any(whole)
    }

    /// Whether the answer is right; `None`, which counts as wrong, where nothing was found in it that could be compared.
    pub(crate) fn grade(&self, answer: &str, reference: &str) -> Option<bool> {
        let (answer, reference) = (unwrap(answer), unwrap(reference));
        let folded = |text: &str| text.to_lowercase();
        match &self.grader {
            Grader::Exact => Some(answer == reference),
            Grader::CaseFolded => Some(folded(answer) == folded(reference)),
            Grader::Contains => Some(folded(answer).contains(&folded(reference))),
            Grader::Number => last_number(answer).map(|number| last_number(reference) == Some(number)),
            Grader::NumberWithin(tolerance) => last_number(answer)
                .map(|number| last_number(reference).is_some_and(|wanted| (number - wanted).abs() <= *tolerance)),
            Grader::ChoiceLetter => choice(answer).map(|letter| choice(reference) == Some(letter)),
            Grader::Regex(_) => self.matched(answer).map(|part| folded(part) == folded(reference)),
        }
    }
}

/// `['C']` as `C`: some tools write an answer as a list of one.
pub(super) fn unwrap(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else { return text };
    let inner = inner.trim();
    for quote in ['\'', '"'] {
        if let Some(only) = inner.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote))
            && !only.contains(quote)
        {
            return only.trim();
        }
    }
    text
}

/// The last number in the text; `1,234` is one number, and so is `-2.5`.
fn last_number(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let mut end = bytes.iter().rposition(u8::is_ascii_digit)? + 1;
    let last = end;
    let in_number = |byte: u8| byte.is_ascii_digit() || byte == b'.' || byte == b',';
    while end > 0 && bytes.get(end - 1).is_some_and(|byte| in_number(*byte)) {
        end -= 1;
    }
    let digits = text.get(end..last)?;
    let plain: String = digits.trim_start_matches([',', '.']).replace(',', "");
    let value: f64 = if digits.starts_with('.') { format!("0.{plain}") } else { plain }.parse().ok()?;
    // A minus is a sign only where no letter or digit stands before it: not in `a-1` and `10-4`.
    let before = text.get(..end)?;
    let sign = before.strip_suffix('-').is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric()));
    Some(if sign { -value } else { value })
}

/// The letter of a multiple choice, A to J: alone, `(B)`, `B.`, `B)`, after the word `answer`, or the only one there.
fn choice(text: &str) -> Option<char> {
    let words = |text: &str| -> Vec<(char, bool)> {
        text.split_whitespace()
            .filter_map(|word| {
                let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
                let mut letters = bare.chars();
                let letter = letters.next().filter(|_| letters.next().is_none())?;
                let marked = bare.len() != word.len();
                ('A'..='J').contains(&letter.to_ascii_uppercase()).then_some((letter, marked))
            })
            .collect()
    };
    let all = words(text);
    if let ([(letter, _)], true) = (all.as_slice(), text.split_whitespace().count() == 1) {
        return Some(letter.to_ascii_uppercase());
    }
    let capital = |found: &(char, bool)| found.0.is_ascii_uppercase();
    let lower = text.to_ascii_lowercase();
    if let Some(after) = lower.rfind("answer").and_then(|at| text.get(at..))
        && let Some((letter, _)) = words(after).iter().find(|found| capital(found))
    {
        return Some(*letter);
    }
    // `B)` and `(B)` before a bare capital, because `A` and `I` are also words.
    if let Some((letter, _)) = all.iter().find(|found| capital(found) && found.1) {
        return Some(*letter);
    }
    let mut letters = all.iter().filter(|found| capital(found)).map(|found| found.0);
    let first = letters.next()?;
    letters.all(|letter| letter == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grade(grader: Grader, answer: &str, reference: &str) -> f64 {
        f64::from(u8::from(Judge::new(&grader).unwrap().grade(answer, reference) == Some(true)))
    }

    #[test]
    fn tolerances_and_patterns() {
        let within = |answer, tolerance| grade(Grader::NumberWithin(tolerance), answer, "3.14") == 1.0;
        let judge = Judge::new(&Grader::Number).unwrap();
        assert_eq!(["it is 4", "it is 5", "none"].map(|it| judge.grade(it, "4")), [Some(true), Some(false), None]);
        assert!(within("about 3.15", 0.011) && !within("about 3.15", 0.009) && !within("pi", 10.0));
        let regex = |pattern: &str, answer| grade(Grader::Regex(pattern.to_owned()), answer, "Yes") == 1.0;
        assert!(regex(r"\[(\w+)\]", "[yes] or [no]") && !regex(r"\[(\w+)\]", "yes"));
        assert!(regex("(?i)yes", "I say YES") && regex(r"^\s*(\w+)", "Yes, because"));
        // No backtracking: the time is linear in the answer.
        assert!(!regex("(a+)+b", &"a".repeat(50_000)));
        for grader in [
            Grader::Regex("(".into()),
            Grader::Regex(" ".into()),
            Grader::Regex("a".repeat(1_001)),
            Grader::NumberWithin(-1.0),
        ] {
            assert_eq!(Judge::new(&grader).err().map(|error| error.kind), Some(ErrorKind::OutOfRange), "{grader:?}");
        }
        assert!(Judge::new(&Grader::Regex("((a{1000}){1000}){1000}".into())).is_err());
    }

    #[test]
    fn graders() {
        let right = |grader, answer, reference| grade(grader, answer, reference) == 1.0;
        assert!(right(Grader::Exact, " ['C'] ", "C") && right(Grader::Exact, "[\"C\"]", "C"));
        assert!(!right(Grader::Exact, "c", "C") && right(Grader::CaseFolded, "ÉTÉ", "été"));
        assert!(!right(Grader::Exact, "['A', 'B']", "A"));
        assert!(right(Grader::Contains, "It is Paris.", "paris") && !right(Grader::Contains, "Rome", "paris"));
    }

    #[test]
    fn parts_of_words_are_noticed() {
        let judge = Judge::new(&Grader::Contains).unwrap();
        let only = |answer, reference| judge.only_within_words(answer, reference);
        assert!(only("It is not so.", "No") && only("Another number", "no"));
        assert!(!only("Not at all: no.", "No") && !only("[No]", "no") && !only("x[No]x", "[no]") && !only("NO", "no"));
        assert!(!Judge::new(&Grader::Exact).unwrap().only_within_words("not", "no"));
    }

    #[test]
    fn numbers_in_answers() {
        for (answer, reference, right) in [
            ("so 3 + 4 = 7.", "7", true),
            ("#### 1,234", "1234", true),
            ("The total is $18.50", "18.5", true),
            ("-5", "5", false),
            ("x = -5", "-5.0", true),
            ("10-4", "4", true),
            ("no number", "7", false),
            ("no number", "none", false),
            (".5", "0.5", true),
        ] {
            assert_eq!(grade(Grader::Number, answer, reference) == 1.0, right, "{answer} / {reference}");
        }
    }

    #[test]
    fn choice_letters() {
        for (answer, letter) in [
            ("B", Some('B')),
            ("b", Some('B')),
            ("(C)", Some('C')),
            ("C. Because A is wrong.", Some('C')),
            ("A dog would say B", None),
            ("I think the answer is D, not A.", Some('D')),
            ("**Answer: (E)**", Some('E')),
            ("a long tale", None),
            ("", None),
        ] {
            assert_eq!(choice(answer), letter, "{answer}");
        }
    }
}
