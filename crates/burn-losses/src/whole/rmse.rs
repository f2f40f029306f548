//! Root mean squared error.

use super::root_mean_square;
use crate::base::entry::{AxisWords, Described, Entry, Family, Parameter, Picture, Range};
use crate::signature::{Per, TensorFormula};
use burn::config::Config;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Root mean squared error: the root of the mean of the squared errors of the whole batch.
///
/// For an error in the units of the target, and for competitions that measure it. It has the minimum of
/// [`Mse`](crate::Mse), with gradients of the same length however small the error is: a batch that is fitted well still
/// pulls.
///
/// # Formula
///
/// ```text
/// L = √((1/n)·Σ r² + ε)          r = prediction − target,  over all n elements of the batch
/// ∂L/∂prediction = r/(n·L),  0 where L = 0          ∂L/∂target = −∂L/∂prediction
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same; one loss for the batch, whatever the reduction
///
/// # Special cases
///
/// The root of [`Mse`](crate::Mse). For a single element it is [`L1`](crate::L1), and with ε > 0
/// [`Charbonnier`](crate::Charbonnier) with √ε for its ε: smooth at 0, and √ε there.
///
/// # Numerics
///
/// No square overflows or vanishes: errors of 10³⁰ and of 10⁻³⁰ are as good as others. Infinite errors have slopes, all
/// the same, and the others none: the limit.
///
/// # Source
///
/// C. F. Gauss, Theoria combinationis observationum erroribus minimis obnoxiae, 1823: the mean error.
///
#[doc = include_str!("../../docs/plots/rmse.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([1.0, 7.0], &device);
/// let targets = Tensor::<1>::from_data([0.0, 0.0], &device);
/// let loss = Rmse::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 5.0).abs() < 1e-6);
/// ```
#[doc(alias = "RMSE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rmse {
    /// ε, what is added under the root: ≥ 0, default 0.
    pub epsilon: f64,
}

impl Config for Rmse {}

impl Default for Rmse {
    fn default() -> Self {
        Self { epsilon: 0.0 }
    }
}

impl Rmse {
    /// With ε, what is added under the root.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for Rmse {
    const ENTRY: Entry = Entry {
        name: "rmse",
        type_name: "Rmse",
        family: Family::Whole,
        formula: "√(mean r² + ε)",
        source: "Gauss, Theoria combinationis observationum, 1823",
        purpose: "An error in the units of the target",
        parameters: &[Parameter::new("epsilon", 0.0, Range::at_least(0.0))],
    };
    const PICTURE: Picture = Picture {
        axis: Some(AxisWords {
            title: "r = prediction − target of one of two, at a target of 1",
            slope: "∂L/∂prediction",
        }),
        ..Picture::DEFAULT
    };
}

impl TensorFormula for Rmse {
    const PER: Per = Per::Batch;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, prediction: Tensor<3>, target: Tensor<3>) -> Tensor<3> {
        root_mean_square(prediction - target, self.epsilon)
    }
}
