//! Poly-1 focal loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::base::per_class::PerClass;
use crate::class::Poly1CrossEntropy;
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Poly-1 focal loss: focal loss with the first term of its series in 1 − pₜ changed.
///
/// For many easy examples and few hard ones, when there is time to tune one parameter more than [`Focal`](crate::Focal)
/// has: ε < 0 holds confident examples back further (detection), ε > 0 pushes them.
///
/// # Formula
///
/// ```text
/// L = −(1 − pₜ)^γ·ln pₜ + ε·(1 − pₜ)^(γ+1)
/// ∂L/∂ln pₜ = −(1 − pₜ)^γ·(1 + ε·pₜ) + γ·pₜ·(1 − pₜ)^(γ−1)·(ln pₜ − ε·(1 − pₜ))
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// ε = 0 is [`Focal`](crate::Focal), γ = 0 is [`Poly1CrossEntropy`](crate::Poly1CrossEntropy).
///
/// # Numerics
///
/// Written (1 − pₜ)^γ times [`Poly1CrossEntropy`](crate::Poly1CrossEntropy), which loses no digits towards ε = −1.
///
/// # Source
///
/// Z. Leng et al., PolyLoss: A Polynomial Expansion Perspective of Classification Loss Functions, 2022, section 5, over
/// the softmax instead of the sigmoid; γ by class is ours. ε = 1, γ = 2 are the defaults of its code; for detection it
/// uses ε < 0.
///
#[doc = include_str!("../../docs/plots/poly1_focal.svg")]
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
/// let criterion = Poly1Focal::default().with_epsilon(-1.0).with_gamma(1.0).init();
/// let loss = criterion.forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (0.5 * 2f32.ln() - 0.25)).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Poly1Focal {
    /// ε, added to the coefficient of (1 − pₜ)^(γ+1): ≥ −1, default 1.
    pub epsilon: f64,
    /// γ, how fast a well classified example loses its weight: ≥ 0, default 2; a number or one per class.
    pub gamma: PerClass,
}

impl Config for Poly1Focal {}

impl Default for Poly1Focal {
    fn default() -> Self {
        Self { epsilon: 1.0, gamma: PerClass::Same(2.0) }
    }
}

impl Poly1Focal {
    /// With ε.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// With γ, a number or one per class.
    pub fn with_gamma(mut self, gamma: impl Into<PerClass>) -> Self {
        self.gamma = gamma.into();
        self
    }
}

impl Described for Poly1Focal {
    const ENTRY: Entry = Entry {
        name: "poly1_focal",
        type_name: "Poly1Focal",
        family: Family::Classification,
        formula: "−(1 − pₜ)^γ·ln pₜ + ε·(1 − pₜ)^(γ+1)",
        source: "Leng et al., PolyLoss, 2022, section 5",
        purpose: "Focal loss with one parameter more to tune",
        parameters: &[
            Parameter::new("epsilon", 1.0, Range::at_least(-1.0)),
            Parameter::per_class("gamma", 2.0, Range::at_least(0.0)),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("epsilon", "ε")],
        settings: &[&[("epsilon", -1.0)], &[("epsilon", 3.0)]],
        beside: &[(1.0, "cross_entropy")],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for Poly1Focal {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        vec![("gamma", &self.gamma)]
    }

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        row.miss_pow(&self.gamma) * Poly1CrossEntropy { epsilon: self.epsilon }.loss(row)
    }
}
