//! Class losses that are written in tensor operations.

use super::{Criterion, class_counts, counted_by, widened};
use crate::base::entry::Parameter;
use crate::base::error::{self, LossError};
use crate::base::input::Input;
use crate::base::per_class::ClassWeights;
use crate::base::reduction::Reduction;
use crate::base::{check, class_weights, display};
use crate::engine::backend;
use crate::engine::layout::class_numbers;
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::{Int, Tensor};
use core::fmt::Debug;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// A class loss that is no function of softmax probabilities, written in tensor operations: what differentiates it is
/// Burn, what belongs to every class loss is added here.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::TensorClassFormula;
/// use burn_losses::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// /// (1 − xₜ)²
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
/// struct ToOne {}
///
/// impl TensorClassFormula for ToOne {
///     fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
///         (scores.gather(1, targets) - 1.0).square()
///     }
/// }
///
/// let device = Device::flex();
/// let scores = Tensor::<2>::from_data([[3.0, 0.0], [9.0, 9.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0, -1], &device);
/// let loss = ToOne {}.init().with_ignore_index(-1).forward(scores, targets, Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), 4.0);
/// ```
pub trait TensorClassFormula: Clone + Debug + Serialize + Send + Sync + 'static {
    /// The loss of every row: `[N, 1, M]` of scores `[N, C, M]` (in f32 or wider) and targets `[N, 1, M]` within 0 … C − 1,
    /// in i64.
    /// With V [views](Self::views) of each item, the scores are `[V·N, C, M]`.
    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3>;

    /// How many views of each item a batch of scores holds, all items of the first view first: 1 except for losses that
    /// compare a model's answers to differently augmented inputs.
    fn views(&self) -> usize {
        1
    }

    /// What the scores must be: logits, or any scores that take their place, except for losses of probabilities or their
    /// logarithms.
    fn input(&self) -> Input {
        Input::Logits
    }

    /// The hyper-parameters that are lists by class, with their lengths.
    fn per_class(&self) -> Vec<(&'static str, usize)> {
        Vec::new()
    }

    /// Whether the hyper-parameters are possible for so many classes.
    #[doc(hidden)]
    fn fits(&self, _classes: usize) -> Result<(), LossError> {
        Ok(())
    }

    /// The hyper-parameters and their ranges, checked by [`init`](crate::Init::init).
    const PARAMETERS: &'static [Parameter] = &[];

    /// The name in messages and displays: the type's own.
    fn name() -> &'static str {
        display::type_name::<Self>()
    }
}

/// A [`TensorClassFormula`] whose type is forgotten.
pub(crate) trait ErasedTensorClass: Debug + Send + Sync {
    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3>;
    fn views(&self) -> usize;
    fn input(&self) -> Input;
    fn per_class(&self) -> Vec<(&'static str, usize)>;
    fn fits(&self, classes: usize) -> Result<(), LossError>;
    fn name(&self) -> &'static str;
    fn parameters(&self) -> Vec<(String, Value)>;
}

impl<F: TensorClassFormula> ErasedTensorClass for F {
    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        TensorClassFormula::losses(self, scores, targets)
    }
    fn views(&self) -> usize {
        TensorClassFormula::views(self)
    }
    fn input(&self) -> Input {
        TensorClassFormula::input(self)
    }
    fn per_class(&self) -> Vec<(&'static str, usize)> {
        TensorClassFormula::per_class(self)
    }
    fn fits(&self, classes: usize) -> Result<(), LossError> {
        TensorClassFormula::fits(self, classes)
    }
    fn name(&self) -> &'static str {
        F::name()
    }
    fn parameters(&self) -> Vec<(String, Value)> {
        display::ordered(F::PARAMETERS, self)
    }
}

/// Everything but the tensors of one evaluation.
#[derive(Clone, Debug)]
pub(crate) struct TensorClassCall {
    pub(crate) formula: Arc<dyn ErasedTensorClass>,
    pub(crate) class_weights: Option<Arc<[f64]>>,
    pub(crate) ignore_index: Option<i64>,
    /// Targets are not looked at first even where that is cheap.
    pub(crate) composed: bool,
}

impl TensorClassCall {
    /// The formula's name and parameters, the class weights and the ignore index.
    pub(crate) fn display(&self, content: Content) -> Content {
        let content = display::formula(self.formula.name(), self.formula.parameters(), content);
        display::targets(self.class_weights.as_deref(), self.ignore_index, content)
    }

    /// The loss of every target, multiplied by what it counts, and what it counts: in f32 or wider.
    #[track_caller]
    fn losses<const D: usize, const T: usize>(
        &self,
        scores: Tensor<D>,
        targets: Tensor<T, Int>,
        cancels: bool,
    ) -> (Tensor<T>, Tensor<T>) {
        let (dims, shape) = (scores.dims(), targets.dims());
        let name = self.formula.name();
        check::floats(name, "scores", scores.dtype(), &scores.device());
        error::enforce(check_shapes(self, &dims, &shape));
        let views = self.formula.views();
        let (classes, inner) = (dims[1], dims[2..].iter().product());
        let targets = class_numbers(&targets);
        if !self.composed && backend::is_on_host(&scores.device(), scores.dtype()) {
            let numbers = targets.clone().into_data().convert::<i64>().try_into_vec::<i64>().unwrap_or_default();
            error::enforce(check::in_range(name, numbers.into_iter(), classes, self.ignore_index));
        }
        let scores = widened(scores);
        let weights = self.class_weights.as_ref();
        let weights = weights.map(|weights| class_weights::scaled(name, weights, scores.dtype(), cancels));
        let counts = class_counts(&scores, &targets, weights.as_deref(), self.ignore_index).cast(scores.dtype());
        if targets.shape().num_elements() == 0 {
            return (scores.sum_dim(1).squeeze_dim(1), counts);
        }
        let outside = targets.clone().lower_elem(0).bool_or(targets.clone().greater_equal_elem(classes as i64));
        let silent = counts.clone().equal_elem(0.0);
        let rows = dims[0] / views;
        let safe = targets.mask_fill(outside.clone(), 0).reshape([rows, 1, inner]);
        let scores = scores.reshape([dims[0], classes, inner]);
        // Masked rows must not produce NaN.
        let unheard = silent.clone().reshape([rows, 1, inner]).repeat_dim(0, views).expand([dims[0], classes, inner]);
        let losses = self.formula.losses(scores.mask_fill(unheard, 0.0), safe).reshape(shape);
        let losses = (losses * counts.clone()).mask_fill(silent.clone(), 0.0);
        let losses = losses.mask_fill(outside.bool_and(silent.bool_not()), f64::NAN);
        (losses, counts)
    }

