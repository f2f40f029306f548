//! Losses of whole rows, items or batches that are written in tensor operations.

use super::{BinaryTargets, Criterion, widened};
use crate::base::entry::Parameter;
use crate::base::reduction::Reduction;
use crate::base::{check, display, error};
use crate::engine::backend;
use crate::engine::formula::Labels;
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::Tensor;
use core::fmt::Debug;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// The group of elements of a prediction `[N, C, d1, …]` that share one loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// Those along axis 1: one loss for each of `[N, 1, d1, …]`. Without an axis 1, those of axis 0.
    Row,
    /// Those of an item: one loss for each of `[N, 1, 1, …]`.
    Item,
    /// All: one loss, `[1, 1, …]`.
    Batch,
}

/// A loss that needs several elements at once, written in tensor operations: what differentiates it is Burn, what
/// belongs to every loss is added here.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
/// use burn_losses::{Per, TensorFormula};
/// use serde::{Deserialize, Serialize};
///
/// /// The largest error of a row, squared.
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
/// struct Worst {}
///
/// impl TensorFormula for Worst {
///     const PER: Per = Per::Row;
///
///     fn losses(&self, prediction: Tensor<3>, target: Tensor<3>) -> Tensor<3> {
///         (prediction - target).square().max_dim(1)
///     }
/// }
///
/// let device = Device::flex();
/// let prediction = Tensor::<2>::from_data([[3.0, 0.0], [0.0, 1.0]], &device);
/// let target = Tensor::<2>::zeros([2, 2], &device);
/// let loss = Worst {}.init().forward(prediction, target, Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), 5.0);
/// ```
pub trait TensorFormula: Clone + Debug + Serialize + Send + Sync + 'static {
    /// Which elements share one loss.
    const PER: Per;

    /// The loss of every row, `[R, 1, M]`, of predictions and targets `[R, C, M]` (in f32 or wider), C ≥ 1. M is 1 except for
    /// [`Per::Row`], R is 1 for [`Per::Batch`].
    fn losses(&self, prediction: Tensor<3>, target: Tensor<3>) -> Tensor<3>;

    /// What targets may be.
    const LABELS: Labels = Labels::Any;

    /// The hyper-parameters and their ranges, checked by [`init`](crate::Init::init).
    const PARAMETERS: &'static [Parameter] = &[];

    /// The hyper-parameters that are lists, one value for each place of axis 1, with their lengths.
    fn per_class(&self) -> Vec<(&'static str, usize)> {
        Vec::new()
    }

    /// The name in messages and displays: the type's own.
    fn name() -> &'static str {
        display::type_name::<Self>()
    }
}

/// A [`TensorFormula`] whose type is forgotten.
pub(crate) trait ErasedTensor: Debug + Send + Sync {
    fn per(&self) -> Per;
    fn labels(&self) -> Labels;
    fn losses(&self, prediction: Tensor<3>, target: Tensor<3>) -> Tensor<3>;
    fn per_class(&self) -> Vec<(&'static str, usize)>;
    fn name(&self) -> &'static str;
    fn parameters(&self) -> Vec<(String, Value)>;
}

impl<F: TensorFormula> ErasedTensor for F {
    fn per(&self) -> Per {
        F::PER
    }
    fn labels(&self) -> Labels {
        F::LABELS
    }
    fn losses(&self, prediction: Tensor<3>, target: Tensor<3>) -> Tensor<3> {
        TensorFormula::losses(self, prediction, target)
    }
    fn per_class(&self) -> Vec<(&'static str, usize)> {
        TensorFormula::per_class(self)
    }
    fn name(&self) -> &'static str {
        F::name()
    }
    fn parameters(&self) -> Vec<(String, Value)> {
        display::ordered(F::PARAMETERS, self)
    }
}

/// The formula, and how it is evaluated.
#[derive(Clone, Debug)]
pub(crate) struct TensorCall(pub(crate) Arc<dyn ErasedTensor>);

impl TensorCall {
    /// How the elements are laid out for the formula, and the shape of the result.
    fn layout<const D: usize>(&self, dims: [usize; D]) -> ([usize; 3], [usize; D]) {
        let all: usize = dims.iter().product();
        let mut shape = [1; D];
        let rows = match self.0.per() {
            Per::Row if D > 1 => {
                shape = dims;
                shape[1] = 1;
                [dims[0], dims[1], dims[2..].iter().product()]
            }
            Per::Item if D > 1 => {
                shape[0] = dims[0];
                [dims[0], dims[1..].iter().product(), 1]
            }
            Per::Row | Per::Item | Per::Batch => [1, all, 1],
        };
        (rows, shape)
    }

    /// Labels are looked at where that costs no more than memory.
    #[track_caller]
    fn check_labels<const D: usize>(&self, target: &Tensor<D>) {
        let labels = self.0.labels();
        if labels == Labels::Any || !backend::is_on_host(&target.device(), target.dtype()) {
            return;
        }
        let data = target.clone().detach().into_data();
        let wrong = data.iter::<f64>().enumerate().find(|(_, label)| !labels.allow(*label));
        if let Some((position, label)) = wrong {
            error::enforce(Err(labels.refused(self.0.name(), "targets", label, position)))
        }
    }

    #[track_caller]
    pub(crate) fn forward_no_reduction<const D: usize>(&self, prediction: Tensor<D>, target: Tensor<D>) -> Tensor<D> {
        let dtype = prediction.dtype();
        self.losses(prediction, target).cast(dtype)
    }

