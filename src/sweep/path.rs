//! Paths into an experiment: `task.budget`, `policies.0.alpha_mu`, `policies.*.alpha_mu`.

use super::field;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Experiment;
use serde_json::Value;

/// One value of an experiment: the object or list that holds it, and its name there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// JSON pointer (RFC 6901) of what holds it.
    parent: String,
    name: String,
}

impl Place {
    /// Gives the value a new one. A place that is not there is left alone; [`places`] gives none.
    pub(super) fn set(&self, root: &mut Value, new: &Value) {
        match root.pointer_mut(&self.parent) {
            Some(Value::Object(fields)) => {
                fields.insert(self.name.clone(), new.clone());
            }
            Some(Value::Array(list)) => {
                if let Some(old) = self.name.parse().ok().and_then(|index: usize| list.get_mut(index)) {
                    *old = new.clone();
                }
            }
            _ => {}
        }
    }
}

/// The places that a path means: one, or with `*` those of every entry of a list that can have it. `first` is the first
/// value that it takes.
///
/// # Errors
/// `UnknownField` where the experiment has no such value, `OutOfRange` where it is an object or a list.
pub(super) fn places(base: &Value, path: &str, first: &Value) -> Result<Vec<Place>> {
    if let Some((list, rest)) = path.split_once(".*.") {
        let Some(Value::Array(entries)) = at(base, list) else {
            let expected = "a list of the experiment before `*`, as in `policies.*.alpha_mu`";
            return Err(Error::new(ErrorKind::UnknownField, expected).at_field(field(path)).found(list));
        };
        let one = |index: usize| place(base, path, &format!("{list}.{index}.{rest}")).ok();
        let found: Vec<Place> = (0..entries.len()).filter_map(one).filter(|place| fits(base, place, first)).collect();
        if found.is_empty() {
            let expected = format!("a field that an entry of `{list}` has");
            return Err(Error::new(ErrorKind::UnknownField, expected).at_field(field(path)).found(rest));
        }
        return Ok(found);
    }
    Ok(vec![place(base, path, path)?])
}

/// Whether an experiment may have a value there: some policies have no α.
fn fits(base: &Value, place: &Place, value: &Value) -> bool {
    let mut tried = base.clone();
    place.set(&mut tried, value);
    let error = Experiment::from_json(&tried.to_string()).err();
    error.is_none_or(|error| !matches!(error.kind, ErrorKind::UnknownField | ErrorKind::Duplicate))
}

/// What stands at a path.
fn at<'a>(base: &'a Value, path: &str) -> Option<&'a Value> {
    base.pointer(&walk(base, path).ok()?)
}

/// The place of a path without `*`; errors name the path as it was `written`.
fn place(base: &Value, written: &str, path: &str) -> Result<Place> {
    let unknown = |found: &str, expected: String| {
        Err(Error::new(ErrorKind::UnknownField, expected).at_field(field(written)).found(found))
    };
    if let Ok(pointer) = walk(base, path) {
        if let Some(Value::Object(_) | Value::Array(_)) = base.pointer(&pointer) {
            let expected = "the path of a single value, not of an object or a list";
            return Err(Error::new(ErrorKind::OutOfRange, expected).at_field(field(written)).found(path));
        }
        let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", &pointer));
        return Ok(Place { parent: parent.to_string(), name: name.replace("~1", "/").replace("~0", "~") });
    }
    // What is absent by default, such as a policy's window, may still be varied: what holds it must be there.
    let (holder, name) = path.rsplit_once('.').unwrap_or(("", path));
    match walk(base, holder) {
        Ok(parent) => match base.pointer(&parent) {
            Some(Value::Object(_)) if !name.is_empty() => Ok(Place { parent, name: name.to_string() }),
            Some(Value::Array(list)) if list.is_empty() => unknown(path, format!("an entry: `{holder}` is empty")),
            Some(Value::Array(list)) => unknown(path, format!("an entry of `{holder}`: 0 to {}", list.len() - 1)),
            _ => unknown(path, format!("a value of the experiment: `{holder}` holds no others")),
        },
        Err(stop) => unknown(path, format!("a value of the experiment: it has no `{stop}`")),
    }
}

/// The JSON pointer of a path, or how far the path leads astray. Names may hold dots themselves, as models' do.
fn walk(base: &Value, path: &str) -> std::result::Result<String, String> {
    let (mut here, mut pointer, mut rest) = (base, String::new(), path);
    while !rest.is_empty() {
        let begins = |name: &str| rest.strip_prefix(name).is_some_and(|more| more.is_empty() || more.starts_with('.'));
        let step = match here {
            Value::Object(fields) => fields
                .iter()
                .filter(|(name, _)| begins(name))
                .max_by_key(|(name, _)| name.len())
                .map(|(n, v)| (n.clone(), v)),
            Value::Array(list) => {
                let index = rest.split('.').next().unwrap_or(rest);
                let found = index.parse().ok().and_then(|index: usize| list.get(index));
                // One way to write a number: no sign, no leading zero.
                found.filter(|_| index == "0" || !index.starts_with(['0', '+'])).map(|value| (index.to_string(), value))
            }
            _ => None,
        };
        let Some((name, value)) = step else {
            let tail = rest.split('.').next().unwrap_or(rest).len();
            return Err(path.get(..path.len() - rest.len() + tail).unwrap_or(path).to_string());
        };
        pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        rest = rest.get(name.len()..).map_or("", |more| more.strip_prefix('.').unwrap_or(more));
        here = value;
    }
    Ok(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_dots_and_slashes_are_found() {
        let base = serde_json::json!({"a": {"GPT-3.5": {"x": 1}, "GPT-3": 2, "m/n~": [5, {"y": null}]}, "e": []});
        assert_eq!(walk(&base, "a.GPT-3.5.x"), Ok("/a/GPT-3.5/x".into()));
        assert_eq!(walk(&base, "a.m/n~.1.y"), Ok("/a/m~1n~0/1/y".into()));
        assert_eq!(walk(&base, "a.m/n~.01"), Err("a.m/n~.01".into()));
        assert_eq!(walk(&base, "b.c.d"), Err("b".into()));
        let mut changed = base.clone();
        place(&base, "", "a.m/n~.0").unwrap().set(&mut changed, &7.into());
        place(&base, "", "a.m/n~.1.new").unwrap().set(&mut changed, &8.into());
        assert_eq!(changed["a"]["m/n~"], serde_json::json!([7, {"y": null, "new": 8}]));
        for wrong in ["", "a", "a.m/n~", "e.0", "a.m/n~.2", "a.GPT-3.x", "b.c.d", "a."] {
            assert!(place(&base, wrong, wrong).is_err(), "{wrong}");
        }
    }
}
