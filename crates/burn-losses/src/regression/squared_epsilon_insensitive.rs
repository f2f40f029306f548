//! Squared ε-insensitive loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Squared ε-insensitive loss: the square of the error beyond a tolerance.
///
/// As [`EpsilonInsensitive`](crate::EpsilonInsensitive), with a slope that has no jump; outliers weigh more.
///
/// # Formula
///
/// ```text
/// L = max(|r| − ε, 0)²          r = ŷ − y
/// ∂L/∂ŷ = 2·max(|r| − ε, 0)·sgn r
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// ε = 0 is [`Mse`](crate::Mse).
///
/// # Source
///
/// V. N. Vapnik, The Nature of Statistical Learning Theory, 1995, as the quadratic ε-insensitive loss.
///
#[doc = include_str!("../../docs/plots/squared_epsilon_insensitive.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([0.5, 0.0625], &device);
/// let targets = Tensor::<1>::from_data([0.0, 0.0], &device);
/// let loss = SquaredEpsilonInsensitive::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.08).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SquaredEpsilonInsensitive {
    /// ε, the largest error that costs nothing: ≥ 0, default 0.1.
    pub epsilon: f64,
}

impl Config for SquaredEpsilonInsensitive {}

impl Default for SquaredEpsilonInsensitive {
    fn default() -> Self {
        Self { epsilon: 0.1 }
    }
}

impl SquaredEpsilonInsensitive {
    /// With ε, the largest error that costs nothing.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for SquaredEpsilonInsensitive {
    const ENTRY: Entry = Entry {
        name: "squared_epsilon_insensitive",
        type_name: "SquaredEpsilonInsensitive",
        family: Family::Regression,
        formula: "max(|r| − ε, 0)²",
        source: "Vapnik, The Nature of Statistical Learning Theory, 1995",
        purpose: "Targets known to ± ε, with a smooth loss",
        parameters: &[Parameter::new("epsilon", 0.1, Range::at_least(0.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("epsilon", "ε")],
        settings: &[&[("epsilon", 0.5)], &[("epsilon", 1.0)]],
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for SquaredEpsilonInsensitive {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let excess = (at.residual().abs() - self.epsilon).max(at.constant(0.0));
        excess.clone() * excess
    }
}
