//! A loss as a function of the probability of the target class.

use crate::workspace::Result;
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use burn_losses::{ClassCriterion, LossConfig};

/// The number of classes of the rows that are drawn; all but the target's are equally likely.
pub(crate) const CLASSES: usize = 10;

/// One point of a curve.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    /// p, the probability of the target class.
    pub(crate) p: f64,
    /// L.
    pub(crate) loss: f64,
    /// ∂L/∂ln p.
    pub(crate) slope: f64,
}

/// A loss at p from nearly 0 to nearly 1, in increasing order.
#[derive(Debug)]
pub(crate) struct Curve {
    /// The points.
    pub(crate) points: Vec<Point>,
}

impl Curve {
    /// The curve of any loss of a row: evaluated as any program would, on logits that have these probabilities.
    ///
    /// The logits are the logarithms of the probabilities: p, and the others share 1 − p evenly. As ∂ln p/∂xₜ = 1 − p,
    /// the slope is ∂L/∂ln p = ∂L/∂xₜ / (1 − p).
    pub(crate) fn of(config: &LossConfig) -> Result<Self> {
        let p = probabilities();
        let others = (CLASSES - 1) as f64;
        let rows: Vec<f64> = p
            .iter()
            .flat_map(|p| (0..CLASSES).map(move |class| if class == 0 { p.ln() } else { ((1.0 - p) / others).ln() }))
            .collect();
        let device = Device::flex().autodiff();
        let rows = TensorData::new(rows, [p.len(), CLASSES]);
        let logits = Tensor::<2>::from_data(rows, (&device, DType::F64)).require_grad();
        let targets = Tensor::<1, Int>::zeros([p.len()], &device);
        let losses = config.init()?.forward_no_reduction(logits.clone(), targets);
        let gradients = losses.clone().sum().backward();
        let slopes = logits.grad(&gradients).ok_or("the logits have no gradient")?.narrow(1, 0, 1);
        let numbers = |data: TensorData| data.try_into_vec::<f64>().map_err(|error| format!("{error:?}"));
        let (losses, slopes) = (numbers(losses.into_data())?, numbers(slopes.into_data())?);
        let points = p.into_iter().zip(losses).zip(slopes);
        let points = points.map(|((p, loss), slope)| Point { p, loss, slope: slope / (1.0 - p) }).collect();
        Ok(Self { points })
    }
}

/// Where a curve is evaluated: every hundredth, and closer at the ends.
fn probabilities() -> Vec<f64> {
    let ends = [1e-4, 5e-4, 1e-3, 2e-3, 4e-3, 7e-3, 1.0 - 5e-3, 1.0 - 1e-9];
    let mut p: Vec<f64> = (1..100).map(|hundredths| f64::from(hundredths) / 100.0).chain(ends).collect();
    p.sort_by(f64::total_cmp);
    p
}

#[cfg(test)]
mod tests {
    use super::Curve;
    use burn_losses::{ClassMae, CrossEntropy, LossConfig};

    #[test]
    fn curve_is_the_formula_and_its_slope() {
        for point in Curve::of(&LossConfig::from(CrossEntropy::default())).expect("valid").points {
            assert!((point.loss + point.p.ln()).abs() < 1e-12 && (point.slope + 1.0).abs() < 1e-12, "{point:?}");
        }
        for point in Curve::of(&LossConfig::from(ClassMae::default())).expect("valid").points {
            let (loss, slope) = (2.0 * (1.0 - point.p), -2.0 * point.p);
            assert!((point.loss - loss).abs() < 1e-12 && (point.slope - slope).abs() < 1e-12, "{point:?}");
        }
    }
}
