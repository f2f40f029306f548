//! Mean squared error.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Mean squared error: the square of the error, of which the mean is the optimum.
///
/// The usual choice where errors are noise of one size. One outlier outweighs many good points; [`Huber`](crate::Huber)
/// forgives it.
///
/// # Formula
///
/// ```text
/// L = s·r²          r = ŷ − y
/// ∂L/∂ŷ = 2·s·r
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// s = ½ is the half L2, with slope r. s = 1 is [`Lp`](crate::Lp) at p = 2, and twice [`Expectile`](crate::Expectile) at
/// τ = ½.
///
/// # Source
///
/// C. F. Gauss, Theoria motus corporum coelestium, 1809. `MSELoss` of PyTorch; s = ½ is `l2_loss` of Optax.
///
#[doc = include_str!("../../docs/plots/mse.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([3.0, 1.0], &device);
/// let targets = Tensor::<1>::from_data([1.0, 1.0], &device);
/// let loss = Mse::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 2.0).abs() < 1e-6);
/// ```
#[doc(alias = "L2")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mse {
    /// s, the factor of the square: > 0, default 1; ½ for the half L2.
    pub scale: f64,
}

impl Config for Mse {}

impl Default for Mse {
    fn default() -> Self {
        Self { scale: 1.0 }
    }
}

impl Mse {
    /// With s, the factor of the square.
    pub fn with_scale(mut self, scale: f64) -> Self {
        self.scale = scale;
        self
    }
}

impl Described for Mse {
    const ENTRY: Entry = Entry {
        name: "mse",
        type_name: "Mse",
        family: Family::Regression,
        formula: "s·r²",
        source: "Gauss, Theoria motus corporum coelestium, 1809",
        purpose: "Errors that are noise of one size",
        parameters: &[Parameter::new("scale", 1.0, Range::above(0.0))],
    };
    const PICTURE: Picture = Picture { beside: &[(1.0, "l1"), (1.0, "huber")], ..Picture::DEFAULT };
}

impl PointwiseFormula for Mse {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        at.residual() * self.scale * at.residual()
    }
}
