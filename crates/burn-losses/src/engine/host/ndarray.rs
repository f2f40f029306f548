//! NdArray's tensors as host memory.

use super::{Element, Host};
use crate::base::check;
use burn::backend::TensorMetadata;
use burn::backend::ndarray::{NdArray, NdArrayTensor};

impl Host for NdArray {
    const NAME: &'static str = "NdArray";

    fn contiguous(tensor: NdArrayTensor) -> NdArrayTensor {
        macro_rules! by_dtype {
            ($($dtype:ident),*) => {
                match tensor {
                    $(NdArrayTensor::$dtype(array) => {
                        let array = array.into_shared();
                        if array.is_standard_layout() {
                            return array.into();
                        }
                        array.as_standard_layout().into_owned().into_shared().into()
                    })*
                    other => check::unsupported_dtype(Self::NAME, other.dtype()),
                }
            };
        }
        by_dtype!(F64, F32)
    }

    fn elements<E: Element>(tensor: &NdArrayTensor) -> &[E] {
        let elements = match tensor {
            NdArrayTensor::F64(array) => array.view().to_slice().map(bytemuck::try_cast_slice),
            NdArrayTensor::F32(array) => array.view().to_slice().map(bytemuck::try_cast_slice),
            other => check::unsupported_dtype(Self::NAME, other.dtype()),
        };
        elements.expect("a contiguous tensor has a slice").expect("the elements are of the tensor's dtype")
    }

    /// Never: its arrays are shared by design.
    fn elements_mut<E: Element>(_: &mut NdArrayTensor) -> Option<&mut [E]> {
        None
    }

    fn integers<T>(tensor: &NdArrayTensor, mut map: impl FnMut(i64) -> T) -> Vec<T> {
        macro_rules! by_dtype {
            ($($dtype:ident),*) => {
                match tensor {
                    $(NdArrayTensor::$dtype(array) => {
                        array.view().iter().map(|&number| map(i64::try_from(number).unwrap_or(i64::MAX))).collect()
                    })*
                    other => check::unsupported_dtype(Self::NAME, other.dtype()),
                }
            };
        }
        by_dtype!(I64, I32, I16, I8, U64, U32, U16, U8)
    }
}
