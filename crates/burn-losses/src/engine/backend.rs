//! The backends with fused kernels: the only list of them in the crate.
#![allow(deprecated)] // NdArray, which Burn has deprecated, by name.

use crate::engine::class_rows::ClassCall;
#[cfg(feature = "cube")]
use crate::engine::class_rows::output_shape;
use crate::engine::pointwise::PointCall;
use crate::engine::soft_rows::SoftCall;
use crate::real::lanes::has_formulas;
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

/// The fused operations of the engines that have kernels on the CPU only: everywhere else their losses are composed of
/// the backend's own operations, which Burn fuses on GPUs.
///
/// Burn routes no optional tensors. One that is absent is stood for by any other, and `call` says so; a gradient that
/// is not `wanted` comes back as any tensor.
#[backend_extension(Flex: cfg(feature = "flex"), NdArray: cfg(feature = "ndarray"), Autodiff)]
pub trait HostLossBackend: Backend {
    /// A pointwise loss: one value, or one an element. Differentiable.
    fn points(
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        third: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        call: PointCall,
    ) -> FloatTensor<Self>;

    /// The reduced loss and its gradients, in the inputs' places where nothing else holds them.
    fn points_with_gradients(
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        third: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        call: PointCall,
        wanted: [bool; 3],
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// The gradients alone, given the gradient `upstream` with respect to the loss.
    fn points_gradients(
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        third: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        upstream: FloatTensor<Self>,
        call: PointCall,
        wanted: [bool; 3],
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// A loss of rows of scores against rows of target probabilities, or against classes. Differentiable.
    fn soft_rows(
        scores: FloatTensor<Self>,
        targets: FloatTensor<Self>,
        classes: IntTensor<Self>,
        weights: FloatTensor<Self>,
        call: SoftCall,
    ) -> FloatTensor<Self>;

    /// The reduced loss and its gradients.
    fn soft_rows_with_gradients(
        scores: FloatTensor<Self>,
        targets: FloatTensor<Self>,
        classes: IntTensor<Self>,
        weights: FloatTensor<Self>,
        call: SoftCall,
        wanted: [bool; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// The gradients alone, given the gradient `upstream` with respect to the loss.
    fn soft_rows_gradients(
        scores: FloatTensor<Self>,
        targets: FloatTensor<Self>,
        classes: IntTensor<Self>,
        weights: FloatTensor<Self>,
        upstream: FloatTensor<Self>,
        call: SoftCall,
        wanted: [bool; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// `gradient` times `upstream`, one number.
    fn host_scaled(gradient: FloatTensor<Self>, upstream: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// The shapes of a reduced loss and its gradient, before Burn's fusion runs anything.
#[cfg(feature = "cube")]
fn loss_and_gradient(logits: &TensorSpec, targets: &TensorSpec, call: &ClassCall) -> (TensorSpec, TensorSpec) {
    (TensorSpec::new(output_shape(&targets.shape, call), logits.dtype), logits.clone())
}

/// Whether this crate has fused kernels on the CPU for tensors of this kind.
#[allow(unused_variables)]
pub(crate) fn is_on_host(device: &Device, dtype: DType) -> bool {
    match device.as_dispatch().clone().inner() {
        #[cfg(feature = "flex")]
        DispatchDevice::Flex(_) => has_formulas() && is_fused(device, dtype),
        #[cfg(feature = "ndarray")]
        DispatchDevice::NdArray(_) => has_formulas() && is_fused(device, dtype),
        #[allow(unreachable_patterns)]
        _ => false,
    }
}

/// Whether a device computes in f64. What a backend itself says is not to be trusted: wgpu says that it does.
pub(crate) fn has_f64(device: &Device) -> bool {
    let name = burn::backend::Dispatch::name(device.as_dispatch());
    ["flex", "ndarray", "cuda", "hip", "rocm"].iter().any(|backend| name.contains(backend))
}

/// A device that every machine has, as far as the features go.
#[allow(unreachable_code)]
pub(crate) fn host() -> Device {
    #[cfg(feature = "flex")]
    return Device::flex();
    #[cfg(feature = "ndarray")]
    return Device::ndarray();
    Device::default()
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
