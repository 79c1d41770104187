//! Which queries are learned from, which choose and calibrate, and which are only tested on.

use super::queries::Queries;
use crate::data::Labels;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::SplitShares;
use crate::random::{hash, permuted};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// Fewest queries that can be split.
pub const FEWEST_QUERIES: usize = 20;

/// The parts: places of queries, each part ascending, none in two.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Learned from.
    pub train: Vec<usize>,
    /// For the choice of the penalty and the calibration.
    pub validation: Vec<usize>,
    /// Only predicted and judged.
    pub test: Vec<usize>,
    /// Queries in none of them: without any label, or with another word in the split column.
    pub unused: u32,
    /// Whether a column of the data said it.
    pub from_column: bool,
}

impl Split {
    /// Splits the queries of which at least one model's label is known: by the data's split column, where it has one, else
    /// by fractions. By fractions the part of a query depends on the seed, its place and how many queries there are.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`]: fractions outside their ranges. [`ErrorKind::Missing`]: fewer than [`FEWEST_QUERIES`]
    /// queries with a label; a part without a query.
    pub fn of(queries: &Queries, options: SplitShares) -> Result<Split> {
        let SplitShares { train, validation, seed } = options;
        let inside = |share: f64| share > 0.0 && share < 1.0;
        for (part, share) in [("train", train), ("validation", validation)] {
            if !inside(share) {
                let expected = "a share above 0 and below 1";
                let field = format!("query_aware.split.{part}");
                return Err(Error::new(ErrorKind::OutOfRange, expected).at_field(field).found(share));
            }
        }
        if !inside(train + validation) {
            let expected = "shares that leave some queries for the test part: together below 1";
            let error = Error::new(ErrorKind::OutOfRange, expected).at_field("query_aware.split");
            return Err(error.found(train + validation));
        }
        let labelled: Vec<usize> = (0..queries.texts.len())
            .filter(|query| queries.results.iter().any(|model| model.solved.get(*query).copied().flatten().is_some()))
            .collect();
        if labelled.len() < FEWEST_QUERIES {
            return Err(Error::new(ErrorKind::Missing, format!("at least {FEWEST_QUERIES} queries with scores"))
                .at_column("query")
                .found(labelled.len()));
        }
        let mut split = match &queries.split {
            Some(labels) => by_column(labels, &labelled),
            None => {
                let all = labelled.len();
                let count = |share: f64| ((share * all as f64).round() as usize).max(1);
                let (first, second) = (count(train), count(train) + count(validation));
                let mut split = Split::default();
                for (place, query) in labelled.iter().enumerate() {
                    let place = permuted(hash(seed, SPLIT), place as u64, all as u64) as usize;
                    match place {
                        _ if place < first => split.train.push(*query),
                        _ if place < second => split.validation.push(*query),
                        _ => split.test.push(*query),
                    }
                }
                split
            }
        };
        split.unused = (queries.texts.len() - split.train.len() - split.validation.len() - split.test.len()) as u32;
        let parts = [("train", &split.train), ("validation", &split.validation), ("test", &split.test)];
        if let Some((part, _)) = parts.iter().find(|(_, queries)| queries.is_empty()) {
            let found = format!("no query in `{part}`");
            let mut expected = match split.from_column {
                true => {
                    "`train`, `validation` and `test` in the split column (or no such column: `\"split\": \"\"` in \
                         `mapping`)"
                }
                false => "queries for each part: more of them, or other shares",
            }
            .to_owned();
            if queries.left_out > 0 {
                let _ = write!(
                    expected,
                    "; {} queries are left out because some model has no result for them, which `\"missing\": \
                     \"unavailable\"` keeps",
                    queries.left_out
                );
            }
            let error = Error::new(ErrorKind::Missing, expected).found(found);
            return Err(match split.from_column {
                true => error.at_column("split"),
                false => error.at_field("query_aware.split"),
            });
        }
        Ok(split)
    }
}

/// Keeps the split's draws apart from those of others with the same seed.
const SPLIT: u64 = 0x0073_706c_6974;

