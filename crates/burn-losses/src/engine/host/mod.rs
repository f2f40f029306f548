//! Tensors in the memory of the host: what the CPU engines see of a backend.

#[cfg(feature = "flex")]
mod flex;
#[cfg(feature = "ndarray")]
#[allow(deprecated)] // Burn has deprecated NdArray; its users exist.
mod ndarray;

use super::class_rows::{Block, RowFormula};
use super::pointwise::{self, PointCall, PointFormula, Points};
use super::soft_rows::{self, SoftCall, SoftFormula, Stretch, SumsBlock};
use crate::real::lanes::{Scalar as _, Simd};
use burn::backend::tensor::{Device, FloatTensor, IntTensor};
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::{Scalar, Shape, TensorData};
use half::{bf16, f16};

/// Runs `$body` with `$element` the type of the dtype.
macro_rules! with_float {
    ($host:ty, $dtype:expr, $element:ident => $body:expr) => {
        match $dtype {
            burn::tensor::DType::F64 => {
                type $element = f64;
                $body
            }
            burn::tensor::DType::F32 => {
                type $element = f32;
                $body
            }
            burn::tensor::DType::F16 => {
                type $element = half::f16;
                $body
            }
            burn::tensor::DType::BF16 => {
                type $element = half::bf16;
                $body
            }
            other => $crate::base::check::unsupported_dtype(<$host as $crate::engine::host::Host>::NAME, other),
        }
    };
}
#[allow(unused_imports)] // Without a CPU backend.
pub(crate) use with_float;

/// An element of a float tensor.
pub(crate) trait Element: burn::tensor::Element + bytemuck::Pod + Send + Sync {
    /// What it is computed in.
    type Acc: Accumulator;
    fn to_acc(self) -> Self::Acc;
    fn from_acc(value: Self::Acc) -> Self;
    /// The pointer as one to the accumulator type, if it is the same type.
    fn same(pointer: *mut Self) -> Option<*mut Self::Acc>;
}

macro_rules! element {
    ($float:ty, $acc:ty, $to:expr, $from:expr, $same:expr) => {
        impl Element for $float {
            type Acc = $acc;
            #[inline(always)]
            fn to_acc(self) -> $acc {
                $to(self)
            }
            #[inline(always)]
            fn from_acc(value: $acc) -> Self {
                $from(value)
            }
            fn same(pointer: *mut Self) -> Option<*mut $acc> {
                $same(pointer)
            }
        }
    };
}
element!(f64, f64, |x| x, |x| x, Some);
element!(f32, f32, |x| x, |x| x, Some);
element!(f16, f32, f16::to_f32, f16::from_f32, |_| None);
element!(bf16, f32, bf16::to_f32, bf16::from_f32, |_| None);

/// The two floats everything is computed in: from the type of a sweep to the entry of an erased formula.
pub(crate) trait Accumulator: Simd {
    fn rows(formula: &dyn RowFormula, block: &mut Block<Self>, slopes: bool);
    fn points(formula: &dyn PointFormula, points: &mut Points<Self>);
    fn terms(formula: &dyn SoftFormula, stretch: &mut Stretch<Self>);
    fn sums(formula: &dyn SoftFormula, sums: &mut SumsBlock<Self>);
}

macro_rules! accumulator {
    ($float:ty, $rows:ident, $points:ident, $terms:ident, $sums:ident) => {
        impl Accumulator for $float {
            fn rows(formula: &dyn RowFormula, block: &mut Block<Self>, slopes: bool) {
                formula.$rows(block, slopes);
            }
            fn points(formula: &dyn PointFormula, points: &mut Points<Self>) {
                formula.$points(points);
            }
            fn terms(formula: &dyn SoftFormula, stretch: &mut Stretch<Self>) {
                formula.$terms(stretch);
            }
            fn sums(formula: &dyn SoftFormula, sums: &mut SumsBlock<Self>) {
                formula.$sums(sums);
            }
        }
    };
}
accumulator!(f64, rows_f64, points_f64, terms_f64, sums_f64);
accumulator!(f32, rows_f32, points_f32, terms_f32, sums_f32);

/// A backend whose tensors lie in the host's memory.
pub(crate) trait Host: Backend {
    /// For messages.
    const NAME: &'static str;

