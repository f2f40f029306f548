//! The composed path: pointwise losses with the operations of whatever backend the tensors live on.

use crate::base::reduction::Reduction;
use crate::engine::call::PointCall;
use crate::engine::graph::{self, Numbers, detached, filled, widened};
use crate::engine::layout::Place;
use crate::engine::tensors::Tensors;
use crate::real::{Dual, Primitive, Real};
use burn::backend::ops::{FloatTensorOps, IntTensorOps};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Dispatch as B, TensorMetadata};
use burn::tensor::{IntDType, Shape};

/// One value, or one an element.
pub(super) fn evaluate(inputs: Tensors<B>, call: &PointCall) -> FloatTensor<B> {
    let Tensors { first, second, third, weights, .. } = inputs;
    let first = first.float().expect("a pointwise loss has a first input");
    let (dtype, shape) = (first.dtype(), first.shape());
    let output = call.output_shape(shape.clone());
    let second = second.float().expect("a pointwise loss has a second input");
    // A program has three inputs, whether it reads them or not.
    let third = third.float().unwrap_or_else(|| second.clone());
    let inputs = [first, second, third].map(|input| Primitive::<B>(widened(input)));
    if shape.num_elements() == 0 {
        // Nothing to evaluate, but still a part of the graph.
        let [first, ..] = inputs;
        let nothing = if call.reduction.is_some() { B::float_sum(first.0) } else { first.0 };
        return graph::result(nothing, output, dtype);
    }
    let weights = weights.float().map(|weights| Primitive::<B>(widened(weights)));
    let silent = weights.as_ref().map(|weights| weights.equal(&weights.constant(0.0)));
    // Elements of weight 0 must not produce NaN.
    let inputs = inputs.map(|input| match &silent {
        Some(silent) => filled(input, silent, 1.0),
        None => input,
    });
    let class = classes(&shape, &inputs[0], call);
    let of = inputs.each_ref().map(detached);
    let program = call.formula.program();
    let mut losses = None;
    if B::ad_enabled(&of[0].0.device()) {
        let able = call.formula.differentiable();
        let mut index = 0;
        let of = of.clone().map(|x| {
            index += 1;
            if able[index - 1] { Dual::<_, 3>::variable(x, index - 1) } else { Dual::fixed(x) }
        });
        let dual = program.run(&of, &class).swap_remove(0);
        let mut value = dual.value;
        for (index, (part, slope)) in inputs.into_iter().zip(dual.slopes).enumerate() {
            // The first always, even where the loss does not depend on it, so that the loss is a part of the graph.
            let slope = slope.or_else(|| (index == 0).then(|| part.constant(0.0)));
            if let (Some(slope), true) = (slope, able[index]) {
                value = graph::with_slope(value, part, slope);
            }
        }
        losses = Some(value);
    }
    let mut losses = losses.unwrap_or_else(|| program.run(&of, &class).swap_remove(0));
    if let (Some(weights), Some(silent)) = (&weights, &silent) {
        losses = filled(losses * weights.clone(), silent, 0.0);
    }
    let value = match call.reduction {
        None => losses.0,
        Some(Reduction::Sum) => B::float_sum(losses.0),
        Some(Reduction::Mean) => match weights {
            Some(weights) => graph::mean(losses, weights),
            None => B::float_mean(losses.0),
        },
    };
    graph::result(value, output, dtype)
}

/// The class of every element, if the formula asks for it.
fn classes(shape: &Shape, like: &Numbers, call: &PointCall) -> IntTensor<B> {
    let device = like.0.device();
    let number = |classes: usize| B::int_arange(0..classes as i64, &device, IntDType::I64);
    if !call.formula.has_lists() {
        return number(1);
    }
    let dims: Vec<usize> = shape.iter().copied().collect();
    let Place { classes, inners, .. } = Place::of(&dims, 0);
    let outer = shape.num_elements() / (classes * inners);
    let all = B::int_reshape(number(classes), Shape::new([1, classes, 1]));
    B::int_reshape(B::int_expand(all, Shape::new([outer, classes, inners])), shape.clone())
}