    /// Every loss, in f32 or wider.
    #[track_caller]
    fn losses<const D: usize>(&self, prediction: Tensor<D>, target: Tensor<D>) -> Tensor<D> {
        check::tensor_shapes(self.0.name(), &prediction, &target, self.0.per_class());
        let (rows, shape) = self.layout(prediction.dims());
        self.check_labels(&target);
        let [prediction, target] = [prediction, target].map(widened);
        if rows.contains(&0) {
            // Sums of nothing, in the graph of what there is.
            let dims = prediction.dims();
            let summed = (0..D).filter(|&axis| shape[axis] != dims[axis]);
            return summed.fold(prediction + target, |sum, axis| sum.sum_dim(axis));
        }
        self.0.losses(prediction.reshape(rows), target.reshape(rows)).reshape(shape)
    }

    #[track_caller]
    pub(crate) fn forward<const D: usize>(
        &self,
        prediction: Tensor<D>,
        target: Tensor<D>,
        weights: Option<Tensor<D>>,
        reduction: Reduction,
    ) -> Tensor<1> {
        let dtype = prediction.dtype();
        check::tensor_shapes(self.0.name(), &prediction, &target, self.0.per_class());
        let (rows, shape) = self.layout(prediction.dims());
        if let Some(weights) = &weights {
            check::tensor_weights(self.0.name(), weights, shape, dtype);
        }
        if rows.contains(&0) {
            // Sums of nothing, of which there may be more than fit into memory, in the graph of what there is.
            return prediction.sum() + target.sum();
        }
        let (losses, counts) = match weights {
            Some(weights) => {
                let weights = widened(weights);
                let silent = weights.clone().equal_elem(0.0);
                // Elements of weight 0 must not produce NaN.
                let heard = |tensor: Tensor<D>| match tensor.shape().num_elements() {
                    0 => tensor,
                    _ => tensor.clone().mask_fill(silent.clone().expand(tensor.dims()), 0.0),
                };
                let losses = self.losses(heard(prediction), heard(target)) * weights.clone();
                (losses.mask_fill(silent, 0.0), weights)
            }
            None => {
                let losses = self.losses(prediction, target);
                let counts = losses.ones_like().detach();
                (losses, counts)
            }
        };
        reduction.of(losses, counts).cast(dtype)
    }

    /// What every loss counts in the mean.
    pub(crate) fn counts<const D: usize>(&self, prediction: &Tensor<D>) -> Tensor<D> {
        let (_, shape) = self.layout(prediction.dims());
        Tensor::ones(shape, (&prediction.device(), prediction.dtype()))
    }
}

/// A loss of rows, items or batches as a Burn module.
///
/// | | shape | |
/// |---|---|---|
/// | prediction | `[N, C, d1, …]` | any float dtype of the backend; computed in f32 or wider |
/// | target | the same | floats; where they are yes or no also ints 0 and 1, or bools |
/// | weights | the result's without reduction | ≥ 0; 0 takes a loss out altogether |
/// | result | `[1]`; without reduction the prediction's, with 1 for every axis that the loss sums over: see [`Per`] | the prediction's dtype |
///
/// Labels outside of 0 … 1 that count are an error on the CPU; elsewhere they are taken as they are.
///
/// The mean divides by the number of losses, or by the sum of their weights. Gradients flow to predictions and, except for
/// losses of labels, to targets.
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct TensorLoss<F: TensorFormula> {
    #[module(skip)]
    formula: F,
}

impl<F: TensorFormula> TensorLoss<F> {
    #[track_caller]
    pub(super) fn new(formula: F) -> Self {
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
        prediction: Tensor<D>,
        target: impl BinaryTargets<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        let target = target.into_floats(&prediction);
        self.call().forward(prediction, target, None, reduction)
    }

    /// The loss of the batch, `[1]`, every loss multiplied by its weight.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward); if there is not one weight per loss.
    #[track_caller]
    pub fn forward_weighted<const D: usize>(
        &self,
        prediction: Tensor<D>,
        target: impl BinaryTargets<D>,
        weights: Tensor<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        let target = target.into_floats(&prediction);
        self.call().forward(prediction, target, Some(weights), reduction)
    }

    /// Every loss: see the table for the shape.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    #[track_caller]
    pub fn forward_no_reduction<const D: usize>(
        &self,
        prediction: Tensor<D>,
        target: impl BinaryTargets<D>,
    ) -> Tensor<D> {
        let target = target.into_floats(&prediction);
        self.call().forward_no_reduction(prediction, target)
    }

    pub(crate) fn call(&self) -> TensorCall {
        TensorCall(Arc::new(self.formula.clone()))
    }
}

impl<const D: usize, Y: BinaryTargets<D>, F: TensorFormula> Criterion<Tensor<D>, Y> for TensorLoss<F> {
    type Losses = Tensor<D>;

    fn forward(&self, prediction: Tensor<D>, target: Y, reduction: Reduction) -> Tensor<1> {
        self.forward(prediction, target, reduction)
    }

    fn forward_no_reduction(&self, prediction: Tensor<D>, target: Y) -> Tensor<D> {
        self.forward_no_reduction(prediction, target)
    }

    fn counts(&self, prediction: &Tensor<D>, _: &Y) -> Tensor<D> {
        self.call().counts(prediction)
    }
}

impl<F: TensorFormula> ModuleDisplay for TensorLoss<F> {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        let call = self.call();
        display::formula(call.0.name(), call.0.parameters(), content).optional()
    }
}
