//! Losses of `logits [N, C, d…]` against one class index per target.

mod asymmetric_exponential;
mod asymmetric_generalized_cross_entropy;
mod asymmetric_unhinged;
mod class_mae;
mod cross_entropy;
mod focal;
mod generalized_cross_entropy;
mod negative_learning;
mod normalized_class_mae;
mod normalized_cross_entropy;
mod phuber_cross_entropy;
mod phuber_generalized_cross_entropy;
mod poly1_cross_entropy;
mod poly1_focal;
mod reduced_focal;
mod reverse_cross_entropy;
mod symmetric_cross_entropy;
mod taylor_cross_entropy;
mod truncated_generalized_cross_entropy;
mod unhinged;
mod z_loss;

pub use asymmetric_exponential::AsymmetricExponential;
pub use asymmetric_generalized_cross_entropy::AsymmetricGeneralizedCrossEntropy;
pub use asymmetric_unhinged::AsymmetricUnhinged;
pub use class_mae::ClassMae;
pub use cross_entropy::CrossEntropy;
pub use focal::Focal;
pub use generalized_cross_entropy::GeneralizedCrossEntropy;
pub use negative_learning::NegativeLearning;
pub use normalized_class_mae::NormalizedClassMae;
pub use normalized_cross_entropy::NormalizedCrossEntropy;
pub use phuber_cross_entropy::PHuberCrossEntropy;
pub use phuber_generalized_cross_entropy::PHuberGeneralizedCrossEntropy;
pub use poly1_cross_entropy::Poly1CrossEntropy;
pub use poly1_focal::Poly1Focal;
pub use reduced_focal::ReducedFocal;
pub use reverse_cross_entropy::ReverseCrossEntropy;
pub use symmetric_cross_entropy::SymmetricCrossEntropy;
pub use taylor_cross_entropy::TaylorCrossEntropy;
pub use truncated_generalized_cross_entropy::TruncatedGeneralizedCrossEntropy;
pub use unhinged::Unhinged;
pub use z_loss::ZLoss;

use crate::check;
use crate::combine::ClassCriterion;
use crate::display;
use crate::engine::class_rows::{self, ClassCall, ClassFormula, RowFormula};
use crate::reduction::Reduction;
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::{Int, Tensor};
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
///   weights. Where that is 0, everything ignored included, the loss is 0 and so is the gradient.
/// - **Ignored targets** have loss 0 and gradient 0, whatever their logits. The ignore index may be any integer,
///   negative or one of the classes.
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
/// assert_eq!(each.into_data().to_vec::<f32>().unwrap()[1], 0.0);
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
        if let Err(error) = check::parameters(F::name(), F::PARAMETERS, &formula) {
            panic!("{error}");
        }
        Self { formula, class_weights: None, ignore_index: None }
    }

    /// With a weight for each class; `None` takes the weights away.
    ///
    /// # Panics
    ///
    /// If a weight is negative or not finite.
    pub fn with_class_weights(mut self, weights: impl Into<Option<Vec<f64>>>) -> Self {
        self.class_weights = weights.into();
        if let Err(error) = check::class_weights(F::name(), self.class_weights.as_deref()) {
            panic!("{error}");
        }
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
        class_rows::evaluate(logits, targets, self.call(Some(reduction)))
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
        class_rows::evaluate(logits, targets, self.call(None))
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

impl<F: ClassFormula> ClassCriterion for ClassLoss<F> {
    fn forward<const D: usize, const T: usize>(
        &self,
        logits: Tensor<D>,
        targets: Tensor<T, Int>,
        reduction: Reduction,
    ) -> Tensor<1> {
        self.forward(logits, targets, reduction)
    }

    fn forward_no_reduction<const D: usize, const T: usize>(
        &self,
        logits: Tensor<D>,
        targets: Tensor<T, Int>,
    ) -> Tensor<T> {
        self.forward_no_reduction(logits, targets)
    }
}

impl<F: ClassFormula> ModuleDisplay for ClassLoss<F> {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        display::call(&self.call(None), content).optional()
    }
}
