//! Minimising a smooth convex function with limited-memory BFGS (Nocedal and Wright, Numerical Optimization, algorithms
//! 7.4 and 7.5), as ask and tell: several minimisations can share one pass over the data.

use std::collections::VecDeque;

/// Pairs of steps and changes of the gradient that are remembered, `m`.
const PAIRS: usize = 6;
/// Share of the expected decrease that a step has to bring (Armijo's condition), `c₁`.
const DECREASE: f64 = 1e-4;
/// Times a step is halved before the minimisation ends: what is left then is rounding.
const HALVINGS: u32 = 25;

/// One minimisation.
pub(super) struct Lbfgs {
    /// The best point so far; its last coordinate is the one without a penalty.
    pub(super) point: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    direction: Vec<f64>,
    /// Derivative along the direction.
    slope: f64,
    /// How far along the direction the next trial is.
    step: f64,
    halvings: u32,
    pairs: VecDeque<Pair>,
    /// Whether the value at `point` is known.
    begun: bool,
    stuck: bool,
}

/// A step `s`, the change of the gradient `y`, and s·y > 0. In single precision, for they are most of what a minimisation
/// holds and only say which way to go.
#[derive(Default)]
struct Pair {
    s: Vec<f32>,
    y: Vec<f32>,
    curvature: f64,
}

