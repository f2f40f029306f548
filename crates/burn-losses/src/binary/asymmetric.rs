//! Asymmetric loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{BinaryFormula, Score};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Asymmetric loss: focal loss with its own γ for each side, that ignores negatives which are sure enough.
///
/// For many labels of which each example has few: the negatives are many and easy, and some are labels that were
/// forgotten. With as many positives as negatives it has nothing to offer over
/// [`BinaryCrossEntropy`](crate::BinaryCrossEntropy).
///
/// # Formula
///
/// ```text
/// L = −y·(1 − p)^γ₊·ln p − (1 − y)·pₘ^γ₋·ln(1 − pₘ),   pₘ = max(p − m, 0)
/// ∂L/∂x = y·(1 − p)^γ₊·(γ₊·p·ln p − (1 − p)) − (1 − y)·p·(1 − p)·pₘ^(γ₋−1)·(γ₋·ln(1 − pₘ) − pₘ/(1 − pₘ))
/// ```
///
/// # Shapes
///
/// - scores: `[N, L]` or `[N, L, d1, …]` with the labels along axis 1, or any other shape
/// - targets: the scores' shape, from 0 to 1
///
/// # Special cases
///
/// - A negative with p ≤ m has loss 0 and slope 0 (for γ₋ > 0).
/// - m = 0 and γ₊ = γ₋ = γ is twice [`BinaryFocal`](crate::BinaryFocal) with α = ½; γ = 0 besides is
///   [`BinaryCrossEntropy`](crate::BinaryCrossEntropy).
///
/// # Numerics
///
/// ln(1 − pₘ) is written −ln(1 + pₘ/(1 − p + m)), a sum of what is positive, so neither a small pₘ nor a p near 1 loses
/// digits.
///
/// # Source
///
/// T. Ridnik, E. Ben-Baruch et al., Asymmetric Loss For Multi-Label Classification, 2021. γ₊ = 1, γ₋ = 4, m = 0.05 are
/// the defaults of its code; the paper's experiments mostly take γ₊ = 0. The code gives the sum over labels and batch:
/// its learning rates are those of `Reduction::Sum`.
///
#[doc = include_str!("../../docs/plots/asymmetric.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = Asymmetric::default().with_gamma_negative(1.0).with_margin(0.25).init();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<2>::from_data([[1.0, 0.0]], &device);
/// let each = criterion.forward_no_reduction(logits, targets).into_data().try_into_vec::<f32>().unwrap();
/// assert!((each[0] - 0.5 * 2f32.ln()).abs() < 1e-6);
/// assert!((each[1] + 0.25 * 0.75f32.ln()).abs() < 1e-6);
/// ```
#[doc(alias = "ASL")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Asymmetric {
    /// γ₊, how fast a well classified positive loses its weight: ≥ 0, default 1.
    pub gamma_positive: f64,
    /// γ₋, how fast a well classified negative loses its weight: ≥ 0, default 4.
    pub gamma_negative: f64,
    /// m, the probability up to which a negative costs nothing: ≥ 0 and < 1, default 0.05.
    pub margin: f64,
}

impl Config for Asymmetric {}

impl Default for Asymmetric {
    fn default() -> Self {
        Self { gamma_positive: 1.0, gamma_negative: 4.0, margin: 0.05 }
    }
}

impl Asymmetric {
    /// With γ₊, of the positives.
    pub fn with_gamma_positive(mut self, gamma_positive: f64) -> Self {
        self.gamma_positive = gamma_positive;
        self
    }

    /// With γ₋, of the negatives.
    pub fn with_gamma_negative(mut self, gamma_negative: f64) -> Self {
        self.gamma_negative = gamma_negative;
        self
    }

    /// With the margin m.
    pub fn with_margin(mut self, margin: f64) -> Self {
        self.margin = margin;
        self
    }
}

impl Described for Asymmetric {
    const ENTRY: Entry = Entry {
        name: "asymmetric",
        type_name: "Asymmetric",
        family: Family::Binary,
        formula: "−y·(1 − p)^γ₊·ln p − (1 − y)·pₘ^γ₋·ln(1 − pₘ), pₘ = max(p − m, 0)",
        source: "Ridnik, Ben-Baruch et al., Asymmetric Loss For Multi-Label Classification, 2021",
        purpose: "Many labels, of which each example has few",
        parameters: &[
            Parameter::new("gamma_positive", 1.0, Range::at_least(0.0)),
            Parameter::new("gamma_negative", 4.0, Range::at_least(0.0)),
            Parameter::new("margin", 0.05, Range::at_least_below(0.0, 1.0)),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("gamma_positive", "γ₊"), ("gamma_negative", "γ₋"), ("margin", "m")],
        settings: &[
            &[("gamma_positive", 0.0), ("gamma_negative", 0.0), ("margin", 0.0)],
            &[("gamma_positive", 1.0), ("gamma_negative", 4.0), ("margin", 0.2)],
        ],
        ..Picture::DEFAULT
    };
}

impl BinaryFormula for Asymmetric {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn positive<R: Real>(&self, at: &Score<R>) -> R {
        at.miss_pow(self.gamma_positive).product(-at.log_p())
    }

    #[inline(always)]
    fn negative<R: Real>(&self, at: &Score<R>) -> R {
        if self.margin == 0.0 {
            return at.p_pow(self.gamma_negative).product(-at.log_miss());
        }
        let p = (at.p() - self.margin).max(at.constant(0.0));
        p.clone().powf(self.gamma_negative) * (p / (at.miss() + self.margin)).ln_1p()
    }
}
