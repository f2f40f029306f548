//! Multiclass perceptron loss.

use super::{relu, without};
use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::signature::TensorClassFormula;
use burn::config::Config;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

/// Multiclass perceptron loss: how far the best score lies above the target's.
///
/// For online learning of linear models, and as a comparison. It is the hinge without its margin: it stops learning as
/// soon as the answer is right, by however little.
///
/// # Formula
///
/// ```text
/// L = max_j xⱼ − xₜ
/// ∂L/∂x = 1 for the best score, −1 for the target; 0 where that is the best
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// A single class has loss 0.
///
/// # Source
///
/// F. Rosenblatt, The Perceptron, 1958; with several classes, M. Collins, Discriminative Training Methods for Hidden
/// Markov Models, 2002.
///
#[doc = include_str!("../../docs/plots/multiclass_perceptron.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let scores = Tensor::<2>::from_data([[2.0, 3.5, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = MulticlassPerceptron::default().init().forward(scores, targets, Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), 1.5);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MulticlassPerceptron {}

impl Config for MulticlassPerceptron {}

impl Described for MulticlassPerceptron {
    const ENTRY: Entry = Entry {
        name: "multiclass_perceptron",
        type_name: "MulticlassPerceptron",
        family: Family::Classification,
        formula: "max_j xⱼ − xₜ",
        source: "Rosenblatt, The Perceptron, 1958",
        purpose: "Online learning of linear models",
        parameters: &[],
    };
}

impl TensorClassFormula for MulticlassPerceptron {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let target = scores.clone().gather(1, targets.clone());
        relu(without(scores, targets, f64::NEG_INFINITY).max_dim(1) - target)
    }
}
