//! Normalized generalized cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Class, SoftClassFormula, Sums};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Normalized generalized cross-entropy: 1 − pₜ^q divided by its sum over every class as the target.
///
/// For wrong labels: bounded and symmetric, and robust in theory. Alone it underfits, so it is summed with another
/// loss: in its authors' settings it is the active half beside [`ClassMae`](crate::ClassMae) or
/// [`ReverseCrossEntropy`](crate::ReverseCrossEntropy).
///
/// # Formula
///
/// ```text
/// L = Σₖ yₖ·(1 − pₖ^q) / Σₖ (1 − pₖ^q),   y = [k = t] for an index target
/// ∂L/∂ln pₖ = −(yₖ − L)·q·pₖ^q/Σⱼ (1 − pⱼ^q)
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// q → 0 is [`NormalizedCrossEntropy`](crate::NormalizedCrossEntropy), q = 1 is
/// [`NormalizedClassMae`](crate::NormalizedClassMae). Between 0 and 1/(C − (C − 1)^(1−q)), where pₜ = 0 and the others
/// are alike; 1/C for equal logits; 0 for a single class.
///
/// # Numerics
///
/// 1 − p^q is −(e^{q·ln p} − 1) with `exp_m1`, so small q and p near 1 lose nothing.
///
/// # Source
///
/// X. Ma et al., Normalized Loss Functions for Deep Learning with Noisy Labels, 2020, section 3.1; q = 0.7 as for
/// generalized cross-entropy, where its code takes 0.1 for CIFAR-10.
///
#[doc = include_str!("../../docs/plots/normalized_generalized_cross_entropy.svg")]
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
/// let loss = NormalizedGeneralizedCrossEntropy::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.25).abs() < 1e-6);
/// ```
#[doc(alias = "NGCE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NormalizedGeneralizedCrossEntropy {
    /// q, from normalized cross-entropy (towards 0) to normalized MAE (1): > 0 and ≤ 1, default 0.7.
    pub q: f64,
}

impl Config for NormalizedGeneralizedCrossEntropy {}

impl Default for NormalizedGeneralizedCrossEntropy {
    fn default() -> Self {
        Self { q: 0.7 }
    }
}

impl NormalizedGeneralizedCrossEntropy {
    /// With q.
    pub fn with_q(mut self, q: f64) -> Self {
        self.q = q;
        self
    }
}

impl Described for NormalizedGeneralizedCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "normalized_generalized_cross_entropy",
        type_name: "NormalizedGeneralizedCrossEntropy",
        family: Family::NoiseRobust,
        formula: "(1 − pₜ^q) / Σₖ (1 − pₖ^q)",
        source: "Ma et al., Normalized Loss Functions for Deep Learning with Noisy Labels, 2020",
        purpose: "A part of a sum with another robust loss",
        parameters: &[Parameter::new("q", 0.7, Range::above_up_to(0.0, 1.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("q", "q")],
        settings: &[&[("q", 0.1)], &[("q", 0.4)], &[("q", 1.0)]],
        ..Picture::DEFAULT
    };
}

impl SoftClassFormula for NormalizedGeneralizedCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const SECOND: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        class.target() * self.second(class)
    }

    #[inline(always)]
    fn second<R: Real>(&self, class: &Class<R>) -> R {
        -(class.log_p() * self.q).exp_m1()
    }

    #[inline(always)]
    fn loss<R: Real>(&self, sums: &Sums<R>) -> R {
        if sums.classes() == 1 { sums.constant(0.0) } else { sums.first() / sums.second() }
    }
}