    /// Row-major from the start of its buffer, copied only if it is not.
    fn contiguous(tensor: FloatTensor<Self>) -> FloatTensor<Self>;
    /// The elements of a contiguous tensor.
    fn elements<E: Element>(tensor: &FloatTensor<Self>) -> &[E];
    /// The elements of a contiguous tensor that nothing else holds.
    fn elements_mut<E: Element>(tensor: &mut FloatTensor<Self>) -> Option<&mut [E]>;
    /// The numbers of an integer tensor, row-major; those beyond i64 (of u64) are i64::MAX.
    fn integers(tensor: IntTensor<Self>) -> Vec<i64>;

    /// A tensor of these elements.
    fn tensor<E: Element>(values: Vec<E>, shape: Shape, device: &Device<Self>) -> FloatTensor<Self> {
        Self::float_from_data(TensorData::new(values, shape), device)
    }

    /// `gradient` times `upstream`, one number.
    fn scaled(gradient: FloatTensor<Self>, upstream: FloatTensor<Self>) -> FloatTensor<Self> {
        let upstream = Self::contiguous(upstream);
        let upstream = with_float!(Self, upstream.dtype(), E => Self::elements::<E>(&upstream)[0].to_acc().to_f64());
        match upstream {
            1.0 => gradient,
            // Nothing was made of it, whatever it is.
            0.0 => Self::float_zeros(gradient.shape(), &gradient.device(), gradient.dtype().into()),
            _ => Self::float_mul_scalar(gradient, Scalar::Float(upstream)),
        }
    }
}

/// The engines of the host, for one of its backends.
macro_rules! host_losses {
    ($host:ty) => {
        impl $crate::engine::backend::HostLossBackend for $host {
            fn points(
                first: FloatTensor<Self>,
                second: FloatTensor<Self>,
                third: FloatTensor<Self>,
                weights: FloatTensor<Self>,
                call: PointCall,
            ) -> FloatTensor<Self> {
                pointwise::value::<Self>([first, second, third], weights, &call)
            }

            fn points_with_gradients(
                first: FloatTensor<Self>,
                second: FloatTensor<Self>,
                third: FloatTensor<Self>,
                weights: FloatTensor<Self>,
                call: PointCall,
                wanted: [bool; 3],
            ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
                let inputs = [first, second, third];
                let (value, [a, b, c]) = pointwise::with_gradients::<Self>(inputs, weights, &call, wanted);
                (value, a, b, c)
            }

            fn points_gradients(
                first: FloatTensor<Self>,
                second: FloatTensor<Self>,
                third: FloatTensor<Self>,
                weights: FloatTensor<Self>,
                upstream: FloatTensor<Self>,
                call: PointCall,
                wanted: [bool; 3],
            ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
                let inputs = [first, second, third];
                pointwise::gradients::<Self>(inputs, weights, upstream, &call, wanted).into()
            }

            fn soft_rows(
                scores: FloatTensor<Self>,
                targets: FloatTensor<Self>,
                classes: IntTensor<Self>,
                weights: FloatTensor<Self>,
                call: SoftCall,
            ) -> FloatTensor<Self> {
                soft_rows::value::<Self>(scores, targets, classes, weights, &call)
            }

            fn soft_rows_with_gradients(
                scores: FloatTensor<Self>,
                targets: FloatTensor<Self>,
                classes: IntTensor<Self>,
                weights: FloatTensor<Self>,
                call: SoftCall,
                wanted: [bool; 2],
            ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
                soft_rows::with_gradients::<Self>(scores, targets, classes, weights, &call, wanted)
            }

            fn soft_rows_gradients(
                scores: FloatTensor<Self>,
                targets: FloatTensor<Self>,
                classes: IntTensor<Self>,
                weights: FloatTensor<Self>,
                upstream: FloatTensor<Self>,
                call: SoftCall,
                wanted: [bool; 2],
            ) -> (FloatTensor<Self>, FloatTensor<Self>) {
                soft_rows::gradients::<Self>(scores, targets, classes, weights, upstream, &call, wanted)
            }

            fn host_scaled(gradient: FloatTensor<Self>, upstream: FloatTensor<Self>) -> FloatTensor<Self> {
                <Self as Host>::scaled(gradient, upstream)
            }
        }
    };
}
#[cfg(feature = "flex")]
host_losses!(burn::backend::flex::Flex);
#[cfg(feature = "ndarray")]
#[allow(deprecated)] // As above.
const _: () = {
    host_losses!(burn::backend::ndarray::NdArray);
};
