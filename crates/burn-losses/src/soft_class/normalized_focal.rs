//! Normalized focal loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Class, LOST, SoftClassFormula, Sums};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Normalized focal loss: focal loss divided by the sum of the focal losses with every class as the target.
///
/// For wrong labels, as [`NormalizedCrossEntropy`](crate::NormalizedCrossEntropy): bounded and symmetric, but alone it
/// underfits. Meant as the active half of a sum with a passive loss such as [`ClassMae`](crate::ClassMae).
///
/// # Formula
///
/// ```text
/// L = Σₖ qₖ·Fₖ / Σₖ Fₖ,   Fₖ = −(1 − pₖ)^γ·ln pₖ,   q = [k = t] for an index target
/// ∂L/∂Fₖ = (qₖ − L)/Σⱼ Fⱼ
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// γ = 0 is [`NormalizedCrossEntropy`](crate::NormalizedCrossEntropy). Between 0 and 1; 1/C for equal logits; 0 for a
/// single class.
///
/// # Numerics
///
/// The gradient goes through everything; the paper's code holds the factors (1 − p)^γ constant. Other classes at −∞ make
/// the loss 0, a target there makes it 1, its share of what is infinite: nothing moves it then.
///
/// # Source
///
/// X. Ma et al., Normalized Loss Functions for Deep Learning with Noisy Labels, 2020; γ = 0.5 as in its experiments.
///
#[doc = include_str!("../../docs/plots/normalized_focal.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0, 0.0, 0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([3], &device);
/// let loss = NormalizedFocal::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.2).abs() < 1e-6);
/// ```
#[doc(alias = "NFL")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NormalizedFocal {
    /// γ, how fast a well classified example loses its weight: ≥ 0 and ≤ 100, default 0.5.
    pub gamma: f64,
}

impl Config for NormalizedFocal {}

impl Default for NormalizedFocal {
    fn default() -> Self {
        Self { gamma: 0.5 }
    }
}

impl NormalizedFocal {
    /// With γ.
    pub fn with_gamma(mut self, gamma: f64) -> Self {
        self.gamma = gamma;
        self
    }
}

impl Described for NormalizedFocal {
    const ENTRY: Entry = Entry {
        name: "normalized_focal",
        type_name: "NormalizedFocal",
        family: Family::NoiseRobust,
        formula: "(1 − pₜ)^γ·ln pₜ / Σₖ (1 − pₖ)^γ·ln pₖ",
        source: "Ma et al., Normalized Loss Functions for Deep Learning with Noisy Labels, 2020",
        purpose: "The active part of a sum with a passive loss",
        parameters: &[Parameter::new("gamma", 0.5, Range::between(0.0, 100.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("gamma", "γ")],
        settings: &[&[("gamma", 0.0)], &[("gamma", 1.0)], &[("gamma", 2.0)]],
        ..Picture::DEFAULT
    };
}

impl SoftClassFormula for NormalizedFocal {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const SECOND: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        class.target() * self.second(class)
    }

    #[inline(always)]
    fn second<R: Real>(&self, class: &Class<R>) -> R {
        // Where p is 0, the slope of the factor is nothing beside that of the logarithm, though this is infinite.
        let factor = class.miss().powf(self.gamma);
        let is_zero = class.p().equal(&class.constant(0.0));
        R::select(&is_zero, factor.detached(), factor) * -class.finite_log_p()
    }

    #[inline(always)]
    fn loss<R: Real>(&self, sums: &Sums<R>) -> R {
        if sums.classes() == 1 {
            return sums.constant(0.0);
        }
        let share = sums.first() / sums.second();
        // The share of classes without any probability, whose losses are ∞: where there are some, nothing moves it.
        let has_lost = sums.constant(-LOST).less(&(sums.second() * 2.0));
        let (zero, few) = (sums.constant(0.0), sums.constant(-LOST * 1e-15));
        let of_lost = R::select(&few.less(&sums.first()), share.detached(), zero);
        R::select(&has_lost, of_lost, share)
    }
}
