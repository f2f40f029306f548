//! ε-insensitive loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// ε-insensitive loss: the absolute error beyond a tolerance.
///
/// For targets that are known to ± ε, as in support vector regression: what lies within costs nothing and has no
/// gradient.
///
/// # Formula
///
/// ```text
/// L = max(|r| − ε, 0)          r = ŷ − y
/// ∂L/∂ŷ = sgn r where |r| > ε, else 0
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// ε = 0 is [`L1`](crate::L1). The slope at |r| = ε is 0.
///
/// # Source
///
/// V. N. Vapnik, The Nature of Statistical Learning Theory, 1995.
///
#[doc = include_str!("../../docs/plots/epsilon_insensitive.svg")]
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
/// let loss = EpsilonInsensitive::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.2).abs() < 1e-6);
/// ```
#[doc(alias = "SVR")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EpsilonInsensitive {
    /// ε, the largest error that costs nothing: ≥ 0, default 0.1.
    pub epsilon: f64,
}

impl Config for EpsilonInsensitive {}

impl Default for EpsilonInsensitive {
    fn default() -> Self {
        Self { epsilon: 0.1 }
    }
}

impl EpsilonInsensitive {
    /// With ε, the largest error that costs nothing.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for EpsilonInsensitive {
    const ENTRY: Entry = Entry {
        name: "epsilon_insensitive",
        type_name: "EpsilonInsensitive",
        family: Family::Regression,
        formula: "max(|r| − ε, 0)",
        source: "Vapnik, The Nature of Statistical Learning Theory, 1995",
        purpose: "Targets known to ± ε",
        parameters: &[Parameter::new("epsilon", 0.1, Range::at_least(0.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("epsilon", "ε")],
        settings: &[&[("epsilon", 0.5)], &[("epsilon", 1.0)]],
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for EpsilonInsensitive {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        (at.residual().abs() - self.epsilon).max(at.constant(0.0))
    }
}
