//! The fused operations on Burn's GPU backend. Only class rows have kernels; the other engines are composed there.

use super::backend::LossBackend;
use super::call::{Call, ClassCall};
use super::rows::cube as rows;
use super::tensors::{Slot, Tensors, Wanted};
use burn_cubecl::CubeBackend;
use burn_cubecl::tensor::CubeTensor;

/// Logits and classes of a call with kernels.
fn of_rows(inputs: Tensors<CubeBackend>, call: &Call) -> (CubeTensor, CubeTensor, &ClassCall) {
    let Call::Rows(call) = call else { unreachable!("losses without GPU kernels are composed") };
    let logits = inputs.first.float().expect("class rows have logits");
    (logits, inputs.classes.int().expect("class rows have classes"), call)
}

fn by_logits(gradient: CubeTensor) -> Tensors<CubeBackend> {
    Tensors { first: Slot::Float(gradient), ..Tensors::none() }
}

impl LossBackend for CubeBackend {
    fn loss(inputs: Tensors<Self>, call: Call) -> CubeTensor {
        let (logits, classes, call) = of_rows(inputs, &call);
        rows::loss(logits, classes, call)
    }

    fn loss_and_gradients(inputs: Tensors<Self>, call: Call, _: Wanted) -> (CubeTensor, Tensors<Self>) {
        let (logits, classes, call) = of_rows(inputs, &call);
        let (loss, gradient) = rows::loss_and_gradient(logits, classes, call);
        (loss, by_logits(gradient))
    }

    fn gradients(inputs: Tensors<Self>, upstream: CubeTensor, call: Call, _: Wanted) -> Tensors<Self> {
        let (logits, classes, call) = of_rows(inputs, &call);
        by_logits(rows::gradient(logits, classes, upstream, call))
    }

    fn scaled(gradient: CubeTensor, upstream: CubeTensor) -> CubeTensor {
        rows::scaled(gradient, upstream)
    }
}
