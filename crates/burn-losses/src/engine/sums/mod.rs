//! Soft class rows: `scores [N, C, d…]` against a probability for every class, or against one class.
//!
//! # The mathematics
//!
//! A formula is a function of one or two sums over the classes, L = Φ(S₁, S₂), Sᵢ = Σₖ ψᵢ(ln pₖ, qₖ):
//!
//! ```text
//! m = max xₖ, at k = a    S = Σ_{k≠a} e^{xₖ−m}    ln pₖ = xₖ − m − ln(1 + S)    pₐ = 1/(1 + S)    1 − pₐ = S/(1 + S)
//! dₖ = Φ₁·ψ₁′(ln pₖ) + Φ₂·ψ₂′(ln pₖ)
//! ∂L/∂xⱼ = dⱼ·(1 − pⱼ) − pⱼ·Σ_{k≠j} dₖ
//! ```
//!
//! Leaving the largest out of the sum is what keeps every digit of 1 − pₐ where the model is confident. Probabilities
//! and log-probabilities are taken as they are: there the slope is dⱼ itself.
//!
//! `cpu` is the sweep over memory; `composed` the same with the operations of any backend.

mod composed;
#[cfg(any(feature = "flex", feature = "ndarray"))]
mod cpu;

#[cfg(any(feature = "flex", feature = "ndarray"))]
pub(crate) use cpu::sweep;

use crate::base::reduction::Reduction;
use crate::base::{check, class_weights, error};
use crate::engine::backend::{self, LossBackend};
use crate::engine::call::{Call, SoftCall};
use crate::engine::layout::class_numbers;
use crate::engine::tensors::{Slot, Tensors};
use burn::backend::Dispatch;
use burn::tensor::{DType, Int, Tensor};

/// The targets of an evaluation.
pub(crate) enum Targets<const D: usize, const T: usize> {
    /// A probability for every class.
    Soft(Tensor<D>),
    /// A class for every row.
    Classes(Tensor<T, Int>),
}

/// One value (`Reduction`) or one per row.
#[track_caller]
pub(crate) fn evaluate<const D: usize, const T: usize, const O: usize>(
    scores: Tensor<D>,
    targets: Targets<D, T>,
    weights: Option<Tensor<T>>,
    mut call: SoftCall,
) -> Tensor<O> {
    if let (1, Targets::Soft(targets)) = (D, &targets) {
        // One row, as burn-nn takes it.
        check::alike(call.formula.name(), ("scores", &scores), ("targets", targets));
        let _ = error::enforce(check::rows_of(call.formula.name(), "scores", &[1, scores.dims()[0]]));
        let row = |tensor: &Tensor<D>| tensor.clone().reshape([1, tensor.dims()[0]]);
        let weights = weights.map(|weights| weights.reshape([1]));
        return evaluate::<2, 1, O>(row(&scores), Targets::Soft(row(targets)), weights, call);
    }
    let device = scores.device();
    let dense = matches!(targets, Targets::Soft(_));
    check_shapes(&scores, &targets, weights.as_ref(), &call);
    let dtype = scores.dtype();
    let is_soft = dense || call.label_smoothing.is_some();
    let fused = !call.composed && backend::is_on_host(&device, dtype);
    // Computed in f64 where there is f64: the kernels do so themselves.
    let widens = is_soft && call.formula.compares() && dtype != DType::F64 && backend::has_f64(&device);
    if widens && !fused {
        let targets = match targets {
            Targets::Soft(targets) => Targets::Soft(targets.cast(DType::F64)),
            classes => classes,
        };
        let weights = weights.map(|weights| weights.cast(DType::F64));
        let wide = SoftCall { composed: true, ..call };
        return evaluate(scores.cast(DType::F64), targets, weights, wide).cast(dtype);
    }
    if let Some(weights) = &call.class_weights {
        // Only a mean against classes is divided by them.
        let cancels = call.reduction == Some(Reduction::Mean) && !dense;
        let dtype = if widens { DType::F64 } else { dtype };
        call.class_weights = Some(class_weights::scaled(call.formula.name(), weights, dtype, cancels));
    }
    let (second, classes) = match targets {
        Targets::Soft(targets) => (Some(targets.into_dispatch()), None),
        Targets::Classes(classes) if fused => (None, Some(classes.into_dispatch())),
        Targets::Classes(classes) => (None, Some(class_numbers(&classes).into_dispatch())),
    };
    let inputs = Tensors {
        first: Slot::Float(scores.into_dispatch()),
        second: Slot::of_float(second),
        classes: Slot::of_int(classes),
        weights: Slot::of_float(weights.map(|weights| weights.detach().into_dispatch())),
        ..Tensors::none()
    };
    Tensor::from_dispatch(if fused {
        error::heard(|| Dispatch::loss(inputs, Call::Sums(call)))
    } else {
        composed::evaluate(inputs, &call)
    })
}

/// The shapes, dtypes and lists of a loss of soft class rows.
///
/// # Panics
///
/// With the sentence, if they do not fit.
#[track_caller]
fn check_shapes<const D: usize, const T: usize>(
    scores: &Tensor<D>,
    targets: &Targets<D, T>,
    weights: Option<&Tensor<T>>,
    call: &SoftCall,
) {
    let loss = call.formula.name();
    let dims = scores.dims();
    check::floats(loss, "scores", scores.dtype(), &scores.device());
    let rows = error::enforce(check::rows_of(loss, "scores", &dims));
    match targets {
        Targets::Soft(targets) => check::alike(loss, ("scores", scores), ("targets", targets)),
        Targets::Classes(classes) => check::shape(loss, "targets", &classes.dims(), &rows, &dims),
    }
    if let Some(weights) = weights {
        check::shape(loss, "weights", &weights.dims(), &rows, &dims);
        check::dtype(loss, "weights", weights.dtype(), scores.dtype());
    }
    let of_classes = call.class_weights.as_ref().map(|weights| ("class_weights", weights.len()));
    check::lengths(loss, call.per_class().into_iter().chain(of_classes), dims[1]);
}

/// Whether class weights multiply whole rows, each by its mean weight; `dense` is whether targets are probabilities.
fn weighs_rows(call: &SoftCall, dense: bool) -> bool {
    dense && call.class_weights.is_some() && !call.formula.is_expected()
}
