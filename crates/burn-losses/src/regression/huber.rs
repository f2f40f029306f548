//! Huber loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Huber loss: squared for small errors, linear for large ones.
///
/// For noise of about one size with some outliers: set δ to the size of the noise. If nothing is known of it,
/// [`LogCosh`](crate::LogCosh) has no parameter; if outliers should not count at all, see [`Tukey`](crate::Tukey).
///
/// # Formula
///
/// ```text
/// L = r²/2            where |r| ≤ δ          r = ŷ − y
///     δ·(|r| − δ/2)   elsewhere
/// ∂L/∂ŷ = r clipped to −δ … δ
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// δ → ∞ is half of [`Mse`](crate::Mse); δ → 0, divided by δ, [`L1`](crate::L1). Divided by δ it is
/// [`SmoothL1`](crate::SmoothL1) with β = δ.
///
/// # Source
///
/// P. J. Huber, Robust Estimation of a Location Parameter, 1964.
///
#[doc = include_str!("../../docs/plots/huber.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([1.0, 3.0], &device);
/// let targets = Tensor::<1>::from_data([0.0, 0.0], &device);
/// let loss = Huber::default().with_delta(1.5).init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1.9375).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Huber {
    /// δ, where the parabola ends, and the largest slope: > 0, default 1.
    pub delta: f64,
}

impl Config for Huber {}

impl Default for Huber {
    fn default() -> Self {
        Self { delta: 1.0 }
    }
}

impl Huber {
    /// With δ, where the parabola ends.
    pub fn with_delta(mut self, delta: f64) -> Self {
        self.delta = delta;
        self
    }
}

impl Described for Huber {
    const ENTRY: Entry = Entry {
        name: "huber",
        type_name: "Huber",
        family: Family::Regression,
        formula: "r²/2 where |r| ≤ δ, else δ·(|r| − δ/2)",
        source: "Huber, Robust Estimation of a Location Parameter, 1964",
        purpose: "Noise of about one size with some outliers",
        parameters: &[Parameter::new("delta", 1.0, Range::above(0.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("delta", "δ")],
        settings: &[&[("delta", 0.5)], &[("delta", 2.0)]],
        beside: &[(1.0, "l1"), (0.5, "mse")],
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for Huber {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let size = at.residual().abs();
        let far = (size.clone() - 0.5 * self.delta) * self.delta;
        R::select(&at.constant(self.delta).less(&size), far, size.clone() * size * 0.5)
    }
}
