//! Binary cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{BinaryFormula, Score};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Binary cross-entropy: the negative log-likelihood of a yes or no, the default for one label or many.
///
/// For binary and multi-label classification. Where positives are rare, start from
/// [`BalancedBinaryCrossEntropy`](crate::BalancedBinaryCrossEntropy) or from pos_weight; where nearly everything is
/// easy, from [`BinaryFocal`](crate::BinaryFocal).
///
/// # Formula
///
/// ```text
/// L = −w⁺·y·ln p − (1 − y)·ln(1 − p)
/// ∂L/∂x = −w⁺·y·(1 − p) + (1 − y)·p
/// ```
///
/// # Shapes
///
/// - scores: `[N, L]` or `[N, L, d1, …]` with the labels along axis 1, or any other shape
/// - targets: the scores' shape, from 0 to 1
///
/// # Special cases
///
/// w⁺ is the criterion's pos_weight, 1 unless set: "weighted" binary cross-entropy. With targets that are probabilities
/// the least loss is their entropy, not 0.
///
/// # Numerics
///
/// From logits, ln p = −ln(1 + e⁻ˣ), which neither overflows nor loses digits. Probabilities have their logarithms
/// floored at −100.
///
/// # Source
///
/// I. J. Good, Rational Decisions, 1952; the form from logits as in PyTorch's `BCEWithLogitsLoss`.
///
#[doc = include_str!("../../docs/plots/binary_cross_entropy.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = BinaryCrossEntropy::default().init();
/// let logits = Tensor::<2>::from_data([[0.0, 1.0986123]], &device);
/// let targets = Tensor::<2>::from_data([[1.0, 0.0]], &device);
/// let loss = criterion.forward(logits, targets, Reduction::Mean);
/// // p is ½ and ¾.
/// assert!((loss.into_scalar::<f32>() - 0.5 * (2f32.ln() + 4f32.ln())).abs() < 1e-6);
/// ```
#[doc(alias = "BCE")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BinaryCrossEntropy {}

impl Config for BinaryCrossEntropy {}

impl Described for BinaryCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "binary_cross_entropy",
        type_name: "BinaryCrossEntropy",
        family: Family::Binary,
        formula: "−y·ln p − (1 − y)·ln(1 − p)",
        source: "Good, Rational Decisions, 1952",
        purpose: "The default for yes or no and for many labels",
        parameters: &[],
    };
}

impl BinaryFormula for BinaryCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn positive<R: Real>(&self, at: &Score<R>) -> R {
        -at.log_p()
    }

    #[inline(always)]
    fn negative<R: Real>(&self, at: &Score<R>) -> R {
        -at.log_miss()
    }
}
