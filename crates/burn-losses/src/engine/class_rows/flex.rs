//! Class rows on Flex.

use super::cpu::{Evaluation, classes, filled};
use super::sweep_cpu::Gradient;
use super::{ClassCall, output_shape};
use crate::base::check;
use crate::engine::backend::LossBackend;
use crate::engine::host::{Element, Host};
use crate::engine::layout::Extent;
use burn::backend::TensorMetadata;
use burn::backend::flex::{Flex, FlexTensor};
use burn::tensor::{DType, TensorData, bf16, f16};

/// Runs `$body` with `$element` the type of the dtype.
macro_rules! with_float {
    ($dtype:expr, $element:ident => $body:expr) => {
        match $dtype {
            DType::F64 => {
                type $element = f64;
                $body
            }
            DType::F32 => {
                type $element = f32;
                $body
            }
            DType::F16 => {
                type $element = f16;
                $body
            }
            DType::BF16 => {
                type $element = bf16;
                $body
            }
            other => check::unsupported_dtype("Flex", other),
        }
    };
}

impl LossBackend for Flex {
    fn class_rows(logits: FlexTensor, targets: FlexTensor, call: ClassCall) -> FlexTensor {
        let extent = Extent::of(&logits.shape());
        let shape = output_shape(&targets.shape(), &call);
        let targets = target_classes(&targets, extent, &call);
        let evaluation = Evaluation { extent, call: &call, targets: &targets };
        with_float!(logits.dtype(), E => {
            let logits = contiguous::<E>(logits);
            FlexTensor::from_data(TensorData::new(evaluation.value(elements::<E>(&logits)), shape))
        })
    }

    fn class_rows_with_gradient(logits: FlexTensor, targets: FlexTensor, call: ClassCall) -> (FlexTensor, FlexTensor) {
        let extent = Extent::of(&logits.shape());
        let shape = output_shape(&targets.shape(), &call);
        let targets = target_classes(&targets, extent, &call);
        let evaluation = Evaluation { extent, call: &call, targets: &targets };
        with_float!(logits.dtype(), E => {
            let (gradient, value) = into_gradient(logits, |gradient| evaluation.with_gradient::<E>(gradient));
            (FlexTensor::from_data(TensorData::new(vec![value], shape)), gradient)
        })
    }

    fn class_rows_gradient(
        logits: FlexTensor,
        targets: FlexTensor,
        upstream: FlexTensor,
        call: ClassCall,
    ) -> FlexTensor {
        let extent = Extent::of(&logits.shape());
        let targets = target_classes(&targets, extent, &call);
        let evaluation = Evaluation { extent, call: &call, targets: &targets };
        with_float!(logits.dtype(), E => {
            let upstream = contiguous::<E>(upstream);
            into_gradient(logits, |gradient| evaluation.gradient(elements::<E>(&upstream), gradient)).0
        })
    }

    fn class_rows_scaled(gradient: FlexTensor, upstream: FlexTensor) -> FlexTensor {
        <Flex as Host>::scaled(gradient, upstream)
    }
}

/// Row-major from the start of its buffer, copied only if it is not.
fn contiguous<E: burn::tensor::Element + bytemuck::Pod>(tensor: FlexTensor) -> FlexTensor {
    if tensor.as_slice::<E>().is_some() { tensor } else { tensor.to_contiguous() }
}

fn elements<E: burn::tensor::Element + bytemuck::Pod>(tensor: &FlexTensor) -> &[E] {
    tensor.as_slice::<E>().expect("a contiguous tensor has a slice")
}

/// The gradient in the place of the logits where nothing else holds them, beside them otherwise; and what `run` gives.
fn into_gradient<E, O>(logits: FlexTensor, run: impl FnOnce(Gradient<'_, E>) -> O) -> (FlexTensor, O)
where
    E: Element + burn::tensor::Element + bytemuck::Pod,
{
    let mut logits = contiguous::<E>(logits);
    let shape = logits.shape();
    let len = shape.num_elements();
    let whole = logits.layout().start_offset() == 0 && logits.bytes().len() == len * size_of::<E>();
    if whole && let Some(elements) = logits.try_storage_mut::<E>() {
        let out = run(Gradient::InPlace(elements));
        return (logits, out);
    }
    let logits = elements::<E>(&logits);
    let (gradient, out) = filled(len, |gradient| run(Gradient::Beside(logits, gradient)));
    (FlexTensor::from_data(TensorData::new(gradient, shape)), out)
}

/// The classes of the targets.
fn target_classes(targets: &FlexTensor, extent: Extent, call: &ClassCall) -> Vec<u32> {
    macro_rules! by_dtype {
        ($($dtype:ident $int:ty),*) => {
            match targets.dtype() {
                $(DType::$dtype => match targets.as_slice::<$int>() {
                    Some(targets) => classes(targets, extent.classes, call),
                    None => classes(elements::<$int>(&targets.to_contiguous()), extent.classes, call),
                },)*
                other => check::unsupported_dtype("Flex", other),
            }
        };
    }
    by_dtype!(I64 i64, I32 i32, I16 i16, I8 i8, U64 u64, U32 u32, U16 u16, U8 u8)
}
