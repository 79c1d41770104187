//! ROUGE-2 (Lin, 2004): how many pairs of neighbouring words two texts share.

use std::collections::HashMap;

/// ROUGE-2 F1 of two texts in [0,1], without stemming: the harmonic mean of the shares of the answer's and of the
/// reference's pairs of neighbouring words that are in the other as well, each as often as it is in both. 0 where a text has
/// fewer than two words.
///
/// Words are those of Google's `rouge-score`: of the text in lower case, every run of characters other than a–z and 0–9 is
/// a break.
pub fn rouge_2(answer: &str, reference: &str) -> f64 {
    let (answer, reference) = (answer.to_lowercase(), reference.to_lowercase());
    let (answer, reference) = (words(&answer), words(&reference));
    let mut left: HashMap<&[&str], u32> = HashMap::new();
    for pair in reference.windows(2) {
        *left.entry(pair).or_default() += 1;
    }
    let mut shared = 0u32;
    for pair in answer.windows(2) {
        if let Some(left) = left.get_mut(pair).filter(|left| **left > 0) {
            *left -= 1;
            shared += 1;
        }
    }
    // 2pr / (p + r) with p = shared / pairs of the answer and r = shared / pairs of the reference.
    let pairs = answer.windows(2).len() + reference.windows(2).len();
    if shared == 0 { 0.0 } else { 2.0 * f64::from(shared) / pairs as f64 }
}

fn words(lower: &str) -> Vec<&str> {
    lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        let close = |answer, reference, expected: f64| (rouge_2(answer, reference) - expected).abs() < 1e-12;
        assert!(close("the cat sat", "The cat, sat!", 1.0));
        // Pairs: "the cat", "cat sat" and "the cat", "cat ran", "ran off": p = 1/2, r = 1/3.
        assert!(close("the cat sat", "the cat ran off", 0.4));
        // A pair counts as often as it is in both.
        assert!(close("a a a a", "a a b", 0.4));
        assert!(close("state-of-the-art", "state of the art", 1.0));
        // Other letters are breaks, and the Kelvin sign in lower case is a k.
        assert!(close("naïve idea", "na ve idea", 1.0) && close("\u{212a}ing size", "king size", 1.0));
        for (answer, reference) in [("", ""), ("one", "one"), ("one two", ""), ("a b", "b a"), ("é è", "é è")] {
            assert_eq!(rouge_2(answer, reference), 0.0, "{answer} / {reference}");
        }
    }

    /// The definition, pair by pair.
    fn by_definition(answer: &str, reference: &str) -> f64 {
        let pairs = |text: &str| -> Vec<(String, String)> {
            let spaced: String =
                text.to_lowercase().chars().map(|c| if matches!(c, 'a'..='z' | '0'..='9') { c } else { ' ' }).collect();
            let words: Vec<_> = spaced.split_whitespace().map(str::to_owned).collect();
            words.iter().cloned().zip(words.iter().skip(1).cloned()).collect()
        };
        let (answer, reference) = (pairs(answer), pairs(reference));
        let mut distinct = answer.clone();
        distinct.sort();
        distinct.dedup();
        let times = |pairs: &[(String, String)], pair| pairs.iter().filter(|other| *other == pair).count();
        let shared: usize = distinct.iter().map(|pair| times(&answer, pair).min(times(&reference, pair))).sum();
        if shared == 0 {
            return 0.0;
        }
        let (p, r) = (shared as f64 / answer.len() as f64, shared as f64 / reference.len() as f64);
        2.0 * p * r / (p + r)
    }

    proptest! {
        #[test]
        fn it_is_the_definition(answer in "([abAB1é]{1,2}[ ,.-]){0,12}", reference in "([abAB1é]{1,2}[ ,.-]){0,12}") {
            let found = rouge_2(&answer, &reference);
            prop_assert!((found - by_definition(&answer, &reference)).abs() < 1e-12);
            prop_assert!((0.0..=1.0).contains(&found));
            prop_assert_eq!(found, rouge_2(&reference, &answer));
        }

        #[test]
        fn it_takes_any_text(answer in any::<String>(), reference in any::<String>()) {
            prop_assert!((rouge_2(&answer, &reference) - by_definition(&answer, &reference)).abs() < 1e-12);
        }
    }
}
