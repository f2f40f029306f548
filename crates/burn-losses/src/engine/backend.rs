//! The one extension of Burn's backends, and what they can do.
#![allow(deprecated)] // NdArray, which Burn has deprecated, by name.

use super::call::Call;
#[cfg(feature = "cube")]
use super::tensors::{SlotMetadata, TensorsMetadata};
use super::tensors::{Tensors, Wanted};
use crate::real::lanes::has_formulas;
#[cfg(feature = "cube")]
use burn::backend::fusion::custom::TensorSpec;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, DispatchDevice, backend_extension};
use burn::tensor::{DType, Device};

/// The fused operations of all losses. Implemented for the backends whose features are on, and for `Autodiff` over any of
/// them; every other backend runs the composed path instead.
#[backend_extension(
    Flex: cfg(feature = "flex"),
    NdArray: cfg(feature = "ndarray"),
    Cube: cfg(feature = "cube"),
    Fusion: cfg(feature = "cube"),
    Autodiff
)]
pub trait LossBackend: Backend {
    /// The loss: one value, or one per target. Differentiable.
    #[fusion(meta = loss)]
    fn loss(#[extension_type] inputs: Tensors<Self>, call: Call) -> FloatTensor<Self>;

    /// The reduced loss and its gradients, in the inputs' places where nothing else holds them.
    #[fusion(meta = loss_and_gradients)]
    fn loss_and_gradients(
        #[extension_type] inputs: Tensors<Self>,
        call: Call,
        wanted: Wanted,
    ) -> (FloatTensor<Self>, Tensors<Self>);

    /// The gradients alone, given the gradient `upstream` with respect to the loss.
    #[fusion(meta = |inputs, _, _, wanted| inputs.gradients(wanted))]
    fn gradients(
        #[extension_type] inputs: Tensors<Self>,
        upstream: FloatTensor<Self>,
        call: Call,
        wanted: Wanted,
    ) -> Tensors<Self>;

    /// `gradient` times `upstream`, one number.
    #[fusion(dtype = gradient, shape = gradient)]
    fn scaled(gradient: FloatTensor<Self>, upstream: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// Shape and dtype of a loss, before Burn's fusion runs anything.
#[cfg(feature = "cube")]
fn loss(inputs: &TensorsMetadata, call: &Call) -> TensorSpec {
    let spec = |slot: &SlotMetadata| match slot {
        SlotMetadata::Float(spec) | SlotMetadata::Int(spec) => Some(spec.clone()),
        SlotMetadata::Nothing => None,
    };
    let first = spec(&inputs.first).expect("a call has a first tensor");
    let classes = spec(&inputs.classes).map(|classes| classes.shape);
    TensorSpec::new(call.output_shape(&first.shape, classes.as_ref()), first.dtype)
}

#[cfg(feature = "cube")]
fn loss_and_gradients(inputs: &TensorsMetadata, call: &Call, wanted: &Wanted) -> (TensorSpec, TensorsMetadata) {
    (loss(inputs, call), inputs.gradients(wanted))
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
