//! Mean squared logarithmic error.

use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Mean squared logarithmic error: the square of the difference of logarithms.
///
/// For counts and amounts over several orders of magnitude, where the ratio matters. Values below ε, the negative ones
/// too, count as ε, without a slope, so outputs should be kept positive.
///
/// # Formula
///
/// ```text
/// L = (ln(1 + max(ŷ, ε)) − ln(1 + max(y, ε)))²
/// ∂L/∂ŷ = 2·(ln(1 + ŷ) − ln(1 + y))/(1 + ŷ) where ŷ > ε, else 0
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// The slope by what is at or below ε is 0, and so is that by an infinite value, where the loss is infinite.
///
/// # Numerics
///
/// The difference is ln(1 + d/(1 + m)), d the distance of the two and m the smaller, so nearly equal values keep their
/// digits.
///
/// # Source
///
/// `MeanSquaredLogarithmicError` of Keras 3.
///
#[doc = include_str!("../../docs/plots/msle.svg")]
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
/// let loss = Msle::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 2f32.ln().powi(2)).abs() < 1e-6);
/// ```
#[doc(alias = "MSLE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Msle {
    /// ε, the least value a logarithm is taken of: > 0, default 10⁻⁷.
    pub epsilon: f64,
}

impl Config for Msle {}

impl Default for Msle {
    fn default() -> Self {
        Self { epsilon: 1e-7 }
    }
}

impl Msle {
    /// With ε, the least value a logarithm is taken of.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for Msle {
    const ENTRY: Entry = Entry {
        name: "msle",
        type_name: "Msle",
        family: Family::Regression,
        formula: "(ln(1 + max(ŷ, ε)) − ln(1 + max(y, ε)))²",
        source: "Keras 3, MeanSquaredLogarithmicError",
        purpose: "Positive targets over orders of magnitude",
        parameters: &[Parameter::new("epsilon", 1e-7, Range::above(0.0))],
    };
}

impl PointwiseFormula for Msle {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let floor = at.constant(self.epsilon);
        let (guess, truth) = (at.prediction().max(floor.clone()), at.target().max(floor));
        let (low, high) = (guess.clone().min(truth.clone()), guess.max(truth));
        let near = ((high.clone() - low.clone()) / (low.clone() + 1.0)).ln_1p();
        let is_infinite = high.equal(&at.constant(f64::INFINITY));
        let log = R::select(&is_infinite, high.ln_1p() - low.ln_1p(), near);
        // An infinite logarithm has the slope 0 by what made it so.
        log.clone().product(log)
    }
}