    #[track_caller]
    pub(crate) fn forward<const D: usize, const T: usize>(
        &self,
        scores: Tensor<D>,
        targets: Tensor<T, Int>,
        reduction: Reduction,
    ) -> Tensor<1> {
        let dtype = scores.dtype();
        let (losses, counts) = self.losses(scores, targets, reduction == Reduction::Mean);
        reduction.of(losses, counts).cast(dtype)
    }

    #[track_caller]
    pub(crate) fn forward_no_reduction<const D: usize, const T: usize>(
        &self,
        scores: Tensor<D>,
        targets: Tensor<T, Int>,
    ) -> Tensor<T> {
        let dtype = scores.dtype();
        self.losses(scores, targets, false).0.cast(dtype)
    }
}

/// A class loss written in tensor operations as a Burn module. Shapes, class weights, ignored targets, the mean and
/// errors are those of [`ClassLoss`](crate::ClassLoss).
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct TensorClassLoss<F: TensorClassFormula> {
    #[module(skip)]
    formula: F,
    #[module(skip)]
    class_weights: Option<Vec<f64>>,
    #[module(skip)]
    ignore_index: Option<i64>,
}

impl<F: TensorClassFormula> TensorClassLoss<F> {
    #[track_caller]
    pub(super) fn new(formula: F) -> Self {
        error::enforce(check::parameters(F::name(), F::PARAMETERS, &formula));
        Self { formula, class_weights: None, ignore_index: None }
    }

    /// With a weight for each class; `None` takes the weights away.
    ///
    /// # Panics
    ///
    /// If a weight is negative or not finite.
    #[track_caller]
    pub fn with_class_weights(mut self, weights: impl ClassWeights) -> Self {
        self.class_weights = weights.into_weights();
        error::enforce(check::class_weights(F::name(), self.class_weights.as_deref()));
        self
    }

    /// With a target value that does not count; `None` lets every target count.
    pub fn with_ignore_index(mut self, index: impl Into<Option<i64>>) -> Self {
        self.ignore_index = index.into();
        self
    }

    /// The formula.
    pub fn formula(&self) -> &F {
        &self.formula
    }

    /// The loss of the batch, `[1]`.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit each other or the class weights; on the CPU, if a target is neither a class nor ignored.
    #[track_caller]
    pub fn forward<const D: usize, const T: usize>(
        &self,
        scores: Tensor<D>,
        targets: Tensor<T, Int>,
        reduction: Reduction,
    ) -> Tensor<1> {
        self.call().forward(scores, targets, reduction)
    }

    /// The loss of every target, in the targets' shape.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    #[track_caller]
    pub fn forward_no_reduction<const D: usize, const T: usize>(
        &self,
        scores: Tensor<D>,
        targets: Tensor<T, Int>,
    ) -> Tensor<T> {
        self.call().forward_no_reduction(scores, targets)
    }

    pub(crate) fn call(&self) -> TensorClassCall {
        TensorClassCall {
            formula: Arc::new(self.formula.clone()),
            class_weights: self.class_weights.as_deref().map(Arc::from),
            ignore_index: self.ignore_index,
            composed: false,
        }
    }
}

impl<const D: usize, const T: usize, F: TensorClassFormula> Criterion<Tensor<D>, Tensor<T, Int>>
    for TensorClassLoss<F>
{
    type Losses = Tensor<T>;

    fn forward(&self, scores: Tensor<D>, targets: Tensor<T, Int>, reduction: Reduction) -> Tensor<1> {
        self.forward(scores, targets, reduction)
    }

    fn forward_no_reduction(&self, scores: Tensor<D>, targets: Tensor<T, Int>) -> Tensor<T> {
        self.forward_no_reduction(scores, targets)
    }

    fn counts(&self, scores: &Tensor<D>, targets: &Tensor<T, Int>) -> Tensor<T> {
        class_counts(scores, targets, self.class_weights.as_deref(), self.ignore_index)
    }

    fn counted(&self, scores: Tensor<D>, targets: Tensor<T, Int>) -> (Tensor<T>, Tensor<T>) {
        let class_weights = class_weights::relative(&self.class_weights);
        counted_by(&Self { class_weights, ..self.clone() }, scores, targets)
    }
}

impl<F: TensorClassFormula> ModuleDisplay for TensorClassLoss<F> {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        self.call().display(content).optional()
    }
}

/// The shapes of scores and targets, and the classes of the targets.
pub(crate) fn check_shapes(call: &TensorClassCall, scores: &[usize], targets: &[usize]) -> Result<(), LossError> {
    let weights = call.class_weights.as_ref().map(|weights| weights.len());
    let formula = &call.formula;
    check::shapes(formula.name(), scores, targets, formula.views(), formula.per_class(), weights)?;
    formula.fits(scores[1])
}
