//! Poisson negative log-likelihood.

use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Poisson negative log-likelihood: for counts.
///
/// For counts and rates whose variance is their mean. Counts that vary more want a [`TweedieNll`](crate::TweedieNll).
///
/// # Formula
///
/// ```text
/// L = e^x − y·x                           x = ŷ, the logarithm of the rate
/// L = x − y·ln(x + ε)                     without `log_input`: x = ŷ, the rate
///     + y·ln y − y + ½·ln(2πy)            with `full`, where y > 1
/// ∂L/∂ŷ = e^x − y, or 1 − y/(x + ε)
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same; targets ≥ 0
///
/// # Special cases
///
/// [`TweedieNll`](crate::TweedieNll) as p → 1, up to a constant. `full` adds Stirling's formula for ln y!, which no
/// prediction changes. Without `log_input` a prediction below −ε is no rate: its loss is NaN. A count of 0 costs e^x
/// alone, even at x = −∞.
///
/// # Numerics
///
/// For rates above ½, ln(x + ε) is written with `ln_1p`, so that ε is not lost near x = 1. With `full`, y·(ln y − 1 − x) is
/// one product, so that nothing is left of two large ones. An infinite rate is an infinite loss, whatever the count.
///
/// # Source
///
/// `PoissonNLLLoss` of PyTorch 2.15.
///
#[doc = include_str!("../../docs/plots/poisson_nll.svg")]
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
/// let loss = PoissonNll::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1.0).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoissonNll {
    /// Whether predictions are logarithms of rates: default true.
    pub log_input: bool,
    /// Whether Stirling's formula for ln y! is added: default false.
    pub full: bool,
    /// ε, added to a rate before its logarithm is taken: > 0, default 10⁻⁸.
    pub epsilon: f64,
}

impl Config for PoissonNll {}

impl Default for PoissonNll {
    fn default() -> Self {
        Self { log_input: true, full: false, epsilon: 1e-8 }
    }
}

impl PoissonNll {
    /// With predictions that are logarithms of rates, or rates.
    pub fn with_log_input(mut self, log_input: bool) -> Self {
        self.log_input = log_input;
        self
    }

    /// With or without Stirling's formula for ln y!.
    pub fn with_full(mut self, full: bool) -> Self {
        self.full = full;
        self
    }

    /// With ε, added to a rate before its logarithm is taken.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for PoissonNll {
    const ENTRY: Entry = Entry {
        name: "poisson_nll",
        type_name: "PoissonNll",
        family: Family::Likelihood,
        formula: "e^x − y·x",
        source: "PyTorch 2.15, PoissonNLLLoss",
        purpose: "Counts and rates",
        parameters: &[
            Parameter::flag("log_input", true),
            Parameter::flag("full", false),
            Parameter::new("epsilon", 1e-8, Range::above(0.0)),
        ],
    };
}

impl PointwiseFormula for PoissonNll {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let (x, y, zero, infinity) = (at.prediction(), at.target(), at.constant(0.0), at.constant(f64::INFINITY));
        let is_count = at.constant(1.0).less(&y);
        // Stirling's y·(ln y − 1) goes to y·x, so that an infinite count leaves nothing to subtract it from.
        let full = if self.full { R::select(&is_count, y.clone().ln() - 1.0, zero.clone()) } else { zero.clone() };
        let (rate, log) = if self.log_input {
            (x.clone().exp(), x)
        } else {
            let (low, high) = ((x.clone() + self.epsilon).ln(), (x.clone() - 1.0 + self.epsilon).ln_1p());
            (x.clone(), R::select(&x.less(&at.constant(0.5)), low, high))
        };
        // An infinite rate is no match for any count: what is left of the count is its slope.
        let counted = R::select(&rate.equal(&infinity), y.clone() - y.detached(), y.clone());
        let loss = rate - counted.product(log - full);
        if !self.full {
            return loss;
        }
        loss + R::select(&is_count, (y * core::f64::consts::TAU).ln() * 0.5, zero)
    }
}
