//! Quantile Huber loss.

use super::quantile::sides;
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::base::per_class::PerClass;
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Quantile Huber loss: the quantile loss with a parabola in place of its corner.
///
/// For distributional reinforcement learning, and wherever [`Quantile`](crate::Quantile) does not settle. The optimum
/// is a little off the quantile, the less the smaller κ.
///
/// # Formula
///
/// ```text
/// L = w·r²/(2κ)       where |r| ≤ κ          r = ŷ − y,  w = τ where r ≤ 0, else 1 − τ
///     w·(|r| − κ/2)   elsewhere
/// ∂L/∂ŷ = w·(r/κ clipped to −1 … 1)
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same; with a τ per class `[N, C]` or `[N, C, d1, …]`
///
/// # Special cases
///
/// κ → 0 is [`Quantile`](crate::Quantile); τ = ½ half of [`SmoothL1`](crate::SmoothL1) with β = κ.
///
/// # Source
///
/// W. Dabney et al., Distributional Reinforcement Learning with Quantile Regression, 2018, equation 10, divided by κ,
/// as the authors do in later work: the loss then approaches the quantile loss.
///
#[doc = include_str!("../../docs/plots/quantile_huber.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([0.0], &device);
/// let targets = Tensor::<1>::from_data([2.0], &device);
/// let loss = QuantileHuber::default().with_tau(0.9).init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1.35).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuantileHuber {
    /// τ, the quantile: > 0 and < 1, default 0.5; a number or one per class.
    pub tau: PerClass,
    /// κ, where the parabola ends: > 0, default 1.
    pub kappa: f64,
}

impl Config for QuantileHuber {}

impl Default for QuantileHuber {
    fn default() -> Self {
        Self { tau: PerClass::Same(0.5), kappa: 1.0 }
    }
}

impl QuantileHuber {
    /// With τ, a number or one per class.
    pub fn with_tau(mut self, tau: impl Into<PerClass>) -> Self {
        self.tau = tau.into();
        self
    }

    /// With κ, where the parabola ends.
    pub fn with_kappa(mut self, kappa: f64) -> Self {
        self.kappa = kappa;
        self
    }
}

impl Described for QuantileHuber {
    const ENTRY: Entry = Entry {
        name: "quantile_huber",
        type_name: "QuantileHuber",
        family: Family::Regression,
        formula: "w·r²/(2κ) where |r| ≤ κ, else w·(|r| − κ/2); w = τ where r ≤ 0, else 1 − τ",
        source: "Dabney et al., Distributional Reinforcement Learning with Quantile Regression, 2018, equation 10",
        purpose: "Quantiles with a smooth loss; distributional reinforcement learning",
        parameters: &[
            Parameter::per_class("tau", 0.5, Range::open(0.0, 1.0)),
            Parameter::new("kappa", 1.0, Range::above(0.0)),
        ],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("tau", "τ")], settings: &[&[("tau", 0.1)], &[("tau", 0.9)]], ..Picture::DEFAULT };
}

impl PointwiseFormula for QuantileHuber {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        vec![("tau", &self.tau)]
    }

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let (under, over) = sides(&self.tau, at);
        let size = at.residual().abs();
        let weight = R::select(&at.constant(0.0).less(&at.residual()), over, under);
        let far = size.clone() - 0.5 * self.kappa;
        let near = size.clone() / self.kappa * size.clone() * 0.5;
        weight * R::select(&at.constant(self.kappa).less(&size), far, near)
    }
}
