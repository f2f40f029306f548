//! How the losses of a batch become one number.

use crate::backend::is_on_host;
use burn::tensor::{DType, Tensor};
use serde::{Deserialize, Serialize};

/// How the losses of a batch become one number; one value a target is `forward_no_reduction`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reduction {
    /// The sum divided by the number of targets that are not ignored; with class weights, by the sum of the weights
    /// of those targets. 0 when that is 0.
    #[default]
    Mean,
    /// The sum.
    Sum,
}

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
    match tensor.dtype() {
        DType::F64 => tensor,
        dtype if is_on_host(&tensor.device(), dtype) => tensor.cast(DType::F64),
        DType::F32 => tensor,
        _ => tensor.cast(DType::F32),
    }
}
