//! Smooth L1 loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Smooth L1 loss: L1, with a parabola in place of its corner.
///
/// For the coordinates of boxes in detection, and wherever L1 does not settle. [`Huber`](crate::Huber) is the same
/// curve times β.
///
/// # Formula
///
/// ```text
/// L = r²/(2β)      where |r| < β          r = ŷ − y
///     |r| − β/2    elsewhere
/// ∂L/∂ŷ = r/β where |r| < β, else sgn r
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// β = 0 is [`L1`](crate::L1). [`Huber`](crate::Huber) with δ = β is β times as large, so they are one at β = 1.
///
/// # Source
///
/// R. Girshick, Fast R-CNN, 2015, equation 3, where β = 1; β as in PyTorch's `SmoothL1Loss`. Detectors often take 1/9.
///
#[doc = include_str!("../../docs/plots/smooth_l1.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([0.5, 3.0], &device);
/// let targets = Tensor::<1>::from_data([0.0, 0.0], &device);
/// let loss = SmoothL1::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1.3125).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmoothL1 {
    /// β, where the parabola ends: ≥ 0, default 1.
    pub beta: f64,
}

impl Config for SmoothL1 {}

impl Default for SmoothL1 {
    fn default() -> Self {
        Self { beta: 1.0 }
    }
}

impl SmoothL1 {
    /// With β, where the parabola ends.
    pub fn with_beta(mut self, beta: f64) -> Self {
        self.beta = beta;
        self
    }
}

impl Described for SmoothL1 {
    const ENTRY: Entry = Entry {
        name: "smooth_l1",
        type_name: "SmoothL1",
        family: Family::Regression,
        formula: "r²/(2β) where |r| < β, else |r| − β/2",
        source: "Girshick, Fast R-CNN, 2015, equation 3",
        purpose: "Coordinates of boxes; L1 that settles",
        parameters: &[Parameter::new("beta", 1.0, Range::at_least(0.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("beta", "β")],
        settings: &[&[("beta", 0.25)], &[("beta", 2.0)]],
        beside: &[(1.0, "l1")],
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for SmoothL1 {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let size = at.residual().abs();
        if self.beta == 0.0 {
            return size;
        }
        let near = size.clone() / self.beta * size.clone() * 0.5;
        R::select(&size.less(&at.constant(self.beta)), near, size - 0.5 * self.beta)
    }
}
