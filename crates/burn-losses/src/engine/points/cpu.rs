//! The CPU sweep: memory to losses, gradients to memory.
//!
//! Each thread takes stretches of [`STRETCH`] elements, which stay in the first-level cache: half precision is converted
//! there. Work is split by the shape alone and summed in that order, so results do not depend on the number of threads.
#![allow(unsafe_code)]

use crate::base::error;
use crate::base::reduction::Reduction;
use crate::engine::call::PointCall;
use crate::engine::formula::{Labels, Points};
use crate::engine::host::{Accumulator, Asked, Element, Host, Made, Output, with_float, written};
use crate::engine::layout::Place;
use crate::engine::tensors::{Slot, Tensors};
use crate::real::lanes::{Kernel, Scalar as _, Simd, Vector, WIDEST};
use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Shape;
use rayon::prelude::*;

/// Elements a formula is evaluated on at a time.
const STRETCH: usize = 1 << 11;
/// Elements a thread takes at a time.
const TASK: usize = 1 << 15;

/// What is asked of a pointwise loss.
pub(crate) fn sweep<B: Host>(inputs: Tensors<B>, call: &PointCall, asked: Asked<B>) -> Made<B> {
    let Tensors { first, second, third, weights, .. } = inputs;
    let inputs = [first, second, third].map(Slot::float);
    let dtype = inputs[0].as_ref().expect("a pointwise loss has a first input").dtype();
    with_float!(B, dtype, E => sweep_in::<B, E>(inputs, weights.float(), call, asked))
}

fn sweep_in<B: Host, E: Element>(
    inputs: [Option<FloatTensor<B>>; 3],
    weights: Option<FloatTensor<B>>,
    call: &PointCall,
    asked: Asked<B>,
) -> Made<B> {
    let mut inputs = inputs.map(|input| input.map(B::contiguous));
    let (shape, device) = match &inputs[0] {
        Some(first) => (first.shape(), first.device()),
        None => unreachable!("a pointwise loss has a first input"),
    };
    let len = shape.num_elements();
    let weights = weights.map(B::contiguous);
    let upstream = asked.upstream.map(B::contiguous);
    let numbers = |tensor: &Option<FloatTensor<B>>| tensor.as_ref().map(|tensor| B::elements::<E>(tensor).as_ptr());

    let mut factor = match (call.reduction, &weights) {
        (Some(Reduction::Mean), Some(weights)) => inverse(B::elements::<E>(weights).iter().map(|w| w.number()).sum()),
        (Some(Reduction::Mean), None) => inverse(len as f64),
        _ => 1.0,
    };
    let scale = factor;
    let mut each = numbers(&upstream);
    if let (Some(_), Some(upstream)) = (call.reduction, &upstream) {
        factor *= B::elements::<E>(upstream)[0].number();
        each = None;
    }
    let mut losses = (asked.loss && call.reduction.is_none()).then(|| Vec::<E>::with_capacity(len));
    let mut outputs: [Output<E>; 3] = [Output::Nowhere, Output::Nowhere, Output::Nowhere];
    let mut memory = Memory::<E> {
        inputs: [core::ptr::null(); 3],
        weights: numbers(&weights),
        upstream: each,
        losses: losses.as_mut().map(Vec::as_mut_ptr),
        gradients: [None; 3],
    };
    for (index, input) in inputs.iter_mut().enumerate() {
        let Some(input) = input else { continue };
        if asked.gradients[index] {
            let (output, pointer) = Output::new::<B>(input, len);
            outputs[index] = output;
            memory.gradients[index] = Some(pointer);
        }
        memory.inputs[index] = match (&outputs[index], memory.gradients[index]) {
            (Output::InPlace, Some(gradient)) => gradient.cast_const(),
            _ => B::elements::<E>(input).as_ptr(),
        };
    }

    let dims: Vec<usize> = shape.iter().copied().collect();
    let run = |index: usize| {
        let first = index * TASK;
        task::<E>(memory, first, TASK.min(len - first), &dims, factor, call)
    };
    let tasks = len.div_ceil(TASK);
    let made: Vec<(f64, Option<Wrong>)> = if tasks <= 1 || rayon::current_num_threads() == 1 {
        (0..tasks).map(run).collect()
    } else {
        (0..tasks).into_par_iter().map(run).collect()
    };
    if let Some((position, label)) = made.iter().find_map(|(_, wrong)| *wrong) {
        let formula = &call.formula;
        let wrong = formula.labels().refused(formula.name(), formula.inputs()[1], label, position);
        error::tell(Err(wrong));
    }
    let sum: f64 = made.iter().map(|(sum, _)| sum).sum();

    let loss = asked.loss.then(|| match losses {
        // SAFETY: the tasks cover all elements, and each writes the losses of its own.
        Some(losses) => B::tensor(unsafe { written(losses, len) }, shape, &device),
        None => {
            let sum = if scale == 0.0 { 0.0 } else { sum * scale };
            B::tensor(vec![E::nearest(sum)], Shape::new([1]), &device)
        }
    });
    let mut outputs = outputs.into_iter();
    let [first, second, third] = inputs.map(|input| match (input, outputs.next()) {
        // SAFETY: as above, of the gradients that have a place.
        (Some(input), Some(output)) => unsafe { output.made(input) },
        _ => Slot::Nothing,
    });
    Made { loss, gradients: Tensors { first, second, third, ..Tensors::none() } }
}

