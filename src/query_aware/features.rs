//! Texts and numbers as features: hashed terms with TF-IDF weights, and numeric columns beside them.

use super::sparse::Sparse;
use super::words::{Place, Words};
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How texts become features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureOptions {
    /// Terms are hashed into 2^`bits` buckets, 8 to 22.
    pub bits: u32,
    /// A word, or a part of one, counts as a feature from so many training texts on, at least 1; a pair of words from one
    /// more on, for most pairs that two texts have in common say nothing, and they would be half of all features.
    pub min_texts: u32,
}

impl Default for FeatureOptions {
    fn default() -> Self {
        FeatureOptions { bits: 18, min_texts: 2 }
    }
}

/// No feature.
const NONE: u32 = u32::MAX;
/// What parts of words make of the square of a text's length. They are many, and most of them repeat their word: with as
/// much say as words and pairs of words they predict worse (RouteLLM's GSM8K, LLMDrift, RouterArena).
const PARTS: f64 = 0.2;
/// Standard deviations (of one column alone) beyond which a number counts as this far off.
const FARTHEST: f64 = 10.0;

/// What was learned of the training texts: which buckets are features, and how much each counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Features {
    bits: u32,
    /// By bucket its feature, [`NONE`] where it is none.
    feature: Vec<u32>,
    /// By feature of the text its inverse document frequency, ln((1 + n)/(1 + n_j)) + 1.
    idf: Vec<f32>,
    /// The numeric columns, whose features follow those of the text.
    numbers: Vec<Standard>,
}

/// A numeric column on training: value → (value − mean)·scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Standard {
    mean: f64,
    scale: f64,
}

/// A feature of one text, in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// The feature's number.
    pub feature: u32,
    /// Its value in this text; times a weight of the classifier it is what the feature adds to the log-odds.
    pub value: f32,
    /// The terms of this text that fall into it (ends of words as `_`); several where they collide. For a numeric column
    /// its name.
    pub terms: Vec<String>,
    /// Where the terms come from.
    pub kind: TermKind,
}

/// What a feature is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TermKind {
    /// Words and pairs of words; in scripts without spaces two or three characters in a row.
    Words,
    /// Three or four characters in a row within a word.
    Part,
    /// A numeric column.
    Column,
}

