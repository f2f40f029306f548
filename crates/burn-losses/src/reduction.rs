//! How the losses of a batch become one number.

use burn::tensor::Tensor;
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
    /// The value of a batch of losses that were multiplied by what they count, and what they count.
    pub(crate) fn of<const D: usize>(self, losses: Tensor<D>, counts: Tensor<D>) -> Tensor<1> {
        match self {
            Self::Sum => losses.sum(),
            Self::Mean => {
                let total = counts.sum();
                let nothing = total.clone().equal_elem(0.0);
                (losses.sum() / total.mask_fill(nothing.clone(), 1.0)).mask_fill(nothing, 0.0)
            }
        }
    }
}
