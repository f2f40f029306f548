//! A loss along its axis, at the places that the plots of the documentation need.

use crate::workspace::Result;
use burn_losses::LossConfig;
use loss_lab::curve::{Against, Answer, Point, points, smoothing};

/// Steps of an axis of no probabilities.
const STEPS: u32 = 240;

/// A loss along its axis, in increasing order.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    /// What it is drawn against.
    pub(crate) against: Against,
    /// The points; slopes against the probability of a class are ∂L/∂ln p.
    pub(crate) points: Vec<Point>,
    /// The same for the other answer, where the question has two that are not mirror images.
    pub(crate) other: Option<Vec<Point>>,
    /// The label smoothing without which it would be infinite.
    pub(crate) smoothing: Option<f64>,
}

impl Curve {
    /// The curve of a loss over a range of its axis.
    pub(crate) fn over(range: (f64, f64), loss: &LossConfig) -> Result<Self> {
        let against = Against::of(loss);
        let places = places(against, range);
        let mut usual = points(loss, Answer::Usual, &places)?;
        if against == Against::Class {
            // ∂ln p/∂x = 1 − p, for the softmax.
            usual.iter_mut().for_each(|point| point.slope /= 1.0 - point.x);
        }
        let other = match against {
            Against::Label | Against::Distance => Some(points(loss, Answer::Other, &places)?),
            _ => None,
        };
        Ok(Self { against, points: usual, other, smoothing: smoothing(loss)? })
    }

    /// The loss times a factor.
    pub(crate) fn times(mut self, factor: f64) -> Self {
        for point in self.points.iter_mut().chain(self.other.iter_mut().flatten()) {
            (point.loss, point.slope) = (factor * point.loss, factor * point.slope);
        }
        self
    }

    /// Whether it is the same as another, to the eye.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let apart = |a: &Point, b: &Point| (a.loss - b.loss).abs() >= 1e-9;
        !self.points.iter().zip(&other.points).any(|(a, b)| apart(a, b))
    }
}

/// Where a curve is evaluated: probabilities every hundredth, and closer at the ends; others evenly.
fn places(against: Against, (low, high): (f64, f64)) -> Vec<f64> {
    if matches!(against, Against::Class | Against::Label) {
        let ends = [1e-4, 5e-4, 1e-3, 2e-3, 4e-3, 7e-3, 1.0 - 5e-3, 1.0 - 1e-9];
        let mut p: Vec<f64> = (1..100).map(|hundredths| f64::from(hundredths) / 100.0).chain(ends).collect();
        p.sort_by(f64::total_cmp);
        return p;
    }
    // There is no scale of 0.
    let first = u32::from(against == Against::Scale);
    (first..=STEPS).map(|step| low + (high - low) * f64::from(step) / f64::from(STEPS)).collect()
}

#[cfg(test)]
mod tests {
    use super::Curve;
    use burn_losses::{BinaryCrossEntropy, ClassMae, CrossEntropy, LossConfig, Mse};

    const SHARES: (f64, f64) = (0.0, 1.0);

    #[test]
    fn curve_is_the_formula_and_its_slope() {
        for point in Curve::over(SHARES, &LossConfig::from(CrossEntropy::default())).expect("valid").points {
            assert!((point.loss + point.x.ln()).abs() < 1e-12 && (point.slope + 1.0).abs() < 1e-12, "{point:?}");
        }
        for point in Curve::over(SHARES, &LossConfig::from(ClassMae::default())).expect("valid").points {
            let (loss, slope) = (2.0 * (1.0 - point.x), -2.0 * point.x);
            assert!((point.loss - loss).abs() < 1e-12 && (point.slope - slope).abs() < 1e-12, "{point:?}");
        }
        let binary = Curve::over(SHARES, &LossConfig::from(BinaryCrossEntropy::default())).expect("valid");
        for (yes, no) in binary.points.iter().zip(binary.other.expect("the other answer")) {
            // 1 − p has few digits where p is nearly 1.
            let no_expected = -(1.0 - no.x).ln();
            assert!((yes.loss + yes.x.ln()).abs() < 1e-12 && (no.loss - no_expected).abs() < 1e-6, "{yes:?} {no:?}");
            assert!((yes.slope + 1.0 - yes.x).abs() < 1e-12 && (no.slope - no.x).abs() < 1e-12, "{yes:?} {no:?}");
        }
        let squared = Curve::over((-6.0, 6.0), &LossConfig::from(Mse::default())).expect("valid");
        assert!(squared.is_like(&squared) && !squared.is_like(&squared.clone().times(0.5)));
        for (point, half) in squared.points.iter().zip(squared.clone().times(0.5).points) {
            let (loss, slope) = (point.x * point.x, 2.0 * point.x);
            assert!((point.loss - loss).abs() < 1e-12 && (point.slope - slope).abs() < 1e-12, "{point:?}");
            assert!((half.loss - 0.5 * loss).abs() < 1e-12 && (half.slope - 0.5 * slope).abs() < 1e-12, "{half:?}");
        }
    }
}
