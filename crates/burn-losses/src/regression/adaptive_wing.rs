//! Adaptive wing loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Adaptive wing loss: wing loss for heat maps, sharp at the peaks and like a square on the background.
///
/// For landmarks by heat maps with targets in 0 … 1. The weight map of the paper is left to element weights.
///
/// # Formula
///
/// ```text
/// L = ω·ln(1 + |r/ε|^e)      where |r| < θ          r = ŷ − y,  e = α − y
///     A·|r| − C              elsewhere
/// A = ω·e·(θ/ε)^(e−1)/(ε·(1 + (θ/ε)^e))          C = θ·A − ω·ln(1 + (θ/ε)^e)
/// ∂L/∂ŷ = sgn r·ω·e·|r/ε|^(e−1)/(ε·(1 + |r/ε|^e)) where |r| < θ, else A·sgn r
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same; targets in 0 … 1
///
/// # Special cases
///
/// The gradient by the target is that of the whole, exponent included. At r = 0 all slopes are 0.
///
/// # Numerics
///
/// The line is the value at θ plus A·(|r| − θ), with A by the sigmoid of e·ln(θ/ε): nothing cancels. The slopes of the
/// power come from the power, not from the logarithm, whose own is infinite near 0.
///
/// # Source
///
/// X. Wang, L. Bo and L. Fuxin, Adaptive Wing Loss for Robust Face Alignment via Heatmap Regression, 2019.
///
#[doc = include_str!("../../docs/plots/adaptive_wing.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([0.25], &device);
/// let targets = Tensor::<1>::from_data([0.0], &device);
/// let loss = AdaptiveWing::default().with_alpha(2.0).init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 14.0 * 1.0625f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdaptiveWing {
    /// ω, the factor of the logarithm: ≥ 10⁻¹⁸ and ≤ 10¹⁸, default 14.
    pub omega: f64,
    /// θ, where the line begins: ≥ 10⁻⁶ and ≤ 10⁶, default 0.5.
    pub theta: f64,
    /// ε, the size of an error that is small: ≥ 10⁻⁶ and ≤ 10⁶, default 1.
    pub epsilon: f64,
    /// α, the exponent where the target is 0: > 1 and ≤ 100, default 2.1.
    pub alpha: f64,
}

impl Config for AdaptiveWing {}

impl Default for AdaptiveWing {
    fn default() -> Self {
        Self { omega: 14.0, theta: 0.5, epsilon: 1.0, alpha: 2.1 }
    }
}

impl AdaptiveWing {
    /// With ω, the factor of the logarithm.
    pub fn with_omega(mut self, omega: f64) -> Self {
        self.omega = omega;
        self
    }

    /// With θ, where the line begins.
    pub fn with_theta(mut self, theta: f64) -> Self {
        self.theta = theta;
        self
    }

    /// With ε, the size of an error that is small.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// With α, the exponent where the target is 0.
    pub fn with_alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }
}

impl Described for AdaptiveWing {
    const ENTRY: Entry = Entry {
        name: "adaptive_wing",
        type_name: "AdaptiveWing",
        family: Family::Regression,
        formula: "ω·ln(1 + |r/ε|^(α−y)) where |r| < θ, else A·|r| − C",
        source: "Wang, Bo and Fuxin, Adaptive Wing Loss, 2019",
        purpose: "Landmarks by heat maps",
        parameters: &[
            Parameter::new("omega", 14.0, Range::size()),
            Parameter::new("theta", 0.5, Range::between(1e-6, 1e6)),
            Parameter::new("epsilon", 1.0, Range::between(1e-6, 1e6)),
            Parameter::new("alpha", 2.1, Range::above_up_to(1.0, 100.0)),
        ],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("theta", "θ")], settings: &[&[("theta", 0.25)], &[("theta", 1.0)]], ..Picture::DEFAULT };
}

impl PointwiseFormula for AdaptiveWing {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let (size, zero) = (at.residual().abs(), at.constant(0.0));
        let ratio = size.clone() / self.epsilon;
        let exponent = -(at.target() - self.alpha);
        // ratioᵉ as a constant, and its slopes by both: the logarithm's own leaves the finite numbers near 0.
        let (log, steady) = (ratio.detached().ln(), exponent.detached());
        let slope = ((steady.clone() - 1.0) * log.clone()).exp();
        let power = ratio.detached() * slope.clone();
        let by_ratio = slope * steady * (ratio.clone() - ratio.detached());
        let by_exponent = power.clone().product(log) * (exponent.clone() - exponent.detached());
        let near = (power + by_ratio + by_exponent).ln_1p() * self.omega;
        let near = R::select(&ratio.equal(&zero), zero, near);
        let joint = exponent.clone() * (self.theta / self.epsilon).ln();
        let tail = joint.clone().sigmoid() * exponent * (self.omega / self.theta) * (size.clone() - self.theta);
        R::select(&size.less(&at.constant(self.theta)), near, joint.softplus() * self.omega + tail)
    }
}
