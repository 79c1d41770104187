//! Where a cursor can stand on a figure of a few points, and what is read there.

use super::text::Readout;
use crate::order::sort_by;

/// A place of the cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// Pixel from the left of the scene.
    pub x: f64,
    /// Pixel from its top, where the place is one point and no column.
    pub y: Option<f64>,
    /// What is read there.
    pub readout: Readout,
}

/// The stops from left to right; those that have no place are left out.
pub(super) fn ordered(mut stops: Vec<Stop>) -> Vec<Stop> {
    stops.retain(|stop| stop.x.is_finite() && stop.y.is_none_or(f64::is_finite));
    sort_by(&mut stops, |a, b| a.x.total_cmp(&b.x));
    stops
}

/// The stop nearest to a pixel, by its place; of two as near the first. `None` of none.
#[must_use]
pub fn nearest(stops: &[Stop], x: f64, y: f64) -> Option<usize> {
    // Where stops are points, the height tells those above each other apart.
    let distance = |stop: &Stop| libm::hypot(stop.x - x, stop.y.map_or(0.0, |at| at - y));
    let distances = stops.iter().map(distance).enumerate();
    distances.reduce(|best, next| if next.1 < best.1 { next } else { best }).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_stop_is_found() {
        let stop = |x, y| Stop { x, y, readout: Readout::default() };
        let columns = ordered(vec![stop(30.0, None), stop(10.0, None), stop(f64::NAN, None)]);
        assert_eq!(columns.iter().map(|stop| stop.x).collect::<Vec<_>>(), [10.0, 30.0]);
        assert_eq!([nearest(&columns, 12.0, 99.0), nearest(&columns, 1e9, 0.0)], [Some(0), Some(1)]);
        let points = [stop(10.0, Some(5.0)), stop(10.0, Some(80.0))];
        assert_eq!([nearest(&points, 12.0, 0.0), nearest(&points, 12.0, 70.0)], [Some(0), Some(1)]);
        assert_eq!(nearest(&[], 0.0, 0.0), None);
    }
}
