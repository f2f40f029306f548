//! Laplace negative log-likelihood.

use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::engine::formula::{DistributionFormula, Observation};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Laplace negative log-likelihood: for predictions that come with their scale, and outliers.
///
/// As [`GaussianNll`](crate::GaussianNll), with heavier tails: the location is a median. The scale is the mean absolute
/// deviation.
///
/// # Formula
///
/// ```text
/// L = |r|/b + ln 2b          r = location − target,  b = max(scale, ε)
/// ∂L/∂location = sgn r/b          ∂L/∂scale = 1/b − |r|/b² where scale > ε, else 0
/// ```
///
/// # Shapes
///
/// - locations, scales, targets: any shape, the same
///
/// # Special cases
///
/// At a constant scale [`L1`](crate::L1), divided by it, up to a constant.
///
/// # Numerics
///
/// ln 2b is ln b + ln 2, which is finite for every b.
///
/// # Source
///
/// P.-S. Laplace, Mémoire sur la probabilité des causes par les événements, 1774.
///
#[doc = include_str!("../../docs/plots/laplace_nll.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let locations = Tensor::<1>::from_data([1.0], &device);
/// let scales = Tensor::<1>::from_data([0.5], &device);
/// let targets = Tensor::<1>::from_data([2.0], &device);
/// let loss = LaplaceNll::default().init().forward(locations, scales, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 2.0).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LaplaceNll {
    /// ε, the least scale: > 0, default 10⁻⁶.
    pub epsilon: f64,
}

impl Config for LaplaceNll {}

impl Default for LaplaceNll {
    fn default() -> Self {
        Self { epsilon: 1e-6 }
    }
}

impl LaplaceNll {
    /// With ε, the least scale.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for LaplaceNll {
    const ENTRY: Entry = Entry {
        name: "laplace_nll",
        type_name: "LaplaceNll",
        family: Family::Distribution,
        formula: "|r|/b + ln 2b",
        source: "Laplace, Mémoire sur la probabilité des causes par les événements, 1774",
        purpose: "Predictions with their scale, and outliers",
        parameters: &[Parameter::new("epsilon", 1e-6, Range::above(0.0))],
    };
}

impl DistributionFormula for LaplaceNll {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Observation<R>) -> R {
        let (floor, scale) = (at.constant(self.epsilon), at.scale().max(at.constant(self.epsilon)));
        // At the floor the scale is a constant: 0 times an infinite slope would not be 0.
        let (free, fixed) = (laplace(at.residual(), scale.clone()), laplace(at.residual(), scale.detached()));
        R::select(&floor.less(&at.scale()), free, fixed)
    }
}

/// |r|/b + ln b + ln 2.
#[inline(always)]
fn laplace<R: Real>(residual: R, scale: R) -> R {
    residual.abs() / scale.clone() + scale.ln() + core::f64::consts::LN_2
}
