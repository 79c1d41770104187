//! Where the world changes: a thin line in every figure over rounds, and its words.

use super::Node;
use super::axis::Axis;
use super::number::{count, shorten, text_width};
use super::plot::straight;
use crate::summary::RunResult;

/// First rounds of the segments after the first, each with what happens there.
pub(super) fn changes(result: &RunResult) -> Vec<(u32, String)> {
    let (drift, availability) = result.experiment.environment.changes();
    let starts = result.optimum.iter().map(|optimum| optimum.from).filter(|from| *from > 1);
    let happens = |round: u32| {
        let mut said: Vec<String> = Vec::new();
        for change in drift.iter().filter(|change| change.at == round) {
            said.push(match change.models.keys().next() {
                None => "next part".to_owned(),
                Some(name) if change.models.len() == 1 => format!("{name} changes"),
                Some(_) => format!("{} models change", change.models.len()),
            });
        }
        let back = availability.iter().filter(|away| away.to == round).map(|away| format!("{} back", away.model));
        let away = availability.iter().filter(|away| away.from == round).map(|away| format!("{} away", away.model));
        said.extend(back.chain(away));
        said.join(", ")
    };
    starts.map(|round| (round, happens(round))).collect()
}

/// Lines from `top` to `bottom`, named in the row `base` between `free.0` and `free.1` where there is room.
pub(super) fn lines(
    nodes: &mut Vec<Node>,
    result: &RunResult,
    x: &Axis,
    (top, bottom): (f64, f64),
    base: f64,
    free: (f64, f64),
    font: f64,
) {
    let mut from = free.0;
    for (round, what) in changes(result) {
        let at = x.at(f64::from(round));
        // On a logarithmic axis the first rounds are left out.
        if !(at >= x.start && at <= x.end) {
            continue;
        }
        nodes.push(straight("change", at, top, at, bottom));
        // As much of it as fits between the name before and the edge; too little says nothing.
        let room = 2.0 * (at - from).min(font * 5.0);
        let text = shorten(&what, room, font);
        let half = text_width(&text, font) / 2.0;
        let last = free.1 - half;
        let middle = if at > last { last } else { at };
        if room >= font * 5.0 && middle - half >= from && middle + half >= at {
            nodes.push(Node::Text { class: "mid", x: middle, y: base, text });
            from = middle + half + font * 0.8;
        }
    }
}

/// A sentence about it, for those who do not see the lines; empty where nothing changes.
pub(super) fn words(result: &RunResult) -> String {
    /// More than these are counted, not told.
    const TOLD: usize = 4;
    let changes = changes(result);
    let told: Vec<String> =
        changes.iter().take(TOLD).map(|(round, what)| format!("round {} ({what})", count(*round))).collect();
    match (told.as_slice(), changes.len().saturating_sub(TOLD)) {
        ([], _) => String::new(),
        (told, 0) => format!(" The world changes at {}.", told.join(", ")),
        (told, more) => format!(" The world changes at {}, and {more} more times.", told.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::experiment::Experiment;
    use crate::figure::{FigureKind, Options, Theme, draw};
    use crate::plan::Plan;
    use crate::run::run_in_threads;
    use serde_json::{Value, json};

    fn run(drift: Value, availability: Value) -> RunResult {
        let experiment = json!({
            "version": 1,
            "environment": { "kind": "synthetic", "drift": drift, "availability": availability, "models": [
                { "name": "small", "reward": 0.4, "cost": 0.1 }, { "name": "large", "reward": 0.9, "cost": 0.5 },
                { "name": "other", "reward": 0.7, "cost": 0.3 }
            ] },
            "task": { "reward": "suc", "max_models": 2, "budget": 0.6 },
            "policies": [{ "kind": "random" }, { "kind": "oracle" }],
            "run": { "rounds": 400, "replicates": 2 }
        });
        let experiment = Experiment::from_json(&experiment.to_string()).unwrap();
        run_in_threads(Plan::new(&experiment, None).unwrap(), 1, |_| ()).unwrap()
    }

    fn lines_of(nodes: &[Node]) -> usize {
        nodes.iter().filter(|node| matches!(node, Node::Path { class: "change", .. })).count()
    }

    #[test]
    fn every_figure_shows_and_says_where_the_world_changes() {
        let away = json!([{ "model": "large", "from": 100, "to": 300 }]);
        let result = run(json!([{ "at": 300, "models": { "small": { "reward": 1 } } }]), away);
        let expected = [(100, "large away".to_owned()), (300, "small changes, large back".to_owned())];
        assert_eq!(changes(&result), expected);
        for kind in FigureKind::ALL {
            let drawing = draw(kind, &result, &Options { width: 1200.0, ..Options::default() });
            assert_eq!(lines_of(&drawing.scene.nodes), 2 * drawing.panels.len(), "{kind:?}");
            let words = "The world changes at round 100 (large away), round 300 (small changes, large back).";
            assert!(drawing.scene.label.ends_with(words), "{}", drawing.scene.label);
            let svg = drawing.scene.to_svg(Theme::Light, 12.0);
            assert!(svg.contains(">large away</text>") && svg.contains("stroke-dasharray=\"2 3\""), "{kind:?}");
        }
    }

    #[test]
    fn a_world_that_stays_has_none() {
        let result = run(json!([]), json!([]));
        for kind in FigureKind::ALL {
            let drawing = draw(kind, &result, &Options::default());
            assert_eq!(lines_of(&drawing.scene.nodes), 0);
            assert!(!drawing.scene.label.contains("changes"), "{}", drawing.scene.label);
        }
    }

    #[test]
    fn names_never_meet() {
        let drift: Vec<Value> =
            (1..100).map(|i| json!({ "at": 4 * i, "models": { "small": { "reward": 0.5 } } })).collect();
        let result = run(drift.into(), json!([]));
        assert!(words(&result).ends_with("and 95 more times."), "{}", words(&result));
        for (width, log) in [(200.0, false), (360.0, true), (900.0, false), (2000.0, true)] {
            let drawing = draw(FigureKind::Regret, &result, &Options { width, log, ..Options::default() });
            let mut end = 0.0;
            let mut named = 0;
            for node in &drawing.scene.nodes {
                let Node::Text { x, text, .. } = node else { continue };
                if text.starts_with("small") {
                    let half = text_width(text, 12.0) / 2.0;
                    assert!(x - half >= end && x + half <= width, "{width}: {x}");
                    (end, named) = (x + half, named + 1);
                }
            }
            assert!(named > 0, "{width}");
        }
    }
}
