//! Focal loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range, Region};
use crate::base::per_class::PerClass;
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Focal loss: cross-entropy that looks away from what is already classified well.
///
/// For many easy examples and few hard ones, as in detection and in segmentation with a dominant background. With wrong
/// labels it is worse than cross-entropy: a wrong label is the hardest example there is.
///
/// # Formula
///
/// ```text
/// L = −α·(1 − pₜ)^γ·ln pₜ
/// ∂L/∂ln pₜ = α·(−(1 − pₜ)^γ + γ·pₜ·(1 − pₜ)^(γ−1)·ln pₜ)
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// γ = 0 is [`CrossEntropy`](crate::CrossEntropy), times α. α is 1 unless set; Keras's `CategoricalFocalCrossentropy`
/// has ¼ for every class.
///
/// # Numerics
///
/// (1 − pₜ)^γ comes from the log-odds, so rows with 1 − pₜ = 10⁻³⁰ keep their digits, and γ between 0 and 1 has no
/// infinite slope at pₜ = 1. α multiplies the loss, not what the mean divides by: that is what class weights are for.
///
/// # Source
///
/// T.-Y. Lin et al., Focal Loss for Dense Object Detection, 2017, equations 4 and 5, over the softmax instead of the
/// sigmoid; γ by class is ours.
///
#[doc = include_str!("../../docs/plots/focal.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = Focal::default().with_gamma(2.0).with_alpha([0.25, 0.75]).init();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0], [0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0, 1], &device);
/// let each = criterion.forward_no_reduction(logits, targets).into_data().try_into_vec::<f32>().unwrap();
/// // α · (1 − ½)² · ln 2
/// assert!((each[0] - 0.25 * 0.25 * 2f32.ln()).abs() < 1e-6);
/// assert!((each[1] - 0.75 * 0.25 * 2f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Focal {
    /// γ, how fast a well classified example loses its weight: ≥ 0, default 2; a number or one per class.
    pub gamma: PerClass,
    /// α, the factor of the loss: ≥ 0, default 1; a number or one per class.
    pub alpha: PerClass,
}

impl Config for Focal {}

impl Default for Focal {
    fn default() -> Self {
        Self { gamma: PerClass::Same(2.0), alpha: PerClass::Same(1.0) }
    }
}

impl Focal {
    /// With γ, a number or one per class.
    pub fn with_gamma(mut self, gamma: impl Into<PerClass>) -> Self {
        self.gamma = gamma.into();
        self
    }

    /// With α, a number or one per class.
    pub fn with_alpha(mut self, alpha: impl Into<PerClass>) -> Self {
        self.alpha = alpha.into();
        self
    }
}

impl Described for Focal {
    const ENTRY: Entry = Entry {
        name: "focal",
        type_name: "Focal",
        family: Family::Classification,
        formula: "−α·(1 − pₜ)^γ·ln pₜ",
        source: "Lin et al., Focal Loss for Dense Object Detection, 2017, equations 4 and 5",
        purpose: "Many easy examples and few hard ones",
        parameters: &[
            Parameter::per_class("gamma", 2.0, Range::at_least(0.0)),
            Parameter::per_class("alpha", 1.0, Range::at_least(0.0)),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("gamma", "γ")],
        settings: &[&[("gamma", 0.0)], &[("gamma", 0.5)], &[("gamma", 1.0)], &[("gamma", 5.0)]],
        regions: &[Region { from: 0.0, to: 0.6, name: "hard" }, Region { from: 0.6, to: 1.0, name: "easy" }],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for Focal {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        vec![("gamma", &self.gamma), ("alpha", &self.alpha)]
    }

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        let alpha = row.of_class(&self.alpha);
        let loss = alpha.clone() * row.miss_pow(&self.gamma) * -row.log_p();
        // A class of no importance has none at an infinite loss either.
        R::select(&alpha.equal(&alpha.constant(0.0)), row.miss() * 0.0, loss)
    }
}
