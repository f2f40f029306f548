//! Balanced binary cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::base::per_class::PerClass;
use crate::engine::formula::{BinaryFormula, Score};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Balanced binary cross-entropy: β of the weight on the positives, 1 − β on the negatives.
///
/// For labels of which one kind is rare, as edges in an image. With β the share of the negatives both kinds weigh the
/// same in the sum. It moves the probabilities: they are no longer frequencies.
///
/// # Formula
///
/// ```text
/// L = −β·y·ln p − (1 − β)·(1 − y)·ln(1 − p)
/// ∂L/∂x = −β·y·(1 − p) + (1 − β)·(1 − y)·p
/// ```
///
/// # Shapes
///
/// - scores: `[N, L]` or `[N, L, d1, …]` with the labels along axis 1, or any other shape
/// - targets: the scores' shape, from 0 to 1
///
/// # Special cases
///
/// β = ½ is half of [`BinaryCrossEntropy`](crate::BinaryCrossEntropy). β = α is [`BinaryFocal`](crate::BinaryFocal) at
/// γ = 0. Up to a factor it is pos_weight = β/(1 − β).
///
/// # Source
///
/// S. Xie and Z. Tu, Holistically-Nested Edge Detection, 2015, equation 2, where β is the share of the negatives of
/// each image; here it is a number or one per label. T.-Y. Lin et al., Focal Loss for Dense Object Detection, 2017,
/// equation 3, call it α.
///
#[doc = include_str!("../../docs/plots/balanced_binary_cross_entropy.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = BalancedBinaryCrossEntropy::default().with_beta([0.5, 0.75]).init();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<2>::from_data([[1.0, 0.0]], &device);
/// let each = criterion.forward_no_reduction(logits, targets).into_data().try_into_vec::<f32>().unwrap();
/// assert!((each[0] - 0.5 * 2f32.ln()).abs() < 1e-6);
/// assert!((each[1] - 0.25 * 2f32.ln()).abs() < 1e-6);
/// ```
#[doc(alias = "HED")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BalancedBinaryCrossEntropy {
    /// β, the weight of the positives: ≥ 0 and ≤ 1, default 0.5; a number or one per label.
    pub beta: PerClass,
}

impl Config for BalancedBinaryCrossEntropy {}

impl Default for BalancedBinaryCrossEntropy {
    fn default() -> Self {
        Self { beta: PerClass::Same(0.5) }
    }
}

impl BalancedBinaryCrossEntropy {
    /// With β, a number or one per label.
    pub fn with_beta(mut self, beta: impl Into<PerClass>) -> Self {
        self.beta = beta.into();
        self
    }
}

impl Described for BalancedBinaryCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "balanced_binary_cross_entropy",
        type_name: "BalancedBinaryCrossEntropy",
        family: Family::Binary,
        formula: "−β·y·ln p − (1 − β)·(1 − y)·ln(1 − p)",
        source: "Xie and Tu, Holistically-Nested Edge Detection, 2015, equation 2",
        purpose: "One of the two kinds of labels is rare",
        parameters: &[Parameter::per_class("beta", 0.5, Range::between(0.0, 1.0))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("beta", "β")], settings: &[&[("beta", 0.25)], &[("beta", 0.9)]], ..Picture::DEFAULT };
}

impl BinaryFormula for BalancedBinaryCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        vec![("beta", &self.beta)]
    }

    #[inline(always)]
    fn positive<R: Real>(&self, at: &Score<R>) -> R {
        weighted(at.of_class(&self.beta), -at.log_p())
    }

    #[inline(always)]
    fn negative<R: Real>(&self, at: &Score<R>) -> R {
        weighted(at.rest_of_class(&self.beta), -at.log_miss())
    }
}

/// weight·loss. A kind of label of no importance has none at an infinite loss either.
#[inline(always)]
pub(super) fn weighted<R: Real>(weight: R, loss: R) -> R {
    let zero = weight.constant(0.0);
    R::select(&weight.equal(&zero), zero, weight * loss)
}
