//! Ridge regression that takes in one observation after another: the inverse of `A = I + Σ w x xᵀ` kept by the formula of
//! Sherman and Morrison.

use serde::{Deserialize, Serialize};

/// `A⁻¹` of `d` dimensions, `A` the identity before anything was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inverse {
    /// Row-major, symmetric.
    cells: Vec<f64>,
    /// `A⁻¹ x` of the last `x`.
    product: Vec<f64>,
}

impl Inverse {
    /// The identity of so many dimensions.
    pub fn new(dimensions: usize) -> Self {
        let mut cells = vec![0.0; dimensions * dimensions];
        cells.iter_mut().step_by(dimensions + 1).for_each(|cell| *cell = 1.0);
        Inverse { cells, product: vec![0.0; dimensions] }
    }

    /// `d × d` numbers, row by row.
    pub fn cells(&self) -> &[f64] {
        &self.cells
    }

    /// `A⁻¹ x`; of an `x` with other than `d` numbers what they have in common.
    #[inline]
    pub fn times(&mut self, x: &[f64]) -> &[f64] {
        let dimensions = self.product.len().max(1);
        for (product, row) in self.product.iter_mut().zip(self.cells.chunks_exact(dimensions)) {
            *product = dot(row, x);
        }
        &self.product
    }

    /// `xᵀ A⁻¹ x` ≥ 0.
    #[inline]
    pub fn form(&mut self, x: &[f64]) -> f64 {
        let form = dot(self.times(x), x);
        // Below 0 by rounding at most.
        if form > 0.0 { form } else { 0.0 }
    }

    /// `A ← A + w x xᵀ` with `w` > 0; what is returned is the new `A⁻¹ x`.
    #[inline]
    pub fn add(&mut self, x: &[f64], weight: f64) -> &[f64] {
        let grown = 1.0 + weight * self.form(x);
        let dimensions = self.product.len().max(1);
        for (row, of_row) in self.cells.chunks_exact_mut(dimensions).zip(&self.product) {
            let factor = weight * of_row / grown;
            for (cell, of_column) in row.iter_mut().zip(&self.product) {
                *cell -= factor * of_column;
            }
        }
        self.product.iter_mut().for_each(|product| *product /= grown);
        &self.product
    }
}

/// The inner product, four sums side by side.
#[inline]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((fours_a, rest_a), (fours_b, rest_b)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let mut sums = [0.0; 4];
    for (a, b) in fours_a.iter().zip(fours_b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    let rest: f64 = rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{hash, unit};

    const D: usize = 33;

    /// Of length 1 but for an intercept, as policies see queries.
    fn query(t: u64) -> Vec<f64> {
        let mut x: Vec<f64> = (0..D as u64 - 1).map(|place| unit(hash(t, place)) - 0.5).collect();
        let length = dot(&x, &x).sqrt();
        x.iter_mut().for_each(|x| *x /= length);
        x.push(1.0);
        x
    }

    /// Gauss and Jordan, with pivots.
    fn inverted(mut a: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
        let n = a.len();
        for (place, row) in a.iter_mut().enumerate() {
            row.extend((0..n).map(|column| f64::from(u8::from(column == place))));
        }
        for column in 0..n {
            let pivot = (column..n).max_by(|x, y| a[*x][column].abs().total_cmp(&a[*y][column].abs())).unwrap();
            a.swap(column, pivot);
            let head = a[column][column];
            a[column].iter_mut().for_each(|cell| *cell /= head);
            let of_pivot = a[column].clone();
            for (_, row) in a.iter_mut().enumerate().filter(|(place, _)| *place != column) {
                let factor = row[column];
                row.iter_mut().zip(&of_pivot).for_each(|(cell, of_pivot)| *cell -= factor * of_pivot);
            }
        }
        a.into_iter().map(|row| row[n..].to_vec()).collect()
    }

    #[test]
    fn the_inverse_is_that_of_the_whole_matrix() {
        let mut kept = Inverse::new(D);
        let mut a: Vec<Vec<f64>> = (0..D).map(|i| (0..D).map(|j| f64::from(u8::from(i == j))).collect()).collect();
        for t in 0..20_000u64 {
            let x = query(t % 700);
            let weight = if t % 3 == 0 { 0.25 } else { 1.0 };
            for (i, row) in a.iter_mut().enumerate() {
                row.iter_mut().zip(&x).for_each(|(cell, x_j)| *cell += weight * x[i] * x_j);
            }
            let new = kept.add(&x, weight).to_vec();
            if [0, 1, 50, 3_000, 19_999].contains(&t) {
                let direct = inverted(a.clone());
                for (i, row) in direct.iter().enumerate() {
                    for (j, cell) in row.iter().enumerate() {
                        assert!((cell - kept.cells()[i * D + j]).abs() < 1e-10, "{t} {i} {j}");
                    }
                    assert!((dot(row, &x) - new[i]).abs() < 1e-10, "{t} {i}");
                }
                let form: f64 = direct.iter().zip(&x).map(|(row, x_i)| x_i * dot(row, &x)).sum();
                assert!((kept.form(&x) - form).abs() < 1e-10, "{t}");
            }
        }
    }

    #[test]
    fn sizes_that_do_not_fit_harm_nothing() {
        let mut none = Inverse::new(0);
        assert_eq!((none.form(&[1.0]), none.add(&[1.0], 1.0).len()), (0.0, 0));
        assert_eq!(Inverse::new(2).form(&[1.0]), 1.0);
        assert_eq!(dot(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0, 1.0, 1.0, 1.0, 2.0, 9.0]), 20.0);
    }
}
