//! Poly-1 binary cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{BinaryFormula, Score};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Poly-1 binary cross-entropy: binary cross-entropy with the first term of its series in 1 − p changed.
///
/// When there is time to tune one parameter: ε > 0 pushes confident examples further, ε < 0 holds them back. It is
/// rarely much better than [`BinaryCrossEntropy`](crate::BinaryCrossEntropy).
///
/// # Formula
///
/// ```text
/// L = y·(−ln p + ε·(1 − p)) + (1 − y)·(−ln(1 − p) + ε·p)
/// ∂L/∂x = −y·(1 − p)·(1 + ε·p) + (1 − y)·p·(1 + ε·(1 − p))
/// ```
///
/// # Shapes
///
/// - scores: `[N, L]` or `[N, L, d1, …]` with the labels along axis 1, or any other shape
/// - targets: the scores' shape, from 0 to 1
///
/// # Special cases
///
/// ε = 0 is [`BinaryCrossEntropy`](crate::BinaryCrossEntropy). Over the softmax it is
/// [`Poly1CrossEntropy`](crate::Poly1CrossEntropy).
///
/// # Numerics
///
/// Towards ε = −1 the two terms cancel where the answer is right and sure, and (1 − p)²/2 is left: there the loss is
/// written (1 + ε)·z − ε·(e⁻ᶻ − 1 + z) with z = −ln p, whose last part is a series.
///
/// # Source
///
/// Z. Leng et al., PolyLoss: A Polynomial Expansion Perspective of Classification Loss Functions, 2022, over the
/// sigmoid; ε = 1 as in its code.
///
#[doc = include_str!("../../docs/plots/poly1_binary_cross_entropy.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = Poly1BinaryCrossEntropy::default().with_epsilon(2.0).init();
/// let logits = Tensor::<2>::from_data([[0.0]], &device);
/// let targets = Tensor::<2>::from_data([[1.0]], &device);
/// let loss = criterion.forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (2f32.ln() + 2.0 * 0.5)).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Poly1BinaryCrossEntropy {
    /// ε, added to the coefficient of 1 − p: ≥ −1, default 1.
    pub epsilon: f64,
}

impl Config for Poly1BinaryCrossEntropy {}

impl Default for Poly1BinaryCrossEntropy {
    fn default() -> Self {
        Self { epsilon: 1.0 }
    }
}

impl Poly1BinaryCrossEntropy {
    /// With ε.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for Poly1BinaryCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "poly1_binary_cross_entropy",
        type_name: "Poly1BinaryCrossEntropy",
        family: Family::Binary,
        formula: "y·(−ln p + ε·(1 − p)) + (1 − y)·(−ln(1 − p) + ε·p)",
        source: "Leng et al., PolyLoss, 2022",
        purpose: "Binary cross-entropy with one parameter to tune",
        parameters: &[Parameter::new("epsilon", 1.0, Range::at_least(-1.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("epsilon", "ε")],
        settings: &[&[("epsilon", -1.0)], &[("epsilon", 4.0)]],
        ..Picture::DEFAULT
    };
}

impl BinaryFormula for Poly1BinaryCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn positive<R: Real>(&self, at: &Score<R>) -> R {
        poly1(at.log_p(), at.miss(), self.epsilon)
    }

    #[inline(always)]
    fn negative<R: Real>(&self, at: &Score<R>) -> R {
        poly1(at.log_miss(), at.p(), self.epsilon)
    }
}

/// −ln p + ε·(1 − p).
#[inline(always)]
fn poly1<R: Real>(log_p: R, miss: R, epsilon: f64) -> R {
    let direct = miss.clone() * epsilon - log_p.clone();
    if epsilon >= 0.0 {
        return direct;
    }
    let near = log_p.clone().exp_m1_minus() * -epsilon - log_p * (1.0 + epsilon);
    R::select(&miss.less(&miss.constant(0.5)), near, direct)
}
