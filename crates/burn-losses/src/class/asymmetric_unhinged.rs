//! Asymmetric unhinged loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Asymmetric unhinged loss: a power of a − pₜ, which prefers the more frequent label.
///
/// For wrong labels, as long as the right class is the most frequent label of its examples. Mostly the passive half of
/// a sum with [`NormalizedCrossEntropy`](crate::NormalizedCrossEntropy); alone it learns slowly, above all where there
/// are many classes. Its authors take a = 5.5, q = 3 alone and a = 6.3, q = 1.5 in the sum, for CIFAR-10.
///
/// # Formula
///
/// ```text
/// L = ((a − pₜ)^q − (a − 1)^q)/q
/// ∂L/∂ln pₜ = −pₜ·(a − pₜ)^(q−1)
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// - Between 0 and (a^q − (a − 1)^q)/q. It is asymmetric, hence robust, for q ≤ 1, and above for large enough a.
/// - q = 1 is [`Unhinged`](crate::Unhinged) for every a.
///
/// # Numerics
///
/// With b = a − 1, written (b + 1 − pₜ)^q·(1 − e^{−q·ln(1 + (1 − pₜ)/b)})/q, so pₜ near 1 loses nothing, and nothing
/// overflows where a is near 1. a^q must be within the range of the dtype.
///
/// # Source
///
/// X. Zhou et al., Asymmetric Loss Functions for Learning with Noisy Labels, 2021, the definition of AUL; a = 1.5,
/// q = 0.9 are the defaults of its code, where the loss is called AUE.
///
#[doc = include_str!("../../docs/plots/asymmetric_unhinged.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let criterion = AsymmetricUnhinged::default().with_a(5.5).with_q(3.0).init();
/// let loss = criterion.forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (125.0 - 4.5f32.powi(3)) / 3.0).abs() < 1e-4);
/// ```
#[doc(alias = "AUL")]
#[doc(alias = "AUE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AsymmetricUnhinged {
    /// a, from which pₜ is subtracted: > 1 and ≤ 10⁴, default 1.5.
    pub a: f64,
    /// q, the power: > 0 and ≤ 8, default 0.9.
    pub q: f64,
}

impl Config for AsymmetricUnhinged {}

impl Default for AsymmetricUnhinged {
    fn default() -> Self {
        Self { a: 1.5, q: 0.9 }
    }
}

impl AsymmetricUnhinged {
    /// With a, from which pₜ is subtracted.
    pub fn with_a(mut self, a: f64) -> Self {
        self.a = a;
        self
    }

    /// With the power q.
    pub fn with_q(mut self, q: f64) -> Self {
        self.q = q;
        self
    }
}

impl Described for AsymmetricUnhinged {
    const ENTRY: Entry = Entry {
        name: "asymmetric_unhinged",
        type_name: "AsymmetricUnhinged",
        family: Family::NoiseRobust,
        formula: "((a − pₜ)^q − (a − 1)^q)/q",
        source: "Zhou et al., Asymmetric Loss Functions for Learning with Noisy Labels, 2021, AUL",
        purpose: "The passive part of a sum with an active loss",
        parameters: &[
            Parameter::new("a", 1.5, Range::above_up_to(1.0, 1e4)),
            Parameter::new("q", 0.9, Range::above_up_to(0.0, 8.0)),
        ],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("a", "a")], settings: &[&[("a", 1.1)], &[("a", 3.0)]], ..Picture::DEFAULT };
}

impl ClassFormula for AsymmetricUnhinged {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        let (miss, rest) = (row.miss(), self.a - 1.0);
        let power = ((miss.clone() + rest).ln() * self.q).exp();
        let share = ((miss / rest).ln_1p() * -self.q).exp_m1();
        power * share / -self.q
    }
}
