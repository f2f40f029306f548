//! Charbonnier loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Charbonnier loss: L1 with a rounded corner, as image restoration uses it.
///
/// For super-resolution, denoising and optical flow, where it gives sharper results than squared error. The loss is ε,
/// not 0, at r = 0; [`PseudoHuber`](crate::PseudoHuber) subtracts that.
///
/// # Formula
///
/// ```text
/// L = √(r² + ε²)          r = ŷ − y
/// ∂L/∂ŷ = r/√(r² + ε²)
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// ε → 0 is [`L1`](crate::L1); [`PseudoHuber`](crate::PseudoHuber) with δ = ε and k = 1, plus ε.
///
/// # Numerics
///
/// Written √ε·√(ε + r²/ε), and beyond 2³⁰·ε |r| itself: no square overflows, and none vanishes.
///
/// # Source
///
/// W.-S. Lai et al., Deep Laplacian Pyramid Networks for Fast and Accurate Super-Resolution, 2017; P. Charbonnier et
/// al., 1994.
///
#[doc = include_str!("../../docs/plots/charbonnier.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([4.0], &device);
/// let targets = Tensor::<1>::from_data([0.0], &device);
/// let loss = Charbonnier::default().with_epsilon(3.0).init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 5.0).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Charbonnier {
    /// ε, the radius of the corner: ≥ 10⁻¹⁸ and ≤ 10¹⁸, default 0.001.
    pub epsilon: f64,
}

impl Config for Charbonnier {}

impl Default for Charbonnier {
    fn default() -> Self {
        Self { epsilon: 1e-3 }
    }
}

impl Charbonnier {
    /// With ε, the radius of the corner.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for Charbonnier {
    const ENTRY: Entry = Entry {
        name: "charbonnier",
        type_name: "Charbonnier",
        family: Family::Regression,
        formula: "√(r² + ε²)",
        source: "Lai et al., Deep Laplacian Pyramid Networks, 2017",
        purpose: "Image restoration",
        parameters: &[Parameter::new("epsilon", 1e-3, Range::size())],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("epsilon", "ε")],
        settings: &[&[("epsilon", 0.3)], &[("epsilon", 1.0)]],
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for Charbonnier {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let size = at.residual().abs();
        let ratio = size.clone() / self.epsilon;
        let near = (ratio.clone() * size.clone() + self.epsilon).sqrt() * self.epsilon.sqrt();
        R::select(&at.constant(2f64.powi(30)).less(&ratio), size, near)
    }
}
