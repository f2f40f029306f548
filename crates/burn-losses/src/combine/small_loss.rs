//! Small-loss selection.

use super::per_item::{PerItem, PerItemLoss, selected};
use crate::base::check;
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use burn::config::Config;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Small-loss selection: only the smallest losses of a batch count.
///
/// For wrong labels, whose losses are large while a model still learns what is common to most examples. In co-teaching,
/// each of two models selects for the other: [`forward_no_reduction`](crate::Criterion::forward_no_reduction) of one tells,
/// by what is 0, which examples the other should learn from. Let the ratio sink from 1 to the share of right labels over
/// the first epochs.
///
/// # Formula
///
/// ```text
/// L = mean of the ⌈ratio·n⌉ smallest ℓᵢ, of n targets that count
/// ```
///
/// # Shapes
///
/// - whatever the loss inside takes: logits and targets, predictions and targets
///
/// # Special cases
///
/// A ratio of 1 is the inner loss. With class weights the weighted losses are ranked. One value per target: 0 for those
/// not selected, which still count in the mean of another wrapper around this one: let it be the outermost.
/// NaN is larger than any number. The ratio is the decimal that it is written as: 0.6 of 100 is 60.
///
/// # Source
///
/// B. Han et al., Co-teaching: Robust Training of Deep Neural Networks with Extremely Noisy Labels, 2018, algorithm 1,
/// whose R(t) is the ratio.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = SmallLoss::default().with_ratio(0.75).init(L1::default().init());
/// let prediction = Tensor::<1>::from_data([1.0, 40.0, 2.0, 0.0], &device);
/// let loss = criterion.forward(prediction.clone(), prediction.zeros_like(), Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), 1.0);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmallLoss {
    /// The share of the targets that count: 0 < ratio ≤ 1, default 0.8.
    pub ratio: f64,
}

impl Config for SmallLoss {}

impl Default for SmallLoss {
    fn default() -> Self {
        Self { ratio: 0.8 }
    }
}

impl SmallLoss {
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
    pub fn init<L>(&self, inner: L) -> SelectedLoss<L> {
        check::config(self);
        PerItemLoss::new(self.clone(), inner)
    }
}

impl PerItem for SmallLoss {
    fn change(&self, losses: Tensor<1>, counts: Tensor<1>) -> (Tensor<1>, Tensor<1>) {
        selected(losses, counts, self.ratio, false)
    }
}

impl Described for SmallLoss {
    const ENTRY: Entry = Entry {
        name: "small_loss",
        type_name: "SmallLoss",
        family: Family::Wrapper,
        formula: "mean of the ⌈ratio·n⌉ smallest ℓᵢ",
        source: "Han et al., Co-teaching, 2018, algorithm 1",
        purpose: "Wrong labels, early in training",
        parameters: &[Parameter::new("ratio", 0.8, Range::above_up_to(0.0, 1.0))],
    };
}

/// A loss of the smallest values: see [`SmallLoss`].
pub type SelectedLoss<L> = PerItemLoss<SmallLoss, L>;
