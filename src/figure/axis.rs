//! Axes: from values to pixels and back, and where the ticks stand.

use super::number::exponent;

/// Values beyond this are drawn at it: the difference of two of them is still finite.
const LARGEST: f64 = 1e300;
/// No coordinate is farther out than this.
const FARTHEST: f64 = 1e5;

/// How values are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// By their logarithm; only values above 0 have a place.
    Log,
}

/// One axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    /// How values are spaced.
    pub scale: Scale,
    /// Value at `start`.
    pub lo: f64,
    /// Value at `end`, above `lo`.
    pub hi: f64,
    /// Pixel of `lo`.
    pub start: f64,
    /// Pixel of `hi`.
    pub end: f64,
    offset: f64,
    factor: f64,
}

impl Axis {
    /// An axis from `lo` at pixel `start` to `hi` at pixel `end`. A range that is empty, not finite, or not above 0 on a
    /// logarithmic axis is replaced by one near it that can be drawn.
    #[must_use]
    pub fn new(scale: Scale, lo: f64, hi: f64, start: f64, end: f64) -> Axis {
        let clean = |v: f64| if v.is_finite() { v.clamp(-LARGEST, LARGEST) } else { 0.0 };
        let (mut lo, mut hi) = (clean(lo), clean(hi));
        if lo > hi {
            std::mem::swap(&mut lo, &mut hi);
        }
        if scale == Scale::Log {
            hi = if hi > 1e-290 { hi } else { 1.0 };
            lo = if lo > 1e-300 { lo } else { hi * 1e-3 };
        }
        if hi - lo <= (lo.abs().max(hi.abs()) * 1e-9).max(1e-280) && (scale == Scale::Linear || lo * 1.000_001 > hi) {
            let pad = (lo.abs() * 0.05).max(if lo.abs() < 1e-200 { 1.0 } else { 0.0 });
            hi = (hi + pad).min(LARGEST);
            lo = if scale == Scale::Log { lo / 1.1 } else { (lo - pad).max(-LARGEST) };
        }
        let place = |v| if scale == Scale::Log { libm::log10(v) } else { v };
        let factor = (end - start) / (place(hi) - place(lo));
        Axis { scale, lo, hi, start, end, offset: place(lo), factor }
    }

    /// Pixel of a value; finite for every value. Values that have no place on the axis lie far beyond `start`.
    #[must_use]
    pub fn at(&self, value: f64) -> f64 {
        let place = match self.scale {
            Scale::Linear => value.clamp(-LARGEST, LARGEST),
            Scale::Log if value > 0.0 => libm::log10(value.min(LARGEST)),
            Scale::Log => -400.0,
        };
        let pixel = self.start + (place - self.offset) * self.factor;
        if pixel.is_nan() { self.start } else { pixel.clamp(-FARTHEST, FARTHEST) }
    }

    /// Value at a pixel, within the axis.
    #[must_use]
    pub fn value(&self, pixel: f64) -> f64 {
        let place = self.offset + (pixel - self.start) / self.factor;
        let value = if self.scale == Scale::Log { libm::pow(10.0, place) } else { place };
        if value.is_nan() { self.lo } else { value.clamp(self.lo, self.hi) }
    }

    /// Ticks at 1, 2, 5 × 10ⁿ, about `wanted` of them, ascending, within the axis.
    #[must_use]
    pub fn ticks(&self, wanted: usize) -> Vec<f64> {
        match self.scale {
            Scale::Linear => self.linear_ticks(wanted),
            Scale::Log => self.log_ticks(wanted),
        }
    }

    fn linear_ticks(&self, wanted: usize) -> Vec<f64> {
        let step = nice_step(self.lo, self.hi, wanted);
        let slack = step * 1e-6;
        let first = libm::ceil((self.lo - slack) / step);
        let mut ticks: Vec<f64> = Vec::new();
        for i in 0..40 {
            let tick = (first + f64::from(i)) * step;
            if tick > self.hi + slack {
                break;
            }
            // At the far end of what a double can tell apart, two steps may be one number.
            if ticks.last().is_none_or(|last| tick > *last) {
                ticks.push(tick + 0.0);
            }
        }
        ticks
    }

