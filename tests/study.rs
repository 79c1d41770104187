//! The built-in studies: what they say is what their results are.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::experiment::{Environment, Experiment, PolicyKind, RewardModel};
use llm_selection::plan::Plan;
use llm_selection::run::run_in_threads;
use llm_selection::study::{Cell, Material, Part, Report, Study, Table, World};
use llm_selection::summary::{RunResult, bootstrap};
use rand::{Rng, SeedableRng};

fn play(study: Study, material: &Material) -> (Vec<Part>, Vec<RunResult>, Report) {
    let parts = study.parts(material).unwrap();
    let results: Vec<RunResult> =
        parts.iter().map(|part| run_in_threads(part.plan().unwrap(), 2, |_| ()).unwrap()).collect();
    let report = study.report(material, &parts, &results).unwrap();
    (parts, results, report)
}

fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Number { value, .. } => *value,
        Cell::Infinite => f64::INFINITY,
        Cell::Text(text) => panic!("{text}"),
    }
}

fn interval(cell: &Cell) -> (f64, f64) {
    match cell {
        Cell::Number { interval: Some(interval), .. } => *interval,
        other => panic!("{other:?}"),
    }
}

/// Percentile interval of a ratio of ratios by resampling with another generator.
fn resampled(rows: &[[f64; 4]]) -> (f64, f64) {
    let mut stream = rand_chacha::ChaCha8Rng::seed_from_u64(99);
    let mut values: Vec<f64> = (0..4_000)
        .map(|_| {
            let mut sum = [0.0; 4];
            for _ in rows {
                let row = rows[(stream.next_u64() % rows.len() as u64) as usize];
                (0..4).for_each(|i| sum[i] += row[i]);
            }
            sum[0] / sum[1] / (sum[2] / sum[3])
        })
        .collect();
    values.sort_by(f64::total_cmp);
    (values[99], values[3_899])
}

fn check_paper(world: World) {
    let (parts, results, report) = play(Study::Paper(world), &Material::default());
    assert_eq!((parts.len(), report.tables.len()), (3, 3));
    for ((part, result), table) in parts.iter().zip(&results).zip(&report.tables) {
        let Environment::Synthetic(synthetic) = &part.experiment.environment else { panic!("not synthetic") };
        assert_eq!((synthetic.models.len(), synthetic.cost_spread), (9, 0.0));
        let run = &part.experiment.run;
        assert_eq!((run.rounds, run.replicates, part.experiment.task.max_models), (10_000, 10, Some(4)));
        // The budget binds: between what the cheapest and the dearest set cost.
        let range = Plan::new(&part.experiment, None).unwrap().budget_range().unwrap();
        let budget = part.experiment.task.budget.unwrap();
        assert!(budget > range.cheapest_feasible && budget < range.never_binding);
        assert_eq!(table.rows.len(), 9);
        let own = &result.policies[0];
        for (row, policy) in table.rows.iter().zip(&result.policies) {
            assert_eq!(row[0], Cell::Text(policy.label.clone()));
            assert_eq!(number(&row[1]), policy.finals.reward.mean.unwrap());
            // Means over replicates are those of the finals.
            let mean = |of: fn(&llm_selection::summary::Replicate) -> f64| {
                policy.replicates.iter().map(of).sum::<f64>() / policy.replicates.len() as f64
            };
            assert_eq!(policy.replicates.len(), 10);
            assert!((mean(|r| r.reward) - policy.finals.reward.mean.unwrap()).abs() < 1e-12);
            assert!((mean(|r| r.excess) - policy.finals.excess.mean.unwrap()).abs() < 1e-12);
            assert!((mean(|r| r.violation) - policy.finals.violation.mean.unwrap()).abs() < 1e-12);
            assert!((mean(|r| r.cost) - policy.finals.cost.mean.unwrap()).abs() < 1e-12);
            if policy.finals.excess.mean == Some(0.0) {
                assert_eq!((&row[3], number(&row[4])), (&Cell::Infinite, 0.0));
            } else if policy.label != own.label {
                // The ratio of ratios and its interval, against plain resampling.
                let ratio = |p: &llm_selection::summary::PolicyResult| {
                    p.finals.reward.mean.unwrap() / p.finals.excess.mean.unwrap()
                };
                assert!((number(&row[4]) / (ratio(own) / ratio(policy)) - 1.0).abs() < 1e-12);
                let pairs: Vec<[f64; 4]> = own
                    .replicates
                    .iter()
                    .zip(&policy.replicates)
                    .map(|(a, b)| [a.reward, a.excess, b.reward, b.excess])
                    .collect();
                let ((low, high), (other_low, other_high)) = (interval(&row[4]), resampled(&pairs));
                let width = other_high - other_low;
                assert!((low - other_low).abs() < 0.15 * width + 1e-9, "{}: {low} {other_low}", policy.label);
                assert!((high - other_high).abs() < 0.15 * width + 1e-9, "{}: {high} {other_high}", policy.label);
            }
            // The round in which the curve settles, by looking from each checkpoint on.
            let curve = &policy.ratio.as_ref().unwrap().mean;
            let last = *curve.last().unwrap();
            let settles = (0..curve.len()).find(|from| curve[*from..].iter().all(|v| (v - last).abs() <= 0.05 * last));
            match settles.filter(|_| last.is_finite()) {
                Some(place) => assert_eq!(number(&row[6]), f64::from(policy.rounds[place])),
                None => assert_eq!(row[6], Cell::Text("–".into())),
            }
            let alone = policy.kind == "fixed" && part.experiment.task.reward != RewardModel::Awc;
            assert_eq!(row[7], Cell::Text(if alone { "outside |S| = 4".into() } else { String::new() }));
        }
        // Who is said to be better is better, and nobody else.
        let name = format!("{:?}", part.experiment.task.reward).to_uppercase();
        let said = report.findings.iter().find(|text| {
            text.starts_with(&format!("Under {name} a higher")) || text.starts_with(&format!("Under {name} nobody"))
        });
        let said = said.unwrap();
        for (row, policy) in table.rows.iter().zip(&result.policies).skip(1) {
            let higher = number(&row[3]) > number(&table.rows[0][3]);
            assert_eq!(said.contains(&format!("{} (", policy.label)), higher, "{}: {said}", policy.label);
        }
    }
    println!("{}\n{:#?}\n{:#?}", report.csv(), report.findings, report.notes);
}

