//! The softmax of every row, with all its digits, in Burn's graph.

use super::{best, is_class, movement, real, tensor};
use crate::engine::reduce::Summed as _;
use crate::real::Real;
use burn::tensor::{DType, Int, Tensor};

/// The softmax of every row as numbers without a graph, and what hangs them into it.
///
/// With a the class of the largest score and S = Σ_{k≠a} e^(xₖ−xₐ): pₐ = 1/(1 + S), 1 − pₐ = S/(1 + S). Leaving the
/// largest out of the sum is what keeps every digit of 1 − pₐ where the model is confident.
pub(super) struct Softmax {
    pub(super) log_p: Tensor<3>,
    pub(super) p: Tensor<3>,
    /// 1 − p.
    pub(super) miss: Tensor<3>,
    /// a, the first one at ties, `[N, 1, M]`.
    pub(super) most: Tensor<3, Int>,
    /// 0, with the slopes of ln p by the scores: ln pₖ moves by dxₖ − Σⱼ pⱼ·dxⱼ.
    pub(super) moved: Tensor<3>,
}

impl Softmax {
    pub(super) fn new(scores: Tensor<3>) -> Self {
        let shape = scores.dims();
        let fixed = scores.clone().detach();
        let most = best(&fixed);
        let is_most = is_class(most.clone(), shape[1]);
        let largest = fixed.clone().gather(1, most.clone());
        let gap = fixed - largest.clone();
        // What is no normal number any more is 0, as in the other engines: its inverse would be infinite.
        let tiny = if gap.dtype() == DType::F64 { f64::MIN_POSITIVE } else { f64::from(f32::MIN_POSITIVE) };
        let e = gap.clone().exp();
        let gone = e.clone().lower_elem(tiny);
        let e = e.mask_fill(gone, 0.0).mask_fill(is_most.clone(), 0.0);
        // 0 more, but NaN of NaN, which the largest is left out with. (What is alone at ∞ is certain.)
        let at_infinity = largest.clone().equal_elem(f64::INFINITY);
        let largest = largest.mask_fill(at_infinity, 0.0);
        let sum = e.clone().summed() + (largest.clone() - largest);
        let share = (sum.clone() + 1.0).recip();
        let p = e * share.clone();
        let rest = (sum.clone() * share.clone()).expand(shape);
        let miss = (-p.clone() + 1.0).mask_where(is_most.clone(), rest);
        let p = p.mask_where(is_most.clone(), share.expand(shape));
        let log_p = gap.mask_fill(is_most.clone(), 0.0) - tensor::<3>(real(sum).ln_1p());

        // The slope of ln pₐ by xₐ is 1 − pₐ, not 1 and −pₐ added up in the backward pass.
        let moved = movement(scores);
        let weighted = moved.clone() * p.clone();
        let others = weighted.clone().mask_fill(is_most.clone(), 0.0).summed();
        let own = weighted.mask_fill(is_most.clone().bool_not(), 0.0).summed();
        let moved = (moved.clone() - own).mask_where(is_most, moved * miss.clone()) - others;
        Self { log_p, p, miss, most, moved }
    }

    /// p in the graph.
    pub(super) fn live_p(&self) -> Tensor<3> {
        self.p.clone() + self.p.clone() * self.moved.clone()
    }

    /// 1 − p in the graph.
    pub(super) fn live_miss(&self) -> Tensor<3> {
        self.miss.clone() - self.p.clone() * self.moved.clone()
    }
}
