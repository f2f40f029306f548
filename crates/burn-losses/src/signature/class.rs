//! Class losses: logits against one class index per target.

use super::{Criterion, counted_by};
use crate::base::error::{self, LossError};
use crate::base::per_class::ClassWeights;
use crate::base::reduction::Reduction;
use crate::base::{check, class_weights, display};
use crate::engine::call::{ClassCall, SoftCall};
use crate::engine::formula::{ClassFormula, Expected, RowFormula};
use crate::engine::layout::class_numbers;
use crate::engine::reduce::dtype_of_sums;
use crate::engine::rows;
use crate::engine::sums::{self, Targets};
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::{DType, Int, Tensor, TensorData};
use std::sync::Arc;

/// A class loss as a Burn module: a formula, with what belongs to every loss of this signature.
///
/// | | shape | |
/// |---|---|---|
/// | logits | `[N, C]` or `[N, C, d1, …]` | any float dtype of the backend; computed in f32 or wider |
/// | targets | `[N]` or `[N, d1, …]` | any integer dtype; classes 0 … C − 1, or the ignore index |
/// | result | `[1]`, or the targets' shape | the logits' dtype |
///
/// - **Class weights** multiply the loss of a target by the weight of its class (with label smoothing, each term by its
///   own class's). Zero is allowed. They stay numbers: no device, no dtype.
/// - **The mean** is over the targets that are not ignored, or, with class weights, divided by the sum of their
///   weights: a factor that all weights have in common cancels, however large or small it is. Where the sum is 0,
///   everything ignored included, the loss is 0 and so is the gradient. Where weights do not cancel, they must be within
///   the range that the loss is computed in: that of f32, unless the logits are f64.
///   [`Reduction`] has a table of what the mean divides by, here and in PyTorch.
/// - **Ignored targets** have loss 0 and gradient 0, whatever their logits. The ignore index may be any integer,
///   negative or one of the classes.
/// - One logit of ∞ makes its class certain, as a limit. Several of them have no limit: NaN.
/// - A target that is neither a class nor ignored is an error on the CPU, where targets are read anyway. On a GPU it
///   makes its loss NaN; it is never an out-of-range read.
///
/// It holds no parameters and no tensors, so it can be a field of a model: `to_device`, `valid` and records leave it
/// as it is.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = Focal::default().with_gamma(1.5).init().with_ignore_index(-100);
/// let logits = Tensor::<2>::from_data([[2.0, 0.5, -1.0], [0.0, 1.0, 3.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0, -100], &device);
/// let each = criterion.forward_no_reduction(logits.clone(), targets.clone());
/// assert_eq!(each.into_data().try_into_vec::<f32>().unwrap()[1], 0.0);
/// let mean = criterion.forward(logits, targets, Reduction::Mean);
/// assert_eq!(mean.dims(), [1]);
/// ```
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct ClassLoss<F: ClassFormula> {
    #[module(skip)]
    formula: F,
    #[module(skip)]
    class_weights: Option<Vec<f64>>,
    #[module(skip)]
    ignore_index: Option<i64>,
}

