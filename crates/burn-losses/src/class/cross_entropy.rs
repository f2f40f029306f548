//! Cross-entropy, with optional label smoothing.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{ClassFormula, Row, Terms};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Cross-entropy: the negative log-probability of the target class.
///
/// The first choice for classification with clean labels. With wrong labels it fits them in the end, since the loss of
/// a wrong label grows without bound: see the noise-robust family. Label smoothing keeps the logits from growing
/// without bound and often calibrates better; it hurts where the network is to be distilled.
///
/// # Formula
///
/// ```text
/// L = −ln pₜ                                       ∂L/∂xₖ = pₖ − [k = t]
/// with smoothing ε:
/// L = −(1 − ε)·ln pₜ − ε/C·Σₖ ln pₖ                ∂L/∂xₖ = pₖ − (1 − ε)·[k = t] − ε/C
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// - ε = 1 ignores the target: the cross-entropy with the uniform distribution.
/// - It is the limit q → 0 of [`GeneralizedCrossEntropy`](crate::GeneralizedCrossEntropy), and γ = 0 of
///   [`Focal`](crate::Focal).
///
/// # Numerics
///
/// Infinite where the target's logit is −∞; with smoothing, where any logit of weight above 0 is.
///
/// # Source
///
/// Label smoothing: C. Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2016, section 7. With
/// class weights each term has its own class's weight and the mean is divided by the targets' weights, as in PyTorch.
///
#[doc = include_str!("../../docs/plots/cross_entropy.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let probabilities = Tensor::<2>::from_data([[0.1, 0.2, 0.7], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]], &device);
/// let targets = Tensor::<1, Int>::from_data([2, 1, 0], &device);
/// let loss = CrossEntropy::default().init().forward(probabilities.log(), targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1.1918).abs() < 1e-4);
/// ```
#[doc(alias = "CE")]
#[doc(alias = "log loss")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CrossEntropy {
    /// ε, the share of the target spread evenly over all classes: 0 to 1, default 0.
    pub label_smoothing: f64,
}

impl Config for CrossEntropy {}

impl CrossEntropy {
    /// With label smoothing ε.
    pub fn with_label_smoothing(mut self, label_smoothing: f64) -> Self {
        self.label_smoothing = label_smoothing;
        self
    }
}

impl Described for CrossEntropy {
    const ENTRY: Entry = Entry {
        name: "cross_entropy",
        type_name: "CrossEntropy",
        family: Family::Classification,
        formula: "−(1 − ε)·ln pₜ − ε/C·Σₖ ln pₖ",
        source: "Label smoothing: Szegedy et al., Rethinking the Inception Architecture, 2016, section 7",
        purpose: "The first choice where the labels are right",
        parameters: &[Parameter::new("label_smoothing", 0.0, Range::between(0.0, 1.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("label_smoothing", "ε")],
        settings: &[&[("label_smoothing", 0.1)], &[("label_smoothing", 0.3)]],
        beside: &[(1.0, "class_mae")],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for CrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn terms(&self) -> Terms {
        if self.label_smoothing == 0.0 { Terms::NONE } else { Terms::CLASS_WEIGHTED_LOG_P_SUM }
    }

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        if self.label_smoothing == 0.0 {
            return -row.log_p();
        }
        let spread = -row.log_p_sum() * (self.label_smoothing / row.classes() as f64);
        // Nothing of the target is left at ε = 1, not even where it is 0 · ∞.
        if self.label_smoothing == 1.0 {
            return spread;
        }
        spread + row.weight() * row.log_p() * (self.label_smoothing - 1.0)
    }
}
