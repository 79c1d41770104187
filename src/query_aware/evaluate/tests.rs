//! Hand-made cases, and what holds for any data.

use super::*;
use crate::query_aware::queries::{ModelAnswers, NONE, Queries};
use crate::query_aware::select::Pool;
use proptest::prelude::*;

const NO_CAPS: Caps = Caps { cost: f64::INFINITY, latency_ms: f64::INFINITY };
const ASKING: Asking = Asking { limits: Limits { models: 2, threshold: 0.5 }, sure: 0.9, caps: NO_CAPS, seed: 1 };

/// Models by rows of (solved, answer); latency of model k is 10·(k+1) ms, its cost k+1 $.
fn queries(rows: &[&[(Option<bool>, u32)]]) -> Queries {
    let results = rows
        .iter()
        .zip(1..)
        .map(|(cells, number)| ModelAnswers {
            solved: cells.iter().map(|(solved, _)| *solved).collect(),
            answer: cells.iter().map(|(_, answer)| *answer).collect(),
            latency_ms: Some(vec![10.0 * f64::from(number); cells.len()]),
            cost: Some(vec![f64::from(number); cells.len()]),
        })
        .collect();
    Queries { models: (0..rows.len()).map(|k| format!("m{k}")).collect(), results, ..Queries::default() }
}

fn figures<'a>(table: &'a Table, name: &str) -> &'a PolicyFigures {
    table.policies.iter().find(|policy| policy.name == name).unwrap()
}

#[test]
fn votes_of_hand_made_queries() {
    // Queries 0 and 1 are validation, 2 to 4 are test. Right answers: 1 everywhere.
    let (yes, no) = (|answer| (Some(true), answer), |answer| (Some(false), answer));
    let data = queries(&[
        &[yes(1), yes(1), yes(1), no(2), no(2)],
        &[yes(1), no(3), no(2), yes(1), (Some(false), NONE)],
        &[no(2), no(2), no(2), yes(1), no(4)],
    ]);
    let p = [0.9, 0.5, 0.1].repeat(5);
    let pool = Pool::new(&data, &[0, 1], &[0, 1]);
    assert_eq!((pool.latency_ms[2], pool.cost[1]), (30.0, 2.0));
    assert_eq!(pool.accuracy, [1.0, 0.5, 0.0]);
    let judge = Judge { queries: &data, p: &p, pool: &pool, answers: true };
    let parts = Parts { train: &[0, 1], validation: &[0, 1], test: &[2, 3, 4] };
    let table = evaluate(&judge, &parts, &ASKING);
    let third = 1.0 / 3.0;
    let value = |figure: Figure| figure.value.unwrap();
    // All: query 2 votes 2 against 1: wrong; query 3 right; query 4 none.
    let all = figures(&table, "All models");
    assert!((value(all.accuracy) - third).abs() < 1e-12 && (value(all.coverage) - 2.0 * third).abs() < 1e-12);
    assert_eq!((value(all.latency_parallel_ms), value(all.latency_sequential_ms)), (30.0, 60.0));
    assert_eq!((value(all.cost), value(all.models_called)), (6.0, 3.0));
    // Model 0 is best on validation, alone and as a set.
    let single = figures(&table, "Best single model");
    assert_eq!((single.models.as_slice(), value(single.latency_parallel_ms)), (["m0".to_owned()].as_slice(), 10.0));
    assert!((value(single.accuracy) - third).abs() < 1e-12);
    assert_eq!(figures(&table, "Best fixed set of at most 2").models, ["m0"]);
    // MaxConf calls 0 and 1: query 2 ties (1 against 2), the larger p is right; query 3 ties, the larger p is wrong.
    let confident = figures(&table, "MaxConf");
    assert!((value(confident.accuracy) - third).abs() < 1e-12);
    assert!((value(confident.coverage) - 2.0 * third).abs() < 1e-12);
    assert!((value(table.oracle) - 2.0 * third).abs() < 1e-12);
    // The oracle calls the fastest right model: 0, 1, and the fastest of all where none is right.
    assert!((value(figures(&table, "Oracle").latency_parallel_ms) - 40.0 / 3.0).abs() < 1e-12);
    // Against all models: as accurate, 20 ms instead of 30.
    let compared = table.comparisons.iter().find(|c| c.policy == "MaxConf" && c.baseline == "All models").unwrap();
    assert_eq!(compared.accuracy.value, Some(0.0));
    assert!((compared.latency_parallel_saved.value.unwrap() - third).abs() < 1e-12);
    assert!((compared.cost_saved.value.unwrap() - 0.5).abs() < 1e-12);
}

