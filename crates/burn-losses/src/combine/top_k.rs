//! Selection of the largest or the smallest losses.

use super::per_item::{PerItem, PerItemLoss, selected};
use crate::base::check;
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use burn::config::Config;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Top-k: only the largest losses of a batch count.
///
/// Also called online hard example mining. For very many easy examples: pixels of background, anchors without an object. With wrong labels it selects those: use
/// [`SmallLoss`](crate::SmallLoss) there.
///
/// # Formula
///
/// ```text
/// L = mean of the ⌈ratio·n⌉ largest ℓᵢ, of n targets that count
/// ```
///
/// # Shapes
///
/// - whatever the loss inside takes: logits and targets, predictions and targets
///
/// # Special cases
///
/// A ratio of 1 is the inner loss. What is no whole number is rounded up; nnU-Net's code rounds it down, to none of a
/// small batch. With class weights the weighted losses are ranked. One value per target: 0 for those not selected, which
/// still count in the mean of another wrapper around this one: let it be the outermost.
/// NaN is larger than any number. The ratio is the decimal that it is written as: 0.6 of 100 is 60.
///
/// # Source
///
/// A. Shrivastava, A. Gupta and R. Girshick, Training Region-based Object Detectors with Online Hard Example Mining, 2016;
/// the ratio of 10 % is nnU-Net's.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = TopK::default().with_ratio(0.5).init(L1::default().init());
/// let prediction = Tensor::<1>::from_data([1.0, 4.0, 2.0, 0.0], &device);
/// let loss = criterion.forward(prediction.clone(), prediction.zeros_like(), Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), (4.0 + 2.0) / 2.0);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TopK {
    /// The share of the targets that count: 0 < ratio ≤ 1, default 0.1.
    pub ratio: f64,
}

impl Config for TopK {}

impl Default for TopK {
    fn default() -> Self {
        Self { ratio: 0.1 }
    }
}

impl TopK {
    /// With the share that counts.
    pub fn with_ratio(mut self, ratio: f64) -> Self {
        self.ratio = ratio;
        self
    }

    /// Around a loss.
    ///
    /// # Panics
    ///
    /// If the ratio is outside its range.
    #[track_caller]
    pub fn init<L>(&self, inner: L) -> TopKLoss<L> {
        check::config(self);
        PerItemLoss::new(self.clone(), inner)
    }
}

impl PerItem for TopK {
    fn change(&self, losses: Tensor<1>, counts: Tensor<1>) -> (Tensor<1>, Tensor<1>) {
        selected(losses, counts, self.ratio, true)
    }
}

impl Described for TopK {
    const ENTRY: Entry = Entry {
        name: "top_k",
        type_name: "TopK",
        family: Family::Wrapper,
        formula: "mean of the ⌈ratio·n⌉ largest ℓᵢ",
        source: "Shrivastava et al., Online Hard Example Mining, 2016",
        purpose: "Very many easy examples",
        parameters: &[Parameter::new("ratio", 0.1, Range::above_up_to(0.0, 1.0))],
    };
}

/// A loss of the largest values: see [`TopK`].
pub type TopKLoss<L> = PerItemLoss<TopK, L>;
