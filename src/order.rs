//! Sorting, compiled once for all lists: each list that is sorted by code of its own adds 4 to 13 KB of WebAssembly.

use std::cmp::Ordering;

/// Lists up to this length are sorted by insertion.
const SHORT: usize = 20;

/// Sorts a list; equal items keep their order. For lists that are not sorted every round.
pub fn sort_by<T>(list: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let order = places(list.len(), &|a, b| match (list.get(a), list.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    let mut items: Vec<Option<T>> = list.drain(..).map(Some).collect();
    list.extend(order.into_iter().filter_map(|place| items.get_mut(place)?.take()));
}

/// The places of a list of this length in their new order.
fn places(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    sort_long(&mut order, compare);
    order
}

/// Sorts places of a list; equal ones keep their order. Short lists, which rounds sort, do not pay for what long ones share.
#[inline]
pub fn sort_places(order: &mut [usize], compare: impl Fn(usize, usize) -> Ordering) {
    if order.len() > SHORT {
        return sort_long(order, &compare);
    }
    for end in 1..order.len() {
        let mut place = end;
        while place > 0 && compare(order[place - 1], order[place]) == Ordering::Greater {
            order.swap(place - 1, place);
            place -= 1;
        }
    }
}

#[inline(never)]
fn sort_long(order: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    order.sort_by(|a, b| compare(*a, *b));
}

/// The `n`th largest number of a list, from 1, with the larger ones before it and the smaller ones behind it.
///
/// # Panics
/// Where `n` is 0, or beyond the list.
#[inline(never)]
pub fn nth_largest(list: &mut [f64], n: usize) -> f64 {
    *list.select_nth_unstable_by(n - 1, |a, b| b.total_cmp(a)).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_standard_library_sorts(list in prop::collection::vec((0..5u8, any::<String>()), 0..60)) {
            let mut sorted = list.clone();
            sort_by(&mut sorted, |a, b| b.0.cmp(&a.0));
            let mut expected = list;
            expected.sort_by_key(|b| std::cmp::Reverse(b.0));
            prop_assert_eq!(sorted, expected);
        }

        #[test]
        fn places_sort_as_in_the_standard_library(keys in prop::collection::vec(0..9u8, 0..60)) {
            let mut order: Vec<usize> = (0..keys.len()).collect();
            sort_places(&mut order, |a, b| keys[a].cmp(&keys[b]));
            let mut expected: Vec<usize> = (0..keys.len()).collect();
            expected.sort_by_key(|place| keys[*place]);
            prop_assert_eq!(order, expected);
        }

        #[test]
        fn the_nth_largest_stands_in_the_sorted_list(list in prop::collection::vec(-9.0..9.0f64, 1..60), n in 0..60usize) {
            let n = n % list.len() + 1;
            let mut sorted = list.clone();
            sorted.sort_by(|a, b| b.total_cmp(a));
            prop_assert_eq!(nth_largest(&mut list.clone(), n), sorted[n - 1]);
        }
    }
}
