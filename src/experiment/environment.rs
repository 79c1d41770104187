//! Where rewards and costs come from, as people write it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where rewards and costs come from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Environment {
    /// Independent models with known means.
    Synthetic(Synthetic),
    /// A built-in data set.
    Preset(Preset),
    /// The person's own result files.
    Replay(Replay),
}

/// Models with reward ~ Bernoulli(`reward`) and cost ~ `cost` · Uniform(1 − s, 1 + s), s = `cost_spread`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synthetic {
    /// Relative half-width `s` of the cost's distribution, in [0,1].
    #[serde(default = "default_cost_spread")]
    pub cost_spread: f64,
    /// What costs are divided by before they meet a policy.
    #[serde(default)]
    pub cost_scale: CostScale,
    /// 1 to 200 models.
    pub models: Vec<SyntheticModel>,
    /// Changes of the world, ascending by round.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
    /// When which model is away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub availability: Vec<Away>,
}

/// One synthetic model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyntheticModel {
    /// Unique name.
    pub name: String,
    /// Mean reward `μ`, in [0,1].
    pub reward: f64,
    /// Mean cost `c` of a call, ≥ 0.
    pub cost: f64,
}

/// A built-in data set by its identifier (see `data::presets`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Identifier.
    pub id: String,
    /// Only these models play; all where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// In which order the queries come.
    #[serde(default)]
    pub sampling: Sampling,
    /// What costs are divided by before they meet a policy.
    #[serde(default)]
    pub cost_scale: CostScale,
    /// Changes of the world, ascending by round.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
    /// When which model is away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub availability: Vec<Away>,
}

/// Result files and how to read them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// The files by name, checked by hash where one is given.
    pub files: Vec<FileReference>,
    /// Only these models play; all where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// In which order the queries come.
    #[serde(default)]
    pub sampling: Sampling,
    /// What becomes of a query that some model has no result for.
    #[serde(default)]
    pub missing: MissingRule,
    /// Only these queries are played.
    #[serde(default, skip_serializing_if = "Filter::is_empty")]
    pub filter: Filter,
    /// What costs are divided by before they meet a policy.
    #[serde(default)]
    pub cost_scale: CostScale,
    /// Which column plays which role, where the names do not say it; a role with an empty name is played by none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mapping: BTreeMap<Role, String>,
    /// How an answer is compared with the reference, where there is no score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grader: Option<Grader>,
    /// What becomes of a second result of the same model on the same query.
    #[serde(default)]
    pub duplicates: Duplicates,
    /// Unit of the scores, where it is not to be inferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_unit: Option<ScoreUnit>,
    /// Unit of the costs, where it is not to be inferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_unit: Option<CostUnit>,
    /// Unit of the latencies, where it is not to be inferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_unit: Option<LatencyUnit>,
    /// Prices by model: of tokens where costs come from tokens, of a call where nothing else gives its cost.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prices: BTreeMap<String, Price>,
    /// Changes of the world, ascending by round.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
    /// When which model is away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub availability: Vec<Away>,
}

/// A change of the world. On data without `models`: the next part of the files, which are cut into as many parts of
/// equal size, in file order, as there are such changes and one more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// First round of the new means, 2 to `T`.
    pub at: u32,
    /// The models whose means change, until they change again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub models: BTreeMap<String, NewMeans>,
}

/// A model's means after a drift; what is absent stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMeans {
    /// Mean reward `μ`, in [0,1].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reward: Option<f64>,
    /// Mean cost `c` of a call, ≥ 0, in the environment's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

/// A model that is away in rounds `from ≤ t < to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Away {
    /// Name.
    pub model: String,
    /// First round without it, from 1.
    pub from: u32,
    /// First round with it again, above `from`.
    pub to: u32,
}

/// A file that an experiment asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileReference {
    /// File name without folder.
    pub name: String,
    /// SHA-256 of its bytes in hexadecimal, checked where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// The constant that costs are divided by, so that the confidence radius is valid.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum CostScale {
    /// The largest cost that can occur.
    #[default]
    Max,
    /// A number > 0 that the person gives.
    Fixed(f64),
}

/// Order of replayed queries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sampling {
    /// Each round an independent uniform draw.
    #[default]
    Iid,
    /// A new random order each pass.
    Shuffle,
    /// File order, again and again.
    Sequential,
}

/// What becomes of a query that some model has no result for: no score, or where the costs of all models that play are
/// known, no cost.
///
/// A query that no model has a result for is left out in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MissingRule {
    /// The query is left out.
    #[default]
    Drop,
    /// The model is away in that round: `A_t` is the models that are not away by `availability` and have a result.
    ///
    /// * A model's true means are over the queries that it has a result for, whoever else has one. Every model that plays
    ///   has to have one. A model without a result in a part of the files ([`Drift`]) is away while that part is played.
    /// * `n = min(N, |A_t|)`. The regret of a round is against `S*` (and the relaxed optimum) among its own `A_t`. Where
    ///   `A_t` is empty, since the models with a result are away by `availability`, no policy is asked, and the round
    ///   counts as empty.
    /// * `optimum` in a result is that of rounds in which no result is missing; it has no `joint`, for a set's rewards by
    ///   rows need rows that have them all.
    /// * At most 4,096 different `A_t` over all segments of rounds: of more, the queries with the rarest sets of models are
    ///   left out, with a warning.
    /// * An offline policy learns from held-out queries of any kind, each model's means from those with a result of it. A
    ///   model that none of them has is not in its set.
    Unavailable,
}

/// Which queries are played, by what the data says of them: all, as long as both lists are empty. Names as in the data;
/// with both lists, queries that satisfy both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Only queries of these categories, such as subjects; where empty, of all and of none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category: Vec<String>,
    /// Only queries of these parts, such as `test`; where empty, of all and of none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub split: Vec<String>,
}

