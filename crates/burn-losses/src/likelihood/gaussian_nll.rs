//! Gaussian negative log-likelihood.

use crate::base::entry::{AxisWords, Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{DistributionFormula, Observation};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Gaussian negative log-likelihood: for predictions that come with their variance.
///
/// For regression that says how sure it is. Variances learn slowly where the mean is still far off;
/// [`BetaNll`](crate::BetaNll) mends that.
///
/// # Formula
///
/// ```text
/// L = ½·(ln v + r²/v)          r = mean − target,  v = max(variance, ε)
///     + ½·ln 2π                with `full`
/// ∂L/∂mean = r/v          ∂L/∂variance = ½·(1/v − (r/v)²) where variance > ε, else 0
/// ```
///
/// # Shapes
///
/// - means, variances, targets: any shape, the same
///
/// # Special cases
///
/// At a constant variance half of [`Mse`](crate::Mse), divided by it, up to a constant. The second input is the
/// variance, not the standard deviation; one below ε counts as ε, a negative one too.
///
/// # Numerics
///
/// r²/v is the square of r/√v, so neither it nor its slopes leave the range before they must. At v = ε the slope by the
/// variance is 0 at infinite residuals, too.
///
/// # Source
///
/// D. A. Nix and A. S. Weigend, Estimating the mean and variance of the target probability distribution, 1994;
/// `GaussianNLLLoss` of PyTorch, whose slope at variances below ε is not 0.
///
#[doc = include_str!("../../docs/plots/gaussian_nll.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let means = Tensor::<1>::from_data([1.0], &device);
/// let variances = Tensor::<1>::from_data([1.0], &device);
/// let targets = Tensor::<1>::from_data([3.0], &device);
/// let loss = GaussianNll::default().init().forward(means, variances, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 2.0).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GaussianNll {
    /// Whether the constant ½·ln 2π is added: default false.
    pub full: bool,
    /// ε, the least variance: > 0, default 10⁻⁶.
    pub epsilon: f64,
}

impl Config for GaussianNll {}

impl Default for GaussianNll {
    fn default() -> Self {
        Self { full: false, epsilon: 1e-6 }
    }
}

impl GaussianNll {
    /// With or without the constant ½·ln 2π.
    pub fn with_full(mut self, full: bool) -> Self {
        self.full = full;
        self
    }

    /// With ε, the least variance.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for GaussianNll {
    const ENTRY: Entry = Entry {
        name: "gaussian_nll",
        type_name: "GaussianNll",
        family: Family::Distribution,
        formula: "½·(ln v + r²/v)",
        source: "Nix and Weigend, Estimating the mean and variance, 1994",
        purpose: "Predictions with their variance",
        parameters: &[Parameter::flag("full", false), Parameter::new("epsilon", 1e-6, Range::above(0.0))],
    };
    const PICTURE: Picture = Picture {
        axis: Some(AxisWords { title: "v, variance, at a residual of 1", slope: "∂L/∂variance" }),
        ..Picture::DEFAULT
    };
}

impl DistributionFormula for GaussianNll {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Observation<R>) -> R {
        let (floor, variance) = (at.constant(self.epsilon), at.scale().max(at.constant(self.epsilon)));
        // At the floor the variance is a constant: 0 times an infinite slope would not be 0.
        let (free, fixed) = (gaussian(at.residual(), variance.clone()), gaussian(at.residual(), variance.detached()));
        let loss = R::select(&floor.less(&at.scale()), free, fixed);
        if self.full { loss + 0.5 * core::f64::consts::TAU.ln() } else { loss }
    }
}

/// ½·(ln v + r²/v), the quotient as a square: its slopes leave the finite numbers only where they are infinite.
#[inline(always)]
fn gaussian<R: Real>(residual: R, variance: R) -> R {
    let part = residual / variance.clone().sqrt();
    variance.ln() * 0.5 + part.clone() * 0.5 * part
}
