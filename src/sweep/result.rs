//! What a sweep comes to: by point, the finals of every policy.

use super::{Listed, Sweep};
use crate::data::FileIdentity;
use crate::error::{Error, ErrorKind, Result};
use crate::export::csv_cell;
use crate::summary::{Finals, RunResult};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Which part of a sweep's points: every `of`-th, from the `index`-th on. Written `1/3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// 1 to `of`.
    pub index: u32,
    /// Number of shards, 1 to the number of points.
    pub of: u32,
}

impl std::str::FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Shard> {
        let wrong = |expected: &str| Error::new(ErrorKind::OutOfRange, expected).at_field("--shard").found(text);
        let number = |text: &str| text.parse::<u32>().ok().filter(|_| !text.starts_with('+'));
        let pair = text.split_once('/').and_then(|(index, of)| Some((number(index)?, number(of)?)));
        match pair {
            Some((_, 0)) => Err(wrong("at least one shard, as in 1/3")),
            Some((index, of)) if index == 0 || index > of => Err(wrong(&format!("1/{of} to {of}/{of}"))),
            Some((index, of)) => Ok(Shard { index, of }),
            None => Err(wrong("which shard of how many, as in 1/3")),
        }
    }
}

/// Result of a sweep, or of a part of one: what `llm-select sweep --out` writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepResult {
    /// Engine version.
    pub engine: String,
    /// SHA-256 over the points' digests in order, each as its 64 hexadecimal letters.
    pub digest: String,
    /// Which part it is; absent for the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// The experiment that was varied, with every default that is known without data filled in.
    pub experiment: Value,
    /// The lists by path.
    pub grid: Listed,
    /// Data files used.
    pub data: Vec<FileIdentity>,
    /// The points in the order of the grid, the last list fastest.
    pub points: Vec<PointResult>,
}

/// One point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointResult {
    /// Its values by path.
    pub values: Listed,
    /// The digest that `llm-select run` gives for its experiment.
    pub digest: String,
    /// One entry a policy, in the experiment's order.
    pub policies: Vec<PointPolicy>,
}

/// One policy at one point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointPolicy {
    /// Its label at this point.
    pub label: String,
    /// Kind as in the experiment.
    pub kind: String,
    /// Values after the last round.
    #[serde(rename = "final")]
    pub finals: Finals,
}

impl PointResult {
    /// Of the run of a point, played to its end.
    pub fn new(sweep: &Sweep, point: usize, result: &RunResult) -> PointResult {
        let policy = |policy: &crate::summary::PolicyResult| PointPolicy {
            label: policy.label.clone(),
            kind: policy.kind.clone(),
            finals: policy.finals.clone(),
        };
        PointResult {
            values: sweep.values(point),
            digest: result.digest.clone(),
            policies: result.policies.iter().map(policy).collect(),
        }
    }
}

impl SweepResult {
    /// Of the points of a shard, or of all.
    pub fn new(sweep: &Sweep, shard: Option<Shard>, data: Vec<FileIdentity>, points: Vec<PointResult>) -> SweepResult {
        SweepResult {
            engine: env!("CARGO_PKG_VERSION").to_string(),
            digest: digest(&points),
            shard,
            experiment: sweep.base.clone(),
            grid: sweep.grid(),
            data,
            points,
        }
    }

    /// Pretty-printed JSON, as `llm-select sweep --out` writes it.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// SHA-256 over the points' digests.
pub(super) fn digest(points: &[PointResult]) -> String {
    let mut hasher = Sha256::new();
    points.iter().for_each(|point| hasher.update(point.digest.as_bytes()));
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One row a point and policy: the varied values, the policy, then mean and half-width of every final figure; nothing
/// where a figure is not defined.
pub fn csv(result: &SweepResult) -> String {
    let mut text = String::new();
    for (path, _) in &result.grid.0 {
        text.push_str(&csv_cell(path));
        text.push(',');
    }
    text.push_str("policy,kind");
    for (name, _) in Finals::default().figures() {
        let _ = write!(text, ",{name},{name}_ci95");
    }
    text.push('\n');
    for point in &result.points {
        for policy in &point.policies {
            for (_, value) in &point.values.0 {
                text.push_str(&value.as_str().map_or_else(|| value.to_string(), csv_cell));
                text.push(',');
            }
            let _ = write!(text, "{},{}", csv_cell(&policy.label), policy.kind);
            for (_, figure) in policy.finals.figures() {
                for number in [figure.mean, figure.ci95] {
                    text.push(',');
                    text.push_str(&number.map(|number| number.to_string()).unwrap_or_default());
                }
            }
            text.push('\n');
        }
    }
    text
}
