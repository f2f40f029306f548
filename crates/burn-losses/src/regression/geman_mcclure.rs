//! Geman–McClure loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Geman–McClure loss: bounded, approached like 1/r².
///
/// For gross outliers, between [`Cauchy`](crate::Cauchy), which still grows, and [`Welsch`](crate::Welsch), whose
/// gradient dies faster. Not convex.
///
/// # Formula
///
/// ```text
/// L = 2·(r/c)²/((r/c)² + 4)          r = ŷ − y
/// ∂L/∂ŷ = 16·(r/c²)/((r/c)² + 4)²
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// Between 0 and 2. [`GeneralRobust`](crate::GeneralRobust) at α = −2.
///
/// # Numerics
///
/// Beyond 2c written 2/(1 + (2c/r)²), which cannot overflow.
///
/// # Source
///
/// S. Geman and D. E. McClure, Bayesian image analysis: an application to single photon emission tomography, 1985;
/// scaled as in J. T. Barron, A General and Adaptive Robust Loss Function, 2019.
///
#[doc = include_str!("../../docs/plots/geman_mcclure.svg")]
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
/// let loss = GemanMcClure::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1.0).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GemanMcClure {
    /// c, the size of an error that is still usual: > 0, default 1.
    pub c: f64,
}

impl Config for GemanMcClure {}

impl Default for GemanMcClure {
    fn default() -> Self {
        Self { c: 1.0 }
    }
}

impl GemanMcClure {
    /// With c, the size of an error that is still usual.
    pub fn with_c(mut self, c: f64) -> Self {
        self.c = c;
        self
    }
}

impl Described for GemanMcClure {
    const ENTRY: Entry = Entry {
        name: "geman_mcclure",
        type_name: "GemanMcClure",
        family: Family::Regression,
        formula: "2·(r/c)²/((r/c)² + 4)",
        source: "Geman and McClure, Bayesian image analysis, 1985",
        purpose: "Gross outliers that hardly count",
        parameters: &[Parameter::new("c", 1.0, Range::above(0.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("c", "c")],
        settings: &[&[("c", 0.5)], &[("c", 2.0)]],
        beside: &[(0.5, "mse")],
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for GemanMcClure {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let ratio = at.residual() / self.c;
        let square = ratio.clone() * ratio.clone();
        let near = square.clone() / (square + 4.0) * 2.0;
        let inverse = at.constant(2.0) / ratio.clone();
        let far = at.constant(2.0) / (inverse.clone() * inverse + 1.0);
        R::select(&ratio.abs().less(&at.constant(2.0)), near, far)
    }
}
