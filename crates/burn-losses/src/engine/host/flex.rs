//! Flex's tensors as host memory.

use super::{Element, Host};
use crate::base::check;
use burn::backend::TensorMetadata;
use burn::backend::flex::{Flex, FlexTensor};
use burn::tensor::DType;

impl Host for Flex {
    const NAME: &'static str = "Flex";

    fn contiguous(tensor: FlexTensor) -> FlexTensor {
        if tensor.layout().contiguous_offsets().is_some() { tensor } else { tensor.to_contiguous() }
    }

    fn elements<E: Element>(tensor: &FlexTensor) -> &[E] {
        tensor.as_slice::<E>().expect("a contiguous tensor has a slice")
    }

    fn elements_mut<E: Element>(tensor: &mut FlexTensor) -> Option<&mut [E]> {
        // Of a part of a buffer, the rest would be written over too.
        let len = tensor.shape().num_elements();
        let whole = tensor.layout().start_offset() == 0 && tensor.bytes().len() == len * size_of::<E>();
        if whole { tensor.try_storage_mut::<E>() } else { None }
    }

    fn integers<T>(tensor: &FlexTensor, mut map: impl FnMut(i64) -> T) -> Vec<T> {
        macro_rules! by_dtype {
            ($($dtype:ident $int:ty),*) => {
                match tensor.dtype() {
                    $(DType::$dtype => {
                        let mut mapped = |numbers: &[$int]| {
                            numbers.iter().map(|&number| map(i64::try_from(number).unwrap_or(i64::MAX))).collect()
                        };
                        match tensor.as_slice::<$int>() {
                            Some(numbers) => mapped(numbers),
                            None => mapped(tensor.to_contiguous().as_slice::<$int>().expect("contiguous numbers")),
                        }
                    })*
                    other => check::unsupported_dtype("Flex", other),
                }
            };
        }
        by_dtype!(I64 i64, I32 i32, I16 i16, I8 i8, U64 u64, U32 u32, U16 u16, U8 u8)
    }
}
