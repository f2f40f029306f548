//! Continuous ranked probability score of a Gaussian.

use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::engine::formula::{DistributionFormula, Observation};
use crate::real::{Real, erf};
use burn::config::Config;
use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2};
use serde::{Deserialize, Serialize};

/// Continuous ranked probability score of a Gaussian: the squared distance of its distribution function from a step.
///
/// For predictions with their standard deviation, in the units of the target. It forgives outliers as
/// [`L1`](crate::L1) does, where [`GaussianNll`](crate::GaussianNll) squares them, and stays finite for a standard
/// deviation that goes to 0.
///
/// # Formula
///
/// ```text
/// L = ∫ (Φ((x − location)/s) − [x ≥ target])² dx = r·(2·Φ(w) − 1) + s·(2·φ(w) − 1/√π)
/// r = location − target,  s = max(scale, ε),  w = r/s,  φ and Φ the standard normal density and its integral
/// ∂L/∂location = 2·Φ(w) − 1          ∂L/∂scale = 2·φ(w) − 1/√π where scale > ε, else 0
/// ```
///
/// # Shapes
///
/// - locations, scales, targets: any shape, the same
///
/// # Special cases
///
/// scale → 0 is [`L1`](crate::L1). The second input is the standard deviation, not the variance as of
/// [`GaussianNll`](crate::GaussianNll).
///
/// # Numerics
///
/// 2·Φ(w) − 1 is erf(w/√2) and 2·φ(w) − 1/√π is (e^(½·ln 2 − ½·w²) − 1)/√π with `exp_m1`: small residuals and slopes
/// keep their digits. The loss is r and s times its slopes by them.
///
/// # Source
///
/// T. Gneiting and A. E. Raftery, Strictly Proper Scoring Rules, Prediction, and Estimation, 2007, section 4.2, with
/// the sign of a loss.
///
#[doc = include_str!("../../docs/plots/gaussian_crps.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let locations = Tensor::<1>::from_data([1.0], &device);
/// let scales = Tensor::<1>::from_data([2.0], &device);
/// let targets = Tensor::<1>::from_data([1.0], &device);
/// let loss = GaussianCrps::default().init().forward(locations, scales, targets, Reduction::Mean);
/// // 2·(√2 − 1)/√π
/// assert!((loss.into_scalar::<f32>() - 0.467_389_95).abs() < 1e-6);
/// ```
#[doc(alias = "CRPS")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GaussianCrps {
    /// ε, the least scale: > 0, default 10⁻⁶.
    pub epsilon: f64,
}

impl Config for GaussianCrps {}

impl Default for GaussianCrps {
    fn default() -> Self {
        Self { epsilon: 1e-6 }
    }
}

impl GaussianCrps {
    /// With ε, the least scale.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for GaussianCrps {
    const ENTRY: Entry = Entry {
        name: "gaussian_crps",
        type_name: "GaussianCrps",
        family: Family::Distribution,
        formula: "r·(2·Φ(r/s) − 1) + s·(2·φ(r/s) − 1/√π)",
        source: "Gneiting and Raftery, Strictly Proper Scoring Rules, Prediction, and Estimation, 2007",
        purpose: "Predictions with their standard deviation, and outliers",
        parameters: &[Parameter::new("epsilon", 1e-6, Range::above(0.0))],
    };
}

impl DistributionFormula for GaussianCrps {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Observation<R>) -> R {
        let scale = at.scale().max(at.constant(self.epsilon));
        let w = (at.residual() / scale.clone()).detached();
        let by_residual = erf(w.clone() * FRAC_1_SQRT_2);
        let by_scale = (w.clone() * w * -0.5 + 0.5 * LN_2).exp_m1() * (0.5 * FRAC_2_SQRT_PI);
        at.residual() * by_residual + scale * by_scale
    }
}
