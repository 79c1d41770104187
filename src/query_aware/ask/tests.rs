//! Contributions, choices and expectations against counting by hand.

use super::*;
use crate::experiment::{QueryAware, SplitShares};
use crate::query_aware::evaluation::run;
use crate::query_aware::queries::{ModelAnswers, NONE};
use crate::query_aware::select::Caps;
use crate::random::{hash, unit};

const KINDS: [&str; 3] =
    ["how many apples are left in basket", "who wrote the old poem about", "日本の首都はどこですか"];
const COUNT: usize = 400;

/// The first model knows the first kind, the second the other two, the third nothing at all; each slips once in eight. Only
/// the first two have latencies, one of them not everywhere, and only the first has a cost.
fn example() -> (Queries, Evaluated) {
    let solved = |knows: fn(usize) -> bool, key: u64| -> Vec<Option<bool>> {
        (0..COUNT).map(|q| Some(knows(q % 3) != (unit(hash(key, q as u64)) < 0.125))).collect()
    };
    let latency = |key: u64| -> Vec<f64> { (0..COUNT).map(|q| 100.0 + 50.0 * unit(hash(key, q as u64))).collect() };
    let mut some_missing = latency(8);
    some_missing.iter_mut().step_by(5).for_each(|cell| *cell = f64::NAN);
    let answers = |model: u32| vec![model; COUNT];
    let results = vec![
        ModelAnswers {
            solved: solved(|kind| kind == 0, 1),
            answer: answers(0),
            latency_ms: Some(latency(7)),
            cost: Some(vec![0.25; COUNT]),
        },
        ModelAnswers {
            solved: solved(|kind| kind > 0, 2),
            answer: answers(1),
            latency_ms: Some(some_missing),
            cost: None,
        },
        ModelAnswers { solved: vec![Some(false); COUNT], answer: vec![NONE; COUNT], ..ModelAnswers::default() },
    ];
    let queries = Queries {
        models: vec!["a".into(), "b".into(), "c".into()],
        texts: (0..COUNT).map(|q| format!("{} {}", KINDS[q % 3], hash(5, q as u64) % 1000)).collect(),
        results,
        answers: vec!["1".into(), "2".into()],
        numeric: vec![(0..COUNT).map(|q| unit(hash(6, q as u64))).collect()],
        numeric_names: vec!["noise".into()],
        ..Queries::default()
    };
    let part = QueryAware { max_models: 2, split: SplitShares::default(), ..QueryAware::default() };
    let evaluated = run(&queries, &part, &mut |_, _| true).unwrap();
    (queries, evaluated)
}

const LIMITS: Limits = Limits { models: 2, threshold: 0.5 };

#[test]
fn contributions_sum_to_the_log_odds() {
    let (queries, evaluated) = example();
    let long = format!("{} {}", "how many apples ".repeat(3_000), "日本の首都".repeat(400));
    for text in ["how many apples? Who wrote it, 日本の首都", "", "zzz", &queries.texts[5], &long] {
        let advice = ask(&queries, &evaluated, None, &Rule::MaxConf, LIMITS, text).unwrap();
        let p = evaluated.trained.predictor.predict(text, &[]);
        assert_eq!(advice.models.iter().map(|model| model.p).collect::<Vec<_>>(), p);
        for model in &advice.models {
            let listed = model.supports.iter().chain(&model.opposes).map(|one| one.adds).sum::<f64>();
            assert!((model.start + listed + model.rest - model.log_odds).abs() < 1e-9, "{model:?}");
            let logit = libm::log(model.p / (1.0 - model.p));
            assert!((logit - model.log_odds).abs() < 1e-6, "{logit} {model:?}");
            assert!(model.supports.is_sorted_by(|a, b| a.adds >= b.adds && b.adds > 0.0));
            assert!(model.opposes.is_sorted_by(|a, b| a.adds <= b.adds && b.adds < 0.0));
            assert!(model.supports.len() <= MOST_EVIDENCE && model.opposes.len() <= MOST_EVIDENCE);
        }
        assert_eq!((advice.cut, advice.columns), (text.len() > 20_000, 1));
    }
}

