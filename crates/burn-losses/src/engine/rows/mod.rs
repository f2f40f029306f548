//! Class rows: `logits [N, C, d…]` against a class index per row.
//!
//! # The mathematics
//!
//! One number per row carries the whole softmax family, the log-odds *against* the target class t:
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

mod composed;
#[cfg(any(feature = "flex", feature = "ndarray"))]
mod cpu;
#[cfg(feature = "cube")]
pub(crate) mod cube;
#[cfg(any(feature = "flex", feature = "ndarray", test))]
mod sweep_cpu;
#[cfg(feature = "cube")]
mod sweep_cube;

#[cfg(any(feature = "flex", feature = "ndarray"))]
pub(crate) use cpu::sweep;

use crate::base::error::{self};
use crate::base::{check, class_weights, reduction::Reduction};
use crate::engine::backend::{self, LossBackend};
use crate::engine::call::{Call, ClassCall};
use crate::engine::layout::class_numbers;
use crate::engine::tensors::{Slot, Tensors};
use burn::backend::Dispatch;
use burn::tensor::{Int, Tensor};

/// One value (`Reduction`) or one per target, on the backend the tensors live on: the fused kernels where this crate has
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
    let inputs = Tensors {
        first: Slot::Float(logits.into_dispatch()),
        classes: Slot::Int(targets.into_dispatch()),
        ..Tensors::none()
    };
    Tensor::from_dispatch(if fused {
        error::heard(|| Dispatch::loss(inputs, Call::Rows(call)))
    } else {
        composed::evaluate(inputs, &call)
    })
}
