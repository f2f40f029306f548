//! The host's engines in Burn's graph. The gradients of a reduced loss are made with it.

use super::pointwise::PointCall;
use super::soft_rows::SoftCall;
use crate::engine::backend::HostLossBackend;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Autodiff, TensorMetadata};
use burn::tensor::DType;
use core::fmt;
use std::sync::Arc;

/// A loss of `N` tensors.
#[derive(Debug)]
struct Slopes<const N: usize>;

type Made<B, const N: usize> = [Option<FloatTensor<B>>; N];

/// What the backward pass finds.
#[derive(Clone)]
enum State<B: HostLossBackend, const N: usize> {
    /// The gradients for an upstream of 1, made with the loss.
    Gradients(Made<B, N>),
    /// How to make them when the upstream is known: for one value a target; and for f16, whose gradients, divided by
    /// the number of targets, would vanish before a loss scale could save them.
    Later(Arc<dyn Fn(FloatTensor<B>) -> Made<B, N> + Send + Sync>),
}

impl<B: HostLossBackend, const N: usize> fmt::Debug for State<B, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gradients(_) => "Gradients",
            Self::Later(_) => "Later",
        })
    }
}

impl<B: HostLossBackend, const N: usize> Backward<B, N> for Slopes<N> {
    type State = State<B, N>;

    fn backward(self, ops: Ops<State<B, N>, N>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let upstream = grads.consume::<B>(&ops.node);
        let gradients = match ops.state {
            State::Gradients(gradients) => {
                gradients.map(|gradient| gradient.map(|gradient| B::host_scaled(gradient, upstream.clone())))
            }
            State::Later(make) => make(upstream),
        };
        for (parent, gradient) in ops.parents.into_iter().zip(gradients) {
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                grads.register::<B>(parent.id, gradient);
            }
        }
    }
}

/// Whether a gradient by this tensor is wanted.
fn is_tracked<B: HostLossBackend, C: CheckpointStrategy>(tensor: &FloatTensor<Autodiff<B, C>>) -> bool {
    let preparation = Backward::<B, 1>::prepare::<C>(Slopes::<1>, [tensor.node()]);
    matches!(preparation.compute_bound().stateful(), OpsKind::Tracked(_))
}

/// The gradients that were wanted; what comes back for the others stands in for nothing.
fn chosen<T, const N: usize>(made: [T; N], wanted: [bool; N]) -> [Option<T>; N] {
    let mut wanted = wanted.into_iter();
    made.map(|gradient| wanted.next().unwrap_or_default().then_some(gradient))
}

impl<B: HostLossBackend, C: CheckpointStrategy> HostLossBackend for Autodiff<B, C> {
    fn points(
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        third: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        call: PointCall,
    ) -> FloatTensor<Self> {
        let able = call.formula.differentiable();
        let wanted = [
            able[0] && is_tracked::<B, C>(&first),
            able[1] && is_tracked::<B, C>(&second),
            able[2] && is_tracked::<B, C>(&third),
        ];
        let early = call.reduction.is_some() && first.dtype() != DType::F16;
        // Moved out together: in place is possible only where the graph holds no clone.
        let ((a, of_a), (b, of_b), (c, of_c)) = (first.into_parts(), second.into_parts(), third.into_parts());
        let weights = weights.into_primitive();
        match Slopes::<3>.prepare::<C>([of_a, of_b, of_c]).compute_bound().stateful() {
            OpsKind::UnTracked(preparation) => preparation.finish(B::points(a, b, c, weights, call)),
            OpsKind::Tracked(preparation) if early => {
                let (value, a, b, c) = B::points_with_gradients(a, b, c, weights, call, wanted);
                preparation.finish(State::Gradients(chosen([a, b, c], wanted)), value)
            }
            OpsKind::Tracked(preparation) => {
                let value = B::points(a.clone(), b.clone(), c.clone(), weights.clone(), call.clone());
                let later = move |upstream| {
                    let (a, b, c, weights) = (a.clone(), b.clone(), c.clone(), weights.clone());
                    let (a, b, c) = B::points_gradients(a, b, c, weights, upstream, call.clone(), wanted);
                    chosen([a, b, c], wanted)
                };
                preparation.finish(State::Later(Arc::new(later)), value)
            }
        }
    }

