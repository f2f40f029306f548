//! Tensors in the memory of the host: what the CPU engines see of a backend.

#[cfg(feature = "flex")]
mod flex;
#[cfg(feature = "ndarray")]
#[allow(deprecated)] // Burn has deprecated NdArray; its users exist.
mod ndarray;

use super::formula::{Block, PointFormula, Points, RowFormula, SoftFormula, Stretch, SumsBlock};
use super::tensors::{Slot, Tensors, Wanted};
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
    /// The element as a number, exactly.
    #[inline(always)]
    fn number(self) -> f64 {
        self.to_acc().to_f64()
    }
    /// The element nearest to a number. Of one that was an element it is that element.
    #[inline(always)]
    fn nearest(number: f64) -> Self {
        Self::from_acc(Self::Acc::from_f64(number))
    }
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

/// The accumulator types, f32 and f64. Picks the method of an erased formula for its type.
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

    /// Row-major, wherever in its buffer, copied only if it is not.
    fn contiguous(tensor: FloatTensor<Self>) -> FloatTensor<Self>;
    /// The elements of a contiguous tensor.
    fn elements<E: Element>(tensor: &FloatTensor<Self>) -> &[E];
    /// The elements of a contiguous tensor that nothing else holds.
    fn elements_mut<E: Element>(tensor: &mut FloatTensor<Self>) -> Option<&mut [E]>;
    /// What `map` makes of the numbers of an integer tensor, row-major; those beyond i64 (of u64) are i64::MAX.
    fn integers<T>(tensor: &IntTensor<Self>, map: impl FnMut(i64) -> T) -> Vec<T>;

    /// A tensor of these elements.
    fn tensor<E: Element>(values: Vec<E>, shape: Shape, device: &Device<Self>) -> FloatTensor<Self> {
        Self::float_from_data(TensorData::new(values, shape), device)
    }
}

/// `gradient` times `upstream`, one number.
pub(super) fn scaled<B: Host>(gradient: FloatTensor<B>, upstream: FloatTensor<B>) -> FloatTensor<B> {
    let upstream = B::contiguous(upstream);
    let upstream = with_float!(B, upstream.dtype(), E => B::elements::<E>(&upstream)[0].number());
    match upstream {
        1.0 => gradient,
        // Nothing was made of it, whatever it is.
        0.0 => B::float_zeros(gradient.shape(), &gradient.device(), gradient.dtype().into()),
        _ => B::float_mul_scalar(gradient, Scalar::Float(upstream)),
    }
}

/// What an engine is asked for.
pub(crate) struct Asked<B: Host> {
    /// The loss: one value, or one per target.
    pub(crate) loss: bool,
    /// The gradients by which tensors.
    pub(crate) gradients: Wanted,
    /// The gradient by the loss; 1 unless given.
    pub(crate) upstream: Option<FloatTensor<B>>,
}

/// What it made of that.
pub(crate) struct Made<B: Host> {
    pub(crate) loss: Option<FloatTensor<B>>,
    pub(crate) gradients: Tensors<B>,
}

/// Where a gradient is written.
#[derive(Debug)]
pub(crate) enum Output<E> {
    /// Nowhere: none is wanted.
    Nowhere,
    /// Over the input, which nothing else holds.
    InPlace,
    /// In a buffer of its own.
    Beside(Vec<E>),
}

impl<E: Element> Output<E> {
    /// A place for the gradient by this tensor, and the pointer to it.
    pub(crate) fn new<B: Host>(input: &mut FloatTensor<B>, len: usize) -> (Self, *mut E) {
        if let Some(elements) = B::elements_mut::<E>(input) {
            return (Self::InPlace, elements.as_mut_ptr());
        }
        let mut buffer = Vec::with_capacity(len);
        let pointer = buffer.as_mut_ptr();
        (Self::Beside(buffer), pointer)
    }

    /// The gradient by this tensor, all of which was written.
    ///
    /// # Safety
    ///
    /// As many elements as the tensor has were written to the pointer that [`new`](Self::new) gave.
    #[allow(unsafe_code)]
    pub(crate) unsafe fn made<B: Host>(self, input: FloatTensor<B>) -> Slot<B> {
        match self {
            Self::Nowhere => Slot::Nothing,
            Self::InPlace => Slot::Float(input),
            Self::Beside(buffer) => {
                let (shape, device) = (input.shape(), input.device());
                // SAFETY: the caller's promise; the capacity is that of the tensor.
                Slot::Float(B::tensor(unsafe { written(buffer, shape.num_elements()) }, shape, &device))
            }
        }
    }
}

/// A buffer whose first `len` elements were written.
///
/// # Safety
///
/// They were, and the capacity is as large.
#[allow(unsafe_code)]
pub(crate) unsafe fn written<E>(mut buffer: Vec<E>, len: usize) -> Vec<E> {
    debug_assert!(buffer.capacity() >= len, "a buffer must hold what was written");
    // SAFETY: the caller's promise.
    unsafe { buffer.set_len(len) };
    buffer
}
