//! Multiclass sparsemax loss.

use super::{projection, without};
use crate::catalogue::{Described, Entry, Family, Parameter};
use crate::criteria::TensorClassFormula;
use burn::config::Config;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

/// Sparsemax loss: as cross-entropy, for the projection onto the simplex instead of the softmax.
///
/// Where predictions should have exact zeros: p is 0 for every class that lies far enough behind, and the loss is exactly
/// 0 once the target's score is 1 above all others.
///
/// # Formula
///
/// ```text
/// L = ½·Σₖ (xₖ − eₖ)² − ½·Σₖ (xₖ − pₖ)²,  p = the point of the simplex nearest to x, e = the target's corner
/// ∂L/∂x = p − e
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// With two classes it is [`SparsemaxHinge`](crate::SparsemaxHinge) of their difference, xₜ less the other. A single
/// class has loss 0.
///
/// # Source
///
/// A. F. T. Martins and R. F. Astudillo, From Softmax to Sparsemax, 2016, equation 18.
///
#[doc = include_str!("../../docs/plots/multiclass_sparsemax.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let scores = Tensor::<2>::from_data([[3.0, 1.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = MulticlassSparsemax::default().init().forward(scores, targets, Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), 0.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MulticlassSparsemax {}

impl Config for MulticlassSparsemax {}

impl Described for MulticlassSparsemax {
    const ENTRY: Entry = Entry {
        name: "multiclass_sparsemax",
        type_name: "MulticlassSparsemax",
        family: Family::Classification,
        formula: "½·‖x − e‖² − ½·‖x − p‖²",
        source: "Martins and Astudillo, From Softmax to Sparsemax, 2016, equation 18",
        purpose: "Predictions with exact zeros",
        parameters: &[],
    };
}

impl TensorClassFormula for MulticlassSparsemax {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let fixed = scores.clone().detach();
        let x = fixed.clone() - fixed.max_dim(1);
        let target = without(x.zeros_like(), targets, 1.0);
        let p = projection(x.clone());
        // Σ (p − e)·(x − (e + p)/2): nothing cancels where p is nearly e.
        let slope = p.clone() - target.clone();
        let value = (slope.clone() * (x - (p + target) * 0.5)).sum_dim(1);
        value + (slope * (scores.clone() - scores.detach())).sum_dim(1)
    }
}