    fn soft_rows(
        scores: FloatTensor<Self>,
        targets: FloatTensor<Self>,
        classes: IntTensor<Self>,
        weights: FloatTensor<Self>,
        call: SoftCall,
    ) -> FloatTensor<Self> {
        let wanted = [is_tracked::<B, C>(&scores), call.dense && is_tracked::<B, C>(&targets)];
        let early = call.reduction.is_some() && scores.dtype() != DType::F16;
        let ((a, of_a), (b, of_b)) = (scores.into_parts(), targets.into_parts());
        let weights = weights.into_primitive();
        match Slopes::<2>.prepare::<C>([of_a, of_b]).compute_bound().stateful() {
            OpsKind::UnTracked(preparation) => preparation.finish(B::soft_rows(a, b, classes, weights, call)),
            OpsKind::Tracked(preparation) if early => {
                let (value, a, b) = B::soft_rows_with_gradients(a, b, classes, weights, call, wanted);
                preparation.finish(State::Gradients(chosen([a, b], wanted)), value)
            }
            OpsKind::Tracked(preparation) => {
                let value = B::soft_rows(a.clone(), b.clone(), classes.clone(), weights.clone(), call.clone());
                let later = move |upstream| {
                    let (a, b, classes, weights) = (a.clone(), b.clone(), classes.clone(), weights.clone());
                    let (a, b) = B::soft_rows_gradients(a, b, classes, weights, upstream, call.clone(), wanted);
                    chosen([a, b], wanted)
                };
                preparation.finish(State::Later(Arc::new(later)), value)
            }
        }
    }

    // Gradients have no graph of their own: Burn differentiates once.

    fn points_with_gradients(
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        third: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        call: PointCall,
        wanted: [bool; 3],
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [a, b, c, weights] = [first, second, third, weights].map(FloatTensor::<Self>::into_primitive);
        let (value, a, b, c) = B::points_with_gradients(a, b, c, weights, call, wanted);
        let new = FloatTensor::<Self>::new;
        (new(value), new(a), new(b), new(c))
    }

    fn points_gradients(
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        third: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        upstream: FloatTensor<Self>,
        call: PointCall,
        wanted: [bool; 3],
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [a, b, c, weights] = [first, second, third, weights].map(FloatTensor::<Self>::into_primitive);
        let (a, b, c) = B::points_gradients(a, b, c, weights, upstream.into_primitive(), call, wanted);
        let new = FloatTensor::<Self>::new;
        (new(a), new(b), new(c))
    }

    fn soft_rows_with_gradients(
        scores: FloatTensor<Self>,
        targets: FloatTensor<Self>,
        classes: IntTensor<Self>,
        weights: FloatTensor<Self>,
        call: SoftCall,
        wanted: [bool; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [a, b, weights] = [scores, targets, weights].map(FloatTensor::<Self>::into_primitive);
        let (value, a, b) = B::soft_rows_with_gradients(a, b, classes, weights, call, wanted);
        let new = FloatTensor::<Self>::new;
        (new(value), new(a), new(b))
    }

    fn soft_rows_gradients(
        scores: FloatTensor<Self>,
        targets: FloatTensor<Self>,
        classes: IntTensor<Self>,
        weights: FloatTensor<Self>,
        upstream: FloatTensor<Self>,
        call: SoftCall,
        wanted: [bool; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [a, b, weights] = [scores, targets, weights].map(FloatTensor::<Self>::into_primitive);
        let (a, b) = B::soft_rows_gradients(a, b, classes, weights, upstream.into_primitive(), call, wanted);
        let new = FloatTensor::<Self>::new;
        (new(a), new(b))
    }

    fn host_scaled(gradient: FloatTensor<Self>, upstream: FloatTensor<Self>) -> FloatTensor<Self> {
        FloatTensor::<Self>::new(B::host_scaled(gradient.into_primitive(), upstream.into_primitive()))
    }
}
