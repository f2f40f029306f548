//! Class rows on NdArray.

use super::cpu::{Evaluation, classes, filled};
use super::sweep_cpu::Gradient;
use super::{ClassCall, output_shape};
use crate::base::check;
use crate::engine::backend::LossBackend;
use crate::engine::host::{Element, Host};
use crate::engine::layout::Extent;
use burn::backend::TensorMetadata;
use burn::backend::ndarray::{NdArray, NdArrayTensor, SharedArray};
use burn::tensor::Shape;

/// Runs `$body` with `$array` the row-major array of the tensor.
macro_rules! with_float {
    ($tensor:expr, $array:ident => $body:expr) => {
        match $tensor {
            NdArrayTensor::F64(array) => {
                let $array = array.into_shared();
                $body
            }
            NdArrayTensor::F32(array) => {
                let $array = array.into_shared();
                $body
            }
            other => check::unsupported_dtype("NdArray", other.dtype()),
        }
    };
}

impl LossBackend for NdArray {
    fn class_rows(logits: NdArrayTensor, targets: NdArrayTensor, call: ClassCall) -> NdArrayTensor {
        let extent = Extent::of(&logits.shape());
        let shape = output_shape(&targets.shape(), &call);
        let targets = target_classes(targets, extent, &call);
        let evaluation = Evaluation { extent, call: &call, targets: &targets };
        with_float!(logits, logits => {
            let logits = logits.as_standard_layout();
            tensor(evaluation.value(logits.as_slice().unwrap_or_default()), shape)
        })
    }

    fn class_rows_with_gradient(
        logits: NdArrayTensor,
        targets: NdArrayTensor,
        call: ClassCall,
    ) -> (NdArrayTensor, NdArrayTensor) {
        let extent = Extent::of(&logits.shape());
        let shape = output_shape(&targets.shape(), &call);
        let targets = target_classes(targets, extent, &call);
        let evaluation = Evaluation { extent, call: &call, targets: &targets };
        with_float!(logits, logits => {
            let (gradient, value) = gradient(&logits, |gradient| evaluation.with_gradient(gradient));
            (tensor(vec![value], shape), gradient)
        })
    }

    fn class_rows_gradient(
        logits: NdArrayTensor,
        targets: NdArrayTensor,
        upstream: NdArrayTensor,
        call: ClassCall,
    ) -> NdArrayTensor {
        let extent = Extent::of(&logits.shape());
        let targets = target_classes(targets, extent, &call);
        let evaluation = Evaluation { extent, call: &call, targets: &targets };
        match (logits, upstream) {
            (NdArrayTensor::F64(logits), NdArrayTensor::F64(upstream)) => {
                let upstream = upstream.into_shared().iter().copied().collect::<Vec<_>>();
                gradient(&logits.into_shared(), |gradient| evaluation.gradient(&upstream, gradient)).0
            }
            (NdArrayTensor::F32(logits), NdArrayTensor::F32(upstream)) => {
                let upstream = upstream.into_shared().iter().copied().collect::<Vec<_>>();
                gradient(&logits.into_shared(), |gradient| evaluation.gradient(&upstream, gradient)).0
            }
            (logits, _) => check::unsupported_dtype("NdArray", logits.dtype()),
        }
    }

    fn class_rows_scaled(gradient: NdArrayTensor, upstream: NdArrayTensor) -> NdArrayTensor {
        <NdArray as Host>::scaled(gradient, upstream)
    }
}

/// The gradient beside the logits, and what `run` gives.
fn gradient<E: Element, O>(logits: &SharedArray<E>, run: impl FnOnce(Gradient<'_, E>) -> O) -> (NdArrayTensor, O)
where
    NdArrayTensor: From<SharedArray<E>>,
{
    let shape = Shape::from(logits.shape().to_vec());
    let logits = logits.as_standard_layout();
    let logits = logits.as_slice().unwrap_or_default();
    let (gradient, out) = filled(logits.len(), |gradient| run(Gradient::Beside(logits, gradient)));
    (tensor(gradient, shape), out)
}

fn tensor<E>(values: Vec<E>, shape: Shape) -> NdArrayTensor
where
    NdArrayTensor: From<SharedArray<E>>,
{
    let dims: Vec<usize> = shape.iter().copied().collect();
    SharedArray::from_shape_vec(dims, values).expect("the values fill the shape").into()
}

/// The classes of the targets.
fn target_classes(targets: NdArrayTensor, extent: Extent, call: &ClassCall) -> Vec<u32> {
    macro_rules! by_dtype {
        ($($dtype:ident),*) => {
            match targets {
                $(NdArrayTensor::$dtype(targets) => {
                    let targets = targets.into_shared();
                    let targets = targets.as_standard_layout();
                    classes(targets.as_slice().unwrap_or_default(), extent.classes, call)
                })*
                other => check::unsupported_dtype("NdArray", other.dtype()),
            }
        };
    }
    by_dtype!(I64, I32, I16, I8, U64, U32, U16, U8)
}
