//! The whole of it on queries whose words say which model is right.

use super::*;
use crate::query_aware::gap::Rate;
use crate::query_aware::outcome::{below_oracle, sentences};
use crate::query_aware::queries::{ModelAnswers, NONE};
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
fn what_is_missing_is_said() {
    let mut queries = example(200, false);
    queries.left_out = 7;
    queries.results[1].answer = vec![NONE; 200];
    let Evaluated { evaluation, split, .. } = evaluated(&queries);
    assert!(evaluation.notes.iter().any(|note| note.starts_with("7 queries are left out")));
    let silent = format!("history has no answer to {0} of {0} test queries", split.test.len());
    assert!(evaluation.notes.iter().any(|note| note.starts_with(&silent)), "{:?}", evaluation.notes);
    assert_eq!(evaluation.notes.iter().filter(|note| note.contains("abstains")).count(), 1);
    // A query of history's counts for the oracle all the same.
    assert_eq!(Some(accuracy(&evaluation, "Oracle")), evaluation.oracle.value);
}

#[test]
fn right_answers_that_never_meet_are_told() {
    let model =
        |answers: Vec<u32>| ModelAnswers { solved: vec![Some(true); 12], answer: answers, ..ModelAnswers::default() };
    let said = |other: Vec<u32>| {
        let results = vec![model(vec![0; 12]), model(other)];
        let queries = Queries { models: vec!["a".into(), "b".into()], results, ..Queries::default() };
        split_votes(&queries, &(0..12).collect::<Vec<_>>())
    };
    assert_eq!(said(vec![0; 12]), None);
    assert_eq!(said([vec![0; 10], vec![1; 2]].concat()), None);
    // A missing answer is no other one.
    assert_eq!(said(vec![NONE; 12]), None);
    assert!(said([vec![0; 8], vec![1; 4]].concat()).unwrap().starts_with("On 4 of 12 test queries"));
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

#[test]
fn the_outcome_is_said_with_its_gap() {
    let queries = example(900, true);
    let found = evaluated(&queries);
    let mut evaluation = found.evaluation.clone();
    let judge = found.judge(&queries);
    for (place, rule) in found.rules.iter().enumerate() {
        // Counted query by query.
        let missed = |query: &&usize| judge.solvable(**query) && !judge.verdict(rule, evaluation.limits, **query).right;
        let expected = found.split.test.iter().filter(missed).count() as u64;
        let below = below_oracle(&evaluation, place);
        assert_eq!(below, (*rule != Rule::Oracle).then(|| Rate::new(expected, 180)));
    }
    let lead = evaluation.policies.iter().position(|policy| policy.name == evaluation.gap.policy).unwrap();
    let missed = evaluation.gap.gap.solvable.missed.len() as u64;
    assert_eq!(below_oracle(&evaluation, lead).map(|below| below.hits), Some(missed));
    let said = sentences(&evaluation, lead);
    assert!(
        said[0].contains("the most accurate of the paper's rules, is right on ")
            && said[0].contains("It calls 1.00 models")
    );
    assert!(
        said[1].contains("gets 100.0 % ± 0.0") && said[1].contains(&format!(", {missed} queries missed")),
        "{said:?}"
    );
    let all = said.iter().find(|text| text.starts_with("Against all models")).unwrap();
    assert!(all.contains("parallel latency") && all.contains(" less") && all.contains("cost not measured"), "{all}");
    assert!(said.iter().any(|text| text.starts_with("Against the best single model (")), "{said:?}");
    // Without answers it is coverage, without latencies that is said.
    for policy in &mut evaluation.policies {
        policy.accuracy = Figure::default();
    }
    for one in &mut evaluation.comparisons {
        (one.accuracy, one.latency_parallel_saved) = (Figure::default(), Figure::default());
        one.coverage = Figure { value: Some(-0.02), ci95: Some(0.03) };
    }
    let said = sentences(&evaluation, lead).join(" ");
    assert!(said.contains("calls a model that is right on ") && said.contains("no answers to vote on"), "{said}");
    assert!(
        said.contains("−2.0 ± 3.0 points of coverage, so no difference can be told; parallel latency not measured"),
        "{said}"
    );
    for one in &mut evaluation.comparisons {
        one.latency_sequential_saved = Figure::default();
    }
    let said = sentences(&evaluation, lead).join(" ");
    assert!(said.contains("; latency not measured; cost not measured.") && !said.contains("parallel"), "{said}");
    let oracle = sentences(&evaluation, evaluation.policies.len() - 1);
    assert!(oracle.len() == 1 && oracle[0].contains("No policy can be above that"), "{oracle:?}");
    assert!(sentences(&evaluation, 99).is_empty() && below_oracle(&evaluation, 99).is_none());
}
