//! Pointwise losses: a prediction against a target, element by element.

use super::Criterion;
use crate::base::reduction::Reduction;
use crate::base::{check, display, error};
use crate::engine::call::PointCall;
use crate::engine::formula::{Pointwise, PointwiseFormula};
use crate::engine::points;
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::Tensor;
use std::sync::Arc;

/// A pointwise loss as a Burn module: a formula, with what belongs to every loss of this signature.
///
/// | | shape | |
/// |---|---|---|
/// | prediction, target | any, the same | any float dtype of the backend, the same; computed in f32 or wider |
/// | weights | the same | ≥ 0 |
/// | result | `[1]`, or the prediction's shape | the prediction's dtype |
///
/// - **Weights** multiply the loss of their element, and the mean divides by their sum: a weight of 0 takes an element
///   out altogether, whatever stands there. A mask is weights of 0 and 1 (`mask.float()`).
/// - **The mean** is over all elements, or divided by the sum of the weights; 0, with gradient 0, where that is 0.
/// - Gradients flow to the prediction and to the target.
/// - Hyper-parameters by class go by the place along axis 1 (of a tensor with one axis, along that).
/// - **Targets of losses of a margin** are −1 and 1. On the CPU, where they are read anyway, others that count are an
///   error; elsewhere they are taken as they are. A target of NaN gives NaN.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let prediction = Tensor::<1>::from_data([1.0, f32::NAN, 3.0], &device);
/// let target = Tensor::<1>::from_data([0.0, 0.0, 1.0], &device);
/// let weights = Tensor::<1>::from_data([3.0, 0.0, 1.0], &device);
/// let loss = Mse::default().init().forward_weighted(prediction, target, weights, Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), (3.0 * 1.0 + 1.0 * 4.0) / 4.0);
/// ```
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct PointwiseLoss<F: PointwiseFormula> {
    #[module(skip)]
    formula: F,
}

impl<F: PointwiseFormula> PointwiseLoss<F> {
    #[track_caller]
    pub(crate) fn new(formula: F) -> Self {
        error::enforce(check::parameters(F::name(), F::PARAMETERS, &formula));
        Self { formula }
    }

    /// The formula.
    pub fn formula(&self) -> &F {
        &self.formula
    }

    /// The loss of the batch, `[1]`.
    ///
    /// # Panics
    ///
    /// If the shapes or dtypes differ, or a hyper-parameter by class does not fit axis 1; on the CPU, if a target of a loss
    /// of a margin is not −1 or 1.
    #[track_caller]
    pub fn forward<const D: usize>(&self, prediction: Tensor<D>, target: Tensor<D>, reduction: Reduction) -> Tensor<1> {
        points::evaluate([Some(prediction), Some(target), None], None, self.call(Some(reduction)))
    }

    /// The loss of the batch, `[1]`, every element multiplied by its weight.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    #[track_caller]
    pub fn forward_weighted<const D: usize>(
        &self,
        prediction: Tensor<D>,
        target: Tensor<D>,
        weights: Tensor<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        points::evaluate([Some(prediction), Some(target), None], Some(weights), self.call(Some(reduction)))
    }

    /// The loss of every element, in the prediction's shape.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    #[track_caller]
    pub fn forward_no_reduction<const D: usize>(&self, prediction: Tensor<D>, target: Tensor<D>) -> Tensor<D> {
        points::evaluate([Some(prediction), Some(target), None], None, self.call(None))
    }

    pub(crate) fn call(&self, reduction: Option<Reduction>) -> PointCall {
        PointCall::new(Arc::new(Pointwise(self.formula.clone()))).reduced(reduction)
    }
}

impl<const D: usize, F: PointwiseFormula> Criterion<Tensor<D>, Tensor<D>> for PointwiseLoss<F> {
    type Losses = Tensor<D>;

    fn forward(&self, prediction: Tensor<D>, target: Tensor<D>, reduction: Reduction) -> Tensor<1> {
        self.forward(prediction, target, reduction)
    }

    fn forward_no_reduction(&self, prediction: Tensor<D>, target: Tensor<D>) -> Tensor<D> {
        self.forward_no_reduction(prediction, target)
    }

    fn counts(&self, prediction: &Tensor<D>, _: &Tensor<D>) -> Tensor<D> {
        prediction.ones_like().detach()
    }
}

impl<F: PointwiseFormula> ModuleDisplay for PointwiseLoss<F> {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        display::formula(F::name(), self.call(None).formula.parameters(), content).optional()
    }
}