#[test]
fn what_speaks_for_a_model_is_in_the_query() {
    let (queries, evaluated) = example();
    let text = "how many apples did they eat";
    let advice = ask(&queries, &evaluated, None, &Rule::MaxConf, LIMITS, text).unwrap();
    let [first, second, never] = &advice.models[..] else { panic!() };
    assert!(first.p > 0.7 && second.p < 0.3 && never.p < 0.01, "{advice:?}");
    let terms = |list: &[Evidence], kind: TermKind| -> Vec<String> {
        list.iter().filter(|one| one.kind == kind).flat_map(|one| one.terms.clone()).collect()
    };
    let words = terms(&first.supports, TermKind::Words);
    assert!(!words.is_empty() && words.iter().all(|term| text.contains(term.as_str())), "{words:?}");
    assert!(terms(&second.opposes, TermKind::Words).iter().any(|term| words.contains(term)));
    // A model without two kinds of labels has the same probability everywhere, and nothing speaks for or against it.
    assert!(never.supports.is_empty() && never.opposes.is_empty() && never.others == 0 && never.rest == 0.0);
    let unknown = ask(&queries, &evaluated, None, &Rule::MaxConf, LIMITS, "zzz").unwrap();
    assert_eq!(unknown.known, 0);
    assert!(unknown.models.iter().all(|model| model.log_odds == model.start && model.rest.is_sign_positive()));
}

#[test]
fn choices_are_those_of_the_rules() {
    let (queries, evaluated) = example();
    let chosen = |rule: Rule, limits: Limits, text: &str| {
        let advice = ask(&queries, &evaluated, None, &rule, limits, text).unwrap();
        (advice.chosen, advice.at_most)
    };
    let (first, second) = ("how many apples are left", "who wrote the old poem");
    assert_eq!(chosen(Rule::LabelledMaxConf, LIMITS, first), (vec![0], false));
    assert_eq!(chosen(Rule::LabelledMaxConf, Limits { threshold: 0.0, ..LIMITS }, first), (vec![0, 1], false));
    assert_eq!(chosen(Rule::WeightedMaxConf, LIMITS, second), (vec![1, 0], false));
    assert_eq!(chosen(Rule::MaxConf, Limits { models: 1, ..LIMITS }, second), (vec![1], false));
    assert_eq!(chosen(Rule::All, LIMITS, first), (vec![0, 1, 2], false));
    assert_eq!(chosen(Rule::Fixed(vec![2]), LIMITS, first), (vec![2], false));
    // By latency, for not all costs are known; it may stop after each.
    let (cascade, at_most) = chosen(Rule::Cascade(0.9), LIMITS, first);
    assert_eq!((cascade.len(), at_most), (2, true));
    assert_eq!(chosen(Rule::Random(3), LIMITS, first).0.len(), 2);
    let caps = Caps { cost: 0.3, latency_ms: f64::INFINITY };
    assert_eq!(chosen(Rule::Capped(caps), LIMITS, second), (vec![0], false));
    let error = ask(&queries, &evaluated, None, &Rule::Oracle, LIMITS, first).unwrap_err();
    assert!(error.to_string().contains("before it sees the answers"), "{error}");
}

#[test]
fn expectations_are_means_over_train_with_students_interval() {
    let (queries, evaluated) = example();
    let both = ask(&queries, &evaluated, None, &Rule::Fixed(vec![0, 1]), LIMITS, "").unwrap();
    let train: Vec<usize> = evaluated.split.train.iter().copied().filter(|query| query % 5 != 0).collect();
    let (n, parts) = (train.len() as f64, [0, 1].map(|k| queries.results[k].latency_ms.as_ref().unwrap()));
    let slower: Vec<f64> = train.iter().map(|query| parts[0][*query].max(parts[1][*query])).collect();
    let mean = slower.iter().sum::<f64>() / n;
    let deviation = (slower.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0)).sqrt();
    let Expected { figure, queries: measured } = both.latency_parallel_ms;
    assert_eq!(measured as usize, train.len());
    assert!((figure.value.unwrap() - mean).abs() < 1e-9);
    // 1.973 is Student's 97.5 % quantile at 180 to 200 degrees of freedom.
    assert!((figure.ci95.unwrap() / (deviation / n.sqrt()) - 1.973).abs() < 0.002, "{n}");
    let sum = both.latency_sequential_ms.figure.value.unwrap();
    let expected = train.iter().map(|query| parts[0][*query] + parts[1][*query]).sum::<f64>() / n;
    assert!((sum - expected).abs() < 1e-9);
    // One of the two has no cost.
    assert_eq!(both.cost, Expected::default());
    let one = ask(&queries, &evaluated, None, &Rule::Fixed(vec![0]), LIMITS, "").unwrap();
    assert_eq!(one.cost.figure, Figure { value: Some(0.25), ci95: Some(0.0) });
    assert_eq!(one.cost.queries, 240);
}
