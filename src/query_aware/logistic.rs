//! The logistic loss of several models at once: one pass over the data serves them all.

use super::sparse::Sparse;

/// Models that share a pass.
pub(super) const TOGETHER: usize = 8;

/// 1/(1 + e^−x), without overflow.
pub(super) fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        return 1.0 / (1.0 + libm::exp(-x));
    }
    let e = libm::exp(x);
    e / (1.0 + e)
}

/// ln(1 + e^−x), without overflow and without losing small values.
pub(super) fn softplus_of_minus(x: f64) -> f64 {
    if x >= 0.0 { libm::log1p(libm::exp(-x)) } else { libm::log1p(libm::exp(x)) - x }
}

/// Σ s·ln(1 + e^∓z) with z = w·x + b for each of `N` models, and its gradient. `targets` has one entry a row: by model the
/// weight s of its label, positive where the model is right, negative where it is wrong, 0 where nothing is known. `weights`
/// and `gradient` have one entry a feature and at the end that of the intercept, and as many features as `data` has.
///
/// Sums run over the rows in their order, for each model as if it were alone: the bits do not depend on the company. Single
/// precision halves what has to come from memory, which is what a pass waits for; the sums of losses are in double.
pub(super) fn evaluate<const N: usize>(
    data: &Sparse,
    rows: &[usize],
    targets: &[[f64; N]],
    weights: &[[f32; N]],
    gradient: &mut [[f32; N]],
) -> [f64; N] {
    let mut losses = [0.0; N];
    gradient.fill([0.0; N]);
    let Some((intercept, _)) = weights.split_last() else { return losses };
    let mut shift = [0.0; N];
    for (row, target) in rows.iter().zip(targets) {
        let (features, values) = data.row(*row);
        let mut z = *intercept;
        for (feature, value) in features.iter().zip(values) {
            let w = &weights[*feature as usize];
            for model in 0..N {
                z[model] += value * w[model];
            }
        }
        let mut slope = [0.0; N];
        for model in 0..N {
            let target = target[model];
            if target != 0.0 {
                let z = f64::from(z[model]);
                let margin = if target > 0.0 { z } else { -z };
                let along = -target * sigmoid(-margin);
                losses[model] += target.abs() * softplus_of_minus(margin);
                shift[model] += along;
                slope[model] = along as f32;
            }
        }
        for (feature, value) in features.iter().zip(values) {
            let g = &mut gradient[*feature as usize];
            for model in 0..N {
                g[model] += value * slope[model];
            }
        }
    }
    if let Some(last) = gradient.last_mut() {
        *last = shift.map(|shift| shift as f32);
    }
    losses
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 6 rows of 4 features, some empty, from a list of numbers.
    fn matrix(cells: &[f64]) -> Sparse {
        let mut data = Sparse::new(4);
        for row in cells.chunks(4) {
            for (feature, cell) in row.iter().enumerate().filter(|(_, cell)| cell.abs() > 0.3) {
                data.indices.push(feature as u32);
                data.values.push(*cell as f32);
            }
            data.end_row();
        }
        data
    }

    proptest! {
        #[test]
        fn the_gradient_is_that_of_finite_differences(
            cells in prop::collection::vec(-1.0..1.0f64, 24),
            point in prop::collection::vec(-2.0..2.0f64, 10),
            targets in prop::collection::vec(-2.0..2.0f64, 12),
        ) {
            let data = matrix(&cells);
            let rows: Vec<usize> = vec![5, 0, 1, 3, 4, 2];
            let targets: Vec<[f64; 2]> = targets.chunks(2).map(|pair| [pair[0], if pair[1] > 1.0 { 0.0 } else { pair[1] }]).collect();
            let weights: Vec<[f32; 2]> = point.chunks(2).map(|pair| [pair[0] as f32, pair[1] as f32]).collect();
            let mut gradient = vec![[0.0; 2]; 5];
            evaluate(&data, &rows, &targets, &weights, &mut gradient);
            let mut spare = gradient.clone();
            for feature in 0..5 {
                for model in 0..2 {
                    let mut at = |by: f32| {
                        let mut moved = weights.clone();
                        moved[feature][model] += by;
                        evaluate(&data, &rows, &targets, &moved, &mut spare)[model]
                    };
                    // A step that single precision holds exactly, almost.
                    let difference = (at(1.0 / 128.0) - at(-1.0 / 128.0)) * 64.0;
                    prop_assert!((difference - f64::from(gradient[feature][model])).abs() < 3e-4);
                }
            }
        }

        #[test]
        fn a_model_is_alone_in_company(
            cells in prop::collection::vec(-1.0..1.0f64, 24), point in prop::collection::vec(-2.0..2.0f64, 5),
        ) {
            let data = matrix(&cells);
            let rows: Vec<usize> = (0..6).collect();
            let one: Vec<[f32; 1]> = point.iter().map(|w| [*w as f32]).collect();
            let many: Vec<[f32; 8]> = point.iter().map(|w| std::array::from_fn(|model| *w as f32 + (model as f32 - 3.0))).collect();
            let (mut g1, mut g8) = (vec![[0.0; 1]; 5], vec![[0.0; 8]; 5]);
            let sign = |row: usize| [0.7, -1.3][row % 2];
            let l1 = evaluate(&data, &rows, &[0, 1, 2, 3, 4, 5].map(|row| [sign(row)]), &one, &mut g1);
            let l8 = evaluate(&data, &rows, &[0, 1, 2, 3, 4, 5].map(|row| [sign(row); 8]), &many, &mut g8);
            prop_assert_eq!(l1[0].to_bits(), l8[3].to_bits());
            prop_assert!(g1.iter().zip(&g8).all(|(a, b)| a[0].to_bits() == b[3].to_bits()));
        }

        #[test]
        fn sigmoid_and_loss_agree(x in -800.0..800.0f64) {
            prop_assert!((0.0..=1.0).contains(&sigmoid(x)) && softplus_of_minus(x) >= 0.0);
            prop_assert!((sigmoid(x) + sigmoid(-x) - 1.0).abs() < 1e-15);
            prop_assert!((libm::exp(-softplus_of_minus(x)) - sigmoid(x)).abs() < 1e-12);
        }
    }
}
