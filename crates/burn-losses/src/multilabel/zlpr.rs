//! ZLPR.

use super::{is_yes, known};
use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::Labels;
use crate::engine::graph::{elementwise, moved};
use crate::engine::reduce::Summed as _;
use crate::real::Real;
use crate::signature::{Per, TensorFormula};
use burn::config::Config;
use burn::tensor::{Bool, Tensor};
use serde::{Deserialize, Serialize};

/// ZLPR: ranks the labels that are there above 0, and 0 above the others.
///
/// For many labels of which each example has few: softmax cross-entropy carried over to several labels, in which the
/// worst label of either kind matters most and rare positives do not drown. σ(x) is no probability; x > 0 is yes.
///
/// # Formula
///
/// ```text
/// L = ln(1 + Σⱼ e^(−xⱼ)) + ln(1 + Σᵢ e^(xᵢ)),   j the labels with y = 1, i those with y = 0
/// ∂L/∂xⱼ = −e^(−xⱼ)/(1 + Σ e^(−xⱼ)),   ∂L/∂xᵢ = e^(xᵢ)/(1 + Σ e^(xᵢ))
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`, one loss for each of `[N, 1, d1, …]`; `[C]` is one row
/// - targets: the logits' shape; y = 1 where they are above ½
///
/// # Special cases
///
/// A single label is [`BinaryCrossEntropy`](crate::BinaryCrossEntropy).
///
/// # Numerics
///
/// The largest exponent, or the 0, is taken out of each sum, and ln(1 + …) keeps its digits where all are far below 0.
/// Infinite logits have the limit, slope included. A label of NaN makes NaN.
///
/// # Source
///
/// J. Su et al., ZLPR: A Novel Loss for Multi-label Classification, 2022, with the threshold 0.
///
#[doc = include_str!("../../docs/plots/zlpr.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0, 0.0]], &device);
/// let targets = Tensor::<2, Int>::from_data([[1, 0, 0]], &device);
/// let loss = Zlpr::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (2f32.ln() + 3f32.ln())).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Zlpr {}

impl Config for Zlpr {}

impl Described for Zlpr {
    const ENTRY: Entry = Entry {
        name: "zlpr",
        type_name: "Zlpr",
        family: Family::Multilabel,
        formula: "ln(1 + Σ_{y_j=1} e^(−xⱼ)) + ln(1 + Σ_{y_i=0} e^(xᵢ))",
        source: "Su et al., ZLPR: A Novel Loss for Multi-label Classification, 2022",
        purpose: "Many labels of which each example has few",
        parameters: &[],
    };
}

impl TensorFormula for Zlpr {
    const PER: Per = Per::Row;
    const LABELS: Labels = Labels::ZeroToOne;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, prediction: Tensor<3>, target: Tensor<3>) -> Tensor<3> {
        let known = known(target.clone());
        let yes = is_yes(target);
        log_sum(-prediction.clone(), yes.clone().bool_not()) + log_sum(prediction, yes) + known
    }
}

/// ln(1 + Σ eˣ) along axis 1, over all that are not left out.
fn log_sum(x: Tensor<3>, left_out: Tensor<3, Bool>) -> Tensor<3> {
    let shape = x.dims();
    let fixed = x.clone().detach().mask_fill(left_out, f64::NEG_INFINITY);
    let most = fixed.clone().max_dim(1);
    let most = most.clone().mask_fill(most.lower_elem(0.0), 0.0);
    // ∞ is as large as ∞.
    let is_most = fixed.clone().equal(most.clone().expand(shape));
    let e = (fixed - most.clone()).mask_fill(is_most, 0.0).exp();
    // The 1, too, by e^most, and less 1: exactly 0 where the 1 is the largest.
    let rest = e.clone().summed() + ((-most.clone()).exp() - 1.0);
    let share = e / (rest.clone() + 1.0);
    let infinite = most.clone().equal_elem(f64::INFINITY);
    let value = most.mask_fill(infinite, 0.0) + elementwise([rest], |[x]| x.ln_1p());
    value + moved(x, share)
}
