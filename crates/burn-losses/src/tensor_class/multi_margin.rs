//! Multi-margin loss.

use super::{added, relu, without};
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::graph::elementwise;
use crate::engine::reduce::Summed as _;
use crate::signature::TensorClassFormula;
use burn::config::Config;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

/// Multi-margin loss: every other class should score a margin less than the target.
///
/// For maximum-margin classifiers in which all rivals within the margin count, not only the strongest.
///
/// # Formula
///
/// ```text
/// L = (1/C)·Σ_{k≠t} max(0, m − xₜ + xₖ)^p
/// ∂L/∂xₖ = (p/C)·max(0, m − xₜ + xₖ)^(p−1),  ∂L/∂xₜ = −Σ of these
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// A single class has loss 0. The class weight of the target multiplies the sum, outside of the power, as in PyTorch;
/// but the mean divides by the sum of these weights, where PyTorch's divides by the number of targets.
///
/// # Source
///
/// J. Weston and C. Watkins, Support Vector Machines for Multi-Class Pattern Recognition, 1999; the 1/C is PyTorch's.
///
#[doc = include_str!("../../docs/plots/multi_margin.svg")]
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
/// let loss = MultiMargin::default().init().forward(scores, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.5 / 3.0).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MultiMargin {
    /// m, the margin: > 0, default 1.
    pub margin: f64,
    /// p, the power: 1 or 2, default 1.
    pub p: f64,
}

impl Config for MultiMargin {}

impl Default for MultiMargin {
    fn default() -> Self {
        Self { margin: 1.0, p: 1.0 }
    }
}

impl MultiMargin {
    /// With margin m.
    pub fn with_margin(mut self, margin: f64) -> Self {
        self.margin = margin;
        self
    }

    /// With power p.
    pub fn with_p(mut self, p: f64) -> Self {
        self.p = p;
        self
    }
}

impl Described for MultiMargin {
    const ENTRY: Entry = Entry {
        name: "multi_margin",
        type_name: "MultiMargin",
        family: Family::Classification,
        formula: "(1/C)·Σ_{k≠t} max(0, m − xₜ + xₖ)^p",
        source: "Weston and Watkins, Support Vector Machines for Multi-Class Pattern Recognition, 1999",
        purpose: "Maximum-margin classification with all rivals",
        parameters: &[
            Parameter::new("margin", 1.0, Range::above(0.0)),
            Parameter::new("p", 1.0, Range::whole(1.0, 2.0)),
        ],
    };
    const PICTURE: Picture = Picture { symbols: &[("p", "p")], settings: &[&[("p", 2.0)]], ..Picture::DEFAULT };
}

impl TensorClassFormula for MultiMargin {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let classes = scores.dims()[1] as f64;
        let target = scores.clone().gather(1, targets.clone()).expand(scores.dims());
        let slack = relu(without(added(scores, target, self.margin), targets, 0.0));
        let slack = if self.p == 2.0 { elementwise([slack], |[slack]| slack.clone() * slack) } else { slack };
        // By a power of two first, which rounds nothing: a sum of huge margins may be finite by C only.
        let share = 0.5_f64.powi(classes.log2().ceil() as i32);
        (slack * share).summed() * (1.0 / (classes * share))
    }
}
