//! Logit normalisation.

use super::row_norm::{Polar, with_row_slopes};
use super::{LogitTransform, Transformed};
use crate::base::check;
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use burn::config::Config;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// What keeps the division by the norm defined, as in the authors' code.
const EPSILON: f64 = 1e-7;

/// Logit normalisation: gives every row of logits the same length before any class loss.
///
/// Takes away the easiest way to lower the loss, longer logits, and with it overconfidence: for detecting inputs from
/// another distribution, and for calibration. Not where the length of the logits is needed later.
///
/// # Formula
///
/// ```text
/// x ← y = x / (T·n),  n = ‖x‖₂ + 10⁻⁷
/// ∂yⱼ/∂xₖ = ([j = k] − xⱼ·xₖ/(‖x‖₂·n)) / (T·n)
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`; the norm is along C
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// The loss does not change when a row is scaled, except for the 10⁻⁷. The gradient at a row of zeros, which has no
/// direction, is 0.
///
/// # Numerics
///
/// Half precision is computed in f32. Of a row with an infinite logit only what is infinite has a direction. A row that
/// counts for nothing, since its target is ignored, has gradient 0, whatever its logits are.
///
/// # Source
///
/// H. Wei et al., Mitigating Neural Network Overconfidence with Logit Normalization, 2022, equation 6; T = 0.04 is the
/// authors' choice for CIFAR-10.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = LogitNorm::default().with_temperature(0.5).init(Focal::default().init());
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let value = |scale: f32| {
///     let logits = Tensor::<2>::from_data([[3.0 * scale, 4.0 * scale]], &device);
///     criterion.forward(logits, targets.clone(), Reduction::Mean).into_scalar::<f32>()
/// };
/// assert!((value(1.0) - value(10.0)).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogitNorm {
    /// T, the inverse of the length every row gets: > 0, default 0.04.
    pub temperature: f64,
}

impl Config for LogitNorm {}

impl Default for LogitNorm {
    fn default() -> Self {
        Self { temperature: 0.04 }
    }
}

impl LogitNorm {
    /// With temperature T.
    pub fn with_temperature(mut self, temperature: f64) -> Self {
        self.temperature = temperature;
        self
    }

    /// Around a loss.
    ///
    /// # Panics
    ///
    /// If the temperature is outside its range.
    #[track_caller]
    pub fn init<L>(&self, inner: L) -> LogitNormLoss<L> {
        check::config(self);
        Transformed::new(self.clone(), inner)
    }
}

impl LogitTransform for LogitNorm {
    fn apply<const D: usize>(&self, logits: Tensor<D>) -> Tensor<D> {
        let polar = Polar::of(&logits, 2.0);
        let norm = polar.scale.clone() * polar.length.clone();
        let empty = norm.clone().equal_elem(0.0);
        // ‖x‖/n, without a norm that may be infinite.
        let epsilon = polar.scale.ones_like() * EPSILON;
        let part = (epsilon / polar.scale.clone() / polar.length.clone() + 1.0).recip();
        let value = polar.direction.clone() * (part.clone() / self.temperature);
        let factor = ((norm + EPSILON) * self.temperature).recip().mask_fill(empty, 0.0);
        with_row_slopes(value, logits, factor, polar.direction.clone() * part, polar.direction)
    }
}

impl Described for LogitNorm {
    const ENTRY: Entry = Entry {
        name: "logit_norm",
        type_name: "LogitNorm",
        family: Family::Wrapper,
        formula: "x ← x / (T·‖x‖₂)",
        source: "Wei et al., Mitigating Neural Network Overconfidence with Logit Normalization, 2022, equation 6",
        purpose: "Against overconfidence, around any loss",
        parameters: &[Parameter::new("temperature", 0.04, Range::above(0.0))],
    };
}

/// A loss on normalised logits: see [`LogitNorm`].
pub type LogitNormLoss<L> = Transformed<LogitNorm, L>;
