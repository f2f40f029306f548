//! Log-cosh loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Log-cosh loss: half the square of small errors, the size of large ones, smooth and without a parameter.
///
/// For outliers where nothing is known of the noise but that it is about 1 in size. [`PseudoHuber`](crate::PseudoHuber)
/// has a scale.
///
/// # Formula
///
/// ```text
/// L = ln cosh r          r = ŷ − y
/// ∂L/∂ŷ = tanh r
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// About r²/2 near 0 and |r| − ln 2 far away.
///
/// # Numerics
///
/// Below 2, cosh r = 1 + (1 − e^−|r|)²/(2·e^−|r|), so small errors keep their digits; above, |r| + ln(1 + e^−2|r|) − ln
/// 2, which cannot overflow.
///
/// # Source
///
/// R. A. Saleh and A. K. M. E. Saleh, Statistical Properties of the log-cosh Loss Function Used in Machine Learning,
/// 2022.
///
#[doc = include_str!("../../docs/plots/log_cosh.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([1.0], &device);
/// let targets = Tensor::<1>::from_data([0.0], &device);
/// let loss = LogCosh::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1f32.cosh().ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogCosh {}

impl Config for LogCosh {}

impl Described for LogCosh {
    const ENTRY: Entry = Entry {
        name: "log_cosh",
        type_name: "LogCosh",
        family: Family::Regression,
        formula: "ln cosh r",
        source: "Saleh and Saleh, Statistical Properties of the log-cosh Loss Function, 2022",
        purpose: "Outliers, and no parameter to set",
        parameters: &[],
    };
    const PICTURE: Picture = Picture { beside: &[(1.0, "l1"), (1.0, "huber")], ..Picture::DEFAULT };
}

impl PointwiseFormula for LogCosh {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let size = at.residual().abs();
        let (decay, drop) = ((-size.clone()).exp(), (-size.clone()).exp_m1());
        let is_near = size.less(&at.constant(2.0));
        let excess = R::select(&is_near, drop.clone() * drop / (decay.clone() * 2.0), decay.clone() * decay);
        let start = R::select(&is_near, at.constant(0.0), size - core::f64::consts::LN_2);
        start + excess.ln_1p()
    }
}
