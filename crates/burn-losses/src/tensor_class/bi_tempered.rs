//! Bi-tempered logistic loss.

use super::tempered::divergence;
use super::{Tempered, is_class, real, tensor};
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::graph::moved;
use crate::engine::reduce::Summed as _;
use crate::signature::TensorClassFormula;
use burn::config::Config;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

/// Bi-tempered logistic loss: cross-entropy with a logarithm that is bounded and an exponential with heavy tails.
///
/// For wrong labels of both kinds: t₁ < 1 bounds the loss of labels far off, t₂ > 1 lets labels near the boundary be
/// wrong without bending it. Two numbers to tune; [`GeneralizedCrossEntropy`](crate::GeneralizedCrossEntropy) has one.
///
/// # Formula
///
/// ```text
/// L = Σₖ yₖ·(log₁ yₖ − log₁ pₖ) − (yₖ^(2−t₁) − pₖ^(2−t₁))/(2 − t₁),   y = (1 − ε)·e + ε/C
/// log₁ u = (u^(1−t₁) − 1)/(1 − t₁),   pₖ = (1 + (t₂ − 1)·(λ − xₖ))^(−1/(t₂−1)),   λ such that Σ p = 1
/// ∂L/∂xᵢ = fᵢ − wᵢ·Σₖ fₖ/Σₖ wₖ,   fₖ = pₖ^(t₂−t₁)·(pₖ − yₖ),   wₖ = pₖ^t₂
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// t₁ = t₂ = 1 is [`CrossEntropy`](crate::CrossEntropy), with smoothing less the entropy of y; not with smoothing and
/// class weights together, as here all of the loss has the weight of the target's class, there each term that of its own.
/// The authors smooth by other numbers: theirs is ε·(C − 1)/C.
///
/// # Numerics
///
/// λ is the root to the last digits, and so are its slopes; the authors' code iterates five times. The terms of L are
/// divergences of one number from another: none is negative, and each keeps its digits where the two are near.
///
/// # Source
///
/// E. Amid, M. K. Warmuth, R. Anil and T. Koren, Robust Bi-Tempered Logistic Loss Based on Bregman Divergences, 2019.
///
#[doc = include_str!("../../docs/plots/bi_tempered.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = BiTempered::default().init().forward(logits, targets, Reduction::Mean);
/// let less = 1.0 - 0.5f32.powf(0.2);
/// assert!((loss.into_scalar::<f32>() - (less / 0.2 - less / 1.2)).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BiTempered {
    /// t₁, the temperature of the logarithm: 0 to 1, default 0.8.
    pub t1: f64,
    /// t₂, the temperature of the exponential: ≥ 1 and ≤ 10, default 1.2.
    pub t2: f64,
    /// ε, the share of the target spread evenly over all classes: 0 to 1, default 0.
    pub label_smoothing: f64,
}

impl Config for BiTempered {}

impl Default for BiTempered {
    fn default() -> Self {
        Self { t1: 0.8, t2: 1.2, label_smoothing: 0.0 }
    }
}

impl BiTempered {
    /// With t₁, the temperature of the logarithm.
    pub fn with_t1(mut self, t1: f64) -> Self {
        self.t1 = t1;
        self
    }

    /// With t₂, the temperature of the exponential.
    pub fn with_t2(mut self, t2: f64) -> Self {
        self.t2 = t2;
        self
    }

    /// With label smoothing ε.
    pub fn with_label_smoothing(mut self, label_smoothing: f64) -> Self {
        self.label_smoothing = label_smoothing;
        self
    }
}

impl Described for BiTempered {
    const ENTRY: Entry = Entry {
        name: "bi_tempered",
        type_name: "BiTempered",
        family: Family::NoiseRobust,
        formula: "Σₖ yₖ·(log₁ yₖ − log₁ pₖ) − (yₖ^(2−t₁) − pₖ^(2−t₁))/(2 − t₁), p = exp₂(x − λ)",
        source: "Amid et al., Robust Bi-Tempered Logistic Loss Based on Bregman Divergences, 2019",
        purpose: "Wrong labels, far from the boundary and near it",
        parameters: &[
            Parameter::new("t1", 0.8, Range::between(0.0, 1.0)),
            Parameter::new("t2", 1.2, Range::between(1.0, 10.0)),
            Parameter::new("label_smoothing", 0.0, Range::between(0.0, 1.0)),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("t1", "t₁"), ("t2", "t₂")],
        settings: &[
            &[("t1", 1.0), ("t2", 1.0)],
            &[("t1", 0.8), ("t2", 1.0)],
            &[("t1", 1.0), ("t2", 1.2)],
            &[("t1", 0.2), ("t2", 1.2)],
        ],
        ..Picture::DEFAULT
    };
}

impl TensorClassFormula for BiTempered {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let classes = scores.dims()[1];
        let tempered = Tempered::new(scores.clone().detach(), self.t2);
        let is_target = is_class(targets.clone(), classes);
        let other = self.label_smoothing / classes as f64;
        // y − p, at the target without a difference of numbers near 1.
        let of_target = tempered.miss.clone() - (self.label_smoothing - other);
        let gap = (-tempered.p.clone() + other).mask_where(is_target.clone(), of_target);
        let term = |y: f64, at: &dyn Fn(&Tensor<3>) -> Tensor<3>| {
            let [p, log_p, gap] = [&tempered.p, &tempered.log_p, &gap].map(|x| real(at(x)));
            tensor::<3>(divergence(y, p, log_p, gap, self.t1))
        };
        let others = term(other, &|x| x.clone()).mask_fill(is_target, 0.0).summed();
        let target = term(1.0 - self.label_smoothing + other, &|x| x.clone().gather(1, targets.clone()));
        let slopes = tempered.slopes(gap, targets, other, self.t1);
        others + target + moved(scores, slopes)
    }
}
