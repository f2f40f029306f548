//! Losses of a predicted distribution against what was observed.

use super::Criterion;
use crate::base::reduction::Reduction;
use crate::base::{check, display, error};
use crate::engine::call::PointCall;
use crate::engine::formula::{Distribution, DistributionFormula};
use crate::engine::points;
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::Tensor;
use std::sync::Arc;

/// A loss of a predicted location and scale as a Burn module: a formula, with what belongs to every loss of this
/// signature.
///
/// | | shape | |
/// |---|---|---|
/// | location, scale, target | any, the same | any float dtype of the backend, the same; computed in f32 or wider |
/// | weights | the same | ≥ 0 |
/// | result | `[1]`, or the location's shape | the location's dtype |
///
/// Weights, the mean and hyper-parameters by class are those of [`PointwiseLoss`](crate::PointwiseLoss). Gradients flow
/// to all three.
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct DistributionLoss<F: DistributionFormula> {
    #[module(skip)]
    formula: F,
}

impl<F: DistributionFormula> DistributionLoss<F> {
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
    /// If the shapes or dtypes differ, or a hyper-parameter by class does not fit axis 1.
    #[track_caller]
    pub fn forward<const D: usize>(
        &self,
        location: Tensor<D>,
        scale: Tensor<D>,
        target: Tensor<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        points::evaluate([Some(location), Some(scale), Some(target)], None, self.call(Some(reduction)))
    }

    /// The loss of the batch, `[1]`, every element multiplied by its weight.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    #[track_caller]
    pub fn forward_weighted<const D: usize>(
        &self,
        location: Tensor<D>,
        scale: Tensor<D>,
        target: Tensor<D>,
        weights: Tensor<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        points::evaluate([Some(location), Some(scale), Some(target)], Some(weights), self.call(Some(reduction)))
    }

    /// The loss of every element, in the location's shape.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    #[track_caller]
    pub fn forward_no_reduction<const D: usize>(
        &self,
        location: Tensor<D>,
        scale: Tensor<D>,
        target: Tensor<D>,
    ) -> Tensor<D> {
        points::evaluate([Some(location), Some(scale), Some(target)], None, self.call(None))
    }

    pub(crate) fn call(&self, reduction: Option<Reduction>) -> PointCall {
        PointCall::new(Arc::new(Distribution(self.formula.clone()))).reduced(reduction)
    }
}

impl<const D: usize, F: DistributionFormula> Criterion<(Tensor<D>, Tensor<D>), Tensor<D>> for DistributionLoss<F> {
    type Losses = Tensor<D>;

    fn forward(&self, (location, scale): (Tensor<D>, Tensor<D>), target: Tensor<D>, reduction: Reduction) -> Tensor<1> {
        self.forward(location, scale, target, reduction)
    }

    fn forward_no_reduction(&self, (location, scale): (Tensor<D>, Tensor<D>), target: Tensor<D>) -> Tensor<D> {
        self.forward_no_reduction(location, scale, target)
    }

    fn counts(&self, (location, _): &(Tensor<D>, Tensor<D>), _: &Tensor<D>) -> Tensor<D> {
        location.ones_like().detach()
    }
}

impl<F: DistributionFormula> ModuleDisplay for DistributionLoss<F> {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        display::formula(F::name(), self.call(None).formula.parameters(), content).optional()
    }
}
