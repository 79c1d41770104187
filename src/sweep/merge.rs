//! Parts of a sweep into the whole.

use super::result::digest;
use super::{Listed, Shard, Sweep, SweepResult};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Experiment;
use serde_json::Value;

/// Merges parts, given by file name and text, into what an unsharded run writes.
///
/// # Errors
/// Names the file and the field: text that is no part, parts of different experiments, grids, data or engine versions,
/// a shard twice, shards that are missing, points that are not the shard's.
pub fn merge(files: &[(String, String)]) -> Result<SweepResult> {
    let mut parts = Vec::with_capacity(files.len());
    for (name, text) in files {
        parts.push((name.as_str(), read(text).map_err(|error| error.in_file(name.clone()))?));
    }
    let Some((first_name, (first_shard, first))) = parts.first() else {
        return Err(Error::new(ErrorKind::Missing, "the parts of a sweep").found("no file"));
    };
    let of = first_shard.of;
    let mut seats: Vec<Option<&str>> = vec![None; of as usize];
    for (name, (shard, part)) in &parts {
        let differs = |field: String, found: String, expected: String| {
            let expected = format!("{expected}, as in {first_name}");
            Err(Error::new(ErrorKind::OutOfRange, expected).in_file(*name).at_field(field).found(found))
        };
        if part.engine != first.engine {
            return differs("engine".into(), part.engine.clone(), first.engine.clone());
        }
        if let Some((field, found, expected)) = difference("experiment", &part.experiment, &first.experiment) {
            return differs(field, found, expected);
        }
        if part.grid != first.grid {
            let (found, expected) = (object(&part.grid), object(&first.grid));
            return differs("grid".into(), found, expected);
        }
        if part.data != first.data {
            let written = |part: &SweepResult| {
                let files: Vec<String> =
                    part.data.iter().map(|file| format!("{} {}", file.name, file.sha256)).collect();
                if files.is_empty() { "no file".to_string() } else { files.join(", ") }
            };
            return differs("data".into(), written(part), written(first));
        }
        if shard.of != of {
            return differs("shard.of".into(), shard.of.to_string(), of.to_string());
        }
        let Some(seat) = seats.get_mut(shard.index as usize - 1) else { continue };
        if let Some(other) = seat {
            let expected = format!("each shard once: {other} holds it too");
            let found = format!("{}/{of}", shard.index);
            return Err(Error::new(ErrorKind::Duplicate, expected).in_file(*name).at_field("shard").found(found));
        }
        *seat = Some(*name);
    }
    let missing: Vec<String> =
        (1..=of).zip(&seats).filter(|(_, seat)| seat.is_none()).map(|(index, _)| format!("{index}/{of}")).collect();
    if !missing.is_empty() {
        let named = missing.iter().take(20).cloned().collect::<Vec<_>>().join(", ");
        let more = if missing.len() > 20 { format!(" and {} more", missing.len() - 20) } else { String::new() };
        let expected = format!("a part of every shard; missing: {named}{more}");
        let found = format!("{} of {of}", parts.len());
        return Err(Error::new(ErrorKind::Missing, expected).at_field("shard").found(found));
    }
    let experiment = Experiment::from_json(&first.experiment.to_string())
        .map_err(|error| under("experiment", error).in_file(*first_name))?;
    let sweep = Sweep::new(&experiment, first.grid.clone()).map_err(|error| error.in_file(*first_name))?;
    let mut points = vec![None; sweep.points()];
    for (name, (shard, part)) in &parts {
        let places = sweep.points_of(Some(*shard)).map_err(|error| under("shard", error).in_file(*name))?;
        if part.points.len() != places.len() {
            let expected = format!("{}, the points of shard {}/{of}", places.len(), shard.index);
            let found = part.points.len();
            return Err(Error::new(ErrorKind::OutOfRange, expected).in_file(*name).at_field("points").found(found));
        }
        for (index, (place, point)) in places.into_iter().zip(&part.points).enumerate() {
            let values = sweep.values(place);
            if point.values != values {
                let field = format!("points[{index}].values");
                let (found, expected) = (object(&point.values), object(&values));
                return Err(Error::new(ErrorKind::OutOfRange, expected).in_file(*name).at_field(field).found(found));
            }
            if let Some(seat) = points.get_mut(place) {
                *seat = Some(point.clone());
            }
        }
    }
    let mut whole = SweepResult::new(&sweep, None, first.data.clone(), points.into_iter().flatten().collect());
    whole.engine.clone_from(&first.engine);
    Ok(whole)
}

/// One part and its shard.
fn read(text: &str) -> Result<(Shard, SweepResult)> {
    let mut reader = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
    let bad = |error: &dyn std::fmt::Display| {
        Error::new(ErrorKind::Malformed, format!("a part that `llm-select sweep --shard` wrote: {error}"))
    };
    let part: SweepResult = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let error = bad(error.inner());
        if path == "." { error } else { error.at_field(path) }
    })?;
    reader.end().map_err(|error| bad(&error))?;
    let shard = part.shard.ok_or_else(|| {
        let expected = "a part that `llm-select sweep --shard` wrote; this is the whole of a sweep";
        Error::new(ErrorKind::Missing, expected).at_field("shard").found("nothing")
    })?;
    if shard.index == 0 || shard.index > shard.of || shard.of as usize > super::MAX_POINTS {
        let found = format!("{}/{}", shard.index, shard.of);
        let expected = "a shard from 1 to their number, at most 10,000";
        return Err(Error::new(ErrorKind::OutOfRange, expected).at_field("shard").found(found));
    }
    let own = digest(&part.points);
    if part.digest != own {
        let expected = format!("{own}, that of its points: the file was changed or cut");
        return Err(Error::new(ErrorKind::HashMismatch, expected).at_field("digest").found(&part.digest));
    }
    Ok((shard, part))
}

fn under(field: &str, mut error: Error) -> Error {
    error.place.field = Some(error.place.field.map_or(field.to_string(), |inner| format!("{field}: {inner}")));
    error
}

fn object(values: &Listed) -> String {
    serde_json::to_string(values).unwrap_or_default()
}

/// The first place where two values differ: its path, and what stands there in either.
fn difference(path: &str, a: &Value, b: &Value) -> Option<(String, String, String)> {
    let shown = |value: Option<&Value>| match value {
        None => "nothing".to_string(),
        Some(Value::Object(_)) => "an object".to_string(),
        Some(Value::Array(list)) => format!("a list of {}", list.len()),
        Some(other) => other.to_string(),
    };
    match (a, b) {
        (Value::Object(one), Value::Object(two)) => {
            let names = one.keys().chain(two.keys().filter(|name| !one.contains_key(*name)));
            names.into_iter().find_map(|name| {
                let path = format!("{path}.{name}");
                match (one.get(name), two.get(name)) {
                    (Some(a), Some(b)) => difference(&path, a, b),
                    (a, b) => Some((path, shown(a), shown(b))),
                }
            })
        }
        (Value::Array(one), Value::Array(two)) if one.len() == two.len() => {
            (one.iter().zip(two).enumerate()).find_map(|(index, (a, b))| difference(&format!("{path}.{index}"), a, b))
        }
        _ if a == b => None,
        _ => Some((path.to_string(), shown(Some(a)), shown(Some(b)))),
    }
}
