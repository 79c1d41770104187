//! Messages in another language: a catalogue of what is said in English, exact or with named places such as `{n}`.
//!
//! The engine speaks English. What it has said is looked up afterwards, as a whole: [`Catalogue::told`] finds the message
//! whose own letters fit the text, and what stands in its places.

use crate::order::sort_by;
use std::fmt::{Display, Write};

/// A pair of messages: English, and the other language.
pub type Pair = (&'static str, &'static str);

/// What is said in English beside what that is in another language.
#[derive(Debug, Clone, Copy, Default)]
pub struct Catalogue {
    /// All messages, sorted by the English.
    messages: &'static [Pair],
    /// Those of the engine that have places.
    patterns: &'static [Pair],
}

impl Catalogue {
    /// One without messages.
    pub const EMPTY: Catalogue = Catalogue { messages: &[], patterns: &[] };

    /// Reads a table: a line a message, English, a tab, the translation, sorted by the English; after an empty line those
    /// of the engine that have places. The text is kept as long as the program runs, so that messages need not be copied.
    #[must_use]
    pub fn read(text: String) -> Catalogue {
        let text: &'static str = text.leak();
        let (messages, patterns) = text.split_once("\n\n").unwrap_or((text, ""));
        let pairs = |part: &'static str| -> &'static [Pair] {
            part.lines().filter_map(|line| line.split_once('\t')).collect::<Vec<_>>().leak()
        };
        Catalogue { messages: pairs(messages), patterns: pairs(patterns) }
    }

    /// A message in the other language, its places still open; `None` where there is none.
    #[must_use]
    pub fn find(&self, english: &str) -> Option<&'static str> {
        let place = self.messages.binary_search_by(|(known, _)| (*known).cmp(english)).ok()?;
        self.messages.get(place).map(|(_, translated)| *translated)
    }

    /// A whole text in the other language: the message that it is, else the message with places that fits with most letters
    /// of its own. What stands in a place is looked up likewise where it is a phrase, not a single word: that may be a name.
    /// A text of several sentences is found as a whole, or each sentence by itself. `None` where nothing fits.
    #[must_use]
    pub fn told(&self, text: &str) -> Option<String> {
        self.known(text).or_else(|| self.fitted(text, true)).or_else(|| self.sentences(text, true))
    }

    /// A text all of whose sentences are known.
    fn known(&self, text: &str) -> Option<String> {
        self.sentence(text).or_else(|| self.sentences(text, false))
    }

    fn sentence(&self, text: &str) -> Option<String> {
        self.find(text).map(str::to_owned).or_else(|| self.fitted(text, false))
    }

    /// The first sentence, or the first few that are one message, and then the rest; `partly` where that may be unknown.
    fn sentences(&self, text: &str, partly: bool) -> Option<String> {
        text.match_indices(". ").find_map(|(end, _)| {
            let (first, rest) = (text.get(..=end)?, text.get(end + 2..)?);
            let mut all = self.sentence(first)?;
            let rest = match partly {
                true => self.told(rest).unwrap_or_else(|| rest.to_owned()),
                false => self.known(rest)?,
            };
            if !all.ends_with('。') {
                all.push(' ');
            }
            Some(all + &rest)
        })
    }

    /// By the message with places that fits; `further` where sentences may be left in a place, even unknown ones.
    fn fitted(&self, text: &str, further: bool) -> Option<String> {
        let fits = self.patterns.iter().filter_map(|(english, translated)| Some((fit(english, text)?, *translated)));
        let mut fits: Vec<_> = fits.collect();
        sort_by(&mut fits, |((a, _), _), ((b, _), _)| b.cmp(a));
        fits.into_iter().find_map(|((_, values), pattern)| {
            if !further && values.iter().any(|(_, value)| value.contains(". ")) {
                return None;
            }
            let value = |(name, value): (&'static str, &str)| {
                // A place that holds the whole text would be looked up without end.
                let phrase = Some(value).filter(|value| value.contains(' ') && value.len() < text.len());
                let phrase = phrase.and_then(|value| if further { self.told(value) } else { self.known(value) });
                // A sentence is no value.
                let lost = !further && phrase.is_none() && value.ends_with('.');
                (!lost).then(|| (name, phrase.unwrap_or_else(|| value.to_owned())))
            };
            let values: Vec<(&str, String)> = values.into_iter().map(value).collect::<Option<_>>()?;
            let values: Vec<(&str, &dyn Display)> =
                values.iter().map(|(name, value)| (*name, value as &dyn Display)).collect();
            Some(fill(pattern, &values))
        })
    }
}

/// A message with values in its places; a place without a value is left out.
#[must_use]
pub fn fill(message: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut text = String::new();
    for (literal, place) in parts(message) {
        text.push_str(literal);
        if let Some((_, value)) = values.iter().find(|(name, _)| *name == place) {
            // Writing to a text cannot fail.
            let _ = write!(text, "{value}");
        }
    }
    text
}

/// The pieces of a message: its own letters, and the name of the place after them; the last has none.
#[must_use]
pub fn parts(message: &str) -> Vec<(&str, &str)> {
    let mut all = Vec::new();
    let mut rest = message;
    while let Some((literal, (name, after))) =
        rest.split_once('{').and_then(|(literal, after)| Some((literal, after.split_once('}')?)))
    {
        all.push((literal, name));
        rest = after;
    }
    all.push((rest, ""));
    all
}

