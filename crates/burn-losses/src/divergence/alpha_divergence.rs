//! α-divergence.

use super::mixture;
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Class, SoftClassFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// α-divergence of Amari: one family from reverse KL (α = 0) over Hellinger (α = ½) to KL (α = 1).
///
/// To choose between predictions that cover the whole target (α ≥ 1) and predictions that keep to one of its modes (α ≤
/// 0). For α ≤ 0 the targets must have no zeros: one makes the loss infinite.
///
/// # Formula
///
/// ```text
/// L = Σₖ (qₖ^α·pₖ^(1−α) − α·qₖ − (1 − α)·pₖ)/(α·(α − 1))
/// ∂L/∂ln pₖ = (pₖ − qₖ^α·pₖ^(1−α))/α
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// - α = 1 stands for its limit, [`GeneralizedKl`](crate::GeneralizedKl), Σ (q·ln(q/p) − q + p), and α = 0 for the
///   reverse, Σ (p·ln(p/q) − p + q): where p and q sum to 1 these are Σ q·ln(q/p) and Σ p·ln(p/q).
/// - α = ½ is four times [`SquaredHellinger`](crate::SquaredHellinger), α = 2 half of the χ² divergence.
/// - Where p and q both sum to 1 it is (Σ q^α·p^(1−α) − 1)/(α·(α − 1)).
///
/// # Numerics
///
/// Near p = q the linear parts cancel: there a term is written q·(φ((1 − α)·t) − (1 − α)·φ(t)) with φ(x) = eˣ − 1 − x
/// and t = ln(p/q), for α ≤ ½ with p and q, α and 1 − α exchanged. Near α = 1 it is q·(e^((1−α)·t) − 1) +
/// (1 − α)·(q − p), and alike near α = 0.
///
/// # Source
///
/// S. Amari, Differential-Geometrical Methods in Statistics, 1985; in this parametrisation T. Minka, Divergence
/// Measures and Message Passing, 2005.
///
#[doc = include_str!("../../docs/plots/alpha_divergence.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<2>::from_data([[1.0, 0.0]], &device);
/// let loss = AlphaDivergence::default().init().forward_soft(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 4.0 * (1.0 - 0.5f32.sqrt())).abs() < 1e-6);
/// ```
#[doc(alias = "Amari")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlphaDivergence {
    /// α, from the mode of the target (≤ 0) to all of it (≥ 1): ≥ −8 and ≤ 8, default 0.5.
    pub alpha: f64,
}

impl Config for AlphaDivergence {}

impl Default for AlphaDivergence {
    fn default() -> Self {
        Self { alpha: 0.5 }
    }
}

impl AlphaDivergence {
    /// With α.
    pub fn with_alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }
}

impl Described for AlphaDivergence {
    const ENTRY: Entry = Entry {
        name: "alpha_divergence",
        type_name: "AlphaDivergence",
        family: Family::Divergence,
        formula: "Σₖ (qₖ^α·pₖ^(1−α) − α·qₖ − (1 − α)·pₖ)/(α·(α − 1))",
        source: "Amari, Differential-Geometrical Methods in Statistics, 1985",
        purpose: "To choose between covering the target and keeping to a mode",
        parameters: &[Parameter::new("alpha", 0.5, Range::between(-8.0, 8.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("alpha", "α")],
        settings: &[&[("alpha", -0.5)], &[("alpha", 1.0)], &[("alpha", 2.0)]],
        ..Picture::DEFAULT
    };
}

impl SoftClassFormula for AlphaDivergence {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const COMPARES: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        let alpha = self.alpha;
        if alpha == 0.0 {
            return mixture::from_prediction(class, 1.0);
        }
        if alpha == 1.0 {
            return mixture::from_target(class, 1.0);
        }
        power_term(class, alpha) / (alpha * (alpha - 1.0))
    }
}

/// q^α·p^(1−α) − α·q − (1 − α)·p.
#[inline(always)]
pub(super) fn power_term<R: Real>(class: &Class<R>, alpha: f64) -> R {
    let rest = 1.0 - alpha;
    let half = class.constant(0.5);
    let log_ratio = class.log_ratio();
    // Of the smaller of α and 1 − α: from the other nothing would be left.
    let (factor, share, change) =
        if alpha > 0.5 { (class.target(), rest, log_ratio.clone()) } else { (class.p(), alpha, -log_ratio.clone()) };
    let curved = (change.clone() * share).exp_m1_minus() - change.exp_m1_minus() * share;
    // Towards α = 1 (or 0) the power is nearly q (or p).
    let (own, exponent) = if alpha > 0.5 { (class.target(), rest) } else { (class.p(), -alpha) };
    let log_power = log_ratio.clone() * exponent;
    let close = own * log_power.clone().exp_m1() + class.difference() * exponent;
    let far = mixture::log_power(class, alpha).exp() - class.target() * alpha - class.p() * rest;
    let outer = R::select(&log_power.abs().less(&half), close, far);
    R::select(&log_ratio.abs().less(&half), factor * curved, outer)
}
