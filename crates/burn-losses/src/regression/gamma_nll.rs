//! Gamma negative log-likelihood.

use super::tweedie_nll::times_exp;
use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Gamma negative log-likelihood: for positive amounts whose spread is proportional to their size.
///
/// For durations, claims and costs, if none is 0. The prediction is the logarithm of the mean. It is the exponential
/// distribution's likelihood, too.
///
/// # Formula
///
/// ```text
/// L = y·e^(−x) + x          x = ŷ = ln μ
/// ∂L/∂ŷ = 1 − y·e^(−x)
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same; targets > 0
///
/// # Special cases
///
/// [`TweedieNll`](crate::TweedieNll) as p → 2, up to a constant. At x = −∞ the loss is ∞, with the slope −∞.
///
/// # Numerics
///
/// y·e^(−x) is multiplied by the root of the power twice, so that no power leaves the range before the product.
///
/// # Source
///
/// P. McCullagh and J. A. Nelder, Generalized Linear Models, 1989, chapter 8, without the shape, which scales the loss.
///
#[doc = include_str!("../../docs/plots/gamma_nll.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([0.0], &device);
/// let targets = Tensor::<1>::from_data([3.0], &device);
/// let loss = GammaNll::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 3.0).abs() < 1e-6);
/// ```
#[doc(alias = "exponential")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GammaNll {}

impl Config for GammaNll {}

impl Described for GammaNll {
    const ENTRY: Entry = Entry {
        name: "gamma_nll",
        type_name: "GammaNll",
        family: Family::Likelihood,
        formula: "y·e^(−x) + x",
        source: "McCullagh and Nelder, Generalized Linear Models, 1989, chapter 8",
        purpose: "Positive amounts with spread in proportion to size",
        parameters: &[],
    };
}

impl PointwiseFormula for GammaNll {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let seen = times_exp(at.target(), -at.prediction());
        // Beside an infinite term the other is nothing, −∞ included.
        R::select(&seen.equal(&at.constant(f64::INFINITY)), seen.clone(), seen + at.prediction())
    }
}