fn dot<A: Into<f64> + Copy, B: Into<f64> + Copy>(a: &[A], b: &[B]) -> f64 {
    // Four sums, in an order that no compiler may change: one would wait for each addition.
    let mut sums = [0.0; 4];
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let product = |(a, b): (&A, &B)| (*a).into() * (*b).into();
    let rest: f64 = a4.remainder().iter().zip(b4.remainder()).map(product).sum();
    for (a, b) in a4.zip(b4) {
        for (sum, both) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += product(both);
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

impl Lbfgs {
    /// Begins at a point.
    pub(super) fn new(point: Vec<f64>) -> Self {
        let zeros = vec![0.0; point.len()];
        Lbfgs {
            gradient: zeros.clone(),
            direction: zeros,
            point,
            value: f64::INFINITY,
            slope: 0.0,
            step: 0.0,
            halvings: 0,
            pairs: VecDeque::new(),
            begun: false,
            stuck: false,
        }
    }

    /// A coordinate of the point whose value and gradient are wanted next.
    #[inline(always)]
    pub(super) fn trial(&self, coordinate: usize) -> f64 {
        self.point[coordinate] + self.step * self.direction[coordinate]
    }

    /// Length of the gradient at the best point; 0 before any is known.
    pub(super) fn steepness(&self) -> f64 {
        dot(&self.gradient, &self.gradient).sqrt()
    }

    /// Whether no further step helps.
    pub(super) fn is_stuck(&self) -> bool {
        self.stuck
    }

    /// Takes value and gradient at the trial; whether the point moved there.
    pub(super) fn tell(&mut self, value: f64, gradient: &[f64]) -> bool {
        let enough = value <= self.value + DECREASE * self.step * self.slope;
        if self.begun && !enough {
            self.halvings += 1;
            self.step *= 0.5;
            self.stuck |= self.halvings > HALVINGS;
            return false;
        }
        if self.begun {
            self.remember(gradient);
            for (point, direction) in self.point.iter_mut().zip(&self.direction) {
                *point += self.step * direction;
            }
        }
        self.begun = true;
        self.value = value;
        self.gradient.copy_from_slice(gradient);
        self.aim();
        true
    }

    /// Changes the penalty λ/2·‖w‖² of the function by `change` of λ: value, gradient and what is remembered follow
    /// exactly, for the function's other part stays.
    pub(super) fn change_penalty(&mut self, change: f64) {
        let Some(weights) = self.point.len().checked_sub(1).filter(|_| self.begun) else { return };
        self.value += 0.5 * change * dot(&self.point[..weights], &self.point[..weights]);
        for (gradient, point) in self.gradient[..weights].iter_mut().zip(&self.point) {
            *gradient += change * point;
        }
        self.pairs.retain_mut(|pair| {
            for (y, s) in pair.y[..weights].iter_mut().zip(&pair.s) {
                *y += (change * f64::from(*s)) as f32;
            }
            pair.curvature = dot(&pair.s, &pair.y);
            bends(pair.curvature, dot(&pair.y, &pair.y))
        });
        self.stuck = false;
        self.aim();
    }

    /// Takes in the step that is made and what it changes, in place of the oldest pair where there are as many as may be.
    fn remember(&mut self, gradient: &[f64]) {
        let step = self.step;
        let s = self.direction.iter().map(|direction| (step * direction) as f32);
        let y = gradient.iter().zip(&self.gradient).map(|(new, old)| (new - old) as f32);
        let (mut curvature, mut square) = (0.0, 0.0);
        for (s, y) in s.clone().zip(y.clone()) {
            curvature += f64::from(s) * f64::from(y);
            square += f64::from(y) * f64::from(y);
        }
        if bends(curvature, square) {
            let oldest = if self.pairs.len() == PAIRS { self.pairs.pop_front() } else { None };
            let mut pair = oldest.unwrap_or_default();
            pair.s.clear();
            pair.s.extend(s);
            pair.y.clear();
            pair.y.extend(y);
            pair.curvature = curvature;
            self.pairs.push_back(pair);
        }
    }

    /// The next direction, −H·gradient (algorithm 7.4), and the first step along it.
    fn aim(&mut self) {
        for (direction, gradient) in self.direction.iter_mut().zip(&self.gradient) {
            *direction = -gradient;
        }
        let mut shares = [0.0; PAIRS];
        for (pair, share) in self.pairs.iter().zip(&mut shares).rev() {
            *share = dot(&pair.s, &self.direction) / pair.curvature;
            add(&mut self.direction, -*share, &pair.y);
        }
        if let Some(last) = self.pairs.back() {
            let scale = last.curvature / dot(&last.y, &last.y);
            self.direction.iter_mut().for_each(|direction| *direction *= scale);
        }
        for (pair, share) in self.pairs.iter().zip(&shares) {
            let back = dot(&pair.y, &self.direction) / pair.curvature;
            add(&mut self.direction, share - back, &pair.s);
        }
        self.slope = dot(&self.direction, &self.gradient);
        self.halvings = 0;
        // Without a pair nothing is known of the function's bends.
        self.step = match self.pairs.is_empty() {
            true => 1.0 / self.steepness().max(1.0),
            false => 1.0,
        };
        self.stuck |= self.slope >= 0.0 || !self.slope.is_finite();
    }
}

/// Whether a pair says how the function bends: one that is flat to the last digit would divide by nothing.
fn bends(curvature: f64, square: f64) -> bool {
    curvature > 1e-12 * square
}

fn add(to: &mut [f64], factor: f64, what: &[f32]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * f64::from(*what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Σ cⱼ (xⱼ − j)²/2 with curvatures from 1 to 1,000.
    fn bowl(x: &[f64]) -> (f64, Vec<f64>) {
        let part = |(j, x): (usize, &f64)| {
            let (c, off) = (libm::pow(1000.0, j as f64 / 19.0), x - j as f64);
            (0.5 * c * off * off, c * off)
        };
        let parts: Vec<(f64, f64)> = x.iter().enumerate().map(part).collect();
        (parts.iter().map(|part| part.0).sum(), parts.iter().map(|part| part.1).collect())
    }

    fn minimise(solver: &mut Lbfgs, function: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> u32 {
        for round in 0..500 {
            let trial: Vec<f64> = (0..solver.point.len()).map(|j| solver.trial(j)).collect();
            let (value, gradient) = function(&trial);
            solver.tell(value, &gradient);
            if solver.steepness() < 1e-8 || solver.is_stuck() {
                return round;
            }
        }
        500
    }

    #[test]
    fn the_bottom_is_found() {
        let mut solver = Lbfgs::new(vec![0.0; 20]);
        let rounds = minimise(&mut solver, bowl);
        assert!(rounds < 400, "{rounds}");
        assert!(solver.point.iter().enumerate().all(|(j, x)| (x - j as f64).abs() < 1e-7), "{:?}", solver.point);
    }

    #[test]
    fn a_changed_penalty_is_followed() {
        let penalised = |lambda: f64| {
            move |x: &[f64]| {
                let (mut value, mut gradient) = bowl(x);
                for j in 0..19 {
                    value += 0.5 * lambda * x[j] * x[j];
                    gradient[j] += lambda * x[j];
                }
                (value, gradient)
            }
        };
        let mut solver = Lbfgs::new(vec![0.0; 20]);
        minimise(&mut solver, penalised(50.0));
        solver.change_penalty(2.0 - 50.0);
        let (value, gradient) = penalised(2.0)(&solver.point);
        assert!((solver.value - value).abs() < 1e-8 * value);
        assert!(solver.gradient.iter().zip(&gradient).all(|(a, b)| (a - b).abs() < 1e-6));
        minimise(&mut solver, penalised(2.0));
        for (j, x) in solver.point.iter().enumerate() {
            let c = libm::pow(1000.0, j as f64 / 19.0);
            let best = if j == 19 { 19.0 } else { c * j as f64 / (c + 2.0) };
            assert!((x - best).abs() < 1e-7, "{j} {x} {best}");
        }
    }

    #[test]
    fn nothing_to_do_ends_at_once() {
        let mut solver = Lbfgs::new((0..20).map(f64::from).collect());
        assert_eq!(minimise(&mut solver, bowl), 0);
        let mut broken = Lbfgs::new(vec![1.0; 3]);
        assert!(minimise(&mut broken, |_| (f64::NAN, vec![f64::NAN; 3])) < 60, "NaN ends");
    }
}
