//! Cross-entropy with the Jensen–Shannon divergence of augmented views.

use super::Softmax;
use super::views::{count, divergence};
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::class::CrossEntropy;
use crate::signature::{Init, TensorClassFormula};
use burn::config::Config;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

/// Cross-entropy of a clean view, with how much the predictions for it and for augmented views of the same item differ.
///
/// For a classifier that should not change its mind when its input is augmented, as with AugMix. It costs as many
/// predictions of every item as there are views.
///
/// # Formula
///
/// ```text
/// L = CE(x₁) + α·(1/V)·Σᵥ Σₖ pᵥₖ·ln(pᵥₖ/mₖ),   m = (1/V)·Σᵥ pᵥ
/// ∂L/∂ln pᵥₖ = (α/V)·pᵥₖ·ln(pᵥₖ/mₖ), and of the first view that of cross-entropy
/// ```
///
/// # Shapes
///
/// - logits: `[V·N, C]` or `[V·N, C, d1, …]`, all items of the clean view first, then all of the next
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// α = 0, and views that are all the same, is [`CrossEntropy`](crate::CrossEntropy) of the first; not with smoothing and
/// class weights together, as here all of the loss has the weight of the target's class, there each term that of its own.
/// [`GeneralizedJensenShannon`](crate::GeneralizedJensenShannon) makes the label one of the distributions.
///
/// # Source
///
/// D. Hendrycks et al., AugMix: A Simple Data Processing Method to Improve Robustness and Uncertainty, 2020. The
/// mean is over the targets. For `[N, C]` it is timm's, which of `[N, C, d1, …]` divides the divergence by N alone. There
/// ε is 0.1 unless set, and m is 10⁻⁷ at least.
///
#[doc = include_str!("../../docs/plots/jsd_cross_entropy.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// // One item, seen twice.
/// let logits = Tensor::<2>::from_data([[0.25, 0.75], [0.75, 0.25]], &device).log();
/// let targets = Tensor::<1, Int>::from_data([1], &device);
/// let loss = JsdCrossEntropy::default().with_views(2).init().forward(logits, targets, Reduction::Mean);
/// let divergence = 0.25 * 0.5f32.ln() + 0.75 * 1.5f32.ln();
/// assert!((loss.into_scalar::<f32>() - ((4f32 / 3.0).ln() + 12.0 * divergence)).abs() < 1e-5);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JsdCrossEntropy {
    /// α, the weight of the divergence: ≥ 0, default 12.
    pub alpha: f64,
    /// V, how many views there are of each item: 2 to 16, default 3.
    #[serde(deserialize_with = "count")]
    pub views: usize,
    /// ε, the share of the target spread evenly over all classes: 0 to 1, default 0.
    pub label_smoothing: f64,
}

impl Config for JsdCrossEntropy {}

impl Default for JsdCrossEntropy {
    fn default() -> Self {
        Self { alpha: 12.0, views: 3, label_smoothing: 0.0 }
    }
}

impl JsdCrossEntropy {
    /// With α, the weight of the divergence.
    pub fn with_alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// With so many views of each item.
    pub fn with_views(mut self, views: usize) -> Self {
        self.views = views;
        self
    }

    /// With label smoothing ε.
    pub fn with_label_smoothing(mut self, label_smoothing: f64) -> Self {
        self.label_smoothing = label_smoothing;
        self
    }
}

impl Described for JsdCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "jsd_cross_entropy",
        type_name: "JsdCrossEntropy",
        family: Family::Classification,
        formula: "CE(x₁) + α·(1/V)·Σᵥ Σₖ pᵥₖ·ln(pᵥₖ/mₖ), m = (1/V)·Σᵥ pᵥ",
        source: "Hendrycks et al., AugMix: A Simple Data Processing Method to Improve Robustness, 2020",
        purpose: "The same answer for augmented views of an item",
        parameters: &[
            Parameter::new("alpha", 12.0, Range::at_least(0.0)),
            Parameter::new("views", 3.0, Range::whole(2.0, 16.0)),
            Parameter::new("label_smoothing", 0.0, Range::between(0.0, 1.0)),
        ],
    };
}

impl TensorClassFormula for JsdCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn views(&self) -> usize {
        self.views
    }

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let [rows, _, inner] = targets.dims();
        let shape = [self.views, rows, scores.dims()[1], inner];
        let clean = scores.clone().slice_dim(0, 0..rows);
        let cross_entropy = CrossEntropy::default().with_label_smoothing(self.label_smoothing).init();
        let losses = cross_entropy.forward_no_reduction(clean, targets.reshape([rows, inner]));
        let softmax = Softmax::new(scores);
        let apart = divergence(softmax.live_p().reshape(shape), softmax.miss.reshape(shape));
        losses.reshape([rows, 1, inner]) + apart * self.alpha
    }
}
