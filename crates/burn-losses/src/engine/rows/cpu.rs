//! Class rows on the CPU: targets as classes, the reduction, and the call into the sweep.

use super::sweep_cpu::{Gradient, IGNORED, Sweep, Upstream};
use crate::base::reduction::Reduction;
use crate::base::{check, error};
use crate::engine::call::ClassCall;
use crate::engine::host::{Asked, Element, Host, Made, with_float, written};
use crate::engine::layout::Extent;
use crate::engine::tensors::{Slot, Tensors};
use burn::backend::TensorMetadata;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::tensor::Shape;

/// What is asked of a class loss.
pub(crate) fn sweep<B: Host>(inputs: Tensors<B>, call: &ClassCall, asked: Asked<B>) -> Made<B> {
    let logits = inputs.first.float().expect("class rows have logits");
    let targets = inputs.classes.int().expect("class rows have classes");
    with_float!(B, logits.dtype(), E => sweep_in::<B, E>(logits, targets, call, asked))
}

fn sweep_in<B: Host, E: Element>(
    logits: FloatTensor<B>,
    targets: IntTensor<B>,
    call: &ClassCall,
    asked: Asked<B>,
) -> Made<B> {
    let (shape, device) = (logits.shape(), logits.device());
    let extent = Extent::of(&shape);
    let classes = classes::<B>(&targets, extent.classes, call);
    let mut logits = B::contiguous(logits);
    let upstream = asked.upstream.map(B::contiguous);
    let factor = factor(&classes, call);
    let upstream = match (call.reduction, &upstream) {
        (Some(_), Some(upstream)) => Upstream::All(B::elements::<E>(upstream)[0].number() * factor),
        (None, Some(upstream)) => Upstream::Each(B::elements::<E>(upstream)),
        (_, None) => Upstream::All(factor),
    };
    let sweep = Sweep { extent, call, targets: &classes, upstream };
    let mut losses = (asked.loss && call.reduction.is_none()).then(|| vec![E::nearest(0.0); classes.len()]);
    let (sum, gradient) = if !asked.gradients[0] {
        (sweep.values(B::elements::<E>(&logits), losses.as_deref_mut()), Slot::Nothing)
    } else if let Some(elements) = B::elements_mut::<E>(&mut logits) {
        (sweep.with_gradient(Gradient::InPlace(elements)), Slot::Float(logits))
    } else {
        let logits = B::elements::<E>(&logits);
        let mut buffer = Vec::with_capacity(logits.len());
        let place = &mut buffer.spare_capacity_mut()[..logits.len()];
        let sum = sweep.with_gradient(Gradient::Beside(logits, place));
        // SAFETY: the sweep writes the gradient of every row, and the buffer was made as long as the rows.
        #[allow(unsafe_code)]
        let buffer = unsafe { written(buffer, logits.len()) };
        (sum, Slot::Float(B::tensor(buffer, shape, &device)))
    };
    let loss = asked.loss.then(|| match losses {
        Some(losses) => B::tensor(losses, targets.shape(), &device),
        None => B::tensor(vec![E::nearest(sum * factor)], Shape::new([1]), &device),
    });
    Made { loss, gradients: Tensors { first: gradient, ..Tensors::none() } }
}

/// The classes of the targets, [`IGNORED`] where they do not count: where they are ignored, or their weight is 0 and
/// the whole loss is multiplied by it.
///
/// It [tells](error::tell) if a target that is not ignored is not in 0 … classes − 1.
fn classes<B: Host>(targets: &IntTensor<B>, classes: usize, call: &ClassCall) -> Vec<u32> {
    let mut outside = false;
    let ignored = call.ignore_index;
    let mut out = B::integers(targets, |target| {
        let valid = (target as u64) < classes as u64;
        let ignored = ignored == Some(target);
        outside |= !valid & !ignored;
        if valid & !ignored { target as u32 } else { IGNORED }
    });
    if outside {
        let all = B::integers(targets, |target| target).into_iter();
        error::tell(check::in_range(call.formula.name(), all, classes, call.ignore_index));
    }
    if let (Some(weights), false) = (&call.class_weights, call.formula.terms().weighs_itself()) {
        out.iter_mut()
            .filter(|class| **class != IGNORED && weights[**class as usize] == 0.0)
            .for_each(|c| *c = IGNORED);
    }
    out
}

/// What Mean divides by: the targets that count, or their weights.
fn mean_divisor(targets: &[u32], call: &ClassCall) -> f64 {
    let counted = targets.iter().filter(|&&class| class != IGNORED);
    match &call.class_weights {
        Some(weights) => counted.map(|&class| weights[class as usize]).sum(),
        None => counted.count() as f64,
    }
}

/// What the sum is multiplied by.
fn factor(targets: &[u32], call: &ClassCall) -> f64 {
    match call.reduction {
        Some(Reduction::Mean) => match mean_divisor(targets, call) {
            0.0 => 0.0,
            divisor => 1.0 / divisor,
        },
        Some(Reduction::Sum) | None => 1.0,
    }
}
