//! Devices by name.

use crate::error::LabError;
#[cfg(any(feature = "wgpu", feature = "vulkan", feature = "metal", feature = "webgpu"))]
use burn::tensor::DeviceKind;
use burn::tensor::{DType, Device, Tensor};

/// Every name the lab knows, with the dtypes the device really has: Burn's own answer is not to be trusted.
const NAMES: &[(&str, &[DType])] = &[
    ("flex", &[DType::F64, DType::F32, DType::F16, DType::BF16]),
    ("ndarray", &[DType::F64, DType::F32]),
    ("wgpu", &[DType::F32, DType::F16]),
    ("vulkan", &[DType::F32, DType::F16]),
    ("metal", &[DType::F32, DType::F16]),
    ("webgpu", &[DType::F32]),
    ("cuda", &[DType::F64, DType::F32, DType::F16, DType::BF16]),
    ("rocm", &[DType::F64, DType::F32, DType::F16, DType::BF16]),
];

/// A device by its name.
type Named = (&'static str, fn() -> Device);

/// The devices that are built in.
fn built_in() -> Vec<Named> {
    vec![
        #[cfg(feature = "flex")]
        ("flex", Device::flex),
        #[cfg(feature = "ndarray")]
        #[allow(deprecated)] // By Burn; its users exist.
        ("ndarray", Device::ndarray),
        #[cfg(feature = "wgpu")]
        ("wgpu", || Device::wgpu(DeviceKind::DefaultDevice)),
        #[cfg(feature = "vulkan")]
        ("vulkan", || Device::vulkan(DeviceKind::DefaultDevice)),
        #[cfg(feature = "metal")]
        ("metal", || Device::metal(DeviceKind::DefaultDevice)),
        #[cfg(feature = "webgpu")]
        ("webgpu", || Device::webgpu(DeviceKind::DefaultDevice)),
        #[cfg(feature = "cuda")]
        ("cuda", || Device::cuda(0)),
        #[cfg(feature = "rocm")]
        ("rocm", || Device::rocm(0)),
    ]
}

/// The device of this name.
///
/// # Errors
///
/// If there is none of this name, the lab was built without its feature, or the machine has no such device.
pub fn by_name(name: &str) -> Result<Device, LabError> {
    if let Some((_, device)) = built_in().into_iter().find(|(known, _)| *known == name) {
        return opened(name, device);
    }
    if NAMES.iter().any(|(known, _)| *known == name) {
        return Err(LabError::Usage(format!(
            "device: {name} must be built in (cargo run --release --features {name}), got a lab without it (this one \
             has: {})",
            available().join(", ")
        )));
    }
    let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
    Err(LabError::Usage(format!("device: the name must be one of {}, got \"{name}\"", names.join(", "))))
}

/// The device, if it works: Burn opens a GPU at its first tensor, and panics where there is none. It does so on a thread of
/// its own, too, so all threads are quiet here, unlike in [`caught`](crate::error::caught).
fn opened(name: &str, device: fn() -> Device) -> Result<Device, LabError> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let works = std::panic::catch_unwind(|| {
        let device = device();
        Tensor::<1>::ones([1], &device).try_into_vec_as::<f32>().is_ok().then_some(device)
    });
    std::panic::set_hook(hook);
    works.ok().flatten().ok_or_else(|| {
        LabError::Usage(format!(
            "device: {name} must be there, with its driver, got a machine on which it does not open"
        ))
    })
}

/// The names of the devices that are built in.
pub fn available() -> Vec<&'static str> {
    built_in().into_iter().map(|(name, _)| name).collect()
}

/// The dtype of this name on this device.
///
/// # Errors
///
/// If there is none of this name, or the device does not have it.
pub fn dtype(device: &str, name: &str) -> Result<DType, LabError> {
    let dtype = match name {
        "f64" => DType::F64,
        "f32" => DType::F32,
        "f16" => DType::F16,
        "bf16" => DType::BF16,
        _ => {
            return Err(LabError::Usage(format!("dtype: the name must be one of f64, f32, f16, bf16, got \"{name}\"")));
        }
    };
    match NAMES.iter().find(|(known, _)| *known == device) {
        Some((_, dtypes)) if !dtypes.contains(&dtype) => {
            Err(LabError::Usage(format!("dtype: must be one that {device} computes with, got {name}")))
        }
        _ => Ok(dtype),
    }
}