#[test]
fn the_papers_experiment_says_what_its_results_are() {
    check_paper(World::ChatPrices);
}

#[test]
fn so_it_does_on_the_measured_models() {
    check_paper(World::SciQ);
}

#[test]
fn the_cascade_costs_what_it_must() {
    let (parts, results, report) = play(Study::Cascade, &Material::default());
    // Independent failures have a closed form: c₁ + (1 − μ₁)(c₂ + (1 − μ₂) c₃).
    let Environment::Synthetic(world) = &parts[1].experiment.environment else { panic!("not synthetic") };
    let of = |name: &str| world.models.iter().find(|model| model.name == name).unwrap();
    let [a, b, c] = [of("ForeFrontAI"), of("GPT-3.5"), of("GPT-4")];
    let cost = a.cost + (1.0 - a.reward) * (b.cost + (1.0 - b.reward) * c.cost);
    let reward = 1.0 - (1.0 - a.reward) * (1.0 - b.reward) * (1.0 - c.reward);
    let (low, high) = interval(&report.tables[1].rows[0][5]);
    let saved = 100.0 * (1.0 - cost / c.cost);
    assert!(low - 0.5 < saved && saved < high + 0.5, "{saved} not in {low} to {high}");
    assert!((number(&report.tables[1].rows[0][1]) - reward).abs() < 0.005);
    assert!((number(&report.tables[1].rows[0][3]) - (a.cost + b.cost + c.cost)).abs() < 1e-9);
    // GPT-4 alone costs its price.
    assert!((results[1].policies[1].finals.cost.mean.unwrap() - c.cost).abs() < 1e-12);
    println!("{}\n{:#?}", report.csv(), report.findings);
}

#[test]
fn diversity_counts_the_best_of_every_set() {
    let (_, _, report) = play(Study::Diversity, &Material::default());
    let rows = &report.tables[0].rows;
    assert_eq!(rows.len(), 10);
    let wins: f64 = rows.iter().map(|row| number(&row[1])).sum();
    assert!(wins >= 50.0, "every set has a best model");
    for row in rows {
        let (low, high) = interval(&row[2]);
        assert!(number(&row[3]) <= low && low <= number(&row[2]) && number(&row[2]) <= high && high <= number(&row[4]));
    }
    let everywhere = rows.iter().any(|row| number(&row[1]) == 50.0);
    assert_eq!(report.findings[0].starts_with("No model wins everywhere"), !everywhere);
    println!("{}\n{:#?}", report.csv(), report.findings);
}

