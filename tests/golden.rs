//! The same experiment gives the same bits, whatever the number of threads. `tests/wasm.rs` checks the same digests in a
//! browser's page, `tests/end_to_end` in the workers of the built site and in node.
#![cfg(not(target_arch = "wasm32"))]

mod golden_experiments;

use golden_experiments::{GOLDEN, file, plan};
use llm_selection::data::{ImportOptions, InputFile, Labels, import};
use llm_selection::experiment::Experiment;
use llm_selection::plan::Plan;
use llm_selection::run::{run, run_in_threads};
use std::sync::Arc;

#[test]
fn digests_are_the_golden_ones() {
    let mut wrong = Vec::new();
    for (name, text, digest) in GOLDEN {
        let found = run(plan(text)).digest;
        if found != digest {
            wrong.push(format!("{name}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Labels made by hand from the file's columns.
#[test]
fn a_filtered_experiment_has_its_golden_digest() {
    let text = file("gaps.csv");
    let mut ids: Vec<&str> = Vec::new();
    let mut columns: [Labels; 2] = Default::default();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if !ids.contains(&cells[0]) {
            ids.push(cells[0]);
            for (labels, cell) in columns.iter_mut().zip(&cells[4..]) {
                let place = labels.names.iter().position(|name| name == cell).unwrap_or(labels.names.len());
                if place == labels.names.len() && !cell.is_empty() {
                    labels.names.push((*cell).to_owned());
                }
                labels.of.push(if cell.is_empty() { Labels::NONE } else { place as u32 });
            }
        }
    }
    let experiment = Experiment::from_json(include_str!("golden_experiments/filter.json")).unwrap();
    let input = vec![InputFile::from_bytes("gaps.csv", text.as_bytes())];
    let mut data = import(input, &ImportOptions::default(), &mut |_| true).unwrap().dataset;
    let [category, split] = columns;
    (data.category, data.split) = (Some(category), Some(split));
    let plan = Plan::new(&experiment, Some(Arc::new(data))).unwrap();
    assert!(plan.warnings()[0].starts_with("The filter leaves "), "{:?}", plan.warnings());
    assert_eq!(run(plan).digest, "c822b4ec2295b213f3ed3b49f9bc8737289a214ba5ab75a2b3781f501965c690");
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    for (name, text, _) in GOLDEN {
        let expected = run(plan(text));
        for threads in [1, 2, 7] {
            let found = run_in_threads(plan(text), threads, |_| ()).unwrap();
            assert!(found == expected, "{name}, {threads} threads: {} is not {}", found.digest, expected.digest);
        }
    }
}
