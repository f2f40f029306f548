//! Welsch loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Welsch loss, also Leclerc: bounded, with a Gaussian in place of a well.
///
/// For gross outliers that should not count at all. Not convex, and without a gradient far away: start near the optimum.
///
/// # Formula
///
/// ```text
/// L = 1 − exp(−½·(r/c)²)          r = ŷ − y
/// ∂L/∂ŷ = (r/c²)·exp(−½·(r/c)²)
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// Between 0 and 1. [`GeneralRobust`](crate::GeneralRobust) as α → −∞.
///
/// # Numerics
///
/// By `exp_m1`, so small errors keep their digits. Beyond 60·c the loss is 1 and the slope 0, at infinite errors, too.
///
/// # Source
///
/// J. E. Dennis and R. E. Welsch, Techniques for nonlinear least squares and robust regression, 1978; scaled as in J.
/// T. Barron, A General and Adaptive Robust Loss Function, 2019.
///
#[doc = include_str!("../../docs/plots/welsch.svg")]
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
/// let loss = Welsch::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (1.0 - (-2f32).exp())).abs() < 1e-6);
/// ```
#[doc(alias = "Leclerc")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Welsch {
    /// c, the size of an error that is still usual: > 0, default 1.
    pub c: f64,
}

impl Config for Welsch {}

impl Default for Welsch {
    fn default() -> Self {
        Self { c: 1.0 }
    }
}

impl Welsch {
    /// With c, the size of an error that is still usual.
    pub fn with_c(mut self, c: f64) -> Self {
        self.c = c;
        self
    }
}

impl Described for Welsch {
    const ENTRY: Entry = Entry {
        name: "welsch",
        type_name: "Welsch",
        family: Family::Regression,
        formula: "1 − exp(−½·(r/c)²)",
        source: "Dennis and Welsch, Techniques for nonlinear least squares, 1978",
        purpose: "Gross outliers that do not count, smoothly",
        parameters: &[Parameter::new("c", 1.0, Range::above(0.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("c", "c")],
        settings: &[&[("c", 0.5)], &[("c", 2.0)]],
        beside: &[(0.5, "mse")],
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for Welsch {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let ratio = at.residual() / self.c;
        let near = -(ratio.clone() * ratio.clone() * -0.5).exp_m1();
        // There nothing is left of the Gaussian, not even its slope, whatever the square is.
        R::select(&at.constant(60.0).less(&ratio.abs()), at.constant(1.0), near)
    }
}
