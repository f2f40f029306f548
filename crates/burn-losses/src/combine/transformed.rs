//! A loss on transformed logits: what logit clipping and logit normalisation have in common.

use super::schedule::Scheduled;
use crate::base::entry::Described;
use crate::base::reduction::Reduction;
use crate::base::{check, display, error};
use crate::signature::{Criterion, Losses as _, widened};
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::{DType, Tensor};
use core::fmt::Debug;
use serde::Serialize;

/// Something that is done to every row of logits before any class loss. The gradient flows through it.
pub trait LogitTransform: Described + Serialize + Clone + Debug + Send + Sync + 'static {
    /// The transformed logits, in the same shape.
    #[track_caller]
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

    /// The transformed logits, and the dtype of the result where it is another.
    #[track_caller]
    fn transformed<const D: usize, Y>(&self, logits: Tensor<D>, targets: &Y) -> (Tensor<D>, Option<DType>)
    where
        L: Criterion<Tensor<D>, Y>,
    {
        error::enforce(check::rows_of(W::ENTRY.type_name, "logits", &logits.dims()));
        // Nothing to transform; and some backends stumble over operations on no elements.
        if logits.shape().num_elements() == 0 {
            return (logits, None);
        }
        let counts = self.inner.counts(&logits, targets).flat();
        let dtype = logits.dtype();
        let logits = self.transform.apply(heard(widened(logits), counts));
        (logits, matches!(dtype, DType::F16 | DType::BF16).then_some(dtype))
    }
}

/// The logits, `[V·N, C, d…]`, with rows of zeros where they count for nothing and are not finite: what has a slope of 0 by
/// the loss would have NaN by the transformation.
fn heard<const D: usize>(logits: Tensor<D>, counts: Tensor<1>) -> Tensor<D> {
    let dims = logits.dims();
    let inner: usize = dims[2..].iter().product();
    let [rows] = counts.dims();
    let (items, classes) = (rows / inner, dims[1]);
    if !rows.is_multiple_of(inner) || rows == 0 || !dims[0].is_multiple_of(items) {
        // The loss inside says what is wrong with the shapes.
        return logits;
    }
    let silent = counts.equal_elem(0.0).reshape([1, items, 1, inner]);
    let silent = silent.expand([dims[0] / items, items, classes, inner]).reshape(dims);
    let broken = logits.clone().detach().is_finite().bool_not().any_dim(1).expand(dims);
    logits.mask_fill(silent.bool_and(broken), 0.0)
}

impl<const D: usize, Y, W: LogitTransform, L: Criterion<Tensor<D>, Y>> Criterion<Tensor<D>, Y> for Transformed<W, L> {
    type Losses = L::Losses;

    fn forward(&self, logits: Tensor<D>, targets: Y, reduction: Reduction) -> Tensor<1> {
        let (logits, dtype) = self.transformed(logits, &targets);
        let loss = self.inner.forward(logits, targets, reduction);
        dtype.map_or(loss.clone(), |dtype| loss.cast(dtype))
    }

    fn forward_no_reduction(&self, logits: Tensor<D>, targets: Y) -> L::Losses {
        let (logits, dtype) = self.transformed(logits, &targets);
        let losses = self.inner.forward_no_reduction(logits, targets);
        dtype.map_or(losses.clone(), |dtype| losses.cast(dtype))
    }

    fn counts(&self, logits: &Tensor<D>, targets: &Y) -> L::Losses {
        self.inner.counts(logits, targets)
    }

    fn counted(&self, logits: Tensor<D>, targets: Y) -> (L::Losses, L::Losses) {
        let (logits, dtype) = self.transformed(logits, &targets);
        let (losses, counts) = self.inner.counted(logits, targets);
        (dtype.map_or(losses.clone(), |dtype| losses.cast(dtype)), counts)
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

impl<W: LogitTransform, L: Scheduled> Scheduled for Transformed<W, L> {
    fn steps(&mut self, act: &mut dyn FnMut(&mut usize)) {
        self.inner.steps(act);
    }
}
