//! The backends with fused kernels: the only list of them in the crate.
#![allow(deprecated)] // NdArray, which Burn has deprecated, by name.

use crate::engine::class_rows::ClassCall;
#[cfg(feature = "cube")]
use crate::engine::class_rows::output_shape;
#[cfg(feature = "cube")]
use burn::backend::fusion::custom::TensorSpec;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, DispatchDevice, backend_extension};
use burn::tensor::{DType, Device};

/// The fused operations of the losses. Implemented for the backends whose features are on, and for `Autodiff` over any
/// of them; every other backend runs the composed path instead.
#[backend_extension(
    Flex: cfg(feature = "flex"),
    NdArray: cfg(feature = "ndarray"),
    Cube: cfg(feature = "cube"),
    Fusion: cfg(feature = "cube"),
    Autodiff
)]
pub trait LossBackend: Backend {
    /// The loss: one value, or one a target. Differentiable.
    #[fusion(dtype = logits, shape = output_shape(targets, call))]
    fn class_rows(logits: FloatTensor<Self>, targets: IntTensor<Self>, call: ClassCall) -> FloatTensor<Self>;

    /// The reduced loss, and its gradient with respect to the logits, in their place where nothing else holds them.
    #[fusion(meta = loss_and_gradient)]
    fn class_rows_with_gradient(
        logits: FloatTensor<Self>,
        targets: IntTensor<Self>,
        call: ClassCall,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// The gradient alone, given the gradient `upstream` with respect to the loss.
    #[fusion(dtype = logits, shape = logits)]
    fn class_rows_gradient(
        logits: FloatTensor<Self>,
        targets: IntTensor<Self>,
        upstream: FloatTensor<Self>,
        call: ClassCall,
    ) -> FloatTensor<Self>;

    /// `gradient` times `upstream`, one number.
    #[fusion(dtype = gradient, shape = gradient)]
    fn class_rows_scaled(gradient: FloatTensor<Self>, upstream: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// The shapes of a reduced loss and its gradient, before Burn's fusion runs anything.
#[cfg(feature = "cube")]
fn loss_and_gradient(logits: &TensorSpec, targets: &TensorSpec, call: &ClassCall) -> (TensorSpec, TensorSpec) {
    (TensorSpec::new(output_shape(&targets.shape, call), logits.dtype), logits.clone())
}

/// Whether this crate has fused kernels for tensors of this kind.
#[allow(unused_variables)]
pub(crate) fn is_fused(device: &Device, dtype: DType) -> bool {
    match device.as_dispatch().clone().inner() {
        #[cfg(feature = "flex")]
        DispatchDevice::Flex(_) => matches!(dtype, DType::F64 | DType::F32 | DType::F16 | DType::BF16),
        #[cfg(feature = "ndarray")]
        DispatchDevice::NdArray(_) => matches!(dtype, DType::F64 | DType::F32),
        // f64, where a GPU has it, is left to Burn's own operations.
        #[cfg(feature = "cube")]
        DispatchDevice::Cube(_) => matches!(dtype, DType::F32 | DType::F16 | DType::BF16),
        #[allow(unreachable_patterns)]
        _ => false,
    }
}
