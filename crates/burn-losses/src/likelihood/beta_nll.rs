//! β-NLL.

use crate::base::entry::{AxisWords, Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{DistributionFormula, Observation};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// β-NLL: the Gaussian likelihood, weighted by a power of the predicted variance that has no gradient.
///
/// For predictions with their variance where [`GaussianNll`](crate::GaussianNll) neglects what it has declared
/// uncertain. The value is no likelihood; compare models by that of [`GaussianNll`](crate::GaussianNll).
///
/// # Formula
///
/// ```text
/// L = w·½·(ln v + r²/v)          r = mean − target,  v = max(variance, ε),  w = v^β without gradient
/// ∂L/∂mean = w·r/v          ∂L/∂variance = w·½·(1/v − (r/v)²) where variance > ε, else 0
/// ```
///
/// # Shapes
///
/// - means, variances, targets: any shape, the same
///
/// # Special cases
///
/// β = 0 is [`GaussianNll`](crate::GaussianNll); at β = 1 the mean learns as by half of
/// [`Mse`](crate::Mse).
///
/// # Numerics
///
/// w·r²/v is the square of √w·r/√v, so neither it nor its slopes leave the range before they must.
///
/// # Source
///
/// M. Seitzer et al., On the Pitfalls of Heteroscedastic Uncertainty Estimation with Probabilistic Neural Networks,
/// 2022.
///
#[doc = include_str!("../../docs/plots/beta_nll.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let means = Tensor::<1>::from_data([0.0], &device);
/// let variances = Tensor::<1>::from_data([4.0], &device);
/// let targets = Tensor::<1>::from_data([2.0], &device);
/// let loss = BetaNll::default().init().forward(means, variances, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (4f32.ln() + 1.0)).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BetaNll {
    /// β, from likelihood (0) to squared error (1): ≥ 0 and ≤ 1, default 0.5.
    pub beta: f64,
    /// ε, the least variance: > 0, default 10⁻⁶.
    pub epsilon: f64,
}

impl Config for BetaNll {}

impl Default for BetaNll {
    fn default() -> Self {
        Self { beta: 0.5, epsilon: 1e-6 }
    }
}

impl BetaNll {
    /// With β, from likelihood (0) to squared error (1).
    pub fn with_beta(mut self, beta: f64) -> Self {
        self.beta = beta;
        self
    }

    /// With ε, the least variance.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for BetaNll {
    const ENTRY: Entry = Entry {
        name: "beta_nll",
        type_name: "BetaNll",
        family: Family::Distribution,
        formula: "v^β·½·(ln v + r²/v), v^β without gradient",
        source: "Seitzer et al., On the Pitfalls of Heteroscedastic Uncertainty Estimation, 2022",
        purpose: "Predictions with their variance that fit the mean, too",
        parameters: &[
            Parameter::new("beta", 0.5, Range::between(0.0, 1.0)),
            Parameter::new("epsilon", 1e-6, Range::above(0.0)),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("beta", "β")],
        settings: &[&[("beta", 0.0)], &[("beta", 1.0)]],
        axis: Some(AxisWords { title: "v, variance, at a residual of 1", slope: "∂L/∂variance" }),
        ..Picture::DEFAULT
    };
}

impl DistributionFormula for BetaNll {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Observation<R>) -> R {
        let (floor, variance) = (at.constant(self.epsilon), at.scale().max(at.constant(self.epsilon)));
        // At the floor the variance is a constant: 0 times an infinite slope would not be 0.
        let (free, fixed) = (self.of(at.residual(), variance.clone()), self.of(at.residual(), variance.detached()));
        R::select(&floor.less(&at.scale()), free, fixed)
    }
}

impl BetaNll {
    /// w·½·(ln v + r²/v), the second term as the square of √w·r/√v.
    #[inline(always)]
    fn of<R: Real>(&self, residual: R, variance: R) -> R {
        let root = variance.detached().powf(0.5 * self.beta);
        let part = residual.clone() / variance.clone().sqrt() * root.clone();
        let loss = root.clone() * (variance.clone().ln() * 0.5) * root + part.clone() * 0.5 * part;
        let is_infinite = variance.equal(&variance.constant(f64::INFINITY));
        // There v^(β − 1) is 0 or, for β = 1, 1.
        let end = if self.beta == 1.0 {
            variance * 0.5 + residual.clone() * 0.5 * residual
        } else {
            variance.detached() + residual.detached() * 0.0
        };
        R::select(&is_infinite, end, loss)
    }
}
