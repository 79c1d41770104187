//! One experiment over a grid of values: every point of the grid is an experiment of its own, with the same seed, so
//! that two points differ by the varied values only (common random numbers).
//!
//! A sweep is `{"experiment": …, "grid": {"task.budget": [0.2, 0.3], "policies.0.alpha_mu": [0.3, 1]}}`. Its points are
//! the product of the lists; the last list varies fastest. They may be played in shards, on as many machines as there
//! are; [`merge`] makes of the parts what one run would have written, byte by byte.

mod merge;
mod path;
mod result;

pub use merge::merge;
pub use result::{PointPolicy, PointResult, Shard, SweepResult, csv};

use crate::data::{Dataset, ImportOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Environment, Experiment, value_of};
use crate::plan::{Plan, Playable};
use path::Place;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most points of a sweep.
pub const MAX_POINTS: usize = 10_000;

/// Names and what belongs to them, as a JSON object in the order of the text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listed(pub Vec<(String, Value)>);

/// A checked sweep: an experiment, and which of its values take which values.
#[derive(Debug, Clone)]
pub struct Sweep {
    base: Value,
    grid: Vec<Dimension>,
    options: Option<ImportOptions>,
}

/// One list of the grid.
#[derive(Debug, Clone)]
struct Dimension {
    /// As the person writes it: `task.budget`, `policies.*.alpha_mu`.
    path: String,
    /// The values it takes.
    values: Vec<Value>,
    /// Where in the experiment they go.
    places: Vec<Place>,
}

