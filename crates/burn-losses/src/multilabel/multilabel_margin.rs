//! Multilabel margin loss.

use super::{is_yes, known};
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::Labels;
use crate::engine::graph::added;
use crate::signature::{Per, TensorFormula};
use burn::config::Config;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Multilabel margin loss: every label that is there should score a margin more than every one that is not.
///
/// For a ranking of the labels, the right ones first, where no probabilities are asked for. It gives no threshold
/// between yes and no; [`Zlpr`](crate::Zlpr) does.
///
/// # Formula
///
/// ```text
/// L = (1/C)·Σⱼ Σᵢ max(0, m − (xⱼ − xᵢ)),   j the labels with y = 1, i those with y = 0
/// ∂L/∂xⱼ = −(1/C)·|{i: xⱼ − xᵢ < m}|,   ∂L/∂xᵢ = (1/C)·|{j: xⱼ − xᵢ < m}|
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`, one loss for each of `[N, 1, d1, …]`; `[C]` is one row
/// - targets: the logits' shape; y = 1 where they are above ½
///
/// # Special cases
///
/// All labels 1, or all 0, is loss 0. With one label 1 it is [`MultiMargin`](crate::MultiMargin).
///
/// # Numerics
///
/// All pairs of labels of a row are compared at once: C² numbers per row. What is left of a margin that is nearly kept has all
/// its digits. A label of NaN makes NaN.
///
/// # Source
///
/// A. Elisseeff and J. Weston, A Kernel Method for Multi-Labelled Classification, 2001, who divide by the number of
/// pairs; the 1/C is that of PyTorch's `MultiLabelMarginLoss`. Its m is 1, and its targets are the indices of the
/// labels that are there, ended by −1, where these have a 1 at each of them.
///
#[doc = include_str!("../../docs/plots/multilabel_margin.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.1, 0.2, 0.4, 0.8]], &device);
/// // In PyTorch [[3, 0, -1, 1]].
/// let targets = Tensor::<2, Int>::from_data([[1, 0, 0, 1]], &device);
/// let loss = MultilabelMargin::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.85).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MultilabelMargin {
    /// m, the margin: > 0, default 1.
    pub margin: f64,
}

impl Config for MultilabelMargin {}

impl Default for MultilabelMargin {
    fn default() -> Self {
        Self { margin: 1.0 }
    }
}

impl MultilabelMargin {
    /// With margin m.
    pub fn with_margin(mut self, margin: f64) -> Self {
        self.margin = margin;
        self
    }
}

impl Described for MultilabelMargin {
    const ENTRY: Entry = Entry {
        name: "multilabel_margin",
        type_name: "MultilabelMargin",
        family: Family::Multilabel,
        formula: "(1/C)·Σ_{y_j=1} Σ_{y_i=0} max(0, m − (xⱼ − xᵢ))",
        source: "Elisseeff and Weston, A Kernel Method for Multi-Labelled Classification, 2001; PyTorch",
        purpose: "A ranking of the labels",
        parameters: &[Parameter::new("margin", 1.0, Range::above(0.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("margin", "m")],
        settings: &[&[("margin", 0.5)], &[("margin", 2.0)]],
        ..Picture::DEFAULT
    };
}

impl TensorFormula for MultilabelMargin {
    const PER: Per = Per::Row;
    const LABELS: Labels = Labels::ZeroToOne;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, prediction: Tensor<3>, target: Tensor<3>) -> Tensor<3> {
        let [rows, classes, inner] = prediction.dims();
        let (first, second) = ([rows, classes, 1, inner], [rows, 1, classes, inner]);
        let pairs = [rows, classes, classes, inner];
        let known = known(target.clone());
        let yes = is_yes(target);
        let no = yes.clone().bool_not().reshape(second).expand(pairs);
        let counts = yes.reshape(first).expand(pairs).bool_and(no);
        let (own, other) = (prediction.clone().reshape(first).expand(pairs), prediction.reshape(second).expand(pairs));
        let slack = added(other, own, self.margin);
        let is_idle = slack.clone().lower_equal_elem(0.0).bool_or(counts.bool_not());
        let slack = slack.mask_fill(is_idle, 0.0);
        slack.sum_dim(2).sum_dim(1).reshape([rows, 1, inner]) * (1.0 / classes as f64) + known
    }
}
