//! Balanced L1 loss.

use super::{EVEN, LOG, series};
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Balanced L1 loss: smooth L1 in which small errors pull more.
///
/// For the boxes of detectors, where the many accurate ones should count beside the few outliers.
///
/// # Formula
///
/// ```text
/// L = (α/b)·(b·|r| + 1)·ln(b·|r|/β + 1) − α·|r|      where |r| < β          r = ŷ − y,  b = e^(γ/α) − 1
///     γ·|r| + γ/b − α·β                              elsewhere
/// ∂L/∂ŷ = α·sgn r·ln(b·|r| + 1) where |r| < β, else γ·sgn r          (for β = 1)
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// Only β = 1, the paper's, has a slope without jumps. At |r| = β it is the mean of both sides, at r = 0 it is 0.
///
/// # Numerics
///
/// With u = |r|/β and l = ln(1 + b·u) the first line is α·(β·(u + 1/b)·(e^−l − 1 + l) + (1 − β)·l/b). For small b·u it is a
/// series, since for large α nothing else is left; for large b·u l is ln b + ln(u + 1/b), in which e^(γ/α) stands alone.
/// γ/b − α·β is found in f64.
///
/// # Source
///
/// J. Pang et al., Libra R-CNN: Towards Balanced Learning for Object Detection, 2019; β as in MMDetection.
///
#[doc = include_str!("../../docs/plots/balanced_l1.svg")]
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
/// let loss = BalancedL1::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (2.5 + 1.5 / 3f32.exp_m1())).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BalancedL1 {
    /// α, how much small errors pull, less being more: ≥ 10⁻¹⁸ and ≤ 10¹⁸, default 0.5.
    pub alpha: f64,
    /// γ, the slope of large errors: ≥ 10⁻¹⁸ and ≤ 10¹⁸, default 1.5.
    pub gamma: f64,
    /// β, where the line begins: ≥ 10⁻¹⁸ and ≤ 10¹⁸, default 1.
    pub beta: f64,
}

impl Config for BalancedL1 {}

impl Default for BalancedL1 {
    fn default() -> Self {
        Self { alpha: 0.5, gamma: 1.5, beta: 1.0 }
    }
}

impl BalancedL1 {
    /// With α, how much small errors pull.
    pub fn with_alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// With γ, the slope of large errors.
    pub fn with_gamma(mut self, gamma: f64) -> Self {
        self.gamma = gamma;
        self
    }

    /// With β, where the line begins.
    pub fn with_beta(mut self, beta: f64) -> Self {
        self.beta = beta;
        self
    }
}

impl Described for BalancedL1 {
    const ENTRY: Entry = Entry {
        name: "balanced_l1",
        type_name: "BalancedL1",
        family: Family::Regression,
        formula: "(α/b)·(b·|r| + 1)·ln(b·|r|/β + 1) − α·|r| where |r| < β, else γ·|r| + γ/b − α·β",
        source: "Pang et al., Libra R-CNN, 2019",
        purpose: "Boxes of detectors, the accurate ones included",
        parameters: &[
            Parameter::new("alpha", 0.5, Range::size()),
            Parameter::new("gamma", 1.5, Range::size()),
            Parameter::new("beta", 1.0, Range::size()),
        ],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("alpha", "α")], settings: &[&[("alpha", 0.2)], &[("alpha", 1.0)]], ..Picture::DEFAULT };
}

impl PointwiseFormula for BalancedL1 {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let (alpha, beta, zero) = (self.alpha, self.beta, at.constant(0.0));
        let growth = self.gamma / alpha;
        // b, ln b, 1/b and γ/b − α·β, none of which leaves the finite numbers where the loss does not need it.
        let b = growth.exp_m1();
        let log_b = if growth < 1.0 { b.ln() } else { growth + (-(-growth).exp()).ln_1p() };
        let inverse = (-growth).exp() / -(-growth).exp_m1();
        let left = if growth > 700.0 { -1.0 } else { -growth.exp_m1_minus() / b };
        let offset = alpha * left + alpha * (1.0 - beta);
        let size = at.residual().abs();
        let part = size.clone() / beta;
        let share = part.clone() * b;
        let is_large = at.constant(2f64.powi(30)).less(&share);
        let whole = part.clone() + inverse;
        // The slope of the logarithm leaves the finite numbers among the subnormal ones.
        let is_steep = (at.constant(1.0) / whole.detached()).equal(&at.constant(f64::INFINITY));
        let log_whole = R::select(&is_steep, whole.detached().ln(), whole.ln()) + log_b;
        let log = R::select(&is_large, log_whole, share.clone().ln_1p());
        let even = (part.clone() + inverse) * (-log.clone()).exp_m1_minus();
        let mid = (even * beta + log * ((1.0 - beta) * inverse)) * alpha;
        let near = if growth < 40.0 {
            // Small b·|r|/β: what is left of the logarithms after they cancel.
            let even = size.clone() * (alpha * b / beta) * series(&share, EVEN);
            let small = even + series(&share, LOG) * (alpha / beta * (1.0 - beta));
            let small = R::select(&share.less(&at.constant(2f64.powi(-10))), size.clone() * small, mid);
            R::select(&size.equal(&zero), zero, small)
        } else {
            // b may be more than the dtype holds.
            R::select(&part.equal(&zero), zero, mid)
        };
        let far = size.clone() * self.gamma + offset;
        let kink = near.clone() * 0.5 + far.clone() * 0.5;
        let beta = at.constant(beta);
        R::select(&size.less(&beta), near, R::select(&size.equal(&beta), kink, far))
    }
}
