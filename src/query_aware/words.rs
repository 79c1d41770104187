//! A text as terms: words and pairs of words, and 3 or 4 characters in a row within a word.
//!
//! A word is a run of letters and digits of any script. Scripts that put no space between words (Chinese, Japanese, Thai
//! and their neighbours) are read as pairs and triples of characters instead. Terms are not stored: each is a hash.

use crate::random::mix;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of a text that are read; what follows is left out.
pub const LONGEST_TEXT: usize = 20_000;

/// Stands before the first and behind the last character of a word, so that its ends can be told from its middle.
const EDGE: char = ' ';

/// A text in one spelling, and where its words are.
pub(super) struct Words {
    letters: Vec<char>,
    words: Vec<Word>,
}

/// A run of letters.
struct Word {
    start: usize,
    end: usize,
    /// In a script without spaces.
    dense: bool,
}

/// Where a term stands: in one stretch, or in two words that follow each other. Ranges are of characters.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Word(usize, usize),
    Pair((usize, usize), (usize, usize)),
    /// Characters of a padded word: its range, and which of the padded characters.
    Part((usize, usize), (usize, usize)),
}

/// A script that puts no space between words: Thai and Lao, Myanmar, Khmer, kana, and the ideographs.
fn is_dense(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3005..=0x3007 | 0x3040..=0x30FF | 0x31F0..=0x31FF
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
}

impl Words {
    /// Reads a text: compatibility forms (NFKC), lower case, words.
    pub(super) fn of(text: &str) -> Self {
        let letters: Vec<char> = match text.is_ascii() {
            true => text.bytes().take(LONGEST_TEXT).map(|byte| char::from(byte.to_ascii_lowercase())).collect(),
            false => text.nfkc().flat_map(char::to_lowercase).take(LONGEST_TEXT).collect(),
        };
        let mut words: Vec<Word> = Vec::new();
        let mut open = false;
        for (place, &c) in letters.iter().enumerate() {
            // A mark belongs to the letter before it.
            let mark = open && !c.is_ascii() && is_combining_mark(c);
            if !mark && !c.is_alphanumeric() {
                open = false;
                continue;
            }
            let dense = is_dense(c);
            match words.last_mut() {
                Some(word) if open && (mark || word.dense == dense) => word.end = place + 1,
                _ => words.push(Word { start: place, end: place + 1, dense }),
            }
            open = true;
        }
        Words { letters, words }
    }

    /// Tells each term's hash and place, the same term as often as it comes.
    pub(super) fn each(&self, tell: &mut dyn FnMut(u64, Place)) {
        // Kinds of terms are kept apart by where their hashes begin.
        const WORD: u64 = 1;
        const PART: u64 = 2;
        const DENSE: u64 = 3;
        let mut before: Option<(u64, &Word)> = None;
        for word in &self.words {
            let (start, end) = (word.start, word.end);
            let letters = self.letters.get(start..end).unwrap_or_default();
            if word.dense {
                before = None;
                for first in 0..letters.len() {
                    let mut hash = step(DENSE, '\0');
                    for (length, c) in letters.iter().skip(first).take(3).enumerate() {
                        hash = step(hash, *c);
                        // A single character only where it stands alone.
                        if length > 0 || letters.len() == 1 {
                            tell(mix(hash), Place::Word(start + first, start + first + length + 1));
                        }
                    }
                }
                continue;
            }
            let hash = letters.iter().fold(step(WORD, '\0'), |hash, c| step(hash, *c));
            tell(mix(hash), Place::Word(start, end));
            if let Some((first, other)) = before {
                let pair = letters.iter().fold(step(first, EDGE), |hash, c| step(hash, *c));
                tell(mix(pair), Place::Pair((other.start, other.end), (start, end)));
            }
            before = Some((hash, word));
            let padded = letters.len() + 2;
            let padded_at = |place: usize| match place.checked_sub(1) {
                Some(inside) => letters.get(inside).copied().unwrap_or(EDGE),
                None => EDGE,
            };
            for first in 0..padded.saturating_sub(2) {
                let mut hash = step(PART, '\0');
                for length in 1..=(padded - first).min(4) {
                    hash = step(hash, padded_at(first + length - 1));
                    if length >= 3 {
                        tell(mix(hash), Place::Part((start, end), (first, first + length)));
                    }
                }
            }
        }
    }

