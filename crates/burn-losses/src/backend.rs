//! The backends with fused kernels: the only list of them in the crate.
#![allow(deprecated)] // NdArray, which Burn has deprecated, by name.

use crate::engine::class_rows::ClassCall;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, DispatchDevice, backend_extension};
use burn::tensor::{DType, Device};

/// The fused operations of the losses. Implemented for the backends whose features are on, and for `Autodiff` over any
/// of them; every other backend runs the composed path instead.
#[backend_extension(Flex: cfg(feature = "flex"), NdArray: cfg(feature = "ndarray"), Autodiff)]
pub trait LossBackend: Backend {
    /// The loss: one value, or one a target. Differentiable.
    fn class_rows(logits: FloatTensor<Self>, targets: IntTensor<Self>, call: ClassCall) -> FloatTensor<Self>;

    /// The reduced loss, and its gradient with respect to the logits, in their place where nothing else holds them.
    fn class_rows_with_gradient(
        logits: FloatTensor<Self>,
        targets: IntTensor<Self>,
        call: ClassCall,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// The gradient alone, given the gradient `upstream` with respect to the loss.
    fn class_rows_gradient(
        logits: FloatTensor<Self>,
        targets: IntTensor<Self>,
        upstream: FloatTensor<Self>,
        call: ClassCall,
    ) -> FloatTensor<Self>;

    /// `gradient` times `upstream`, one number.
    fn class_rows_scaled(gradient: FloatTensor<Self>, upstream: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// Whether this crate has fused kernels for tensors of this kind.
#[allow(unused_variables)]
pub(crate) fn is_fused(device: &Device, dtype: DType) -> bool {
    match device.as_dispatch().clone().inner() {
        #[cfg(feature = "flex")]
        DispatchDevice::Flex(_) => matches!(dtype, DType::F64 | DType::F32 | DType::F16 | DType::BF16),
        #[cfg(feature = "ndarray")]
        DispatchDevice::NdArray(_) => matches!(dtype, DType::F64 | DType::F32),
        #[allow(unreachable_patterns)]
        _ => false,
    }
}
