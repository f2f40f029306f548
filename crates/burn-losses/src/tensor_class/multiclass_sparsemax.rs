//! Multiclass sparsemax loss.

use super::{added, best, is_class, places, relu};
use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::graph::moved;
use crate::engine::reduce::Summed as _;
use crate::signature::TensorClassFormula;
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
/// # Numerics
///
/// With a the best class and s = 1 − pₐ, L = ½·(s² + Σ_{k≠a} pₖ²) + (xₐ − xₜ): all of it is ≥ 0, and nothing cancels where
/// the margin is nearly kept.
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
        let shape = scores.dims();
        let fixed = scores.clone().detach();
        let most = best(&fixed);
        let is_most = is_class(most.clone(), shape[1]);
        let largest = fixed.clone().gather(1, most.clone());
        // What lies 1 behind has no part in p.
        let above = relu(added(fixed.clone(), largest.clone().expand(shape), 1.0)).mask_fill(is_most.clone(), 0.0);
        let sums = above.clone().sort_descending(1).cumsum(1);
        let s = (sums / (places(&above) + 1.0)).max_dim(1);
        let others = relu(above - s.clone()).mask_fill(is_most.clone(), 0.0);
        let square = (others.clone() * others.clone()).summed() + s.clone() * s.clone();
        let hit = most.equal(targets.clone());
        // The best class is as good as itself, even at ∞.
        let behind = (largest - fixed.gather(1, targets.clone())).mask_fill(hit.clone(), 0.0);

        // p − e, of the best class without a difference of numbers near 1.
        let of_most = (-s.clone() + 1.0).mask_where(hit, -s);
        let is_target = is_class(targets, shape[1]);
        let slope = others.clone().mask_where(is_target, others - 1.0);
        let slope = slope.mask_where(is_most, of_most.expand(shape));
        square * 0.5 + behind + moved(scores, slope)
    }
}