impl Features {
    /// Learns the features of the training texts and numbers, and gives the matrix of all texts. `numeric` are further
    /// columns with one value a text (`NaN` = missing, which counts as the mean), `train` the places of the texts that
    /// may be learned from; what the others hold changes neither features nor weights.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`]: options outside their ranges, a column of another length. [`ErrorKind::Missing`]: no
    /// feature is left, because the training texts are all empty, all alike, or have no term in common and there is no
    /// numeric column that varies. [`ErrorKind::TooLarge`]: more than 4 billion terms.
    pub fn learn(
        texts: &[String],
        numeric: &[Vec<f64>],
        train: &[usize],
        options: FeatureOptions,
    ) -> Result<(Features, Sparse)> {
        let FeatureOptions { bits, min_texts } = options;
        let wrong = |field: &str, expected: &str| Error::new(ErrorKind::OutOfRange, expected).at_field(field);
        if !(8..=22).contains(&bits) {
            return Err(wrong("query_aware.features.bits", "a whole number from 8 to 22").found(bits));
        }
        if min_texts == 0 {
            return Err(wrong("query_aware.features.min_texts", "a whole number of at least 1").found(0));
        }
        if let Some(column) = numeric.iter().find(|column| column.len() != texts.len()) {
            let expected = format!("columns with {} values, one a query", texts.len());
            return Err(wrong("query_aware.features.columns", &expected).found(column.len()));
        }
        let (in_texts, cells) = met(texts, train, bits);
        // What stands in every training text says nothing.
        let all = train.len() as u32;
        let mut buckets: Vec<u32> = (0..1u32 << bits)
            .filter(|bucket| {
                let count = in_texts[*bucket as usize];
                count >= min_texts + u32::from(kind(*bucket, bits) == Kind::Pair) && count < all
            })
            .collect();
        // Frequent features lie together, so that their weights stay close to the processor.
        buckets.sort_by_key(|bucket| (std::cmp::Reverse(in_texts[*bucket as usize]), *bucket));
        let mut feature = vec![NONE; 1 << bits];
        let mut idf = Vec::with_capacity(buckets.len());
        for (number, bucket) in buckets.iter().enumerate() {
            feature[*bucket as usize] = number as u32;
            let share = f64::from(1 + all) / f64::from(1 + in_texts[*bucket as usize]);
            idf.push((libm::log(share) + 1.0) as f32);
        }
        let numbers: Vec<Standard> = numeric.iter().map(|column| Standard::of(column, train, numeric.len())).collect();
        if idf.is_empty() && numbers.iter().all(|number| number.scale == 0.0) {
            return Err(nothing(texts, train, !numeric.is_empty()));
        }
        let features = Features { bits, feature, idf, numbers };
        let cells = u32::try_from(cells + texts.len() as u64 * numeric.len() as u64).map_err(|_| {
            Error::new(ErrorKind::TooLarge, "at most 4 billion terms in all queries").at_column("query")
        })?;
        // More than there will be, but of the room only what is written to takes memory.
        let mut matrix = Sparse::with_room(features.columns(), texts.len(), cells as usize);
        let mut terms = Vec::new();
        for (place, text) in texts.iter().enumerate() {
            features.append(text, numeric.iter().map(|column| column[place]), &mut terms, &mut matrix);
        }
        Ok((features, matrix))
    }

    /// Number of features, those of the text first.
    pub fn columns(&self) -> u32 {
        (self.idf.len() + self.numbers.len()) as u32
    }

    /// The features of one more text as a matrix of one row; `numeric` in the order of the columns at training, missing
    /// ones `NaN` or left out at the end.
    pub fn row(&self, text: &str, numeric: &[f64]) -> Sparse {
        let mut matrix = Sparse::new(self.columns());
        let numbers = (0..self.numbers.len()).map(|column| numeric.get(column).copied().unwrap_or(f64::NAN));
        self.append(text, numbers, &mut Vec::new(), &mut matrix);
        matrix
    }

    /// The features of one text with the terms behind each, found again in the text. `names` are the numeric columns'.
    pub fn explain(&self, text: &str, numeric: &[f64], names: &[String]) -> Vec<Explained> {
        let words = Words::of(text);
        let mut places: BTreeMap<u32, Vec<Place>> = BTreeMap::new();
        words.each(&mut |hash, place| {
            let feature = self.feature.get(bucket(hash, place, self.bits) as usize).copied().unwrap_or(NONE);
            if feature != NONE {
                places.entry(feature).or_default().push(place);
            }
        });
        let matrix = self.row(text, numeric);
        let (features, values) = matrix.row(0);
        let terms = |feature: u32| -> Vec<String> {
            let mut terms: Vec<String> = Vec::new();
            for place in places.get(&feature).into_iter().flatten() {
                let term = words.spell(*place);
                if !terms.contains(&term) {
                    terms.push(term);
                }
            }
            if let Some(column) = (feature as usize).checked_sub(self.idf.len()) {
                terms.extend(names.get(column).cloned());
            }
            terms
        };
        // The two kinds of terms have buckets of their own.
        let kind = |feature: u32| match places.get(&feature).and_then(|places| places.first()) {
            Some(Place::Part(..)) => TermKind::Part,
            Some(_) => TermKind::Words,
            None => TermKind::Column,
        };
        features
            .iter()
            .zip(values)
            .map(|(&feature, &value)| Explained { feature, value, terms: terms(feature), kind: kind(feature) })
            .collect()
    }

