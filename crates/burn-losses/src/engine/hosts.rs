//! The fused operations on the backends of the CPU.
#![allow(deprecated)] // NdArray, which Burn has deprecated, by name.

use super::backend::LossBackend;
use super::call::Call;
use super::host::{self, Asked, Host, Made};
use super::tensors::{NONE_WANTED, Tensors, Wanted};
use super::{points, rows, sums};
use burn::backend::tensor::FloatTensor;

/// What is asked of a loss, by its engine.
fn sweep<B: Host>(inputs: Tensors<B>, call: &Call, asked: Asked<B>) -> Made<B> {
    match call {
        Call::Rows(call) => rows::sweep(inputs, call, asked),
        Call::Sums(call) => sums::sweep(inputs, call, asked),
        Call::Points(call) => points::sweep(inputs, call, asked),
    }
}

macro_rules! host {
    ($host:ty) => {
        impl LossBackend for $host {
            fn loss(inputs: Tensors<Self>, call: Call) -> FloatTensor<Self> {
                let asked = Asked { loss: true, gradients: NONE_WANTED, upstream: None };
                sweep(inputs, &call, asked).loss.expect("the loss was asked for")
            }

            fn loss_and_gradients(
                inputs: Tensors<Self>,
                call: Call,
                wanted: Wanted,
            ) -> (FloatTensor<Self>, Tensors<Self>) {
                let made = sweep(inputs, &call, Asked { loss: true, gradients: wanted, upstream: None });
                (made.loss.expect("the loss was asked for"), made.gradients)
            }

            fn gradients(
                inputs: Tensors<Self>,
                upstream: FloatTensor<Self>,
                call: Call,
                wanted: Wanted,
            ) -> Tensors<Self> {
                sweep(inputs, &call, Asked { loss: false, gradients: wanted, upstream: Some(upstream) }).gradients
            }

            fn scaled(gradient: FloatTensor<Self>, upstream: FloatTensor<Self>) -> FloatTensor<Self> {
                host::scaled::<Self>(gradient, upstream)
            }
        }
    };
}
#[cfg(feature = "flex")]
host!(burn::backend::flex::Flex);
#[cfg(feature = "ndarray")]
host!(burn::backend::ndarray::NdArray);
