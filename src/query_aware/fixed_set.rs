//! The best set of models for every query alike, found on validation.

/// Votes that are counted before the search stops being exhaustive.
const VOTES: u64 = 10_000_000;

/// A set and how it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct FixedSet {
    /// Models by their numbers, ascending.
    pub models: Vec<usize>,
    /// Whether all sets were tried; if not, models were added one by one, the best one each time.
    pub exhaustive: bool,
}

/// The set of at most `most` of `models` models with the largest `worth`; of equal ones the smaller, then the first in
/// lexicographic order. `queries` is how many votes a `worth` counts.
pub fn best_fixed_set(models: usize, most: usize, queries: usize, worth: impl Fn(&[usize]) -> f64) -> FixedSet {
    let most = most.min(models);
    let mut best: (f64, Vec<usize>) = (f64::NEG_INFINITY, Vec::new());
    let consider = |set: &[usize], best: &mut (f64, Vec<usize>)| {
        let value = worth(set);
        if value > best.0 {
            *best = (value, set.to_vec());
        }
    };
    let exhaustive = subsets(models as u64, most as u64).saturating_mul(queries as u64) <= VOTES;
    if exhaustive {
        for size in 1..=most {
            let mut set: Vec<usize> = (0..size).collect();
            loop {
                consider(&set, &mut best);
                if !next(&mut set, models) {
                    break;
                }
            }
        }
    } else {
        let mut set: Vec<usize> = Vec::new();
        while set.len() < most {
            let mut step: (f64, Vec<usize>) = (f64::NEG_INFINITY, Vec::new());
            for model in (0..models).filter(|model| !set.contains(model)) {
                let mut more = set.clone();
                more.push(model);
                more.sort_unstable();
                consider(&more, &mut step);
            }
            set = step.1.clone();
            if step.0 > best.0 {
                best = step;
            }
        }
    }
    FixedSet { models: best.1, exhaustive }
}

/// The next combination of as many of `models` in lexicographic order; false after the last.
fn next(set: &mut [usize], models: usize) -> bool {
    let size = set.len();
    let Some(place) = (0..size).rev().find(|place| set.get(*place).is_some_and(|model| *model < models - size + place))
    else {
        return false;
    };
    let first = set.get(place).copied().unwrap_or_default() + 1;
    for (model, slot) in (first..).zip(set.iter_mut().skip(place)) {
        *slot = model;
    }
    true
}

/// How many sets of 1 to `most` of `models` there are, or more than any limit.
fn subsets(models: u64, most: u64) -> u64 {
    let mut all: u64 = 0;
    let mut of_this_size: u64 = 1;
    for size in 1..=most {
        of_this_size = of_this_size.saturating_mul((models + 1).saturating_sub(size)) / size;
        all = all.saturating_add(of_this_size);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::Cell;

    proptest! {
        #[test]
        fn every_set_is_tried(models in 1..9usize, most in 1..5usize, values in prop::collection::vec(0..50u32, 256)) {
            let tried = Cell::new(0u64);
            let mask = |set: &[usize]| set.iter().map(|model| 1usize << model).sum::<usize>() % 256;
            let found = best_fixed_set(models, most, 1, |set| {
                tried.set(tried.get() + 1);
                f64::from(values[mask(set)])
            });
            let fits = |mask: &usize| (1..=most as u32).contains(&mask.count_ones()) && *mask < 1 << models;
            let all: Vec<usize> = (1..256).filter(fits).collect();
            let best = all.iter().map(|mask| values[*mask]).max().unwrap();
            prop_assert!(found.exhaustive);
            prop_assert_eq!(values[mask(&found.models)], best);
            prop_assert_eq!(tried.get(), subsets(models as u64, most as u64));
            let smallest = all.iter().filter(|mask| values[**mask] == best).map(|mask| mask.count_ones()).min();
            prop_assert_eq!(Some(found.models.len() as u32), smallest);
        }
    }

    #[test]
    fn too_many_sets_are_built_model_by_model() {
        // Worth: how many of 3, 50 and 77 are in, less a little for each model.
        let worth = |set: &[usize]| {
            set.iter().filter(|model| [3, 50, 77].contains(*model)).count() as f64 - 0.01 * set.len() as f64
        };
        let found = best_fixed_set(200, 5, 100_000, worth);
        assert_eq!((found.models, found.exhaustive), (vec![3, 50, 77], false));
    }
}
