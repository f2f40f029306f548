//! Image-balanced binary cross-entropy.

use super::cross_entropy;
use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::Labels;
use crate::engine::reduce::Summed as _;
use crate::signature::{Per, TensorFormula};
use burn::config::Config;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Image-balanced binary cross-entropy: the positives and the negatives of each item weigh the same.
///
/// For edges, cracks, vessels: labels of pixels that are rare, and rarer in one image than in another.
/// [`BalancedBinaryCrossEntropy`](crate::BalancedBinaryCrossEntropy) has one weight for all images. Either moves the
/// probabilities: they are no longer frequencies.
///
/// # Formula
///
/// ```text
/// L = −(1/n)·Σ (β·y·ln σ(x) + (1 − β)·(1 − y)·ln σ(−x)),   β = 1 − Σy/n,  over the n elements of an item
/// ∂L/∂x = (1/n)·((1 − β)·(1 − y)·σ(x) − β·y·σ(−x))
/// ```
///
/// # Shapes
///
/// - logits: `[N, C, d1, …]`, one loss for each of `[N, 1, 1, …]`; `[n]` is one item
/// - targets: the logits' shape, from 0 to 1; no gradient
///
/// # Special cases
///
/// An item all of whose targets are 1, or all 0, has loss 0.
///
/// # Source
///
/// S. Xie and Z. Tu, Holistically-Nested Edge Detection, 2015, equation 2, which sums over the pixels; here it is their
/// mean.
///
#[doc = include_str!("../../docs/plots/image_balanced_binary_cross_entropy.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<4>::zeros([1, 1, 2, 2], &device);
/// let targets = Tensor::<4, Int>::from_data([[[[1, 0], [0, 0]]]], &device);
/// let loss = ImageBalancedBinaryCrossEntropy::default().init().forward(logits, targets, Reduction::Mean);
/// // (¾·1 + ¼·3)/4·ln 2
/// assert!((loss.into_scalar::<f32>() - 0.375 * 2f32.ln()).abs() < 1e-6);
/// ```
#[doc(alias = "HED")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImageBalancedBinaryCrossEntropy {}

impl Config for ImageBalancedBinaryCrossEntropy {}

impl Described for ImageBalancedBinaryCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "image_balanced_binary_cross_entropy",
        type_name: "ImageBalancedBinaryCrossEntropy",
        family: Family::Multilabel,
        formula: "−(1/n)·Σ (β·y·ln σ(x) + (1 − β)·(1 − y)·ln σ(−x)), β = 1 − Σy/n",
        source: "Xie and Tu, Holistically-Nested Edge Detection, 2015, equation 2",
        purpose: "Edges and other rare pixels, balanced image by image",
        parameters: &[],
    };
}

impl TensorFormula for ImageBalancedBinaryCrossEntropy {
    const PER: Per = Per::Item;
    const LABELS: Labels = Labels::ZeroToOne;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, prediction: Tensor<3>, target: Tensor<3>) -> Tensor<3> {
        let share = 1.0 / prediction.dims()[1] as f64;
        let yes = target.detach();
        let no = -(yes.clone() - 1.0);
        let of_yes = no.clone().summed() * share;
        let of_no = yes.clone().summed() * share;
        cross_entropy(prediction, yes * of_yes, no * of_no).summed() * share
    }
}
