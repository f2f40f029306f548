//! Soft margin loss.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Labels, Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Soft margin loss: the logistic loss for targets of −1 and 1.
///
/// For two classes in this notation. With targets of 0 and 1 it is [`BinaryCrossEntropy`](crate::BinaryCrossEntropy).
///
/// # Formula
///
/// ```text
/// L = ln(1 + e^(−z))          z = y·x
/// ∂L/∂x = −y/(1 + e^z)
/// ```
///
/// # Shapes
///
/// - scores, targets: any shape, the same; targets −1 or 1
///
/// # Special cases
///
/// About −z far on the wrong side, e^(−z) far on the right one.
///
/// # Numerics
///
/// By `softplus`, which neither overflows nor loses small values.
///
/// # Source
///
/// `SoftMarginLoss` of PyTorch 2.15.
///
#[doc = include_str!("../../docs/plots/soft_margin.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let scores = Tensor::<1>::from_data([0.0], &device);
/// let targets = Tensor::<1>::from_data([1.0], &device);
/// let loss = SoftMargin::default().init().forward(scores, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 2f32.ln()).abs() < 1e-6);
/// ```
#[doc(alias = "logistic")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SoftMargin {}

impl Config for SoftMargin {}

impl Described for SoftMargin {
    const ENTRY: Entry = Entry {
        name: "soft_margin",
        type_name: "SoftMargin",
        family: Family::Margin,
        formula: "ln(1 + e^(−y·x))",
        source: "PyTorch 2.15, SoftMarginLoss",
        purpose: "The logistic loss for targets of −1 and 1",
        parameters: &[],
    };
}

impl PointwiseFormula for SoftMargin {
    const LABELS: Labels = Labels::MinusOrPlusOne;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let margin = at.margin();
        // Nothing is left there, not even the slope by the target, which the score would make ∞ · 0.
        R::select(&margin.equal(&at.constant(f64::INFINITY)), at.constant(0.0), (-margin).softplus())
    }
}
