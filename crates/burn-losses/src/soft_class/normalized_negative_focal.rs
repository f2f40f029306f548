//! Normalized negative focal loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::engine::formula::{Class, SoftClassFormula, Sums};
use crate::real::Real;
use burn::config::Config;
use core::f64::consts::LN_2;
use serde::{Deserialize, Serialize};

/// Normalized negative focal loss: learns what the label is not, by the negated focal loss of every other class.
///
/// For wrong labels: a passive loss that, unlike [`ClassMae`](crate::ClassMae), still learns with many classes. Summed
/// with an active loss, mostly [`NormalizedFocal`](crate::NormalizedFocal) with the same γ.
///
/// # Formula
///
/// ```text
/// L = 1 − Σₖ qₖ·zₖ / Σₖ zₖ,   zₖ = A − Fₖ,   q = [k = t] for an index target
/// Fₖ = min(−(1 − pₖ)^γ·ln pₖ, A),   A = −(1 − eᵃ)^γ·a, that of ln p = a
/// ∂L/∂zₖ = (1 − L − qₖ)/Σⱼ zⱼ,   0 where ln pₖ ≤ a
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// γ = 0 is [`NormalizedNegativeCrossEntropy`](crate::NormalizedNegativeCrossEntropy). Between 0 and 1; 1 − 1/C for
/// equal logits, and where ln p is below a for every class; 0 for a single class.
///
/// # Numerics
///
/// Written Σ (1 − qₖ)·zₖ / Σ zₖ, which does not cancel where the target's class has nearly all of the sum. Nor does zₖ
/// near ln p = a: there it is (1 − p)^γ·(ln p − a) + A·(1 − ((1 − p)/(1 − eᵃ))^γ). The gradient goes through
/// everything; the paper's code holds the factors (1 − p)^γ constant.
///
/// # Source
///
/// X. Ye et al., Active Negative Loss Functions for Learning with Noisy Labels, 2023; γ = 0.5 and a = ln 10⁻⁷ as in its
/// code.
///
#[doc = include_str!("../../docs/plots/normalized_negative_focal.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0, 0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([2], &device);
/// let loss = NormalizedNegativeFocal::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.75).abs() < 1e-6);
/// ```
#[doc(alias = "NNFL")]
#[doc(alias = "ANL")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NormalizedNegativeFocal {
    /// γ, how fast a class that is nearly certain loses its weight: ≥ 0 and ≤ 100, default 0.5.
    pub gamma: f64,
    /// a, the least ln p that counts: ≥ −10¹⁸ and ≤ −10⁻⁶, default −16.11809565095832, ln 10⁻⁷.
    pub log_zero: f64,
}

impl Config for NormalizedNegativeFocal {}

impl Default for NormalizedNegativeFocal {
    fn default() -> Self {
        Self { gamma: 0.5, log_zero: -16.11809565095832 }
    }
}

impl NormalizedNegativeFocal {
    /// With γ.
    pub fn with_gamma(mut self, gamma: f64) -> Self {
        self.gamma = gamma;
        self
    }

    /// With a, the least ln p that counts.
    pub fn with_log_zero(mut self, log_zero: f64) -> Self {
        self.log_zero = log_zero;
        self
    }
}

impl Described for NormalizedNegativeFocal {
    const ENTRY: Entry = Entry {
        name: "normalized_negative_focal",
        type_name: "NormalizedNegativeFocal",
        family: Family::NoiseRobust,
        formula: "1 − zₜ/Σₖ zₖ, zₖ = max(A + (1 − pₖ)^γ·ln pₖ, 0), A = −(1 − eᵃ)^γ·a",
        source: "Ye et al., Active Negative Loss Functions for Learning with Noisy Labels, 2023",
        purpose: "The passive part of a sum with normalized focal loss, for many classes",
        parameters: &[
            Parameter::new("gamma", 0.5, Range::between(0.0, 100.0)),
            Parameter::new("log_zero", -16.11809565095832, Range::between(-1e18, -1e-6)),
        ],
    };
}

impl SoftClassFormula for NormalizedNegativeFocal {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const SECOND: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        -(class.target() - 1.0) * self.second(class)
    }

    #[inline(always)]
    fn second<R: Real>(&self, class: &Class<R>) -> R {
        let (low, zero) = (self.log_zero, self.log_zero.exp());
        let most = -low * (1.0 - zero).powf(self.gamma);
        let weight = class.miss().powf(self.gamma);
        let above = class.log_p().max(class.constant(low)) - low;
        // (1 − p)/(1 − eᵃ) − 1
        let fall = above.clone().exp_m1() * (-zero / (1.0 - zero));
        let near = weight.clone() * above - (fall.ln_1p() * self.gamma).exp_m1() * most;
        // Farther off A and Fₖ are no longer alike, and the slopes of the two terms would be.
        let is_near = class.log_p().less(&class.constant(low.max((low + 1.0).min(-LN_2))));
        R::select(&is_near, near, weight * class.log_p() + most)
    }

    #[inline(always)]
    fn loss<R: Real>(&self, sums: &Sums<R>) -> R {
        let (zero, sum) = (sums.constant(0.0), sums.second());
        if sums.classes() == 1 {
            return zero;
        }
        let equal = sums.constant(1.0 - 1.0 / sums.classes() as f64);
        R::select(&sum.equal(&zero), equal, sums.first() / sum)
    }
}
