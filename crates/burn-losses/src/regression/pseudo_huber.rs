//! Pseudo-Huber loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Pseudo-Huber loss: a smooth curve between squared and absolute error.
///
/// As [`Huber`](crate::Huber), where second derivatives are used or a kink in the slope disturbs.
///
/// # Formula
///
/// ```text
/// L = δ^k·(√(1 + (r/δ)²) − 1)          r = ŷ − y
/// ∂L/∂ŷ = δ^(k−2)·r/√(1 + (r/δ)²)
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// k = 2 is the usual form, about r²/2 near 0 and δ·|r| far away; k = 0 the unscaled one, √(1 + r²/δ²) − 1.
/// [`GeneralRobust`](crate::GeneralRobust) at α = 1 with c = δ is k = 0.
///
/// # Numerics
///
/// Near 0 written (δ^(k/2−1)·r)²/(1 + √(1 + (r/δ)²)), so small errors keep their digits; far away δ^(k−1) times |r|, whose
/// factor beyond 2³⁰·δ is 1 − δ/|r|: no power of δ and no square leaves the range before the loss does.
///
/// # Source
///
/// P. Charbonnier et al., Two deterministic half-quadratic regularization algorithms for computed imaging, 1994; with
/// δ² in R. Hartley and A. Zisserman, Multiple View Geometry in Computer Vision, 2003, appendix 6.
///
#[doc = include_str!("../../docs/plots/pseudo_huber.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([0.75], &device);
/// let targets = Tensor::<1>::from_data([0.0], &device);
/// let loss = PseudoHuber::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.25).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PseudoHuber {
    /// δ, where the parabola bends into the line: > 0, default 1.
    pub delta: f64,
    /// k, the power of δ in front: ≥ 0 and ≤ 2, default 2.
    pub delta_power: f64,
}

impl Config for PseudoHuber {}

impl Default for PseudoHuber {
    fn default() -> Self {
        Self { delta: 1.0, delta_power: 2.0 }
    }
}

impl PseudoHuber {
    /// With δ, where the parabola bends into the line.
    pub fn with_delta(mut self, delta: f64) -> Self {
        self.delta = delta;
        self
    }

    /// With k, the power of δ in front: 0 for the unscaled form.
    pub fn with_delta_power(mut self, delta_power: f64) -> Self {
        self.delta_power = delta_power;
        self
    }
}

impl Described for PseudoHuber {
    const ENTRY: Entry = Entry {
        name: "pseudo_huber",
        type_name: "PseudoHuber",
        family: Family::Regression,
        formula: "δ^k·(√(1 + (r/δ)²) − 1)",
        source: "Charbonnier et al., Two deterministic half-quadratic regularization algorithms, 1994",
        purpose: "Huber with smooth derivatives",
        parameters: &[
            Parameter::new("delta", 1.0, Range::above(0.0)),
            Parameter::new("delta_power", 2.0, Range::between(0.0, 2.0)),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("delta", "δ")],
        settings: &[&[("delta", 0.5)], &[("delta", 2.0)]],
        beside: &[(0.5, "mse")],
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for PseudoHuber {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let (size, delta, k) = (at.residual().abs(), self.delta, self.delta_power);
        let ratio = size.clone() / delta;
        let root = (ratio.clone() * ratio.clone() + 1.0).sqrt();
        // The powers of δ go to r, so that what the dtype holds is made of what it holds.
        let part = size.clone() * delta.powf(0.5 * k - 1.0);
        let near = part.clone() * (part / (root.clone() + 1.0));
        let slope = delta.powf(k - 1.0);
        let far = size.clone() * ((root - 1.0) / ratio.clone() * slope);
        let far = R::select(&at.constant(2f64.powi(30)).less(&ratio), (size - delta) * slope, far);
        R::select(&ratio.less(&at.constant(2.0)), near, far)
    }
}