fn by_column(labels: &Labels, labelled: &[usize]) -> Split {
    let mut split = Split { from_column: true, ..Split::default() };
    // 0 train, 1 validation, 2 test, 3 neither.
    let part = |name: &String| match name.trim().to_lowercase().as_str() {
        "train" | "training" => 0,
        "validation" | "valid" | "val" | "dev" => 1,
        "test" => 2,
        _ => 3,
    };
    let parts: Vec<u8> = labels.names.iter().map(part).collect();
    for query in labelled {
        let name = labels.of.get(*query).copied().unwrap_or(Labels::NONE);
        match parts.get(name as usize) {
            Some(0) => split.train.push(*query),
            Some(1) => split.validation.push(*query),
            Some(2) => split.test.push(*query),
            _ => {}
        }
    }
    split
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query_aware::queries::ModelAnswers;
    use proptest::prelude::*;

    fn queries(count: usize) -> Queries {
        let results = vec![ModelAnswers { solved: vec![Some(true); count], ..ModelAnswers::default() }];
        Queries { texts: vec!["text".to_owned(); count], results, ..Queries::default() }
    }

    fn labels(names: &[&str], of: Vec<u32>) -> Labels {
        Labels { names: names.iter().map(|name| (*name).to_owned()).collect(), of }
    }

    proptest! {
        #[test]
        fn parts_are_exact_and_disjoint(count in 20..400usize, train in 0.05..0.6f64, validation in 0.05..0.35f64, seed in 0..99u64) {
            let split = Split::of(&queries(count), SplitShares { train, validation, seed }).unwrap();
            let mut all = [split.train.clone(), split.validation.clone(), split.test.clone()].concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..count).collect::<Vec<_>>());
            prop_assert!((split.train.len() as f64 - train * count as f64).abs() <= 1.0);
            prop_assert!((split.validation.len() as f64 - validation * count as f64).abs() <= 1.0);
            prop_assert!(split.train.is_sorted() && split.test.is_sorted() && split.unused == 0 && !split.from_column);
        }
    }

    #[test]
    fn the_seed_and_nothing_else_decides() {
        let of = |seed| Split::of(&queries(200), SplitShares { seed, ..SplitShares::default() }).unwrap();
        let mut other = queries(200);
        other.texts[7] = "another".to_owned();
        other.results[0].solved[7] = Some(false);
        assert_eq!(of(1), Split::of(&other, SplitShares::default()).unwrap());
        assert_ne!(of(1), of(2));
        assert_eq!((of(1).train.len(), of(1).validation.len(), of(1).test.len()), (120, 40, 40));
        // Golden: a seed means the same split in every version.
        assert_eq!(of(1).validation[..6], GOLDEN);
    }
    const GOLDEN: [usize; 6] = [0, 2, 13, 28, 29, 31];

    #[test]
    fn a_column_says_it() {
        let mut some = queries(24);
        let names = ["Train", "DEV", " test", "extra"];
        some.split =
            Some(labels(&names, (0..24).map(|query| if query == 23 { Labels::NONE } else { query % 4 }).collect()));
        some.results[0].solved[0] = None;
        let split = Split::of(&some, SplitShares::default()).unwrap();
        assert_eq!((split.train.as_slice(), split.validation[0], split.test[0]), (&[4, 8, 12, 16, 20][..], 1, 2));
        assert_eq!((split.unused, split.from_column), (7, true));
        some.split = Some(labels(&["train", "test"], (0..24).map(|query| query % 2).collect()));
        let error = Split::of(&some, SplitShares::default()).unwrap_err();
        assert!(error.to_string().contains("no query in `validation`") && error.place.column.is_some(), "{error}");
        assert!(!error.to_string().contains("left out"), "{error}");
        some.left_out = 9;
        let error = Split::of(&some, SplitShares::default()).unwrap_err();
        assert!(error.to_string().contains("9 queries are left out because some model"), "{error}");
    }

    #[test]
    fn what_cannot_be_split_is_said() {
        let error = |queries: &Queries, options| Split::of(queries, options).unwrap_err().to_string();
        let plain = SplitShares::default();
        assert!(error(&queries(19), plain).contains("at least 20 queries"));
        let mut unknown = queries(40);
        unknown.results[0].solved = vec![None; 40];
        assert!(error(&unknown, plain).contains("found `0`"));
        for train in [0.0, 1.0, f64::NAN] {
            assert!(error(&queries(40), SplitShares { train, ..plain }).contains("query_aware.split.train"));
        }
        assert!(error(&queries(40), SplitShares { train: 0.7, validation: 0.3, ..plain }).contains("together below 1"));
        assert!(
            error(&queries(20), SplitShares { train: 0.9, validation: 0.09, ..plain }).contains("no query in `test`")
        );
    }
}
