//! Focal cosine loss.

use super::without;
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::class::Focal;
use crate::engine::reduce::Summed as _;
use crate::signature::{Init, TensorClassFormula};
use burn::config::Config;
use burn::tensor::{DType, Int, Tensor};
use serde::{Deserialize, Serialize};

/// Focal cosine loss: the angle between the scores and the target's axis, with some focal loss.
///
/// For small data sets without pretraining: the cosine sees the direction of the scores only, which keeps their length
/// from growing, and the focal part brings what the probabilities say.
///
/// # Formula
///
/// ```text
/// L = 1 − xₜ/‖x‖ + w·α·(1 − pₜ)^γ·(−ln pₜ)
/// ∂L/∂xₖ = (xₜ·xₖ/‖x‖² − [k = t])/‖x‖ + w·∂(focal)/∂xₖ
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// w = 0 is the cosine loss alone; the rest is [`Focal`](crate::Focal). A row of zeros, and of numbers too small to be
/// normal ones, has cosine 0 with slope 0. Infinite scores alone are the direction of their row, with slope 0.
///
/// # Numerics
///
/// Along the axis, 1 − cosine is Σ_{k≠t} xₖ²/(‖x‖·(‖x‖ + xₜ)). Rows are divided by their largest entry first: no square
/// overflows.
///
/// # Source
///
/// B. Kim et al., Data-Efficient Deep Learning Method for Image Classification Using Data Augmentation, Focal Cosine Loss,
/// and Ensemble, 2020, arXiv:2007.07805; the cosine part: B. Barz and J. Denzler, Deep Learning on Small Datasets without
/// Pre-Training using Cosine Loss, 2020. The authors' code takes the focal part of scores divided by their length; here
/// pₜ is the softmax of the scores as they are.
///
#[doc = include_str!("../../docs/plots/focal_cosine.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[3.0, 4.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([1], &device);
/// let loss = FocalCosine::default().with_weight(0.0).init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (1.0 - 4.0 / 5.0)).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FocalCosine {
    /// γ of the focal loss: ≥ 0, default 2.
    pub gamma: f64,
    /// w, the weight of the focal loss: ≥ 0, default 0.1.
    pub weight: f64,
    /// α, the factor of the focal loss: ≥ 0, default 1.
    pub alpha: f64,
}

impl Config for FocalCosine {}

impl Default for FocalCosine {
    fn default() -> Self {
        Self { gamma: 2.0, weight: 0.1, alpha: 1.0 }
    }
}

impl FocalCosine {
    /// With γ of the focal loss.
    pub fn with_gamma(mut self, gamma: f64) -> Self {
        self.gamma = gamma;
        self
    }

    /// With the weight of the focal loss.
    pub fn with_weight(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    /// With the factor of the focal loss.
    pub fn with_alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }
}

impl Described for FocalCosine {
    const ENTRY: Entry = Entry {
        name: "focal_cosine",
        type_name: "FocalCosine",
        family: Family::Classification,
        formula: "1 − xₜ/‖x‖ + w·α·(1 − pₜ)^γ·(−ln pₜ)",
        source: "Kim et al., Data-Efficient Deep Learning Method for Image Classification, 2020",
        purpose: "Small data sets without pretraining",
        parameters: &[
            Parameter::new("gamma", 2.0, Range::at_least(0.0)),
            Parameter::new("weight", 0.1, Range::at_least(0.0)),
            Parameter::new("alpha", 1.0, Range::at_least(0.0)),
        ],
    };
}

impl TensorClassFormula for FocalCosine {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let [rows, _, inner] = scores.dims();
        let focal = Focal::default().with_gamma(self.gamma).with_alpha(self.weight * self.alpha).init();
        let focal = focal.forward_no_reduction(scores.clone(), targets.clone().reshape([rows, inner]));
        one_less_cosine(scores, targets) + focal.reshape([rows, 1, inner])
    }
}

/// 1 − xₜ/‖x‖.
fn one_less_cosine(scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
    let shape = scores.dims();
    // Of a row with infinite scores they alone are its direction, which nothing turns.
    let infinite = scores.clone().is_inf();
    let sides = scores.clone().detach().sign().mask_fill(infinite.clone().bool_not(), 0.0);
    let unknown = scores.clone().is_nan();
    let far = infinite.any_dim(1).expand(shape).bool_and(unknown.bool_not());
    let scores = scores.mask_where(far, sides);
    let size = scores.clone().detach().abs().max_dim(1);
    let tiny = if scores.dtype() == DType::F64 { f64::MIN_POSITIVE } else { f64::from(f32::MIN_POSITIVE) };
    let empty = size.clone().lower_elem(tiny);
    let scaled = scores / size.mask_fill(empty.clone(), 1.0);
    let scaled = scaled.mask_fill(empty.clone().expand(shape), 0.0);
    let along = scaled.clone().gather(1, targets.clone());
    let others = without(scaled, targets, 0.0);
    let others = (others.clone() * others).summed();
    let square = along.clone() * along.clone();
    let norm = (others.clone() + square.clone()).mask_fill(empty.clone(), 1.0).sqrt();
    let steep = square.lower(others.clone());
    let behind = along.clone().lower_elem(0.0);
    let near = others / (norm.clone() * (norm.clone() + along.clone().abs()));
    let near = near.clone().mask_where(behind, -near + 2.0);
    near.mask_where(steep, -(along / norm) + 1.0).mask_fill(empty, 1.0)
}