fn inverse(count: f64) -> f64 {
    if count == 0.0 { 0.0 } else { 1.0 / count }
}

/// The tensors as memory. A gradient may be the input it belongs to.
struct Memory<E> {
    inputs: [*const E; 3],
    weights: Option<*const E>,
    upstream: Option<*const E>,
    losses: Option<*mut E>,
    gradients: [Option<*mut E>; 3],
}

impl<E> Clone for Memory<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Memory<E> {}

// SAFETY: tasks touch disjoint elements.
unsafe impl<E: Send> Send for Memory<E> {}
// SAFETY: as above.
unsafe impl<E: Sync> Sync for Memory<E> {}

/// Where a label is none, and what it is.
type Wrong = (usize, f64);

/// How far labels are from the middle of what they may be, at most. (What counts for nothing is not left out: that is
/// asked where one is too far.)
struct Farthest<'a, T> {
    labels: Labels,
    of: &'a [T],
}

impl<T: Simd> Kernel<T> for Farthest<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Vector<T = T>>(self) -> f64 {
        let (number, from, len) = (|x: f64| V::splat(T::from_f64(x)), self.of.as_ptr(), self.of.len());
        // Several at a time: each waits for the one before it.
        let mut worst = [number(0.0); 4];
        let mut at = 0;
        // SAFETY: at most `len` labels are read, and the array holds WIDEST ≥ W values.
        unsafe {
            while at + 4 * V::W <= len {
                for (lane, worst) in worst.iter_mut().enumerate() {
                    // A NaN is not larger.
                    *worst = self.labels.distance(V::load(from.add(at + lane * V::W))).larger(*worst);
                }
                at += 4 * V::W;
            }
            while at < len {
                let n = V::W.min(len - at);
                let label = if n == V::W { V::load(from.add(at)) } else { V::load_first(from.add(at), n, number(1.0)) };
                worst[0] = self.labels.distance(label).larger(worst[0]);
                at += n;
            }
            let mut distances = [T::from_f64(0.0); WIDEST];
            worst[0].larger(worst[1]).larger(worst[2].larger(worst[3])).store(distances.as_mut_ptr());
            distances[..V::W].iter().fold(0.0, |most, distance| distance.to_f64().max(most))
        }
    }
}

/// The first label of a stretch that counts and is none.
fn first_wrong<T: Accumulator>(points: &Points<T>, labels: Labels) -> Option<Wrong> {
    if labels == Labels::Any {
        return None;
    }
    // SAFETY: the pointer is to so many labels.
    let of = unsafe { core::slice::from_raw_parts(points.inputs[1], points.len) };
    if T::dispatch(Farthest { labels, of }) <= labels.farthest() {
        return None;
    }
    (0..points.len).find_map(|i| {
        // SAFETY: i < len.
        let (label, weight) = unsafe { (*points.inputs[1].add(i), points.weights.map(|weights| *weights.add(i))) };
        let counts = weight.is_none_or(|weight| weight.to_f64() != 0.0);
        (counts && !labels.allow(label.to_f64())).then_some((i, label.to_f64()))
    })
}

