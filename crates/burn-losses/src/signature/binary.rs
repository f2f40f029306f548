//! Binary and multilabel losses.

use super::Criterion;
use crate::base::input::Input;
use crate::base::per_class::PerClass;
use crate::base::reduction::Reduction;
use crate::base::{check, display, error};
use crate::engine::call::PointCall;
use crate::engine::formula::{Binary, BinaryFormula, BinaryOptions};
use crate::engine::points;
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::{Bool, Int, Tensor};
use std::sync::Arc;

/// A loss of yes-or-no decisions as a Burn module, one or many to an example: a formula, with what belongs to every loss
/// of this signature.
///
/// | | shape | |
/// |---|---|---|
/// | scores | any; of `[N, L, d…]`, axis 1 are the labels; of `[L]`, its only axis | any float dtype of the backend; computed in f32 or wider |
/// | targets | the same | floats from 0 to 1, ints 0 and 1, or bools |
/// | weights | the same | ≥ 0 |
/// | result | `[1]`, or the scores' shape | the scores' dtype |
///
/// - **Scores are logits** unless [`with_input`](Self::with_input) says that they are probabilities.
/// - **`pos_weight`** multiplies the loss of a positive target, by label if it is a list. It is no part of what the mean
///   divides by.
/// - **Label smoothing** ε moves targets towards ½: y ← y·(1 − ε) + ½·ε.
/// - **Weights** multiply the loss of their element, and the mean divides by their sum: a weight of 0 takes an element
///   out altogether. A mask is weights of 0 and 1.
/// - A target between 0 and 1 is the mixture of both answers: y·L⁺ + (1 − y)·L⁻. An answer that is out of the question
///   contributes nothing, even if it is infinite. Targets have no gradient.
/// - **Targets outside of 0 … 1** (by more than 10⁻⁶) that count are an error on the CPU, where they are read anyway;
///   elsewhere they are taken as they are. A target of NaN gives NaN.
///
/// ```
/// use burn::tensor::{Bool, Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = BinaryCrossEntropy::default().init().with_pos_weight(vec![1.0, 3.0]);
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let labels = Tensor::<2, Bool>::from_data([[true, true]], &device);
/// let loss = criterion.forward(logits, labels, Reduction::Sum);
/// assert!((loss.into_scalar::<f32>() - 4.0 * 2f32.ln()).abs() < 1e-6);
/// ```
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct BinaryLoss<F: BinaryFormula> {
    #[module(skip)]
    binary: Binary<F>,
}

/// What targets of a [`BinaryLoss`] may be: `Tensor<D>` of floats, ints or bools.
pub trait BinaryTargets<const D: usize> {
    /// The targets as floats, like these scores.
    fn into_floats(self, scores: &Tensor<D>) -> Tensor<D>;
}

impl<const D: usize> BinaryTargets<D> for Tensor<D> {
    fn into_floats(self, scores: &Tensor<D>) -> Tensor<D> {
        if self.dtype() == scores.dtype() { self } else { self.cast(scores.dtype()) }
    }
}

impl<const D: usize> BinaryTargets<D> for Tensor<D, Int> {
    fn into_floats(self, scores: &Tensor<D>) -> Tensor<D> {
        self.float().into_floats(scores)
    }
}

impl<const D: usize> BinaryTargets<D> for Tensor<D, Bool> {
    fn into_floats(self, scores: &Tensor<D>) -> Tensor<D> {
        self.float().into_floats(scores)
    }
}

impl<F: BinaryFormula> BinaryLoss<F> {
    #[track_caller]
    pub(crate) fn new(formula: F) -> Self {
        error::enforce(check::parameters(F::name(), F::PARAMETERS, &formula));
        Self { binary: Binary { formula, options: BinaryOptions::default() } }
    }

    /// With scores that are these.
    pub fn with_input(mut self, input: Input) -> Self {
        self.binary.options.input = input;
        self
    }

    /// With the factor of positive targets: 0, or ≥ 10⁻³⁰ and ≤ 10³⁰, a number or one per label; 1 unless set. A list of
    /// one value is that number, for all labels.
    ///
    /// # Panics
    ///
    /// If it is none of these.
    #[track_caller]
    pub fn with_pos_weight(mut self, pos_weight: impl Into<PerClass>) -> Self {
        self.binary.options.pos_weight = pos_weight.into().broadcast();
        error::enforce(check::pos_weight(F::name(), &self.binary.options.pos_weight));
        self
    }

    /// With label smoothing ε: 0 ≤ ε ≤ 1; 0 unless set.
    ///
    /// # Panics
    ///
    /// If it is outside its range.
    #[track_caller]
    pub fn with_label_smoothing(mut self, label_smoothing: f64) -> Self {
        self.binary.options.label_smoothing = label_smoothing;
        error::enforce(check::label_smoothing(F::name(), label_smoothing));
        self
    }

    /// The formula.
    pub fn formula(&self) -> &F {
        &self.binary.formula
    }

    pub(crate) fn options(&self) -> &BinaryOptions {
        &self.binary.options
    }

    /// The loss of the batch, `[1]`.
    ///
    /// # Panics
    ///
    /// If the shapes differ, or a hyper-parameter by label does not fit axis 1; on the CPU, if a target is not in 0 … 1.
    #[track_caller]
    pub fn forward<const D: usize>(
        &self,
        scores: Tensor<D>,
        targets: impl BinaryTargets<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        let targets = targets.into_floats(&scores);
        points::evaluate([Some(scores), Some(targets), None], None, self.call(Some(reduction)))
    }

    /// The loss of the batch, `[1]`, every element multiplied by its weight.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    #[track_caller]
    pub fn forward_weighted<const D: usize>(
        &self,
        scores: Tensor<D>,
        targets: impl BinaryTargets<D>,
        weights: Tensor<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        let targets = targets.into_floats(&scores);
        points::evaluate([Some(scores), Some(targets), None], Some(weights), self.call(Some(reduction)))
    }

    /// The loss of every element, in the scores' shape.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    #[track_caller]
    pub fn forward_no_reduction<const D: usize>(&self, scores: Tensor<D>, targets: impl BinaryTargets<D>) -> Tensor<D> {
        let targets = targets.into_floats(&scores);
        points::evaluate([Some(scores), Some(targets), None], None, self.call(None))
    }

    pub(crate) fn call(&self, reduction: Option<Reduction>) -> PointCall {
        PointCall::new(Arc::new(self.binary.clone())).reduced(reduction)
    }
}

impl<const D: usize, Y: BinaryTargets<D>, F: BinaryFormula> Criterion<Tensor<D>, Y> for BinaryLoss<F> {
    type Losses = Tensor<D>;

    fn forward(&self, scores: Tensor<D>, targets: Y, reduction: Reduction) -> Tensor<1> {
        self.forward(scores, targets, reduction)
    }

    fn forward_no_reduction(&self, scores: Tensor<D>, targets: Y) -> Tensor<D> {
        self.forward_no_reduction(scores, targets)
    }

    fn counts(&self, scores: &Tensor<D>, _: &Y) -> Tensor<D> {
        scores.ones_like().detach()
    }
}

impl<F: BinaryFormula> ModuleDisplay for BinaryLoss<F> {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        display::formula(F::name(), self.call(None).formula.parameters(), content).optional()
    }
}
