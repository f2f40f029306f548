//! Multilabel soft margin loss.

use super::cross_entropy;
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::base::per_class::{ClassParameter, PerClass};
use crate::engine::formula::Labels;
use crate::engine::reduce::Summed as _;
use crate::signature::{Per, TensorFormula};
use burn::config::Config;
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// Multilabel soft margin loss: the mean of the binary cross-entropies of an example's labels.
///
/// As [`BinaryCrossEntropy`](crate::BinaryCrossEntropy), with one loss for each example and not for each label: for
/// losses that are weighted, selected or looked at by example. With labels of different importance, a weight for each.
///
/// # Formula
///
/// ```text
/// L = −(1/C)·Σₖ wₖ·(yₖ·ln σ(xₖ) + (1 − yₖ)·ln σ(−xₖ))
/// ∂L/∂xₖ = (wₖ/C)·(σ(xₖ) − yₖ)
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`, one loss for each of `[N, 1, d1, …]`; `[C]` is one row
/// - targets: the logits' shape, from 0 to 1; no gradient
///
/// # Special cases
///
/// w = 1 has the mean of [`BinaryCrossEntropy`](crate::BinaryCrossEntropy). The sum is divided by C, not by the sum of
/// the weights.
///
/// # Source
///
/// `MultiLabelSoftMarginLoss` of PyTorch 2, whose `weight` is w and whose classes are the last axis, here axis 1.
///
#[doc = include_str!("../../docs/plots/multilabel_soft_margin.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Bool, Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = MultilabelSoftMargin::default().with_weight([1.0, 3.0]).init();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<2, Bool>::from_data([[true, false]], &device);
/// let loss = criterion.forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 2.0 * 2f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MultilabelSoftMargin {
    /// w, the weight of a label: ≥ 0, default 1; a number or one per label.
    pub weight: PerClass,
}

impl Config for MultilabelSoftMargin {}

impl Default for MultilabelSoftMargin {
    fn default() -> Self {
        Self { weight: PerClass::Same(1.0) }
    }
}

impl MultilabelSoftMargin {
    /// With w, a number or one per label.
    pub fn with_weight(mut self, weight: impl Into<PerClass>) -> Self {
        self.weight = weight.into();
        self
    }
}

impl Described for MultilabelSoftMargin {
    const ENTRY: Entry = Entry {
        name: "multilabel_soft_margin",
        type_name: "MultilabelSoftMargin",
        family: Family::Multilabel,
        formula: "−(1/C)·Σₖ wₖ·(yₖ·ln σ(xₖ) + (1 − yₖ)·ln σ(−xₖ))",
        source: "PyTorch 2, MultiLabelSoftMarginLoss",
        purpose: "Many labels, with one loss for each example",
        parameters: &[Parameter::per_class("weight", 1.0, Range::at_least(0.0))],
    };
}

impl TensorFormula for MultilabelSoftMargin {
    const PER: Per = Per::Row;
    const LABELS: Labels = Labels::ZeroToOne;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn per_class(&self) -> Vec<(&'static str, usize)> {
        match &self.weight {
            PerClass::Each(weights) => vec![("weight", weights.len())],
            PerClass::Same(_) | PerClass::Scheduled(_) => Vec::new(),
        }
    }

    fn losses(&self, prediction: Tensor<3>, target: Tensor<3>) -> Tensor<3> {
        let classes = prediction.dims()[1] as f64;
        let weights = match self.weight.same_for_all() {
            Some(weight) => vec![weight],
            None => self.weight.by_class().to_vec(),
        };
        let shape = [1, weights.len(), 1];
        let (device, dtype) = (prediction.device(), prediction.dtype());
        let weights = Tensor::<3>::from_data(TensorData::new(weights, shape), (&device, dtype));
        let yes = target.detach();
        let no = -(yes.clone() - 1.0);
        cross_entropy(prediction, yes * weights.clone(), no * weights).summed() * (1.0 / classes)
    }
}