/// The elements from `first` on; gives the sum of their losses, and the first label that is none.
fn task<E: Element>(
    memory: Memory<E>,
    first: usize,
    len: usize,
    dims: &[usize],
    factor: f64,
    call: &PointCall,
) -> (f64, Option<Wrong>) {
    let (labels, mut wrong) = (call.formula.labels(), None);
    let direct = E::same(memory.inputs[0].cast_mut()).is_some();
    let weighted_twice = memory.weights.is_some() && memory.upstream.is_some();
    let mut scratch = Scratch::<E::Acc>::new(if direct && !weighted_twice { 0 } else { STRETCH });
    let mut sum = 0.0;
    let mut at = first;
    while at < first + len {
        let len = STRETCH.min(first + len - at);
        // SAFETY: all pointers are to `len` elements from `at` on, and `Element::same` is the identity.
        let here = |pointer: *const E| unsafe { pointer.add(at) };
        let here_mut = |pointer: *mut E| unsafe { pointer.add(at) };
        let mut points = Points {
            len,
            inputs: [core::ptr::null(); 3],
            weights: None,
            factor: E::Acc::from_f64(factor),
            losses: None,
            gradients: [None; 3],
            class: Place::of(dims, at),
            sum: 0.0,
        };
        let mut read = |pointer: *const E, slot: usize| match E::same(here(pointer).cast_mut()) {
            Some(pointer) => pointer.cast_const(),
            None => {
                let values = scratch.slot(slot);
                for (i, value) in values[..len].iter_mut().enumerate() {
                    // SAFETY: i < len.
                    *value = unsafe { *here(pointer).add(i) }.to_acc();
                }
                values.as_ptr()
            }
        };
        for index in 0..call.formula.inputs().len() {
            points.inputs[index] = read(memory.inputs[index], index);
        }
        // What nothing was made of has no gradient, whatever its slope is: as if its weight were 0.
        points.weights = match (memory.weights, memory.upstream) {
            (Some(weights), Some(upstream)) => {
                let values = scratch.slot(3);
                for (i, value) in values[..len].iter_mut().enumerate() {
                    // SAFETY: i < len.
                    let [a, b] = [weights, upstream].map(|x| unsafe { *here(x).add(i) }.number());
                    *value = E::Acc::from_f64(if a == 0.0 { 0.0 } else { a * b });
                }
                Some(values.as_ptr())
            }
            (weights, upstream) => weights.or(upstream).map(|weights| read(weights, 3)),
        };
        let mut written = |pointer: *mut E, slot: usize| match E::same(here_mut(pointer)) {
            Some(pointer) => pointer,
            None => scratch.slot(slot).as_mut_ptr(),
        };
        points.losses = memory.losses.map(|losses| written(losses, 4));
        for index in 0..3 {
            points.gradients[index] = memory.gradients[index].map(|gradient| written(gradient, 5 + index));
        }
        // Before gradients are written over them.
        wrong = wrong.or_else(|| first_wrong(&points, labels).map(|(position, label)| (at + position, label)));
        E::Acc::points(&*call.formula, &mut points);
        sum += points.sum;
        if !direct {
            let outputs = [memory.losses, memory.gradients[0], memory.gradients[1], memory.gradients[2]];
            for (slot, output) in outputs.into_iter().enumerate() {
                let Some(output) = output else { continue };
                for (i, value) in scratch.slot(4 + slot)[..len].iter().enumerate() {
                    // SAFETY: i < len.
                    unsafe { *here_mut(output).add(i) = E::from_acc(*value) };
                }
            }
        }
        at += len;
    }
    (sum, wrong)
}

/// Inputs and outputs of a stretch, for tensors that are computed in another type.
struct Scratch<T>(Vec<T>, usize);

impl<T: Accumulator> Scratch<T> {
    fn new(len: usize) -> Self {
        Self(vec![T::default(); 8 * len], len)
    }

    fn slot(&mut self, slot: usize) -> &mut [T] {
        &mut self.0[slot * self.1..][..self.1]
    }
}
