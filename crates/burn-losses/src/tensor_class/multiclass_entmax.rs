//! Multiclass 1.5-entmax loss.

use super::{added, best, is_class, places, relu};
use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::graph::moved;
use crate::engine::reduce::Summed as _;
use crate::signature::TensorClassFormula;
use burn::config::Config;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

/// 1.5-entmax loss: as cross-entropy, for probabilities half-way between the softmax and the sparsemax.
///
/// Where predictions should have exact zeros, but smoother ones than those of
/// [`MulticlassSparsemax`](crate::MulticlassSparsemax): p is 0 for every class that lies far enough behind, and the
/// loss is exactly 0 once the target's score is 2 above all others.
///
/// # Formula
///
/// ```text
/// L = ⟨p, x⟩ + H(p) − xₜ,   p = argmax ⟨p, x⟩ + H(p) over the simplex,   H(p) = 4/3·Σₖ (pₖ − pₖ^1.5)
/// ∂L/∂x = p − e,   pₖ = max(0, xₖ/2 − τ)²,   e = the target's corner
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// It is the Fenchel–Young loss of the Tsallis entropy with α = 1.5; α = 1 is [`CrossEntropy`](crate::CrossEntropy),
/// α = 2 is [`MulticlassSparsemax`](crate::MulticlassSparsemax). A single class has loss 0.
///
/// # Numerics
///
/// With a the best class, s = τ + 1 − xₐ/2 and u = √p, L = s²·(2 − ⅔s) + ⅔·Σ_{k≠a} uₖ³ + (xₐ − xₜ): all of it is ≥ 0.
/// s is exact by sorting except for rounding errors, which three steps of Newton's method on s·(2 − s) = Σ_{k≠a} uₖ² take
/// away, also where s is small beside 1. How far the best class lies above another is taken with the digits that rounding
/// loses.
///
/// # Source
///
/// B. Peters, V. Niculae and A. F. T. Martins, Sparse Sequence-to-Sequence Models, 2019, and their exact algorithm for
/// α = 1.5.
///
#[doc = include_str!("../../docs/plots/multiclass_entmax.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let scores = Tensor::<2>::from_data([[3.0, 1.0, 0.0], [0.5, 0.5, -3.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0, 1], &device);
/// let criterion = MulticlassEntmax::default().init();
/// let each = criterion.forward_no_reduction(scores, targets).into_data().try_into_vec::<f32>().unwrap();
/// assert_eq!(each[0], 0.0);
/// // p is ½, ½, 0.
/// assert!((each[1] - 4.0 / 3.0 * (1.0 - 0.5f32.sqrt())).abs() < 1e-6);
/// ```
#[doc(alias = "entmax15")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MulticlassEntmax {}

impl Config for MulticlassEntmax {}

impl Described for MulticlassEntmax {
    const ENTRY: Entry = Entry {
        name: "multiclass_entmax",
        type_name: "MulticlassEntmax",
        family: Family::Classification,
        formula: "max_p (⟨p, x⟩ + 4/3·Σₖ (pₖ − pₖ^1.5)) − xₜ",
        source: "Peters, Niculae and Martins, Sparse Sequence-to-Sequence Models, 2019",
        purpose: "Predictions with exact zeros, smoother than sparsemax",
        parameters: &[],
    };
}

impl TensorClassFormula for MulticlassEntmax {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let shape = scores.dims();
        let fixed = scores.clone().detach();
        let most = best(&fixed);
        let is_most = is_class(most.clone(), shape[1]);
        let largest = fixed.clone().gather(1, most.clone()).expand(shape);
        // The best class is as good as itself, even at ∞.
        let gap = (fixed.clone() - largest.clone()).mask_fill(is_most.clone(), 0.0);
        // What lies 2 behind has no part in p.
        let above = relu(added(fixed, largest, 2.0) * 0.5).mask_fill(is_most.clone(), 1.0);
        let mut s = threshold(above.clone());
        let others = above.mask_fill(is_most.clone(), 0.0);
        let root = |s: Tensor<3>| relu(others.clone() - s);
        for _ in 0..3 {
            let u = root(s.clone());
            let over = (u.clone() * u.clone()).summed() - s.clone() * (-s.clone() + 2.0);
            s = relu(s.clone() + over / ((u.summed() - s + 1.0) * 2.0));
        }
        let u = root(s.clone());
        let square = u.clone() * u.clone();
        let behind = -gap.gather(1, targets.clone());
        let value = (square.clone() * u).summed() * (2.0 / 3.0);
        let value = value + s.clone() * s.clone() * (s.clone() * (-2.0 / 3.0) + 2.0) + behind;

        // p − e, of the best class without a difference of numbers near 1.
        let hit = most.equal(targets.clone());
        let top = -s + 1.0;
        let of_most = (top.clone() * top).mask_where(hit, -square.clone().summed());
        let is_target = is_class(targets, shape[1]);
        let slope = square.clone().mask_where(is_target, square - 1.0);
        let slope = slope.mask_where(is_most, of_most.expand(shape));
        value + moved(scores, slope)
    }
}

/// s where Σ max(0, x − s)² = 1, for x ≥ 0 of which the largest is 1.
fn threshold(x: Tensor<3>) -> Tensor<3> {
    let places = places(&x);
    let sorted = x.sort_descending(1);
    let sums = sorted.clone().cumsum(1);
    let mean = sums.clone() / places.clone();
    let squares = (sorted.clone() * sorted.clone()).cumsum(1);
    let spread = (-(squares - mean.clone() * sums) + 1.0) / places;
    let thresholds = mean - relu(spread).sqrt();
    let outside = thresholds.clone().greater(sorted);
    relu(thresholds.mask_fill(outside, 0.0).max_dim(1))
}
