//! L1 loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// L1 loss: the absolute error.
///
/// For targets with outliers, and where the median is wanted: every error pulls with the same force. Close to the
/// optimum it does not slow down; [`SmoothL1`](crate::SmoothL1) and [`Huber`](crate::Huber) do.
///
/// # Formula
///
/// ```text
/// L = |r|          r = ŷ − y
/// ∂L/∂ŷ = sgn r
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// [`SmoothL1`](crate::SmoothL1) at β = 0; [`Lp`](crate::Lp) at p = 1; twice [`Quantile`](crate::Quantile) at τ = ½.
/// The slope at r = 0 is 0.
///
/// # Source
///
/// R. J. Boscovich, 1757; P.-S. Laplace, 1774. `L1Loss` of PyTorch, MAE of Keras.
///
#[doc = include_str!("../../docs/plots/l1.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([1.0, -2.0], &device);
/// let targets = Tensor::<1>::from_data([0.0, 0.0], &device);
/// let loss = L1::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1.5).abs() < 1e-6);
/// ```
#[doc(alias = "MAE")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct L1 {}

impl Config for L1 {}

impl Described for L1 {
    const ENTRY: Entry = Entry {
        name: "l1",
        type_name: "L1",
        family: Family::Regression,
        formula: "|r|",
        source: "Boscovich, 1757",
        purpose: "Outliers, or the median is wanted",
        parameters: &[],
    };
    const PICTURE: Picture = Picture { beside: &[(1.0, "mse"), (1.0, "huber")], ..Picture::DEFAULT };
}

impl PointwiseFormula for L1 {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        at.residual().abs()
    }
}
