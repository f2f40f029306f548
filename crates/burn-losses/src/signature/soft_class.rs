//! Losses of sums over the classes: against probabilities or against classes.

use super::class::class_counts;
use super::{Criterion, counted_by};
use crate::base::input::Input;
use crate::base::per_class::ClassWeights;
use crate::base::reduction::Reduction;
use crate::base::{check, class_weights, display, error};
use crate::engine::call::SoftCall;
use crate::engine::formula::SoftClassFormula;
use crate::engine::sums::{self, Targets};
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::{Int, Tensor};
use std::sync::Arc;

/// A loss of predicted against target probabilities as a Burn module, or of predicted probabilities against a class: a
/// formula, with what belongs to every loss of this signature.
///
/// | | shape | |
/// |---|---|---|
/// | scores | `[N, C]` or `[N, C, d1, …]` | any float dtype of the backend; computed in f32 or wider |
/// | targets of `forward` | `[N]` or `[N, d1, …]` | any integer dtype; classes 0 … C − 1, or the ignore index |
/// | targets of `forward_soft` | as the scores; both may also be `[C]`, one row | probabilities, in the scores' dtype |
/// | weights | `[N]` or `[N, d1, …]` | ≥ 0 |
/// | result | `[1]`, or a value per row: `[N, d1, …]` | the scores' dtype |
///
/// - **Scores are logits** unless [`with_input`](Self::with_input) says that they are probabilities or their logarithms,
///   which are then taken as they are.
/// - **Class weights** multiply the loss of a row: by its class's weight where targets are classes, by the mean weight
///   Σₖ qₖ·wₖ of a class drawn from the target where they are probabilities. (Class losses that are Σₖ qₖ·ℓ(k), with ℓ(k)
///   by the probability of class k alone, weigh each term by itself, as PyTorch's cross-entropy does. All agree where q
///   is one class for certain.)
///   [`Reduction`] has a table of it.
/// - **Row weights** multiply the loss of their row. A weight of 0 takes a row out altogether.
/// - **The mean** is over the rows, or divided by the sum of what they count: row weights, and, where targets are
///   classes, class weights. 0, with gradient 0, where that is 0.
/// - Gradients flow to the scores and to target probabilities. As everywhere, where q is 0, q·ln q is 0, and so is its
///   slope. Where a loss is infinite, slopes are their limits, which may be ±∞.
/// - **Small distances**: losses that are 0 where p and q are alike are computed in f64 against probabilities, whatever the
///   scores' dtype, since rounding errors of p in f32 would be all there is of them. (On wgpu, which has no f64, in f32:
///   they are as right as p is there.)
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = KlDivergence::default().init();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let target = Tensor::<2>::from_data([[1.0, 0.0]], &device);
/// let loss = criterion.forward_soft(logits, target, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 2f32.ln()).abs() < 1e-6);
/// ```
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct SoftClassLoss<F: SoftClassFormula> {
    #[module(skip)]
    formula: F,
    #[module(skip)]
    input: Input,
    #[module(skip)]
    class_weights: Option<Vec<f64>>,
    #[module(skip)]
    ignore_index: Option<i64>,
}

impl<F: SoftClassFormula> SoftClassLoss<F> {
    #[track_caller]
    pub(crate) fn new(formula: F) -> Self {
        error::enforce(check::parameters(F::name(), F::PARAMETERS, &formula));
        Self { formula, input: Input::Logits, class_weights: None, ignore_index: None }
    }

    /// With scores that are these.
    pub fn with_input(mut self, input: Input) -> Self {
        self.input = input;
        self
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

    /// With a target class that does not count; `None` lets every target count.
    pub fn with_ignore_index(mut self, index: impl Into<Option<i64>>) -> Self {
        self.ignore_index = index.into();
        self
    }

    /// The formula.
    pub fn formula(&self) -> &F {
        &self.formula
    }

    /// The loss of the batch, `[1]`, against one class a row.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit each other, the class weights or a hyper-parameter by class; on the CPU, if a target is
    /// neither a class nor ignored.
    #[track_caller]
    pub fn forward<const D: usize, const T: usize>(
        &self,
        scores: Tensor<D>,
        targets: Tensor<T, Int>,
        reduction: Reduction,
    ) -> Tensor<1> {
        sums::evaluate(scores, Targets::Classes(targets), None, self.call(Some(reduction)))
    }

    /// The loss of every row, in the targets' shape.
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
        sums::evaluate(scores, Targets::Classes(targets), None, self.call(None))
    }

    /// The loss of the batch, `[1]`, against a probability for every class.
    ///
    /// # Panics
    ///
    /// If the shapes or dtypes do not fit each other, the class weights or a hyper-parameter by class.
    #[track_caller]
    pub fn forward_soft<const D: usize>(
        &self,
        scores: Tensor<D>,
        probabilities: Tensor<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        sums::evaluate::<D, D, 1>(scores, Targets::Soft(probabilities), None, self.call(Some(reduction)))
    }

    /// The loss of the batch, `[1]`, against a probability for every class, each row multiplied by its weight.
    ///
    /// # Panics
    ///
    /// As [`forward_soft`](Self::forward_soft); if the weights are not one per row.
    #[track_caller]
    pub fn forward_soft_weighted<const D: usize, const T: usize>(
        &self,
        scores: Tensor<D>,
        probabilities: Tensor<D>,
        weights: Tensor<T>,
        reduction: Reduction,
    ) -> Tensor<1> {
        sums::evaluate(scores, Targets::Soft(probabilities), Some(weights), self.call(Some(reduction)))
    }

    /// The loss of every row against a probability for every class, `[N, d1, …]`: T must be D − 1 (of a single row `[C]` 1),
    /// which Rust cannot find out, so it is written down.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use burn_losses::prelude::*;
    ///
    /// let logits = Tensor::<2>::from_data([[0.0, 0.0], [3.0, 3.0]], &Device::flex());
    /// let target = Tensor::<2>::from_data([[1.0, 0.0], [0.5, 0.5]], &Device::flex());
    /// let each: Tensor<1> = KlDivergence::default().init().forward_soft_no_reduction(logits, target);
    /// assert_eq!(each.dims(), [2]);
    /// ```
    ///
    /// # Panics
    ///
    /// As [`forward_soft`](Self::forward_soft).
    #[track_caller]
    pub fn forward_soft_no_reduction<const D: usize, const T: usize>(
        &self,
        scores: Tensor<D>,
        probabilities: Tensor<D>,
    ) -> Tensor<T> {
        sums::evaluate::<D, T, T>(scores, Targets::Soft(probabilities), None, self.call(None))
    }

    pub(crate) fn call(&self, reduction: Option<Reduction>) -> SoftCall {
        SoftCall {
            input: self.input,
            class_weights: self.class_weights.as_deref().map(Arc::from),
            ignore_index: self.ignore_index,
            reduction,
            ..SoftCall::new(self.formula.clone())
        }
    }
}

impl<const D: usize, const T: usize, F: SoftClassFormula> Criterion<Tensor<D>, Tensor<T, Int>> for SoftClassLoss<F> {
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

impl<F: SoftClassFormula> ModuleDisplay for SoftClassLoss<F> {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        self.call(None).display(content).optional()
    }
}