#[test]
fn without_answers_there_is_coverage_only() {
    let data = queries(&[&[(Some(true), NONE), (Some(false), NONE)], &[(None, NONE), (Some(true), NONE)]]);
    let pool = Pool::new(&data, &[0], &[0]);
    assert_eq!(pool.accuracy, [1.0, 0.0]);
    let judge = Judge { queries: &data, p: &[0.5; 4], pool: &pool, answers: false };
    let table = evaluate(&judge, &Parts { train: &[0], validation: &[0], test: &[0, 1] }, &ASKING);
    assert!(table.policies.iter().all(|policy| policy.accuracy == Figure::default()));
    assert_eq!(table.oracle.value, Some(1.0));
    // The second model has no result for the first query, so that it is not called there.
    assert_eq!(figures(&table, "All models").models_called.value, Some(1.5));
    assert_eq!(figures(&table, "Best single model").coverage.value, Some(0.5));
}

proptest! {
    #[test]
    fn bounds_hold(
        cells in prop::collection::vec((prop::option::weighted(0.9, any::<bool>()), 0..4u32, 0.0..1.0f64), 5 * 12),
        models in 1..6usize, threshold in 0.0..1.0f64, cost in 0.5..12.0f64,
    ) {
        // An answer is right or wrong whoever gives it; the fourth is missing, and may have been right.
        let cell = |k: usize, q: usize| {
            let (solved, answer, _) = cells[5 * q + k];
            (solved.map(|_| (answer + q as u32).is_multiple_of(3)), if answer < 3 { answer } else { NONE })
        };
        let rows: Vec<Vec<_>> = (0..5).map(|k| (0..12).map(|q| cell(k, q)).collect()).collect();
        let data = queries(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let p: Vec<f64> = cells.iter().map(|cell| cell.2).collect();
        let (early, late): (Vec<usize>, Vec<usize>) = ((0..6).collect(), (6..12).collect());
        let pool = Pool::new(&data, &early, &early);
        let judge = Judge { queries: &data, p: &p, pool: &pool, answers: true };
        let caps = Caps { cost, latency_ms: f64::INFINITY };
        let asking = Asking { limits: Limits { models, threshold }, caps, ..ASKING };
        let table = evaluate(&judge, &Parts { train: &early, validation: &early, test: &late }, &asking);
        for (policy, rule) in table.policies.iter().zip(&table.rules) {
            let (accuracy, coverage) = (policy.accuracy.value.unwrap(), policy.coverage.value.unwrap());
            prop_assert!(accuracy <= coverage && coverage <= table.oracle.value.unwrap(), "{policy:?}");
            prop_assert!(*rule != Rule::Oracle || Some(accuracy) == table.oracle.value, "{policy:?}");
            prop_assert!(policy.latency_parallel_ms.value <= policy.latency_sequential_ms.value);
            let called = policy.models_called.value.unwrap();
            let most = if *rule == Rule::All { 5 } else { models };
            prop_assert!(called <= most as f64, "{policy:?}");
            for &query in &late {
                let verdict = judge.verdict(rule, asking.limits, query);
                prop_assert!(verdict.chosen.iter().all(|model| data.solved(*model, query).is_some()));
            }
        }
        let points = sweep(&judge, &late, models, &[0.0, threshold], 1);
        let labelled = points.iter().find(|point| point.models == models && point.threshold == Some(threshold));
        prop_assert_eq!(&labelled.unwrap().figures.accuracy.value, &figures(&table, "LabelledMaxConf").accuracy.value);
    }
}
