//! Normalized negative cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::engine::formula::{Class, SoftClassFormula, Sums};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Normalized negative cross-entropy: learns what the label is not, by the negated loss of every other class.
///
/// For wrong labels: a passive loss that, unlike [`ClassMae`](crate::ClassMae), still learns with many classes. Summed
/// with an active loss such as [`NormalizedCrossEntropy`](crate::NormalizedCrossEntropy).
///
/// # Formula
///
/// ```text
/// L = 1 − Σₖ qₖ·zₖ / Σₖ zₖ,   zₖ = max(ln pₖ, A) − A,   q = [k = t] for an index target
/// ∂L/∂zₖ = (1 − L − qₖ)/Σⱼ zⱼ,   0 where ln pₖ ≤ A
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// Between 0 and 1; 1 − 1/C for equal logits, and where ln p is below A for every class; 0 for a single class.
///
/// # Numerics
///
/// Written Σ (1 − qₖ)·zₖ / Σ zₖ, which does not cancel where the target's class has nearly all of the sum.
///
/// # Source
///
/// X. Ye et al., Active Negative Loss Functions for Learning with Noisy Labels, 2023; A = ln 10⁻⁷, the p_min of its
/// code.
///
#[doc = include_str!("../../docs/plots/normalized_negative_cross_entropy.svg")]
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
/// let loss = NormalizedNegativeCrossEntropy::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.75).abs() < 1e-6);
/// ```
#[doc(alias = "NNCE")]
#[doc(alias = "ANL")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NormalizedNegativeCrossEntropy {
    /// A, the least ln p that counts: < 0, default −16.11809565095832, ln 10⁻⁷.
    pub log_zero: f64,
}

impl Config for NormalizedNegativeCrossEntropy {}

impl Default for NormalizedNegativeCrossEntropy {
    fn default() -> Self {
        Self { log_zero: -16.11809565095832 }
    }
}

impl NormalizedNegativeCrossEntropy {
    /// With A, the least ln p that counts.
    pub fn with_log_zero(mut self, log_zero: f64) -> Self {
        self.log_zero = log_zero;
        self
    }
}

impl Described for NormalizedNegativeCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "normalized_negative_cross_entropy",
        type_name: "NormalizedNegativeCrossEntropy",
        family: Family::NoiseRobust,
        formula: "1 − zₜ/Σₖ zₖ, zₖ = max(ln pₖ, A) − A",
        source: "Ye et al., Active Negative Loss Functions for Learning with Noisy Labels, 2023",
        purpose: "The passive part of a sum with an active loss, for many classes",
        parameters: &[Parameter::new("log_zero", -16.11809565095832, Range::below(0.0))],
    };
}

impl SoftClassFormula for NormalizedNegativeCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const SECOND: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        -(class.target() - 1.0) * self.second(class)
    }

    #[inline(always)]
    fn second<R: Real>(&self, class: &Class<R>) -> R {
        class.log_p().max(class.constant(self.log_zero)) - self.log_zero
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
