//! Soft class rows: `scores [N, C, d…]` against a probability for every class, or against one class.
//!
//! # The mathematics
//!
//! A formula is a function of one or two sums over the classes, L = Φ(S₁, S₂), Sᵢ = Σₖ ψᵢ(ln pₖ, qₖ):
//!
//! ```text
//! m = max xₖ, at k = a    S = Σ_{k≠a} e^{xₖ−m}    ln pₖ = xₖ − m − ln(1 + S)    pₐ = 1/(1 + S)    1 − pₐ = S/(1 + S)
//! dₖ = Φ₁·ψ₁′(ln pₖ) + Φ₂·ψ₂′(ln pₖ)
//! ∂L/∂xⱼ = dⱼ·(1 − pⱼ) − pⱼ·Σ_{k≠j} dₖ
//! ```
//!
//! Leaving the largest out of the sum is what keeps every digit of 1 − pₐ where the model is confident. Probabilities
//! and log-probabilities are taken as they are: there the slope is dⱼ itself.
//!
//! `formula` is what formulas see, and their erasure; `cpu` the sweep over memory; `composed` the same with the operations
//! of any backend.

mod composed;
#[cfg(any(feature = "flex", feature = "ndarray"))]
mod cpu;
mod formula;

#[cfg(any(feature = "flex", feature = "ndarray"))]
pub(crate) use cpu::{gradients, value, with_gradients};
pub use formula::{Class, SoftClassFormula, Sums};
pub(crate) use formula::{Expected, LOST, SoftFormula, Stretch, SumsBlock, weighted};

use crate::base::check;
use crate::base::class_weights;
use crate::base::display;
use crate::base::error;
use crate::base::error::LossError;
use crate::base::input::Input;
use crate::base::per_class::ClassParameter as _;
use crate::base::reduction::Reduction;
use crate::base::smoothing::Smoothing;
use crate::engine::backend::{self, HostLossBackend};
use crate::engine::layout::class_numbers;
use burn::backend::Dispatch;
use burn::module::Content;
use burn::tensor::{DType, FloatDType, Int, Shape, Tensor};
use std::sync::Arc;

/// Everything but the tensors of one evaluation of a loss of soft class rows.
#[derive(Clone, Debug)]
pub struct SoftCall {
    pub(crate) formula: Arc<dyn SoftFormula>,
    pub(crate) input: Input,
    /// The targets are probabilities, not classes.
    pub(crate) dense: bool,
    /// Of the rows where targets are classes. Where they are probabilities: of the terms if the loss is the expected one of
    /// a class, else Σ q·w of the rows.
    pub(crate) class_weights: Option<Arc<[f64]>>,
    pub(crate) ignore_index: Option<i64>,
    /// A share of every target goes to all classes.
    pub(crate) label_smoothing: Option<Smoothing>,
    /// There is a weight for every row.
    pub(crate) weighted: bool,
    /// `None`: one value a row.
    pub(crate) reduction: Option<Reduction>,
    /// The composed path even where there are fused kernels.
    pub(crate) composed: bool,
}

impl SoftCall {
    pub(crate) fn new(formula: impl SoftFormula + 'static) -> Self {
        Self {
            formula: Arc::new(formula),
            input: Input::Logits,
            dense: false,
            class_weights: None,
            ignore_index: None,
            label_smoothing: None,
            weighted: false,
            reduction: None,
            composed: false,
        }
    }

    pub(crate) fn reduced(&self, reduction: Option<Reduction>) -> Self {
        Self { reduction, ..self.clone() }
    }

    /// The parameters that are lists by class, with their lengths.
    pub(crate) fn per_class(&self) -> Vec<(&'static str, usize)> {
        let distribution = self.label_smoothing.as_ref().map(|smoothing| &smoothing.distribution);
        let distribution = distribution.filter(|distribution| distribution.same_for_all().is_none());
        let mut lists = self.formula.per_class();
        lists.extend(distribution.map(|distribution| ("distribution", distribution.by_class().len())));
        lists
    }

    /// The shape of the result, for scores of this shape.
    fn output_shape(&self, scores: &Shape) -> Shape {
        match self.reduction {
            Some(_) => Shape::new([1]),
            None => {
                let dims: Vec<usize> = scores.iter().copied().collect();
                Shape::from([&dims[..1], &dims[2..]].concat())
            }
        }
    }
}

/// The targets of an evaluation.
pub(crate) enum Targets<const D: usize, const T: usize> {
    /// A probability for every class.
    Soft(Tensor<D>),
    /// A class for every row.
    Classes(Tensor<T, Int>),
}

