//! Poly-1 cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Poly-1 cross-entropy: cross-entropy with the first term of its series in 1 − pₜ changed.
///
/// For clean labels, when there is time to tune one parameter: ε > 0 pushes confident examples further (image
/// classification), ε < 0 holds them back (imbalanced data).
///
/// # Formula
///
/// ```text
/// L = −ln pₜ + ε·(1 − pₜ)          −ln pₜ = Σⱼ (1 − pₜ)ʲ/j
/// ∂L/∂ln pₜ = −1 − ε·pₜ
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// ε = 0 is [`CrossEntropy`](crate::CrossEntropy); ε = −1 takes the first term of the series away.
///
/// # Numerics
///
/// Towards ε = −1 the two terms cancel where pₜ is near 1, and (1 − pₜ)²/2 is left: below ε = 0 the loss is written
/// (1 + ε)·y − ε·(e⁻ʸ − 1 + y) with y = −ln pₜ, whose last part is a series there.
///
/// # Source
///
/// Z. Leng et al., PolyLoss: A Polynomial Expansion Perspective of Classification Loss Functions, 2022, equation 6;
/// ε is tuned by task there. Optax has 2, and names 2 for ImageNet and −1 for detection as the paper's choices.
///
#[doc = include_str!("../../docs/plots/poly1_cross_entropy.svg")]
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
/// let loss = Poly1CrossEntropy::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (2f32.ln() + 0.5)).abs() < 1e-6);
/// ```
#[doc(alias = "PolyLoss")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Poly1CrossEntropy {
    /// ε, added to the coefficient of 1 − pₜ: ≥ −1, default 1.
    pub epsilon: f64,
}

impl Config for Poly1CrossEntropy {}

impl Default for Poly1CrossEntropy {
    fn default() -> Self {
        Self { epsilon: 1.0 }
    }
}

impl Poly1CrossEntropy {
    /// With ε.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for Poly1CrossEntropy {
    const ENTRY: Entry = Entry {
        name: "poly1_cross_entropy",
        type_name: "Poly1CrossEntropy",
        family: Family::Classification,
        formula: "−ln pₜ + ε·(1 − pₜ)",
        source: "Leng et al., PolyLoss, 2022, equation 6",
        purpose: "Cross-entropy with one parameter to tune",
        parameters: &[Parameter::new("epsilon", 1.0, Range::at_least(-1.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("epsilon", "ε")],
        settings: &[&[("epsilon", -1.0)], &[("epsilon", 2.0)], &[("epsilon", 5.0)]],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for Poly1CrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        let log_p = row.log_p();
        if self.epsilon >= 0.0 {
            return row.miss() * self.epsilon - log_p;
        }
        let rest = log_p.clone().exp_m1_minus() * -self.epsilon;
        if self.epsilon == -1.0 { rest } else { rest - log_p * (1.0 + self.epsilon) }
    }
}
