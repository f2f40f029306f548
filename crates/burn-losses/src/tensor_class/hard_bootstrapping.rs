//! Hard bootstrapping.

use super::best;
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::class::CrossEntropy;
use crate::signature::{Init, TensorClassFormula};
use burn::config::Config;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

/// Hard bootstrapping: cross-entropy with a part of the target replaced by the class the model itself thinks right.
///
/// For wrong labels, once the model is better than chance: what it is sure of outweighs a label that says otherwise.
/// From the start it may settle on its first guesses; [`SoftBootstrapping`](crate::SoftBootstrapping) takes the model's
/// probabilities instead of its choice.
///
/// # Formula
///
/// ```text
/// L = −β·ln pₜ − (1 − β)·ln pₘ,   m = argmax p
/// ∂L/∂xₖ = pₖ − β·[k = t] − (1 − β)·[k = m]
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// β = 1, and a target that is the model's choice, is [`CrossEntropy`](crate::CrossEntropy). β = 0 does not look at the
/// target. Of equal probabilities the first is the choice; the choice has no slope.
///
/// # Source
///
/// S. Reed et al., Training Deep Neural Networks on Noisy Labels with Bootstrapping, 2015, with its β.
///
#[doc = include_str!("../../docs/plots/hard_bootstrapping.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.25, 0.75]], &device).log();
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = HardBootstrapping::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (0.8 * 4f32.ln() + 0.2 * (4f32 / 3.0).ln())).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HardBootstrapping {
    /// β, the share of the target: 0 to 1, default 0.8.
    pub beta: f64,
}

impl Config for HardBootstrapping {}

impl Default for HardBootstrapping {
    fn default() -> Self {
        Self { beta: 0.8 }
    }
}

impl HardBootstrapping {
    /// With β, the share of the target.
    pub fn with_beta(mut self, beta: f64) -> Self {
        self.beta = beta;
        self
    }
}

impl Described for HardBootstrapping {
    const ENTRY: Entry = Entry {
        name: "hard_bootstrapping",
        type_name: "HardBootstrapping",
        family: Family::NoiseRobust,
        formula: "−β·ln pₜ − (1 − β)·ln pₘ, m = argmax p",
        source: "Reed et al., Training Deep Neural Networks on Noisy Labels with Bootstrapping, 2015",
        purpose: "Wrong labels, and a model that is right more often",
        parameters: &[Parameter::new("beta", 0.8, Range::between(0.0, 1.0))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("beta", "β")], settings: &[&[("beta", 0.5)], &[("beta", 1.0)]], ..Picture::DEFAULT };
}

impl TensorClassFormula for HardBootstrapping {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let [rows, _, inner] = scores.dims();
        let cross_entropy = |targets: Tensor<3, Int>| {
            let losses = CrossEntropy::default().init();
            let losses = losses.forward_no_reduction(scores.clone(), targets.reshape([rows, inner]));
            losses.reshape([rows, 1, inner])
        };
        let choice = cross_entropy(best(&scores));
        // Nothing of the target is left at β = 0, not even where it is 0 · ∞.
        if self.beta == 0.0 {
            return choice;
        }
        cross_entropy(targets) * self.beta + choice * (1.0 - self.beta)
    }
}
