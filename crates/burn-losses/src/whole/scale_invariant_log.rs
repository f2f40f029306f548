//! Scale-invariant logarithmic error.

use super::{Summed as _, at_least, log_ratio, lost};
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::graph::{elementwise, pushed};
use crate::real::Real;
use crate::signature::{Per, TensorFormula};
use burn::config::Config;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Scale-invariant logarithmic error: the mean squared logarithmic error of an item, less a share of its mean's square.
///
/// For depth from a single image, whose scale nobody can know: what is right except for one factor costs less, or nothing.
/// Pixels without a depth must be left out before: they would count as ε.
///
/// # Formula
///
/// ```text
/// L = (1/n)·Σ d² − λ·d̄²          d = ln max(ŷ, ε) − ln max(y, ε),  d̄ = (1/n)·Σ d,  over the n elements of an item
/// ∂L/∂ŷ = (2/n)·(d − λ·d̄)/ŷ where ŷ > ε, else 0          ∂L/∂y = −(2/n)·(d − λ·d̄)/y likewise
/// ```
///
/// # Shapes
///
/// - predictions, targets: `[N, C, d1, …]`, one loss for each of `[N, 1, 1, …]`; `[n]` is one item
///
/// # Special cases
///
/// λ = 1 is the variance of d, which a factor does not change; λ = 0 is its mean square.
///
/// # Numerics
///
/// Written (1/n)·Σ (d − d̄)² + (1 − λ)·d̄², which does not cancel. The logarithm is that of ŷ/(c·y), c being about the
/// scale that is wrong, with the digits that rounding c·y loses: what is right except for a factor keeps its digits.
///
/// # Source
///
/// D. Eigen, C. Puhrsch and R. Fergus, Depth Map Prediction from a Single Image using a Multi-Scale Deep Network, 2014,
/// equation 4; λ = 0.5 is the paper's.
///
#[doc = include_str!("../../docs/plots/scale_invariant_log.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<2>::from_data([[2.0, 4.0]], &device);
/// let targets = Tensor::<2>::from_data([[1.0, 2.0]], &device);
/// let value = |lambda: f64| {
///     let criterion = ScaleInvariantLog::default().with_lambda(lambda).init();
///     criterion.forward(predictions.clone(), targets.clone(), Reduction::Mean).into_scalar::<f32>()
/// };
/// assert!((value(0.5) - 0.5 * 2f32.ln().powi(2)).abs() < 1e-6);
/// assert!(value(1.0).abs() < 1e-12);
/// ```
#[doc(alias = "SILog")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScaleInvariantLog {
    /// λ, how much of the error of the scale is forgiven: ≥ 0 and ≤ 1, default 0.5.
    pub lambda: f64,
    /// ε, the least value a logarithm is taken of: > 0, default 10⁻⁷.
    pub epsilon: f64,
}

impl Config for ScaleInvariantLog {}

impl Default for ScaleInvariantLog {
    fn default() -> Self {
        Self { lambda: 0.5, epsilon: 1e-7 }
    }
}

impl ScaleInvariantLog {
    /// With λ, how much of the error of the scale is forgiven.
    pub fn with_lambda(mut self, lambda: f64) -> Self {
        self.lambda = lambda;
        self
    }

    /// With ε, the least value a logarithm is taken of.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for ScaleInvariantLog {
    const ENTRY: Entry = Entry {
        name: "scale_invariant_log",
        type_name: "ScaleInvariantLog",
        family: Family::Whole,
        formula: "mean d² − λ·(mean d)², d = ln max(ŷ, ε) − ln max(y, ε)",
        source: "Eigen et al., Depth Map Prediction from a Single Image, 2014, equation 4",
        purpose: "Depths whose scale cannot be known",
        parameters: &[
            Parameter::new("lambda", 0.5, Range::between(0.0, 1.0)),
            Parameter::new("epsilon", 1e-7, Range::above(0.0)),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("lambda", "λ")],
        settings: &[&[("lambda", 0.0)], &[("lambda", 1.0)]],
        ..Picture::DEFAULT
    };
}

impl TensorFormula for ScaleInvariantLog {
    const PER: Per = Per::Item;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, prediction: Tensor<3>, target: Tensor<3>) -> Tensor<3> {
        let shape = prediction.dims();
        let (given_x, given_y) = (prediction.clone(), target.clone());
        let mean = |x: Tensor<3>| x.summed() * (1.0 / shape[1] as f64);
        let [x, y] = [prediction, target].map(|x| at_least(self.epsilon, x));
        // Both in a smaller unit, where the largest would leave the finite numbers below.
        let huge = x.clone().max_pair(y.clone()).greater_elem(1e25);
        let [x, y] = [x, y].map(|x| x.clone().mask_where(huge.clone(), x * 0.5f64.powi(60)));
        // Any number will do, but one that takes no product out of range.
        let rough = x.clone().detach().log() - y.clone().detach().log();
        let infinite = rough.clone().is_inf();
        let scale = mean(rough.mask_fill(infinite.clone(), 0.0)).clamp(-20.0, 20.0).exp();
        let product = y.clone() * scale.clone();
        let fixed = product.clone().detach();
        let lost = lost(&y.detach(), &scale, &fixed) / fixed;
        let logs = elementwise([x, product], |[x, y]| log_ratio(x, y, 0.0)) - lost.mask_fill(infinite.clone(), 0.0);
        // An infinite logarithm makes its item infinite: except for λ = 1, a single one is no scatter.
        let signs = logs.clone().detach();
        let signs = signs.clone().sign().mask_fill(signs.is_inf().bool_not(), 0.0);
        let lost = signs.clone().abs().summed();
        let is_lost = lost.clone().greater_elem(0.0);
        let logs = logs.mask_fill(is_lost.clone().expand(shape), 0.0);
        let most = if shape[1] == 1 && self.lambda == 1.0 { 0.0 } else { f64::INFINITY };
        // The slope of Σ (d − d̄)² by d̄ is 0.
        let centre = mean(logs.clone());
        let rest = logs - centre.clone().detach();
        let whole = centre + elementwise([scale], |[scale]| scale.ln());
        let losses = (mean(rest.clone() * rest) + whole.clone() * whole * (1.0 - self.lambda)).mask_fill(is_lost, most);
        // A single infinite logarithm pushes all others its own way, and what it is compared with the other way.
        let own = signs.mask_fill(lost.equal_elem(1.0).bool_not().expand(shape), 0.0);
        let others = own.clone().summed().expand(shape).mask_fill(own.clone().not_equal_elem(0.0), 0.0);
        let push = (own - others * self.lambda.ceil()) * most.min(1.0);
        losses + pushed(given_x, push.clone()) + pushed(given_y, -push)
    }
}
