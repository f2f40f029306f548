//! Class rows in Burn's graph, for every backend that has the fused operations.

use super::ClassCall;
use crate::engine::backend::LossBackend;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Autodiff, TensorMetadata};
use burn::tensor::DType;

#[derive(Debug)]
struct ClassRowsBackward;

/// What the backward pass finds: at most one buffer as large as the logits, whichever it is.
#[derive(Clone, Debug)]
enum State<B: LossBackend> {
    /// The gradient for an upstream of 1, made with the loss. For reduced losses: nothing is left to do when the
    /// upstream is 1, and one multiplication when it is not.
    Gradient(FloatTensor<B>),
    /// The logits, to make the gradient from when the upstream is known: for one value a target; and for f16, whose
    /// gradients, divided by the number of targets, would vanish before a loss scale could save them.
    Rows { logits: FloatTensor<B>, targets: IntTensor<B>, call: ClassCall },
}

impl<B: LossBackend> Backward<B, 1> for ClassRowsBackward {
    type State = State<B>;

    fn backward(self, ops: Ops<State<B>, 1>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        unary::<B, _>(ops.parents, ops.node, grads, |upstream| match ops.state {
            State::Gradient(gradient) => B::class_rows_scaled(gradient, upstream),
            State::Rows { logits, targets, call } => B::class_rows_gradient(logits, targets, upstream, call),
        });
    }
}

impl<B: LossBackend, C: CheckpointStrategy> LossBackend for Autodiff<B, C> {
    fn class_rows(logits: FloatTensor<Self>, targets: IntTensor<B>, call: ClassCall) -> FloatTensor<Self> {
        // Moved out together: in place is possible only where the graph holds no clone.
        let (logits, guard) = logits.into_parts();
        match ClassRowsBackward.prepare::<C>([guard]).compute_bound().stateful() {
            OpsKind::UnTracked(preparation) => preparation.finish(B::class_rows(logits, targets, call)),
            OpsKind::Tracked(preparation) if call.reduction.is_some() && logits.dtype() != DType::F16 => {
                let (loss, gradient) = B::class_rows_with_gradient(logits, targets, call);
                preparation.finish(State::Gradient(gradient), loss)
            }
            OpsKind::Tracked(preparation) => {
                let loss = B::class_rows(logits.clone(), targets.clone(), call.clone());
                preparation.finish(State::Rows { logits, targets, call }, loss)
            }
        }
    }

    // Gradients have no graph of their own: Burn differentiates once.

    fn class_rows_with_gradient(
        logits: FloatTensor<Self>,
        targets: IntTensor<B>,
        call: ClassCall,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (loss, gradient) = B::class_rows_with_gradient(logits.into_primitive(), targets, call);
        (FloatTensor::<Self>::new(loss), FloatTensor::<Self>::new(gradient))
    }

    fn class_rows_gradient(
        logits: FloatTensor<Self>,
        targets: IntTensor<B>,
        upstream: FloatTensor<Self>,
        call: ClassCall,
    ) -> FloatTensor<Self> {
        let gradient = B::class_rows_gradient(logits.into_primitive(), targets, upstream.into_primitive(), call);
        FloatTensor::<Self>::new(gradient)
    }

    fn class_rows_scaled(gradient: FloatTensor<Self>, upstream: FloatTensor<Self>) -> FloatTensor<Self> {
        FloatTensor::<Self>::new(B::class_rows_scaled(gradient.into_primitive(), upstream.into_primitive()))
    }
}
