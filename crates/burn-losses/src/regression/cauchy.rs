//! Cauchy loss.

use super::half_size;
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use core::f64::consts::LN_2;
use serde::{Deserialize, Serialize};

/// Cauchy loss, also Lorentzian: it grows like a logarithm, so outliers pull less the farther they are.
///
/// For gross outliers that should still count a little. Not convex: start near the optimum, or from another loss.
///
/// # Formula
///
/// ```text
/// L = (c²/2)·ln(1 + (r/c)²)          r = ŷ − y
/// ∂L/∂ŷ = r/(1 + (r/c)²)
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// [`GeneralRobust`](crate::GeneralRobust) at α = 0, with its scale √½ times this c, times c²/2. Up to a constant and a
/// factor [`StudentTNll`](crate::StudentTNll) at ν = 1.
///
/// # Numerics
///
/// No square overflows, and none vanishes: beyond 2³⁰·c the logarithm is 2·ln(|r|/c), below 2⁻¹⁵·c the loss is
/// (r²/2)·(1 − ½·(r/c)²).
///
/// # Source
///
/// M. J. Black and P. Anandan, The Robust Estimation of Multiple Motions, 1996, as the Lorentzian.
///
#[doc = include_str!("../../docs/plots/cauchy.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([1.0], &device);
/// let targets = Tensor::<1>::from_data([0.0], &device);
/// let loss = Cauchy::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.5 * 2f32.ln()).abs() < 1e-6);
/// ```
#[doc(alias = "Lorentzian")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cauchy {
    /// c, the size of an error that is still usual: > 0, default 1.
    pub c: f64,
}

impl Config for Cauchy {}

impl Default for Cauchy {
    fn default() -> Self {
        Self { c: 1.0 }
    }
}

impl Cauchy {
    /// With c, the size of an error that is still usual.
    pub fn with_c(mut self, c: f64) -> Self {
        self.c = c;
        self
    }
}

impl Described for Cauchy {
    const ENTRY: Entry = Entry {
        name: "cauchy",
        type_name: "Cauchy",
        family: Family::Regression,
        formula: "(c²/2)·ln(1 + (r/c)²)",
        source: "Black and Anandan, The Robust Estimation of Multiple Motions, 1996",
        purpose: "Gross outliers that still count a little",
        parameters: &[Parameter::new("c", 1.0, Range::above(0.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("c", "c")],
        settings: &[&[("c", 0.5)], &[("c", 2.0)]],
        beside: &[(0.5, "mse")],
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for Cauchy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let size = at.residual().abs();
        // c² in two steps, since it may leave the dtype.
        let (ratio, half) = (size.clone() / self.c, 0.5 * self.c);
        let square = ratio.clone() * ratio.clone();
        let tiny = size.clone() * 0.5 * size * (-(square.clone() * 0.5) + 1.0);
        let near = R::select(&ratio.less(&at.constant(2f64.powi(-15))), tiny, square.ln_1p() * self.c * half);
        let far = (half_size(at).ln() + (LN_2 - self.c.ln())) * self.c * self.c;
        R::select(&at.constant(2f64.powi(30)).less(&ratio), far, near)
    }
}
