//! The losses as Burn modules: a formula, with what belongs to every loss of its signature.

mod binary;
mod class;
mod distribution;
mod pointwise;
mod soft_class;
mod tensor;
mod tensor_class;

pub use binary::{BinaryLoss, BinaryTargets};
pub use class::ClassLoss;
pub(crate) use class::class_counts;
pub use distribution::DistributionLoss;
pub use pointwise::PointwiseLoss;
pub use soft_class::SoftClassLoss;
pub(crate) use tensor::TensorCall;
pub use tensor::{Per, TensorFormula, TensorLoss};
pub(crate) use tensor_class::{TensorClassCall, check_shapes};
pub use tensor_class::{TensorClassFormula, TensorClassLoss};

use crate::base::reduction::Reduction;
use burn::backend::Dispatch;
use burn::backend::ops::FloatTensorOps;
use burn::tensor::{DType, Shape, Tensor};

/// Formulas as Burn modules: `Focal::default().init()`, and the same for a formula of your own.
///
/// The criterion has no class weights, ignored targets or other options yet. As a field of a model its type has the
/// formula's type in it: see [a loss in a model](crate#a-loss-in-a-model).
///
/// `Kind` is which formula trait it implements, which the compiler finds.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no formula of a loss",
    note = "implement ClassFormula, SoftClassFormula, TensorClassFormula, PointwiseFormula, BinaryFormula, \
            DistributionFormula or TensorFormula for it"
)]
pub trait Init<Kind> {
    /// The Burn module.
    type Criterion;

    /// The loss as a Burn module.
    ///
    /// # Panics
    ///
    /// If a hyper-parameter is outside its range.
    #[track_caller]
    fn init(&self) -> Self::Criterion;
}

/// The kinds of formulas, for [`Init`].
pub mod kinds {
    macro_rules! kinds {
        ($($(#[$doc:meta])* $kind:ident: $formula:path => $criterion:ident;)+) => {$(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $kind;

            impl<F: $formula> super::Init<$kind> for F {
                type Criterion = super::$criterion<F>;

                #[track_caller]
                fn init(&self) -> super::$criterion<F> {
                    super::$criterion::new(self.clone())
                }
            }
        )+};
    }
    kinds! {
        /// Of a [`ClassFormula`](crate::ClassFormula).
        Class: crate::engine::formula::ClassFormula => ClassLoss;
        /// Of a [`SoftClassFormula`](crate::SoftClassFormula).
        SoftClass: crate::engine::formula::SoftClassFormula => SoftClassLoss;
        /// Of a [`TensorClassFormula`](crate::TensorClassFormula).
        TensorClass: super::TensorClassFormula => TensorClassLoss;
        /// Of a [`PointwiseFormula`](crate::PointwiseFormula).
        Pointwise: crate::engine::formula::PointwiseFormula => PointwiseLoss;
        /// Of a [`BinaryFormula`](crate::BinaryFormula).
        Binary: crate::engine::formula::BinaryFormula => BinaryLoss;
        /// Of a [`DistributionFormula`](crate::DistributionFormula).
        Distribution: crate::engine::formula::DistributionFormula => DistributionLoss;
        /// Of a [`TensorFormula`](crate::TensorFormula).
        Tensor: super::TensorFormula => TensorLoss;
    }
}

/// A loss of an input (logits, a prediction) against a target: what all losses and the wrappers around them have in
/// common, whatever they take.
///
/// | loss | input | target |
/// |---|---|---|
/// | [`ClassLoss`], [`SoftClassLoss`] | `Tensor<D>`, `[N, C, d…]` | `Tensor<T, Int>`, `[N, d…]` |
/// | [`PointwiseLoss`] | `Tensor<D>` | `Tensor<D>` |
/// | [`BinaryLoss`] | `Tensor<D>` | `Tensor<D>` of floats, ints or bools |
/// | [`TensorLoss`] | `Tensor<D>`, `[N, C, d…]` | `Tensor<D>` of floats, ints or bools |
/// | [`DistributionLoss`] | `(Tensor<D>, Tensor<D>)`, location and scale | `Tensor<D>` |
pub trait Criterion<Input, Target> {
    /// One value per target: a tensor.
    type Losses: Losses;

    /// The loss of the batch, `[1]`.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit each other or the loss.
    #[track_caller]
    fn forward(&self, input: Input, target: Target, reduction: Reduction) -> Tensor<1>;

    /// The loss of every target.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit each other or the loss; if the loss is defined on the reduced value only
    /// ([`Flooding`](crate::Flooding)).
    #[track_caller]
    fn forward_no_reduction(&self, input: Input, target: Target) -> Self::Losses;

    /// The weight of each target in the mean: 0 if it is ignored, its class weight if there are any, otherwise 1. Not
    /// differentiated.
    #[track_caller]
    fn counts(&self, input: &Input, target: &Target) -> Self::Losses;

    /// The loss of every target, multiplied by what it counts, and what it counts: both by a factor that a mean of them does
    /// not depend on, and that keeps class weights of any size in the range of the dtype.
    #[doc(hidden)]
    #[track_caller]
    fn counted(&self, input: Input, target: Target) -> (Self::Losses, Self::Losses) {
        counted_by(self, input, target)
    }
}

/// The losses and what they count, as they are.
#[track_caller]
pub(crate) fn counted_by<X, Y, L: Criterion<X, Y> + ?Sized>(loss: &L, input: X, target: Y) -> (L::Losses, L::Losses) {
    let counts = loss.counts(&input, &target);
    (loss.forward_no_reduction(input, target), counts)
}

/// One value per target, in the shape of the targets.
pub trait Losses: Clone {
    /// In one row, `[n]`.
    fn flat(self) -> Tensor<1>;
    /// The values of one row in the shape of these.
    fn shaped(&self, flat: Tensor<1>) -> Self;
    /// In another dtype.
    fn cast(self, dtype: DType) -> Self;
}

impl<const D: usize> Losses for Tensor<D> {
    fn flat(self) -> Tensor<1> {
        let len = self.shape().num_elements();
        in_shape(self, Shape::new([len]))
    }
    fn shaped(&self, flat: Tensor<1>) -> Self {
        in_shape(flat, self.shape())
    }
    fn cast(self, dtype: DType) -> Self {
        Tensor::<D>::cast(self, dtype)
    }
}

impl<X, Y, L: Criterion<X, Y>> Criterion<X, Y> for &L {
    type Losses = L::Losses;

    fn forward(&self, input: X, target: Y, reduction: Reduction) -> Tensor<1> {
        L::forward(self, input, target, reduction)
    }

    fn forward_no_reduction(&self, input: X, target: Y) -> L::Losses {
        L::forward_no_reduction(self, input, target)
    }

    fn counts(&self, input: &X, target: &Y) -> L::Losses {
        L::counts(self, input, target)
    }

    fn counted(&self, input: X, target: Y) -> (L::Losses, L::Losses) {
        L::counted(self, input, target)
    }
}

/// In this shape, of as many elements. To [`Tensor::reshape`] a length of 0 means something else.
pub(crate) fn in_shape<const D: usize, const O: usize>(tensor: Tensor<D>, shape: Shape) -> Tensor<O> {
    Tensor::from_dispatch(Dispatch::float_reshape(tensor.into_dispatch(), shape))
}

/// In f32 or wider.
pub(crate) fn widened<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    match tensor.dtype() {
        DType::F16 | DType::BF16 => tensor.cast(DType::F32),
        _ => tensor,
    }
}
