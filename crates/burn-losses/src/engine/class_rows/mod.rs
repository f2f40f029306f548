//! Class rows: `logits [N, C, d…]` against a class index per row.
//!
//! # The mathematics
//!
//! One number a row carries the whole softmax family, the log-odds *against* the target class t:
//!
//! ```text
//! m = max_{k≠t} xₖ    S = Σ_{k≠t} e^{xₖ−m} ≥ 1    gap = (m − xₜ) + ln S    qₖ = e^{xₖ−m}/S
//! ln pₜ = −softplus(gap)      ln(1 − pₜ) = −softplus(−gap)
//! ∂L/∂xₖ = G·qₖ  (k ≠ t)      ∂L/∂xₜ = −G,        G = ∂L/∂gap
//! ```
//!
//! Leaving the target out of the maximum and the sum is what keeps every digit: where the model is confident, gap is
//! a large negative number and 1 − pₜ = e^gap keeps its relative precision, while `xₜ − logsumexp` would be all
//! rounding error. Where no other class has any weight (C = 1, or all others −∞) gap is −1e30 and the gradient 0.
//!
//! Two more sums are made only for a formula that declares them ([`Terms`]), each with its own slope:
//!
//! ```text
//! log_p_sum = Σₖ wₖ ln pₖ     slope s adds  s·(wⱼ − pⱼ Σₖ wₖ)     (wₖ = 1, or the class weights)
//! log_norm  = ln Σₖ e^{xₖ}    slope c adds  c·pⱼ
//! ```
//!
//! # The code
//!
//! `row` is what a formula sees, and its erasure: sweeps over memory know no formula, so one compiled sweep serves
//! them all. `sweep_cpu` makes the numbers of a row from memory and the gradient from the slopes; `sweep_cube` is the same
//! as a GPU kernel, with the formula expanded into it; `composed` does it with the operations of any backend; `autodiff`
//! hangs each into Burn's graph.

mod autodiff;
mod composed;
#[cfg(any(feature = "flex", feature = "ndarray"))]
mod cpu;
#[cfg(feature = "cube")]
mod cube;
#[cfg(feature = "flex")]
mod flex;
#[cfg(feature = "ndarray")]
#[allow(deprecated)] // Burn has deprecated NdArray; its users exist. Dropping it is deleting this file and its feature.
mod ndarray;
mod row;
#[cfg(any(feature = "flex", feature = "ndarray", test))]
mod sweep_cpu;
#[cfg(feature = "cube")]
mod sweep_cube;

pub(crate) use row::{BLOCK, Block, Known};
pub use row::{ClassFormula, Row, RowFormula, Terms};

use crate::base::error::{self, LossError};
use crate::base::{check, class_weights, display, reduction::Reduction};
use crate::engine::backend::{self, LossBackend};
use crate::engine::layout::class_numbers;
use burn::backend::Dispatch;
use burn::module::Content;
use burn::tensor::{Int, Shape, Tensor};
use std::sync::Arc;

/// Everything but the tensors of one evaluation of a class loss.
#[derive(Clone, Debug)]
pub struct ClassCall {
    pub(crate) formula: Arc<dyn RowFormula>,
    pub(crate) class_weights: Option<Arc<[f64]>>,
    pub(crate) ignore_index: Option<i64>,
    /// `None`: one value a target.
    pub(crate) reduction: Option<Reduction>,
    /// The composed path even where there are fused kernels.
    pub(crate) composed: bool,
}

impl ClassCall {
    /// Whether logits and targets fit each other, and everything that has one entry per class.
    pub(crate) fn check_shapes(&self, logits: &[usize], targets: &[usize]) -> Result<(), LossError> {
        let weights = self.class_weights.as_ref().map(|weights| weights.len());
        check::shapes(self.formula.name(), logits, targets, 1, self.formula.per_class(), weights)
    }

    /// The formula's name and parameters, the class weights and the ignore index, as far as there are any.
    pub(crate) fn display(&self, content: Content) -> Content {
        let content = display::formula(self.formula.name(), self.formula.parameters(), content);
        display::targets(self.class_weights.as_deref(), self.ignore_index, content)
    }
}

/// One value (`Reduction`) or one a target, on the backend the tensors live on: the fused kernels where this crate has
/// them, the composed path everywhere else.
#[track_caller]
pub(crate) fn evaluate<const D: usize, const T: usize, const O: usize>(
    logits: Tensor<D>,
    targets: Tensor<T, Int>,
    mut call: ClassCall,
) -> Tensor<O> {
    error::enforce(call.check_shapes(&logits.dims(), &targets.dims()));
    check::floats(call.formula.name(), "logits", logits.dtype(), &logits.device());
    if let Some(weights) = &call.class_weights {
        let cancels = call.reduction == Some(Reduction::Mean);
        call.class_weights = Some(class_weights::scaled(call.formula.name(), weights, logits.dtype(), cancels));
    }
    let fused = !call.composed && backend::is_fused(&logits.device(), logits.dtype());
    let targets = if fused { targets } else { class_numbers(&targets) };
    let (logits, targets) = (logits.into_dispatch(), targets.into_dispatch());
    Tensor::from_dispatch(if fused {
        error::heard(|| Dispatch::class_rows(logits, targets, call))
    } else {
        composed::evaluate(logits, targets, &call)
    })
}

/// The shape of the result.
pub(crate) fn output_shape(targets: &Shape, call: &ClassCall) -> Shape {
    match call.reduction {
        Some(_) => Shape::new([1]),
        None => targets.clone(),
    }
}
