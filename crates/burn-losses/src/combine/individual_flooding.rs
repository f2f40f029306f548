//! Individual flooding.

use super::per_item::{PerItem, PerItemLoss};
use crate::base::check;
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use burn::config::Config;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Individual flooding (iFlood): keeps the loss of every example from falling below a level.
///
/// Where [`Flooding`](crate::Flooding) holds the mean of a batch, and lets easy examples sink as long as hard ones make
/// up for them, this holds each example, whatever the batch.
///
/// # Formula
///
/// ```text
/// L = mean of |ℓᵢ − b| + b          ∂ = sign(ℓᵢ − b)·∂ℓᵢ,  0 at ℓᵢ = b
/// ```
///
/// # Shapes
///
/// - whatever the loss inside takes: logits and targets, predictions and targets
///
/// # Special cases
///
/// b = 0 is the inner loss, where that is not negative. Ignored targets stay out of it; class weights multiply the
/// flooded value.
///
/// # Source
///
/// Y. Xie et al., iFlood: A Stable and Effective Regularizer, 2022, equation 3.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = IndividualFlooding::default().with_level(1.0).init(L1::default().init());
/// let prediction = Tensor::<1>::from_data([0.0, 3.0], &device);
/// let loss = criterion.forward(prediction.clone(), prediction.zeros_like(), Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), (2.0 + 3.0) / 2.0);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IndividualFlooding {
    /// b, the level: ≥ 0, default 0.1.
    pub level: f64,
}

impl Config for IndividualFlooding {}

impl Default for IndividualFlooding {
    fn default() -> Self {
        Self { level: 0.1 }
    }
}

impl IndividualFlooding {
    /// With level b.
    pub fn with_level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Around a loss.
    ///
    /// # Panics
    ///
    /// If the level is outside its range.
    #[track_caller]
    pub fn init<L>(&self, inner: L) -> IndividualFloodingLoss<L> {
        check::config(self);
        PerItemLoss::new(self.clone(), inner)
    }
}

impl PerItem for IndividualFlooding {
    fn change(&self, losses: Tensor<1>, counts: Tensor<1>) -> (Tensor<1>, Tensor<1>) {
        // |ℓ·w − b·w| + b·w is (|ℓ − b| + b)·w, and 0 where nothing counts.
        let unused = counts.clone().equal_elem(0.0);
        let level = counts.clone() * self.level;
        let flooded = (losses - level.clone()).abs() + level;
        (flooded.mask_fill(unused, 0.0), counts)
    }
}

impl Described for IndividualFlooding {
    const ENTRY: Entry = Entry {
        name: "individual_flooding",
        type_name: "IndividualFlooding",
        family: Family::Wrapper,
        formula: "mean of |ℓᵢ − b| + b",
        source: "Xie et al., iFlood: A Stable and Effective Regularizer, 2022, equation 3",
        purpose: "Against overfitting in long training, example by example",
        parameters: &[Parameter::new("level", 0.1, Range::at_least(0.0))],
    };
}

/// A loss whose values are flooded one by one: see [`IndividualFlooding`].
pub type IndividualFloodingLoss<L> = PerItemLoss<IndividualFlooding, L>;
