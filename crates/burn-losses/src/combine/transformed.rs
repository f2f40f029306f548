//! A loss on transformed logits: what logit clipping and logit normalisation have in common.

use super::ClassCriterion;
use crate::catalogue::Described;
use crate::display;
use crate::reduction::Reduction;
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::{DType, Int, Tensor};
use core::fmt::Debug;
use serde::Serialize;

/// Something that is done to every row of logits before any class loss. The gradient flows through it.
pub trait LogitTransform: Described + Serialize + Clone + Debug + Send + Sync + 'static {
    /// The transformed logits, in the same shape.
    fn apply<const D: usize>(&self, logits: Tensor<D>) -> Tensor<D>;
}

/// A loss on transformed logits, half precision in f32 up to the loss.
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct Transformed<W: LogitTransform, L> {
    #[module(skip)]
    transform: W,
    inner: L,
}

impl<W: LogitTransform, L> Transformed<W, L> {
    pub(super) fn new(transform: W, inner: L) -> Self {
        Self { transform, inner }
    }

    fn run<const D: usize, const O: usize>(
        &self,
        logits: Tensor<D>,
        loss: impl FnOnce(Tensor<D>) -> Tensor<O>,
    ) -> Tensor<O> {
        // Nothing to transform; and some backends stumble over operations on no elements.
        if logits.shape().num_elements() == 0 {
            return loss(logits);
        }
        match logits.dtype() {
            dtype @ (DType::F16 | DType::BF16) => loss(self.transform.apply(logits.cast(DType::F32))).cast(dtype),
            _ => loss(self.transform.apply(logits)),
        }
    }
}

impl<W: LogitTransform, L: ClassCriterion> ClassCriterion for Transformed<W, L> {
    fn forward<const D: usize, const T: usize>(
        &self,
        logits: Tensor<D>,
        targets: Tensor<T, Int>,
        reduction: Reduction,
    ) -> Tensor<1> {
        self.run(logits, |logits| self.inner.forward(logits, targets, reduction))
    }

    fn forward_no_reduction<const D: usize, const T: usize>(
        &self,
        logits: Tensor<D>,
        targets: Tensor<T, Int>,
    ) -> Tensor<T> {
        self.run(logits, |logits| self.inner.forward_no_reduction(logits, targets))
    }
}

impl<W: LogitTransform, L: Module + ModuleDisplay> ModuleDisplay for Transformed<W, L> {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        display::wrapper(&self.transform, content).add("loss", &self.inner).optional()
    }
}
