//! Reduced focal loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Reduced focal loss: cross-entropy on hard examples, focal loss on the others.
///
/// For many easy examples and few hard ones, where [`Focal`](crate::Focal) weakens the hard ones too much: they keep
/// the whole of cross-entropy. Not with wrong labels, and not with a threshold far from ½, where it jumps.
///
/// # Formula
///
/// ```text
/// L = −ln pₜ                     where pₜ < θ      ∂L/∂ln pₜ = −1
///     −((1 − pₜ)/θ)^γ·ln pₜ      elsewhere                     θ^(−γ)·(−(1 − pₜ)^γ + γ·pₜ·(1 − pₜ)^(γ−1)·ln pₜ)
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// - For γ > 0 and θ < 1 it is continuous at pₜ = θ for θ = ½ only, and has a corner there; the slope at θ itself is
///   that of the focal side.
/// - γ = 0 and θ = 1 are [`CrossEntropy`](crate::CrossEntropy). Where every pₜ ≥ θ it is [`Focal`](crate::Focal) with
///   α = θ^(−γ).
///
/// # Numerics
///
/// (1 − pₜ)^γ comes from the log-odds, so rows with 1 − pₜ = 10⁻³⁰ keep their digits.
///
/// # Source
///
/// N. Sergievskiy and A. Ponamarev, Reduced Focal Loss: 1st Place Solution to xView Object Detection in Satellite
/// Imagery, 2019, section 2, over the softmax instead of the sigmoid. The paper divides by θ, as segmentation_models
/// does; by 1 − θ it would be continuous for every θ. The form divided by the batch's sum of factors is not offered.
///
#[doc = include_str!("../../docs/plots/reduced_focal.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.75f32.ln(), 0.25f32.ln()]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = ReducedFocal::default().with_gamma(2.0).init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() + 0.25 * 0.75f32.ln()).abs() < 1e-6); // (¼ / ½)² = ¼
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReducedFocal {
    /// γ, how fast a well classified example loses its weight: ≥ 0, default 2.
    pub gamma: f64,
    /// θ, the probability from which an example is not hard any more: > 0 and ≤ 1, default 0.5.
    pub threshold: f64,
}

impl Config for ReducedFocal {}

impl Default for ReducedFocal {
    fn default() -> Self {
        Self { gamma: 2.0, threshold: 0.5 }
    }
}

impl ReducedFocal {
    /// With γ.
    pub fn with_gamma(mut self, gamma: f64) -> Self {
        self.gamma = gamma;
        self
    }

    /// With the threshold θ.
    pub fn with_threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }
}

impl Described for ReducedFocal {
    const ENTRY: Entry = Entry {
        name: "reduced_focal",
        type_name: "ReducedFocal",
        family: Family::Classification,
        formula: "−ln pₜ where pₜ < θ, else −((1 − pₜ)/θ)^γ·ln pₜ",
        source: "Sergievskiy and Ponamarev, Reduced Focal Loss, 2019, section 2",
        purpose: "Many easy examples, the hard ones as they are",
        parameters: &[
            Parameter::new("gamma", 2.0, Range::at_least(0.0)),
            Parameter::new("threshold", 0.5, Range::above_up_to(0.0, 1.0)),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("gamma", "γ")],
        settings: &[&[("gamma", 1.0)], &[("gamma", 5.0)]],
        beside: &[(1.0, "focal")],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for ReducedFocal {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        let (surprise, ratio) = (-row.log_p(), row.miss() / self.threshold);
        // As `Row::miss_pow`, with θ inside so that no power of it can overflow.
        let factor = match self.gamma {
            1.0 => ratio,
            2.0 => ratio.clone() * ratio,
            gamma => ((row.log_miss() - self.threshold.ln()) * gamma).exp(),
        };
        // By the smaller of pₜ and 1 − pₜ, which has the digits.
        let hard = if self.threshold < 0.5 {
            row.p().less(&surprise.constant(self.threshold))
        } else {
            surprise.constant(1.0 - self.threshold).less(&row.miss())
        };
        R::select(&hard, surprise.clone(), factor * surprise)
    }
}