    /// A term in letters; edges of a word as `_`.
    pub(super) fn spell(&self, place: Place) -> String {
        let text =
            |start: usize, end: usize| -> String { self.letters.get(start..end).unwrap_or_default().iter().collect() };
        match place {
            Place::Word(start, end) => text(start, end),
            Place::Pair((a, b), (c, d)) => format!("{} {}", text(a, b), text(c, d)),
            Place::Part((start, end), (first, last)) => {
                // Of the padded word only what is asked for: a word may be as long as a text.
                let letter = |place: usize| match place.checked_sub(1).map(|inside| start + inside) {
                    Some(place) if place < end => self.letters.get(place).copied().unwrap_or('_'),
                    _ => '_',
                };
                (first..last.min(end - start + 2)).map(letter).collect()
            }
        }
    }
}

/// One more character of a term (FNV-1a, a character at a time).
#[inline(always)]
fn step(hash: u64, c: char) -> u64 {
    (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0000_0100_0000_01B3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn spelled(text: &str) -> Vec<String> {
        let words = Words::of(text);
        let mut found = Vec::new();
        words.each(&mut |_, place| found.push(words.spell(place)));
        found
    }

    #[test]
    fn words_pairs_and_parts() {
        assert_eq!(spelled("A cat"), ["a", "_a_", "cat", "a cat", "_ca", "_cat", "cat", "cat_", "at_"]);
        assert_eq!(spelled("x=1.5!"), ["x", "_x_", "1", "x 1", "_1_", "5", "1 5", "_5_"]);
        assert!(spelled("").is_empty() && spelled(" …\n\u{200b}!?").is_empty());
        // One spelling: full width, ligatures, case, and a letter with its mark apart.
        assert_eq!(spelled("Ｃａｆｅ\u{301} ﬁn"), spelled("CAFÉ fin"));
        assert_eq!(spelled("ΣΊΣΥΦΟΣ")[0], spelled("σίσυφοσ")[0]);
    }

    #[test]
    fn scripts_without_spaces_and_with() {
        assert_eq!(spelled("日本語"), ["日本", "日本語", "本語"]);
        assert_eq!(spelled("猫"), ["猫"]);
        // Latin inside Japanese is a word of its own.
        assert_eq!(spelled("GPTは何"), ["gpt", "_gp", "_gpt", "gpt", "gpt_", "pt_", "は何"]);
        assert_eq!(spelled("한국 말"), ["한국", "_한국", "_한국_", "한국_", "말", "한국 말", "_말_"]);
        // A vowel sign and a virama stay in their word.
        assert_eq!(spelled("हिन्दी")[0], "हिन्दी");
    }

    #[test]
    fn different_terms_have_different_hashes() {
        let text = "the cat sat on the mat and the that sat; 日本語の文, 한국어 문장, 12 1 2 a b ab";
        let words = Words::of(text);
        let mut known: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
        words.each(&mut |hash, place| {
            let kind = match place {
                Place::Part(..) => "part",
                _ => "word",
            };
            known.entry(hash).or_default().insert(format!("{kind} {}", words.spell(place)));
        });
        assert!(known.len() > 80 && known.values().all(|terms| terms.len() == 1), "{known:?}");
    }

    #[test]
    fn a_text_is_read_up_to_a_limit() {
        let long = "é".repeat(LONGEST_TEXT + 1);
        assert_eq!(Words::of(&long).letters.len(), LONGEST_TEXT);
        assert_eq!(Words::of(&"e ".repeat(LONGEST_TEXT)).letters.len(), LONGEST_TEXT);
    }
}
