//! Tukey's biweight loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Tukey's biweight loss: constant beyond c, so that outliers have no gradient at all.
///
/// For gross outliers, with errors scaled to a standard deviation of 1 beforehand. Not convex, and deaf beyond c: start
/// near the optimum.
///
/// # Formula
///
/// ```text
/// L = c²/6·(1 − (1 − (r/c)²)³)   where |r| ≤ c          r = ŷ − y
///     c²/6                       elsewhere
/// ∂L/∂ŷ = r·(1 − (r/c)²)² where |r| ≤ c, else 0
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// Between 0 and c²/6; about r²/2 near 0. The default c keeps 95 % of the efficiency of least squares under Gaussian
/// noise.
///
/// # Numerics
///
/// Near 0 written r²/6·(1 + w + w²) with w = 1 − (r/c)², near c with 1 − w³, so the value keeps its digits at one end and
/// the slope at the other.
///
/// # Source
///
/// A. E. Beaton and J. W. Tukey, The Fitting of Power Series, Meaning Polynomials, Illustrated on Band-Spectroscopic
/// Data, 1974.
///
#[doc = include_str!("../../docs/plots/tukey.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([4.0], &device);
/// let targets = Tensor::<1>::from_data([0.0], &device);
/// let loss = Tukey::default().with_c(3.0).init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1.5).abs() < 1e-6);
/// ```
#[doc(alias = "biweight")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tukey {
    /// c, where outliers begin: > 0, default 4.685.
    pub c: f64,
}

impl Config for Tukey {}

impl Default for Tukey {
    fn default() -> Self {
        Self { c: 4.685 }
    }
}

impl Tukey {
    /// With c, where outliers begin.
    pub fn with_c(mut self, c: f64) -> Self {
        self.c = c;
        self
    }
}

impl Described for Tukey {
    const ENTRY: Entry = Entry {
        name: "tukey",
        type_name: "Tukey",
        family: Family::Regression,
        formula: "c²/6·(1 − (1 − (r/c)²)³) where |r| ≤ c, else c²/6",
        source: "Beaton and Tukey, The Fitting of Power Series, 1974",
        purpose: "Gross outliers that do not count at all",
        parameters: &[Parameter::new("c", 4.685, Range::above(0.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("c", "c")],
        settings: &[&[("c", 2.0)], &[("c", 3.0)]],
        beside: &[(0.5, "mse"), (1.0, "huber")],
        range: Some((-6.0, 6.0)),
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for Tukey {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let size = at.residual().abs();
        let (one, ratio, most) = (at.constant(1.0), size.clone() / self.c, self.c * self.c / 6.0);
        // c in two parts, so that 1 − |r|/c has all its digits in f32, too.
        let high = f64::from(self.c as f32);
        let share = -(size.clone() - high - (self.c - high)) / self.c * (ratio.clone() + 1.0);
        let square = share.clone() * share.clone();
        let near = size.clone() * ((square.clone() + share.clone() + 1.0) / 6.0) * size;
        let far = -(square * share - 1.0) * self.c * (self.c / 6.0);
        let inside = R::select(&ratio.less(&at.constant(0.5)), near, far);
        R::select(&one.less(&ratio), at.constant(most), inside)
    }
}
