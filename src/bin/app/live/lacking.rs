//! What a run needs before it can start, as a short list.

use super::LiveState;
use crate::words::say;
use llm_selection::browser::live::may_connect;
use std::collections::BTreeSet;
use yew::AttrValue;

/// Something that a run lacks, in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// No model is ticked.
    Model,
    /// A key for this host.
    Key(String),
    /// A price of this model.
    Price(String),
    /// The page may not call this origin.
    Connection(String),
    /// Own questions are wanted, and none are read.
    Questions,
    /// Something in the form is wrong.
    Wrong,
    /// The worker has not answered yet.
    Worker,
}

impl Lack {
    /// What to do about it.
    pub fn text(&self) -> AttrValue {
        match self {
            Lack::Model => say!("Tick at least one model."),
            Lack::Key(host) => say!("Enter a key for {host}.", host = host),
            Lack::Price(model) => say!(
                "Give the prices of {model}, 0 where it is free: without them nothing can be capped.",
                model = model
            ),
            Lack::Connection(origin) => say!(
                "This page was not built to call {origin}: build it with cargo xtask build --connect {origin}",
                origin = origin
            ),
            Lack::Questions => say!("Paste questions or choose a file, or take the built-in ones."),
            Lack::Wrong => say!("Mend what is marked in the form."),
            Lack::Worker => say!("The room is being opened."),
        }
    }
}

/// The host of an origin, with its port.
pub fn host(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}

/// What the form's run lacks.
pub fn lacking(state: &LiveState) -> Vec<Lack> {
    let form = &state.form;
    let mut lacks = BTreeSet::new();
    if !form.models.iter().any(|model| model.plays) {
        lacks.insert(Lack::Model);
    }
    let names = form.names();
    for (place, model) in form.called() {
        let origin = model.endpoint().origin();
        if form.real && model.provider().needs_key && !state.keyed.contains(&origin) {
            lacks.insert(Lack::Key(host(&origin).to_owned()));
        }
        if form.real && !origin.is_empty() && !may_connect(&origin) {
            lacks.insert(Lack::Connection(origin));
        }
        if !model.has_price() {
            let name = names.get(place).filter(|name| !name.is_empty());
            let unnamed = || say!("model {n}", n = place + 1).to_string();
            lacks.insert(Lack::Price(name.cloned().unwrap_or_else(unnamed)));
        }
    }
    match &state.questions {
        None => lacks.insert(Lack::Worker),
        Some(set) if form.own_questions && set.sample => lacks.insert(Lack::Questions),
        Some(_) => false,
    };
    // A price that is not there is an error of the form as well, and is in the list already.
    let known = lacks.iter().any(|lack| matches!(lack, Lack::Price(_) | Lack::Model));
    if state.problem.is_some() && !known {
        lacks.insert(Lack::Wrong);
    }
    lacks.into_iter().collect()
}
