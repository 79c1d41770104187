//! Which queries are learned from, which choose and calibrate, and which are only tested on.

use super::queries::Queries;
use crate::data::Labels;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::SplitShares;
use crate::random::{hash, permuted};
use serde::{Deserialize, Serialize};

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
            let expected = match split.from_column {
                true => {
                    "`train`, `validation` and `test` in the split column (or no such column: `\"split\": \"\"` in \
                         `mapping`)"
                }
                false => "queries for each part: more of them, or other shares",
            };
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