    fn log_ticks(&self, wanted: usize) -> Vec<f64> {
        let (from, to) = (libm::log10(self.lo), libm::log10(self.hi));
        let first = libm::ceil(from - 1e-9) as i32;
        let last = libm::floor(to + 1e-9) as i32;
        let decades = usize::try_from(last - first + 1).unwrap_or(0);
        let power = |e: i32| libm::pow(10.0, f64::from(e));
        if decades < 3 {
            let all: Vec<f64> = (first - 1..=last).flat_map(|e| [1.0, 2.0, 5.0].map(|m| m * power(e))).collect();
            let inside = |v: &f64| *v >= self.lo * (1.0 - 1e-9) && *v <= self.hi * (1.0 + 1e-9);
            let mut ticks: Vec<f64> = all.into_iter().filter(inside).collect();
            if ticks.len() > wanted.max(2) + 1 && decades >= 2 {
                ticks.retain(|v| (v / power(exponent(*v * (1.0 + 1e-9))) - 1.0).abs() < 1e-6);
            }
            return if ticks.len() < 2 { self.linear_ticks(wanted) } else { ticks };
        }
        let stride = decades.div_ceil(wanted.max(2) + 2).max(1);
        (first..=last).step_by(stride).map(power).collect()
    }
}

/// The step of 1, 2 or 5 × 10ⁿ that gives about `wanted` steps between `lo` and `hi`; above 0.
#[must_use]
pub fn nice_step(lo: f64, hi: f64, wanted: usize) -> f64 {
    let raw = (hi - lo) / wanted.clamp(1, 20) as f64;
    if !(raw > 1e-290 && raw <= LARGEST * 2.0) {
        return 1.0;
    }
    let base = libm::pow(10.0, f64::from(exponent(raw)));
    let multiple = [1.0, 2.0, 5.0].into_iter().find(|m| raw <= m * base * (1.0 + 1e-9)).unwrap_or(10.0);
    multiple * base
}

/// `lo` and `hi` moved outward to half steps, so that an axis does not move with every new value.
#[must_use]
pub fn settle(lo: f64, hi: f64, wanted: usize) -> (f64, f64) {
    let half = nice_step(lo, hi, wanted) / 2.0;
    (libm::floor(lo / half + 1e-9) * half, libm::ceil(hi / half - 1e-9) * half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_number() -> impl Strategy<Value = f64> {
        prop_oneof![any::<f64>(), -1e4..1e4, Just(0.0), Just(f64::NAN), Just(f64::INFINITY), Just(f64::MAX)]
    }

    proptest! {
        #[test]
        fn ticks_ascend_inside_the_axis(lo in any_number(), hi in any_number(), log: bool, wanted in 0usize..12) {
            let axis = Axis::new(if log { Scale::Log } else { Scale::Linear }, lo, hi, 40.0, 400.0);
            prop_assert!(axis.lo.is_finite() && axis.hi.is_finite() && axis.lo < axis.hi);
            let ticks = axis.ticks(wanted);
            prop_assert!(ticks.len() <= 40);
            for pair in ticks.windows(2) {
                prop_assert!(pair[0] < pair[1], "{ticks:?}");
            }
            for tick in ticks {
                let pixel = axis.at(tick);
                prop_assert!((39.9..=400.1).contains(&pixel), "{tick} at {pixel} of {axis:?}");
            }
        }

        #[test]
        fn every_value_has_a_finite_pixel(lo in any_number(), hi in any_number(), log: bool, value in any_number()) {
            let axis = Axis::new(if log { Scale::Log } else { Scale::Linear }, lo, hi, 400.0, 10.0);
            prop_assert!(axis.at(value).is_finite());
            prop_assert!(axis.value(value).is_finite());
        }

        #[test]
        fn pixel_and_value_are_inverse(lo in -1e3..1e3f64, span in 1e-3..1e3f64, at in 0.0..1.0f64) {
            let axis = Axis::new(Scale::Linear, lo, lo + span, 40.0, 400.0);
            let pixel = 40.0 + at * 360.0;
            prop_assert!((axis.at(axis.value(pixel)) - pixel).abs() < 1e-6);
        }
    }

    #[test]
    fn steps_are_round() {
        assert_eq!(Axis::new(Scale::Linear, 0.0, 10_000.0, 0.0, 1.0).ticks(5), [0.0, 2e3, 4e3, 6e3, 8e3, 1e4]);
        assert_eq!(Axis::new(Scale::Log, 10.0, 10_000.0, 0.0, 1.0).ticks(5).len(), 4);
        assert_eq!(settle(-131.0, 238.0, 5), (-150.0, 250.0));
    }
}
