//! Multiclass hinge loss.

use super::{added, relu, without};
use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::signature::TensorClassFormula;
use burn::config::Config;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

/// Multiclass hinge loss: the target's score should be 1 above every other.
///
/// For maximum-margin classifiers. Only the strongest rival has a gradient, and none once the margin is kept; the scores
/// are no probabilities.
///
/// # Formula
///
/// ```text
/// L = max(0, 1 + max_{j≠t} xⱼ − xₜ)
/// ∂L/∂x = 1 for the strongest rival, −1 for the target, where L > 0; else 0
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// Crammer and Singer's, also called categorical hinge; that of Keras takes the strongest rival to be 0 where all are
/// below. A single class has loss 0.
///
/// # Source
///
/// K. Crammer and Y. Singer, On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines, 2001,
/// equation 4.
///
#[doc = include_str!("../../docs/plots/multiclass_hinge.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let scores = Tensor::<2>::from_data([[2.0, 1.5, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = MulticlassHinge::default().init().forward(scores, targets, Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), 0.5);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MulticlassHinge {}

impl Config for MulticlassHinge {}

impl Described for MulticlassHinge {
    const ENTRY: Entry = Entry {
        name: "multiclass_hinge",
        type_name: "MulticlassHinge",
        family: Family::Classification,
        formula: "max(0, 1 + max_{j≠t} xⱼ − xₜ)",
        source: "Crammer and Singer, Multiclass Kernel-based Vector Machines, 2001, equation 4",
        purpose: "Maximum-margin classification",
        parameters: &[],
    };
}

impl TensorClassFormula for MulticlassHinge {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let target = scores.clone().gather(1, targets.clone());
        let rival = without(scores, targets, f64::NEG_INFINITY).max_dim(1);
        relu(added(rival, target, 1.0))
    }
}
