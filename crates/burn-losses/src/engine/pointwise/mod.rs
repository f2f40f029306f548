//! Pointwise: `prediction […] × target […]`, and a third tensor where a loss has one.
//!
//! A formula sees one element of each tensor ([`Point`], [`Score`], [`Observation`]); the engine does the rest once for
//! all of them: weights, the reduction, and the gradient by every tensor that has one, in the same pass over memory as
//! the value.
//!
//! `formula` is what formulas see, and their erasure: one compiled loop serves all. `cpu` runs it over memory;
//! `composed` does the same with the operations of any backend, which Burn fuses on GPUs.

mod composed;
#[cfg(any(feature = "flex", feature = "ndarray"))]
mod cpu;
mod formula;

#[cfg(any(feature = "flex", feature = "ndarray"))]
pub(crate) use cpu::{gradients, value, with_gradients};
pub(crate) use formula::{Binary, BinaryOptions, Distribution, ErasedBinary, PointFormula, Points, Pointwise};
pub use formula::{BinaryFormula, DistributionFormula, Labels, Observation, Point, PointwiseFormula, Score};

use crate::base::check;
use crate::base::error;
use crate::base::reduction::Reduction;
use crate::engine::backend::{self, HostLossBackend};
use burn::backend::Dispatch;
use burn::tensor::{Shape, Tensor};
use std::sync::Arc;

/// Everything but the tensors of one evaluation of a pointwise loss.
#[derive(Clone, Debug)]
pub struct PointCall {
    pub(crate) formula: Arc<dyn PointFormula>,
    /// There are weights.
    pub(crate) weighted: bool,
    /// `None`: one value an element.
    pub(crate) reduction: Option<Reduction>,
    /// The composed path even where there are fused kernels.
    pub(crate) composed: bool,
}

impl PointCall {
    pub(crate) fn new(formula: impl PointFormula + 'static) -> Self {
        Self { formula: Arc::new(formula), weighted: false, reduction: None, composed: false }
    }

    pub(crate) fn reduced(&self, reduction: Option<Reduction>) -> Self {
        Self { reduction, ..self.clone() }
    }

    fn output_shape(&self, inputs: Shape) -> Shape {
        match self.reduction {
            Some(_) => Shape::new([1]),
            None => inputs,
        }
    }
}

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
    mut call: PointCall,
) -> Tensor<O> {
    let names = call.formula.inputs();
    let given = inputs.iter().flatten();
    check_shapes(names.iter().copied().zip(given), weights.as_ref(), &call);
    call.weighted = weights.is_some();
    let [first, second, third] = inputs;
    let first = first.expect("a pointwise loss has a first input");
    let second = second.expect("a pointwise loss has a second input");
    let fused = !call.composed && backend::is_on_host(&first.device(), first.dtype());
    // What is not there is stood for by what is: tensors cannot be left out of Burn's extension calls. And what the loss
    // is not differentiated by is a constant, wherever it comes from.
    let able = call.formula.differentiable();
    let constant_unless = |able: bool, x: Tensor<D>| if able { x } else { x.detach() };
    let third = third.unwrap_or_else(|| second.clone());
    let (second, third) = (constant_unless(able[1], second), constant_unless(able[2], third));
    let weights = weights.unwrap_or_else(|| second.clone()).detach();
    let [first, second, third, weights] = [first, second, third, weights].map(Tensor::into_dispatch);
    Tensor::from_dispatch(if fused {
        error::heard(|| Dispatch::points(first, second, third, weights, call))
    } else {
        composed::evaluate([first, second, third], weights, &call)
    })
}
