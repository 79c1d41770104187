//! Every lesson follows the format, every experiment in it plays, and what it claims holds: of its own seed, of others,
//! and of every number that its text quotes.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, clippy::unwrap_used)]

mod reader;

use reader::format::{SLUGS, folder, lesson};
use reader::play::{evaluated, experiment, play, put};
use reader::reading::reading;
use serde_json::Value;

#[test]
fn the_made_up_queries_are_those_of_their_generator() {
    let file = folder().join("reading.csv");
    let made = reading();
    assert!(made.len() < 120_000, "{} bytes", made.len());
    if std::env::var_os("LLM_SELECTION_WRITE_READING").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(made == kept, "not what the generator makes; LLM_SELECTION_WRITE_READING=1 writes it");
}

#[test]
fn lessons_follow_the_format() {
    for slug in SLUGS {
        let lesson = lesson(slug);
        assert!((500..=950).contains(&lesson.words), "{slug}: {} words", lesson.words);
        assert!((3..=6).contains(&lesson.steps.len()), "{slug}: {} steps", lesson.steps.len());
        assert!(!lesson.symbols.is_empty(), "{slug}: no symbols");
        assert!(lesson.steps.iter().any(|step| step.prediction.is_some()), "{slug}: no prediction");
        let blocks: Vec<_> = lesson.steps.iter().filter_map(|step| step.experiment.as_ref()).collect();
        assert!(!blocks.is_empty(), "{slug}: no experiment");
        let mut ids: Vec<&str> = blocks.iter().map(|block| block.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), blocks.len(), "{slug}: two experiments with one id");
        for step in &lesson.steps {
            assert!(!step.heading.is_empty(), "{slug}: a step without a heading");
            assert_eq!(
                step.experiment.is_some(),
                step.reveal.is_some(),
                "{slug}, {}: experiment and reveal",
                step.heading
            );
            if let Some(words) = step.reveal {
                assert!(words > 20, "{slug}, {}: nothing to reveal", step.heading);
            }
            if let Some(prediction) = &step.prediction {
                assert!(step.experiment.is_some(), "{slug}, {}: nothing to run", step.heading);
                assert!(prediction.question.ends_with('?'), "{slug}: {}", prediction.question);
                assert!((3..=4).contains(&prediction.options.len()), "{slug}: {}", prediction.question);
                assert_eq!(
                    prediction.options.iter().filter(|(_, right)| *right).count(),
                    1,
                    "{slug}: {}",
                    prediction.question
                );
                assert!(prediction.options.iter().all(|(text, _)| !text.is_empty()), "{slug}: {}", prediction.question);
            }
        }
    }
}

/// Names of figures and columns as the page knows them.
const FIGURES: [&str; 4] = ["regret", "violation", "reward-and-cost", "selection-share"];
const COLUMNS: [&str; 5] = ["regret", "violation", "reward", "cost", "calls"];

#[test]
fn every_experiment_plays() {
    for slug in SLUGS {
        let lesson = lesson(slug);
        for block in lesson.steps.iter().filter_map(|step| step.experiment.as_ref()) {
            let id = format!("{slug}, {}", block.id);
            assert!(!block.title.is_empty(), "{id}: no title");
            if block.kind.as_deref() == Some("query-aware") {
                assert!(evaluated(block, |_| ()).policies.len() > 8, "{id}");
                continue;
            }
            assert!(block.kind.is_none() && block.file.is_none(), "{id}: an unknown kind");
            assert!(!block.figures.is_empty(), "{id}: no figure");
            assert!(block.figures.iter().all(|figure| FIGURES.contains(&figure.as_str())), "{id}: {:?}", block.figures);
            assert!(block.columns.iter().all(|column| COLUMNS.contains(&column.as_str())), "{id}: {:?}", block.columns);
            let own = experiment(block, |_| ());
            assert!(own.run.rounds <= 10_000 && (10..=20).contains(&own.run.replicates), "{id}");
            assert_eq!(own.run.seed, 1, "{id}: the tests count seeds from the lesson's own");
            assert!(own.policies.iter().all(|policy| policy.label.is_some()), "{id}: a policy without a label");
            let result = play(&own);
            assert_eq!(result.policies[0].rounds.last(), Some(&own.run.rounds), "{id}");
            let shows = |figure: &str| block.figures.iter().any(|shown| shown == figure);
            assert!(block.policy < own.policies.len() && (block.policy == 0 || shows("selection-share")), "{id}");
            assert!(!block.relaxed || shows("regret"), "{id}");
            if let Some(round) = &block.inspector {
                assert!(round.policy < own.policies.len() && (1..=own.run.rounds).contains(&round.round), "{id}");
            }
            if let Some(vary) = &block.vary {
                assert!(vary.values.len() > 1 && !vary.label.is_empty(), "{id}");
                let first = experiment(block, |json| put(json, &vary.path, Value::from(vary.values[0].clone())));
                assert_eq!(play(&first).digest, result.digest, "{id}: the first value is not the experiment's own");
                for value in &vary.values[1..] {
                    let other = play(&experiment(block, |json| put(json, &vary.path, Value::from(value.clone()))));
                    assert_ne!(other.digest, result.digest, "{id}: {value} changes nothing");
                }
            }
        }
    }
}
