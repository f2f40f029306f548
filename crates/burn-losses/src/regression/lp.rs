//! Lp loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Lp loss: a power of the absolute error.
///
/// For anything between and beyond absolute and squared error: p below 1 forgives outliers but is not convex, p above 2
/// punishes them.
///
/// # Formula
///
/// ```text
/// L = |r|^p          r = ŷ − y
/// ∂L/∂ŷ = p·|r|^(p−1)·sgn r
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// p = 1 is [`L1`](crate::L1), p = 2 [`Mse`](crate::Mse). The slope at r = 0 is 0, for p ≤ 1, too.
///
/// # Source
///
/// The p-th power of the norm of that name, F. Riesz, 1910; no root is taken.
///
#[doc = include_str!("../../docs/plots/lp.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([2.0], &device);
/// let targets = Tensor::<1>::from_data([0.0], &device);
/// let loss = Lp::default().with_p(3.0).init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 8.0).abs() < 1e-5);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lp {
    /// p, the power: > 0, default 2.
    pub p: f64,
}

impl Config for Lp {}

impl Default for Lp {
    fn default() -> Self {
        Self { p: 2.0 }
    }
}

impl Lp {
    /// With p, the power.
    pub fn with_p(mut self, p: f64) -> Self {
        self.p = p;
        self
    }
}

impl Described for Lp {
    const ENTRY: Entry = Entry {
        name: "lp",
        type_name: "Lp",
        family: Family::Regression,
        formula: "|r|^p",
        source: "Riesz, 1910",
        purpose: "Between and beyond absolute and squared error",
        parameters: &[Parameter::new("p", 2.0, Range::above(0.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("p", "p")],
        settings: &[&[("p", 0.5)], &[("p", 1.0)], &[("p", 1.5)], &[("p", 3.0)]],
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for Lp {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        at.residual().abs().powf(self.p)
    }
}
