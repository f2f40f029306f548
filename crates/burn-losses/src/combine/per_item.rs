//! What wrappers of the single losses have in common: new losses and counts from old ones, and their reduction.

use super::decimal::Decimal;
use super::schedule::Scheduled;
use crate::base::display;
use crate::base::entry::Described;
use crate::base::reduction::Reduction;
use crate::engine::reduce::wide_enough_to_sum;
use crate::signature::{Criterion, Losses, counted_by};
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::{DType, IndexingUpdateOp, Int, Tensor};
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

impl<W: PerItem, L> PerItemLoss<W, L> {
    /// The losses, changed, in their own shape and dtype.
    fn changed<O: Losses>(&self, losses: O, counts: O) -> O {
        let flat = losses.clone().flat();
        let dtype = flat.dtype();
        if flat.dims() == [0] {
            return losses;
        }
        let (changed, _) = self.wrapper.change(wide_enough_to_sum(flat), wide_enough_to_sum(counts.flat()));
        losses.shaped(changed.cast(dtype))
    }
}

impl<X, Y, W: PerItem, L: Criterion<X, Y>> Criterion<X, Y> for PerItemLoss<W, L> {
    type Losses = L::Losses;

    fn forward(&self, input: X, target: Y, reduction: Reduction) -> Tensor<1> {
        let (losses, counts) = match reduction {
            Reduction::Mean => self.inner.counted(input, target),
            Reduction::Sum => counted_by(&self.inner, input, target),
        };
        let losses = losses.flat();
        let dtype = losses.dtype();
        if losses.dims() == [0] {
            return losses.sum();
        }
        let (losses, counts) = self.wrapper.change(wide_enough_to_sum(losses), wide_enough_to_sum(counts.flat()));
        reduction.of(losses, counts).cast(dtype)
    }

    fn forward_no_reduction(&self, input: X, target: Y) -> L::Losses {
        let (losses, counts) = counted_by(&self.inner, input, target);
        self.changed(losses, counts)
    }

    fn counted(&self, input: X, target: Y) -> (L::Losses, L::Losses) {
        let (losses, counts) = self.inner.counted(input, target);
        // What this leaves out still counts in the mean of another wrapper around it.
        (self.changed(losses, counts.clone()), counts)
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

/// The losses and counts, 0 for all but the largest or smallest ⌈ratio·n⌉ of those that count. NaN is larger than any
/// number.
pub(super) fn selected(losses: Tensor<1>, counts: Tensor<1>, ratio: f64, largest: bool) -> (Tensor<1>, Tensor<1>) {
    let unused = counts.clone().equal_elem(0.0);
    let key = losses.clone().detach();
    let unknown = key.clone().is_nan();
    let key = key.mask_fill(unknown, f64::INFINITY);
    let order = if largest { -key } else { key }.argsort(0);
    // Each one's place among those that count, from 1 on.
    let used = unused.clone().bool_not().int();
    let places = used.clone().select(0, order.clone()).cumsum(0);
    let ranks = places.zeros_like().scatter(0, order, places, IndexingUpdateOp::Add);
    let kept = ranks.lower_equal(share(used.sum(), ratio, losses.dims()[0]).expand(losses.dims()));
    let dropped = kept.bool_not().bool_or(unused);
    (losses.mask_fill(dropped.clone(), 0.0), counts.mask_fill(dropped, 0.0))
}

/// ⌈ratio·n⌉ of an n that is at most `most`, for 0 < ratio ≤ 1, the ratio being the decimal that it is written as: 0.6 of
/// 100 is 60, though the double nearest to 0.6 is not 0.6. In integers, by long multiplication.
fn share(n: Tensor<1, Int>, ratio: f64, most: usize) -> Tensor<1, Int> {
    let greatest = if n.dtype() == DType::I64 { i64::MAX } else { i64::from(i32::MAX) };
    // So many digits at a time that the product with n and what is carried fit into an integer.
    let at_once = (greatest / (most as i64 + 1)).ilog10().max(1);
    let base = 10_i64.pow(at_once);
    let decimal = Decimal::of(ratio);
    let (mut carried, mut rest) = (n.zeros_like(), n.zeros_like());
    for digits in decimal.after_the_point(at_once).into_iter().rev() {
        let product = n.clone() * digits + carried;
        carried = product.clone() / base;
        rest = rest.max_pair(product - carried.clone() * base);
    }
    carried + n * decimal.before_the_point() + rest.clamp_max(1)
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn shares(n: &[i64], ratio: f64, dtype: DType) -> Vec<i64> {
        let most = n.iter().copied().max().unwrap_or_default();
        let n = Tensor::<1, Int>::from_data(n, (&Device::flex(), dtype));
        assert_eq!(n.dtype(), dtype);
        share(n, ratio, most as usize).into_data().convert::<i64>().try_into_vec().expect("integers")
    }

    #[test]
    fn the_share_of_hundredths_is_exact_for_every_count() {
        let counts: Vec<i64> = (0..=2000).collect();
        for hundredths in 1..=100 {
            let expected: Vec<i64> = counts.iter().map(|n| (n * hundredths + 99) / 100).collect();
            for dtype in [DType::I64, DType::I32] {
                assert_eq!(shares(&counts, hundredths as f64 / 100.0, dtype), expected, "{hundredths} %, {dtype:?}");
            }
        }
    }

    #[test]
    fn the_share_of_any_ratio_is_that_of_the_decimal() {
        for (n, ratio, expected) in [
            (100, 0.6, 60),
            (3, 1.0 / 3.0, 1),
            (30_000_000_000, 0.333_333_333_333_333_3, 10_000_000_000),
            (20_000_001, 0.5, 10_000_001),
            (1_999_999_999, 0.999_999_999, 1_999_999_998),
            (1_000_000_000, 1e-9, 1),
            (1_000_000_001, 1e-9, 2),
            (5, 1e-300, 1),
            (0, 1e-300, 0),
            (7, 1.0, 7),
        ] {
            assert_eq!(shares(&[n], ratio, DType::I64), [expected], "{ratio} of {n}");
            // Ten times the count must fit.
            if n < i64::from(i32::MAX) / 10 {
                assert_eq!(shares(&[n], ratio, DType::I32), [expected], "{ratio} of {n}, i32");
            }
        }
    }
}