fn own(reward: &str) -> Material {
    let text = format!(
        r#"{{"version": 1, "environment": {{"kind": "preset", "id": "sciq"}}, "task": {{"reward": "{reward}", "max_models": 3, "budget": 0.004}},
            "policies": [{{"kind": "random"}}], "run": {{"rounds": 300, "replicates": 12, "seed": 5}}}}"#
    );
    Material { experiment: Some(Experiment::from_json(&text).unwrap()), data: None, sets: None }
}

#[test]
fn solvers_play_the_persons_experiment_and_sizes() {
    let (parts, results, report) = play(Study::Solvers, &own("awc"));
    assert_eq!((parts.len(), parts[0].experiment.run.replicates), (4, 10));
    for (table, result) in report.tables.iter().zip(&results) {
        for row in table.rows.iter().filter(|row| matches!(row[1], Cell::Number { .. })) {
            assert!(number(&row[6]) > 0.0, "every policy is timed");
        }
        assert_eq!(result.policies.last().unwrap().finals.regret.mean, Some(0.0), "the oracle");
        // Greedy reaches at least 1 − 1/e of what exact does; both are relaxations of what Direct solves.
        let value =
            |name: &str| table.rows.iter().find(|row| row[0] == Cell::Text(name.into())).map(|row| number(&row[5]));
        let (greedy, direct) = (value("Greedy relaxation").unwrap(), value("Direct").unwrap());
        if let Some(exact) = table
            .rows
            .iter()
            .find(|row| row[0] == Cell::Text("Exact relaxation".into()))
            .filter(|row| row[1] != Cell::Text(String::new()) && matches!(row[5], Cell::Number { .. }))
        {
            let exact = number(&exact[5]);
            assert!(
                exact >= greedy - 1e-9 && exact >= direct - 1e-9 && greedy >= 0.632 * exact,
                "{exact} {greedy} {direct}"
            );
        }
    }
    // Fifty models are too many for the exact relaxation, in words.
    assert!(matches!(&report.tables[3].rows[0][1], Cell::Text(text) if text.starts_with("not possible: 2369936 sets")));
    println!("{}\n{:#?}", report.csv(), report.findings);
    let (parts, _, report) = play(Study::Solvers, &own("suc"));
    assert_eq!(parts[0].experiment.policies.len(), 3);
    assert!(parts[0].experiment.policies.iter().any(|policy| matches!(policy.kind, PolicyKind::C2mabVDirect(_))));
    assert_eq!(report.tables[0].rows[0][0], Cell::Text("Relaxation (linear program)".into()));
}

#[test]
fn a_table_is_a_spreadsheets() {
    let cell = |value, interval| Cell::Number { value, interval };
    let table = Table {
        title: "=T".into(),
        head: vec!["Policy".into(), "A, $".into(), "B".into()],
        rows: vec![
            vec![Cell::Text("=x".into()), cell(0.1, Some((0.0, 0.2))), Cell::Infinite],
            vec![Cell::Text("y".into()), cell(1.5, None), cell(2.0, None)],
        ],
    };
    assert_eq!(table.csv(), "Policy,\"A, $\",\"A, $ from\",\"A, $ to\",B\n'=x,0.1,0,0.2,inf\ny,1.5,,,2\n");
}

#[test]
fn the_bootstrap_is_the_plain_one() {
    // The mean of ten numbers: the interval is near that of the normal approximation.
    let values: Vec<f64> = (0..40).map(|i| f64::from((i * 7) % 40)).collect();
    let mean = |drawn: &[usize]| Some(drawn.iter().map(|place| values[*place]).sum::<f64>() / drawn.len() as f64);
    let (low, high) = bootstrap(values.len(), 3, mean).unwrap();
    let spread = (values.iter().map(|v| (v - 19.5) * (v - 19.5)).sum::<f64>() / 40.0 / 40.0).sqrt();
    assert!((low - (19.5 - 1.96 * spread)).abs() < 0.6 && (high - (19.5 + 1.96 * spread)).abs() < 0.6, "{low} {high}");
    assert_eq!(bootstrap(1, 3, |_| Some(1.0)), None);
    assert_eq!(bootstrap(5, 3, |drawn| (drawn[0] != 2).then_some(1.0)), None);
}
