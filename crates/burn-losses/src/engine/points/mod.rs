//! Pointwise: `prediction […] × target […]`, and a third tensor where a loss has one.
//!
//! A formula sees one element of each tensor; the engine does the rest once for
//! all of them: weights, the reduction, and the gradient by every tensor that has one, in the same pass over memory as
//! the value.
//!
//! `cpu` runs it over memory; `composed` does the same with the operations of any backend, which Burn fuses on GPUs.

mod composed;
#[cfg(any(feature = "flex", feature = "ndarray"))]
mod cpu;

#[cfg(any(feature = "flex", feature = "ndarray"))]
pub(crate) use cpu::sweep;

use crate::base::{check, error};
use crate::engine::backend::{self, LossBackend};
use crate::engine::call::{Call, PointCall};
use crate::engine::tensors::{Slot, Tensors};
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// The shapes, dtypes and lists of a pointwise loss.
///
/// # Panics
///
/// With the sentence, if they do not fit.
#[track_caller]
fn check_shapes<'a, const D: usize>(
    inputs: impl Iterator<Item = (&'static str, &'a Tensor<D>)>,
    weights: Option<&'a Tensor<D>>,
    call: &PointCall,
) {
    let loss = call.formula.name();
    let mut inputs = inputs.chain(weights.map(|weights| ("weights", weights)));
    let (name, first) = inputs.next().expect("a pointwise loss has inputs");
    check::floats(loss, name, first.dtype(), &first.device());
    for (other, tensor) in inputs {
        check::alike(loss, (name, first), (other, tensor));
    }
    check::places(loss, name, first, call.formula.per_class());
}

/// One value (`Reduction`) or one an element.
#[track_caller]
pub(crate) fn evaluate<const D: usize, const O: usize>(
    inputs: [Option<Tensor<D>>; 3],
    weights: Option<Tensor<D>>,
    call: PointCall,
) -> Tensor<O> {
    let names = call.formula.inputs();
    let given = inputs.iter().flatten();
    check_shapes(names.iter().copied().zip(given), weights.as_ref(), &call);
    let [first, second, third] = inputs;
    let first = first.expect("a pointwise loss has a first input");
    let fused = !call.composed && backend::is_on_host(&first.device(), first.dtype());
    // What the loss is not differentiated by is a constant, wherever it comes from.
    let able = call.formula.differentiable();
    let slot = |able: bool, input: Option<Tensor<D>>| {
        Slot::of_float(input.map(|input| if able { input } else { input.detach() }.into_dispatch()))
    };
    let inputs = Tensors {
        first: Slot::Float(first.into_dispatch()),
        second: slot(able[1], second),
        third: slot(able[2], third),
        weights: slot(false, weights),
        ..Tensors::none()
    };
    Tensor::from_dispatch(if fused {
        error::heard(|| Dispatch::loss(inputs, Call::Points(call)))
    } else {
        composed::evaluate(inputs, &call)
    })
}