    /// Puts a text's row behind the others: (1 + ln times)·idf, of length 1 over the text, [`PARTS`] of its square from parts
    /// of words; then the numbers. `terms` is room for the text's buckets.
    fn append(&self, text: &str, numbers: impl Iterator<Item = f64>, terms: &mut Vec<u32>, matrix: &mut Sparse) {
        terms.clear();
        Words::of(text).each(&mut |hash, place| terms.push(bucket(hash, place, self.bits)));
        terms.sort_unstable();
        let start = matrix.values.len();
        // Of words and of parts of words, whose buckets come after all others.
        let mut squares = [0.0f64; 2];
        let mut middle = start;
        for same in terms.chunk_by(|a, b| a == b) {
            let Some(bucket) = same.first() else { continue };
            let feature = self.feature.get(*bucket as usize).copied().unwrap_or(NONE);
            let Some(idf) = self.idf.get(feature as usize) else { continue };
            let often = if same.len() == 1 { 1.0 } else { 1.0 + libm::log(same.len() as f64) };
            let value = often * f64::from(*idf);
            let part = usize::from(kind(*bucket, self.bits) == Kind::Part);
            squares[part] += value * value;
            middle += 1 - part;
            matrix.indices.push(feature);
            matrix.values.push(value as f32);
        }
        let [words, parts] = match squares {
            [words, 0.0] => [words.sqrt(), 1.0],
            [0.0, parts] => [1.0, parts.sqrt()],
            [words, parts] => [(words / (1.0 - PARTS)).sqrt(), (parts / PARTS).sqrt()],
        };
        for (place, value) in matrix.values.iter_mut().enumerate().skip(start) {
            *value /= if place < middle { words as f32 } else { parts as f32 };
        }
        for (column, (value, standard)) in numbers.zip(&self.numbers).enumerate() {
            let value = standard.of_value(value);
            if value != 0.0 {
                matrix.indices.push((self.idf.len() + column) as u32);
                matrix.values.push(value);
            }
        }
        matrix.end_row();
    }
}

impl Standard {
    /// Mean and scale on training; `columns` numeric columns together are as long as a text, 1 on average.
    fn of(column: &[f64], train: &[usize], columns: usize) -> Self {
        let values = || train.iter().filter_map(|place| column.get(*place)).filter(|value| value.is_finite());
        let count = values().count() as f64;
        let mean = values().sum::<f64>() / count;
        let deviation = (values().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt();
        match deviation > 0.0 && deviation.is_finite() {
            true => Standard { mean, scale: 1.0 / deviation / (columns as f64).sqrt() },
            // The same value everywhere, none at all, or beyond all numbers: nothing to learn from.
            false => Standard { mean: 0.0, scale: 0.0 },
        }
    }

    fn of_value(&self, value: f64) -> f32 {
        if self.scale == 0.0 || value.is_nan() {
            return 0.0;
        }
        ((value - self.mean) * self.scale).clamp(-FARTHEST, FARTHEST) as f32
    }
}

/// What falls into a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Pair,
    Part,
}

/// Words have the first quarter of the buckets, pairs of them the second, parts of words the upper half.
#[inline(always)]
fn bucket(hash: u64, place: Place, bits: u32) -> u32 {
    let (half, quarter) = (bits - 1, bits - 2);
    match place {
        Place::Word(..) => (hash >> (64 - quarter)) as u32,
        Place::Pair(..) => (hash >> (64 - quarter)) as u32 | 1 << quarter,
        Place::Part(..) => (hash >> (64 - half)) as u32 | 1 << half,
    }
}

/// The kind that a bucket is for.
fn kind(bucket: u32, bits: u32) -> Kind {
    match bucket >> (bits - 2) {
        0 => Kind::Word,
        1 => Kind::Pair,
        _ => Kind::Part,
    }
}

