//! Soft bootstrapping.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Class, SoftClassFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Soft bootstrapping: cross-entropy against a mixture of the label with the model's own prediction.
///
/// For wrong labels, once the model is better than chance: it then trusts itself a little. Early in training, or with a
/// small β, it only confirms what the model believes already.
///
/// # Formula
///
/// ```text
/// L = −Σₖ (β·qₖ + (1 − β)·pₖ)·ln pₖ,   q = [k = t] for an index target
/// ∂L/∂ln pₖ = −β·qₖ − (1 − β)·pₖ·(1 + ln pₖ)
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// β = 1 is [`CrossEntropy`](crate::CrossEntropy), β = 0 the entropy of the prediction.
///
/// # Numerics
///
/// The gradient goes through the prediction in the mixture, too, as in the paper; some codes hold it constant.
///
/// # Source
///
/// S. Reed et al., Training Deep Neural Networks on Noisy Labels with Bootstrapping, 2015, equation 6; β = 0.95 as
/// there.
///
#[doc = include_str!("../../docs/plots/soft_bootstrapping.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[1.0986123, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = SoftBootstrapping::default().with_beta(0.5).init().forward(logits, targets, Reduction::Mean);
/// // p is [¾, ¼], the mixture [⅞, ⅛].
/// assert!((loss.into_scalar::<f32>() + (0.875 * 0.75f32.ln() + 0.125 * 0.25f32.ln())).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SoftBootstrapping {
    /// β, how far the label is trusted: ≥ 0 and ≤ 1, default 0.95.
    pub beta: f64,
}

impl Config for SoftBootstrapping {}

impl Default for SoftBootstrapping {
    fn default() -> Self {
        Self { beta: 0.95 }
    }
}

impl SoftBootstrapping {
    /// With β, the trust in the label.
    pub fn with_beta(mut self, beta: f64) -> Self {
        self.beta = beta;
        self
    }
}

impl Described for SoftBootstrapping {
    const ENTRY: Entry = Entry {
        name: "soft_bootstrapping",
        type_name: "SoftBootstrapping",
        family: Family::NoiseRobust,
        formula: "−Σₖ (β·[k = t] + (1 − β)·pₖ)·ln pₖ",
        source: "Reed et al., Training Deep Neural Networks on Noisy Labels with Bootstrapping, 2015, equation 6",
        purpose: "Wrong labels, once the model is better than chance",
        parameters: &[Parameter::new("beta", 0.95, Range::between(0.0, 1.0))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("beta", "β")], settings: &[&[("beta", 0.5)], &[("beta", 0.8)]], ..Picture::DEFAULT };
}

impl SoftClassFormula for SoftBootstrapping {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        let of_target = class.weighted(class.target() * self.beta, class.log_p());
        -(of_target + class.weighted(class.p() * (1.0 - self.beta), class.log_p()))
    }
}