/// How many bytes of a message's own a text has, and what stands in its places; `None` where it is another text.
fn fit<'a>(message: &'static str, text: &'a str) -> Option<(usize, Vec<(&'static str, &'a str)>)> {
    // Most do not fit, and that is soon seen.
    if !text.starts_with(message.split('{').next()?) || !text.ends_with(message.rsplit('}').next()?) {
        return None;
    }
    let pieces = parts(message);
    let (first, _) = pieces.first()?;
    let mut rest = text.strip_prefix(first)?;
    let mut values = Vec::new();
    for ((_, name), (literal, next)) in pieces.iter().zip(pieces.iter().skip(1)) {
        // The last piece ends the text.
        let mut end = if next.is_empty() { rest.strip_suffix(literal)?.len() } else { rest.find(literal)? };
        // What stands before brackets may end in brackets of its own: `C2MAB-V (0.3, 0.05) (−0.4)`.
        while *literal == " ("
            && let Some((own, _)) = rest.get(end..)?.split_once(')').filter(|(_, more)| more.starts_with(literal))
        {
            end += own.len() + 1;
        }
        values.push((*name, rest.get(..end)?));
        rest = rest.get(end + literal.len()..)?;
    }
    rest.is_empty().then(|| (pieces.iter().map(|(literal, _)| literal.len()).sum(), values))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn catalogue() -> Catalogue {
        let messages =
            "a budget above 0\t0보다 큰 예산\nfound {a} of {b}\t{b} 중 {a}\nrow {n}: {what}\t{n}행: {what}\n";
        let patterns = "found {a} of {b}\t{b} 중 {a}\nrow {n}: {what}\t{n}행: {what}\n";
        Catalogue::read(format!("{messages}\n{patterns}"))
    }

    #[test]
    fn a_text_is_found_whole_or_by_its_places() {
        let known = catalogue();
        assert_eq!(known.told("a budget above 0").as_deref(), Some("0보다 큰 예산"));
        assert_eq!(known.told("found 3 of 4").as_deref(), Some("4 중 3"));
        // A phrase in a place is a message of its own; a word is not, for it may be a name.
        assert_eq!(known.told("row 7: a budget above 0").as_deref(), Some("7행: 0보다 큰 예산"));
        assert_eq!(known.told("row 7: found 1 of 2").as_deref(), Some("7행: 2 중 1"));
        assert_eq!(known.told("something else"), None);
        assert_eq!(known.told(""), None);
    }

    #[test]
    fn sentences_are_found_one_by_one() {
        let patterns =
            "After {n} rounds. Done.\t{n}。完了。\nThe world changes at {a}.\t{a}で変化。\n{n} rounds.\t{n}라운드.\n";
        let known = Catalogue::read(format!("{patterns}\n{patterns}"));
        assert_eq!(known.told("5 rounds. After 6 rounds. Done.").as_deref(), Some("5라운드. 6。完了。"));
        // A place does not swallow a sentence that is known.
        let two = "The world changes at 3 (x). 5 rounds.";
        assert_eq!(known.told(two).as_deref(), Some("3 (x)で変化。5라운드."));
        assert_eq!(known.told("5 rounds. Nobody knows.").as_deref(), Some("5라운드. Nobody knows."));
        assert_eq!(known.told("The world changes at a. b.").as_deref(), Some("a. bで変化。"));
        assert_eq!(known.told("Nobody knows. Nor here."), None);
    }

    #[test]
    fn a_label_keeps_its_own_brackets() {
        let patterns = "Lowest is {a} ({b}), highest is {c} ({d}).\t最低は{a}（{b}）、最高は{c}（{d}）。\n";
        let known = Catalogue::read(format!("{patterns}\n{patterns}"));
        let text = "Lowest is C2MAB-V (0.3, 0.05) (−0.4), highest is CUCB (0.1) (x) (2).";
        assert_eq!(known.told(text).as_deref(), Some("最低はC2MAB-V (0.3, 0.05)（−0.4）、最高はCUCB (0.1) (x)（2）。"));
        let plain = "Lowest is Oracle (1), highest is Random (2).";
        assert_eq!(known.told(plain).as_deref(), Some("最低はOracle（1）、最高はRandom（2）。"));
    }

    #[test]
    fn a_message_keeps_what_it_has_no_place_for() {
        assert_eq!(fill("{a} and {b}", &[("b", &2), ("c", &3)]), " and 2");
        assert_eq!(fill("open {", &[]), "open {");
        assert_eq!(Catalogue::read(String::new()).find("Run"), None);
    }

    proptest! {
        #[test]
        fn what_was_filled_in_is_found_again(n in 0u32..1_000_000, what in "[a-z]{1,12}") {
            let text = fill("row {n}: {what}", &[("n", &n), ("what", &what)]);
            prop_assert_eq!(catalogue().told(&text), Some(format!("{n}행: {what}")));
        }

        #[test]
        fn any_text_is_told_or_not(text in "\\PC{0,60}", pattern in "[a-z{} ]{0,20}") {
            let table = format!("{pattern}\tx{{a}}\n\n{pattern}\tx{{a}}\n");
            let _ = Catalogue::read(table).told(&text);
        }
    }
}