/// A sweep as people write it.
#[derive(Deserialize)]
struct Text {
    experiment: Option<Value>,
    grid: Option<Listed>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

impl Sweep {
    /// Reads a sweep and checks it.
    ///
    /// # Errors
    /// Text that is no sweep, the errors of [`Experiment::from_json`] and those of [`Sweep::new`].
    pub fn from_json(text: &str) -> Result<Sweep> {
        let bad = |error: &dyn std::fmt::Display| Error::new(ErrorKind::Malformed, format!("a JSON sweep: {error}"));
        let mut reader = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
        let read: Text = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            let error = bad(error.inner());
            if path == "." { error } else { error.at_field(path) }
        })?;
        reader.end().map_err(|error| bad(&error))?;
        if let Some(name) = read.rest.keys().next() {
            let expected = "only `experiment` and `grid`";
            return Err(Error::new(ErrorKind::UnknownField, expected).at_field(name).found(name));
        }
        let missing =
            |name: &str, expected: &str| Error::new(ErrorKind::Missing, expected).at_field(name).found("nothing");
        let experiment = read.experiment.ok_or_else(|| missing("experiment", "the experiment that is varied"))?;
        let grid = read.grid.ok_or_else(|| missing("grid", "what is varied: {\"task.budget\": [0.2, 0.3]}"))?;
        Sweep::new(&Experiment::from_json(&experiment.to_string())?, grid)
    }

    /// A sweep of a checked experiment over lists of values by path.
    ///
    /// # Errors
    /// Names the field: a path that the experiment does not have or that is no leaf, an empty list, a value twice, fewer
    /// than 2 or more than 10,000 points, and a point whose experiment is not valid, with the point's values.
    pub fn new(experiment: &Experiment, grid: Listed) -> Result<Sweep> {
        experiment.check()?;
        let base = value_of(experiment);
        let mut points = 1usize;
        for (path, values) in &grid.0 {
            points = points.saturating_mul(list(path, values)?.len());
        }
        let expected = "2 to 10,000 points: the product of the lists";
        let wrong = |found: String| Err(Error::new(ErrorKind::OutOfRange, expected).at_field("grid").found(found));
        match points {
            _ if grid.0.is_empty() => return wrong("no list".into()),
            1 => return wrong("1 point, which leaves nothing to compare".into()),
            usize::MAX => return wrong("more points than can be counted".into()),
            _ if points > MAX_POINTS => return wrong(format!("{points} points")),
            _ => {}
        }
        let mut dimensions: Vec<Dimension> = Vec::new();
        for (path, values) in grid.0 {
            let Value::Array(values) = values else { continue };
            let first = values.first().unwrap_or(&Value::Null);
            let places = path::places(&base, &path, first)?;
            if let Some(other) = dimensions.iter().find(|other| other.places.iter().any(|place| places.contains(place)))
            {
                let expected = format!("each value of the experiment in one list: `{}` varies it too", other.path);
                return Err(Error::new(ErrorKind::Duplicate, expected).at_field(field(&path)).found(path));
            }
            dimensions.push(Dimension { path, values, places });
        }
        let sweep = Sweep { base, grid: dimensions, options: options(experiment) };
        for point in 0..sweep.points() {
            sweep.experiment(point)?;
        }
        Ok(sweep)
    }

    /// The sweep as a file for the command line.
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Written<'a> {
            experiment: &'a Value,
            grid: Listed,
        }
        serde_json::to_string_pretty(&Written { experiment: &self.base, grid: self.grid() }).unwrap_or_default()
    }

    /// The lists by path, in order.
    pub fn grid(&self) -> Listed {
        let pair = |dimension: &Dimension| (dimension.path.clone(), Value::Array(dimension.values.clone()));
        Listed(self.grid.iter().map(pair).collect())
    }

    /// Number of points.
    pub fn points(&self) -> usize {
        self.grid.iter().map(|dimension| dimension.values.len()).product()
    }

    /// The values of a point by path, in the grid's order.
    pub fn values(&self, point: usize) -> Listed {
        let mut rest = point;
        let mut values: Vec<(String, Value)> = (self.grid.iter().rev())
            .map(|dimension| {
                let length = dimension.values.len().max(1);
                let value = dimension.values.get(rest % length).cloned().unwrap_or_default();
                rest /= length;
                (dimension.path.clone(), value)
            })
            .collect();
        values.reverse();
        Listed(values)
    }

    /// The experiment of a point.
    ///
    /// # Errors
    /// Those of [`Experiment::from_json`], with the point's values, and a value that would have the files read anew.
    pub fn experiment(&self, point: usize) -> Result<Experiment> {
        let values = self.values(point);
        let mut value = self.base.clone();
        for (dimension, (_, new)) in self.grid.iter().zip(&values.0) {
            for place in &dimension.places {
                place.set(&mut value, new);
            }
        }
        let experiment = Experiment::from_json(&value.to_string()).map_err(|error| at_point(error, &values))?;
        if options(&experiment) != self.options {
            let expected = "values that leave alone how the files are read: they are read once";
            return Err(at_point(Error::new(ErrorKind::OutOfRange, expected).at_field("environment"), &values));
        }
        Ok(experiment)
    }

    /// The plan of a point.
    ///
    /// # Errors
    /// Those of [`Sweep::experiment`] and [`Plan::new`], with the point's values.
    pub fn plan(&self, point: usize, data: Option<Arc<Dataset>>) -> Result<Plan> {
        self.plan_on(point, data.as_deref().map(|data| data as &dyn Playable))
    }

    /// The plan of a point on data that may lie elsewhere.
    ///
    /// # Errors
    /// Those of [`Sweep::experiment`] and [`Plan::on`], with the point's values.
    pub fn plan_on(&self, point: usize, data: Option<&dyn Playable>) -> Result<Plan> {
        Plan::on(&self.experiment(point)?, data).map_err(|error| at_point(error, &self.values(point)))
    }

    /// The points of a shard, ascending; all of them without one.
    ///
    /// # Errors
    /// More shards than points.
    pub fn points_of(&self, shard: Option<Shard>) -> Result<Vec<usize>> {
        let Shard { index, of } = shard.unwrap_or(Shard { index: 1, of: 1 });
        if of as usize > self.points() {
            let expected = format!("at most {} shards, one a point", self.points());
            return Err(Error::new(ErrorKind::OutOfRange, expected).at_field("--shard").found(format!("{index}/{of}")));
        }
        Ok((0..self.points()).skip(index.saturating_sub(1) as usize).step_by(of.max(1) as usize).collect())
    }
}

