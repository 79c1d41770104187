//! A lesson's experiments, played, and the numbers that its text quotes.

use super::format::{Block, Lesson, folder};
use llm_selection::bandit::policy::Observation;
use llm_selection::data::InputFile;
use llm_selection::environment::{AnyWorld, World};
use llm_selection::experiment::Experiment;
use llm_selection::plan::Plan;
use llm_selection::query_aware::evaluation::Evaluation;
use llm_selection::query_aware::steps::evaluate_files;
use llm_selection::random::world_key;
use llm_selection::run::run_in_threads;
use llm_selection::simulation::{Run, Simulation, Unobserved};
use llm_selection::summary::{PolicyResult, RunResult, Series};
use serde_json::Value;

/// The experiment of a block, after `change` on its JSON.
pub fn experiment(block: &Block, change: impl FnOnce(&mut Value)) -> Experiment {
    let mut json = block.experiment.clone();
    change(&mut json);
    Experiment::from_json(&json.to_string()).unwrap_or_else(|error| panic!("{}: {error}", block.id))
}

/// Puts a value where a dotted path says; every part but the last has to be there.
pub fn put(json: &mut Value, path: &str, value: Value) {
    let (parent, last) = path.rsplit_once('.').map_or(("", path), |(parent, last)| (parent, last));
    let pointer = if parent.is_empty() { String::new() } else { format!("/{}", parent.replace('.', "/")) };
    let place = json.pointer_mut(&pointer).unwrap_or_else(|| panic!("nothing at {path}"));
    match place {
        Value::Array(list) => list[last.parse::<usize>().unwrap()] = value,
        Value::Object(map) => drop(map.insert(last.to_owned(), value)),
        other => panic!("{path}: {other}"),
    }
}

/// Plays an experiment.
pub fn play(experiment: &Experiment) -> RunResult {
    run_in_threads(Plan::new(experiment, None).unwrap(), 2, |_| ()).unwrap()
}

/// Plays the experiment of a block as the lesson has it.
pub fn played(lesson: &Lesson, id: &str) -> RunResult {
    play(&experiment(lesson.block(id), |_| ()))
}

/// Plays the experiment of a block with another value at a path.
pub fn with(lesson: &Lesson, id: &str, path: &str, value: impl Into<Value>) -> RunResult {
    play(&experiment(lesson.block(id), |json| put(json, path, value.into())))
}

/// Plays the experiment of a block with seeds 1 (the lesson's own) to 20, and has each result looked at.
pub fn with_seeds(lesson: &Lesson, id: &str, look: impl FnMut(u64, &RunResult)) {
    with_some_seeds(lesson, id, 20, look);
}

/// The same with fewer seeds, where playing takes long.
pub fn with_some_seeds(lesson: &Lesson, id: &str, most: u64, mut look: impl FnMut(u64, &RunResult)) {
    for seed in 1..=most {
        look(seed, &with(lesson, id, "run.seed", seed));
    }
}

/// The policy with this label.
pub fn policy<'a>(result: &'a RunResult, label: &str) -> &'a PolicyResult {
    let labels: Vec<&str> = result.policies.iter().map(|policy| policy.label.as_str()).collect();
    let place = labels.iter().position(|found| *found == label).unwrap_or_else(|| panic!("no `{label}` in {labels:?}"));
    &result.policies[place]
}

/// The value of a curve after round `t`, or after the last checkpoint before.
pub fn after(policy: &PolicyResult, series: &Series, t: u32) -> f64 {
    series.mean[policy.rounds.partition_point(|round| *round <= t) - 1]
}

/// The last value of a curve.
pub fn last(series: &Series) -> f64 {
    *series.mean.last().unwrap()
}

/// The cost of every round of one policy in one replicate, played by hand: ask, look up, tell.
pub fn bills(experiment: &Experiment, policy: usize, replicate: u32) -> Vec<f64> {
    let plan = Plan::new(experiment, None).unwrap();
    let simulation = Simulation::new(plan.game.clone());
    let mut run = Run::new(&simulation, policy, replicate).unwrap();
    let AnyWorld::Synthetic(worlds) = &plan.game.world else { panic!("no synthetic world") };
    assert!(worlds.len() == 1 && !plan.game.stop_at_success && !plan.game.stop_at_failure);
    let key = world_key(plan.game.seed, replicate);
    let mut bills = Vec::new();
    for t in 1..=plan.game.setting.rounds {
        let round = worlds[0].begin(key, t);
        let observe = |&arm: &usize| {
            let outcome = worlds[0].outcome(round, arm);
            Observation { arm, reward: outcome.reward, cost: outcome.cost }
        };
        let observed: Vec<Observation> = run.ask(&simulation).arms.iter().map(observe).collect();
        run.tell(&simulation, &observed, Unobserved::default());
        bills.push(observed.iter().map(|seen| seen.cost).sum::<f64>() * plan.game.cost_scale);
    }
    bills
}

/// Trains and judges on the data beside the lessons.
pub fn evaluated(block: &Block, change: impl FnOnce(&mut Value)) -> Evaluation {
    let name = block.file.as_deref().unwrap();
    let content = std::fs::read(folder().join(name)).unwrap();
    let files = vec![InputFile::from_bytes(name, &content)];
    evaluate_files(&experiment(block, change), files, None, &mut |_, _| true).unwrap().1.evaluation
}

/// A number as the lessons write it: so many decimals, a narrow space before thousands, a true minus.
pub fn written(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let whole = text.split('.').next().unwrap().len();
    let mut grouped = String::new();
    for (place, digit) in text.chars().enumerate() {
        if place > 0 && place < whole && (whole - place).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    if value < 0.0 && grouped.chars().any(|c| ('1'..='9').contains(&c)) { format!("−{grouped}") } else { grouped }
}

/// Every quotation has to be in the lesson's text, with the value written at `{}` to so many decimals.
pub fn quotes(lesson: &Lesson, quotations: &[(&str, f64, usize)]) {
    let wrong: Vec<String> = (quotations.iter())
        .map(|(text, value, decimals)| text.replace("{}", &written(*value, *decimals)))
        .filter(|text| !lesson.flat.contains(text.as_str()))
        .collect();
    assert!(wrong.is_empty(), "{}: not in the text:\n{}", lesson.slug, wrong.join("\n"));
}
