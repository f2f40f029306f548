//! What all class losses have in common, and the wrappers that go round any of them.

mod flooding;
mod logit_clip;
mod logit_norm;
mod row_norm;
mod transformed;

pub use flooding::{Flooding, FloodingLoss};
pub use logit_clip::{LogitClip, LogitClipLoss};
pub use logit_norm::{LogitNorm, LogitNormLoss};
pub use transformed::{LogitTransform, Transformed};

use crate::reduction::Reduction;
use burn::tensor::{Int, Tensor};

/// A loss of `logits [N, C, d…]` against one class index per target: a [`ClassLoss`](crate::ClassLoss), a wrapper round
/// one, or [`AnyClassLoss`](crate::AnyClassLoss).
pub trait ClassCriterion {
    /// The loss of the batch, `[1]`.
    ///
    /// # Shapes
    ///
    /// - logits: `[N, C]` or `[N, C, d1, …]`
    /// - targets: `[N]` or `[N, d1, …]`
    ///
    /// # Panics
    ///
    /// If the shapes do not fit each other or the loss.
    fn forward<const D: usize, const T: usize>(
        &self,
        logits: Tensor<D>,
        targets: Tensor<T, Int>,
        reduction: Reduction,
    ) -> Tensor<1>;

    /// The loss of every target, in the targets' shape.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit each other or the loss; if the loss is defined on the reduced value only
    /// ([`Flooding`]).
    fn forward_no_reduction<const D: usize, const T: usize>(
        &self,
        logits: Tensor<D>,
        targets: Tensor<T, Int>,
    ) -> Tensor<T>;
}

impl<L: ClassCriterion> ClassCriterion for &L {
    fn forward<const D: usize, const T: usize>(
        &self,
        logits: Tensor<D>,
        targets: Tensor<T, Int>,
        reduction: Reduction,
    ) -> Tensor<1> {
        L::forward(self, logits, targets, reduction)
    }

    fn forward_no_reduction<const D: usize, const T: usize>(
        &self,
        logits: Tensor<D>,
        targets: Tensor<T, Int>,
    ) -> Tensor<T> {
        L::forward_no_reduction(self, logits, targets)
    }
}
