//! The whole of it on queries whose words say which model is right.

use super::*;
use crate::query_aware::queries::ModelAnswers;
use crate::random::{below, hash};

/// Topics of the queries; model `k` is right on topic `k` only, the last one on none.
const TOPICS: [&str; 3] = ["algebra integral matrix", "history emperor treaty", "biology enzyme protein"];

/// Queries on a topic each, with two words of noise. Where `permuted`, the labels have nothing to do with the words.
fn example(count: u64, permuted: bool) -> Queries {
    let topic = |query: u64| below(hash(1, query), 3) as usize;
    let label = |query: u64| if permuted { below(hash(2, query), 3) as usize } else { topic(query) };
    let text = |query: u64| {
        let words: Vec<&str> = TOPICS[topic(query)].split(' ').collect();
        format!("{} word{} word{}", words[below(hash(3, query), 3) as usize], hash(4, query) % 50, hash(5, query) % 50)
    };
    let results = (0..4)
        .map(|k| ModelAnswers {
            solved: (0..count).map(|query| Some(label(query) == k)).collect(),
            answer: (0..count).map(|query| if label(query) == k { 9 } else { k as u32 }).collect(),
            latency_ms: Some(vec![10.0 + k as f64; count as usize]),
            cost: None,
        })
        .collect();
    Queries {
        models: ["maths", "history", "biology", "nothing"].map(String::from).to_vec(),
        texts: (0..count).map(text).collect(),
        results,
        answers: (0..10).map(|n| n.to_string()).collect(),
        ..Queries::default()
    }
}

fn evaluated(queries: &Queries) -> Evaluated {
    run(queries, &QueryAware { max_models: 1, ..QueryAware::default() }, &mut |_, _| true).unwrap()
}

fn accuracy(evaluation: &Evaluation, name: &str) -> f64 {
    evaluation.policies.iter().find(|policy| policy.name == name).unwrap().accuracy.value.unwrap()
}

#[test]
fn what_the_words_say_is_learned() {
    let found = evaluated(&example(900, false));
    let evaluation = &found.evaluation;
    assert_eq!((evaluation.split.train, evaluation.split.validation, evaluation.split.test), (540, 180, 180));
    assert_eq!(evaluation.oracle.value, Some(1.0));
    assert!(accuracy(evaluation, "MaxConf") > 0.99 && accuracy(evaluation, "Best single model") < 0.5);
    assert!(evaluation.classifier.by_f1.weighted_f1.value.unwrap() > 0.99);
    let saved = evaluation.classifier.log_loss_saved;
    assert!(saved.value.unwrap() > 10.0 * saved.ci95.unwrap());
    let compared = evaluation.comparisons.iter().find(|c| c.policy == "MaxConf" && c.most_accurate).unwrap();
    assert!(compared.accuracy.value.unwrap() > 0.4 && compared.accuracy.ci95.unwrap() < 0.15);
    let wrong: Vec<&String> = evaluation.notes.iter().filter(|note| note.contains("tells queries apart")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(evaluation.notes.iter().any(|note| note.starts_with("nothing is wrong on every training query")));
    assert!(evaluation.notes.iter().any(|note| note.starts_with("The cost of 4 of 4 models is not known")));
}

#[test]
fn labels_without_a_pattern_give_chance_and_say_so() {
    let found = evaluated(&example(900, true));
    let evaluation = &found.evaluation;
    // One in three; five standard errors of 180 queries.
    assert!((accuracy(evaluation, "MaxConf") - 1.0 / 3.0).abs() < 0.18);
    assert!(evaluation.notes.iter().any(|note| note.contains("not shown that it tells queries apart")));
}

#[test]
fn labels_of_the_test_part_change_no_prediction() {
    let queries = example(300, false);
    let mut other = queries.clone();
    let first = evaluated(&queries);
    for results in &mut other.results {
        for query in &first.split.test {
            results.solved[*query] = results.solved[*query].map(|solved| !solved);
        }
    }
    let second = evaluated(&other);
    assert_eq!(first.split, second.split);
    assert_eq!(first.trained, second.trained);
    assert_ne!(first.evaluation.policies, second.evaluation.policies);
}

#[test]
fn it_can_be_cancelled_anywhere() {
    let queries = example(100, false);
    let mut steps = 0;
    run(&queries, &QueryAware::default(), &mut |_, _| {
        steps += 1;
        true
    })
    .unwrap();
    for most in [0, 1, steps / 2, steps - 1] {
        let mut left = most;
        let mut go_on = |_, _| {
            left -= 1;
            left >= 0
        };
        let error = run(&queries, &QueryAware::default(), &mut go_on).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Cancelled);
    }
}
