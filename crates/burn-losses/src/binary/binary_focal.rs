//! Binary focal loss.

use super::balanced_binary_cross_entropy::weighted;
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::base::per_class::PerClass;
use crate::engine::formula::{BinaryFormula, Score};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Binary focal loss: binary cross-entropy that looks away from what is already classified well.
///
/// For very many easy negatives and few positives, as in dense detection and in segmentation with a dominant
/// background. With wrong labels it is worse than [`BinaryCrossEntropy`](crate::BinaryCrossEntropy): a wrong label is
/// the hardest example there is.
///
/// # Formula
///
/// ```text
/// L = −α·y·(1 − p)^γ·ln p − (1 − α)·(1 − y)·p^γ·ln(1 − p)
/// ∂L/∂x = α·y·(1 − p)^γ·(γ·p·ln p − (1 − p)) − (1 − α)·(1 − y)·p^γ·(γ·(1 − p)·ln(1 − p) − p)
/// ```
///
/// # Shapes
///
/// - scores: `[N, L]` or `[N, L, d1, …]` with the labels along axis 1, or any other shape
/// - targets: the scores' shape, from 0 to 1
///
/// # Special cases
///
/// γ = 0 is [`BalancedBinaryCrossEntropy`](crate::BalancedBinaryCrossEntropy) with β = α; α = ½ besides is half of
/// [`BinaryCrossEntropy`](crate::BinaryCrossEntropy). Over the softmax it is [`Focal`](crate::Focal). A target y between
/// 0 and 1 mixes the two losses; torchvision, Keras and Optax mix what the cross-entropy is multiplied by:
/// (1 − pₜ)^γ of pₜ = y·p + (1 − y)·(1 − p), and α likewise. At infinitely wrong logits the slopes
/// are −α and 1 − α.
///
/// # Numerics
///
/// The powers come from the logarithms, so scores with 1 − p = 10⁻³⁰ keep their digits, and γ between 0 and 1 has no
/// infinite slope.
///
/// # Source
///
/// T.-Y. Lin et al., Focal Loss for Dense Object Detection, 2017, equation 5; α = 0.25, γ = 2 as there. α is on unless
/// set, as in torchvision; in Keras and Optax it is off, which is α = ½ here, times 2. α and γ by label are ours.
///
#[doc = include_str!("../../docs/plots/binary_focal.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = BinaryFocal::default().with_gamma([2.0, 1.0]).init();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<2>::from_data([[1.0, 0.0]], &device);
/// let each = criterion.forward_no_reduction(logits, targets).into_data().try_into_vec::<f32>().unwrap();
/// // α · (1 − ½)² · ln 2, and (1 − α) · ½ · ln 2
/// assert!((each[0] - 0.25 * 0.25 * 2f32.ln()).abs() < 1e-6);
/// assert!((each[1] - 0.75 * 0.5 * 2f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BinaryFocal {
    /// α, the weight of the positives, 1 − α of the negatives: ≥ 0 and ≤ 1, default 0.25; a number or one per label.
    pub alpha: PerClass,
    /// γ, how fast a well classified example loses its weight: ≥ 0, default 2; a number or one per label.
    pub gamma: PerClass,
}

impl Config for BinaryFocal {}

impl Default for BinaryFocal {
    fn default() -> Self {
        Self { alpha: PerClass::Same(0.25), gamma: PerClass::Same(2.0) }
    }
}

impl BinaryFocal {
    /// With α, a number or one per label.
    pub fn with_alpha(mut self, alpha: impl Into<PerClass>) -> Self {
        self.alpha = alpha.into();
        self
    }

    /// With γ, a number or one per label.
    pub fn with_gamma(mut self, gamma: impl Into<PerClass>) -> Self {
        self.gamma = gamma.into();
        self
    }
}

impl Described for BinaryFocal {
    const ENTRY: Entry = Entry {
        name: "binary_focal",
        type_name: "BinaryFocal",
        family: Family::Binary,
        formula: "−α·y·(1 − p)^γ·ln p − (1 − α)·(1 − y)·p^γ·ln(1 − p)",
        source: "Lin et al., Focal Loss for Dense Object Detection, 2017, equation 5",
        purpose: "Very many easy negatives and few positives",
        parameters: &[
            Parameter::per_class("alpha", 0.25, Range::between(0.0, 1.0)),
            Parameter::per_class("gamma", 2.0, Range::at_least(0.0)),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("alpha", "α"), ("gamma", "γ")],
        settings: &[&[("alpha", 0.25), ("gamma", 0.0)], &[("alpha", 0.25), ("gamma", 5.0)]],
        ..Picture::DEFAULT
    };
}

impl BinaryFormula for BinaryFocal {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        vec![("alpha", &self.alpha), ("gamma", &self.gamma)]
    }

    #[inline(always)]
    fn positive<R: Real>(&self, at: &Score<R>) -> R {
        weighted(at.of_class(&self.alpha), at.miss_pow(&self.gamma).product(-at.log_p()))
    }

    #[inline(always)]
    fn negative<R: Real>(&self, at: &Score<R>) -> R {
        weighted(at.rest_of_class(&self.alpha), at.p_pow(&self.gamma).product(-at.log_miss()))
    }
}
