//! Devices by name.

use crate::error::LabError;
use burn::tensor::{DType, Device};

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

/// The device of this name.
///
/// # Errors
///
/// If there is none of this name, or the lab was built without its feature.
pub fn by_name(name: &str) -> Result<Device, LabError> {
    match name {
        #[cfg(feature = "flex")]
        "flex" => Ok(Device::flex()),
        #[cfg(feature = "ndarray")]
        #[allow(deprecated)] // By Burn; its users exist.
        "ndarray" => Ok(Device::ndarray()),
        known if NAMES.iter().any(|(name, _)| *name == known) => Err(LabError::Usage(format!(
            "device: {known} must be built in, got a lab without its feature (this one has: {})",
            available().join(", ")
        ))),
        _ => {
            let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
            Err(LabError::Usage(format!("device: the name must be one of {}, got \"{name}\"", names.join(", "))))
        }
    }
}

/// The names of the devices that are built in.
pub fn available() -> Vec<&'static str> {
    NAMES.iter().map(|(name, _)| *name).filter(|name| is_available(name)).collect()
}

fn is_available(name: &str) -> bool {
    name == "flex" && cfg!(feature = "flex") || name == "ndarray" && cfg!(feature = "ndarray")
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
