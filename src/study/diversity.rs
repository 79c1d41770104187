//! Generation diversity: each model's accuracy on random question sets. Does one model win everywhere?

use super::SEED;
use super::report::{Cell, Report, Table};
use crate::data::{Dataset, presets};
use crate::error::{Error, ErrorKind, Result};
use crate::order::sort_by;
use crate::random::{hash, permuted};
use serde::{Deserialize, Serialize};

/// Question sets.
const SETS: usize = 50;
/// Questions in a set, where there are twice as many.
const QUESTIONS: usize = 200;

/// What the study needs of a data set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QuestionSets {
    /// The models' names.
    models: Vec<String>,
    /// By random set, each model's accuracy on it; none where no query has a result of every model.
    sets: Vec<Vec<f64>>,
    /// Questions in a set.
    size: usize,
    /// Questions that sets are drawn from.
    questions: usize,
}

impl QuestionSets {
    /// Draws the sets, and measures each model on each.
    #[must_use]
    pub fn of(data: &Dataset) -> QuestionSets {
        let rows = complete(data);
        let size = QUESTIONS.min((rows.len() / 2).max(1));
        let sets = if rows.is_empty() { 0 } else { SETS };
        QuestionSets {
            models: data.models.iter().map(|model| model.name.clone()).collect(),
            sets: (0..sets).map(|set| accuracies(data, &rows, set, size)).collect(),
            size,
            questions: rows.len(),
        }
    }
}

/// A study of the person's data, or of the built-in science questions.
pub(super) fn report(own: Option<&QuestionSets>) -> Result<Report> {
    let built_in;
    let (sets, source) = match own {
        Some(sets) => (sets, "Your files.".to_owned()),
        None => {
            built_in = QuestionSets::of(&presets::preset("sciq")?);
            let info = presets::presets().iter().find(|info| info.id == "sciq");
            (&built_in, info.map_or(String::new(), |info| format!("{}. {}", info.title, info.source)))
        }
    };
    if sets.sets.is_empty() || sets.models.is_empty() {
        return Err(Error::new(ErrorKind::Missing, "a query that every model has a result for"));
    }
    Ok(summarise(sets, source))
}

/// Queries that every model has a result for.
fn complete(data: &Dataset) -> Vec<usize> {
    let known = |row: &usize| data.models.iter().all(|model| model.reward.get(*row).is_some_and(|r| !r.is_nan()));
    (0..data.queries).filter(known).collect()
}

/// Each model's accuracy on the random set with this number: `size` of `rows`, without replacement.
fn accuracies(data: &Dataset, rows: &[usize], set: usize, size: usize) -> Vec<f64> {
    let key = hash(SEED ^ 0xD1CE_0000, set as u64);
    let place = |index: usize| permuted(key, index as u64, rows.len() as u64) as usize;
    let drawn: Vec<usize> = (0..size).filter_map(|index| rows.get(place(index)).copied()).collect();
    let accuracy = |reward: &[f64]| drawn.iter().filter_map(|row| reward.get(*row)).sum::<f64>() / size as f64;
    data.models.iter().map(|model| accuracy(&model.reward)).collect()
}

fn summarise(QuestionSets { models, sets, size, questions }: &QuestionSets, source: String) -> Report {
    // Sums of a few hundred cells: what differs by less is equal.
    let equal = |a: f64, b: f64| (a - b).abs() < 1e-9;
    let bests: Vec<f64> = sets.iter().map(|set| set.iter().copied().fold(f64::NEG_INFINITY, f64::max)).collect();
    let mut wins: Vec<(usize, &str)> = Vec::new();
    let rows = models.iter().enumerate().map(|(k, model)| {
        let mut values: Vec<f64> = sets.iter().filter_map(|set| set.get(k).copied()).collect();
        let won = values.iter().zip(&bests).filter(|(value, best)| equal(**value, **best)).count();
        wins.push((won, model));
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values.get((share * (values.len() - 1) as f64 + 0.5) as usize).copied();
        vec![
            Cell::text(model),
            Cell::number(won as f64),
            Cell::between(mean, at(0.025).zip(at(0.975))),
            at(0.0).map_or(Cell::text(""), Cell::number),
            at(1.0).map_or(Cell::text(""), Cell::number),
        ]
    });
    let rows = rows.collect();
    let table = Table {
        title: format!("Accuracy on {} random sets of {size} questions", sets.len()),
        head: ["Model", "Best on so many sets", "Mean accuracy (middle 95 % of the sets)", "Lowest", "Highest"]
            .map(str::to_owned)
            .to_vec(),
        rows,
    };
    sort_by(&mut wins, |a, b| b.0.cmp(&a.0));
    let winners = wins.iter().filter(|(won, _)| *won > 0).count();
    let all = sets.len();
    let finding = match wins.first() {
        Some((won, name)) if *won == all && winners == 1 => {
            format!("{name} is the best on every one of the {all} sets: one model wins everywhere here.")
        }
        Some((won, name)) if *won == all => {
            format!("{name} is among the best on every one of the {all} sets, though not always alone.")
        }
        Some((won, name)) => format!(
            "No model wins everywhere: {name} is the best on {won} of {all} sets, and {winners} models are the best on at \
             least one."
        ),
        None => String::new(),
    };
    Report {
        tables: vec![table],
        findings: vec![finding],
        notes: vec![
            source,
            format!(
                "Each set is drawn without replacement from {questions} questions; sets overlap. Models that are equally \
                 good on a set all count as its best, so the column may add up to more than {all}."
            ),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ModelResults;

    fn data(columns: &[Vec<f64>]) -> Dataset {
        let model = |(k, reward): (usize, &Vec<f64>)| ModelResults {
            name: format!("m{k}"),
            reward: reward.clone(),
            cost: None,
            latency_ms: None,
        };
        Dataset {
            models: columns.iter().enumerate().map(model).collect(),
            queries: columns[0].len(),
            ..Dataset::default()
        }
    }

    #[test]
    fn a_set_holds_no_question_twice() {
        // A column that is a power of two a row tells which rows were drawn.
        let columns = vec![(0..40).map(|row| (1u64 << row) as f64).collect::<Vec<f64>>()];
        let data = data(&columns);
        let rows = complete(&data);
        for set in 0..20 {
            let sum = (accuracies(&data, &rows, set, 20)[0] * 20.0) as u64;
            assert_eq!(sum.count_ones(), 20);
        }
    }

    #[test]
    fn a_model_that_is_always_right_wins_everywhere_and_rows_with_gaps_are_left_out() {
        let better: Vec<f64> = (0..1000).map(|row| if row == 7 { f64::NAN } else { 1.0 }).collect();
        let report = report(Some(&QuestionSets::of(&data(&[better, vec![0.0; 1000]])))).unwrap();
        assert!(report.findings[0].contains("one model wins everywhere"), "{:?}", report.findings);
        assert!(report.notes[1].contains("from 999 questions"));
        assert_eq!(report.tables[0].rows[0][1], Cell::number(50.0));
        assert!(super::report(Some(&QuestionSets::of(&data(&[vec![f64::NAN; 5]])))).is_err());
    }
}
