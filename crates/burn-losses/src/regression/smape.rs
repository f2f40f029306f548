//! Symmetric mean absolute percentage error.

use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Symmetric mean absolute percentage error: the error relative to the mean size of target and prediction.
///
/// For forecasts of very different size, as it is bounded. An error upwards costs less than one of the same size
/// downwards, so it favours predictions that are too high; and its slope vanishes as |ŷ| grows.
///
/// # Formula
///
/// ```text
/// L = 2·|r|/(|y| + |ŷ| + ε)          r = ŷ − y
/// ∂L/∂ŷ = (2·sgn r − L·sgn ŷ)/(|y| + |ŷ| + ε)
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// Between 0 and 2; 2 wherever the signs differ, except for ε. The slope of every absolute value at 0 is 0.
///
/// # Numerics
///
/// A loss above 1 is written 2 − 2·(2m + ε)/(|y| + |ŷ| + ε), m the smaller of |y| and |ŷ| where the signs agree and 0
/// where they do not: its slopes are small there, and have no terms that cancel. Numbers beyond 10³⁰ are divided by 16
/// first, so that their sum stays finite.
///
/// # Source
///
/// S. Makridakis, Accuracy measures: theoretical and practical concerns, 1993; ε, which makes 0 against 0 a 0, is
/// usual.
///
#[doc = include_str!("../../docs/plots/smape.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([3.0], &device);
/// let targets = Tensor::<1>::from_data([1.0], &device);
/// let loss = Smape::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1.0).abs() < 1e-6);
/// ```
#[doc(alias = "sMAPE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Smape {
    /// ε, added to the denominator: > 0, default 10⁻⁸.
    pub epsilon: f64,
}

impl Config for Smape {}

impl Default for Smape {
    fn default() -> Self {
        Self { epsilon: 1e-8 }
    }
}

impl Smape {
    /// With ε, added to the denominator.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for Smape {
    const ENTRY: Entry = Entry {
        name: "smape",
        type_name: "Smape",
        family: Family::Regression,
        formula: "2·|r|/(|y| + |ŷ| + ε)",
        source: "Makridakis, Accuracy measures, 1993",
        purpose: "Forecasts of very different size, bounded",
        parameters: &[Parameter::new("epsilon", 1e-8, Range::above(0.0))],
    };
}

impl PointwiseFormula for Smape {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let (zero, one) = (at.constant(0.0), at.constant(1.0));
        // A sixteenth of everything, where the sum would leave the finite numbers.
        let is_huge = at.constant(1e30).less(&at.prediction().abs().max(at.target().abs()));
        let scale = R::select(&is_huge, at.constant(0.0625), one);
        let (guess, truth) = (at.prediction() * scale.clone(), at.target() * scale.clone());
        let epsilon = scale * self.epsilon;
        let size = (guess.clone() - truth.clone()).abs();
        let sum = guess.clone().abs() + truth.clone().abs() + epsilon.clone();
        let of_guess = R::select(&truth.less(&zero), -guess.clone(), guess.clone());
        let of_truth = R::select(&guess.less(&zero), -truth.clone(), truth.clone());
        let shared = R::select(&guess.abs().less(&truth.abs()), of_guess, of_truth);
        // Twice what they share, nothing where their signs differ.
        let apart = shared.equal(&at.constant(f64::NEG_INFINITY));
        let shared = R::select(&apart, zero, shared.clone() + shared.abs());
        let far = -((shared + epsilon) * 2.0 / sum.clone() - 2.0);
        R::select(&(size.clone() * 2.0).less(&sum), size * 2.0 / sum, far)
    }
}
