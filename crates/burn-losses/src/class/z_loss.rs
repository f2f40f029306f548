//! Cross-entropy with z-loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::engine::formula::{ClassFormula, Row, Terms};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Cross-entropy with z-loss: it also keeps the logits near those of normalised log-probabilities.
///
/// For large vocabularies in low precision: cross-entropy leaves a constant added to all logits free, and they drift
/// until they lose their digits; the second term holds ln Z near 0. With few classes, or in f32, it does nothing useful.
///
/// # Formula
///
/// ```text
/// L = −ln pₜ + λ·(ln Z)²,   Z = Σₖ e^{xₖ}
/// ∂L/∂xⱼ = pⱼ − [j = t] + 2λ·ln Z·pⱼ
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// - λ = 0 is [`CrossEntropy`](crate::CrossEntropy), and so is ln Z = 0, for which the plot is drawn.
/// - It depends on a constant added to all logits, and its gradient does not sum to 0. A single class has a gradient.
///
/// # Numerics
///
/// Infinite where the target's logit is −∞, and where λ·(ln Z)² is beyond the dtype.
///
/// # Source
///
/// A. Chowdhery et al., PaLM: Scaling Language Modeling with Pathways, 2023, section 5; λ = 10⁻⁴ as there. Class
/// weights, which the paper does not have, multiply both terms.
///
#[doc = include_str!("../../docs/plots/z_loss.svg")]
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
/// let loss = ZLoss::default().with_lambda(0.5).init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (2f32.ln() + 0.5 * 2f32.ln().powi(2))).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ZLoss {
    /// λ, the factor of (ln Z)²: ≥ 0, default 0.0001.
    pub lambda: f64,
}

impl Config for ZLoss {}

impl Default for ZLoss {
    fn default() -> Self {
        Self { lambda: 1e-4 }
    }
}

impl ZLoss {
    /// With λ, the factor of (ln Z)².
    pub fn with_lambda(mut self, lambda: f64) -> Self {
        self.lambda = lambda;
        self
    }
}

impl Described for ZLoss {
    const ENTRY: Entry = Entry {
        name: "z_loss",
        type_name: "ZLoss",
        family: Family::Classification,
        formula: "−ln pₜ + λ·(ln Σₖ e^{xₖ})²",
        source: "Chowdhery et al., PaLM: Scaling Language Modeling with Pathways, 2023, section 5",
        purpose: "Large vocabularies in low precision",
        parameters: &[Parameter::new("lambda", 1e-4, Range::at_least(0.0))],
    };
}

impl ClassFormula for ZLoss {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn terms(&self) -> Terms {
        if self.lambda == 0.0 { Terms::NONE } else { Terms::LOG_NORM }
    }

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        if self.lambda == 0.0 {
            return -row.log_p();
        }
        row.log_norm() * self.lambda * row.log_norm() - row.log_p()
    }
}
