//! RouteLLM's recorded answers: one row a prompt, for each model a column of `True`/`False` and, in some files, one of
//! its response. There is neither id nor cost.

use super::super::intake::Columns;
use super::super::records::Records;
use super::{Model, Table};
use crate::experiment::Role;

const RESPONSE: &str = "_response";

/// The table, if it is of this form: `prompt` first, then models, at least two, with `True` and `False` below them.
pub(super) fn wide(records: &Records) -> Option<Table> {
    let header = &records.header;
    let (first, rest) = header.split_first()?;
    let of_model = |name: &&String| !name.strip_suffix(RESPONSE).is_some_and(|model| rest.iter().any(|m| m == model));
    let models: Vec<&String> = rest.iter().filter(of_model).collect();
    // Models' names are not words that other tools use for columns.
    let known = |name: &&String| super::super::schema::is_known(name) || name.is_empty() || name.contains('|');
    if first != "prompt" || models.len() < 2 || models.iter().any(known) {
        return None;
    }
    let place = |name: &String| header.iter().position(|other| other == name);
    let truth = |cell: &[u8]| cell.eq_ignore_ascii_case(b"true") || cell.eq_ignore_ascii_case(b"false");
    // Any names can be models' names: the cells must be theirs, too.
    let columns: Vec<usize> = models.iter().filter_map(|name| place(name)).collect();
    if !records.look_ahead(&columns, truth) {
        return None;
    }
    let models = models.into_iter().filter_map(|name| {
        let score = place(name)?;
        let columns =
            Columns { names: vec![(Role::Score, name.clone())], model: Some(name.clone()), ..Columns::default() };
        let answer = header.iter().position(|other| other.strip_suffix(RESPONSE) == Some(name));
        Some(Model { columns, cells: vec![(Role::Score, score)], answer })
    });
    let why = "its first column is `prompt` and the others are models, with True or False on each row".to_owned();
    let texts = vec![(Role::Query, 0)];
    Some(Table { id: "routellm", why, shared: Vec::new(), texts, models: models.collect(), wide: true })
}
