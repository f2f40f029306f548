//! Asymmetric loss for a single label.

use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::engine::formula::{Class, SoftClassFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Asymmetric loss for a single label: smoothed cross-entropy, with a focal factor for the target and one for the rest.
///
/// For classification where [`Asymmetric`](crate::Asymmetric) serves many labels: what label smoothing adds counts only
/// for the classes that the model confuses with the target.
///
/// # Formula
///
/// ```text
/// L = −Σₖ (qₖ·(1 − ε + ε/C)·(1 − pₖ)^γ₊ + (1 − qₖ)·(ε/C)·pₖ^γ₋)·ln pₖ,   q = [k = t] for an index target
/// ∂L/∂ln pₜ = −(1 − ε + ε/C)·((1 − pₜ)^γ₊ − γ₊·pₜ·(1 − pₜ)^(γ₊−1)·ln pₜ)
/// ∂L/∂ln pₖ = −(ε/C)·pₖ^γ₋·(1 + γ₋·ln pₖ) for the others
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// ε = 0 is [`Focal`](crate::Focal) with γ₊. γ₊ = γ₋ = 0 is [`CrossEntropy`](crate::CrossEntropy) with label smoothing
/// ε, without class weights: here all of the loss has the weight of the target's class. Against probabilities that sum
/// to 1 it is the mean of the losses of the classes, weighted by them.
///
/// # Source
///
/// T. Ridnik, E. Ben-Baruch et al., Asymmetric Loss For Multi-Label Classification, 2021, whose code has this form as
/// `ASLSingleLabel`, with these defaults. `AsymmetricLossSingleLabel` of timm is the same with γ₊ = 1 as its default.
///
#[doc = include_str!("../../docs/plots/asymmetric_single_label.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = AsymmetricSingleLabel::default().with_gamma_positive(1.0).with_gamma_negative(2.0).init();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = criterion.forward(logits, targets, Reduction::Mean);
/// // (0.95·½ + 0.05·½²)·ln 2
/// assert!((loss.into_scalar::<f32>() - 0.4875 * 2f32.ln()).abs() < 1e-6);
/// ```
#[doc(alias = "ASL")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AsymmetricSingleLabel {
    /// γ₊, how fast a target that is nearly certain loses its weight: ≥ 0, default 0.
    pub gamma_positive: f64,
    /// γ₋, how fast another class that is improbable does: ≥ 0, default 4.
    pub gamma_negative: f64,
    /// ε, label smoothing, to which the other classes owe what they count: ≥ 0 and ≤ 1, default 0.1.
    pub label_smoothing: f64,
}

impl Config for AsymmetricSingleLabel {}

impl Default for AsymmetricSingleLabel {
    fn default() -> Self {
        Self { gamma_positive: 0.0, gamma_negative: 4.0, label_smoothing: 0.1 }
    }
}

impl AsymmetricSingleLabel {
    /// With γ₊, the exponent for the target.
    pub fn with_gamma_positive(mut self, gamma_positive: f64) -> Self {
        self.gamma_positive = gamma_positive;
        self
    }

    /// With γ₋, the exponent for the other classes.
    pub fn with_gamma_negative(mut self, gamma_negative: f64) -> Self {
        self.gamma_negative = gamma_negative;
        self
    }

    /// With label smoothing ε.
    pub fn with_label_smoothing(mut self, label_smoothing: f64) -> Self {
        self.label_smoothing = label_smoothing;
        self
    }
}

impl Described for AsymmetricSingleLabel {
    const ENTRY: Entry = Entry {
        name: "asymmetric_single_label",
        type_name: "AsymmetricSingleLabel",
        family: Family::Classification,
        formula: "−(1 − ε + ε/C)·(1 − pₜ)^γ₊·ln pₜ − (ε/C)·Σ_{k≠t} pₖ^γ₋·ln pₖ",
        source: "Ridnik et al., Asymmetric Loss For Multi-Label Classification, 2021",
        purpose: "Label smoothing that counts for the classes that are confused",
        parameters: &[
            Parameter::new("gamma_positive", 0.0, Range::at_least(0.0)),
            Parameter::new("gamma_negative", 4.0, Range::at_least(0.0)),
            Parameter::new("label_smoothing", 0.1, Range::between(0.0, 1.0)),
        ],
    };
}

impl SoftClassFormula for AsymmetricSingleLabel {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        let share = self.label_smoothing / class.classes() as f64;
        let target = class.miss().powf(self.gamma_positive) * (1.0 - self.label_smoothing + share);
        // Not a power of p, which may be too small for the dtype.
        let other = match self.gamma_negative {
            0.0 => class.constant(1.0),
            gamma => (class.log_p() * gamma).exp(),
        };
        let factor = class.target() * target - (class.target() - 1.0) * other * share;
        // Where p is 0, the slope of the factor is nothing beside that of the logarithm, though this is infinite.
        let is_zero = class.p().equal(&class.constant(0.0));
        let term = -(R::select(&is_zero, factor.detached(), factor) * class.finite_log_p());
        term.clone() + class.infinite_where(&term)
    }
}
