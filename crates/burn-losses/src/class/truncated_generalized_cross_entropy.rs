//! Truncated generalized cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::class::GeneralizedCrossEntropy;
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Truncated generalized cross-entropy: generalized cross-entropy that gives up on examples the model finds unlikely.
///
/// For many wrong labels, late in training: what is below the threshold is taken for mislabelled and has no gradient.
/// Not from the start, when nearly everything is below it: train with
/// [`GeneralizedCrossEntropy`](crate::GeneralizedCrossEntropy) first, or use a small threshold.
///
/// # Formula
///
/// ```text
/// L = (1 − pₜ^q)/q   where pₜ > k                  ∂L/∂ln pₜ = −pₜ^q
///     (1 − k^q)/q    elsewhere                                 0
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// - k = 0 is [`GeneralizedCrossEntropy`](crate::GeneralizedCrossEntropy).
/// - At pₜ = k itself there is no gradient. With k = ½ two classes of equal logits stand exactly there, and a model
///   whose head starts at 0 would never leave it.
///
/// # Numerics
///
/// As [`GeneralizedCrossEntropy`](crate::GeneralizedCrossEntropy); pₜ or 1 − pₜ is compared with k, not a logarithm.
///
/// # Source
///
/// Z. Zhang and M. R. Sabuncu, Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels,
/// 2018, section 3.3; k = 0.5 as there. The paper minimises it by turns with a weight of 0 or 1 on each example; here the
/// loss is taken as it stands, and the examples it gives up on count in the mean.
///
#[doc = include_str!("../../docs/plots/truncated_generalized_cross_entropy.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[-9.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let criterion = TruncatedGeneralizedCrossEntropy::default().with_q(1.0).with_threshold(0.25).init();
/// let loss = criterion.forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.75).abs() < 1e-6);
/// ```
#[doc(alias = "truncated GCE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TruncatedGeneralizedCrossEntropy {
    /// q, from cross-entropy (towards 0) to MAE (1): > 0 and ≤ 1, default 0.7.
    pub q: f64,
    /// k, the probability up to which the loss is constant: ≥ 0 and < 1, default 0.5.
    pub threshold: f64,
}

impl Config for TruncatedGeneralizedCrossEntropy {}

impl Default for TruncatedGeneralizedCrossEntropy {
    fn default() -> Self {
        Self { q: 0.7, threshold: 0.5 }
    }
}

impl TruncatedGeneralizedCrossEntropy {
    /// With q.
    pub fn with_q(mut self, q: f64) -> Self {
        self.q = q;
        self
    }

    /// With the threshold k.
    pub fn with_threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }
}

impl Described for TruncatedGeneralizedCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "truncated_generalized_cross_entropy",
        type_name: "TruncatedGeneralizedCrossEntropy",
        family: Family::NoiseRobust,
        formula: "(1 − pₜ^q)/q where pₜ > k, else (1 − k^q)/q",
        source: "Zhang and Sabuncu, Generalized Cross Entropy Loss, 2018, section 3.3",
        purpose: "Many wrong labels, once the model knows something",
        parameters: &[
            Parameter::new("q", 0.7, Range::above_up_to(0.0, 1.0)),
            Parameter::new("threshold", 0.5, Range::at_least_below(0.0, 1.0)),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("threshold", "k")],
        settings: &[&[("threshold", 0.1)], &[("threshold", 0.3)]],
        beside: &[(1.0, "generalized_cross_entropy")],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for TruncatedGeneralizedCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        let loss = GeneralizedCrossEntropy { q: self.q }.loss(row);
        if self.threshold == 0.0 {
            return loss;
        }
        // By the smaller of pₜ and 1 − pₜ, which has the digits.
        let likely = if self.threshold < 0.5 {
            row.p().constant(self.threshold).less(&row.p())
        } else {
            row.miss().less(&row.miss().constant(1.0 - self.threshold))
        };
        let constant = (self.q * self.threshold.ln()).exp_m1() / -self.q;
        // Of the row, and so NaN where the row is.
        let flat = row.miss() * 0.0 + constant;
        R::select(&likely, loss, flat)
    }
}
