//! Tweedie negative log-likelihood.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Tweedie negative log-likelihood: for amounts that are often exactly 0.
///
/// For claims, rainfall and sales: a mass at 0 and a skewed tail. The prediction is the logarithm of the mean; the
/// variance is proportional to the mean to the p.
///
/// # Formula
///
/// ```text
/// L = y·e^(−(p−1)·x)/(p − 1) + e^((2−p)·x)/(2 − p)          x = ŷ = ln μ
/// ∂L/∂ŷ = −y·e^(−(p−1)·x) + e^((2−p)·x)
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same; targets ≥ 0
///
/// # Special cases
///
/// At y = 0 the first term is 0, even at x = −∞. p → 1 is [`PoissonNll`](crate::PoissonNll), p → 2 [`GammaNll`](crate::GammaNll), up to constants.
///
/// # Numerics
///
/// y·e^(−(p−1)·x) is multiplied by the root of the power twice, so that no power leaves the range before the product.
///
/// # Source
///
/// B. Jørgensen, Exponential Dispersion Models, 1987: half the unit deviance, without the terms of y alone.
///
#[doc = include_str!("../../docs/plots/tweedie_nll.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([0.0], &device);
/// let targets = Tensor::<1>::from_data([1.0], &device);
/// let loss = TweedieNll::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 4.0).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TweedieNll {
    /// p, the power of the mean that the variance follows: > 1 and < 2, default 1.5.
    pub power: f64,
}

impl Config for TweedieNll {}

impl Default for TweedieNll {
    fn default() -> Self {
        Self { power: 1.5 }
    }
}

impl TweedieNll {
    /// With p, the power of the mean that the variance follows.
    pub fn with_power(mut self, power: f64) -> Self {
        self.power = power;
        self
    }
}

impl Described for TweedieNll {
    const ENTRY: Entry = Entry {
        name: "tweedie_nll",
        type_name: "TweedieNll",
        family: Family::Likelihood,
        formula: "y·e^(−(p−1)·x)/(p − 1) + e^((2−p)·x)/(2 − p)",
        source: "Jørgensen, Exponential Dispersion Models, 1987",
        purpose: "Amounts that are often exactly 0",
        parameters: &[Parameter::new("power", 1.5, Range::open(1.0, 2.0))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("power", "p")], settings: &[&[("power", 1.1)], &[("power", 1.9)]], ..Picture::DEFAULT };
}

impl PointwiseFormula for TweedieNll {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let (x, p) = (at.prediction(), self.power);
        times_exp(at.target(), x.clone() * (1.0 - p)) / (p - 1.0) + (x * (2.0 - p)).exp() / (2.0 - p)
    }
}

/// y·eˣ; 0 where y = 0, even if eˣ overflows. In two steps, so that it overflows only if it must.
#[inline(always)]
pub(super) fn times_exp<R: Real>(y: R, x: R) -> R {
    let root = (x * 0.5).exp();
    y.product(root.clone()).product(root)
}