/// Plays the points of a shard, or all, one after another, each in several threads. `progress` is called with the
/// number of points done, of how many, and the share of the current one; `note` gets what a point's plan warns of.
///
/// # Errors
/// Those of [`Sweep::plan_on`] before anything is played, and `Io` where a thread cannot be started.
#[cfg(not(target_arch = "wasm32"))]
pub fn run_in_threads(
    sweep: &Sweep,
    data: Option<&dyn Playable>,
    shard: Option<Shard>,
    threads: usize,
    mut progress: impl FnMut(usize, usize, f64),
    mut note: impl FnMut(usize, String),
) -> Result<SweepResult> {
    let points = sweep.points_of(shard)?;
    for point in &points {
        sweep.plan_on(*point, data)?;
    }
    let mut results = Vec::with_capacity(points.len());
    for (done, point) in points.iter().enumerate() {
        let plan = sweep.plan_on(*point, data)?;
        plan.warnings().into_iter().for_each(|warning| note(*point, warning));
        let result = crate::run::run_in_threads(plan, threads, |share| progress(done, points.len(), share))?;
        results.push(PointResult::new(sweep, *point, &result));
    }
    Ok(SweepResult::new(sweep, shard, data.map(|data| data.files().to_vec()).unwrap_or_default(), results))
}

/// `task.budget = 0.2, run.seed = 1`.
pub fn described(values: &Listed) -> String {
    let parts: Vec<String> = values.0.iter().map(|(path, value)| format!("{path} = {value}")).collect();
    parts.join(", ")
}

/// The error, with the point it is about before its field.
fn at_point(mut error: Error, values: &Listed) -> Error {
    let point = format!("point {}", described(values));
    error.place.field = Some(match error.place.field.take() {
        Some(field) => format!("{point}: {field}"),
        None => point,
    });
    error
}

fn field(path: &str) -> String {
    format!("grid.{path}")
}

/// A list of distinct values.
fn list<'a>(path: &str, values: &'a Value) -> Result<&'a [Value]> {
    let wrong = |found: &dyn std::fmt::Display, expected: &str| {
        Error::new(ErrorKind::OutOfRange, expected).at_field(field(path)).found(found)
    };
    let Value::Array(list) = values else { return Err(wrong(values, "a list of values")) };
    if list.is_empty() {
        return Err(wrong(&"an empty list", "at least one value"));
    }
    if list.len() > MAX_POINTS {
        let found = format!("{} values", list.len());
        return Err(wrong(&found, "at most 10,000 values, and 10,000 points in all"));
    }
    let mut seen = std::collections::BTreeMap::new();
    for (index, value) in list.iter().enumerate() {
        // 1 and 1.0 are one number.
        let key = value.as_f64().map_or_else(|| value.to_string(), |number| format!("{}", number + 0.0));
        let at = format!("{}[{index}]", field(path));
        if value.is_object() || value.is_array() {
            let expected = "a number, a text, true, false or null";
            return Err(Error::new(ErrorKind::OutOfRange, expected).at_field(at).found(value));
        }
        if let Some(first) = seen.insert((value.is_number(), key), index) {
            let expected = format!("each value once: it is number {first} of the list too, counted from 0");
            return Err(Error::new(ErrorKind::Duplicate, expected).at_field(at).found(value));
        }
    }
    Ok(list)
}

/// How files are read.
fn options(experiment: &Experiment) -> Option<ImportOptions> {
    match &experiment.environment {
        Environment::Replay(replay) => Some(replay.into()),
        _ => None,
    }
}

impl Serialize for Listed {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Listed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Listed;

            fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
                formatter.write_str("an object of lists by path")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Listed, A::Error> {
                let mut pairs: Vec<(String, Value)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if pairs.iter().any(|(other, _)| *other == name) {
                        return Err(serde::de::Error::custom(format!("`{name}` is there twice")));
                    }
                    pairs.push((name, value));
                }
                Ok(Listed(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
