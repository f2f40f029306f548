//! Losses in Burn's graph, whatever the engine and the backend. The gradients of a reduced loss are made with it.

use super::backend::LossBackend;
use super::call::Call;
use super::tensors::{SLOTS, Slot, Tensors, Wanted};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::NodeGuard;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, TensorMetadata};
use burn::tensor::DType;

/// A loss with gradients by `K` of its tensors: those of these slots.
#[derive(Debug)]
struct Slopes<const K: usize>([usize; K]);

/// What the backward pass finds: at most one buffer as large as each tensor, whichever it is.
#[derive(Clone, Debug)]
enum State<B: LossBackend> {
    /// The gradients for an upstream of 1, made with the loss: nothing is left to do when the upstream is 1, and one
    /// multiplication when it is not.
    Gradients(Tensors<B>),
    /// What they are made of when the upstream is known: for one value per target; and for f16, whose gradients, divided
    /// by the number of targets, would vanish before a loss scale could save them.
    Inputs(Tensors<B>, Call, Wanted),
}

impl<B: LossBackend, const K: usize> Backward<B, K> for Slopes<K> {
    type State = State<B>;

    fn backward(self, ops: Ops<State<B>, K>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let upstream = grads.consume::<B>(&ops.node);
        let (gradients, scale) = match ops.state {
            State::Gradients(gradients) => (gradients, Some(upstream)),
            State::Inputs(inputs, call, wanted) => (B::gradients(inputs, upstream, call, wanted), None),
        };
        let mut gradients = gradients.into_slots();
        for (parent, slot) in ops.parents.into_iter().zip(self.0) {
            let gradient = core::mem::replace(&mut gradients[slot], Slot::Nothing).float();
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                let gradient = match &scale {
                    Some(upstream) => B::scaled(gradient, upstream.clone()),
                    None => gradient,
                };
                grads.register::<B>(parent.id, gradient);
            }
        }
    }
}

/// Whether a gradient by this tensor is wanted.
fn is_tracked<B: LossBackend, C: CheckpointStrategy>(tensor: &FloatTensor<Autodiff<B, C>>) -> bool {
    let preparation = Backward::<B, 1>::prepare::<C>(Slopes([0]), [tensor.node()]);
    matches!(preparation.compute_bound().stateful(), OpsKind::Tracked(_))
}

/// The tensors without their graph, and the nodes of those that have gradients, with their slots.
///
/// Moved out together: in place is possible only where the graph holds no clone.
fn apart<B: LossBackend, C: CheckpointStrategy>(
    inputs: Tensors<Autodiff<B, C>>,
    able: Wanted,
) -> (Tensors<B>, Vec<(usize, NodeGuard)>) {
    let mut nodes = Vec::new();
    let mut slot = 0;
    let slots = inputs.into_slots().map(|input| {
        slot += 1;
        match input {
            Slot::Nothing => Slot::Nothing,
            Slot::Int(tensor) => Slot::Int(tensor),
            Slot::Float(tensor) if able[slot - 1] && is_tracked::<B, C>(&tensor) => {
                let (tensor, node) = tensor.into_parts();
                nodes.push((slot - 1, node));
                Slot::Float(tensor)
            }
            Slot::Float(tensor) => Slot::Float(tensor.into_primitive()),
        }
    });
    (Tensors::from_slots(slots), nodes)
}

/// The loss, with gradients by `K` tensors in the graph.
fn recorded<B: LossBackend, C: CheckpointStrategy, const K: usize>(
    inputs: Tensors<B>,
    nodes: Vec<(usize, NodeGuard)>,
    call: Call,
) -> FloatTensor<Autodiff<B, C>> {
    let (slots, nodes): (Vec<usize>, Vec<NodeGuard>) = nodes.into_iter().unzip();
    let slots: [usize; K] = slots.try_into().expect("as many slots as nodes");
    let Ok(nodes) = <[NodeGuard; K]>::try_from(nodes) else { unreachable!("as many nodes as were counted") };
    let wanted: Wanted = core::array::from_fn(|slot| slots.contains(&slot));
    match Slopes(slots).prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::UnTracked(preparation) => preparation.finish(B::loss(inputs, call)),
        OpsKind::Tracked(preparation) => {
            let is_half = matches!(&inputs.first, Slot::Float(first) if first.dtype() == DType::F16);
            if call.reduction().is_some() && !is_half {
                let (value, gradients) = B::loss_and_gradients(inputs, call, wanted);
                preparation.finish(State::Gradients(gradients), value)
            } else {
                let value = B::loss(inputs.clone(), call.clone());
                preparation.finish(State::Inputs(inputs, call, wanted), value)
            }
        }
    }
}

/// Tensors of the backend without a graph, and the other way round.
fn outside<B: LossBackend, C: CheckpointStrategy>(inputs: Tensors<Autodiff<B, C>>) -> Tensors<B> {
    apart(inputs, [false; SLOTS]).0
}

fn inside<B: LossBackend, C: CheckpointStrategy>(tensors: Tensors<B>) -> Tensors<Autodiff<B, C>> {
    Tensors::from_slots(tensors.into_slots().map(|slot| match slot {
        Slot::Nothing => Slot::Nothing,
        Slot::Float(tensor) => Slot::Float(FloatTensor::<Autodiff<B, C>>::new(tensor)),
        Slot::Int(tensor) => Slot::Int(tensor),
    }))
}

impl<B: LossBackend, C: CheckpointStrategy> LossBackend for Autodiff<B, C> {
    fn loss(inputs: Tensors<Self>, call: Call) -> FloatTensor<Self> {
        let (inputs, nodes) = apart(inputs, call.differentiable());
        match nodes.len() {
            0 => FloatTensor::<Self>::new(B::loss(inputs, call)),
            1 => recorded::<B, C, 1>(inputs, nodes, call),
            2 => recorded::<B, C, 2>(inputs, nodes, call),
            3 => recorded::<B, C, 3>(inputs, nodes, call),
            more => unreachable!("no loss is differentiated by {more} tensors"),
        }
    }

    // Gradients have no graph of their own: Burn differentiates once.

    fn loss_and_gradients(inputs: Tensors<Self>, call: Call, wanted: Wanted) -> (FloatTensor<Self>, Tensors<Self>) {
        let (value, gradients) = B::loss_and_gradients(outside(inputs), call, wanted);
        (FloatTensor::<Self>::new(value), inside(gradients))
    }

    fn gradients(inputs: Tensors<Self>, upstream: FloatTensor<Self>, call: Call, wanted: Wanted) -> Tensors<Self> {
        inside(B::gradients(outside(inputs), upstream.into_primitive(), call, wanted))
    }

    fn scaled(gradient: FloatTensor<Self>, upstream: FloatTensor<Self>) -> FloatTensor<Self> {
        FloatTensor::<Self>::new(B::scaled(gradient.into_primitive(), upstream.into_primitive()))
    }
}
