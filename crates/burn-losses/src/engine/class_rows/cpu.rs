//! What the CPU backends share: targets as classes, the reduction, and the calls into the sweep.

use super::ClassCall;
use super::sweep_cpu::{Gradient, IGNORED, Sweep, Upstream};
use crate::base::check;
use crate::base::error;
use crate::base::reduction::Reduction;
use crate::engine::host::Element;
use crate::engine::layout::Extent;
use crate::real::lanes::Scalar;
use core::mem::MaybeUninit;

/// The classes of the targets, [`IGNORED`] where they do not count: where they are ignored, or their weight is 0 and
/// the whole loss is multiplied by it.
///
/// It [tells](error::tell) if a target that is not ignored is not in 0 … classes − 1.
pub(super) fn classes<I: Copy + TryInto<i64>>(targets: &[I], classes: usize, call: &ClassCall) -> Vec<u32> {
    // Values beyond i64 (of u64) are beyond any class.
    let number = |target: I| target.try_into().unwrap_or(i64::MAX);
    let mut outside = false;
    let ignored = call.ignore_index;
    let mut out: Vec<u32> = targets
        .iter()
        .map(|&target| {
            let target = number(target);
            let valid = (target as u64) < classes as u64;
            let ignored = ignored == Some(target);
            outside |= !valid & !ignored;
            if valid & !ignored { target as u32 } else { IGNORED }
        })
        .collect();
    if outside {
        let all = targets.iter().map(|&target| number(target));
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

/// One evaluation, by the classes of its targets.
#[derive(Debug)]
pub(super) struct Evaluation<'a> {
    pub(super) extent: Extent,
    pub(super) call: &'a ClassCall,
    pub(super) targets: &'a [u32],
}

impl Evaluation<'_> {
    fn sweep<'a, E>(&'a self, upstream: Upstream<'a, E>) -> Sweep<'a, E> {
        Sweep { extent: self.extent, call: self.call, targets: self.targets, upstream }
    }

    /// The loss: one value, or one a target.
    pub(super) fn value<E: Element>(&self, logits: &[E]) -> Vec<E> {
        let sweep = self.sweep(Upstream::All(1.0));
        match self.call.reduction {
            Some(_) => vec![element(sweep.values(logits, None) * factor(self.targets, self.call))],
            None => {
                let mut losses = vec![element::<E>(0.0); self.targets.len()];
                sweep.values(logits, Some(&mut losses));
                losses
            }
        }
    }

    /// The reduced loss and its gradient.
    pub(super) fn with_gradient<E: Element>(&self, gradient: Gradient<'_, E>) -> E {
        let factor = factor(self.targets, self.call);
        element(self.sweep(Upstream::All(factor)).with_gradient(gradient) * factor)
    }

    /// The gradient alone, with the gradient of what was made of the loss: one value, or one a target.
    pub(super) fn gradient<E: Element>(&self, upstream: &[E], gradient: Gradient<'_, E>) {
        let upstream = match self.call.reduction {
            Some(_) => Upstream::All(upstream[0].to_acc().to_f64() * factor(self.targets, self.call)),
            None => Upstream::Each(upstream),
        };
        self.sweep(upstream).with_gradient(gradient);
    }
}

fn element<E: Element>(value: f64) -> E {
    E::from_acc(E::Acc::from_f64(value))
}

/// A vector of `len` elements, all written by `fill`.
#[allow(unsafe_code)]
pub(super) fn filled<E, O>(len: usize, fill: impl FnOnce(&mut [MaybeUninit<E>]) -> O) -> (Vec<E>, O) {
    let mut vector = Vec::with_capacity(len);
    let out = fill(&mut vector.spare_capacity_mut()[..len]);
    // SAFETY: the sweep writes the gradient of every row, so all `len` elements were written.
    unsafe { vector.set_len(len) };
    (vector, out)
}
