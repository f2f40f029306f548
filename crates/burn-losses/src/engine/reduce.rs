//! Losses of a batch become one number.

use super::backend::is_on_host;
use crate::base::reduction::Reduction;
use burn::tensor::{DType, Device, Tensor};

impl Reduction {
    /// The value of a batch of losses that were multiplied by what they count, and what they count, in a dtype that is
    /// wide enough for their sum: the result is to be brought to that of the losses.
    pub(crate) fn of<const D: usize>(self, losses: Tensor<D>, counts: Tensor<D>) -> Tensor<1> {
        let (losses, counts) = (wide_enough_to_sum(losses), wide_enough_to_sum(counts));
        let sum = losses.clone().sum();
        match self {
            Self::Sum => sum,
            Self::Mean => {
                let total = counts.sum();
                let nothing = total.clone().equal_elem(0.0);
                let total = total.mask_fill(nothing.clone(), 1.0);
                // A mean may be finite where the sum is not: the sum of so many shares of the losses is.
                let share = 0.5f64.powi(losses.shape().num_elements().max(1).ilog2() as i32 + 1);
                let of_shares = (losses * share).sum() / (total.clone() * share);
                let overflown = sum.clone().is_finite().bool_not();
                (sum / total).mask_where(overflown, of_shares).mask_fill(nothing, 0.0)
            }
        }
    }
}

/// In f64 where the sum is made on the CPU, else in f32 or wider.
pub(crate) fn wide_enough_to_sum<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    let dtype = dtype_of_sums(&tensor.device(), tensor.dtype());
    if tensor.dtype() == dtype { tensor } else { tensor.cast(dtype) }
}

/// What sums of numbers of a dtype are made in.
pub(crate) fn dtype_of_sums(device: &Device, of: DType) -> DType {
    if of == DType::F64 || is_on_host(device, of) { DType::F64 } else { DType::F32 }
}

/// Sums over axis 1 that keep their digits however long it is.
pub(crate) trait Summed {
    /// The sum over axis 1, with length 1 there. Burn adds one number after the other in f32, which at a million numbers
    /// leaves three digits: longer axes are summed in blocks, and the sums of these in a wider dtype.
    fn summed(self) -> Self;
}

/// How many numbers are added up in their own dtype.
const ADDED: usize = 256;

impl Summed for Tensor<3> {
    fn summed(self) -> Self {
        let [rows, len, inner] = self.dims();
        let blocks = len / ADDED;
        if blocks < 2 {
            return self.sum_dim(1);
        }
        let dtype = self.dtype();
        let whole = self.clone().narrow(1, 0, blocks * ADDED).reshape([rows * blocks, ADDED, inner]).sum_dim(1);
        let mut sum = wide_enough_to_sum(whole.reshape([rows, blocks, inner])).sum_dim(1);
        let rest = len - blocks * ADDED;
        if rest > 0 {
            sum = sum + wide_enough_to_sum(self.narrow(1, blocks * ADDED, rest).sum_dim(1));
        }
        if sum.dtype() == dtype { sum } else { sum.cast(dtype) }
    }
}