impl<F: ClassFormula> ClassLoss<F> {
    /// The loss without class weights or ignored targets.
    #[track_caller]
    pub(crate) fn new(formula: F) -> Self {
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
    /// # Shapes
    ///
    /// - logits: `[N, C]` or `[N, C, d1, …]`
    /// - targets: `[N]` or `[N, d1, …]`
    ///
    /// # Panics
    ///
    /// If the shapes do not fit each other, the class weights or a hyper-parameter by class; on the CPU, if a target
    /// is neither a class nor ignored.
    #[track_caller]
    pub fn forward<const D: usize, const T: usize>(
        &self,
        logits: Tensor<D>,
        targets: Tensor<T, Int>,
        reduction: Reduction,
    ) -> Tensor<1> {
        rows::evaluate(logits, targets, self.call(Some(reduction)))
    }

    /// The loss of every target, in the targets' shape.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    #[track_caller]
    pub fn forward_no_reduction<const D: usize, const T: usize>(
        &self,
        logits: Tensor<D>,
        targets: Tensor<T, Int>,
    ) -> Tensor<T> {
        rows::evaluate(logits, targets, self.call(None))
    }

    /// The loss of the batch, `[1]`, against target probabilities: the expected loss Σₖ qₖ·ℓ(k) of a class drawn from
    /// them, as for soft labels, mixup and distillation.
    ///
    /// Class weights multiply each class's term, Σₖ wₖ·qₖ·ℓ(k); the mean is over the rows, as in PyTorch.
    ///
    /// # Shapes
    ///
    /// - logits, probabilities: `[N, C]` or `[N, C, d1, …]`, the same; or `[C]`, one row
    ///
    /// # Panics
    ///
    /// If the shapes do not fit; if the loss is more than a function of one class's probability (label smoothing: mix it
    /// into the probabilities; normalised losses; z-loss).
    #[track_caller]
    pub fn forward_soft<const D: usize>(
        &self,
        logits: Tensor<D>,
        probabilities: Tensor<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        sums::evaluate::<D, D, 1>(logits, Targets::Soft(probabilities), None, self.soft(Some(reduction)))
    }

    /// The loss of every row against target probabilities, in the shape `[N, d1, …]`: T must be D − 1, which Rust cannot
    /// find out, so it is written down: `let each: Tensor<1> = …`.
    ///
    /// # Panics
    ///
    /// As [`forward_soft`](Self::forward_soft).
    #[track_caller]
    pub fn forward_soft_no_reduction<const D: usize, const T: usize>(
        &self,
        logits: Tensor<D>,
        probabilities: Tensor<D>,
    ) -> Tensor<T> {
        sums::evaluate::<D, T, T>(logits, Targets::Soft(probabilities), None, self.soft(None))
    }

    #[track_caller]
    fn soft(&self, reduction: Option<Reduction>) -> SoftCall {
        error::enforce(self.try_soft(reduction))
    }

    /// What the engine is asked where targets are probabilities.
    pub(crate) fn try_soft(&self, reduction: Option<Reduction>) -> Result<SoftCall, LossError> {
        let expected = Expected(self.formula.clone());
        if !expected.exists() {
            return Err(check::no_soft_targets(F::name()));
        }
        let class_weights = self.class_weights.as_deref().map(Arc::from);
        Ok(SoftCall { class_weights, reduction, ..SoftCall::new(expected) })
    }

    /// What the engine is asked.
    pub(crate) fn call(&self, reduction: Option<Reduction>) -> ClassCall {
        ClassCall {
            formula: Arc::new(self.formula.clone()) as Arc<dyn RowFormula>,
            class_weights: self.class_weights.as_deref().map(Arc::from),
            ignore_index: self.ignore_index,
            reduction,
            composed: false,
        }
    }
}

impl<const D: usize, const T: usize, F: ClassFormula> Criterion<Tensor<D>, Tensor<T, Int>> for ClassLoss<F> {
    type Losses = Tensor<T>;

    fn forward(&self, logits: Tensor<D>, targets: Tensor<T, Int>, reduction: Reduction) -> Tensor<1> {
        self.forward(logits, targets, reduction)
    }

    fn forward_no_reduction(&self, logits: Tensor<D>, targets: Tensor<T, Int>) -> Tensor<T> {
        self.forward_no_reduction(logits, targets)
    }

    fn counts(&self, logits: &Tensor<D>, targets: &Tensor<T, Int>) -> Tensor<T> {
        class_counts(logits, targets, self.class_weights.as_deref(), self.ignore_index)
    }

    fn counted(&self, logits: Tensor<D>, targets: Tensor<T, Int>) -> (Tensor<T>, Tensor<T>) {
        let class_weights = class_weights::relative(&self.class_weights);
        counted_by(&Self { class_weights, ..self.clone() }, logits, targets)
    }
}

/// What each target counts in the mean of a class loss.
pub(crate) fn class_counts<const D: usize, const T: usize>(
    logits: &Tensor<D>,
    targets: &Tensor<T, Int>,
    class_weights: Option<&[f64]>,
    ignore_index: Option<i64>,
) -> Tensor<T> {
    let device = logits.device();
    // Weights may be too large for half precision.
    let dtype = dtype_of_sums(&device, logits.dtype());
    let targets = class_numbers(targets);
    let counts = match class_weights {
        // Not of nothing: a length of 0 means something else to `reshape`.
        Some(weights) if targets.shape().num_elements() > 0 => {
            let classes = weights.len() as i64;
            let outside = targets.clone().lower_elem(0).bool_or(targets.clone().greater_equal_elem(classes));
            let safe = targets.clone().mask_fill(outside, 0);
            // What is too small for f32 still counts.
            let least = if dtype == DType::F64 { 0.0 } else { f64::from(f32::MIN_POSITIVE) };
            let weight = |weight: &f64| if *weight > 0.0 { weight.max(least) } else { 0.0 };
            let weights: Vec<f64> = weights.iter().map(weight).collect();
            let len = weights.len();
            let weights = Tensor::<1>::from_data(TensorData::new(weights, [len]), (&device, dtype));
            weights.select(0, safe.reshape([targets.shape().num_elements()])).reshape(targets.dims())
        }
        _ => Tensor::ones(targets.dims(), (&device, dtype)),
    };
    match ignore_index {
        Some(index) => counts.mask_fill(targets.equal_elem(index), 0.0),
        None => counts,
    }
}

impl<F: ClassFormula> ModuleDisplay for ClassLoss<F> {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        self.call(None).display(content).optional()
    }
}