/// By bucket the training texts that have a term in it; and of all texts the different buckets, summed.
fn met(texts: &[String], train: &[usize], bits: u32) -> (Vec<u32>, u64) {
    let mut in_train = vec![false; texts.len()];
    for text in train {
        in_train[*text] = true;
    }
    let mut in_texts = vec![0u32; 1 << bits];
    // By bucket the last text that has it, counted from 1.
    let mut last = vec![0u32; 1 << bits];
    let mut different = 0u64;
    for (number, (text, in_train)) in (1..).zip(texts.iter().zip(in_train)) {
        Words::of(text).each(&mut |hash, place| {
            let bucket = bucket(hash, place, bits) as usize;
            if std::mem::replace(&mut last[bucket], number) != number {
                different += 1;
                in_texts[bucket] += u32::from(in_train);
            }
        });
    }
    (in_texts, different)
}

/// Why there is no feature.
fn nothing(texts: &[String], train: &[usize], columns: bool) -> Error {
    let of_train = || train.iter().filter_map(|place| texts.get(*place)).map(|text| text.trim());
    let first = of_train().next().unwrap_or_default();
    let found = match (of_train().all(str::is_empty), of_train().all(|text| text == first)) {
        (true, _) => "texts that are all empty",
        (false, true) => "texts that are all alike",
        (false, false) => "texts without a word that several, and not all, of them have",
    };
    let more = if columns { " and numeric columns without two different values" } else { "" };
    Error::new(ErrorKind::Missing, "training queries that differ, and share words or parts of words")
        .at_column("query")
        .found(format!("{found}{more}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    fn length(row: (&[u32], &[f32])) -> f64 {
        row.1.iter().map(|value| f64::from(*value) * f64::from(*value)).sum::<f64>().sqrt()
    }

    #[test]
    fn weights_by_hand() {
        // Of a single letter there is the word and one part of it.
        let all = texts(&["a", "a", "b", "b", "b", "c", "a; b"]);
        let (features, matrix) = Features::learn(&all, &[], &[0, 1, 2, 3, 4, 5], FeatureOptions::default()).unwrap();
        // `c` is in one training text, the pair `a b` in none.
        assert_eq!((features.columns(), matrix.rows()), (4, 7));
        let sorted = |row: (&[u32], &[f32])| -> Vec<f64> {
            let mut values: Vec<f64> = row.1.iter().map(|value| f64::from(*value)).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        // A fifth of the square is the part's.
        for text in [0, 2] {
            let values = sorted(matrix.row(text));
            assert!((values[0] - 0.2f64.sqrt()).abs() < 1e-6 && (values[1] - 0.8f64.sqrt()).abs() < 1e-6, "{values:?}");
        }
        assert_eq!(matrix.row(5), (&[][..], &[][..]));
        // In a text with both letters the rarer counts for more: ln((1 + n)/(1 + n_j)) + 1 of n = 6 texts.
        let idf = |texts: f64| libm::log(7.0 / (1.0 + texts)) + 1.0;
        let values = sorted(matrix.row(6));
        assert!((values[3] / values[2] - idf(2.0) / idf(3.0)).abs() < 1e-6, "{values:?}");
        assert!((values[1] / values[0] - idf(2.0) / idf(3.0)).abs() < 1e-6, "{values:?}");
        // Twice as often counts 1 + ln 2 times as much; the pair `b b` is no feature.
        let values = sorted(features.row("a b; b", &[]).row(0));
        let often = 1.0 + libm::log(2.0);
        assert!((values[3] / values[2] - often * idf(3.0) / idf(2.0)).abs() < 1e-6, "{values:?}");
    }

    #[test]
    fn features_are_those_of_train_only() {
        let some = ["how many apples", "how many pears", "what is red", "what is green", "名前は何", "数は何"];
        let train = [0, 1, 2, 3];
        let (features, _) = Features::learn(&texts(&some), &[], &train, FeatureOptions::default()).unwrap();
        let mut other = some;
        (other[4], other[5]) = ("how what is many", "green apples are what?");
        let (again, _) = Features::learn(&texts(&other), &[], &train, FeatureOptions::default()).unwrap();
        assert_eq!(features, again);
        let (with_all, _) =
            Features::learn(&texts(&some), &[], &[0, 1, 2, 3, 4, 5], FeatureOptions::default()).unwrap();
        assert!(with_all.explain("何は何", &[], &[]).iter().any(|found| found.terms == ["は何"]), "Japanese is read");
        assert!(features.explain("何は何", &[], &[]).is_empty());
    }

    #[test]
    fn numbers_are_standardised_on_train() {
        let columns = vec![vec![1.0, 3.0, 1.0, 3.0, f64::NAN, 5.0, 1e300], vec![7.0; 7]];
        let all = texts(&["one two", "one three", "two", "three", "x", "x", "one"]);
        let (features, matrix) = Features::learn(&all, &columns, &[0, 1, 2, 3, 4], FeatureOptions::default()).unwrap();
        let number = |text: usize| {
            let (features_of, values) = matrix.row(text);
            let place = features_of.iter().position(|feature| *feature == features.columns() - 2);
            place.map_or(0.0, |place| values[place])
        };
        let half = 0.5f32.sqrt();
        assert_eq!([0, 1, 4].map(number), [-half, half, 0.0]);
        assert!((number(5) - 3.0 * half).abs() < 1e-6 && number(6) == 10.0);
        let found = features.explain("one", &[3.0, 7.0], &texts(&["length", "same"]));
        assert_eq!(found.last().unwrap().terms, ["length"]);
    }

    #[test]
    fn what_cannot_be_learned_is_said() {
        let learn = |list: &[&str], numeric: &[Vec<f64>]| {
            let train: Vec<usize> = (0..list.len()).collect();
            Features::learn(&texts(list), numeric, &train, FeatureOptions::default()).unwrap_err().to_string()
        };
        assert!(learn(&["", " ", "\n"], &[]).contains("all empty"));
        assert!(learn(&["one two", "one two", "one two"], &[]).contains("all alike"));
        assert!(learn(&["one", "xy", "zzz"], &[]).contains("without a word that several"));
        assert!(learn(&["same", "same"], &[vec![1.0, 1.0]]).contains("numeric columns without two"));
        assert!(learn(&["same", "same"], &[vec![1.0]]).contains("columns with 2 values"));
        assert!(learn(&[], &[]).contains("all empty"));
        let one = |options| Features::learn(&texts(&["a b", "a c", "b c"]), &[], &[0, 1, 2], options).map(|_| ());
        assert!(one(FeatureOptions::default()).is_ok());
        assert!(one(FeatureOptions { bits: 40, min_texts: 2 }).is_err());
        assert!(one(FeatureOptions { bits: 18, min_texts: 0 }).is_err());
        // Numbers alone are enough.
        assert!(Features::learn(&texts(&["", ""]), &[vec![1.0, 2.0]], &[0, 1], FeatureOptions::default()).is_ok());
    }

    proptest! {
        #[test]
        fn rows_are_of_length_one_and_explained(list in prop::collection::vec("[a-d 日本語한국é.]{0,12}", 2..12)) {
            let list: Vec<String> = list;
            let train: Vec<usize> = (0..list.len()).collect();
            let Ok((features, matrix)) = Features::learn(&list, &[], &train, FeatureOptions { bits: 8, min_texts: 1 })
            else { return Ok(()) };
            for (place, text) in list.iter().enumerate() {
                let row = matrix.row(place);
                prop_assert!(row.0.is_empty() || (length(row) - 1.0).abs() < 1e-5);
                prop_assert!(row.0.iter().all(|feature| *feature < matrix.columns));
                let alone = features.row(text, &[]);
                prop_assert_eq!(alone.row(0), row);
                let explained = features.explain(text, &[], &[]);
                prop_assert_eq!(explained.len(), row.0.len());
                prop_assert!(explained.iter().all(|found| !found.terms.is_empty()));
            }
        }
    }
}