impl Filter {
    /// Whether every query passes.
    pub fn is_empty(&self) -> bool {
        self.category.is_empty() && self.split.is_empty()
    }
}

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Role {
    QueryId,
    Model,
    Score,
    Cost,
    InputTokens,
    OutputTokens,
    LatencyMs,
    LatencyS,
    Answer,
    Reference,
    Query,
    Category,
    Split,
}

/// How an answer is compared with the reference. In JSON a word, or `{"number-within": 0.01}`, `{"regex": "…"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grader {
    /// The same text, but for space around it.
    Exact,
    /// The same text, but for case and space around it.
    CaseFolded,
    /// The last number in the answer equals the reference.
    Number,
    /// The last number in the answer differs from the reference by at most this tolerance, ≥ 0.
    NumberWithin(f64),
    /// The choice letter of the answer equals the reference's.
    ChoiceLetter,
    /// The answer contains the reference.
    Contains,
    /// What the pattern's first group (or the pattern, where it has none) matches first in the answer equals the
    /// reference, but for case. At most 1,000 bytes; no look-around and no back-references, so that it takes linear time.
    Regex(String),
}

/// What becomes of a second result of the same model on the same query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Duplicates {
    /// Refuse the file.
    #[default]
    Error,
    /// Keep the first.
    First,
    /// Take the mean.
    Mean,
    /// Each is a query of its own.
    Samples,
}

/// Unit of scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScoreUnit {
    /// 0 to 1.
    Fraction,
    /// 0 to 100.
    Percent,
}

/// Unit of costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CostUnit {
    /// Dollars for a call.
    Dollars,
    /// Cents for a call.
    Cents,
    /// Tokens, which have a price: of a model without a price the cost is unknown. A column of costs is not read then.
    Tokens,
}

/// Unit of latencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LatencyUnit {
    /// Milliseconds.
    Ms,
    /// Seconds.
    S,
}

/// What a person says that a model's calls cost, in an experiment `{"input": 1, "output": 2}`, `{"call": 0.002}` or all
/// three.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Price {
    /// Of the tokens, where costs come from tokens.
    pub tokens: Option<TokenPrice>,
    /// Dollars of each call whose cost neither the files nor the tokens give, ≥ 0.
    pub call: Option<f64>,
}

/// Dollars per million tokens, ≥ 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TokenPrice {
    /// Of the prompt.
    pub input: f64,
    /// Of the completion.
    pub output: f64,
}

impl Price {
    /// A price per million tokens of the prompt and of the completion.
    pub fn of_tokens(input: f64, output: f64) -> Price {
        Price { tokens: Some(TokenPrice { input, output }), call: None }
    }

    /// A price per call.
    pub fn of_call(call: f64) -> Price {
        Price { tokens: None, call: Some(call) }
    }

    /// The numbers it says, with their fields' names and units.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, &'static str, f64)> {
        const PER_MILLION: &str = "dollars per million tokens";
        let tokens = self.tokens;
        let parts = [
            tokens.map(|it| ("input", PER_MILLION, it.input)),
            tokens.map(|it| ("output", PER_MILLION, it.output)),
            self.call.map(|call| ("call", "dollars a call", call)),
        ];
        parts.into_iter().flatten()
    }
}

impl Environment {
    /// The kind's name, as the JSON has it.
    pub fn name(&self) -> &'static str {
        match self {
            Environment::Synthetic(_) => "synthetic",
            Environment::Preset(_) => "preset",
            Environment::Replay(_) => "replay",
        }
    }

    /// Changes of the world, and when which model is away.
    pub fn changes(&self) -> (&[Drift], &[Away]) {
        match self {
            Environment::Synthetic(world) => (&world.drift, &world.availability),
            Environment::Preset(world) => (&world.drift, &world.availability),
            Environment::Replay(world) => (&world.drift, &world.availability),
        }
    }
}

/// A price as an experiment writes it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPrice {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    input: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    call: Option<f64>,
}

impl Serialize for Price {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let (input, output) = (self.tokens.map(|it| it.input), self.tokens.map(|it| it.output));
        match serializer.is_human_readable() {
            true => WrittenPrice { input, output, call: self.call }.serialize(serializer),
            // Messages between workers have no names: nothing may be left out.
            false => (input, output, self.call).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        use serde::de::Error;
        let WrittenPrice { input, output, call } = match deserializer.is_human_readable() {
            true => WrittenPrice::deserialize(deserializer)?,
            false => {
                let (input, output, call) = Deserialize::deserialize(deserializer)?;
                WrittenPrice { input, output, call }
            }
        };
        let tokens = match (input, output) {
            (Some(input), Some(output)) => Some(TokenPrice { input, output }),
            (Some(_), None) => return Err(Error::missing_field("output")),
            (None, Some(_)) => return Err(Error::missing_field("input")),
            (None, None) if call.is_none() => return Err(Error::missing_field("input")),
            (None, None) => None,
        };
        Ok(Price { tokens, call })
    }
}

impl Serialize for CostScale {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            CostScale::Max => serializer.serialize_str("max"),
            CostScale::Fixed(scale) => serializer.serialize_f64(*scale),
        }
    }
}

impl<'de> Deserialize<'de> for CostScale {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) if text == "max" => Ok(CostScale::Max),
            Value::Number(number) => Ok(CostScale::Fixed(number.as_f64().unwrap_or(f64::NAN))),
            other => Err(serde::de::Error::custom(format!("found `{other}`, expected \"max\" or a number above 0"))),
        }
    }
}

fn default_cost_spread() -> f64 {
    0.5
}
