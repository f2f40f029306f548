//! Expectile loss.

use super::quantile::sides;
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::base::per_class::PerClass;
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Expectile loss: squared error with one weight above the target and another below.
///
/// For a smooth relative of quantiles, as in implicit Q-learning. Expectiles feel outliers, quantiles do not.
///
/// # Formula
///
/// ```text
/// L = w·r²          r = ŷ − y,  w = τ where r ≤ 0, else 1 − τ
/// ∂L/∂ŷ = 2·w·r
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same; with a τ per class `[N, C]` or `[N, C, d1, …]`
///
/// # Special cases
///
/// τ = ½ is half of [`Mse`](crate::Mse).
///
/// # Source
///
/// W. K. Newey and J. L. Powell, Asymmetric Least Squares Estimation and Testing, 1987.
///
#[doc = include_str!("../../docs/plots/expectile.svg")]
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
/// let loss = Expectile::default().with_tau(0.9).init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.4).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expectile {
    /// τ, the expectile: > 0 and < 1, default 0.5; a number or one per class.
    pub tau: PerClass,
}

impl Config for Expectile {}

impl Default for Expectile {
    fn default() -> Self {
        Self { tau: PerClass::Same(0.5) }
    }
}

impl Expectile {
    /// With τ, a number or one per class.
    pub fn with_tau(mut self, tau: impl Into<PerClass>) -> Self {
        self.tau = tau.into();
        self
    }
}

impl Described for Expectile {
    const ENTRY: Entry = Entry {
        name: "expectile",
        type_name: "Expectile",
        family: Family::Regression,
        formula: "w·r²; w = τ where r ≤ 0, else 1 − τ",
        source: "Newey and Powell, Asymmetric Least Squares Estimation and Testing, 1987",
        purpose: "A smooth relative of quantiles",
        parameters: &[Parameter::per_class("tau", 0.5, Range::open(0.0, 1.0))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("tau", "τ")], settings: &[&[("tau", 0.1)], &[("tau", 0.9)]], ..Picture::DEFAULT };
}

impl PointwiseFormula for Expectile {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        vec![("tau", &self.tau)]
    }

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let (under, over) = sides(&self.tau, at);
        let weight = R::select(&at.constant(0.0).less(&at.residual()), over, under);
        weight * at.residual() * at.residual()
    }
}
