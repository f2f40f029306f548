//! Flex's tensors as host memory.

use super::{Element, Host};
use crate::base::check;
use burn::backend::TensorMetadata;
use burn::backend::flex::{Flex, FlexTensor};
use burn::tensor::DType;

impl Host for Flex {
    const NAME: &'static str = "Flex";

    fn contiguous(tensor: FlexTensor) -> FlexTensor {
        let len = tensor.shape().num_elements();
        let whole = tensor.is_contiguous() && tensor.layout().start_offset() == 0;
        if whole && tensor.bytes().len() == len * tensor.dtype().size() { tensor } else { tensor.to_contiguous() }
    }

    fn elements<E: Element>(tensor: &FlexTensor) -> &[E] {
        tensor.as_slice::<E>().expect("a contiguous tensor has a slice")
    }

    fn elements_mut<E: Element>(tensor: &mut FlexTensor) -> Option<&mut [E]> {
        tensor.try_storage_mut::<E>()
    }

    fn integers(tensor: FlexTensor) -> Vec<i64> {
        let tensor = Self::contiguous(tensor);
        macro_rules! by_dtype {
            ($($dtype:ident $int:ty),*) => {
                match tensor.dtype() {
                    $(DType::$dtype => {
                        let numbers = tensor.as_slice::<$int>().expect("a contiguous tensor has a slice");
                        numbers.iter().map(|&number| i64::try_from(number).unwrap_or(i64::MAX)).collect()
                    })*
                    other => check::unsupported_dtype("Flex", other),
                }
            };
        }
        by_dtype!(I64 i64, I32 i32, I16 i16, I8 i8, U64 u64, U32 u32, U16 u16, U8 u8)
    }
}
