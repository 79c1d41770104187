//! Sorting, compiled once for all lists: for each type that sorts by itself, WebAssembly grows by 4 KB. For lists that
//! are short and not sorted every round; what the rounds sort, sorts by itself.

use std::cmp::Ordering;

/// Sorts a list; equal items keep their order.
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
    order.sort_by(|a, b| compare(*a, *b));
    order
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
    }
}
