//! Backward correction.

use super::corrected::Corrected;
use super::transition::{Table, Transition};
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::base::error::{self, LossError};
use crate::signature::{Init, TensorClassFormula};
use burn::config::Config;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

/// Backward correction: a combination of the cross-entropies of all classes whose mean over the wrong labels is the
/// cross-entropy of the right ones.
///
/// Where it is known how labels go wrong and an unbiased loss is needed, as for an evaluation. For training,
/// [`ForwardCorrection`](crate::ForwardCorrection) is the better one: this loss is unbounded below, and its variance
/// grows with the rate of wrong labels.
///
/// # Formula
///
/// ```text
/// L = −Σₖ Aₜₖ·ln pₖ,   A = T⁻¹,   Tₖⱼ = P(the label says j | the class is k)
/// ∂L/∂xₖ = pₖ − Aₜₖ
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// A rate of 0, and the unit matrix, is [`CrossEntropy`](crate::CrossEntropy). There is no inverse at a rate of
/// (C − 1)/C, where labels say nothing, and of other singular matrices: the loss panics.
///
/// # Numerics
///
/// The inverse is made on the host in f64, once for a matrix and all clones of it.
///
/// # Source
///
/// G. Patrini et al., Making Deep Neural Networks Robust to Label Noise: A Loss Correction Approach, 2017, theorem 1.
///
#[doc = include_str!("../../docs/plots/backward_correction.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.25, 0.75]], &device).log();
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = BackwardCorrection::default().init().forward(logits, targets, Reduction::Mean);
/// // The inverse of [[0.9, 0.1], [0.1, 0.9]] is [[0.9, −0.1], [−0.1, 0.9]]/0.8.
/// assert!((loss.into_scalar::<f32>() - (0.9 * 4f32.ln() - 0.1 * (4f32 / 3.0).ln()) / 0.8).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackwardCorrection {
    /// T, how labels go wrong: the rate of wrong labels, ≥ 0 and < 1, or a matrix; default 0.1.
    pub transition: Transition,
}

impl Config for BackwardCorrection {}

impl Default for BackwardCorrection {
    fn default() -> Self {
        Self { transition: Transition::Symmetric(0.1) }
    }
}

impl BackwardCorrection {
    /// With T, how labels go wrong.
    pub fn with_transition(mut self, transition: impl Into<Transition>) -> Self {
        self.transition = transition.into();
        self
    }
}

impl Described for BackwardCorrection {
    const ENTRY: Entry = Entry {
        name: "backward_correction",
        type_name: "BackwardCorrection",
        family: Family::NoiseRobust,
        formula: "−Σₖ (T⁻¹)ₜₖ·ln pₖ",
        source: "Patrini et al., Making Deep Neural Networks Robust to Label Noise, 2017, theorem 1",
        purpose: "An unbiased loss, if it is known which labels are taken for which",
        parameters: &[Parameter::matrix("transition", 0.1, Range::at_least_below(0.0, 1.0))],
    };
}

impl BackwardCorrection {
    fn inverse(&self, classes: usize) -> Result<Table<'_>, LossError> {
        let refused =
            || error::refused("BackwardCorrection", "transition", "have an inverse", format!("{:?}", self.transition));
        self.transition.inverse(classes).ok_or_else(refused)
    }
}

impl TensorClassFormula for BackwardCorrection {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn per_class(&self) -> Vec<(&'static str, usize)> {
        self.transition.per_class()
    }

    fn fits(&self, classes: usize) -> Result<(), LossError> {
        self.inverse(classes).map(|_| ())
    }

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let [rows, classes, inner] = scores.dims();
        let inverse = error::enforce(self.inverse(classes));
        let weights = inverse.of(&targets, &scores, |weight| weight);
        let losses: Tensor<2> = Corrected {}.init().forward_soft_no_reduction(scores, weights);
        losses.reshape([rows, 1, inner])
    }
}
