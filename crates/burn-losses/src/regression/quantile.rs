//! Quantile loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::base::per_class::PerClass;
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Quantile loss, also pinball loss: its optimum is the quantile τ of the targets.
///
/// For intervals instead of one value: one output per quantile, with a τ per class (axis 1). Nothing keeps the
/// quantiles in order. [`QuantileHuber`](crate::QuantileHuber) is smooth at 0, [`Expectile`](crate::Expectile)
/// everywhere.
///
/// # Formula
///
/// ```text
/// L = −τ·r        where r < 0          r = ŷ − y
///     (1 − τ)·r   elsewhere
/// ∂L/∂ŷ = −τ where r < 0, 1 − τ where r > 0
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same; with a τ per class `[N, C]` or `[N, C, d1, …]`
///
/// # Special cases
///
/// τ = ½ is half of [`L1`](crate::L1). The slope at r = 0 is the mean of both sides, ½ − τ.
///
/// # Source
///
/// R. Koenker and G. Bassett, Regression Quantiles, 1978.
///
#[doc = include_str!("../../docs/plots/quantile.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([1.0, 5.0], &device);
/// let targets = Tensor::<1>::from_data([3.0, 5.0], &device);
/// let loss = Quantile::default().with_tau(0.9).init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.9).abs() < 1e-6);
/// ```
#[doc(alias = "pinball")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quantile {
    /// τ, the quantile: > 0 and < 1, default 0.5; a number or one per class.
    pub tau: PerClass,
}

impl Config for Quantile {}

impl Default for Quantile {
    fn default() -> Self {
        Self { tau: PerClass::Same(0.5) }
    }
}

impl Quantile {
    /// With τ, a number or one per class.
    pub fn with_tau(mut self, tau: impl Into<PerClass>) -> Self {
        self.tau = tau.into();
        self
    }
}

impl Described for Quantile {
    const ENTRY: Entry = Entry {
        name: "quantile",
        type_name: "Quantile",
        family: Family::Regression,
        formula: "−τ·r where r < 0, else (1 − τ)·r",
        source: "Koenker and Bassett, Regression Quantiles, 1978",
        purpose: "Quantiles and intervals",
        parameters: &[Parameter::per_class("tau", 0.5, Range::open(0.0, 1.0))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("tau", "τ")], settings: &[&[("tau", 0.1)], &[("tau", 0.9)]], ..Picture::DEFAULT };
}

impl PointwiseFormula for Quantile {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        vec![("tau", &self.tau)]
    }

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let (under, over) = sides(&self.tau, at);
        let (r, zero) = (at.residual(), at.constant(0.0));
        let kink = r.clone() * ((over.clone() - under.clone()) * 0.5);
        let away = R::select(&r.less(&zero), -(r.clone() * under), r.clone() * over);
        R::select(&r.equal(&zero), kink, away)
    }
}

/// τ and 1 − τ of this element's class: the factors of predictions that are too low and too high.
#[inline(always)]
pub(super) fn sides<R: Real>(tau: &PerClass, at: &Point<R>) -> (R, R) {
    let under = at.of_class(tau);
    let over = match tau {
        PerClass::Same(tau) => at.constant(1.0 - tau),
        _ => -(under.clone() - 1.0),
    };
    (under, over)
}