/// One value (`Reduction`) or one a row.
#[track_caller]
pub(crate) fn evaluate<const D: usize, const T: usize, const O: usize>(
    scores: Tensor<D>,
    targets: Targets<D, T>,
    weights: Option<Tensor<T>>,
    mut call: SoftCall,
) -> Tensor<O> {
    if let (1, Targets::Soft(targets)) = (D, &targets) {
        // One row, as burn-nn takes it.
        check::alike(call.formula.name(), ("scores", &scores), ("targets", targets));
        let _ = error::enforce(check::rows_of(call.formula.name(), "scores", &[1, scores.dims()[0]]));
        let row = |tensor: &Tensor<D>| tensor.clone().reshape([1, tensor.dims()[0]]);
        let weights = weights.map(|weights| weights.reshape([1]));
        return evaluate::<2, 1, O>(row(&scores), Targets::Soft(row(targets)), weights, call);
    }
    let device = scores.device();
    call.weighted = weights.is_some();
    call.dense = matches!(targets, Targets::Soft(_));
    check_shapes(&scores, &targets, weights.as_ref(), &call);
    let dtype = scores.dtype();
    let is_soft = call.dense || call.label_smoothing.is_some();
    if is_soft && call.formula.compares() && dtype != DType::F64 && backend::has_f64(&device) {
        let targets = match targets {
            Targets::Soft(targets) => Targets::Soft(targets.cast(DType::F64)),
            classes => classes,
        };
        let weights = weights.map(|weights| weights.cast(DType::F64));
        return evaluate(scores.cast(DType::F64), targets, weights, call).cast(dtype);
    }
    if let Some(weights) = &call.class_weights {
        // Only a mean against classes is divided by them.
        let cancels = call.reduction == Some(Reduction::Mean) && !call.dense;
        call.class_weights = Some(class_weights::scaled(call.formula.name(), weights, dtype, cancels));
    }
    let fused = !call.composed && backend::is_on_host(&device, scores.dtype());
    let dtype = FloatDType::from(scores.dtype());
    // What is not there is stood for by something: tensors cannot be left out of Burn's extension calls.
    let nothing = || Tensor::<1>::zeros([1], (&device, DType::from(dtype))).into_dispatch();
    let weights = weights.map_or_else(nothing, |weights| weights.detach().into_dispatch());
    let (targets, classes) = match targets {
        Targets::Soft(targets) => (targets.into_dispatch(), Tensor::<1, Int>::zeros([1], &device).into_dispatch()),
        Targets::Classes(classes) if fused => (nothing(), classes.into_dispatch()),
        Targets::Classes(classes) => (nothing(), class_numbers(&classes).into_dispatch()),
    };
    let scores = scores.into_dispatch();
    Tensor::from_dispatch(if fused {
        error::heard(|| Dispatch::soft_rows(scores, targets, classes, weights, call))
    } else {
        composed::evaluate(scores, targets, classes, weights, &call)
    })
}

/// The shapes, dtypes and lists of a loss of soft class rows.
///
/// # Panics
///
/// With the sentence, if they do not fit.
#[track_caller]
fn check_shapes<const D: usize, const T: usize>(
    scores: &Tensor<D>,
    targets: &Targets<D, T>,
    weights: Option<&Tensor<T>>,
    call: &SoftCall,
) {
    let loss = call.formula.name();
    let dims = scores.dims();
    check::floats(loss, "scores", scores.dtype(), &scores.device());
    let rows = error::enforce(check::rows_of(loss, "scores", &dims));
    match targets {
        Targets::Soft(targets) => check::alike(loss, ("scores", scores), ("targets", targets)),
        Targets::Classes(classes) => check::shape(loss, "targets", &classes.dims(), &rows, &dims),
    }
    if let Some(weights) = weights {
        check::shape(loss, "weights", &weights.dims(), &rows, &dims);
        check::dtype(loss, "weights", weights.dtype(), scores.dtype());
    }
    let of_classes = call.class_weights.as_ref().map(|weights| ("class_weights", weights.len()));
    check::lengths(loss, call.per_class().into_iter().chain(of_classes), dims[1]);
}

impl SoftCall {
    /// Whether scores and class targets fit each other, and everything that has one entry per class.
    pub(crate) fn check_classes(&self, scores: &[usize], targets: &[usize]) -> Result<(), LossError> {
        let weights = self.class_weights.as_ref().map(|weights| weights.len());
        check::shapes(self.formula.name(), scores, targets, 1, self.per_class(), weights)
    }

    /// The formula's name and parameters, what scores are where they are not logits, the class weights and the ignore index.
    pub(crate) fn display(&self, content: Content) -> Content {
        let mut parameters = self.formula.parameters();
        if self.input != Input::Logits {
            parameters.push(("input".to_owned(), serde_json::to_value(self.input).unwrap_or_default()));
        }
        if let Some(smoothing) = &self.label_smoothing {
            parameters.push(("label_smoothing".to_owned(), serde_json::to_value(smoothing).unwrap_or_default()));
        }
        let content = display::formula(self.formula.name(), parameters, content);
        display::targets(self.class_weights.as_deref(), self.ignore_index, content)
    }
}

/// Whether class weights multiply whole rows, each by its mean weight.
fn weighs_rows(call: &SoftCall) -> bool {
    call.dense && call.class_weights.is_some() && !call.formula.is_expected()
}

/// What each row counts in the mean, where rows do not all count the same.
fn counts_differ(call: &SoftCall) -> bool {
    call.weighted || (!call.dense && (call.class_weights.is_some() || call.ignore_index.is_some()))
}
