//! Student-t negative log-likelihood.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{DistributionFormula, Observation};
use crate::real::Real;
use burn::config::Config;
use core::f64::consts::LN_2;
use serde::{Deserialize, Serialize};

/// Student-t negative log-likelihood: for predictions that come with their scale, and gross outliers.
///
/// As [`GaussianNll`](crate::GaussianNll), with tails so heavy that far outliers pull less than near ones. The scale is
/// no standard deviation: that is √(ν/(ν − 2)) times as large, if ν > 2.
///
/// # Formula
///
/// ```text
/// L = ½(ν + 1)·ln(1 + (r/s)²/ν) + ln s + k          r = location − target,  s = max(scale, ε)
/// k = ln Γ(ν/2) − ln Γ((ν + 1)/2) + ½·ln(νπ)
/// ∂L/∂location = (ν + 1)·r/(ν·s² + r²)
/// ∂L/∂scale = ν·(s² − r²)/(s·(ν·s² + r²)) where scale > ε, else 0
/// ```
///
/// # Shapes
///
/// - locations, scales, targets: any shape, the same
///
/// # Special cases
///
/// ν = 1 is the Cauchy distribution; ν → ∞ [`GaussianNll`](crate::GaussianNll) with its constant and the variance s².
///
/// # Numerics
///
/// k is right to the last digits for every ν, where the difference of two log-gammas has none left at ν = 10¹⁰. No
/// square overflows or vanishes: beyond 2³⁰·s·√ν the loss is (ν + 1)·ln |r| − ν·ln s and a constant, below 2⁻¹⁵·s·√ν
/// ½·(1 + 1/ν)·(r/s)² and what is next to it, plus ln s.
///
/// # Source
///
/// K. L. Lange, R. J. A. Little and J. M. G. Taylor, Robust Statistical Modeling Using the t Distribution, 1989.
///
#[doc = include_str!("../../docs/plots/student_t_nll.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let locations = Tensor::<1>::from_data([0.0], &device);
/// let scales = Tensor::<1>::from_data([1.0], &device);
/// let targets = Tensor::<1>::from_data([0.0], &device);
/// let loss = StudentTNll::default().with_nu(1.0).init().forward(locations, scales, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - core::f32::consts::PI.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StudentTNll {
    /// ν, the degrees of freedom, fewer being heavier tails: ≥ 10⁻¹⁸ and ≤ 10¹⁸, default 3.
    pub nu: f64,
    /// ε, the least scale: > 0, default 10⁻⁶.
    pub epsilon: f64,
}

impl Config for StudentTNll {}

impl Default for StudentTNll {
    fn default() -> Self {
        Self { nu: 3.0, epsilon: 1e-6 }
    }
}

impl StudentTNll {
    /// With ν, the degrees of freedom.
    pub fn with_nu(mut self, nu: f64) -> Self {
        self.nu = nu;
        self
    }

    /// With ε, the least scale.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for StudentTNll {
    const ENTRY: Entry = Entry {
        name: "student_t_nll",
        type_name: "StudentTNll",
        family: Family::Distribution,
        formula: "½(ν + 1)·ln(1 + (r/s)²/ν) + ln s + k(ν)",
        source: "Lange, Little and Taylor, Robust Statistical Modeling Using the t Distribution, 1989",
        purpose: "Predictions with their scale, and gross outliers",
        parameters: &[Parameter::new("nu", 3.0, Range::size()), Parameter::new("epsilon", 1e-6, Range::above(0.0))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("nu", "ν")], settings: &[&[("nu", 1.0)], &[("nu", 30.0)]], ..Picture::DEFAULT };
}

impl DistributionFormula for StudentTNll {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Observation<R>) -> R {
        let (floor, scale) = (at.constant(self.epsilon), at.scale().max(at.constant(self.epsilon)));
        // At the floor the scale is a constant: 0 times an infinite slope would not be 0.
        let (free, fixed) = (self.of(at, scale.clone()), self.of(at, scale.detached()));
        R::select(&floor.less(&at.scale()), free, fixed) + log_norm(self.nu)
    }
}

impl StudentTNll {
    /// ½(ν + 1)·ln(1 + (r/s)²/ν) + ln s
    #[inline(always)]
    fn of<R: Real>(&self, at: &Observation<R>, scale: R) -> R {
        let part = at.residual().abs() / scale.clone();
        let ratio = part.clone() / self.nu.sqrt();
        let square = ratio.clone() * ratio.clone();
        // (r/s)²/ν less half its square, times ½(ν + 1), so that no square vanishes before its time.
        let tiny = part.clone() * (0.5 + 0.5 / self.nu) * part * (-(square.clone() * 0.5) + 1.0);
        let near = R::select(&ratio.less(&at.constant(2f64.powi(-15))), tiny, square.ln_1p() * (0.5 * self.nu + 0.5));
        let half = (at.location() * 0.5 - at.target() * 0.5).abs();
        // ln s joined with that of the quotient: its slope would be left of a difference.
        let far = half.ln() * (self.nu + 1.0) - scale.clone().ln() * self.nu
            + (2.0 * LN_2 - self.nu.ln()) * (0.5 * self.nu + 0.5);
        R::select(&at.constant(2f64.powi(30)).less(&ratio), far, near + scale.ln())
    }
}

/// ln Γ(ν/2) − ln Γ((ν + 1)/2) + ½ ln(νπ), without the difference of large logarithms: Γ(x)/Γ(x + ½) is a known series
/// for x ≥ 16, and Γ(x + 1) = x·Γ(x) leads there from any x.
#[inline(always)]
fn log_norm(nu: f64) -> f64 {
    let (mut x, mut product) = (0.5 * nu, 1.0_f64);
    while x < 16.0 {
        product *= 1.0 + 0.5 / x;
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series = 1.0 / 8.0 - y * (1.0 / 192.0 - y * (1.0 / 640.0 - y * (17.0 / 14336.0 - y * (31.0 / 18432.0))));
    product.ln() + 0.5 * (nu / x * core::f64::consts::PI).ln() + series / x
}
