//! What wrappers of the single losses have in common: new losses and counts from old ones, and their reduction.

use super::schedule::Scheduled;
use crate::catalogue::Described;
use crate::criteria::{Criterion, Losses};
use crate::display;
use crate::reduction::Reduction;
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::{IndexingUpdateOp, Int, Tensor};
use core::fmt::Debug;
use serde::Serialize;

/// Something that is done to the single losses of a batch, before they are reduced. The gradient flows through it.
pub trait PerItem: Described + Serialize + Clone + Debug + Send + Sync + 'static {
    /// From losses that are multiplied by what they count, and what they count, `[n]` each: the same, changed.
    #[track_caller]
    fn change(&self, losses: Tensor<1>, counts: Tensor<1>) -> (Tensor<1>, Tensor<1>);
}

/// A loss whose single values are changed before they are reduced.
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct PerItemLoss<W: PerItem, L> {
    #[module(skip)]
    wrapper: W,
    inner: L,
}

impl<W: PerItem, L> PerItemLoss<W, L> {
    pub(super) fn new(wrapper: W, inner: L) -> Self {
        Self { wrapper, inner }
    }
}

impl<W: PerItem, L: Module + ModuleDisplay> ModuleDisplay for PerItemLoss<W, L> {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        display::wrapper(&self.wrapper, content).add("loss", &self.inner).optional()
    }
}

impl<X, Y, W: PerItem, L: Criterion<X, Y>> Criterion<X, Y> for PerItemLoss<W, L> {
    type Losses = L::Losses;

    fn forward(&self, input: X, target: Y, reduction: Reduction) -> Tensor<1> {
        let counts = self.inner.counts(&input, &target).flat();
        let losses = self.inner.forward_no_reduction(input, target).flat();
        if losses.dims() == [0] {
            return losses.sum();
        }
        let (losses, counts) = self.wrapper.change(losses, counts);
        reduction.of(losses, counts)
    }

    fn forward_no_reduction(&self, input: X, target: Y) -> L::Losses {
        let counts = self.inner.counts(&input, &target).flat();
        let losses = self.inner.forward_no_reduction(input, target);
        let flat = losses.clone().flat();
        if flat.dims() == [0] {
            return losses;
        }
        losses.shaped(self.wrapper.change(flat, counts).0)
    }

    fn counts(&self, input: &X, target: &Y) -> L::Losses {
        self.inner.counts(input, target)
    }
}

impl<W: PerItem, L: Scheduled> Scheduled for PerItemLoss<W, L> {
    fn steps(&mut self, act: &mut dyn FnMut(&mut usize)) {
        self.inner.steps(act);
    }
}

/// The losses and counts, 0 for all but the largest or smallest ⌈ratio·n⌉ of those that count.
pub(super) fn selected(losses: Tensor<1>, counts: Tensor<1>, ratio: f64, largest: bool) -> (Tensor<1>, Tensor<1>) {
    let device = losses.device();
    let [n] = losses.dims();
    let unused = counts.clone().equal_elem(0.0);
    // What does not count comes last.
    let key = losses.clone().detach();
    let key = if largest { -key } else { key }.mask_fill(unused.clone(), f64::INFINITY);
    let order = key.argsort(0);
    let places = Tensor::<1, Int>::arange(0..n as i64, &device);
    let ranks = places.zeros_like().scatter(0, order, places, IndexingUpdateOp::Add);
    let counted = unused.clone().bool_not().int().sum();
    // ⌈ratio·n⌉ in exact steps of the count: the smallest k with k ≥ ratio·n.
    let share = (counted.float() * ratio - 1e-6).ceil().clamp_min(1.0);
    let kept = ranks.float().lower(share.expand([n]));
    let dropped = kept.bool_not().bool_or(unused);
    (losses.mask_fill(dropped.clone(), 0.0), counts.mask_fill(dropped, 0.0))
}
