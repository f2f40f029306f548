//! Seesaw loss.

use super::{best, log_ratios, movement};
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::base::per_class::PerClass;
use crate::class::CrossEntropy;
use crate::signature::{Init, TensorClassFormula};
use burn::config::Config;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

/// Seesaw loss: cross-entropy in which a frequent class pushes a rare one down less, unless that is taken for it.
///
/// For long-tailed classes, as in instance segmentation: a frequent target leaves the rare classes alone, but those
/// that score above it are pushed down the more. [`LogitAdjustment`](crate::LogitAdjustment) does without the second
/// part.
///
/// # Formula
///
/// ```text
/// L = −ln(e^xₜ/(e^xₜ + Σ_{j≠t} Sⱼ·e^xⱼ)),   Sⱼ = min(1, nⱼ/nₜ)^p·max(1, pⱼ/pₜ)^q
/// ∂L/∂xₖ = Sₖ·e^xₖ/(e^xₜ + Σ_{j≠t} Sⱼ·e^xⱼ) − [k = t],   Sₜ = 1
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// q = 0 with p = 0 or with equal counts is [`CrossEntropy`](crate::CrossEntropy). S has no slope.
///
/// # Numerics
///
/// ln(pⱼ/pₜ) is xⱼ − xₜ, so S is never formed: it is cross-entropy of the scores xⱼ + ln Sⱼ. What the best class has is
/// taken off before they are added up, so that small differences of large scores keep their digits. Quotients of counts
/// are made of their mantissas and exponents: none is out of range.
///
/// # Source
///
/// J. Wang et al., Seesaw Loss for Long-Tailed Instance Segmentation, 2021, equations 5 to 7. The authors count the
/// targets of the training as it goes on and let pₜ be 0.01 at least; here counts are given and pₜ is what it is.
///
#[doc = include_str!("../../docs/plots/seesaw.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = Seesaw::default().with_counts([30.0, 10.0]).init();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0], [0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0, 1], &device);
/// let each = criterion.forward_no_reduction(logits, targets).into_data().try_into_vec::<f32>().unwrap();
/// assert!((each[0] - (1.0 / 3f32).powf(0.8).ln_1p()).abs() < 1e-6);
/// assert!((each[1] - 2f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seesaw {
    /// n, how frequent each class is: > 0, one number per class; default 1 for all.
    pub counts: PerClass,
    /// p, how far rare classes are left alone: ≥ 0, default 0.8.
    pub p: f64,
    /// q, how far mistakes are made up for: ≥ 0, default 2.
    pub q: f64,
}

impl Config for Seesaw {}

impl Default for Seesaw {
    fn default() -> Self {
        Self { counts: PerClass::Same(1.0), p: 0.8, q: 2.0 }
    }
}

impl Seesaw {
    /// With how frequent each class is.
    pub fn with_counts(mut self, counts: impl Into<PerClass>) -> Self {
        self.counts = counts.into();
        self
    }

    /// With p, how far rare classes are left alone.
    pub fn with_p(mut self, p: f64) -> Self {
        self.p = p;
        self
    }

    /// With q, how far mistakes are made up for.
    pub fn with_q(mut self, q: f64) -> Self {
        self.q = q;
        self
    }
}

impl Described for Seesaw {
    const ENTRY: Entry = Entry {
        name: "seesaw",
        type_name: "Seesaw",
        family: Family::Classification,
        formula: "−ln(e^xₜ/(e^xₜ + Σ_{j≠t} Sⱼ·e^xⱼ)), Sⱼ = min(1, nⱼ/nₜ)^p·max(1, pⱼ/pₜ)^q",
        source: "Wang et al., Seesaw Loss for Long-Tailed Instance Segmentation, 2021, equations 5 to 7",
        purpose: "Long-tailed classes",
        parameters: &[
            Parameter::per_class("counts", 1.0, Range::above(0.0)),
            Parameter::new("p", 0.8, Range::at_least(0.0)),
            Parameter::new("q", 2.0, Range::at_least(0.0)),
        ],
    };
}

impl TensorClassFormula for Seesaw {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn per_class(&self) -> Vec<(&'static str, usize)> {
        match &self.counts {
            PerClass::Each(counts) => vec![("counts", counts.len())],
            PerClass::Same(_) | PerClass::Scheduled(_) => Vec::new(),
        }
    }

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let (shape, [rows, _, inner]) = (scores.dims(), scores.dims());
        let fixed = scores.clone().detach();
        let most = best(&fixed);
        // What is as large as the best is not behind it, even at ∞.
        let behind = |x: Tensor<3>| {
            let best = x.clone().gather(1, most.clone()).expand(shape);
            (x.clone() - best.clone()).mask_fill(x.equal(best), 0.0)
        };
        let mut adjusted = behind(fixed.clone());
        if self.q > 0.0 {
            let target = fixed.clone().gather(1, targets.clone()).expand(shape);
            let below = fixed.clone().lower(target.clone());
            adjusted = adjusted + behind(fixed.mask_where(below, target)) * self.q;
        }
        if let (PerClass::Each(counts), true) = (&self.counts, self.p > 0.0) {
            adjusted = adjusted + log_ratios(counts, &targets, &scores).clamp_max(0.0) * self.p;
        }
        // What is infinite is so by itself, with its own slope.
        let adjusted = (adjusted + movement(scores.clone())).mask_where(scores.clone().is_inf(), scores);
        let losses = CrossEntropy::default().init().forward_no_reduction(adjusted, targets.reshape([rows, inner]));
        losses.reshape([rows, 1, inner])
    }
}
